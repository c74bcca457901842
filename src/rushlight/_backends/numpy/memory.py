"""Freed memory kept for the arrays to come: pages fresh from the system cost more than the arithmetic on them.

The C library gives large blocks back to the system as soon as they are freed, and a step of training frees and makes
the same arrays again and again. Measured: a step of a two-layer GPT faults in 7,200 pages, which takes 24 of its
60 ms; with the settings below 3 pages.
"""

from __future__ import annotations

import ctypes
import os

LARGEST = 32 << 20
"""Bytes up to which blocks come from the heap, where freed ones are kept; glibc takes no higher limit."""

KEPT = 256 << 20
"""Free bytes at the end of the heap from which on they are given back: what a step of a small network needs."""

_MMAP_THRESHOLD, _TRIM_THRESHOLD = -3, -1  # numbers of the settings in glibc's malloc.h
_USERS = ("MALLOC_TRIM_THRESHOLD_", "MALLOC_MMAP_THRESHOLD_", "MALLOC_TOP_PAD_", "MALLOC_MMAP_MAX_")


def keep_freed() -> bool:
    """Has the C library keep freed memory; False where it is not glibc, or where the user has set this by environment.

    Example::

        >>> from rushlight._backends.numpy import memory
        >>> memory.keep_freed() in (True, False)
        True
    """
    if any(name in os.environ for name in _USERS) or "malloc" in os.environ.get("GLIBC_TUNABLES", ""):
        return False
    try:
        set_option = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):  # another C library, or no dynamic one at all
        return False
    return bool(set_option(_MMAP_THRESHOLD, LARGEST)) and bool(set_option(_TRIM_THRESHOLD, KEPT))
