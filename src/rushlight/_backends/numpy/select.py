"""Selections along a dimension of NumPy arrays: the largest, the first few, the order, the middle.

The functions without a leading underscore that end in ``_fast`` raise TypeError or ValueError for whatever is not the
common case, which is an array of one or two dimensions, contiguous, along its last dimension.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .large import extreme
from .machine_code import FROM, compiled

Array = np.ndarray[Any, Any]

_SMALL = 4096
"""Elements up to which rows are gathered by flat places (30 elements: 0.6 us against 4.5 with `np.take_along_axis`);
above it the arithmetic is what costs."""

_starts: dict[tuple[int, int], Array] = {}


def _row_starts(rows: int, size: int) -> Array:
    """Where each row begins in the flattened array, as a column."""
    found = _starts.get((rows, size))
    if found is None:
        if len(_starts) > 256:
            _starts.clear()
        found = _starts[rows, size] = np.arange(0, rows * size, size, dtype=np.int64).reshape(rows, 1)
    return found


def gather(array: Array, places: Array, axis: int) -> Array:
    """The elements at `places` along an axis."""
    ndim = array.ndim
    if axis == ndim - 1 and ndim <= 2 and array.size <= _SMALL and array.size:
        if ndim == 1:
            return array[places]
        rows, size = array.shape
        return array.ravel()[places + _row_starts(rows, size)]
    return np.take_along_axis(array, places, axis)


def _last(array: Array, dim: Any) -> int:
    """The last axis, if that is the one meant."""
    ndim = array.ndim
    if type(dim) is not int or not 0 < ndim <= 2 or array.size > _SMALL or not array.size or dim not in (-1, ndim - 1):
        raise TypeError
    return ndim - 1


def largest_fast(array: Array, dim: Any, keepdim: Any) -> tuple[Any, Any]:
    """The largest elements and their places."""
    return _extreme(array, array.argmax, dim, keepdim)


def smallest_fast(array: Array, dim: Any, keepdim: Any) -> tuple[Any, Any]:
    """The smallest elements and their places."""
    return _extreme(array, array.argmin, dim, keepdim)


def _extreme(array: Array, find: Any, dim: Any, keepdim: Any) -> tuple[Any, Any]:
    if keepdim:
        raise TypeError
    if array.ndim == 2 and dim == 0 and 0 < array.size <= _SMALL:
        places = find(0)
        rows, size = array.shape
        return array.ravel()[places * size + _row_starts(size, 1).ravel()], places
    axis = _last(array, dim)
    places = find(axis)
    if not axis:
        return array[places], places
    rows, size = array.shape
    return array.ravel()[places + _row_starts(rows, size).ravel()], places


def in_order(array: Array, axis: int, descending: bool) -> tuple[Array, Array]:
    """The elements in order, equal ones in the order they came, and their places; nan counts as the largest."""
    found = _sorted(array, axis, descending)
    if found is not None:
        return found
    places = order(array, axis, descending)
    return gather(array, places, axis), places


def _sorted(array: Array, axis: int, descending: bool) -> tuple[Array, Array] | None:
    """What `in_order` gives, from a kernel; None where there is none."""
    if array.size < FROM:
        return None
    numbers = array.view(np.uint8) if array.dtype == np.bool_ else array
    found = compiled("sort", numbers, axis, descending, part="sorting")
    return None if found is None else (found[0].view(array.dtype), found[1])


def order(array: Array, axis: int, descending: bool) -> Array:
    """The places of the elements in sorted order, equal ones in the order they came; nan counts as the largest."""
    found = _sorted(array, axis, descending)
    if found is not None:
        return found[1]
    if not descending:
        return array.argsort(axis, "stable")
    # reversed before and after, so that equal elements keep their order
    last = array.shape[axis] - 1
    return np.ascontiguousarray(np.flip(last - np.flip(array, axis).argsort(axis, "stable"), axis))


def first(array: Array, k: int, axis: int, largest: bool) -> tuple[Array, Array]:
    """The k largest or smallest elements along an axis, in order, and their places; nan counts as the largest."""
    size = array.shape[axis]
    if k and array.size >= FROM and array.size >= _ROWS * size:
        picked = compiled("first", array, axis, k, largest, part="picking")
        if picked is not None:
            return picked
    if k and array.size >= FROM and size >= _MANY * k:
        rows = np.ascontiguousarray(np.moveaxis(array, axis, -1))
        values, places = _first_of_rows(rows.reshape(-1, size), k, largest)
        shape = (*rows.shape[:-1], k)
        values, places = (np.moveaxis(item.reshape(shape), -1, axis) for item in (values, places))
        return np.ascontiguousarray(values), np.ascontiguousarray(places)
    found = _sorted(array, axis, largest)
    if found is not None:
        return tuple(np.take(item, np.arange(k), axis) for item in found)  # type: ignore[return-value]
    if not k or 4 * k >= size:
        places = np.take(order(array, axis, largest), np.arange(k), axis)
        return gather(array, places, axis), places
    # the few are singled out first (1000 rows of 1000, k = 5: 7 ms against 49), in the order they came
    split = size - k if largest else max(k - 1, 0)
    cut = (slice(None),) * axis + (slice(split, None) if largest else slice(0, k),)
    few = np.sort(np.argpartition(array, split, axis)[cut], axis)
    values = np.take_along_axis(array, few, axis)
    ranks = order(values, axis, largest)
    return np.take_along_axis(values, ranks, axis), np.take_along_axis(few, ranks, axis)


_ROWS = 4
"""Rows from which threads look through one each; the bounds below are found by all threads together."""

_MANY = 64
"""How many times as long as what is wanted of it a row has to be for bounds to be worth looking for."""


def _first_of_rows(array: Array, k: int, largest: bool) -> tuple[Array, Array]:
    """The first k of long rows, looked for among those elements that a bound leaves.

    Rows are cut into more pieces than are wanted. The k-th of the pieces' extremes is a bound, as k elements reach it
    at least, and only some more do if there is order in the row (1 million, k = 5: 0.5 ms, sorting all 17).
    """
    rows, size = array.shape
    height = _height(size, 8 * k)
    width = size // height
    pieces = array[:, : height * width].reshape(rows, height, width)
    extremes = extreme(np.maximum if largest else np.minimum, pieces, 1, False)
    bound = in_order(extremes, 1, largest)[0][:, k - 1 : k]
    flat = np.flatnonzero(~(array < bound) if largest else ~(array > bound))  # nan is beyond every bound
    row = flat // size
    ranks = in_order(array.reshape(-1)[flat], 0, largest)[1]
    ranks = ranks[in_order(row[ranks], 0, False)[1]]
    starts = np.searchsorted(row, np.arange(rows))
    chosen = flat[ranks[starts[:, None] + np.arange(k)]]
    return array.reshape(-1)[chosen], chosen % size


def _height(size: int, least: int) -> int:
    """Of how many elements the pieces of a row are made, so that there are some more than `least`, and none left."""
    most = size // least
    return next((height for height in range(most, most // 2, -1) if not size % height), most)


def sorted_fast(array: Array, dim: Any, descending: bool) -> tuple[Any, Any]:
    """The elements in order, and where they came from."""
    axis = _last(array, dim)
    if descending:
        places = order(array, axis, True)
        return gather(array, places, axis), places
    values = array.copy()
    values.sort(axis, "stable")  # as stable as the order of places, and sooner done than gathering (0.4 against 1.2 us)
    return values, array.argsort(axis, "stable")


def order_fast(array: Array, dim: Any, descending: bool) -> Any:
    """The order of the elements."""
    return order(array, _last(array, dim), descending)


def first_fast(array: Array, k: Any, dim: Any, largest: bool, sorted: bool) -> tuple[Any, Any]:
    """The k largest or smallest elements, in order, and their places."""
    axis = _last(array, dim)
    size = array.shape[axis]
    if type(k) is not int or not 0 <= k <= size:
        raise TypeError
    if largest:
        peak = array.item(array.argmax())
        if peak != peak or array.dtype.kind != "f":  # a nan would come last, the least integer has no negative
            raise ValueError
        array = -array
    else:
        array = array.copy()
    places = array.argsort(axis, "stable")
    array.sort(axis, "stable")
    if k < size:
        array, places = array[..., :k], places[..., :k].copy()
    return -array if largest else array.copy(), places


def median_fast(array: Array) -> Any:
    """The lower middle of all elements, nan if there is one."""
    size = array.size
    if not 0 < size <= _SMALL:
        raise TypeError
    flat = array.flatten()
    flat.sort()
    last = flat[size - 1]
    return last if last != last else flat[(size - 1) // 2]
