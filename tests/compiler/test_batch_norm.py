"""Batch normalization by compiled kernels against the NumPy bodies in float64."""

from __future__ import annotations

import sys

import numpy as np
import pytest

import rushlight as torch
from rushlight._backends.numpy import channels as numpy_channels

pytest.importorskip("llvmlite")
from rushlight._backends.llvm import channels

SHAPES = [(2, 3, 17), (4, 5, 16, 16), (2, 3, 100, 130), (1, 2, 20000), (3, 4, 7, 8, 9)]
ULP = {"float32": 2**-23, "float64": 2**-52}


def arrays(shape, element):
    """Images whose mean is far from 0, a gradient, weight and bias."""
    random = np.random.default_rng(0)
    images, g = random.standard_normal((2, *shape))
    return (images + 5).astype(element), g.astype(element), *random.standard_normal((2, shape[1])).astype(element)


@pytest.mark.parametrize("element", ULP)
@pytest.mark.parametrize("shape", SHAPES)
def test_moments_to_a_few_ulp(shape, element):
    images = arrays(shape, element)[0]
    mean, variance = channels.moments(element, images)
    exact_mean, exact_variance = numpy_channels.moments(images.astype("float64"))
    assert mean.dtype == variance.dtype == element
    np.testing.assert_allclose(mean, exact_mean, rtol=2 * ULP[element])
    np.testing.assert_allclose(variance, exact_variance, rtol=8 * ULP[element])


@pytest.mark.parametrize("by_batch", [True, False])
@pytest.mark.parametrize("element", ULP)
@pytest.mark.parametrize("shape", SHAPES)
def test_forward_and_backward(shape, element, by_batch):
    images, g, weight, bias = arrays(shape, element)
    mean, variance = numpy_channels.moments(images.astype("float64"))
    mean, rstd = mean.astype(element), (1 / np.sqrt(variance)).astype(element)
    exact = [array.astype("float64") for array in (images, mean, rstd, weight, bias, g)]
    near = {"rtol": 32 * ULP[element], "atol": 32 * ULP[element]}
    found = channels.normalize(element, images, mean, rstd * weight, bias)
    np.testing.assert_allclose(found, numpy_channels.normalize(*exact[:5]), **near)
    found = channels.gradients(element, images, g, mean, rstd, weight, by_batch)
    wanted = numpy_channels.gradients(exact[5], exact[0], exact[1], exact[2], exact[3], by_batch)
    near["atol"] = near["rtol"] * images[:, 0].size ** 0.5  # sums are as exact as their terms are large
    for one, other in zip(found, wanted, strict=True):
        assert one.dtype == element
        np.testing.assert_allclose(one, other, **near)


def test_training_is_as_without_kernels(monkeypatch):
    torch.manual_seed(0)
    images = torch.randn(8, 20, 20, 32, dtype=torch.float64).permute(0, 3, 1, 2)
    results = []
    for least in (numpy_channels.FROM, sys.maxsize):
        monkeypatch.setattr(numpy_channels, "FROM", least)
        layer = torch.nn.BatchNorm2d(32, dtype=torch.float64)
        x = images.clone().requires_grad_()
        found = layer(x)
        gradients = torch.autograd.grad(found.pow(3).sum(), (x, layer.weight, layer.bias), create_graph=True)
        second = torch.autograd.grad(gradients[0].square().sum(), x)
        results.append((found, *gradients, *second, layer.running_mean, layer.running_var, layer.eval()(x)))
    for one, other in zip(*results, strict=True):
        assert torch.allclose(one, other, rtol=1e-8, atol=1e-10)
