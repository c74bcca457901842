"""What dividing leaves, exactly, however large the quotient is."""

from __future__ import annotations

import math
from collections.abc import Callable

from ..ir import Value
from .helpers import absolute, copysign, double, fma, is_double, single, where

_BITS = 50
"""Bits of a quotient that one step makes: few enough for the quotient to be exact or too large by one."""


def _step(rest: Value, divisor: Value) -> Value:
    """What is left of a quotient below 2**53.

    A quotient that was rounded up to a whole number leaves less than nothing; what is left is exact either way.
    """
    times = rest.function.call("trunc", rest.type, rest / divisor)
    left = fma(-times, divisor, rest)
    return where(left < 0, left + divisor, left)


def _exponent(x: Value) -> Value:
    """The exponent of a positive float64, subnormal ones too."""
    small = x < 2.0**-1022
    found = (where(small, x * 2.0**54, x).bits() >> 52) - 1023
    return where(small, found - 54, found)


def _times_two_to(x: Value, power: Value) -> Value:
    """``x * 2**power`` for a power from 0 to 2046, by factors that there are."""
    half = power >> 1
    for part in (half, power - half):
        x = x * ((part + 1023) << 52).as_float()
    return x


def fmod(x: Value, y: Value) -> Value:
    """What dividing leaves, with the sign of x: exact. float32 in float64."""
    if not is_double(x):
        return single(fmod(double(x), double(y)))
    function = x.function
    size, divisor = absolute(x), absolute(y)
    possible = (size < math.inf) & (divisor > 0) & (divisor == divisor)
    rest = function.variable(where(possible, size, 0.0))
    divisor = where(possible, divisor, 1.0)
    far = rest.value >= divisor * 2.0**_BITS
    with function.when(function.any_lane(far), "far"):
        lowest = _exponent(divisor)
        with function.loop(0, 2098 // _BITS + 1, name="parts"):  # the largest quotient there is has 2098 bits
            here = rest.value
            distance = _exponent(where(here > 0, here, 1.0)) - lowest - _BITS
            more = (distance > 0) & (here > 0)
            part = where(more, _times_two_to(divisor, where(more, distance, 0)), 1.0)
            rest.value = where(more, _step(here, part), here)
    found = where(divisor == math.inf, rest.value, _step(rest.value, where(divisor == math.inf, 1.0, divisor)))
    return where(possible, copysign(found, x), math.nan)


def remainder(x: Value, y: Value) -> Value:
    """What dividing leaves, with the sign of y."""
    rest = fmod(x, y)
    return where((rest != 0) & ((rest < 0) != (y < 0)), rest + y, rest)


def floor_divide(x: Value, y: Value) -> Value:
    """The quotient rounded down, that of the exact quotient, as Python has it; x / y where y is zero."""
    rest = fmod(x, y)
    quotient = (x - rest) / y
    quotient = where((rest != 0) & ((rest < 0) != (y < 0)), quotient - 1, quotient)
    whole = x.function.call("floor", x.type, quotient)
    whole = where(quotient - whole > 0.5, whole + 1, whole)
    found = where(quotient == 0, copysign(0.0, x / y), whole)
    return where(y == 0, x / y, found)


FUNCTIONS: dict[str, Callable[..., Value]] = {"fmod": fmod, "remainder": remainder, "floor_divide": floor_divide}
