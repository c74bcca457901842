"""The loop nest of the gradient of a convolution's kernels: sums over outputs of gradient times input.

A unit of work is a share of all bands of one group, and some of its input and output channels. Each band of the input
is packed as for the convolution itself (`bands.py`), and the band of the gradient turned so that the channels of one
output lie side by side. Then a tile of sums, some of the kernels' elements by vectors of output channels, goes through
the outputs: for each the vectors are loaded, and every element's input is multiplied with all of them. The sums of a
unit are kept between its bands; those of the shares are added at the end.

Where groups have few output channels their lanes would be empty; there the lanes are neighbouring outputs instead, a
tile is of one channel, and its vectors are summed up at the end of a band.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from .bands import FIELDS, Band, Square, Writer, across, below
from .host import Host
from .ir import I64, POINTER, Value, Variable, module

GRADIENT_FIELDS = (
    *FIELDS, "gradients", "gradient_image_step", "gradient_channel_step", "out_channels", "turned_step", "turned",
    "items", "share", "shares", "elements", "element_offsets", "partial", "blocks", "chunk", "chunks",
    "parts", "flat",
)  # fmt: skip
"""Words: the gradient's address and steps in bytes; output channels of a group; bytes of a turned block of them; where
in a slot the turned ones begin; how many bands there are, how many of them a unit has, and shares; elements of a chunk
of a kernel, filled up to whole tiles, and where each begins in a packed band; the address of the sums, in the order
``[share][group][chunk][part][block of output channels][element][channel]``; blocks in a part; input channels in a
chunk, and chunks; parts; whether a band's outputs lie side by side."""


def tile_of(vectors: int, host: Host) -> int:
    """Elements of a tile for some vectors of output channels: sums for most of the registers."""
    if host.vector_bits == 512 or host.triple.startswith("aarch64"):
        return {1: 12, 2: 12, 3: 8}[vectors]
    return {1: 8, 2: 6, 3: 4}[vectors]


def write_kernel_gradient(element: str, vectors: int, step: int, host: Host) -> str:
    """The module of the kernel.

    Args:
        element: the dtype.
        vectors: of output channels in a block.
        step: the stride in width: 1, 2, or 0 for any other.
        host: the processor.
    """
    writer = Writer(element, step, GRADIENT_FIELDS, host)
    function, word = writer.function, writer.word
    sums = [[function.variable(0, writer.wide) for _ in range(vectors)] for _ in range(tile_of(vectors, host))]
    square = Square(writer)
    with writer.slot() as packed:
        turned = function.at(packed, word("turned"))
        with function.loop(function.params["begin"], function.params["end"], name="unit") as unit:
            share, group, begin, channels, part = _unit(writer, unit)
            first = share * word("share")
            last = writer.smaller(first + word("share"), word("items"))
            block_step = word("elements") * (vectors * writer.lanes * writer.size)
            partial = function.at(word("partial", POINTER), unit * word("blocks") * block_step)
            _clear(writer, partial, word("blocks") * block_step)
            with function.loop(first, last, name="band") as number:
                band = writer.band(number, group)
                writer.pack(band, packed, begin, channels)
                _turn(writer, band, part, turned, vectors, square)
                with function.loop(0, word("blocks"), name="block") as block:
                    vector_bytes = vectors * writer.lanes * writer.size
                    columns = function.at(turned, block * word("turned_step"))
                    target = function.at(partial, block * block_step)
                    with function.loop(0, word("elements"), len(sums), name="tile") as place:
                        here = function.at(target, place * vector_bytes)
                        _multiply(writer, band.places, packed, columns, place, here, sums)
    function.finish()
    return module(function)


def _unit(writer: Writer, unit: Value) -> tuple[Value, Value, Value, Value, Value]:
    """The share and the group of a unit, its first input channel, how many it has, and its part of the blocks."""
    word = writer.word
    rest, part = writer.split(unit, word("parts"))
    rest, chunk = writer.split(rest, word("chunks"))
    share, group = writer.split(rest, word("groups"))
    begin = chunk * word("chunk")
    return share, group, begin, writer.smaller(word("chunk"), word("channels") - begin), part


def _clear(writer: Writer, target: Value, size: Value) -> None:
    """Sets some bytes to 0."""
    with writer.function.loop(0, size, writer.size, name="clear") as spot:
        writer.function.store(writer.function.constant(0, writer.form), writer.function.at(target, spot), writer.size)


@contextmanager
def _segments(writer: Writer, band: Band) -> Iterator[tuple[Value, Value, Value, Value]]:
    """A loop over what lies side by side of a band's gradient: its first place in the band, its image and plane, and
    its length, 0 for images after the last."""
    function, word = writer.function, writer.word
    flat = word("flat") != 0
    with function.loop(0, function.where(flat, 1, band.rows), name="row") as row:
        with function.loop(0, word("side"), name="image") as image:
            plane = (band.z * word("places_y") + band.y + row) * word("places_x") + band.x
            length = function.where(flat, band.places, function.where(image < band.count, band.width, 0))
            yield row * word("pitch") + image * word("span"), band.image + image, plane, length


FEW_CHANNELS = 4
"""Output channels of a group up to which lanes are outputs (32x32x32x32, 3x3, each channel by itself: 1.3 ms against
12 ms with lanes for channels)."""

FEW_ELEMENTS = 9
"""Elements of a tile then: sums in registers, of which each has to be added across its lanes."""


def write_few_channels(element: str, step: int, host: Host) -> str:
    """The module of the kernel for groups of few output channels; its words are the same, and a block is a channel."""
    writer = Writer(element, step, GRADIENT_FIELDS, host)
    function, word, size = writer.function, writer.word, writer.size
    sums = [function.variable(0, writer.wide) for _ in range(FEW_ELEMENTS)]
    buffer = function.reserve(writer.wide, FEW_ELEMENTS)
    with writer.slot() as packed:
        with function.loop(function.params["begin"], function.params["end"], name="unit") as unit:
            share, group, begin, channels, _ = _unit(writer, unit)
            first = share * word("share")
            last = writer.smaller(first + word("share"), word("items"))
            unit_size = word("blocks") * word("elements") * size
            partial = function.at(word("partial", POINTER), unit * unit_size)
            _clear(writer, partial, unit_size)
            with function.loop(first, last, name="band") as number:
                band = writer.band(number, group)
                writer.pack(band, packed, begin, channels)
                with function.loop(0, word("blocks"), name="channel") as channel:
                    with function.loop(0, word("elements"), FEW_ELEMENTS, name="tile") as place:
                        target = function.at(partial, (channel * word("elements") + place) * size)
                        _add_products(writer, band, packed, channel, place, target, sums, buffer)
    function.finish()
    return module(function)


def _add_products(
    writer: Writer, band: Band, packed: Value, channel: Value, place: Value, target: Value, sums: list[Variable],
    buffer: Value,
) -> None:  # fmt: skip
    """Adds the products of one channel and one tile over the outputs of a band to their sums in memory."""
    function, word, lanes, size = writer.function, writer.word, writer.lanes, writer.size
    inputs = [function.at(packed, writer.entry("element_offsets", place + row)) for row in range(len(sums))]
    for sum in sums:
        sum.value = function.constant(0, writer.wide)
    number = band.group * word("out_channels") + channel
    source = function.at(word("gradients", POINTER), number * word("gradient_channel_step"))
    with _segments(writer, band) as (first, image, plane, length):
        gradient = function.at(source, image * word("gradient_image_step") + plane * size)
        with function.loop(0, length, lanes, name="outputs") as output:
            mask = below(writer, function.lift(0, output.type), length - output)
            value = function.load_where(mask, function.at(gradient, output * size), writer.wide)
            for sum, start in zip(sums, inputs, strict=True):
                factor = function.load_where(mask, function.at(start, (first + output) * size), writer.wide)
                sum.value = function.fma(value, factor, sum.value)
    for row, sum in enumerate(sums):
        function.store(sum.value, function.at(buffer, row * lanes * size), size)
    with function.loop(0, len(sums), name="sum") as number:
        spot = function.at(target, number * size)
        total = across(writer, function.load(function.at(buffer, number * (lanes * size)), writer.wide, size))
        function.store(function.load(spot, writer.form, size) + total, spot, size)


def _turn(writer: Writer, band: Band, part: Value, target: Value, vectors: int, square: Square) -> None:
    """Writes a part of the gradient's band, the channels of each output side by side, zeros after the last of them."""
    function, word, lanes, size = writer.function, writer.word, writer.lanes, writer.size
    channels, zero = word("out_channels"), function.lift(0, I64)
    begin = part * word("blocks") * (vectors * lanes)
    source = function.at(word("gradients", POINTER), (band.group * channels + begin) * word("gradient_channel_step"))
    with function.loop(0, word("blocks") * vectors, name="vector") as vector:
        block = function.at(target, vector // vectors * word("turned_step") + vector % vectors * (lanes * size))
        left = channels - begin - vector * lanes
        with _segments(writer, band) as (first, image, plane, length):
            start = function.at(source, image * word("gradient_image_step") + plane * size)
            start = function.at(start, vector * lanes * word("gradient_channel_step"))
            width = function.where(word("flat") != 0, length, band.width)  # zeros for images after the last
            with function.loop(0, width, lanes, name="places") as place:
                with function.loop(0, lanes, name="lane") as lane:
                    limit = function.where((lane < left) & (place < length), length - place, 0)
                    row = function.at(start, lane * word("gradient_channel_step") + place * size)
                    value = function.load_where(below(writer, zero, limit), row, writer.wide)
                    function.store(value, square.line(lane), size)
                columns = square.turn()
                here = function.at(block, (first + place) * (vectors * lanes * size))
                with function.loop(0, lanes, name="column") as column:
                    value = function.load(function.at(columns, column * (lanes * size)), writer.wide, size)
                    function.store(value, function.at(here, column * (vectors * lanes * size)), size)


def _multiply(
    writer: Writer, count: Value, packed: Value, columns: Value, place: Value, target: Value, sums: list[list[Variable]]
) -> None:  # fmt: skip
    """Adds the products of one tile over the outputs of a band to its sums in memory."""
    function, lanes, size = writer.function, writer.lanes, writer.size
    vectors = len(sums[0])
    targets = [
        [function.at(target, (row * vectors + index) * lanes * size) for index in range(vectors)]
        for row in range(len(sums))
    ]
    for row, places in zip(sums, targets, strict=True):
        for sum, spot in zip(row, places, strict=True):
            sum.value = function.load(spot, writer.wide, size)
    inputs = [function.at(packed, writer.entry("element_offsets", place + row)) for row in range(len(sums))]
    column = function.variable(columns)
    with function.loop(0, count, name="output") as output:
        here = column.value
        values = [function.load(function.at(here, index * lanes * size), writer.wide, size) for index in range(vectors)]
        for row, start in zip(sums, inputs, strict=True):
            factor = function.load(function.at(start, output * size), writer.form, size)
            for sum, value in zip(row, values, strict=True):
                sum.value = function.fma(function.lift(factor, writer.wide), value, sum.value)
        column.value = function.at(here, vectors * lanes * size)
    for row, places in zip(sums, targets, strict=True):
        for sum, spot in zip(row, places, strict=True):
            function.store(sum.value, spot, size)
