"""The loops of attention: a few rows of queries at a time, their scores, weights and sums of values.

A unit of work is one head of one batch. Its keys are turned, so that the scores of neighbouring keys are neighbours;
then every product here is of one kind: a number of each row with a vector that all rows share, `ROWS` rows by two
vectors in registers. The weights of `ROWS` rows exist at a time. Backward computes them again, and adds what the rows
give to the gradients of keys and values while it has their weights.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from ..._core.expression import Expression
from .bands import Square, Writer
from .elementwise import compute
from .host import Host
from .ir import I64, POINTER, Value, Variable, module
from .reducers import Fold, folded
from .typed import Node, Program, typed

ROWS = 4
"""Rows of queries at a time."""

FIELDS = (
    "query", "query_batch", "query_head", "query_group", "query_row", "key", "key_batch", "key_head", "key_row",
    "value", "value_batch", "value_head", "value_row", "g", "output", "peaks", "totals", "sums", "inner", "dquery",
    "dkey", "dvalue", "heads", "group", "queries", "keys", "width", "value_width", "causal", "pitch", "scale",
    "scratch", "slots", "slot_size", "header",
)  # fmt: skip
"""Words: addresses, and steps in bytes. What is written, and what `forward` has written, lies row after row, head after
head. `pitch` is a row of scores in bytes, and `scale` the address of the factor of scores."""

POWER = Expression.call("softmax_exp", (Expression.symbol("x"),))


def write_forward(element: str, host: Host) -> str:
    """The module of the kernel that writes the output, and the largest score and the sum of weights of each row."""
    writer = _Attention(element, host)
    function, word, size = writer.function, writer.word, writer.size
    with writer.units() as packed:
        weights = function.at(packed, word("width") * word("pitch"))
        writer.turn("key", packed, word("width"))
        with writer.rows() as (rows, ends, last):
            with writer.scores("query", rows, packed, word("width"), last) as (column, scores):
                for index, (end, pair) in enumerate(zip(ends, scores, strict=True)):
                    for place, score in enumerate(pair):
                        here = column + place * writer.lanes
                        known = function.where(writer.before(here, end), score * writer.scale(), float("-inf"))
                        writer.keep(known, weights, index, here)
            totals, peaks = writer.weigh(weights, last)
            sources = [function.at(weights, word("pitch") * row) for row in range(ROWS)]
            values = writer.source("value")
            with writer.columns(word("value_width")) as (column, masks):
                shared = function.at(values, column * size)
                sums = writer.products(sources, shared, word("value_row"), last, masks)
                for row, total, held in zip(rows, totals, sums, strict=True):
                    writer.put("output", row, column, [part.value / total.value for part in held], masks)
            for row, total, peak in zip(rows, totals, peaks, strict=True):
                writer.put_number("totals", row, total.value)
                writer.put_number("peaks", row, peak.value)
    function.finish()
    return module(function)


def write_backward(element: str, host: Host) -> str:
    """The module of the kernel that writes the gradients of queries, and adds those of keys and values up."""
    writer = _Attention(element, host)
    function, word, size = writer.function, writer.word, writer.size
    with writer.units() as packed:
        turned_values = function.at(packed, word("width") * word("pitch"))
        weights = function.at(turned_values, word("value_width") * word("pitch"))
        slopes = function.at(weights, ROWS * word("pitch"))
        writer.turn("key", packed, word("width"))
        writer.turn("value", turned_values, word("value_width"))
        with writer.rows(once=True) as (rows, ends, last):
            writer.weigh_again(rows, ends, last, packed, weights)
            writer.slope(rows, ends, last, turned_values, weights, slopes)
            sources = [function.at(slopes, word("pitch") * row) for row in range(ROWS)]
            keys = writer.source("key")
            with writer.columns(word("width")) as (column, masks):
                sums = writer.products(sources, function.at(keys, column * size), word("key_row"), last, masks)
                for row, pair in list(zip(rows, sums, strict=True))[::-1]:  # a row that is there again comes first
                    writer.put("dquery", row, column, [held.value * writer.scale() for held in pair], masks)
            writer.add_up("dvalue", weights, "g", rows, word("value_width"), last)
            writer.add_up("dkey", slopes, "query", rows, word("width"), last, scaled=True)
    function.finish()
    return module(function)


class _Attention(Writer):
    """The parts of the kernels."""

    unit: Value
    batch: Value
    head: Value
    of_group: Value

    def __init__(self, element: str, host: Host) -> None:
        super().__init__(element, 1, FIELDS, host)
        self.element = element
        self.step = 2 * self.lanes
        self.square = Square(self)

    @contextmanager
    def units(self) -> Iterator[Value]:
        """The heads that a call is to do, with room of its own."""
        function = self.function
        with self.slot() as packed:
            with function.loop(function.params["begin"], function.params["end"], name="unit") as self.unit:
                rest, self.of_group = self.split(self.unit, self.word("group"))
                self.batch, self.head = self.split(rest, self.word("heads"))
                yield packed

    @contextmanager
    def rows(self, once: bool = False) -> Iterator[tuple[list[Value], list[Value], Value]]:
        """Rows of queries, where the keys that each attends to end, and where those of all of them do.

        The last rows may be one row several times; with `once` it attends to nothing but the first time.
        """
        function, word = self.function, self.word
        with function.loop(0, word("queries"), ROWS, name="rows") as first:
            rows = [self.smaller(first + row, word("queries") - 1) for row in range(ROWS)]
            seen = [
                function.where(word("causal") != 0, self.smaller(row + 1, word("keys")), word("keys")) for row in rows
            ]
            last = seen[-1]
            if once:
                seen = [function.where(first + row < word("queries"), end, 0) for row, end in enumerate(seen)]
            yield rows, seen, last

    @contextmanager
    def columns(self, count: Value) -> Iterator[tuple[Value, list[Value]]]:
        """Two vectors of a row at a time, and which of their lanes there are."""
        with self.function.loop(0, count, self.step, name="columns") as column:
            yield column, [self.before(column + place * self.lanes, count) for place in range(2)]

    def before(self, place: Value, end: Value) -> Value:
        """Which lanes of a vector that begins at a place come before an end."""
        return self.function.numbered(I64.wide(self.lanes)) < end - place

    def source(self, name: str) -> Value:
        """Where the unit's keys or values begin."""
        word = self.word
        return self.function.at(
            word(name, POINTER), self.batch * word(f"{name}_batch") + self.head * word(f"{name}_head")
        )

    def row(self, name: str, row: Value) -> Value:
        """Where a row of the queries or of the output's gradient begins."""
        word = self.word
        if name == "g":
            return self.function.at(word("g", POINTER), self.number(row) * (word("value_width") * self.size))
        steps = self.batch * word("query_batch") + self.head * word("query_head") + self.of_group * word("query_group")
        return self.function.at(word("query", POINTER), steps + row * word("query_row"))

    def number(self, row: Value) -> Value:
        """The number of a row among those of all units."""
        return self.unit * self.word("queries") + row

    def scale(self) -> Value:
        """The factor of scores, in every lane."""
        return self.function.spread(self.function.load(self.word("scale", POINTER), self.form), self.lanes)

    def turn(self, name: str, target: Value, width: Value) -> None:
        """Copies keys or values so that one element of all of them is a row; there are zeros after the last."""
        function, word, lanes, size = self.function, self.word, self.lanes, self.size
        source, pitch = self.source(name), word("pitch")
        with (
            function.loop(0, pitch // size, lanes, name="turned") as first,
            function.loop(0, width, lanes, name="elements") as place,
        ):
            mask = self.before(place, width)
            with function.loop(0, lanes, name="lane") as lane:
                row = first + lane
                here = function.at(source, row * word(f"{name}_row") + place * size)
                there = mask & self.spread(row < word("keys"))
                function.store(function.load_where(there, here, self.wide), self.square.line(lane), size)
            columns = self.square.turn()
            with function.loop(0, self.smaller(width - place, function.lift(lanes, I64)), name="column") as lane:
                column = function.load(function.at(columns, lane * (lanes * size)), self.wide, size)
                function.store(column, function.at(target, (place + lane) * pitch + first * size), size)

    def products(
        self, sources: Sequence[Value], shared: Value, step: Value, count: Value, masks: Sequence[Value] | None
    ) -> list[list[Variable]]:
        """Sums over `count` turns of a number of each source with two vectors of what they share."""
        function = self.function
        sums = [[function.variable(0, self.wide) for _ in range(2)] for _ in sources]
        with function.loop(0, count, name="turn") as turn:
            line = function.at(shared, turn * step)
            vectors = []
            for place in range(2):
                here = function.at(line, place * self.lanes * self.size)
                vectors.append(
                    function.load(here, self.wide, self.size) if masks is None
                    else function.load_where(masks[place], here, self.wide)
                )  # fmt: skip
            for source, pair in zip(sources, sums, strict=True):
                number = function.load(function.at(source, turn * self.size), self.form, self.size)
                for vector, held in zip(vectors, pair, strict=True):
                    held.value = function.fma(function.spread(number, self.lanes), vector, held.value)
        return sums

    @contextmanager
    def scores(
        self, name: str, rows: Sequence[Value], turned: Value, width: Value, last: Value
    ) -> Iterator[tuple[Value, list[list[Value]]]]:
        """Products of rows with all keys or values, two vectors of them at a time."""
        sources = [self.row(name, row) for row in rows]
        with self.function.loop(0, last, self.step, name="scores") as column:
            shared = self.function.at(turned, column * self.size)
            sums = self.products(sources, shared, self.word("pitch"), width, None)
            yield column, [[held.value for held in pair] for pair in sums]

    def keep(self, vector: Value, table: Value, row: int, column: Value) -> None:
        """Writes a vector of a row of scores."""
        place = self.function.at(table, self.word("pitch") * row + column * self.size)
        self.function.store(vector, place, self.size)

    def kept(self, table: Value, row: int, column: Value) -> Value:
        """A vector of a row of scores."""
        place = self.function.at(table, self.word("pitch") * row + column * self.size)
        return self.function.load(place, self.wide, self.size)

    def power(self, exponent: Value) -> Value:
        """The exponential of a vector of numbers that are not above 0."""
        program = Program({"x": self.element}, (), [(typed(POWER, {"x": Node("input", self.element, value="x")},
                                                           self.element), self.element)])  # fmt: skip
        return compute(self.function, program, {"x": exponent}, self.lanes, raw=True)[0]

    def weigh(self, table: Value, last: Value) -> tuple[list[Variable], list[Variable]]:
        """Turns scores into weights that do not add up to 1 yet; gives their sums and the largest scores."""
        function = self.function
        totals, peaks = [], []
        for row in range(ROWS):
            held = function.variable(float("-inf"), self.wide)
            with function.loop(0, last, self.lanes, name="peak") as column:
                held.value = Fold("maximum").merge((held.value,), (self.kept(table, row, column),))[0]
            peak = function.variable(self.spread(folded(Fold("maximum"), held.value)))
            total = function.variable(0, self.wide)
            with function.loop(0, last, self.lanes, name="weight") as column:
                weight = self.power(self.kept(table, row, column) - peak.value)
                self.keep(weight, table, row, column)
                total.value = total.value + weight
            totals.append(function.variable(self.spread(folded(Fold("add"), total.value))))
            peaks.append(peak)
        return totals, peaks

    def weigh_again(
        self, rows: Sequence[Value], ends: Sequence[Value], last: Value, turned: Value, table: Value
    ) -> None:
        """The weights of rows whose logarithms of sums are known."""
        function = self.function
        with self.scores("query", rows, turned, self.word("width"), last) as (column, scores):
            for index, (row, end, pair) in enumerate(zip(rows, ends, scores, strict=True)):
                sums = self.spread(self.take_number("sums", row))
                for place, score in enumerate(pair):
                    here = column + place * self.lanes
                    weight = self.power(score * self.scale() - sums)
                    self.keep(function.where(self.before(here, end), weight, 0), table, index, here)

    def slope(
        self, rows: Sequence[Value], ends: Sequence[Value], last: Value, turned: Value, weights: Value, table: Value
    ) -> None:
        """The gradients of scores, but for their factor."""
        function = self.function
        with self.scores("g", rows, turned, self.word("value_width"), last) as (column, scores):
            for index, (row, end, pair) in enumerate(zip(rows, ends, scores, strict=True)):
                inner = self.spread(self.take_number("inner", row))
                for place, score in enumerate(pair):
                    here = column + place * self.lanes
                    slope = (score - inner) * self.kept(weights, index, here)
                    self.keep(function.where(self.before(here, end), slope, 0), table, index, here)

    def add_up(
        self, target: str, table: Value, name: str, rows: Sequence[Value], width: Value, last: Value,
        scaled: bool = False,
    ) -> None:  # fmt: skip
        """Adds rows of queries or gradients to those of all keys, each with its weight."""
        function, word, size = self.function, self.word, self.size
        sources = [self.row(name, row) for row in rows]
        start = function.at(word(target, POINTER), self.unit * word("keys") * (width * size))
        with function.loop(0, width, self.lanes, name="columns") as column:
            mask = self.before(column, width)
            vectors = []
            for source in sources:
                vector = function.load_where(mask, function.at(source, column * size), self.wide)
                vectors.append(function.variable(vector * self.scale() if scaled else vector))
            with function.loop(0, last, name="key") as key:
                place = function.at(start, (key * width + column) * size)
                found = function.load_where(mask, place, self.wide)
                for row, held in enumerate(vectors):
                    weight = function.load(function.at(table, word("pitch") * row + key * size), self.form, size)
                    found = function.fma(function.spread(weight, self.lanes), held.value, found)
                function.store_where(mask, found, place)

    def put(self, name: str, row: Value, column: Value, vectors: Sequence[Value], masks: Sequence[Value]) -> None:
        """Writes two vectors of a row of a result."""
        width = self.word("value_width" if name == "output" else "width")
        start = self.function.at(self.word(name, POINTER), (self.number(row) * width + column) * self.size)
        for place, (vector, mask) in enumerate(zip(vectors, masks, strict=True)):
            self.function.store_where(mask, vector, self.function.at(start, place * self.lanes * self.size))

    def put_number(self, name: str, row: Value, vector: Value) -> None:
        """Writes a number of a row, which is in every lane."""
        place = self.function.at(self.word(name, POINTER), self.number(row) * self.size)
        self.function.store(self.function.extract(vector, 0), place, self.size)

    def take_number(self, name: str, row: Value) -> Value:
        """A number of a row."""
        place = self.function.at(self.word(name, POINTER), self.number(row) * self.size)
        return self.function.load(place, self.form, self.size)

    def spread(self, number: Value) -> Value:
        """A number in every lane."""
        return self.function.spread(number, self.lanes)
