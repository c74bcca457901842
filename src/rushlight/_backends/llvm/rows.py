"""Kernels that run over each row several times: softmax, layer normalization and their kin.

A row of some thousand elements stays in the first caches while it is run over again, so what NumPy does in five passes
over memory takes one. A *pass* computes an expression for every element; it writes the result to an output, or combines
all of them to a number of the row, or both. What follows may name both: an output is read back, a number is one.
*Facts* are numbers computed from numbers.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from .elementwise import PARAMS, compute
from .host import Host
from .ir import F64, I64, POINTER, Function, Type, Value, module
from .reducers import Fold
from .typed import ELEMENTS, Node, Program, typed


class Pass(NamedTuple):
    """One run over a row.

    Attributes:
        expression: what is computed for each element.
        output: the name of the output it is written to, None for none.
        fold: how the results are combined (``"add"``, ``"maximum"``), None if they are not.
        number: the name of what that gives.
        partial: partial results beside each other, where nothing is written; with one, sums are added in the order
            of torch's softmax.
    """

    expression: Any
    output: str | None = None
    fold: str | None = None
    number: str = ""
    partial: int = 4


class Fact(NamedTuple):
    """A number of the row.

    Attributes:
        name: its name.
        expression: in numbers of the row, and ``count``, the length of a row.
        written: whether it is an output.
    """

    name: str
    expression: Any
    written: bool = False


class Group(NamedTuple):
    """A kernel over rows.

    Attributes:
        name: what it is called.
        rows: inputs with a value for every element.
        shared: inputs with one row for all.
        numbers: inputs with a value for every row.
        given: numbers that are the same for all rows.
        steps: passes and facts.
    """

    name: str
    rows: tuple[str, ...]
    steps: tuple[Pass | Fact, ...]
    shared: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    given: tuple[str, ...] = ()

    def outputs(self) -> tuple[str, ...]:
        """Outputs with a value for every element."""
        return tuple(dict.fromkeys(step.output for step in self.steps if isinstance(step, Pass) and step.output))

    def facts(self) -> tuple[str, ...]:
        """Outputs with a value for every row."""
        return tuple(step.name for step in self.steps if isinstance(step, Fact) and step.written)

    def order(self) -> tuple[str, ...]:
        """All arrays in the order in which the kernel gets them."""
        return (*self.rows, *self.shared, *self.numbers, *self.outputs(), *self.facts())


class _Writer:
    """The code of one group for one dtype."""

    def __init__(self, group: Group, element: str, host: Host) -> None:
        self.group, self.element, self.host = group, element, host
        self.memory = ELEMENTS[element]
        self.size = self.memory.bits // 8
        self.lanes = host.vector_bits // self.memory.bits
        self.function = Function("kernel", PARAMS, host.fused, scales=host.scales)
        self.known: dict[str, Value] = {}
        self.arrays: dict[str, Value] = {}

    def word(self, place: int, type: Type = I64) -> Value:
        return self.function.load(self.function.at(self.function.params["words"], 8 * place), type, 8)

    def expression(self, expression: Any, offset: Value | None, lanes: int, mask: Value | None = None) -> Value:
        """An expression at the elements from an offset on (None: of numbers only), read where a mask holds."""
        names = _symbols(expression)
        nodes = {name: Node("input", self.element, value=name) for name in names}
        program = Program(
            dict.fromkeys(names, self.element), (), [(typed(expression, nodes, self.element), self.element)]
        )
        values = {}
        for name in names:
            if name in self.known:
                values[name] = self.function.lift(self.known[name], self.memory.wide(lanes))
            else:
                assert offset is not None
                address = self.function.at(self.arrays[name], offset * self.size)
                if mask is None:
                    values[name] = self.function.load(address, self.memory.wide(lanes), self.size)
                else:
                    values[name] = self.function.load_where(mask, address, self.memory.wide(lanes))
        return compute(self.function, program, values, lanes, raw=True)[0]

    def run(self, step: Pass, length: Value, last: bool) -> None:
        """Writes one pass: whole vectors, some at once if they are only combined, then the last, partial one.

        That is single elements where the row is shorter than a vector, or the processor has no masks.
        """
        function = self.function
        fold = Fold(step.fold) if step.fold else None
        unrolled = step.partial if step.output is None else 1
        wide = self.memory.wide(self.lanes)
        sums = [function.variable(fold.identity(function, wide)[0]) for _ in range(unrolled)] if fold else []
        single = function.variable(fold.identity(function, self.memory)[0]) if fold else None
        start: Value = function.lift(0, I64)
        for count in (unrolled, 1) if unrolled > 1 else (1,):
            stop = length // (self.lanes * count) * (self.lanes * count)
            with function.loop(start, stop, self.lanes * count, name="vectors") as index:
                for place in range(count):
                    here = index + place * self.lanes
                    if last:  # the next row comes from memory while this one is computed
                        for name in self.group.rows:
                            ahead = function.at(self.arrays[name], (here + length) * self.size)
                            function.prefetch(ahead)
                    value = function.lift(self.expression(step.expression, here, self.lanes), wide)
                    self.put(step.output, here, value)
                    if fold:
                        sums[place].value = fold.merge((sums[place].value,), (value,))[0]
            start = stop
        if self.host.scales:
            long = length >= self.lanes
            with function.when(long & (start < length), name="partial"):
                mask = function.numbered(I64.wide(self.lanes)) < length - start
                value = function.lift(self.expression(step.expression, start, self.lanes, mask), wide)
                self.put(step.output, start, value, mask)
                if fold:
                    sums[0].value = function.where(mask, fold.merge((sums[0].value,), (value,))[0], sums[0].value)
            start = function.where(long, length, start)
        with function.loop(start, length, 1, name="rest") as index:
            value = self.expression(step.expression, index, 1)
            self.put(step.output, index, value)
            if fold and single is not None:
                single.value = fold.merge((single.value,), (value,))[0]
        if fold and single is not None:
            total = sums[0].value
            for other in sums[1:]:
                total = fold.merge((total,), (other.value,))[0]
            lanes = self.lanes
            while lanes > 1:
                lanes //= 2
                if lanes == 1:
                    low, high = function.extract(total, 0), function.extract(total, 1)
                else:
                    low = function.shuffle(total, total, range(lanes))
                    high = function.shuffle(total, total, range(lanes, 2 * lanes))
                total = fold.merge((low,), (high,))[0]
            self.known[step.number] = fold.merge((total,), (single.value,))[0]

    def put(self, output: str | None, offset: Value, value: Value, mask: Value | None = None) -> None:
        """Writes elements to an output, those for which a mask holds."""
        if output is None:
            return
        address = self.function.at(self.arrays[output], offset * self.size)
        if mask is None:
            self.function.store(value, address, self.size)
        else:
            self.function.store_where(mask, value, address)


def _symbols(expression: Any) -> tuple[str, ...]:
    """The names in an expression."""
    found: dict[str, None] = {}
    pending = [expression]
    while pending:
        node = pending.pop()
        if getattr(node, "function", None) == "symbol":
            found[node.operands[0]] = None
        elif getattr(node, "function", "constant") != "constant":
            pending.extend(node.operands)
    return tuple(sorted(found))


def write_rows(group: Group, element: str, host: Host) -> str:
    """The kernel of a group. Its words: length of a row, the arrays' addresses, the given numbers."""
    writer = _Writer(group, element, host)
    function, order = writer.function, group.order()
    length = writer.word(0)
    bases = {name: writer.word(1 + place, POINTER) for place, name in enumerate(order)}
    given = {name: writer.word(1 + len(order) + place, F64) for place, name in enumerate(group.given)}
    count = length.to(writer.memory)
    with function.loop(function.params["begin"], function.params["end"], name="row") as row:
        writer.known = {name: value.to(writer.memory) for name, value in given.items()} | {"count": count}
        start = row * length * writer.size
        for name in (*group.rows, *group.outputs()):
            writer.arrays[name] = function.at(bases[name], start)
        for name in group.shared:
            writer.arrays[name] = bases[name]
        for name in group.numbers:
            address = function.at(bases[name], row * writer.size)
            writer.known[name] = function.load(address, writer.memory, writer.size)
        for step in group.steps:
            if isinstance(step, Pass):
                writer.run(step, length, step is group.steps[-1])
                continue
            value = writer.known[step.name] = writer.expression(step.expression, None, 1)
            if step.written:
                function.store(value, function.at(bases[step.name], row * writer.size), writer.size)
    function.finish()
    return module(function)
