"""Sorting: the order of elements, and the first few of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._backends.numpy import select
from .._core.dtypes import BOOL
from .._core.meta_array import stand_in
from .._core.named_results import named_result
from .._core.sizes import wrap_dim
from .._declare.binding import invalid_combination
from .._declare.kinds import composite, kernel, overloaded
from .._declare.reducing import along, place

if TYPE_CHECKING:
    from ..tensor import Tensor

SortResult = named_result("sort", "values", "indices")
TopkResult = named_result("topk", "values", "indices")


def _check_sort(name: str, input: Any, dim: int) -> None:
    wrap_dim(dim, input.ndim)
    if input.dtype.is_complex:
        raise RuntimeError(f" {name} does not support complex dtypes on CPU")


@kernel(
    batch="dims",
    name="sort.stable",
    eager=select.sorted_fast,
    natural="real",
    node="SortBackward0",
    meta=lambda input, dim, descending: (input, stand_in(input.shape, np.int64)),
    flops=0,
    returns=SortResult,
    nondifferentiable=(1,),
    check=lambda input, dim, descending: _check_sort("Sort", input, dim),
    vjp={"input": lambda g, input_like, result1, dim: place(g[0], input_like, dim, result1)},
)
def _sort(input: Tensor, dim: int = -1, descending: bool = False, *, out: Any = None) -> Any:
    array, axis = along(input, dim)
    values, order = select.in_order(array, axis, descending)
    return values.reshape(input.shape), order.reshape(input.shape)


@overloaded(_sort)
def sort(input: Tensor, dim: int = -1, descending: bool = False, *, stable: bool | None = None, out: Any = None) -> Any:
    """The elements along `dim` in order, and the places they came from.

    Args:
        input: any shape; real. nan counts as the largest.
        dim: the dimension.
        descending: whether the largest comes first.
        stable: whether equal elements keep their order (here they always do).

    Returns:
        A named tuple ``(values, indices)``.

    Example::

        >>> torch.sort(torch.tensor([3.0, 1.0, 2.0])).indices
        tensor([1, 2, 0])
    """
    if type(dim) is not int or not isinstance(descending, (bool, int)):
        raise invalid_combination("sort", (input, dim, descending) if descending is not False else (input, dim))
    return _sort(input, dim, bool(descending)) if out is None else _sort(input, dim, bool(descending), out=out)


@kernel(
    batch="dims",
    name="argsort.stable",
    eager=select.order_fast,
    natural="real",
    meta=lambda input, dim, descending: stand_in(input.shape, np.int64),
    flops=0,
    nondifferentiable=True,
    check=lambda input, dim, descending: _check_sort("Sort", input, dim),
)
def _argsort(input: Tensor, dim: int, descending: bool) -> Tensor:
    array, axis = along(input, dim)
    return select.order(array, axis, descending).reshape(input.shape)


@overloaded(_argsort)
def argsort(input: Tensor, dim: int = -1, descending: bool = False, *, stable: bool | None = None) -> Tensor:
    """The places of the elements along `dim` in sorted order.

    Args:
        input: any shape; real. nan counts as the largest.
        dim: the dimension.
        descending: whether the largest comes first.
        stable: whether equal elements keep their order (here they always do).

    Example::

        >>> torch.argsort(torch.tensor([3.0, 1.0, 2.0]))
        tensor([1, 2, 0])
    """
    return _argsort(input, dim, descending)


@composite
def msort(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The elements in order along the first dimension.

    Args:
        input: any shape; real.

    Example::

        >>> torch.msort(torch.tensor([[3, 1], [2, 4]]))
        tensor([[2, 1],
                [3, 4]])
    """
    return _sort(input, 0, False)[0]


def _check_topk(input: Any, k: Any, dim: int) -> None:
    if not hasattr(k, "__index__"):
        raise TypeError(f"topk(): argument 'k' (position 1) must be int, not {type(k).__name__}")
    axis = wrap_dim(dim, input.ndim)
    if not 0 <= k <= (input.shape[axis] if input.ndim else 1):
        error = RuntimeError("selected index k out of range")
        error.add_note(f"k is {k}, the tensor of shape {list(input.shape)} is asked along dimension {axis}")
        raise error
    if input.dtype.is_complex or input.dtype.category == BOOL:
        kind = " topk does not support complex" if input.dtype.is_complex else "topk does not support bool"
        raise RuntimeError(f"{kind} dtypes on CPU")


def _topk_meta(input: Any, k: int, dim: int, largest: bool, sorted: bool) -> Any:
    shape = list(input.shape)
    if shape:
        shape[dim] = k
    return stand_in(tuple(shape), input.dtype), stand_in(tuple(shape), np.int64)


@kernel(
    batch="dims",
    eager=select.first_fast,
    natural="integer",
    meta=_topk_meta,
    flops=0,
    returns=TopkResult,
    nondifferentiable=(1,),
    check=lambda input, k, dim, largest, sorted: _check_topk(input, k, dim),
    vjp={"input": lambda g, input_like, result1, dim: place(g[0], input_like, dim, result1)},
)
def topk(input: Tensor, k: int, dim: int = -1, largest: bool = True, sorted: bool = True, *, out: Any = None) -> Any:
    """The `k` largest (or smallest) elements along `dim`, and their places.

    Args:
        input: any shape; real. nan counts as the largest.
        k: how many.
        dim: the dimension.
        largest: whether to take the largest.
        sorted: whether they are to be in order (here they always are).

    Returns:
        A named tuple ``(values, indices)``.

    Example::

        >>> torch.topk(torch.tensor([3.0, 1.0, 2.0]), 2).values
        tensor([3., 2.])
    """
    if not input.ndim:
        return input.copy(), np.zeros((), np.int64)
    axis = wrap_dim(dim, input.ndim)
    return select.first(input, int(k), axis, largest)
