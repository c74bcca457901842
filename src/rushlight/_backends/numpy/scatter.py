"""Reads and writes at indexed places, where several values may meet at one place."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import prod
from typing import Any

import numpy as np

from .machine_code import FROM, attempt, compiled

Array = np.ndarray[Any, Any]
EVERY = slice(None)


def first_outside(index: Array, low: int, high: int) -> int | None:
    """The first position that is not in ``range(low, high)``; None if all are.

    Few positions are looked at in Python, which takes 0.3 us where a reduction takes 1.3.
    """
    if index.size <= _FEW:
        for position in index.reshape(-1).tolist():
            if not low <= position < high:
                return int(position)
        return None
    if index.dtype == _I64 and index.flags.c_contiguous:
        # a negative one is a large one without its sign, so that looking at the largest is enough
        shifted = (index if low == 0 else index - low).view(np.uint64)
        most = compiled("extreme", shifted, True, None, False, part="folds") if index.size >= FROM else None
        if (np.maximum.reduce(shifted, None) if most is None else most) < high - low:
            return None
    if np.minimum.reduce(index, None) >= low and np.maximum.reduce(index, None) < high:
        return None
    return int(index[(index < low) | (index >= high)].flat[0])


_FEW = 32
_I64 = np.dtype(np.int64)


def places_along(dim: int, index: Array) -> tuple[Array, ...]:
    """NumPy's index for the elements that `gather` and `scatter` mean: `index` along `dim`, in step elsewhere."""
    ndim = index.ndim
    return tuple(
        [
            index if axis == dim else (_kept_count if size <= _SMALL else _count)(size, axis, ndim)
            for axis, size in enumerate(index.shape)
        ]
    )


_SMALL = 1024
"""Up to this size the counts along a dimension are kept, as making one takes 2 us."""


def _count(size: int, axis: int, ndim: int) -> Array:
    """0, 1, 2 ... along one of `ndim` dimensions."""
    found = np.arange(size).reshape((1,) * axis + (size,) + (1,) * (ndim - axis - 1))
    found.flags.writeable = False
    return found


_kept_count = lru_cache(maxsize=256)(_count)


def flat_places(shape: Sequence[int], places: Sequence[Any], from_end: bool = True) -> Array:
    """Positions in the flattened array of the elements that ``array[places]`` names, in the shape of that.

    Args:
        shape: of the array.
        places: integer arrays, masks and full slices; integers are in range.
        from_end: whether there may be negative ones.
    """
    parts: list[Any] = []
    for item in places:
        parts.extend(item.nonzero() if not isinstance(item, slice) and item.dtype.kind == "b" else (item,))
    parts.extend([EVERY] * (len(shape) - len(parts)))
    steps, step = [], 1
    for size in reversed(shape):
        steps.append(step)
        step *= size
    steps.reverse()
    indexed = [dim for dim, part in enumerate(parts) if not isinstance(part, slice)]
    if not indexed:
        return np.arange(step).reshape(shape)
    inner: Any = 0
    for dim in indexed:
        part = parts[dim]
        if from_end:
            part = np.where(part < 0, part + shape[dim], part)
        inner = inner + (part.astype(np.int64, copy=False) * steps[dim] if steps[dim] != 1 else part)
    adjacent = indexed[-1] - indexed[0] + 1 == len(indexed)
    lead = indexed[0] if adjacent else 0
    rest = [dim for dim in range(len(shape)) if dim not in indexed]
    ndim = inner.ndim + len(rest)
    found = inner.reshape((1,) * lead + inner.shape + (1,) * (len(rest) - lead))
    for position, dim in enumerate(rest):
        axis = position if position < lead else position + inner.ndim
        found = found + (np.arange(shape[dim]) * steps[dim]).reshape((-1,) + (1,) * (ndim - axis - 1))
    return found


def combine_at(ufunc: np.ufunc, target: Array, places: Sequence[Any], values: Array, from_end: bool = False) -> None:
    """Combines `values` with ``target[places]``, several at one place one after the other.

    ``ufunc.at`` on flat arrays is 7 times as fast as on rows (64 floats wide, NumPy 2.4). 16-bit floats
    are combined in float32 and rounded once.

    Raises:
        ValueError: `values` do not broadcast to the places.
    """
    if ufunc is np.add and values.size >= FROM and _add_entries(target, places, values, from_end):
        return
    flat = flat_places(target.shape, places, from_end)
    spread = np.broadcast_to(values, flat.shape)
    narrow = target.dtype.itemsize == 2 and target.dtype.kind in "fV"
    work = target.astype(np.float32) if narrow else np.ascontiguousarray(target)
    if flat.size >= FROM:
        added = spread.reshape(-1).astype(work.dtype, copy=False) if spread.size > 1 else spread.astype(work.dtype)
        if attempt("indexed", "place", ACTIONS[ufunc], work.reshape(-1), 0, flat.reshape(-1), added) is not None:
            if work is not target:
                target[...] = work
            return
    ufunc.at(work.reshape(-1), flat.reshape(-1), spread.reshape(-1).astype(work.dtype, copy=False))
    if work is not target:
        target[...] = work


def _add_entries(target: Array, places: Sequence[Any], values: Array, from_end: bool) -> bool:
    """Adds entries at one array of positions, all of the other dimensions taken whole; whether there is a kernel."""
    found = [(axis, item) for axis, item in enumerate(places) if not isinstance(item, slice)]
    if (
        len(found) != 1
        or found[0][1].dtype.kind == "b"
        or any(item != EVERY for item in places if isinstance(item, slice))
    ):
        return False
    axis, index = found[0]
    size = target.shape[axis]
    shape = (*target.shape[:axis], *index.shape, *target.shape[axis + 1 :])
    if values.dtype != target.dtype or prod(target.shape[axis + 1 :]) < 2 or values.shape != shape:
        return False
    if from_end and first_outside(index, 0, size) is not None:
        index = np.where(index < 0, index + size, index)
    entries = values.reshape(*target.shape[:axis], -1, *target.shape[axis + 1 :])
    return compiled("add_entries", entries, axis, index.reshape(-1), target) is not None


def add_at(target: Array, places: Sequence[Any], values: Array, from_end: bool = False) -> None:
    """Adds `values` to ``target[places]``; values that meet at one place add up."""
    combine_at(np.add, target, places, values, from_end)


ACTIONS: dict[Any, str] = {np.add: "add", np.multiply: "mul", np.maximum: "maximum", np.minimum: "minimum"}
"""What kernels call these."""

REDUCTIONS = {"sum": np.add, "mean": np.add, "prod": np.multiply, "amax": np.maximum, "amin": np.minimum}
_STARTS = {"sum": 0, "mean": 0, "prod": 1}


def reduce_along(input: Array, axis: int, index: Array, src: Array, reduce: str, include_self: bool) -> None:
    """Reduces values that meet at positions along an axis of `input`, with what is there or without."""
    ufunc = REDUCTIONS[reduce]
    start = None if include_self else _start(input.dtype, reduce)
    if index.size < FROM or attempt("indexed", "reduce", input, axis, index, src, ACTIONS[ufunc], start) is None:
        places = places_along(axis, index)
        if start is not None:
            input[places] = start
        combine_at(ufunc, input, places, src)
    if reduce == "mean":
        counts = np.full(input.shape, int(include_self), np.int64)
        one = np.asarray(1)
        if index.size < FROM or attempt("indexed", "reduce", counts, axis, index, one, "add") is None:
            add_at(counts, places_along(axis, index), one)
        _divide(input, counts)


def reduce_at(input: Array, places: Any, src: Array, reduce: str, include_self: bool) -> None:
    """Reduces values that meet at places of `input`, with what is there or without."""
    if not include_self:
        input[places] = _start(input.dtype, reduce)
    combine_at(REDUCTIONS[reduce], input, places, src)
    if reduce == "mean":
        counts = np.full(input.shape, int(include_self), np.int64)
        add_at(counts, places, np.asarray(1))
        _divide(input, counts)


def _divide(input: Array, counts: Array) -> None:
    np.maximum(counts, 1, out=counts)
    if input.dtype.kind in "iu":
        np.floor_divide(input, counts.astype(input.dtype), out=input)
    else:
        np.divide(input, counts, out=input, casting="unsafe")


def _start(element: Any, reduce: str) -> Any:
    """What values are combined with where there is nothing else."""
    return _STARTS[reduce] if reduce in _STARTS else _extreme(element, lowest=reduce == "amax")


def _extreme(element: Any, lowest: bool) -> Any:
    if element.kind == "b":
        return not lowest
    if element.kind in "iu":
        return np.iinfo(element).min if lowest else np.iinfo(element).max
    return -np.inf if lowest else np.inf
