"""Batch normalization of arrays of shape (n, c, ...): few passes, and reductions that run as dot products.

A step over 32x16x32x32 takes 0.6 ms forward and 0.8 backward; one NumPy call an operation took 2.2 and 3.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .machine_code import FROM, compiled

Array = np.ndarray[Any, Any]


def _as_three(array: Array) -> Array:
    """Contiguous, as (n, c, places)."""
    n, channels = array.shape[:2]
    return np.ascontiguousarray(array).reshape(n, channels, array.size // max(n * channels, 1))


def _sums(three: Array) -> Array:
    """The sum of each channel."""
    found: Array = (three @ np.ones(three.shape[2], three.dtype)).sum(axis=0)
    return found


def _dots(three: Array, other: Array) -> Array:
    """The sum of products of each channel."""
    found: Array = np.vecdot(three.conj(), other).sum(axis=0)  # `vecdot` conjugates, too
    return found


def _column(values: Array) -> Array:
    return values.reshape(-1, 1)


def moments(images: Array) -> tuple[Array, Array]:
    """Mean and variance (of all, not of a sample) of each channel."""
    if images.size >= FROM:
        found = compiled("moments", images, part="channels")
        if found is not None:
            return found
    three = _as_three(images)
    count = three.shape[0] * three.shape[2]
    mean = _sums(three) / count
    centered = three - _column(mean)
    return mean, _dots(centered, centered) / count


def normalize(images: Array, mean: Array, rstd: Array, weight: Any, bias: Any) -> Array:
    """The images less `mean` times `rstd`, then times `weight` plus `bias`, each one number a channel."""
    if images.size >= FROM:
        factor = rstd if weight is None else rstd * weight
        normalized = compiled("normalize", images, mean, factor, bias, part="channels")
        if normalized is not None:
            return normalized
    found = _as_three(images) - _column(mean)
    found *= _column(rstd if weight is None else rstd * weight)
    if bias is not None:
        found += _column(bias)
    return found.reshape(images.shape)


def gradients(
    g: Array, images: Array, mean: Array, rstd: Array, weight: Any, by_batch: bool
) -> tuple[Array, Array, Array]:
    """The gradients of images, weight and bias of a normalization.

    Args:
        g: the gradient of its output.
        images: its input.
        mean, rstd: the statistics that it used, one number a channel.
        weight: its weight, or None.
        by_batch: whether the statistics came from the images.
    """
    if images.size >= FROM and g.dtype == images.dtype:
        found = compiled("gradients", images, g, mean, rstd, weight, by_batch, part="channels")
        if found is not None:
            return found
    slope, centered = _as_three(g), _as_three(images) - _column(mean)
    count = slope.shape[0] * slope.shape[2]
    total = _sums(slope)
    along = _dots(slope, centered)
    factor = rstd if weight is None else rstd * weight
    if by_batch:
        # factor * (g - mean of g - normalized * mean of (g * normalized)), its terms gathered
        centered *= _column(-factor * np.square(rstd) * (along / count))
        centered -= _column(factor * (total / count))
        centered += slope * _column(factor)
    else:
        np.multiply(slope, _column(factor), out=centered)
    return centered.reshape(images.shape), along * rstd, total
