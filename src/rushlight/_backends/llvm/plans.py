"""How a correlation is divided into bands, as the words of its kernels."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from . import bands, memory
from .addresses import address_of
from .threads import crew
from .unsupported import Unsupported

Array = np.ndarray[Any, Any]
Three = tuple[int, int, int]
Offsets = tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]

BAND_BYTES = 768 << 10
"""What a packed band takes at most, if it can: with a block of weights it shall stay in a second cache of 1 MB."""

FEWEST_PLACES = 96
"""Outputs in a band at least, if there are: several tiles, so that little of the last one is wasted."""

SIDE_PLACES = 256
"""Outputs up to which small images are put side by side in a band."""

FEWEST_BANDS = 8
"""Bands to divide the work into at least, so that threads have something to share: one image alone makes several."""

COPY_CYCLES = 9
"""What packing a vector of a row takes, about, where a product of two takes one."""

LONGEST_ROW = 1 << 30
"""Elements of a row that lanes can count in 32 bits."""

SLOTS = 62
"""Threads that may pack at the same time: bits of a word."""


class Setting(NamedTuple):
    """What a correlation depends on besides the numbers in its arrays.

    Attributes:
        element: the dtype.
        n, groups, channels: images, groups, input channels of a group.
        sizes: of an image.
        places: sizes of an output.
        stride: inputs between neighbouring outputs.
        offsets: the input under each place of the kernel for output 0, along each dimension.
    """

    element: str
    n: int
    groups: int
    channels: int
    sizes: Three
    places: Three
    stride: Three
    offsets: Offsets


class Plan:
    """The division of a correlation.

    Args:
        setting: the correlation.
        channels: how many of a group's are packed at a time.
        single: whether there is one copy of a row, with zeros beside it, instead of one for each place of the kernel.

    Attributes:
        size: bytes of an element.
        step: the stride in width as kernels know it.
        items: bands of a group.
        most_places: outputs in a band at most.
        flat: whether the outputs of a band lie side by side in the result.
        plane: bytes of a packed copy of a plane.
        words: what kernels have to know of it.
    """

    def __init__(self, setting: Setting, channels: int, single: bool) -> None:
        if setting.element not in bands.FLOATS or max(setting.sizes) >= LONGEST_ROW:
            raise Unsupported(f"convolution of {setting.element} images of {setting.sizes}")
        self.setting = setting
        self.size = size = np.dtype(setting.element).itemsize
        self.step = setting.stride[2] if setting.stride[2] <= 2 else 0
        depth, height, width = setting.sizes
        stride_y = setting.stride[1]
        offsets_z, offsets_y, offsets_x = setting.offsets
        first = min(offsets_y)
        # rows that are a stride apart lie side by side: one phase for each remainder that occurs
        remainders = sorted({(offset - first) % stride_y for offset in offsets_y})
        extra = max((offset - first) // stride_y for offset in offsets_y)
        # the same along a row if there is one copy of it
        stride_x, first_x = setting.stride[2] if single else 1, min(offsets_x)
        starts_x = sorted({first_x + (offset - first_x) % stride_x for offset in offsets_x}) if single else offsets_x
        reach = max((offset - first_x) // stride_x for offset in offsets_x) if single else 0
        self.copies = len(offsets_z) * len(starts_x)
        rows, wide, side = self._band(channels * self.copies * len(remainders) * size, extra)
        pitch = side * (wide + reach)
        plane = len(remainders) * (rows + extra) * pitch * size + 64  # what the last vector of a row writes too much
        self.plane = plane = (-(-plane // 64) | 1) * 64  # an odd number of lines: planes do not share sets of a cache
        bands_y, bands_x = -(-setting.places[1] // rows), -(-setting.places[2] // wide)
        self.most_places = rows * pitch
        self.items = -(-setting.n // side) * setting.places[0] * bands_y * bands_x
        self.flat = side == 1 and wide == setting.places[2] and not reach
        starts = [first + remainder for remainder in remainders]
        self._rows = {
            offset: (remainders.index((offset - first) % stride_y) * (rows + extra) + (offset - first) // stride_y)
            * pitch
            * size
            for offset in offsets_y
        }
        self._columns = {
            offset: starts_x.index(first_x + (offset - first_x) % stride_x) * plane
            + (offset - first_x) // stride_x * size
            if single
            else starts_x.index(offset) * plane
            for offset in offsets_x
        }
        self._tables = [np.array(table, np.int64) for table in (offsets_z, starts_x, starts)]
        channel_step = depth * height * width * size
        group_step = channel_step * setting.channels
        table_z, table_x, table_starts = map(address_of, self._tables)
        self.words: dict[str, int] = {
            "image_step": group_step * setting.groups, "group_step": group_step, "channel_step": channel_step,
            "depth": depth, "height": height, "width": width, "n": setting.n, "side": side, "pitch": pitch,
            "span": wide + reach, "reach": reach, "groups": setting.groups, "channels": setting.channels,
            "places_z": setting.places[0], "places_y": setting.places[1], "places_x": setting.places[2],
            "stride_z": setting.stride[0], "stride_y": stride_y, "stride_x": setting.stride[2],
            "rows": rows, "bands_y": bands_y, "wide": wide, "bands_x": bands_x,
            "taps_z": len(offsets_z), "taps_x": len(starts_x), "offsets_z": table_z, "offsets_x": table_x,
            "phases": len(remainders), "phase_starts": table_starts, "phase_rows": rows + extra, "extra_rows": extra,
            "plane_step": plane,
        }  # fmt: skip

    def _band(self, row_bytes: int, extra: int) -> tuple[int, int, int]:
        """Rows, width and images of a band, where one packed output row takes some bytes for each of its elements."""
        setting = self.setting
        _, height, width = setting.places
        if width > FEWEST_PLACES and row_bytes * width * (1 + extra) > BAND_BYTES:
            wide = max(FEWEST_PLACES, BAND_BYTES // (row_bytes * (1 + extra)) // FEWEST_PLACES * FEWEST_PLACES)
            return 1, min(wide, width), 1
        rows = max(BAND_BYTES // (row_bytes * width) - extra, -(-FEWEST_PLACES // width), 1)
        rows = min(rows, height)
        if rows == height:
            room = max(BAND_BYTES // (row_bytes * width * (rows + extra)), 1)
            side = min(room, max(SIDE_PLACES // (rows * width), 1), setting.n)
            side = -(-setting.n // -(-setting.n // side))
            if side > 1:
                return rows, width, side
        units = setting.n * setting.groups * setting.places[0]
        while units * -(-height // rows) < FEWEST_BANDS and rows > 1 and rows * width >= 2 * FEWEST_PLACES:
            rows = -(-rows // 2)
        return -(-height // -(-height // rows)), width, 1  # bands of nearly the same height

    def packed(self, channels: int) -> int:
        """Bytes of some channels of a band, and what the last tile reads too much."""
        return channels * self.copies * self.plane + 256 * self.size

    def inputs(self, channels: int, offsets: Offsets) -> Array:
        """Where in a packed band the input is of each product, for channels and places of the kernel, in this order."""
        z, y, x = offsets
        planes = [self.setting.offsets[0].index(offset) * (self.words["taps_x"] * self.plane) for offset in z]
        rows, columns = [self._rows[offset] for offset in y], [self._columns[offset] for offset in x]
        channel = np.arange(channels) * (self.copies * self.plane)
        found = channel
        for steps in (planes, rows, columns):
            found = np.add.outer(found, np.array(steps, np.int64))
        return found.reshape(-1)


def scratch(each: int) -> tuple[dict[str, int], Array]:
    """Room of some bytes for every thread, as words of a kernel that has `Writer.slot`, and the array that holds it."""
    slots = min(crew.wanted, SLOTS)
    each = -(-each // 64) * 64
    room = memory.empty((slots * each + 128,), np.dtype(np.uint8))
    header = -(-address_of(room) // 64) * 64
    room[header - address_of(room) :][:8] = 0
    return {"header": header, "scratch": header + 64, "slots": slots, "slot_size": each}, room


def is_single(setting: Setting, outs: int) -> bool:
    """Whether one copy of each row is better for some output channels: fewer are packed, but outputs between the rows
    are computed too."""
    offsets = setting.offsets[2]
    copies = len(offsets) - min(len(offsets), setting.stride[2])
    between = (max(offsets) - min(offsets)) // setting.stride[2] / max(setting.places[2], 1)
    return between * len(offsets) * len(setting.offsets[1]) * outs < copies * COPY_CYCLES


@lru_cache(1024)
def plan(setting: Setting, channels: int, single: bool) -> Plan:
    """The plan for a setting, made once."""
    return Plan(setting, channels, single)


@lru_cache(1024)
def inputs(setting: Setting, channels: int, single: bool, offsets: Offsets) -> Array:
    """`Plan.inputs` of a setting's plan, made once."""
    return plan(setting, channels, single).inputs(channels, offsets)


def three(sizes: Sequence[int], fill: int) -> Three:
    """Sizes of one to three dimensions as three, the first ones filled up."""
    if len(sizes) > 3:
        raise Unsupported(f"convolution in {len(sizes)} dimensions")
    depth, height, width = (*(fill,) * (3 - len(sizes)), *sizes)
    return depth, height, width
