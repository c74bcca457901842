"""Arithmetic, comparison, rounding and choice: functions of one or two instructions."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from ..ir import Value
from .helpers import absolute, copysign, double, fma, is_double, single, where


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


def hypot(a: Value, b: Value) -> Value:
    """The square root of ``a**2 + b**2``: 1 ulp, float32 in float64; float64 scaled by a power of two."""
    first, second = absolute(a), absolute(b)
    infinite = (first == math.inf) | (second == math.inf)
    if not is_double(a):
        wide, other = double(a), double(b)
        return where(infinite, math.inf, single(square_root(fma(wide, wide, other * other))))
    larger, smaller = where(first > second, first, second), where(first > second, second, first)
    huge, tiny = larger > 2.0**500, larger < 2.0**-450
    scale = where(huge, 2.0**-600, where(tiny, a.function.constant(2.0**600, a.type), 1.0))
    back = where(huge, 2.0**600, where(tiny, a.function.constant(2.0**-600, a.type), 1.0))
    larger, smaller = larger * scale, smaller * scale
    square = larger * larger
    low = fma(larger, larger, -square) + smaller * smaller
    total = square + low
    root = square_root(total)
    lost = (square - total) + low  # what the sum left out, and the root of it
    root = where(total > 0, fma(fma(-root, root, total) + lost, 0.5 / root, root), root) * back
    return where(infinite, math.inf, where((a != a) | (b != b), a + b, root))


def next_after(a: Value, b: Value) -> Value:
    """The float beside a on the way to b."""
    bits = a.bits()
    one = a.function.constant(1, bits.type)
    away = (a < b) == (a > 0)
    step = (bits + where(away, one, -one)).as_float()
    least = a.function.constant(1, bits.type).as_float()
    found = where(a == 0, copysign(least, b), where(a == b, b, step))
    return where(a == b, b, where((a != a) | (b != b), a + b, found))


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
    "hypot": hypot,
    "nextafter": next_after,
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
"""Functions by their names in the vocabulary."""
