"""Largest and smallest elements so far along a dimension, and their places.

Of an earlier and a later element the later one counts if it is as extreme, or nan; nan stays. Along the last dimension
a vector is settled in itself by halves (the upper half of every group with the last one of the lower half), then with
what came before it. Along another dimension neighbouring columns run beside each other.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from . import kernels, memory, scans
from .elementwise import PARAMS
from .host import Host
from .ir import I64, POINTER, Function, Type, Value, module
from .typed import ELEMENTS
from .unsupported import Unsupported

Array = np.ndarray[Any, Any]
State = tuple[Value, Value]

I32 = Type("i", 32)


def write_extremes(element: str, largest: bool, host: Host) -> str:
    """The kernel. Its words: length, width, vectors of columns in a row; addresses of elements, results and places.
    Units are rows where the width is 1, else vectors of columns in lots.
    """
    memory_type = ELEMENTS[element]
    size = memory_type.bits // 8
    lanes = host.vector_bits // memory_type.bits
    function = Function("kernel", PARAMS, host.fused)

    def word(place: int, type: Type = I64) -> Value:
        return function.load(function.at(function.params["words"], 8 * place), type, 8)

    length, width, tiles = word(0), word(1), word(2)

    def later(first: State, second: State) -> State:
        value, other = second[0], first[0]
        taken = value >= other if largest else value <= other
        if memory_type.kind == "f":
            taken = taken | (value != value)
        return function.where(taken, value, other), function.where(taken, second[1], first[1])

    with function.loop(function.params["begin"], function.params["end"], name="unit") as unit:
        lot, tile = unit // tiles, unit % tiles
        offset = lot * length * width

        def read(place: Value, lanes: int, offset: Value = offset) -> Value:
            address = function.at(word(3, POINTER), (offset + place) * size)
            return function.load(address, memory_type.wide(lanes), size)

        def write(place: Value, state: State, offset: Value = offset) -> None:
            function.store(state[0], function.at(word(4, POINTER), (offset + place) * size), size)
            places = state[1].to(I64)
            function.store(places, function.at(word(5, POINTER), (offset + place) * 8), 8)

        zero = function.lift(0, I64)
        with function.when(width == 1, "row"):
            value, found = function.variable(read(zero, 1)), function.variable(0, I32)
            whole = length // lanes * lanes
            numbers = function.poison(I32.wide(lanes))
            for lane in range(lanes):
                numbers = function.insert(numbers, lane, function.constant(lane, I32))
            with function.loop(0, whole, lanes, name="vectors") as index:
                state = read(index, lanes), numbers + function.lift(index.to(I32), I32.wide(lanes))
                shift = 1
                while shift < lanes:
                    last = [(lane & -shift) - 1 if lane & shift else lane for lane in range(lanes)]
                    first, second = (function.shuffle(part, part, last) for part in state)
                    state = later((first, second), state)
                    shift *= 2
                before = function.lift(value.value, state[0].type), function.lift(found.value, state[1].type)
                state = later(before, state)
                write(index, state)
                value.value, found.value = (function.extract(part, lanes - 1) for part in state)
            with function.loop(whole, length, name="rest") as index:
                state = later((value.value, found.value), (read(index, 1), index.to(I32)))
                write(index, state)
                value.value, found.value = state

        def column(place: Value, lanes: int) -> None:
            value, found = function.variable(read(place, lanes)), function.variable(0, I32.wide(lanes))
            with function.loop(0, length, name="rows") as row:
                here = row * width + place
                state = read(here, lanes), function.lift(row.to(I32), I32.wide(lanes))
                state = later((value.value, found.value), state)
                write(here, state)
                value.value, found.value = state

        with function.when(width != 1, "columns"):
            scans.beside(function, tile, width, lanes, column)
    function.finish()
    return module(function)


@cache
def _kernel(element: str, largest: bool) -> tuple[int, int]:
    loaded = kernels.load(f"running extremes {element} {largest}", lambda host: write_extremes(element, largest, host))
    return loaded.address["kernel"], kernels.host().vector_bits // ELEMENTS[element].bits


def running(element: str, array: Array, largest: bool, axis: int) -> tuple[Array, Array]:
    """The most extreme elements so far along an axis counted from the front, and the last places that have them."""
    if not array.size or array.shape[axis] >= 1 << 31 or element not in ("float32", "float64", "int32", "int64"):
        raise Unsupported("nothing to compare, or elements of another dtype")
    array = np.ascontiguousarray(array)
    values, places = memory.empty(array.shape, array.dtype), memory.empty(array.shape, np.dtype(np.int64))
    kernel, lanes = _kernel(element, largest)
    scans.run(kernel, lanes, axis, array, values, places)
    return values, places
