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

from . import bands, correlation, kernel_gradient as sums, kernels, memory, panels
from .addresses import address_of
from .host import Host
from .plans import FEWEST_BANDS, Offsets, Setting, Three, inputs, is_single, plan, scratch, three
from .threads import crew
from .unsupported import Unsupported

Array = np.ndarray[Any, Any]
Sizes = Sequence[int]

MOST_SUMS = 1 << 19
"""Elements that all shares' sums of a kernel's gradient take together, unless that makes too few shares."""


MOST_UNITS = 1 << 32
"""Units of work that kernels cannot count."""

UNDIVIDED = 1 << 16
"""Elements of a kernel's gradient up to which every unit sums up all of them."""

CHUNK = 256
"""Elements and output channels of the sums of a unit otherwise: 256 KB of float32 stay in a second cache beside a
band."""


class _Grid(NamedTuple):
    """Outputs of a correlation that are computed alike.

    Attributes:
        taps: the places of the kernel that reach them, as if it were flat.
        offsets: for each of those the input for the first output, along each dimension.
        start: the first output.
        counts: how many there are, along each dimension.
    """

    taps: Sequence[int]
    offsets: Offsets
    start: Three
    counts: Three


def _correlate(
    setting: Setting, images: Array, weight: Array, grids: Sequence[_Grid], bias: Array | None, sizes: Three,
    spacing: Three,
) -> Array:  # fmt: skip
    """Correlations of the same images.

    Args:
        setting: of all of them: with all of their offsets.
        images: contiguous, of shape (n, groups * channels, ...).
        weight: of shape (groups, output channels of one, channels, *places of the kernel in three dimensions).
        grids: what is different.
        bias: of shape (output channels,), or None.
        sizes: of the result.
        spacing: between neighbouring outputs of a grid.

    Returns:
        The outputs, of shape (n, output channels, z, y, x).
    """
    groups, outs = weight.shape[:2]
    single = is_single(setting, outs)
    made = plan(setting, setting.channels, single)
    host = kernels.host()
    tile = correlation.tile_of(outs, made.most_places, host.vector_bits // 8 // made.size, host)
    blocks = -(-outs // tile.channels)
    shifts = np.zeros((groups, blocks * tile.channels), images.dtype)
    if bias is not None:
        shifts[:, :outs] = bias.reshape(groups, outs)
    found = memory.empty((setting.n, groups * outs, *sizes), images.dtype)
    steps = [step * made.size for step in (sizes[1] * sizes[2], sizes[2], 1)]
    panel, panel_addresses = panels.packed(setting.element, weight, tile.channels, tuple(grid.taps for grid in grids))
    tables = [inputs(setting, setting.channels, single, grid.offsets) for grid in grids]
    grid_table = np.array([
        (
            len(table), address_of(table), address, len(table) * tile.channels * made.size,
            sum(map(int.__mul__, grid.start, steps)), *grid.counts,
        )
        for grid, address, table in zip(grids, panel_addresses, tables, strict=True)
    ], np.int64)  # fmt: skip
    packed = -(-made.packed(setting.channels) // 64) * 64
    row = -(-(made.most_places + tile.places) // 16) * 16 * made.size
    slots, room = scratch(packed + row * tile.channels + 64)
    parts = min(blocks, -(-FEWEST_BANDS // (made.items * groups)))
    part = -(-blocks // parts)
    parts = -(-blocks // part)
    channel_step = prod(sizes) * made.size
    words = made.words | slots | {
        "images": address_of(images), "bias": address_of(shifts), "results": address_of(found),
        "result_image_step": channel_step * groups * outs, "result_channel_step": channel_step,
        "result_z": steps[0] * spacing[0], "result_y": steps[1] * spacing[1], "result_x": steps[2] * spacing[2],
        "out_channels": outs, "blocks": blocks, "part": part, "parts": parts, "grids": len(grids),
        "grid_table": address_of(grid_table), "sums": packed, "sums_step": row,
        "flat": int(made.flat and spacing == (1, 1, 1)),
    }  # fmt: skip
    apart = spacing[2] if spacing[2] <= 2 else 0
    kernel = _kernel("correlation", setting.element, tile, made.step, apart)
    _run(kernel, bands.pack_words(words, correlation.CORRELATION_FIELDS), made.items * groups * parts)
    del room, panel
    return found


def _run(kernel: int, words: bytes, units: int) -> None:
    if units >= MOST_UNITS:
        raise Unsupported(f"convolution in {units} units of work")
    crew.run(kernel, words, units)


@lru_cache
def _kernel(name: str, element: str, *shape: Any) -> int:
    def write(host: Host) -> str:
        return _WRITERS[name](element, *shape, host)

    return kernels.load(f"{name} {element} {shape}", write).address["kernel"]


_WRITERS: dict[str, Any] = {
    "correlation": correlation.write_correlation, "kernel gradient": sums.write_kernel_gradient,
    "few channels": sums.write_few_channels,
}  # fmt: skip


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
    kernel = three(weight.shape[2:], 1)
    setting = _forward(element, images, kernel, stride, padding, dilation, places, groups)
    grouped = weight.reshape(groups, weight.shape[0] // groups, weight.shape[1], *kernel)
    grid = _Grid(range(prod(kernel)), setting.offsets, (0, 0, 0), setting.places)
    found = _correlate(setting, bands.contiguous(images), grouped, [grid], bias, setting.places, (1, 1, 1))
    return found.reshape(images.shape[0], weight.shape[0], *places)


def _forward(
    element: str, images: Array, kernel: Three, stride: Sizes, padding: Sizes, dilation: Sizes, places: Sizes,
    groups: int,
) -> Setting:  # fmt: skip
    """The setting of a convolution."""
    depth, height, width = (
        tuple(place * spread - pad for place in range(size))
        for size, spread, pad in zip(kernel, three(dilation, 1), three(padding, 0), strict=True)
    )
    n, channels = images.shape[0], images.shape[1] // groups
    sizes, out = three(images.shape[2:], 1), three(places, 1)
    return Setting(element, n, groups, channels, sizes, out, three(stride, 1), (depth, height, width))


def convolve_transposed(
    element: str, g: Array, weight: Array, bias: Array | None, sizes: Sizes, stride: Sizes, padding: Sizes,
    dilation: Sizes, groups: int,
) -> Array:  # fmt: skip
    """The transpose of `convolve`: images of the given sizes from its output; arguments as there."""
    n, kernel = g.shape[0], three(weight.shape[2:], 1)
    each, outs = weight.shape[0] // groups, weight.shape[1]
    full, steps, inner = three(sizes, 1), three(stride, 1), three(g.shape[2:], 1)
    grouped = weight.reshape(groups, each, outs, *kernel).swapaxes(1, 2)
    counts, offsets, grids = _grids(full, kernel, steps, three(padding, 0), three(dilation, 1))
    setting = Setting(element, n, groups, each, inner, counts, (1, 1, 1), offsets)
    found = _correlate(setting, bands.contiguous(g), grouped, grids, bias, full, steps)
    return found.reshape(n, groups * outs, *sizes)


@lru_cache(256)
def _grids(
    sizes: Three, kernel: Three, stride: Three, padding: Three, dilation: Three
) -> tuple[Three, Offsets, list[_Grid]]:
    """The grids of a transposed convolution, the sizes of the largest, and all of their offsets."""
    along = [
        [_phase(remainder, *numbers) for remainder in range(numbers[2])]
        for numbers in zip(sizes, kernel, stride, padding, dilation, strict=True)
    ]
    counts = [max(phase.places for phase in phases) for phases in along]
    offsets = [tuple(sorted({offset for phase in phases for offset in phase.offsets})) for phases in along]
    grids = []
    for phases in itertools.product(*along):
        places = itertools.product(*(phase.taps for phase in phases))
        taps = tuple((i * kernel[1] + j) * kernel[2] + k for i, j, k in places)
        start, room, reached = (_as_three([phase[field] for phase in phases]) for field in (0, 1, 3))
        grids.append(_Grid(taps, reached, start, room))
    return _as_three(counts), _as_three(offsets), grids


def _as_three(values: Sequence[Any]) -> Any:
    first, second, third = values
    return first, second, third


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
    width = three(kernel, 1)
    setting = _forward(element, images, width, stride, padding, dilation, g.shape[2:], groups)
    outs, channels = g.shape[1] // groups, images.shape[1] // groups
    shape = _gradient_shape(np.dtype(element).itemsize, outs, groups)
    chunk, part = _chunk(channels, outs, prod(width), groups, shape)
    chunks, parts = -(-channels // chunk), -(-shape.blocks // part)
    made = plan(setting, chunk, shape.few)
    wide = shape.vectors * shape.lanes
    table = inputs(setting, chunk, shape.few, setting.offsets)
    filled = np.concatenate((table, np.repeat(table[-1:], -len(table) % shape.tile)))
    units = groups * chunks * parts
    share = -(-made.items // _shares(made.items, units, len(filled) * part * wide))
    shares = -(-made.items // share)
    partial = memory.empty((shares, groups, chunks, parts * part, len(filled), wide), g.dtype)
    turned_step = (made.most_places + shape.lanes) * wide * made.size
    room_for_turned = 0 if shape.few else part * turned_step
    packed_room = -(-made.packed(chunk) // 64) * 64
    slots, room = scratch(packed_room + room_for_turned)
    images, g = bands.contiguous(images), bands.contiguous(g)
    step = prod(g.shape[2:]) * made.size
    words = made.words | slots | {
        "images": address_of(images), "gradients": address_of(g), "gradient_image_step": step * g.shape[1],
        "gradient_channel_step": step, "out_channels": outs, "turned_step": turned_step, "turned": packed_room,
        "items": made.items, "share": share, "shares": shares, "elements": len(filled),
        "element_offsets": address_of(filled), "partial": address_of(partial), "blocks": part,
        "chunk": chunk, "chunks": chunks, "parts": parts, "flat": int(made.flat),
    }  # fmt: skip
    name, form = ("few channels", ()) if shape.few else ("kernel gradient", (shape.vectors,))
    packed = bands.pack_words(words, sums.GRADIENT_FIELDS)
    _run(_kernel(name, element, *form, made.step), packed, shares * units)
    del room
    total = partial.sum(axis=0) if shares > 1 else partial[0]
    # (groups, chunks, blocks, elements, output channels) to (groups, blocks, output channels, chunks, elements)
    ordered = bands.contiguous(total[:, :, :, : len(table)].transpose(0, 2, 4, 1, 3))
    ordered = ordered.reshape(groups, -1, chunks * chunk, prod(width))[:, :outs, :channels]
    return ordered.reshape(groups * outs, channels, *kernel)


class _Gradient(NamedTuple):
    """How the sums of a kernel's gradient are laid out.

    Attributes:
        few: whether lanes are outputs, since groups have few channels of them.
        vectors, lanes: of a block of output channels.
        blocks: how many there are.
        tile: elements of a kernel in a tile.
    """

    few: bool
    vectors: int
    lanes: int
    blocks: int
    tile: int


def _gradient_shape(size: int, outs: int, groups: int) -> _Gradient:
    if groups > 1 and outs <= sums.FEW_CHANNELS:
        return _Gradient(True, 1, 1, outs, sums.FEW_ELEMENTS)
    host = kernels.host()
    lanes = host.vector_bits // 8 // size
    vectors = -(-outs // lanes)
    each = vectors if vectors < 4 else 3 if vectors % 3 == 0 else 2
    return _Gradient(False, each, lanes, -(-vectors // each), sums.tile_of(each, host))


def _chunk(channels: int, outs: int, places: int, groups: int, shape: _Gradient) -> tuple[int, int]:
    """Input channels and blocks of output channels whose part of the gradient a unit sums up: all, if the sums are few
    enough to be there once for every share. Else about as many elements as output channels: each band of the input is
    packed for all parts, and that of the gradient turned for all chunks."""
    if channels * places * outs <= UNDIVIDED or shape.few:
        return channels, shape.blocks
    wide = shape.vectors * shape.lanes
    parts = -(-outs // CHUNK)
    part = -(-shape.blocks // parts)
    chunks = max(-(-channels * places * min(part * wide, outs) // CHUNK**2), -(-FEWEST_BANDS // (groups * parts)))
    return -(-channels // min(chunks, channels)), part


def _shares(items: int, groups: int, numbers: int) -> int:
    """Into how many shares the bands of a group are divided: their sums are added at the end, in this order, so that
    the result does not depend on how many threads there are."""
    wanted = max(MOST_SUMS // max(numbers * groups, 1), FEWEST_BANDS // groups, 1)
    return min(items, wanted, 4 * FEWEST_BANDS)
