"""Compiled forms of the NumPy backend's reductions, under their names, for arrays of any real dtype.

Each takes the name of the array's dtype first, and raises `Unsupported` where NumPy has to do it. 16-bit floats are
combined in float32, products of float32 in float64, sums of integers in int64.
"""

from __future__ import annotations

from functools import cache
from math import prod
from typing import Any

import numpy as np

from ..._core.expression import Expression
from . import kernels
from .reduce import Reduction, dims_of, fold
from .reducers import Fold, Place
from .typed import FLOATS, NARROW
from .unsupported import Unsupported

Array = np.ndarray[Any, Any]


def _symbol(name: str) -> Any:
    return Expression.symbol(name)


_x, _y = _symbol("x"), _symbol("y")


def _readable(element: str) -> str:
    """The name of a dtype, if kernels can read it: conversions of float16 came with those that multiply and add."""
    if element == "float16" and not kernels.host().fused:
        raise Unsupported("float16 on this processor")
    return element


def adder(element: str) -> Reduction:
    """What adds elements of a dtype up."""
    carried = None if element in FLOATS or element in NARROW else "int64"
    return fold("add", _readable(element), carried)


def add(element: str, array: Array, axis: Any, keepdim: bool) -> Array:
    """The sum over an axis, several or all; of 16-bit floats in float32, of integers and truth values in int64."""
    return adder(element).fold(array, axis, keepdim)


def multiply(element: str, array: Array, axis: Any, keepdim: bool) -> Array:
    """The product over an axis, several or all, in float64 or int64: products of float32 near 1 lose digits in it."""
    carried = "float64" if element in FLOATS or element in NARROW else "int64"
    return fold("mul", _readable(element), carried).fold(array, axis, keepdim)


def extreme(element: str, array: Array, largest: bool, axis: Any, keepdim: bool) -> Array:
    """The largest or smallest elements, nan where there is one; of 16-bit floats as float32."""
    return fold("maximum" if largest else "minimum", _readable(element)).fold(array, axis, keepdim)


def mean(element: str, array: Array, axis: Any, keepdim: bool) -> Array:
    """The sum of floats divided by their number; of 16-bit floats in float32."""
    found = add(element, array, axis, keepdim)
    return found / np.asarray(array.size // found.size, found.dtype)


def largest(element: str, array: Array, axis: Any, keepdim: bool) -> Array:
    """The largest elements, nan where there is one."""
    return extreme(element, array, True, axis, keepdim)


def smallest(element: str, array: Array, axis: Any, keepdim: bool) -> Array:
    """The smallest elements, nan where there is one."""
    return extreme(element, array, False, axis, keepdim)


@cache
def _sum_of(element: str, what: str, power: int = 1) -> Reduction:
    """The sum of something of each element."""
    if what == "truth":
        return Reduction(
            Expression.call("ne", (_x, False if element == "bool" else 0)), element, Fold("add"), carried="int32"
        )
    if what == "number":
        return Reduction(Expression.call("where", (_x == _x, _x, 0)), element, Fold("add"))
    size: Any = Expression.call("abs", (_x,)) if power % 2 else _x
    product = size
    for _ in range(power - 1):
        product = product * size
    return Reduction(product, element, Fold("add"))


def count(element: str, array: Array, axis: Any, keepdim: bool) -> Array:
    """How many elements are not zero, in int64."""
    found = _sum_of(_readable(element), "truth").fold(array, axis, keepdim)
    return found.astype(np.int64, copy=False)


def add_numbers(element: str, array: Array, axis: Any, keepdim: bool) -> Array:
    """The sum of the elements that are not nan; of 16-bit floats in float32."""
    if element not in FLOATS and element not in NARROW:
        return add(element, array, axis, keepdim)
    return _sum_of(_readable(element), "number").fold(array, axis, keepdim)


def power_sum(element: str, array: Array, power: int, axis: Any, keepdim: bool) -> Array:
    """The sum of the elements' magnitudes to a whole power; of 16-bit floats in float32."""
    return _sum_of(_readable(element), "power", power).fold(array, axis, keepdim)


@cache
def _largest_size(element: str) -> Reduction:
    return Reduction(Expression.call("abs", (_x,)), element, Fold("maximum"))


def largest_size(element: str, array: Array, axis: Any, keepdim: bool) -> Array:
    """The largest magnitude, nan where there is one."""
    return _largest_size(_readable(element)).fold(array, axis, keepdim)


@cache
def _place(element: str, largest: bool) -> Reduction:
    return Reduction(_x, element, Place(largest))


def place(element: str, array: Array, largest: bool, axis: int | None) -> Array:
    """Where the largest or smallest elements are, the first of equal ones."""
    found = _place(_readable(element), largest)
    if axis is None:
        return found(array.reshape(-1), (0,))[1]
    return found(array, dims_of(axis, array.ndim))[1]


@cache
def _distance(element: str) -> Reduction:
    return Reduction((_x - _y) * (_x - _y), element, Fold("add"), ("x", "y"))


def squares(element: str, array: Array, axis: Any, keepdim: bool) -> tuple[Array, Array]:
    """The sum of squared distances from the mean, and the mean."""
    dims = dims_of(axis, array.ndim)
    if not dims:
        raise Unsupported("nothing to reduce")
    total, center = _squares(element, array, dims)
    if keepdim:
        return total, center
    kept = tuple(size for dim, size in enumerate(array.shape) if dim not in dims)
    return total.reshape(kept), center.reshape(kept)


def _squares(element: str, array: Array, dims: tuple[int, ...]) -> tuple[Array, Array]:
    """The same with the dimensions kept. Where others lie between them, of the last ones first: to their sums come the
    squared distances of their means."""
    shape = array.shape
    between = [dim for dim in range(dims[0], dims[-1]) if dim not in dims and shape[dim] > 1]
    if between:
        first = tuple(dim for dim in dims if dim < between[-1])
        last = tuple(dim for dim in dims if dim > between[-1])
        inner, means = _squares(element, array, last)
        outer, center = _squares(element, means, first)
        return add(element, inner, first, True) + outer * np.asarray(_size(shape, last), array.dtype), center
    center = add(element, array, dims, True) / np.asarray(_size(shape, dims), array.dtype)
    return _distance(element)(array, dims, center)[0].reshape(center.shape), center


def _size(shape: tuple[int, ...], dims: tuple[int, ...]) -> int:
    return prod(shape[dim] for dim in dims)
