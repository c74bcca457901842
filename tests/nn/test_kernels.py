"""The array code of layers, beside the plain way of computing the same."""

import itertools
import os
import subprocess
import sys

import numpy as np
import pytest

import rushlight as torch
from rushlight._backends.numpy import channels, columns, memory, windows
from rushlight._backends.numpy.masks import zero_where

RNG = np.random.default_rng(0)


def plain_convolution(x, w, stride, padding, dilation, groups):
    """One output pixel after the other."""
    x = np.pad(x, ((0, 0), (0, 0), (padding[0],) * 2, (padding[1],) * 2))
    reach = [step * (size - 1) + 1 for step, size in zip(dilation, w.shape[2:])]
    out = [(size - width) // step + 1 for size, width, step in zip(x.shape[2:], reach, stride)]
    found = np.zeros((len(x), len(w), *out), x.dtype)
    each, inputs = len(w) // groups, w.shape[1]
    for o, i, j in itertools.product(range(len(w)), *map(range, out)):
        top, left = i * stride[0], j * stride[1]
        first = o // each * inputs
        seen = x[:, first : first + inputs, top : top + reach[0] : dilation[0], left : left + reach[1] : dilation[1]]
        found[:, o, i, j] = (seen * w[o]).sum((1, 2, 3))
    return found


CONVOLUTIONS = [
    ((3, 3), (1, 1), (1, 1), (1, 1), 1),
    ((3, 2), (1, 1), (0, 2), (2, 1), 2),
    ((1, 1), (1, 1), (0, 0), (1, 1), 1),
    ((1, 1), (2, 2), (0, 0), (1, 1), 2),
    ((2, 3), (2, 1), (1, 1), (1, 2), 1),
]


@pytest.mark.parametrize("settings", CONVOLUTIONS, ids=str)
@pytest.mark.parametrize("block", [1, columns.BLOCK])
def test_convolution_and_its_transposes(settings: tuple, block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columns, "BLOCK", block)  # of 1 byte: one image at a time
    kernel, stride, padding, dilation, groups = settings
    x, w = RNG.standard_normal((3, 4, 7, 6)), RNG.standard_normal((6, 4 // groups, *kernel))
    options = (stride, padding, dilation, groups)
    y = columns.convolve(x, w, *options)
    assert np.allclose(y, plain_convolution(x, w, *options))
    # both gradients are transposes: <g, conv(x, w)> = <x, gx> = <w, gw>
    g = RNG.standard_normal(y.shape)
    product = (g * y).sum()
    assert np.isclose((x * columns.convolve_transposed(g, w, x.shape[2:], *options)).sum(), product)
    assert np.isclose((w * columns.kernel_gradient(x, g, kernel, *options)).sum(), product)


def test_an_infinite_pixel_reaches_only_the_weights_that_saw_it() -> None:
    images = torch.ones(1, 1, 4, 4)
    images[0, 0, 0, 0] = torch.inf
    weight = torch.ones(1, 1, 3, 3, requires_grad=True)
    torch.nn.functional.conv2d(images, weight).sum().backward()
    assert weight.grad.flatten().tolist() == [torch.inf] + [4.0] * 8


def test_convolution_of_no_images() -> None:
    x = torch.zeros(0, 2, 5, 5, requires_grad=True)
    layer = torch.nn.Conv2d(2, 3, 3)
    layer(x).sum().backward()
    assert x.grad.shape == x.shape
    assert not layer.weight.grad.any()


@pytest.mark.parametrize("filling", ["numbers", "equal", "nan", "lowest"])
def test_maxima_and_their_places(filling: str) -> None:
    """The short way agrees with the one that goes step by step."""
    images = RNG.integers(-2, 2, (2, 7, 8)).astype(np.float32)
    if filling == "equal":
        images[:] = 1
    elif filling == "nan":
        images[0, 3, 2:5] = np.nan
    elif filling == "lowest":
        images[:, :4] = -np.inf
    for kernel, stride, padding, dilation in (
        ((2, 2), (2, 2), (0, 0), (1, 1)), ((3, 2), (1, 2), (1, 1), (1, 2)), ((1, 1), (1, 1), (0, 0), (1, 1)),
    ):  # fmt: skip
        out = windows.pooled_sizes((7, 8), kernel, stride, padding, dilation, True)
        found = windows.maxima(images, kernel, stride, padding, dilation, out)
        padded = windows._padded(images, kernel, stride, padding, dilation, out, -np.inf)
        wanted = windows._maxima_step_by_step(padded, (7, 8), kernel, stride, padding, dilation, out)
        assert np.array_equal(found[0], wanted[0], equal_nan=True)
        assert np.array_equal(found[1], wanted[1])


def test_batch_statistics_and_gradients() -> None:
    images, g = RNG.standard_normal((2, 3, 4, 2)), RNG.standard_normal((2, 3, 4, 2))
    mean, variance = channels.moments(images)
    assert np.allclose(mean, images.mean((0, 2, 3)))
    assert np.allclose(variance, images.var((0, 2, 3)))
    x, w = torch.tensor(images, requires_grad=True), torch.tensor([1.0, 2.0, -1.0], dtype=torch.float64)
    w.requires_grad_()
    y = torch.nn.functional.batch_norm(x, None, None, w, torch.zeros(3, dtype=torch.float64), training=True)
    quick = torch.autograd.grad(y, (x, w), torch.tensor(g), retain_graph=True)
    recorded = torch.autograd.grad(y, (x, w), torch.tensor(g), create_graph=True)  # in operators, one by one
    for one, other in zip(quick, recorded):
        assert torch.allclose(one, other.detach())


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex64])
@pytest.mark.parametrize("size", [10, 5000])
def test_zero_where_keeps_what_it_keeps(dtype: type, size: int) -> None:
    values = RNG.standard_normal(size).astype(dtype)
    values[:4] = np.nan, np.inf, -np.inf, -0.0
    condition = RNG.random(size) < 0.5
    found = zero_where(condition, values)
    assert found.dtype == dtype
    assert np.array_equal(found, np.where(condition, 0, values), equal_nan=True)


def test_the_gradient_of_a_weight_is_taken_over_as_it_is() -> None:
    """Laid out as the weight is, and nobody else's memory."""
    layer = torch.nn.Linear(3, 4)
    layer(torch.ones(2, 3)).sum().backward()
    gradient = layer.weight.grad
    assert gradient.is_contiguous()
    assert not gradient._is_view()
    # a gradient that the user still holds is copied
    g = torch.ones(4, 3)
    x = torch.zeros(3, 4, requires_grad=True)
    turned = x.t()
    turned.backward(g)
    g.zero_()
    assert x.grad.sum() == 12


FAULTS = """
import resource, sys
import rushlight, numpy as np
def work():
    for _ in range(20):
        arrays = [np.ones(1 << 20) for _ in range(3)]
work()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
work()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="how memory is given back depends on the C library")
def test_freed_memory_is_used_again() -> None:
    if not memory.keep_freed():
        pytest.skip("not glibc, or set up otherwise")
    run = subprocess.run([sys.executable, "-c", FAULTS], capture_output=True, text=True, check=True, env=os.environ)
    assert int(run.stdout) < 200  # 60 arrays of 8 MB have 120,000 pages


def test_settings_of_the_user_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MALLOC_TRIM_THRESHOLD_", "1000000")
    assert memory.keep_freed() is False
