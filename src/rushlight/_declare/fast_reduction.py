"""The fast paths of reductions and of kernels that run along a dimension: closures as in `fast.py`."""

from __future__ import annotations

from collections.abc import Callable
from operator import itemgetter
from typing import Any

import numpy as np

from .._core.modes import FAST, modes
from .._core.tensor_base import LEAF, PLAIN, new, on_bind
from .._tape.node import OutputEdge, next_sequence
from .._tape.saved import NO_HISTORY, Like, SavedResult, saved_of, versions_of
from .binding import MISSING
from .fast import F32, F64
from .record import Operator

_FAILURES = (
    ValueError, TypeError, RuntimeWarning, FloatingPointError, OverflowError, AttributeError, IndexError,
    NotImplementedError,
)  # fmt: skip
"""What array code may raise where the general path gives a result or torch's error."""

Tensor: Any = None
ndarray, asarray = np.ndarray, np.asarray

Fallback = Callable[..., Any]


@on_bind
def _bind(cls: type) -> None:
    global Tensor
    Tensor = cls


def reduction(op: Operator, fallback: Fallback) -> Callable[..., Any]:
    """The closure of a reduction called with at most `dim` and `keepdim`."""
    function, natural = op.eager, op.natural
    if function is None or op.params[1:3] != ("dim", "keepdim") or "dim" not in op.defaults:
        return fallback if function is None else options(op, fallback)
    default = op.defaults["dim"]
    whole = op.whole or (lambda array: function(array, None, None, None, False))
    full_node: Any = op.nodes[0] if op.nodes else None
    dim_node: Any = op.nodes[-1] if op.nodes else None
    known = ("input_shape", "dim", "keepdim", "input", "result")
    recordable = bool(op.nodes) and all(name in known for name in op.saved_names)
    saves_result, saves_input = "result" in op.saved_names, "input" in op.saved_names
    pick: Any = _picker(tuple(known.index(name) for name in op.saved_names)) if recordable else None

    def call(input: Any = MISSING, dim: Any = default, keepdim: Any = False, *args: Any, **rest: Any) -> Any:
        if args or rest or type(input) not in PLAIN or not (keepdim is False or keepdim is True):
            given = (
                () if input is MISSING else (input,) if dim is default and not args else (input, dim, keepdim, *args)
            )
            return fallback(*given, **rest)
        array = input._array
        dtype = array.dtype
        edge = input._edge
        if not (dtype is F32 or dtype is F64 or dtype in natural) or (
            edge is not None and not (recordable and modes.record <= FAST)
        ):
            return fallback(input, dim, keepdim)
        try:
            if dim is default:
                axis = None
                found = function(array, None, None, None, True) if keepdim else whole(array)
            else:
                ndim = array.ndim
                if type(dim) is int:
                    axis = dim + ndim if dim < 0 else dim
                    if not 0 <= axis < ndim:
                        return fallback(input, dim, keepdim)
                else:
                    axis = _several(dim, ndim)
                found = function(array, axis, None, None, keepdim)
        except _FAILURES:
            return fallback(input, dim, keepdim)
        result = new(Tensor)
        result._array = found = found if type(found) is ndarray else asarray(found)
        result._edge = result._storage = result._base = result._extra = None
        if edge is None or not modes.record:
            return result
        node = (full_node if axis is None else dim_node)()
        node.edges = (input if edge is LEAF else edge,)
        node.sequence = next_sequence()
        node.shape = found.shape
        node.dtype = dtype
        node._extra = None
        result._edge = node
        node.saved = saved = pick(
            (
                array.shape,
                (axis,) if type(axis) is int else axis,
                keepdim,
                input,
                saved_of(result) if saves_result else None,
            )
        )
        node.versions = versions_of(saved) if saves_input and input._storage is not None else None
        return result

    return call


def whole(op: Operator, fallback: Fallback) -> Callable[..., Any]:
    """The closure of a kernel that makes one element of all (``norm(x)``); it may save its input and its result."""
    function, natural = op.eager, op.natural
    NodeClass: Any = op.node
    recordable = NodeClass is not None and op.saved_names == ("input", "result")

    def call(input: Any = MISSING, *args: Any, **rest: Any) -> Any:
        if args or rest or type(input) not in PLAIN:
            return fallback(*(() if input is MISSING else (input,)), *args, **rest)
        array = input._array
        dtype = array.dtype
        edge = input._edge
        if not (dtype is F32 or dtype is F64 or dtype in natural):
            return fallback(input)
        try:
            found = function(array)
        except _FAILURES:
            return fallback(input)
        result = new(Tensor)
        result._array = found = found if type(found) is ndarray else asarray(found)
        result._storage = result._base = result._extra = None
        if edge is None:
            result._edge = None
            return result
        record = modes.record
        if record != FAST or not recordable:
            return fallback(input)
        result._edge = node = NodeClass()
        node.edges = (input if edge is LEAF else edge,)
        node.sequence = next_sequence()
        node.shape = ()
        node.dtype = dtype
        node._extra = None
        node.saved = saved = (input, saved_of(result))
        node.versions = None if input._storage is None else versions_of(saved)
        return result

    return call


def _picker(places: tuple[int, ...]) -> Callable[[tuple[Any, ...]], tuple[Any, ...]]:
    """A function that takes the values at some places out of a tuple, as a tuple."""
    if not places:
        return lambda values: ()
    if places == tuple(range(places[0], places[0] + len(places))):
        return itemgetter(slice(places[0], places[0] + len(places)))
    return itemgetter(*places)


def _several(dims: Any, ndim: int) -> Any:
    """Dimensions counted from the front, as the axis of a ufunc; ValueError where torch has something to say."""
    if type(dims) not in (tuple, list):
        raise TypeError
    found = tuple([dim + ndim if dim < 0 else dim for dim in dims])
    if not found or len(set(found)) != len(found) or min(found) < 0 or max(found) >= ndim:
        raise ValueError
    return found[0] if len(found) == 1 else found


def options(op: Operator, fallback: Fallback) -> Callable[..., Any]:
    """The closure of an operator on one tensor with settings and one or several outputs (``sort(x, 0)``).

    ``eager`` is array code that gets the array and all settings, and raises where it does not know the case.
    """
    function, natural = op.eager, op.natural
    if function is None:
        return fallback
    settings = op.params[1:]
    positional = len(settings) - op.keyword_only
    defaults = [op.defaults.get(name, MISSING) for name in settings]
    tails = [tuple(defaults[count:]) for count in range(positional + 1)]
    complete = [MISSING not in tail for tail in tails]
    extras = [name for name in op.saved_names if name != "input" and name not in settings]
    known = ("input", *settings, *extras)
    NodeClass: Any = op.node
    recordable = NodeClass is not None and len(op.nodes) == 1 and all(map(_is_kept, extras))
    keepers = [_keeper(name) for name in extras] if recordable else []
    pick: Any = _picker(tuple(map(known.index, op.saved_names))) if recordable else None
    returns = op.returns or tuple
    silent = () if op.nondifferentiable is None else op.nondifferentiable
    differentiable = silent is not True

    def call(input: Any = MISSING, *args: Any, **rest: Any) -> Any:
        count = len(args)
        if rest or type(input) not in PLAIN or count > positional or not complete[count]:
            values = _arrange(args, rest, settings, defaults, positional) if type(input) in PLAIN else None
            if values is None:
                return fallback(*(() if input is MISSING else (input,)), *args, **rest)
        else:
            values = args + tails[count]
        array = input._array
        dtype = array.dtype
        edge = input._edge if differentiable else None
        if not (dtype is F32 or dtype is F64 or dtype in natural) or (
            edge is not None and not (recordable and modes.record <= FAST)
        ):
            return fallback(input, *args, **rest)
        try:
            found = function(array, *values)
        except _FAILURES:
            return fallback(input, *args, **rest)
        node = None
        several = type(found) is tuple
        if edge is not None and modes.record and (several or found.dtype.kind in "fcV"):
            node = NodeClass()
            node.edges = (input if edge is LEAF else edge,)
            node.sequence = next_sequence()
            node._extra = None
        if several:
            results = _wrap_all(found, node, silent)
            output = returns(results)
        else:
            output = new(Tensor)
            output._array = found = found if type(found) is ndarray else asarray(found)
            output._storage = output._base = output._extra = None
            output._edge = node
            results = output
            if node is not None:
                node.shape = found.shape
                node.dtype = found.dtype
        if node is not None:
            node.saved = saved = pick((input, *values, *[keep(input, results) for keep in keepers]))
            node.versions = None if input._storage is None else versions_of(saved)
        return output

    return call


def _wrap_all(arrays: tuple[Any, ...], node: Any, silent: Any) -> list[Any]:
    """Tensors around the outputs of a node, those in `silent` without a gradient."""
    results = []
    for index, array in enumerate(arrays):
        result = new(Tensor)
        result._array = array if type(array) is ndarray else asarray(array)
        result._storage = result._base = result._extra = None
        result._edge = None if node is None or index in silent else OutputEdge(node, index)
        results.append(result)
    if node is not None:
        node.shape = [(item._array.shape, item._array.dtype) for item in results]
        node.dtype = None
    return results


def _is_kept(name: str) -> bool:
    return name in ("input_shape", "input_like") or name.startswith("result")


def _keeper(name: str) -> Callable[[Any, Any], Any]:
    """A function from the input and the result (a list of several) to what is saved under a name."""
    if name == "input_shape":
        return lambda input, results: input._array.shape
    if name == "input_like":
        return lambda input, results: Like(input)
    if name == "result":
        return lambda input, results: saved_of(results)
    number = int(name[6:])

    def keep(input: Any, results: Any) -> Any:
        result = results[number]
        return SavedResult(result, NO_HISTORY if result._edge is None else number)

    return keep


def _arrange(
    args: tuple[Any, ...], rest: dict[str, Any], settings: tuple[str, ...], defaults: list[Any], positional: int
) -> tuple[Any, ...] | None:
    """Settings in order from positional and keyword arguments; None where the general path has to see to them."""
    count = len(args)
    if count > positional:
        return None
    values = list(args)
    taken = 0
    for name, default in zip(settings[count:], defaults[count:]):
        if name in rest:
            taken += 1
            values.append(rest[name])
        elif default is MISSING:
            return None
        else:
            values.append(default)
    return tuple(values) if taken == len(rest) else None
