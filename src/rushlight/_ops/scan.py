"""Scans: sums, products and extremes of everything up to each place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._backends.numpy.machine_code import FROM, compiled
from .._core.dtypes import dtype as DType, finfo
from .._core.meta_array import like_first, stand_in
from .._core.named_results import named_result
from .._core.sizes import wrap_dim
from .._declare.dispatch import no_kernel
from .._declare.kinds import kernel
from .._declare.reducing import along, ops

if TYPE_CHECKING:
    from ..tensor import Tensor

CummaxResult = named_result("cummax", "values", "indices")
CumminResult = named_result("cummin", "values", "indices")

_INT64 = np.dtype(np.int64)


def _backwards(tensor: Any, dim: int) -> Any:
    """Sums of everything from each place on."""
    return tensor.flip(dim).cumsum(dim).flip(dim)


_WIDE = {np.dtype(narrow): np.dtype(wide) for narrow, wide in (("f4", "f8"), ("c8", "c16"))}
"""What sums are carried in, as in torch, so that the last digits agree; 16-bit floats in float32."""


def _summed_dtype(input: Any, dtype: DType | None) -> np.dtype[Any]:
    """The dtype of running sums: integers without `dtype` add up in int64."""
    return dtype.numpy if dtype is not None else _INT64 if input.dtype.kind in "biu" else input.dtype  # type: ignore[no-any-return]


def _meta(input: Any, dim: int, *, dtype: DType | None) -> Any:
    wrap_dim(dim, input.ndim)
    return stand_in(input.shape, _summed_dtype(input, dtype))


def _scan(function: Any, input: Any, dim: int, dtype: DType | None) -> Any:
    """A ufunc's ``accumulate`` along `dim`."""
    array, axis = along(input, dim)
    target = _summed_dtype(input, dtype)
    array = array.astype(target, copy=False)
    carried = _WIDE.get(target) or (
        np.dtype(np.float32) if target.itemsize == 2 and target.kind not in "iu" else target
    )
    return function(array, axis, carried).astype(target, copy=False).reshape(input.shape)


def _eager(function: Any, name: str) -> Any:
    """The scan of an array along an existing dimension, for the fast path; `name` is that of the compiled one."""

    def scan(array: Any, dim: Any, dtype: Any) -> Any:
        if dtype is not None or type(dim) is not int:
            raise TypeError
        if array.size >= FROM and array.ndim:
            found = compiled("scan", array, name, dim)
            if found is not None:
                return found
        element = array.dtype
        wide = _WIDE.get(element)
        return function(array, dim) if wide is None else function(array, dim, wide).astype(element)

    return scan


@kernel(
    batch="dims",
    eager=_eager(np.add.accumulate, "add"),
    natural="sum",
    meta=_meta,
    flops=1,
    linear="input",
    exact=True,
    vjp={"input": lambda g, dim: _backwards(g, dim) if g.ndim else g},
)
def cumsum(input: Tensor, dim: int, *, dtype: DType | None = None, out: Tensor | None = None) -> Tensor:
    """Sum of all elements along `dim` up to and with each.

    Args:
        input: any shape and dtype; integers and bools add up in int64.
        dim: the dimension.
        dtype: dtype to convert to first.

    Example::

        >>> torch.cumsum(torch.tensor([1.0, 2.0, 3.0]), 0)
        tensor([1., 3., 6.])
    """
    return _scan(np.add.accumulate, input, dim, dtype)


def _cumprod_rule(g: Any, input: Any, result: Any, dim: int) -> Any:
    """Each input is a factor of all products from its place on."""
    if input.numel() <= 1:
        return g
    if not (input == 0).any():
        return _backwards(g * result, dim) / input
    # A zero cannot be divided out again. The products of the later factors follow from the last place to the
    # first, `rest = g[k] + input[k + 1] * rest`; those of the earlier ones are a shifted scan.
    dim = wrap_dim(dim, input.ndim)
    size = input.shape[dim]
    ones = input.new_ones((*input.shape[:dim], 1, *input.shape[dim + 1 :]))
    before = ops.cat((ones, input.narrow(dim, 0, size - 1).cumprod(dim)), dim)
    factors, parts = input.unbind(dim), g.unbind(dim)
    rest = [parts[-1]]
    for place in range(size - 2, -1, -1):
        rest.append(parts[place] + factors[place + 1] * rest[-1])
    return before * ops.stack(rest[::-1], dim)


@kernel(
    meta=_meta,
    flops=1,
    batch="dims",
    eager=_eager(np.multiply.accumulate, "mul"),
    natural="sum",
    exact=True,
    vjp={"input": _cumprod_rule},
)
def cumprod(input: Tensor, dim: int, *, dtype: DType | None = None, out: Tensor | None = None) -> Tensor:
    """Product of all elements along `dim` up to and with each.

    Args:
        input: any shape and dtype; integers and bools multiply in int64.
        dim: the dimension.
        dtype: dtype to convert to first.

    Example::

        >>> torch.cumprod(torch.tensor([1.0, 2.0, 3.0]), 0)
        tensor([1., 2., 6.])
    """
    return _scan(np.multiply.accumulate, input, dim, dtype)


def _check_extreme(name: str, input: Any, dim: int) -> None:
    wrap_dim(dim, input.ndim)
    if input.dtype.is_complex:
        raise no_kernel(f"{name}_cpu", input.dtype)


def _extreme(function: Any, input: Any, dim: int) -> Any:
    """A running extreme and the last place that has it; nan from the first one on."""
    array, axis = along(input, dim)
    if array.size >= FROM:
        largest = function == np.maximum.accumulate
        found = compiled("running", array, largest, axis, part="running_extremes")
        if found is not None:
            return found[0].reshape(input.shape), found[1].reshape(input.shape)
    values = function(array, axis)
    shape = [1] * array.ndim
    shape[axis] = -1
    reached = array == values
    if array.dtype.kind == "f":
        reached |= np.isnan(array)
    places = np.where(reached, np.arange(array.shape[axis]).reshape(shape), 0)
    return values.reshape(input.shape), np.maximum.accumulate(places, axis).reshape(input.shape)


def _put_back(g: Any, input_like: Any, result1: Any, dim: int) -> Any:
    return g[0].new_zeros(input_like.shape).scatter_add(dim, result1, g[0]) if input_like.shape else g[0]


@kernel(
    batch="dims",
    meta=lambda input, dim: (input, stand_in(input.shape, np.int64)),
    flops=0,
    returns=CummaxResult,
    nondifferentiable=(1,),
    check=lambda input, dim: _check_extreme("cummax", input, dim),
    vjp={"input": _put_back},
)
def cummax(input: Tensor, dim: int, *, out: Any = None) -> Any:
    """Largest element along `dim` up to and with each, and where it is (the last of equal ones).

    Args:
        input: any shape; real.
        dim: the dimension.

    Returns:
        A named tuple ``(values, indices)``.

    Example::

        >>> torch.cummax(torch.tensor([1, 3, 2]), 0).values
        tensor([1, 3, 3])
    """
    return _extreme(np.maximum.accumulate, input, dim)


@kernel(
    batch="dims",
    meta=lambda input, dim: (input, stand_in(input.shape, np.int64)),
    flops=0,
    returns=CumminResult,
    nondifferentiable=(1,),
    check=lambda input, dim: _check_extreme("cummin", input, dim),
    vjp={"input": _put_back},
)
def cummin(input: Tensor, dim: int, *, out: Any = None) -> Any:
    """Smallest element along `dim` up to and with each, and where it is (the last of equal ones).

    Args:
        input: any shape; real.
        dim: the dimension.

    Returns:
        A named tuple ``(values, indices)``.

    Example::

        >>> torch.cummin(torch.tensor([3, 1, 2]), 0).values
        tensor([3, 1, 1])
    """
    return _extreme(np.minimum.accumulate, input, dim)


def _add_exponentials(first: Any, second: Any) -> Any:
    """log(exp(first) + exp(second)) of complex numbers."""
    swap = first.real < second.real
    large, small = np.where(swap, second, first), np.where(swap, first, second)
    return np.where(np.isneginf(large.real), large, large + np.log1p(np.exp(small - large)))


def _check_logcumsumexp(input: Any, dim: int) -> None:
    wrap_dim(dim, input.ndim)
    if not (input.dtype.is_floating_point or input.dtype.is_complex):
        raise no_kernel("logcumsumexp_out_cpu", input.dtype)


def _logcumsumexp_rule(g: Any, input: Any, result: Any, dim: int) -> Any:
    """exp(input) times the sum of g / exp(result) from each place on, in logarithms lest it overflow."""
    if not g.ndim:
        return g

    def part(logarithm: Any) -> Any:
        return ((logarithm - result).flip(dim).logcumsumexp(dim).flip(dim) + input).exp()

    if g.is_complex():
        return part(g.log())
    least = finfo(g.dtype).min  # finite, for second derivatives multiply it by zero
    logarithm = g.abs().log()
    return part(logarithm.masked_fill(g <= 0, least)) - part(logarithm.masked_fill(g >= 0, least))


@kernel(batch="dims", meta=like_first, flops=3, check=_check_logcumsumexp, vjp={"input": _logcumsumexp_rule})
def logcumsumexp(input: Tensor, dim: int, *, out: Tensor | None = None) -> Tensor:
    """Logarithm of the sum of exponentials of all elements along `dim` up to and with each.

    Args:
        input: any shape; floating or complex.
        dim: the dimension.

    Example::

        >>> torch.logcumsumexp(torch.tensor([0.0, 0.0, 0.0]), 0)
        tensor([0.0000, 0.6931, 1.0986])
    """
    array, axis = along(input, dim)
    if array.size >= FROM:
        made = compiled("scan", array, axis, part="log_sums")
        if made is not None:
            return made.reshape(input.shape)
    if input.dtype.kind != "c":
        found = np.logaddexp.accumulate(array, axis, np.float64)
        return found.astype(array.dtype, copy=False).reshape(input.shape)
    parts = list(np.moveaxis(array.astype(np.complex128), axis, 0))
    for place in range(1, len(parts)):
        parts[place] = _add_exponentials(parts[place - 1], parts[place])
    found = np.moveaxis(np.stack(parts), 0, axis) if parts else array
    return np.ascontiguousarray(found, array.dtype).reshape(input.shape)
