"""Softmax and its logarithm."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._backends.numpy import softmax as softmaxes, softmax_bits
from .._core.dtypes import dtype as DType
from .._core.meta_array import like_first
from .._core.sizes import wrap_dim
from .._declare.binding import missing
from .._declare.compiled import fused
from .._declare.dispatch import no_kernel
from .._declare.entries import entries_of
from .._declare.kinds import kernel, overloaded
from .._declare.reducing import UNSET, along

if TYPE_CHECKING:
    from ..tensor import Tensor


def _check(name: str, input: Any, dim: int) -> None:
    axis = wrap_dim(dim, input.ndim)
    if not input.dtype.is_floating_point:
        last = "_lastdim" if axis == max(input.ndim, 1) - 1 else ""
        raise no_kernel(f"{name}{last}_kernel_impl", input.dtype)


def _run(function: Any, input: Any, dim: int) -> Any:
    array, axis = along(input, dim)
    return function(array, axis).reshape(input.shape) if array.size else input.copy()


def _softmax_gradient(g: Any, result: Any, dim: Any) -> Any:
    found = fused("softmax_gradient", g, result, dim % (result.ndim or 1))
    return result * (g - (g * result).sum(dim, True)) if found is None else found


def _log_softmax_gradient(g: Any, result: Any, dim: Any) -> Any:
    entries = entries_of(g)
    if entries is not None:
        found = fused("log_softmax_entry", result, *entries)
        if found is not None:
            return found
        g = entries.written_out(g)
    found = fused("log_softmax_gradient", g, result, dim % (result.ndim or 1))
    return g - result.exp() * g.sum(dim, True) if found is None else found


@kernel(
    batch="dims",
    name="_softmax",
    eager=softmaxes.softmax,
    large="softmax",
    meta=like_first,
    flops=5,
    check=lambda input, dim: _check("softmax", input, dim),
    vjp={"input": _softmax_gradient},
)
def _softmax(input: Tensor, dim: int, *, out: Tensor | None = None) -> Tensor:
    return _run(softmaxes.softmax, input, dim)


@overloaded(_softmax)
def softmax(input: Tensor, dim: int = UNSET, dtype: DType | None = None, *, out: Tensor | None = None) -> Tensor:
    """Exponentials along `dim`, divided by their sum.

    Args:
        input: any shape; floating unless `dtype` is given.
        dim: the dimension along which the result adds up to 1.
        dtype: dtype to convert to first.

    Example::

        >>> torch.softmax(torch.tensor([0.0, 1.0]), dim=0)
        tensor([0.2689, 0.7311])
    """
    if dim is UNSET:
        raise missing("softmax", "dim")
    if dtype is not None:
        input = input.to(dtype)
    return _softmax(input, dim) if out is None else _softmax(input, dim, out=out)


@kernel(
    batch="dims",
    name="_softmax_of_draws",
    node="SoftmaxBackward0",
    meta=like_first,
    flops=5,
    check=lambda input, dim: _check("softmax", input, dim),
    vjp={"input": _softmax_gradient},
)
def softmax_of_draws(input: Tensor, dim: int) -> Tensor:
    """`softmax` of random numbers: a seed draws torch's numbers to the last bit, where that is known how.

    That is for float32 along the last dimension; elsewhere this is `softmax`.

    Args:
        input: any shape, floating.
        dim: the dimension along which the result adds up to 1.

    Example::

        >>> from rushlight._ops.softmax import softmax_of_draws
        >>> softmax_of_draws(torch.tensor([0.0, 1.0]), 0)
        tensor([0.2689, 0.7311])
    """
    array, axis = along(input, dim)
    if array.dtype == np.float32 and array.size and axis == array.ndim - 1:
        return softmax_bits.softmax(array).reshape(input.shape)
    return _run(softmaxes.softmax, input, dim)


@kernel(
    batch="dims",
    name="_log_softmax",
    eager=softmaxes.log_softmax,
    large="log_softmax",
    by_entries=True,
    meta=like_first,
    flops=5,
    check=lambda input, dim: _check("log_softmax", input, dim),
    vjp={"input": _log_softmax_gradient},
)
def _log_softmax(input: Tensor, dim: int, *, out: Tensor | None = None) -> Tensor:
    return _run(softmaxes.log_softmax, input, dim)


@overloaded(_log_softmax)
def log_softmax(input: Tensor, dim: int = UNSET, dtype: DType | None = None, *, out: Tensor | None = None) -> Tensor:
    """Logarithm of `softmax`, computed without overflow.

    Args:
        input: any shape; floating unless `dtype` is given.
        dim: the dimension.
        dtype: dtype to convert to first.

    Example::

        >>> torch.log_softmax(torch.tensor([0.0, 1.0]), dim=0)
        tensor([-1.3133, -0.3133])
    """
    if dim is UNSET:
        raise missing("log_softmax", "dim")
    if dtype is not None:
        input = input.to(dtype)
    return _log_softmax(input, dim) if out is None else _log_softmax(input, dim, out=out)
