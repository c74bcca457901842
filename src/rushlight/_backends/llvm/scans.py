"""Running sums and products along the last dimension, and along others.

Along the last dimension a vector is summed up in itself (every lane with those before it: as many steps as its length
has bits), then raised by the total of the vectors before it. Sums of float32 are carried in float64, as in torch. Along
another dimension neighbouring columns run beside each other, which needs no more than a loop.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from math import prod
from typing import Any

import numpy as np

from . import elementwise, kernels, memory
from .addresses import address_of
from .elementwise import PARAMS
from .host import Host
from .ir import F64, I64, POINTER, Function, Type, Value, module
from .threads import crew
from .typed import ELEMENTS
from .unsupported import Unsupported

Array = np.ndarray[Any, Any]

TILE = 4
"""Vectors of columns beside each other."""


def _join(name: str, first: Value, second: Value) -> Value:
    return first + second if name == "add" else first * second


def write_scan(name: str, element: str, host: Host) -> str:
    """The kernel. Its words: length, width, tiles, source, target; units are rows where the width is 1, else tiles of
    columns in lots.
    """
    memory_type = ELEMENTS[element]
    carried = F64 if element in ("float32", "float64") else memory_type
    lanes = host.vector_bits // carried.bits
    size = memory_type.bits // 8
    function = Function("kernel", PARAMS, host.fused)

    def word(place: int, type: Type = I64) -> Value:
        return function.load(function.at(function.params["words"], 8 * place), type, 8)

    length, width, tiles = word(0), word(1), word(2)
    identity = 0 if name == "add" else 1
    start = function.constant(identity, carried.wide(lanes))
    with function.loop(function.params["begin"], function.params["end"], name="unit") as unit:
        tile, lot = unit % tiles, unit // tiles
        offset = lot * length * width * size
        source, target = function.at(word(3, POINTER), offset), function.at(word(4, POINTER), offset)

        def one(place: Value, total: Any, source: Value = source, target: Value = target) -> None:
            value = function.load(function.at(source, place * size), memory_type, size).to(carried)
            total.value = _join(name, total.value, value)
            function.store(total.value.to(memory_type), function.at(target, place * size), size)

        total = function.variable(identity, carried)
        with function.when(width == 1, "row"):
            total.value = identity
            whole = length // lanes * lanes
            with function.loop(0, whole, lanes, name="vectors") as index:
                value = function.load(function.at(source, index * size), memory_type.wide(lanes), size).to(carried)
                shift = 1
                while shift < lanes:
                    # the upper half of every group takes the last one of the lower half: no lane moves farther
                    last = [lanes + (lane & -shift) - 1 if lane & shift else 0 for lane in range(lanes)]
                    value = _join(name, value, function.shuffle(start, value, last))
                    shift *= 2
                before = total.value
                found = _join(name, value, before)
                function.store(found.to(memory_type), function.at(target, index * size), size)
                total.value = _join(name, function.extract(value, lanes - 1), before)
            with function.loop(whole, length, 1, name="rest") as index:
                one(index, total)
        with function.when(width != 1, "columns"):
            left = tile * (TILE * lanes)
            right = function.where(left + TILE * lanes < width, left + TILE * lanes, width)
            vectors = left + (right - left) // lanes * lanes
            sums = function.variable(start)
            with function.loop(left, vectors, lanes, name="vectors") as column:
                sums.value = start
                with function.loop(0, length, 1, name="rows") as row:
                    place = (row * width + column) * size
                    value = function.load(function.at(source, place), memory_type.wide(lanes), size).to(carried)
                    sums.value = _join(name, sums.value, value)
                    function.store(sums.value.to(memory_type), function.at(target, place), size)
            with function.loop(vectors, right, 1, name="rest") as column:
                total.value = identity
                with function.loop(0, length, 1, name="rows") as row:
                    one(row * width + column, total)
    function.finish()
    return module(function)


@cache
def _kernel(name: str, element: str) -> tuple[int, int]:
    loaded = kernels.load(f"scan {name} {element}, by halves", lambda host: write_scan(name, element, host))
    bits = max(ELEMENTS[element].bits, 64 if element == "float32" else 0)
    return loaded.address["kernel"], kernels.host().vector_bits // bits


def scan(element: str, array: Array, name: str, axis: int) -> Array:
    """Running sums (``add``) or products (``mul``) along an axis."""
    if not array.size or not -array.ndim <= axis < array.ndim:
        raise Unsupported("nothing to scan")
    axis %= array.ndim
    array = np.ascontiguousarray(array)
    found = memory.empty(array.shape, array.dtype)
    kernel, lanes = _kernel(name, element)
    run(kernel, TILE * lanes, axis, array, found)
    return found


def run(kernel: int, columns: int, axis: int, array: Array, *results: Array) -> None:
    """Runs a kernel along an axis; its units are rows, or as many neighbouring columns as it says.

    Args:
        kernel: its words are the length of the axis, the elements behind it, parts of these, and addresses.
        columns: of a part.
        axis: counted from the front.
        array: what it reads, contiguous.
        results: what it writes.
    """
    length, width = array.shape[axis], prod(array.shape[axis + 1 :])
    parts = 1 if width == 1 else -(-width // columns)
    words = elementwise.pack([length, width, parts, *map(address_of, (array, *results))], ())
    crew.share(kernel, words, prod(array.shape[:axis]) * parts, array.size)


def beside(function: Function, part: Value, width: Value, lanes: int, column: Callable[[Value, int], None]) -> None:
    """Writes what runs a part of as many columns as lanes: as a vector, or one by one where the last has fewer.

    Args:
        function: where to.
        part: the number of the part.
        width: how many columns there are.
        lanes: of a vector.
        column: writes what goes down columns from a place on, so many beside each other.
    """
    left = part * lanes
    with function.when(left + lanes <= width, "wide"):
        column(left, lanes)
    with function.when(left + lanes > width, "narrow"), function.loop(left, width, name="single") as place:
        column(place, 1)
