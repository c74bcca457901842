"""Whole entries along a dimension, added at a vector of positions: the rows of a table's gradient, index_add.

The elements lie as ``lots x length x width``, with positions along the middle. Every unit has a range of the target's
entries for itself and goes through all positions for those that are its own. So no two threads write to one place,
and what meets at a place is added in the order it comes: the result is the same however many threads there are.
"""

from __future__ import annotations

from functools import cache
from math import prod
from typing import Any

import numpy as np

from . import elementwise, kernels
from .addresses import address_of
from .copying import copied
from .elementwise import PARAMS
from .host import Host
from .ir import I64, POINTER, Function, Type, Value, module
from .threads import crew
from .typed import ELEMENTS
from .unsupported import Unsupported

Array = np.ndarray[Any, Any]

SHARED_FROM = 8
"""Elements of an entry from which a lot is shared: with fewer, looking at all positions costs as much as adding."""


def write_addition(element: str, index: str, host: Host) -> str:
    """The kernel. Its words: positions, length along the dimension, width, parts of a lot, a position to leave out,
    whether the target is to be cleared first; the addresses of the positions, the entries and the target.
    """
    function = Function("kernel", PARAMS, host.fused)
    memory_type, index_type = ELEMENTS[element], ELEMENTS[index]
    size, step = memory_type.bits // 8, index_type.bits // 8
    lanes = host.vector_bits // memory_type.bits
    wide = memory_type.wide(lanes)

    def word(place: int, type: Type = I64) -> Value:
        return function.load(function.at(function.params["words"], 8 * place), type, 8)

    count, length, width, parts, left_out, clear = (word(place) for place in range(6))
    whole = width // lanes * lanes
    with function.loop(function.params["begin"], function.params["end"], name="unit") as unit:
        lot, part = unit // parts, unit % parts
        low, high = length * part // parts, length * (part + 1) // parts
        entries = function.at(word(7, POINTER), lot * count * width * size)
        target = function.at(word(8, POINTER), lot * length * width * size)
        with function.when(clear != 0, "clear"):
            start, stop = low * width, high * width
            vectors = start + (stop - start) // lanes * lanes
            with function.loop(start, vectors, lanes, name="zeros") as place:
                function.store(function.constant(0, wide), function.at(target, place * size), size)
            with function.loop(vectors, stop, name="zero") as place:
                function.store(function.constant(0, memory_type), function.at(target, place * size), size)
        with function.loop(0, count, name="positions") as row:
            position = function.load(function.at(word(6, POINTER), row * step), index_type, step).to(I64)
            own = (position >= low) & (position < high) & (position != left_out)
            with function.when(own, "own"):
                here = function.at(entries, row * width * size)
                there = function.at(target, position * width * size)

                def add(place: Value, type: Type, here: Value = here, there: Value = there) -> None:
                    total = function.at(there, place * size)
                    addend = function.load(function.at(here, place * size), type, size)
                    function.store(function.load(total, type, size) + addend, total, size)

                with function.loop(0, whole, lanes, name="vectors") as column:
                    add(column, wide)
                with function.loop(whole, width, name="rest") as column:
                    add(column, memory_type)
    function.finish()
    return module(function)


@cache
def _kernel(element: str, index: str) -> int:
    loaded = kernels.load(f"add entries {element} {index}", lambda host: write_addition(element, index, host))
    return loaded.address["kernel"]


def add_entries(
    element: str, entries: Array, axis: int, index: Array, target: Array, left_out: int = -1, clear: bool = False
) -> Array:
    """Adds entries at positions along an axis, in order.

    Args:
        element: the dtype of both arrays.
        entries: what is added.
        axis: counted from the front.
        index: a vector of positions, which have been checked.
        target: what it is added to.
        left_out: a position whose entries are not added.
        clear: whether the target is set to 0 before.
    """
    shape = target.shape
    if (
        index.dtype.name not in ("int32", "int64")
        or not (target.flags.c_contiguous and target.flags.writeable)
        or entries.dtype != target.dtype
        or entries.shape != (*shape[:axis], index.size, *shape[axis + 1 :])
    ):
        raise Unsupported("positions of another shape, or gaps in memory")
    if not entries.flags.c_contiguous:
        entries = copied(entries)
    index = np.ascontiguousarray(index)
    lots, length, width = prod(shape[:axis]), shape[axis], prod(shape[axis + 1 :])
    parts = min(-(-crew.wanted // max(lots, 1)), max(length, 1)) if width >= SHARED_FROM else 1
    addresses = map(address_of, (index, entries, target))
    words = elementwise.pack([index.size, length, width, parts, left_out, int(clear), *addresses], ())
    kernel = _kernel(element, index.dtype.name)
    crew.share(kernel, words, lots * parts, entries.size)
    return target
