"""Scalar expressions with a dtype at every node: what a kernel computes for one element, nothing left to guess.

An operator's operands have been brought to one dtype before (promotion is torch's business, not the compiler's), so
the rules are few: numbers take the dtype of what they meet, comparisons give truth values, everything else gives
the dtype of its operands. 16-bit floats are widened to float32 as they are read and rounded as they are written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..._core.expression import Expression
from .ir import Type
from .unsupported import Unsupported

ELEMENTS: dict[str, Type] = {
    "float32": Type("f", 32), "float64": Type("f", 64), "float16": Type("f", 16), "bfloat16": Type("u", 16),
    "int8": Type("i", 8), "int16": Type("i", 16), "int32": Type("i", 32), "int64": Type("i", 64),
    "uint8": Type("u", 8), "uint64": Type("u", 64), "bool": Type("u", 8),
}  # fmt: skip
"""How elements lie in memory, by the names of their dtypes."""

FLOATS = frozenset(("float32", "float64"))
NARROW = frozenset(("float16", "bfloat16"))
"""Floats that are computed in float32."""

PREDICATES = frozenset((
    "eq", "ne", "lt", "le", "gt", "ge", "isnan", "isinf", "isfinite", "signbit", "isposinf", "isneginf",
    "logical_not", "logical_and", "logical_or", "logical_xor",
))  # fmt: skip
"""Functions that give truth values."""

_ANY = frozenset((
    "add", "sub", "mul", "neg", "abs", "maximum", "minimum", "fmax", "fmin", "clamp_min", "clamp_max", "square",
    "where", "stopped_gradient", "sloped_gradient", "zero_gradient", "sign", "sgn",
    "floor", "ceil", "trunc", "round", "positive", "real", "conj",
))  # fmt: skip
_BITS = frozenset(("bitwise_and", "bitwise_or", "bitwise_xor", "bitwise_not"))
_SHIFTS = frozenset(("left_shift", "right_shift"))
_ON_TRUTH = frozenset(("where", "eq", "ne", "add", "mul", "maximum", "minimum", "clamp_min", "clamp_max", "convert"))


def compute_element(element: str) -> str:
    """The dtype that elements of a dtype are computed in."""
    return "float32" if element in NARROW else element


class Node:
    """A function of other nodes, an input, a number known when the kernel runs, or a constant.

    Attributes:
        function: a name of the vocabulary; ``"input"``, ``"number"``, ``"constant"`` or ``"convert"``.
        element: the dtype of its value.
        operands: nodes.
        value: the name of an input or number, the value of a constant.
    """

    __slots__ = ("element", "function", "operands", "value")

    def __init__(self, function: str, element: str, operands: tuple[Node, ...] = (), value: Any = None) -> None:
        self.function = function
        self.element = element
        self.operands = operands
        self.value = value

    def __repr__(self) -> str:
        if self.function in ("input", "number"):
            return f"{self.value}: {self.element}"
        if self.function == "constant":
            return f"{self.value!r}"
        return f"{self.function}({', '.join(map(repr, self.operands))})"


def convert(node: Node, element: str) -> Node:
    """A node in another dtype."""
    if node.element == element:
        return node
    if node.function == "constant":
        return Node("constant", element, value=_constant(node.value, element))
    return Node("convert", element, (node,))


def _constant(value: Any, element: str) -> Any:
    if isinstance(value, complex):
        raise Unsupported("a complex number")
    if element in FLOATS:
        return float(value)
    if element == "bool":
        return bool(value)
    if isinstance(value, (bool, np.bool_)):
        return int(value)
    if not isinstance(value, (int, np.integer)):
        raise Unsupported(f"the number {value!r} among {element} elements")
    bits = ELEMENTS[element].bits
    value = int(value) & ((1 << bits) - 1)
    return value - (1 << bits) if ELEMENTS[element].kind == "i" and value >> (bits - 1) else value


def typed(expression: Any, inputs: Mapping[str, Node], element: str) -> Node:
    """An expression with dtypes.

    Args:
        expression: what an operator's body or rule gave for symbols.
        inputs: nodes for its symbols.
        element: the dtype of the result where the expression is only a number.

    Raises:
        Unsupported: a function or a combination of dtypes has no instructions.
    """
    if not isinstance(expression, Expression):
        return Node("constant", element, value=_constant(_plain(expression), element))
    known: dict[int, Any] = {}
    shared: dict[tuple[Any, ...], Node] = {}
    pending = [expression]
    while pending:
        node = pending[-1]
        if id(node) in known:
            pending.pop()
        elif node.function == "symbol":
            known[id(node)] = inputs[node.operands[0]]
        elif node.function == "constant":
            known[id(node)] = _plain(node.operands[0])
        else:
            missing = [operand for operand in node.operands if id(operand) not in known]
            if missing:
                pending.extend(missing)
                continue
            made = _apply(node.function, [known[id(operand)] for operand in node.operands])
            if isinstance(made, Node):
                key = (made.function, made.element, made.value, *map(id, made.operands))
                made = shared.setdefault(key, made)
            known[id(node)] = made
    found = known[id(expression)]
    return found if isinstance(found, Node) else Node("constant", element, value=_constant(found, element))


def _plain(value: Any) -> Any:
    """A number as Python's, out of a 0-d array too."""
    if isinstance(value, (np.ndarray, np.generic)):
        if value.ndim:
            raise Unsupported("an array among the settings")
        return value.item()
    if not isinstance(value, (bool, int, float)):
        raise Unsupported(f"{value!r} in a scalar program")
    return value


def _apply(function: str, operands: list[Any]) -> Any:
    """The node of a function on nodes and numbers."""
    if function in ("where", "stopped_gradient"):
        condition = _truth(operands[0])
        if function == "where":
            if not any(isinstance(operand, Node) for operand in operands[1:]):
                return _choice_of_numbers(condition, *operands[1:])
            yes, no = _unified(operands[1:])
            return Node("where", yes.element, (condition, yes, no))
        return Node(
            "where", operands[1].element, (condition, Node("constant", operands[1].element, value=0), operands[1])
        )
    if not any(isinstance(operand, Node) for operand in operands):
        raise Unsupported(f"{function} of numbers only")
    nodes = _unified(operands)
    element = nodes[0].element
    if function.startswith("logical_"):
        return Node(function, "bool", tuple(map(_truth, nodes)))
    if element == "bool" and function not in _BITS | _ON_TRUTH:
        raise Unsupported(f"{function} of truth values")
    if function in _SHIFTS or (function in _BITS and element in FLOATS):
        raise Unsupported(f"{function} of {element}")
    if element not in FLOATS and function not in _ANY | _BITS | PREDICATES:
        raise Unsupported(f"{function} of {element}")
    return Node(function, "bool" if function in PREDICATES else element, tuple(nodes))


def _choice_of_numbers(condition: Node, yes: Any, no: Any) -> Node:
    """One of two numbers, in the dtype of what the condition compares."""
    if condition.function not in PREDICATES or condition.operands[0].element == "bool":
        raise Unsupported("a choice of numbers")
    element = condition.operands[0].element
    constants = [Node("constant", element, value=_constant(value, element)) for value in (yes, no)]
    return Node("where", element, (condition, *constants))


def _truth(operand: Any) -> Node:
    if not isinstance(operand, Node):
        return Node("constant", "bool", value=bool(operand))
    if operand.element == "bool":
        return operand
    return Node("ne", "bool", (operand, Node("constant", operand.element, value=_constant(0, operand.element))))


def _unified(operands: Sequence[Any]) -> list[Node]:
    """Operands in one dtype; numbers in that of the nodes."""
    elements = {operand.element for operand in operands if isinstance(operand, Node)}
    if len(elements) == 2 and "bool" in elements:
        elements.discard("bool")
    if len(elements) != 1:
        raise Unsupported(f"{' and '.join(sorted(elements)) or 'nothing but numbers'} in one operation")
    element = elements.pop()
    if element == "bool" and any(type(operand) in (int, float) for operand in operands):
        raise Unsupported("numbers among truth values")
    return [
        convert(operand, element) if isinstance(operand, Node)
        else Node("constant", element, value=_constant(operand, element))
        for operand in operands
    ]  # fmt: skip


class Program:
    """What a kernel computes for one element.

    Attributes:
        inputs: dtypes in memory of the arrays it reads, by name.
        numbers: names of the numbers that it is given when it runs, float64 each.
        outputs: the nodes it writes, and the dtypes in memory.
    """

    def __init__(
        self, inputs: Mapping[str, str], numbers: Sequence[str], outputs: Sequence[tuple[Node, str]]
    ) -> None:  # fmt: skip
        self.inputs = dict(inputs)
        self.numbers = tuple(numbers)
        self.outputs = tuple((convert(node, compute_element(element)), element) for node, element in outputs)

    def nodes(self) -> list[Node]:
        """All nodes, operands first."""
        found: dict[int, Node] = {}
        pending = [node for node, _ in self.outputs][::-1]
        while pending:
            node = pending[-1]
            missing = [operand for operand in node.operands if id(operand) not in found]
            if missing and id(node) not in found:
                pending.extend(missing)
                continue
            found.setdefault(id(node), node)
            pending.pop()
        return list(found.values())

    def __str__(self) -> str:
        """The program a line a node; equal programs give equal text, so it is the key of the kernel as well."""
        lines = [f"{name} = read {element}" for name, element in self.inputs.items()]
        lines += [f"{name} = given" for name in self.numbers]
        names: dict[int, str] = {}
        for node in self.nodes():
            if node.function in ("input", "number"):
                names[id(node)] = node.value
            elif node.function == "constant":
                names[id(node)] = repr(node.value)
            else:
                names[id(node)] = f"%{len(names)}"
                operands = ", ".join(names[id(operand)] for operand in node.operands)
                lines.append(f"{names[id(node)]} = {function_text(node)}({operands})")
        lines += [f"write {element} {names[id(node)]}" for node, element in self.outputs]
        return "\n".join(lines)


def function_text(node: Node) -> str:
    """A node's function with its dtype: ``exp.float32``."""
    element = node.operands[0].element if node.function in PREDICATES else node.element
    return f"{node.function}.{element}"
