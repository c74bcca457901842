"""Extremes: the largest and smallest elements and where they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._backends.numpy import reduce, select
from .._core.dtypes import bool_
from .._core.named_results import named_result
from .._core.sizes import wrap_dim
from .._declare.binding import invalid_combination
from .._declare.dispatch import no_kernel
from .._declare.kinds import kernel, overloaded, reduction
from .._declare.reducing import UNSET, Dims, along, check_sizes, ops, place, split_evenly

if TYPE_CHECKING:
    from ..tensor import Tensor

MaxResult = named_result("max", "values", "indices")
MinResult = named_result("min", "values", "indices")
AminmaxResult = named_result("aminmax", "min", "max")


def _single(dim: Any) -> Any:
    """One dimension as a number, for which there are quicker ways."""
    return dim[0] if dim is not None and len(dim) == 1 else dim


def _check_extreme(name: str, input: Any, dim: Dims) -> None:
    """torch's errors for extremes of nothing."""
    if input.numel():
        return
    if dim is None or (not isinstance(dim, int) and not len(dim)):
        raise RuntimeError(
            f"{name}(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim with "
            "the 'dim' argument."
        )
    check_sizes(name, input, dim)


def _check_whole(name: str, input: Any) -> None:
    if input.dtype.is_complex:
        raise no_kernel(f"{name}_all", input.dtype)
    _check_extreme(name, input, None)


@reduction(
    eager=reduce.maximum,
    whole=reduce.whole_maximum,
    large="largest",
    natural="real",
    refuse=("complex",),
    kernel_name="max_values_cpu",
    flops=0,
    check=lambda input, dim, keepdim: _check_extreme("amax", input, dim),
    vjp={"input": split_evenly},
)
def amax(input: Tensor, dim: Dims = (), keepdim: bool = False, *, out: Tensor | None = None) -> Tensor:
    """Largest element along `dim`, or of all; equal ones share the gradient.

    Args:
        input: any shape; real.
        dim: a dimension or several; ``()`` for all of them.
        keepdim: whether the dimensions stay with size 1.

    Example::

        >>> torch.amax(torch.tensor([[1.0, 3.0], [2.0, 0.0]]), dim=0)
        tensor([2., 3.])
    """
    return reduce.maximum(input, _single(dim), keepdim=keepdim)


@reduction(
    eager=reduce.minimum,
    whole=reduce.whole_minimum,
    large="smallest",
    natural="real",
    refuse=("complex",),
    kernel_name="min_values_cpu",
    flops=0,
    check=lambda input, dim, keepdim: _check_extreme("amin", input, dim),
    vjp={"input": split_evenly},
)
def amin(input: Tensor, dim: Dims = (), keepdim: bool = False, *, out: Tensor | None = None) -> Tensor:
    """Smallest element along `dim`, or of all; equal ones share the gradient.

    Args:
        input: any shape; real.
        dim: a dimension or several; ``()`` for all of them.
        keepdim: whether the dimensions stay with size 1.

    Example::

        >>> torch.amin(torch.tensor([[1.0, 3.0], [2.0, 0.0]]), dim=0)
        tensor([1., 0.])
    """
    return reduce.minimum(input, _single(dim), keepdim=keepdim)


@kernel(
    batch=lambda input: input.reshape((len(input), -1)).amax(1),
    name="max.all",
    eager=reduce.whole_maximum,
    natural="real",
    whole=True,
    node="MaxBackward1",
    flops=0,
    check=lambda input: _check_whole("max", input),
    vjp={"input": lambda g, input, result: split_evenly(g, input, result, None, False, nans=True)},
)
def _max_all(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    return np.maximum.reduce(input, axis=None)


@kernel(
    batch=lambda input: input.reshape((len(input), -1)).amin(1),
    name="min.all",
    eager=reduce.whole_minimum,
    natural="real",
    whole=True,
    node="MinBackward1",
    flops=0,
    check=lambda input: _check_whole("min", input),
    vjp={"input": lambda g, input, result: split_evenly(g, input, result, None, False, nans=True)},
)
def _min_all(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    return np.minimum.reduce(input, axis=None)


def _check_selection(name: str, input: Any, dim: int) -> None:
    """torch's errors for a selection along one dimension."""
    if not hasattr(input, "_array"):
        raise invalid_combination(name, (input, dim))
    if input.dtype.is_complex:
        raise RuntimeError(f"{name}(): does not support complex input")
    axis = wrap_dim(dim, input.ndim)
    if not input.numel():
        check_sizes(name, input, axis)


def _select(array: Any, places: Any, axis: int, keepdim: bool) -> tuple[Any, Any]:
    """Values at `places` (with the axis kept) and the places."""
    values = np.take_along_axis(array, places, axis)
    return (values, places) if keepdim else (values.squeeze(axis), places.squeeze(axis))


_SELECT = {"input": lambda g, input_like, result1, dim, keepdim: place(g[0], input_like, dim, result1, keepdim)}


@kernel(
    batch="dims",
    name="max.dim",
    eager=select.largest_fast,
    natural="real",
    node="MaxBackward0",
    flops=0,
    returns=MaxResult,
    nondifferentiable=(1,),
    check=lambda input, dim, keepdim: _check_selection("max", input, dim),
    vjp=_SELECT,
)
def _max_dim(input: Tensor, dim: int, keepdim: bool = False, *, out: Any = None) -> Any:
    array, axis = along(input, dim)
    found = _select(array, array.argmax(axis=axis, keepdims=True), axis, keepdim)
    return found if input.ndim else tuple(item.reshape(()) for item in found)


@kernel(
    batch="dims",
    name="min.dim",
    eager=select.smallest_fast,
    natural="real",
    node="MinBackward0",
    flops=0,
    returns=MinResult,
    nondifferentiable=(1,),
    check=lambda input, dim, keepdim: _check_selection("min", input, dim),
    vjp=_SELECT,
)
def _min_dim(input: Tensor, dim: int, keepdim: bool = False, *, out: Any = None) -> Any:
    array, axis = along(input, dim)
    found = _select(array, array.argmin(axis=axis, keepdims=True), axis, keepdim)
    return found if input.ndim else tuple(item.reshape(()) for item in found)


@overloaded(_max_all, _max_dim)
def max(input: Tensor, dim: int | Tensor = UNSET, keepdim: bool = False, *, other: Any = None, out: Any = None) -> Any:
    """Largest element; with `dim` the largest along it and their places; with a second tensor the larger of each pair.

    Args:
        input: any shape; real.
        dim: a dimension, or the second tensor (`other`).
        keepdim: whether the dimension stays with size 1.

    Returns:
        A tensor; with `dim` a named tuple ``(values, indices)``. Of equal values the first is taken.

    Example::

        >>> torch.max(torch.tensor([[1.0, 5.0], [4.0, 2.0]]), 1).indices
        tensor([1, 0])
    """
    if out is None:
        if dim is UNSET and other is None and keepdim is False:
            return _max_all(input)
        if type(dim) is int:
            return _max_dim(input, dim, keepdim)
    return _other_form("max", (_max_all, _max_dim, ops.maximum), input, dim, keepdim, other, out)


@overloaded(_min_all, _min_dim)
def min(input: Tensor, dim: int | Tensor = UNSET, keepdim: bool = False, *, other: Any = None, out: Any = None) -> Any:
    """Smallest element; with `dim` the smallest along it and their places; with a second tensor the smaller of each.

    Args:
        input: any shape; real.
        dim: a dimension, or the second tensor (`other`).
        keepdim: whether the dimension stays with size 1.

    Returns:
        A tensor; with `dim` a named tuple ``(values, indices)``. Of equal values the first is taken.

    Example::

        >>> torch.min(torch.tensor([[1.0, 5.0], [4.0, 2.0]]), 1).indices
        tensor([0, 1])
    """
    if out is None:
        if dim is UNSET and other is None and keepdim is False:
            return _min_all(input)
        if type(dim) is int:
            return _min_dim(input, dim, keepdim)
    return _other_form("min", (_min_all, _min_dim, ops.minimum), input, dim, keepdim, other, out)


def _other_form(
    name: str, forms: tuple[Any, Any, Any], input: Any, dim: Any, keepdim: Any, other: Any, out: Any
) -> Any:
    """The rarer calls of `max` and `min`: two tensors, ``out=``; torch's error where no form fits."""
    second = other if other is not None else dim
    if hasattr(second, "_array") and keepdim is False:
        return forms[2](input, second, out=out)
    if second is UNSET and keepdim is False:
        return forms[0](input, out=out)
    if isinstance(dim, int) and other is None:
        return forms[1](input, dim, keepdim, out=out)
    raise invalid_combination(name, (input, *(value for value in (dim,) if value is not UNSET)))


@kernel(
    batch="reduce",
    flops=0,
    returns=AminmaxResult,
    refuse=("complex",),
    check=lambda input, dim, keepdim: _check_aminmax(input, dim),
    vjp={
        "input": lambda g, input, result0, result1, dim, keepdim: _aminmax_rule(
            g, input, result0, result1, dim, keepdim
        )
    },
)
def aminmax(input: Tensor, *, dim: int | None = None, keepdim: bool = False, out: Any = None) -> Any:
    """Smallest and largest element along `dim`, or of all.

    Args:
        input: any shape; real.
        dim: a dimension; all without it.
        keepdim: whether the dimension stays with size 1.

    Returns:
        A named tuple ``(min, max)``.

    Example::

        >>> torch.aminmax(torch.tensor([3, 1, 2]))
        torch.return_types.aminmax(
        min=tensor(1),
        max=tensor(3))
    """
    axis = wrap_dim(dim, input.ndim) if dim is not None and input.ndim else None
    return reduce.minimum(input, axis, keepdim=keepdim), reduce.maximum(input, axis, keepdim=keepdim)


def _check_aminmax(input: Any, dim: int | None) -> None:
    if input.dtype.is_complex:
        raise no_kernel("aminmax_cpu", input.dtype)
    if dim is not None:
        axis = wrap_dim(dim, input.ndim)
        if input.ndim and not input.shape[axis]:
            raise IndexError(f"aminmax: Expected reduction dim {axis} to have non-zero size.")
    elif not input.numel():
        raise RuntimeError(
            "aminmax(): cannot compute aminmax over an empty dimension as the operation has no identity."
        )


def _aminmax_rule(g: Any, input: Any, least: Any, largest: Any, dim: int | None, keepdim: bool) -> Any:
    dims = None if dim is None else (wrap_dim(dim, input.ndim),)
    parts = [
        split_evenly(part, input, value, dims, keepdim) for part, value in zip(g, (least, largest)) if part is not None
    ]
    return parts[0] if len(parts) == 1 else parts[0] + parts[1]


def _check_arg(name: str, input: Any, dim: int | None) -> None:
    for kind in ("complex", "bool"):
        if (input.dtype.is_complex, input.dtype is bool_)[kind == "bool"]:
            raise RuntimeError(f"{name}(): does not support {kind} input")
    if dim is not None:
        if not isinstance(dim, int):
            raise TypeError(f"{name}(): argument 'dim' (position 1) must be int, not {type(dim).__name__}")
        axis = wrap_dim(dim, input.ndim)
        if not input.numel():
            check_sizes(name, input, axis)
    elif not input.numel():
        raise IndexError(f"{name}(): Expected reduction dim to be specified for input.numel() == 0.")


def _arg(find: Any, input: Any, dim: int | None, keepdim: bool) -> Any:
    axis = None if dim is None or not input.ndim else wrap_dim(dim, input.ndim)
    return find(input, axis=axis, keepdims=keepdim).astype(np.int64, copy=False)


@kernel(
    batch="reduce",
    flops=0,
    nondifferentiable=True,
    eager=reduce.place_of_largest,
    natural="integer",
    check=lambda input, dim, keepdim: _check_arg("argmax", input, dim),
)
def argmax(input: Tensor, dim: int | None = None, keepdim: bool = False, *, out: Tensor | None = None) -> Tensor:
    """Place of the largest element along `dim`, or in the flattened tensor; of equal ones the first.

    Args:
        input: any shape; real.
        dim: a dimension; all without it.
        keepdim: whether the dimension stays with size 1.

    Example::

        >>> torch.argmax(torch.tensor([[1.0, 5.0], [4.0, 2.0]]), dim=1)
        tensor([1, 0])
    """
    return _arg(np.argmax, input, dim, keepdim)


@kernel(
    batch="reduce",
    flops=0,
    nondifferentiable=True,
    eager=reduce.place_of_smallest,
    natural="integer",
    check=lambda input, dim, keepdim: _check_arg("argmin", input, dim),
)
def argmin(input: Tensor, dim: int | None = None, keepdim: bool = False, *, out: Tensor | None = None) -> Tensor:
    """Place of the smallest element along `dim`, or in the flattened tensor; of equal ones the first.

    Args:
        input: any shape; real.
        dim: a dimension; all without it.
        keepdim: whether the dimension stays with size 1.

    Example::

        >>> torch.argmin(torch.tensor([[1.0, 5.0], [4.0, 2.0]]), dim=1)
        tensor([0, 1])
    """
    return _arg(np.argmin, input, dim, keepdim)
