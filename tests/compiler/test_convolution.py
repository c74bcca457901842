"""Convolutions by compiled kernels against the NumPy bodies in float64, over shapes, strides, paddings and groups."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import rushlight as torch
from rushlight._backends.numpy import columns, convolving

pytest.importorskip("llvmlite")
from rushlight._backends.llvm import convolution, plans

TOLERANCE = {"float32": 2e-6, "float64": 2e-15}
"""Error allowed, relative to the sum of the products' sizes: an ulp for each of some 16 roundings that add up; sums are
in another order than BLAS's, so results differ from NumPy's by as much."""


def close(found, exact, size, element):
    """Whether an array equals the exact one, given the sum of the absolute products of each element."""
    assert found.dtype == element
    assert found.shape == exact.shape
    assert (np.abs(found - exact) <= TOLERANCE[element] * size + 1e-30).all()


@st.composite
def cases(draw):
    """Arguments of a convolution that fit together."""
    rank = draw(st.integers(1, 3))
    some = lambda *numbers: tuple(draw(st.sampled_from(numbers)) for _ in range(rank))  # noqa: E731
    kernel, stride, padding, dilation = some(1, 2, 3, 5), some(1, 1, 2, 3), some(0, 1, 3), some(1, 1, 2, 3)
    top = {1: 150, 2: 22, 3: 8}[rank]
    sizes = tuple(
        max(draw(st.integers(1, top)), (width - 1) * spread + 1 - 2 * pad)
        for width, spread, pad in zip(kernel, dilation, padding, strict=True)
    )
    groups = draw(st.sampled_from((1, 1, 2, 3)))
    channels, outs = draw(st.sampled_from((1, 2, 5, 8))), draw(st.sampled_from((1, 2, 3, 8, 9, 17, 33)))
    n, element, seed = draw(st.integers(1, 3)), draw(st.sampled_from(("float32", "float64"))), draw(st.integers(0, 99))
    random = np.random.default_rng(seed)
    images = random.standard_normal((n, groups * channels, *sizes)).astype(element)
    weight = random.standard_normal((groups * outs, channels, *kernel)).astype(element)
    return element, images, weight, stride, padding, dilation, groups, random


@settings(max_examples=60, deadline=None)
@given(cases())
def test_convolve(case):
    element, images, weight, *arguments, groups, random = case
    places = columns.output_sizes(images.shape[2:], weight.shape[2:], *arguments)
    bias = random.standard_normal(len(weight)).astype(element)
    found = convolution.convolve(element, images, weight, bias, *arguments, places, groups)
    column = bias.astype("float64").reshape(-1, *(1,) * len(places))
    exact = columns.convolve(images.astype("float64"), weight.astype("float64"), *arguments, groups) + column
    size = columns.convolve(np.abs(images).astype("float64"), np.abs(weight).astype("float64"), *arguments, groups)
    close(found, exact, size + np.abs(column), element)


@settings(max_examples=60, deadline=None)
@given(cases(), st.data())
def test_convolve_transposed(case, data):
    element, images, weight, stride, padding, dilation, groups, random = case
    places = columns.output_sizes(images.shape[2:], weight.shape[2:], stride, padding, dilation)
    sizes = tuple(
        max(1, (count - 1) * step - 2 * pad + spread * (width - 1) + 1 + data.draw(st.integers(0, step - 1)))
        for count, step, pad, spread, width in zip(places, stride, padding, dilation, weight.shape[2:], strict=True)
    )
    if columns.output_sizes(sizes, weight.shape[2:], stride, padding, dilation) != places:
        return
    g = random.standard_normal((len(images), len(weight), *places)).astype(element)
    arguments = (sizes, stride, padding, dilation, groups)
    found = convolution.convolve_transposed(element, g, weight, None, *arguments)
    exact = columns.convolve_transposed(g.astype("float64"), weight.astype("float64"), *arguments)
    size = columns.convolve_transposed(np.abs(g).astype("float64"), np.abs(weight).astype("float64"), *arguments)
    close(found, exact, size, element)


@settings(max_examples=60, deadline=None)
@given(cases())
def test_kernel_gradient(case):
    element, images, weight, *arguments, groups, random = case
    places = columns.output_sizes(images.shape[2:], weight.shape[2:], *arguments)
    g = random.standard_normal((len(images), len(weight), *places)).astype(element)
    kernel = weight.shape[2:]
    found = convolution.kernel_gradient(element, images, g, kernel, *arguments, groups)
    exact = columns.kernel_gradient(images.astype("float64"), g.astype("float64"), kernel, *arguments, groups)
    size = columns.kernel_gradient(
        np.abs(images).astype("float64"), np.abs(g).astype("float64"), kernel, *arguments, groups
    )
    close(found, exact, size, element)


def test_long_rows_and_tall_planes_make_several_bands():
    random = np.random.default_rng(0)
    for images, weight in (
        (random.standard_normal((1, 40, 3000)), random.standard_normal((3, 40, 9))),
        (random.standard_normal((1, 64, 40, 130)), random.standard_normal((3, 64, 3, 3))),
    ):
        rank = weight.ndim - 2
        arguments = ((1,) * rank, (1,) * rank, (1,) * rank)
        places = columns.output_sizes(images.shape[2:], weight.shape[2:], *arguments)
        setting = convolution._forward("float64", images, plans.three(weight.shape[2:], 1), *arguments, places, 1)
        assert plans.plan(setting, setting.channels, False).items > 1
        found = convolution.convolve("float64", images, weight, None, *arguments, places, 1)
        np.testing.assert_allclose(found, columns.convolve(images, weight, *arguments, 1), rtol=0, atol=1e-12)
        g = random.standard_normal(found.shape)
        found = convolution.kernel_gradient("float64", images, g, weight.shape[2:], *arguments, 1)
        exact = columns.kernel_gradient(images, g, weight.shape[2:], *arguments, 1)
        np.testing.assert_allclose(found, exact, rtol=0, atol=1e-10)


def test_what_is_not_finite_stays_where_the_kernel_sees_it():
    images = np.zeros((1, 1, 40, 40), "float32")
    images[0, 0, 10, 10], images[0, 0, 30, 39] = np.nan, np.inf
    weight = np.ones((8, 1, 3, 3), "float32")
    found = convolution.convolve("float32", images, weight, None, (1, 1), (1, 1), (1, 1), (40, 40), 1)
    wanted = columns.convolve(images, weight, (1, 1), (1, 1), (1, 1), 1)
    np.testing.assert_array_equal(found, wanted)


def large():
    """A convolution large enough for kernels, of operands that are not contiguous."""
    torch.manual_seed(0)
    images = torch.randn(4, 20, 20, 8, dtype=torch.float64).permute(0, 3, 1, 2)
    return images, torch.randn(3, 3, 8, 16, dtype=torch.float64).permute(3, 2, 0, 1)


def test_operands_that_are_not_contiguous_give_the_same_and_stay_unmodified():
    images, weight = large()
    before = images.clone(), weight.clone()
    found = torch.nn.functional.conv2d(images, weight, padding=1)
    assert torch.equal(found, torch.nn.functional.conv2d(images.contiguous(), weight.contiguous(), padding=1))
    assert torch.equal(images, before[0])
    assert torch.equal(weight, before[1])


def test_gradients_of_gradients_are_those_of_numpy(monkeypatch):
    images, weight = large()
    results = []
    for least in (0, sys.maxsize):
        monkeypatch.setattr(convolving, "PRODUCTS_FROM", least)
        x, w = images.clone().requires_grad_(), weight.clone().requires_grad_()
        total = torch.nn.functional.conv2d(x, w, stride=2, padding=1).square().sum()
        first = torch.autograd.grad(total, (x, w), create_graph=True)
        results.append((*first, *torch.autograd.grad(sum(grad.square().sum() for grad in first), (x, w))))
    for one, other in zip(*results, strict=True):
        assert torch.allclose(one, other, rtol=1e-10)


def test_an_empty_batch_gives_an_empty_result():
    weight = torch.ones(16, 8, 3, 3, requires_grad=True)
    found = torch.nn.functional.conv2d(torch.ones(0, 8, 64, 64), weight)
    found.sum().backward()
    assert found.shape == (0, 16, 62, 62)
    assert not weight.grad.any()


def test_results_do_not_depend_on_the_number_of_threads(monkeypatch):
    random = np.random.default_rng(0)
    images = random.standard_normal((8, 16, 24, 24)).astype("float32")
    weight = random.standard_normal((16, 16, 3, 3)).astype("float32")
    g = random.standard_normal((8, 16, 22, 22)).astype("float32")
    arguments = ((1, 1), (0, 0), (1, 1))
    found = []
    for threads in (1, 2):
        monkeypatch.setattr(convolution.crew, "wanted", threads)
        forward = convolution.convolve("float32", images, weight, None, *arguments, (22, 22), 1)
        found.append((forward, convolution.kernel_gradient("float32", images, g, (3, 3), *arguments, 1)))
    for one, other in zip(*found, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("width", [1, 3])
def test_many_channels_are_divided(width):
    random = np.random.default_rng(0)
    images = random.standard_normal((5, 300, 7, 7)).astype("float32")
    weight = random.standard_normal((270, 300, width, width)).astype("float32")
    arguments = ((1, 1), (width // 2, width // 2), (1, 1))
    g = random.standard_normal((5, 270, 7, 7)).astype("float32")
    exact = [array.astype("float64") for array in (images, weight, g)]
    sizes = [np.abs(array) for array in exact]
    found = convolution.convolve("float32", images, weight, None, *arguments, (7, 7), 1)
    close(found, *(columns.convolve(a, b, *arguments, 1) for a, b, _ in (exact, sizes)), "float32")
    found = convolution.convolve_transposed("float32", g, weight, None, (7, 7), *arguments, 1)
    close(found, *(columns.convolve_transposed(c, b, (7, 7), *arguments, 1) for _, b, c in (exact, sizes)), "float32")
    found = convolution.kernel_gradient("float32", images, g, (width, width), *arguments, 1)
    close(
        found, *(columns.kernel_gradient(a, c, (width, width), *arguments, 1) for a, _, c in (exact, sizes)), "float32"
    )


@pytest.mark.parametrize("kernel", [(4, 4), (2,), (2, 3, 2)])
@pytest.mark.parametrize("n", [3, 0])
def test_kernels_as_large_as_the_image_are_matrix_products(kernel, n):
    random = np.random.default_rng(0)
    one, two, zero = ((number,) * len(kernel) for number in (1, 2, 0))
    images, weight = random.standard_normal((n, 4, *kernel)), random.standard_normal((5, 4, *kernel))
    found = convolving.convolve(images, weight, None, two, zero, one, 1)
    np.testing.assert_allclose(found, columns.convolve(images, weight, two, zero, one, 1), atol=1e-12)
    arguments = (kernel, two, zero, one, 1)
    exact = columns.convolve_transposed(found, weight, *arguments)
    np.testing.assert_allclose(convolving.convolve_transposed(found, weight, None, *arguments), exact, atol=1e-12)
    exact = columns.kernel_gradient(images, found, *arguments)
    np.testing.assert_allclose(convolving.kernel_gradient(images, found, *arguments), exact, atol=1e-12)
