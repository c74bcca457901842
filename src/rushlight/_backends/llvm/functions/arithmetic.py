"""Arithmetic, comparison, rounding and choice: functions of one or two instructions."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from ..ir import Value
from .helpers import absolute, copysign, where


def _add(a: Value, b: Value) -> Value:
    return a | b if a.type.kind == "b" else a + b


def _multiply(a: Value, b: Value) -> Value:
    return a & b if a.type.kind == "b" else a * b


def maximum(a: Value, b: Value) -> Value:
    """The larger operand, nan where one is nan; of two zeros either (``nsz``)."""
    if a.type.kind == "b":
        return a | b
    if a.type.kind != "f":
        return where(a > b, a, b)
    return a.function.call("maximum", a.type, a, b, flags="nsz ")


def minimum(a: Value, b: Value) -> Value:
    """The smaller operand, nan where one is nan; of two zeros either."""
    if a.type.kind == "b":
        return a & b
    if a.type.kind != "f":
        return where(a < b, a, b)
    return a.function.call("minimum", a.type, a, b, flags="nsz ")


def _fmax(a: Value, b: Value) -> Value:
    found = where(a > b, a, b)
    return found if a.type.kind != "f" else where(b != b, a, found)


def _fmin(a: Value, b: Value) -> Value:
    found = where(a < b, a, b)
    return found if a.type.kind != "f" else where(b != b, a, found)


def _rounding(name: str) -> Callable[[Value], Value]:
    return lambda x: x.function.call(name, x.type, x) if x.type.kind == "f" else x


def square_root(x: Value) -> Value:
    """The square root, correctly rounded."""
    return x.function.call("sqrt", x.type, x)


def sign(x: Value) -> Value:
    """-1, 0 or 1; nan for nan."""
    if x.type.kind == "u":
        return where(x > 0, 1 + x * 0, 0)
    one, zero = x.function.constant(1, x.type), x.function.constant(0, x.type)
    found = where(x > 0, one, where(x < 0, x.function.constant(-1, x.type), zero))
    return where(x != x, x, found) if x.type.kind == "f" else found


def _sloped_gradient(gradient: Value, input: Value, slope: Value) -> Value:
    return where(input > 0, gradient, gradient * slope)


def _signbit(x: Value) -> Value:
    return x.bits() < 0 if x.type.kind == "f" else x < 0


def _is_finite(x: Value) -> Value:
    return absolute(x) < math.inf if x.type.kind == "f" else x == x


def _is_infinite(x: Value) -> Value:
    return absolute(x) == math.inf if x.type.kind == "f" else x != x


def _heaviside(x: Value, at_zero: Value) -> Value:
    one = x.function.constant(1, x.type)
    return where(x != x, x, where(x == 0, at_zero, where(x > 0, one, x.function.constant(0, x.type))))


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "add": _add,
    "sub": lambda a, b: a - b,
    "mul": _multiply,
    "div": lambda a, b: a / b,
    "neg": lambda x: -x,
    "positive": lambda x: x,
    "real": lambda x: x,
    "conj": lambda x: x,
    "abs": lambda x: absolute(x),
    "reciprocal": lambda x: 1 / x,
    "square": lambda x: x * x,
    "sqrt": square_root,
    "rsqrt": lambda x: 1 / square_root(x),
    "maximum": maximum,
    "minimum": minimum,
    "clamp_min": maximum,
    "clamp_max": minimum,
    "fmax": _fmax,
    "fmin": _fmin,
    "floor": _rounding("floor"),
    "ceil": _rounding("ceil"),
    "trunc": _rounding("trunc"),
    "round": _rounding("roundeven"),
    "sign": sign,
    "sgn": sign,
    "copysign": copysign,
    "heaviside": _heaviside,
    "where": where,
    "sloped_gradient": _sloped_gradient,
    "zero_gradient": lambda x: x.function.lift(0, x.type),
    "eq": lambda a, b: a == b,
    "ne": lambda a, b: a != b,
    "lt": lambda a, b: a < b,
    "le": lambda a, b: a <= b,
    "gt": lambda a, b: a > b,
    "ge": lambda a, b: a >= b,
    "isnan": lambda x: x != x,
    "isinf": _is_infinite,
    "isfinite": _is_finite,
    "signbit": _signbit,
    "logical_not": lambda x: ~x,
    "logical_and": lambda a, b: a & b,
    "logical_or": lambda a, b: a | b,
    "logical_xor": lambda a, b: a ^ b,
    "bitwise_not": lambda x: ~x,
    "bitwise_and": lambda a, b: a & b,
    "bitwise_or": lambda a, b: a | b,
    "bitwise_xor": lambda a, b: a ^ b,
}
"""Functions by their names in the vocabulary. ``fmod`` and ``remainder`` of floats would call libm: NumPy runs them."""
