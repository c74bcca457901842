"""Elementwise programs on arrays: the kernel for their layout, room for the result, and the threads."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import numpy as np

from ..._core.dtypes import bfloat16
from . import elementwise, kernels, memory
from .addresses import THREADS_FROM, address_of
from .host import Host
from .layout import CONTIGUOUS, UNIFORM, order_of, plan
from .threads import crew
from .transposing import contiguous
from .typed import Program
from .unsupported import Unsupported

Array = np.ndarray[Any, Any]

BLOCK = 1 << 14
"""Elements of a unit of work, 64 KB of float32: small enough for threads to share evenly, and for the first cache."""

STREAM_FROM = 1 << 24
"""Bytes from which results go past the caches: two thirds of the traffic of ``x + 1``, but the next operator has to
fetch them again."""

NUMPY = {name: np.dtype(name) for name in (
    "float32", "float64", "float16", "int8", "int16", "int32", "int64", "uint8", "uint64", "bool",
)} | {"bfloat16": bfloat16.numpy}  # fmt: skip


def straightened(arrays: Sequence[Array], shape: tuple[int, ...]) -> list[Array]:
    """Arrays of which one lies in the order of the dimensions, with large ones in another order copied to that."""
    if not any(array.shape == shape and array.flags.c_contiguous for array in arrays):
        return list(arrays)
    found = []
    for array in arrays:
        if array.size >= THREADS_FROM and not array.flags.c_contiguous:
            with suppress(Unsupported):
                array = contiguous(array)
        found.append(array)
    return found


def _streams(result: Array, inner: int) -> bool:
    """Whether a result may go past the caches: all its rows have to begin where a vector may be written.

    With that ``x + row`` of 4096x1024 takes 0.65 ms instead of 1.7. What is read as well is in the caches anyway.
    """
    return (
        result.nbytes >= STREAM_FROM
        and result.flags.c_contiguous
        and not (inner * result.itemsize) % memory.ALIGNMENT
        and not address_of(result) % memory.ALIGNMENT
    )


class Elementwise:
    """A program, and the kernels for the layouts it has met.

    Args:
        program: what happens to one element.
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        self.text = str(program)
        self.elements = [NUMPY[element] for _, element in program.outputs]
        self._kernels: dict[Any, int] = {}

    def __call__(self, arrays: Sequence[Array], numbers: Sequence[float] = ()) -> list[Array]:
        """Runs the program.

        Args:
            arrays: its inputs, of its dtypes, of shapes that broadcast.
            numbers: its numbers.

        Returns:
            The results, fresh arrays.
        """
        first = arrays[0]
        shape = first.shape
        classes = ""
        for array in arrays:
            if array.shape == shape and array.flags.c_contiguous:
                classes += CONTIGUOUS
            elif array.size == 1 and array.ndim <= first.ndim:
                classes += UNIFORM
            else:
                return self._run_any(arrays, numbers)
        results = [memory.empty(shape, element) for element in self.elements]
        size = first.size
        streaming = size * results[0].itemsize >= STREAM_FROM
        kernel = self._kernel(classes + CONTIGUOUS * len(results), 0, streaming)
        given: list[Any] = [size, BLOCK, -(-size // BLOCK) or 1]
        for array in (*arrays, *results):
            given += (address_of(array), 0)
        self._start(kernel, elementwise.pack(given, numbers), given[2], size)
        return results

    def _run_any(self, arrays: Sequence[Array], numbers: Sequence[float]) -> list[Array]:
        """The same for arrays that are broadcast or not contiguous."""
        try:
            shape = np.broadcast_shapes(*[array.shape for array in arrays])
        except ValueError:
            raise Unsupported("shapes that do not broadcast") from None  # NumPy's way has torch's error for it
        if len(arrays) > 1:
            arrays = straightened(arrays, shape)
        order = order_of(shape, arrays)
        results = [memory.empty_ordered(shape, order, element) for element in self.elements]
        self.into(arrays, results, numbers, order)
        return results

    def into(
        self, arrays: Sequence[Array], results: Sequence[Array], numbers: Sequence[float] = (), order: Any = None
    ) -> None:
        """Runs the program on arrays and writes into others, which may be the same but must not overlap otherwise."""
        shape = results[0].shape
        if not results[0].size:
            return
        operands = (*arrays, *results)
        layout = plan(shape, operands, order if order is not None else order_of(shape, [*results, *arrays]))
        addresses = [address_of(array) for array in operands]
        streaming = len(set(addresses)) == len(addresses) and all(_streams(array, layout.inner) for array in results)
        kernel = self._kernel(layout.classes, len(layout.outer), streaming)
        words, units = elementwise.words(layout, addresses, BLOCK, numbers)
        self._start(kernel, words, units, results[0].size)

    def over(self, arrays: Sequence[Array], results: Sequence[Array], numbers: Sequence[float] = ()) -> None:
        """`into` for arrays that are contiguous and of one size, which takes 5 us less."""
        size = results[0].size
        addresses = [address_of(array) for array in (*arrays, *results)]
        streaming = len(set(addresses)) == len(addresses) and all(_streams(array, size) for array in results)
        kernel = self._kernel(CONTIGUOUS * len(addresses), 0, streaming)
        given: list[Any] = [size, BLOCK, -(-size // BLOCK) or 1]
        for address in addresses:
            given += (address, 0)
        self._start(kernel, elementwise.pack(given, numbers), given[2], size)

    def _start(self, kernel: int, words: bytes, units: int, size: int) -> None:
        if size >= THREADS_FROM and crew.wanted > 1:
            crew.run(kernel, words, units)
        else:
            crew.run_alone(kernel, words, units)

    def _kernel(self, classes: str, outer: int, streaming: bool) -> int:
        key = (classes, outer, streaming)
        found = self._kernels.get(key)
        if found is None:

            def write(host: Host) -> str:
                return elementwise.write_kernel(self.program, classes, outer, host, streaming)

            text = f"elementwise {classes} {outer} {streaming}\n{self.text}"
            found = self._kernels[key] = kernels.load(text, write).address["kernel"]
        return found
