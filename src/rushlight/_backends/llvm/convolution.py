"""Convolutions of arrays by compiled kernels: forward, transposed, and the gradient of their kernels.

All are correlations: output ``p`` is the sum of weights times inputs ``p * stride + offset``, where a place of the
kernel is an offset. A convolution's offsets are ``place * dilation - padding``. A transposed one with stride ``s`` is
``s`` correlations along each dimension, one for each remainder of an output's index, with those places of the kernel
that fall on whole inputs; nothing is multiplied with zeros between inputs. One and two dimensions run as three.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from functools import lru_cache
from math import prod
from typing import Any, NamedTuple

import numpy as np

from . import bands, correlation, kernel_gradient as sums, kernels, memory
from .addresses import address_of
from .host import Host
from .launch import Elementwise
from .threads import crew
from .typed import Node, Program
from .unsupported import Unsupported

Array = np.ndarray[Any, Any]
Sizes = Sequence[int]
Three = tuple[int, int, int]
Offsets = tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]

BAND_BYTES = 384 << 10
"""What a packed band takes at most, if it can: with the weights it shall stay in a second cache of 1 MB."""

FEWEST_PLACES = 96
"""Outputs in a band at least, if there are: two tiles of float32 on the widest vectors."""

FEWEST_BANDS = 8
"""Bands to divide the work into at least, so that threads have something to share: one image alone makes several."""

LONGEST_ROW = 1 << 30
"""Elements of a row that lanes can count in 32 bits."""

SPREAD_FROM = 16
"""Length of rows from which a kernel puts them a stride apart: rows of 8, a million elements in all, take NumPy 0.9 ms
and a kernel 2.2, rows of 32 and 64 on two threads 0.8 and 2.0 against 0.7 and 1.1."""

MOST_SUMS = 1 << 19
"""Elements that all shares' sums of a kernel's gradient take together, unless that makes too few shares."""

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
    """How a correlation is divided into bands, as the words of its kernels."""

    def __init__(self, setting: Setting) -> None:
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
        copies = setting.channels * len(offsets_z) * len(offsets_x)
        rows, wide = self._band(copies * len(remainders) * size, extra)
        plane = len(remainders) * (rows + extra) * wide * size
        plane = (-(-plane // 64) | 1) * 64  # an odd number of cache lines, so that planes do not share sets of a cache
        self.bands_y, self.bands_x = -(-setting.places[1] // rows), -(-setting.places[2] // wide)
        self.most_places = rows * wide
        self.items = setting.n * setting.places[0] * self.bands_y * self.bands_x
        self.packed = copies * plane + 128  # what the last vector of the last row writes too much
        starts = [first + remainder for remainder in remainders]
        within = [
            (remainders.index((offset - first) % stride_y) * (rows + extra) + (offset - first) // stride_y)
            * wide
            * size
            for offset in offsets_y
        ]
        steps = range(0, copies * plane, setting.channels * plane)
        taps = [start + step for start in steps for step in within]
        self.tap_offsets = np.array(taps, np.int64)
        self._tables = [np.array(table, np.int64) for table in (offsets_z, offsets_x, starts)]
        channel_step = depth * height * width * size
        group_step = channel_step * setting.channels
        table_z, table_x, table_starts = map(address_of, self._tables)
        self.words: dict[str, int] = {
            "image_step": group_step * setting.groups, "group_step": group_step, "channel_step": channel_step,
            "depth": depth, "height": height, "width": width,
            "groups": setting.groups, "channels": setting.channels,
            "places_z": setting.places[0], "places_y": setting.places[1], "places_x": setting.places[2],
            "stride_z": setting.stride[0], "stride_y": stride_y, "stride_x": setting.stride[2],
            "rows": rows, "bands_y": self.bands_y, "wide": wide, "bands_x": self.bands_x,
            "taps_z": len(offsets_z), "taps_x": len(offsets_x), "offsets_z": table_z, "offsets_x": table_x,
            "phases": len(remainders), "phase_starts": table_starts, "phase_rows": rows + extra, "extra_rows": extra,
            "plane_step": plane, "taps": len(taps), "tap_offsets": address_of(self.tap_offsets),
        }  # fmt: skip

    def _band(self, row_bytes: int, extra: int) -> tuple[int, int]:
        """Rows and width of a band, where one packed output row takes some bytes for each of its elements."""
        setting = self.setting
        _, height, width = setting.places
        if width > FEWEST_PLACES and row_bytes * width * (1 + extra) > BAND_BYTES:
            wide = max(FEWEST_PLACES, BAND_BYTES // (row_bytes * (1 + extra)) // FEWEST_PLACES * FEWEST_PLACES)
            return 1, min(wide, width)
        rows = max(BAND_BYTES // (row_bytes * width) - extra, -(-FEWEST_PLACES // width), 1)
        rows = min(rows, height)
        units = setting.n * setting.groups * setting.places[0]
        while units * -(-height // rows) < FEWEST_BANDS and rows > 1 and rows * width >= 2 * FEWEST_PLACES:
            rows = -(-rows // 2)
        return -(-height // -(-height // rows)), width  # bands of nearly the same height

    def scratch(self, each: int) -> tuple[dict[str, int], Array]:
        """Room for every thread's band and what a kernel adds to it, as words, and the array that holds it."""
        slots = min(crew.wanted, SLOTS)
        each = -(-each // 64) * 64
        room = memory.empty((slots * each + 128,), np.dtype(np.uint8))
        header = -(-address_of(room) // 64) * 64
        room[header - address_of(room) :][:8] = 0
        return {"header": header, "scratch": header + 64, "slots": slots, "slot_size": each}, room


@lru_cache(1024)
def plan(setting: Setting) -> Plan:
    """The plan for a setting, made once."""
    return Plan(setting)


def _three(sizes: Sizes, fill: int) -> Three:
    """Sizes of one to three dimensions as three, the first ones filled up."""
    if len(sizes) > 3:
        raise Unsupported(f"convolution in {len(sizes)} dimensions")
    depth, height, width = (*(fill,) * (3 - len(sizes)), *sizes)
    return depth, height, width


def _correlate(setting: Setting, images: Array, weight: Array, bias: Array | None) -> Array:
    """A correlation.

    Args:
        setting: of it.
        images: contiguous, of shape (n, groups * channels, ...).
        weight: of shape (groups, output channels of one, channels, *places of the kernel in three dimensions).
        bias: of shape (output channels,), or None.

    Returns:
        The outputs, of shape (n, output channels, z, y, x).
    """
    made = plan(setting)
    groups, outs = weight.shape[:2]
    rows = min(correlation.tile_of(kernels.host())[0], 1 << (outs - 1).bit_length())
    blocks = -(-outs // rows)
    panel = _panel(weight, rows, blocks)
    shifts = np.zeros((groups, blocks * rows), weight.dtype)
    if bias is not None:
        shifts[:, :outs] = bias.reshape(groups, outs)
    found = memory.empty((setting.n, groups * outs, *setting.places), images.dtype)
    step = prod(setting.places) * made.size
    scratch, room = made.scratch(made.packed)
    words = made.words | scratch | {
        "images": address_of(images), "weights": address_of(panel), "bias": address_of(shifts),
        "results": address_of(found), "result_image_step": step * groups * outs, "result_channel_step": step,
        "out_channels": outs, "blocks": blocks, "block_step": panel.nbytes // (groups * blocks),
    }  # fmt: skip
    packed = bands.pack_words(words, correlation.CORRELATION_FIELDS)
    crew.run(_kernel("correlation", setting.element, rows, made.step), packed, made.items * groups)
    del room
    return found


def _panel(weight: Array, rows: int, blocks: int) -> Array:
    """Weights as the kernel reads them, each group's output channels in blocks: [group][block][tap][channel][row]."""
    groups, outs = weight.shape[:2]
    ordered = weight.transpose(0, 1, 3, 5, 4, 2)  # the taps as bands have them: depth, width, height
    panel = memory.empty((groups, blocks, *ordered.shape[2:], rows), weight.dtype)
    whole = outs // rows
    view = np.moveaxis(panel, -1, 2)
    view[:, :whole] = ordered[:, : whole * rows].reshape(groups, whole, rows, *ordered.shape[2:])
    if whole < blocks:
        view[:, whole, : outs - whole * rows] = ordered[:, whole * rows :]
        view[:, whole, outs - whole * rows :] = 0
    return panel


@lru_cache
def _kernel(name: str, element: str, block: int, step: int) -> int:
    def write(host: Host) -> str:
        if name == "correlation":
            return correlation.write_correlation(element, block, step, host)
        if not block:
            return sums.write_few_channels(element, step, host)
        return sums.write_kernel_gradient(element, block, step, host)

    return kernels.load(f"{name} {element} {block} {step}", write).address["kernel"]


def convolve(
    element: str, images: Array, weight: Array, bias: Array | None, stride: Sizes, padding: Sizes, dilation: Sizes,
    places: Sizes, groups: int,
) -> Array:  # fmt: skip
    """Cross-correlation of images (n, c, ...) with kernels (o, c / groups, ...).

    Args:
        element: the name of their dtype.
        images, weight, bias: the arrays.
        stride, padding, dilation: a number for each dimension.
        places: sizes of an output.
        groups: blocks of channels that do not see each other.
    """
    kernel = _three(weight.shape[2:], 1)
    setting = _forward(element, images, kernel, stride, padding, dilation, places, groups)
    grouped = weight.reshape(groups, weight.shape[0] // groups, weight.shape[1], *kernel)
    found = _correlate(setting, bands.contiguous(images), grouped, bias)
    return found.reshape(images.shape[0], weight.shape[0], *places)


def _forward(
    element: str, images: Array, kernel: Three, stride: Sizes, padding: Sizes, dilation: Sizes, places: Sizes,
    groups: int,
) -> Setting:  # fmt: skip
    """The setting of a convolution."""
    depth, height, width = (
        tuple(place * spread - pad for place in range(size))
        for size, spread, pad in zip(kernel, _three(dilation, 1), _three(padding, 0), strict=True)
    )
    n, channels = images.shape[0], images.shape[1] // groups
    sizes, out = _three(images.shape[2:], 1), _three(places, 1)
    return Setting(element, n, groups, channels, sizes, out, _three(stride, 1), (depth, height, width))


def convolve_transposed(
    element: str, g: Array, weight: Array, bias: Array | None, sizes: Sizes, stride: Sizes, padding: Sizes,
    dilation: Sizes, groups: int,
) -> Array:  # fmt: skip
    """The transpose of `convolve`: images of the given sizes from its output; arguments as there."""
    n, kernel = g.shape[0], _three(weight.shape[2:], 1)
    each, outs = weight.shape[0] // groups, weight.shape[1]
    full, steps, inner = _three(sizes, 1), _three(stride, 1), _three(g.shape[2:], 1)
    grouped = weight.reshape(groups, each, outs, *kernel).swapaxes(1, 2)
    images = bands.contiguous(g)
    along = [
        [_phase(remainder, *numbers) for remainder in range(numbers[2])]
        for numbers in zip(full, kernel, steps, _three(padding, 0), _three(dilation, 1), strict=True)
    ]
    found = None if prod(steps) == 1 else memory.empty((n, groups * outs, *full), g.dtype)
    for z, y, x in itertools.product(*along):
        count, offsets = (z.places, y.places, x.places), (z.offsets, y.offsets, x.offsets)
        setting = Setting(element, n, groups, each, inner, count, (1, 1, 1), offsets)
        if found is None:
            found = _correlate(setting, images, grouped, bias)
            break
        target = found[:, :, z.remainder :: steps[0], y.remainder :: steps[1], x.remainder :: steps[2]]
        if not all(offsets):
            target[...] = 0 if bias is None else bias.reshape(-1, 1, 1, 1)
        elif target.size:
            part = grouped[:, :, :, z.taps][:, :, :, :, y.taps][..., x.taps]
            _spread(element, _correlate(setting, images, part, bias), target)
    assert found is not None
    return found.reshape(n, groups * outs, *sizes)


def _spread(element: str, values: Array, target: Array) -> None:
    """Copies outputs to where they belong, a stride apart."""
    if values.shape[-1] < SPREAD_FROM:
        target[...] = values
    else:
        _identity(element).into([values], [target])


@lru_cache
def _identity(element: str) -> Elementwise:
    node = Node("input", element, value="x")
    return Elementwise(Program({"x": element}, (), [(node, element)]))


class _Phase(NamedTuple):
    """The outputs of a transposed convolution whose index has one remainder, along one dimension.

    Attributes:
        remainder: of the index by the stride.
        places: how many outputs there are.
        taps: the places of the kernel that reach them.
        offsets: for each of those the input for the first of them.
    """

    remainder: int
    places: int
    taps: list[int]
    offsets: tuple[int, ...]


def _phase(remainder: int, size: int, kernel: int, stride: int, padding: int, dilation: int) -> _Phase:
    reached = [remainder + padding - place * dilation for place in range(kernel)]
    taps = [place for place, index in enumerate(reached) if index % stride == 0]
    places = max(-(-(size - remainder) // stride), 0)
    return _Phase(remainder, places, taps, tuple(reached[place] // stride for place in taps))


def kernel_gradient(
    element: str, images: Array, g: Array, kernel: Sizes, stride: Sizes, padding: Sizes, dilation: Sizes, groups: int
) -> Array:
    """The gradient of `convolve` with respect to its kernels.

    Args:
        element: the name of the dtype.
        images: the input.
        g: the gradient of the output.
        kernel: the sizes of a kernel.
        stride, padding, dilation, groups: as for `convolve`.
    """
    width = _three(kernel, 1)
    made = plan(_forward(element, images, width, stride, padding, dilation, g.shape[2:], groups))
    outs, channels = g.shape[1] // groups, images.shape[1] // groups
    few = groups > 1 and outs <= sums.FEW_CHANNELS
    if few:
        each, lanes, blocks, tile = 1, 1, outs, sums.FEW_ELEMENTS
    else:
        lanes = kernels.host().vector_bits // 8 // made.size
        vectors = -(-outs // lanes)
        each = vectors if vectors < 4 else 3 if vectors % 3 == 0 else 2
        blocks, tile = -(-vectors // each), sums.tile_of(each, kernels.host())
    elements = (made.tap_offsets[:, None] + np.arange(channels) * made.words["plane_step"]).reshape(-1)
    filled = np.concatenate((elements, np.repeat(elements[-1:], -len(elements) % tile)))
    share = -(-made.items // _shares(made.items, groups, len(filled) * blocks * each * lanes))
    shares = -(-made.items // share)
    partial = memory.empty((groups, shares, blocks, len(filled), each * lanes), g.dtype)
    partial[...] = 0
    turned_step = blocks * each * lanes * made.size
    room_for_turned = 0 if few else (-(-made.most_places // lanes) * lanes) * turned_step
    packed_room = -(-made.packed // 64) * 64
    scratch, room = made.scratch(packed_room + room_for_turned)
    images, g = bands.contiguous(images), bands.contiguous(g)
    step = prod(g.shape[2:]) * made.size
    words = made.words | scratch | {
        "images": address_of(images), "gradients": address_of(g), "gradient_image_step": step * g.shape[1],
        "gradient_channel_step": step, "out_channels": outs, "turned_step": turned_step, "turned": packed_room,
        "items": made.items, "share": share, "shares": shares, "elements": len(filled),
        "element_offsets": address_of(filled), "partial": address_of(partial), "blocks": blocks,
    }  # fmt: skip
    packed = bands.pack_words(words, sums.GRADIENT_FIELDS)
    crew.run(_kernel("kernel gradient", element, 0 if few else each, made.step), packed, groups * shares)
    del room
    total = partial.sum(axis=1) if shares > 1 else partial[:, 0]
    depth, height, across = width
    ordered = total[:, :, : len(elements)].reshape(groups, blocks, depth, across, height, channels, each * lanes)
    ordered = ordered.transpose(0, 1, 6, 5, 2, 4, 3).reshape(groups, -1, channels, *width)[:, :outs]
    return ordered.reshape(groups * outs, channels, *kernel)


def _shares(items: int, groups: int, numbers: int) -> int:
    """Into how many shares the bands of a group are divided: their sums are added at the end, in this order, so that
    the result does not depend on how many threads there are."""
    wanted = max(MOST_SUMS // max(numbers * groups, 1), FEWEST_BANDS // groups, 1)
    return min(items, wanted, 4 * FEWEST_BANDS)
