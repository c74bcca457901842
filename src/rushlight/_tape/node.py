"""Nodes: what one recorded operator leaves behind for the backward pass."""

from __future__ import annotations

import itertools
from typing import Any

from .._core.tensor_base import TensorBase

next_sequence = itertools.count().__next__
"""The order in which nodes were made; the engine runs the latest first."""

FREED: Any = type("Freed", (), {"__slots__": (), "__repr__": lambda self: "FREED"})()
"""What a node has saved once its backward pass has run without ``retain_graph``."""


class OutputEdge:
    """One of several outputs of a node."""

    __slots__ = ("node", "number")

    def __init__(self, node: Node, number: int) -> None:
        self.node = node
        self.number = number


class NodeExtra:
    """What few nodes have: hooks, user metadata, and where the operator was called."""

    __slots__ = (
        "hooks",
        "metadata",
        "outputs",
        "parent",
        "prehooks",
        "retained",
        "tensor_hooks",
        "traceback",
    )

    def __init__(self) -> None:
        self.hooks: dict[int, Any] | None = None
        self.prehooks: dict[int, Any] | None = None
        self.tensor_hooks: dict[int, dict[int, Any]] | None = None
        self.retained: dict[int, Any] | None = None
        self.metadata: dict[Any, Any] | None = None
        self.traceback: Any = None
        self.parent: Node | None = None
        self.outputs: int = 1


class Node:
    """A function in the backward graph.

    Attributes:
        edges: for every differentiable input the node, `OutputEdge` or leaf tensor its gradient goes to, or None.
        saved: the values that the rules name, in the order of the class's ``saved_names``.
        versions: write counts of the saved tensors when they were saved; None if all were 0.
        shape, dtype: of the output (``dtype`` None and a list of both for several outputs), which
            incoming gradients are brought to.
    """

    __slots__ = ("__weakref__", "_extra", "dtype", "edges", "saved", "sequence", "shape", "versions")

    edges: tuple[Any, ...]
    saved: Any
    versions: tuple[int, ...] | None
    sequence: int
    shape: Any
    dtype: Any
    _extra: NodeExtra | None

    saved_names: tuple[str, ...] = ()
    title = "Node"
    handles_undefined = False

    def name(self) -> str:
        """The name of the node, as ``grad_fn`` prints it."""
        return self.title

    def __repr__(self) -> str:
        return f"<{self.title} object at {id(self):#x}>"

    def apply(self, g: Any) -> tuple[Any, ...]:
        """The gradients of the inputs for the gradient `g` of the output (a list for several outputs)."""
        raise NotImplementedError(f"{self.title} has no derivative rule")

    def release(self) -> None:
        """Lets go of what was saved."""
        self.saved = FREED

    def __call__(self, *grads: Any) -> Any:
        """Runs the node by hand on output gradients."""
        found = self.apply(grads[0] if self.dtype is not None else list(grads))
        return found[0] if len(found) == 1 else tuple(found)

    @property
    def metadata(self) -> dict[Any, Any]:
        """A dictionary for the user's own notes on this node."""
        extra = node_extra(self)
        if extra.metadata is None:
            extra.metadata = {}
        return extra.metadata

    @property
    def requires_grad(self) -> bool:
        """Always true: a node exists because something required grad."""
        return True


def node_extra(node: Node) -> NodeExtra:
    """The rare state of a node, made on first use."""
    extra = node._extra
    if extra is None:
        extra = node._extra = NodeExtra()
    return extra


def edge_of(tensor: Any) -> Any:
    """What a graph records as the source of a tensor: a node, an `OutputEdge`, the leaf itself, or None."""
    if not isinstance(tensor, TensorBase):
        return None
    edge = tensor._edge
    if edge is None or isinstance(edge, (Node, OutputEdge)):
        return edge
    return tensor
