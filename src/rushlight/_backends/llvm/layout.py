"""Arrays as loops: which dimensions there are to run through, in what order, and how each operand is stepped through.

Dimensions of size 1 are dropped, the rest ordered so that the last steps through neighbours in memory, and
neighbouring dimensions that no operand steps through with a gap become one. What is left is an inner loop, and outer
ones. A kernel is compiled for the number of outer loops and for how each operand lies along the inner one; sizes and
strides it is given when it runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any, NamedTuple

import numpy as np

from .unsupported import Unsupported

Array = np.ndarray[Any, Any]

CONTIGUOUS, UNIFORM, STRIDED = "c", "u", "s"
"""How an operand lies along the inner loop: one element after the other, one for all, or with gaps."""

MOST_OUTER = 5
"""Outer loops a kernel may have; arrays that need more run on NumPy."""


class Layout(NamedTuple):
    """The loops over some arrays.

    Attributes:
        classes: how each operand lies along the inner loop, a letter each.
        inner: the length of the inner loop.
        outer: the lengths of the outer loops, the outermost first.
        inner_steps: bytes between neighbours along the inner loop, by operand.
        outer_steps: bytes between neighbours along the outer loops, by operand.
    """

    classes: str
    inner: int
    outer: tuple[int, ...]
    inner_steps: tuple[int, ...]
    outer_steps: tuple[tuple[int, ...], ...]


def order_of(shape: tuple[int, ...], arrays: Sequence[Array]) -> tuple[int, ...]:
    """Dimensions from the longest steps through memory to the shortest, by the first array that tells them apart."""
    strides = [_strides(array, shape) for array in arrays if array.ndim]
    order = list(range(len(shape)))
    for place in range(1, len(order)):  # insertion sort, as a difference may be told by some arrays only
        spot = place
        while spot and _is_longer(strides, order[place], order[spot - 1], shape):
            spot -= 1
        order.insert(spot, order.pop(place))
    return tuple(order)


def _is_longer(strides: list[tuple[int, ...]], first: int, second: int, shape: tuple[int, ...]) -> bool:
    if shape[first] == 1 or shape[second] == 1:
        return False
    for steps in strides:
        one, other = abs(steps[first]), abs(steps[second])
        if one and other and one != other:
            return one > other
    return False


def _strides(array: Array, shape: tuple[int, ...]) -> tuple[int, ...]:
    """The strides of an array broadcast to a shape."""
    extra = len(shape) - array.ndim
    own = array.strides
    sizes = array.shape
    return (0,) * extra + tuple(
        0 if size == 1 else step for size, step in zip(sizes, own, strict=True)
    )  # fmt: skip


def plan(shape: tuple[int, ...], arrays: Sequence[Array], order: Sequence[int] | None = None) -> Layout:
    """The loops over arrays broadcast to a shape.

    Args:
        shape: of the loops.
        arrays: the operands, the results among them.
        order: the dimensions, outermost first; by default their own order.

    Raises:
        Unsupported: there are too many outer loops.
    """
    steps = [_strides(array, shape) for array in arrays]
    dims = [dim for dim in (range(len(shape)) if order is None else order) if shape[dim] != 1]
    sizes: list[int] = []
    strides: list[list[int]] = [[] for _ in arrays]
    for dim in dims:
        size = shape[dim]
        if sizes and all(mine[-1] == step[dim] * size for mine, step in zip(strides, steps, strict=True)):
            sizes[-1] *= size
            for mine, step in zip(strides, steps, strict=True):
                mine[-1] = step[dim]
        else:
            sizes.append(size)
            for mine, step in zip(strides, steps, strict=True):
                mine.append(step[dim])
    if not sizes:
        sizes = [prod(shape)]
        strides = [[array.itemsize] for array in arrays]
    if len(sizes) > 1 + MOST_OUTER:
        raise Unsupported(f"{len(sizes)} dimensions that cannot be joined")
    inner_steps = tuple(mine[-1] for mine in strides)
    classes = "".join(
        CONTIGUOUS if step == array.itemsize else UNIFORM if step == 0 else STRIDED
        for step, array in zip(inner_steps, arrays, strict=True)
    )
    return Layout(classes, sizes[-1], tuple(sizes[:-1]), inner_steps, tuple(tuple(mine[:-1]) for mine in strides))
