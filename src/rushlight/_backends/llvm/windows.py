"""The loop nests of pooling: maxima and sums over windows, and sums spread back.

A unit of work is some rows of the output of one image and channel. A vector of neighbouring outputs goes through the
window: for each place of it the inputs are a stride apart in a row, and read as one vector; what lies outside the image
is not read. Where windows differ in size (adaptive pooling), or each output is added to all places of its window, a
kernel goes through the elements one by one, from tables of where windows begin and end, a whole image a unit.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from .bands import Writer, row_vector
from .host import Host
from .ir import I32, I64, POINTER, Type, Value, Variable, module

WINDOW_FIELDS = (
    "images", "results", "places", "depth", "height", "width", "out_z", "out_y", "out_x", "kernel_z", "kernel_y",
    "kernel_x", "stride_z", "stride_y", "stride_x", "padding_z", "padding_y", "padding_x", "dilation_z", "dilation_y",
    "dilation_x", "parts", "part_rows",
)  # fmt: skip
"""Words: addresses of images, of results and of the places of maxima; sizes of an image and of its output; the window;
into how many parts the rows of an output are divided, and how many rows a part has."""


class _Windows(Writer):
    """What the kernels of pooling share."""

    def __init__(self, element: str, step: int, host: Host, fields: Sequence[str] = WINDOW_FIELDS) -> None:
        super().__init__(element, step, fields, host)
        self.counted = Type("i", 32, self.lanes)

    def ramp(self, first: Value, stride: Value | int) -> Value:
        """Places from `first` on, a stride apart, in 32 bits."""
        function = self.function
        steps = ", ".join(f"i32 {lane}" for lane in range(self.lanes))
        factor = function.lift(function.lift(stride, I64).to(I32), self.counted)
        return Value(function, f"<{steps}>", self.counted) * factor + function.lift(first.to(I32), self.counted)

    def inside(self, places: Value, limit: Value) -> Value:
        """Which places are at least 0 and below a limit."""
        unsigned = Type("u", 32, self.lanes)
        return places.to(unsigned) < self.function.lift(limit.to(I32), self.counted).to(unsigned)

    def plane_size(self, prefix: str = "") -> Value:
        """Elements of an image, or of an output."""
        names = ("out_z", "out_y", "out_x") if prefix else ("depth", "height", "width")
        depth, height, width = map(self.word, names)
        return depth * height * width


def write_windows(element: str, step: int, maxima: bool, host: Host) -> str:
    """The module of the kernel that reduces windows.

    Args:
        element: the dtype.
        step: the stride along a row: 1, 2, or 0 for any other.
        maxima: whether maxima and their places are wanted, the first of equals, nan before all; else sums.
        host: the processor.
    """
    writer = _Windows(element, step, host)
    function, word, size = writer.function, writer.word, writer.size
    out_x, out_y = word("out_x"), word("out_y")
    best = function.variable(0, writer.wide)
    place = function.variable(0, writer.counted)
    with function.loop(function.params["begin"], function.params["end"], name="unit") as unit:
        plane, part = unit // word("parts"), unit % word("parts")
        image = function.at(word("images", POINTER), plane * writer.plane_size() * size)
        start = part * word("part_rows")
        stop = writer.smaller(start + word("part_rows"), word("out_z") * out_y)
        with function.loop(start, stop, name="row") as row:
            z = row // out_y * word("stride_z") - word("padding_z")
            y = row % out_y * word("stride_y") - word("padding_y")
            with function.loop(0, out_x, writer.lanes, name="x") as x:
                best.value = function.constant(0, writer.wide)
                place.value = function.constant(-1, writer.counted)
                _window(writer, image, z, y, x * word("stride_x") - word("padding_x"), best, place if maxima else None)
                wanted = writer.inside(writer.ramp(function.lift(0, I64), 1), out_x - x)
                spot = plane * writer.plane_size("out") + row * out_x + x
                function.store_where(wanted, best.value, function.at(word("results", POINTER), spot * size))
                if maxima:
                    _store_places(writer, wanted, place.value, function.at(word("places", POINTER), spot * 8))
    function.finish()
    return module(function)


def _window(
    writer: _Windows, image: Value, z: Value, y: Value, x: Value, best: Variable, place: Variable | None
) -> None:
    """Goes through the window of a vector of outputs."""
    function, word = writer.function, writer.word
    depth, height, width = word("depth"), word("height"), word("width")
    with function.loop(0, word("kernel_z"), name="kernel_z") as kernel_z:
        here_z = z + kernel_z * word("dilation_z")
        with function.when((here_z >= 0) & (here_z < depth)):
            with function.loop(0, word("kernel_y"), name="kernel_y") as kernel_y:
                here_y = y + kernel_y * word("dilation_y")
                with function.when((here_y >= 0) & (here_y < height)):
                    start = (here_z * height + here_y) * width
                    row = function.at(image, start * writer.size)
                    with function.loop(0, word("kernel_x"), name="kernel_x") as kernel_x:
                        first = x + kernel_x * word("dilation_x")
                        value = row_vector(writer, row, first, width, word("stride_x"))
                        _combine(writer, value, first, start, best, place)


def _combine(
    writer: _Windows, value: Value, first: Value, start: Value, best: Variable, place: Variable | None
) -> None:
    """Takes a vector of inputs into account."""
    function = writer.function
    if place is None:
        best.value = best.value + value
        return
    along = writer.ramp(first, writer.word("stride_x"))
    found = writer.inside(along, writer.word("width"))
    better = (value > best.value) | (value != value) | (place.value < 0)
    better = better & found
    best.value = function.where(better, value, best.value)
    place.value = function.where(better, along + function.lift(start.to(I32), writer.counted), place.value)


def _store_places(writer: _Windows, wanted: Value, places: Value, address: Value) -> None:
    """Writes places as int64, in halves that fit a vector each; two lanes do together."""
    function, half = writer.function, max(writer.lanes // 2, 2)
    for part in range(writer.lanes // half):
        lanes = range(part * half, (part + 1) * half)
        wide = function.shuffle(places, places, lanes).to(I64)
        mask = function.shuffle(wanted, wanted, lanes)
        function.store_where(mask, wide, function.at(address, part * half * 8))


REGION_FIELDS = (
    "images", "results", "places", "depth", "height", "width", "out_z", "out_y", "out_x", "first_z", "first_y",
    "first_x", "last_z", "last_y", "last_x",
)  # fmt: skip
"""Words of the kernels below: the same addresses and sizes, and the addresses of tables of int64: where the region of
each output begins and ends, along each dimension."""


def write_regions(element: str, kind: Literal["maxima", "sums", "spread"], host: Host) -> str:
    """The module of the kernel that goes through regions of any sizes, element by element.

    Args:
        element: the dtype.
        kind: maxima with their places, sums, or each output's value added to all of its region.
        host: the processor.
    """
    writer = _Windows(element, 1, host, REGION_FIELDS)
    function, word, size = writer.function, writer.word, writer.size
    out_y, out_x, height, width = word("out_y"), word("out_x"), word("height"), word("width")
    best, place = function.variable(0, writer.form), function.variable(0, I64)
    tables = {name: word(name, POINTER) for name in REGION_FIELDS if name.startswith(("first", "last"))}

    def bounds(axis: str, index: Value) -> tuple[Value, Value]:
        first, last = (function.at(tables[f"{side}_{axis}"], index * 8) for side in ("first", "last"))
        return function.load(first, I64, 8), function.load(last, I64, 8)

    with function.loop(function.params["begin"], function.params["end"], name="plane") as plane:
        image = function.at(word("images", POINTER), plane * writer.plane_size() * size)
        if kind == "spread":
            _clear(writer, image, writer.plane_size())
        results = function.at(word("results", POINTER), plane * writer.plane_size("out") * size)
        places = function.at(word("places", POINTER), plane * writer.plane_size("out") * 8)
        with function.loop(0, word("out_z") * out_y, name="row") as row:
            bounds_z, bounds_y = bounds("z", row // out_y), bounds("y", row % out_y)
            with function.loop(0, out_x, name="x") as x:
                bounds_x = bounds("x", x)
                spot = row * out_x + x
                result = function.at(results, spot * size)
                best.value = function.load(result, writer.form, size) if kind == "spread" else 0.0
                place.value = -1
                with function.loop(*bounds_z) as here_z, function.loop(*bounds_y) as here_y:
                    start = (here_z * height + here_y) * width
                    with function.loop(*bounds_x) as here_x:
                        address = function.at(image, (start + here_x) * size)
                        value = function.load(address, writer.form, size)
                        if kind == "spread":
                            function.store(value + best.value, address, size)
                        elif kind == "sums":
                            best.value = best.value + value
                        else:
                            better = (value > best.value) | (value != value) | (place.value < 0)
                            best.value = function.where(better, value, best.value)
                            place.value = function.where(better, start + here_x, place.value)
                if kind != "spread":
                    function.store(best.value, result, size)
                if kind == "maxima":
                    function.store(place.value, function.at(places, spot * 8), 8)
    function.finish()
    return module(function)


def _clear(writer: _Windows, image: Value, count: Value) -> None:
    """Sets all elements of an image to 0."""
    with writer.function.loop(0, count, writer.lanes, name="clear") as spot:
        wanted = writer.inside(writer.ramp(writer.function.lift(0, I64), 1), count - spot)
        address = writer.function.at(image, spot * writer.size)
        writer.function.store_where(wanted, writer.function.constant(0, writer.wide), address)
