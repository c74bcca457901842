"""Kernels that run over each row several times: softmax, layer normalization and their kin.

A row of some thousand elements stays in the first caches while it is run over again, so what NumPy does in five passes
over memory takes one. A *pass* computes an expression for every element; it writes the result to an output, or combines
all of them to a number of the row, or both. What follows may name both: an output is read back, a number is one.
*Facts* are numbers computed from numbers. 16-bit floats are computed in float32.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from .elementwise import PARAMS, compute, decoded, rounded
from .host import Host
from .ir import F64, I64, POINTER, Function, Type, Value, module
from .reducers import Fold, folded
from .typed import ELEMENTS, Node, Program, compute_element, typed


class Pass(NamedTuple):
    """One run over a row.

    Attributes:
        expression: what is computed for each element, which may name its ``place`` in the row.
        output: the name of the output it is written to, None for none.
        fold: how the results are combined (``"add"``, ``"maximum"``), None if they are not.
        number: the name of what that gives.
        partial: partial results beside each other, where nothing is written; with one, sums are added in the order
            of torch's softmax.
        columns: outputs with one row, and what is added to them for each element: sums down the columns.
    """

    expression: Any
    output: str | None = None
    fold: str | None = None
    number: str = ""
    partial: int = 4
    columns: tuple[tuple[str, Any], ...] = ()


class Together(NamedTuple):
    """Passes that are one run over the row."""

    passes: tuple[Pass, ...]


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

    Where it adds up columns, its units are not rows but lots of them, each with a row of sums.
    """

    name: str
    rows: tuple[str, ...]
    steps: tuple[Pass | Together | Fact, ...]
    shared: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    given: tuple[str, ...] = ()

    def outputs(self) -> tuple[str, ...]:
        """Outputs with a value for every element."""
        return tuple(dict.fromkeys(step.output for step in self.steps if isinstance(step, Pass) and step.output))

    @property
    def writes_once(self) -> bool:
        """Whether no output is written twice, or read."""
        written = [step.output for step in self.steps if isinstance(step, Pass) and step.output]
        return len(written) == len(set(written))

    def facts(self) -> tuple[str, ...]:
        """Outputs with a value for every row."""
        return tuple(step.name for step in self.steps if isinstance(step, Fact) and step.written)

    def columns(self) -> tuple[str, ...]:
        """Outputs with a row for every unit."""
        return tuple(name for step in self.steps if isinstance(step, Pass) for name, _ in step.columns)

    def order(self) -> tuple[str, ...]:
        """All arrays in the order in which the kernel gets them."""
        return (*self.rows, *self.shared, *self.numbers, *self.outputs(), *self.facts(), *self.columns())


class _Writer:
    """The code of one group for one dtype."""

    def __init__(self, group: Group, element: str, host: Host, streaming: bool) -> None:
        self.group, self.element, self.host = group, element, host
        self.streaming = streaming
        self.work = compute_element(element)
        self.form = ELEMENTS[self.work]
        self.size = ELEMENTS[element].bits // 8
        self.lanes = host.vector_bits // self.form.bits
        self.wide_columns = frozenset(group.columns())  # which are added up in the dtype of the work
        self.function = Function("kernel", PARAMS, host.fused, scales=host.scales)
        self.known: dict[str, Value] = {}
        self.arrays: dict[str, Value] = {}
        self.loaded: dict[str, Value] = {}

    def word(self, place: int, type: Type = I64) -> Value:
        return self.function.load(self.function.at(self.function.params["words"], 8 * place), type, 8)

    def expression(self, expression: Any, offset: Value | None, lanes: int, mask: Value | None = None) -> Value:
        """An expression at the elements from an offset on (None: of numbers only), read where a mask holds."""
        names = _symbols(expression)
        nodes = {name: Node("input", self.work, value=name) for name in names}
        program = Program(dict.fromkeys(names, self.work), (), [(typed(expression, nodes, self.work), self.work)])
        values = {}
        for name in names:
            if name in self.known:
                values[name] = self.function.lift(self.known[name], self.form.wide(lanes))
            else:
                assert offset is not None
                values[name] = self.place(offset, lanes) if name == "place" else self.read(name, offset, lanes, mask)
        return compute(self.function, program, values, lanes, raw=True)[0]

    def run(self, steps: tuple[Pass, ...], length: Value, last: bool) -> None:
        """Writes passes as one: whole vectors, some at once if they are only combined, then the last, partial one.

        That is single elements where the row is shorter than a vector, or the processor has no masks.
        """
        function = self.function
        beside = 512 // self.host.vector_bits  # so that narrow vectors add rows up as exactly as wide ones
        unrolled = beside if any(step.output or step.columns for step in steps) else max(steps[0].partial, beside)
        wide = self.form.wide(self.lanes)
        folds = [(step, Fold(step.fold)) for step in steps if step.fold]
        sums = {step.number: [function.variable(fold.identity(function, wide)[0]) for _ in range(unrolled)]
                for step, fold in folds}  # fmt: skip
        single = {step.number: function.variable(fold.identity(function, self.form)[0]) for step, fold in folds}

        def take(place: Value, lanes: int, states: dict[str, Any], mask: Value | None = None) -> None:
            """What is done for the elements from a place on."""
            self.loaded = {}
            for step in steps:
                value = function.lift(self.expression(step.expression, place, lanes, mask), self.form.wide(lanes))
                self.put(step.output, place, value, mask)
                for name, expression in step.columns:
                    added = self.expression(expression, place, lanes, mask)
                    self.put(name, place, self.read(name, place, lanes, mask) + added, mask)
                if step.fold:
                    state = states[step.number]
                    found = Fold(step.fold).merge((state.value,), (value,))[0]
                    state.value = found if mask is None else function.where(mask, found, state.value)

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
                    take(here, self.lanes, {number: states[place] for number, states in sums.items()})
            start = stop
        first = {number: states[0] for number, states in sums.items()}
        if self.host.scales:
            long = length >= self.lanes
            with function.when(long & (start < length), name="partial"):
                mask = function.numbered(I64.wide(self.lanes)) < length - start
                take(start, self.lanes, first, mask)
            start = function.where(long, length, start)
        with function.loop(start, length, 1, name="rest") as index:
            take(index, 1, single)
        for step, fold in folds:
            total = first[step.number].value
            for other in sums[step.number][1:]:
                total = fold.merge((total,), (other.value,))[0]
            self.known[step.number] = fold.merge((folded(fold, total),), (single[step.number].value,))[0]

    def place(self, offset: Value, lanes: int) -> Value:
        """The elements' places in the row, as numbers: exact up to 2**24 in float32."""
        first = offset.to(self.form)
        return self.function.numbered(self.form.wide(lanes)) + first if lanes > 1 else first

    def read(self, name: str, offset: Value, lanes: int, mask: Value | None) -> Value:
        """Elements of an array, those for which a mask holds; read once in a turn."""
        found = self.loaded.get(name)
        if found is None:
            element, memory = self.stored(name)
            address = self.function.at(self.arrays[name], offset * (memory.bits // 8))
            if mask is None:
                found = self.function.load(address, memory.wide(lanes), memory.bits // 8)
            elif element == "float16":  # there are masks for integers of 16 bits
                bits = self.function.load_where(mask, address, memory.of("i").wide(lanes))
                found = self.function.cast(bits, memory.wide(lanes))
            else:
                found = self.function.load_where(mask, address, memory.wide(lanes))
            found = self.loaded[name] = decoded(found, element)
        return found

    def stored(self, name: str) -> tuple[str, Type]:
        """The dtype and type of an array in memory."""
        element = self.work if name in self.wide_columns else self.element
        return element, ELEMENTS[element]

    def put(self, output: str | None, offset: Value, value: Value, mask: Value | None = None) -> None:
        """Writes elements to an output, those for which a mask holds."""
        if output is None:
            return
        self.loaded[output] = value
        element, memory = self.stored(output)
        size = memory.bits // 8
        address = self.function.at(self.arrays[output], offset * size)
        value = rounded(value, element)
        if mask is None and self.streaming and value.type.lanes == self.lanes and output in self.group.outputs():
            self.function.store(value, address, self.lanes * size, True)
        elif mask is None:
            self.function.store(value, address, size)
        else:
            self.function.store_where(mask, value.bits() if element == "float16" else value, address)


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


def write_rows(group: Group, element: str, host: Host, streaming: bool = False) -> str:
    """The kernel of a group, which can write past the caches: vectors have to lie at multiples of their size then.

    Its words: length of a row, the arrays' addresses, the given numbers; where it adds up columns before them the
    rows of a unit, and all rows.
    """
    writer = _Writer(group, element, host, streaming)
    function, order, columns = writer.function, group.order(), group.columns()
    length = writer.word(0)
    head = 3 if columns else 1
    bases = {name: writer.word(head + place, POINTER) for place, name in enumerate(order)}
    given = {name: writer.word(head + len(order) + place, F64) for place, name in enumerate(group.given)}
    begin, end = function.params["begin"], function.params["end"]
    if not columns:
        _write_body(writer, bases, given, length, begin, end)
    else:
        batch, rows = writer.word(1), writer.word(2)
        with function.loop(begin, end, name="unit") as unit:
            for name in columns:
                writer.arrays[name] = function.at(bases[name], unit * length * (writer.form.bits // 8))
            first = unit * batch
            stop = function.where(first + batch < rows, first + batch, rows)
            _write_body(writer, bases, given, length, first, stop)
    if streaming and host.is_x86:
        function.effectful("x86.sse.sfence")
    function.finish()
    return module(function)


def _write_body(
    writer: _Writer, bases: dict[str, Value], given: dict[str, Value], length: Value, begin: Value, end: Value
) -> None:
    """The loop over some rows."""
    group, function = writer.group, writer.function
    count = length.to(writer.form)
    with function.loop(begin, end, name="row") as row:
        writer.known = {name: value.to(writer.form) for name, value in given.items()} | {"count": count}
        start = row * length * writer.size
        for name in (*group.rows, *group.outputs()):
            writer.arrays[name] = function.at(bases[name], start)
        for name in group.shared:
            writer.arrays[name] = bases[name]
        for name in group.numbers:
            address = function.at(bases[name], row * writer.size)
            writer.known[name] = decoded(function.load(address, ELEMENTS[writer.element], writer.size), writer.element)
        for step in group.steps:
            if not isinstance(step, Fact):
                writer.run(step.passes if isinstance(step, Together) else (step,), length, step is group.steps[-1])
                continue
            value = writer.known[step.name] = writer.expression(step.expression, None, 1)
            if step.written:
                address = function.at(bases[step.name], row * writer.size)
                function.store(rounded(value, writer.element), address, writer.size)
