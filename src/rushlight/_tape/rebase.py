"""In-place writes and views: the base's new history (`CopySlices`) and that of the views onto it."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

from .._core.storage import address
from .._core.tensor_base import new, storage_of, wrap
from .node import Node, edge_of, next_sequence


class AsStridedBackward0(Node):
    """The history of a view whose base was written to: its place in the base's memory."""

    __slots__ = ()
    title = "AsStridedBackward0"
    saved_names = ("geometry",)

    def apply(self, g: Any) -> tuple[Any, ...]:
        """The gradient of the base: zero but for the view's place."""
        (geometry,) = self.saved
        return (geometry.scatter(g),)


class Geometry:
    """Where a view lies in its base, as positions in the flattened base.

    Attributes:
        shape: of the base.
        positions: for every element of the view the index of its place among the base's elements.
    """

    __slots__ = ("positions", "shape")

    def __init__(self, view: Any, base: Any) -> None:
        array, part = base._array, view._array
        self.shape = array.shape
        reach = sum((size - 1) * step for size, step in zip(array.shape, array.strides, strict=True) if size > 1)
        memory = np.zeros(reach // array.itemsize + 1, np.int64)
        places = as_strided(memory, array.shape, _scaled(array.strides, array.itemsize))
        places[...] = np.arange(array.size).reshape(array.shape)
        offset = (address(part) - address(array)) // array.itemsize
        self.positions = as_strided(memory[offset:], part.shape, _scaled(part.strides, array.itemsize)).copy()

    def scatter(self, g: Any) -> Any:
        """`g` at the view's place in zeros of the base's shape."""
        zeros = g.new_zeros((prod(self.shape),))
        return zeros.index_add(0, wrap(self.positions.reshape(-1)), g.reshape(-1)).reshape(self.shape)

    def gather(self, g: Any) -> Any:
        """The view's part of a gradient of the base."""
        return g.take(wrap(self.positions))

    def clear(self, g: Any) -> Any:
        """A gradient of the base with the view's part set to zero."""
        inside = np.zeros(prod(self.shape), np.bool_)
        inside[self.positions.reshape(-1)] = True
        return g.masked_fill(wrap(inside.reshape(self.shape)), 0)


def _scaled(strides: tuple[int, ...], itemsize: int) -> tuple[int, ...]:
    """Byte strides of an array as those of one of int64 in the same places."""
    return tuple(step // itemsize * 8 for step in strides)


class CopySlices(Node):
    """The history of a base part of which an in-place operator has overwritten."""

    __slots__ = ()
    title = "CopySlices"
    saved_names = ("geometry", "function")

    def apply(self, g: Any) -> tuple[Any, ...]:
        """Gradients of the base and of the operator's other inputs."""
        geometry, function = self.saved
        found = function.apply(geometry.gather(g))
        rest = geometry.clear(g)
        if found[0] is not None:
            rest = rest + geometry.scatter(found[0])
        return (rest, *found[1:])

    def release(self) -> None:
        """Lets go of what the operator's own node has saved."""
        self.saved[1].release()


def _plain_node(cls: type[Node], base: Any, edges: tuple[Any, ...], saved: tuple[Any, ...]) -> Any:
    node = new(cls)
    node.edges = edges
    node.sequence = next_sequence()
    node.shape = base._array.shape
    node.dtype = base._array.dtype
    node.saved = saved
    node.versions = None
    node._extra = None
    return node


def rebase_view(view: Any, function: Node) -> None:
    """Makes an in-place operator on a view part of the history of its base, and renews the views."""
    base = view._base
    edges = (edge_of(base), *function.edges[1:])
    base._edge = _plain_node(CopySlices, base, edges, (Geometry(view, base), function))
    renew_views(base)


def renew_views(base: Any) -> None:
    """Gives every live view of a base a history that leads to the base's present one."""
    for view in storage_of(base).live_views():
        if view._base is base:
            view._edge = _plain_node(AsStridedBackward0, view, (base._edge,), (Geometry(view, base),))
