"""Copies of arrays in another dtype or order of memory."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
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


def copy_into(target: Array, source: Array, apart: bool = False) -> None:
    """Writes the elements of an array that broadcasts to the target's shape, converted as C does.

    Args:
        target: where to.
        source: where from.
        apart: whether they are known not to overlap, though they may be parts of one array.
    """
    if target.size >= FROM and _is_work(target, source) and (apart or not np.may_share_memory(target, source)):
        if attempt("copying", "into", source, target) is not None:
            return
    if source.dtype is target.dtype:
        np.copyto(target, source)
    else:
        quiet(np.copyto, target, source, "unsafe")


def _is_work(target: Array, source: Array) -> bool:
    """Whether a kernel has something to do better than NumPy."""
    if type(target) is not np.ndarray or type(source) is not np.ndarray:  # what was 0-d may have become a number
        return False
    return target.size >= PLAIN_FROM or source.dtype is not target.dtype or source.strides != target.strides


def copied(source: Array, element: np.dtype[Any] | None = None, shape: tuple[int, ...] | None = None) -> Array:
    """A copy in the order of the dimensions, converted to a dtype and broadcast to a shape."""
    found = empty(source.shape if shape is None else shape, element or source.dtype)
    copy_into(found, source)
    return found


def filled(shape: Sequence[int], element: np.dtype[Any], value: Any) -> Array:
    """An array full of one value."""
    found = np.empty(shape, element)
    if found.size < FROM:
        found.fill(value)
        return found
    return copied(np.asarray(value, element), None, found.shape)


def duplicate(array: Array) -> Array:
    """A copy in the same dtype and order of memory."""
    return array.copy("K") if array.size < FROM else copy_as(array, array.dtype)


def straight(array: Array) -> Array:
    """A copy in the same dtype, in the order of the dimensions."""
    return array.copy() if array.size < FROM else copied(array)


def joined(arrays: Sequence[Array], axis: int, element: np.dtype[Any]) -> Array:
    """Arrays of at least `FROM` elements on average one after the other along an axis."""
    shape = list(arrays[0].shape)
    shape[axis] = sum(array.shape[axis] for array in arrays)
    found = empty(tuple(shape), element)
    start = 0
    for array in arrays:
        stop = start + array.shape[axis]
        copy_into(found[(slice(None),) * axis + (slice(start, stop),)], array, apart=True)
        start = stop
    return found


def rolled(array: Array, steps: Sequence[int], axes: Sequence[int]) -> Array:
    """A copy with entries moved on along axes; what falls off the end comes back in front."""
    moves = [0] * array.ndim
    for step, axis in zip(steps, axes, strict=True):
        moves[axis] += step
    found = empty(array.shape, array.dtype)
    pieces = []
    for move, size in zip(moves, array.shape, strict=True):
        move = move % size if size else 0
        wrapped = [(slice(size - move, size), slice(0, move))] if move else []
        pieces.append([(slice(0, size - move), slice(move, size)), *wrapped])
    for chosen in product(*pieces):
        here, there = zip(*chosen, strict=True)
        copy_into(found[there], array[here], apart=True)
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
