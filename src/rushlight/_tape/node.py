"""Nodes: what one recorded operator leaves behind for the backward pass."""

from __future__ import annotations

import itertools
import weakref
from collections.abc import Callable
from typing import Any

from .._core.modes import modes
from .._core.tensor_base import LEAF, TensorBase, extra_of
from .handles import Hooks, RemovableHandle

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
    """What few nodes have: hooks, user metadata, and where the operator was called.

    Attributes:
        hooks: run after the node, on the gradients of its inputs and outputs.
        prehooks: run before it, on the gradients of its outputs.
        tensor_hooks: by output number, the hooks that were registered on the output itself.
        retained: by output number, weak references to outputs that keep their gradient.
        metadata: the user's own notes.
        traceback, parent: anomaly mode: where the operator was called, and the node whose backward pass made it.
    """

    __slots__ = ("hooks", "metadata", "parent", "prehooks", "retained", "tensor_hooks", "traceback")

    def __init__(self) -> None:
        self.hooks: Hooks | None = None
        self.prehooks: Hooks | None = None
        self.tensor_hooks: dict[int, Hooks] | None = None
        self.retained: dict[int, weakref.ref[Any]] | None = None
        self.metadata: dict[Any, Any] | None = None
        self.traceback: Any = None
        self.parent: Node | None = None


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
    holomorphic = False
    shown_edges: tuple[int, ...] | None = None
    """Positions of the edges that torch's node has too; None for all. A scalar overload has none for its number."""

    def name(self) -> str:
        """The name of the node; those that no operator gave it carry a prefix, as in torch."""
        return self.title if self.title[-1:].isdigit() else f"torch::autograd::{self.title}"

    def __repr__(self) -> str:
        return f"<{self.title} object at {id(self):#x}>"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """What IPython shows, which for objects without a `__repr__`, as torch's nodes are, leaves a word out."""
        printer.text(repr(self).replace(" object at ", " at "))

    def apply(self, g: Any, edges: tuple[Any, ...]) -> tuple[Any, ...]:
        """The gradients of the inputs for the gradient `g` of the output (a list for several outputs).

        Args:
            g: gradient of the output.
            edges: `self.edges`, with None also where a gradient is not wanted in this backward pass.
        """
        raise NotImplementedError(f"{self.title} has no derivative rule")

    def differentiate(self, g: Any, edges: tuple[Any, ...]) -> tuple[Any, ...]:
        """`apply` for any dtype: rules of holomorphic functions are written for the derivative itself.

        The gradient of a real loss carries the conjugate of the derivative: conjugate before and after.
        """
        if not self.holomorphic:
            return self.apply(g, edges)
        if self.dtype is not None:
            if self.dtype.kind != "c":
                return self.apply(g, edges)
            g = g.conj()
        elif any(item is not None and item._array.dtype.kind == "c" for item in g):
            g = [None if item is None else item.conj() for item in g]
        else:
            return self.apply(g, edges)
        return tuple(None if item is None else item.conj() for item in self.apply(g, edges))

    def release(self) -> None:
        """Lets go of what was saved."""
        self.saved = FREED

    def __call__(self, *grads: Any) -> Any:
        """Runs the node by hand on output gradients."""
        running, modes.backward_pass = modes.backward_pass, None  # in which this call is no step
        try:
            found = self.differentiate(grads[0] if self.dtype is not None else list(grads), self.edges)
        finally:
            modes.backward_pass = running
        return found[0] if len(found) == 1 else tuple(found)

    @property
    def next_functions(self) -> tuple[tuple[Any, int], ...]:
        """Where the gradients of the inputs go: pairs of a node (None for no gradient) and its output number."""
        edges = self.edges
        shown = edges if self.shown_edges is None else [edges[position] for position in self.shown_edges]
        return tuple((node_of(edge), edge.number if type(edge) is OutputEdge else 0) for edge in shown)

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

    def register_hook(self, fn: Callable[..., Any]) -> RemovableHandle:
        """Has ``fn(grad_inputs, grad_outputs)`` run after this node in every backward pass.

        Args:
            fn: gets two tuples; None or a tuple that replaces the gradients of the inputs is returned.

        Example::

            >>> y = torch.ones(2, requires_grad=True).exp()
            >>> handle = y.grad_fn.register_hook(lambda grad_inputs, grad_outputs: print(grad_outputs))
            >>> y.sum().backward()
            (tensor([1., 1.]),)
        """
        extra = node_extra(self)
        if extra.hooks is None:
            extra.hooks = Hooks()
        return extra.hooks.add(fn)

    def register_prehook(self, fn: Callable[..., Any]) -> RemovableHandle:
        """Has ``fn(grad_outputs)`` run before this node in every backward pass.

        Args:
            fn: gets a tuple; None or a tuple that replaces it is returned.
        """
        extra = node_extra(self)
        if extra.prehooks is None:
            extra.prehooks = Hooks()
        return extra.prehooks.add(fn)

    def _sequence_nr(self) -> int:
        return self.sequence


class AccumulateGrad(Node):
    """The node that stands for a leaf: the gradient that reaches it is added to ``variable.grad``.

    The graph itself refers to the leaf; this object is made when somebody looks, and stays
    the same one while anybody holds it.
    """

    __slots__ = ("variable",)
    title = "AccumulateGrad"

    def __init__(self, variable: Any) -> None:
        self.variable = variable
        self.edges = ()
        self.saved = ()
        self.versions = None
        self.sequence = -1
        self.shape, self.dtype = variable._array.shape, variable._array.dtype
        self._extra = None

    def register_hook(self, fn: Callable[..., Any]) -> RemovableHandle:
        """Has ``fn((), grad_outputs)`` run after a gradient has been accumulated."""
        extra = extra_of(self.variable)
        if extra.node_hooks is None:
            extra.node_hooks = Hooks()
        handle: RemovableHandle = extra.node_hooks.add(fn)
        return handle

    def register_prehook(self, fn: Callable[..., Any]) -> RemovableHandle:
        """Has ``fn(grad_outputs)`` run before a gradient is accumulated; a tuple that it returns replaces it."""
        extra = extra_of(self.variable)
        if extra.node_prehooks is None:
            extra.node_prehooks = Hooks()
        handle: RemovableHandle = extra.node_prehooks.add(fn)
        return handle


AccumulateGrad.__module__ = "builtins"  # so that the class prints as torch's does


def accumulator_of(leaf: Any) -> AccumulateGrad:
    """The node that stands for a leaf."""
    extra = extra_of(leaf)
    node = None if extra.accumulator is None else extra.accumulator()
    if node is None:
        node = AccumulateGrad(leaf)
        extra.accumulator = weakref.ref(node)
    return node


def node_of(edge: Any) -> Node | None:
    """The node that an edge leads to."""
    if edge is None or isinstance(edge, Node):
        return edge
    return edge.node if type(edge) is OutputEdge else accumulator_of(edge)


def node_extra(node: Node) -> NodeExtra:
    """The rare state of a node, made on first use."""
    extra = node._extra
    if extra is None:
        extra = node._extra = NodeExtra()
    return extra


def retain_at(edge: Any, tensor: Any) -> None:
    """Has the node that an edge names keep the gradient of its output for a tensor."""
    node, number = (edge.node, edge.number) if type(edge) is OutputEdge else (edge, 0)
    extra = node_extra(node)
    if extra.retained is None:
        extra.retained = {}
    extra.retained[number] = weakref.ref(tensor)


def edge_of(tensor: Any) -> Any:
    """What a graph records as the source of a tensor: a node, an `OutputEdge`, the leaf itself, or None."""
    if not isinstance(tensor, TensorBase):
        return None
    edge = tensor._edge
    return tensor if edge is LEAF else edge
