"""The loop nest of an elementwise kernel.

A kernel is ``void kernel(ptr words, i64 begin, i64 end)``. The outer loops and the blocks of the inner one are
counted through as *units*; a call computes those from `begin` to before `end`, so threads share the work by sharing
the units. For each unit it works out where every operand begins, and runs through the elements a vector at a time.
The last, partial vector is run by the same instructions on copies in the stack frame: a second loop for it would
double the code.

What it has to know comes as 64-bit words: inner length, block, blocks per row, outer lengths; for each operand its
address, its inner step, its outer steps; then the numbers.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

from . import functions
from .host import Host
from .ir import BOOL, F32, F64, I64, POINTER, Function, Type, Value, Variable, module
from .layout import CONTIGUOUS, UNIFORM, Layout
from .typed import ELEMENTS, PREDICATES, Node, Program, compute_element
from .unsupported import Unsupported

PARAMS = {"words": POINTER, "begin": I64, "end": I64}
HEADER = 3
"""Words before the outer lengths."""

SHORT, AT_ONCE = 6, 4
"""Programs of at most so many nodes, all of them `QUICK`, work on so many vectors at once: ``relu`` of a million
numbers takes 49 µs instead of 55. Others would gain nothing and have four times as much to compile."""

QUICK = PREDICATES | {
    "input", "number", "constant", "convert", "add", "sub", "mul", "div", "neg", "abs", "maximum", "minimum",
    "clamp_min", "clamp_max", "square", "sqrt", "where", "sloped_gradient", "stopped_gradient", "zero_gradient",
    "bitwise_and", "bitwise_or", "bitwise_xor", "bitwise_not",
}  # fmt: skip
"""Functions of one or two instructions."""

LONG = frozenset(("lgamma",))
"""Functions computed in float64, of so many instructions that twice as many for all lanes of float32 would take 45 ms
to compile, not 30, and run no quicker."""


class _Operand:
    """An array that a kernel reads or writes."""

    def __init__(self, element: str, layout: str, lanes: int) -> None:
        self.element = element
        self.layout = layout
        self.memory = ELEMENTS[element]
        self.size = self.memory.bits // 8
        self.wide = self.memory.wide(lanes)
        self.row: Value
        self.step: Value
        self.here: Variable
        self.stride: Variable
        self.buffer: Value


def lanes_of(program: Program, host: Host) -> int:
    """How many elements fit a vector of the widest dtype that takes part, or is used for functions that are `LONG`."""
    elements = [*program.inputs.values(), *(element for _, element in program.outputs)]
    bits = [ELEMENTS[compute_element(element)].bits for element in elements]
    bits += [64 if node.function in LONG else ELEMENTS[node.element].bits for node in program.nodes()]
    return host.vector_bits // max(bits)


def read(function: Function, address: Value, element: str, type: Type) -> Value:
    """An element, or a vector of them, in the form it is computed in."""
    return decoded(function.load(address, type, type.bits // 8), element)


def decoded(value: Value, element: str) -> Value:
    """An element as it lies in memory in the form it is computed in."""
    if element == "bool":
        return value != 0
    if element == "float16":
        return value.to(F32)
    if element == "bfloat16":
        return (value.to(value.type.of("u", 32)) << 16).as_float()
    return value


def rounded(value: Value, element: str) -> Value:
    """A computed value in the form it is written in."""
    if element == "bool":
        return value.function.write(f"zext {value!r} to {value.type.of('u', 8)}", value.type.of("u", 8))
    if element == "float16":
        return value.to(Type("f", 16))
    if element == "bfloat16":
        bits = value.function.cast(value, value.type.of("u", 32))
        even = bits + ((bits >> 16) & 1) + 0x7FFF  # to the nearest, of two equally near to the even one
        nan = value.function.lift(0x7FC00000, bits.type)
        return (value.function.where(value != value, nan, even) >> 16).to(Type("u", 16))
    return value


def compute(
    function: Function, program: Program, values: dict[str, Value], lanes: int, raw: bool = False
) -> list[Value]:
    """Writes the instructions of a program.

    Args:
        function: where to.
        program: what to compute.
        values: its inputs and numbers by name.
        lanes: elements in a vector.
        raw: whether results are wanted as they were computed, not as they are written.

    Raises:
        Unsupported: a function of the program has no instructions.
    """
    known: dict[int, Value] = {}
    for node in program.nodes():
        known[id(node)] = _node(function, node, known, values, lanes)
    if raw:
        return [known[id(node)] for node, _ in program.outputs]
    return [
        function.lift(rounded(known[id(node)], element), ELEMENTS[element].wide(lanes))
        for node, element in program.outputs
    ]


def form_of(element: str, lanes: int) -> Type:
    """The type that values of a dtype are computed in."""
    return BOOL.wide(lanes) if element == "bool" else ELEMENTS[compute_element(element)].wide(lanes)


def _node(
    function: Function, node: Node, known: dict[int, Value], values: dict[str, Value], lanes: int
) -> Value:  # fmt: skip
    if node.function in ("input", "number"):
        return values[node.value]
    form = form_of(node.element, lanes)
    if node.function == "constant":
        return function.constant(node.value, form)
    operands = [known[id(operand)] for operand in node.operands]
    if node.function == "convert":
        if node.operands[0].element == "bool":
            return function.where(operands[0], function.constant(1, form), function.constant(0, form))
        return operands[0].to(form)
    known_functions = functions.table.FUNCTIONS
    if node.function not in known_functions:
        raise Unsupported(f"the function {node.function}")
    written: Value = known_functions[node.function](*operands)
    return written


def write_kernel(program: Program, classes: str, outer: int, host: Host, streaming: bool = False) -> str:
    """The module of a kernel.

    Args:
        program: what happens to one element.
        classes: how inputs and outputs lie along the inner loop.
        outer: the number of outer loops.
        host: the processor.
        streaming: whether results go past the caches; they have to begin at multiples of 64 bytes then.
    """
    lanes = lanes_of(program, host)
    function = Function("kernel", PARAMS, host.fused, scales=host.scales)
    elements = [*program.inputs.values(), *(element for _, element in program.outputs)]
    operands = [_Operand(element, letter, lanes) for element, letter in zip(elements, classes, strict=True)]
    inputs, outputs = operands[: len(program.inputs)], operands[len(program.inputs) :]
    words = function.params["words"]

    def word(place: int, type: Type = I64) -> Value:
        return function.load(function.at(words, 8 * place), type, 8)

    inner, block, per_row = word(0), word(1), word(2)
    sizes = [word(HEADER + index) for index in range(outer)]
    given = HEADER + outer + len(operands) * (2 + outer)
    numbers = {
        name: function.load(function.at(words, 8 * (given + index)), F64, 8)
        for index, name in enumerate(program.numbers)
    }
    with function.loop(function.params["begin"], function.params["end"], name="unit") as unit:
        row, part = unit // per_row, unit % per_row
        start = part * block
        count = function.where(inner - start < block, inner - start, block)
        coordinates: list[Value] = []
        for size in reversed(sizes):
            coordinates.insert(0, row % size)
            row = row // size
        for index, operand in enumerate(operands):
            place = HEADER + outer + index * (2 + outer)
            address = word(place, POINTER)
            for level, coordinate in enumerate(coordinates):
                address = function.at(address, coordinate * word(place + 2 + level))
            operand.step = function.lift(operand.size, I64) if operand.layout == CONTIGUOUS else word(place + 1)
            operand.row = address if operand.layout == UNIFORM else function.at(address, start * operand.step)
        _write_row(function, program, inputs, outputs, numbers, count, lanes, streaming)
    if streaming and host.is_x86:
        function.effectful("x86.sse.sfence")
    function.finish()
    return module(function)


def _write_row(
    function: Function, program: Program, inputs: Sequence[_Operand], outputs: Sequence[_Operand],
    numbers: dict[str, Value], count: Value, lanes: int, streaming: bool,
) -> None:  # fmt: skip
    """The inner loop: whole vectors where they lie, then the last, partial one on copies."""
    values: dict[str, Value] = dict(numbers)
    moving = []
    for name, operand in zip(program.inputs, inputs, strict=True):
        if operand.layout == UNIFORM:
            values[name] = read(function, operand.row, operand.element, operand.memory)
        else:
            moving.append(operand)
    moving += outputs
    for operand in moving:
        operand.here = function.variable(operand.row)
        operand.stride = function.variable(operand.step)
        operand.buffer = function.reserve(operand.wide)
    rest = count % lanes
    whole = count - rest
    start = function.variable(0, I64)
    if _is_short(program, moving):
        several = whole - whole % (AT_ONCE * lanes)
        with function.loop(0, several, AT_ONCE * lanes, name="several") as index:
            _write_vectors(function, program, inputs, outputs, values, index, lanes, streaming, AT_ONCE)
        start.value = several
    limit = function.variable(whole)
    again, after, copy_in, copy_out, done = (function.label(name) for name in ("run", "after", "in", "out", "end"))
    last = function.variable(False, BOOL)
    function.jump(again)
    function.begin(again)
    with function.loop(start.value, limit.value, lanes, name="vectors") as index:
        _write_vectors(function, program, inputs, outputs, values, index, lanes, streaming)
    function.branch(last.value, copy_out, after)
    function.begin(after)
    function.branch(rest != 0, copy_in, done)
    function.begin(copy_in)
    for operand in moving:
        if operand in inputs:
            with function.loop(0, rest) as index:
                source = function.at(operand.row, (whole + index) * operand.step)
                value = function.load(source, operand.memory, operand.size)
                function.store(value, function.at(operand.buffer, index * operand.size), operand.size)
        operand.here.value = operand.buffer
        operand.stride.value = function.lift(operand.size, I64)
    start.value = 0
    limit.value = lanes
    last.value = function.constant(True, BOOL)
    function.jump(again)
    function.begin(copy_out)
    for operand in outputs:
        with function.loop(0, rest) as index:
            value = function.load(function.at(operand.buffer, index * operand.size), operand.memory, operand.size)
            function.store(value, function.at(operand.row, (whole + index) * operand.step), operand.size)
    function.jump(done)
    function.begin(done)


def _is_short(program: Program, operands: Sequence[_Operand]) -> bool:
    """Whether a program is so short that memory, not arithmetic, takes the time."""
    nodes = program.nodes()
    return (
        len(nodes) <= SHORT
        and all(node.function in QUICK for node in nodes)
        and all(operand.layout == CONTIGUOUS for operand in operands)
    )


def _write_vectors(
    function: Function, program: Program, inputs: Sequence[_Operand], outputs: Sequence[_Operand],
    values: dict[str, Value], index: Value, lanes: int, streaming: bool, count: int = 1,
) -> None:  # fmt: skip
    """Some vectors after each other: all are read before one is written, since LLVM must not change that order."""
    places = [index + lanes * number for number in range(count)]
    read = [dict(values) for _ in places]
    for place, mine in zip(places, read, strict=True):
        for name, operand in zip(program.inputs, inputs, strict=True):
            if operand.layout != UNIFORM:
                mine[name] = _gather(function, operand, place)
    found = [compute(function, program, _wide_numbers(function, program, mine, lanes), lanes) for mine in read]
    for place, results in zip(places, found, strict=True):
        for operand, result in zip(outputs, results, strict=True):
            _scatter(function, operand, place, result, streaming)


def _wide_numbers(
    function: Function, program: Program, values: dict[str, Value], lanes: int
) -> dict[str, Value]:  # fmt: skip
    """Uniform inputs and numbers spread over the lanes."""
    found = dict(values)
    for node in program.nodes():
        if node.function == "number":
            found[node.value] = function.lift(
                values[node.value].to(form_of(node.element, 1)), form_of(node.element, lanes)
            )
        elif node.function == "input":
            found[node.value] = function.lift(values[node.value], form_of(node.element, lanes))
    return found


def _gather(function: Function, operand: _Operand, index: Value) -> Value:
    """The next vector of an input."""
    if operand.layout == CONTIGUOUS:
        address = function.at(operand.here.value, index * operand.size)
        return read(function, address, operand.element, operand.wide)
    stride = operand.stride.value
    address = function.at(operand.here.value, index * stride)
    vector = function.poison(operand.wide)
    for lane in range(operand.wide.lanes):
        item = function.load(function.at(address, stride * lane), operand.memory, operand.size)
        vector = function.insert(vector, lane, item)
    return decoded(vector, operand.element)


def _scatter(function: Function, operand: _Operand, index: Value, value: Value, streaming: bool) -> None:
    """Writes the next vector of an output."""
    if operand.layout == CONTIGUOUS:
        address = function.at(operand.here.value, index * operand.size)
        vector = operand.wide.lanes * operand.size
        function.store(value, address, vector if streaming else operand.size, streaming)
        return
    stride = operand.stride.value
    address = function.at(operand.here.value, index * stride)
    for lane in range(operand.wide.lanes):
        function.store(function.extract(value, lane), function.at(address, stride * lane), operand.size)


def words(layout: Layout, addresses: Sequence[int], block: int, numbers: Sequence[float] = ()) -> tuple[bytes, int]:
    """What a kernel has to know, and the number of its units."""
    per_row = -(-layout.inner // block) if layout.inner else 0
    units = per_row
    values = [layout.inner, block, max(per_row, 1), *layout.outer]
    for size in layout.outer:
        units *= size
    for address, inner, outer in zip(addresses, layout.inner_steps, layout.outer_steps, strict=True):
        values += (address, inner, *outer)
    return pack(values, numbers), units


def pack(values: Sequence[int], numbers: Sequence[float]) -> bytes:
    """Words and numbers as a kernel reads them."""
    return struct.pack(f"{len(values)}q{len(numbers)}d", *values, *numbers)
