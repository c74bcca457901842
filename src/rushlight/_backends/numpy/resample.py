"""Separable resampling: every place of the output is a weighted sum of a few places along each dimension."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np

from .machine_code import FROM, compiled

Array = np.ndarray[Any, Any]
Taps = tuple[Array, Array | None]
"""For one dimension: indices of shape (out, k) into the input, and weights of that shape (None for all 1)."""


def resample(images: Array, taps: Sequence[Taps]) -> Array:
    """Applies taps to the last dimensions."""
    if images.size * prod(len(index) for index, _ in taps) >= FROM * prod(images.shape[images.ndim - len(taps) :]):
        made = compiled("resample", images, [_weighted(one) for one in taps], part="resampling")
        if made is not None:
            return made
    first = images.ndim - len(taps)
    for number, (index, weight) in enumerate(taps):
        axis = first + number
        found = None
        for k in range(index.shape[1]):
            part = images.take(index[:, k], axis)
            if weight is not None:
                part = part * _along(weight[:, k], axis, images.ndim).astype(images.dtype, copy=False)
            found = part if found is None else found + part
        assert found is not None
        images = found
    return images


def resample_transposed(g: Array, taps: Sequence[Taps], sizes: Sequence[int]) -> Array:
    """The transpose of `resample`: gradients of an input whose last dimensions have the given sizes."""
    if g.size >= FROM:
        turned = [_transposed(*_weighted(one), size) for one, size in zip(taps, sizes, strict=True)]
        made = compiled("resample", g, turned, part="resampling")
        if made is not None:
            return made
    first = g.ndim - len(taps)
    for number, (index, weight) in enumerate(taps):
        axis = first + number
        moved = np.moveaxis(g, axis, 0)
        found = np.zeros((sizes[number], *moved.shape[1:]), g.dtype)
        for k in range(index.shape[1]):
            part = moved
            if weight is not None:
                part = moved * _along(weight[:, k], 0, moved.ndim).astype(g.dtype, copy=False)
            np.add.at(found, index[:, k], part)
        g = np.moveaxis(found, 0, axis)
    return np.ascontiguousarray(g)


def _weighted(taps: Taps) -> tuple[Array, Array]:
    """Taps with weights."""
    index, weight = taps
    return index, np.ones(index.shape) if weight is None else weight


def _transposed(index: Array, weight: Array, size: int) -> tuple[Array, Array]:
    """For each of the places of an input the places of the output that it is in, -1 for none, and its weights there."""
    flat = index.reshape(-1)
    order = np.argsort(flat, kind="stable")
    counts = np.bincount(flat, minlength=size)
    within = np.arange(flat.size) - np.repeat(np.cumsum(counts) - counts, counts)
    places = np.full((size, max(int(counts.max(initial=0)), 1)), -1)
    weights = np.zeros(places.shape)
    places[flat[order], within] = order // index.shape[1]
    weights[flat[order], within] = weight.reshape(-1)[order]
    return places, weights


def _along(values: Array, axis: int, ndim: int) -> Array:
    return values.reshape((-1,) + (1,) * (ndim - 1 - axis))


def window_taps(size: int, out: int) -> Taps:
    """Means over windows that split `size` places into `out` parts, overlapping where they must."""
    places = np.arange(out)
    start = places * size // out
    stop = -(-(places + 1) * size // out)
    width = int((stop - start).max()) if out else 1
    offsets = np.arange(width)
    inside = offsets < (stop - start)[:, None]
    index = np.where(inside, start[:, None] + offsets, 0)
    return index, inside / (stop - start)[:, None]


def nearest_taps(size: int, out: int, scale: float | None, exact: bool) -> Taps:
    """The nearest place of the input; `exact` counts from the middle of places."""
    ratio = np.float32(1 / scale if scale else size / out)
    places = np.arange(out, dtype=np.float32)
    found = np.floor((places + np.float32(0.5)) * ratio if exact else places * ratio).astype(np.int64)
    return np.minimum(found, size - 1)[:, None], None


def source_places(size: int, out: int, scale: float | None, align_corners: bool, clip: bool) -> Array:
    """Where in the input, as a float, each place of the output lies."""
    places = np.arange(out, dtype=np.float64)
    if align_corners:
        return places * ((size - 1) / (out - 1) if out > 1 else 0.0)
    ratio = 1 / scale if scale else size / out
    found = (places + 0.5) * ratio - 0.5
    return np.maximum(found, 0) if clip else found


def linear_taps(size: int, out: int, scale: float | None, align_corners: bool) -> Taps:
    """The two neighbours and their shares."""
    where = source_places(size, out, scale, align_corners, True)
    low = np.minimum(np.floor(where).astype(np.int64), size - 1)
    high = np.minimum(low + 1, size - 1)
    share = where - low
    return np.stack([low, high], 1), np.stack([1 - share, share], 1)


def cubic_taps(size: int, out: int, scale: float | None, align_corners: bool) -> Taps:
    """Four neighbours with Keys' cubic kernel, a = -0.75; places beyond the edge repeat it."""
    where = source_places(size, out, scale, align_corners, False)
    base = np.floor(where)
    share = where - base
    index = np.clip(base[:, None].astype(np.int64) + np.arange(-1, 3), 0, size - 1)
    distance = np.abs(share[:, None] - np.arange(-1, 3))
    return index, keys_kernel(distance, -0.75)


def keys_kernel(distance: Array, a: float) -> Array:
    """Keys' cubic convolution kernel at a distance of 0 to 2."""
    near = ((a + 2) * distance - (a + 3)) * distance**2 + 1
    far = ((distance - 5) * distance + 8) * distance * a - 4 * a
    return np.where(distance <= 1, near, np.where(distance < 2, far, 0.0))


def antialiased_taps(size: int, out: int, scale: float | None, align_corners: bool, cubic: bool) -> Taps:
    """Neighbours within a kernel that is stretched when the image shrinks."""
    if align_corners:
        ratio = (size - 1) / (out - 1) if out > 1 else 0.0
    else:
        ratio = 1 / scale if scale else size / out
    support = (2.0 if cubic else 1.0) * max(ratio, 1.0)
    inverse = 1 / ratio if ratio >= 1 else 1.0
    center = ratio * (np.arange(out) + 0.5)
    start = np.maximum((center - support + 0.5).astype(np.int64), 0)
    stop = np.minimum((center + support + 0.5).astype(np.int64), size)
    width = int((stop - start).max())
    offsets = np.arange(width)
    distance = np.abs((offsets + start[:, None] - center[:, None] + 0.5) * inverse)
    weight = keys_kernel(distance, -0.5) if cubic else np.maximum(1 - distance, 0)
    weight = np.where(offsets < (stop - start)[:, None], weight, 0)
    index = np.minimum(start[:, None] + offsets, size - 1)
    return index, weight / weight.sum(1, keepdims=True)
