"""Logarithms, and the inverse hyperbolic functions made of them.

A number is ``2**e * m`` with m between sqrt(1/2) and sqrt(2), read from its bits, and its logarithm
``e ln 2 + log(m)``; log(m) is a polynomial in ``f = m - 1``, or in ``s = f / (2 + f)``, of which it is an odd function.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from ..ir import Value
from .exponential import LN2, LOG2_E, exp, exp2
from .helpers import absolute, copysign, double, fma, horner, is_double, single, where

_LN2_32 = (0.693359375, -0.00021219444)
_LN2_64 = (0.6931471803691238, 1.9082149292705877e-10)
_LOG32 = (0.3333333168, -0.2500082105, 0.2000122862, -0.1662335852, 0.1420172459, -0.1316013875, 0.1276177272,
          -0.07634840046)  # fmt: skip
"""(log(1 + f) - f + f**2 / 2) / f**3: 2**-27."""
_LOG64 = (0.666666666666673441, 0.399999999994147013, 0.285714287423839133, 0.2222219857345153, 0.18183564317591718,
          0.153140506428607086, 0.147959499703933578)  # fmt: skip
_LOG_CORE = (0.666666666757900072, 0.399999956251248383, 0.285721088387559971, 0.22176201009773476,
             0.195839864159362032)  # fmt: skip
"""(log(1 + f) / s - 2) / s**2 by powers of s**2: 2**-58, and 2**-44 for what is rounded to float32."""


def split(x: Value) -> tuple[Value, Value]:
    """Exponent (a float) and mantissa between sqrt(1/2) and sqrt(2) of a positive number, subnormal ones too."""
    if is_double(x):
        tiny, scale, back, shift, root = 2.0**-1022, 2.0**54, 54.0, 52, 0x3FE6A09E667F3BCD
    else:
        tiny, scale, back, shift, root = 2.0**-126, 2.0**25, 25.0, 23, 0x3F3504F3
    small = x < tiny
    bits = where(small, x * scale, x).bits()
    above = bits - root
    exponent = above >> shift
    mantissa = (bits - (exponent << shift)).as_float()
    number = exponent.to(x.type)
    return where(small, number - back, number), mantissa


def _special(x: Value, found: Value) -> Value:
    """The logarithm at zero, below it, at infinity and for nan."""
    found = where(x < math.inf, found, x)  # infinity and nan themselves
    found = where(x == 0, -math.inf, found)
    return where(x < 0, math.nan, found)


def _near_one(f: Value, e: Value) -> Value:
    """``e * ln 2 + log(1 + f)``."""
    if is_double(f):
        high, low = _LN2_64
        s = f / (f + 2)
        z = s * s
        half = 0.5 * f * f
        rest = fma(s, half + z * horner(z, _LOG64), e * low)
        return fma(e, high, f - (half - rest))
    high, low = _LN2_32
    square = f * f
    rest = fma(square * f, horner(f, _LOG32), e * low)
    return fma(e, high, f + fma(square, -0.5, rest))


def core(m: Value) -> Value:
    """log(m) of a float64 to 40 bits."""
    f = m - 1
    s = f / (f + 2)
    z = s * s
    return fma(s * z, horner(z, _LOG_CORE), s + s)


def log(x: Value) -> Value:
    """The natural logarithm: 1 ulp."""
    e, m = split(x)
    return _special(x, _near_one(m - 1, e))


def softmax_log(x: Value) -> Value:
    """The natural logarithm, float32 in float64: 0.5 ulp. For sums of rows, of which there are few."""
    if is_double(x):
        return log(x)
    e, m = split(x)
    return _special(x, single(fma(double(e), LN2, core(double(m)))))


def log1p(x: Value) -> Value:
    """log(1 + x), exact for small x: 2 ulp."""
    u = x + 1
    e, m = split(u)
    lost = where(absolute(x) < 1, x - (u - 1), 1 - (u - x))  # what rounding 1 + x left out
    shift = 52 if is_double(x) else 23
    scale = ((m.bits() - u.bits()) + (1 << shift) * (1023 if is_double(x) else 127)).as_float()  # 2**-e
    scale = where(absolute(x) < 2.0**60, scale, 0.0)
    found = _near_one(fma(lost, scale, m - 1), e)
    return where(x == 0, x, _special(u, found))


def log2(x: Value) -> Value:
    """The logarithm to base 2: 1 ulp."""
    e, m = split(x)
    if not is_double(x):
        return _special(x, single(fma(core(double(m)), LOG2_E, double(e))))
    return _special(x, _scaled_log(m, e, 1.442695040721446, 1.6751713164886512e-10, (1.0, 0.0)))


def log10(x: Value) -> Value:
    """The logarithm to base 10: 1 ulp."""
    e, m = split(x)
    if not is_double(x):
        return _special(x, single(fma(core(double(m)), 1 / math.log(10), double(e) * math.log10(2))))
    return _special(x, _scaled_log(m, e, 0.4342944818781689, 2.5082946711645275e-11,
                                   (0.30102999566361177, 3.694239077158931e-13)))  # fmt: skip


def _scaled_log(m: Value, e: Value, high: float, low: float, unit: tuple[float, float]) -> Value:
    """``log(m) * (high + low) + e * unit`` with log(m) in two parts, of which products with `high` are exact."""
    f = m - 1
    s = f / (f + 2)
    z = s * s
    half = 0.5 * f * f
    top = ((f - half).bits() & -(1 << 32)).as_float()
    rest = (f - top) - half + s * (half + z * horner(z, _LOG64))
    base = e * unit[0]
    product = top * high
    total = base + product
    lost = (base - total) + product
    return total + (lost + (fma(rest, high, fma(rest + top, low, e * unit[1]))))


def asinh(x: Value) -> Value:
    """The inverse hyperbolic sine, through log1p; float32 in float64: 3 ulp."""
    if not is_double(x):
        return single(asinh(double(x)))
    size = absolute(x)
    square = size * size
    root = x.function.call("sqrt", x.type, square + 1)
    middle = log1p(size + square / (root + 1))
    return copysign(where(size > 2.0**28, log(size) + LN2, middle), x)


def acosh(x: Value) -> Value:
    """The inverse hyperbolic cosine, through log1p; float32 in float64: 3 ulp."""
    if not is_double(x):
        return single(acosh(double(x)))
    t = x - 1
    middle = log1p(t + x.function.call("sqrt", x.type, t * (t + 2)))
    return where(x < 1, math.nan, where(x > 2.0**28, log(x) + LN2, middle))


def atanh(x: Value) -> Value:
    """The inverse hyperbolic tangent, through log1p; float32 in float64: 3 ulp."""
    if not is_double(x):
        return single(atanh(double(x)))
    size = absolute(x)
    return copysign(0.5 * log1p((size + size) / (1 - size)), x)


def logaddexp(a: Value, b: Value) -> Value:
    """log(exp(a) + exp(b))."""
    larger, smaller = where(a > b, a, b), where(a > b, b, a)
    found = larger + log1p(exp(smaller - larger))
    return where(a == b, a + LN2, where((a != a) | (b != b), a + b, found))


def logaddexp2(a: Value, b: Value) -> Value:
    """log2(2**a + 2**b)."""
    larger, smaller = where(a > b, a, b), where(a > b, b, a)
    found = larger + log1p(exp2(smaller - larger)) * LOG2_E
    return where(a == b, a + 1, where((a != a) | (b != b), a + b, found))


FUNCTIONS: dict[str, Callable[..., Value]] = {
    "log": log,
    "softmax_log": softmax_log,
    "log1p": log1p,
    "log2": log2,
    "log10": log10,
    "asinh": asinh,
    "acosh": acosh,
    "atanh": atanh,
    "logaddexp": logaddexp,
    "logaddexp2": logaddexp2,
}
