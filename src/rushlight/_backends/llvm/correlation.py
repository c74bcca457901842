"""The loop nest of convolution: blocks of output channels by vectors of neighbouring outputs, held in registers.

A unit of work is a band of one image and group: it is packed (`bands.py`), and then multiplied. For each tile of
outputs and each block of channels the sums stay in registers while the loop goes through the places of the kernel and
the input's channels: 3 vectors of inputs and 8 weights, each for a whole vector, make 24 multiplications and additions
in 11 loads, of 24 sums that do not wait for each other. That is what the processor can do at most: measured on 2 cores
(Zen 4), 64x32x26x26 with 64 3x3 kernels runs at 85 % of the speed of large matrix products.
"""

from __future__ import annotations

from .bands import FIELDS, Band, Writer, below
from .host import Host
from .ir import POINTER, Value, Variable, module

CORRELATION_FIELDS = (
    *FIELDS, "weights", "bias", "results", "result_image_step", "result_channel_step", "out_channels", "blocks",
    "block_step", "taps", "tap_offsets",
)  # fmt: skip
"""Words: addresses of the weights, in the order ``[group][block][tap][channel][row of the block]``, of the bias for
every channel, blocks filled up, and of the results; output channels of a group; blocks of them and the bytes of one;
how many taps (places of the kernel) there are, and where in a packed band each begins."""


def tile_of(host: Host) -> tuple[int, int]:
    """Output channels and vectors of a tile: as many sums as there are registers for, less those for operands."""
    return (8, 3) if host.vector_bits == 512 or host.triple.startswith("aarch64") else (4, 3)


def write_correlation(element: str, rows: int, step: int, host: Host) -> str:
    """The module of the kernel.

    Args:
        element: the dtype.
        rows: output channels in a block.
        step: the stride in width: 1, 2, or 0 for any other.
        host: the processor.
    """
    writer = Writer(element, step, CORRELATION_FIELDS, host)
    function, word = writer.function, writer.word
    _, vectors = tile_of(host)
    sums = [[function.variable(0, writer.wide) for _ in range(vectors)] for _ in range(rows)]
    with writer.slot() as packed:
        with function.loop(function.params["begin"], function.params["end"], name="unit") as unit:
            band = writer.band(unit // word("groups"), unit % word("groups"))
            writer.pack(band, packed)
            count = band.rows * band.width
            whole = count // (vectors * writer.lanes) * (vectors * writer.lanes)
            with function.loop(0, whole, vectors * writer.lanes, name="tile") as place:
                _blocks(writer, band, packed, place, None, sums)
            with function.loop(whole, count, writer.lanes, name="last") as place:
                _blocks(writer, band, packed, place, count - place, [row[:1] for row in sums])
    function.finish()
    return module(function)


def _blocks(
    writer: Writer, band: Band, packed: Value, place: Value, left: Value | None, sums: list[list[Variable]]
) -> None:  # fmt: skip
    """All blocks of channels for one tile; of its last vector only `left` lanes are wanted."""
    function, word = writer.function, writer.word
    blocks, rows = word("blocks"), len(sums)
    plane = (band.z * word("places_y") + band.y) * word("places_x") + band.x + place
    channels = word("out_channels")
    results = function.at(word("results", POINTER), band.image * word("result_image_step") + plane * writer.size)
    results = function.at(results, band.group * channels * word("result_channel_step"))
    panel = function.at(packed, place * writer.size)
    with function.loop(0, blocks, name="block") as block:
        number = band.group * blocks + block
        bias = function.at(word("bias", POINTER), number * (rows * writer.size))
        for row, vectors in enumerate(sums):
            start = function.load(function.at(bias, row * writer.size), writer.form, writer.size)
            for sum in vectors:
                sum.value = function.lift(start, writer.wide)
        weights = function.at(word("weights", POINTER), number * word("block_step"))
        _multiply(writer, panel, weights, sums)
        for row, vectors in enumerate(sums):
            channel = block * rows + row
            with function.when(channel < channels):
                target = function.at(results, channel * word("result_channel_step"))
                for index, sum in enumerate(vectors):
                    here = function.at(target, index * writer.lanes * writer.size)
                    if left is None:
                        function.store(sum.value, here, writer.size)
                    else:
                        function.store_where(below(writer, function.lift(0, left.type), left), sum.value, here)


def _multiply(writer: Writer, panel: Value, weights: Value, sums: list[list[Variable]]) -> None:
    """Adds the products of one tile and one block."""
    function, word, size = writer.function, writer.word, writer.size
    rows, vectors = len(sums), len(sums[0])
    weight = function.variable(weights)
    with function.loop(0, word("taps"), name="tap") as tap:
        inputs = function.variable(function.at(panel, writer.entry("tap_offsets", tap)))
        plane_step = word("plane_step")
        with function.loop(0, word("channels"), name="channel"):
            here, factors = inputs.value, weight.value
            values = [
                function.load(function.at(here, index * writer.lanes * size), writer.wide, size)
                for index in range(vectors)
            ]
            for row in range(rows):
                factor = function.load(function.at(factors, row * size), writer.form, size)
                for sum, value in zip(sums[row], values, strict=True):
                    sum.value = function.fma(function.lift(factor, writer.wide), value, sum.value)
            inputs.value = function.at(here, plane_step)
            weight.value = function.at(factors, rows * size)
