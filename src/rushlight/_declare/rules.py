"""Derivative rules: checked when an operator is declared, run by the node class made for it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import numpy as np

from .._backends.llvm.switch import FROM
from .._backends.numpy.errstate import quiet
from .._core.expression import Expression
from .._core.modes import OFF, modes
from .._core.tensor_base import PLAIN, wrap
from .._tape.node import Node
from .._tape.saved import unpack

if TYPE_CHECKING:
    from .record import Operator


_F32, _F64 = np.dtype(np.float32), np.dtype(np.float64)


class Rule:
    """One derivative rule of an operator.

    The names of a rule's parameters say what is saved: ``g`` is the gradient of the output,
    ``result`` the output (``result0`` ... for several), ``needs`` which targets are wanted,
    ``<param>_shape`` only the shape, ``<param>_like`` shape, dtype and device, anything else the argument
    of that name.

    Attributes:
        targets: the parameters whose gradients it gives; several for a joint rule, which returns a tuple.
        needs: what has to be saved for it.
    """

    def __init__(self, op: Operator, targets: Any, function: Callable[..., Any]) -> None:
        self.targets: tuple[str, ...] = (targets,) if isinstance(targets, str) else tuple(targets)
        self.joint = not isinstance(targets, str)
        self.function = function
        code = function.__code__
        names = code.co_varnames[: code.co_argcount]
        if not names or names[0] != "g":
            raise TypeError(f"{op.name}: the first parameter of a derivative rule is `g`, not {names[:1]}")
        self.wants_needs = names[-1] == "needs"
        self.needs = names[1 : len(names) - self.wants_needs]
        for name in self.targets:
            if name not in op.tensors:
                raise TypeError(f"{op.name}: a derivative rule for `{name}`, which is no tensor parameter")
        for name in self.needs:
            known = name in op.position or name.rstrip("0123456789") == "result"
            stem, _, part = name.rpartition("_")
            if not known and not (part in ("like", "shape") and stem in op.position):
                raise TypeError(f"{op.name}: the rule for {self.targets} names `{name}`, which the operator has not")


def node_body(op: Operator) -> dict[str, Any]:
    """What the classes of the nodes that record `op` have in common."""
    slot = {name: index for index, name in enumerate(op.saved_names)}
    plans = tuple(
        (
            tuple([op.differentiable.index(name) for name in rule.targets]),
            rule.function,
            tuple([slot[name] for name in rule.needs]),
            rule.joint,
            rule.wants_needs,
        )
        for rule in op.rules
    )
    body = {
        "__slots__": (),
        "saved_names": op.saved_names,
        "op": op,
        "plans": plans,
        "apply": _pick_apply(op, plans),
        "handles_undefined": bool(op.undefined),
        "holomorphic": op.holomorphic is not False,
        "__module__": "builtins",  # so that the class prints as torch's does
    }
    if not any(name in op.tensors or name.startswith("result") for name in op.saved_names):
        body["release"] = _keep_constants  # a second backward pass is an error only where tensors were let go of
    for name in op.saved_names:
        body[f"_saved_{_torch_name(name)}"] = _saved_reader(name)
    return body


def node_class(op: Operator, body: dict[str, Any], title: str, without_edge: frozenset[str]) -> type[Node]:
    """The class of the nodes that record `op`, named as torch names them.

    Args:
        op: the operator.
        body: what `node_body` gives for it.
        title: the name.
        without_edge: parameters whose edge ``next_functions`` does not show.
    """
    special: dict[str, Any] = {"title": title}
    if without_edge:
        special["shown_edges"] = tuple(i for i, name in enumerate(op.differentiable) if name not in without_edge)
    return type(title, (Node,), body | special)


def _keep_constants(node: Node) -> None:
    """Lets go of nothing: only numbers and shapes were saved."""


def _torch_name(name: str) -> str:
    """torch's name of something saved, for ``grad_fn._saved_<name>``."""
    if name.endswith(("_like", "_shape")):
        return f"{_torch_name(name.rpartition('_')[0])}_sym_sizes"
    return "self" if name == "input" else name


@cache
def _saved_reader(name: str) -> property:
    """What reads something saved off a node; the same for all operators that save a thing of that name."""

    def read(node: Node) -> Any:
        value = unpack(node)[node.saved_names.index(name)]
        return tuple(value.shape) if name.endswith("_like") and hasattr(value, "shape") else value

    read.__doc__ = f"The `{name}` that this node has saved for its backward pass."
    return property(read)


compile_rule: Callable[..., Any] | None = None
"""What `compiled.py` puts here: from an operator and one of its rules, the rule in one kernel for large tensors."""


def _past_operators(op: Operator, function: Callable[..., Any], needs: tuple[str, ...]) -> Callable[..., Any]:
    """A rule of an elementwise operator that runs on arrays where nobody records its gradient.

    In one kernel where the gradient is large; where it is small as NumPy's functions, if it is a formula of several:
    `relu`'s takes 4 us that way, on tensors 8.
    """
    kernel: Any = None
    formula: bool | None = None  # whether the rule is worth running, and runs, on arrays; None while nobody knows

    def rule(g: Any, *values: Any) -> Any:
        nonlocal kernel, formula
        if type(g) in PLAIN and modes.record == OFF:
            found = None
            if g._array.size >= FROM:
                if kernel is None and compile_rule is not None:
                    kernel = compile_rule(op, function, needs)
                found = None if kernel is None else kernel(g, values)
            elif formula is not False:
                if formula is None:
                    formula = _is_formula(function, values)
                if formula:
                    found = _on_arrays(function, g, values)
            if found is not None:
                return found
        return function(g, *values)

    return rule


def _is_formula(function: Callable[..., Any], values: tuple[Any, ...]) -> bool:
    """Whether a rule is more than one operation, and one that knows nothing but operators and the vocabulary."""
    symbols = [Expression.symbol("value") if type(value) in PLAIN else value for value in values]
    samples = [np.ones(1, np.float32) if type(value) in PLAIN else value for value in values]
    try:
        traced = function(Expression.symbol("g"), *symbols)
        quiet(function, np.ones(1, np.float32), *samples)
    except Exception:  # a probe: whatever it meets, on tensors the rule works
        return False
    return isinstance(traced, Expression) and any(
        isinstance(operand, Expression) and operand.function not in ("symbol", "constant")
        for operand in traced.operands
    )


def _on_arrays(function: Callable[..., Any], g: Any, values: tuple[Any, ...]) -> Any:
    """A rule run on the arrays of tensors of one dtype; None where they differ, or a result is no fresh array."""
    gradient = g._array
    dtype = gradient.dtype
    if type(gradient) is not np.ndarray or not (dtype is _F32 or dtype is _F64):
        return None
    arrays = []
    for value in values:
        if type(value) in PLAIN:
            value = value._array
            if type(value) is not np.ndarray or value.dtype is not dtype:
                return None
        arrays.append(value)
    found = quiet(function, gradient, *arrays)
    if type(found) is not np.ndarray:  # a NumPy number, from arrays without dimensions
        found = np.asarray(found)
    if found.dtype is not dtype:
        return None
    for array in (gradient, *arrays):
        if found is array or (found.base is not None and _is_view(found, array)):
            return None
    return wrap(found)


def _is_view(found: Any, array: Any) -> bool:
    """Whether a result looks at the memory of something that went in."""
    return type(array) is np.ndarray and (found.base is array or found.base is array.base)


def _pick_apply(op: Operator, plans: tuple[Any, ...]) -> Callable[[Any, Any, tuple[Any, ...]], Any]:
    """What runs the rules of an operator; first its ``relay=``, if it has one."""
    plain = _pick_plain(op, plans)
    if op.relay is None:
        return plain

    def apply(node: Node, g: Any, edges: tuple[Any, ...]) -> Any:
        found = op.relay(node, g, edges) if modes.record == OFF and modes.backward_pass is not None else None
        return plain(node, g, edges) if found is None else found

    return apply


def _pick_plain(op: Operator, plans: tuple[Any, ...]) -> Callable[[Any, Any, tuple[Any, ...]], Any]:
    if any(name in op.lists for name in op.differentiable):
        return _apply_list
    if len(plans) == 1 and not plans[0][3] and not plans[0][4] and len(op.differentiable) == 1:
        function, slots = plans[0][1], plans[0][2]
        if op.kind == "elementwise" and slots:
            function = _past_operators(op, function, op.rules[0].needs)
        return _single_rule(function, slots)
    if [plan[0] for plan in plans] == [(0,), (1,)] and all(len(plan[2]) <= 1 and not plan[3] for plan in plans):
        return _pair_of_rules(plans[0][1], plans[0][2], plans[1][1], plans[1][2])
    if not any(plan[3] for plan in plans):
        return _rules_apart(tuple([(plan[0][0], plan[1], _picker(plan[2])) for plan in plans]))
    return _apply_plans


def _single_rule(function: Callable[..., Any], slots: tuple[int, ...]) -> Callable[[Any, Any, tuple[Any, ...]], Any]:
    """The short way for the many operators with one input and one rule."""
    if not slots:
        return lambda node, g, edges: (function(g),)
    if len(slots) == 1:
        return lambda node, g, edges: (function(g, unpack(node)[0]),)

    def apply(node: Node, g: Any, edges: tuple[Any, ...]) -> tuple[Any, ...]:
        values = unpack(node)
        return (function(g, *(values[slot] for slot in slots)),)

    return apply


def _pair_of_rules(
    first: Callable[..., Any], first_slots: tuple[int, ...], second: Callable[..., Any], second_slots: tuple[int, ...]
) -> Callable[[Any, Any, tuple[Any, ...]], Any]:
    """The short way for the many operators with two inputs, whose rules name one thing each or none."""
    here = first_slots[0] if first_slots else -1
    there = second_slots[0] if second_slots else -1

    def apply(node: Node, g: Any, edges: tuple[Any, ...]) -> tuple[Any, ...]:
        values = unpack(node)
        grad = other = None
        if edges[0] is not None:
            grad = first(g) if here < 0 else first(g, values[here])
        if edges[1] is not None:
            other = second(g) if there < 0 else second(g, values[there])
        return grad, other

    return apply


def _rules_apart(rules: tuple[tuple[int, Callable[..., Any], Any], ...]) -> Callable[[Any, Any, Any], Any]:
    """The short way for operators with several inputs, each of which has a rule of its own."""

    def apply(node: Node, g: Any, edges: tuple[Any, ...]) -> tuple[Any, ...]:
        values = unpack(node)
        grads: list[Any] = [None] * len(edges)
        for position, function, pick in rules:
            if edges[position] is not None:
                grads[position] = function(g, *pick(values))
        return tuple(grads)

    return apply


def _picker(slots: tuple[int, ...]) -> Callable[[Any], Any]:
    """A function that gives the values in some places, as a tuple."""
    if len(slots) == 1:
        return itemgetter(slice(slots[0], slots[0] + 1))
    return itemgetter(*slots) if slots else itemgetter(slice(0, 0))


def _apply_plans(node: Any, g: Any, edges: tuple[Any, ...]) -> tuple[Any, ...]:
    values = unpack(node)
    grads: list[Any] = [None] * len(edges)
    for positions, function, slots, joint, wants_needs in node.plans:
        if not joint:
            position = positions[0]
            if edges[position] is not None:
                grads[position] = function(g, *[values[slot] for slot in slots])
            continue
        needs = tuple(edges[position] is not None for position in positions)
        if not any(needs):
            continue
        arguments = [values[slot] for slot in slots]
        found = function(g, *arguments, needs) if wants_needs else function(g, *arguments)
        for position, grad in zip(positions, found, strict=True):
            grads[position] = grad
    return tuple(grads)


def _apply_list(node: Any, g: Any, edges: tuple[Any, ...]) -> tuple[Any, ...]:
    values = unpack(node)
    _, function, slots, _, _ = node.plans[0]
    return tuple(function(g, *[values[slot] for slot in slots]))
