"""Random permutations: ``randperm``."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import machine_code
from ..generator import Generator
from .layout import CHUNK

Indices = np.ndarray[Any, np.dtype[np.int32]]

LONG_FROM = (2**32 - 1) // 20
"""Length from which torch draws 64 bits for an element and shuffles the other way round."""

_FEW = 64
"""Length up to which `_swap_few` is faster: 2 us for ten numbers against 6."""

_ARRAYS_FROM = 6000
"""Length from which `_swap_by_arrays` is faster than a loop: 5 ms against 17 for 100,000."""


def permutation(generator: Generator, length: int, dtype: np.dtype[Any]) -> np.ndarray[Any, Any]:
    """The numbers from 0 to ``length - 1`` in random order.

    torch exchanges each element with one that does not stand before it, from the first element to the last.
    """
    if length == 0:
        return np.empty(0, dtype)
    with generator.lock:
        if length <= _FEW:
            return np.array(_swap_few(generator, length), dtype)
        if length >= LONG_FROM:
            return _shuffle_long(generator, length).astype(dtype, copy=False)
        if length >= machine_code.start:
            return _shuffle_by_kernel(generator, length).astype(dtype, copy=False)
        if length < _ARRAYS_FROM:
            return np.array(_swap(_partners(generator, length)), dtype)
        return _swap_by_arrays(_partners(generator, length)).astype(dtype, copy=False)


def _swap_few(generator: Generator, length: int) -> list[int]:
    numbers = list(range(length))
    for i, word in enumerate(generator.words(length - 1).tolist()):
        partner = i + word % (length - i)
        numbers[i], numbers[partner] = numbers[partner], numbers[i]
    return numbers


def _shuffle_by_kernel(generator: Generator, length: int) -> np.ndarray[Any, np.dtype[np.int64]]:
    """What `_swap` does, swap by swap in machine code; by arrays where there is no kernel."""
    words = generator.words(length - 1)
    room: np.ndarray[Any, np.dtype[np.int64]] = np.empty(length, np.int64)
    if machine_code.run("shuffled", room, words, part="streams") is not None:
        return room
    places = np.arange(length - 1, dtype=np.uint32)
    return _swap_by_arrays((places + words % (np.uint32(length) - places)).view(np.int32))


def _partners(generator: Generator, length: int) -> Indices:
    """For each element but the last the place that it changes with."""
    partners = np.arange(length - 1, dtype=np.uint32)
    for start in range(0, length - 1, CHUNK):
        part = partners[start : start + CHUNK]
        part += generator.words(part.size) % (np.uint32(length) - part)
    return partners.view(np.int32)


def _swap(partners: Indices) -> list[int]:
    numbers = list(range(partners.size + 1))
    for i, partner in enumerate(partners.tolist()):
        numbers[i], numbers[partner] = numbers[partner], numbers[i]
    return numbers


def _swap_by_arrays(partners: Indices) -> np.ndarray[Any, np.dtype[np.int64]]:
    """What `_swap` does, by following the numbers back through all swaps at once.

    Step ``i`` takes what stands at ``partners[i]`` for good and leaves there what stood at ``i``. So a place
    holds what the latest step with that partner found at its own place, which an earlier step may have put
    there, and so on back to a place that no step had touched: its own number.
    """
    length = partners.size + 1
    steps = np.arange(length, dtype=np.int32)
    moving = np.flatnonzero(partners != steps[:-1]).astype(np.int32)
    latest = np.full(length, -1, np.int32)  # the latest step that left something at a place before its own
    latest[partners[moving]] = moving  # of repeated places the last assignment counts
    source = latest.copy()  # the step that left what step i takes
    source[moving] = _previous_with_same_partner(partners, moving, latest.copy())
    found = _ends(np.where(latest < 0, steps, latest), np.flatnonzero(latest >= 0))
    taken = np.empty(length, np.int64)
    taken[:-1] = partners
    taken[-1] = length - 1
    left = np.flatnonzero(source >= 0)
    taken[left] = found[source[left]]
    return taken


def _previous_with_same_partner(partners: Indices, steps: Indices, latest: Indices) -> Indices:
    """For each of `steps` the step before it with the same partner, or -1; `latest` has the last of each."""
    result = np.full(partners.size, -1, np.int32)
    remaining, places = steps, partners[steps]
    while remaining.size:
        is_latest = latest[places] == remaining
        done, earlier = np.flatnonzero(is_latest), np.flatnonzero(~is_latest)
        settled, settled_places = remaining[done], places[done]
        remaining, places = remaining[earlier], places[earlier]
        latest[settled_places] = -1
        latest[places] = remaining
        result[settled] = latest[settled_places]
    return result[steps]


def _ends(following: Indices, live: np.ndarray[Any, np.dtype[np.intp]]) -> Indices:
    """Where each chain ``i, following[i], following[following[i]] ...`` ends, for all `live` that have not ended."""
    ahead = following[live]
    while live.size:
        further = following[ahead]
        going = np.flatnonzero(further != ahead)
        live, ahead = live[going], further[going]
        following[live] = ahead
    return following


def _shuffle_long(generator: Generator, length: int) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Puts each number at a random place among those before it, whose number moves to the end.

    Number by number in the memory of an array, for a list would take 8 GB: 83 s for the shortest, torch 20 s.
    """
    result = np.arange(length, dtype=np.int64)
    numbers = result.data
    for start in range(0, length, CHUNK):
        stop = min(start + CHUNK, length)
        places = generator.long_words(stop - start) % np.arange(start + 1, stop + 1, dtype=np.uint64)
        for i, place in enumerate(places.tolist(), start):
            numbers[i] = numbers[place]
            numbers[place] = i
    return result
