"""Copies that turn rows into columns, tile by tile.

Where neighbours of the source are a row apart in the copy, reading in the order of either side touches a cache line
for every element of the other. A tile of as many rows as a vector has lanes is read in whole vectors along the source's
rows, turned in registers, and written in whole vectors along the copy's: every cache line is touched once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from . import elementwise, kernels, memory
from .addresses import address_of
from .elementwise import PARAMS
from .host import Host
from .ir import I64, POINTER, Function, Type, Value, module
from .layout import MOST_OUTER
from .threads import crew
from .unsupported import Unsupported

Array = np.ndarray[Any, Any]

STRIP = 64
"""Rows of the copy in a unit of work."""

SHORT = 8
"""Rows and columns from which tiles pay."""

MOST_LANES = 16
"""Rows of a tile: those of more would not fit the registers."""


def turned(vectors: Sequence[Value]) -> list[Value]:
    """The transpose of a square matrix of vectors: lanes of the upper and lower half zipped, again and again."""
    found = list(vectors)
    count = len(found)
    half = count // 2
    low = [place for lane in range(half) for place in (lane, lane + count)]
    high = [place for lane in range(half, count) for place in (lane, lane + count)]
    shuffle = found[0].function.shuffle
    for _ in range(count.bit_length() - 1):
        found = [
            shuffle(found[pair], found[pair + half], order) for pair in range(half) for order in (low, high)
        ]  # fmt: skip
    return found


def write_transposing(bits: int, outer: int, host: Host) -> str:
    """The kernel. Its words: rows and columns of the copy, strips; outer lengths; for source and copy the address, the
    long step and the outer steps. Units count strips in outer places.
    """
    lanes = min(host.vector_bits // bits, MOST_LANES)
    function = Function("kernel", PARAMS, host.fused)
    memory_type = Type("i", bits)
    size = bits // 8

    def word(place: int, type: Type = I64) -> Value:
        return function.load(function.at(function.params["words"], 8 * place), type, 8)

    rows, columns, strips = word(0), word(1), word(2)
    sizes = [word(3 + level) for level in range(outer)]
    source_at, target_at = 3 + outer, 3 + outer + 2 + outer
    source_step, target_step = word(source_at + 1), word(target_at + 1)
    with function.loop(function.params["begin"], function.params["end"], name="unit") as unit:
        strip, rest = unit % strips, unit // strips
        source, target = word(source_at, POINTER), word(target_at, POINTER)
        for level in reversed(range(outer)):
            place = rest % sizes[level]
            rest = rest // sizes[level]
            source = function.at(source, place * word(source_at + 2 + level))
            target = function.at(target, place * word(target_at + 2 + level))
        first = strip * STRIP
        last = function.where(first + STRIP < rows, first + STRIP, rows)
        whole_rows = first + (last - first) // lanes * lanes
        whole_columns = columns // lanes * lanes

        def one(row: Value, column: Value, source: Value = source, target: Value = target) -> None:
            value = function.load(function.at(source, row * size + column * source_step), memory_type, size)
            function.store(value, function.at(target, row * target_step + column * size), size)

        with function.loop(0, whole_columns, lanes, name="tiles") as column:
            with function.loop(first, whole_rows, lanes, name="tile") as row:
                here = function.at(source, row * size + column * source_step)
                read = [
                    function.load(function.at(here, source_step * lane), memory_type.wide(lanes), size)
                    for lane in range(lanes)
                ]
                there = function.at(target, row * target_step + column * size)
                for lane, vector in enumerate(turned(read)):
                    function.store(vector, function.at(there, target_step * lane), size)
            with function.loop(whole_rows, last, 1, name="low") as row:
                with function.loop(column, column + lanes, 1, name="one") as single:
                    one(row, single)
        with function.loop(whole_columns, columns, 1, name="right") as column:
            with function.loop(first, last, 1, name="one") as row:
                one(row, column)
    function.finish()
    return module(function)


_addresses: dict[tuple[int, int], int] = {}


class Loop(NamedTuple):
    """One loop over a source and a target: how long it is, and how many bytes it steps through each."""

    length: int
    source: int
    target: int


def near_loop(loops: Sequence[Loop], size: int, target_size: int) -> int | None:
    """The loop along which the source's elements are neighbours, where that is not the last, the target's.

    Args:
        loops: those over both, the target's shortest steps last.
        size: bytes of an element of the source.
        target_size: those of the target.
    """
    if len(loops) < 2 or loops[-1].target != target_size or loops[-1].length < SHORT or abs(loops[-1].source) <= size:
        return None
    found = (place for place, loop in enumerate(loops[:-1]) if loop.source == size and loop.length >= SHORT)
    return next(found, None)


def turn(loops: Sequence[Loop], near: int, source: Array, target: Array) -> None:
    """Copies where the source's neighbours lie along the loop `near` and the target's along the last."""
    row, column = loops[near], loops[-1]
    others = [loop for place, loop in enumerate(loops[:-1]) if place != near]
    if len(others) > MOST_OUTER or source.itemsize not in (1, 2, 4, 8):
        raise Unsupported("too many dimensions, or elements of more than eight bytes")
    strips = units = -(-row.length // STRIP)
    words = [row.length, column.length, strips, *(loop.length for loop in others)]
    words += (address_of(source), column.source, *(loop.source for loop in others))
    words += (address_of(target), row.target, *(loop.target for loop in others))
    for loop in others:
        units *= loop.length
    key = (8 * source.itemsize, len(others))
    kernel = _addresses.get(key)
    if kernel is None:
        loaded = kernels.load(f"transposing {key}", lambda host: write_transposing(*key, host))
        kernel = _addresses[key] = loaded.address["kernel"]
    packed = elementwise.pack(words, ())
    crew.share(kernel, packed, units, target.size)


def contiguous(array: Array) -> Array:
    """A copy in the order of the dimensions of an array whose neighbours lie along another than the last.

    Raises:
        Unsupported: they do not.
    """
    if not array.size or array.dtype.hasobject:
        raise Unsupported("a copy that turns nothing")
    found = memory.empty(array.shape, array.dtype)
    loops = [Loop(*dim) for dim in zip(array.shape, array.strides, found.strides, strict=True) if dim[0] != 1]
    near = near_loop(loops, array.itemsize, array.itemsize)
    if near is None:
        raise Unsupported("a copy that turns nothing")
    turn(loops, near, array, found)
    return found
