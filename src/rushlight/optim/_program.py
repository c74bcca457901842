"""Update rules as programs: what happens to one element of a parameter, compiled to NumPy calls that share buffers.

An update rule is a pure function: it takes a parameter, its gradient, what the algorithm remembers and some numbers,
and returns what the parameter and the memory become. Run on tensors it is differentiable and rounds as torch does; run
on symbols, once for each combination of options, it becomes a `Program`: a list of NumPy calls that write each result
over the first buffer that nothing needs any more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any

import numpy as np

from .._backends import llvm
from .._backends.llvm.switch import available
from .._core.expression import Expression
from .._core.tensor_base import TensorBase

Rule = Callable[..., tuple[Any, ...]]
"""``rule(parameter, gradient, *memory, **numbers) -> (parameter, *memory)``, each without side effects.

A memory that is not in use is given and returned as None; a number that the options make needless is given as None.
"""


def add(value: Any, other: Any, factor: Any) -> Any:
    """``value + factor * other`` (None is a factor of 1): on tensors with one rounding, as torch's `add` has."""
    if factor is None:
        return value + other
    if isinstance(value, TensorBase) and not isinstance(factor, TensorBase):
        return value.add(other, alpha=factor)  # type: ignore[attr-defined]
    return value + other * factor


def lerp(start: Any, end: Any, weight: Any) -> Any:
    """``start`` moved towards ``end`` by a share ``weight``."""
    if isinstance(start, TensorBase):
        return start.lerp(end, weight)  # type: ignore[attr-defined]
    return start + (end - start) * weight


def addcmul(value: Any, one: Any, two: Any, factor: Any = None) -> Any:
    """``value + factor * one * two`` (None is a factor of 1)."""
    if factor is None:
        return value.addcmul(one, two) if isinstance(value, TensorBase) else value + one * two  # type: ignore[attr-defined]
    if isinstance(value, TensorBase) and not isinstance(factor, TensorBase):
        return value.addcmul(one, two, value=factor)  # type: ignore[attr-defined]
    return value + one * factor * two


def addcdiv(value: Any, one: Any, two: Any, factor: Any) -> Any:
    """``value + factor * one / two``."""
    if isinstance(value, TensorBase) and not isinstance(factor, TensorBase):
        return value.addcdiv(one, two, value=factor)  # type: ignore[attr-defined]
    return value + one / two * factor


def _larger(one: Any, other: Any, out: Any) -> None:
    np.maximum(one, other, out=out)  # NumPy deprecates the third argument without a name, of these two alone


def _smaller(one: Any, other: Any, out: Any) -> None:
    np.minimum(one, other, out=out)


def _select(condition: Any, one: Any, other: Any, out: Any) -> None:
    np.copyto(out, other)
    np.copyto(out, one, where=condition != 0)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "add": np.add, "sub": np.subtract, "mul": np.multiply, "div": np.divide, "neg": np.negative, "abs": np.absolute,
    "sqrt": np.sqrt, "sign": np.sign, "maximum": _larger, "gt": np.greater, "lt": np.less,
    "clamp_min": _larger, "clamp_max": _smaller, "where": _select,
}  # fmt: skip
"""What rules may call, as functions whose last argument is the buffer of the result."""


class Program:
    """A rule compiled for one combination of options.

    Its registers are the parameter, the gradient and the memories (arrays of one shape and dtype), the numbers, the
    literals that the rule itself wrote down, and `scratch` buffers.

    Args:
        rule: the update rule.
        memories: names of the memories, None in the place of one that is not in use.
        numbers: the names of the numbers given; the rule gets None for those of `absent`.
        absent: names of numbers that the options make needless.
        maximize: whether the gradient is negated first.

    Attributes:
        calls: the functions with what picks their arguments out of the registers.
        literals: values of the registers after the numbers.
        scratch: how many buffers of the arrays' shape it needs.
    """

    __slots__ = ("_inputs", "_kernels", "_numbers", "_results", "calls", "literals", "scratch")

    def __init__(
        self,
        rule: Rule,
        memories: Sequence[str | None],
        numbers: Sequence[str],
        absent: Sequence[str],
        maximize: bool,
    ) -> None:
        parameter: Any = Expression.symbol("parameter")
        gradient: Any = Expression.symbol("gradient")
        held = [None if name is None else Expression.symbol(name) for name in memories]
        given = {name: Expression.symbol(name) for name in numbers}
        found = rule(parameter, -gradient if maximize else gradient, *held, **given, **dict.fromkeys(absent))
        used = [symbol for symbol in held if symbol is not None]
        # the parameter last: the memories are then written in passing, as soon as their new values are known
        results = [value for value in found[1:] if value is not None]
        outputs = [*zip(results, range(2, 2 + len(used)), strict=True), (found[0], 0)]
        self._inputs = ["parameter", "gradient", *(name for name in memories if name is not None)]
        self._numbers, self._results = list(numbers), [found[0], *results]
        self._kernels: dict[str, Any] = {}
        allocation = _Allocation([parameter, gradient, *used, *given.values()], outputs)
        self.calls = allocation.calls
        self.literals = allocation.literals
        self.scratch = allocation.scratch

    def run(self, registers: list[Any]) -> None:
        """Runs the calls on registers: arrays, numbers, literals and scratch buffers, in this order."""
        for function, pick in self.calls:
            function(*pick(registers))

    def is_compiled(self, element: str) -> bool:
        """Whether arrays of a dtype have been met that were large enough for machine code."""
        return self._kernels.get(element) is not None

    def kernel(self, element: str) -> Any:
        """The program in machine code for arrays of a dtype; None where it cannot be compiled.

        Its inputs are the arrays and the numbers, its results the parameter and the memories.
        """
        if element not in self._kernels:
            self._kernels[element] = self._compiled(element) if available(llvm.kernels.host) else None
        return self._kernels[element]

    def run_compiled(self, arrays: list[Any], numbers: list[Any]) -> bool:
        """Runs the program in machine code on contiguous arrays; False where it cannot be compiled."""
        element = arrays[0].dtype.name
        kernel = self.kernel(element)
        if kernel is None:
            return False
        try:
            kernel.over(arrays, [arrays[0], *arrays[2:]], [float(value) for value in numbers[: len(self._numbers)]])
        except llvm.unsupported.Unsupported:
            self._kernels[element] = None
            return False
        return True

    def _compiled(self, element: str) -> Any:
        typed = llvm.typed
        nodes = {name: typed.Node("input", element, value=name) for name in self._inputs}
        nodes |= {name: typed.Node("number", element, value=name) for name in self._numbers}
        try:
            outputs = [(typed.typed(result, nodes, element), element) for result in self._results]
            elements = dict.fromkeys(self._inputs, element)
            return llvm.launch.Elementwise(typed.Program(elements, self._numbers, outputs))
        except llvm.unsupported.Unsupported:
            return None


class _Allocation:
    """Puts the parts of expressions in order, and each result in the first register that is free for it."""

    def __init__(self, inputs: list[Expression], outputs: list[tuple[Expression, int]]) -> None:
        order, literals = _in_order([value for value, _ in outputs], inputs)
        self.literals = [node.operands[0] for node in literals]
        self.places = {id(node): place for place, node in enumerate([*inputs, *literals])}
        self.fixed = len(self.places)
        self.scratch = 0
        self.free: list[int] = []
        self.calls: list[tuple[Callable[..., Any], Callable[[list[Any]], tuple[Any, ...]]]] = []
        homes = {id(value): slot for value, slot in reversed(outputs)}
        last = {id(operand): index for index, node in enumerate(order) for operand in node.operands}
        late = {id(value) for value, _ in outputs}  # needed to the end
        for index, node in enumerate(order):
            dying = {id(operand) for operand in node.operands if last[id(operand)] == index} - late
            released = [self.places[key] for key in dying if self.places[key] >= self.fixed]
            in_place = node.function != "where"  # which reads its operands after it has begun to write
            if in_place:
                self.free += released
            home = homes.get(id(node))
            limit = index if in_place else index - 1
            if home is None or id(inputs[home]) in late or last.get(id(inputs[home]), -1) > limit:
                home = self._scratch()
            if not in_place:
                self.free += released
            self._call(FUNCTIONS[node.function], [self.places[id(operand)] for operand in node.operands], home)
            self.places[id(node)] = home
        for value, slot in outputs:
            if self.places[id(value)] != slot:
                self._call(np.positive, [self.places[id(value)]], slot)

    def _scratch(self) -> int:
        if self.free:
            return self.free.pop()
        self.scratch += 1
        return self.fixed + self.scratch - 1

    def _call(self, function: Callable[..., Any], operands: list[int], result: int) -> None:
        self.calls.append((function, itemgetter(*operands, result)))


def _in_order(outputs: list[Expression], inputs: list[Expression]) -> tuple[list[Expression], list[Expression]]:
    """The calls that outputs need, operands before results, and the literals among their operands."""
    calls, literals, seen = [], [], {id(node) for node in inputs}
    pending = outputs[::-1]
    while pending:
        node = pending.pop()
        if id(node) in seen:
            continue
        if node.function == "constant":
            seen.add(id(node))
            literals.append(node)
            continue
        missing = [operand for operand in node.operands if id(operand) not in seen]
        if missing:
            pending += [node, *missing[::-1]]
            continue
        seen.add(id(node))
        calls.append(node)
    return calls, literals
