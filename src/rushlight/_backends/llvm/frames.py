"""Copies with borders, and triangles: rows that are one piece of another row with something before and after.

For every dimension that has a border a table says of which place each place is a copy, -1 of none. A row of the result
is written once, from its left end to its right one.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from math import prod
from typing import Any

import numpy as np

from . import elementwise, kernels, memory
from .addresses import address_of
from .copying import SAME, copied
from .elementwise import PARAMS
from .host import Host
from .ir import I64, POINTER, Function, Type, Value, module
from .threads import crew
from .unsupported import Unsupported

Array = np.ndarray[Any, Any]


def _words(function: Function) -> Any:
    def word(place: int, type: Type = I64) -> Value:
        return function.load(function.at(function.params["words"], 8 * place), type, 8)

    return word


def _fill(function: Function, row: Value, start: Any, stop: Value, value: Value, lanes: int) -> None:
    """Writes one value to elements of a row."""
    size = value.type.bits // 8
    whole = start + (stop - start) // lanes * lanes
    wide = function.spread(value, lanes)
    with function.loop(start, whole, lanes, name="vectors") as place:
        function.store(wide, function.at(row, place * size), size)
    with function.loop(whole, stop, name="rest") as place:
        function.store(value, function.at(row, place * size), size)


def write_frame(bits: int, host: Host) -> str:
    """The kernel of borders. Its words: for planes, rows and columns the sizes of the source and of the result; where
    the columns that are copied as they are begin and end in the result, and of which column the first is a copy; the
    addresses of the source, the result, the three tables and the value that stands where none is copied. Units are
    planes of the result.
    """
    function = Function("kernel", PARAMS, host.fused)
    type = Type("u", bits)
    size, lanes = bits // 8, host.vector_bits // bits
    word = _words(function)
    planes, rows, columns, out_planes, out_rows, out_columns, first, last, offset = (word(place) for place in range(9))
    tables = [word(11 + place, POINTER) for place in range(3)]
    value = function.load(word(14, POINTER), type, size)

    def origin(table: Value, place: Value) -> Value:
        return function.load(function.at(table, place * 8), I64, 8)

    with function.loop(function.params["begin"], function.params["end"], name="unit") as unit:
        lot, plane = unit // out_planes, origin(tables[0], unit % out_planes)
        with function.loop(0, out_rows, name="row") as row:
            line = origin(tables[1], row)
            target = function.at(word(10, POINTER), (unit * out_rows + row) * out_columns * size)
            outside = (plane < 0) | (line < 0)
            fill, inside, done = (function.label(name) for name in ("fill", "inside", "done"))
            function.branch(outside, fill, inside)
            function.begin(fill)
            _fill(function, target, function.lift(0, I64), out_columns, value, lanes)
            function.jump(done)
            function.begin(inside)
            source = function.at(word(9, POINTER), ((lot * planes + plane) * rows + line) * columns * size)
            for start, stop in ((function.lift(0, I64), first), (last, out_columns)):
                with function.loop(start, stop, name="border") as column:
                    place = origin(tables[2], column)
                    copy = function.load(function.at(source, function.where(place < 0, 0, place) * size), type, size)
                    function.store(function.where(place < 0, value, copy), function.at(target, column * size), size)
            whole = first + (last - first) // lanes * lanes
            shifted = function.at(source, (offset - first) * size)
            with function.loop(first, whole, lanes, name="vectors") as column:
                copy = function.load(function.at(shifted, column * size), type.wide(lanes), size)
                function.store(copy, function.at(target, column * size), size)
            with function.loop(whole, last, name="rest") as column:
                copy = function.load(function.at(shifted, column * size), type, size)
                function.store(copy, function.at(target, column * size), size)
            function.jump(done)
            function.begin(done)
    function.finish()
    return module(function)


def write_triangle(bits: int, upper: bool, host: Host) -> str:
    """The kernel that clears what is below a diagonal (`upper`), or above it. Its words: rows, columns, the diagonal;
    the address of the matrices. Units are rows.
    """
    function = Function("kernel", PARAMS, host.fused)
    type = Type("u", bits)
    word = _words(function)
    rows, columns, diagonal = (word(place) for place in range(3))
    with function.loop(function.params["begin"], function.params["end"], name="unit") as unit:
        row = function.at(word(3, POINTER), unit * columns * (bits // 8))
        edge = unit % rows + diagonal + (0 if upper else 1)
        edge = function.where(edge < 0, 0, edge)
        edge = function.where(edge < columns, edge, columns)
        start, stop = (function.lift(0, I64), edge) if upper else (edge, columns)
        _fill(function, row, start, stop, function.constant(0, type), host.vector_bits // bits)
    function.finish()
    return module(function)


@cache
def _frame(bits: int) -> int:
    return kernels.load(f"frame {bits}", lambda host: write_frame(bits, host)).address["kernel"]


@cache
def _triangle(bits: int, upper: bool) -> int:
    loaded = kernels.load(f"triangle {bits} {upper}", lambda host: write_triangle(bits, upper, host))
    return loaded.address["kernel"]


def framed(array: Array, tables: Sequence[Array], value: Array) -> Array:
    """An array with another size along its last dimensions.

    Args:
        array: the source.
        tables: for each of up to three dimensions, the last ones, of which place each place of the result is a copy;
            -1 of none.
        value: what stands there, a 0-d array of the same dtype.
    """
    if array.itemsize not in SAME or array.dtype.hasobject or not array.size or not 1 <= len(tables) <= 3:
        raise Unsupported("wide elements, or borders along more than three dimensions")
    source = array if array.flags.c_contiguous else copied(array)
    lead = array.shape[: array.ndim - len(tables)]
    sizes = [1] * (3 - len(tables)) + list(array.shape[array.ndim - len(tables) :])
    all_tables = [np.zeros(1, np.int64)] * (3 - len(tables)) + [np.ascontiguousarray(table) for table in tables]
    found = memory.empty((*lead, *(table.size for table in tables)), array.dtype)
    if not found.size:
        return found
    columns = all_tables[2]
    apart = np.where(columns < 0, columns.size, columns - np.arange(columns.size))
    # the longest run of neighbours that are copies of neighbours
    changes = np.flatnonzero(np.diff(apart)) + 1
    edges = np.concatenate([[0], changes, [columns.size]])
    longest = int(np.argmax(np.diff(edges)))
    first, last = int(edges[longest]), int(edges[longest + 1])
    if columns[first] < 0:
        first = last = 0
    offset = int(columns[first]) if first < last else 0
    words = [*sizes, *(table.size for table in all_tables), first, last, offset]
    words += map(address_of, (source, found, *all_tables, value))
    crew.share(_frame(8 * array.itemsize), elementwise.pack(words, ()), prod(lead) * all_tables[0].size, found.size)
    return found


def clear_triangle(matrices: Array, diagonal: int, upper: bool) -> Array:
    """Sets what is below a diagonal (`upper`), or above it, to 0, in place."""
    if matrices.itemsize not in SAME or not matrices.flags.c_contiguous or not matrices.flags.writeable:
        raise Unsupported("wide elements, or matrices with gaps")
    rows, columns = matrices.shape[-2:]
    diagonal = max(-rows - 1, min(diagonal, columns + 1))
    words = [rows, columns, diagonal, address_of(matrices)]
    crew.share(
        _triangle(8 * matrices.itemsize, upper),
        elementwise.pack(words, ()),
        matrices.size // max(columns, 1),
        matrices.size,
    )
    return matrices
