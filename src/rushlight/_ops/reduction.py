"""Reductions: sums, products, extremes and truth over some or all dimensions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._backends.numpy import reduce
from .._core.dtypes import bool_, dtype as DType, get_default_dtype
from .._core.named_results import named_result
from .._core.sizes import wrap_dim, wrap_dims
from .._core.tensor_base import TensorBase
from .._declare.binding import invalid_combination
from .._declare.dispatch import no_kernel
from .._declare.kinds import INT64, composite, kernel, reduction
from .._declare.reducing import Dims, along, ops, place, restore_dims, split_evenly

if TYPE_CHECKING:
    from ..tensor import Tensor

Number = bool | int | float | complex
MaxResult = named_result("max", "values", "indices")
MinResult = named_result("min", "values", "indices")
AminmaxResult = named_result("aminmax", "min", "max")


def _spread(g: Any, input_like: Any, dim: tuple[int, ...] | None, keepdim: bool) -> Any:
    return restore_dims(g, input_like, dim, keepdim).expand(input_like.shape)


@reduction(
    eager=reduce.total,
    natural="sum",
    promote=INT64,
    node=("SumBackward0", "SumBackward1"),
    vjp={"input": _spread},
)
def sum(
    input: Tensor, dim: Dims = None, keepdim: bool = False, *, dtype: DType | None = None, out: Tensor | None = None
) -> Tensor:
    """Sum over `dim`, or over all dimensions.

    Args:
        input: any shape and dtype; integers and bools add up in int64.
        dim: a dimension or several; None or ``()`` for all of them.
        keepdim: whether summed dimensions stay with size 1.
        dtype: dtype to convert to before adding.

    Example::

        >>> torch.sum(torch.ones(2, 3), dim=1)
        tensor([3., 3.])
    """
    return np.add.reduce(input, axis=dim, keepdims=keepdim, dtype=input.dtype)


def _nansum_check(input: Tensor, dim: Dims, keepdim: bool, dtype: DType | None) -> None:
    if input.dtype.is_complex:
        raise RuntimeError("nansum on CPU does not support complex inputs")


@reduction(
    promote=INT64,
    check=_nansum_check,
    vjp={"input": lambda g, input, dim, keepdim: _spread(g, input, dim, keepdim) * ~input.isnan()},
)
def nansum(
    input: Tensor, dim: Dims = None, keepdim: bool = False, *, dtype: DType | None = None, out: Tensor | None = None
) -> Tensor:
    """Sum over `dim`, with nan counted as zero.

    Args:
        input: any shape; real.
        dim: a dimension or several; None or ``()`` for all of them.
        keepdim: whether summed dimensions stay with size 1.
        dtype: dtype to convert to before adding.

    Example::

        >>> torch.nansum(torch.tensor([1.0, float("nan")]))
        tensor(1.)
    """
    kept = input if input.dtype.kind not in "fc" else np.where(np.isnan(input), 0, input)
    return np.add.reduce(kept, axis=dim, keepdims=keepdim, dtype=input.dtype)


def _prod_rule(g: Any, input: Any, result: Any, dim: tuple[int, ...] | None, keepdim: bool) -> Any:
    """The product of all others; where an element is zero from the products before and after each."""
    if not input.ndim:
        return g
    zeros = input == 0
    if not zeros.any():
        return restore_dims(g * result, input, dim, keepdim) / input
    if dim is None:
        flat = input.reshape(-1)
        return (g * _others(flat, 0)).reshape(input.shape)
    return restore_dims(g, input, dim, keepdim) * _others(input, dim[0])


def _others(input: Any, dim: int) -> Any:
    """For each element the product of the others along `dim`, without dividing."""
    size = input.shape[dim]
    ones = input.new_ones((*input.shape[:dim], 1, *input.shape[dim + 1 :]))
    before = ops.cat((ones, input.narrow(dim, 0, size - 1).cumprod(dim)), dim)
    after = ops.cat((input.narrow(dim, 1, size - 1).flip(dim).cumprod(dim).flip(dim), ones), dim)
    return before * after


@reduction(name="prod.dim", promote=INT64, node=("ProdBackward0", "ProdBackward1"), vjp={"input": _prod_rule})
def _prod(
    input: Tensor, dim: int | None = None, keepdim: bool = False, *, dtype: DType | None = None,
    out: Tensor | None = None,
) -> Tensor:  # fmt: skip
    return np.multiply.reduce(input, axis=dim, keepdims=keepdim, dtype=input.dtype)


_NO_DIM: Any = type("NoDim", (), {"__slots__": (), "__repr__": lambda self: "<no dim>"})()
"""The default of `dim` where torch takes no None for it."""


@composite
def prod(
    input: Tensor,
    dim: int = _NO_DIM,
    keepdim: bool = _NO_DIM,
    *,
    dtype: DType | None = None,
    out: Tensor | None = None,
) -> Tensor:
    """Product along `dim`, or of all elements.

    Args:
        input: any shape and dtype; integers and bools multiply in int64.
        dim: a dimension; all without it.
        keepdim: whether the dimension stays with size 1.
        dtype: dtype to convert to before multiplying.

    Example::

        >>> torch.prod(torch.tensor([[1.0, 2.0], [3.0, 4.0]]), 1)
        tensor([ 2., 12.])
    """
    if dim is _NO_DIM and keepdim is _NO_DIM:
        return _prod(input, dtype=dtype, out=out)
    if not isinstance(dim, int):
        raise invalid_combination("prod", (input, *(value for value in (dim, keepdim) if value is not _NO_DIM)))
    return _prod(input, wrap_dim(dim, input.ndim), keepdim is True, dtype=dtype, out=out)


def _check_extreme(name: str, input: Any, dim: Dims) -> None:
    """torch's errors for extremes of nothing."""
    if input.numel():
        return
    if dim is None or (not isinstance(dim, int) and not len(dim)):
        raise RuntimeError(
            f"{name}(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim with "
            "the 'dim' argument."
        )
    _check_sizes(name, input, dim)


def _check_sizes(name: str, input: Any, dim: Dims) -> None:
    for index in wrap_dims(dim, input.ndim):
        if input.ndim and not input.shape[index]:
            raise IndexError(f"{name}(): Expected reduction dim {index} to have non-zero size.")


@reduction(
    eager=reduce.maximum,
    natural="real",
    refuse=("complex",),
    kernel_name="max_values_cpu",
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
    return np.maximum.reduce(input, axis=dim, keepdims=keepdim)


@reduction(
    eager=reduce.minimum,
    natural="real",
    refuse=("complex",),
    kernel_name="min_values_cpu",
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
    return np.minimum.reduce(input, axis=dim, keepdims=keepdim)


@reduction(
    name="max.all",
    eager=reduce.maximum,
    natural="real",
    node="MaxBackward1",
    refuse=("complex",),
    kernel_name="max_all",
    check=lambda input, dim, keepdim: _check_extreme("max", input, dim),
    vjp={"input": split_evenly},
)
def _max_all(input: Tensor, dim: None = None, keepdim: bool = False, *, out: Tensor | None = None) -> Tensor:
    return np.maximum.reduce(input, axis=None)


@reduction(
    name="min.all",
    eager=reduce.minimum,
    natural="real",
    node="MinBackward1",
    refuse=("complex",),
    kernel_name="min_all",
    check=lambda input, dim, keepdim: _check_extreme("min", input, dim),
    vjp={"input": split_evenly},
)
def _min_all(input: Tensor, dim: None = None, keepdim: bool = False, *, out: Tensor | None = None) -> Tensor:
    return np.minimum.reduce(input, axis=None)


def _check_selection(name: str, input: Any, dim: int) -> None:
    """torch's errors for a selection along one dimension."""
    if input.dtype.is_complex:
        raise RuntimeError(f"{name}(): does not support complex input")
    axis = wrap_dim(dim, input.ndim)
    if not input.numel():
        _check_sizes(name, input, axis)


def _select(array: Any, places: Any, axis: int, keepdim: bool) -> tuple[Any, Any]:
    """Values at `places` (with the axis kept) and the places."""
    values = np.take_along_axis(array, places, axis)
    return (values, places) if keepdim else (values.squeeze(axis), places.squeeze(axis))


_SELECT = {"input": lambda g, input_like, result1, dim, keepdim: place(g[0], input_like, dim, result1, keepdim)}


@kernel(
    name="max.dim",
    node="MaxBackward0",
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
    name="min.dim",
    node="MinBackward0",
    returns=MinResult,
    nondifferentiable=(1,),
    check=lambda input, dim, keepdim: _check_selection("min", input, dim),
    vjp=_SELECT,
)
def _min_dim(input: Tensor, dim: int, keepdim: bool = False, *, out: Any = None) -> Any:
    array, axis = along(input, dim)
    found = _select(array, array.argmin(axis=axis, keepdims=True), axis, keepdim)
    return found if input.ndim else tuple(item.reshape(()) for item in found)


@composite
def max(
    input: Tensor, dim: int | Tensor = _NO_DIM, keepdim: bool = False, *, other: Any = None, out: Any = None
) -> Any:
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
    if dim is _NO_DIM and other is None:
        return _max_all(input) if out is None else _max_all(input, out=out)
    if type(dim) is int:
        return _max_dim(input, dim, keepdim, out=out)
    return _pairwise("max", "maximum", input, dim, keepdim, other, out)


@composite
def min(
    input: Tensor, dim: int | Tensor = _NO_DIM, keepdim: bool = False, *, other: Any = None, out: Any = None
) -> Any:
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
    if dim is _NO_DIM and other is None:
        return _min_all(input) if out is None else _min_all(input, out=out)
    if type(dim) is int:
        return _min_dim(input, dim, keepdim, out=out)
    return _pairwise("min", "minimum", input, dim, keepdim, other, out)


def _pairwise(name: str, elementwise: str, input: Any, dim: Any, keepdim: Any, other: Any, out: Any) -> Any:
    """The overload of `max` and `min` for two tensors; torch's error where nothing fits."""
    second = other if other is not None else dim
    if isinstance(second, TensorBase) and keepdim is False:
        return getattr(ops, elementwise)(input, second, out=out)
    given = () if dim is _NO_DIM else (dim,)
    raise invalid_combination(name, (input, *given))


@kernel(
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
    return np.minimum.reduce(input, axis, keepdims=keepdim), np.maximum.reduce(input, axis, keepdims=keepdim)


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
            _check_sizes(name, input, axis)
    elif not input.numel():
        raise IndexError(f"{name}(): Expected reduction dim to be specified for input.numel() == 0.")


def _arg(find: Any, input: Any, dim: int | None, keepdim: bool) -> Any:
    axis = None if dim is None or not input.ndim else wrap_dim(dim, input.ndim)
    return find(input, axis=axis, keepdims=keepdim).astype(np.int64, copy=False)


@kernel(
    nondifferentiable=True,
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
    nondifferentiable=True,
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


def _truth(reducer: Any, input: Any, dim: Dims, keepdim: bool) -> Any:
    """`any` and `all`: over all dimensions for None, over none for ``()``; uint8 stays uint8."""
    axes = None if dim is None or not input.ndim else () if dim == () or dim == [] else wrap_dims(dim, input.ndim)
    if dim is not None and not input.ndim:
        wrap_dims(dim, 0)
    found = reducer(input, axis=axes, keepdims=keepdim)
    return found.astype(np.uint8) if input.dtype == np.uint8 else found


@kernel(nondifferentiable=True)
def any(input: Tensor, dim: Dims = None, keepdim: bool = False, *, out: Tensor | None = None) -> Tensor:
    """Whether an element along `dim` (or at all) is true, that is, not zero.

    Args:
        input: any shape and dtype; uint8 gives uint8, all others bool.
        dim: a dimension or several; all without it.
        keepdim: whether the dimensions stay with size 1.

    Example::

        >>> torch.any(torch.tensor([[False, True], [False, False]]), dim=1)
        tensor([ True, False])
    """
    return _truth(np.logical_or.reduce, input, dim, keepdim)


@kernel(nondifferentiable=True)
def all(input: Tensor, dim: Dims = None, keepdim: bool = False, *, out: Tensor | None = None) -> Tensor:
    """Whether all elements along `dim` (or all there are) are true, that is, not zero.

    Args:
        input: any shape and dtype; uint8 gives uint8, all others bool.
        dim: a dimension or several; all without it.
        keepdim: whether the dimensions stay with size 1.

    Example::

        >>> torch.all(torch.tensor([[True, True], [False, True]]), dim=1)
        tensor([ True, False])
    """
    return _truth(np.logical_and.reduce, input, dim, keepdim)


@kernel(nondifferentiable=True)
def count_nonzero(input: Tensor, dim: Dims = None) -> Tensor:
    """The number of elements along `dim` that are not zero.

    Args:
        input: any shape and dtype.
        dim: a dimension or several; all without it.

    Example::

        >>> torch.count_nonzero(torch.tensor([[1, 0], [2, 3]]), dim=0)
        tensor([2, 1])
    """
    axes = wrap_dims(dim, input.ndim)
    return np.asarray(np.count_nonzero(input, axis=axes if input.ndim else None), np.int64)


def _logsumexp_rule(g: Any, input: Any, result: Any, dim: tuple[int, ...] | None, keepdim: bool) -> Any:
    """g * softmax(input); where every element is -inf that is 0, as torch has it."""
    value = restore_dims(result, input, dim, keepdim)
    shift = value.masked_fill(value.abs() == float("inf"), 0) if not value.is_complex() else value
    return restore_dims(g, input, dim, keepdim) * (input - shift).exp().conj()


@reduction(
    name="logsumexp.float",
    node="LogsumexpBackward0",
    vjp={"input": _logsumexp_rule},
    holomorphic=False,
)
def _logsumexp(input: Tensor, dim: Dims, keepdim: bool = False, *, out: Tensor | None = None) -> Tensor:
    if not input.size:
        return np.log(np.add.reduce(np.exp(input), axis=dim, keepdims=keepdim))
    peak = np.maximum.reduce(input.real, axis=dim, keepdims=True)
    peak[np.isinf(peak)] = 0
    found = np.log(np.add.reduce(np.exp(input - peak), axis=dim, keepdims=keepdim))
    found += peak.reshape(found.shape)
    return found


@composite
def logsumexp(input: Tensor, dim: Dims, keepdim: bool = False, *, out: Tensor | None = None) -> Tensor:
    """Logarithm of the sum of exponentials along `dim`, computed without overflow.

    Args:
        input: any shape; integers and bools are taken as the default dtype.
        dim: a dimension or several.
        keepdim: whether the dimensions stay with size 1.

    Example::

        >>> torch.logsumexp(torch.tensor([1000.0, 1000.0]), 0)
        tensor(1000.6931)
    """
    if not (input.is_floating_point() or input.is_complex()):
        input = input.to(get_default_dtype())
    return _logsumexp(input, dim, keepdim, out=out)
