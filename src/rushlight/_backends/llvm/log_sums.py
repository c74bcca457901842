"""Logarithms of running sums of exponentials along a dimension.

What is carried is a pair: the largest element so far, and the sum of the exponentials of all distances from it. Two
pairs make one with one exponential, that of the distance between their largest elements, so nothing overflows and
nothing small is lost behind something large. Along the last dimension a vector is combined in itself by halves, as in
`scans.py`, then with what came before it; along another, neighbouring columns run beside each other. All of it is in
float64, so that of the last digits of float32 none is lost.
"""

from __future__ import annotations

from functools import cache
from math import inf
from typing import Any

import numpy as np

from . import functions, kernels, memory, scans
from .elementwise import PARAMS
from .host import Host
from .ir import F64, I64, POINTER, Function, Type, Value, module
from .typed import ELEMENTS, FLOATS
from .unsupported import Unsupported

Array = np.ndarray[Any, Any]
State = tuple[Value, Value]


def _joined(first: State, second: State) -> State:
    """The pair of two lots of elements."""
    (here, sum_here), (there, sum_there) = first, second
    known, where = functions.table.FUNCTIONS, here.function.where
    distance = known["exp"](-known["abs"](here - there))
    share = where(here == there, 1.0, distance)  # of two infinities the distance is no number
    larger = where(here > there, sum_here, sum_there)
    smaller = where(here > there, sum_there, sum_here)
    return known["maximum"](here, there), larger + smaller * share


def write_log_sums(element: str, host: Host) -> str:
    """The kernel. Its words: length, width, vectors of columns in a row; addresses of elements and results. Units are
    rows where the width is 1, else vectors of columns in lots.
    """
    memory_type = ELEMENTS[element]
    size = memory_type.bits // 8
    lanes = host.vector_bits // 64
    function = Function("kernel", PARAMS, host.fused, scales=host.scales)

    def word(place: int, type: Type = I64) -> Value:
        return function.load(function.at(function.params["words"], 8 * place), type, 8)

    length, width, tiles = word(0), word(1), word(2)

    def nothing(lanes: int) -> State:
        wide = F64.wide(lanes)
        return function.constant(-inf, wide), function.constant(0, wide)

    with function.loop(function.params["begin"], function.params["end"], name="unit") as unit:
        lot, tile = unit // tiles, unit % tiles
        offset = lot * length * width
        source, target = (function.at(word(place, POINTER), offset * size) for place in (3, 4))

        def read(place: Value, lanes: int, source: Value = source) -> State:
            value = function.load(function.at(source, place * size), memory_type.wide(lanes), size).to(F64)
            return value, function.constant(1, F64.wide(lanes))

        def write(place: Value, state: State, target: Value = target) -> None:
            value = (state[0] + functions.table.FUNCTIONS["log"](state[1])).to(memory_type)
            function.store(value, function.at(target, place * size), size)

        with function.when(width == 1, "row"):
            before = [function.variable(part) for part in nothing(1)]
            whole = length // lanes * lanes
            with function.loop(0, whole, lanes, name="vectors") as index:
                state, start = read(index, lanes), nothing(lanes)
                shift = 1
                while shift < lanes:
                    # the upper half of every group takes the last one of the lower half: no lane moves farther
                    last = [lanes + (lane & -shift) - 1 if lane & shift else 0 for lane in range(lanes)]
                    moved = [function.shuffle(none, part, last) for none, part in zip(start, state, strict=True)]
                    state = _joined((moved[0], moved[1]), state)
                    shift *= 2
                known = [function.spread(part.value, lanes) for part in before]
                state = _joined((known[0], known[1]), state)
                write(index, state)
                for part, value in zip(before, state, strict=True):
                    part.value = function.extract(value, lanes - 1)
            with function.loop(whole, length, name="rest") as index:
                state = _joined((before[0].value, before[1].value), read(index, 1))
                write(index, state)
                before[0].value, before[1].value = state

        def column(place: Value, lanes: int) -> None:
            total = [function.variable(part) for part in nothing(lanes)]
            for part, value in zip(total, nothing(lanes), strict=True):
                part.value = value
            with function.loop(0, length, name="rows") as row:
                here = row * width + place
                state = _joined((total[0].value, total[1].value), read(here, lanes))
                write(here, state)
                total[0].value, total[1].value = state

        with function.when(width != 1, "columns"):
            scans.beside(function, tile, width, lanes, column)
    function.finish()
    return module(function)


@cache
def _kernel(element: str) -> tuple[int, int]:
    loaded = kernels.load(f"log sums {element}", lambda host: write_log_sums(element, host))
    return loaded.address["kernel"], kernels.host().vector_bits // 64


def scan(element: str, array: Array, axis: int) -> Array:
    """The logarithms of running sums of exponentials along an axis counted from the front."""
    if not array.size or element not in FLOATS:
        raise Unsupported("nothing to add up, or elements of another dtype")
    array = np.ascontiguousarray(array)
    found = memory.empty(array.shape, array.dtype)
    kernel, lanes = _kernel(element)
    scans.run(kernel, lanes, axis, array, found)
    return found
