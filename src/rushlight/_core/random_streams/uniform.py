"""Uniform numbers in an interval: ``rand`` and ``uniform_``."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import machine_code
from ..generator import Generator, Words
from .layout import FEW, chunk_for, flatten, put_back, real_view
from .rounding import multiply_add

Array = np.ndarray[Any, Any]
Singles = np.ndarray[Any, np.dtype[np.float32]]

_FLOAT32 = np.dtype(np.float32)
_LOW_24_BITS = np.uint32(2**24 - 1)
_UNIT = np.float32(2.0**-24)


def fractions_of(words: Words) -> Singles:
    """A float32 number in [0, 1) for each word: its low 24 bits, divided by 2**24."""
    # by way of int32, for the conversion of unsigned integers is slower
    fractions = (words & _LOW_24_BITS).view(np.int32).astype(np.float32)
    fractions *= _UNIT
    return fractions


def singles(generator: Generator, count: int) -> Singles:
    """The next `count` float32 numbers in [0, 1), one for a word."""
    return fractions_of(generator.words(count))


def few_singles(generator: Generator, count: int) -> Singles | None:
    """As `singles`, in a new array; None, and nothing drawn, where the current block has not as many words left."""
    with generator.lock:
        start = generator.take(count)
        if start < 0:
            return None
        fractions = generator.block_cache.get("fractions")
        if fractions is None:
            fractions = generator.block_cache["fractions"] = fractions_of(generator.block)
    numbers: Singles = fractions[start : start + count].copy()
    return numbers


def fill_uniform(generator: Generator, out: Array, low: float = 0.0, high: float = 1.0) -> None:
    """Fills a floating or complex array with uniform numbers in [low, high)."""
    if 0 < out.size <= FEW and out.dtype is _FLOAT32 and out.flags.c_contiguous:
        numbers = few_singles(generator, out.size)
        if numbers is not None:
            if low != 0.0 or high != 1.0:
                lowest, highest = np.float32(low), np.float32(high)
                numbers = _below(_scale(numbers, lowest, highest), lowest, highest)
            out[...] = numbers.reshape(out.shape)
            return
    if out.dtype.kind == "c":
        out = real_view(out)
    flat, target = flatten(out)
    unit = low == 0.0 and high == 1.0
    draw = _doubles if flat.itemsize == 8 else _singles if flat.itemsize == 4 else _halves
    with generator.lock:
        chunk = chunk_for(flat.size)
        for start in range(0, flat.size, chunk):
            part = flat[start : start + chunk]
            numbers = draw(generator, part, low, high, unit)
            if numbers is not part:
                part[...] = numbers
    put_back(flat, target)


def _doubles(generator: Generator, part: Array, low: float, high: float, unit: bool) -> Array:
    numbers = generator.doubles(part.size)
    if unit:
        return numbers
    return _below(multiply_add(numbers, high - low, low), np.float64(low), np.float64(high))


def _singles(generator: Generator, part: Array, low: float, high: float, unit: bool) -> Array:
    words = generator.words(part.size)
    if part.size >= machine_code.start:
        made = machine_code.run("uniform", part, words, low, high, part="streams")
        if made is not None:
            return part
    numbers = fractions_of(words)
    if unit:
        return numbers
    lowest, highest = np.float32(low), np.float32(high)
    return _below(_scale(numbers, lowest, highest), lowest, highest)


def _halves(generator: Generator, part: Array, low: float, high: float, unit: bool) -> Array:
    lowest, highest = np.float32(low), np.float32(high)
    numbers = singles(generator, part.size)
    if not unit:
        numbers = _scale(numbers, lowest, highest)
    return _below(numbers.astype(part.dtype), lowest.astype(part.dtype), highest.astype(part.dtype))


def _scale(fractions: Singles, low: np.float32, high: np.float32) -> Singles:
    """``fractions * (high - low) + low`` with one rounding: the product is exact in float64."""
    scaled = fractions.astype(np.float64)
    scaled *= float(high - low)
    scaled += float(low)
    return scaled.astype(np.float32)


def _below(numbers: Array, low: Any, high: Any) -> Array:
    """`numbers` with those that rounding has brought up to `high` replaced by `low`, as torch does."""
    reached = numbers >= high
    if reached.any():
        numbers[reached] = low
    return numbers
