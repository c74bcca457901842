"""Where a view lies in its base, in bytes, and gradients moved between the two."""

from __future__ import annotations

from typing import Any

import numpy as np

from .storage import address

Array = np.ndarray[Any, Any]


class Geometry:
    """The places of a base and of a part of it in one stretch of memory.

    Everything is in bytes, so the part may be the real view of a complex base.

    Attributes:
        shape, strides, element: of the base.
        part_shape, part_strides, part_element: of the part.
        start, offset: where the base and the part begin.
        extent: the length of the stretch.
    """

    __slots__ = (
        "element",
        "extent",
        "offset",
        "part_element",
        "part_shape",
        "part_strides",
        "shape",
        "start",
        "strides",
    )

    def __init__(self, base: Any, part: Any) -> None:
        base, part = getattr(base, "geometry", base), getattr(part, "geometry", part)
        self.shape, self.strides, self.element = base.shape, base.strides, base.dtype
        self.part_shape, self.part_strides, self.part_element = part.shape, part.strides, part.dtype
        shift = address(part) - address(base)
        self.start, self.offset = max(0, -shift), max(0, shift)
        self.extent = max(self.start + _reach(base), self.offset + _reach(part))

    def base_in(self, memory: Array) -> Array:
        """The base as an array over a stretch of memory."""
        return np.ndarray(self.shape, self.element, memory, self.start, self.strides)

    def part_in(self, memory: Array) -> Array:
        """The part as an array over a stretch of memory."""
        return np.ndarray(self.part_shape, self.part_element, memory, self.offset, self.part_strides)

    def laid_out(self, values: Array) -> tuple[Array, Array]:
        """A copy of values of the base, and the part of it as a view."""
        memory = np.empty(self.extent, np.uint8)
        base = self.base_in(memory)
        base[...] = values
        return base, self.part_in(memory)

    def gather(self, values: Array) -> Array:
        """The part's share of values of the base."""
        return self.laid_out(values)[1].copy()

    def clear(self, values: Array) -> Array:
        """Values of the base with zeros in the part's place."""
        base, part = self.laid_out(values)
        part[...] = 0
        return base

    def scatter(self, values: Array) -> Array:
        """Values of the part at their place among zeros of the base; those that meet at one place add up.

        Elements of the base that share memory get equal shares of what arrives there.
        """
        memory = np.zeros(self.extent, np.uint8)
        part = self.part_in(memory)
        if overlaps(self.part_shape, self.part_strides):
            places = part_places(part.shape, part.strides, part.itemsize)
            flat = memory[self.offset % part.itemsize :]
            flat = flat[: flat.size // part.itemsize * part.itemsize].view(part.dtype)
            np.add.at(flat, places + self.offset // part.itemsize, values)
        else:
            part[...] = values
        found = self.base_in(memory)
        if overlaps(self.shape, self.strides):
            counts = np.bincount(part_places(self.shape, self.strides, self.element.itemsize).reshape(-1))
            found = found / counts[part_places(self.shape, self.strides, self.element.itemsize)]
        return found


def _reach(array: Any) -> int:
    """The bytes from the first element of an array to the end of its last."""
    if array.size == 0:
        return 0
    span: int = sum((size - 1) * step for size, step in zip(array.shape, array.strides))
    return span + int(array.itemsize)


def part_places(shape: tuple[int, ...], strides: tuple[int, ...], itemsize: int) -> Array:
    """For every element of an array its distance from the first one, in elements."""
    places = np.zeros(shape, np.int64)
    for dim, (size, step) in enumerate(zip(shape, strides)):
        places += (np.arange(size) * (step // itemsize)).reshape((size,) + (1,) * (len(shape) - dim - 1))
    return places


def overlaps(shape: tuple[int, ...], strides: tuple[int, ...]) -> bool:
    """Whether two elements of an array may share memory."""
    reach = 0
    for step, size in sorted((step, size) for step, size in zip(strides, shape) if size != 1):
        if size == 0:
            return False
        if step <= reach:
            return True
        reach += step * (size - 1)
    return False
