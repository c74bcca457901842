"""Sums and maxima over sliding windows, one strided slice a position in the window."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from math import prod
from typing import Any

import numpy as np

from .machine_code import FROM, compiled

Array = np.ndarray[Any, Any]
Sizes = Sequence[int]


def pooled_sizes(
    sizes: Sizes, kernel: Sizes, stride: Sizes, padding: Sizes, dilation: Sizes, ceil_mode: bool
) -> tuple[int, ...]:
    """How many windows there are along each dimension; the last must begin inside the image or its left padding."""
    found = []
    for size, width, step, pad, spread in zip(sizes, kernel, stride, padding, dilation, strict=True):
        room = size + 2 * pad - spread * (width - 1) - 1
        count = (-(-room // step) if ceil_mode else room // step) + 1
        if ceil_mode and (count - 1) * step >= size + pad:
            count -= 1
        found.append(count)
    return tuple(found)


def _padded(
    images: Array, kernel: Sizes, stride: Sizes, padding: Sizes, dilation: Sizes, out: Sizes, value: Any
) -> Array:
    """Images with room around them for every window."""
    rank = len(kernel)
    lead = images.shape[: images.ndim - rank]
    sizes = images.shape[images.ndim - rank :]
    reach = [
        max((count - 1) * step + spread * (width - 1) + 1, size + pad)
        for count, step, spread, width, size, pad in zip(out, stride, dilation, kernel, sizes, padding, strict=True)
    ]
    if not any(padding) and all(total == size for total, size in zip(reach, sizes, strict=True)):
        return images
    found = np.full((*lead, *reach), value, images.dtype)
    found[_inner(padding, sizes)] = images
    return found


def _positions(
    kernel: Sizes, stride: Sizes, dilation: Sizes, out: Sizes
) -> Iterator[tuple[tuple[int, ...], tuple[Any, ...]]]:
    for offsets in itertools.product(*map(range, kernel)):
        yield offsets, (..., *(
            slice(offset * spread, offset * spread + (count - 1) * step + 1, step)
            for offset, spread, count, step in zip(offsets, dilation, out, stride, strict=True)
        ))  # fmt: skip


def maxima(
    images: Array, kernel: Sizes, stride: Sizes, padding: Sizes, dilation: Sizes, out: Sizes
) -> tuple[Array, Array]:
    """The maximum of every window, and its place in the flattened image; the first of equals, nan before all.

    The place is kept as the number of the position in the window, in a byte, and chosen by arithmetic: NumPy's `where`
    takes ten times as long where the choice is different for every element.
    """
    if images.size >= FROM:
        found = compiled("maxima", images, kernel, stride, padding, dilation, out, part="pooling")
        if found is not None:
            return found
    lowest = -np.inf if images.dtype.kind == "f" else np.iinfo(images.dtype).min
    padded = _padded(images, kernel, stride, padding, dilation, out, lowest)
    rank = len(kernel)
    sizes = images.shape[images.ndim - rank :]
    best: Any = None
    numbers: Any = None
    positions = list(_positions(kernel, stride, dilation, out))
    for number, (_, window) in enumerate(positions):
        candidate = padded[window]
        if best is None:
            best = candidate.copy()
            numbers = np.zeros(best.shape, np.uint8 if len(positions) <= 256 else np.int32)
            continue
        better = (candidate > best).astype(numbers.dtype)
        np.maximum(numbers, np.multiply(better, number, out=better, casting="unsafe"), out=numbers)
        np.maximum(best, candidate, out=best)
    odd = np.isnan(best) if best.dtype.kind == "f" else np.zeros((), bool)
    if padded is not images:
        odd = odd | (best == lowest)  # which may stand for a place outside
    if odd.any():
        return _maxima_step_by_step(padded, sizes, kernel, stride, padding, dilation, out)
    starts, _ = _flat_places((0,) * rank, sizes, stride, padding, dilation, out)
    steps = [
        sum(offset * spread * prod(sizes[axis + 1 :]) for axis, (offset, spread) in enumerate(zip(offsets, dilation)))
        for offsets, _ in positions
    ]
    index = np.array(steps).take(numbers)
    index += starts
    return best, index


def _maxima_step_by_step(
    padded: Array, sizes: Sizes, kernel: Sizes, stride: Sizes, padding: Sizes, dilation: Sizes, out: Sizes
) -> tuple[Array, Array]:
    """`maxima` where there are nans, or elements as low as the padding, which never counts."""
    best: Any = None
    index: Any = None
    for offsets, window in _positions(kernel, stride, dilation, out):
        candidate = padded[window]
        place, inside = _flat_places(offsets, sizes, stride, padding, dilation, out)
        if best is None:
            best = np.zeros(candidate.shape, padded.dtype)
            index = np.full(candidate.shape, -1, np.int64)
        better = (candidate > best) | np.isnan(candidate) if padded.dtype.kind == "f" else candidate > best
        better |= index < 0
        better &= inside
        best = np.where(better, candidate, best)
        index = np.where(better, place, index)
    return best, index


def _flat_places(
    offsets: Sizes, sizes: Sizes, stride: Sizes, padding: Sizes, dilation: Sizes, out: Sizes
) -> tuple[Array, Array]:
    """For one position in the window: its place in the flattened image for every window, and whether it is inside."""
    place: Any = 0
    inside: Any = True
    rank = len(sizes)
    for axis, (offset, size, step, pad, spread, count) in enumerate(
        zip(offsets, sizes, stride, padding, dilation, out, strict=True)
    ):
        along = np.arange(count) * step - pad + offset * spread
        shape = (1,) * axis + (-1,) + (1,) * (rank - 1 - axis)
        inside = inside & ((along >= 0) & (along < size)).reshape(shape)
        place = place * size + along.reshape(shape)
    return place, inside


def sums(images: Array, kernel: Sizes, stride: Sizes, padding: Sizes, out: Sizes) -> Array:
    """The sum over every window, zeros outside the image."""
    if images.size >= FROM:
        total = compiled("sums", images, kernel, stride, padding, out, part="pooling")
        if total is not None:
            return total
    ones = (1,) * len(kernel)
    padded = _padded(images, kernel, stride, padding, ones, out, 0)
    found: Any = None
    for _, window in _positions(kernel, stride, ones, out):
        part = padded[window]
        found = part.copy() if found is None else np.add(found, part, found)
    return found


def _inner(padding: Sizes, sizes: Sizes) -> Any:
    """The index of what was padded in its padded form."""
    return (..., *(slice(pad, pad + size) for pad, size in zip(padding, sizes, strict=True)))


def spread_sums(g: Array, sizes: Sizes, kernel: Sizes, stride: Sizes, padding: Sizes) -> Array:
    """The transpose of `sums`: every window's value added to all of its places."""
    if g.size >= FROM:
        images = compiled("spread_sums", g, sizes, kernel, stride, padding, part="pooling")
        if images is not None:
            return images
    rank = len(kernel)
    out = g.shape[g.ndim - rank :]
    ones = (1,) * rank
    shell = np.broadcast_to(np.zeros((), g.dtype), (*g.shape[: g.ndim - rank], *sizes))
    padded = np.array(_padded(shell, kernel, stride, padding, ones, out, 0))
    for _, window in _positions(kernel, stride, ones, out):
        padded[window] += g
    return padded[_inner(padding, sizes)]


def window_counts(sizes: Sizes, kernel: Sizes, stride: Sizes, padding: Sizes, out: Sizes, count_padding: bool) -> Array:
    """How many places each window has for its mean, padding counted or not."""
    total: Any = np.ones((1,) * len(kernel))
    for axis, (size, width, step, pad, count) in enumerate(zip(sizes, kernel, stride, padding, out, strict=True)):
        start = np.arange(count) * step - pad
        stop = np.minimum(start + width, size + pad)
        if not count_padding:
            start, stop = np.maximum(start, 0), np.minimum(stop, size)
        total = total * (stop - start).reshape((1,) * axis + (-1,) + (1,) * (len(kernel) - 1 - axis))
    return total


def _adaptive_bounds(sizes: Sizes, parts: Sizes) -> list[tuple[Array, Array]]:
    """Where the windows begin and end that split images into parts, along each dimension; they overlap if they must."""
    found = []
    for size, count in zip(sizes, parts, strict=True):
        places = np.arange(count)
        found.append((places * size // count, -(-(places + 1) * size // count)))
    return found


def _counts(bounds: list[tuple[Array, Array]], element: Any) -> Array:
    """How many places each window has."""
    total: Any = np.ones((1,) * len(bounds), element)
    for axis, (first, last) in enumerate(bounds):
        total = total * (last - first).reshape((1,) * axis + (-1,) + (1,) * (len(bounds) - 1 - axis)).astype(element)
    return np.asarray(total)


def adaptive_maxima(images: Array, parts: Sizes) -> tuple[Array, Array]:
    """The maxima of windows that split images into parts, and their places in the flattened image."""
    rank = len(parts)
    lead, sizes = images.shape[: images.ndim - rank], images.shape[images.ndim - rank :]
    bounds = _adaptive_bounds(sizes, parts)
    if images.size >= FROM:
        found = compiled("region_maxima", images, bounds, part="pooling")
        if found is not None:
            return found
    values = np.empty((*lead, *parts), images.dtype)
    index = np.empty((*lead, *parts), np.int64)
    for place in np.ndindex(*parts):
        spots = [(int(first[spot]), int(last[spot])) for spot, (first, last) in zip(place, bounds, strict=True)]
        within: Any = (..., *(slice(*spot) for spot in spots))
        window = images[within]
        flat = window.reshape((*lead, prod(window.shape[len(lead) :])))
        best = flat.argmax(-1)
        values[(..., *place)] = np.take_along_axis(flat, best[..., None], -1)[..., 0]
        places = np.unravel_index(best, window.shape[-rank:])
        index[(..., *place)] = np.ravel_multi_index([at + spot[0] for at, spot in zip(places, spots)], sizes)
    return values, index


def adaptive_means(images: Array, parts: Sizes) -> Array | None:
    """The means of windows that split images into parts; None where no kernel does it."""
    bounds = _adaptive_bounds(images.shape[images.ndim - len(parts) :], parts)
    total = compiled("region_sums", images, bounds, part="pooling") if images.size >= FROM else None
    return None if total is None else total / _counts(bounds, images.dtype)


def spread_means(g: Array, sizes: Sizes) -> Array | None:
    """The transpose of `adaptive_means`: images of the given sizes; None where no kernel does it."""
    if g.size // max(prod(g.shape[g.ndim - len(sizes) :]), 1) * prod(sizes) < FROM:
        return None
    bounds = _adaptive_bounds(sizes, g.shape[g.ndim - len(sizes) :])
    return compiled("spread_regions", g / _counts(bounds, g.dtype), sizes, bounds, part="pooling")
