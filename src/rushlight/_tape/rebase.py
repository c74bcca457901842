"""In-place writes and views: the base's new history (`CopySlices`) and that of the views onto it."""

from __future__ import annotations

from typing import Any

import numpy as np

from .._core.geometry import Geometry
from .._core.modes import OFF, modes
from .._core.tensor_base import new, storage_of, wrap
from .node import FREED, Node, edge_of, next_sequence
from .saved import freed_error


class AsStridedBackward0(Node):
    """The history of a view whose base was written to: its place in the base's memory."""

    __slots__ = ()
    title = "AsStridedBackward0"
    saved_names = ("geometry",)

    def apply(self, g: Any, edges: tuple[Any, ...]) -> tuple[Any, ...]:
        """The gradient of the base: zero but for the view's place."""
        if self.saved is FREED:
            raise freed_error(self)
        return (g._part_into(self.saved[0]),)


class CopySlices(Node):
    """The history of a base part of which an in-place operator has overwritten.

    It saves where the part lies and the operator's own node, which is run on the part's gradient.
    """

    __slots__ = ()
    title = "CopySlices"
    saved_names = ("geometry", "function")

    def apply(self, g: Any, edges: tuple[Any, ...]) -> tuple[Any, ...]:
        """Gradients of the base and of the operator's other inputs."""
        if self.saved is FREED:
            raise freed_error(self)
        geometry, function = self.saved
        if modes.record == OFF and type(g._array) is np.ndarray:
            return _applied_at_once(geometry, function, g, edges)
        found = function.differentiate(g._part_of(geometry), edges)
        if edges[0] is None:
            return (None, *found[1:])
        rest = g._without_part(geometry)
        if found[0] is not None:
            rest = rest + found[0]._part_into(geometry)
        return (rest, *found[1:])

    def release(self) -> None:
        """Lets go of what the operator's own node has saved."""
        if self.saved is not FREED:
            self.saved[1].release()
        self.saved = FREED


def _applied_at_once(geometry: Geometry, function: Node, g: Any, edges: tuple[Any, ...]) -> tuple[Any, ...]:
    """`CopySlices.apply` in one copy of the base's gradient, where that is not itself differentiated."""
    base, part = geometry.laid_out(g._array)
    found = function.differentiate(wrap(part.copy()), edges)
    if edges[0] is None:
        return (None, *found[1:])
    if found[0] is None:
        part[...] = 0
    else:
        np.copyto(part, found[0]._array, "unsafe")
    return (wrap(base), *found[1:])


def _history(cls: type[Node], tensor: Any, edges: tuple[Any, ...], saved: tuple[Any, ...]) -> Any:
    node = new(cls)
    node.edges = edges
    node.sequence = next_sequence()
    node.shape = tensor._array.shape
    node.dtype = tensor._array.dtype
    node.saved = saved
    node.versions = None
    node._extra = None
    return node


def rebase_view(view: Any, function: Node) -> None:
    """Makes an in-place operator on a view part of the history of its base, and renews the views."""
    base = view._base
    edges = (edge_of(base), *function.edges[1:])
    geometry = Geometry(base._array, view._array)
    base._edge = _history(CopySlices, base, edges, (geometry, function))
    renew_views(base, view, geometry)


def renew_views(base: Any, written: Any = None, geometry: Geometry | None = None) -> None:
    """Gives every live view of a base a history that leads to the base's present one.

    Args:
        base: the tensor whose history has changed.
        written: the view that was written to, if it was one.
        geometry: the place of that view, which is known.
    """
    for view in storage_of(base).live_views():
        if view._base is base:
            place = geometry if view is written else Geometry(base._array, view._array)
            view._edge = _history(AsStridedBackward0, view, (base._edge,), (place,))
