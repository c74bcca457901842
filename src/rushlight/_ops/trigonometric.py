"""Trigonometric and hyperbolic functions and their inverses."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from .._declare.kinds import FLOAT, Refusal, elementwise
from .._declare.scalars import s

if TYPE_CHECKING:
    from ..tensor import Tensor


@elementwise(
    eager=np.sin,
    natural="complex",
    promote=FLOAT,
    vjp={"input": lambda g, input: g * input.cos()},
)
def sin(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The sine of each element, in radians.

    Example::

        >>> torch.sin(torch.tensor([0.0, 1.0]))
        tensor([0.0000, 0.8415])
    """
    return s.sin(input)


@elementwise(
    eager=np.cos,
    natural="complex",
    promote=FLOAT,
    vjp={"input": lambda g, input: -g * input.sin()},
)
def cos(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The cosine of each element, in radians.

    Example::

        >>> torch.cos(torch.tensor([0.0, 1.0]))
        tensor([1.0000, 0.5403])
    """
    return s.cos(input)


@elementwise(
    eager=np.tan,
    natural="complex",
    promote=FLOAT,
    vjp={"input": lambda g, result: g * (1 + result * result)},
)
def tan(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The tangent of each element, in radians.

    Example::

        >>> torch.tan(torch.tensor([0.0, 1.0]))
        tensor([0.0000, 1.5574])
    """
    return s.tan(input)


@elementwise(
    eager=np.arcsin,
    natural="complex",
    promote=FLOAT,
    vjp={"input": lambda g, input: g * s.rsqrt(1 - input * input)},
)
def asin(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The inverse sine of each element, in radians; nan outside of -1 to 1.

    Example::

        >>> torch.asin(torch.tensor([0.0, 1.0]))
        tensor([0.0000, 1.5708])
    """
    return s.asin(input)


@elementwise(
    eager=np.arccos,
    natural="complex",
    promote=FLOAT,
    vjp={"input": lambda g, input: -g * s.rsqrt(1 - input * input)},
)
def acos(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The inverse cosine of each element, in radians; nan outside of -1 to 1.

    Example::

        >>> torch.acos(torch.tensor([1.0, 0.0]))
        tensor([0.0000, 1.5708])
    """
    return s.acos(input)


@elementwise(
    eager=np.arctan,
    natural="complex",
    promote=FLOAT,
    vjp={"input": lambda g, input: g / (input * input + 1)},
)
def atan(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The inverse tangent of each element, in radians.

    Example::

        >>> torch.atan(torch.tensor([0.0, 1.0]))
        tensor([0.0000, 0.7854])
    """
    return s.atan(input)


def _pull_angle(g: Any, input: Any, other: Any) -> Any:
    """The gradient of atan2 less the operand it is multiplied by; zero at the origin."""
    square = input * input + other * other
    return s.where(square == 0, 0, g / square)


@elementwise(
    eager=np.arctan2,
    promote=FLOAT,
    scalar_ok=False,
    refuse=("complex",),
    vjp={
        "input": lambda g, input, other: _pull_angle(g, input, other) * other,
        "other": lambda g, input, other: _pull_angle(g, input, other) * -input,
    },
)
def atan2(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The angle of the point (`other`, `input`), from -pi to pi.

    Args:
        input, other: real tensors that broadcast: the ordinate and the abscissa.

    Example::

        >>> torch.atan2(torch.tensor([1.0, 0.0]), torch.tensor([0.0, -1.0]))
        tensor([1.5708, 3.1416])
    """
    return s.atan2(input, other)


@elementwise(
    eager=np.sinh,
    natural="complex",
    promote=FLOAT,
    vjp={"input": lambda g, input: g * input.cosh()},
)
def sinh(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The hyperbolic sine of each element.

    Example::

        >>> torch.sinh(torch.tensor([0.0, 1.0]))
        tensor([0.0000, 1.1752])
    """
    return s.sinh(input)


@elementwise(
    eager=np.cosh,
    natural="complex",
    promote=FLOAT,
    vjp={"input": lambda g, input: g * input.sinh()},
)
def cosh(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The hyperbolic cosine of each element.

    Example::

        >>> torch.cosh(torch.tensor([0.0, 1.0]))
        tensor([1.0000, 1.5431])
    """
    return s.cosh(input)


@elementwise(
    eager=np.tanh,
    natural="complex",
    promote=FLOAT,
    vjp={"input": lambda g, result: g * (1 - result * result)},
)
def tanh(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The hyperbolic tangent of each element.

    Example::

        >>> torch.tanh(torch.tensor([0.0, 1.0]))
        tensor([0.0000, 0.7616])
    """
    return s.tanh(input)


@elementwise(
    eager=np.arcsinh,
    natural="complex",
    promote=FLOAT,
    vjp={"input": lambda g, input: g * s.rsqrt(input * input + 1)},
)
def asinh(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The inverse hyperbolic sine of each element.

    Example::

        >>> torch.asinh(torch.tensor([0.0, 1.0]))
        tensor([0.0000, 0.8814])
    """
    return s.asinh(input)


def _pull_acosh(g: Any, input: Any) -> Any:
    return g * s.rsqrt(input - 1) * s.rsqrt(input + 1)


@elementwise(
    eager=np.arccosh,
    natural="complex",
    promote=FLOAT,
    vjp={"input": _pull_acosh},
)
def acosh(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The inverse hyperbolic cosine of each element; nan below 1.

    Example::

        >>> torch.acosh(torch.tensor([1.0, 2.0]))
        tensor([0.0000, 1.3170])
    """
    return s.acosh(input)


@elementwise(
    eager=np.arctanh,
    natural="complex",
    promote=FLOAT,
    vjp={"input": lambda g, input: g / (1 - input * input)},
)
def atanh(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The inverse hyperbolic tangent of each element; nan outside of -1 to 1.

    Example::

        >>> torch.atanh(torch.tensor([0.0, 0.5]))
        tensor([0.0000, 0.5493])
    """
    return s.atanh(input)


def _pull_sinc(g: Any, input: Any) -> Any:
    angle = input * math.pi
    slope = g * ((angle * s.cos(angle) - s.sin(angle)) / (angle * input))
    return s.where(angle * input == 0, 0, slope)


@elementwise(promote=FLOAT, vjp={"input": _pull_sinc})
def sinc(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The normalized sinc, ``sin(pi * x) / (pi * x)``, and 1 at 0.

    Example::

        >>> torch.sinc(torch.tensor([0.0, 0.5]))
        tensor([1.0000, 0.6366])
    """
    angle = input * math.pi
    return s.where(input == 0, 1, s.sin(angle) / angle)


def _real_only(name: str) -> tuple[Refusal, ...]:
    return (Refusal("complex", RuntimeError, f"{name} is not supported for complex tensors."),)


@elementwise(
    eager=lambda array: array * (math.pi / 180),
    promote=FLOAT,
    refuse=_real_only("deg2rad"),
    node="Deg2RadBackward0",
    vjp={"input": lambda g: g * (math.pi / 180)},
)
def deg2rad(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """Degrees as radians.

    Example::

        >>> torch.deg2rad(torch.tensor([180.0, 90.0]))
        tensor([3.1416, 1.5708])
    """
    return input * (math.pi / 180)


@elementwise(
    eager=lambda array: array * (180 / math.pi),
    promote=FLOAT,
    refuse=_real_only("rad2deg"),
    node="Rad2DegBackward0",
    vjp={"input": lambda g: g * (180 / math.pi)},
)
def rad2deg(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """Radians as degrees.

    Example::

        >>> torch.rad2deg(torch.tensor([3.0, 1.0]))
        tensor([171.8873,  57.2958])
    """
    return input * (180 / math.pi)


arcsin, arccos, arctan, arctan2 = asin, acos, atan, atan2
arcsinh, arccosh, arctanh = asinh, acosh, atanh
