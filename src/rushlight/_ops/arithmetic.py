"""Arithmetic: addition, subtraction, multiplication, negation, division and its remainders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from .._core.dtypes import BOOL, COMPLEX, FLOATING
from .._core.expression import Expression
from .._declare.dispatch import no_kernel
from .._declare.helpers import common_dtype
from .._declare.kinds import FLOAT, SAME, Refusal, elementwise
from .._declare.scalars import s

if TYPE_CHECKING:
    from ..tensor import Tensor

Number = bool | int | float | complex

_INVERT_HINT = "If you are trying to invert a mask, use the `~` or `logical_not()` operator instead."


def _check_alpha(input: Any, other: Any, alpha: Any) -> None:
    """Raises torch's error for a factor that does not suit the dtype of the result."""
    common = common_dtype(input, other)
    if common is None or (type(alpha) is int and alpha == 1):
        return
    if isinstance(alpha, bool) and common.category != BOOL:
        raise RuntimeError("Boolean alpha only supported for Boolean results.")
    if isinstance(alpha, (float, complex)) and common.category < FLOATING:
        raise RuntimeError("For integral input tensors, argument alpha must not be a floating point number.")
    if isinstance(alpha, complex) and common.category != COMPLEX:
        raise RuntimeError("For non-complex input tensors, argument alpha must not be a complex number.")


def _is_truth(value: Any) -> bool:
    return isinstance(value, bool) or (hasattr(value, "_array") and value._array.dtype.kind == "b")


def _check_subtraction(input: Any, other: Any, alpha: Any) -> None:
    """Raises torch's error for bool operands, of which the difference is seldom what is meant."""
    if _is_truth(input) and _is_truth(other):
        raise RuntimeError(
            "Subtraction, the `-` operator, with two bool tensors is not supported. "
            "Use the `^` or `logical_xor()` operator instead."
        )
    for value in (input, other):
        if _is_truth(value):
            raise RuntimeError(f"Subtraction, the `-` operator, with a bool tensor is not supported. {_INVERT_HINT}")
    _check_alpha(input, other, alpha)


def _times(value: Any, alpha: Any) -> Any:
    """`value` times `alpha`, without work where that is 1; in the dtype of an array, wrapping as C does."""
    if isinstance(alpha, (bool, int)) and alpha == 1:
        return value
    return value * (np.asarray(alpha).astype(value.dtype) if isinstance(value, np.ndarray) else alpha)


@elementwise(
    eager=np.add,
    natural="any",
    check=_check_alpha,
    older="alpha",
    vjp={"input": lambda g: g, "other": lambda g, alpha: _times(g, alpha)},
)
def add(input: Tensor | Number, other: Tensor | Number, *, alpha: Number = 1, out: Tensor | None = None) -> Tensor:
    """Sum of `input` and `alpha` times `other`, with broadcasting and type promotion.

    Args:
        input: any shape and dtype.
        other: a tensor that broadcasts with `input`, or a number.
        alpha: factor of `other`.

    Example::

        >>> torch.add(torch.tensor([1.0, 2.0]), 10)
        tensor([11., 12.])
    """
    return input + _times(other, alpha)


@elementwise(
    eager=np.subtract,
    natural="number",
    check=_check_subtraction,
    older="alpha",
    vjp={"input": lambda g: g, "other": lambda g, alpha: -_times(g, alpha)},
)
def sub(input: Tensor | Number, other: Tensor | Number, *, alpha: Number = 1, out: Tensor | None = None) -> Tensor:
    """Difference of `input` and `alpha` times `other`, with broadcasting and type promotion.

    Args:
        input: any shape; any dtype but bool.
        other: a tensor that broadcasts with `input`, or a number.
        alpha: factor of `other`.

    Example::

        >>> torch.sub(torch.tensor([1.0, 2.0]), 1)
        tensor([0., 1.])
    """
    return input - _times(other, alpha)


@elementwise(
    eager=lambda array, other: np.subtract(other, array),
    natural="number",
    check=_check_subtraction,
    node=("RsubBackward0", "RsubBackward1"),
    vjp={"input": lambda g, alpha: -_times(g, alpha), "other": lambda g: g},
)
def rsub(input: Tensor, other: Tensor | Number, *, alpha: Number = 1) -> Tensor:
    """Difference of `other` and `alpha` times `input`: what ``2 - x`` computes.

    Args:
        input: any shape; any dtype but bool.
        other: a tensor that broadcasts with `input`, or a number.
        alpha: factor of `input`.

    Example::

        >>> torch.rsub(torch.tensor([1.0, 2.0]), 10)
        tensor([9., 8.])
    """
    return other - _times(input, alpha)


@elementwise(
    eager=np.multiply,
    natural="any",
    vjp={"input": lambda g, other: g * other, "other": lambda g, input: g * input},
)
def mul(input: Tensor | Number, other: Tensor | Number, *, out: Tensor | None = None) -> Tensor:
    """Product of `input` and `other`, with broadcasting and type promotion.

    Args:
        input: any shape and dtype.
        other: a tensor that broadcasts with `input`, or a number.

    Example::

        >>> torch.mul(torch.tensor([1.0, 2.0]), 3)
        tensor([3., 6.])
    """
    return input * other


@elementwise(
    eager=np.negative,
    natural="number",
    refuse=(
        Refusal("bool", RuntimeError, f"Negation, the `-` operator, on a bool tensor is not supported. {_INVERT_HINT}"),
    ),
    vjp={"input": lambda g: -g},
)
def neg(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The negative of each element.

    Example::

        >>> torch.neg(torch.tensor([1, -2]))
        tensor([-1,  2])
    """
    return -input


def positive(input: Tensor) -> Tensor:
    """`input` itself: what ``+x`` gives.

    Raises:
        RuntimeError: `input` is a bool tensor.

    Example::

        >>> torch.positive(torch.tensor([1, -2]))
        tensor([ 1, -2])
    """
    if input._array.dtype.kind == "b":
        raise RuntimeError("The `+` operator, on a bool tensor is not supported.")
    return input


def _refuse_zero(divisor: Any) -> None:
    """Raises torch's error where integers are divided by zero."""
    if not np.all(divisor):
        error = RuntimeError("ZeroDivisionError")
        error.add_note("an integer tensor was divided by zero; float tensors give inf or nan instead")
        raise error


def _floored(input: Any, other: Any) -> Any:
    """The quotient of arrays, rounded down."""
    if input.dtype.kind in "iu":
        _refuse_zero(other)
    return np.floor_divide(input, other)


def _truncated(input: Any, other: Any) -> Any:
    """The quotient of arrays, rounded towards zero."""
    if input.dtype.kind in "iu":
        _refuse_zero(other)
        quotient = np.floor_divide(input, other)
        return quotient + ((quotient < 0) & (quotient * other != input))
    return np.trunc(np.true_divide(input, other))


def _rounded_quotient(input: Any, other: Any, rounding_mode: Any) -> Any:
    """The quotient of arrays, rounded as the mode says; one of 16-bit floats that is cut off is rounded to 16 first."""
    if rounding_mode == "trunc":
        return _truncated(input, other)
    if input.dtype.itemsize == 2 and input.dtype.kind in "fV":
        input, other = input.astype(np.float32), other.astype(np.float32)
    return np.true_divide(input, other) if rounding_mode is None else _floored(input, other)


def _check_rounding(input: Any, other: Any, rounding_mode: Any) -> None:
    if rounding_mode is None:
        return
    if rounding_mode not in ("trunc", "floor"):
        raise RuntimeError(
            f"div expected rounding_mode to be one of None, 'trunc', or 'floor' but found '{rounding_mode}'"
        )
    common = common_dtype(input, other)
    if common is not None and common.category in (BOOL, COMPLEX):
        raise no_kernel(f"div_{rounding_mode}_cpu", common)


@elementwise(
    eager=np.true_divide,
    natural="complex",
    promote=lambda input, other, rounding_mode: FLOAT if rounding_mode is None else SAME,
    general=_rounded_quotient,
    exact=lambda input, other, rounding_mode: rounding_mode == "trunc",
    check=_check_rounding,
    node=("DivBackward0", "DivBackward0", "DivBackward2"),
    pick_node=lambda input, other, rounding_mode: 0 if rounding_mode is None else 2,
    vjp={
        "input": lambda g, other, rounding_mode: g / other if rounding_mode is None else s.zero_gradient(g),
        "other": lambda g, input, other, rounding_mode: (
            -g * (input / other) / other if rounding_mode is None else s.zero_gradient(g)
        ),
    },
)
def div(
    input: Tensor | Number,
    other: Tensor | Number,
    *,
    rounding_mode: Literal["trunc", "floor"] | None = None,
    out: Tensor | None = None,
) -> Tensor:
    """Quotient of `input` and `other`, with broadcasting and type promotion.

    Args:
        input: any shape and dtype; integers divide as floats unless the result is rounded.
        other: a tensor that broadcasts with `input`, or a number.
        rounding_mode: None for the exact quotient, ``"floor"`` to round down, ``"trunc"`` towards zero.

    Raises:
        RuntimeError: integers are divided by zero and rounded, or the mode is another.

    Example::

        >>> torch.div(torch.tensor([5.0, -5.0]), 2)
        tensor([ 2.5000, -2.5000])
        >>> torch.div(torch.tensor([5, -5]), 2, rounding_mode="floor")
        tensor([ 2, -3])
    """
    quotient = input / other
    if rounding_mode is None:
        return quotient
    return s.floor(quotient) if rounding_mode == "floor" else s.trunc(quotient)


def true_divide(input: Tensor | Number, other: Tensor | Number, *, out: Tensor | None = None) -> Tensor:
    """Quotient of `input` and `other`: `div` without rounding.

    Args:
        input: any shape and dtype; integers divide as floats.
        other: a tensor that broadcasts with `input`, or a number.

    Example::

        >>> torch.true_divide(torch.tensor([5, -5]), 2)
        tensor([ 2.5000, -2.5000])
    """
    return div(input, other) if out is None else div(input, other, out=out)


@elementwise(
    eager=np.floor_divide,
    general=_floored,
    refuse=("bool", "complex"),
    kernel_name="div_floor_cpu",
)
def floor_divide(input: Tensor | Number, other: Tensor | Number, *, out: Tensor | None = None) -> Tensor:
    """Quotient of `input` and `other`, rounded down.

    Args:
        input: any shape; any dtype but bool and complex.
        other: a tensor that broadcasts with `input`, or a number.

    Raises:
        RuntimeError: integers are divided by zero.

    Example::

        >>> torch.floor_divide(torch.tensor([5, -5]), 2)
        tensor([ 2, -3])
    """
    return input // other


def _remainder(input: Any, other: Any) -> Any:
    """The remainder of arrays with the sign of the divisor; a zero keeps the sign of the dividend, as in torch."""
    if type(other) is not np.ndarray and other > 0:
        rest = np.fmod(input, other)
        return np.add(rest, other, out=np.asarray(rest), where=rest < 0)
    if input.dtype.kind in "iu":
        _refuse_zero(other)
        return np.remainder(input, other)
    rest = np.fmod(input, other)
    return np.where((rest != 0) & ((rest < 0) != (other < 0)), rest + other, rest)


def _whole_quotient(input: Any, other: Any) -> Any:
    """How often `other` goes into `input`, as something whose gradient is zero."""
    return input // other if isinstance(other, Expression) else div(input, other, rounding_mode="floor")


@elementwise(
    eager=_remainder,
    general=_remainder,
    node=("RemainderBackward1", "RemainderBackward0", None),
    refuse=("bool", "complex"),
    vjp={"input": lambda g: g, "other": lambda g, input, other: -g * _whole_quotient(input, other)},
    overloads=True,
)
def remainder(input: Tensor | Number, other: Tensor | Number, *, out: Tensor | None = None) -> Tensor:
    """Remainder of dividing `input` by `other`, with the sign of `other`, as Python's ``%`` has it.

    Args:
        input: any shape; any dtype but bool and complex.
        other: a tensor that broadcasts with `input`, or a number.

    Raises:
        RuntimeError: integers are divided by zero.

    Example::

        >>> torch.remainder(torch.tensor([5, -5]), 3)
        tensor([2, 1])
    """
    rest = s.fmod(input, other)
    return s.where((rest != 0) & ((rest < 0) != (other < 0)), rest + other, rest)


def _fmod(input: Any, other: Any) -> Any:
    if input.dtype.kind in "iu":
        _refuse_zero(other)
    return np.fmod(input, other)


@elementwise(
    eager=np.fmod,
    general=_fmod,
    node=("FmodBackward1", "FmodBackward0"),
    refuse=("bool", "complex"),
    vjp={"input": lambda g: g, "other": lambda g, input, other: -g * s.trunc(input / other)},
    overloads=True,
)
def fmod(input: Tensor, other: Tensor | Number, *, out: Tensor | None = None) -> Tensor:
    """Remainder of dividing `input` by `other`, with the sign of `input`, as C's ``fmod`` has it.

    Args:
        input: any shape; any dtype but bool and complex.
        other: a tensor that broadcasts with `input`, or a number.

    Raises:
        RuntimeError: integers are divided by zero.

    Example::

        >>> torch.fmod(torch.tensor([5, -5]), 3)
        tensor([ 2, -2])
    """
    return s.fmod(input, other)


subtract, multiply, divide, negative = sub, mul, div, neg
