"""What reductions keep while they run: an identity to begin with, a step for an element, a merge of two states."""

from __future__ import annotations

import math
from typing import NamedTuple, Protocol

from .functions.arithmetic import maximum, minimum
from .ir import I64, Function, Type, Value

State = tuple[Value, ...]


class Reducer(Protocol):
    """A reduction. A state is one value or several, of any number of lanes."""

    def types(self, value: Type) -> tuple[Type, ...]:
        """The types of its state for elements of a type."""
        ...

    def identity(self, function: Function, value: Type) -> State:
        """The state of no elements."""
        ...

    def step(self, state: State, value: Value, place: Value) -> State:
        """The state with one more element, which stands at a place (I64, of the first lane)."""
        ...

    def merge(self, first: State, second: State) -> State:
        """The state of two lots of elements."""
        ...


class Fold(NamedTuple):
    """A reduction whose state is of the elements' own type: ``add``, ``mul``, ``maximum``, ``minimum``, ``or``."""

    name: str

    def types(self, value: Type) -> tuple[Type, ...]:
        """One, that of the elements."""
        return (value,)

    def identity(self, function: Function, value: Type) -> State:
        """0, 1, or the end of the scale."""
        if self.name in ("add", "or"):
            start: float = -0.0 if self.name == "add" and value.kind == "f" else 0
        elif self.name in ("mul", "and"):
            start = 1 if self.name == "mul" else -1
        elif value.kind == "f":
            start = -math.inf if self.name == "maximum" else math.inf
        else:
            low, high = (
                (0, (1 << value.bits) - 1) if value.kind == "u" else (-(1 << value.bits - 1), (1 << value.bits - 1) - 1)
            )
            start = low if self.name == "maximum" else high
        return (function.constant(start, value),)

    def step(self, state: State, value: Value, place: Value) -> State:
        """Combines the element with the state."""
        return self.merge(state, (value,))

    def merge(self, first: State, second: State) -> State:
        """Combines two states."""
        a, b = first[0], second[0]
        if self.name == "add":
            return (a + b,)
        if self.name == "mul":
            return (a * b,)
        if self.name == "maximum":
            return (maximum(a, b),)
        if self.name == "minimum":
            return (minimum(a, b),)
        return (a | b,) if self.name == "or" else (a & b,)


class Place(NamedTuple):
    """Where the largest (or smallest) element is: the first of equal ones; a nan is larger than any number."""

    largest: bool

    def types(self, value: Type) -> tuple[Type, ...]:
        """The element, and its place in as many lanes."""
        return (value, I64.wide(value.lanes))

    def identity(self, function: Function, value: Type) -> State:
        """A place beyond every other."""
        start = Fold("maximum" if self.largest else "minimum").identity(function, value)[0]
        return (start, function.constant((1 << 62), I64.wide(value.lanes)))

    def step(self, state: State, value: Value, place: Value) -> State:
        """Takes the element if it beats the one there is."""
        return self.merge(state, (value, place))

    def merge(self, first: State, second: State) -> State:
        """The better of two; of equal ones the earlier."""
        (a, here), (b, there) = first, second
        better = b > a if self.largest else b < a
        same = b == a
        if a.type.kind == "f":
            better = better | ((b != b) & (a == a))
            same = same | ((b != b) & (a != a))
        better = better | (same & (there < here))
        where = a.function.where
        return (where(better, b, a), where(better, there, here))


def folded(fold: Fold, vector: Value) -> Value:
    """The lanes of a vector combined, its halves first."""
    function, lanes = vector.function, vector.type.lanes
    while lanes > 1:
        lanes //= 2
        if lanes == 1:
            low, high = function.extract(vector, 0), function.extract(vector, 1)
        else:
            low = function.shuffle(vector, vector, range(lanes))
            high = function.shuffle(vector, vector, range(lanes, 2 * lanes))
        vector = fold.merge((low,), (high,))[0]
    return vector
