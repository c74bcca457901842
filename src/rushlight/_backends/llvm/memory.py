"""Large buffers, used again.

Memory fresh from the operating system costs a page fault for every 4 KB that is written first: 16 ms for 64 MB, more
than most kernels take to fill them. So a large result lives in a block that goes back to a list when the last array
that looks at it is gone, and the next result of about its size takes it from there.
"""

from __future__ import annotations

import sys
import threading
from math import prod
from typing import Any

import numpy as np

SMALLEST = 1 << 20
"""Bytes from which blocks are kept; the C library keeps smaller ones itself."""

MOST_KEPT = 1 << 30
"""Bytes of unused blocks that are kept at most."""

ALIGNMENT = 64


class _Block:
    """A block in use. Arrays made on it hold it as their base; when it goes, its memory returns to the list.

    No array itself: NumPy gives a view the base of its base where both are arrays, and would leave the block out.
    """

    __slots__ = ("__array_interface__", "memory")

    def __init__(self, memory: Any) -> None:
        self.memory = memory
        self.__array_interface__ = memory.__array_interface__

    def __del__(self) -> None:
        _give_back(self.memory)


_unused: dict[int, list[Any]] = {}
_kept = 0
_lock = threading.RLock()  # the garbage collector may free a block while this thread holds it


def _rounded(size: int) -> int:
    """The size of the block for some bytes: at most an eighth more, so that sizes that differ little share blocks."""
    step = 1 << max(size.bit_length() - 4, 12)
    return -(-size // step) * step


def empty(shape: tuple[int, ...], element: np.dtype[Any]) -> Any:
    """An array of a shape in the order of its dimensions, its elements not set."""
    size = prod(shape) * element.itemsize
    if size < SMALLEST:
        return np.empty(shape, element)
    return np.ndarray(shape, element, _take(_rounded(size)))


def empty_strided(shape: tuple[int, ...], strides: tuple[int, ...], element: np.dtype[Any]) -> Any:
    """The same with strides that leave no gaps."""
    size = prod(shape) * element.itemsize
    return np.ndarray(shape, element, _take(_rounded(size)) if size >= SMALLEST else None, strides=strides)


def empty_ordered(shape: tuple[int, ...], order: tuple[int, ...], element: np.dtype[Any]) -> Any:
    """The same with the dimensions laid out in an order, the longest steps first."""
    if order == tuple(range(len(shape))):
        return empty(shape, element)
    found = empty(tuple(shape[dim] for dim in order), element)
    return found.transpose(np.argsort(order))


def _take(size: int) -> Any:
    global _kept
    with _lock:
        blocks = _unused.get(size)
        if blocks:
            memory = blocks.pop()
            _kept -= size
        else:
            memory = None
    if memory is None:
        memory = _aligned(size)
    return np.asarray(_Block(memory))


def _aligned(size: int) -> Any:
    """Fresh memory that begins at a multiple of a vector's size."""
    raw = np.empty(size + ALIGNMENT, np.uint8)
    start = -raw.ctypes.data % ALIGNMENT
    return raw[start : start + size]


def _give_back(memory: Any) -> None:
    global _kept
    size = memory.nbytes
    with _lock:
        if _kept + size <= MOST_KEPT:
            _unused.setdefault(size, []).append(memory)
            _kept += size


def is_owner(array: Any) -> bool:
    """Whether an array has its memory for itself as far as NumPy's flags tell, a block from here counted as its own."""
    return bool(array.flags.owndata) or type(getattr(array.base, "base", None)) is _Block


def is_only_user(array: Any) -> bool:
    """Whether an array lies in a block of its own that no other array looks at."""
    if type(getattr(array.base, "base", None)) is not _Block:
        return False
    return sys.getrefcount(array.base) == 2  # the array, and the argument


def empty_cache() -> None:
    """Returns all unused blocks to the operating system."""
    global _kept
    with _lock:
        _unused.clear()
        _kept = 0


def kept() -> int:
    """Bytes of unused blocks."""
    return _kept
