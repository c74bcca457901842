"""Rounding: down, up, to the nearest, towards zero, and the fractional part."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._core.dtypes import COMPLEX, FLOATING
from .._declare.dispatch import no_kernel
from .._declare.helpers import common_dtype
from .._declare.kinds import Refusal, elementwise
from .._declare.scalars import s

if TYPE_CHECKING:
    from ..tensor import Tensor


def _flat(g: Any) -> Any:
    """The gradient of a step function."""
    return s.zero_gradient(g)


def _real_only(name: str) -> tuple[Any, ...]:
    return ("bool", Refusal("complex", NotImplementedError, f"{name} is not supported for complex inputs"))


@elementwise(
    eager=np.floor,
    general=lambda input: input if input.dtype.kind in "iu" else np.floor(input),
    refuse=_real_only("floor"),
    kernel_name="floor_vml_cpu",
    vjp={"input": _flat},
)
def floor(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The largest integer not above each element.

    Example::

        >>> torch.floor(torch.tensor([1.5, -1.5]))
        tensor([ 1., -2.])
    """
    return s.floor(input)


@elementwise(
    eager=np.ceil,
    general=lambda input: input if input.dtype.kind in "iu" else np.ceil(input),
    refuse=_real_only("ceil"),
    kernel_name="ceil_vml_cpu",
    vjp={"input": _flat},
)
def ceil(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The smallest integer not below each element.

    Example::

        >>> torch.ceil(torch.tensor([1.5, -1.5]))
        tensor([ 2., -1.])
    """
    return s.ceil(input)


@elementwise(
    eager=np.trunc,
    general=lambda input: input if input.dtype.kind in "iu" else np.trunc(input),
    refuse=_real_only("trunc"),
    kernel_name="trunc_vml_cpu",
    vjp={"input": _flat},
)
def trunc(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The integer part of each element: rounded towards zero.

    Example::

        >>> torch.trunc(torch.tensor([1.5, -1.5]))
        tensor([ 1., -1.])
    """
    return s.trunc(input)


def _check_decimals(input: Any, decimals: Any) -> None:
    element = common_dtype(input)
    if decimals and element is not None and element.category != FLOATING:
        raise no_kernel("round_cpu", element)
    if element is not None and element.category == COMPLEX:
        raise no_kernel("round_vml_cpu", element)


def _rounded(input: Any, decimals: Any) -> Any:
    """Elements rounded to even, `decimals` places after the point (before it where negative)."""
    if input.dtype.kind in "iu":
        return input
    if not decimals:
        return np.rint(input)
    power = input.dtype.type(10.0 ** np.abs(decimals))
    return np.rint(input * power) / power if decimals > 0 else np.rint(input / power) * power


@elementwise(
    eager=_rounded,
    general=_rounded,
    check=_check_decimals,
    refuse=("bool",),
    kernel_name="round_vml_cpu",
    node=("RoundBackward0", "RoundBackward1"),
    pick_node=lambda input, decimals: 1 if decimals else 0,
    vjp={"input": _flat},
)
def round(input: Tensor, *, decimals: int = 0, out: Tensor | None = None) -> Tensor:
    """The nearest integer to each element, halves to the even one.

    Args:
        input: any tensor but bool and complex ones.
        decimals: places after the decimal point to keep; negative ones round before it.

    Example::

        >>> torch.round(torch.tensor([0.5, 1.5, -2.7]))
        tensor([ 0.,  2., -3.])
        >>> torch.round(torch.tensor([0.1234]), decimals=2)
        tensor([0.1200])
    """
    if not decimals:
        return s.round(input)
    power = 10.0 ** (decimals if decimals > 0 else -decimals)
    return s.round(input * power) / power if decimals > 0 else s.round(input / power) * power


@elementwise(
    eager=lambda array: array - np.trunc(array),
    refuse=("bool", "integer", "complex"),
    vjp={"input": lambda g: g},
)
def frac(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The fractional part of each element, with its sign.

    Example::

        >>> torch.frac(torch.tensor([1.5, -2.25]))
        tensor([ 0.5000, -0.2500])
    """
    return input - s.trunc(input)


fix = trunc
