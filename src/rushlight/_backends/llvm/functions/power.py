"""Powers and the logarithm of the gamma function, of float32 in float64, where no digit has to be saved."""

from __future__ import annotations

import math
from collections.abc import Callable

from ..ir import Value
from .circular import cosine, sine as sine_of
from .exponential import LOG2_E, exp2
from .helpers import absolute, double, fma, single, where
from .logarithm import core, log, split

SHIFT = 10
"""Steps up to where Stirling's series is good for 15 digits."""

_STIRLING = (1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360)


def _log2(x: Value) -> Value:
    """The logarithm to base 2 of a positive float64 to 40 bits, -inf of zero."""
    e, m = split(x)
    found = fma(core(m), LOG2_E, e)
    return where(x == 0, -math.inf, where(x < math.inf, found, x))


def power(x: Value, y: Value) -> Value:
    """x to the power of y: 1 ulp."""
    wide, exponent = double(x), double(y)
    floor = x.function.call("floor", exponent.type, exponent)
    half = exponent * 0.5
    odd = (floor == exponent) & (x.function.call("floor", exponent.type, half) != half)
    found = exp2(exponent * _log2(absolute(wide)))
    negative = wide.bits() < 0
    found = where(negative & odd, -found, found)
    fraction = (wide < 0) & (floor != exponent) & (wide > -math.inf)
    found = where(fraction, math.nan, found)
    found = where((absolute(wide) == 1) & (absolute(exponent) == math.inf), 1.0, found)
    found = where((wide != wide) | (exponent != exponent), wide + exponent, found)
    return single(where((exponent == 0) | (wide == 1), 1.0, found))


def lgamma(x: Value) -> Value:
    """The logarithm of the magnitude of the gamma function: 4 ulp."""
    wide = double(x)
    left = wide < 0.5
    z = where(left, 1 - wide, wide)
    low = z < SHIFT
    product = z
    for step in range(1, SHIFT):
        product = product * (z + step)
    w = where(low, z + SHIFT, z)
    inverse = 1 / w
    square = inverse * inverse
    series = w.function.lift(_STIRLING[-1], w.type)
    for coefficient in reversed(_STIRLING[:-1]):
        series = fma(series, square, coefficient)
    found = (w - 0.5) * log(w) - w + (0.5 * math.log(2 * math.pi) + series * inverse)
    product = where(low, product, 1.0)
    distance = absolute(wide - w.function.call("roundeven", w.type, wide))
    turned = where(distance > 0.25, 0.5 - distance, distance) * math.pi
    sine = where(distance > 0.25, cosine(turned), sine_of(turned))
    steps = log(where(left, product / sine, product))  # one logarithm for both: there is less to compile
    found = where(left, math.log(math.pi) - found + steps, found - steps)
    found = where((wide == 1) | (wide == 2), 0.0, found)
    return single(where(absolute(wide) == math.inf, math.inf, found))


FUNCTIONS: dict[str, Callable[..., Value]] = {"pow": power, "lgamma": lgamma}
"""Functions by their names in the vocabulary."""

SINGLE_ONLY = frozenset(FUNCTIONS)
"""All of them: NumPy computes them for float64."""
