"""Normal numbers in blocks of sixteen, as torch makes them for contiguous arrays of at least that size.

The first eight uniform numbers of a block give the radius, the other eight the angle (Box-Muller). torch
evaluates logarithm, sine and cosine in float32 by the polynomials of the Cephes library, in AVX2 instructions
with fused multiply-add; the functions below take the same steps. A product of two float32 numbers is exact in
float64, so the sum rounded to float32 is the fused result but for double rounding, which has a chance of about
2**-28 a step; of 4 * 10**8 numbers none differed from torch's.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..generator import Doubles, Generator
from .rounding import log_of_one_plus
from .uniform import fractions_of

Singles = np.ndarray[Any, np.dtype[np.float32]]
Scalar = np.ndarray[Any, np.dtype[np.float64]]

BLOCK = 16
HALF = BLOCK // 2

FEW = 128
"""Numbers up to which a draw is looked up in what has been worked out for a whole block of MT19937: 60 us for
624 words and then 1 us for 16 numbers, which cost 47 us by themselves; 624 numbers cost 54 us."""


def _constants(*values: float) -> list[Scalar]:
    """The values as float32 has them, as 0-d float64 arrays: NumPy adds those faster than Python floats."""
    return [np.array(np.float64(np.float32(value))) for value in values]


# coefficients by falling powers
LOG = _constants(
    7.0376836292e-2, -1.1514610310e-1, 1.1676998740e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1,
    2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
)  # fmt: skip
COSINE = _constants(2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2)
SINE = _constants(-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1)
LN2_LOW, LN2_HIGH = _constants(-2.12194440e-4, 0.693359375)  # their sum is log(2)
MINUS_QUARTER_PI = _constants(-0.78515625, -2.4187564849853515625e-4, -3.77489497744594108e-8)  # added up
_MINUS_HALF = np.array(-0.5)

_ZERO = np.float32(0.0)  # added at the end, as torch adds the mean: it makes 0 of -0
_ONE, _MINUS_TWO = np.float32(1.0), np.float32(-2.0)
OCTANTS_PER_RADIAN = np.float32(4.0 / math.pi)
TWO_PI = np.float32(2.0 * math.pi)

SQRT_HALF_BITS = np.float32(math.sqrt(0.5)).view(np.int32)
MANTISSA = np.int32(2**23 - 1)
_SIGN = np.int32(-(2**31))


def few_block_normals(generator: Generator, count: int, unused: int, more: int) -> Singles | None:
    """The next `count` standard normal float32 numbers and, after `unused` words, `more`: multiples of 16.

    Returns:
        The numbers, or None where the words do not lie in one block of MT19937.
    """
    start = generator.take(count + unused + more)
    if start < 0:
        return None
    table = generator.block_cache.get("normal blocks")
    if table is None:
        table = generator.block_cache["normal blocks"] = _table(fractions_of(generator.block))
    if count == BLOCK and not more:
        single: Singles = table[:, start : start + HALF].reshape(BLOCK)
        return single
    numbers = np.empty(count + more, np.float32)
    place = start
    for i in range(0, count + more, BLOCK):
        if i == count:
            place += unused
        numbers[i : i + BLOCK] = table[:, place : place + HALF].reshape(BLOCK)
        place += BLOCK
    return numbers


def block_normals(fractions: Singles) -> Singles:
    """Standard normal numbers from as many uniform ones, a multiple of 16, in the same array."""
    halves = fractions.reshape(-1, 2, HALF)
    radius = _radius(halves[:, 0].reshape(-1))
    cosine, sine = _cosine_and_sine(halves[:, 1].reshape(-1))
    cosine *= radius
    sine *= radius
    halves[:, 0] = cosine.reshape(-1, HALF)
    halves[:, 1] = sine.reshape(-1, HALF)
    fractions += _ZERO
    return fractions


def block_normals64(uniform: Doubles) -> Doubles:
    """Standard normal doubles from as many uniform ones, by the C library's functions, in the same array."""
    halves = uniform.reshape(-1, 2, HALF)
    radius = np.sqrt(-2.0 * log_of_one_plus(-halves[:, 0].reshape(-1)))
    angle = (2.0 * math.pi) * halves[:, 1].reshape(-1)
    halves[:, 0] = (radius * np.cos(angle)).reshape(-1, HALF)
    halves[:, 1] = (radius * np.sin(angle)).reshape(-1, HALF)
    return uniform


def _table(fractions: Singles) -> Singles:
    """For each place in a block of words the two numbers that it and the place 8 further on give."""
    radius = _radius(fractions)[:-HALF]
    cosine, sine = _cosine_and_sine(fractions)
    table = np.empty((2, radius.size), np.float32)
    np.multiply(radius, cosine[HALF:], table[0])
    np.multiply(radius, sine[HALF:], table[1])
    table += _ZERO
    return table


def _round(values: Doubles, scratch: Singles) -> None:
    """Rounds `values` to float32, in place."""
    scratch[...] = values
    values[...] = scratch


def _polynomial(coefficients: list[Scalar], x: Doubles, scratch: Singles) -> Doubles:
    """``x`` times the polynomial with these coefficients, rounded after each fused step."""
    y = x * coefficients[0]
    for coefficient in coefficients[1:]:
        y += coefficient
        _round(y, scratch)
        y *= x
    _round(y, scratch)
    return y


def _radius(fractions: Singles) -> Singles:
    """``sqrt(-2 log(1 - fractions))`` as torch computes it."""
    # 1 - u = m 2**e with sqrt(1/2) <= m < sqrt(2), found in the bits; with x = m - 1,
    # log(1 - u) = e log(2) + x - x**2 / 2 + x**3 p(x), and log(2) comes in two parts
    m = _ONE - fractions
    bits = m.view(np.int32)
    bits -= SQRT_HALF_BITS
    exponent = (bits >> 23).astype(np.float64)
    bits &= MANTISSA
    bits += SQRT_HALF_BITS
    m -= _ONE
    x = m.astype(np.float64)
    scratch = m
    square = x * x
    _round(square, scratch)
    y = _polynomial(LOG, x, scratch)
    y *= square
    low = exponent * LN2_LOW
    _round(low, scratch)
    y += low
    _round(y, scratch)
    square *= _MINUS_HALF
    y += square
    _round(y, scratch)
    y += x
    _round(y, scratch)
    exponent *= LN2_HIGH
    y += exponent
    scratch[...] = y
    scratch *= _MINUS_TWO
    np.sqrt(scratch, scratch)
    return scratch


def _cosine_and_sine(fractions: Singles) -> tuple[Singles, Singles]:
    """``cos(2 pi fractions)`` and ``sin(2 pi fractions)`` as torch computes them."""
    # the angle is x plus an even number of octants, with x between -pi/4 and pi/4
    angle = fractions * TWO_PI
    octants = (angle * OCTANTS_PER_RADIAN).astype(np.int32)
    octants += 1
    octants &= -2
    turns = octants.astype(np.float64)
    x = angle.astype(np.float64)
    scratch = angle
    step = np.empty_like(x)
    for part in MINUS_QUARTER_PI:
        x += np.multiply(turns, part, step)
        _round(x, scratch)
    square = x * x
    _round(square, scratch)
    cosine = _polynomial(COSINE, square, scratch)
    cosine *= square
    sine = _polynomial(SINE, square, scratch)
    sine *= x
    sine += x
    square *= _MINUS_HALF
    cosine += square
    scratch[...] = cosine
    scratch += _ONE
    return _turn(scratch, sine.astype(np.float32), octants)


def _turn(cosine: Singles, sine: Singles, octants: np.ndarray[Any, Any]) -> tuple[Singles, Singles]:
    """Adds an even number of octants to angles, given and returned by their cosine and sine."""
    # by bits, in place: half the time of np.where and of products with tables of signs
    cosine_bits, sine_bits = cosine.view(np.int32), sine.view(np.int32)
    odd = octants << 30  # in the sign: whether the number of quarter turns is odd
    swap = odd >> 31
    swap &= cosine_bits ^ sine_bits
    cosine_bits ^= swap
    sine_bits ^= swap
    half_turn = octants << 29
    half_turn &= _SIGN
    sine_bits ^= half_turn
    odd ^= half_turn
    odd &= _SIGN
    cosine_bits ^= odd
    return cosine, sine
