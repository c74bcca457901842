"""Reductions of arrays: dimensions sorted into rows and columns, kernels run until one state is left."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import Any

import numpy as np

from ..._core.expression import Expression
from . import elementwise, kernels, memory
from .addresses import THREADS_FROM, address_of
from .host import Host
from .launch import NUMPY
from .reducers import Fold, Place, Reducer
from .reduction import COLUMN_BLOCK, ROW_BLOCK, TILE, lanes_for, write_columns, write_rows
from .threads import crew
from .typed import Node, Program, typed
from .unsupported import Unsupported

Array = np.ndarray[Any, Any]


class Reduction:
    """A reduction of what a program makes of each element.

    Args:
        expression: the program in the symbols `names`: ``x``, and where it has one ``y``, a value for every row or
            column.
        element: the dtype of them all.
        reducer: how they are combined.
        names: its symbols.
        uniform: for the reduction of columns, which of them are one number for a row.
    """

    def __init__(
        self, expression: Any, element: str, reducer: Reducer, names: tuple[str, ...] = ("x",),
        uniform: tuple[bool, ...] = (False, False),
    ) -> None:  # fmt: skip
        self.uniform = uniform
        inputs = {name: Node("input", _form(element), value=name) for name in names}
        node = typed(expression, inputs, _form(element))
        self.program = Program(dict.fromkeys(names, element), (), [(node, node.element)])
        self.reducer = reducer
        self.state = "bool" if node.element == "bool" else node.element
        if node.element == "bool":
            raise Unsupported("a reduction of truth values")
        self._addresses: dict[Any, int] = {}
        self._again: Reduction | None = None

    def __call__(self, array: Array, dims: tuple[int, ...], second: Array | None = None) -> list[Array]:
        """Reduces some dimensions.

        Args:
            array: the elements.
            dims: counted from the front, in order.
            second: for ``y``: an array of the shape of the result with the dimensions kept as 1.

        Returns:
            The states, arrays without the dimensions.
        """
        array = np.ascontiguousarray(array)
        shape = array.shape
        kept = tuple(size for dim, size in enumerate(shape) if dim not in dims)
        groups = _groups(shape, dims)
        apart = sum(reduced for reduced, _ in groups)
        if not apart or not array.size or (apart > 1 and second is not None):
            raise Unsupported("this form of a reduction")
        if apart > 1:  # the last group first, then the rest of what that leaves
            if not isinstance(self.reducer, Fold):
                raise Unsupported("places in dimensions that are apart")
            last = max(index for index, (reduced, _) in enumerate(groups) if reduced)
            flat = array.reshape([size for _, size in groups])
            found = self(flat, (last,))[0]
            again = tuple(index for index, (reduced, _) in enumerate(groups) if reduced and index != last)
            return [item.reshape(kept) for item in self._rest()(found, again)]
        if groups[-1][0]:
            states = self._rows(array, prod(size for reduced, size in groups if not reduced), groups[-1][1], second)
        else:
            place = next(index for index, (reduced, _) in enumerate(groups) if reduced)
            lots = prod(size for _, size in groups[:place])
            states = self._columns(array, lots, groups[place][1], groups[-1][1], second)
        return [item.reshape(kept) for item in states]

    def _rest(self) -> Reduction:
        """The same reduction of states."""
        if self._again is None:
            self._again = fold(self.reducer.name, self.state) if isinstance(self.reducer, Fold) else self
        return self._again

    def _rows(self, array: Array, rows: int, length: int, second: Array | None) -> list[Array]:
        blocks = -(-length // ROW_BLOCK)
        states = self._states(rows * blocks)
        words = [length, ROW_BLOCK, blocks, address_of(array), length * array.itemsize]
        if second is not None:
            words += (address_of(second), second.itemsize if second.size > 1 else 0)
        words += map(address_of, states)
        self._run("rows", write_rows, (False, True), words, rows * blocks, array.size)
        if blocks == 1:
            return states
        return self._merge([state.reshape(rows, blocks) for state in states], 1)

    def _columns(
        self, array: Array, lots: int, height: int, width: int, second: Array | None
    ) -> list[Array]:  # fmt: skip
        size = array.itemsize
        operands = [(array, width * size, height * width * size)]
        if second is not None:
            operands.append((second, 0, width * size))
        return self.down(operands, lots, height, width)

    def down(self, operands: Sequence[tuple[Array, int, int]], lots: int, height: int, width: int) -> list[Array]:
        """Reduces columns.

        Args:
            operands: arrays, with the bytes from row to row and from lot to lot.
            lots: how many times `height` rows are reduced to one.
            height, width: the rows of a lot, and their length.

        Returns:
            The states, arrays of ``lots * width`` elements.
        """
        lanes = lanes_for(self.program, kernels.host())
        tiles, blocks = -(-width // (TILE * lanes)), -(-height // COLUMN_BLOCK)
        states = self._states(lots * blocks * width)
        words = [height, width, COLUMN_BLOCK, blocks, tiles]
        for array, row_step, lot_step in operands:
            words += (address_of(array), row_step, lot_step)
        words += map(address_of, states)
        self._run("columns", write_columns, self.uniform, words, lots * blocks * tiles, lots * height * width)
        if blocks == 1:
            return states
        return self._merge([state.reshape(lots, blocks, width) for state in states], 1)

    def _merge(self, states: list[Array], dim: int) -> list[Array]:
        """The states of blocks made one."""
        if isinstance(self.reducer, Fold):
            return self._rest()(states[0], (dim,))
        if not isinstance(self.reducer, Place):
            raise Unsupported("states of several blocks")
        values, places = states
        find = np.argmax if self.reducer.largest else np.argmin
        best = np.expand_dims(find(values, dim), dim)
        return [np.take_along_axis(state, best, dim) for state in (values, places)]

    def _states(self, count: int) -> list[Array]:
        kinds = [NUMPY[self.state], NUMPY["int64"]]
        return [memory.empty((count,), kind) for kind in kinds[: 1 if isinstance(self.reducer, Fold) else 2]]

    def _run(
        self, form: str, write: Callable[..., str], uniform: Sequence[bool], words: list[int], units: int, size: int
    ) -> None:  # fmt: skip
        kernel = self._addresses.get(form)
        if kernel is None:

            def text(host: Host) -> str:
                return write(self.program, self.reducer, uniform[: len(self.program.inputs)], host)

            loaded = kernels.load(f"{form} {self.reducer!r} {uniform}\n{self.program}", text)
            kernel = self._addresses[form] = loaded.address["kernel"]
        packed = elementwise.pack(words, ())
        if size >= THREADS_FROM and crew.wanted > 1:
            crew.run(kernel, packed, units)
        else:
            crew.run_alone(kernel, packed, units)


def _form(element: str) -> str:
    return "float32" if element in ("float16", "bfloat16") else element


def _groups(shape: Sequence[int], dims: Sequence[int]) -> list[tuple[bool, int]]:
    """Whether dimensions are reduced and their sizes, neighbours of one sort joined, those of size 1 left out."""
    groups: list[tuple[bool, int]] = []
    for dim, size in enumerate(shape):
        if size == 1:
            continue
        if groups and groups[-1][0] == (dim in dims):
            groups[-1] = (groups[-1][0], groups[-1][1] * size)
        else:
            groups.append((dim in dims, size))
    return groups


_folds: dict[tuple[str, str], Reduction] = {}


def fold(name: str, element: str) -> Reduction:
    """The reduction of elements by ``add``, ``mul``, ``maximum`` or ``minimum``."""
    found = _folds.get((name, element))
    if found is None:
        symbol = Expression.symbol("x")
        found = _folds[name, element] = Reduction(symbol, element, Fold(name))
    return found
