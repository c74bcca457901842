"""Reductions of NumPy arrays by the quickest call that gives the result.

`np.add.reduce` takes 0.8 us on 30 numbers, most of it to set the loop up; a product with ones takes 0.35 us, and
finding the place of the largest element 0.2 us. Functions that take an axis are called as a ufunc's ``reduce`` is.
"""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np
from numpy._core.multiarray import count_nonzero as _count  # `np.count_nonzero` without its 0.3 us of Python

from .errstate import quiet
from .large import add, extreme
from .machine_code import FROM, compiled

sqrt = np.sqrt
Array = np.ndarray[Any, Any]
_multiply: Any = np.multiply.reduce  # NumPy's annotations know no positional `keepdims`

SMALL = 1024
"""Elements up to which one product with ones is the sum (float32: 0.35 against 0.8 us at 30, 0.4 against 1.0 at
1024); above it blocks keep the error small."""

F32, F64 = np.dtype(np.float32), np.dtype(np.float64)


def _ones(element: np.dtype[Any]) -> list[Any]:
    """Ones of every length up to `SMALL`, made on first use."""
    return [None] * (SMALL + 1)


_ones32, _ones64 = _ones(F32), _ones(F64)


def _make(size: int, element: np.dtype[Any]) -> Array:
    table = _ones32 if element is F32 else _ones64
    found: Array = np.ones(size, element)
    table[size] = found
    return found


def whole_sum(array: Array) -> Any:
    """The sum of all elements."""
    size = array.size
    element = array.dtype
    if size > SMALL or not (element is F32 or element is F64):
        return add(array, None, False)
    ones = (_ones32 if element is F32 else _ones64)[size]
    if ones is None:
        ones = _make(size, element)
    return array.ravel().dot(ones)


def total(array: Array, axis: Any = None, dtype: Any = None, out: Any = None, keepdim: bool = False) -> Any:
    """The sum along an axis counted from the front, or of all elements."""
    element = array.dtype
    ndim = array.ndim
    if type(axis) is not int or ndim > 2 or array.size > SMALL or not (element is F32 or element is F64):
        return add(array, axis, keepdim)
    size = array.shape[axis]
    ones = (_ones32 if element is F32 else _ones64)[size]
    if ones is None:
        ones = _make(size, element)
    if not keepdim:
        return ones.dot(array) if axis == 0 else array.dot(ones)
    if axis:
        return array.dot(ones.reshape(size, 1))
    return ones.reshape(1, size).dot(array) if ndim == 2 else ones.dot(array).reshape(1)


def whole_mean(array: Array) -> Any:
    """The mean of all elements."""
    return whole_sum(array) / array.size


def mean(array: Array, axis: Any = None, dtype: Any = None, out: Any = None, keepdim: bool = False) -> Any:
    """The sum divided by the number of elements summed."""
    if type(axis) is int:
        return total(array, axis, None, None, keepdim) / _number(array.shape[axis], array.dtype)
    count = array.size if axis is None else prod(array.shape[index] for index in axis)
    return add(array, axis, keepdim) / np.asarray(count, array.real.dtype)


_numbers: dict[Any, dict[int, Any]] = {F32: {}, F64: {}}


def _number(value: int, element: np.dtype[Any]) -> Any:
    """A small number as a 0-d array, which NumPy divides by sooner than by a Python number (0.4 against 0.7 us)."""
    known = _numbers.get(element)
    if known is None or value > SMALL:
        return value
    found = known.get(value)
    if found is None:
        found = known[value] = np.asarray(value, element)
    return found


def whole_maximum(array: Array) -> Any:
    """The largest element, nan where there is one."""
    return array.ravel()[array.argmax()] if array.size <= SMALL else extreme(np.maximum, array, None, False)


def whole_minimum(array: Array) -> Any:
    """The smallest element, nan where there is one."""
    return array.ravel()[array.argmin()] if array.size <= SMALL else extreme(np.minimum, array, None, False)


def maximum(array: Array, axis: Any = None, dtype: Any = None, out: Any = None, keepdim: bool = False) -> Any:
    """The largest elements along an axis, nan where there is one."""
    return extreme(np.maximum, array, axis, keepdim)


def minimum(array: Array, axis: Any = None, dtype: Any = None, out: Any = None, keepdim: bool = False) -> Any:
    """The smallest elements along an axis, nan where there is one."""
    return extreme(np.minimum, array, axis, keepdim)


def whole_product(array: Array) -> Any:
    """The product of all elements of an array that is multiplied in its own dtype."""
    return _multiply(array, None) if array.size < FROM else product(array)


def product(array: Array, axis: Any = None, dtype: Any = None, out: Any = None, keepdim: bool = False) -> Any:
    """The product along an axis, several or all, of an array that is multiplied in its own dtype."""
    if array.size >= FROM:
        found = compiled("multiply", array, axis, keepdim, part="folds")
        if found is not None:
            return quiet(found.astype, array.dtype, copy=False)
    return _multiply(array, axis, dtype, out, keepdim)


def count_true(array: Array, axis: Any, keepdim: bool) -> Any:
    """How many elements along an axis, several or all are not zero."""
    if array.size >= FROM and (axis is not None or array.dtype.char != "?"):  # NumPy counts bytes as quickly
        found = compiled("count", array, axis, keepdim, part="folds")
        if found is not None:
            return found
    return np.asarray(np.count_nonzero(array, axis, keepdims=keepdim), np.int64)


def any_true(array: Array, dim: Any, keepdim: bool) -> Any:
    """Whether an element is not zero; TypeError along a dimension, and for uint8, whose truth is uint8."""
    if dim is not None or keepdim or array.dtype.char == "B":
        raise TypeError
    return (_count(array) if array.size < FROM else count_true(array, None, False)) != 0


def all_true(array: Array, dim: Any, keepdim: bool) -> Any:
    """Whether no element is zero; TypeError along a dimension, and for uint8, whose truth is uint8."""
    if dim is not None or keepdim or array.dtype.char == "B":
        raise TypeError
    return (_count(array) if array.size < FROM else count_true(array, None, False)) == array.size


def place_of_largest(array: Array, dim: Any, keepdim: bool) -> Any:
    """Where the largest element is; the general path where there is none or a dimension is kept."""
    if keepdim or not array.size:
        raise TypeError
    if array.size >= FROM:
        found = compiled("place", array, True, dim, part="folds")
        if found is not None:
            return found
    return array.argmax(dim)


def place_of_smallest(array: Array, dim: Any, keepdim: bool) -> Any:
    """Where the smallest element is; the general path where there is none or a dimension is kept."""
    if keepdim or not array.size:
        raise TypeError
    if array.size >= FROM:
        found = compiled("place", array, False, dim, part="folds")
        if found is not None:
            return found
    return array.argmin(dim)


def variance(array: Array, dim: Any, correction: Any, keepdim: bool) -> Any:
    """The variance of a small float array of at most two dimensions; TypeError for every other."""
    size = array.size
    if size > SMALL or correction != 1:
        raise TypeError
    if dim is None:
        if size < 2 or keepdim:
            raise TypeError
        flat = array.ravel()
        distance = flat - whole_sum(flat) / size
        return distance.dot(distance) / (size - 1)
    if type(dim) is not int or array.ndim != 2 or not -2 <= dim < 2:
        raise TypeError
    dim %= 2
    count = array.shape[dim]
    if count < 2:
        raise TypeError
    distance = array - mean(array, dim, None, None, True)
    return total(distance * distance, dim, None, None, keepdim) / _number(count - 1, array.dtype)


def deviation(array: Array, dim: Any, correction: Any, keepdim: bool) -> Any:
    """The standard deviation of a small float array of at most two dimensions; TypeError for every other."""
    return sqrt(variance(array, dim, correction, keepdim))


def whole_norm(array: Array) -> Any:
    """The Euclidean norm of all elements of a small float array; TypeError for a larger one."""
    if array.size > SMALL:
        raise TypeError
    flat = array.ravel()
    return sqrt(flat.dot(flat))


def norm(array: Array, ord: Any, dim: Any, keepdim: bool, dtype: Any) -> Any:
    """The Euclidean norm of a small float array; TypeError for every other."""
    if dtype is not None or array.size > SMALL or ord not in (1, 2):
        raise TypeError
    if dim is None and not keepdim:
        flat = array.ravel()
        return sqrt(flat.dot(flat)) if ord == 2 else whole_sum(np.abs(flat))
    if ord == 1 or type(dim) is not int or not -array.ndim <= dim < array.ndim:
        raise TypeError
    return sqrt(total(array * array, dim % array.ndim, None, None, keepdim))


def vector_norm(array: Array, ord: float, axis: Any, keepdim: bool) -> Any:
    """The norm of the vectors along some axes, in the real dtype of the array."""
    if type(axis) is tuple and len(axis) == 1:
        axis = axis[0]
    axes = {"axis": axis, "keepdims": keepdim}
    if array.size >= FROM:
        found = _large_norm(array, ord, axis, keepdim)
        if found is not None:
            return found
    if ord == 0:
        return np.add.reduce(array != 0, **axes, dtype=array.real.dtype)
    if ord == 2:
        square = array * array if array.dtype.kind != "c" else array.real**2 + array.imag**2
        return sqrt(add(square, axis, keepdim))
    size = np.abs(array)
    if ord == 1:
        return add(size, axis, keepdim)
    if abs(ord) == np.inf:
        return np.maximum.reduce(size, initial=0, **axes) if ord > 0 else np.minimum.reduce(size, **axes)
    power = np.asarray(ord, size.dtype)
    return np.power(add(np.power(size, power), axis, keepdim), 1 / power)


def _large_norm(array: Array, ord: float, axis: Any, keepdim: bool) -> Any:
    """The norm of a large array; None where there is no kernel."""
    if ord == 0:
        found = compiled("count", array, axis, keepdim, part="folds")
        return None if found is None else found.astype(array.dtype)
    if ord == np.inf:
        return compiled("largest_size", array, axis, keepdim, part="folds")
    if ord not in (1, 2, 3, 4):
        return None
    found = compiled("power_sum", array, int(ord), axis, keepdim, part="folds")
    if found is None or ord == 1:
        return found
    return sqrt(found) if ord == 2 else np.power(found, np.asarray(1 / ord, found.dtype))
