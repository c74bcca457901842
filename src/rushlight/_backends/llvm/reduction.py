"""The loop nests of reductions: along rows, and down columns.

*Rows*: what is reduced lies side by side. A unit of work is one block of one row; several vectors of partial results
run beside each other, since an addition takes four cycles but two can begin in each, and because sums of fewer
elements are more exact. *Columns*: what is reduced is a row apart. A unit is a block of rows of some columns, a vector
of columns side by side.

Either way a unit gives one state. Where a row, or the rows of a column, make several blocks, the blocks' states are
reduced by a second run; that is what keeps the error of sums as small as NumPy's pairwise summation does.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .elementwise import PARAMS, compute, decoded, form_of
from .host import Host
from .ir import F64, I64, POINTER, Function, Type, Value, module
from .reducers import Reducer, State
from .typed import ELEMENTS, Program

ROW_BLOCK = 1 << 13
"""Elements of a row in one unit."""

SUM_LENGTH = 16
"""Additions that follow each other before a result is added to those before it: a sum of ten million equal numbers is
off by 4e-8 of itself so, by 1e-6 where each lane adds up 128 of them."""

COLUMN_BLOCK = 64
"""Rows in one unit: as many additions follow each other before results are added to others."""

TILE = 8
"""Vectors of columns in one unit: 512 bytes of every row."""

_ACCUMULATORS = 4


class _Writer:
    """What both forms share: words, inputs, states."""

    def __init__(self, program: Program, reducer: Reducer, host: Host, uniform: Sequence[bool], lanes: int) -> None:
        self.program, self.reducer, self.lanes = program, reducer, lanes
        self.uniform = uniform
        self.function = Function("kernel", PARAMS, host.fused, scales=host.scales)
        node, self.element = program.outputs[0]
        self.form = form_of(node.element, 1)
        self.host = host

    def word(self, place: int, type: Type = I64) -> Value:
        return self.function.load(self.function.at(self.function.params["words"], 8 * place), type, 8)

    def values(self, rows: Sequence[Value], offset: Value, lanes: int) -> dict[str, Value]:
        """The inputs' elements from an offset on."""
        found: dict[str, Value] = {}
        for (name, element), row, uniform in zip(self.program.inputs.items(), rows, self.uniform, strict=True):
            memory = ELEMENTS[element]
            if uniform:
                value = decoded(self.function.load(row, memory, memory.bits // 8), element)
                found[name] = self.function.lift(value, form_of(element, lanes))
            else:
                address = self.function.at(row, offset * (memory.bits // 8))
                value = self.function.load(address, memory.wide(lanes), memory.bits // 8)
                found[name] = decoded(value, element)
        return found

    def mapped(self, rows: Sequence[Value], offset: Value, lanes: int, numbers: dict[str, Value]) -> Value:
        """What the program makes of the elements from an offset on."""
        values = self.values(rows, offset, lanes)
        for name, number in numbers.items():
            values[name] = self.function.lift(number.to(self.form), self.form.wide(lanes))
        node, _ = self.program.outputs[0]
        plain = Program(self.program.inputs, self.program.numbers, [(node, node.element)])
        return compute(self.function, plain, values, lanes, raw=True)[0]

    def places(self, start: Value, lanes: int) -> Value:
        """The places of the lanes, for reductions that ask for them."""
        if lanes == 1:
            return start
        steps = ", ".join(f"i64 {lane}" for lane in range(lanes))
        return self.function.lift(start, I64.wide(lanes)) + Value(self.function, f"<{steps}>", I64.wide(lanes))

    def variables(self, lanes: int) -> list[Any]:
        """A state to begin with."""
        form = self.form.wide(lanes)
        identity = self.reducer.identity(self.function, form)
        return [
            self.function.variable(value, type) for value, type in zip(identity, self.reducer.types(form), strict=True)
        ]

    def across(self, state: State) -> State:
        """The state of all lanes: halves merged until one is left."""
        lanes = state[0].type.lanes
        while lanes > 1:
            lanes //= 2
            low = [self.function.shuffle(value, value, range(lanes)) for value in state]
            high = [self.function.shuffle(value, value, range(lanes, 2 * lanes)) for value in state]
            if lanes == 1:
                low = [self.function.extract(value, 0) for value in state]
                high = [self.function.extract(value, 1) for value in state]
            state = self.reducer.merge(tuple(low), tuple(high))
        return state

    def write(self, state: State, targets: Sequence[Value], index: Value) -> None:
        """Stores a state at an index of the outputs."""
        for value, target in zip(state, targets, strict=True):
            size = value.type.bits // 8
            self.function.store(value, self.function.at(target, index * size), size)


def _assign(variables: Sequence[Any], state: State) -> None:
    for variable, value in zip(variables, state, strict=True):
        variable.value = value


def _state(variables: Sequence[Any]) -> State:
    return tuple(variable.value for variable in variables)


def lanes_for(program: Program, host: Host) -> int:
    """Elements in a vector."""
    bits = [ELEMENTS[element].bits for element in program.inputs.values()]
    bits += [form_of(node.element, 1).bits for node in program.nodes()]
    return host.vector_bits // max(8, *bits)


def write_rows(program: Program, reducer: Reducer, uniform: Sequence[bool], host: Host) -> str:
    """The kernel that reduces blocks of rows.

    Its words: length of a row, block, blocks per row; for each input its address and bytes from row to row; the
    addresses of the states; the numbers.
    """
    lanes = lanes_for(program, host)
    writer = _Writer(program, reducer, host, uniform, lanes)
    function = writer.function
    length, block, per_row = writer.word(0), writer.word(1), writer.word(2)
    count = len(program.inputs)
    states = len(reducer.types(writer.form))
    bases = [(writer.word(3 + 2 * i, POINTER), writer.word(4 + 2 * i)) for i in range(count)]
    targets = [writer.word(3 + 2 * count + i, POINTER) for i in range(states)]
    numbers = {name: writer.word(3 + 2 * count + states + i, F64) for i, name in enumerate(program.numbers)}
    several = [writer.variables(lanes) for _ in range(_ACCUMULATORS)]
    before = writer.variables(lanes)
    single = writer.variables(1)
    with function.loop(function.params["begin"], function.params["end"], name="unit") as unit:
        row, part = unit // per_row, unit % per_row
        rows = [function.at(base, row * step) for base, step in bases]
        start = part * block
        stop = function.where(start + block < length, start + block, length)
        for variables in (*several, before, single):
            _assign(variables, reducer.identity(function, variables[0].type))
        width = lanes * _ACCUMULATORS
        whole = start + (stop - start) // width * width
        with function.loop(start, whole, width * SUM_LENGTH, name="parts") as part_start:
            part_stop = function.where(part_start + width * SUM_LENGTH < whole, part_start + width * SUM_LENGTH, whole)
            with function.loop(part_start, part_stop, width, name="blocks") as i:
                for place, variables in enumerate(several):
                    here = i + place * lanes
                    value = writer.mapped(rows, here, lanes, numbers)
                    _assign(variables, reducer.step(_state(variables), value, writer.places(here, lanes)))
            first = reducer.merge(_state(several[0]), _state(several[1]))
            second = reducer.merge(_state(several[2]), _state(several[3]))
            _assign(before, reducer.merge(_state(before), reducer.merge(first, second)))
            for variables in several:
                _assign(variables, reducer.identity(function, variables[0].type))
        vectors = whole + (stop - whole) // lanes * lanes
        with function.loop(whole, vectors, lanes, name="vectors") as i:
            value = writer.mapped(rows, i, lanes, numbers)
            _assign(several[0], reducer.step(_state(several[0]), value, writer.places(i, lanes)))
        with function.loop(vectors, stop, 1, name="rest") as i:
            value = writer.mapped(rows, i, 1, numbers)
            _assign(single, reducer.step(_state(single), value, i))
        vector = reducer.merge(_state(before), _state(several[0]))
        total = reducer.merge(writer.across(vector), _state(single))
        writer.write(total, targets, unit)
    function.finish()
    return module(function)


def write_columns(program: Program, reducer: Reducer, uniform: Sequence[bool], host: Host) -> str:
    """The kernel that reduces blocks of rows to one.

    Its words: rows, columns, rows of a block, blocks, tiles; for each input its address, bytes from row to row and from
    one lot of rows to the next; the addresses of the states; the numbers. Units count tiles in blocks in lots.
    """
    lanes = lanes_for(program, host)
    writer = _Writer(program, reducer, host, uniform, lanes)
    function = writer.function
    height, width, block, blocks, tiles = (writer.word(place) for place in range(5))
    count = len(program.inputs)
    states = len(reducer.types(writer.form))
    bases = [tuple(writer.word(5 + 3 * i + j, POINTER if j == 0 else I64) for j in range(3)) for i in range(count)]
    targets = [writer.word(5 + 3 * count + i, POINTER) for i in range(states)]
    numbers = {name: writer.word(5 + 3 * count + states + i, F64) for i, name in enumerate(program.numbers)}
    several = [writer.variables(lanes) for _ in range(TILE)]
    single = writer.variables(1)

    def run(
        start: Value, stop: Value, column: Value, bases_here: Sequence[Any], group: Sequence[Any], wide: int
    ) -> None:
        """Reduces some vectors of columns."""
        for variables in group:
            _assign(variables, reducer.identity(function, variables[0].type))
        with function.loop(start, stop, 1, name="rows") as i:
            rows = [function.at(base, i * step) for base, step in bases_here]
            for place, variables in enumerate(group):
                value = writer.mapped(rows, column + place * wide, wide, numbers)
                where = function.lift(i, I64.wide(wide))
                _assign(variables, reducer.step(_state(variables), value, where))

    with function.loop(function.params["begin"], function.params["end"], name="unit") as unit:
        tile, rest = unit % tiles, unit // tiles
        part, lot = rest % blocks, rest // blocks
        here = [(function.at(base, lot * far), step) for base, step, far in bases]
        start = part * block
        stop = function.where(start + block < height, start + block, height)
        left = tile * (TILE * lanes)
        right = function.where(left + TILE * lanes < width, left + TILE * lanes, width)
        out = (lot * blocks + part) * width
        whole = left + (right - left) // (TILE * lanes) * (TILE * lanes)
        with function.loop(left, whole, TILE * lanes, name="tile") as column:
            run(start, stop, column, here, several, lanes)
            for place, variables in enumerate(several):
                writer.write(_state(variables), targets, out + column + place * lanes)
        vectors = whole + (right - whole) // lanes * lanes
        with function.loop(whole, vectors, lanes, name="vectors") as column:
            run(start, stop, column, here, several[:1], lanes)
            writer.write(_state(several[0]), targets, out + column)
        with function.loop(vectors, right, 1, name="rest") as column:
            run(start, stop, column, here, [single], 1)
            writer.write(_state(single), targets, out + column)
    function.finish()
    return module(function)
