"""Reductions of NumPy arrays by the quickest call that gives the result.

`np.add.reduce` takes 0.8 us on 30 numbers, most of it to set the loop up; a product with ones takes 0.4 us, and
finding the place of the largest element 0.2 us. All functions are called as a ufunc's ``reduce`` is.
"""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

_SMALL = 1024
"""Elements up to which a product with ones is the quicker sum (float32: 0.4 against 0.8 us at 30, 0.7 against
1.1 at 1024; above it `np.add.reduce` adds pairwise and so more accurately)."""

_F32, _F64 = np.dtype(np.float32), np.dtype(np.float64)
_ones32: dict[int, Array] = {}
_ones64: dict[int, Array] = {}
_add, _maximum, _minimum = np.add.reduce, np.maximum.reduce, np.minimum.reduce


def _make_ones(size: int, element: np.dtype[Any]) -> Array:
    table = _ones32 if element is _F32 else _ones64
    return table.setdefault(size, np.ones(size, element))


def total(array: Array, axis: Any = None, dtype: Any = None, out: Any = None, keepdim: bool = False) -> Any:
    """The sum along an axis counted from the front, or of all elements."""
    element = array.dtype
    if array.size > _SMALL or keepdim or not (element is _F32 or element is _F64):
        return _add(array, axis, None, None, keepdim)
    ndim = array.ndim
    if axis is None or ndim == 1:
        array, size = array.ravel(), array.size
    elif axis == ndim - 1 or ndim == 2:
        size = array.shape[axis]
    else:
        return _add(array, axis, None, None, keepdim)
    ones = (_ones32 if element is _F32 else _ones64).get(size)
    if ones is None:
        ones = _make_ones(size, element)
    return ones.dot(array) if axis == 0 else array.dot(ones)


def mean(array: Array, axis: Any = None, dtype: Any = None, out: Any = None, keepdim: bool = False) -> Any:
    """The sum divided by the number of elements summed."""
    found = total(array, axis, None, None, keepdim)
    found /= array.size if axis is None else array.shape[axis]
    return found


def maximum(array: Array, axis: Any = None, dtype: Any = None, out: Any = None, keepdim: bool = False) -> Any:
    """The largest element, nan where there is one."""
    if axis is None and not keepdim and array.size <= _SMALL:
        return array.item(array.argmax()) if array.dtype is _F64 else array.ravel()[array.argmax()]
    return _maximum(array, axis, None, None, keepdim)


def minimum(array: Array, axis: Any = None, dtype: Any = None, out: Any = None, keepdim: bool = False) -> Any:
    """The smallest element, nan where there is one."""
    if axis is None and not keepdim and array.size <= _SMALL:
        return array.item(array.argmin()) if array.dtype is _F64 else array.ravel()[array.argmin()]
    return _minimum(array, axis, None, None, keepdim)


def norm(array: Array, ord: Any, dim: Any, keepdim: bool, dtype: Any) -> Any:
    """The Euclidean norm of a small float array; TypeError for every other."""
    if ord != 2 or dim is not None or keepdim or dtype is not None or array.size > _SMALL:
        raise TypeError
    flat = array.ravel()
    return np.sqrt(flat.dot(flat))


def vector_norm(array: Array, ord: float, axis: Any, keepdim: bool) -> Any:
    """The norm of the vectors along some axes, in the real dtype of the array."""
    axes = {"axis": axis, "keepdims": keepdim}
    if ord == 0:
        return np.add.reduce(array != 0, **axes, dtype=array.real.dtype)
    if ord == 2:
        square = array * array if array.dtype.kind != "c" else array.real**2 + array.imag**2
        return np.sqrt(np.add.reduce(square, **axes))
    size = np.abs(array)
    if ord == 1:
        return np.add.reduce(size, **axes)
    if abs(ord) == np.inf:
        return np.maximum.reduce(size, initial=0, **axes) if ord > 0 else np.minimum.reduce(size, **axes)
    power = np.asarray(ord, size.dtype)
    return np.power(np.add.reduce(np.power(size, power), **axes), 1 / power)
