"""Copies from any layout and dtype to any other.

The dimensions of both sides are joined where neither has a gap, and ordered by the steps of the target. The last is
the inner loop, a vector at a time; the one before it is run through in the same unit of work, so that a unit has some
thousand elements however short rows are. Where the last dimension is shorter than a vector (a picture's three colours,
every element repeated four times), the longest one takes its place.

Along the inner loop the source's elements lie side by side (``c``), side by side but backwards (``r``), with gaps
(``s``), or there is one for all (``u``); those of the target lie side by side or with gaps.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from math import prod
from typing import Any

import numpy as np

from ..._core.dtypes import bfloat16
from . import elementwise, kernels, memory
from .addresses import address_of
from .elementwise import PARAMS, decoded, rounded
from .host import Host
from .ir import F32, I64, POINTER, Function, Type, Value, module
from .layout import MOST_OUTER
from .threads import crew
from .transposing import Loop, near_loop, turn
from .typed import ELEMENTS, NARROW
from .unsupported import Unsupported

Array = np.ndarray[Any, Any]

BLOCK = 1 << 14
"""Elements of a unit of work."""

STREAM_FROM = 1 << 24
"""Bytes from which what is written goes past the caches."""

SHORT = 8
"""Elements from which the last dimension is the inner loop."""

SAME = {1: "uint8", 2: "bfloat16", 4: "int32", 8: "int64"}
"""What is copied as it is, by its bytes."""

_NAMES = {np.dtype(name): name for name in (
    "float32", "float64", "float16", "int8", "int16", "int32", "int64", "uint8", "bool",
)} | {bfloat16.numpy: "bfloat16"}  # fmt: skip


def converted(value: Value, old: str, new: str) -> Value:
    """An element as it lies in memory, in the form in which one of another dtype does; floats as C converts them."""
    function = value.function
    if old == new:
        return value
    value = decoded(value, old)
    if new == "bool":
        return rounded(value != 0 if value.type.kind != "b" else value, new)
    form = (F32 if new in NARROW else ELEMENTS[new]).wide(value.type.lanes)
    if value.type.kind == "b":
        value = function.where(value, function.constant(1, form), function.constant(0, form))
    elif value.type.kind == "f" and form.kind in "iu" and form.bits < 32:
        value = value.to(Type("i", 32)).to(form)  # what is out of range wraps around, as on the scalar side
    else:
        value = value.to(form)
    return rounded(value, new)


def write_copy(old: str, new: str, classes: str, outer: int, streaming: bool, host: Host) -> str:
    """The kernel. Its words: rows, length of a row, rows in a unit, elements of a row in a unit, and the numbers of
    these parts; outer lengths; for source and target the address, the steps in a row, from row to row, and outer ones.
    Units count parts of rows in parts of all rows in outer places.
    """
    function = Function("kernel", PARAMS, host.fused)
    reads, writes = ELEMENTS[old], ELEMENTS[new]
    bits = max(reads.bits, writes.bits, 0 if old == new else 32)
    lanes = host.vector_bits // bits

    def word(place: int, type: Type = I64) -> Value:
        return function.load(function.at(function.params["words"], 8 * place), type, 8)

    rows, length, high, wide, row_parts, parts = (word(place) for place in range(6))
    sizes = [word(6 + level) for level in range(outer)]
    first = (6 + outer, 9 + 2 * outer)
    steps, row_steps = [word(place + 1) for place in first], [word(place + 2) for place in first]
    for side, type in enumerate((reads, writes)):
        if classes[side] == "c":
            steps[side] = function.lift(type.bits // 8, I64)
    with function.loop(function.params["begin"], function.params["end"], name="unit") as unit:
        part, rest = unit % parts, unit // parts
        row_part, rest = rest % row_parts, rest // row_parts
        bases = [word(place, POINTER) for place in first]
        for level in reversed(range(outer)):
            place = rest % sizes[level]
            rest = rest // sizes[level]
            bases = [
                function.at(base, place * word(start + 3 + level)) for base, start in zip(bases, first, strict=True)
            ]
        start, row_start = part * wide, row_part * high
        stop = function.where(start + wide < length, start + wide, length)
        row_stop = function.where(row_start + high < rows, row_start + high, rows)
        whole = start + (stop - start) // lanes * lanes
        with function.loop(row_start, row_stop, name="row") as row:
            source, target = (
                function.at(base, row * step) for base, step in zip(bases, row_steps, strict=True)
            )  # fmt: skip
            single = function.load(source, reads, reads.bits // 8) if classes[0] == "u" else None
            splat = None if single is None else converted(function.spread(single, lanes), old, new)
            with function.loop(start, whole, lanes, name="vectors") as place:
                value = splat
                if value is None:
                    here = function.at(source, place * steps[0])
                    value = converted(_read(function, here, steps[0], classes[0], reads.wide(lanes)), old, new)
                _write(function, value, function.at(target, place * steps[1]), steps[1], classes[1], streaming)
            with function.loop(whole, stop, name="rest") as place:
                value = single
                if value is None:
                    value = function.load(function.at(source, place * steps[0]), reads, reads.bits // 8)
                function.store(converted(value, old, new), function.at(target, place * steps[1]), writes.bits // 8)
    if streaming and host.triple.startswith("x86_64"):
        function.effectful("x86.sse.sfence")
    function.finish()
    return module(function)


def _read(function: Function, address: Value, step: Value, letter: str, type: Type) -> Value:
    """A vector of the source."""
    size = type.bits // 8
    if letter == "c":
        return function.load(address, type, size)
    if letter == "r":
        value = function.load(function.at(address, -size * (type.lanes - 1)), type, size)
        return function.shuffle(value, value, range(type.lanes - 1, -1, -1))
    value = function.poison(type)
    for lane in range(type.lanes):
        value = function.insert(value, lane, function.load(function.at(address, step * lane), type.wide(1), size))
    return value


def _write(function: Function, value: Value, address: Value, step: Value, letter: str, streaming: bool) -> None:
    """A vector of the target."""
    size = value.type.bits // 8
    if letter == "c":
        function.store(value, address, size * value.type.lanes if streaming else size, streaming)
        return
    for lane in range(value.type.lanes):
        function.store(function.extract(value, lane), function.at(address, step * lane), size)


@cache
def _kernel(old: str, new: str, classes: str, outer: int, streaming: bool) -> int:
    text = f"copy {old} {new} {classes} {outer} {streaming}"
    return kernels.load(text, lambda host: write_copy(old, new, classes, outer, streaming, host)).address["kernel"]


def _streams(target: Array, loops: Sequence[Loop]) -> bool:
    """Whether what is written may go past the caches: all rows have to begin where a vector may be written."""
    return (
        target.nbytes >= STREAM_FROM
        and loops[-1].target == target.itemsize
        and not any(loop.target % memory.ALIGNMENT for loop in loops[:-1])
        and not address_of(target) % memory.ALIGNMENT
    )


def _loops(source: Array, target: Array) -> list[Loop]:
    """The loops over two arrays of one shape, by the target's steps from the longest to the shortest."""
    if source.flags.c_contiguous and target.flags.c_contiguous:
        return [Loop(target.size, source.itemsize, target.itemsize)]
    pairs = zip(target.shape, source.strides, target.strides, strict=True)
    dims = [Loop(*dim) for dim in pairs if dim[0] != 1]
    dims.sort(key=lambda dim: (-abs(dim.target), -abs(dim.source)))
    loops: list[Loop] = []
    for dim in dims:
        if loops and loops[-1].source == dim.source * dim.length and loops[-1].target == dim.target * dim.length:
            loops[-1] = Loop(loops[-1].length * dim.length, dim.source, dim.target)
        else:
            loops.append(dim)
    return loops or [Loop(1, source.itemsize, target.itemsize)]


def _names(source: Array, target: Array) -> tuple[str, str]:
    if source.dtype == target.dtype and source.itemsize in SAME:
        return SAME[source.itemsize], SAME[source.itemsize]
    old, new = _NAMES.get(source.dtype), _NAMES.get(target.dtype)
    if old is None or new is None:
        raise Unsupported(f"copies from {source.dtype} to {target.dtype}")
    if "float16" in (old, new) and not kernels.host().fused:  # its conversions came with the same processors
        raise Unsupported("float16 on this processor")
    return old, new


def into(source: Array, target: Array) -> Array:
    """Writes the elements of an array that broadcasts to the target's shape into a target that it does not overlap.

    Raises:
        Unsupported: a dtype is not known here, or there are too many dimensions with gaps.
    """
    if source.dtype.hasobject or not target.size:
        raise Unsupported("nothing to copy")
    if source.shape != target.shape:
        try:
            source = np.broadcast_to(source, target.shape)
        except ValueError:
            raise Unsupported("shapes that do not broadcast") from None
    if source.itemsize == 16 and source.dtype == target.dtype:
        source, target = source[..., None].view(np.int64), target[..., None].view(np.int64)
    names = _names(source, target)
    loops = _loops(source, target)
    near = near_loop(loops, source.itemsize, target.itemsize)
    if near is None:
        _straight(names, loops, source, target)
    elif source.itemsize == target.itemsize and names[0] == names[1]:
        turn(loops, near, source, target)
    elif target.itemsize < source.itemsize:  # what is fewer bytes is turned
        into(into(source, _like(source, target.dtype)), target)
    else:
        into(into(source, _like(target, source.dtype)), target)
    return target


def _like(array: Array, element: np.dtype[Any]) -> Array:
    """Room for an array of another dtype with the same order of dimensions."""
    return memory.empty_ordered(
        array.shape, tuple(np.argsort([-step for step in array.strides], kind="stable")), element
    )


def _straight(names: tuple[str, str], loops: list[Loop], source: Array, target: Array) -> None:
    """Copies row by row."""
    size = source.itemsize
    if loops[-1].length < SHORT:
        best = max(range(len(loops)), key=lambda place: (abs(loops[place].source) == size, loops[place].length))
        loops.append(loops.pop(best))
    *outer, rows, row = loops if len(loops) > 1 else (Loop(1, 0, 0), *loops)
    if len(outer) > MOST_OUTER:
        raise Unsupported(f"{len(loops)} dimensions that cannot be joined")
    letter = {size: "c", -size: "r", 0: "u"}.get(row.source, "s")
    classes = letter + ("c" if row.target == target.itemsize else "s")
    wide = min(row.length, BLOCK if rows.length >= SHORT else BLOCK // rows.length)
    high = min(rows.length, BLOCK // wide)
    parts, row_parts = -(-row.length // wide), -(-rows.length // high)
    words = [rows.length, row.length, high, wide, row_parts, parts, *(loop.length for loop in outer)]
    words += (address_of(source), row.source, rows.source, *(loop.source for loop in outer))
    words += (address_of(target), row.target, rows.target, *(loop.target for loop in outer))
    units = parts * row_parts * prod(loop.length for loop in outer)
    packed = elementwise.pack(words, ())
    streaming = letter != "u" and _streams(target, loops)  # what only writes is not held up by reading
    kernel = _kernel(*names, classes, len(outer), streaming)
    crew.share(kernel, packed, units, target.size)


def copied(source: Array, shape: tuple[int, ...] | None = None, element: np.dtype[Any] | None = None) -> Array:
    """A copy in the order of the dimensions, broadcast to a shape and converted to a dtype."""
    return into(source, memory.empty(source.shape if shape is None else shape, element or source.dtype))
