"""One step of a group of parameters: the update rule of the algorithm, swept over every parameter with a gradient."""

from __future__ import annotations

import os
import threading
from itertools import pairwise
from typing import Any, ClassVar

import numpy as np

from .._backends.llvm import switch
from .._backends.numpy.errstate import quiet
from .._core.tensor_base import PLAIN, TensorBase, storage_of, wrap
from .._ops.complex import view_as_complex, view_as_real
from ._program import Program, Rule
from .optimizer import GroupOptimizer, number

BLOCK = 32768
"""Elements that a program works on at a time: what it reads, writes and keeps of them stays in the second-level cache
(Adam over 10M float32 on one core: 22 ms in blocks of 32k to 64k, 40 of 16k, 81 of 4k, 105 in one piece)."""

THREADS_FROM = 1 << 19
"""Elements from which the cores share a parameter: starting and joining a thread takes 0.1 ms, this many elements 1."""

KERNEL_FROM = 1 << 11
"""Elements from which a kernel that larger parameters have had compiled serves smaller ones too: Adam over 8192 takes
9 us in it, 35 us in NumPy's functions."""

FLOATS = (np.dtype(np.float32), np.dtype(np.float64))
NDARRAY = np.ndarray
REAL_OF = {np.dtype(np.complex64): FLOATS[0], np.dtype(np.complex128): FLOATS[1]}

_PLAIN_OPTIONS = frozenset((float, int, bool, str, list, type(None)))

_programs: dict[Any, Program] = {}


class _Scratch(threading.local):
    """Buffers for what a program computes on the way, by shape and dtype, one set a thread."""

    def __init__(self) -> None:
        self.buffers: dict[Any, list[Any]] = {}
        self.shaped: dict[Any, list[Any]] = {}

    def take(self, shape: tuple[int, ...], size: int, dtype: Any, count: int) -> list[Any]:
        """At least `count` buffers of a shape with at most `BLOCK` elements."""
        key = (shape, dtype.itemsize)
        found = self.shaped.get(key)
        if found is None or len(found) < count:
            buffers = self.buffers.setdefault(dtype, [])
            while len(buffers) < count:
                buffers.append(np.empty(BLOCK, dtype))
            if len(self.shaped) > 1000:  # parameters of ever new shapes: forget the old ones
                self.shaped.clear()
            found = self.shaped[key] = [buffer[:size].reshape(shape) for buffer in buffers]
        return found


_scratch = _Scratch()


class RuleOptimizer(GroupOptimizer):
    """An optimizer given by an update rule of single elements, swept over the parameters of each group.

    A subclass gives the `rule`, and methods that say what it needs. Parameters of float32 and float64 in plain memory
    are updated by the rule's `Program`; all others (half precision, recorded updates, subclasses of tensors) by
    the rule on tensors.
    """

    rule: ClassVar[Rule]
    capturable_things: ClassVar[str] = "params and state_steps"
    capturable_devices: ClassVar[str] = "['cuda', 'xpu', 'hpu', 'privateuseone', 'xla']"
    counts_steps: ClassVar[bool] = True
    _prepared: Any = (None, None)
    numbers_differ: ClassVar[bool] = False  # from parameter to parameter, for they are computed from the memory

    def memories(self, group: dict[str, Any]) -> tuple[str | None, ...]:
        """The names of the rule's memories, None for those that the options of the group leave out."""
        raise NotImplementedError

    def first_memory(self, parameter: Any, group: dict[str, Any]) -> dict[str, Any]:
        """What is remembered of a parameter before its first step: zeros unless a subclass says otherwise."""
        state: dict[str, Any] = {"step": wrap(np.zeros((), np.float32))} if self.counts_steps else {}
        for name in self.memories(group):
            if name is not None:
                state[name] = zeros_like(parameter)
        return state

    def is_new(self, state: dict[str, Any]) -> bool:
        """Whether a parameter has not been updated before."""
        return not state

    def numbers(self, group: dict[str, Any], count: float, state: dict[str, Any]) -> dict[str, Any]:
        """The numbers of the rule in step `count` (from 1), None for those that the options make needless."""
        raise NotImplementedError

    def update_group(self, group: dict[str, Any]) -> None:
        """One step of every parameter of the group that has a gradient."""
        quiet(self._update_group, group)

    def _update_group(self, group: dict[str, Any]) -> None:
        names = self.memories(group)
        used = [name for name in names if name is not None]
        remembers = bool(used) or self.counts_steps
        recorded, capturable = bool(group.get("differentiable")), bool(group.get("capturable"))
        options = group if recorded else without_tensors(group)
        known_count, known_dtype = None, None
        for parameter in group["params"]:
            gradient = parameter.grad
            if gradient is None:
                continue
            if capturable:
                raise self._needs_device()
            state = self.state[parameter] if remembers else {}
            new = remembers and self.is_new(state)
            if new:
                state.update(self.first_memory(parameter, group))
            memory = [state[name] for name in used]
            count = self._count(state, new)
            arrays = None if recorded else _arrays(parameter, gradient, memory)
            if arrays is None:
                numbers = self.numbers(options, count, state)
                results = _on_tensors(self.rule, parameter, gradient, names, memory, numbers, bool(group["maximize"]))
                _assign(parameter, state, used, results, recorded)
                continue
            dtype = arrays[0].dtype
            if count != known_count or dtype is not known_dtype or self.numbers_differ:
                numbers = self.numbers(options, count, state)
                program, values = self._prepare(names, numbers, bool(group["maximize"]), dtype)
                known_count, known_dtype = count, dtype
            sweep(program, values, arrays)
            for tensor in (parameter, *memory):
                storage = tensor._storage
                if storage is None:
                    storage = storage_of(tensor)
                storage.version += 1

    def _prepare(
        self, names: tuple[str | None, ...], numbers: dict[str, Any], maximize: bool, dtype: Any
    ) -> tuple[Program, list[Any]]:
        """The program for a combination of options, and its registers of numbers and literals.

        Numbers are arrays without dimensions: a NumPy function takes one in 0.4 us where a Python float costs 0.7. They
        are kept for the next step, which often has the same.
        """
        wanted = (names, numbers, maximize, dtype)
        if self._prepared[0] == wanted:
            return self._prepared[1]
        given = {name: value for name, value in numbers.items() if value is not None}
        key = (self.rule, names, tuple(given), maximize)
        program = _programs.get(key)
        if program is None:
            absent = [name for name, value in numbers.items() if value is None]
            program = _programs[key] = Program(self.rule, names, list(given), absent, maximize)
        found = program, [np.array(value, dtype) for value in (*given.values(), *program.literals)]
        self._prepared = wanted, found
        return found

    def _count(self, state: dict[str, Any], new: bool) -> float:
        """Counts a step; where the algorithm keeps no count, the first is told from the others."""
        if not self.counts_steps:
            return 1 if new else 2
        step = state["step"]
        array = step._array
        array += 1
        return float(array.item())

    def _needs_device(self) -> AssertionError:
        error = AssertionError(
            f"If capturable=True, {self.capturable_things} must be on supported devices: {self.capturable_devices}."
        )
        error.add_note("capturable is for recording CUDA graphs: leave it out on the CPU")
        return error


def zeros_like(parameter: Any) -> Any:
    """A new memory of a parameter's shape and dtype, without history."""
    if type(parameter) in PLAIN and type(parameter._array) is NDARRAY:
        return wrap(np.zeros_like(parameter._array))
    return parameter.detach().new_zeros(parameter.shape)


def filled_like(parameter: Any, value: float) -> Any:
    """A new memory of a parameter's shape and dtype that starts at a number, in both parts if it is complex."""
    filled = complex(value, value) if parameter.is_complex() else value
    return parameter.detach().new_full(parameter.shape, filled)


def without_tensors(group: dict[str, Any]) -> dict[str, Any]:
    """The options of a group with numbers in the place of tensors."""
    found = group
    for name, value in group.items():
        kind = type(value)
        if kind in _PLAIN_OPTIONS:
            continue
        if kind is tuple:
            if any(isinstance(item, TensorBase) for item in value):
                found = {**found, name: tuple(map(number, value))}
        elif isinstance(value, TensorBase):
            found = {**found, name: number(value)}
    return found


def _arrays(parameter: Any, gradient: Any, memory: list[Any]) -> list[Any] | None:
    """The arrays that a program can run on; None where the rule has to run on tensors."""
    array = parameter._array
    if type(parameter) not in PLAIN or type(gradient) not in PLAIN or type(array) is not NDARRAY:
        return None
    shape, dtype = array.shape, array.dtype
    if not array.flags.c_contiguous:
        return None
    arrays = [array, gradient._array]
    for tensor in memory:
        arrays.append(tensor._array)
    for other in arrays:
        if other.shape != shape or other.dtype is not dtype:
            return None
    if dtype is FLOATS[0] or dtype is FLOATS[1]:
        return arrays
    real = REAL_OF.get(dtype)
    if real is None or not all(other.flags.c_contiguous for other in arrays):
        return None
    return [other.reshape(-1).view(real) for other in arrays]


def sweep(program: Program, numbers: list[Any], arrays: list[Any]) -> None:
    """Runs a program on arrays of one shape and dtype.

    Large ones run in machine code; where nothing can be compiled, in blocks and on all cores.
    """
    first = arrays[0]
    size = first.size
    compiled = size >= switch.FROM or (size >= KERNEL_FROM and program.is_compiled(first.dtype.name))
    if size <= BLOCK and not compiled:
        program.run([*arrays, *numbers, *_scratch.take(first.shape, size, first.dtype, program.scratch)])
        return
    flat = [array.reshape(-1) for array in arrays]
    if compiled and program.run_compiled(flat, numbers):
        return
    if size < THREADS_FROM:
        _run_blocks(program, numbers, flat)
        return
    count = min(len(os.sched_getaffinity(0)), size * 2 // THREADS_FROM)
    edges = [size * place // count for place in range(count + 1)]
    parts = [[array[low:high] for array in flat] for low, high in pairwise(edges)]
    threads = [threading.Thread(target=quiet, args=(_run_blocks, program, numbers, part)) for part in parts[1:]]
    for thread in threads:
        thread.start()
    _run_blocks(program, numbers, parts[0])
    for thread in threads:
        thread.join()


def _run_blocks(program: Program, numbers: list[Any], arrays: list[Any]) -> None:
    dtype, size = arrays[0].dtype, arrays[0].size
    for low in range(0, size, BLOCK):
        length = min(BLOCK, size - low)
        scratch = _scratch.take((length,), length, dtype, program.scratch)
        program.run([*[array[low : low + BLOCK] for array in arrays], *numbers, *scratch])


def _on_tensors(
    rule: Rule,
    parameter: Any,
    gradient: Any,
    names: tuple[str | None, ...],
    memory: list[Any],
    numbers: dict[str, Any],
    maximize: bool,
) -> list[Any]:
    """What the parameter and its memories become, computed with operators; complex numbers as pairs of real ones."""
    tensors = [parameter, gradient, *memory]
    is_complex = parameter.is_complex()
    if is_complex:
        tensors = [view_as_real(tensor) for tensor in tensors]
    parameter, gradient, *held = tensors
    rest = iter(held)
    given = [None if name is None else next(rest) for name in names]
    found = rule(parameter, -gradient if maximize else gradient, *given, **numbers)
    results = [value for value in found if value is not None]
    return [view_as_complex(value) for value in results] if is_complex else results


def _assign(parameter: Any, state: dict[str, Any], names: list[str], results: list[Any], recorded: bool) -> None:
    """Writes the results; a recorded memory is replaced, for the graph may have saved the old one."""
    parameter.copy_(results[0])
    for name, value in zip(names, results[1:], strict=True):
        if recorded:
            state[name] = value
        else:
            state[name].copy_(value)
