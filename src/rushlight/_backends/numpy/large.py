"""Reductions of large NumPy arrays whose layout NumPy is slow or inaccurate on.

Along any but the last axis NumPy adds one row after the other, so that a sum of a million float32 numbers keeps five
digits, and where rows are short it spends its time on loops (a million rows of three: 15 ms). Products with ones and
rows folded together do both better (0.6 ms, seven digits).
"""

from __future__ import annotations

from math import isqrt
from typing import Any

import numpy as np

from .machine_code import FROM, attempt, compiled

Array = np.ndarray[Any, Any]
_add: Any = np.add.reduce  # NumPy's annotations know no positional `keepdims`, which is 0.1 us quicker

BLOCK = 1024
"""Elements added in one product with ones: the error grows with it, the number of partial sums shrinks."""

_SHORT = 16
"""Length of rows up to which an extreme is taken column by column (a million rows of three: 2 against 36 ms)."""

_FLOATS = frozenset((np.dtype(np.float32), np.dtype(np.float64)))
_COMPILED = _FLOATS | {np.dtype(np.int64)}
_adders: dict[Any, Any] = {}
"""What has added up arrays of a dtype before, asked at once: half of what Python costs beside a sum of 16 MB."""


def _as_three(array: Array, axis: int) -> Array:
    """A contiguous array as ``(outer, n, inner)`` around an axis, without copying."""
    shape = array.shape
    outer = inner = 1
    for size in shape[:axis]:
        outer *= size
    for size in shape[axis + 1 :]:
        inner *= size
    return array.reshape(outer, shape[axis], inner)


def add(array: Array, axis: Any, keepdim: bool) -> Any:
    """The sum over an axis, several or all (None)."""
    if array.size >= FROM and array.dtype in _COMPILED:
        known = _adders.get(array.dtype)
        if known is not None and type(array) is np.ndarray:
            try:
                return known.fold(array, axis, keepdim)
            except Exception:  # the long way knows what of
                _adders.pop(array.dtype, None)
        total = compiled("add", array, axis, keepdim, part="folds")
        if total is not None:
            _adders[array.dtype] = attempt("folds", "adder", array.dtype.name)
            return total
    if array.dtype not in _FLOATS or not array.flags.c_contiguous or array.size <= BLOCK:
        return _add(array, axis, None, None, keepdim)
    if axis is None:
        found = _add_all(array.reshape(-1))
        return np.full((1,) * array.ndim, found, array.dtype) if keepdim else found
    if type(axis) is not int:
        return _add_several(array, axis, keepdim)
    shape = array.shape
    if axis == array.ndim - 1:
        size = shape[axis]
        if not 0 < size <= BLOCK:
            return _add(array, axis, None, None, keepdim)
        found = array.reshape(-1, size).dot(np.ones(size, array.dtype))
    else:
        found = _add_middle(_as_three(array, axis))
    return found.reshape((*shape[:axis], *(1,) * keepdim, *shape[axis + 1 :]))


def _add_all(flat: Array) -> Any:
    """The sum of all elements, in blocks."""
    count = flat.size // BLOCK
    if not count:
        return np.add.reduce(flat)
    whole = count * BLOCK
    found = _add_all(flat[:whole].reshape(count, BLOCK).dot(np.ones(BLOCK, flat.dtype)))
    return found + np.add.reduce(flat[whole:]) if whole < flat.size else found


def _add_middle(array: Array) -> Array:
    """The sums over the middle of three axes, in blocks."""
    outer, size, inner = array.shape
    if size <= BLOCK:
        return np.matmul(np.ones(size, array.dtype), array)
    if outer > 1:
        return np.stack([_add_middle(part[None])[0] for part in array]) if outer < 64 else np.add.reduce(array, 1)
    count = size // BLOCK
    whole = count * BLOCK
    blocks = np.matmul(np.ones(BLOCK, array.dtype), array[0, :whole].reshape(count, BLOCK, inner))
    found = _add_middle(blocks[None])
    return found + np.add.reduce(array[:, whole:], 1) if whole < size else found


def _add_several(array: Array, axes: tuple[int, ...], keepdim: bool) -> Array:
    """The sums over several axes, one after the other from the last."""
    found = array
    for axis in sorted(axes, reverse=True):
        found = add(found, axis, keepdim)
    return found


def extreme(function: Any, array: Array, axis: Any, keepdim: bool) -> Any:
    """The reduction by a ufunc that takes one of its two operands (maximum, minimum)."""
    if array.size >= FROM:
        reduced = compiled("extreme", array, function is np.maximum, axis, keepdim, part="folds")
        if reduced is not None:
            return reduced
    if type(axis) is not int or array.size <= BLOCK or not array.flags.c_contiguous:
        return function.reduce(array, axis, None, None, keepdim)
    shape = array.shape
    size = shape[axis]
    if axis == array.ndim - 1:
        if not 1 < size <= _SHORT:
            return function.reduce(array, axis, None, None, keepdim)
        found = function(array[..., 0], array[..., 1])
        for index in range(2, size):
            function(found, array[..., index], out=found)
    else:
        found = _fold(function, _as_three(array, axis))
    return found.reshape((*shape[:axis], *(1,) * keepdim, *shape[axis + 1 :]))


def _fold(function: Any, array: Array) -> Any:
    """The reduction over the middle of three axes: first rows far apart, many at once, then the rest."""
    outer, size, inner = array.shape
    if inner >= 256 or size < 256:
        return function.reduce(array, 1)
    width = isqrt(size)
    whole = size // width * width
    found = function.reduce(array[:, :whole].reshape(outer, size // width, width * inner), 1)
    found = function.reduce(found.reshape(outer, width, inner), 1)
    return function(found, function.reduce(array[:, whole:], 1)) if whole < size else found
