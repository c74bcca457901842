"""Copies and conversions: clone, contiguous, and what `to` and the dtype methods do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._backends.numpy.copies import copy_as
from .._core.dtypes import dtype as DType
from .._core.layouts import memory_format
from .._core.options import check_format
from .._core.warn import warn_once
from .._declare.kinds import kernel

if TYPE_CHECKING:
    from ..tensor import Tensor


def _back(g: Any, element: DType) -> Any:
    """A gradient in the dtype of what was converted; of a real tensor only the real part of a complex one."""
    if g.is_complex() and not element.is_complex:
        g = g.real
    return g.to(element)


@kernel(
    name="_to_copy",
    node="ToCopyBackward0",
    exact=True,
    holomorphic=False,
    vjp={"input": lambda g, input_like: _back(g, input_like.dtype)},
)
def to_copy(input: Tensor, dtype: DType, memory_format: memory_format | None = None) -> Any:
    """The elements converted to another dtype, in new memory."""
    if input.dtype.kind == "c" and not dtype.is_complex and dtype.name != "bool":
        warn_once("Casting complex values to real discards the imaginary part")
        input = input.real
    return copy_as(input, dtype.numpy, memory_format)


@kernel(
    exact=True,
    holomorphic=False,
    vjp={"input": lambda g: g},
    eager=lambda array: copy_as(array, array.dtype),
    natural="any",
)
def clone(input: Tensor, *, memory_format: memory_format | None = None) -> Any:
    """A copy that gradients flow through.

    Args:
        input: any tensor.
        memory_format: the order in memory of the copy; None keeps that of a dense tensor.

    Example::

        >>> torch.ones(2).clone()
        tensor([1., 1.])
    """
    if memory_format is not None:
        check_format("clone", memory_format)
    return copy_as(input, input.dtype, memory_format)


@kernel(exact=True, nondifferentiable=True)
def detach(input: Tensor) -> Any:
    """The same elements, and memory, without history."""
    return input
