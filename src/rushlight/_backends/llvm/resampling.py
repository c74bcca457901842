"""Images brought to another size by a compiled kernel: every place is a weighted sum of some places of some rows.

A unit of work is a row of a result. First the rows of the image that it is made of are added up, in whole vectors, in
a part of the scratch; then its places are gathered from there. What weights there are and where they belong is in
tables, so all modes, and their transposes for gradients, are the same kernel.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import prod
from typing import Any

import numpy as np

from . import kernels, memory
from .addresses import address_of
from .bands import FLOATS, Writer, below, contiguous, pack_words
from .host import Host
from .ir import I32, I64, POINTER, Value, module
from .plans import scratch
from .threads import crew
from .unsupported import Unsupported

Array = np.ndarray[Any, Any]
Taps = tuple[Array, Array]
"""For one dimension: indices of shape (out, k) into the input, -1 for none, and weights of that shape."""

RESAMPLING_FIELDS = (
    "images", "results", "image_step", "result_step", "width", "rows", "row_step", "row_taps", "row_starts",
    "row_weights", "columns", "column_taps", "column_step", "column_starts", "column_weights", "scratch", "slots",
    "slot_size", "header",
)  # fmt: skip
"""Words: addresses; bytes of an image and of a result; elements of an image's row; rows of a result and bytes of one;
of how many rows each is made, and the addresses of tables (for each of them, and each tap) of where these begin, in
bytes, -1 for none, and of their weights; the same for its places, in elements, each tap filled up to whole vectors."""

LARGEST = 1 << 30
"""Elements of a row that lanes can count in 32 bits."""


def write_resampling(element: str, host: Host) -> str:
    """The module of the kernel."""
    writer = Writer(element, 1, RESAMPLING_FIELDS, host)
    function, word, size, lanes = writer.function, writer.word, writer.size, writer.lanes
    total = function.variable(0, writer.wide)
    with writer.slot() as line, function.loop(function.params["begin"], function.params["end"], name="unit") as unit:
        row, plane = unit % word("rows"), unit // word("rows")
        image = function.at(word("images", POINTER), plane * word("image_step"))
        result = function.at(word("results", POINTER), plane * word("result_step") + row * word("row_step"))
        taps, width = word("row_taps"), word("width")
        starts = function.at(word("row_starts", POINTER), row * taps * 8)
        weights = function.at(word("row_weights", POINTER), row * taps * size)
        with function.loop(0, width, lanes, name="x") as x:
            total.value = function.constant(0, writer.wide)
            mask = below(writer, function.lift(0, I64), width - x)
            with function.loop(0, taps, name="tap") as tap:
                start = function.load(function.at(starts, tap * 8), I64, 8)
                with function.when(start >= 0):
                    weight = function.load(function.at(weights, tap * size), writer.form, size)
                    value = function.load_where(mask, function.at(image, start + x * size), writer.wide)
                    total.value = function.fma(function.lift(weight, writer.wide), value, total.value)
            function.store(total.value, function.at(line, x * size), size)
        _places(writer, line, result)
    function.finish()
    return module(function)


def _places(writer: Writer, line: Value, result: Value) -> None:
    """Gathers a row of a result from the line."""
    function, word, size, lanes = writer.function, writer.word, writer.size, writer.lanes
    columns, step = word("columns"), word("column_step")
    starts, weights = word("column_starts", POINTER), word("column_weights", POINTER)
    total = function.variable(0, writer.wide)
    with function.loop(0, columns, lanes, name="column") as column:
        total.value = function.constant(0, writer.wide)
        with function.loop(0, word("column_taps"), name="tap") as tap:
            place = tap * step + column
            start = function.load(function.at(starts, place * 4), I32.wide(lanes), 4)
            weight = function.load(function.at(weights, place * size), writer.wide, size)
            value = function.gather(start >= 0, line, start, writer.wide)
            total.value = function.fma(weight, value, total.value)
        mask = below(writer, function.lift(0, I64), columns - column)
        function.store_where(mask, total.value, function.at(result, column * size))


@lru_cache
def _kernel(element: str) -> int:
    def write(host: Host) -> str:
        return write_resampling(element, host)

    return kernels.load(f"resampling {element}", write).address["kernel"]


def _by_rows(taps: Sequence[Taps], sizes: Sequence[int], row_bytes: int) -> tuple[Array, Array]:
    """The taps of all dimensions but the last as one: where rows begin, and their weights."""
    starts, weights = np.zeros((1, 1), np.int64), np.ones((1, 1))
    for (index, weight), size in zip(taps, sizes, strict=True):
        here = np.where(index < 0, -1, index)[None, :, None, :]
        before = starts[:, None, :, None]
        starts = np.where((before < 0) | (here < 0), -1, before * size + here)
        starts = starts.reshape(starts.shape[0] * starts.shape[1], -1)
        weights = (weights[:, None, :, None] * weight[None, :, None, :]).reshape(starts.shape)
    return np.where(starts < 0, -1, starts * row_bytes), weights


def resample(element: str, images: Array, taps: Sequence[Taps]) -> Array:
    """Applies taps to the last dimensions.

    Args:
        element: the name of the dtype.
        images: of shape (..., *sizes).
        taps: one for each of the sizes.
    """
    rank = len(taps)
    lead, sizes = images.shape[: images.ndim - rank], images.shape[images.ndim - rank :]
    if element not in FLOATS or not images.size or sizes[-1] >= LARGEST:
        raise Unsupported(f"resampling of {element} images of {sizes}")
    out = tuple(len(index) for index, _ in taps)
    found = memory.empty((*lead, *out), images.dtype)
    if not found.size:
        return found
    images = contiguous(images)
    size, lanes = images.itemsize, kernels.host().vector_bits // 8 // images.itemsize
    starts, weights = _by_rows(taps[:-1], sizes[:-1], sizes[-1] * size)
    row_weights = weights.astype(images.dtype)
    index, shares = taps[-1]
    columns = -(-out[-1] // lanes) * lanes
    column_starts = np.full((index.shape[1], columns), -1, np.int32)
    column_weights = np.zeros((index.shape[1], columns), images.dtype)
    column_starts[:, : out[-1]], column_weights[:, : out[-1]] = index.T, shares.T
    slots, room = scratch((sizes[-1] + lanes) * size)
    words = slots | {
        "images": address_of(images), "results": address_of(found), "image_step": prod(sizes) * size,
        "result_step": prod(out) * size, "width": sizes[-1], "rows": len(starts), "row_step": out[-1] * size,
        "row_taps": starts.shape[1], "row_starts": address_of(starts), "row_weights": address_of(row_weights),
        "columns": out[-1], "column_taps": len(column_starts), "column_step": columns,
        "column_starts": address_of(column_starts), "column_weights": address_of(column_weights),
    }  # fmt: skip
    crew.run(_kernel(element), pack_words(words, RESAMPLING_FIELDS), prod(lead) * len(starts))
    del room
    return found
