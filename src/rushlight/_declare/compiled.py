"""The way from an operator's declaration to its compiled kernel, for arrays that are large enough.

A fast path asks for `large(op, function)` when it is made, and calls what it gets for arrays of `FROM` elements or
more. What the compiler has no instructions for, and everything where llvmlite is missing, goes to NumPy.
"""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from .._backends import llvm
from .._core.dtypes import of_numpy
from .._core.expression import Expression
from .record import Operator
from .tracing import trace

FROM = int(os.environ.get("RUSHLIGHT_COMPILE_FROM", 1 << 15))
"""Elements from which kernels run. For float32 on one thread: at 32768 ``x + y`` takes 13 µs either way, ``exp`` 25 µs
in NumPy and 18 µs here, ``sigmoid`` 70 and 18."""

if os.environ.get("RUSHLIGHT_COMPILE", "1") == "0":
    FROM = sys.maxsize

ndarray = np.ndarray
_COMPILED = frozenset(map(np.dtype, ("f4", "f8", "i1", "i2", "i4", "i8", "u1", "?")))


class Compiler:
    """An elementwise operator's kernels, by dtypes and settings.

    Args:
        op: the operator.
    """

    def __init__(self, op: Operator) -> None:
        self.op = op
        self._known: dict[Any, Any] = {}
        self._broken = False

    def __call__(self, operands: tuple[Any, ...], settings: tuple[Any, ...] = ()) -> Any:
        """The operator's result on arrays, None where it has no kernel.

        Args:
            operands: arrays (0-d ones for numbers) in the order of the operator's tensors.
            settings: values of its other parameters.
        """
        key = (*[operand.dtype for operand in operands], *settings)
        try:
            made = self._known[key]
        except KeyError:
            made = self._known[key] = self._make(operands, settings)
        except TypeError:  # a setting that is no number
            return None
        if made is None:
            return None
        try:
            return made(operands)[0]
        except llvm.unsupported.Unsupported:
            return None
        except Exception as error:
            self._known[key] = None
            self._warn(error)
            return None

    def _make(self, operands: tuple[Any, ...], settings: tuple[Any, ...]) -> Any:
        """What runs the program of the operator for such operands; None if it cannot be compiled."""
        if self._broken or not available():
            return None
        try:
            return self._program(operands, settings)
        except llvm.unsupported.Unsupported:
            return None
        except Exception as error:
            self._warn(error)
            return None

    def _program(self, operands: tuple[Any, ...], settings: tuple[Any, ...]) -> Any:
        op, typed = self.op, llvm.typed
        names = [name for name in op.tensors if name in op.position][: len(operands)]
        others = [name for name in op.params if name not in names]
        values = dict(zip(others, settings, strict=False))
        work = None
        inputs, elements = {}, {}
        for name, operand in zip(names, operands, strict=True):
            if operand.dtype not in _COMPILED:
                return None
            elements[name] = of_numpy(operand.dtype).name
            inputs[name] = typed.Node("input", typed.compute_element(elements[name]), value=name)
            if name not in (op.keep or ()):
                work = elements[name]
        expression = trace(op, values)
        node = typed.typed(expression, inputs, work or "float32")
        element = "bool" if op.promote == "bool" else node.element
        if node.element != element or not isinstance(expression, Expression):
            return None
        return llvm.launch.Elementwise(typed.Program(elements, (), [(node, element)]))

    def _warn(self, error: Exception) -> None:
        self._broken = True
        warnings.warn(
            f"{self.op.name}: compiling its kernel failed, NumPy runs it from now on ({type(error).__name__}: {error})",
            RuntimeWarning,
            stacklevel=4,
        )


_found: list[bool] = []


def available() -> bool:
    """Whether kernels can be compiled here."""
    if not _found:
        try:
            llvm.launch.kernels.host()
            _found.append(True)
        except (ImportError, OSError):
            _found.append(False)
    return _found[0]


def large(op: Operator, function: Callable[..., Any]) -> Callable[..., Any]:
    """What a fast path calls for large arrays.

    Args:
        op: an elementwise operator.
        function: what it calls for small ones: the same for arrays, and settings after them.

    Returns:
        A function of the same arguments and result.
    """
    if op.kind != "elementwise":
        return function
    compiler = Compiler(op)
    count = len(op.tensors)

    def run(*values: Any) -> Any:
        operands = values[:count]
        for value in operands:
            if type(value) is not ndarray:
                return function(*values)
        found = compiler(operands, values[count:])
        return function(*values) if found is None else found

    return run
