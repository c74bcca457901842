"""The fast paths of views: a closure an operator, by the number of its parameters; see `fast`.

`x.t()` takes 0.5 us this way, the general way 4 us; torch takes 0.8 us. What makes the result of a view is written out
in each closure: a function shared by them would cost a call on every view.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from weakref import ref

import numpy as np

from .._core.modes import FAST, modes
from .._core.storage import Storage
from .._core.tensor_base import LEAF, PLAIN, new, on_bind
from .._tape.node import next_sequence
from .binding import MISSING
from .record import Operator
from .tape import attach

ndarray = np.ndarray
_FAILURES = (ValueError, TypeError, IndexError, AttributeError, OverflowError)
"""What NumPy may raise where the general path gives a result or torch's error."""

Tensor: Any = None


@on_bind
def _bind(cls: type) -> None:
    global Tensor
    Tensor = cls


Fallback = Callable[..., Any]


def view(op: Operator, fallback: Fallback) -> Callable[..., Any]:
    """The closure of a view operator called with positional arguments.

    ``eager`` is the common case of the body: array code that may return None or raise where it does not know.
    """
    maker = {1: _bare, 2: _with_one}.get(len(op.params), _with_several)
    return maker(op, op.eager or op.body, fallback)


def _bare(op: Operator, body: Callable[..., Any], fallback: Fallback) -> Callable[..., Any]:
    """The closure of a view without settings."""
    record = recorder(op)

    def call(input: Any, *args: Any, **rest: Any) -> Any:
        if args or rest or type(input) not in PLAIN:
            return fallback(input, *args, **rest)
        array = input._array
        try:
            found = body(array)
        except _FAILURES:
            return fallback(input)
        if type(found) is not ndarray:
            return fallback(input)
        storage = input._storage
        if storage is None:
            storage = input._storage = Storage(array)
        result = new(Tensor)
        result._array = found
        result._edge = result._extra = None
        result._storage = storage
        base = input._base
        result._base = input if base is None else base
        views = storage.views
        if views is None:
            views = storage.views = {}
        views[id(result)] = ref(result)
        if input._edge is not None or input._extra is not None:
            record(input, (), result)
        return result

    return call


def _with_one(op: Operator, body: Callable[..., Any], fallback: Fallback) -> Callable[..., Any]:
    """The closure of a view with one setting."""
    record = recorder(op)
    default = op.defaults.get(op.params[1], MISSING)

    def call(input: Any, setting: Any = default, *args: Any, **rest: Any) -> Any:
        if args or rest or type(input) not in PLAIN or setting is MISSING:
            given = () if setting is default else (setting, *args)
            return fallback(input, *given, **rest)
        array = input._array
        try:
            found = body(array, setting)
        except _FAILURES:
            return fallback(input, setting)
        if type(found) is not ndarray:
            if type(found) is tuple:
                return _make_several(input, array, found, record, (setting,))
            return fallback(input, setting)
        storage = input._storage
        if storage is None:
            storage = input._storage = Storage(array)
        result = new(Tensor)
        result._array = found
        result._edge = result._extra = None
        result._storage = storage
        base = input._base
        result._base = input if base is None else base
        views = storage.views
        if views is None:
            views = storage.views = {}
        views[id(result)] = ref(result)
        if input._edge is not None or input._extra is not None:
            record(input, (setting,), result)
        return result

    return call


def _with_several(op: Operator, body: Callable[..., Any], fallback: Fallback) -> Callable[..., Any]:
    """The closure of a view with several settings."""
    defaults = tuple(op.defaults.get(name) for name in op.params)
    record = recorder(op)

    def call(input: Any, *args: Any, **rest: Any) -> Any:
        if rest or type(input) not in PLAIN:
            return fallback(input, *args, **rest)
        array = input._array
        try:
            found = body(array, *args)
        except _FAILURES:
            return fallback(input, *args)
        if type(found) is not ndarray:
            if type(found) is tuple:
                return _make_several(input, array, found, record, (*args, *defaults[len(args) + 1 :]))
            return fallback(input, *args)
        result = make_view(input, array, found)
        if input._edge is not None or input._extra is not None:
            record(input, (*args, *defaults[len(args) + 1 :]), result)
        return result

    return call


def spread(function: Any, general: Fallback) -> Callable[..., Any]:
    """A view operator as a method that takes its sizes or dimensions one by one or as one sequence.

    Args:
        function: a view operator with one setting, which has an ``eager``.
        general: the method in full, for everything but the common case.
    """
    op: Operator = function.op
    body = op.eager
    record = recorder(op)

    def call(self: Any, *sizes: Any, **named: Any) -> Any:
        if named or type(self) not in PLAIN:
            return general(self, *sizes, **named)
        setting = sizes
        if len(sizes) == 1:
            setting = sizes[0]
            if type(setting) is int:
                setting = sizes
        array = self._array
        try:
            found = body(array, setting)
        except _FAILURES:
            return general(self, *sizes)
        if type(found) is not ndarray:
            return general(self, *sizes)
        result = make_view(self, array, found)
        if self._edge is not None or self._extra is not None:
            record(self, (setting,), result)
        return result

    return _as_method(call, general)


def reshaping(function: Any, general: Fallback) -> Callable[..., Any]:
    """`view` or `reshape` as a method: of a contiguous array NumPy's `reshape` is never a copy.

    Args:
        function: the operator `view`, whose node records both.
        general: the method in full, for everything but the common case.
    """
    record = recorder(function.op)

    def call(self: Any, *sizes: Any, **named: Any) -> Any:
        if named or type(self) not in PLAIN:
            return general(self, *sizes, **named)
        array = self._array
        try:
            if not array.flags.c_contiguous:
                return general(self, *sizes)
            found = array.reshape(*sizes)
        except _FAILURES:
            return general(self, *sizes)
        if found.shape != sizes and not _allowed(sizes):
            return general(self, *sizes)
        storage = self._storage
        if storage is None:
            storage = self._storage = Storage(array)
        result = new(Tensor)
        result._array = found
        result._edge = result._extra = None
        result._storage = storage
        base = self._base
        result._base = self if base is None else base
        views = storage.views
        if views is None:
            views = storage.views = {}
        views[id(result)] = ref(result)
        if self._edge is not None or self._extra is not None:
            record(self, (found.shape,), result)
        return result

    return _as_method(call, general)


def _allowed(sizes: tuple[Any, ...]) -> bool:
    """Whether NumPy was right to take sizes: it reads any negative one as -1, and no size at all as none."""
    if len(sizes) == 1 and isinstance(sizes[0], (tuple, list)):
        sizes = tuple(sizes[0])
        return not sizes or min(sizes) >= -1
    return bool(sizes) and min(sizes) >= -1


def _as_method(call: Any, general: Fallback) -> Callable[..., Any]:
    call.__name__ = general.__name__
    call.__qualname__ = f"Tensor.{general.__name__}"
    call.__doc__ = general.__doc__
    call.__wrapped__ = general
    named: Callable[..., Any] = call
    return named


def make_view(input: Any, array: Any, found: Any) -> Any:
    """A tensor around an array that shares the memory of a tensor, registered with its storage."""
    storage = input._storage
    if storage is None:
        storage = input._storage = Storage(array)
    result = new(Tensor)
    result._array = found
    result._edge = result._extra = None
    result._storage = storage
    base = input._base
    result._base = input if base is None else base
    views = storage.views
    if views is None:
        views = storage.views = {}
    views[id(result)] = ref(result)
    return result


def _make_several(input: Any, array: Any, found: tuple[Any, ...], record: Any, settings: tuple[Any, ...]) -> Any:
    """A tuple of views, recorded as the outputs of one node."""
    results = tuple([make_view(input, array, part) for part in found])
    if input._edge is not None or input._extra is not None:
        attach(record.op, [input, *settings], results, True)
    return results


def recorder(op: Operator) -> Callable[[Any, tuple[Any, ...], Any], None]:
    """A function that gives a view of a tensor its node; the general way where anything but the graph matters."""
    nodes = op.nodes
    pick = op.pick_node
    places = []
    direct = bool(nodes) and not op.nondifferentiable
    for name in op.saved_names:
        if name == "input_shape":
            places.append(-1)
        elif name in op.position and name != "input":
            places.append(op.position[name] - 1)
        else:
            direct = False
    plan = tuple(places)

    def record(input: Any, rest: tuple[Any, ...], result: Any) -> None:
        array = result._array
        dtype = array.dtype
        edge, extra = input._edge, input._extra
        marked = extra is not None and (extra.inference or extra.creation is not None)
        if not direct or modes.record != FAST or marked or dtype.kind not in "fc":
            attach(op, [input, *rest], (result,), True)
            return
        if edge is None:
            return
        node = (nodes[0] if pick is None else nodes[pick(input, *rest)])()
        node.edges = (input if edge is LEAF else edge,)
        node.sequence = next_sequence()
        node.shape = array.shape
        node.dtype = dtype
        node.saved = tuple([input._array.shape if place < 0 else rest[place] for place in plan])
        node.versions = None
        node._extra = None
        result._edge = node

    record.op = op  # type: ignore[attr-defined]
    return record
