"""Reductions of arrays: dimensions sorted into rows and columns, kernels run until one state is left."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from math import prod
from struct import Struct
from typing import Any, NamedTuple

import numpy as np

from ..._core.expression import Expression
from . import copying, elementwise, kernels, memory
from .addresses import THREADS_FROM, address_of
from .host import Host
from .launch import NUMPY
from .reducers import Fold, Place, Reducer
from .reduction import COLUMN_BLOCK, ROW_BLOCK, TILE, lanes_for, write_columns, write_rows
from .threads import crew
from .typed import Node, Program, convert, typed
from .unsupported import Unsupported

Array = np.ndarray[Any, Any]

UFUNCS: dict[str, Any] = {"add": np.add, "mul": np.multiply, "maximum": np.maximum, "minimum": np.minimum}

MERGED_BY_NUMPY = 1 << 12
"""States of blocks of rows up to which NumPy makes them one: 512 of them in 1 µs, where a second kernel takes 7."""

SHORT = 8
"""Length of rows below which they are turned into columns first, for a row ends in an effort of its own (the places of
the largest of a million rows of three: 20 ms)."""

MOST_WAYS = 256
"""Shapes that a reduction remembers."""


class _Plan(NamedTuple):
    """How a shape is reduced: as `lots` of `height` x `width`, along the height (along rows if the width is 1).

    Attributes:
        kept: the result's shape.
        apart: the sizes of groups of dimensions where several of them are reduced, and which of them; else None.
    """

    lots: int
    height: int
    width: int
    kept: tuple[int, ...]
    apart: tuple[tuple[int, ...], tuple[int, ...]] | None


class _Rows(NamedTuple):
    """How an array of some shape is reduced along whole rows in one run.

    Attributes:
        length, blocks: of a row, and the blocks it makes.
        bytes: from row to row.
        units: blocks of all rows.
        shared: whether there is enough to do for several threads.
        shape: the result's.
    """

    length: int
    blocks: int
    bytes: int
    units: int
    shared: bool
    shape: tuple[int, ...]


_pack = Struct("6q").pack
_empty = np.empty


class Reduction:
    """A reduction of what a program makes of each element.

    Args:
        expression: the program in the symbols `names`: ``x``, and where it has one ``y``, a value for every row or
            column.
        element: the dtype of them all in memory.
        reducer: how they are combined.
        names: its symbols.
        uniform: for the reduction of columns, which of them are one number for a row.
        carried: the dtype that they are combined in, None for that of what the program gives.
    """

    def __init__(
        self, expression: Any, element: str, reducer: Reducer, names: tuple[str, ...] = ("x",),
        uniform: tuple[bool, ...] = (False, False), carried: str | None = None,
    ) -> None:  # fmt: skip
        self.uniform = uniform
        inputs = {name: Node("input", _form(element), value=name) for name in names}
        node = typed(expression, inputs, _form(element))
        if carried is not None:
            node = convert(node, carried)
        self.program = Program(dict.fromkeys(names, element), (), [(node, node.element)])
        self.reducer = reducer
        self.state = node.element
        if node.element == "bool":
            raise Unsupported("a reduction of truth values")
        self._addresses: dict[Any, int] = {}
        self._again: Reduction | None = None
        self._ways: dict[Any, _Rows | None] = {}
        self._kind = NUMPY[self.state]
        self._merger: Any = UFUNCS[reducer.name].reduce if isinstance(reducer, Fold) else None

    def fold(self, array: Array, axis: Any, keepdim: bool) -> Array:
        """Reduces to one state, in as few steps as there can be.

        What a sum of 16 MB leaves in the caches is not Python, whose every line is fetched again: 4M take 139 µs
        through `__call__`, the kernel alone 108.

        Args:
            array: the elements.
            axis: one, a tuple of several, or None for all.
            keepdim: whether reduced dimensions stay with size 1.
        """
        key = (array.shape, axis, keepdim)
        try:
            way = self._ways[key]
        except KeyError:
            way = self._ways[key] = self._way(array, axis, keepdim)
        if way is None or not array.flags.c_contiguous:
            dims = dims_of(axis, array.ndim)
            found = self(array, dims)[0]
            return found.reshape(_kept(array.shape, dims)) if keepdim else found
        length, blocks, step, units, shared, shape = way
        states = _empty(units, self._kind) if units <= MERGED_BY_NUMPY else memory.empty((units,), self._kind)
        words = _pack(length, ROW_BLOCK, blocks, address_of(array), step, address_of(states))
        run = crew.run if shared and crew.wanted > 1 else crew.run_alone
        run(self._addresses["rows"], words, units)
        if blocks == 1:
            return states.reshape(shape)
        if units == blocks:
            return self._merger(states).reshape(shape) if shape else self._merger(states)
        return self._merger(states.reshape(-1, blocks), 1).reshape(shape)

    def _way(self, array: Array, axis: Any, keepdim: bool) -> _Rows | None:
        """How `fold` reduces such arrays, None for those that take more."""
        if len(self._ways) >= MOST_WAYS:
            self._ways.clear()
        dims = dims_of(axis, array.ndim)
        lots, height, width, kept, apart = _plan(array.shape, dims)
        blocks = -(-height // ROW_BLOCK)
        if (
            apart is not None
            or width != 1
            or height < SHORT <= lots
            or (blocks > 1 and lots * blocks > MERGED_BY_NUMPY)
        ):
            return None
        self._load("rows", write_rows, (False, True))
        shape = _kept(array.shape, dims) if keepdim else kept
        return _Rows(height, blocks, height * array.itemsize, lots * blocks, array.size >= THREADS_FROM, shape)

    def __call__(self, array: Array, dims: tuple[int, ...], second: Array | None = None) -> list[Array]:
        """Reduces some dimensions.

        Args:
            array: the elements.
            dims: counted from the front, in order.
            second: for ``y``: an array of the shape of the result with the dimensions kept as 1.

        Returns:
            The states, arrays without the dimensions.
        """
        if not array.flags.c_contiguous:
            turned = None if second is not None else self._turned(array, dims)
            if turned is not None:
                return turned
            array = np.ascontiguousarray(array)
        lots, height, width, kept, apart = _plan(array.shape, dims)
        if apart is not None:
            if second is not None:
                raise Unsupported("this form of a reduction")
            return [item.reshape(kept) for item in self._apart(array, *apart)]
        if width == 1 and height < SHORT <= lots:
            array, lots, width = _turned(array.reshape(lots, height)), 1, lots
        if width == 1:
            states = self._rows(array, lots, height, second)
        else:
            states = self._columns(array, lots, height, width, second)
        return [item.reshape(kept) for item in states]

    def _turned(self, array: Array, dims: tuple[int, ...]) -> list[Array] | None:
        """The reduction of an array that lies in another order than that of its dimensions; None if it has gaps."""
        order = sorted(range(array.ndim), key=lambda dim: -array.strides[dim])
        straight = array.transpose(order)
        if not straight.flags.c_contiguous or not isinstance(self.reducer, Fold):
            return None
        found = self(straight, tuple(place for place, dim in enumerate(order) if dim in dims))
        kept = [dim for dim in order if dim not in dims]
        return [item.transpose(np.argsort(kept)) for item in found] if kept else found

    def _apart(self, array: Array, sizes: tuple[int, ...], places: tuple[int, ...]) -> list[Array]:
        """The reduction of dimensions with others between them: the last group first, then those of what is left."""
        if not isinstance(self.reducer, Fold):
            raise Unsupported("places in dimensions that are apart")
        found = self(array.reshape(sizes), places[-1:])[0]
        return self._rest()(found, places[:-1])

    def _rest(self) -> Reduction:
        """The same reduction of states; counts go on in 64 bits."""
        if self._again is None:
            assert isinstance(self.reducer, Fold)
            wide = "int64" if self.reducer.name == "add" and self.state == "int32" else None
            self._again = fold(self.reducer.name, self.state, wide)
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
        return self._merge([state.reshape(rows, blocks) for state in states])

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
        return self._merge([state.reshape(lots, blocks, width) for state in states])

    def _merge(self, states: list[Array]) -> list[Array]:
        """The states of blocks made one."""
        first = states[0]
        if isinstance(self.reducer, Fold):
            if first.ndim == 2 and first.size <= MERGED_BY_NUMPY:
                return [UFUNCS[self.reducer.name].reduce(first, 1)]
            return self._rest()(first, (1,))
        if not isinstance(self.reducer, Place):
            raise Unsupported("states of several blocks")
        values, places = states
        find = np.argmax if self.reducer.largest else np.argmin
        best = np.expand_dims(find(values, 1), 1)
        return [np.take_along_axis(state, best, 1) for state in (values, places)]

    def _states(self, count: int) -> list[Array]:
        first = memory.empty((count,), NUMPY[self.state])
        return [first] if isinstance(self.reducer, Fold) else [first, memory.empty((count,), NUMPY["int64"])]

    def _run(
        self, form: str, write: Callable[..., str], uniform: Sequence[bool], words: list[int], units: int, size: int
    ) -> None:  # fmt: skip
        kernel = self._addresses.get(form) or self._load(form, write, uniform)
        packed = elementwise.pack(words, ())
        crew.share(kernel, packed, units, size)

    def _load(self, form: str, write: Callable[..., str], uniform: Sequence[bool]) -> int:
        """The address of one of its kernels."""

        def text(host: Host) -> str:
            return write(self.program, self.reducer, uniform[: len(self.program.inputs)], host)

        loaded = kernels.load(f"{form} {self.reducer!r} {uniform}\n{self.program}", text)
        self._addresses[form] = loaded.address["kernel"]
        return self._addresses[form]


def _turned(rows: Array) -> Array:
    """A matrix with rows and columns changed."""
    found: Array = memory.empty(rows.shape[::-1], rows.dtype)
    copying.into(rows.T, found)
    return found


def dims_of(axis: Any, ndim: int) -> tuple[int, ...]:
    """An axis, several or all (None) as dimensions in order."""
    if axis is None:
        return tuple(range(ndim))
    dims = (axis,) if isinstance(axis, int) else tuple(axis)
    if not all(-ndim <= dim < ndim for dim in dims) or len({dim % ndim for dim in dims}) < len(dims):
        raise Unsupported("dimensions that are not there, or named twice")
    return tuple(sorted(dim % ndim for dim in dims))


def _kept(shape: tuple[int, ...], dims: tuple[int, ...]) -> tuple[int, ...]:
    """A shape whose reduced dimensions stay with size 1."""
    return tuple(1 if dim in dims else size for dim, size in enumerate(shape))


def _form(element: str) -> str:
    return "float32" if element in ("float16", "bfloat16") else element


@lru_cache(maxsize=1024)
def _plan(shape: tuple[int, ...], dims: tuple[int, ...]) -> _Plan:
    """How to reduce some dimensions of an array of a shape."""
    kept = tuple(size for dim, size in enumerate(shape) if dim not in dims)
    groups = _groups(shape, dims)
    places = tuple(index for index, (reduced, _) in enumerate(groups) if reduced)
    sizes = tuple(size for _, size in groups)
    if not places or not prod(sizes):
        raise Unsupported("nothing to reduce")
    if len(places) > 1:
        return _Plan(0, 0, 0, kept, (sizes, places))
    place = places[0]
    return _Plan(prod(sizes[:place]), sizes[place], prod(sizes[place + 1 :]), kept, None)


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


_folds: dict[tuple[str, str, str | None], Reduction] = {}


def fold(name: str, element: str, carried: str | None = None) -> Reduction:
    """The reduction of elements by ``add``, ``mul``, ``maximum`` or ``minimum``, in their own dtype or another."""
    found = _folds.get((name, element, carried))
    if found is None:
        symbol = Expression.symbol("x")
        found = _folds[name, element, carried] = Reduction(symbol, element, Fold(name), carried=carried)
    return found
