"""Bands of images, packed so that what a convolution reads lies side by side.

A band is some rows of the output (or a part of one row that is long), of one image or of several small ones side by
side. For each plane of the input (a channel, at a place of the kernel in depth) and each place of the kernel in width
there is one copy of the rows that the band needs, shifted so that the element for output ``x`` is at ``x``, with zeros
outside the image, and every `stride`-th row after the other. Neighbouring outputs then read neighbouring elements,
whatever stride, padding and dilation are, and the places of the kernel in height are offsets into the same copy: a
third of the memory that columns of patches take, and no wasted work at the ends of rows. Where there is little to do
with an element there is only one copy, with the zeros beside its rows: then the places of the kernel in width are
offsets as well, and some outputs are computed between rows that nobody wants.

A kernel learns the sizes from 64-bit words, which `FIELDS` names, and keeps its band in a slot of the call's scratch.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from . import transposing
from .elementwise import PARAMS
from .host import Host
from .ir import F32, F64, I32, I64, POINTER, Function, Type, Value
from .unsupported import Unsupported

Array = np.ndarray[Any, Any]

FIELDS = (
    "images", "image_step", "group_step", "channel_step", "depth", "height", "width", "n", "side", "pitch", "span",
    "reach", "groups", "channels", "places_z", "places_y", "places_x", "stride_z", "stride_y", "stride_x", "rows",
    "bands_y", "wide", "bands_x", "taps_z", "taps_x", "offsets_z", "offsets_x", "phases", "phase_starts", "phase_rows",
    "extra_rows", "plane_step", "scratch", "slots", "slot_size", "header",
)  # fmt: skip
"""What is to be known of the input and of its bands: addresses (of arrays, and of tables of int64), steps in bytes,
counts. A packed row has the rows of `side` images, each `span` elements: `wide` outputs and what their inputs reach
beyond. Each kernel has fields of its own after them."""

FLOATS = {"float32": F32, "float64": F64}


def contiguous(array: Array) -> Array:
    """An array in the order of its dimensions, itself if it is."""
    if array.flags.c_contiguous:
        return array
    try:
        return transposing.contiguous(array)
    except Unsupported:
        return np.ascontiguousarray(array)


def pack_words(values: Mapping[str, int], fields: Sequence[str]) -> bytes:
    """The words of a kernel, in the order of its fields."""
    return struct.pack(f"{len(fields)}q", *[values[name] for name in fields])


class Band:
    """Where a band lies.

    Attributes:
        image, count, group: whose it is: several images only if all of their columns are in it.
        z, y, x: its first output.
        rows, width: how many there are of an image: several rows only if they are whole ones.
        places: how many outputs it has together, those of images after the last of all counted.
    """

    def __init__(
        self, image: Value, count: Value, group: Value, z: Value, y: Value, x: Value, rows: Value, width: Value,
        places: Value,
    ) -> None:  # fmt: skip
        self.image, self.count, self.group = image, count, group
        self.z, self.y, self.x = z, y, x
        self.rows, self.width, self.places = rows, width, places


class Writer:
    """What the kernels of convolution share: words, the division into bands, and the packing of one.

    Args:
        element: the dtype.
        step: the stride in width as code knows it: 1, 2, or 0 for any other.
        fields: names of the words.
        host: the processor.
    """

    def __init__(self, element: str, step: int, fields: Sequence[str], host: Host) -> None:
        self.form = FLOATS[element]
        self.size = self.form.bits // 8
        self.lanes = host.vector_bits // self.form.bits
        self.wide = self.form.wide(self.lanes)
        self.step = step
        self.function = Function("kernel", PARAMS, host.fused)
        self._fields = {name: place for place, name in enumerate(fields)}

    def word(self, name: str, type: Type = I64) -> Value:
        """A word by its name."""
        place = 8 * self._fields[name]
        return self.function.load(self.function.at(self.function.params["words"], place), type, 8)

    def entry(self, table: str, index: Value) -> Value:
        """A number of a table that a word has the address of."""
        return self.function.load(self.function.at(self.word(table, POINTER), index * 8), I64, 8)

    def split(self, number: Value, by: Value) -> tuple[Value, Value]:
        """Quotient and remainder of numbers below 2**32: a division of 64 bits takes LLVM a branch and a second one."""
        unsigned = Type("u", 32)
        quotient = (number.to(unsigned) // by.to(unsigned)).to(I64)
        return quotient, number - quotient * by

    @contextmanager
    def slot(self) -> Iterator[Value]:
        """A part of the scratch that no other thread has: the first whose bit in the header was not set."""
        function = self.function
        header, slots = self.word("header", POINTER), self.word("slots")
        turn = function.variable(-1, I64)
        look, found = function.label("look"), function.label("found")
        function.jump(look)
        function.begin(look)
        turn.value = function.where(turn.value + 1 < slots, turn.value + 1, 0)
        bit = function.lift(1, I64) << turn.value
        old = function.write(f"atomicrmw or {header!r}, {bit!r} seq_cst", I64, pure=False)
        function.branch((old & bit) == 0, found, look)
        function.begin(found)
        yield function.at(self.word("scratch", POINTER), turn.value * self.word("slot_size"))
        mine = function.lift(1, I64) << turn.value
        function.write(f"atomicrmw and {header!r}, {(~mine)!r} seq_cst", I64, pure=False)

    def band(self, number: Value, group: Value) -> Band:
        """The band of a number, which counts bands along x in bands along y in places along z in groups of images."""
        word, pitch, side = self.word, self.word("pitch"), self.word("side")
        bands_x, bands_y, places_z = word("bands_x"), word("bands_y"), word("places_z")
        rest, along_x = self.split(number, bands_x)
        rest, along_y = self.split(rest, bands_y)
        images, z = self.split(rest, places_z)
        image = images * side
        y, x = along_y * word("rows"), along_x * word("wide")
        rows = self.smaller(word("rows"), word("places_y") - y)
        width = self.smaller(word("wide"), word("places_x") - x)
        places = (rows - 1) * pitch + self.function.where(side > 1, pitch, width)
        return Band(image, self.smaller(side, word("n") - image), group, z, y, x, rows, width, places)

    def smaller(self, first: Value, second: Value) -> Value:
        """The smaller of two integers."""
        return self.function.where(first < second, first, second)

    def pack(self, band: Band, target: Value, begin: Value, channels: Value) -> None:
        """Writes the instructions that pack some channels of a band from channel `begin` on."""
        function, word, size = self.function, self.word, self.size
        source = function.at(word("images", POINTER), band.image * word("image_step") + band.group * word("group_step"))
        source = function.at(source, begin * word("channel_step"))
        height, width, pitch, span = word("height"), word("width"), word("pitch"), word("span")
        taps_z, taps_x, plane_step, image_step = word("taps_z"), word("taps_x"), word("plane_step"), word("image_step")
        stride_y, stride_x, side, count = word("stride_y"), word("stride_x"), word("side"), band.width + word("reach")
        offsets, starts, x = word("offsets_x", POINTER), word("phase_starts", POINTER), band.x * stride_x
        row_bytes, pitch_bytes, span_bytes = width * size, pitch * size, span * size
        phase_rows, rows = word("phase_rows") * pitch_bytes, band.rows + word("extra_rows")
        with function.loop(0, channels, name="channel") as channel, function.loop(0, taps_z, name="tap_z") as tap_z:
            z = band.z * word("stride_z") + self.entry("offsets_z", tap_z)
            within = (z >= 0) & (z < word("depth"))
            plane = function.at(source, channel * word("channel_step") + z * (height * row_bytes))
            copies = function.at(target, (channel * taps_z + tap_z) * taps_x * plane_step)
            with function.loop(0, word("phases"), name="phase") as phase:
                start = band.y * stride_y + function.load(function.at(starts, phase * 8), I64, 8)
                phase_copies = function.at(copies, phase * phase_rows)
                with function.loop(0, rows, name="row") as row:
                    y = start + row * stride_y
                    limit = function.where(within & (y >= 0) & (y < height), width, 0)
                    here, into = function.at(plane, y * row_bytes), function.at(phase_copies, row * pitch_bytes)
                    with function.loop(0, side, name="image") as image:
                        end = function.where(image < band.count, limit, 0)
                        source_row = function.at(here, image * image_step)
                        target_row = function.at(into, image * span_bytes)
                        with function.loop(0, taps_x, name="tap_x") as tap_x:
                            first = x + function.load(function.at(offsets, tap_x * 8), I64, 8)
                            copy = function.at(target_row, tap_x * plane_step)
                            self._copy_row(source_row, first, end, count, stride_x, copy)

    def _copy_row(
        self, source: Value, first: Value, limit: Value, width: Value, stride: Value, target: Value
    ) -> None:  # fmt: skip
        """Copies a row, the last vector whole: what it writes too much the next row overwrites."""
        with self.function.loop(0, width, self.lanes, name="x") as x:
            place = first + x if self.step == 1 else first + x * (self.step or stride)
            value = row_vector(self, source, place, limit, stride)
            self.function.store(value, self.function.at(target, x * self.size), self.size)


def below(writer: Writer, first: Value, limit: Value, lanes: int | None = None) -> Value:
    """In which lanes a count that starts with `first` is at least 0 and below a limit."""
    function, lanes = writer.function, lanes or writer.lanes
    steps = ", ".join(f"i32 {lane}" for lane in range(lanes))
    counted = function.lift(first.to(I32), I32.wide(lanes)) + Value(function, f"<{steps}>", I32.wide(lanes))
    unsigned = Type("u", 32, lanes)  # in which what is below 0 is above all limits
    return counted.to(unsigned) < function.lift(limit.to(I32), I32.wide(lanes)).to(unsigned)


def row_vector(writer: Writer, row: Value, first: Value, limit: Value, stride: Value) -> Value:
    """Elements of a row from place `first` on, `stride` apart, zeros before its beginning and from `limit` on."""
    function, lanes, size = writer.function, writer.lanes, writer.size
    if writer.step == 1:
        return function.load_where(below(writer, first, limit), function.at(row, first * size), writer.wide)
    if writer.step == 2:
        halves = [
            function.load_where(below(writer, place, limit), function.at(row, place * size), writer.wide)
            for place in (first, first + lanes)
        ]
        return function.shuffle(halves[0], halves[1], range(0, 2 * lanes, 2))
    counted = Type("i", 32, lanes)
    ramp = function.numbered(counted) * function.lift(stride.to(I32), counted)
    places = ramp + function.lift(first.to(I32), counted)
    unsigned = Type("u", 32, lanes)  # in which what is below 0 is above all limits
    mask = places.to(unsigned) < function.lift(limit.to(I32), counted).to(unsigned)
    return function.gather(mask, row, places, writer.wide)


def across(writer: Writer, total: Value) -> Value:
    """The sum of all lanes of a vector, by halves."""
    lanes = writer.lanes
    while lanes > 1:
        lanes //= 2
        low = writer.function.shuffle(total, total, range(lanes))
        high = writer.function.shuffle(total, total, range(lanes, 2 * lanes))
        if lanes == 1:
            low, high = writer.function.extract(total, 0), writer.function.extract(total, 1)
        total = low + high
    return total


class Square:
    """Room for as many vectors as they have lanes, and the code that makes columns of them.

    It zips lanes of the upper and the lower half, again and again, in a loop: as many instructions as that takes
    (`transposing.turned`) would be a fifth of what there is to compile.
    """

    def __init__(self, writer: Writer) -> None:
        self.writer = writer
        self.lines = writer.function.reserve(writer.wide, writer.lanes)
        self._others = writer.function.reserve(writer.wide, writer.lanes)

    def line(self, number: Value | int) -> Value:
        """Where a vector belongs."""
        return self.writer.function.at(self.lines, number * (self.writer.lanes * self.writer.size))

    def turn(self) -> Value:
        """Writes the code; gives the address of the columns, one after the other."""
        writer, function, lanes = self.writer, self.writer.function, self.writer.lanes
        half, bytes = lanes // 2, lanes * writer.size
        orders = [
            [place for lane in part for place in (lane, lane + lanes)] for part in (range(half), range(half, lanes))
        ]
        steps = lanes.bit_length() - 1
        source, target = function.variable(self.lines), function.variable(self._others)
        with function.loop(0, steps, name="step"):
            upper, into = source.value, target.value
            lower = function.at(upper, half * bytes)
            with function.loop(0, half * bytes, bytes, name="pair") as place:
                pair = [function.load(function.at(here, place), writer.wide, bytes) for here in (upper, lower)]
                for number, order in enumerate(orders):
                    spot = function.at(into, place * 2 + number * bytes)
                    function.store(function.shuffle(pair[0], pair[1], order), spot, bytes)
            source.value, target.value = into, upper
        return self._others if steps % 2 else self.lines
