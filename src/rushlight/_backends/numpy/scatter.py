"""Writes at indexed places where several values may meet at one place."""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


def add_at(target: Array, index: Any, values: Array) -> None:
    """Adds `values` to ``target[index]``; values that meet at one place add up.

    16-bit floats add up in float32 and are rounded once.
    """
    if target.dtype.itemsize == 2 and target.dtype.kind in "fV":
        wide = target.astype(np.float32)
        np.add.at(wide, index, values)
        target[...] = wide
    else:
        np.add.at(target, index, values)
