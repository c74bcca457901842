"""Normal numbers: ``randn`` and ``normal_``."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .. import machine_code
from ..generator import Doubles, Generator, doubles_of
from .layout import CHUNK, FEW, chunk_for, flatten, put_back, real_view
from .normal_blocks import BLOCK, FEW as FEW_IN_BLOCKS, block_normals, block_normals64, few_block_normals
from .rounding import log1p, multiply_add, narrow
from .uniform import fractions_of

Array = np.ndarray[Any, Any]

BLOCK_CHUNK = 32768
"""Numbers made from blocks at a time: a million float32 take 16 ms with it, 21 with a quarter of it."""

_FLOAT32 = np.dtype(np.float32)
_FEW = 32
"""Numbers up to which a loop over Python floats is faster than array operations."""


def few_normals(generator: Generator, count: int) -> np.ndarray[Any, np.dtype[np.float32]] | None:
    """A new array of standard normal numbers as `fill_normal` makes them for float32.

    None, and nothing drawn, where the current block has not as many words left.
    """
    with generator.lock:
        if count >= BLOCK:
            ragged = count % BLOCK
            numbers = few_block_normals(generator, count - ragged, ragged, BLOCK if ragged else 0)
            if numbers is not None and ragged:
                numbers = np.concatenate((numbers[: count - BLOCK], numbers[-BLOCK:]))
            return numbers
        return _few_pairs(generator, count)


def _few_pairs(generator: Generator, count: int) -> np.ndarray[Any, np.dtype[np.float32]] | None:
    kept = generator.cached_normal
    missing = count if kept is None else count - 1
    if missing == 0:
        generator.cached_normal = None
        return np.array([kept], _FLOAT32)
    start = generator.take(2 * (missing + (missing & 1)))
    if start < 0:
        return None
    table = generator.block_cache.get(start & 3)
    if table is None:
        table = generator.block_cache[start & 3] = _pairs_of_block(generator, start & 3)
    first = start >> 2 << 1  # two numbers for four words
    stop = first + missing
    generator.cached_normal = float(table[stop]) if missing & 1 else None
    if kept is None:
        single: np.ndarray[Any, np.dtype[np.float32]] = table[first:stop].astype(_FLOAT32)
        return single
    numbers = np.empty(count, _FLOAT32)
    numbers[0] = kept
    numbers[1:] = table[first:stop]
    return numbers


def _pairs_of_block(generator: Generator, start: int) -> Doubles:
    """All normal numbers of the current block whose first pair begins at a word."""
    words = generator.block
    return normal_pairs(doubles_of(words[start : start + (words.size - start & ~3)]))


def fill_normal(generator: Generator, out: Array, mean: float = 0.0, std: float = 1.0) -> None:
    """Fills a floating or complex array with normal numbers.

    The parts of complex numbers have the standard deviation ``std / sqrt(2)``, and each the mean `mean`.
    """
    if out.dtype.kind == "c":
        out = real_view(out)
        std /= math.sqrt(2.0)
    if mean == 0.0 and std == 1.0 and 0 < out.size <= FEW and out.dtype is _FLOAT32 and out.flags.c_contiguous:
        few = few_normals(generator, out.size)
        if few is not None:
            out[...] = few.reshape(out.shape)
            return
    with generator.lock:
        if out.size >= BLOCK and out.flags.c_contiguous:
            _fill_blocks(generator, out.reshape(-1), mean, std)
            return
        flat, target = flatten(out)
        for start in range(0, flat.size, CHUNK):
            part = flat[start : start + CHUNK]
            numbers = standard_normals(generator, part.size)
            if mean == 0.0 and std == 1.0:
                part[...] = numbers if part.itemsize > 2 else numbers.astype(np.float32)
            else:
                part[...] = narrow(multiply_add(numbers, std, mean), part.dtype)
        put_back(flat, target)


def standard_normals(generator: Generator, count: int) -> Doubles:
    """The next `count` standard normal doubles of the stream without blocks.

    They come in Box-Muller pairs; the generator keeps the second one of the last pair for the next call.
    """
    if count == 0:
        return np.empty(0)
    kept = generator.cached_normal
    first = [] if kept is None else [kept]
    pairs = (count - len(first) + 1) // 2
    if 2 * pairs <= _FEW:
        uniform = generator.few_doubles(2 * pairs)
        for i in range(0, 2 * pairs, 2):
            first += box_muller(uniform[i], uniform[i + 1])
        numbers = np.array(first)
    else:
        numbers = np.concatenate((np.array(first), normal_pairs(generator.doubles(2 * pairs))))
    generator.cached_normal = float(numbers[count]) if numbers.size > count else None
    return numbers[:count]


def box_muller(first: float, second: float) -> tuple[float, float]:
    """Two independent normal numbers from two uniform ones."""
    radius = math.sqrt(-2.0 * math.log1p(-second))
    angle = 2.0 * math.pi * first
    return radius * math.cos(angle), radius * math.sin(angle)


def normal_pairs(uniform: Doubles) -> Doubles:
    """`box_muller` of neighbours. NumPy's double-precision sine and cosine are the C library's."""
    radius = np.sqrt(-2.0 * log1p(-uniform[1::2]))
    angle = (2.0 * math.pi) * uniform[0::2]
    uniform[0::2] = radius * np.cos(angle)
    uniform[1::2] = radius * np.sin(angle)
    return uniform


def _fill_blocks(generator: Generator, flat: Array, mean: float, std: float) -> None:
    """Fills `flat` by sixteens; the last sixteen are drawn anew if they do not fill a block.

    Before that torch draws a uniform number for each element of float32 and float64 arrays, but none for
    the elements of 16-bit arrays beyond the last whole block.
    """
    ragged = flat.size % BLOCK
    whole = flat.size - ragged
    unused = ragged if flat.itemsize > 2 else 0
    chunk = chunk_for(flat.size, BLOCK_CHUNK)
    for start in range(0, whole, chunk):
        stop = min(start + chunk, whole)
        if stop < whole or not ragged:
            flat[start:stop] = _normals(generator, stop - start, 0, 0, flat.dtype, mean, std)
        else:
            numbers = _normals(generator, stop - start, unused, BLOCK, flat.dtype, mean, std)
            flat[start:stop] = numbers[:-BLOCK]
            flat[-BLOCK:] = numbers[-BLOCK:]


def _normals(
    generator: Generator, count: int, unused: int, more: int, dtype: np.dtype[Any], mean: float, std: float
) -> Array:
    """``count + more`` numbers in blocks, with `unused` uniform numbers drawn in between."""
    if dtype.itemsize == 8:
        doubles = block_normals64(_without(generator.doubles(count + unused + more), count, unused))
        return multiply_add(doubles, std, mean)
    numbers = few_block_normals(generator, count, unused, more) if count <= FEW_IN_BLOCKS else None
    if numbers is None:
        words = _without(generator.words(count + unused + more), count, unused)
        if 8 * words.size >= machine_code.start:  # NumPy takes 20 ns for a number
            room = np.empty(words.size, np.float32)
            made = machine_code.run("normals", room, words, std, mean, part="streams")
            if made is not None:
                return made.astype(dtype, copy=False)  # type: ignore[no-any-return]
        numbers = block_normals(fractions_of(words))
    if mean != 0.0 or std != 1.0:
        with np.errstate(over="ignore", invalid="ignore"):
            scaled = numbers.astype(np.float64)
            scaled *= float(np.float32(std))
            scaled += float(np.float32(mean))
            return scaled.astype(np.float32).astype(dtype)
    return numbers.astype(dtype) if dtype.itemsize == 2 else numbers


def _without(numbers: Array, start: int, count: int) -> Array:
    """`numbers` without the `count` that begin at `start`."""
    return np.concatenate((numbers[:start], numbers[start + count :])) if count else numbers
