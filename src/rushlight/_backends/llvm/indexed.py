"""Elements and entries at indexed places: gathered, written, added, multiplied or compared with what is there.

What is indexed lies as ``lots x places x width``. There are two kernels. One goes through *elements*, with a position
for each along one or several neighbouring dimensions: `gather`, `scatter_add`, ``x[i, j]``, a column picked by number.
The other goes through *entries* of several elements, a position for each: rows of a table.

Reading shares out blocks of positions among the threads and looks itself whether they are inside; nobody sees what it
has read by the time one is not. Where values are written or combined, positions have been checked, and those that may
meet are one thread's, in their order: the result is the same however many threads there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from math import prod
from typing import Any, Literal

import numpy as np

from . import elementwise, kernels, memory
from .addresses import address_of
from .copying import SAME, STREAM_FROM, copied
from .elementwise import PARAMS
from .host import Host
from .ir import I64, POINTER, Function, Type, Value, module
from .threads import crew
from .typed import ELEMENTS
from .unsupported import Unsupported

Array = np.ndarray[Any, Any]
U64 = Type("u", 64)
Combine = Literal["set", "add", "mul", "maximum", "minimum"]
Action = Literal["gather", "set", "add", "mul", "maximum", "minimum"]

BLOCK = 1 << 13
"""Elements in a unit of reading."""

MOST_LANES = 16
"""Elements that are read one by one and written as one vector."""

PARTS = 8
"""Into how many parts values are divided that meet in few places. As many whoever runs them, so that sums are rounded
in the same way everywhere."""


def _combined(function: Function, action: Action, old: Value, new: Value) -> Value:
    """What is left at a place where a value comes in."""
    if action == "add":
        return old + new
    if action == "mul":
        return old * new
    better = new > old if action == "maximum" else new < old
    if new.type.kind == "f":
        better = better | (new != new)
    return function.where(better, new, old)


def write_elements(
    action: Action, element: str, index: str, dims: int, from_end: bool, streaming: bool, host: Host
) -> str:  # fmt: skip
    """The kernel for elements. Its words: lines, lines of a lot, elements of a line; lines and elements of a line in a
    unit, and parts of a line; elements of positions from line to line; what a step along a line and a lot add to the
    place; elements of the other array from one to the next; addresses of that, of what is indexed, and of a flag that
    is set where a position to be read is outside; for each dimension that is indexed the address of its positions, its
    length and its step.

    Args:
        action: what happens.
        element: how elements lie in memory.
        index: the dtype of positions.
        dims: how many dimensions are indexed.
        from_end: whether negative positions count from the end.
        streaming: whether what is read is written past the caches.
        host: the processor.
    """
    function = Function("kernel", PARAMS, host.fused)
    memory_type, index_type = ELEMENTS[element], ELEMENTS[index]
    size, step = memory_type.bits // 8, index_type.bits // 8
    lanes = min(host.vector_bits // memory_type.bits, MOST_LANES)

    def word(place: int, type: Type = I64) -> Value:
        return function.load(function.at(function.params["words"], 8 * place), type, 8)

    lines, per_lot, extent, high, wide, parts, index_step, along, lot_step, dense_step = map(word, range(10))
    indexed = [(word(13 + 3 * dim, POINTER), word(14 + 3 * dim), word(15 + 3 * dim)) for dim in range(dims)]

    def place(column: Value, line: Value, count: int) -> Value:
        """Where elements of a line are."""
        type = I64.wide(count)
        found = function.lift(column * along, type)
        if count > 1:
            found = found + function.numbered(type) * function.lift(along, type)
        for address, length, each in indexed:
            source = function.at(address, (line * index_step + column) * step)
            position = function.load(source, index_type.wide(count), step).to(I64)
            if from_end:
                position = function.where(position < 0, position + length, position)
            if action == "gather":
                inside = position.to(U64) < length.to(U64)
                with function.when(function.any_lane(~inside), "outside"):
                    function.store(function.constant(1, I64), word(12, POINTER), 8)
                position = function.where(inside, position, 0)
            found = found + position * function.lift(each, type)
        return found

    with function.loop(function.params["begin"], function.params["end"], name="unit") as unit:
        first, begin = unit // parts * high, unit % parts * wide
        last = function.where(first + high < lines, first + high, lines)
        end = function.where(begin + wide < extent, begin + wide, extent)
        with function.loop(first, last, name="line") as line:
            dense = function.at(word(10, POINTER), line * extent * dense_step * size)
            pointed = function.at(word(11, POINTER), line // per_lot * lot_step * size)
            whole = begin
            if action == "gather":
                whole = begin + (end - begin) // lanes * lanes
                with function.loop(begin, whole, lanes, name="vectors") as column:
                    places = place(column, line, lanes)
                    value = function.poison(memory_type.wide(lanes))
                    for lane in range(lanes):
                        here = function.at(pointed, function.extract(places, lane) * size)
                        value = function.insert(value, lane, function.load(here, memory_type, size))
                    there = function.at(dense, column * size)
                    function.store(value, there, size * lanes if streaming else size, streaming)
            with function.loop(whole, end, name="elements") as column:
                here = function.at(pointed, place(column, line, 1) * size)
                there = function.at(dense, column * dense_step * size)
                if action == "gather":
                    function.store(function.load(here, memory_type, size), there, size)
                else:
                    value = function.load(there, memory_type, size)
                    if action != "set":
                        value = _combined(function, action, function.load(here, memory_type, size), value)
                    function.store(value, here, size)
    _finish(function, streaming, host)
    return module(function)


def write_entries(
    action: Literal["gather", "set"], bits: int, index: str, from_end: bool, streaming: bool, host: Host
) -> str:  # fmt: skip
    """The kernel for entries. Its words: positions, length of the dimension, width; positions in a unit of reading, or
    parts of the dimension where values are written; units of a lot; the addresses of the positions, of the other
    array, of what is indexed, and of a flag for positions outside.
    """
    function = Function("kernel", PARAMS, host.fused)
    memory_type, index_type = Type("u", bits), ELEMENTS[index]
    size, step = bits // 8, index_type.bits // 8
    lanes = host.vector_bits // bits

    def word(place: int, type: Type = I64) -> Value:
        return function.load(function.at(function.params["words"], 8 * place), type, 8)

    count, length, width, block, per_lot = map(word, range(5))
    whole = width // lanes * lanes
    with function.loop(function.params["begin"], function.params["end"], name="unit") as unit:
        lot, part = unit // per_lot, unit % per_lot
        dense = function.at(word(6, POINTER), lot * count * width * size)
        pointed = function.at(word(7, POINTER), lot * length * width * size)
        if action == "gather":
            first = part * block
            last = function.where(first + block < count, first + block, count)
        else:
            first, last = function.lift(0, I64), count
            low, high = length * part // per_lot, length * (part + 1) // per_lot
        with function.loop(first, last, name="positions") as row:
            position = function.load(function.at(word(5, POINTER), row * step), index_type, step).to(I64)
            if from_end:
                position = function.where(position < 0, position + length, position)
            if action == "gather":
                own = position.to(U64) < length.to(U64)
                with function.when(~own, "outside"):
                    function.store(function.constant(1, I64), word(8, POINTER), 8)
            else:
                own = (position >= low) & (position < high)
            with function.when(own, "own"):
                ends = function.at(pointed, position * width * size), function.at(dense, row * width * size)
                source, target = ends if action == "gather" else ends[::-1]
                with function.loop(0, whole, lanes, name="vectors") as column:
                    value = function.load(function.at(source, column * size), memory_type.wide(lanes), size)
                    there = function.at(target, column * size)
                    function.store(value, there, size * lanes if streaming else size, streaming)
                with function.loop(whole, width, name="rest") as column:
                    value = function.load(function.at(source, column * size), memory_type, size)
                    function.store(value, function.at(target, column * size), size)
    _finish(function, streaming, host)
    return module(function)


def _finish(function: Function, streaming: bool, host: Host) -> None:
    if streaming and host.triple.startswith("x86_64"):
        function.effectful("x86.sse.sfence")
    function.finish()


@cache
def _elements(action: Action, element: str, index: str, dims: int, from_end: bool, streaming: bool) -> int:
    key = (action, element, index, dims, from_end, streaming)
    return kernels.load(f"indexed elements {key}", lambda host: write_elements(*key, host)).address["kernel"]


@cache
def _entries(action: Literal["gather", "set"], bits: int, index: str, from_end: bool, streaming: bool) -> int:
    key = (action, bits, index, from_end, streaming)
    return kernels.load(f"indexed entries {key}", lambda host: write_entries(*key, host)).address["kernel"]


def _plain(array: Array) -> Array:
    """An array as it is if it lies in the order of its dimensions, else a copy."""
    return array if array.flags.c_contiguous else copied(array)


def _streams(array: Array, width: int) -> bool:
    """Whether rows of some elements may be written past the caches."""
    row = width * array.itemsize
    return array.nbytes >= STREAM_FROM and not row % memory.ALIGNMENT and not address_of(array) % memory.ALIGNMENT


class _Lines:
    """How a kernel for elements goes through positions.

    Args:
        lines: how many there are.
        per_lot: of how many a lot consists.
        extent: positions of a line.
        index_step: positions from line to line.
        along: what a step along a line adds to the place.
        lot_step: elements of a lot of what is indexed.
    """

    def __init__(self, lines: int, per_lot: int, extent: int, index_step: int, along: int, lot_step: int) -> None:
        self.lines, self.per_lot, self.extent = lines, per_lot, extent
        self.rest = (index_step, along, lot_step)

    def run(
        self, action: Action, element: str, dense: Array, pointed: Array, indices: Sequence[tuple[Array, int, int]],
        from_end: bool = False,
    ) -> None:  # fmt: skip
        """Runs the kernel.

        Args:
            action: what happens.
            element: the dtype.
            dense: the other array, or one value.
            pointed: what is indexed.
            indices: for each dimension positions, its length and its step in elements.
            from_end: whether negative positions count from the end.
        """
        lines, per_lot, extent = self.lines, self.per_lot, self.extent
        size = lines * extent
        if not size:
            return
        if action == "gather":
            wide = min(extent, BLOCK)
            high = max(1, BLOCK // wide)
        else:  # lots have places of their own, and so have columns
            wide = -(-extent // (2 * crew.wanted)) if lines == per_lot and self.rest[1] else extent
            high = -(-max(1, BLOCK // extent) // per_lot) * per_lot
        parts = -(-extent // wide)
        streaming = action == "gather" and _streams(dense, extent)
        outside = np.zeros(1, np.int64)
        words = [lines, per_lot, extent, high, wide, parts, *self.rest, int(dense.size > 1 or size == 1)]
        words += map(address_of, (dense, pointed, outside))
        for index, length, step in indices:
            words += (address_of(index), length, step)
        kernel = _elements(action, element, indices[0][0].dtype.name, len(indices), from_end, streaming)
        crew.share(kernel, elementwise.pack(words, ()), -(-lines // high) * parts, size)
        if outside[0]:
            raise Unsupported("positions outside")


def _along(axis: int, index: Array, length: int) -> _Lines:
    """Lines of positions that have a dimension of their own for each of the array's."""
    shape = index.shape
    lots, count, width = prod(shape[:axis]), shape[axis], prod(shape[axis + 1 :])
    if width == count == 1:
        return _Lines(1, 1, lots, 0, length, 0)
    if width == 1:
        return _Lines(lots, 1, count, count, 0, length)
    return _Lines(lots * count, count, width, width, 1, length * width)


def _cut(array: Array, axis: int, index: Array) -> Array:
    """The part of an array that positions along an axis speak of, in the order of its dimensions."""
    shape = tuple(array.shape[dim] if dim == axis else size for dim, size in enumerate(index.shape))
    if array.shape != shape:
        array = array[tuple(map(slice, shape))]
    return _plain(array)


def gather(source: Array, axis: int, index: Array) -> Array:
    """The elements at positions along an axis.

    Raises:
        Unsupported: a position is outside, among other reasons.
    """
    if not source.shape[axis] or source.itemsize not in SAME or source.dtype.hasobject:
        raise Unsupported("nothing to gather from, or wide elements")
    source, index = _cut(source, axis, index), _plain(index)
    found = memory.empty(index.shape, source.dtype)
    length, width = source.shape[axis], prod(index.shape[axis + 1 :])
    _along(axis, index, length).run("gather", SAME[source.itemsize], found, source, [(index, length, width)])
    return found


def place(action: Combine, target: Array, axis: int, index: Array, values: Array) -> Array:
    """Writes values, or one value, at positions along an axis, or combines them with what is there.

    Args:
        action: how.
        target: lies in the order of its dimensions.
        axis: counted from the front.
        index: positions, which have been checked.
        values: in the shape of the positions, or one.
    """
    length = target.shape[axis]
    shape = (*index.shape[:axis], length, *index.shape[axis + 1 :])
    if target.shape != shape or not target.flags.c_contiguous or not target.flags.writeable:
        raise Unsupported("an array with gaps")
    element = _element(action, target)
    index = _plain(index)
    if values.ndim and not any(values.strides):  # one value for all
        values = values[(slice(0, 1),) * values.ndim]
    values = _plain(values)
    width = prod(shape[axis + 1 :])
    if action == "add" and length == target.size and length * PARTS <= index.size and values.size > 1:
        return _add_in_parts(element, target, index, values)
    _along(axis, index, length).run(action, element, values, target, [(index, length, width)])
    return target


def reduce(target: Array, axis: int, index: Array, values: Array, action: Combine, start: Any = None) -> Array:
    """Combines values that meet at positions along an axis.

    Args:
        target: lies in the order of its dimensions.
        axis: counted from the front.
        index: positions, which have been checked.
        values: in the shape of the positions, or one.
        action: how.
        start: what the places hold before; what is in the target where None.
    """
    _element(action, target)
    if start is not None:
        place("set", target, axis, index, np.asarray(start, target.dtype))
    return place(action, target, axis, index, values)


def _element(action: Combine, target: Array) -> str:
    if target.dtype.hasobject or target.itemsize not in SAME:
        raise Unsupported("wide elements")
    if action == "set":
        return SAME[target.itemsize]
    name = target.dtype.name
    if name not in ELEMENTS or target.dtype.kind not in "fiu" or (target.itemsize == 2 and name != "int16"):
        raise Unsupported(f"arithmetic of {name}")
    return name


def _add_in_parts(element: str, target: Array, index: Array, values: Array) -> Array:
    """Adds values at few places: parts of the values to zeros, each by one thread, then these to the target."""
    length = target.size
    count = index.size // PARTS
    sums = np.zeros((PARTS, length), target.dtype)
    for begin, lines in ((0, PARTS), (PARTS * count, 1)):
        size = count if lines > 1 else index.size - begin
        if size:
            parts = [array.reshape(-1)[begin : begin + lines * size] for array in (index, values)]
            _Lines(lines, 1, size, size, 0, length).run("add", element, parts[1], sums, [(parts[0], length, 1)])
    flat = target.reshape(-1)
    np.add(flat, np.add.reduce(sums, 0, target.dtype), out=flat)
    return target


def _as_places(array: Array, axis: int, indices: Sequence[Array]) -> tuple[_Lines, list[tuple[Array, int, int]]]:
    """Lines of positions that index neighbouring dimensions to the last."""
    steps = [1]
    for size in reversed(array.shape[axis + 1 :]):
        steps.insert(0, steps[0] * size)
    lots, extent = prod(array.shape[:axis]), indices[0].size
    lines = _Lines(lots, 1, extent, 0, 0, steps[0] * array.shape[axis])
    return lines, [(index, array.shape[axis + dim], steps[dim]) for dim, index in enumerate(indices)]


def take(source: Array, axis: int, indices: Sequence[Array], from_end: bool = False) -> Array:
    """The entries at positions along neighbouring dimensions.

    Args:
        source: any array.
        axis: the first of the dimensions.
        indices: positions of one shape, for each dimension.
        from_end: whether negative ones count from the end.

    Raises:
        Unsupported: a position is outside, among other reasons.
    """
    if source.itemsize not in SAME or source.dtype.hasobject or not source.size:
        raise Unsupported("nothing to take, or wide elements")
    source, indices = _plain(source), [_plain(index) for index in indices]
    rest = source.shape[axis + len(indices) :]
    found = memory.empty(source.shape[:axis] + indices[0].shape + rest, source.dtype)
    if not found.size:
        raise Unsupported("nothing to take")
    width = prod(rest)
    if width == 1:
        lines, places = _as_places(source, axis, indices)
        lines.run("gather", SAME[source.itemsize], found, source, places, from_end)
    elif len(indices) == 1:
        _run_entries("gather", found, source, axis, indices[0], from_end)
    else:
        raise Unsupported("entries at positions along several dimensions")
    return found


def put(target: Array, axis: int, indices: Sequence[Array], values: Array, from_end: bool = False) -> Array:
    """Writes entries at positions, which have been checked, along neighbouring dimensions: what `take` takes.

    Args:
        target: lies in the order of its dimensions.
        axis: the first of the dimensions.
        indices: positions of one shape, for each dimension.
        values: of the shape that `take` gives.
        from_end: whether negative ones count from the end.
    """
    element = _element("set", target)
    if not target.flags.c_contiguous or not target.flags.writeable or not values.size:
        raise Unsupported("an array with gaps")
    values, indices = _plain(values), [_plain(index) for index in indices]
    if target.ndim == axis + len(indices):
        lines, places = _as_places(target, axis, indices)
        lines.run("set", element, values, target, places, from_end)
    elif len(indices) == 1:
        _run_entries("set", values, target, axis, indices[0], from_end)
    else:
        raise Unsupported("entries at positions along several dimensions")
    return target


def _run_entries(
    action: Literal["gather", "set"], dense: Array, pointed: Array, axis: int, index: Array, from_end: bool
) -> None:
    lots, length, width = prod(pointed.shape[:axis]), pointed.shape[axis], prod(pointed.shape[axis + 1 :])
    if action == "gather":
        block = max(1, BLOCK // width)
        per_lot = -(-index.size // block)
    else:
        block, per_lot = 0, min(crew.wanted if lots == 1 else 1, length)
    outside = np.zeros(1, np.int64)
    words = [index.size, length, width, block, per_lot, *map(address_of, (index, dense, pointed, outside))]
    streaming = action == "gather" and _streams(dense, width)
    kernel = _entries(action, 8 * dense.itemsize, index.dtype.name, from_end, streaming)
    crew.share(kernel, elementwise.pack(words, ()), lots * per_lot, dense.size)
    if outside[0]:
        raise Unsupported("positions outside")
