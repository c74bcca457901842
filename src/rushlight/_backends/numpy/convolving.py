"""Convolutions: large ones by compiled kernels, the others by matrix products of columns."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np

from . import columns
from .machine_code import FROM, compiled

Array = np.ndarray[Any, Any]
Sizes = Sequence[int]

PRODUCTS_FROM = 8 * FROM
"""Multiplications from which kernels run. At 2**18 a convolution of 4x3x16x16 takes 40 µs either way, its gradients
50; a quarter of that is work of Python."""


def _worth(first: Array, second: Array, products: int) -> bool:
    """Whether a convolution of two arrays, which has some multiplications, is one for kernels."""
    return products >= PRODUCTS_FROM and first.dtype == second.dtype and first.size > 0 < second.size


def _is_product(sizes: Sizes, places: Sizes, kernel: Sizes, padding: Sizes, groups: int) -> bool:
    """Whether every weight meets one element of an image, so that a convolution is a product of matrices."""
    return groups == 1 and prod(places) == 1 and tuple(sizes) == tuple(kernel) and not any(padding)


def _rows(array: Array) -> Array:
    return array.reshape(len(array), prod(array.shape[1:]))


def convolve(
    images: Array, weight: Array, bias: Array | None, stride: Sizes, padding: Sizes, dilation: Sizes, groups: int
) -> Array:
    """Cross-correlation of images (n, c, ...) with kernels (o, c / groups, ...), and `bias` added to each channel.

    Args:
        images, weight, bias: the arrays.
        stride, padding, dilation: a number for each dimension.
        groups: blocks of channels that do not see each other.
    """
    places = columns.output_sizes(images.shape[2:], weight.shape[2:], stride, padding, dilation)
    if _is_product(images.shape[2:], places, weight.shape[2:], padding, groups):
        found = _rows(images) @ _rows(weight).T
        return _shifted(found.reshape(len(images), len(weight), *places), bias)
    if _worth(images, weight, images.shape[0] * weight.size * prod(places)):
        settings = (stride, padding, dilation, places, groups)
        found = compiled("convolve", images, weight, bias, *settings, part="convolution")
        if found is not None:
            return found
    return _shifted(columns.convolve(images, weight, stride, padding, dilation, groups), bias)


def convolve_transposed(
    g: Array, weight: Array, bias: Array | None, sizes: Sizes, stride: Sizes, padding: Sizes, dilation: Sizes,
    groups: int,
) -> Array:  # fmt: skip
    """The transpose of `convolve`: images of the given sizes from its output."""
    if _is_product(sizes, g.shape[2:], weight.shape[2:], padding, groups):
        found = _rows(g) @ _rows(weight)
        return _shifted(found.reshape(len(g), weight.shape[1], *sizes), bias)
    if _worth(g, weight, g.size // max(g.shape[1], 1) * weight.size):
        settings = (sizes, stride, padding, dilation, groups)
        found = compiled("convolve_transposed", g, weight, bias, *settings, part="convolution")
        if found is not None:
            return found
    return _shifted(columns.convolve_transposed(g, weight, sizes, stride, padding, dilation, groups), bias)


def kernel_gradient(
    images: Array, g: Array, kernel: Sizes, stride: Sizes, padding: Sizes, dilation: Sizes, groups: int
) -> Array:
    """The gradient of `convolve` with respect to its kernels."""
    if _is_product(images.shape[2:], g.shape[2:], kernel, padding, groups):
        found = _rows(g).T @ _rows(images)
        return found.reshape(g.shape[1], images.shape[1], *kernel)
    settings = (kernel, stride, padding, dilation, groups)
    if _worth(images, g, g.size * images.shape[1] // groups * prod(kernel)):
        found = compiled("kernel_gradient", images, g, *settings, part="convolution")
        if found is not None:
            return found
    return columns.kernel_gradient(images, g, *settings)


def _shifted(found: Array, bias: Array | None) -> Array:
    if bias is not None:
        found += bias.reshape(-1, *(1,) * (found.ndim - 2))
    return found
