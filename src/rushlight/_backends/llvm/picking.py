"""The first few elements of rows, and the one of a rank, without sorting the others.

The first few are kept in a list that is in order. The last of them is a bound: a vector of elements at a time is
compared with it, and only what is beyond the bound is put into the list. In a row without order that is about
``k log(length / k)`` times.

For a rank, elements are unsigned integers of the same order, as for sorting. Counting how often the highest digit has
each of its values tells which value the one of that rank has; the elements that have it are kept, and the next digit
is looked at.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from . import elementwise, kernels, memory
from .addresses import address_of
from .copying import copied
from .elementwise import PARAMS
from .host import Host
from .ir import BOOL, I64, POINTER, Function, Type, Value, module
from .sorting import DIGIT, U32, U64, VALUES, clear, key_of, raised, words_of
from .threads import crew
from .typed import ELEMENTS
from .unsupported import Unsupported

Array = np.ndarray[Any, Any]

MOST = 64
"""Elements of a list; to put one into a longer list takes as long as sorting, where there is order in the row."""


def _key_type(memory_type: Type) -> Type:
    return U32 if memory_type.bits <= 32 else U64


class _List:
    """Keys in falling order with their places, the first slot taken by one that is below none."""

    def __init__(self, function: Function, key: Type) -> None:
        self.function, self.key, self.size = function, key, key.bits // 8
        self.keys = function.reserve(key, MOST + 2)
        self.places = function.reserve(I64, MOST + 2)
        self.spot = function.variable(0, I64)
        function.store(function.constant(-1, key), self.keys, self.size)

    def at(self, slot: Value) -> Value:
        """The key in a slot."""
        return self.function.load(self.function.at(self.keys, slot * self.size), self.key, self.size)

    def place(self, slot: Value) -> Value:
        """The place in a slot."""
        return self.function.load(self.function.at(self.places, slot * 8), I64, 8)

    def _put(self, slot: Value, key: Value, place: Value) -> None:
        self.function.store(key, self.function.at(self.keys, slot * self.size), self.size)
        self.function.store(place, self.function.at(self.places, slot * 8), 8)

    def insert(self, key: Value, place: Value, last: Value) -> None:
        """Puts a key behind those that are not smaller; those that are move on, the one in the last slot out."""
        function, spot = self.function, self.spot
        look, move, found = (function.label(name) for name in ("look", "move", "found"))
        spot.value = last
        function.jump(look)
        function.begin(look)
        before = spot.value - 1
        function.branch(self.at(before) < key, move, found)
        function.begin(move)
        before = spot.value - 1
        self._put(spot.value, self.at(before), self.place(before))
        spot.value = before
        function.jump(look)
        function.begin(found)
        self._put(spot.value, key, place)


def write_first(element: str, host: Host) -> str:
    """The kernel that finds the first few. Its words: length, how many, -1 for the smallest (else 0), addresses of the
    elements, of the places found and of the elements found. Units are rows.
    """
    memory_type = ELEMENTS[element]
    size = memory_type.bits // 8
    function = Function("kernel", PARAMS, host.fused)
    word = words_of(function)
    length, many, turn = word(0), word(1), word(2)
    key_type = _key_type(memory_type)
    lanes = host.vector_bits // key_type.bits
    chosen = _List(function, key_type)
    bits_type = Type("u", lanes)
    hits, bound = function.variable(0, bits_type), function.variable(0, key_type)
    with function.loop(function.params["begin"], function.params["end"], name="unit") as unit:
        source = function.at(word(3, POINTER), unit * length * size)
        order = function.at(word(4, POINTER), unit * many * 8)
        target = function.at(word(5, POINTER), unit * many * size)

        def key(place: Value, count: int = 1, source: Value = source) -> Value:
            value = function.load(function.at(source, place * size), memory_type.wide(count), size)
            return key_of(function, value, turn).to(key_type)

        def try_one(place: Value) -> None:
            one = key(place)
            with function.when(one > bound.value, "better"):
                chosen.insert(one, place, many)
                bound.value = chosen.at(many)

        with function.loop(0, many, name="first") as place:
            chosen.insert(key(place), place, place + 1)
        bound.value = chosen.at(many)
        whole = many + (length - many) // lanes * lanes
        with function.loop(many, whole, lanes, name="vectors") as start:
            better = key(start, lanes) > bound.value
            hits.value = function.cast(better, bits_type)
            again, take, done = (function.label(name) for name in ("again", "take", "done"))
            function.jump(again)
            function.begin(again)
            function.branch(hits.value != 0, take, done)
            function.begin(take)
            lane = function.call("cttz", bits_type, hits.value, function.constant(True, BOOL), overload=[bits_type])
            hits.value = hits.value & (hits.value - 1)
            try_one(start + lane.to(I64))
            function.jump(again)
            function.begin(done)
        with function.loop(whole, length, name="rest") as place:
            try_one(place)
        with function.loop(0, many, name="results") as place:
            origin = chosen.place(place + 1)
            function.store(origin, function.at(order, place * 8), 8)
            value = function.load(function.at(source, origin * size), memory_type, size)
            function.store(value, function.at(target, place * size), size)
    function.finish()
    return module(function)


def write_rank(element: str, host: Host) -> str:
    """The kernel that finds the element of a rank. Its words: length, rank, addresses of the elements, of the places
    found (the first of equal elements), and of room for the keys of every row. Units are rows.
    """
    memory_type = ELEMENTS[element]
    size = memory_type.bits // 8
    function = Function("kernel", PARAMS, host.fused)
    word = words_of(function)
    length, zero = word(0), function.constant(0, I64)
    key_type = _key_type(memory_type)
    half = key_type.bits // 8
    counts = function.reserve(Type("i", 64), VALUES)
    rank, left, kept = function.variable(0, I64), function.variable(0, I64), function.variable(0, I64)
    digit, below = function.variable(0, I64), function.variable(0, I64)
    wanted = function.variable(0, key_type)
    # all rows of a call use the room of its first one, which stays in the cache
    room = function.at(word(4, POINTER), function.params["begin"] * length * half)
    with function.loop(function.params["begin"], function.params["end"], name="unit") as unit:
        source = function.at(word(2, POINTER), unit * length * size)

        def key(place: Value, source: Value = source) -> Value:
            value = function.load(function.at(source, place * size), memory_type, size)
            return key_of(function, value, zero).to(key_type)

        with function.loop(0, length, name="keys") as place:
            function.store(key(place), function.at(room, place * half), half)
        rank.value, left.value, wanted.value = word(1), length, 0
        for shift in range(memory_type.bits - DIGIT, -1, -DIGIT):

            def value_of(one: Value, shift: int = shift) -> Value:
                return ((one >> shift) & (VALUES - 1)).to(I64)

            clear(function, counts, VALUES)
            with function.loop(0, left.value, name="count") as place:
                raised(function, counts, value_of(function.load(function.at(room, place * half), key_type, half)))
            digit.value, below.value = 0, 0
            look, on, found = (function.label(name) for name in ("look", "on", "found"))
            function.jump(look)
            function.begin(look)
            number = function.load(function.at(counts, digit.value * 8), I64, 8)
            function.branch(below.value + number <= rank.value, on, found)
            function.begin(on)
            below.value, digit.value = below.value + number, digit.value + 1
            function.jump(look)
            function.begin(found)
            rank.value = rank.value - below.value
            wanted.value = wanted.value | (digit.value.to(U64).to(key_type) << shift)
            kept.value = 0
            with function.loop(0, left.value, name="keep") as place:
                one = function.load(function.at(room, place * half), key_type, half)
                function.store(one, function.at(room, kept.value * half), half)
                same = value_of(one) == digit.value
                kept.value = kept.value + function.where(same, function.constant(1, I64), 0)
            left.value = kept.value
        look, on, found = (function.label(name) for name in ("look", "on", "found"))
        kept.value = 0
        function.jump(look)
        function.begin(look)
        function.branch(key(kept.value) != wanted.value, on, found)
        function.begin(on)
        kept.value = kept.value + 1
        function.jump(look)
        function.begin(found)
        function.store(kept.value, function.at(word(3, POINTER), unit * 8), 8)
    function.finish()
    return module(function)


@cache
def _kernel(element: str, rank: bool) -> int:
    write = write_rank if rank else write_first
    return kernels.load(f"{write.__name__} picking {element}", lambda host: write(element, host)).address["kernel"]


def _rows(array: Array, axis: int) -> Array:
    """An array whose last axis is the one meant, in the order of its dimensions."""
    last = array.ndim - 1
    moved = array if axis == last else array.swapaxes(axis, last)
    return moved if moved.flags.c_contiguous else copied(moved)


def first(element: str, array: Array, axis: int, many: int, largest: bool) -> tuple[Array, Array]:
    """The largest or smallest elements along an axis in order, equal ones in the order they came, and their places."""
    length = array.shape[axis]
    if not 0 < many <= min(MOST, length) or not array.size:
        raise Unsupported("long lists, or none")
    rows = _rows(array, axis)
    shape = (*rows.shape[:-1], many)
    values, places = memory.empty(shape, array.dtype), memory.empty(shape, np.dtype(np.int64))
    words = [length, many, -int(not largest), *map(address_of, (rows, places, values))]
    crew.share(_kernel(element, False), elementwise.pack(words, ()), array.size // length, array.size)
    if axis != array.ndim - 1:
        values, places = (np.ascontiguousarray(item.swapaxes(axis, -1)) for item in (values, places))
    return values, places


def rank(element: str, array: Array, axis: int, number: int) -> Array:
    """Where the element of a rank (counted from 0) along an axis is, the axis kept with size 1; nan is the largest."""
    length = array.shape[axis]
    if not array.size:
        raise Unsupported("rows without elements")
    rows = _rows(array, axis)
    places = np.empty((*rows.shape[:-1], 1), np.int64)
    room = memory.empty((array.size * (4 if array.itemsize <= 4 else 8),), np.dtype(np.uint8))
    words = [length, number, *map(address_of, (rows, places, room))]
    crew.share(_kernel(element, True), elementwise.pack(words, ()), array.size // length, array.size)
    return places.swapaxes(axis, -1)
