"""Reductions: sums, products, extremes and truth over some or all dimensions."""

from __future__ import annotations

from builtins import any as any_of
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .._backends.numpy import reduce, softmax as softmaxes
from .._backends.numpy.large import add
from .._backends.numpy.machine_code import FROM, compiled
from .._core.dtypes import dtype as DType, get_default_dtype
from .._core.sizes import wrap_dims
from .._declare.binding import invalid_combination, missing
from .._declare.kinds import INT64, composite, kernel, overloaded, reduction
from .._declare.reducing import UNSET, Dims, ops, restore_dims

if TYPE_CHECKING:
    from ..tensor import Tensor

Number = bool | int | float | complex


def _spread(g: Any, input_shape: Any, dim: tuple[int, ...] | None, keepdim: bool) -> Any:
    return restore_dims(g, input_shape, dim, keepdim).expand(input_shape)


@reduction(
    eager=reduce.total,
    whole=reduce.whole_sum,
    large="add",
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
    if input.dtype.kind != "f":
        return np.add.reduce(input, axis=dim, keepdims=keepdim, dtype=input.dtype)
    return add(input, dim, keepdim)


def _nansum_check(input: Tensor, dim: Dims, keepdim: bool, dtype: DType | None) -> None:
    if input.dtype.is_complex:
        raise RuntimeError("nansum on CPU does not support complex inputs")


@reduction(
    promote=INT64,
    large="add_numbers",
    check=_nansum_check,
    vjp={"input": lambda g, input, dim, keepdim: _spread(g, input.shape, dim, keepdim) * ~input.isnan()},
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
    if input.dtype.kind != "f":
        return np.add.reduce(input, axis=dim, keepdims=keepdim, dtype=input.dtype)
    if input.size >= FROM:
        found = compiled("add_numbers", input, dim, keepdim, part="folds")
        if found is not None:
            return found
    return add(np.where(np.isnan(input), np.zeros((), input.dtype), input), dim, keepdim)


def _prod_rule(g: Any, input: Any, result: Any, dim: tuple[int, ...] | None, keepdim: bool) -> Any:
    """The product of all others; where an element is zero from the products before and after each."""
    if not input.ndim:
        return g
    zeros = input == 0
    if not zeros.any():
        return restore_dims(g * result, input.shape, dim, keepdim) / input
    if dim is None:
        flat = input.reshape(-1)
        return (g * _others(flat, 0)).reshape(input.shape)
    return restore_dims(g, input.shape, dim, keepdim) * _others(input, dim[0])


def _others(input: Any, dim: int) -> Any:
    """For each element the product of the others along `dim`, without dividing."""
    size = input.shape[dim]
    ones = input.new_ones((*input.shape[:dim], 1, *input.shape[dim + 1 :]))
    before = ops.cat((ones, input.narrow(dim, 0, size - 1).cumprod(dim)), dim)
    after = ops.cat((input.narrow(dim, 1, size - 1).flip(dim).cumprod(dim).flip(dim), ones), dim)
    return before * after


@reduction(
    name="prod.dim",
    eager=reduce.product,
    whole=reduce.whole_product,
    large="multiply",
    natural="sum",
    promote=INT64,
    node=("ProdBackward0", "ProdBackward1"),
    vjp={"input": _prod_rule},
)
def _prod(
    input: Tensor, dim: int | None = None, keepdim: bool = False, *, dtype: DType | None = None,
    out: Tensor | None = None,
) -> Tensor:  # fmt: skip
    return reduce.product(input, dim, None, None, keepdim)


@overloaded(_prod)
def prod(
    input: Tensor,
    dim: int = UNSET,
    keepdim: bool = UNSET,
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
    if dim is UNSET and keepdim is UNSET:
        return _prod(input) if dtype is None and out is None else _prod(input, dtype=dtype, out=out)
    if not isinstance(dim, int):
        raise invalid_combination("prod", (input, *(value for value in (dim, keepdim) if value is not UNSET)))
    if dtype is None and out is None:
        return _prod(input, dim, keepdim is True)
    return _prod(input, dim, keepdim is True, dtype=dtype, out=out)


def _truth(reducer: Any, input: Any, dim: Dims, keepdim: bool) -> Any:
    """`any` and `all`: over all dimensions for None, over none for ``()``; uint8 stays uint8."""
    axes = None if dim is None or not input.ndim else () if dim == () or dim == [] else wrap_dims(dim, input.ndim)
    if dim is not None and not input.ndim:
        wrap_dims(dim, 0)
    found = _counted(reducer, input, axes, keepdim)
    return found.astype(np.uint8) if input.dtype == np.uint8 else found


def _counted(reducer: Any, input: Any, axes: Any, keepdim: bool) -> Any:
    """A truth reduction, of large arrays of numbers from how many are not zero."""
    if input.size >= FROM and input.dtype.kind in "fiu":
        count = compiled("count", input, axes, keepdim, part="folds")
        if count is not None:
            return count != 0 if reducer == np.logical_or.reduce else count == input.size // count.size
    return reducer(input, axis=axes, keepdims=keepdim)


@kernel(batch="reduce", flops=0, nondifferentiable=True, eager=reduce.any_true, natural="any")
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


@kernel(batch="reduce", flops=0, nondifferentiable=True, eager=reduce.all_true, natural="any")
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


@kernel(batch="reduce", flops=0, nondifferentiable=True)
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
    return reduce.count_true(input, axes if input.ndim and len(axes) < input.ndim else None, False)


def _logsumexp_rule(g: Any, input: Any, result: Any, dim: tuple[int, ...] | None, keepdim: bool) -> Any:
    """g * softmax(input); where every element is -inf that is 0, as torch has it."""
    value = restore_dims(result, input.shape, dim, keepdim)
    shift = value.masked_fill(value.abs() == float("inf"), 0) if not value.is_complex() else value
    return restore_dims(g, input.shape, dim, keepdim) * (input - shift).exp().conj()


@reduction(
    name="logsumexp.float",
    eager=softmaxes.logsumexp,
    node="LogsumexpBackward0",
    flops=3,
    vjp={"input": _logsumexp_rule},
    holomorphic=False,
)
def _logsumexp(input: Tensor, dim: Dims, keepdim: bool = False, *, out: Tensor | None = None) -> Tensor:
    if not input.size:
        return np.log(np.add.reduce(np.exp(input), axis=dim, keepdims=keepdim))
    peak = np.maximum.reduce(input.real, axis=dim, keepdims=True)
    peak = np.where(np.isinf(peak), 0, peak)
    found = np.log(np.add.reduce(np.exp(input - peak), axis=dim, keepdims=keepdim))
    return found + peak.reshape(np.shape(found))


@overloaded(_logsumexp)
def logsumexp(input: Tensor, dim: Dims = UNSET, keepdim: bool = False, *, out: Tensor | None = None) -> Tensor:
    """Logarithm of the sum of exponentials along `dim`, computed without overflow.

    Args:
        input: any shape; integers and bools are taken as the default dtype.
        dim: a dimension or several.
        keepdim: whether the dimensions stay with size 1.

    Example::

        >>> torch.logsumexp(torch.tensor([1000.0, 1000.0]), 0)
        tensor(1000.6932)
    """
    if dim is UNSET:
        raise missing("logsumexp", "dim")
    if not (input.is_floating_point() or input.is_complex()):
        input = input.to(get_default_dtype())
    return _logsumexp(input, dim, keepdim) if out is None else _logsumexp(input, dim, keepdim, out=out)


@composite
def sum_to_size(input: Tensor, size: Sequence[int]) -> Tensor:
    """The sum over the dimensions along which a tensor of this size would be expanded to the shape of `input`.

    Args:
        input: any tensor.
        size: sizes that expand to its shape.

    Example::

        >>> torch.ones(2, 3).sum_to_size(1, 3)
        tensor([[2., 2., 2.]])
    """
    shape = tuple(input.shape)
    extra = len(shape) - len(size)
    if extra < 0 or any_of(want not in (1, have) for want, have in zip(size, shape[extra:])):
        raise RuntimeError(f"size {{{list(size)}}} is not expandable to size {{{list(shape)}}}.")
    dims = (*range(extra), *(extra + place for place, want in enumerate(size) if want == 1 != shape[extra + place]))
    found = input.sum(dims, True) if dims else input
    return found.reshape(tuple(size)) if extra else found
