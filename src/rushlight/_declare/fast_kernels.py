"""The fast paths of kernels whose arrays go in as they are, and of their in-place forms; see `fast`.

Kernels that only move values need no promotion and no care for rounding; others need none where their tensors have
one dtype of 32 bits or more. `cat` of two 10x3 tensors takes 3 us this way, 10 us the general way.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .._backends.numpy.copies import duplicate, straight
from .._core.modes import FAST, OFF, modes
from .._core.storage import Storage
from .._core.tensor_base import LEAF, PLAIN, new, on_bind
from .._tape.node import OutputEdge, next_sequence
from .._tape.saved import NO_HISTORY, Like, SavedResult, versions_of
from .binding import MISSING
from .dispatch import grown
from .inplace import overwrite_recorded
from .record import Operator
from .tape import attach, needed_names

ndarray = np.ndarray
Tensor: Any = None
Fallback = Callable[..., Any]
_NUMBERS = frozenset((int, float, bool))


@on_bind
def _bind(cls: type) -> None:
    global Tensor
    Tensor = cls


class _Binder:
    """Arguments in the order of an operator's parameters, and the arrays of the tensors among them."""

    def __init__(self, op: Operator) -> None:
        self.op = op
        self.position = op.position
        self.count = len(op.params) - op.keyword_only
        self.defaults = [op.defaults.get(name, MISSING) for name in op.params]
        self.required = [place for place, value in enumerate(self.defaults) if value is MISSING]
        self.keywords = self.defaults[self.count :]
        self.complete = MISSING not in self.keywords
        self.tensors = tuple(
            (op.position[name], name in op.lists, name in op.gaps, name in op.numbers) for name in op.tensors
        )

    def bind(self, args: tuple[Any, ...], rest: dict[str, Any]) -> list[Any] | None:
        """The values of all parameters; None where only the general path knows."""
        given = len(args)
        if given == self.count and not rest and self.complete:
            return [*args, *self.keywords]
        if given > self.count:
            return None
        values = [*args, *self.defaults[given:]]
        for name, value in rest.items():
            place = self.position.get(name)
            if place is None or place < given:
                return None
            values[place] = value
        for place in self.required:
            if values[place] is MISSING:
                return None
        return values

    def arrays(self, values: list[Any]) -> list[Any] | None:
        """The values with arrays in the places of plain tensors; None where one is anything else."""
        arguments = values.copy()
        for place, several, gaps, numbers in self.tensors:
            value = values[place]
            if type(value) in PLAIN:
                array = value._array
                if type(array) is not ndarray or several:
                    return None
                arguments[place] = array
            elif several:
                if type(value) is not list and type(value) is not tuple:
                    return None
                found: list[Any] = []
                for item in value:
                    if type(item) in PLAIN and type(item._array) is ndarray:
                        found.append(item._array)
                    elif item is None and gaps:
                        found.append(None)
                    else:
                        return None
                arguments[place] = found
            elif value is not None and not (numbers and type(value) in _NUMBERS):
                return None
        return arguments


def direct(op: Operator, fallback: Fallback) -> Callable[..., Any]:
    """The closure of a kernel that takes arrays as they are (``exact=True``)."""
    body = op.body
    binder = _Binder(op)
    bind, arrays = binder.bind, binder.arrays
    keyword_names = op.params[binder.count :]
    count = binder.count
    check = op.check
    overwrites = op.overwrites
    differentiable = not op.nondifferentiable
    sources = tuple((op.position[name], name in op.lists) for name in (op.differentiable or op.tensors))
    record = recorder(op)
    grows = op.grows
    if op.copies or op.returns is not None or (check is not None and check.__code__.co_kwonlyargcount):
        return fallback

    def call(*args: Any, **rest: Any) -> Any:
        values: Any = bind(args, rest)
        arguments: Any = None if values is None else arrays(values)
        if arguments is None:
            return fallback(*args, **rest)
        if check is not None:
            check(*values)
        if grows:
            arguments[0] = straight(grown(arguments))
        elif overwrites:
            arguments[0] = duplicate(arguments[0])
        if keyword_names:
            found = body(*arguments[:count], **dict(zip(keyword_names, arguments[count:])))
        else:
            found = body(*arguments)
        if overwrites:
            found = arguments[0]
        several = type(found) is tuple
        output = tuple([_wrap(item) for item in found]) if several else _wrap(found)
        if differentiable and modes.record != OFF:
            for place, is_list in sources:
                if _requires_grad(values[place], is_list):
                    if several:
                        attach(op, _settled(op, values), output)
                    else:
                        record(values, output)
                    break
        return output

    return call


def _requires_grad(value: Any, is_list: bool) -> bool:
    if not is_list:
        return getattr(value, "_edge", None) is not None
    for item in value:
        if item is not None and item._edge is not None:
            return True
    return False


def recorder(op: Operator) -> Callable[[list[Any], Any], None]:
    """A function that gives the result of a kernel its node, for values of which at least one requires grad.

    The result is a tensor, or a tuple of several.
    """
    sources = tuple((op.position[name], name in op.lists) for name in op.differentiable)
    plans: dict[tuple[bool, ...], list[tuple[str, int]]] = {}
    nodes, pick = op.nodes, op.pick_node

    def record(values: list[Any], result: Any) -> None:
        several = type(result) is tuple
        if not nodes or modes.record != FAST or not (several or result._array.dtype.kind in "fc"):
            attach(op, _settled(op, values), result if several else (result,))
            return
        edges: list[Any] = []
        for place, is_list in sources:
            value = values[place]
            if not is_list:
                edge = getattr(value, "_edge", None)
                edges.append(value if edge is LEAF else edge)
                continue
            for item in value:
                edge = getattr(item, "_edge", None)
                edges.append(item if edge is LEAF else edge)
        node = (nodes[0] if pick is None else nodes[pick(*values)])()
        node.edges = tuple(edges)
        node.sequence = next_sequence()
        node._extra = None
        if several:
            attach_all(op, node, result)
        else:
            node.shape = result._array.shape
            node.dtype = result._array.dtype
            result._edge = node
        live = tuple([edge is not None for edge in edges])
        plan = plans.get(live)
        if plan is None:
            plan = plans[live] = _saving_plan(op, node.edges)
        saved: list[Any] = []
        touched = False
        for kind, place in plan:
            if kind == "value":
                value = values[place]
                if type(value) in PLAIN:
                    touched = touched or value._storage is not None
                elif type(value) is list:
                    value = tuple(value)
                    touched = True
            elif kind == "result":
                value = saved_output(result, place)
            elif kind == "nothing":
                value = None
            elif kind == "shape":
                value = values[place]._array.shape
            elif kind == "likes":
                value = tuple(map(Like, values[place]))
            else:
                value = values[place]
                value = None if value is None else Like(value)
            saved.append(value)
        node.saved = tuple(saved)
        node.versions = versions_of(node.saved) if touched else None

    return record


def _saving_plan(op: Operator, edges: tuple[Any, ...]) -> list[tuple[str, int]]:
    """For each name that rules save, what it means and of which parameter (or output), given who requires grad."""
    needed = needed_names(op, edges)
    plan = []
    for name in op.saved_names:
        stem, _, ending = name.rpartition("_")
        if name not in needed:
            plan.append(("nothing", 0))
        elif name in op.position:
            plan.append(("value", op.position[name]))
        elif stem in op.position and ending in ("shape", "like"):
            plan.append((ending if stem not in op.lists else "likes", op.position[stem]))
        else:
            plan.append(("result", int(name[6:] or 0)))
    return plan


def attach_all(op: Operator, node: Any, outputs: tuple[Any, ...]) -> None:
    """Makes a node the history of those of its outputs that have a gradient."""
    silent = op.nondifferentiable or ()
    shapes = []
    for index, output in enumerate(outputs):
        array = output._array
        shapes.append((array.shape, array.dtype))
        if array.dtype.kind in "fcV" and index not in silent:
            output._edge = OutputEdge(node, index)
    node.shape = shapes
    node.dtype = None


def saved_output(result: Any, number: int) -> SavedResult:
    """A result, or one of several, as a node keeps it."""
    if type(result) is not tuple:
        return SavedResult(result)
    output = result[number]
    return SavedResult(output, NO_HISTORY if output._edge is None else number)


def _settled(op: Operator, values: list[Any]) -> list[Any]:
    """Values with lists of tensors made tuples, so that nobody changes what a node has saved."""
    for name in op.lists:
        values[op.position[name]] = tuple(values[op.position[name]])
    return values


def _wrap(array: Any) -> Any:
    result = new(Tensor)
    result._array = array if type(array) is ndarray else np.asarray(array)
    result._edge = result._storage = result._base = result._extra = None
    return result


def overwriting(op: Operator, general: Fallback) -> Callable[..., Any]:
    """The closure of the in-place form of a kernel whose body writes into its first argument."""
    body = op.body
    binder = _Binder(op)
    bind, arrays = binder.bind, binder.arrays
    keyword_names = op.params[binder.count :]
    count = binder.count
    check = op.check
    spreads, disjoint = bool(op.spreads), bool(op.disjoint)
    others = tuple((op.position[name], name in op.lists) for name in op.tensors if op.position[name])
    if not op.exact or (check is not None and check.__code__.co_kwonlyargcount):
        return general

    if len(op.params) == 1 and check is None:
        return _overwriting_bare(op, general)

    def call(input: Any, *args: Any, **rest: Any) -> Any:
        if type(input) not in PLAIN or input._extra is not None:
            return general(input, *args, **rest)
        recording = modes.record != OFF
        storage = input._storage
        array = input._array
        if storage is None:
            storage = input._storage = Storage(array)
        base = input._base
        if storage.frozen or (base is not None and not spreads and 0 in array.strides):
            return general(input, *args, **rest)
        recorded = recording and (input._edge is not None or (base is not None and base._edge is not None))
        values: Any = bind((input, *args), rest)
        arguments: Any = None if values is None else arrays(values)
        if arguments is None:
            return general(input, *args, **rest)
        for place, is_list in others:
            value = values[place]
            for item in value if is_list else (value,):
                if type(item) in PLAIN:
                    if item._storage is storage and (disjoint or item is not input):
                        return general(input, *args, **rest)
                    recorded = recorded or (recording and item._edge is not None)
        if check is not None:
            check(*values)
        if recorded and array.dtype.kind in "fcV":
            return overwrite_recorded(op, input, _settled(op, values), arguments)
        if keyword_names:
            body(*arguments[:count], **dict(zip(keyword_names, arguments[count:])))
        else:
            body(*arguments)
        storage.version += 1
        return input

    return call


def _overwriting_bare(op: Operator, general: Fallback) -> Callable[..., Any]:
    """The closure of the in-place form of a kernel without settings (``zero_``)."""
    body = op.body
    spreads = bool(op.spreads)

    def call(input: Any, *args: Any, **rest: Any) -> Any:
        if args or rest or type(input) not in PLAIN or input._extra is not None:
            return general(input, *args, **rest)
        array = input._array
        storage = input._storage
        if storage is None:
            storage = input._storage = Storage(array)
        base = input._base
        if storage.frozen or (
            modes.record and (input._edge is not None or (base is not None and base._edge is not None))
        ):
            return general(input)
        if type(array) is not ndarray or (base is not None and not spreads and 0 in array.strides):
            return general(input)
        body(array)
        storage.version += 1
        return input

    return call
