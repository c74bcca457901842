"""Writes of whole tensors: copy, fill, zero."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._core.dtypes import BOOL, COMPLEX, FLOATING, dtype, of_numpy
from .._core.tensor_base import TensorBase
from .._declare.kinds import kernel

if TYPE_CHECKING:
    from ..tensor import Tensor

Array = Any
Number = bool | int | float | complex


@kernel(
    exact=True,
    overwrites=True,
    holomorphic=False,
    node="CopyBackwards",
    vjp={"input": lambda g: g.new_zeros(g.shape), "src": lambda g: g},
)
def copy(input: Tensor, src: Tensor, non_blocking: bool = False) -> None:
    """`input` overwritten with the elements of `src`, broadcast to its shape and converted to its dtype."""
    if src.shape != input.shape:
        _check_expands(input, src)
    if src.dtype.kind == "c" and input.dtype.kind != "c":
        src = src.real
    np.copyto(input, src, "unsafe")


def _check_expands(input: Array, src: Array) -> None:
    if src.ndim > input.ndim:
        raise RuntimeError(
            f"The size of tensor a ({input.shape[-1] if input.ndim else 1}) must match"
        )
    for dim in range(1, src.ndim + 1):
        if src.shape[-dim] not in (1, input.shape[-dim]):
            raise RuntimeError(
                f"The size of tensor a ({input.shape[-dim]}) must match the size of tensor b ({src.shape[-dim]}) at "
                f"non-singleton dimension {input.ndim - dim}"
            )


_C_NAMES = {
    "uint8": "uint8_t", "int8": "int8_t", "int16": "int16_t", "int32": "int", "int64": "int64_t",
    "float16": "at::Half", "bfloat16": "at::BFloat16", "float32": "float", "float64": "double",
}  # fmt: skip


def as_element(value: Any, element: dtype) -> Array:
    """A number as a 0-d array.

    Raises:
        RuntimeError: the number does not fit.
    """
    if isinstance(value, complex) and element.category != COMPLEX:
        if value.imag:
            raise _overflow(element)
        value = value.real
    if element.category == BOOL:
        return np.asarray(bool(value))
    if element.category < FLOATING:
        limits = np.iinfo(element.numpy)
        if isinstance(value, float) and not np.isfinite(value):
            raise _overflow(element)
        whole = int(value)
        low = -int(limits.max) if limits.min == 0 else int(limits.min)  # unsigned dtypes take negatives and wrap
        if not low <= whole <= limits.max:
            raise _overflow(element)
        return np.asarray(whole).astype(element.numpy)
    return np.asarray(value).astype(element.numpy)


def _overflow(element: dtype) -> RuntimeError:
    return RuntimeError(
        f"value cannot be converted to type {_C_NAMES.get(element.name, element.name)} without overflow"
    )


@kernel(
    exact=True,
    overwrites=True,
    holomorphic=False,
    node=("FillBackward0", "FillBackward1"),
    pick_node=lambda input, value: 1 if isinstance(value, TensorBase) else 0,
    vjp={"input": lambda g: g.new_zeros(g.shape), "value": lambda g: g.sum()},
)
def fill(input: Tensor, value: Tensor | Number) -> None:
    """Every element set to one value.

    Args:
        input: any tensor.
        value: a number or a 0-d tensor.

    Raises:
        RuntimeError: the value does not fit the dtype, or is no single value.
    """
    if isinstance(value, np.ndarray):
        if value.ndim:
            raise RuntimeError(
                "fill_ only supports 0-dimension value tensor but got tensor with " f"{value.ndim} dimensions."
            )
        np.copyto(input, value, "unsafe")
        return
    input[...] = as_element(value, of_numpy(input.dtype))


@kernel(exact=True, overwrites=True, holomorphic=False, vjp={"input": lambda g: g.new_zeros(g.shape)})
def zero(input: Tensor) -> None:
    """Every element set to zero."""
    input[...] = 0
