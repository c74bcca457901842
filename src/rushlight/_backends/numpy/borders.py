"""Large arrays with a border around: what lies inside is copied once, then the border side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..llvm.memory import empty
from .copies import copy_into

Array = np.ndarray[Any, Any]


def framed(inner: Array, shape: tuple[int, ...], place: tuple[slice, ...], value: Array) -> Array:
    """An array of a shape with another one at a place in it, and one value around that."""
    found = empty(shape, inner.dtype)
    copy_into(found[place], inner)
    for dim, part in enumerate(place):
        for side in (slice(0, part.start), slice(part.stop, shape[dim])):
            copy_into(found[(*place[:dim], side)], value)
    return found


def mirrored(array: Array, sides: Sequence[tuple[int, int]], mode: str) -> Array:
    """An array with a border of its own elements.

    Args:
        array: what is inside.
        sides: widths before and after, along every dimension; none is negative.
        mode: ``"reflect"``, ``"replicate"`` or ``"circular"``.
    """
    sizes = array.shape
    found = empty(tuple(left + size + right for size, (left, right) in zip(sizes, sides, strict=True)), array.dtype)
    place = tuple(slice(left, left + size) for size, (left, _) in zip(sizes, sides, strict=True))
    copy_into(found[place], array)
    for dim in reversed(range(array.ndim)):
        size, (left, right) = sizes[dim], sides[dim]
        lead = place[:dim]
        for target, source in _copies(size, left, right, mode):
            copy_into(found[(*lead, target)], found[(*lead, source)], apart=True)
    return found


def _copies(size: int, left: int, right: int, mode: str) -> list[tuple[slice, slice]]:
    """Where the two borders along a dimension are, and what they are copies of."""
    end = left + size
    before, after = slice(0, left), slice(end, end + right)
    if mode == "circular":
        sources = slice(size, size + left), slice(left, left + right)
    elif mode == "replicate":
        sources = slice(left, left + 1), slice(end - 1, end)
    else:
        last = end - 2 - right
        sources = slice(2 * left, left, -1), slice(end - 2, last if last >= 0 else None, -1)
    return [
        (target, source) for target, source in zip((before, after), sources, strict=True) if target.start < target.stop
    ]
