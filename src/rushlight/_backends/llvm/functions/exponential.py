"""Exponentials: exp, exp2, expm1, and the hyperbolic and logistic functions made of them.

``exp(x)`` is ``2**n * exp(r)`` with n the whole number nearest to ``x / ln 2``. The rest r is at most ``ln(2) / 2``,
where a short polynomial is enough; ``2**n`` is written into the exponent's bits.
"""

from __future__ import annotations

from collections.abc import Callable

from ..ir import Value, float32
from .helpers import (
    absolute,
    copysign,
    fma,
    horner,
    is_double,
    lookup,
    power_of_two,
    times_power_of_two,
    to_nearest,
    where,
)  # fmt: skip

LOG2_E, LN2 = 1.4426950408889634, 0.6931471805599453
_LN2_12 = (0.693115234375, 3.194618494528623e-05)
_LN2_32 = (0.693145751953125, 1.428606765330187e-06)
_LN2_64 = (0.6931471803691238, 1.9082149292705877e-10)
"""ln 2 in two parts; the first has zeros at its end, so that whole multiples (of `_LN2_12`, sixteenths) are exact."""

_LN2_REST = 2.3190468138462996e-17
"""What float64 leaves out of ln 2."""

_EXP32 = (0.5000000096, 0.166665189, 0.04166620429, 0.008368882606, 0.001395057819)
_EXP64 = (
    0.500000000000001271, 0.166666666666666995, 0.041666666666515647, 0.00833333333330695365, 0.001388888894696142,
    0.000198412699178097087, 0.0000248014899945187298, 2.75572160083962979e-6, 2.76312626487772031e-7,
    2.51179318807421668e-8,
)  # fmt: skip
"""(exp(r) - 1 - r) / r**2 up to ln(2) / 2: 2**-28 and 2**-58."""

_EXP2_CORE = (
    0.999999999999762677, 0.693147180546512068, 0.240226506988781265, 0.0555041093934985022, 0.00961812854316579648,
    0.00133334520555255434, 0.000154038515965722771, 0.0000153097389621971871, 1.31758840702236719e-6,
)  # fmt: skip
"""2**r up to 1/2: 2**-40.2."""

_POWERS = tuple(float32(2.0 ** (step / 16)) for step in range(16))
_LEFT_OUT = tuple(2.0 ** (step / 16) / power - 1 for step, power in enumerate(_POWERS))
"""Powers of two by steps of a sixteenth, in float32, and what rounding left out of them, relative to them."""

_SLEEF32 = (0.5, 0.166666671633720397949219, 0.0416664853692054748535156, 0.00833336077630519866943359,
            0.00139304355252534151077271, 0.000198527617612853646278381)  # fmt: skip
"""The same as SLEEF has it (``expf`` with 1.0 ulp), from which torch's softmax takes its exponential."""

_SINH32 = (0.1666666649, 0.008333350594, 0.0001983606668, 2.817438442e-6)
_SINH64 = (
    0.166666666666666674, 0.00833333333333313889, 0.000198412698414376333, 2.75573191553493442e-6,
    2.50521233970347458e-8, 1.60572404253923409e-10, 7.75931058028438532e-13,
)  # fmt: skip
"""(sinh(x) / x - 1) / x**2 by powers of x**2, up to 1: 2**-34 and 2**-63."""

_TANH32 = (-0.3333327837, 0.1333132998, -0.05372929277, 0.02060215529, -0.005660903149)
"""(tanh(x) / x - 1) / x**2 by powers of x**2, up to 0.63: 2**-27."""


def _reduced(x: Value) -> tuple[Value, Value, Value]:
    """n as floats and as integers, and x less n times ln 2."""
    whole, n = to_nearest(x, LOG2_E)
    high, low = _LN2_64 if is_double(x) else _LN2_32
    return whole, n, fma(whole, -low, fma(whole, -high, x))


def _power_by_table(x: Value) -> tuple[Value, Value, Value, Value]:
    """The exponential of a float32 from -104 to 90 in four parts, ``(power + power * rest) * 2**n``.

    Here x is a multiple of ln(2) / 16 and what is left, so small that three terms of its series are enough. The power
    is one of 16 constants; by how much rounding changed that is a constant too, and part of `rest`, so the result is
    off by hardly more than its own rounding.

    Returns:
        The power, the rest, and n: as floats with a fraction that does not count, and as integers.
    """
    whole, steps = to_nearest(x, LOG2_E, fraction_bits=4)
    high, low = _LN2_12
    r = fma(whole, -low, fma(whole, -high, x))
    rest = fma(r * r, fma(r, 1 / 6, 0.5), r + lookup(steps, _LEFT_OUT))
    return lookup(steps, _POWERS), rest, whole, steps >> 4


def _single_exp(x: Value, halvings: int = 0, in_range: bool = False) -> Value:
    """The exponential of a float32 from -104 to 90, halved some times: 0.7 ulp."""
    power, rest, whole, n = _power_by_table(x)
    if halvings:
        whole, n = whole - halvings, n - halvings
    return times_power_of_two(fma(power, rest, power), whole, n, in_range)


def _tail(r: Value) -> Value:
    """exp(r) - 1 for a small r."""
    return fma(r * r, horner(r, _EXP64 if is_double(r) else _EXP32), r)


def _between(x: Value, low: float, high: float) -> Value:
    """x held between two bounds; nan stays."""
    x = where(x < low, low, x)
    return where(x > high, high, x)


def exp(x: Value, halvings: int = 0) -> Value:
    """The exponential, divided by two as often as asked, which keeps it in range: 0.8 ulp, float64 1 ulp."""
    if not is_double(x):
        return _single_exp(_between(x, -104.0, 90.0), halvings)
    whole, n, r = _reduced(_between(x, -746.0, 711.0))
    if halvings:
        whole, n = whole - halvings, n - halvings
    return times_power_of_two(_tail(r) + 1, whole, n)


def softmax_exp(x: Value) -> Value:
    """The exponential of what is at most 0; in float32 with the last bits of torch's softmax: 1 ulp."""
    if is_double(x):
        return exp(x)
    held = where(x < -120.0, -120.0, x)
    whole, n = to_nearest(held * LOG2_E)
    high, low = _LN2_32
    r = fma(whole, -low, fma(whole, -high, held))
    return times_power_of_two(fma(r * r, horner(r, _SLEEF32), r) + 1, whole, n)


def exp2(x: Value) -> Value:
    """Two to the power of x: 1 ulp."""
    x = _between(x, -1080.0, 1025.0) if is_double(x) else _between(x, -160.0, 129.0)
    whole, n = to_nearest(x)
    r = x - whole
    high, low = _LN2_64 if is_double(x) else _LN2_32
    return times_power_of_two(_tail(fma(r, high, r * low)) + 1, whole, n)


def brief_exp2(x: Value) -> Value:
    """Two to the power of a float64 from -200 to 200, to 40 bits."""
    whole, n = to_nearest(x)
    return horner(x - whole, _EXP2_CORE) * power_of_two(n)


def exp2_of_sum(x: Value, rest: Value) -> Value:
    """Two to the power of the sum of two float64, the second as small as what rounding left out of the first."""
    held = _between(x, -1080.0, 1025.0)
    whole, n = to_nearest(held)
    r = held - whole
    high = r * LN2
    low = fma(r, LN2, -high) + fma(r, _LN2_REST, rest * LN2)
    tail = _tail(high)
    return times_power_of_two(fma(low, tail + 1, tail) + 1, whole, n)


def expm1(x: Value) -> Value:
    """exp(x) - 1, exact for small x: 2 ulp."""
    held = _between(x, -40.0, 709.9) if is_double(x) else _between(x, -20.0, 89.0)
    _, n, r = _reduced(held)
    scale = power_of_two(n - 1)  # of one less than n, for 2**n itself may be too large
    found = fma(scale, _tail(r), scale - 0.5) * 2
    return where(x == 0, x, found)


def sigmoid(x: Value) -> Value:
    """1 / (1 + exp(-x)): 2 ulp, float64 2.4; 0 below -88.7, and in float64 below -709.4, where the sum overflows.

    Of 1 and the exponential, float32 adds to the larger one what comes of the rest and the smaller one: so the sum is
    rounded once, not the exponential and the sum.
    """
    if is_double(x):
        held = _between(-x, -708.0, 710.0)  # beyond, the exponential is nothing beside 1, or infinite
        _, n, r = _reduced(held)
        return 1 / (1 + (_tail(r) + 1) * power_of_two(n))  # the exponent's bits are full at the upper bound
    power, rest, whole, n = _power_by_table(_between(-x, -104.0, 88.7))
    power = times_power_of_two(power, whole, n)
    larger, smaller = where(power > 1, power, 1.0), where(power < 1, power, 1.0)
    return where(x < -88.7, 0.0, 1 / (larger + fma(power, rest, smaller)))


def tanh(x: Value) -> Value:
    """The hyperbolic tangent: 2 ulp; from exp(2 |x|), and a polynomial for small x; float64 from expm1: 3 ulp."""
    size = absolute(x)
    if not is_double(x):
        square = x * x
        small = fma(x * square, horner(square, _TANH32), x)
        held = where(size > 10.0, 10.0, size)  # where nan stays
        large = 1 - 2 / (_single_exp(held + held, in_range=True) + 1)
        return copysign(where(size < 0.63, small, large), x)  # of a zero too
    held = where(size > 20.0, 20.0, size)
    _, n, r = _reduced(held * 2)
    scale = power_of_two(n)
    found = fma(scale, _tail(r), scale - 1)
    return copysign(found / (found + 2), x)


def sinh(x: Value) -> Value:
    """The hyperbolic sine: 2 ulp; up to 1 a polynomial, beyond from the exponential."""
    size = absolute(x)
    square = x * x
    small = fma(x * square, horner(square, _SINH64 if is_double(x) else _SINH32), x)
    half = exp(size, 1)
    return where(size < 1, small, copysign(half - 0.25 / half, x))


def cosh(x: Value) -> Value:
    """The hyperbolic cosine: 2 ulp."""
    half = exp(absolute(x), 1)
    return half + 0.25 / half


FUNCTIONS: dict[str, Callable[..., Value]] = {
    "exp": exp,
    "softmax_exp": softmax_exp,
    "exp2": exp2,
    "expm1": expm1,
    "sigmoid": sigmoid,
    "tanh": tanh,
    "sinh": sinh,
    "cosh": cosh,
}
