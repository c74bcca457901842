"""Copies of arrays in another dtype or order of memory."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..._core.layouts import (
    channels_last,
    channels_last_3d,
    channels_last_order,
    contiguous_format,
    dense_strides,
    memory_format,
)
from ..._core.storage import restride
from ..llvm.memory import SMALLEST, empty
from .errstate import quiet
from .machine_code import FROM, compiled

Array = np.ndarray[Any, Any]


def copy_as(array: Array, element: np.dtype[Any], format: memory_format | None = None) -> Array:
    """A copy of an array in a dtype and memory format.

    Args:
        array: any array.
        element: the dtype; numbers that it cannot hold become what C makes of them.
        format: None and ``preserve_format`` keep the order of the strides.
    """
    if format is channels_last or format is channels_last_3d:
        order = channels_last_order(array.shape, format)
        return quiet(array.transpose(order).astype, element, "C").transpose(np.argsort(order))
    if format is contiguous_format or array.flags.c_contiguous:
        known = array.dtype
        if known is element:
            if array.size >= FROM and not array.flags.c_contiguous:
                turned = compiled("contiguous", array)
                if turned is not None:
                    return turned
            if array.nbytes < SMALLEST or not array.flags.c_contiguous:
                return array.copy()
            kept = empty(array.shape, element)
            np.copyto(kept, array)
            return kept
        if known.kind in "biu" or (known.kind == "f" and element.kind in "fc" and element.itemsize > known.itemsize):
            return array.astype(element, "C")  # every number fits, so NumPy has nothing to say
        return quiet(array.astype, element, "C")
    if 0 not in array.strides:
        return quiet(array.astype, element, "K")
    found = empty_like(array, element)
    quiet(np.copyto, found, array, "unsafe")
    return found


def empty_like(array: Array, element: np.dtype[Any]) -> Array:
    """Memory for an array of the same shape and order of strides, dense even where `array` is broadcast."""
    if 0 not in array.strides:
        return np.empty_like(array, element, "K")
    strides = dense_strides(array.shape, array.strides)
    return restride(np.empty(array.size, element), array.shape, tuple(step * element.itemsize for step in strides))
