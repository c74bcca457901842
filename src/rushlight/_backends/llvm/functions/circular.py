"""Sine, cosine, tangent and their inverses.

An angle is a whole number of quarter turns and a rest of at most pi/4, for which polynomials of the rest give sine and
cosine; the number modulo four says which of the two it is, and its sign. The rest comes from subtracting multiples
of pi/2 kept in three parts. For angles beyond 2**30 these parts are too short; a vector that has one takes a way of its
own (`huge.py`).
"""

from __future__ import annotations

import math
from collections.abc import Callable

from ..ir import Value
from .helpers import absolute, copysign, double, fma, horner, is_double, single, to_nearest, where
from .huge import LIMIT, quarter_turns

_PARTS = (1.5707963267948966, 6.123233995736766e-17, -1.4973849048591833e-33)
"""pi/2 in three float64 parts."""

_SIN32 = (-0.1666666664, 0.008333329387, -0.0001983933497, 2.71831213e-6)
_COS32 = (0.04166666662, -0.001388888375, 2.479952007e-5, -2.721024156e-7)
_SIN64 = (-0.166666666666666666, 0.00833333333333332283, -0.000198412698412551363, 2.75573192142268395e-6,
          -2.50521049212668055e-8, 1.60583678846706517e-10, -7.57876134438545614e-13)  # fmt: skip
_COS64 = (0.0416666666666666666, -0.00138888888888888742, 0.0000248015873015715395, -2.75573192153945783e-7,
          2.08767543703832964e-9, -1.14702937461599745e-11, 4.73813071403055721e-14)  # fmt: skip
"""(sin(r) / r - 1) / r**2 and (cos(r) - 1 + r**2 / 2) / r**4 by powers of r**2, up to pi/4."""

_ATAN32 = (-0.3333331554, 0.1999849103, -0.1424386884, 0.1059609312, -0.06083577737)
_ATAN64 = (
    -0.333333333333331991, 0.1999999999995408, -0.142857142802484115, 0.111111107861359344, -0.0909089783644129658,
    0.0769206163741844844, -0.0666312038972324567, 0.0584800896543828161, -0.0503984573786975393,
    0.0380783265071584911, -0.0179222849854486585,
)  # fmt: skip
"""(atan(t) / t - 1) / t**2 by powers of t**2, up to tan(pi/8)."""

_ASIN32 = (0.1666665987, 0.07500510775, 0.04451574713, 0.03181739707, 0.01440336924, 0.0375642022)
_ASIN64 = (
    0.166666666666667624, 0.0749999999997026346, 0.0446428571751199743, 0.0303819426836400906, 0.0223722156599897948,
    0.0173516000933358202, 0.0139809614669165159, 0.0113977756809875229, 0.0107865314032939854, 0.00368303176405481227,
    0.0217635253503751066, -0.021077329128529774, 0.0326769117420862287,
)  # fmt: skip
"""(asin(t) / t - 1) / t**2 by powers of t**2, up to 1/2."""


def _reduced(x: Value) -> tuple[Value, Value]:
    """Quarter turns in an angle (an integer, right modulo four) and the rest, both as float64's."""
    whole, n = to_nearest(x, 2 / math.pi)
    rest = fma(whole, -_PARTS[2], fma(whole, -_PARTS[1], fma(whole, -_PARTS[0], x)))
    far = absolute(x) >= LIMIT
    return quarter_turns(x, far, n, rest)


def sine(r: Value) -> Value:
    """The sine of at most pi/4."""
    z = r * r
    return fma(r * z, horner(z, _SIN64 if is_double(r) else _SIN32), r)


def cosine(r: Value) -> Value:
    """The cosine of at most pi/4."""
    z = r * r
    return fma(z * z, horner(z, _COS64 if is_double(r) else _COS32), 1 - 0.5 * z)


def _turned(x: Value, quarter: int) -> Value:
    """The sine of an angle some quarter turns on."""
    n, r = _reduced(double(x))
    n = n + quarter if quarter else n
    if not is_double(x):
        n, r = n.to(x.bits().type), single(r)
    found = where((n & 1) == 0, sine(r), cosine(r))
    sign = (n & 2) << (x.type.bits - 2)
    return (found.bits() ^ sign).as_float()


def sin(x: Value) -> Value:
    """The sine: 2 ulp."""
    return where(x == 0, x, _turned(x, 0))


def cos(x: Value) -> Value:
    """The cosine: 2 ulp."""
    return _turned(x, 1)


def tan(x: Value) -> Value:
    """The tangent, in float64 also for float32: 3 ulp."""
    n, r = _reduced(double(x))
    y, x_part = sine(r), cosine(r)
    odd = (n & 1) != 0
    found = where(odd, -x_part, y) / where(odd, y, x_part)
    return where(x == 0, x, found if is_double(x) else single(found))


def _half_pi(x: Value) -> tuple[float, float]:
    """pi/2 in two parts of the dtype of a value."""
    return (math.pi / 2, 6.123233995736766e-17) if is_double(x) else (1.57079637050628662, -4.37113883e-8)


def _arc(numerator: Value, denominator: Value) -> Value:
    """The angle whose tangent is a quotient between 0 and 1."""
    far = numerator > denominator * math.tan(math.pi / 8)
    top = where(far, numerator - denominator, numerator)
    t = top / where(far, numerator + denominator, denominator)
    z = t * t
    rest = t * z * horner(z, _ATAN64 if is_double(t) else _ATAN32)
    high, low = _half_pi(t)
    return where(far, high / 2 + (t + (rest + low / 2)), t + rest)


def atan(x: Value) -> Value:
    """The inverse tangent: 2 ulp."""
    size = absolute(x)
    far = size > 1
    one = x.function.lift(1, x.type)
    angle = _arc(where(far, one, size), where(far, size, one))
    angle = where(size == math.inf, 0, angle)
    high, low = _half_pi(x)
    return copysign(where(far, high - (angle - low), angle), x)


def atan2(y: Value, x: Value) -> Value:
    """The angle of the point (x, y), float32 in float64: 3 ulp."""
    if not is_double(y):
        return single(atan2(double(y), double(x)))
    tall, long = absolute(y), absolute(x)
    far = tall > long
    larger, smaller = where(far, tall, long), where(far, long, tall)
    both = (tall == math.inf) & (long == math.inf)
    angle = _arc(where(both, 1, smaller), where(both, 1, where(larger == 0, 1, larger)))
    angle = where((larger == math.inf) & ~both, 0, angle)
    angle = where(far, math.pi / 2 - angle, angle)
    angle = where(x.bits() < 0, math.pi - angle, angle)
    return where((x != x) | (y != y), x + y, copysign(angle, y))


def _asin_parts(x: Value) -> tuple[Value, Value, Value]:
    """Whether |x| is above 1/2, and the angle of |x|, or there of sqrt((1 - |x|) / 2), in two parts."""
    size = absolute(x)
    far = size > 0.5
    half = (1 - size) * 0.5
    z = where(far, half, x * x)
    root = x.function.call("sqrt", x.type, half)
    t = where(far, root, size)
    lost = where(far & (half > 0), fma(-root, root, half) / (root + root), 0)  # what rounding the root left out
    return far, t, fma(t * z, horner(z, _ASIN64 if is_double(x) else _ASIN32), lost)


def asin(x: Value) -> Value:
    """The inverse sine: 2 ulp."""
    far, angle, rest = _asin_parts(x)
    high, low = _half_pi(x)
    return copysign(where(far, (high - 2 * angle) - (2 * rest - low), angle + rest), x)


def acos(x: Value) -> Value:
    """The inverse cosine: 2 ulp."""
    far, angle, rest = _asin_parts(x)
    high, low = _half_pi(x)
    beyond = where(x < 0, (2 * high - 2 * angle) - (2 * rest - 2 * low), 2 * angle + 2 * rest)
    return where(far, beyond, high - (copysign(angle, x) - (low - copysign(rest, x))))


FUNCTIONS: dict[str, Callable[..., Value]] = {
    "sin": sin,
    "cos": cos,
    "tan": tan,
    "asin": asin,
    "acos": acos,
    "atan": atan,
    "atan2": atan2,
}
