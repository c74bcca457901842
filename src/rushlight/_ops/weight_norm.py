"""A weight as a direction and lengths."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._declare.dispatch import scalar_name
from .._declare.kinds import composite, kernel
from .._declare.record import REGISTRY

if TYPE_CHECKING:
    from ..tensor import Tensor


def _norms(v: Tensor, dim: int) -> Tensor:
    return REGISTRY["norm_except_dim"].call(v, 2, dim)  # type: ignore[no-any-return]


def _gradient(g: Tensor, v: Tensor, lengths: Tensor, dim: int) -> tuple[Tensor, Tensor]:
    norms = _norms(v, dim)
    others = [index for index in range(v.ndim) if index != dim]
    along = g * v
    along = (along.sum(others, keepdim=True) if others else along) / norms
    return lengths / norms * (g - v / norms * along), along


def _check(v: Tensor, lengths: Tensor, dim: int) -> None:
    if not v.dtype.is_floating_point:
        raise NotImplementedError(f"\"weight_norm_kernel\" not implemented for '{scalar_name(v.dtype)}'")


@kernel(
    name="_weight_norm_interface",
    node="WeightNormInterfaceBackward0",
    flops=4,
    check=_check,
    vjp={("v", "lengths"): _gradient},
)
def weight_norm_interface(v: Tensor, lengths: Tensor, dim: int = 0) -> Any:
    """`weight_norm` along the first or the last dimension, recorded as one node as torch does."""
    array = np.asarray(v)
    others = tuple(index for index in range(array.ndim) if index != dim)
    return array * (lengths / np.sqrt(np.square(array).sum(others, keepdims=True)))


@composite
def weight_norm(v: Tensor, g: Tensor, dim: int = 0) -> Tensor:
    """``g * v / ||v||``, where the norm is over all dimensions but one (Salimans & Kingma, 2016).

    Args:
        v: the directions.
        g: the lengths, of size 1 in all dimensions but `dim`.
        dim: the dimension whose slices have a length each; -1 for one length of the whole.
    """
    if dim == 0 or (dim > 0 and dim == v.ndim - 1):
        return weight_norm_interface(v, g, dim)  # type: ignore[no-any-return]
    return v * (g / _norms(v, dim))
