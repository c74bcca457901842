"""The backward pass: from gradients of results to gradients of leaves, one node at a time.

Iterative: nodes wait in a heap until all that use their output have run, and the one recorded last
runs first. A gradient travels in a buffer; only leaves (and tensors that `retain_grad`) keep one.
"""

from __future__ import annotations

import heapq
import sys
from collections.abc import Sequence
from typing import Any

from .._core.modes import modes, set_grad_enabled
from .._core.tensor_base import TensorBase, storage_of, wrap
from .._tape.node import Node, OutputEdge
from .anomaly import check_finite, explain
from .hooks import run_hooks, run_post_hooks, run_prehooks, run_tensor_hooks
from .shaping import fit


class Capture:
    """Gradients asked for by ``grad(inputs=...)``: by leaf, and by node and output number."""

    def __init__(self, inputs: Sequence[Any]) -> None:
        self.grads: dict[int, Any] = {}
        self.leaves = {id(tensor) for tensor in inputs if not isinstance(tensor._edge, (Node, OutputEdge))}
        self.nodes: dict[Node, dict[int, list[int]]] = {}
        for tensor in inputs:
            edge = tensor._edge
            if isinstance(edge, OutputEdge):
                self.nodes.setdefault(edge.node, {}).setdefault(edge.number, []).append(id(tensor))
            elif isinstance(edge, Node):
                self.nodes.setdefault(edge, {}).setdefault(0, []).append(id(tensor))

    def take(self, node: Node, gradient: Any) -> None:
        """Keeps what arrived at the outputs of a node."""
        for number, keys in self.nodes[node].items():
            found = gradient if node.dtype is not None else gradient[number]
            for key in keys:
                self.grads[key] = found


def run_backward(
    roots: Sequence[Any],
    gradients: Sequence[Any],
    keep_graph: bool,
    create_graph: bool,
    capture: Capture | None,
    accumulate: bool,
) -> None:
    """Carries gradients of `roots` back through the graph.

    Args:
        roots: tensors that require grad.
        gradients: one tensor for each of them, of its shape.
        keep_graph: whether nodes keep what they have saved.
        create_graph: whether the backward pass is itself recorded.
        capture: inputs whose gradients to collect; only what lies on the way to them runs. None for all leaves.
        accumulate: whether captured leaves get their gradient in ``.grad`` too (``backward(inputs=...)``).
    """
    buffers: dict[Any, Any] = {}
    leaves: dict[int, list[Any]] = {}
    starts: list[Node] = []
    for root, gradient in zip(roots, gradients, strict=True):
        edge = root._edge
        if not isinstance(edge, (Node, OutputEdge)):
            edge = root
        target = _deliver(edge, gradient, buffers, leaves)
        if target is not None:
            starts.append(target)
    dependencies, order = _count(starts)
    needed = None if capture is None else _on_the_way(order, capture)
    for key, entry in leaves.items():
        entry[1] += dependencies.get(key, 0)
    ready: list[tuple[int, Node]] = []
    for node in dict.fromkeys(starts):
        if not dependencies.get(node):
            ready.append((-node.sequence, node))
    heapq.heapify(ready)
    for key in [key for key, entry in leaves.items() if not entry[1]]:
        _finish_leaf(leaves.pop(key), capture, create_graph, accumulate)
    record, enabled, running = modes.record, modes.grad_enabled, modes.backward_node
    set_grad_enabled(create_graph)
    try:
        while ready:
            node = heapq.heappop(ready)[1]
            grads = _run_node(node, buffers.pop(node, None), capture, needed, keep_graph)
            for edge, gradient in zip(node.edges, grads, strict=False):
                if edge is None:
                    continue
                target = _deliver(edge, gradient, buffers, leaves)
                if target is None:
                    key = id(edge)
                    dependencies[key] = left = dependencies[key] - 1
                    if not left and key in leaves:
                        _finish_leaf(leaves.pop(key), capture, create_graph, accumulate)
                    continue
                dependencies[target] = left = dependencies[target] - 1
                if not left:
                    heapq.heappush(ready, (-target.sequence, target))
    finally:
        modes.backward_node = running
        modes.grad_enabled = enabled
        modes.record = record


def _deliver(edge: Any, gradient: Any, buffers: dict[Any, Any], leaves: dict[int, list[Any]]) -> Node | None:
    """Adds a gradient to the buffer of its target; the node it went to, None for a leaf."""
    if isinstance(edge, TensorBase):
        entry = leaves.get(id(edge))
        if entry is None:
            leaves[id(edge)] = [edge, 0, gradient]
        elif gradient is not None:
            entry[2] = gradient if entry[2] is None else entry[2] + gradient
        return None
    if isinstance(edge, OutputEdge):
        node, number = edge.node, edge.number
        buffer = buffers.get(node)
        if buffer is None:
            buffer = buffers[node] = [None] * len(node.shape)
        if gradient is not None:
            buffer[number] = gradient if buffer[number] is None else buffer[number] + gradient
        return node
    if gradient is not None:
        known = buffers.get(edge)
        buffers[edge] = gradient if known is None else known + gradient
    return edge  # type: ignore[no-any-return]


def _count(starts: list[Node]) -> tuple[dict[Any, int], list[Node]]:
    """How many edges lead to each node and (by id) leaf, and the nodes in the order of discovery."""
    dependencies: dict[Any, int] = {}
    order = list(dict.fromkeys(starts))
    seen = set(order)
    for node in order:
        for edge in node.edges:
            if edge is None:
                continue
            if isinstance(edge, TensorBase):
                key = id(edge)
                dependencies[key] = dependencies.get(key, 0) + 1
                continue
            target = edge.node if isinstance(edge, OutputEdge) else edge
            dependencies[target] = dependencies.get(target, 0) + 1
            if target not in seen:
                seen.add(target)
                order.append(target)
    return dependencies, order


def _on_the_way(order: list[Node], capture: Capture) -> set[Node]:
    """The nodes from which a captured input can be reached."""
    found: set[Node] = set()
    for node in sorted(order, key=lambda node: node.sequence):
        if node in capture.nodes:
            found.add(node)
            continue
        for edge in node.edges:
            if isinstance(edge, TensorBase):
                if id(edge) in capture.leaves:
                    found.add(node)
                    break
            elif edge is not None and (edge.node if isinstance(edge, OutputEdge) else edge) in found:
                found.add(node)
                break
    return found


def _run_node(node: Node, gradient: Any, capture: Capture | None, needed: set[Node] | None, keep_graph: bool) -> Any:
    """The gradients of a node's inputs, for the gradient that has gathered at its output."""
    nothing = (None,) * len(node.edges)
    extra = node._extra
    if gradient is not None:
        gradient = _fit_output(node, gradient)
        if extra is not None:
            if extra.tensor_hooks is not None:
                gradient = run_tensor_hooks(node, gradient)
            if extra.retained is not None:
                _retain(node, gradient)
            if extra.prehooks is not None:
                gradient = run_prehooks(node, gradient)
    if capture is not None:
        if node in capture.nodes and gradient is not None:
            capture.take(node, gradient)
        assert needed is not None
        if node not in needed or not _leads_on(node, capture, needed):
            return nothing
    if gradient is None and not node.handles_undefined:
        return nothing
    if modes.anomaly:
        grads = _run_explained(node, gradient)
    elif node.dtype is not None and node.dtype.kind != "c":
        grads = node.apply(gradient)
    else:
        grads = _apply_complex(node, gradient)
    if extra is not None and extra.hooks is not None:
        grads = run_hooks(node, grads, gradient)
    if not keep_graph:
        node.release()
    return grads


def _leads_on(node: Node, capture: Capture, needed: set[Node]) -> bool:
    """Whether an edge of a needed node leads on to a captured input."""
    for edge in node.edges:
        if isinstance(edge, TensorBase):
            if id(edge) in capture.leaves:
                return True
        elif edge is not None and (edge.node if isinstance(edge, OutputEdge) else edge) in needed:
            return True
    return False


def _apply_complex(node: Node, gradient: Any) -> Any:
    """Runs a rule that was written for the derivative of a holomorphic function on complex gradients.

    The gradient of a real loss carries the conjugate of the derivative: conjugate before and after.
    """
    op = getattr(type(node), "op", None)
    if op is None or op.holomorphic is False:
        return node.apply(gradient)
    if node.dtype is None:
        if not any(item is not None and item._array.dtype.kind == "c" for item in gradient):
            return node.apply(gradient)
        gradient = [None if item is None else item.conj() for item in gradient]
    else:
        gradient = gradient.conj()
    return tuple(None if item is None else item.conj() for item in node.apply(gradient))


def _run_explained(node: Node, gradient: Any) -> Any:
    """Runs a node in anomaly mode: its forward traceback is shown if it fails or makes a nan."""
    modes.backward_node = node
    try:
        grads = _apply_complex(node, gradient)
    except Exception:
        explain(node)
        raise
    check_finite(node, grads)
    return grads


def _fit_output(node: Node, gradient: Any) -> Any:
    """Brings what has arrived at a node's output to the output's shape and dtype."""
    if node.dtype is not None:
        array = gradient._array
        if array.shape != node.shape or array.dtype is not node.dtype:
            return fit(gradient, node.shape, node.dtype)
        return gradient
    return [None if item is None else fit(item, *node.shape[number]) for number, item in enumerate(gradient)]


def _retain(node: Node, gradient: Any) -> None:
    """Keeps the gradient on the tensors that asked for it with `retain_grad`."""
    assert node._extra is not None and node._extra.retained is not None
    for number, reference in node._extra.retained.items():
        tensor = reference()
        found = gradient if node.dtype is not None else gradient[number]
        if tensor is not None and found is not None:
            known = tensor._extra.grad
            tensor._extra.grad = found if known is None else known + found


def _finish_leaf(entry: list[Any], capture: Capture | None, create_graph: bool, accumulate: bool) -> None:
    """Hands a leaf its gradient, all contributions being in."""
    leaf, _, gradient = entry
    if gradient is None or (capture is not None and id(leaf) not in capture.leaves):
        return
    entry[2] = None
    array = leaf._array
    if gradient._array.shape != array.shape or gradient._array.dtype is not array.dtype:
        gradient = fit(gradient, array.shape, array.dtype)
    extra = leaf._extra
    if extra is not None and (extra.hooks is not None or extra.node_prehooks is not None):
        gradient = run_tensor_hooks(leaf, gradient)
    if capture is not None and not accumulate:
        capture.grads[id(leaf)] = gradient
        return
    accumulate_grad(leaf, gradient, create_graph)
    if extra is not None:
        run_post_hooks(leaf, gradient)


def accumulate_grad(leaf: Any, gradient: Any, create_graph: bool) -> None:
    """Adds a gradient to a leaf's ``.grad``.

    The first gradient is taken over as it is when nothing else refers to it or its memory, else copied.
    """
    extra = leaf._extra
    known = None if extra is None else extra.grad
    if known is None:
        if not create_graph:
            array = gradient._array
            # four references: the local name, our caller's, the slot of the tensor, the argument of getrefcount
            alone = sys.getrefcount(gradient) <= 4 and sys.getrefcount(array) <= 3 and array.base is None
            gradient = wrap(array if alone else array.copy())
        leaf._set_grad(gradient)
    elif create_graph:
        leaf._set_grad(known + gradient)
    else:
        known._array += gradient._array
        storage_of(known).version += 1
