"""Copies and conversions: clone, contiguous, and what `to` and the dtype methods do."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from .._core.dtypes import dtype as DType
from .._core.layouts import channels_last, channels_last_3d, channels_last_order, contiguous_format, memory_format
from .._declare.kinds import kernel

if TYPE_CHECKING:
    from ..tensor import Tensor


def copy_in_format(array: np.ndarray[Any, Any], element: np.dtype[Any], format: memory_format | None) -> Any:
    """A copy of an array in a dtype and memory format; None and ``preserve_format`` keep the order of its strides."""
    if format is channels_last or format is channels_last_3d:
        order = channels_last_order(array.shape, format)
        return array.transpose(order).astype(element, "C").transpose(np.argsort(order))
    return array.astype(element, "C" if format is contiguous_format else "K")


@kernel(
    name="_to_copy",
    node="ToCopyBackward0",
    exact=True,
    vjp={"input": lambda g, input_like: g.to(input_like.dtype)},
)
def to_copy(input: Tensor, dtype: DType, memory_format: memory_format | None = None) -> Any:
    """The elements converted to another dtype, in new memory."""
    if input.dtype.kind == "c" and not dtype.is_complex:
        if dtype.name != "bool":
            warnings.warn("Casting complex values to real discards the imaginary part", stacklevel=6)
            input = input.real
        else:
            input = input != 0
    return copy_in_format(input, dtype.numpy, memory_format)


@kernel(exact=True, vjp={"input": lambda g: g}, eager=lambda array: array.copy("K"), natural="any")
def clone(input: Tensor, *, memory_format: memory_format | None = None) -> Any:
    """A copy that gradients flow through.

    Args:
        input: any tensor.
        memory_format: the order in memory of the copy; None keeps that of a dense tensor.

    Example::

        >>> torch.ones(2).clone()
        tensor([1., 1.])
    """
    return copy_in_format(input, input.dtype, memory_format)
