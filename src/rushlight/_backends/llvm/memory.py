"""Large buffers, used again.

Memory fresh from the operating system costs a page fault for every 4 KB that is written first: 16 ms for 64 MB, more
than most kernels take to fill them. So a large result lives in a block that goes back to a list when the last array
that looks at it is gone, and the next result of about its size takes it from there.
"""

from __future__ import annotations

import mmap
import os
import sys
import threading
import weakref
from contextlib import suppress
from math import prod
from typing import Any

import numpy as np

SMALLEST = 1 << 20
"""Bytes from which blocks are kept; the C library keeps smaller ones itself."""

MOST_KEPT = 1 << 30
"""Bytes of unused blocks that are kept at most."""

ALIGNMENT = 64
"""Bytes whose multiples blocks begin at; these begin at whole pages."""

HUGE_FROM = 1 << 22
"""Bytes from which the operating system is asked for pages of 2 MB, as NumPy does: fewer faults, fewer look-ups."""


class _Block(mmap.mmap):
    """Memory from the operating system. An array made on it holds it as its base, and views of that hold the array."""

    __slots__ = ("loan",)
    loan: _Loan | None


class _Loan(weakref.ref[Any]):
    """Tells when the array on a block is gone, and with it all views. The block keeps it until then."""

    __slots__ = ("block",)
    block: _Block


_unused: dict[int, list[_Block]] = {}
_kept = 0
_lock = threading.RLock()  # an array may go while this thread holds it, when the garbage collector runs


def _unlock() -> None:
    """A child process has a lock of its own: the thread that may hold this one is not there."""
    global _lock
    _lock = threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_unlock)


def _rounded(size: int) -> int:
    """The size of the block for some bytes: at most an eighth more, so that sizes that differ little share blocks."""
    step = 1 << max(size.bit_length() - 4, 12)
    return -(-size // step) * step


def empty(shape: tuple[int, ...], element: np.dtype[Any], strides: tuple[int, ...] | None = None) -> Any:
    """An array of a shape in the order of its dimensions, or with the strides given, its elements not set.

    Of blocks that fit, it takes the one given back last, which is the most likely to be in the caches.
    """
    global _kept
    size = prod(shape) * element.itemsize
    if size < SMALLEST:
        return np.ndarray(shape, element, None, 0, strides)
    size = _rounded(size)
    block = None
    with _lock:
        blocks = _unused.get(size)
        if blocks:
            block = blocks.pop()
            _kept -= size
    if block is None:
        block = _fresh(size)
    array = np.ndarray(shape, element, block, 0, strides)
    loan = block.loan = _Loan(array, _give_back)
    loan.block = block
    return array


def empty_strided(shape: tuple[int, ...], strides: tuple[int, ...], element: np.dtype[Any]) -> Any:
    """The same with strides that leave no gaps."""
    return empty(shape, element, strides)


def empty_ordered(shape: tuple[int, ...], order: tuple[int, ...], element: np.dtype[Any]) -> Any:
    """The same with the dimensions laid out in an order, the longest steps first."""
    if order == tuple(range(len(shape))):
        return empty(shape, element)
    found = empty(tuple(shape[dim] for dim in order), element)
    return found.transpose(np.argsort(order))


def _fresh(size: int) -> _Block:
    """New memory, this process's alone: a child made by a fork gets a copy."""
    if not hasattr(mmap, "MAP_PRIVATE"):
        return _Block(-1, size)
    block = _Block(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    if size >= HUGE_FROM and hasattr(mmap, "MADV_HUGEPAGE"):
        with suppress(OSError):  # a kernel without them
            block.madvise(mmap.MADV_HUGEPAGE)
    return block


def _give_back(loan: _Loan) -> None:
    global _kept
    block = loan.block
    block.loan = None
    size = len(block)
    with _lock:
        if _kept + size <= MOST_KEPT:
            _unused.setdefault(size, []).append(block)
            _kept += size


def is_owner(array: Any) -> bool:
    """Whether an array has its memory for itself as far as NumPy's flags tell, a block from here counted as its own."""
    return bool(array.flags.owndata) or _is_lent(array) or _is_lent(array.base)


def is_only_user(array: Any) -> bool:
    """Whether an array lies in a block of its own that no array but views of this one looks at."""
    return _is_lent(array) or (_is_lent(array.base) and sys.getrefcount(array.base) == 2)  # the array, and the argument


def _is_lent(array: Any) -> bool:
    return type(getattr(array, "base", None)) is _Block


def empty_cache() -> None:
    """Returns all unused blocks to the operating system."""
    global _kept
    with _lock:
        _unused.clear()
        _kept = 0


def kept() -> int:
    """Bytes of unused blocks."""
    return _kept
