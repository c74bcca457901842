"""Scalar expressions: the symbolic form of what happens to one element, which the kernel compiler reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np


class Expression:
    """A node of a scalar expression: a function of other expressions, a symbol, or a constant.

    Attributes:
        function: a name of the vocabulary, an operator (``"add"``), ``"symbol"`` or ``"constant"``.
        operands: the expressions it is applied to; the name or value of a symbol or constant.
    """

    __slots__ = ("function", "operands")

    def __init__(self, function: str, operands: tuple[Any, ...]) -> None:
        self.function = function
        self.operands = operands

    @classmethod
    def symbol(cls, name: str) -> Expression:
        """An input of the program."""
        return cls("symbol", (name,))

    @classmethod
    def call(cls, function: str, args: tuple[Any, ...]) -> Expression:
        """A function applied to expressions and Python numbers."""
        return cls(function, tuple(_lift(value) for value in args))

    def __repr__(self) -> str:
        if self.function == "symbol":
            return str(self.operands[0])
        if self.function == "constant":
            return repr(self.operands[0])
        return f"{self.function}({', '.join(map(repr, self.operands))})"

    def __bool__(self) -> bool:
        raise TypeError(
            f"the value of {self!r} is not known while a scalar program is traced: write s.where(condition, a, b) "
            "instead of `if`"
        )

    def __getattr__(self, name: str) -> Callable[..., Expression]:
        """Methods of tensors that rules call (``input.cos()``) are functions of the vocabulary."""
        if name.startswith("_"):
            raise AttributeError(name)
        return lambda *args: Expression.call(_METHODS.get(name, name), (self, *args))

    __hash__ = object.__hash__


_METHODS = {"arccos": "acos", "arcsin": "asin", "arctan": "atan", "negative": "neg", "absolute": "abs"}

_OPERATORS: dict[str, tuple[str, Callable[..., Any]]] = {
    "__add__": ("add", np.add), "__sub__": ("sub", np.subtract), "__mul__": ("mul", np.multiply),
    "__truediv__": ("div", np.true_divide), "__floordiv__": ("floor_divide", np.floor_divide),
    "__mod__": ("remainder", np.remainder), "__pow__": ("pow", np.power), "__eq__": ("eq", np.equal),
    "__ne__": ("ne", np.not_equal), "__lt__": ("lt", np.less), "__le__": ("le", np.less_equal),
    "__gt__": ("gt", np.greater), "__ge__": ("ge", np.greater_equal), "__and__": ("bitwise_and", np.bitwise_and),
    "__or__": ("bitwise_or", np.bitwise_or), "__xor__": ("bitwise_xor", np.bitwise_xor),
    "__lshift__": ("left_shift", np.left_shift), "__rshift__": ("right_shift", np.right_shift),
}  # fmt: skip
_UNARY: dict[str, tuple[str, Callable[..., Any]]] = {
    "__neg__": ("neg", np.negative), "__abs__": ("abs", np.abs), "__invert__": ("bitwise_not", np.bitwise_not),
}  # fmt: skip


def _lift(value: Any) -> Expression:
    return value if isinstance(value, Expression) else Expression("constant", (value,))


def _install() -> None:
    def binary(function: str) -> Callable[[Any, Any], Expression]:
        return lambda self, other: Expression.call(function, (self, other))

    def reflected(function: str) -> Callable[[Any, Any], Expression]:
        return lambda self, other: Expression.call(function, (other, self))

    for name, (function, _) in _OPERATORS.items():
        setattr(Expression, name, binary(function))
        if function not in ("eq", "ne", "lt", "le", "gt", "ge"):
            setattr(Expression, "__r" + name[2:], reflected(function))
    for name, (function, _) in _UNARY.items():
        setattr(Expression, name, lambda self, function=function: Expression.call(function, (self,)))


_install()


def evaluate(expression: Any, values: Mapping[str, Any], functions: Mapping[str, Callable[..., Any]]) -> Any:
    """The value of an expression over arrays, each shared part computed once.

    Args:
        expression: what a scalar program or rule returned for symbols.
        values: arrays by symbol name.
        functions: meanings of the vocabulary's functions on arrays.
    """
    known: dict[int, Any] = {}
    pending = [_lift(expression)]
    table = dict((*_OPERATORS.values(), *_UNARY.values())) | dict(functions)
    while pending:
        node = pending[-1]
        if node.function == "symbol":
            known[id(node)] = values[node.operands[0]]
        elif node.function == "constant":
            known[id(node)] = node.operands[0]
        else:
            missing = [operand for operand in node.operands if id(operand) not in known]
            if missing:
                pending.extend(missing)
                continue
            known[id(node)] = table[node.function](*(known[id(operand)] for operand in node.operands))
        pending.pop()
    return known[id(_lift(expression))] if isinstance(expression, Expression) else expression
