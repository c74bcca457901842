"""Powers: of float32 in float64, where no digit has to be saved, of float64 with a logarithm in two parts."""

from __future__ import annotations

import math
from collections.abc import Callable

from ..ir import Value
from .exponential import LOG2_E, brief_exp2, exp2_of_sum
from .helpers import absolute, double, fma, horner, is_double, single, where
from .logarithm import core, split

_LOG2_E_LOW = 2.0355273740931033e-17
_THIRD_LOW = 1.850371707708594e-17
_ATANH = (
    0.199999999999999888, 0.142857142857225502, 0.111111111087696004, 0.0909090943498901539, 0.0769227844703203867,
    0.0666815826354777053, 0.0583741835400147531, 0.0599443040000429116,
)  # fmt: skip
"""(atanh(s) / s - 1 - s**2 / 3) / s**4 by powers of s**2: 2**-73."""


def _log2(x: Value) -> Value:
    """The logarithm to base 2 of a positive float64 to 40 bits, -inf of zero."""
    e, m = split(x)
    found = fma(core(m), LOG2_E, e)
    return where(x == 0, -math.inf, where(x < math.inf, found, x))


def _product(a: Value, b: Value | float) -> tuple[Value, Value]:
    """A product and what rounding left out of it."""
    high = a * b
    return high, fma(a, b, -high)


def _log2_in_parts(x: Value) -> tuple[Value, Value]:
    """The logarithm to base 2 of a positive float64 in two parts, to 64 bits.

    It is 2 atanh(s) for s = (m - 1) / (m + 1). Of the series s + s**3 / 3 + s**5 P(s**2) the first two terms are kept
    in two parts, for the third one is enough.
    """
    e, m = split(x)
    f = m - 1
    total = m + 1
    lost = f - (total - 2)
    inverse = 1 / total
    s = f * inverse
    s_low = (fma(-s, total, f) - s * lost) * inverse
    z, z_low = _product(s, s)
    z_low = fma(s + s, s_low, z_low)
    tail = z * horner(z, _ATANH)
    q = tail + 1 / 3
    q_low = (1 / 3 - q) + tail + _THIRD_LOW
    w, w_low = _product(z, q)
    w_low = w_low + fma(z, q_low, z_low * q)
    v, v_low = _product(s, w)
    v_low = v_low + fma(s, w_low, s_low * w)
    high = s + v
    low = (s - high) + v + (v_low + s_low)
    p, p_low = _product(high + high, LOG2_E)
    p_low = p_low + fma(high + high, _LOG2_E_LOW, (low + low) * LOG2_E)
    found = e + p
    return found, (e - found) + p + p_low


def _power_of_size(size: Value, exponent: Value) -> Value:
    """A power of a number that is not negative, both float64, as if there were no special ones."""
    high, low = _log2_in_parts(size)
    high = where(size == 0, -math.inf, where(size < math.inf, high, size))
    product, rest = _product(exponent, high)
    rest = fma(exponent, low, rest)
    return exp2_of_sum(product, where(absolute(product) < 1100, rest, 0.0))


def _single_power_of_size(size: Value, exponent: Value) -> Value:
    """The same for float32, in float64."""
    product = double(exponent) * _log2(double(size))
    product = where(product > 200.0, 200.0, product)
    return single(brief_exp2(where(product < -200.0, -200.0, product)))


def power(x: Value, y: Value) -> Value:
    """x to the power of y: 1 ulp."""
    size = absolute(x)
    found = _power_of_size(size, y) if is_double(x) else _single_power_of_size(size, y)
    floor = x.function.call("floor", y.type, y)
    half = y * 0.5
    odd = (floor == y) & (x.function.call("floor", y.type, half) != half)
    found = where((x.bits() < 0) & odd, -found, found)
    found = where((x < 0) & (floor != y) & (x > -math.inf), math.nan, found)
    found = where((size == 1) & (absolute(y) == math.inf), 1.0, found)
    found = where((x != x) | (y != y), x + y, found)
    return where((y == 0) | (x == 1), 1.0, found)


FUNCTIONS: dict[str, Callable[..., Value]] = {"pow": power}
