"""Draws from weighted categories: ``multinomial``."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..generator import Generator
from .rounding import HALVES
from .transforms import fill_exponential

Array = np.ndarray[Any, Any]
Indices = np.ndarray[Any, np.dtype[np.int64]]


def multinomial(generator: Generator, weights: Array, count: int, replacement: bool) -> Indices:
    """The indices of `count` categories, drawn in proportion to their weights.

    Args:
        generator: the source.
        weights: a floating array of one dimension, or of two with a distribution in each row.
        count: draws for each row; without replacement no more than there are categories.
        replacement: whether a category may be drawn more than once.

    Raises:
        RuntimeError: a weight is negative, infinite or NaN, or the weights of a row are all zero.
    """
    if replacement and count > 1:
        return _with_replacement(generator, weights, count)
    return _by_smallest_waiting_time(generator, weights, count)


def _by_smallest_waiting_time(generator: Generator, weights: Array, count: int) -> Indices:
    """Draws without replacement, or once: the categories whose exponential waiting times end first."""
    wide = weights.astype(np.float32) if weights.dtype in HALVES else weights
    if not bool(np.all((wide >= 0) & (wide < np.inf))):
        raise RuntimeError("probability tensor contains either `inf`, `nan` or element < 0")
    if not bool(np.all(wide.any(-1))):
        raise RuntimeError("invalid multinomial distribution (sum of probabilities <= 0)")
    times = np.empty_like(weights)
    fill_exponential(generator, times)
    with np.errstate(divide="ignore", invalid="ignore"):
        speeds = weights / times
    if count == 1:
        return np.expand_dims(speeds.argmax(-1), -1)
    order: Indices = np.argsort(-speeds, axis=-1, kind="stable")
    return order[..., :count]


def _with_replacement(generator: Generator, weights: Array, count: int) -> Indices:
    """Draws again and again: looks up uniform numbers in the cumulated weights."""
    rows = np.atleast_2d(weights.astype(np.float32) if weights.dtype in HALVES else weights)
    for row in rows:
        _check(row)
    drawn = np.empty((rows.shape[0], count), np.int64)
    with generator.lock:
        for row, target in zip(rows, drawn):
            cumulated = np.cumsum(row, dtype=row.dtype)
            cumulated /= cumulated[-1]
            cumulated[-1] = 1
            target[...] = np.searchsorted(cumulated.astype(np.float64), generator.doubles(count))
    return drawn if weights.ndim == 2 else drawn[0]


def _check(row: Array) -> None:
    """Raises torch's error about the first weight of a row that is none, or about their sum."""
    wrong = ~((row >= 0) & (row < np.inf))
    if wrong.any():
        reason = "= infinity or NaN" if row[wrong.argmax()] == np.inf else "< 0"
        raise RuntimeError(f"invalid multinomial distribution (encountering probability entry {reason})")
    if not row.any():
        raise RuntimeError("invalid multinomial distribution (sum of probabilities <= 0)")
