"""Scans: sums, products and extremes of everything up to each place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._core.dtypes import dtype as DType
from .._declare.kinds import kernel
from .._declare.reducing import along

if TYPE_CHECKING:
    from ..tensor import Tensor


def _cumsum_rule(g: Any, dim: int) -> Any:
    """Every input is in all sums from its place on."""
    if not g.ndim:
        return g
    return g.flip(dim).cumsum(dim).flip(dim)


def _scan(function: Any, input: Any, dim: int, dtype: DType | None) -> Any:
    """A ufunc's ``accumulate`` along `dim`; integers without `dtype` in int64."""
    array, axis = along(input, dim)
    target = dtype.numpy if dtype is not None else np.dtype("i8") if input.dtype.kind in "biu" else input.dtype
    if target.itemsize == 2 and target.kind not in "iu":
        found = function(array.astype(np.float32), axis).astype(target)
    else:
        found = function(array.astype(target, copy=False), axis)
    return found.reshape(input.shape)


@kernel(linear="input", exact=True, vjp={"input": _cumsum_rule})
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
