"""Uniform integers: ``randint`` and ``random_``."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..generator import Generator
from .layout import flatten, in_chunks, put_back
from .rounding import BFLOAT16, HALVES

Array = np.ndarray[Any, Any]

_INT64 = np.dtype(np.int64)

LONG_FROM = 2**28
"""Size of a range from which torch draws 64 bits for a number."""

_DIGITS = {BFLOAT16: 8, np.dtype(np.float16): 11, np.dtype(np.float32): 24, np.dtype(np.float64): 53}


def largest_integer(dtype: np.dtype[Any]) -> int:
    """The largest number that ``random_()`` gives: of floats the end of the range without gaps."""
    digits = _DIGITS.get(dtype)
    if digits is not None:
        return int(2**digits)
    return 1 if dtype == np.bool_ else int(np.iinfo(dtype).max)


def few_integers(generator: Generator, count: int, low: int, high: int) -> np.ndarray[Any, np.dtype[np.int64]] | None:
    """A new array of integers from `low` to ``high - 1``.

    None, and nothing drawn, where the range takes more than a word for a number or the current block has not as
    many words left.
    """
    size = high - low
    if size >= LONG_FROM:
        return None
    with generator.lock:
        start = generator.take(count)
        if start < 0:
            return None
        words = generator.block_cache.get("words")
        if words is None:
            words = generator.block_cache["words"] = generator.block.astype(_INT64)
    numbers: np.ndarray[Any, np.dtype[np.int64]] = words[start : start + count] % np.array(size)
    if low:
        numbers += low
    return numbers


def fill_integers(generator: Generator, out: Array, low: int, high: int) -> None:
    """Fills an array of any real dtype with integers from `low` to ``high - 1``.

    Both must fit into int64, and the range into 64 bits.
    """
    if high - low < LONG_FROM:
        _fill(generator, out, low, high - low, wide=False)
    else:
        _fill(generator, out, low, high - low, wide=True)


def fill_nonnegative(generator: Generator, out: Array) -> None:
    """Fills an array with integers from 0 to the largest one of its dtype, as ``random_()`` does.

    64 bits are drawn for 64-bit elements, 32 for all others, whatever the range.
    """
    _fill(generator, out, 0, largest_integer(out.dtype) + 1, wide=out.dtype.itemsize == 8)


def fill_all_bits(generator: Generator, out: Array) -> None:
    """Fills an array with integers from the whole range of int64."""
    _fill(generator, out, 0, 2**64, wide=True)


def _fill(generator: Generator, out: Array, low: int, size: int, *, wide: bool) -> None:
    flat, target = flatten(out)
    with generator.lock:
        for start, words in in_chunks(generator.long_words if wide else generator.words, flat.size):
            flat[start : start + words.size] = _integers(words, flat.dtype, low, size)
    put_back(flat, target)


def _integers(words: Array, dtype: np.dtype[Any], low: int, size: int) -> Array:
    if words.itemsize == 8:
        numbers = (words % np.uint64(size) if size < 2**64 else words).view(np.int64)
    else:
        numbers = (words % np.uint32(size) if size < 2**32 else words).astype(np.int64)
    if low:
        numbers += np.int64(low)
    return numbers.astype(np.float32) if dtype in HALVES else numbers


def float_bounds(low: int, high: int, dtype: np.dtype[Any]) -> tuple[int, int]:
    """`low` and `high` moved so that a floating `dtype` rounds no number between them out of the range.

    torch does this for ``random_`` where the bounds have more digits than the dtype.
    """
    digits = _DIGITS.get(dtype)
    if digits is None:
        return low, high
    above = _rounded(low + 1, dtype)
    if above < low:
        low = above + _gap(low + 1, digits)
    below = _rounded(high - 1, dtype)
    if below >= high:
        high = below - _gap(high - 1, digits)
    return low, high


def _rounded(value: int, dtype: np.dtype[Any]) -> int:
    return int(np.float32(value).astype(dtype) if dtype in HALVES else dtype.type(value))


def _gap(value: int, digits: int) -> int:
    """The distance between neighbouring numbers of `digits` binary digits around `value`."""
    return int(2 ** max(abs(value).bit_length() - digits, 0))
