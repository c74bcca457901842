"""The loop nest of convolution: a tile of sums held in registers while the loop goes through all that they are made of.

A unit of work is a band of one group and some of its output channels. The band is packed (`bands.py`), and multiplied
with the weights of a block of channels at a time. There are two kinds of tiles:

* Where there are enough channels, the lanes of a vector are output channels: two vectors of weights and 12 inputs,
  each for a whole vector, make 24 multiplications and additions in 14 loads, of 24 sums that do not wait for each
  other. Inputs are read one by one, so that no vector crosses a cache line, and weights one after the other. The sums
  are turned at the end, when all of a block are there.
* Where there are few, the lanes are neighbouring outputs, and a weight is for a whole vector.

Measured on 2 cores (Zen 4) the sums of 3x3 convolutions of 64 channels run at 95 % of what the processor can do at
most, and packing and copying takes a tenth of the time.

A transposed convolution is several correlations of the same images, each with its own places of the kernel, whose
outputs lie a stride apart: a *grid* for each remainder of an output's index. One band serves all of them.
"""

from __future__ import annotations

from typing import NamedTuple

from .bands import FIELDS, Band, Square, Writer, below
from .host import Host
from .ir import I64, POINTER, Type, Value, module

CORRELATION_FIELDS = (
    *FIELDS, "bias", "results", "result_image_step", "result_channel_step", "result_z", "result_y", "result_x",
    "out_channels", "blocks", "part", "parts", "grids", "grid_table", "sums", "sums_step", "flat",
)  # fmt: skip
"""Words: addresses of the bias for every channel, blocks filled up, and of the results; steps of these in bytes; output
channels of a group; blocks of them, blocks in a part, parts; how many grids there are and the address of their table;
where in a slot the sums of a block are, and, where lanes are outputs, the bytes of a channel of them; whether a band's
outputs lie side by side."""

GRID = ("taps", "offsets", "weights", "block_step", "start", "end_z", "end_y", "end_x")
"""Numbers of a grid: how many products a sum has; the address of the table that says where in a packed band the input
of each is; the weights, in the order ``[group][block][product][channel of the block]``, and the bytes of a block; where
the first of its outputs is, in bytes, and how many there are in each dimension."""


class Tile(NamedTuple):
    """A tile of sums.

    Attributes:
        channels: output channels in a block.
        places: neighbouring outputs.
        wide: whether lanes are channels.
    """

    channels: int
    places: int
    wide: bool


def tile_of(outs: int, places: int, lanes: int, host: Host) -> Tile:
    """The tile for some output channels and for bands of some places: as many sums as there are registers for, less
    those for operands (with two more of them LLVM moves sums between registers in every turn)."""
    many = host.vector_bits == 512 or host.triple.startswith("aarch64")
    vectors = -(-outs // lanes)
    rows = min(8 if many else 4, 1 << (outs - 1).bit_length())
    if vectors * lanes > -(-outs // rows) * rows:
        return Tile(rows, (24 if many else 12) // max(rows, 3 if many else 2) * lanes, False)
    each = 1 if vectors == 1 else 2 if vectors % 2 == 0 else 3 if vectors % 3 == 0 else 1
    most = {1: 24, 2: 12, 3: 8} if many else {1: 10, 2: 5, 3: 3}
    if each == 2 and many and 10 * -(-places // 10) < 0.95 * 12 * -(-places // 12):
        return Tile(each * lanes, 10, True)  # images of 7x7 are not five tiles of 12
    return Tile(each * lanes, most[each], True)


def write_correlation(element: str, tile: Tile, step: int, spacing: int, host: Host) -> str:
    """The module of the kernel.

    Args:
        element: the dtype.
        tile: its tile of sums.
        step: the stride in width: 1, 2, or 0 for any other.
        spacing: places between neighbouring outputs of a grid, in the same way.
        host: the processor.
    """
    writer = _Correlation(element, tile, step, spacing, host)
    function, word = writer.function, writer.word
    with writer.slot() as packed:
        with function.loop(function.params["begin"], function.params["end"], name="unit") as unit:
            rest, part = writer.split(unit, word("parts"))
            band = writer.band(*writer.split(rest, word("groups")))
            writer.pack(band, packed, function.lift(0, I64), word("channels"))
            first = part * word("part")
            last = writer.smaller(first + word("part"), word("blocks"))
            with function.loop(first, last, name="block") as block:
                with function.loop(0, word("grids"), name="grid") as number:
                    writer.grid = function.at(word("grid_table", POINTER), number * (8 * len(GRID)))
                    writer.multiply(band, block, packed)
                    writer.write_out(band, block, packed)
    function.finish()
    return module(function)


class _Correlation(Writer):
    """The parts of the kernel."""

    grid: Value

    def __init__(self, element: str, tile: Tile, step: int, spacing: int, host: Host) -> None:
        super().__init__(element, step, CORRELATION_FIELDS, host)
        self.tile = tile
        self.spacing = spacing
        self.vectors = (tile.channels if tile.wide else tile.places) // self.lanes
        rows = tile.places if tile.wide else tile.channels
        self.registers = [[self.function.variable(0, self.wide) for _ in range(self.vectors)] for _ in range(rows)]
        self.square = Square(self)

    def of_grid(self, name: str, type: Type = I64) -> Value:
        """A number of the grid."""
        return self.function.load(self.function.at(self.grid, 8 * GRID.index(name)), type, 8)

    def multiply(self, band: Band, block: Value, packed: Value) -> None:
        """All sums of a band, a block and a grid, to their place in the slot."""
        function, word, size, tile = self.function, self.word, self.size, self.tile
        number = band.group * word("blocks") + block
        bias = function.at(word("bias", POINTER), number * (tile.channels * size))
        weights = function.at(self.of_grid("weights", POINTER), number * self.of_grid("block_step"))
        sums = function.at(packed, word("sums"))
        count, table = self.of_grid("taps"), self.of_grid("offsets", POINTER)
        latest = function.where(band.places > tile.places, band.places - tile.places, 0)
        with function.loop(0, band.places, tile.places, name="tile") as start:
            place = self.smaller(start, latest)  # the last one begins so that it ends with the band
            self._start(bias)
            inputs = function.at(packed, place * size)
            weight = function.variable(weights)
            with function.loop(0, count, name="product") as product:
                offset = function.load(function.at(table, product * 8), I64, 8)
                self._add_products(function.at(inputs, offset), weight.value)
                weight.value = function.at(weight.value, tile.channels * size)
            step: Value | int = tile.channels * size if tile.wide else word("sums_step")
            target = function.at(sums, place * (tile.channels * size if tile.wide else size))
            for row, vectors in enumerate(self.registers):
                for index, sum in enumerate(vectors):
                    spot = function.at(function.at(target, step * row if row else 0), index * self.lanes * size)
                    function.store(sum.value, spot, size)

    def _start(self, bias: Value) -> None:
        """Sets the sums to the bias."""
        function, size = self.function, self.size
        for row, vectors in enumerate(self.registers):
            for index, sum in enumerate(vectors):
                if self.tile.wide:
                    sum.value = function.load(function.at(bias, index * self.lanes * size), self.wide, size)
                else:
                    start = function.load(function.at(bias, row * size), self.form, size)
                    sum.value = function.lift(start, self.wide)

    def _add_products(self, inputs: Value, weights: Value) -> None:
        """Adds one product to each sum of the tile."""
        function, size = self.function, self.size
        across, down = (weights, inputs) if self.tile.wide else (inputs, weights)
        vectors = [
            function.load(function.at(across, index * self.lanes * size), self.wide, size)
            for index in range(self.vectors)
        ]
        for row, sums in enumerate(self.registers):
            factor = function.lift(function.load(function.at(down, row * size), self.form, size), self.wide)
            for sum, vector in zip(sums, vectors, strict=True):
                sum.value = function.fma(factor, vector, sum.value)

    def write_out(self, band: Band, block: Value, packed: Value) -> None:
        """Copies the sums of a block to the results."""
        function, word = self.function, self.word
        flat = word("flat") != 0
        rows = function.where(flat, 1, band.rows)
        rows = function.where(band.z < self.of_grid("end_z"), self.smaller(rows, self.of_grid("end_y") - band.y), 0)
        width = self.smaller(band.width, self.of_grid("end_x") - band.x)
        width = function.where(flat, band.places, width)
        corner = band.z * word("result_z") + band.y * word("result_y") + band.x * word("result_x")
        results = function.at(word("results", POINTER), self.of_grid("start") + corner)
        channel = band.group * word("out_channels") + block * self.tile.channels
        results = function.at(results, channel * word("result_channel_step"))
        wanted = word("out_channels") - block * self.tile.channels
        wanted = self.smaller(wanted, function.lift(self.tile.channels, I64))
        sums = function.at(packed, word("sums"))
        with function.loop(0, rows, name="row") as row, function.loop(0, band.count, name="image") as image:
            target = function.at(results, (band.image + image) * word("result_image_step") + row * word("result_y"))
            first = row * word("pitch") + image * word("span")
            with function.loop(0, width, self.lanes, name="x") as x:
                here, masks = function.at(target, x * word("result_x")), self._masks(width - x)
                if self.tile.wide:
                    source = function.at(sums, (first + x) * (self.tile.channels * self.size))
                    self._turn_and_put(source, wanted, here, width - x, masks)
                else:
                    source = function.at(sums, (first + x) * self.size)
                    self._put(source, word("sums_step"), wanted, here, width - x, masks)

    def _turn_and_put(self, source: Value, wanted: Value, target: Value, count: Value, masks: list[Value]) -> None:
        """Writes a square for each vector of channels."""
        function, size, lanes = self.function, self.size, self.lanes
        with function.loop(0, wanted, lanes, name="square") as channel:
            here = function.at(source, channel * size)
            with function.loop(0, lanes, name="line") as line:
                value = function.load(function.at(here, line * (self.tile.channels * size)), self.wide, size)
                function.store(value, self.square.line(line), size)
            columns = self.square.turn()
            left = self.smaller(wanted - channel, function.lift(lanes, I64))
            step = function.lift(lanes * size, I64)
            there = function.at(target, channel * self.word("result_channel_step"))
            self._put(columns, step, left, there, count, masks)

    def _put(
        self, source: Value, step: Value, channels: Value, target: Value, count: Value, masks: list[Value]
    ) -> None:
        """Writes at most a vector of outputs of some channels to where they belong."""
        function, lanes, size = self.function, self.lanes, self.size
        result_step = self.word("result_channel_step")
        with function.loop(0, channels, name="channel") as channel:
            spot, here = function.at(source, channel * step), function.at(target, channel * result_step)
            if self.spacing == 1:
                function.store_where(masks[0], function.load(spot, self.wide, size), here)
            elif self.spacing == 2:
                value = function.load(spot, self.wide, size)
                for part, mask in enumerate(masks):
                    half = range(part * lanes // 2, (part + 1) * lanes // 2)
                    spread = function.shuffle(value, value, [lane for lane in half for _ in range(2)])
                    function.store_where(mask, spread, function.at(here, part * lanes * size))
            else:
                with function.loop(0, self.smaller(count, function.lift(lanes, I64)), name="one") as x:
                    item = function.load(function.at(spot, x * size), self.form, size)
                    function.store(item, function.at(here, x * self.word("result_x")), size)

    def _masks(self, count: Value) -> list[Value]:
        """Which lanes of a vector of outputs are written, of each of two vectors where they lie two places apart."""
        function, lanes, zero = self.function, self.lanes, self.function.lift(0, I64)
        if self.spacing != 2:
            return [below(self, zero, count)]
        taken = ", ".join(f"i1 {'false' if lane % 2 else 'true'}" for lane in range(lanes))
        found = []
        for left in (count, function.where(count > lanes // 2, count - lanes // 2, 0)):
            mask = below(self, zero, left * 2)
            found.append(mask & Value(function, f"<{taken}>", mask.type))
        return found
