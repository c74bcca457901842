"""Places in sorted rows, and counts of small integers.

A search halves what is left by a comparison and a choice, not a branch, and always in as many steps, so that the
processor looks for several values at the same time.
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
from .ir import I64, POINTER, Function, Type, Value, module
from .threads import crew
from .typed import ELEMENTS
from .unsupported import Unsupported

Array = np.ndarray[Any, Any]

BLOCK = 1 << 12
"""Values in a unit of work."""

PARTS = 8
"""Parts that integers are counted in."""

MOST_COUNTS = 1 << 16
"""Different integers up to which each part has counts of its own."""


def write_search(element: str, right: bool, host: Host) -> str:
    """The kernel. Its words: values, values of a row, length of a sorted row, elements from one such row to the next;
    addresses of the values, of the rows, and of the places found. Units are blocks of values.
    """
    function = Function("kernel", PARAMS, host.fused)
    memory_type = ELEMENTS[element]
    size = memory_type.bits // 8

    def word(place: int, type: Type = I64) -> Value:
        return function.load(function.at(function.params["words"], 8 * place), type, 8)

    count, per_row, length, step = (word(place) for place in range(4))
    base, left = function.variable(word(5, POINTER)), function.variable(0, I64)
    with function.loop(function.params["begin"], function.params["end"], name="unit") as unit:
        first = unit * BLOCK
        last = function.where(first + BLOCK < count, first + BLOCK, count)
        with function.loop(first, last, name="value") as place:
            wanted = function.load(function.at(word(4, POINTER), place * size), memory_type, size)
            row = function.at(word(5, POINTER), place // per_row * step * size)
            base.value, left.value = row, length

            def comes_before(address: Value, wanted: Value = wanted) -> Value:
                found = function.load(address, memory_type, size)
                if memory_type.kind != "f":
                    return found <= wanted if right else found < wanted
                # nan is the largest
                if right:
                    return (found <= wanted) | (wanted != wanted)
                return (found < wanted) | ((wanted != wanted) & (found == found))

            halve, step_in, done = (function.label(name) for name in ("halve", "step", "done"))
            function.jump(halve)
            function.begin(halve)
            function.branch(left.value > 1, step_in, done)
            function.begin(step_in)
            half = left.value >> 1
            beyond = function.at(base.value, half * size)
            before = comes_before(function.at(beyond, -size))
            base.value = function.where(before, beyond, base.value)
            left.value = left.value - half
            function.jump(halve)
            function.begin(done)
            place_found = _difference(function, base.value, row) // size
            found = place_found + function.where(comes_before(base.value), function.constant(1, I64), 0)
            function.store(found, function.at(word(6, POINTER), place * 8), 8)
    function.finish()
    return module(function)


def _difference(function: Function, address: Value, start: Value) -> Value:
    """How many bytes one address is after another."""
    end, begin = (function.write(f"ptrtoint {value!r} to i64", I64) for value in (address, start))
    return end - begin


def write_counts(element: str, host: Host) -> str:
    """The kernel that counts integers. Its words: values, how many different ones there are; addresses of the values,
    which have been checked, and of counts for every part, which are 0. Units are parts.
    """
    function = Function("kernel", PARAMS, host.fused)
    memory_type = ELEMENTS[element]
    size = memory_type.bits // 8

    def word(place: int, type: Type = I64) -> Value:
        return function.load(function.at(function.params["words"], 8 * place), type, 8)

    count, different = word(0), word(1)
    with function.loop(function.params["begin"], function.params["end"], name="unit") as unit:
        counts = function.at(word(3, POINTER), unit * different * 8)
        with function.loop(count * unit // PARTS, count * (unit + 1) // PARTS, name="value") as place:
            value = function.load(function.at(word(2, POINTER), place * size), memory_type, size).to(I64)
            here = function.at(counts, value * 8)
            function.store(function.load(here, I64, 8) + 1, here, 8)
    function.finish()
    return module(function)


@cache
def _search(element: str, right: bool) -> int:
    loaded = kernels.load(f"search {element} {right}", lambda host: write_search(element, right, host))
    return loaded.address["kernel"]


@cache
def _counts(element: str) -> int:
    return kernels.load(f"counts {element}", lambda host: write_counts(element, host)).address["kernel"]


def search(element: str, values: Array, rows: Array, right: bool) -> Array:
    """Where values would have to be inserted in sorted rows.

    Args:
        element: the dtype of both.
        values: with rows of their own for each sorted one, or any for a single one.
        rows: sorted along the last axis.
        right: whether behind equal elements.
    """
    if values.dtype != rows.dtype or not rows.size or not values.size:
        raise Unsupported("several dtypes, or nothing to search")
    values, rows = (array if array.flags.c_contiguous else copied(array) for array in (values, rows))
    found = memory.empty(values.shape, np.dtype(np.int64))
    length = rows.shape[-1]
    per_row, step = (values.size, 0) if rows.ndim == 1 else (values.shape[-1], length)
    addresses = map(address_of, (values, rows, found))
    words = elementwise.pack([values.size, per_row, length, step, *addresses], ())
    crew.share(_search(element, right), words, -(-values.size // BLOCK), values.size)
    return found


def count(element: str, values: Array, different: int) -> Array:
    """How often each of the integers from 0 occurs; the values have been checked."""
    if different > MOST_COUNTS:
        raise Unsupported("too many different integers")
    values = values if values.flags.c_contiguous else copied(values)
    counts = np.zeros((PARTS, different), np.int64)
    words = elementwise.pack([values.size, different, address_of(values), address_of(counts)], ())
    crew.share(_counts(element), words, PARTS, values.size)
    found: Array = np.add.reduce(counts, 0)
    return found
