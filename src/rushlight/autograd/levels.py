"""Levels: nested transforms (batches, dual numbers) that run operators on wrapped tensors, one level down at a time.

A wrapper belongs to a level. An operator on wrappers is run by the innermost level among them: it unwraps what is its
own, computes with operators one level down, and wraps the results. What requires grad inside of a level is recorded on
the wrappers, as a graph of that level; what the wrapped tensors themselves require is recorded below, as ever.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any

from .._core.modes import CAREFUL, OFF, modes
from .._core.sizes import wrap_dims
from .._core.tensor_base import TensorBase
from .._declare.binding import bind
from .._declare.record import Operator
from .._declare.tape import careful, make_node, remember
from .._tape.node import OutputEdge, edge_of
from .._tape.saved import versions_of

_next_order = itertools.count(1).__next__


def current_level() -> Level | None:
    """The innermost transform with wrappers of its own that runs in this thread."""
    return next((level for level in reversed(modes.levels) if isinstance(level, Level)), None)


class Transform:
    """A transform of a function while it runs.

    Attributes:
        number: how deep it is nested, from 1.
    """

    number = 0

    def __enter__(self) -> Any:
        modes.levels = (*modes.levels, self)
        self.number = len(modes.levels)
        return self

    def __exit__(self, *exception: Any) -> None:
        modes.levels = tuple(level for level in modes.levels if level is not self)


class Level(Transform):
    """A transform with wrappers of its own.

    Attributes:
        order: when it was made; of two levels the later one is the inner one.
    """

    def __init__(self) -> None:
        self.order = _next_order()

    def lift(self, tensor: Any) -> Any:
        """A wrapper of this level for a tensor from outside of it, with which it has no history."""
        raise NotImplementedError

    def compute(self, op: Operator, values: list[Any]) -> Any:
        """Runs an operator on wrappers of this level and whatever else; the results are wrappers."""
        raise NotImplementedError

    def write(self, target: Any, result: Any) -> None:
        """Writes a result into the memory of a wrapper of this level."""
        raise NotImplementedError

    def foreign_write(self, op: Operator) -> Exception:
        """The error for a write of a wrapper into a tensor from outside."""
        return NotImplementedError(
            f"{op.name}_() would write a result of forward mode into a tensor without tangent: use {op.name}()"
        )

    def call_function(self, cls: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Runs a user's `Function` on wrappers of this level."""
        raise NotImplementedError

    def owns(self, value: Any) -> bool:
        """Whether a value is a wrapper of this level."""
        return isinstance(value, LevelTensor) and value.level is self

    def run(self, op: Operator, values: list[Any]) -> Any:
        """Runs an operator and records it where a wrapper requires grad."""
        if op.kind in ("composite", "fused"):
            return call_body(op, values)
        outputs = self.compute(op, values)
        if modes.record != OFF:
            self._record(op, values, outputs)
        return outputs

    def _record(self, op: Operator, values: list[Any], found: Any) -> None:
        values = settled(op, values)
        outputs = found if isinstance(found, tuple) else tuple(found) if isinstance(found, list) else (found,)
        edges: list[Any] = []
        for name in op.differentiable or op.tensors:
            value = values[op.position[name]]
            items = value if name in op.lists else (value,)
            edges.extend(edge_of(item) if self.owns(item) else None for item in items)
        silent = op.nondifferentiable or ()
        numbers = [
            index for index, output in enumerate(outputs)
            if self.owns(output) and output._array.dtype.kind in "fcV" and silent is not True and index not in silent
        ]  # fmt: skip
        if not numbers or all(edge is None for edge in edges):
            return
        node = make_node(op, values, tuple(edges), outputs)
        for number in numbers:
            outputs[number]._edge = node if len(outputs) == 1 else OutputEdge(node, number)
        node.saved = remember(op, node, values, outputs)
        node.versions = versions_of(node.saved)
        if modes.record == CAREFUL:
            careful(node)


class LevelTensor:
    """What wrappers have in common: `level`, and the methods that read memory."""

    __slots__ = ()

    level: Level

    @staticmethod
    def _transform(op: Operator, values: list[Any], out: Any) -> Any:
        if out is not None:
            raise NotImplementedError(
                f"{op.name}(): out= is not supported on tensors of a transform (vmap, forward mode): use the result "
                "instead"
            )
        return _innermost(tensors_of(op, values)).run(op, values)

    @staticmethod
    def _transform_inplace(op: Operator, input: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        values, _ = bind(op, (input, *args), kwargs)
        level = _innermost(tensors_of(op, values))
        if not level.owns(input):
            raise level.foreign_write(op)
        recorded = modes.record != OFF and any(
            level.owns(item) and item._edge is not None for item in tensors_of(op, values)
        )
        if recorded and (input._base is not None or edge_of(input) is input):
            raise NotImplementedError(
                f"{op.name}_(): an in-place operator on a leaf or a view cannot be differentiated inside of a "
                "transform; "
                f"use {op.name}() instead"
            )
        result = level.run(op, values)
        with_history = result._edge
        level.write(input, result)
        if recorded:
            input._edge = with_history
        return input

    @staticmethod
    def _transform_function(cls: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        return _innermost([value for value in args if isinstance(value, TensorBase)]).call_function(cls, args, kwargs)

    @classmethod
    def __torch_function__(cls, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return function(*args, **(kwargs or {}))


def _innermost(tensors: Sequence[Any]) -> Level:
    return max((tensor.level for tensor in tensors if isinstance(tensor, LevelTensor)), key=lambda level: level.order)


def settled(op: Operator, values: list[Any]) -> list[Any]:
    """The arguments as derivative rules know them: dimensions of a reduction counted from the front."""
    place = op.position.get("dim")
    if op.kind != "reduction" or place is None or values[place] is None:
        return values
    values = list(values)
    values[place] = wrap_dims(values[place], values[0]._array.ndim)
    return values


def tensors_of(op: Operator, values: Sequence[Any]) -> list[Any]:
    """The tensors among the arguments of an operator, those in lists too."""
    found: list[Any] = []
    for name in op.tensors:
        value = values[op.position[name]]
        if isinstance(value, TensorBase):
            found.append(value)
        elif isinstance(value, (list, tuple)):
            found.extend(item for item in value if isinstance(item, TensorBase))
    return found


def map_tensors(op: Operator, values: Sequence[Any], function: Callable[[Any], Any]) -> list[Any]:
    """The arguments of an operator with a function applied to every tensor among them."""
    changed = list(values)
    for name in op.tensors:
        position = op.position[name]
        value = changed[position]
        if isinstance(value, TensorBase):
            changed[position] = function(value)
        elif isinstance(value, (list, tuple)):
            changed[position] = type(value)(
                [function(item) if isinstance(item, TensorBase) else item for item in value]
            )
    return changed


def map_outputs(found: Any, function: Callable[[Any], Any]) -> Any:
    """The results of an operator with a function applied to every tensor among them."""
    if isinstance(found, TensorBase):
        return function(found)
    if isinstance(found, tuple):
        items = [map_outputs(item, function) for item in found]
        return type(found)(*items) if hasattr(found, "_fields") else type(found)(items)
    if isinstance(found, list):
        return [map_outputs(item, function) for item in found]
    return found


def call_op(op: Operator, values: Sequence[Any]) -> Any:
    """Calls an operator's public function with its arguments in parameter order."""
    count = len(values) - op.keyword_only
    defaults = op.defaults
    named = {
        name: value
        for name, value in zip(op.params[count:], values[count:])
        if name not in defaults or value is not defaults[name]
    }
    # what is left at its default may not be spelled out where a public function has several forms
    while count and op.params[count - 1] in defaults and values[count - 1] is defaults[op.params[count - 1]]:
        count -= 1
    return op.call(*values[:count], **named)


def call_body(op: Operator, values: Sequence[Any]) -> Any:
    """Runs the body of an operator that is written in operators, on wrappers."""
    count = len(values) - op.keyword_only
    found = op.body(*values[:count], **dict(zip(op.params[count:], values[count:])))
    if isinstance(found, tuple) and op.returns is not None and not hasattr(found, "_fields"):
        return op.returns(found)
    return found
