"""Where arrays begin, and from which size threads are woken for them."""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

THREADS_FROM = 1 << 17
"""Elements from which a kernel is worth waking threads for. Waking takes as long as 65536 float32 sums, 10 µs, and next
to matrix products longer, for BLAS's threads spin on: SGD over 100,000 parameters takes 143 µs on one, 160 on two."""

_from_address = ctypes.c_ssize_t.from_address
_probe = np.empty(3)
_DATA = 16 if _from_address(id(_probe) + 16).value == _probe.ctypes.data else 0
"""Where NumPy's array objects hold the address of their elements. Asking with `ctypes.data` takes 2 µs, looking
there 0.3 µs; where it is somewhere else, asking it is."""


def address_of(array: Array) -> int:
    """Where the elements of an array begin."""
    return _from_address(id(array) + _DATA).value if _DATA else array.ctypes.data
