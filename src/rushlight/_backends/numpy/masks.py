"""Values kept or not by a condition, without a branch for each element."""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

_BITS = {np.dtype(np.float32): np.dtype(np.int32), np.dtype(np.float64): np.dtype(np.int64)}

_ZEROS = {dtype: np.zeros((), dtype) for dtype in _BITS}
"""Arrays, for a Python number takes `np.where` 1 us to convert."""

_FROM = 1024
"""Elements from which on bits are quicker than `np.where` (64x128 at random: 7 us, not 15; 64x784: 23, not 108)."""


def zero_where(condition: Any, values: Any) -> Any:
    """0 where the condition holds, else the values, be they nan or infinite."""
    bits = _BITS.get(values.dtype)
    if bits is None or values.size < _FROM or condition.dtype.char != "?" or condition.shape != values.shape:
        zero = _ZEROS.get(values.dtype)
        return np.where(condition, 0 if zero is None else zero, values)
    kept = np.subtract(condition.view(np.int8), 1, dtype=np.int8).astype(bits)  # all bits set, or none
    np.bitwise_and(kept, values.view(bits), out=kept)
    return kept.view(values.dtype)
