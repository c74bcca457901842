"""Random numbers: the words of MT19937, and what torch's streams make of them, to the last bit.

Each function does what the array code of `_core.random_streams` does, in the same steps. Where that takes float64 to
round once after a product and a sum, the processor's own fused step does; without one NumPy does the work.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from ..._core.random_streams import normal_blocks as steps
from . import elementwise, kernels
from .addresses import address_of
from .elementwise import PARAMS
from .host import Host
from .ir import F32, F64, I64, POINTER, Function, Type, Value, module
from .threads import crew
from .unsupported import Unsupported

Array = np.ndarray[Any, Any]
Words = np.ndarray[Any, np.dtype[np.uint32]]

U32, I32, U64 = Type("u", 32), Type("i", 32), Type("u", 64)

STATE, SHIFT = 624, 397
"""Words of MT19937's state, and how far back of those the third one is that a new word is made from."""

HALF = steps.HALF
BLOCK = 1 << 12
"""Numbers in a unit of work."""


def _function(host: Host) -> tuple[Function, Any]:
    """A kernel to write, and what gives its words by their number."""
    function = Function("kernel", PARAMS, host.fused)

    def word(place: int, type: Type = I64) -> Value:
        return function.load(function.at(function.params["words"], 8 * place), type, 8)

    return function, word


def write_words(host: Host) -> str:
    """Blocks of MT19937's words. The kernel's words: the state's address, which ends as the last block, the address of
    the results, the number of blocks.
    """
    function, word = _function(host)
    lanes = host.vector_bits // 32
    wide = U32.wide(lanes)
    state, target = word(0, POINTER), word(1, POINTER)
    stream = function.reserve(wide, 2 * STATE // lanes)
    with function.loop(0, STATE, lanes, name="begin") as place:
        function.store(function.load(function.at(state, place * 4), wide, 4), function.at(stream, place * 4), 4)
    with function.loop(0, word(2), name="block") as block:
        there = function.at(target, block * (STATE * 4))
        with function.loop(0, STATE, lanes, name="words") as place:
            here = function.at(stream, place * 4)
            first, second = (function.load(function.at(here, 4 * step), wide, 4) for step in (0, 1))
            y = (first & 0x80000000) | (second & 0x7FFFFFFF)
            odd = function.where((y & 1) != 0, function.constant(0x9908B0DF, wide), 0)
            made = function.load(function.at(here, 4 * SHIFT), wide, 4) ^ (y >> 1) ^ odd
            function.store(made, function.at(here, 4 * STATE), 4)
            made = made ^ (made >> 11)
            made = made ^ ((made << 7) & 0x9D2C5680)
            made = made ^ ((made << 15) & 0xEFC60000)
            function.store(made ^ (made >> 18), function.at(there, place * 4), 4)
        with function.loop(0, STATE, lanes, name="back") as place:
            here = function.at(stream, place * 4)
            function.store(function.load(function.at(here, 4 * STATE), wide, 4), here, 4)
    with function.loop(0, STATE, lanes, name="end") as place:
        function.store(function.load(function.at(stream, place * 4), wide, 4), function.at(state, place * 4), 4)
    function.finish()
    return module(function)


def _fraction(words: Value) -> Value:
    """The number in [0, 1) that the low 24 bits of a word make."""
    low = words & (2**24 - 1)
    return low.to(I32).to(F32) * 2.0**-24


def _polynomial(function: Function, coefficients: Any, x: Value) -> Value:
    found = function.fma(x, float(coefficients[0]), float(coefficients[1]))
    for coefficient in coefficients[2:]:
        found = function.fma(found, x, float(coefficient))
    return found * x


def _radius(function: Function, u: Value) -> Value:
    """``sqrt(-2 log(1 - u))``, as `normal_blocks` computes it."""
    root = int(steps.SQRT_HALF_BITS)
    bits = (1.0 - u).bits() - root
    exponent = (bits >> 23).to(F32)
    x = ((bits & int(steps.MANTISSA)) + root).as_float() - 1.0
    square = x * x
    y = _polynomial(function, steps.LOG, x)
    y = function.fma(y, square, exponent * float(steps.LN2_LOW))
    y = y + square * -0.5 + x
    y = function.fma(exponent, float(steps.LN2_HIGH), y)
    return function.call("sqrt", y.type, y * -2.0)


def _cosine_and_sine(function: Function, u: Value) -> tuple[Value, Value]:
    """``cos(2 pi u)`` and ``sin(2 pi u)``, as `normal_blocks` computes them."""
    angle = u * float(steps.TWO_PI)
    octants = ((angle * float(steps.OCTANTS_PER_RADIAN)).to(I32) + 1) & -2
    turns, x = octants.to(F32), angle
    for part in steps.MINUS_QUARTER_PI:
        x = function.fma(turns, float(part), x)
    square = x * x
    cosine = _polynomial(function, steps.COSINE, square)
    cosine = (function.fma(cosine, square, square * -0.5) + 1.0).bits()
    sine = function.fma(_polynomial(function, steps.SINE, square), x, x).bits()
    sign = -(2**31)
    odd, half_turn = octants << 30, (octants << 29) & sign
    swap = (odd >> 31) & (cosine ^ sine)
    return (cosine ^ swap ^ ((odd ^ half_turn) & sign)).as_float(), (sine ^ swap ^ half_turn).as_float()


def write_normals(host: Host) -> str:
    """Normal numbers in blocks of 16. The kernel's words: addresses of random words and results, the number of blocks,
    then the standard deviation and the mean as float64. Units have `BLOCK` numbers.
    """
    function, word = _function(host)
    words, target, blocks = word(0, POINTER), word(1, POINTER), word(2)
    deviation, mean = word(3, F64).to(F32), word(4, F64).to(F32)
    wide = F32.wide(HALF)
    many = BLOCK // steps.BLOCK
    with function.loop(function.params["begin"], function.params["end"], name="unit") as unit:
        first = unit * many
        last = function.where(first + many < blocks, first + many, blocks)
        with function.loop(first, last, name="block") as block:
            offset = block * (4 * steps.BLOCK)
            parts = []
            for half in (0, 4 * HALF):
                parts.append(function.load(function.at(words, offset + half), U32.wide(HALF), 4))
            radius = _radius(function, _fraction(parts[0]))
            for half, turned in zip((0, 4 * HALF), _cosine_and_sine(function, _fraction(parts[1])), strict=True):
                number = function.fma(turned * radius + 0.0, function.lift(deviation, wide), function.lift(mean, wide))
                function.store(number, function.at(target, offset + half), 4)
    function.finish()
    return module(function)


def write_uniform(host: Host) -> str:
    """Uniform float32 numbers. The kernel's words: addresses of random words and results, the count, then the width of
    the interval, its beginning and end as float64. Units have `BLOCK` numbers.
    """
    function, word = _function(host)
    words, target, count = word(0, POINTER), word(1, POINTER), word(2)
    span, low, high = (word(place, F64).to(F32) for place in (3, 4, 5))
    lanes = host.vector_bits // 32

    def some(place: Value, lanes: int) -> None:
        wide = F32.wide(lanes)
        fraction = _fraction(function.load(function.at(words, place * 4), U32.wide(lanes), 4))
        number = function.fma(fraction, function.lift(span, wide), function.lift(low, wide))
        number = function.where(number >= high, function.lift(low, wide), number)
        function.store(number, function.at(target, place * 4), 4)

    _in_blocks(function, count, lanes, some)
    return module(function)


def write_doubles(host: Host) -> str:
    """Uniform float64 numbers in [0, 1), each of two words. The kernel's words: addresses of random words and results,
    the count. Units have `BLOCK` numbers.
    """
    function, word = _function(host)
    words, target, count = word(0, POINTER), word(1, POINTER), word(2)
    lanes = host.vector_bits // 64

    def some(place: Value, lanes: int) -> None:
        pair = function.load(function.at(words, place * 8), U64.wide(lanes), 4)  # the high one lies before the low one
        mantissa = ((pair << 32) & (2**53 - 1)) | (pair >> 32)
        function.store(mantissa.to(Type("i", 64)).to(F64) * 2.0**-53, function.at(target, place * 8), 8)

    _in_blocks(function, count, lanes, some)
    return module(function)


def _in_blocks(function: Function, count: Value, lanes: int, some: Callable[[Value, int], None]) -> None:
    """Runs through the numbers of the units in vectors, and singly through what is left."""
    with function.loop(function.params["begin"], function.params["end"], name="unit") as unit:
        first = unit * BLOCK
        last = function.where(first + BLOCK < count, first + BLOCK, count)
        whole = first + (last - first) // lanes * lanes
        with function.loop(first, whole, lanes, name="vectors") as place:
            some(place, lanes)
        with function.loop(whole, last, name="rest") as place:
            some(place, 1)
    function.finish()


def write_swaps(host: Host) -> str:
    """A random permutation. The kernel's words: addresses of random words and of the numbers, how many those are."""
    function, word = _function(host)
    words, numbers, length = word(0, POINTER), word(1, POINTER), word(2)
    with function.loop(0, length, name="numbers") as place:
        function.store(place, function.at(numbers, place * 8), 8)
    with function.loop(0, length - 1, name="swaps") as place:
        drawn = function.load(function.at(words, place * 4), U32, 4)
        partner = place + (drawn % (length - place).to(U32)).to(I64)
        here, there = function.at(numbers, place * 8), function.at(numbers, partner * 8)
        mine, other = function.load(here, I64, 8), function.load(there, I64, 8)
        function.store(other, here, 8)
        function.store(mine, there, 8)
    function.finish()
    return module(function)


@cache
def _kernel(write: Callable[[Host], str]) -> int:
    if not kernels.host().fused:
        raise Unsupported("steps that are rounded once")
    return kernels.load(f"random {write.__name__}", write).address["kernel"]


def _run(write: Callable[[Host], str], arrays: tuple[Array, ...], numbers: tuple[float, ...], count: int) -> None:
    if not all(array.flags.c_contiguous for array in arrays):
        raise Unsupported("gaps in memory")
    size = arrays[1].size
    words = elementwise.pack([*map(address_of, arrays), count], numbers)
    kernel, units = _kernel(write), -(-size // BLOCK)
    crew.share(kernel, words, units, size)


def words(element: str, state: Array, blocks: int) -> Words:
    """The next blocks of MT19937's words, tempered; `state` (int32, 624) is that of the last one then."""
    found = np.empty(blocks * STATE, np.uint32)
    packed = elementwise.pack([address_of(state), address_of(found), blocks], ())
    crew.run_alone(_kernel(write_words), packed, 1)
    return found


def normals(element: str, target: Array, words: Words, deviation: float, mean: float) -> Array:
    """Fills a vector of float32, a multiple of 16, with normal numbers made of as many words."""
    if element != "float32":
        raise Unsupported("another dtype than float32")
    _run(write_normals, (words, target), (deviation, mean), target.size // steps.BLOCK)
    return target


def uniform(element: str, target: Array, words: Words, low: float, high: float) -> Array:
    """Fills a vector of float32 with numbers in [low, high) made of as many words."""
    if element != "float32":
        raise Unsupported("another dtype than float32")
    first, last = np.float32(low), np.float32(high)
    _run(write_uniform, (words, target), (float(last - first), float(first), float(last)), target.size)
    return target


def doubles(element: str, target: Array, words: Words) -> Array:
    """Fills a vector of float64 with numbers in [0, 1) made of twice as many words."""
    _run(write_doubles, (words, target), (), target.size)
    return target


def shuffled(element: str, target: Array, words: Words) -> Array:
    """Fills a vector of int64 with a permutation made of one word less."""
    packed = elementwise.pack([address_of(words), address_of(target), target.size], ())
    crew.run_alone(_kernel(write_swaps), packed, 1)
    return target
