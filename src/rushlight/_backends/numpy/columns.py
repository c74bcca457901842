"""Patches of images as columns of a matrix, and back: what turns convolutions into matrix products."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from math import prod
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

Array = np.ndarray[Any, Any]
Sizes = Sequence[int]


def output_sizes(sizes: Sizes, kernel: Sizes, stride: Sizes, padding: Sizes, dilation: Sizes) -> tuple[int, ...]:
    """How many places a kernel has along each dimension."""
    return tuple(
        (size + 2 * pad - spread * (width - 1) - 1) // step + 1
        for size, width, step, pad, spread in zip(sizes, kernel, stride, padding, dilation, strict=True)
    )


def pad(images: Array, padding: Sizes) -> Array:
    """Images of shape (n, c, ...) with zeros around them."""
    if not any(padding):
        return images
    shape = images.shape[:2] + tuple(size + 2 * width for size, width in zip(images.shape[2:], padding, strict=True))
    padded = np.zeros(shape, images.dtype)
    inner = tuple(slice(width, width + size) for size, width in zip(images.shape[2:], padding, strict=True))
    padded[(slice(None), slice(None), *inner)] = images
    return padded


def patches(
    images: Array, kernel: Sizes, stride: Sizes, padding: Sizes, dilation: Sizes, places: Sizes | None = None
) -> Array:
    """A view of shape (n, c, *kernel, *places) of the (padded) images: what the kernel sees at every place.

    Without `places` it is at all that there are. A transposed convolution with much output padding has fewer.
    """
    if places is None:
        places = output_sizes(images.shape[2:], kernel, stride, padding, dilation)
    padded = pad(images, padding)
    steps = padded.strides[2:]
    within = tuple(step * spread for step, spread in zip(steps, dilation, strict=True))
    between = tuple(step * jump for step, jump in zip(steps, stride, strict=True))
    shape = padded.shape[:2] + tuple(kernel) + tuple(places)
    return as_strided(padded, shape, padded.strides[:2] + within + between, writeable=False)


def to_columns(
    images: Array, kernel: Sizes, stride: Sizes, padding: Sizes, dilation: Sizes, places: Sizes | None = None
) -> Array:
    """Patches as columns: shape (n, c * kernel, places), contiguous."""
    view = patches(images, kernel, stride, padding, dilation, places)
    rank = len(kernel)
    return view.reshape(view.shape[0], view.shape[1] * prod(kernel), prod(view.shape[2 + rank :]))


def from_columns(
    columns: Array, channels: int, sizes: Sizes, kernel: Sizes, stride: Sizes, padding: Sizes, dilation: Sizes,
    places: Sizes | None = None,
) -> Array:  # fmt: skip
    """Columns added back into images of shape (n, channels, *sizes), overlaps summed: the transpose of `to_columns`."""
    if places is None:
        places = output_sizes(sizes, kernel, stride, padding, dilation)
    padded_sizes = tuple(size + 2 * width for size, width in zip(sizes, padding, strict=True))
    images = np.zeros((columns.shape[0], channels, *padded_sizes), columns.dtype)
    blocks = columns.reshape(columns.shape[0], channels, *kernel, *places)
    everything = (slice(None), slice(None))
    for offsets, target in _targets(kernel, stride, dilation, places):
        images[everything + target] += blocks[everything + offsets]
    inner = tuple(slice(width, width + size) for size, width in zip(sizes, padding, strict=True))
    return images[everything + inner]


def _targets(
    kernel: Sizes, stride: Sizes, dilation: Sizes, places: Sizes
) -> Iterator[tuple[tuple[int, ...], tuple[slice, ...]]]:
    """For every position in the kernel the strided part of the image it falls on."""
    for offsets in itertools.product(*map(range, kernel)):
        yield (
            offsets,
            tuple(
                slice(offset * spread, offset * spread + (count - 1) * step + 1, step)
                for offset, spread, count, step in zip(offsets, dilation, places, stride, strict=True)
            ),
        )


def convolve(images: Array, weight: Array, stride: Sizes, padding: Sizes, dilation: Sizes, groups: int) -> Array:
    """Cross-correlation of images (n, c, ...) with kernels (o, c / groups, ...)."""
    kernel = weight.shape[2:]
    places = output_sizes(images.shape[2:], kernel, stride, padding, dilation)
    columns = to_columns(images, kernel, stride, padding, dilation)
    n, out_channels = images.shape[0], weight.shape[0]
    if groups == 1:
        found = np.matmul(weight.reshape(out_channels, prod(weight.shape[1:])), columns)
    else:
        filters = weight.reshape(groups, out_channels // groups, prod(weight.shape[1:]))
        found = np.matmul(filters, columns.reshape(n, groups, columns.shape[1] // groups, columns.shape[-1]))
    return found.reshape(n, out_channels, *places)


def convolve_transposed(
    g: Array, weight: Array, sizes: Sizes, stride: Sizes, padding: Sizes, dilation: Sizes, groups: int
) -> Array:
    """The transpose of `convolve`: images of the given sizes from its output."""
    n, out_channels = g.shape[:2]
    places, kernel = g.shape[2:], weight.shape[2:]
    rows = g.reshape(n, groups, out_channels // groups, prod(places))
    filters = weight.reshape(groups, out_channels // groups, weight.shape[1] * prod(kernel))
    columns = np.matmul(filters.swapaxes(1, 2), rows)
    return from_columns(columns, weight.shape[1] * groups, sizes, kernel, stride, padding, dilation, places)


def kernel_gradient(
    images: Array, g: Array, kernel: Sizes, stride: Sizes, padding: Sizes, dilation: Sizes, groups: int
) -> Array:
    """The gradient of `convolve` with respect to its kernels."""
    columns = to_columns(images, kernel, stride, padding, dilation, g.shape[2:])
    n, out_channels = g.shape[:2]
    places = columns.shape[-1]
    rows = g.reshape(n, groups, out_channels // groups, places)
    grouped = columns.reshape(n, groups, columns.shape[1] // groups, places)
    if groups == 1:
        found = np.tensordot(rows[:, 0], grouped[:, 0], axes=([0, 2], [0, 2]))
    else:
        found = np.matmul(rows, grouped.swapaxes(2, 3)).sum(axis=0)
    return found.reshape(out_channels, images.shape[1] // groups, *kernel)
