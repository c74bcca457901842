"""Positions for gathering and scattering, checked with torch's errors before anything is written."""

from __future__ import annotations

from typing import Any

import numpy as np

from .scatter import first_outside

Array = np.ndarray[Any, Any]


def vector(array: Array) -> Array:
    """An array with at least one dimension, of the same memory."""
    return array.reshape(1) if not array.ndim else array


def check_index(name: str, index: Array) -> None:
    """Raises torch's error for positions that are neither int64 nor int32."""
    if index.dtype != np.int64 and index.dtype != np.int32:
        raise RuntimeError(f"{name}(): Expected dtype int32/int64 for index")


def check_range(index: Array, size: int, dim: int) -> None:
    """Raises torch's error for a position that is negative or too large."""
    bad = first_outside(index, 0, size)
    if bad is not None:
        error = RuntimeError(f"index {bad} is out of bounds for dimension {dim} with size {size}")
        error.add_note("positions count from 0; negative ones are not taken here")
        raise error


def check_scatter(input: Array, axis: int, index: Array, src: Array | None) -> None:
    """Raises torch's errors for shapes and positions that do not fit; nothing has been written by then."""
    if not index.size:
        return
    target, places = vector(input), vector(index)
    if places.ndim != target.ndim:
        raise RuntimeError("Index tensor must have the same number of dimensions as self tensor")
    if src is not None and vector(src).ndim != places.ndim:
        raise RuntimeError("Index tensor must have the same number of dimensions as src tensor")
    fits = all(wanted <= size for other, (wanted, size) in enumerate(zip(places.shape, target.shape)) if other != axis)
    if src is None:
        if not fits:
            raise RuntimeError(
                f"Expected index {list(index.shape)} to be no larger than self {list(input.shape)} apart from "
                f"dimension {axis}"
            )
    elif not fits or any(wanted > size for wanted, size in zip(places.shape, vector(src).shape)):
        raise RuntimeError(
            f"Expected index {list(index.shape)} to be no larger than self {list(input.shape)} apart from dimension "
            f"{axis} and to be no larger size than src {list(src.shape)}"
        )
    check_range(places, target.shape[axis], axis)


def part_for(src: Array, index: Array) -> Array:
    """The part of `src` that `index` has positions for."""
    return src[tuple(slice(size) for size in index.shape)] if src.shape != index.shape else src
