"""Dual numbers: tensors with a tangent, and how each kind of operator carries tangents forward.

No operator needs a rule of its own. Where the derivative of an operator is diagonal, as for
elementwise ones, its backward rule applied to the tangent is the forward rule; a linear operator
is applied to the tangent itself; a body written in operators is run on the dual numbers. For all others
the backward rule, which is linear in the gradient, is differentiated: twice transposed is as it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .._core.dtypes import of_numpy
from .._core.modes import OFF, modes
from .._core.tensor_base import LEAF, TensorBase, is_tensor, new, on_bind, storage_of, wrap
from .._declare.record import Operator
from .._declare.tape import make_node, rule_argument
from .._tape.node import Node, edge_of
from .._tape.saved import versions_of
from .engine import run_backward
from .function import run_with_context
from .grad_mode import enable_grad
from .levels import Level, LevelTensor, call_op, map_tensors, settled, tensors_of
from .reach import Capture
from .shaping import fit


class DualMethods(LevelTensor):
    """What a dual number is beside a tensor.

    Attributes:
        level: the `DualLevel` that it belongs to.
        primal: the tensor one level down.
        tangent: its tangent, of the same shape and dtype; None for zero.
    """

    __slots__ = ()

    level: DualLevel
    primal: Any
    tangent: Any

    @property
    def _tangent(self) -> Any:
        """The tangent while the level is open; for printing."""
        return None if self.level.closed else self.tangent

    def _without_history(self) -> Any:
        return self.level.wrap(self.primal, self.tangent)


DualTensor: Any = None


@on_bind
def _bind(cls: Any) -> None:
    global DualTensor
    DualTensor = type("Tensor", (DualMethods, cls), {"__slots__": (), "__module__": cls.__module__})


class DualLevel(Level):
    """One forward-mode pass while it runs.

    Attributes:
        closed: whether it is over; its dual numbers are then plain tensors.
    """

    def __init__(self) -> None:
        super().__init__()
        self.closed = False

    def __exit__(self, *exception: Any) -> None:
        super().__exit__(*exception)
        self.closed = True

    def wrap(self, primal: Any, tangent: Any) -> Any:
        """A dual number of a tensor and its tangent, which share memory with it."""
        tensor = new(DualTensor)
        tensor._array = primal._array
        tensor._edge = tensor._base = tensor._extra = None
        tensor._storage = storage_of(primal)
        tensor.level, tensor.primal, tensor.tangent = self, primal, tangent
        return tensor

    def lift(self, tensor: Any) -> Any:
        """A wrapper for a tensor from outside, a constant."""
        return self.wrap(tensor, None)

    def write(self, target: Any, result: Any) -> None:
        """Writes a result into the memory of a wrapper and of its tangent."""
        target.primal.copy_(result.primal)
        if target.tangent is not None and result.tangent is not None:
            target.tangent.copy_(result.tangent)
        elif target.tangent is not None:
            target.tangent.zero_()
        else:
            target.tangent = result.tangent

    def compute(self, op: Operator, values: list[Any]) -> Any:
        """Runs an operator on primals, and carries the tangents along."""
        primals = map_tensors(op, values, lambda tensor: tensor.primal if self.owns(tensor) else tensor)
        result = call_op(op, primals)
        if self.closed:
            return result
        tangents = map_tensors(op, values, lambda tensor: tensor.tangent if self.owns(tensor) else None)
        found = _outputs(result)
        if op.nondifferentiable is True or not _any(op, tangents):
            moved: list[Any] = [None] * len(found)
        else:
            moved = _carry(op, primals, tangents, result)
        wrapped = [
            self.wrap(output, tangent) if output._array.dtype.kind in "fcV" else output
            for output, tangent in zip(found, moved)
        ]
        return wrapped[0] if isinstance(result, TensorBase) else type(result)(wrapped)

    def call_function(self, cls: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Runs a user's `Function` on primals, and its ``jvp`` on the tangents."""
        primals = tuple(value.primal if self.owns(value) else value for value in args)
        if self.closed:
            return cls.apply(*primals, **kwargs)
        if any(self.owns(value) and value._edge is not None for value in args) and modes.record != OFF:
            raise NotImplementedError(
                f"{cls.__name__}: the backward pass of a custom Function cannot be differentiated in forward mode; "
                "write "
                "the function in operators, or differentiate backward twice"
            )
        if any(isinstance(value, LevelTensor) for value in primals):
            raise NotImplementedError(f"{cls.__name__}: a custom Function cannot be nested in several transforms")
        output, ctx = run_with_context(cls, primals, kwargs)
        tangents = [value.tangent if self.owns(value) else None for value in args]
        if ctx.materialize_grads:
            tangents = [
                value.new_zeros(value.shape) if tangent is None and is_tensor(value) else tangent
                for value, tangent in zip(primals, tangents)
            ]
        ctx.runs_forward = True
        try:
            moved = cls.jvp(ctx, *tangents)
        finally:
            ctx.runs_forward = False
        several = isinstance(output, tuple)
        moves = moved if isinstance(moved, tuple) else (moved,)
        duals = tuple(
            self.wrap(value, move) if isinstance(value, TensorBase) and value._array.dtype.kind in "fcV" else value
            for value, move in zip(output if several else (output,), moves)
        )
        return duals if several else duals[0]


def _outputs(result: Any) -> list[Any]:
    return [result] if isinstance(result, TensorBase) else list(result)


def _any(op: Operator, tangents: Sequence[Any]) -> bool:
    """Whether a differentiable argument has a tangent."""
    return bool(tensors_of(op, tangents))


def _carry(op: Operator, primals: list[Any], tangents: list[Any], result: Any) -> list[Any]:
    """The tangents of the results, None for zero."""
    outputs = _outputs(result)
    if op.kind == "view":
        return _outputs(call_op(op, [tangents[0], *primals[1:]]))
    names = [name for name in op.tensors if _has_tangent(tangents[op.position[name]])]
    linear = (op.linear,) if isinstance(op.linear, str) else op.linear or ()
    if set(names) <= set(linear):
        return _linear(op, names, primals, tangents)
    names = [name for name in names if name in op.differentiable]
    if not names:
        if op.rules or not any(output._array.dtype.kind in "fcV" for output in outputs):
            return [None] * len(outputs)
        raise NotImplementedError(
            f"Trying to use forward AD with {op.name} that does not support it because it has not been implemented yet."
        )
    if op.kind == "elementwise" and _is_diagonal(op, primals, outputs[0]):
        return [_elementwise(op, names, primals, tangents, result)]
    return _transposed_twice(op, names, primals, tangents, outputs)


def _has_tangent(value: Any) -> bool:
    return isinstance(value, TensorBase) or (
        isinstance(value, (list, tuple)) and any(isinstance(item, TensorBase) for item in value)
    )


def _linear(op: Operator, names: Sequence[str], primals: list[Any], tangents: list[Any]) -> list[Any]:
    """The operator with one argument after the other replaced by its tangent, added up."""
    total: list[Any] = []
    for name in names:
        place = op.position[name]
        tangent = tangents[place]
        if name in op.lists:
            tangent = [
                primal.new_zeros(primal.shape) if moved is None else moved
                for primal, moved in zip(primals[place], tangent)
            ]
        found = _outputs(call_op(op, [*primals[:place], tangent, *primals[place + 1 :]]))
        total = [one + other for one, other in zip(total, found)] if total else found
    return total


def _is_diagonal(op: Operator, primals: list[Any], output: Any) -> bool:
    """Whether each element of the result depends on one element of each argument, and complex-differentiably."""
    if op.holomorphic is not False:
        return True
    return output._array.dtype.kind != "c" and all(
        tensor._array.dtype.kind != "c" for tensor in tensors_of(op, primals)
    )


def _elementwise(op: Operator, names: Sequence[str], primals: list[Any], tangents: list[Any], output: Any) -> Any:
    """The backward rules with the tangents in the place of the gradient, added up."""
    node = _node(op, primals, (output,))
    total = None
    for name in names:
        wanted = tuple(True if other == name else None for other in op.differentiable)
        found = node.apply(tangents[op.position[name]], wanted)[op.differentiable.index(name)]
        if found is None:
            continue
        if found._array.dtype.kind == "c" and output._array.dtype.kind != "c":
            found = found.real
        total = found if total is None else total + found
    if total is None:
        return None
    if total._array.dtype != output._array.dtype:
        total = total.to(of_numpy(output._array.dtype))
    if total._array.shape != output._array.shape:
        total = total.expand(output.shape).clone()
    return total


def _node(op: Operator, primals: list[Any], outputs: Sequence[Any]) -> Node:
    """A node that applies the operator's backward rules, outside of any graph."""
    primals = settled(op, primals)
    node = make_node(op, primals, (), tuple(outputs))
    node.saved = tuple(rule_argument(op, name, primals, outputs) for name in op.saved_names)
    node.versions = versions_of(node.saved)
    return node


def _transposed_twice(
    op: Operator, names: Sequence[str], primals: list[Any], tangents: list[Any], outputs: Sequence[Any]
) -> list[Any]:
    """The tangents of the results, from the derivative of the backward rules with respect to the gradient.

    The rules are linear, so any gradient would do; some take its logarithm, so it is not zero.
    """
    silent = op.nondifferentiable or ()
    numbers = [
        index for index, output in enumerate(outputs) if output._array.dtype.kind in "fcV" and index not in silent
    ]
    inputs, moves = _spread(op, names, primals), _spread(op, names, tangents)
    record = modes.record != OFF
    level = _innermost_level([*tensors_of(op, primals), *outputs])
    with enable_grad():
        seeds: list[Any] = [None] * len(outputs)
        for number in numbers:
            ones = wrap(np.ones(outputs[number]._array.shape, outputs[number]._array.dtype))
            seeds[number] = ones if level is None else level.lift(ones)
            seeds[number]._edge = LEAF
        wanted = tuple(None if move is None else True for move in moves)
        grads = _node(op, primals, outputs).differentiate(seeds if len(outputs) > 1 else seeds[0], wanted)
        roots, vectors = [], []
        for grad, primal, move in zip(grads, inputs, moves):
            if grad is not None and move is not None and grad._edge is not None:
                roots.append(edge_of(fit(grad, primal._array.shape, primal._array.dtype)))
                vectors.append(move)
    capture = Capture([seeds[number] for number in numbers])
    if roots:
        run_backward(roots, vectors, record, record, capture)
    moved: list[Any] = [None] * len(outputs)
    for number, tangent in zip(numbers, capture.grads):
        moved[number] = tangent
    return moved


def _spread(op: Operator, names: Sequence[str], values: list[Any]) -> list[Any]:
    """The differentiable arguments in the order of a node's edges, None for those not among `names`."""
    found: list[Any] = []
    for name in op.differentiable:
        value = values[op.position[name]]
        if name in op.lists:
            found.extend(value if name in names else [None] * len(value))
        else:
            found.append(value if name in names and isinstance(value, TensorBase) else None)
    return found


def _innermost_level(tensors: Sequence[Any]) -> Level | None:
    levels = [tensor.level for tensor in tensors if isinstance(tensor, LevelTensor)]
    return max(levels, key=lambda level: level.order, default=None)
