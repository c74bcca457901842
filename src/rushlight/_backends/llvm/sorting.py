"""Sorting rows digit by digit, the lowest first, which keeps equal elements in the order they came.

Elements become unsigned integers of the same order: the bits of a negative float all turned round, of another one the
sign alone; -0 as 0, nan above all. Each becomes a record with its place behind it. One pass counts how often every
digit has each of its 256 values; then a pass per digit moves the records to where their digit belongs, those digits
left out that all elements have in common. At last the places are written, and the elements fetched by them.

Short rows are sorted by their ranks instead: a vector of elements at a time is compared with each.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from . import elementwise, kernels, memory
from .addresses import address_of
from .elementwise import PARAMS
from .host import Host
from .ir import I64, POINTER, Function, Type, Value, Variable, module
from .threads import crew
from .transposing import contiguous
from .typed import ELEMENTS
from .unsupported import Unsupported

Array = np.ndarray[Any, Any]

U32, U64 = Type("u", 32), Type("u", 64)
DIGIT = 8
"""Bits of a digit: with 11 a row takes a pass less, and the 2048 ends of lists no longer fit the first cache."""
VALUES = 1 << DIGIT

SHORT = 64
"""Elements up to which a row is sorted by counting for each how many come before it. On one thread 16000 rows of 64
float32 take 9 ms in this way and 24 by digits; 8000 rows of 128 take 17 and 10."""


def words_of(function: Function) -> Any:
    """What gives a word of the kernel's by its number."""

    def word(place: int, type: Type = I64) -> Value:
        return function.load(function.at(function.params["words"], 8 * place), type, 8)

    return word


def key_of(function: Function, value: Value, turn: Value) -> Value:
    """The unsigned integer by which an element is sorted."""
    type = value.type
    unsigned = type.of("u")
    if type.kind == "f":
        bits = function.cast(value + 0.0, type.of("i"))
        key = bits ^ ((bits >> (type.bits - 1)) | (-1 << (type.bits - 1)))
        key = function.where(value == value, key, function.constant(-1, key.type))
    elif type.kind == "i":
        key = value ^ (-1 << (type.bits - 1))
    else:
        key = value
    return key.to(unsigned) ^ turn.to(unsigned)


class _Records:
    """Keys with their places, side by side in memory: 4 bytes each where the key has no more, else 8."""

    def __init__(self, function: Function, bits: int) -> None:
        self.function = function
        self.key = U32 if bits <= 32 else U64
        self.half = self.key.bits // 8
        self.size = 2 * self.half

    def put(self, address: Value, place: Value, key: Value, origin: Value) -> None:
        """Writes a record."""
        there = self.function.at(address, place * self.size)
        self.function.store(key, there, self.half)
        self.function.store(origin.to(self.key), self.function.at(there, self.half), self.half)

    def get(self, address: Value, place: Value) -> tuple[Value, Value]:
        """The key and the place of a record."""
        here = self.function.at(address, place * self.size)
        return (
            self.function.load(here, self.key, self.half),
            self.function.load(self.function.at(here, self.half), self.key, self.half),
        )

    def digit(self, key: Value, shift: Value) -> Value:
        """A digit of a key."""
        return ((key >> shift.to(self.key)) & (VALUES - 1)).to(I64)


def clear(function: Function, counts: Value, many: int) -> None:
    """Sets counts to 0."""
    zeros = function.constant(0, Type("i", 64, 4))
    with function.loop(0, many, 4, name="clear") as place:
        function.store(zeros, function.at(counts, place * 8), 8)


def raised(function: Function, counts: Value, place: Value) -> Value:
    """Counts one up and gives what it was."""
    address = function.at(counts, place * 8)
    before = function.load(address, I64, 8)
    function.store(before + 1, address, 8)
    return before


def _to_starts(function: Function, counts: Value, running: Variable) -> None:
    """Makes counts the sums of those before them."""
    running.value = 0
    with function.loop(0, VALUES, name="starts") as value:
        address = function.at(counts, value * 8)
        number = function.load(address, I64, 8)
        function.store(running.value, address, 8)
        running.value = running.value + number


def write_rows(element: str, host: Host) -> str:
    """The kernel that sorts rows. Its words: length, -1 for descending order (else 0), addresses of the elements, of
    the results' places and elements, and of room for twice the records of every row. Units are rows.
    """
    memory_type = ELEMENTS[element]
    size, digits = memory_type.bits // 8, memory_type.bits // DIGIT
    function = Function("kernel", PARAMS, host.fused)
    word = words_of(function)
    records = _Records(function, memory_type.bits)
    length, turn = word(0), word(1)
    counts = function.reserve(Type("i", 64), digits * VALUES)
    running = function.variable(0, I64)
    # all rows of a call use the room of its first one, which stays in the cache
    room = function.at(word(5, POINTER), function.params["begin"] * length * (2 * records.size))
    old, new = function.variable(room), function.variable(room)
    with function.loop(function.params["begin"], function.params["end"], name="unit") as unit:
        source = function.at(word(2, POINTER), unit * length * size)
        order = function.at(word(3, POINTER), unit * length * 8)
        target = function.at(word(4, POINTER), unit * length * size)
        old.value, new.value = room, function.at(room, length * records.size)
        clear(function, counts, digits * VALUES)
        with function.loop(0, length, name="keys") as place:
            key = key_of(function, function.load(function.at(source, place * size), memory_type, size), turn)
            records.put(room, place, key.to(records.key), place)
            for level in range(digits):
                value = ((key >> (DIGIT * level)) & (VALUES - 1)).to(I64)
                raised(function, counts, value + level * VALUES)
        with function.loop(0, digits, name="digits") as digit:
            shift = digit * DIGIT
            here = function.at(counts, digit * (VALUES * 8))
            first, _ = records.get(old.value, function.lift(0, I64))
            common = function.load(function.at(here, records.digit(first, shift) * 8), I64, 8)
            with function.when(common != length, "move"):
                _to_starts(function, here, running)
                with function.loop(0, length, name="records") as place:
                    key, origin = records.get(old.value, place)
                    end = raised(function, here, records.digit(key, shift))
                    records.put(new.value, end, key, origin)
                old.value, new.value = new.value, old.value
        with function.loop(0, length, name="results") as place:
            _, origin = records.get(old.value, place)
            number = origin.to(U64).to(I64)
            function.store(number, function.at(order, place * 8), 8)
            value = function.load(function.at(source, number * size), memory_type, size)
            function.store(value, function.at(target, place * size), size)
    function.finish()
    return module(function)


def write_short_rows(element: str, host: Host) -> str:
    """The kernel that sorts rows of at most `SHORT` elements. Its words are those of `write_rows`, without the room."""
    memory_type = ELEMENTS[element]
    size = memory_type.bits // 8
    function = Function("kernel", PARAMS, host.fused)
    word = words_of(function)
    length, turn = word(0), word(1)
    key_type = _Records(function, memory_type.bits).key
    lanes, step = host.vector_bits // key_type.bits, key_type.bits // 8
    wide = key_type.wide(lanes)
    keys = function.reserve(wide, -(-SHORT // lanes))
    numbers = function.poison(wide)
    for lane in range(lanes):
        numbers = function.insert(numbers, lane, function.constant(lane, key_type))
    # behind the last element none is smaller, and none comes earlier
    with function.loop(0, SHORT, lanes, name="behind") as place:
        function.store(function.constant(-1, wide), function.at(keys, place * step), step)
    total = function.variable(function.constant(0, wide))
    with function.loop(function.params["begin"], function.params["end"], name="unit") as unit:
        source = function.at(word(2, POINTER), unit * length * size)
        order = function.at(word(3, POINTER), unit * length * 8)
        target = function.at(word(4, POINTER), unit * length * size)
        with function.loop(0, length, name="keys") as place:
            key = key_of(function, function.load(function.at(source, place * size), memory_type, size), turn)
            function.store(key.to(key_type), function.at(keys, place * step), step)
        with function.loop(0, length, name="elements") as place:
            key = function.load(function.at(keys, place * step), key_type, step)
            here = place.to(U64).to(key_type)
            total.value = function.constant(0, wide)
            with function.loop(0, length, lanes, name="others") as other:
                found = function.load(function.at(keys, other * step), wide, step)
                earlier = numbers + other.to(U64).to(key_type) < here
                before = (found < key) | ((found == key) & earlier)
                total.value = total.value + function.where(before, function.constant(1, wide), 0)
            rank = function.call("vector.reduce.add", key_type, total.value, overload=[wide]).to(U64).to(I64)
            function.store(place, function.at(order, rank * 8), 8)
            value = function.load(function.at(source, place * size), memory_type, size)
            function.store(value, function.at(target, rank * size), size)
    function.finish()
    return module(function)


@cache
def _kernel(element: str, short: bool) -> int:
    write = write_short_rows if short else write_rows
    return kernels.load(f"{write.__name__} sorted {element}", lambda host: write(element, host)).address["kernel"]


def _straight(array: Array) -> Array:
    """A copy in the order of the dimensions, if the array is in another."""
    try:
        return contiguous(array)
    except Unsupported:
        return np.ascontiguousarray(array)


def sort(element: str, array: Array, axis: int, descending: bool) -> tuple[Array, Array]:
    """The elements along an axis in order, equal ones in the order they came, nan as the largest; and their places."""
    if not array.size or array.shape[axis] >= 1 << 31:
        raise Unsupported("nothing to sort, or places that take more bits")
    last = array.ndim - 1
    if axis != last:
        values, places = sort(element, _straight(array.swapaxes(axis, last)), last, descending)
        return _straight(values.swapaxes(axis, last)), _straight(places.swapaxes(axis, last))
    array = np.ascontiguousarray(array)
    length = array.shape[last]
    rows = array.size // length
    values, places = memory.empty(array.shape, array.dtype), memory.empty(array.shape, np.dtype(np.int64))
    kernel = _kernel(element, length <= SHORT)
    half = 4 if array.itemsize <= 4 else 8
    room = memory.empty((4 * half * array.size if length > SHORT else 0,), np.dtype(np.uint8))
    words = elementwise.pack([length, -int(descending), *map(address_of, (array, places, values, room))], ())
    crew.share(kernel, words, rows, array.size)
    return values, places
