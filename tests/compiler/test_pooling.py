"""Pooling by compiled kernels against the NumPy bodies: maxima and their places exactly, sums to a few ulp."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import rushlight as torch
from rushlight._backends.numpy import resample, windows

pytest.importorskip("llvmlite")
from rushlight._backends.llvm import pooling


@st.composite
def cases(draw, dilated=True):
    """Images and windows of one to three dimensions."""
    rank = draw(st.integers(1, 3))
    some = lambda *numbers: tuple(draw(st.sampled_from(numbers)) for _ in range(rank))  # noqa: E731
    kernel, stride, dilation = some(1, 2, 3, 4), some(1, 2, 3), some(1, 1, 2) if dilated else (1,) * rank
    padding = tuple(draw(st.integers(0, width // 2)) for width in kernel)
    room = {1: 70, 2: 30, 3: 8}[rank]
    sizes = tuple(
        (width - 1) * spread + draw(st.integers(1, room)) for width, spread in zip(kernel, dilation, strict=True)
    )
    element, ceil_mode = draw(st.sampled_from(("float32", "float64"))), draw(st.booleans())
    out = windows.pooled_sizes(sizes, kernel, stride, padding, dilation, ceil_mode)
    random = np.random.default_rng(draw(st.integers(0, 99)))
    return element, sizes, kernel, stride, padding, dilation, out, random


@settings(max_examples=80, deadline=None)
@given(cases(), st.sampled_from((None, np.nan, -np.inf)))
def test_maxima(case, special):
    element, sizes, kernel, stride, padding, dilation, out, random = case
    images = random.integers(-3, 4, (2, 3, *sizes)).astype(element)  # with many equal ones
    if special is not None:
        images[random.random(images.shape) < 0.2] = special
    found = pooling.maxima(element, images, kernel, stride, padding, dilation, out)
    padded = windows._padded(images, kernel, stride, padding, dilation, out, -np.inf)
    wanted = windows._maxima_step_by_step(padded, sizes, kernel, stride, padding, dilation, out)
    for one, other in zip(found, wanted, strict=True):
        assert one.dtype == other.dtype
        np.testing.assert_array_equal(one, other)


@settings(max_examples=80, deadline=None)
@given(cases(dilated=False))
def test_sums_and_their_transpose(case):
    element, sizes, kernel, stride, padding, _, out, random = case
    images = random.integers(-99, 99, (2, 3, *sizes)).astype(element)  # whose sums are exact
    found = pooling.sums(element, images, kernel, stride, padding, out)
    np.testing.assert_array_equal(found, windows.sums(images, kernel, stride, padding, out))
    g = random.integers(-99, 99, (2, 3, *out)).astype(element)
    found = pooling.spread_sums(element, g, sizes, kernel, stride, padding)
    np.testing.assert_array_equal(found, windows.spread_sums(g, sizes, kernel, stride, padding))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_windows_of_different_sizes(data):
    rank, element = data.draw(st.integers(1, 3)), data.draw(st.sampled_from(("float32", "float64")))
    sizes = tuple(data.draw(st.integers(1, 12)) for _ in range(rank))
    parts = tuple(data.draw(st.integers(1, 12)) for _ in range(rank))
    images = np.random.default_rng(0).integers(-5, 5, (2, 3, *sizes)).astype(element)
    images[0, 0] = np.nan
    bounds = windows._adaptive_bounds(sizes, parts)
    found, wanted = pooling.region_maxima(element, images, bounds), windows.adaptive_maxima(images, parts)
    np.testing.assert_array_equal(found[0], wanted[0])
    np.testing.assert_array_equal(found[1][1], wanted[1][1])
    assert not (found[1][0, 0] >= np.prod(sizes)).any()
    images = np.nan_to_num(images)
    taps = [resample.window_taps(size, out) for size, out in zip(sizes, parts, strict=True)]
    means = pooling.region_sums(element, images, bounds) / windows._counts(bounds, images.dtype)
    np.testing.assert_allclose(means, resample.resample(images, taps), rtol=1e-5, atol=1e-6)
    g = np.random.default_rng(0).standard_normal(means.shape).astype(element)
    found = pooling.spread_regions(element, g / windows._counts(bounds, g.dtype), sizes, bounds)
    np.testing.assert_allclose(found, resample.resample_transposed(g, taps, sizes), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("pool", ["max_pool2d", "avg_pool2d", "adaptive_max_pool2d", "adaptive_avg_pool2d"])
def test_large_images_that_are_not_contiguous(pool, monkeypatch):
    torch.manual_seed(0)
    images = torch.randn(4, 30, 40, 16).permute(0, 3, 1, 2)
    results = []
    for least in (windows.FROM, sys.maxsize):
        monkeypatch.setattr(windows, "FROM", least)
        x = images.clone().requires_grad_()
        found = getattr(torch.nn.functional, pool)(x, 3)
        (gradient,) = torch.autograd.grad(found.square().sum(), x, create_graph=True)
        (second,) = torch.autograd.grad(gradient.square().sum(), x)
        results.append((found, gradient, second))
    for one, other in zip(*results, strict=True):
        assert torch.allclose(one, other, rtol=1e-5, atol=1e-6)


def test_an_empty_batch():
    assert pooling.maxima("float32", np.empty((0, 3, 8, 8), "float32"), (2, 2), (2, 2), (0, 0), (1, 1), (4, 4))[
        0
    ].shape == (0, 3, 4, 4)
