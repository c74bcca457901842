"""Functions on how floats are made: signs, exponents, neighbours, and what replaces those that are no numbers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from .._core.dtypes import FLOATING, finfo, of_numpy
from .._core.named_results import named_result
from .._declare.helpers import common_dtype
from .._declare.kinds import FLOAT, elementwise, kernel
from .._declare.scalars import s

if TYPE_CHECKING:
    from ..tensor import Tensor

Number = bool | int | float | complex


@elementwise(
    eager=np.hypot,
    scalar_ok=False,
    refuse=("bool", "integer", "complex"),
    vjp={
        "input": lambda g, input, result: g * (input / result),
        "other": lambda g, other, result: g * (other / result),
    },
)
def hypot(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The length of the hypotenuse, ``sqrt(input**2 + other**2)``, without overflow.

    Args:
        input, other: float tensors that broadcast: the legs.

    Example::

        >>> torch.hypot(torch.tensor([3.0]), torch.tensor([4.0]))
        tensor([5.])
    """
    return s.hypot(input, other)


@elementwise(
    eager=np.copysign,
    promote=FLOAT,
    node=("CopysignBackward0", "CopysignBackward1"),
    refuse=("complex",),
    vjp={
        "input": lambda g, input, result: g * s.where(input == 0, 0, result / input),
        "other": lambda g: s.zero_gradient(g),
    },
    overloads=True,
)
def copysign(input: Tensor, other: Tensor | Number, *, out: Tensor | None = None) -> Tensor:
    """The magnitude of `input` with the sign of `other`.

    Args:
        input: any real tensor.
        other: a tensor that broadcasts with `input`, or a number.

    Example::

        >>> torch.copysign(torch.tensor([1.0, -2.0]), torch.tensor([-0.0, 3.0]))
        tensor([-1.,  2.])
    """
    return s.copysign(input, other)


def _check_heaviside(input: Any, values: Any) -> None:
    elements = [of_numpy(value._array.dtype) for value in (input, values) if hasattr(value, "_array")]
    if len(elements) == 2 and any(element.is_complex for element in elements):
        raise RuntimeError("heaviside is not yet implemented for complex tensors.")
    if len(set(elements)) == 2:
        raise RuntimeError("heaviside is not yet implemented for tensors with different dtypes.")


def _heaviside(input: Any, values: Any) -> Any:
    return np.where(input == 0, values, input > 0).astype(input.dtype)


@elementwise(eager=_heaviside, general=_heaviside, check=_check_heaviside)
def heaviside(input: Tensor, values: Tensor, *, out: Tensor | None = None) -> Tensor:
    """0 for negative elements, 1 for positive ones and `values` for zeros.

    Args:
        input: any real tensor.
        values: a tensor of the same dtype that broadcasts with `input`.

    Example::

        >>> torch.heaviside(torch.tensor([-1.0, 0.0, 2.0]), torch.tensor(0.5))
        tensor([0.0000, 0.5000, 1.0000])
    """
    return s.where(input == 0, values, s.where(input > 0, 1, 0))


@elementwise(
    eager=np.nextafter,
    scalar_ok=False,
    exact=True,
    refuse=("bool", "integer", "complex"),
    vjp={"input": lambda g, input, other: s.where(input == other, 0, g), "other": lambda g: s.zero_gradient(g)},
)
def nextafter(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The next float after `input` in the direction of `other`.

    Args:
        input, other: float tensors that broadcast.

    Example::

        >>> torch.nextafter(torch.tensor([1.0]), torch.tensor([2.0])) > 1
        tensor([True])
    """
    return s.nextafter(input, other)


def _ldexp(input: Any, other: Any) -> Any:
    if input.dtype.kind == "c":
        return input * np.exp(other * math.log(2))
    whole = np.rint(other)
    scaled = np.ldexp(input, np.clip(np.where(np.isfinite(whole), whole, 0), -5000, 5000).astype(np.int32))
    return np.where(whole == other, scaled, input * np.exp2(other))


@elementwise(
    general=_ldexp,
    promote=FLOAT,
    vjp={
        "input": lambda g, other: g * s.exp2(other),
        "other": lambda g, result: g * (result * math.log(2)),
    },
)
def ldexp(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Tensor:
    """`input` times two to the power of `other`.

    Args:
        input: any tensor.
        other: a tensor that broadcasts with `input`.

    Example::

        >>> torch.ldexp(torch.tensor([1.0, 3.0]), torch.tensor([2, 4]))
        tensor([ 4., 48.])
    """
    return input * s.exp2(other)


def _check_frexp(input: Any) -> None:
    element = common_dtype(input)
    if element is not None and element.category != FLOATING:
        raise RuntimeError("torch.frexp() only supports floating-point dtypes")


def _pull_frexp(g: Any, result1: Any) -> Any:
    return g[0] / s.exp2(result1)


@kernel(
    flops=0,
    returns=named_result("frexp", "mantissa", "exponent"),
    check=_check_frexp,
    nondifferentiable=(1,),
    vjp={"input": _pull_frexp},
)
def frexp(input: Tensor, *, out: Any = None) -> Any:
    """Mantissas from 0.5 to 1 in magnitude, and the powers of two that they have to be multiplied by.

    Args:
        input: a float tensor.

    Returns:
        A named tuple ``(mantissa, exponent)``; the exponents are int32.

    Example::

        >>> torch.frexp(torch.tensor([6.0])).exponent
        tensor([3], dtype=torch.int32)
    """
    mantissa, exponent = np.frexp(input)
    return mantissa, np.asarray(exponent, np.int32)


def _nan_to_num(input: Any, nan: Any, posinf: Any, neginf: Any) -> Any:
    if input.dtype.kind in "biu":
        return input
    if input.dtype.kind == "c":
        found = np.empty_like(input)
        found.real = _nan_to_num(input.real, nan, posinf, neginf)
        found.imag = _nan_to_num(input.imag, nan, posinf, neginf)
        return found
    usual = np.isfinite(input)
    if usual.all():
        return input.copy("K")
    if usual.ndim:  # the rest is few as a rule: seven passes over those instead of all elements
        found = input.copy("K")
        rest = ~usual
        found[rest] = _replaced(input[rest], nan, posinf, neginf)
        return found
    return _replaced(input, nan, posinf, neginf)


def _replaced(input: Any, nan: Any, posinf: Any, neginf: Any) -> Any:
    """What stands for numbers that are not finite."""
    element = input.dtype
    limits = finfo(of_numpy(element))
    zero = np.asarray(0.0 if nan is None else nan).astype(element)
    largest = np.asarray(limits.max if posinf is None else posinf).astype(element)
    smallest = np.asarray(limits.min if neginf is None else neginf).astype(element)
    return np.where(np.isnan(input), zero, np.where(input > 0, largest, smallest))


@elementwise(
    general=_nan_to_num,
    exact=True,
    vjp={"input": lambda g, input: g * s.isfinite(input)},
)
def nan_to_num(
    input: Tensor,
    nan: float | None = None,
    posinf: float | None = None,
    neginf: float | None = None,
    *,
    out: Tensor | None = None,
) -> Tensor:
    """Elements with nan and infinities replaced.

    Args:
        input: any tensor.
        nan: what replaces nan; 0 by default.
        posinf, neginf: what replaces the infinities; by default the largest and smallest number of the dtype.

    Example::

        >>> torch.nan_to_num(torch.tensor([1.0, float("nan"), float("inf")]), posinf=9.0)
        tensor([1., 0., 9.])
    """
    return s.nan_to_num(input, nan, posinf, neginf)


s.define("nan_to_num", _nan_to_num)
