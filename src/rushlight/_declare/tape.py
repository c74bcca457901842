"""From a computed result to a node in the graph: the general way of recording an operator."""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from typing import Any

from .._core.modes import CAREFUL, OFF, modes
from .._core.tensor_base import LEAF, TensorBase, extra_of, mark_inference, new
from .._tape.node import Node, OutputEdge, edge_of, next_sequence, node_extra
from .._tape.saved import NO_HISTORY, Like, Packed, SavedResult, inference_error, versions_of
from .binding import is_number
from .record import Operator


def attach(op: Operator, values: list[Any], outputs: tuple[Any, ...], is_view: bool = False) -> tuple[Any, ...]:
    """Gives outputs their node if an input requires grad and recording is on.

    Args:
        op: the operator that ran.
        values: its arguments in parameter order.
        outputs: its results, fresh tensors.
        is_view: whether they share the memory of the first argument.
    """
    if is_view:
        _mark_views(values[0], outputs)
    elif modes.inference:
        for output in outputs:
            mark_inference(output)
    if modes.record == OFF:
        return outputs
    edges = input_edges(op, values)
    for edge in edges:
        if edge is not None:
            break
    else:
        return outputs
    positions = [
        index for index, output in enumerate(outputs)
        if output._array.dtype.kind in "fcV" and not (op.nondifferentiable and _silent(op, index))
    ]  # fmt: skip
    if not positions:
        return outputs
    node = make_node(op, values, edges, outputs)
    if len(outputs) == 1:
        outputs[0]._edge = node
    else:
        for index in positions:
            outputs[index]._edge = OutputEdge(node, index)
    node.saved = remember(op, node, values, outputs)
    node.versions = versions_of(node.saved)
    if modes.record == CAREFUL:
        careful(node)
    return outputs


def _silent(op: Operator, index: int) -> bool:
    return op.nondifferentiable is True or index in op.nondifferentiable


def _mark_views(base: Any, outputs: tuple[Any, ...]) -> None:
    extra = base._extra
    if extra is not None and extra.inference:
        for output in outputs:
            mark_inference(output)
        return
    creation = None
    if modes.inference:
        creation = "inference"
    elif not modes.grad_enabled and base._edge is not None:
        creation = "no_grad"
    creation = creation or (extra.creation if extra is not None else None)
    if creation is not None:
        for output in outputs:
            extra_of(output).creation = creation


def input_edges(op: Operator, values: list[Any]) -> tuple[Any, ...]:
    """The edges of the differentiable arguments, lists spread out."""
    found: list[Any] = []
    for name in op.differentiable or op.tensors:
        value = values[op.position[name]]
        if not op.differentiable and is_number(value):
            continue  # torch's node of an operator without a rule has edges for tensors only
        if name in op.lists:
            found.extend(edge_of(item) for item in value)
        else:
            edge = value._edge if isinstance(value, TensorBase) else None
            found.append(value if edge is LEAF else edge)
    return tuple(found)


def make_node(
    op: Operator, values: list[Any], edges: tuple[Any, ...], outputs: tuple[Any, ...], inplace: bool = False
) -> Node:
    """A node of the operator's class for these outputs, nothing saved yet."""
    nodes = op.inplace_nodes if inplace else op.nodes
    if not nodes:
        cls = underived(op.name)
    else:
        cls = nodes[0] if op.pick_node is None else nodes[op.pick_node(*values)] or underived(op.name)
    node = new(cls)
    node.edges = edges
    node.sequence = next_sequence()
    node._extra = None
    node.versions = None
    if len(outputs) == 1:
        array = outputs[0]._array
        node.shape = array.shape
        node.dtype = array.dtype
    else:
        node.shape = [(output._array.shape, output._array.dtype) for output in outputs]
        node.dtype = None
    return node


_underived: dict[str, type[Node]] = {}


def underived(name: str) -> type[Node]:
    """The class of a node whose operator has no derivative rule; running it raises torch's error."""
    if name not in _underived:

        def apply(node: Node, g: Any, edges: tuple[Any, ...]) -> tuple[Any, ...]:
            raise RuntimeError(f"derivative for aten::{name} is not implemented")

        _underived[name] = type("NotImplemented", (Node,), {"__slots__": (), "title": "NotImplemented", "apply": apply})
    return _underived[name]


def remember(op: Operator, node: Node, values: list[Any], outputs: tuple[Any, ...]) -> tuple[Any, ...]:
    """What the rules that will run have named; None in the places of the others."""
    needed = needed_names(op, node.edges)
    return tuple(_remembered(op, node, name, values, outputs) if name in needed else None for name in op.saved_names)


def needed_names(op: Operator, edges: tuple[Any, ...]) -> set[str]:
    """The names saved for the rules whose target requires grad."""
    if op.lists:
        return set(op.saved_names)
    wanted = {name for name, edge in zip(op.differentiable, edges) if edge is not None}
    return {name for rule in op.rules if wanted.intersection(rule.targets) for name in rule.needs}


def _remembered(op: Operator, node: Node, name: str, values: list[Any], outputs: tuple[Any, ...]) -> Any:
    value = rule_argument(op, name, values, outputs)
    if not isinstance(value, TensorBase):
        return value
    if name in op.position:
        return keep(value)
    return keep_result(value, None if len(outputs) == 1 else int(name[6:] or 0))


def rule_argument(op: Operator, name: str, values: Sequence[Any], outputs: Sequence[Any]) -> Any:
    """What a derivative rule means by the name of one of its parameters.

    Args:
        op: the operator.
        name: the name.
        values: the operator's arguments in parameter order.
        outputs: its results.
    """
    position = op.position.get(name)
    if position is not None:
        value = values[position]
        return tuple(value) if isinstance(value, list) else value
    if name.endswith("_shape"):
        return values[op.position[name[:-6]]]._array.shape
    if name.endswith("_like"):
        value = values[op.position[name[:-5]]]
        if isinstance(value, (list, tuple)):
            return tuple(map(Like, value))
        return Like(value) if isinstance(value, TensorBase) else value
    return outputs[int(name[6:] or 0)]


def keep_result(output: Any, number: int | None) -> Any:
    """What a node keeps of its own output, which as a tensor would refer back to the node.

    Args:
        output: the result.
        number: which of several outputs it is; None for the only one.
    """
    if modes.saved_hooks_disabled:
        raise RuntimeError(modes.saved_hooks_disabled)
    if number is not None and output._edge is None:
        number = NO_HISTORY
    if modes.saved_hooks:
        return Packed(output.detach(), modes.saved_hooks[-1], number, True)
    return SavedResult(output, number)


def keep(tensor: Any) -> Any:
    """What a node keeps of a tensor that it saves: the tensor, or what a pack hook makes of it.

    Raises:
        RuntimeError: the tensor was made in inference mode, or saving is disabled.
    """
    if tensor._extra is not None and tensor._extra.inference:
        raise inference_error()
    if modes.saved_hooks_disabled:
        raise RuntimeError(modes.saved_hooks_disabled)
    return Packed(tensor, modes.saved_hooks[-1], edge_of(tensor)) if modes.saved_hooks else tensor


def careful(node: Node) -> None:
    """What anomaly mode wants to know of a node: where it was made, and by which node's backward pass."""
    if modes.anomaly:
        extra = node_extra(node)
        extra.traceback = traceback.extract_stack()[:-1]
        extra.parent = modes.backward_node
