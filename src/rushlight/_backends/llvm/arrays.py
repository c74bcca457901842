"""Compiled forms of the NumPy backend's functions, under their names: softmax, layer normalization, scans ...

Each takes the name of the arrays' dtype first, and raises `Unsupported` where NumPy has to do it.
"""

from __future__ import annotations

from functools import cache
from math import prod
from typing import Any

import numpy as np

from ..._core.expression import Expression
from . import copying, entries, groups, long_rows, memory, scans, transposing
from .launch import Elementwise
from .reduce import SHORT, Reduction
from .reducers import Fold
from .typed import NARROW, Node, Program, compute_element, typed
from .unsupported import Unsupported

Array = np.ndarray[Any, Any]

MOST_LABELS = 1 << 24
"""Places in a row that float32 can tell apart."""


def _symbol(name: str) -> Any:
    return Expression.symbol(name)


_x, _y = _symbol("x"), _symbol("y")


def _straight(array: Array) -> Array:
    """An array in the order of its dimensions."""
    if array.flags.c_contiguous:
        return array
    found = memory.empty(array.shape, array.dtype)
    copying.into(array, found)
    return found


def _as_rows(array: Array, axis: int) -> Array:
    """An array as a matrix with the axis along its rows, copied if that is not the last one.

    Turning 4096 x 1024 elements and turning the result back takes as long as two softmaxes along the last axis, a
    quarter of what NumPy takes along the first.
    """
    if not array.size or not array.ndim:
        raise Unsupported("rows without elements")
    if axis % array.ndim != array.ndim - 1:
        array = np.moveaxis(array, axis, -1)
    return _straight(array).reshape(-1, array.shape[-1])


def _turned_back(rows: Array, shape: tuple[int, ...], axis: int) -> Array:
    """The elements of rows in the shape that `_as_rows` made them of."""
    axis %= len(shape)
    moved = rows.reshape(*shape[:axis], *shape[axis + 1 :], shape[axis])
    return moved if axis == len(shape) - 1 else _straight(np.moveaxis(moved, -1, axis))


def _over_rows(group: groups.Group, element: str, arrays: dict[str, Array], axis: int) -> Array:
    """The only output of a group, in the shape of its first input."""
    shape = next(iter(arrays.values())).shape
    inputs = {name: _as_rows(array, axis) for name, array in arrays.items()}
    rows, length = inputs[group.rows[0]].shape
    if long_rows.are_long(rows, length):
        raise Unsupported("rows that are to be shared out")
    return _turned_back(groups.run(group, element, inputs, rows, length)[0], shape, axis)


def softmax(element: str, array: Array, axis: int) -> Array:
    """Exponentials along an axis, divided by their sum."""
    rows = _as_rows(array, axis)
    if long_rows.are_long(*rows.shape):
        found = long_rows.softmax(element, rows)
    else:
        group = groups.SOFTMAX_NARROW if element in NARROW else groups.SOFTMAX
        found = groups.run(group, element, {"x": rows}, *rows.shape)[0]
    return _turned_back(found, array.shape, axis)


def log_softmax(element: str, array: Array, axis: int) -> Array:
    """Logarithms of `softmax`."""
    rows = _as_rows(array, axis)
    if long_rows.are_long(*rows.shape):
        found = long_rows.log_softmax(element, rows)
    else:
        found = groups.run(groups.LOG_SOFTMAX, element, {"x": rows}, *rows.shape)[0]
    return _turned_back(found, array.shape, axis)


def softmax_gradient(element: str, g: Array, result: Array, axis: int) -> Array:
    """The gradient of `softmax` from that of its result."""
    return _over_rows(groups.SOFTMAX_GRADIENT, element, {"g": g, "result": result}, axis)


def log_softmax_gradient(element: str, g: Array, result: Array, axis: int) -> Array:
    """The gradient of `log_softmax` from that of its result."""
    return _over_rows(groups.LOG_SOFTMAX_GRADIENT, element, {"g": g, "result": result}, axis)


def log_softmax_entry(element: str, result: Array, label: Array, share: Array) -> Array:
    """The gradient of `log_softmax` of a matrix whose result's gradient has one entry in every row.

    Args:
        element: the dtype of all arrays.
        result: what `log_softmax` gave.
        label: where the entries are, as numbers of that dtype.
        share: the entries.
    """
    rows, length = result.shape
    if not result.size or length > MOST_LABELS:
        raise Unsupported("rows without elements, or too many for a float")
    arrays = {"result": result, "label": label, "share": share}
    inputs = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    return groups.run(groups.LOG_SOFTMAX_ENTRY, element, inputs, rows, length)[0].reshape(result.shape)


def layer_norm(
    element: str, array: Array, inner: tuple[int, ...], weight: Array | None, bias: Array | None, eps: float
) -> tuple[Array, Array, Array]:
    """Mean 0 and variance 1 over the last dimensions, times a weight, plus a bias; mean and 1 over the deviation."""
    shape, count = array.shape, len(inner)
    length = prod(inner)
    statistics = shape[: array.ndim - count] + (1,) * count
    kind = array.dtype
    inputs = {"x": np.ascontiguousarray(array)}
    group = groups.NORMALIZE
    if weight is not None or bias is not None:
        group = groups.LAYER_NORM
        inputs["weight"] = np.ones(length, kind) if weight is None else np.ascontiguousarray(weight)
        inputs["bias"] = np.zeros(length, kind) if bias is None else np.ascontiguousarray(bias)
        if inputs["weight"].dtype != kind or inputs["bias"].dtype != kind:
            raise Unsupported("a weight of another dtype")
    if not length or not array.size:
        raise Unsupported("rows without elements")
    found, mean, rstd = groups.run(group, element, inputs, array.size // length, length, (eps,))
    return found.reshape(shape), mean.reshape(statistics), rstd.reshape(statistics)


_g, _mean, _rstd = map(_symbol, ("g", "mean", "rstd"))


def layer_norm_gradient(
    element: str, g: Array, x: Array, mean: Array, rstd: Array, weight: Array | None, count: int
) -> Array:
    """The gradient of the input of `layer_norm`."""
    return _layer_norm_gradient(groups.LAYER_NORM_GRADIENT, element, g, x, mean, rstd, weight, count)[0].reshape(
        x.shape
    )


def layer_norm_gradients(
    element: str, g: Array, x: Array, mean: Array, rstd: Array, weight: Array | None, count: int
) -> tuple[Array, ...]:
    """The gradients of input, weight and bias of `layer_norm`, in one run over the rows."""
    found = _layer_norm_gradient(groups.LAYER_NORM_GRADIENTS, element, g, x, mean, rstd, weight, count)
    inner = x.shape[x.ndim - count :]
    return found[0].reshape(x.shape), found[1].reshape(inner), found[2].reshape(inner)


def _layer_norm_gradient(
    group: groups.Group, element: str, g: Array, x: Array, mean: Array, rstd: Array, weight: Array | None, count: int
) -> list[Array]:
    length = prod(x.shape[x.ndim - count :])
    if not length or not x.size:
        raise Unsupported("rows without elements")
    arrays = {"g": g, "x": x, "mean": mean, "rstd": rstd}
    arrays["weight"] = np.ones(length, x.dtype) if weight is None else weight
    inputs = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    if any(array.dtype != x.dtype for array in inputs.values()):
        raise Unsupported("arrays of several dtypes")
    return groups.run(group, element, inputs, x.size // length, length)


@cache
def _weighted(element: str) -> Reduction:
    """The sum down columns of a gradient times the normalized input, whose statistics are a number a row."""
    return Reduction(_g * ((_x - _mean) * _rstd), element, Fold("add"), ("g", "mean", "rstd", "x"),
                     (False, True, True, False))  # fmt: skip


def layer_norm_weight_gradient(
    element: str, g: Array, x: Array, mean: Array, rstd: Array, shape: tuple[int, ...]
) -> Array:  # fmt: skip
    """The gradient of the weight of `layer_norm`."""
    width = prod(shape)
    if not x.size or x.size == width or {array.dtype for array in (g, mean, rstd)} != {x.dtype}:
        raise Unsupported("one row, or arrays of several dtypes")
    g, x, mean, rstd = map(np.ascontiguousarray, (g, x, mean, rstd))
    size = x.itemsize
    operands = [(g, width * size, 0), (mean, size, 0), (rstd, size, 0), (x, width * size, 0)]
    return _weighted(element).down(operands, 1, x.size // width, width)[0].reshape(shape)


def contiguous(element: str, array: Array) -> Array:
    """A copy in the order of the dimensions, of an array that is in another."""
    return transposing.contiguous(array)


def scan(element: str, array: Array, name: str, axis: int) -> Array:
    """Running sums (``add``) or products (``mul``) along an axis."""
    return scans.scan(element, array, name, axis)


@cache
def _fill(element: str) -> Elementwise:
    inputs = {"mask": "bool", "value": element, "x": element}
    nodes = {name: Node("input", compute_element(kind), value=name) for name, kind in inputs.items()}
    node = typed(Expression.call("where", (_symbol("mask"), _symbol("value"), _x)), nodes, element)
    return Elementwise(Program(inputs, (), [(node, element)]))


def fill_where(element: str, array: Array, mask: Array, value: Any) -> Array:
    """Sets elements to a value where a mask that broadcasts is true, in place."""
    if not array.flags.c_contiguous or not array.flags.writeable:
        raise Unsupported("an array with gaps")
    _fill(element).into((mask, np.asarray(value, array.dtype), array), [array])
    return array


def add_entries(element: str, source: Array, axis: int, index: Array, target: Array) -> Array:
    """Adds entries at a vector of positions along an axis; the positions have been checked."""
    return entries.add_entries(element, source, axis, index, target)


def table_gradient(element: str, rows: Array, index: Array, count: int, left_out: int) -> Array:
    """Rows added up in a table of `count` of them, those of one position left out; the positions have been checked."""
    found = memory.empty((count, rows.shape[1]), rows.dtype)
    return entries.add_entries(element, rows, 0, index, found, left_out, clear=True)


def logsumexp(element: str, array: Array, axis: int) -> Array:
    """Logarithms of sums of exponentials along an axis."""
    rows = _as_rows(array, axis)
    if rows.shape[1] < SHORT or long_rows.are_long(*rows.shape):
        found = long_rows.logsumexp(element, rows)
    else:
        found = groups.run(groups.LOGSUMEXP, element, {"x": rows}, *rows.shape)[0]
    axis %= array.ndim
    return found.reshape(array.shape[:axis] + array.shape[axis + 1 :])
