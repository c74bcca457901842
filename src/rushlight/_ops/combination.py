"""Products, quotients and interpolations of three tensors in one step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._core.dtypes import FLOATING, of_numpy
from .._core.numbers import fitted
from .._declare.dispatch import no_kernel
from .._declare.helpers import common_dtype
from .._declare.kinds import elementwise
from .._declare.scalars import s

if TYPE_CHECKING:
    from ..tensor import Tensor

Number = bool | int | float | complex


def _times(value: Any, factor: Any) -> Any:
    return value if isinstance(factor, (bool, int, float)) and factor == 1 else value * factor


@elementwise(
    eager=lambda input, tensor1, tensor2: input + tensor1 * tensor2,
    general=lambda input, tensor1, tensor2, value: input + _factor(input, value) * tensor1 * tensor2,
    refuse=("bool",),
    kernel_name="addcmul_cpu_out",
    older="value",
    vjp={
        "input": lambda g: g,
        "tensor1": lambda g, tensor2, value: g * _times(tensor2, value),
        "tensor2": lambda g, tensor1, value: g * _times(tensor1, value),
    },
)
def addcmul(input: Tensor, tensor1: Tensor, tensor2: Tensor, *, value: Number = 1, out: Tensor | None = None) -> Tensor:
    """`input` plus `value` times the product of `tensor1` and `tensor2`.

    Args:
        input, tensor1, tensor2: tensors that broadcast.
        value: factor of the product.

    Example::

        >>> torch.addcmul(torch.zeros(2), torch.ones(2), torch.ones(2), value=3)
        tensor([3., 3.])
    """
    return input + _times(tensor1, value) * tensor2


def _factor(array: Any, value: Any) -> Any:
    """A number in the dtype of an array, cut off as C does for integers."""
    return np.asarray(fitted(value, of_numpy(array.dtype)), array.dtype)


def _check_addcdiv(input: Any, tensor1: Any, tensor2: Any, value: Any) -> None:
    common = common_dtype(tensor1, tensor2)
    if common is not None and common.category < FLOATING:
        raise RuntimeError(
            "Integer division with addcdiv is no longer supported, and in a future  release addcdiv will perform a "
            "true division of tensor1 and tensor2. The historic addcdiv behavior can be implemented as (input + value "
            "* torch.trunc(tensor1 / tensor2)).to(input.dtype) for integer inputs and as (input + value * tensor1 / "
            "tensor2) for float inputs. The future addcdiv behavior is just the latter implementation: (input + value "
            "* tensor1 / tensor2), for all dtypes."
        )


@elementwise(
    eager=lambda input, tensor1, tensor2: input + tensor1 / tensor2,
    check=_check_addcdiv,
    older="value",
    vjp={
        "input": lambda g: g,
        "tensor1": lambda g, tensor2, value: g * (value / tensor2),
        "tensor2": lambda g, tensor1, tensor2, value: -g * (value * tensor1 / (tensor2 * tensor2)),
    },
)
def addcdiv(input: Tensor, tensor1: Tensor, tensor2: Tensor, *, value: Number = 1, out: Tensor | None = None) -> Tensor:
    """`input` plus `value` times the quotient of `tensor1` and `tensor2`.

    Args:
        input, tensor1, tensor2: tensors that broadcast; the quotient must be one of floats.
        value: factor of the quotient.

    Example::

        >>> torch.addcdiv(torch.zeros(2), torch.ones(2), torch.full((2,), 4.0))
        tensor([0.2500, 0.2500])
    """
    return input + _times(tensor1, value) / tensor2


def _check_lerp(input: Any, end: Any, weight: Any) -> None:
    if not (hasattr(input, "_array") and hasattr(end, "_array")):
        return
    element = of_numpy(input._array.dtype)
    for name, value in (("end", end), ("weight", weight)):
        if not hasattr(value, "_array") or (name == "weight" and value._array.ndim == 0):
            continue
        given = of_numpy(value._array.dtype)
        if given is not element:
            raise RuntimeError(
                f"expected dtype {_SPELLED[element.name]} for `{name}` but got dtype {_SPELLED[given.name]}"
            )

    if element.category < FLOATING:
        raise no_kernel(f"lerp_kernel_{'tensor' if hasattr(weight, '_array') else 'scalar'}", element)


_SPELLED = {
    "float32": "float", "float64": "double", "float16": "c10::Half", "bfloat16": "c10::BFloat16",
    "int64": "long int", "int32": "int", "int16": "short int", "int8": "signed char", "uint8": "unsigned char",
    "bool": "bool", "complex64": "c10::complex<float>", "complex128": "c10::complex<double>",
    "uint16": "short unsigned int", "uint32": "unsigned int", "uint64": "long unsigned int",
}  # fmt: skip
"""Names that lerp's errors give dtypes."""


def _interpolated(input: Any, end: Any, weight: Any) -> Any:
    """From `input` at weight 0 to `end` at weight 1, exact at both ends."""
    if type(weight) is not np.ndarray:
        step = end - input
        return input + step * weight if -0.5 < weight < 0.5 else end - step * (1 - weight)
    near_end = np.abs(weight) >= 0.5
    return np.where(near_end, end - (end - input) * (1 - weight), input + weight * (end - input))


@elementwise(
    eager=_interpolated,
    general=_interpolated,
    check=_check_lerp,
    node=("LerpBackward1", "LerpBackward0"),
    scalar_nodes=("LerpBackward0",),
    pick_node=lambda input, end, weight: 0 if hasattr(weight, "_array") else 1,
    vjp={
        "input": lambda g, weight: g * (1 - weight),
        "end": lambda g, weight: g * weight,
        "weight": lambda g, input, end: g * (end - input),
    },
    overloads=True,
)
def lerp(input: Tensor, end: Tensor, weight: Tensor | Number, *, out: Tensor | None = None) -> Tensor:
    """Linear interpolation, ``input + weight * (end - input)``.

    Args:
        input, end: float or complex tensors of one dtype that broadcast.
        weight: a number, or a tensor that broadcasts with them.

    Example::

        >>> torch.lerp(torch.tensor([0.0]), torch.tensor([10.0]), 0.25)
        tensor([2.5000])
    """
    step = weight * (end - input)
    return s.where(s.abs(weight) < 0.5, input + step, end - (end - input) * (1 - weight))
