"""Weights in the order in which a convolution's kernel reads them.

For each product of a sum there are the weights of a block of output channels side by side. In the weights themselves
the places of the kernel are: rows of them are read in whole vectors, one for each channel of a vector, and turned.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from functools import lru_cache
from math import prod
from typing import Any

import numpy as np

from . import bands, kernels, memory
from .addresses import THREADS_FROM, address_of
from .bands import Square, Writer, below
from .host import Host
from .ir import I64, POINTER, module
from .threads import crew

Array = np.ndarray[Any, Any]

PANEL_FIELDS = (
    "weights", "panel", "group_step", "channel_step", "row_step", "out_channels", "blocks", "vectors", "rows", "taps",
    "table",
)  # fmt: skip
"""Words: addresses; steps in bytes of groups, output channels and rows of the weights; output channels of a group,
blocks of them, vectors in a block; rows, elements of one, and the address of a table with three numbers for each: where
in the panel it goes, and the bytes from one block and from one row to the next."""


def write_panels(element: str, host: Host) -> str:
    """The module of the kernel. Its units are rows in blocks in groups."""
    writer = Writer(element, 1, PANEL_FIELDS, host)
    function, word, lanes, size = writer.function, writer.word, writer.lanes, writer.size
    square = Square(writer)
    zero = function.lift(0, I64)
    with function.loop(function.params["begin"], function.params["end"], name="unit") as unit:
        row, rest = unit % word("rows"), unit // word("rows")
        block, group = rest % word("blocks"), rest // word("blocks")
        source = function.at(word("weights", POINTER), group * word("group_step") + row * word("row_step"))
        with function.loop(0, word("vectors"), name="vector") as vector:
            first = (block * word("vectors") + vector) * lanes
            with function.loop(0, word("taps"), lanes, name="taps") as tap:
                count = writer.smaller(word("taps") - tap, function.lift(lanes, I64))
                with function.loop(0, lanes, name="lane") as lane:
                    here = function.at(source, (first + lane) * word("channel_step") + tap * size)
                    limit = function.where(first + lane < word("out_channels"), count, 0)
                    value = function.load_where(below(writer, zero, limit), here, writer.wide)
                    function.store(value, square.line(lane), size)
                columns = square.turn()
                with function.loop(0, count, name="tap") as lane:
                    entry = function.at(word("table", POINTER), (tap + lane) * 24)
                    begin, block_step, row_step = (function.load(function.at(entry, 8 * i), I64, 8) for i in range(3))
                    place = begin + rest * block_step + row * row_step + vector * (lanes * size)
                    value = function.load(function.at(columns, lane * (lanes * size)), writer.wide, size)
                    function.store(value, function.at(word("panel", POINTER), place), size)
    function.finish()
    return module(function)


@lru_cache
def _kernel(element: str) -> int:
    return kernels.load(f"panels {element}", lambda host: write_panels(element, host)).address["kernel"]


def packed(element: str, weight: Array, channels: int, parts: tuple[Sequence[int], ...]) -> tuple[Array, list[int]]:
    """Panels of weights, each with some of the kernel's places.

    Args:
        element: the name of the dtype.
        weight: of shape (groups, output channels, input channels, *places of the kernel).
        channels: in a block; whole vectors of them, or few.
        parts: the places of each panel, each place in one of them.

    Returns:
        The panels in one array, each of shape (groups, blocks, input channels, places, channels of the block), and
        their addresses.
    """
    groups, outs, rows = weight.shape[:3]
    places = prod(weight.shape[3:])
    flat = weight.reshape(groups, outs, rows, places)
    blocks, size = -(-outs // channels), weight.itemsize
    panel = memory.empty((groups * blocks * rows * places * channels,), weight.dtype)
    each = groups * blocks * rows * channels  # elements of a panel with one place
    begins = [0, *itertools.accumulate(len(part) * each for part in parts)]
    start = address_of(panel)
    addresses = [start + begin * size for begin in begins[:-1]]
    lanes = kernels.host().vector_bits // 8 // size
    if channels % lanes or places * rows < lanes or flat.strides[3] != size:
        for begin, part in zip(begins, parts, strict=False):
            view = panel[begin : begin + len(part) * each].reshape(groups, blocks, rows, len(part), channels)
            _copy(flat if len(part) == places else flat[..., list(part)], view)
        return panel, addresses
    if len(parts) == 1 and flat.strides[2] == places * size:  # rows follow each other
        rows, places, parts = 1, rows * places, (range(rows * places),)
    table = _table(parts, rows, channels * size, groups * blocks)
    strides = flat.strides
    words = {
        "weights": address_of(weight), "panel": start, "group_step": strides[0], "channel_step": strides[1],
        "row_step": strides[2], "out_channels": outs, "blocks": blocks, "vectors": channels // lanes, "rows": rows,
        "taps": places, "table": address_of(table),
    }  # fmt: skip
    run = crew.run if panel.size >= THREADS_FROM else crew.run_alone
    run(_kernel(element), bands.pack_words(words, PANEL_FIELDS), groups * blocks * rows)
    return panel, addresses


@lru_cache(256)
def _table(parts: tuple[Sequence[int], ...], rows: int, width: int, blocks: int) -> Array:
    """The kernel's table for panels of some places, with a width in bytes, for groups times blocks."""
    table = np.empty((sum(map(len, parts)), 3), np.int64)
    begin = 0
    for part in parts:
        table[list(part), 0] = begin + np.arange(len(part)) * width
        table[list(part), 1:] = (rows * len(part) * width, len(part) * width)
        begin += blocks * rows * len(part) * width
    return table


def _copy(weight: Array, panel: Array) -> None:
    """Fills a panel of shape (groups, blocks, rows, places, channels)."""
    outs, channels = weight.shape[1], panel.shape[-1]
    whole = outs // channels
    view = np.moveaxis(panel, -1, 2)
    view[:, :whole] = weight[:, : whole * channels].reshape(*view[:, :whole].shape)
    if whole < panel.shape[1]:
        view[:, whole, : outs - whole * channels] = weight[:, whole * channels :]
        view[:, whole, outs - whole * channels :] = 0
