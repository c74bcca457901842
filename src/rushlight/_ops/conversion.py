"""Copies and conversions: clone, contiguous, and what `to` and the dtype methods do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._backends.numpy.copies import copy_as
from .._core.dtypes import dtype as DType
from .._core.layouts import memory_format as MemoryFormat
from .._core.meta_array import like_first, stand_in
from .._core.options import check_format
from .._core.warn import warn
from .._declare.kinds import kernel

if TYPE_CHECKING:
    from ..tensor import Tensor


def _cast(array: Any, dtype: DType, memory_format: MemoryFormat | None) -> Any:
    """The common case of `to_copy`: no complex number is cut."""
    element = dtype.numpy
    if array.dtype.kind == "c" and element.kind != "c":
        raise TypeError  # the general path warns of what is cut
    return copy_as(array, element, memory_format)


@kernel(
    name="_to_copy",
    node="ToCopyBackward0",
    meta=lambda input, dtype, memory_format: stand_in(input.shape, dtype.numpy),
    exact=True,
    holomorphic=False,
    eager=_cast,
    natural="any",
    linear="input",
    batch=lambda input, dtype, memory_format: input.to(dtype, copy=True),
    vjp={"input": lambda g: g},
)
def to_copy(input: Tensor, dtype: DType, memory_format: MemoryFormat | None = None) -> Any:
    """The elements converted to another dtype, in new memory."""
    if input.dtype.kind == "c" and not dtype.is_complex and dtype.name != "bool":
        warn("Casting complex values to real discards the imaginary part", once=True)
        input = input.real
    return copy_as(input, dtype.numpy, memory_format)


def _cloned(array: Any, memory_format: MemoryFormat | None) -> Any:
    if memory_format is None:
        return copy_as(array, array.dtype)
    check_format("clone", memory_format)
    return copy_as(array, array.dtype, memory_format)


@kernel(
    meta=like_first,
    exact=True,
    holomorphic=False,
    eager=_cloned,
    natural="any",
    linear="input",
    batch=lambda input, memory_format: input.clone(),
    vjp={"input": lambda g: g},
)
def clone(input: Tensor, *, memory_format: MemoryFormat | None = None) -> Any:
    """A copy that gradients flow through.

    Args:
        input: any tensor.
        memory_format: the order in memory of the copy; None keeps that of a dense tensor.

    Example::

        >>> torch.ones(2).clone()
        tensor([1., 1.])
    """
    return _cloned(input, memory_format)


@kernel(exact=True, nondifferentiable=True, batch=lambda input: input.detach())
def detach(input: Tensor) -> Any:
    """The same elements, and memory, without history."""
    return input
