"""The fast path of kernels that compute, written out: one function an operator, without a loop over its parameters.

A closure for any kernel has to find out in every call which parameters are tensors, which of them require grad and
what its rules want saved. Here that is decided once, when the source of the operator's own function is written, at its
first call: `addmm` of small matrices, recorded, takes 6 us this way and 12 us in loops. `source` shows it.
"""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType
from typing import Any

import numpy as np

from .._backends.numpy.errstate import quiet
from .._core.modes import FAST, OFF, modes
from .._core.tensor_base import LEAF, PLAIN, new, on_bind, wrap
from .._tape.node import next_sequence
from .._tape.saved import Like, versions_of
from .binding import MISSING
from .fast_kernels import attach_all, saved_output
from .record import Operator
from .tape import attach

Fallback = Callable[..., Any]

_COMMON: dict[str, Any] = {
    "FAST": FAST, "LEAF": LEAF, "Like": Like, "MISSING": MISSING, "OFF": OFF, "PLAIN": PLAIN,
    "attach": attach, "attach_all": attach_all, "modes": modes, "ndarray": np.ndarray, "new": new,
    "next_sequence": next_sequence, "quiet": quiet, "saved_output": saved_output,
    "versions_of": versions_of, "wrap": wrap,
}  # fmt: skip
"""What the functions written here refer to, beside what belongs to their operator."""


@on_bind
def _bind(cls: type) -> None:
    _COMMON["Tensor"] = cls


def kernel(op: Operator, fallback: Fallback) -> Callable[..., Any]:
    """The function of a kernel whose tensors need neither promotion nor widening.

    It goes to `fallback` with all that is not plain tensors of 32 bits or more, and with what it cannot bind.
    """
    count = len(op.params) - op.keyword_only
    if op.lists or op.overwrites or op.copies or not op.tensors or set(op.tensors) & set(op.params[count:]):
        return fallback
    names: dict[str, Any] = {"_write": lambda: write(), "__name__": __name__}

    def write() -> None:
        names.update(_COMMON, op=op, body=op.body, check=op.check, nodes=op.nodes, pick=op.pick_node,
                     returns=op.returns, general=_general(op, fallback))  # fmt: skip
        names.update({f"default_{name}": value for name, value in op.defaults.items()})
        exec(compile(source(op), f"<{op.name}>", "exec"), names)
        written = names["call"]
        function.__code__ = written.__code__
        function.__defaults__, function.__kwdefaults__ = written.__defaults__, written.__kwdefaults__
        names["call"] = function

    def first(*args: Any, **rest: Any) -> Any:
        _write()  # type: ignore[name-defined]  # noqa: F821
        return call(*args, **rest)  # type: ignore[name-defined]  # noqa: F821

    function = FunctionType(first.__code__, names, "call")
    return function


def _general(op: Operator, fallback: Fallback) -> Callable[..., Any]:
    """Calls the general path with what the function was given, defaults and gaps left out."""
    count = len(op.params) - op.keyword_only
    defaults = [op.defaults.get(name, MISSING) for name in op.params]

    def general(values: tuple[Any, ...], more: tuple[Any, ...], rest: dict[str, Any]) -> Any:
        given = [value is not default for value, default in zip(values, defaults, strict=True)]
        filled = count if more else next((place for place in range(count) if values[place] is MISSING), count)
        while filled and not more and not given[filled - 1]:
            filled -= 1
        named = {op.params[place]: values[place] for place in range(filled, len(values)) if given[place]}
        return fallback(*values[:filled], *more, **named, **rest)

    return general


def source(op: Operator) -> str:
    """The text of the functions `call` and `record` of a kernel."""
    lines = _call(op)
    if op.nodes:
        lines += ["", *_record(op)]
    return "\n".join(lines) + "\n"


def _call(op: Operator) -> list[str]:
    """The lines of ``call(input, ...)``."""
    count = len(op.params) - op.keyword_only
    positional = [_with_default(op, name) for name in op.params[:count]]
    keywords = [_with_default(op, name) for name in op.params[count:]]
    everything = ", ".join(op.params) + ","
    arguments = [_array(op, name) for name in op.params[:count]]
    named = [f"{name}={name}" for name in op.params[count:]]
    lines = [
        f"def call({', '.join([*positional, '*more', *keywords, '**rest'])}):",
        f"    if more or rest or {' or '.join(_refusals(op))}:",
        f"        return general(({everything}), more, rest)",
    ]
    lines += [f"    array_{name} = {_unless_none(op, name, '_array')}" for name in op.tensors]
    lines += [f"    if {' or '.join(_array_refusals(op))}:", f"        return general(({everything}), more, rest)"]
    if op.check is not None:
        lines.append(f"    check({', '.join([*op.params[:count], *named])})")
    lines += [
        f"    _found = quiet(body, {', '.join([*arguments, *named])})",
        "    if type(_found) is ndarray:",
        "        _output = new(Tensor)",
        "        _output._array = _found",
        "        _output._edge = _output._storage = _output._base = _output._extra = None",
        "    else:",
        "        _output = tuple([wrap(item) for item in _found]) if type(_found) is tuple else wrap(_found)",
    ]
    if op.nondifferentiable is not True:
        sources = op.differentiable or op.tensors
        required = " or ".join(_unless_none(op, name, "_edge", " is not None", "False") for name in sources)
        several = "_output if type(_output) is tuple else (_output,)"
        recorded = f"record({everything} _output)" if op.nodes else f"attach(op, [{everything}], {several})"
        lines += [f"    if modes.record != OFF and ({required}):", f"        {recorded}"]
    lines.append(f"    return {'returns(_output) if type(_output) is tuple else ' if op.returns else ''}_output")
    return lines


def _with_default(op: Operator, name: str) -> str:
    return f"{name}=default_{name}" if name in op.defaults else f"{name}=MISSING"


def _array(op: Operator, name: str) -> str:
    return f"array_{name}" if name in op.tensors else name


def _is_optional(op: Operator, name: str) -> bool:
    return "None" in str(op.body.__annotations__[name])


def _unless_none(op: Operator, name: str, attribute: str, test: str = "", otherwise: str = "None") -> str:
    """An attribute of a tensor, where the tensor may be None."""
    text = f"{name}.{attribute}{test}"
    return f"({otherwise} if {name} is None else {text})" if _is_optional(op, name) else text


def _refusals(op: Operator) -> list[str]:
    """What the arguments must not be: other than plain tensors where tensors belong, or missing."""
    found = []
    for name in op.params:
        if name in op.tensors:
            absent = f"{name} is not None and " if _is_optional(op, name) else ""
            found.append(f"({absent}type({name}) not in PLAIN)")
        elif name not in op.defaults:
            found.append(f"{name} is MISSING")
    return found


def _array_refusals(op: Operator) -> list[str]:
    """What the arrays must not be: anything but NumPy's, of 16 bits, or of several dtypes that would be promoted."""
    found = []
    for name in op.tensors:
        test = f"type(array_{name}) is not ndarray or array_{name}.dtype.itemsize == 2"
        found.append(f"({name} is not None and ({test}))" if _is_optional(op, name) else test)
    first = op.promote[0] if op.promote else None
    for name in op.promote:
        if _is_optional(op, name):
            found.append(f"{name} is None")
        if name != first:
            found.append(f"array_{name}.dtype is not array_{first}.dtype")
    return found


def _record(op: Operator) -> list[str]:
    """The lines of ``record(input, ..., _output)``, which gives a result its node."""
    everything = ", ".join(op.params)
    edges = [f"{name} if edge_{name} is LEAF else edge_{name}" for name in op.differentiable]
    kept = [name for name in op.saved_names if name in op.tensors]
    written = " or ".join(_unless_none(op, name, "_storage", " is not None", "False") for name in kept) or "False"
    return [
        f"def record({everything}, _output):",
        "    _several = type(_output) is tuple",
        "    if modes.record != FAST or not (_several or _output._array.dtype.kind in 'fc'):",
        f"        attach(op, [{everything}], _output if _several else (_output,))",
        "        return",
        *(f"    edge_{name} = {_unless_none(op, name, '_edge')}" for name in op.differentiable),
        "    _node = nodes[0]()" if op.pick_node is None else f"    _node = nodes[pick({everything})]()",
        f"    _node.edges = ({', '.join(edges)},)",
        "    _node.sequence = next_sequence()",
        "    _node._extra = None",
        "    if _several:",
        "        attach_all(op, _node, _output)",
        "    else:",
        "        _node.shape = _output._array.shape",
        "        _node.dtype = _output._array.dtype",
        "        _output._edge = _node",
        f"    _node.saved = _saved = ({''.join(_kept(op, name) + ', ' for name in op.saved_names)})",
        f"    _node.versions = versions_of(_saved) if {written} else None",
    ]


def _kept(op: Operator, name: str) -> str:
    """What is saved under a name, if one of the gradients whose rules need it is wanted."""
    stem, _, ending = name.rpartition("_")
    if name in op.position:
        text = name
    elif stem in op.position and ending == "shape":
        text = f"{stem}._array.shape"
    elif stem in op.position and ending == "like":
        text = f"(None if {stem} is None else Like({stem}))" if _is_optional(op, stem) else f"Like({stem})"
    else:
        text = f"saved_output(_output, {int(name[6:] or 0)})"
    targets = {target for rule in op.rules if name in rule.needs for target in rule.targets}
    if len(op.differentiable) == 1:
        return text
    wanted = " or ".join(f"edge_{target} is not None" for target in op.differentiable if target in targets)
    return f"{text} if {wanted} else None"
