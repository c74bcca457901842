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

STREAM_FROM = 24 << 20
"""Bytes read and written from which results go past the caches, which do not hold them until the next operator reads
them. Of 4 million numbers, ``x + y`` (50 MB) takes 0.66 ms that way and 0.95 the other, ``x.relu()`` (34 MB) 0.64 and
between 0.46 and 0.76, as the neighbours leave room in the cache that all processors share."""

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
        result.flags.c_contiguous
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
        self._moved = sum(NUMPY[element].itemsize for element in program.inputs.values())
        self._moved += sum(element.itemsize for element in self.elements)
        self._kernels: dict[Any, int] = {}

    def __call__(self, arrays: Sequence[Array], numbers: Sequence[float] = ()) -> list[Array]:
        """Runs the program.

        Args:
            arrays: its inputs, of its dtypes, of shapes that broadcast.
            numbers: its numbers.

        Returns:
            The results, fresh arrays.
        """
        shape = arrays[0].shape
        classes = _flat(arrays, shape)
        if classes is None:
            return self._run_any(arrays, numbers)
        results = [memory.empty(shape, element) for element in self.elements]
        size = arrays[0].size
        streaming = size * self._moved >= STREAM_FROM
        self._run_flat(classes + CONTIGUOUS * len(results), (*arrays, *results), size, numbers, streaming)
        return results

    def _run_flat(
        self, classes: str, operands: Sequence[Array], size: int, numbers: Sequence[float], streaming: bool = False
    ) -> None:
        """The same for arrays without gaps in one order, and such of one element: there is one loop."""
        units = -(-size // BLOCK) or 1
        given = [size, BLOCK, units]
        for array in operands:
            given += (address_of(array), 0)
        start(self._kernel(classes, 0, streaming), elementwise.pack(given, numbers), units, size)

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
        shape, size = results[0].shape, results[0].size
        if not size:
            return
        operands = (*arrays, *results)
        classes = _flat(operands, shape) if order is None else None
        if classes is not None:
            self._run_flat(classes, operands, size, numbers)
            return
        layout = plan(shape, operands, order if order is not None else order_of(shape, [*results, *arrays]))
        addresses = [address_of(array) for array in operands]
        streaming = (
            sum(array.nbytes for array in operands) >= STREAM_FROM
            and len(set(addresses)) == len(addresses)
            and all(_streams(array, layout.inner) for array in results)
        )
        kernel = self._kernel(layout.classes, len(layout.outer), streaming)
        words, units = elementwise.words(layout, addresses, BLOCK, numbers)
        start(kernel, words, units, size)

    def over(self, arrays: Sequence[Array], results: Sequence[Array], numbers: Sequence[float] = ()) -> None:
        """`into` for arrays that are contiguous and of one size, results among them, which takes 5 us less."""
        operands = (*arrays, *results)
        self._run_flat(CONTIGUOUS * len(operands), operands, results[0].size, numbers)

    def fill(self, target: Array, arrays: Sequence[Array], numbers: Sequence[float] = ()) -> bool:
        """Runs the program on arrays and writes its only result into another, which may be one of them.

        Returns:
            Whether it has: not where an element of the target would be written before it is read elsewhere, or where
            the result has another shape or dtype.
        """
        if self.elements[0] is not target.dtype or not _may_fill(target, arrays):
            return False
        self.into(arrays, [target], numbers)
        return True

    def _kernel(self, classes: str, outer: int, streaming: bool) -> int:
        key = (classes, outer, streaming)
        found = self._kernels.get(key)
        if found is None:

            def write(host: Host) -> str:
                return elementwise.write_kernel(self.program, classes, outer, host, streaming)

            text = f"elementwise {classes} {outer} {streaming}\n{self.text}"
            found = self._kernels[key] = kernels.load(text, write).address["kernel"]
        return found


def _flat(arrays: Sequence[Array], shape: tuple[int, ...]) -> str | None:
    """How arrays lie along one loop over a shape; None if one loop does not do."""
    classes = ""
    for array in arrays:
        if array.shape == shape and array.flags.c_contiguous:
            classes += CONTIGUOUS
        elif array.size == 1 and array.ndim <= len(shape):
            classes += UNIFORM
        else:
            return None
    return classes


def _may_fill(target: Array, arrays: Sequence[Array]) -> bool:
    """Whether a kernel may write to an array while it reads others that broadcast to its shape."""
    shape, strides = target.shape, target.strides
    if not target.flags.writeable or 0 in strides:
        return False
    shapes = [array.shape for array in arrays]
    if shapes != [shape] * len(shapes):
        try:
            if np.broadcast_shapes(*shapes) != shape:
                return False
        except ValueError:  # NumPy's way has torch's error for it
            return False
    for array in arrays:
        is_target = array is target or (
            array.strides == strides and array.shape == shape and address_of(array) == address_of(target)
        )
        if not is_target and np.may_share_memory(array, target):
            return False
    return True


def start(kernel: int, words: bytes, units: int, size: int) -> None:
    """Runs a kernel on all threads, on the caller's alone where there are too few elements to share."""
    crew.share(kernel, words, units, size)
