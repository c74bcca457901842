"""The order in which torch fills an array: that of memory, the fastest dimension first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from .. import machine_code

Array = np.ndarray[Any, Any]

CHUNK = 16384
"""Numbers worked on at a time, so that the intermediate arrays stay in the cache: `fill_exponential` of a million
float32 takes 11 ms with it, 13 with a quarter of it, 15 with eight times as many and 22 all at once."""

LARGE_CHUNK = 1 << 18
"""The same where kernels do the work, which have no intermediate arrays but the random words."""

FEW = 64
"""Numbers up to which a draw is looked up in what has been worked out for a whole block of MT19937's words. Three
of them: uniform 0.8 us against 3.6, normal 1.2 against 4.9, integers 1.1 against 3.0; the first time in a block
they take 2, 20 and 1 us more."""


def chunk_for(size: int, chunk: int = CHUNK) -> int:
    """Numbers worked on at a time in an array of some size."""
    return chunk if size < machine_code.start else LARGE_CHUNK


def in_chunks(draw: Callable[[int], Array], size: int) -> Iterator[tuple[int, Array]]:
    """What `draw` gives for as many numbers, a chunk at a time and each with where it begins.

    As many are drawn at once as kernels like, and fewer worked on.
    """
    most = chunk_for(size)
    for first in range(0, size, most):
        drawn = draw(min(most, size - first))
        for start in range(0, drawn.size, CHUNK):
            yield first + start, drawn[start : start + CHUNK]


def fill_order(out: Array, *inputs: Array) -> tuple[int, ...]:
    """The dimensions of `out` from slowest to fastest, as torch's iterators go through it.

    Smaller strides come last, those of `out` deciding before those of `inputs`; strides of zero say nothing.
    Ties go by size, then stay in the order of the dimensions.
    """
    shape = out.shape
    operands = [array.strides for array in (out, *inputs)]
    order = list(range(out.ndim - 1, -1, -1))
    # an insertion sort, for the comparison is no total order: where it says nothing it goes on looking
    for i in range(1, len(order)):
        at = i
        for before in range(i - 1, -1, -1):
            comparison = _compare(order[before], order[at], shape, operands)
            if comparison > 0:
                order[before], order[at] = order[at], order[before]
                at = before
            elif comparison < 0:
                break
    return tuple(reversed(order))


def _compare(first: int, second: int, shape: tuple[int, ...], operands: list[tuple[int, ...]]) -> int:
    """1 if dimension `first` is slower than `second`, -1 if it is faster, 0 if nothing decides."""
    for strides in operands:
        a, b = strides[first], strides[second]
        if a == 0 or b == 0:
            continue
        if a != b:
            return 1 if a > b else -1
        if shape[first] > shape[second]:
            return 1
    return 0


def flatten(out: Array) -> tuple[Array, Array | None]:
    """A one-dimensional array to fill in torch's order, and where to copy it afterwards.

    Returns:
        Where the memory of `out` has no gaps, a view of it and None; otherwise a new array and the view of
        `out` that takes its elements, see `put_back`.
    """
    if out.flags.c_contiguous:
        return out.reshape(-1), None
    ordered = out.transpose(fill_order(out))
    if ordered.flags.c_contiguous:
        return ordered.reshape(-1), None
    return np.empty(out.size, out.dtype), ordered


def put_back(flat: Array, target: Array | None) -> None:
    """Copies the array that `flatten` made to where it belongs."""
    if target is not None:
        target[...] = flat.reshape(target.shape)


def real_view(out: Array) -> Array:
    """The real and imaginary parts of a complex array as a last dimension of two."""
    return out[..., None].view(out.real.dtype)
