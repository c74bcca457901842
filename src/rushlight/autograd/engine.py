"""The backward pass: from gradients of results to gradients of leaves, one node at a time.

Iterative: nodes wait in a heap until all that use their output have run, and the one recorded last
runs first, which is torch's order, so that sums of gradients round alike. A gradient travels in a
buffer; only leaves (and tensors that `retain_grad`) keep one.

Edges lead from a node to where the gradients of its inputs go: to a `Node`, to an `OutputEdge` of a
node with several outputs, or to a leaf tensor itself. Buffers and counts are kept by node, and by id for leaves.
"""

from __future__ import annotations

import heapq
import itertools
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np

from .._backends.llvm.memory import is_only_user
from .._core.meta_array import MetaArray
from .._core.modes import OFF, modes
from .._core.tensor_base import LEAF, extra_of, storage_of, wrap
from .._tape.node import Node, OutputEdge, node_of
from .anomaly_mode import check_finite, explain
from .hooks import has_hooks, run_hooks, run_leaf_hooks, run_post_hooks, run_prehooks, run_tensor_hooks
from .reach import Capture, Pass, count_edges
from .shaping import fit

_next_pass = itertools.count().__next__

F32, F64 = np.dtype(np.float32), np.dtype(np.float64)


def run_backward(
    roots: Sequence[Any],
    gradients: Sequence[Any],
    keep_graph: bool,
    create_graph: bool,
    capture: Capture | None = None,
) -> None:
    """Carries gradients back through the graph.

    Args:
        roots: the edges to start from: nodes, `OutputEdge` objects or leaf tensors.
        gradients: one tensor for each of them, of its shape.
        keep_graph: whether nodes keep what they have saved.
        create_graph: whether the backward pass is itself recorded.
        capture: inputs whose gradients to collect; only what lies on the way to them runs. None for all leaves.
    """
    buffers: dict[Any, Any] = {}
    starts: dict[Node, None] = {}  # a dict for its order
    leaves = []
    for edge, gradient in zip(roots, gradients):
        target = _add(edge, gradient, buffers, None, 0)
        if isinstance(target, Node):
            starts[target] = None
        else:
            leaves.append(edge)
    if capture is not None:
        capture.search(list(starts))
    counts = count_edges(list(starts), capture)[0]
    ready = [(-node.sequence, node) for node in starts if not counts[node]]
    heapq.heapify(ready)
    record, enabled, running = modes.record, modes.grad_enabled, modes.backward_pass
    modes.backward_pass = Pass(_next_pass(), counts, buffers, capture)
    modes.grad_enabled = create_graph
    if create_graph:
        modes.refresh()
    else:
        modes.record = OFF
    careful = capture is not None or modes.anomaly
    try:
        for leaf in leaves:
            if not counts.get(id(leaf)) and id(leaf) in buffers:
                _finish_leaf(leaf, buffers, capture, create_graph)
        while ready:
            node = heapq.heappop(ready)[1]
            gradient = buffers.pop(node, None)
            edges = node.edges if capture is None else capture.wanted.get(node, ())
            if careful or node._extra is not None or gradient is None or not (node.dtype is F32 or node.dtype is F64):
                grads = _run_node(node, gradient, edges, capture)
            else:
                grads = node.apply(gradient, edges)
            if not keep_graph:
                node.release()
            finished = None
            for index, edge in enumerate(edges):
                if edge is None:
                    continue
                gradient = grads[index]
                if isinstance(edge, Node) and gradient is not None and edge not in buffers:
                    array = gradient._array
                    if array.shape != edge.shape or array.dtype is not edge.dtype:
                        gradient = fit(gradient, edge.shape, edge.dtype, node, index)
                    target = edge
                    buffers[edge] = gradient
                else:
                    target = _add(edge, gradient, buffers, node, index)
                counts[target] = left = counts[target] - 1
                if not left:
                    if isinstance(target, Node):
                        heapq.heappush(ready, (-target.sequence, target))
                    elif finished is None:
                        finished = [edge]
                    else:
                        finished.append(edge)
            if finished is not None:
                grads = gradient = array = None  # a leaf takes over a gradient that nothing else refers to
                for leaf in finished:
                    _finish_leaf(leaf, buffers, capture, create_graph)
    finally:
        modes.backward_pass = running
        modes.grad_enabled = enabled
        modes.record = record


def _add(edge: Any, gradient: Any, buffers: dict[Any, Any], source: Node | None, index: int) -> Any:
    """Adds a gradient to the buffer of the target of an edge.

    Each is brought to the target's shape and dtype before it is added, for another may have been broadcast differently.

    Returns:
        the key of the target: the node, or the id of the leaf.
    """
    if isinstance(edge, Node):
        key: Any = edge
        shape, dtype = edge.shape, edge.dtype
    elif type(edge) is OutputEdge:
        key = edge.node
        shape, dtype = key.shape[edge.number]
    else:
        key = id(edge)
        shape, dtype = edge._array.shape, edge._array.dtype
    if gradient is None:
        return key
    array = gradient._array
    if array.shape != shape or array.dtype is not dtype:
        gradient = fit(gradient, shape, dtype, source, index)
    known = buffers.get(key)
    if type(edge) is OutputEdge:
        if known is None:
            known = buffers[key] = [None] * len(key.shape)
        number = edge.number
        known[number] = gradient if known[number] is None else known[number] + gradient
    else:
        buffers[key] = gradient if known is None else known + gradient
    return key


def _run_node(node: Node, gradient: Any, edges: tuple[Any, ...], capture: Capture | None) -> Any:
    """The gradients of a node's inputs, with everything that rarely happens on the way."""
    extra = node._extra
    wanted = capture is None or any(edge is not None for edge in edges)
    before = gradient
    if gradient is not None and extra is not None:
        if extra.tensor_hooks is not None:
            gradient = run_tensor_hooks(node, gradient)
        if extra.retained is not None:
            _retain(node, gradient)
    if capture is not None and node in capture.nodes and gradient is not None:
        # what torch gives: hooks on the tensor count where the pass ends, not where it goes on
        capture.take(node, before if wanted else gradient)
    if not wanted:
        return ()
    if gradient is None and not node.handles_undefined:
        return (None,) * len(edges)
    if extra is not None and extra.prehooks is not None:
        gradient = run_prehooks(node, gradient)
        if gradient is None and not node.handles_undefined:
            return (None,) * len(edges)
    if modes.anomaly:
        grads = _run_explained(node, gradient, edges)
    else:
        grads = node.differentiate(gradient, edges)
    if extra is not None and extra.hooks is not None:
        grads = run_hooks(node, grads, gradient)
    return grads


def _run_explained(node: Node, gradient: Any, edges: tuple[Any, ...]) -> Any:
    """Runs a node in anomaly mode: its forward traceback is shown if it fails or makes a nan."""
    running, modes.backward_node = modes.backward_node, node
    try:
        grads = node.differentiate(gradient, edges)
    except Exception:
        explain(node)
        raise
    finally:
        modes.backward_node = running
    check_finite(node, grads)
    return grads


def _retain(node: Node, gradient: Any) -> None:
    """Keeps the gradient on the tensors that asked for it with `retain_grad`."""
    assert node._extra is not None
    assert node._extra.retained is not None
    for number, reference in node._extra.retained.items():
        tensor = reference()
        found = gradient if node.dtype is not None else gradient[number]
        if tensor is not None and found is not None and node_of(tensor._edge) is node:
            known = tensor._extra.grad
            tensor._extra.grad = found if known is None else known + found


def _finish_leaf(leaf: Any, buffers: dict[Any, Any], capture: Capture | None, create_graph: bool) -> None:
    """Hands a leaf its gradient, all contributions being in."""
    gradient = [buffers.pop(id(leaf), None)]  # in a list, so that it can be taken out of this frame
    if gradient[0] is None:
        return
    extra = leaf._extra
    hooked = extra is not None and has_hooks(extra)
    if capture is not None and not capture.keep:
        found = run_tensor_hooks(leaf, gradient[0]) if hooked else gradient[0]
        for position in capture.leaves.get(id(leaf), ()):  # a root that is a leaf need not be asked for
            capture.grads[position] = found
        return
    if leaf._edge is not LEAF:
        if leaf._edge is None:
            return
        raise RuntimeError("leaf variable has been moved into the graph interior")
    if not hooked:
        accumulate_grad(leaf, gradient, create_graph)
        return
    found = run_leaf_hooks(leaf, gradient.pop())
    accumulate_grad(leaf, [found], create_graph)
    run_post_hooks(leaf, found)


def accumulate_grad(leaf: Any, box: list[Any], create_graph: bool) -> None:
    """Adds a gradient to a leaf's ``.grad``.

    The first gradient is taken over as it is when nothing else refers to it or its memory, else copied.

    Args:
        leaf: the tensor.
        box: a list with the gradient, of the leaf's shape and dtype; nothing else refers to the list.
        create_graph: whether the sum is recorded.
    """
    extra = extra_of(leaf)
    known = extra.grad
    if create_graph:
        extra.grad = leaf.detach().new_empty(leaf.shape).copy_(box[0]) if known is None else known + box[0]
        return
    array = box[0]._array
    if known is not None:
        if type(array) is not MetaArray:
            known._array += array
        storage_of(known).version += 1
        return
    if type(array) is MetaArray:
        extra.grad = box[0]
        return
    del array
    fresh = _take_over(box, leaf._array.strides)
    extra.grad = wrap(box[0]._array.copy()) if fresh is None else fresh


def _take_over(box: list[Any], strides: tuple[int, ...]) -> Any:
    """The gradient in a list as a tensor of its own, if nothing else refers to it or its memory; None if not.

    Args:
        box: the list, the gradient's only owner.
        strides: the layout that it must have.
    """
    # two references everywhere: the one looked at and the argument of getrefcount; names of our own would count too
    if sys.getrefcount(box[0]) != 2 or sys.getrefcount(box[0]._array) != 2:
        return None
    array = box[0]._array
    if type(array) is not np.ndarray or array.strides != strides or box[0]._base is not None:
        return None
    base = array.base
    if base is None:
        return box[0]
    if type(base) is not np.ndarray or base.base is not None:
        del base
        return box[0] if is_only_user(array) else None
    # the whole of a matrix, transposed twice: `array` and `base` refer to the memory's owner, and the question
    return box[0] if base.size == array.size and sys.getrefcount(base) == 3 else None
