"""Angles beyond 2**30: how many quarter turns they are, after Payne and Hanek.

An angle is ``m * 2**k`` with a whole number m of 53 bits. Of ``2**k * 2/pi`` only what is left modulo four matters, and
of that some 130 bits; a table has them for every k, in five parts of 26 bits. The products of these parts with the
halves of m are exact, and so is what each leaves modulo four.
"""

from __future__ import annotations

from functools import cache

from ..ir import Value
from .helpers import absolute, fma, where

LIMIT = 2.0**30
"""Angles from here on come this way."""

_LOWEST, _HIGHEST = -22, 971  # powers of two of the last bit of angles from 2**30 up
_PARTS = 5
_PI_2 = (1.5707963267948966, 6.123233995736766e-17)


@cache
def _table() -> tuple[float, ...]:
    """``2**k * 2/pi`` modulo four in five parts, for k from lowest to highest."""
    bits = 1300
    scaled = (1 << (2 * bits + 1)) // _pi(bits)  # 2/pi, shifted by `bits`
    found = []
    for k in range(_LOWEST, _HIGHEST + 1):
        rest = (scaled << k if k >= 0 else scaled >> -k) & ((4 << bits) - 1)
        for part in range(_PARTS):
            below = bits + 2 - 26 * (part + 1)
            piece = rest >> below
            rest -= piece << below
            found.append(piece * 2.0 ** (2 - 26 * (part + 1)))
    return tuple(found)


def _pi(bits: int) -> int:
    """pi, shifted by some bits, by Machin's formula."""

    def arctangent_of_inverse(number: int) -> int:
        power = total = (1 << (bits + 32)) // number
        index = 1
        while power:
            power //= -number * number
            index += 2
            total += power // index
        return total

    return (16 * arctangent_of_inverse(5) - 4 * arctangent_of_inverse(239)) >> 32


def quarter_turns(x: Value, far: Value, n: Value, rest: Value) -> tuple[Value, Value]:
    """Number and rest, replaced where `far` holds, if it holds in any lane.

    Args:
        x: angles, float64.
        far: where they are beyond `LIMIT`.
        n, rest: quarter turns modulo four, and what they leave, right for the others.
    """
    function = x.function
    places = [function.reserve(value.type) for value in (x, n, rest)]
    number, remaining = function.variable(n), function.variable(rest)
    with function.when(function.any_lane(far), "huge"):
        for value, place in zip((x, n, rest), places, strict=True):
            function.store(value, place, 8)
        with function.loop(0, x.type.lanes, name="lanes") as lane:  # one by one, which makes for little code
            here = [function.at(place, lane * 8) for place in places]
            angle = function.load(here[0], x.type.wide(1), 8)
            with function.when(absolute(angle) >= LIMIT, "far"):
                for value, place in zip(_turns(angle), here[1:], strict=True):
                    function.store(value, place, 8)
        number.value = function.load(places[1], n.type, 8)
        remaining.value = function.load(places[2], rest.type, 8)
    return number.value, remaining.value


def _turns(x: Value) -> tuple[Value, Value]:
    """Quarter turns modulo four in one angle, and the rest."""
    function = x.function
    bits = x.bits()
    k = ((bits >> 52) & 0x7FF) - 1075
    index = where(k < _LOWEST, 0, where(k > _HIGHEST, 0, k - _LOWEST)) * _PARTS
    m = ((bits & ((1 << 52) - 1)) | (1 << 52)).to(x.type)
    high = (m.bits() & -(1 << 27)).as_float()
    table = function.table(_table())
    total, lost = function.lift(0.0, x.type), function.lift(0.0, x.type)
    for part in range(_PARTS):
        piece = function.load(function.at(table, (index + part) * 8), x.type, 8)
        for half in (high, m - high):
            product = half * piece
            product = product - 4 * function.call("floor", x.type, product * 0.25)
            bigger = total + product
            shadow = bigger - total
            lost = lost + ((total - (bigger - shadow)) + (product - shadow))
            total = bigger - 4 * function.call("floor", x.type, bigger * 0.25)
    whole = function.call("roundeven", x.type, total)
    fraction = (total - whole) + lost
    rest = fma(fraction, _PI_2[0], fraction * _PI_2[1])
    turns = whole.to(bits.type)
    negative = bits < 0
    finite = (bits & (0x7FF << 52)) != (0x7FF << 52)
    return where(negative, -turns, turns), where(finite, where(negative, -rest, rest), x - x)
