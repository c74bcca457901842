"""Exponentials, logarithms and the logistic function."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from .._declare.kinds import FLOAT, elementwise
from .._declare.scalars import s

if TYPE_CHECKING:
    from ..tensor import Tensor

Number = bool | int | float | complex

_LN2, _LN10 = math.log(2), math.log(10)


@elementwise(
    eager=np.exp,
    natural="complex",
    promote=FLOAT,
    vjp={"input": lambda g, result: g * result},
)
def exp(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The exponential of each element.

    Example::

        >>> torch.exp(torch.tensor([0.0, 1.0]))
        tensor([1.0000, 2.7183])
    """
    return s.exp(input)


def _exp2(input: Any) -> Any:
    return np.exp(input * _LN2) if input.dtype.kind == "c" else np.exp2(input)


@elementwise(
    eager=np.exp2,
    general=_exp2,
    promote=FLOAT,
    vjp={"input": lambda g, result: g * (result * _LN2)},
)
def exp2(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """Two to the power of each element.

    Example::

        >>> torch.exp2(torch.tensor([0.0, 3.0]))
        tensor([1., 8.])
    """
    return s.exp2(input)


@elementwise(
    eager=np.expm1,
    natural="complex",
    promote=FLOAT,
    vjp={"input": lambda g, result: g * (result + 1)},
)
def expm1(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The exponential of each element less one, exact for small elements.

    Example::

        >>> torch.expm1(torch.tensor([0.0, 1.0]))
        tensor([0.0000, 1.7183])
    """
    return s.expm1(input)


@elementwise(
    eager=np.log,
    natural="complex",
    promote=FLOAT,
    vjp={"input": lambda g, input: g / input},
)
def log(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The natural logarithm of each element; nan for negative real ones.

    Example::

        >>> torch.log(torch.tensor([1.0, 10.0]))
        tensor([0.0000, 2.3026])
    """
    return s.log(input)


@elementwise(
    eager=np.log2,
    natural="complex",
    promote=FLOAT,
    vjp={"input": lambda g, input: g / (input * _LN2)},
)
def log2(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The logarithm to base 2 of each element.

    Example::

        >>> torch.log2(torch.tensor([1.0, 8.0]))
        tensor([0., 3.])
    """
    return s.log2(input)


def _log10(array: Any) -> Any:
    """The logarithm to base 10, for float32 by way of float64: NumPy's makes 2.0000002 of 100."""
    return np.log10(array.astype(np.float64)).astype(np.float32) if array.dtype == np.float32 else np.log10(array)


s.define("log10", _log10)


@elementwise(
    eager=_log10,
    natural="complex",
    promote=FLOAT,
    vjp={"input": lambda g, input: g / (input * _LN10)},
)
def log10(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The logarithm to base 10 of each element.

    Example::

        >>> torch.log10(torch.tensor([1.0, 100.0]))
        tensor([0., 2.])
    """
    return s.log10(input)


@elementwise(
    eager=np.log1p,
    natural="complex",
    promote=FLOAT,
    node="Log1PBackward0",
    vjp={"input": lambda g, input: g / (input + 1)},
)
def log1p(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The natural logarithm of one plus each element, exact for small elements.

    Example::

        >>> torch.log1p(torch.tensor([0.0, 1.0]))
        tensor([0.0000, 0.6931])
    """
    return s.log1p(input)


def _logaddexp(input: Any, other: Any) -> Any:
    if input.dtype.kind != "c":
        return np.logaddexp(input, other)
    swap = other.real > input.real
    larger, smaller = np.where(swap, other, input), np.where(swap, input, other)
    same_infinity = np.isinf(larger.real) & (larger.real == smaller.real)
    difference = np.where(same_infinity, 1j * (smaller.imag - larger.imag), smaller - larger)
    found = larger + np.log1p(np.exp(difference))
    return np.where(np.isneginf(larger.real), larger.real, found)


@elementwise(
    eager=np.logaddexp,
    general=_logaddexp,
    refuse=("bool", "integer"),
    vjp={
        "input": lambda g, input, result: g * s.exp(input - result),
        "other": lambda g, other, result: g * s.exp(other - result),
    },
)
def logaddexp(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The logarithm of the sum of exponentials, ``log(exp(input) + exp(other))``, without overflow.

    Args:
        input, other: float or complex tensors that broadcast.

    Example::

        >>> torch.logaddexp(torch.tensor([100.0]), torch.tensor([100.0]))
        tensor([100.6931])
    """
    return s.logaddexp(input, other)


@elementwise(
    eager=np.logaddexp2,
    refuse=("bool", "integer", "complex"),
    vjp={
        "input": lambda g, input, result: g * s.exp2(input - result),
        "other": lambda g, other, result: g * s.exp2(other - result),
    },
)
def logaddexp2(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The logarithm to base 2 of the sum of powers of two, ``log2(2**input + 2**other)``, without overflow.

    Args:
        input, other: float tensors that broadcast.

    Example::

        >>> torch.logaddexp2(torch.tensor([100.0]), torch.tensor([100.0]))
        tensor([101.])
    """
    return s.logaddexp2(input, other)


@elementwise(
    promote=FLOAT,
    exact=True,
    node=("XlogyBackward0", "XlogyBackward2", "XlogyBackward1"),
    refuse=("complex",),
    vjp={
        "input": lambda g, input, other: g * s.where((input == 0) & (other <= 0), 0, s.log(other)),
        "other": lambda g, input, other: g * input / other,
    },
    overloads=True,
)
def xlogy(input: Tensor | Number, other: Tensor | Number, *, out: Tensor | None = None) -> Tensor:
    """`input` times the logarithm of `other`, where zero times anything but nan is zero.

    Args:
        input: a tensor or a number.
        other: a tensor that broadcasts with `input`, or a number.

    Example::

        >>> torch.xlogy(torch.tensor([0.0, 2.0]), torch.tensor([0.0, 1.0]))
        tensor([0., 0.])
    """
    return s.where(s.isnan(other), other, s.where(input == 0, 0, input * s.log(other)))


s.define("sigmoid", lambda array: 1 / (1 + np.exp(-array)))


def _sigmoid(array: Any) -> Any:
    """The logistic function of an array, made in one buffer."""
    found = np.negative(array, out=np.empty(array.shape, array.dtype))
    np.exp(found, found)
    np.add(found, 1, found)
    return np.reciprocal(found, found)


@elementwise(
    eager=_sigmoid,
    promote=FLOAT,
    vjp={"input": lambda g, result: g * (result * (1 - result))},
)
def sigmoid(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The logistic function of each element, ``1 / (1 + exp(-input))``.

    Example::

        >>> torch.sigmoid(torch.tensor([0.0, 2.0]))
        tensor([0.5000, 0.8808])
    """
    return s.sigmoid(input)


def _clipped(input: Any, eps: Any) -> Any:
    return input if eps is None else np.clip(input, input.dtype.type(eps), input.dtype.type(1 - eps))


def _logit(input: Any, eps: Any) -> Any:
    inside = _clipped(input, eps)
    return np.log(inside / (1 - inside))


def _pull_logit(g: Any, input: Any, eps: Any) -> Any:
    slope = g / (input * (1 - input))
    if eps is None:
        return s.where((input >= 0) & (input <= 1), slope, float("nan"))
    return s.where((input >= eps) & (input <= 1 - eps), slope, 0)


@elementwise(
    eager=_logit,
    general=_logit,
    promote=FLOAT,
    refuse=("complex",),
    vjp={"input": _pull_logit},
)
def logit(input: Tensor, eps: float | None = None, *, out: Tensor | None = None) -> Tensor:
    """The inverse of the logistic function, ``log(input / (1 - input))``.

    Args:
        input: probabilities.
        eps: distance from 0 and 1 that elements are clamped to first; None to leave them.

    Example::

        >>> torch.logit(torch.tensor([0.5, 0.9]))
        tensor([0.0000, 2.1972])
    """
    inside = input if eps is None else s.clamp_max(s.clamp_min(input, eps), 1 - eps)
    return s.log(inside / (1 - inside))
