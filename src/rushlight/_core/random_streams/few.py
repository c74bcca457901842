"""A few numbers at a time, as new one-dimensional arrays: what makes small `rand`, `randn` and `randint` quick.

The functions draw exactly what `uniform`, `normal` and `integers` would, but look it up in what has been worked
out for a whole block of MT19937's words. Where that does not do they draw nothing and return None.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..generator import Doubles, Generator, Words, doubles_of
from .integers import LONG_FROM
from .normal import pairs
from .normal_blocks import BLOCK, few_block_normals
from .uniform import fractions_of

FEW = 64
"""Numbers up to which callers come here first. Three of them: `uniform` 0.8 us against 3.6 in `fill_uniform`,
`normal` 1.2 against 4.9, `integers` 1.1 against 3.0, and the first time in a block 2, 20 and 1 us more."""

_FLOAT32 = np.dtype(np.float32)


def uniform(generator: Generator, count: int) -> NDArray[np.float32] | None:
    """Numbers in [0, 1); None where the current block does not have `count` words more."""
    with generator.lock:
        span = generator.span(count)
        if span is None:
            return None
        generator.skip(count)
        fractions = generator.block_cache.get("fractions")
        if fractions is None:
            fractions = generator.block_cache["fractions"] = fractions_of(span[0])
    start = span[1]
    numbers: NDArray[np.float32] = fractions[start : start + count].copy()
    return numbers


def integers(generator: Generator, count: int, low: int, high: int) -> NDArray[np.int64] | None:
    """Numbers from `low` to ``high - 1``; None as for `uniform`, or where the range is too wide."""
    size = high - low
    if size >= LONG_FROM:
        return None
    with generator.lock:
        span = generator.span(count)
        if span is None:
            return None
        generator.skip(count)
        words = generator.block_cache.get("words")
        if words is None:
            words = generator.block_cache["words"] = span[0].astype(np.int64)
    start = span[1]
    numbers: NDArray[np.int64] = words[start : start + count] % np.array(size)
    if low:
        numbers += low
    return numbers


def normal(generator: Generator, count: int) -> NDArray[np.float32] | None:
    """Standard normal numbers as `randn` makes them in float32; None as for `uniform`, and for a ragged last block."""
    with generator.lock:
        if count >= BLOCK:
            return None if count % BLOCK else few_block_normals(generator, count, 0, 0)
        kept = generator.cached_normal
        if kept is not None and count == 1:
            generator.cached_normal = None
            return np.array([kept], _FLOAT32)
        missing = count if kept is None else count - 1
        span = generator.span(2 * (missing + (missing & 1)))
        if span is None:
            return None
        words, start = span
        table = generator.block_cache.get(start & 3)
        if table is None:
            table = generator.block_cache[start & 3] = _normals_from(words, start & 3)
        first = start >> 2 << 1  # two numbers for four words
        stop = first + missing
        if missing & 1:
            generator.skip(2 * missing + 2)
            generator.cached_normal = float(table[stop])
        else:
            generator.skip(2 * missing)
            generator.cached_normal = None
    if kept is None:
        single: NDArray[np.float32] = table[first:stop].astype(_FLOAT32)
        return single
    numbers = np.empty(count, _FLOAT32)
    numbers[0] = kept
    numbers[1:] = table[first:stop]
    return numbers


def _normals_from(words: Words, start: int) -> Doubles:
    """All normal numbers of a block whose first pair begins at a word."""
    stop = start + (words.size - start & ~3)
    return pairs(doubles_of(words[start:stop]))
