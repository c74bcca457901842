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
from ..llvm.memory import empty, empty_strided
from .errstate import quiet
from .machine_code import FROM, attempt

Array = np.ndarray[Any, Any]

PLAIN_FROM = 4 * FROM
"""Elements from which copies run as kernels where NumPy would only move bytes: it does that as well on one thread."""


def copy_into(target: Array, source: Array) -> None:
    """Writes the elements of an array that broadcasts to the target's shape, converted as C does."""
    if target.size >= FROM and _is_work(target, source) and not np.may_share_memory(target, source):
        if attempt("copying", "into", source, target) is not None:
            return
    if source.dtype is target.dtype:
        np.copyto(target, source)
    else:
        quiet(np.copyto, target, source, "unsafe")


def _is_work(target: Array, source: Array) -> bool:
    """Whether a kernel has something to do better than NumPy."""
    return target.size >= PLAIN_FROM or source.dtype is not target.dtype or source.strides != target.strides


def copied(source: Array, element: np.dtype[Any] | None = None, shape: tuple[int, ...] | None = None) -> Array:
    """A copy in the order of the dimensions, converted to a dtype and broadcast to a shape."""
    found = empty(source.shape if shape is None else shape, element or source.dtype)
    copy_into(found, source)
    return found


def copy_as(array: Array, element: np.dtype[Any], format: memory_format | None = None) -> Array:
    """A copy of an array in a dtype and memory format.

    Args:
        array: any array.
        element: the dtype; numbers that it cannot hold become what C makes of them.
        format: None and ``preserve_format`` keep the order of the strides.

    Raises:
        TypeError: it is a meta tensor's, which has no elements.
    """
    if type(array) is not np.ndarray:
        raise TypeError("no array")
    if format is channels_last or format is channels_last_3d:
        order = channels_last_order(array.shape, format)
        return copied(array.transpose(order), element).transpose(np.argsort(order))
    if format is contiguous_format or array.flags.c_contiguous:
        if array.size >= FROM:
            return copied(array, element)
        known = array.dtype
        if known is element:
            return array.copy()
        if known.kind in "biu" or (known.kind == "f" and element.kind in "fc" and element.itemsize > known.itemsize):
            return array.astype(element, "C")  # every number fits, so NumPy has nothing to say
        return quiet(array.astype, element, "C")
    if 0 not in array.strides and array.size < FROM:
        return quiet(array.astype, element, "K")
    found = empty_like(array, element)
    copy_into(found, array)
    return found


def empty_like(array: Array, element: np.dtype[Any]) -> Array:
    """Memory for an array of the same shape and order of strides, dense even where `array` is broadcast."""
    strides: tuple[int, ...]
    if 0 in array.strides:
        strides = tuple(step * element.itemsize for step in dense_strides(array.shape, array.strides))
    else:
        found = np.empty_like(array, element, "K")
        if found.size < FROM:
            return found
        strides = found.strides
    return empty_strided(array.shape, strides, element)
