"""Elements where a mask is true: picked one after the other, or overwritten by values one after the other.

First it is counted how often the mask is true in every block, which tells each unit of work where its elements begin.
A unit then goes through its block without a branch: it always writes, and moves on where the mask is true.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Literal

import numpy as np

from . import elementwise, kernels, memory
from .addresses import address_of
from .copying import SAME, copied
from .elementwise import PARAMS
from .host import Host
from .ir import I64, POINTER, Function, Type, Value, module
from .threads import crew
from .typed import ELEMENTS
from .unsupported import Unsupported

Array = np.ndarray[Any, Any]
Action = Literal["count", "pick", "write"]

BLOCK = 1 << 14
"""Elements in a unit of work."""


def write_masked(action: Action, element: str, host: Host) -> str:
    """The kernel. Its words: elements; addresses of the mask, of where the parts of all units begin (or, where they are
    counted, how long they are), of the array, and of the elements picked or to be written.
    """
    function = Function("kernel", PARAMS, host.fused)
    memory_type, byte = ELEMENTS[element], Type("u", 8)
    size, lanes = memory_type.bits // 8, 64

    def word(place: int, type: Type = I64) -> Value:
        return function.load(function.at(function.params["words"], 8 * place), type, 8)

    length = word(0)
    number, spot = function.variable(0, I64), function.variable(0, I64)
    with function.loop(function.params["begin"], function.params["end"], name="unit") as unit:
        first = unit * BLOCK
        last = function.where(first + BLOCK < length, first + BLOCK, length)
        mask, part = word(1, POINTER), function.at(word(2, POINTER), unit * 8)
        if action == "count":
            number.value = 0
            whole = first + (last - first) // lanes * lanes
            with function.loop(first, whole, lanes, name="vectors") as place:
                true = function.load(function.at(mask, place), byte.wide(lanes), 1) != 0
                number.value = number.value + function.call("ctpop", I64, function.cast(true, I64))
            with function.loop(whole, last, name="rest") as place:
                true = function.load(function.at(mask, place), byte, 1) != 0
                number.value = number.value + function.where(true, function.constant(1, I64), 0)
            function.store(number.value, part, 8)
        else:
            number.value, spot.value = function.load(part, I64, 8), first
            end = function.load(function.at(part, 8), I64, 8)
            look, move, done = (function.label(name) for name in ("look", "move", "done"))
            function.jump(look)
            function.begin(look)
            function.branch(number.value < end, move, done)
            function.begin(move)
            true = function.load(function.at(mask, spot.value), byte, 1) != 0
            here = function.at(word(3, POINTER), spot.value * size)
            there = function.at(word(4, POINTER), number.value * size)
            if action == "pick":
                function.store(function.load(here, memory_type, size), there, size)
            else:
                old, new = (function.load(address, memory_type, size) for address in (here, there))
                function.store(function.where(true, new, old), here, size)
            number.value = number.value + function.where(true, function.constant(1, I64), 0)
            spot.value = spot.value + 1
            function.jump(look)
            function.begin(done)
    function.finish()
    return module(function)


@cache
def _kernel(action: Action, element: str) -> int:
    text = f"masked {action} {element}"
    return kernels.load(text, lambda host: write_masked(action, element, host)).address["kernel"]


def _run(action: Action, element: str, length: int, *arrays: Array) -> None:
    packed = elementwise.pack([length, *map(address_of, arrays)], ())
    units = -(-length // BLOCK)
    crew.share(_kernel(action, element), packed, units, length)


def _starts(mask: Array) -> Array:
    """Where the parts of all units begin, and the end of the last."""
    units = -(-mask.size // BLOCK)
    counts = np.zeros(units + 1, np.int64)
    _run("count", "uint8", mask.size, mask, counts[1:])
    return np.cumsum(counts, out=counts)


def pick(array: Array, mask: Array) -> Array:
    """The elements where a mask of the same shape is true, in one dimension."""
    if array.itemsize not in SAME or array.dtype.hasobject or array.shape != mask.shape or not array.size:
        raise Unsupported("wide elements, or a mask of another shape")
    array, mask = (item if item.flags.c_contiguous else copied(item) for item in (array, mask))
    starts = _starts(mask)
    found = memory.empty((int(starts[-1]),), array.dtype)
    _run("pick", SAME[array.itemsize], array.size, mask, starts, array, found)
    return found


def write(array: Array, mask: Array, values: Array) -> Array:
    """Overwrites the elements where a mask of the same shape is true by values in their order.

    Raises:
        Unsupported: there are not enough of them, among other reasons.
    """
    if array.itemsize not in SAME or array.dtype.hasobject or array.shape != mask.shape or not array.size:
        raise Unsupported("wide elements, or a mask of another shape")
    if not array.flags.c_contiguous or not array.flags.writeable or values.dtype != array.dtype:
        raise Unsupported("an array with gaps, or values of another dtype")
    mask, values = (item if item.flags.c_contiguous else copied(item) for item in (mask, values))
    starts = _starts(mask)
    if values.size < starts[-1]:
        raise Unsupported("too few values")
    _run("write", SAME[array.itemsize], array.size, mask, starts, array, values)
    return array
