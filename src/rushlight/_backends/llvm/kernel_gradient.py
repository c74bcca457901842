"""The loop nest of the gradient of a convolution's kernels: sums over outputs of gradient times input.

A unit of work is a share of all bands of one group. Each band of the input is packed as for the convolution itself
(`bands.py`), and the band of the gradient turned so that the channels of one output lie side by side. Then a tile of
sums, some of the kernels' elements by vectors of output channels, goes through the outputs: for each the vectors are
loaded, and every element's input is multiplied with all of them. The sums of a unit are kept between its bands; those
of the units are added at the end.

Where groups have few output channels their lanes would be empty; there the lanes are neighbouring outputs instead, a
tile is of one channel, and its vectors are summed up at the end of a band.
"""

from __future__ import annotations

from .bands import FIELDS, Band, Writer, across, below
from .host import Host
from .ir import POINTER, Value, Variable, module
from .transposing import turned as columns_of

GRADIENT_FIELDS = (
    *FIELDS, "gradients", "gradient_image_step", "gradient_channel_step", "out_channels", "turned_step", "turned",
    "items", "share", "shares", "elements", "element_offsets", "partial", "blocks",
)  # fmt: skip
"""Words: the gradient's address and steps in bytes; output channels of a group; bytes of a turned output; where in a
slot the turned ones begin; how many bands there are, how many of them a unit has, and units of a group; elements of a
kernel, filled up to whole tiles, and where each begins in a packed band; the address of the sums, in the order
``[group][share][block of output channels][element][channel]``; blocks."""


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
    with writer.slot() as packed:
        turned = function.at(packed, word("turned"))
        with function.loop(function.params["begin"], function.params["end"], name="unit") as unit:
            share, group = unit % word("shares"), unit // word("shares")
            first = share * word("share")
            last = writer.smaller(first + word("share"), word("items"))
            block_step = word("elements") * (vectors * writer.lanes * writer.size)
            partial = function.at(word("partial", POINTER), unit * word("blocks") * block_step)
            with function.loop(first, last, name="band") as number:
                band = writer.band(number, group)
                writer.pack(band, packed)
                _turn(writer, band, turned)
                with function.loop(0, word("blocks"), name="block") as block:
                    vector_bytes = vectors * writer.lanes * writer.size
                    columns = function.at(turned, block * vector_bytes)
                    target = function.at(partial, block * block_step)
                    with function.loop(0, word("elements"), len(sums), name="tile") as place:
                        here = function.at(target, place * vector_bytes)
                        _multiply(writer, band.rows * band.width, packed, columns, place, here, sums)
    function.finish()
    return module(function)


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
    with writer.slot() as packed:
        with function.loop(function.params["begin"], function.params["end"], name="unit") as unit:
            share, group = unit % word("shares"), unit // word("shares")
            first = share * word("share")
            last = writer.smaller(first + word("share"), word("items"))
            partial = function.at(word("partial", POINTER), unit * word("blocks") * word("elements") * size)
            with function.loop(first, last, name="band") as number:
                band = writer.band(number, group)
                writer.pack(band, packed)
                with function.loop(0, word("blocks"), name="channel") as channel:
                    gradient = _gradient(writer, band, channel)
                    with function.loop(0, word("elements"), FEW_ELEMENTS, name="tile") as place:
                        target = function.at(partial, (channel * word("elements") + place) * size)
                        _add_products(writer, band, packed, gradient, place, target, sums)
    function.finish()
    return module(function)


def _gradient(writer: Writer, band: Band, channel: Value) -> Value:
    """Where a channel of the gradient's band begins."""
    function, word = writer.function, writer.word
    plane = (band.z * word("places_y") + band.y) * word("places_x") + band.x
    source = function.at(word("gradients", POINTER), band.image * word("gradient_image_step"))
    number = band.group * word("out_channels") + channel
    return function.at(source, number * word("gradient_channel_step") + plane * writer.size)


def _add_products(
    writer: Writer, band: Band, packed: Value, gradient: Value, place: Value, target: Value, sums: list[Variable]
) -> None:  # fmt: skip
    """Adds the products of one channel and one tile over the outputs of a band to their sums in memory."""
    function, lanes, size = writer.function, writer.lanes, writer.size
    inputs = [function.at(packed, writer.entry("element_offsets", place + row)) for row in range(len(sums))]
    for sum in sums:
        sum.value = function.constant(0, writer.wide)
    count = band.rows * band.width
    whole = count // lanes * lanes
    with function.loop(0, whole, lanes, name="outputs") as output:
        value = function.load(function.at(gradient, output * size), writer.wide, size)
        for sum, start in zip(sums, inputs, strict=True):
            factor = function.load(function.at(start, output * size), writer.wide, size)
            sum.value = function.fma(value, factor, sum.value)
    with function.loop(whole, count, lanes, name="last") as output:
        mask = below(writer, function.lift(0, output.type), count - output)
        value = function.load_where(mask, function.at(gradient, output * size), writer.wide)
        for sum, start in zip(sums, inputs, strict=True):
            factor = function.load_where(mask, function.at(start, output * size), writer.wide)
            sum.value = function.fma(value, factor, sum.value)
    for row, sum in enumerate(sums):
        spot = function.at(target, row * size)
        function.store(function.load(spot, writer.form, size) + across(writer, sum.value), spot, size)


def _turn(writer: Writer, band: Band, target: Value) -> None:
    """Writes the gradient's band with the channels of each output side by side, zeros after the last of them."""
    function, word, lanes, size = writer.function, writer.word, writer.lanes, writer.size
    count, step = band.rows * band.width, word("turned_step")
    channels = word("out_channels")
    source = function.at(word("gradients", POINTER), band.image * word("gradient_image_step"))
    source = function.at(source, band.group * channels * word("gradient_channel_step"))
    plane = (band.z * word("places_y") + band.y) * word("places_x") + band.x
    with function.loop(0, step // size, lanes, name="channels") as channel:
        with function.loop(0, count, lanes, name="places") as place:
            rows = []
            for lane in range(lanes):
                row = function.at(source, (channel + lane) * word("gradient_channel_step") + (plane + place) * size)
                limit = function.where(channel + lane < channels, count - place, 0)
                mask = below(writer, function.lift(0, limit.type), limit)
                rows.append(function.load_where(mask, row, writer.wide))
            for lane, column in enumerate(columns_of(rows)):
                function.store(column, function.at(target, (place + lane) * step + channel * size), size)


def _multiply(
    writer: Writer, count: Value, packed: Value, columns: Value, place: Value, target: Value, sums: list[list[Variable]]
) -> None:  # fmt: skip
    """Adds the products of one tile over the outputs of a band to its sums in memory."""
    function, word, lanes, size = writer.function, writer.word, writer.lanes, writer.size
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
    step = word("turned_step")
    with function.loop(0, count, name="output") as output:
        here = column.value
        values = [function.load(function.at(here, index * lanes * size), writer.wide, size) for index in range(vectors)]
        for row, start in zip(sums, inputs, strict=True):
            factor = function.load(function.at(start, output * size), writer.form, size)
            for sum, value in zip(row, values, strict=True):
                sum.value = function.fma(function.lift(factor, writer.wide), value, sum.value)
        column.value = function.at(here, step)
    for row, places in zip(sums, targets, strict=True):
        for sum, spot in zip(row, places, strict=True):
            function.store(sum.value, spot, size)
