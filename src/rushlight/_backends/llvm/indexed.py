"""Gathering and scattering along a dimension.

The elements lie as ``lots x length x width``, with positions along the middle. Gathering shares blocks of positions
among the threads. Where values are added at positions that may repeat, a lot is one thread's, and in order: the
result is the same however many threads there are.
"""

from __future__ import annotations

from functools import cache
from math import prod
from typing import Any, Literal

import numpy as np

from . import elementwise, kernels, memory
from .addresses import THREADS_FROM, address_of
from .elementwise import PARAMS
from .host import Host
from .ir import I64, POINTER, Function, Type, Value, module
from .threads import crew
from .typed import ELEMENTS
from .unsupported import Unsupported

Array = np.ndarray[Any, Any]
U64 = Type("u", 64)
Action = Literal["gather", "scatter_add"]

BLOCK = 1 << 12
"""Positions along the dimension in a unit of gathering."""


def write_indexed(action: Action, element: str, index: str, host: Host) -> str:
    """The kernel. Its words: positions and length along the dimension, width, block, blocks; the addresses of the
    positions, of what has the positions' shape, of what they point into, and of a flag that is set where a position
    that is gathered from is outside. Units count blocks in lots.
    """
    function = Function("kernel", PARAMS, host.fused)
    memory_type, index_type = ELEMENTS[element], ELEMENTS[index]
    size, step = memory_type.bits // 8, index_type.bits // 8

    def word(place: int, type: Type = I64) -> Value:
        return function.load(function.at(function.params["words"], 8 * place), type, 8)

    count, length, width, block, blocks = (word(place) for place in range(5))
    with function.loop(function.params["begin"], function.params["end"], name="unit") as unit:
        lot, part = unit // blocks, unit % blocks
        positions = function.at(word(5, POINTER), lot * count * width * step)
        dense = function.at(word(6, POINTER), lot * count * width * size)
        pointed = function.at(word(7, POINTER), lot * length * width * size)
        first = part * block
        last = function.where(first + block < count, first + block, count)

        def one(place: Value, flat: Value) -> None:
            here, there = function.at(dense, place * size), function.at(pointed, flat * size)
            if action == "gather":
                function.store(function.load(there, memory_type, size), here, size)
            else:
                total = function.load(there, memory_type, size) + function.load(here, memory_type, size)
                function.store(total, there, size)

        def position(place: Value) -> Value:
            found = function.load(function.at(positions, place * step), index_type, step).to(I64)
            if action == "scatter_add":
                return found
            inside = found.to(U64) < length.to(U64)
            with function.when(~inside, "outside"):
                function.store(function.constant(1, I64), word(8, POINTER), 8)
            return function.where(inside, found, 0)

        with function.when(width == 1, "vector"):
            with function.loop(first, last, 1, name="positions") as row:
                one(row, position(row))
        with function.when(width != 1, "matrix"):
            with function.loop(first, last, 1, name="rows") as row:
                with function.loop(0, width, 1, name="columns") as column:
                    place = row * width + column
                    one(place, position(place) * width + column)
    function.finish()
    return module(function)


@cache
def _kernel(action: Action, element: str, index: str) -> int:
    loaded = kernels.load(
        f"indexed {action} {element} {index}, checked", lambda host: write_indexed(action, element, index, host)
    )
    return loaded.address["kernel"]


def _run(action: Action, element: str, axis: int, index: Array, dense: Array, pointed: Array) -> None:
    shape = index.shape
    if (
        not axis < index.ndim
        or not index.flags.c_contiguous
        or not dense.flags.c_contiguous
        or not pointed.flags.c_contiguous
        or dense.shape != shape
        or shape[:axis] + shape[axis + 1 :] != pointed.shape[:axis] + pointed.shape[axis + 1 :]
        or dense.dtype != pointed.dtype
    ):
        raise Unsupported("positions of another shape, or gaps in memory")
    lots, count, width = prod(shape[:axis]), shape[axis], prod(shape[axis + 1 :])
    block = BLOCK if action == "gather" else max(count, 1)
    blocks = -(-count // block)
    outside = np.zeros(1, np.int64)
    addresses = map(address_of, (index, dense, pointed, outside))
    words = elementwise.pack([count, pointed.shape[axis], width, block, blocks, *addresses], ())
    kernel = _kernel(action, element, index.dtype.name)
    if index.size >= THREADS_FROM and crew.wanted > 1:
        crew.run(kernel, words, lots * blocks)
    else:
        crew.run_alone(kernel, words, lots * blocks)
    if outside[0]:
        raise Unsupported("positions outside")


def gather(element: str, source: Array, axis: int, index: Array) -> Array:
    """The elements at positions along an axis.

    Raises:
        Unsupported: a position is outside, among other reasons.
    """
    if not source.shape[axis]:
        raise Unsupported("nothing to gather from")
    found = memory.empty(index.shape, source.dtype)
    _run("gather", element, axis, index, found, source)
    return found


def scatter_add(element: str, target: Array, axis: int, index: Array, values: Array) -> Array:
    """Adds values at positions along an axis, in order; the positions have been checked."""
    _run("scatter_add", element, axis, index, values, target)
    return target
