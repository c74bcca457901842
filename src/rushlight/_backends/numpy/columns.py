"""Patches of images as columns of a matrix, and back: what turns convolutions into matrix products."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from math import prod
from typing import Any, NamedTuple

import numpy as np
from numpy.lib.stride_tricks import as_strided

Array = np.ndarray[Any, Any]
Sizes = Sequence[int]

BLOCK = 1 << 20
"""Bytes of columns that are made at a time, so that they are still in the cache when they are multiplied."""


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


class _Seen(NamedTuple):
    """What a kernel sees of some images.

    Attributes:
        view: of shape (n, c, *kernel, ...): the pixels under each element of the kernel, for all its places.
        width: how many places the view has.
        room: the sizes along which they are counted; larger than the output where the end of one row and the beginning
            of the next are seen together, which no place of the output is.
    """

    view: Array
    width: int
    room: tuple[int, ...]


def _seen(
    images: Array, kernel: Sizes, stride: Sizes, padding: Sizes, dilation: Sizes, places: tuple[int, ...],
    runs: bool = True,
) -> _Seen:  # fmt: skip
    """What a kernel sees at some places.

    Where it moves by single pixels the view has runs over whole images, which copy ten times as fast as rows, unless
    `runs` is false.
    """
    if not runs or any(step != 1 for step in stride):
        return _Seen(patches(images, kernel, stride, padding, dilation, places), prod(places), places)
    padded = pad(np.ascontiguousarray(images), padding)
    room = places[:1] + padded.shape[3:]
    steps = [prod(padded.shape[axis + 1 :]) for axis in range(2, padded.ndim)]
    count = 1 + sum((size - 1) * step for size, step in zip(places, steps, strict=True))
    within = tuple(step * spread * padded.itemsize for step, spread in zip(steps, dilation, strict=True))
    shape = (*padded.shape[:2], *kernel, count)
    view = as_strided(padded, shape, (*padded.strides[:2], *within, padded.itemsize), writeable=False)
    return _Seen(view, count, room)


def _blocks(seen: _Seen, groups: int) -> Iterator[tuple[slice, Array]]:
    """Columns of shape (some, groups, rows, places) of some images after the other, in one buffer."""
    view, count, room = seen
    n = view.shape[0]
    rows = prod(view.shape[1 : 2 + len(room)])
    if not n:
        return
    if view.flags.c_contiguous:  # a kernel of one pixel: the image itself
        yield slice(0, n), view.reshape(n, groups, rows // groups, count)
        return
    some = max(1, min(n, BLOCK // (rows * count * view.itemsize)))
    buffer = np.empty((some, *view.shape[1:]), view.dtype)
    for start in range(0, n, some):
        part = view[start : start + some]
        block = buffer[: len(part)]
        np.copyto(block, part)
        yield slice(start, start + len(part)), block.reshape(len(part), groups, rows // groups, count)


def _inside(places: Sizes) -> tuple[Any, ...]:
    """The index of the output among the places that are counted."""
    return (..., *(slice(size) for size in places))


def convolve(images: Array, weight: Array, stride: Sizes, padding: Sizes, dilation: Sizes, groups: int) -> Array:
    """Cross-correlation of images (n, c, ...) with kernels (o, c / groups, ...)."""
    kernel = weight.shape[2:]
    places = output_sizes(images.shape[2:], kernel, stride, padding, dilation)
    seen = _seen(images, kernel, stride, padding, dilation, places)
    n, out_channels = images.shape[0], weight.shape[0]
    filters = weight.reshape(groups, out_channels // groups, prod(weight.shape[1:]))
    found = np.empty((n, out_channels, *places), images.dtype)
    wide = None
    for part, block in _blocks(seen, groups):
        target = found[part]
        grouped = (len(target), groups, out_channels // groups, prod(seen.room))
        if seen.room == places:
            np.matmul(filters, block, out=target.reshape(grouped))
            continue
        if wide is None:
            wide = np.empty((len(target), out_channels, *seen.room), images.dtype)
        products = wide[: len(target)]
        np.matmul(filters, block, out=products.reshape(grouped)[..., : seen.width])
        target[...] = products[_inside(places)]
    return found


def convolve_transposed(
    g: Array, weight: Array, sizes: Sizes, stride: Sizes, padding: Sizes, dilation: Sizes, groups: int
) -> Array:
    """The transpose of `convolve`: images of the given sizes from its output."""
    n, out_channels = g.shape[:2]
    kernel, places = weight.shape[2:], g.shape[2:]
    channels = weight.shape[1] * groups
    around = tuple(spread * (size - 1) - pad for size, pad, spread in zip(kernel, padding, dilation, strict=True))
    if all(step == 1 for step in stride) and min(around) >= 0:
        if output_sizes(places, kernel, stride, around, dilation) == tuple(sizes):
            turned = _turned(weight, groups)  # it is a convolution itself
            return convolve(g, turned, stride, around, dilation, groups)
    filters = weight.reshape(groups, out_channels // groups, prod(weight.shape[1:])).swapaxes(1, 2)
    rows = g.reshape(n, groups, out_channels // groups, prod(places))
    padded_sizes = tuple(size + 2 * width for size, width in zip(sizes, padding, strict=True))
    images = np.zeros((n, channels, *padded_sizes), g.dtype)
    some = max(1, BLOCK // max(channels * prod(kernel) * prod(places) * g.itemsize, 1))
    everything = (slice(None), slice(None))
    for start in range(0, n, some):
        part = slice(start, start + some)
        columns = np.matmul(filters, rows[part])
        image = images[part]
        blocks = columns.reshape(len(image), channels, *kernel, *places)
        for offsets, target in _targets(kernel, stride, dilation, places):
            image[everything + target] += blocks[everything + offsets]
    inner = tuple(slice(width, width + size) for size, width in zip(sizes, padding, strict=True))
    return images[everything + inner]


def _turned(weight: Array, groups: int) -> Array:
    """Kernels of the transposed convolution: input and output channels exchanged in each group, every axis reversed."""
    kernel = weight.shape[2:]
    each = weight.shape[0] // groups
    grouped = weight.reshape(groups, each, weight.shape[1], *kernel).swapaxes(1, 2)
    turned = np.flip(grouped, tuple(range(3, grouped.ndim)))
    return turned.reshape(weight.shape[1] * groups, each, *kernel)


def kernel_gradient(
    images: Array, g: Array, kernel: Sizes, stride: Sizes, padding: Sizes, dilation: Sizes, groups: int
) -> Array:
    """The gradient of `convolve` with respect to its kernels."""
    out_channels, places = g.shape[1], g.shape[2:]
    # in runs the places between rows count with gradient 0, which an inf would turn into nan
    finite = bool(np.isfinite(np.add.reduce(images, None)))
    seen = _seen(images, kernel, stride, padding, dilation, places, runs=finite)
    # kernels last: the long rows of the columns come first in the product, which is up to twice as fast
    found = np.zeros((groups, images.shape[1] // groups * prod(kernel), out_channels // groups), g.dtype)
    wide = None
    for part, block in _blocks(seen, groups):
        rows = g[part]
        if seen.room != places:
            if wide is None:
                wide = np.zeros((len(rows), out_channels, *seen.room), g.dtype)
            wide[: len(rows)][_inside(places)] = rows
            rows = wide[: len(rows)]
        rows = rows.reshape(len(rows), groups, out_channels // groups, prod(seen.room))[..., : seen.width]
        found += np.matmul(block, rows.swapaxes(2, 3)).sum(axis=0)
    return found.swapaxes(1, 2).reshape(out_channels, images.shape[1] // groups, *kernel)
