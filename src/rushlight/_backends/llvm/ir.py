"""Writing LLVM's intermediate language with Python operators.

A `Function` collects instructions as text; a `Value` is the result of one. ``x * y + 1`` on values writes two
instructions. What has one lane is a scalar, what has more a vector; a scalar that meets a vector is spread over its
lanes, a Python number becomes a constant of the other operand's type. Loops and branches are `with` blocks, and what
changes from one turn to the next is a `Variable`, which LLVM's first pass puts into registers.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Literal, NamedTuple

Kind = Literal["f", "i", "u", "b", "p"]
"""Floats, signed and unsigned integers, truth values, addresses."""


class Type(NamedTuple):
    """The type of a value: kind, bits of one lane, and lanes (1 for a scalar)."""

    kind: Kind
    bits: int
    lanes: int = 1

    @property
    def lane(self) -> str:
        """How LLVM writes the type of one lane."""
        if self.kind == "f":
            return {16: "half", 32: "float", 64: "double"}[self.bits]
        return "ptr" if self.kind == "p" else f"i{self.bits}"

    def __str__(self) -> str:
        return self.lane if self.lanes == 1 else f"<{self.lanes} x {self.lane}>"

    @property
    def suffix(self) -> str:
        """How the names of intrinsics end for this type: ``v16f32``."""
        letter = "f" if self.kind == "f" else "i"
        return f"{letter}{self.bits}" if self.lanes == 1 else f"v{self.lanes}{letter}{self.bits}"

    def wide(self, lanes: int) -> Type:
        """The same with another number of lanes."""
        return Type(self.kind, self.bits, lanes)

    def of(self, kind: Kind, bits: int | None = None) -> Type:
        """Another kind of element in as many lanes."""
        return Type(kind, bits or self.bits, self.lanes)


F32, F64 = Type("f", 32), Type("f", 64)
I8, I32, I64, BOOL, POINTER = Type("i", 8), Type("i", 32), Type("i", 64), Type("b", 1), Type("p", 64)


class Value:
    """The result of an instruction, or a constant."""

    __slots__ = ("function", "text", "type")

    def __init__(self, function: Function, text: str, type: Type) -> None:
        self.function = function
        self.text = text
        self.type = type

    def __repr__(self) -> str:
        return f"{self.type} {self.text}"

    def __add__(self, other: Any) -> Value:
        return self.function.arithmetic("add", self, other)

    def __radd__(self, other: Any) -> Value:
        return self.function.arithmetic("add", other, self)

    def __sub__(self, other: Any) -> Value:
        return self.function.arithmetic("sub", self, other)

    def __rsub__(self, other: Any) -> Value:
        return self.function.arithmetic("sub", other, self)

    def __mul__(self, other: Any) -> Value:
        return self.function.arithmetic("mul", self, other)

    def __rmul__(self, other: Any) -> Value:
        return self.function.arithmetic("mul", other, self)

    def __truediv__(self, other: Any) -> Value:
        return self.function.arithmetic("div", self, other)

    def __rtruediv__(self, other: Any) -> Value:
        return self.function.arithmetic("div", other, self)

    def __floordiv__(self, other: Any) -> Value:
        return self.function.arithmetic("div", self, other)

    def __mod__(self, other: Any) -> Value:
        return self.function.arithmetic("rem", self, other)

    def __and__(self, other: Any) -> Value:
        return self.function.bitwise("and", self, other)

    def __or__(self, other: Any) -> Value:
        return self.function.bitwise("or", self, other)

    def __xor__(self, other: Any) -> Value:
        return self.function.bitwise("xor", self, other)

    def __lshift__(self, other: Any) -> Value:
        return self.function.bitwise("shl", self, other)

    def __rshift__(self, other: Any) -> Value:
        return self.function.bitwise("ashr" if self.type.kind == "i" else "lshr", self, other)

    def __neg__(self) -> Value:
        if self.type.kind == "f":
            return self.function.write(f"fneg {self.type} {self.text}", self.type)
        return 0 - self

    def __invert__(self) -> Value:
        return self ^ (True if self.type.kind == "b" else -1)

    def __lt__(self, other: Any) -> Value:
        return self.function.compare("lt", self, other)

    def __le__(self, other: Any) -> Value:
        return self.function.compare("le", self, other)

    def __gt__(self, other: Any) -> Value:
        return self.function.compare("gt", self, other)

    def __ge__(self, other: Any) -> Value:
        return self.function.compare("ge", self, other)

    def __eq__(self, other: Any) -> Value:  # type: ignore[override]
        return self.function.compare("eq", self, other)

    def __ne__(self, other: Any) -> Value:  # type: ignore[override]
        return self.function.compare("ne", self, other)

    __hash__ = object.__hash__

    def __bool__(self) -> bool:
        raise TypeError(f"{self!r} is not known while code is written: write where(...) or a block")

    def to(self, type: Type) -> Value:
        """The number converted to the kind and bits of another type, in as many lanes."""
        return self.function.convert(self, type)

    def bits(self) -> Value:
        """The same bits as a signed integer."""
        return self.function.cast(self, self.type.of("i"))

    def as_float(self) -> Value:
        """The same bits as a float."""
        return self.function.cast(self, self.type.of("f"))


class Variable:
    """A place in the stack frame, which LLVM turns into registers."""

    def __init__(self, function: Function, type: Type, count: int = 1) -> None:
        self.type = type
        self._function = function
        self.address = function.reserve(type, count)

    @property
    def value(self) -> Value:
        """What was assigned last."""
        return self._function.load(self.address, self.type, align=0)

    @value.setter
    def value(self, value: Value | float) -> None:
        self._function.store(self._function.lift(value, self.type), self.address, align=0)


class Function:
    """A function being written.

    Args:
        name: its symbol.
        params: the types of its parameters by name.
        fused: whether the processor multiplies and adds in one step.
        result: the type that it returns, None for nothing.
        scales: whether it has AVX-512's instruction for powers of two.
    """

    def __init__(
        self, name: str, params: dict[str, Type], fused: bool = True, result: Type | None = None, scales: bool = False
    ) -> None:
        self.name = name
        self.fused = fused
        self.scales = scales
        self.result = result
        self.params = {key: Value(self, f"%{key}", type) for key, type in params.items()}
        self._frame: list[str] = []
        self._lines: list[str] = []
        self._known: dict[str, Value] = {}
        self._count = 0
        self._intrinsics: dict[str, str] = {}
        self._tables: dict[str, str] = {}
        self._sizes: dict[str, int] = {}

    def text(self) -> str:
        """The whole function, and declarations of the intrinsics that it calls."""
        params = ", ".join(f"{value.type} {value.text}" for value in self.params.values())
        body = "\n".join(["entry:", *self._frame, *self._lines])
        tables = [f"{name} = private constant [{self._sizes[name]} x double] [{text}]"
                  for text, name in self._tables.items()]  # fmt: skip
        declarations = "\n".join([*self._intrinsics.values(), *tables])
        return f"define {self.result or 'void'} @{self.name}({params}) #0 {{\n{body}\n}}\n{declarations}\n"

    # -- instructions ---------------------------------------------------------------------------------------------

    def write(self, text: str, type: Type, pure: bool = True) -> Value:
        """Adds an instruction; one without effects that this block has already, is not written twice."""
        if pure:
            known = self._known.get(text)
            if known is not None:
                return known
        self._count += 1
        value = Value(self, f"%v{self._count}", type)
        self._lines.append(f"  {value.text} = {text}")
        if pure:
            self._known[text] = value
        return value

    def effect(self, text: str) -> None:
        """Adds an instruction that gives no value."""
        self._lines.append(f"  {text}")

    def note(self, text: str) -> None:
        """Adds a comment, for those who read the text."""
        self._lines.append(f"  ; {text}")

    def call(
        self, intrinsic: str, result: Type, *args: Value, overload: Sequence[Type] | None = None, flags: str = ""
    ) -> Value:
        """Calls an intrinsic that has no effects, named without its types: ``sqrt``, ``fma``."""
        types = [result] if overload is None else overload
        name = ".".join(["@llvm", intrinsic, *(type.suffix for type in types)])
        self._intrinsics[name] = f"declare {result} {name}({', '.join(str(value.type) for value in args)})"
        return self.write(f"call {flags}{result} {name}({', '.join(map(repr, args))})", result)

    def of_x86(self, name: str, *args: Value) -> Value:
        """Calls one of AVX-512's own intrinsics on whole vectors, all lanes of them."""
        type = args[0].type
        lanes = Type("i", type.lanes)
        symbol = f"@llvm.x86.avx512.{name}"
        given = [*args, self.constant(0, type), Value(self, "-1", lanes)]
        rounding = ", i32 4" if name.startswith("mask") else ""
        types = ", ".join(str(value.type) for value in given) + (", i32" if rounding else "")
        self._intrinsics[symbol] = f"declare {type} {symbol}({types})"
        return self.write(f"call {type} {symbol}({', '.join(map(repr, given))}{rounding})", type)

    def effectful(self, intrinsic: str, *args: Value | str) -> None:
        """Calls an intrinsic for its effect (``prefetch.p0``)."""
        given = ", ".join(map(repr, args))
        types = ", ".join(str(value.type) for value in args if isinstance(value, Value))
        self._intrinsics[f"@llvm.{intrinsic}"] = f"declare void @llvm.{intrinsic}({types})"
        self.effect(f"call void @llvm.{intrinsic}({given})")

    # -- constants and types --------------------------------------------------------------------------------------

    def constant(self, number: Any, type: Type) -> Value:
        """A number as a constant in every lane."""
        text = literal(number, type)
        if type.lanes > 1:
            text = f"splat ({type.lane} {text})"
        return Value(self, text, type)

    def numbered(self, type: Type) -> Value:
        """The lanes' own numbers, from 0."""
        lanes = ", ".join(f"{type.lane} {literal(lane, type)}" for lane in range(type.lanes))
        return Value(self, f"<{lanes}>", type)

    def lift(self, value: Any, type: Type) -> Value:
        """A number or scalar in the form of a type."""
        if not isinstance(value, Value):
            return self.constant(value, type)
        return self.spread(value, type.lanes) if value.type.lanes == 1 < type.lanes else value

    def spread(self, value: Value, lanes: int) -> Value:
        """A scalar in every lane of a vector."""
        type = value.type.wide(lanes)
        first = self.write(f"insertelement {type} poison, {value!r}, i64 0", type)
        return self.write(f"shufflevector {first!r}, {type} poison, <{lanes} x i32> zeroinitializer", type)

    def pair(self, first: Any, second: Any) -> tuple[Value, Value]:
        """Two operands in one form."""
        if not isinstance(first, Value):
            return self.constant(first, second.type), second
        second = self.lift(second, first.type)
        return self.lift(first, second.type), second

    # -- operators ------------------------------------------------------------------------------------------------

    def arithmetic(self, name: str, first: Any, second: Any) -> Value:
        """Addition and its kin, floats after IEEE 754 and integers wrapping."""
        first, second = self.pair(first, second)
        kind = first.type.kind
        if kind == "f":
            name = "f" + name
        elif name in ("div", "rem"):
            name = ("s" if kind == "i" else "u") + name
        return self.write(f"{name} {first!r}, {second.text}", first.type)

    def bitwise(self, name: str, first: Any, second: Any) -> Value:
        """Operations on the bits of integers and truth values."""
        first, second = self.pair(first, second)
        return self.write(f"{name} {first!r}, {second.text}", first.type)

    def compare(self, name: str, first: Any, second: Any) -> Value:
        """Comparison; with nan only ``ne`` holds."""
        first, second = self.pair(first, second)
        kind = first.type.kind
        if kind == "f":
            code = "fcmp " + ("une" if name == "ne" else "o" + name)
        elif name in ("eq", "ne"):
            code = f"icmp {name}"
        else:
            code = f"icmp {'s' if kind == 'i' else 'u'}{name}"
        return self.write(f"{code} {first!r}, {second.text}", first.type.of("b", 1))

    def where(self, condition: Value, yes: Any, no: Any) -> Value:
        """`yes` in the lanes where the condition holds, `no` in the others."""
        if not isinstance(yes, Value) and not isinstance(no, Value):
            raise TypeError("one branch has to say the type")
        yes, no = self.pair(yes, no)
        condition = self.lift(condition, condition.type.wide(yes.type.lanes))
        if yes.type.lanes < condition.type.lanes:
            yes, no = self.spread(yes, condition.type.lanes), self.spread(no, condition.type.lanes)
        return self.write(f"select {condition!r}, {yes!r}, {no!r}", yes.type)

    def fma(self, a: Any, b: Any, c: Any) -> Value:
        """``a * b + c``, rounded once where the processor can."""
        sample = next(value for value in (a, b, c) if isinstance(value, Value))
        for value in (a, b, c):
            if isinstance(value, Value) and value.type.lanes > sample.type.lanes:
                sample = value
        a, b, c = (self.lift(value, sample.type) for value in (a, b, c))
        if not self.fused:
            return a * b + c
        return self.call("fma", a.type, a, b, c)

    def convert(self, value: Value, type: Type) -> Value:
        """A number in another element type, as C converts it (a float outside the range gives any integer)."""
        old, new = value.type, type.wide(value.type.lanes)
        if old == new:
            return value
        if new.kind == "b":
            return value != 0
        if old.kind == "f" and new.kind == "f":
            code = "fpext" if new.bits > old.bits else "fptrunc"
        elif old.kind == "f":
            code = "fptosi" if new.kind == "i" else "fptoui"
        elif new.kind == "f":
            code = "sitofp" if old.kind == "i" else "uitofp"
        elif new.bits == old.bits:
            return Value(self, value.text, new)
        else:
            code = "trunc" if new.bits < old.bits else "sext" if old.kind == "i" else "zext"
        return self.write(f"{code} {value!r} to {new}", new)

    def cast(self, value: Value, type: Type) -> Value:
        """The same bits as another type."""
        return value if value.type == type else self.write(f"bitcast {value!r} to {type}", type)

    def shuffle(self, first: Value, second: Value, places: Sequence[int]) -> Value:
        """Lanes of two vectors, counted through both, in a new order."""
        type = first.type.wide(len(places))
        mask = ", ".join(f"i32 {place}" for place in places)
        return self.write(f"shufflevector {first!r}, {second!r}, <{len(places)} x i32> <{mask}>", type)

    def extract(self, vector: Value, lane: int) -> Value:
        """One lane of a vector."""
        if vector.type.lanes == 1:
            return vector
        return self.write(f"extractelement {vector!r}, i64 {lane}", vector.type.wide(1))

    def insert(self, vector: Value, lane: int, value: Value) -> Value:
        """A vector with another value in one lane."""
        return self.write(f"insertelement {vector!r}, {value!r}, i64 {lane}", vector.type)

    def poison(self, type: Type) -> Value:
        """A value of which nobody looks at anything."""
        return Value(self, "poison", type)

    def any_lane(self, condition: Value) -> Value:
        """Whether a condition holds in one lane at least."""
        lanes = condition.type.lanes
        if lanes == 1:
            return condition
        return self.cast(condition, Type("i", lanes)) != 0

    def lookup(self, index: Value, numbers: Sequence[float]) -> Value:
        """For every lane one of 16 float32 constants, by the lowest four bits of an integer.

        The constants lie in one register of AVX-512, or in two of AVX2; where an instruction takes lanes from anywhere
        in a register this costs as much as an addition.
        """
        type = index.type.of("f")
        if type.lanes == 16:
            return self._permuted("avx512.permvar.sf.512", index, numbers, type)
        if type.lanes == 8:
            halves = [self._permuted("avx2.permps", index, part, type) for part in (numbers[:8], numbers[8:])]
            return self.where((index & 8) != 0, halves[1], halves[0])
        table, places = self.table(numbers), (index & 15) * 8
        found = self.poison(type)
        for lane in range(type.lanes):
            place = self.extract(places, lane).to(I64)
            number = self.load(self.at(table, place), F64, 8).to(F32)
            if type.lanes == 1:
                return number
            found = self.insert(found, lane, number)
        return found

    def _permuted(self, name: str, index: Value, numbers: Sequence[float], type: Type) -> Value:
        symbol = f"@llvm.x86.{name}"
        lanes = ", ".join(f"float {literal(number, type)}" for number in numbers)
        self._intrinsics[symbol] = f"declare {type} {symbol}({type}, {index.type})"
        return self.write(f"call {type} {symbol}({type} <{lanes}>, {index!r})", type)

    def table(self, numbers: Sequence[float]) -> Value:
        """The address of float64 constants, eight bytes each."""
        text = ", ".join(f"double {literal(number, F64)}" for number in numbers)
        name = self._tables.setdefault(text, f"@{self.name}.table{len(self._tables)}")
        self._sizes[name] = len(numbers)
        return Value(self, name, POINTER)

    # -- memory ---------------------------------------------------------------------------------------------------

    def at(self, address: Value, offset: Any) -> Value:
        """An address some bytes on."""
        offset = self.lift(offset, I64)
        return self.write(f"getelementptr i8, {address!r}, {offset!r}", POINTER)

    def load(self, address: Value, type: Type, align: int = 1) -> Value:
        """A value from memory; `align` 0 for the type's own alignment."""
        return self.write(f"load {type}, {address!r}{f', align {align}' if align else ''}", type, pure=False)

    def store(self, value: Value, address: Value, align: int = 1, streaming: bool = False) -> None:
        """A value to memory; a streaming one past the caches."""
        tail = ", !nontemporal !0" if streaming else ""
        self.effect(f"store {value!r}, {address!r}{f', align {align}' if align else ''}{tail}")

    def load_where(self, mask: Value, address: Value, type: Type) -> Value:
        """A vector from memory, read only in the lanes where a condition holds; 0 in the others."""
        name = f"@llvm.masked.load.{type.suffix}.p0"
        self._intrinsics[name] = f"declare {type} {name}(ptr, i32 immarg, {mask.type}, {type})"
        given = f"{address!r}, i32 {type.bits // 8}, {mask!r}, {type} zeroinitializer"
        return self.write(f"call {type} {name}({given})", type, pure=False)

    def store_where(self, mask: Value, value: Value, address: Value) -> None:
        """A vector to memory, written only in the lanes where a condition holds."""
        type = value.type
        name = f"@llvm.masked.store.{type.suffix}.p0"
        self._intrinsics[name] = f"declare void {name}({type}, ptr, i32 immarg, {mask.type})"
        self.effect(f"call void {name}({value!r}, {address!r}, i32 {type.bits // 8}, {mask!r})")

    def gather(self, mask: Value, address: Value, places: Value, type: Type) -> Value:
        """A vector of elements at places of an array, read only in the lanes where a condition holds; 0 in others."""
        pointers = Type("p", 64, type.lanes)
        where = self.write(f"getelementptr {type.lane}, {address!r}, {places!r}", pointers)
        name = f"@llvm.masked.gather.{type.suffix}.v{type.lanes}p0"
        self._intrinsics[name] = f"declare {type} {name}({pointers}, i32 immarg, {mask.type}, {type})"
        given = f"{where!r}, i32 {type.bits // 8}, {mask!r}, {type} zeroinitializer"
        return self.write(f"call {type} {name}({given})", type, pure=False)

    def prefetch(self, address: Value) -> None:
        """Asks for the cache line at an address, which need not be anybody's."""
        self._intrinsics["prefetch"] = "declare void @llvm.prefetch.p0(ptr, i32, i32, i32)"
        self.effect(f"call void @llvm.prefetch.p0({address!r}, i32 0, i32 3, i32 1)")

    def reserve(self, type: Type, count: int = 1) -> Value:
        """The address of room in the stack frame."""
        self._count += 1
        name = f"%v{self._count}"
        self._frame.append(f"  {name} = alloca {type}, i64 {count}, align {max(type.bits * type.lanes // 8, 8)}")
        return Value(self, name, POINTER)

    def variable(self, value: Any, type: Type | None = None) -> Variable:
        """A variable with a value to begin with."""
        made = Variable(self, type or value.type)
        made.value = value
        return made

    # -- blocks ---------------------------------------------------------------------------------------------------

    def label(self, hint: str) -> str:
        """A new name for a block."""
        self._count += 1
        return f"{hint}{self._count}"

    def begin(self, label: str) -> None:
        """Starts a block; what other blocks computed is not taken for known."""
        self._lines.append(f"{label}:")
        self._known = {}

    def jump(self, label: str) -> None:
        """Ends a block."""
        self.effect(f"br label %{label}")

    def branch(self, condition: Value, yes: str, no: str) -> None:
        """Ends a block with a choice."""
        self.effect(f"br {condition!r}, label %{yes}, label %{no}")

    @contextmanager
    def loop(self, start: Any, stop: Any, step: Any = 1, name: str = "loop") -> Iterator[Value]:
        """A block run for every index from `start` to before `stop`."""
        index = self.variable(self.lift(start, I64))
        stop = self.lift(stop, I64)
        head, body, done = self.label(name), self.label("body"), self.label("done")
        self.jump(head)
        self.begin(head)
        here = index.value
        self.branch(here < stop, body, done)
        self.begin(body)
        yield here
        index.value = here + step
        self.jump(head)
        self.begin(done)

    @contextmanager
    def when(self, condition: Value, name: str = "then") -> Iterator[None]:
        """A block run if a condition holds."""
        body, done = self.label(name), self.label("done")
        self.branch(condition, body, done)
        self.begin(body)
        yield
        self.jump(done)
        self.begin(done)

    def finish(self, value: Value | None = None) -> None:
        """Returns."""
        self.effect("ret void" if value is None else f"ret {value!r}")


def literal(number: Any, type: Type) -> str:
    """A number as LLVM writes constants: floats by the bits of the double that equals them."""
    if type.kind == "b":
        return "true" if number else "false"
    if type.kind != "f":
        return str(int(number))
    if type.bits == 32:
        number = float32(number)
    elif type.bits == 16:
        number = struct.unpack("<e", struct.pack("<e", number))[0]
    bits = struct.unpack("<Q", struct.pack("<d", number))[0]
    return f"0x{bits:016X}" if type.bits != 16 else f"0xH{struct.unpack('<H', struct.pack('<e', number))[0]:04X}"


def float32(number: float) -> float:
    """The nearest float32, infinite where the number is too large for one."""
    try:
        found: float = struct.unpack("<f", struct.pack("<f", number))[0]
    except OverflowError:
        return math.copysign(math.inf, number)
    return found


def module(*functions: Function) -> str:
    """The text of a module of functions."""
    declared: dict[str, str] = {}
    bodies = []
    for function in functions:
        declared |= function._intrinsics
        function._intrinsics = {}
        bodies.append(function.text())
    # without "no-builtins" LLVM makes calls of memcpy from loops that copy, and a kernel has nobody to call
    tail = ('attributes #0 = { nounwind "no-builtins" }', "!0 = !{i32 1}", "")
    return "\n".join([*bodies, *declared.values(), *tail])
