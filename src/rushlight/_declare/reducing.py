"""What reductions, scans and selections share: dimensions, and rules that put gradients back in place."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from math import prod
from typing import Any

import numpy as np

from .._core.sizes import wrap_dim, wrap_dims
from .record import REGISTRY

_ON_DEMAND = {
    "_kernel_gradient": "rushlight._ops.convolution",
    "constant_pad_nd": "rushlight._ops.padding",
    "convolution": "rushlight._ops.convolution",
    "dropout": "rushlight._ops.random.dropout",
    "svdvals": "rushlight._ops.linalg_decomposition",
}
"""Where operators are declared whose family is only loaded when it is asked for."""


class Operators:
    """The public operators by name, for rules that need one of another family (``ops.cat``) that is no method."""

    __slots__ = ()

    def __getattr__(self, name: str) -> Any:
        if name not in REGISTRY and name in _ON_DEMAND:
            import_module(_ON_DEMAND[name])
        return REGISTRY[name].call


ops = Operators()

UNSET: Any = type("Unset", (), {"__slots__": (), "__repr__": lambda self: "<not given>"})()
"""The default of arguments whose mere presence picks an overload."""

Dims = int | Sequence[int] | None
"""Dimensions as reductions take them; None and ``()`` for all."""


def restore_dims(g: Any, shape: Any, dim: tuple[int, ...] | int | None, keepdim: bool) -> Any:
    """A gradient with the dimensions that a reduction dropped put back as size 1.

    Args:
        g: gradient of the reduction's result.
        shape: of the reduction's input.
        dim: one dimension, or several counted from the front; None for all (a 0-d gradient stays, it broadcasts).
        keepdim: whether the reduction kept them.
    """
    if keepdim or dim is None or not shape:
        return g
    if isinstance(dim, int):
        return g.unsqueeze(dim)
    if len(dim) == 1:
        return g.unsqueeze(dim[0])
    return g.reshape(tuple(1 if index in dim else size for index, size in enumerate(shape)))


def count_reduced(shape: Sequence[int], dim: tuple[int, ...] | int | None) -> int:
    """The number of elements that go into one element of a reduction's result."""
    if dim is None or not shape:
        return prod(shape)
    return shape[dim] if isinstance(dim, int) else prod(shape[index] for index in dim)


def along(array: np.ndarray[Any, Any], dim: int) -> tuple[np.ndarray[Any, Any], int]:
    """An array with at least one dimension, and `dim` counted from the front.

    torch takes a 0-d tensor for one of a single element where an operator runs along a dimension; the result then
    has to be reshaped to `array.shape`.
    """
    axis = wrap_dim(dim, array.ndim)
    return (array if array.ndim else array.reshape(1)), axis


def check_sizes(name: str, input: Any, dim: Dims) -> None:
    """Raises torch's error where a dimension that has no elements is to be reduced to one of them."""
    for index in wrap_dims(dim, input.ndim):
        if input.ndim and not input.shape[index]:
            raise IndexError(f"{name}(): Expected reduction dim {index} to have non-zero size.")


def place(g: Any, input_like: Any, dim: int, indices: Any, keepdim: bool = True) -> Any:
    """A gradient put where the values came from: the rule of operators that select values along a dimension.

    Args:
        g: gradient of the selected values.
        input_like: shape of what they were selected from.
        dim: the dimension selected along.
        indices: the places along `dim`, of the shape of `g`.
        keepdim: whether `g` still has the dimension.
    """
    if not input_like.shape:
        return g.reshape(())
    if not keepdim:
        g, indices = g.unsqueeze(dim), indices.unsqueeze(dim)
    return g.new_zeros(input_like.shape).scatter(dim, indices, g)


def split_evenly(
    g: Any, input: Any, result: Any, dim: tuple[int, ...] | None, keepdim: bool, *, nans: bool = False
) -> Any:
    """The rule of extremes: the gradient in equal parts to all elements that equal the result.

    Args:
        g: gradient of the result.
        input: what was reduced.
        result: its extremes.
        dim, keepdim: as the reduction had them.
        nans: whether a result of nan hands its gradient to the nans, as in `max`; in `amax` it has none to hand it to.
    """
    value, g = restore_dims(result, input.shape, dim, keepdim), restore_dims(g, input.shape, dim, keepdim)
    ties = input == value
    if nans:  # a nan differs from itself, and where one is the result is nan and equals nothing
        ties = ties | (input != input)
    ties = ties.to(g.dtype)
    count = ties.sum() if dim is None else ties.sum(dim, True)
    return ties * (g / count)


def norm_rule(g: Any, input: Any, result: Any, ord: Any, dim: tuple[int, ...] | None, keepdim: bool) -> Any:
    """The gradient of a norm; zero where the norm or the element has a kink at zero, as torch takes it."""
    if ord == 0:
        return None
    norm, g = restore_dims(result, input.shape, dim, keepdim), restore_dims(g, input.shape, dim, keepdim)
    if ord == 1:
        return input.sgn() * g
    if ord == 2:
        return input * (g / norm).masked_fill(norm == 0, 0)
    if abs(ord) == float("inf"):
        return input.sgn() * split_evenly(g, input.abs(), norm, dim, True, nans=True)
    if ord < 1:
        scaled = input.sgn() * input.abs().pow(ord - 1).masked_fill(input == 0, 0)
        return scaled * g * norm.pow(1 - ord)
    scaled = input.sgn() * input.abs().pow(ord - 1) if ord < 2 else input * input.abs().pow(ord - 2)
    return scaled * (g / norm.pow(ord - 1)).masked_fill(norm == 0, 0)
