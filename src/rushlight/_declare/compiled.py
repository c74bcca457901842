"""The way from an operator's declaration to its compiled kernel, for arrays that are large enough.

A fast path asks for `large(op, function)` when it is made, and calls what it gets for arrays of `FROM` elements or
more. What the compiler has no instructions for, and everything where llvmlite is missing, goes to NumPy.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .._backends import llvm
from .._backends.llvm.switch import FROM, available, warn_once
from .._backends.numpy.machine_code import compiled
from .._core.dtypes import bfloat16, of_numpy
from .._core.expression import Expression
from .._core.modes import OFF, modes
from .._core.tensor_base import PLAIN, wrap
from . import rules
from .record import Operator
from .tracing import trace

ndarray = np.ndarray
_COMPILED = frozenset(map(np.dtype, ("f4", "f8", "i1", "i2", "i4", "i8", "u1", "?")))
_NARROW = frozenset((np.dtype("f2"), bfloat16.numpy))

NUMBER: Any = Ellipsis
"""Stands for a setting that a kernel is given when it runs, so that another value needs no other kernel."""


class Compiler:
    """An elementwise operator's kernels, by dtypes and settings.

    Args:
        op: the operator.
        narrow: the 16-bit float that operands have been promoted to, if their operator is computed in float32.
    """

    def __init__(self, op: Operator, narrow: str | None = None) -> None:
        self.op = op
        self.narrow = narrow
        self._known: dict[Any, Any] = {}
        self._broken = False

    def __call__(self, operands: tuple[Any, ...], settings: tuple[Any, ...] = (), target: Any = None) -> Any:
        """The operator's result on arrays, None where it has no kernel.

        Args:
            operands: arrays (0-d ones for numbers) in the order of the operator's tensors.
            settings: values of its other parameters.
            target: where to write the result; None for a fresh array, and for the answer where that may not be.
        """
        known = self._known
        dtypes = tuple([operand.dtype for operand in operands])
        try:
            made = known[dtypes + settings]
        except KeyError:
            made = None
        except TypeError:  # a setting that is no number
            return None
        numbers: tuple[float, ...] = ()
        if made is None:
            form, numbers = self._form(settings)
            key = dtypes + form
            if key not in known:
                known[key] = self._make(operands, form)
            made = known[key]
            if made is None and numbers:  # its body has to know the numbers
                numbers, key = (), dtypes + settings
                if key not in known:
                    known[key] = self._make(operands, settings)
                made = known[key]
        if made is None:
            return None
        try:
            if target is not None:
                return target if made.fill(target, operands, numbers) else None
            return made(operands, numbers)[0]
        except llvm.unsupported.Unsupported:
            return None
        except Exception as error:
            known.clear()
            self._broken = True
            warn_once(self.op.name, error)
            return None

    def _form(self, settings: tuple[Any, ...]) -> tuple[tuple[Any, ...], tuple[float, ...]]:
        """Settings with `NUMBER` in the places of numbers that are not at their defaults, and these numbers."""
        form: list[Any] = []
        numbers = []
        for name, value in zip(self.op.params[len(self.op.tensors) :], settings, strict=False):
            if type(value) in (int, float) and value != self.op.defaults.get(name) and abs(value) < 1 << 53:
                form.append(NUMBER)
                numbers.append(float(value))
            else:
                form.append(value)
        return tuple(form), tuple(numbers)

    def _make(self, operands: tuple[Any, ...], settings: tuple[Any, ...]) -> Any:
        """What runs the program of the operator for such operands; None if it cannot be compiled."""
        if self._broken or not available(llvm.kernels.host):
            return None
        try:
            return self._program(operands, settings)
        except llvm.unsupported.Unsupported:
            return None
        except Exception as error:
            if NUMBER in settings:  # a body that looks at its numbers: there may be a kernel for each
                return None
            self._broken = True
            warn_once(self.op.name, error)
            return None

    def _program(self, operands: tuple[Any, ...], settings: tuple[Any, ...]) -> Any:
        op, typed = self.op, llvm.typed
        names = [name for name in op.tensors if name in op.position][: len(operands)]
        others = [name for name in op.params if name not in names]
        values = dict(zip(others, settings, strict=False))
        work = None
        inputs, elements = {}, {}
        for name, operand in zip(names, operands, strict=True):
            if operand.dtype not in _COMPILED and operand.dtype not in _NARROW:
                return None
            elements[name] = of_numpy(operand.dtype).name
            inputs[name] = typed.Node("input", typed.compute_element(elements[name]), value=name)
            if name not in (op.keep or ()):
                work = inputs[name].element
        is_narrow = not typed.NARROW.isdisjoint(elements.values())
        if is_narrow and not llvm.kernels.host().fused:  # conversions came with the same generation of processors
            return None
        numbers = [name for name, value in values.items() if value is NUMBER]
        if numbers and work not in typed.FLOATS:
            return None
        for name in numbers:
            values[name] = Expression.symbol(name)
            inputs[name] = typed.Node("number", work, value=name)
        expression = trace(op, values)
        node = typed.typed(expression, inputs, work or "float32")
        if (node.element == "bool") != (op.promote == "bool") or not isinstance(expression, Expression):
            return None
        element = node.element
        if element != "bool" and is_narrow:
            if self.narrow is None or element != "float32":  # NumPy's own arithmetic of 16 bits
                return None
            element = self.narrow
        program = typed.Program(elements, numbers, [(node, element)])
        return None if _among_numbers(program) else llvm.launch.Elementwise(program)


def _among_numbers(program: Any) -> bool:
    """Whether a program computes something of its numbers alone: NumPy does that in float64, before it rounds."""
    varying: dict[int, bool] = {}
    for node in program.nodes():
        varying[id(node)] = node.function == "input" or any(varying[id(operand)] for operand in node.operands)
        if not varying[id(node)] and node.function not in ("number", "constant", "neg"):
            return True
    return False


_compilers: dict[tuple[str, str | None], Compiler] = {}


def compute(op: Operator, arguments: list[Any], target: Any = None, narrow: str | None = None) -> Any:
    """The result of an elementwise operator on arguments of the general path; None where NumPy has to compute it.

    Args:
        op: the operator.
        arguments: arrays in the places of tensors, 0-d ones for numbers; the values of its other parameters.
        target: where to write the result; None for a fresh array, and for the answer where that may not be.
        narrow: float16 or bfloat16 if arrays are of that and the operator is computed in float32. They are read,
            computed and rounded in one pass; on the general path each would be an array of float32 first, which NumPy
            makes of float16 at a nanosecond or more an element.
    """
    if op.general is not None and op.eager is None:  # its body does not do for all numbers
        return None
    operands = tuple([arguments[op.position[name]] for name in op.tensors])
    for operand in operands:
        if type(operand) is not ndarray:
            return None
        if operand.size >= FROM:
            break
    else:
        return None
    if not all(type(operand) is ndarray for operand in operands):
        return None
    found = compiler_of(op, narrow)
    settings = tuple([value for name, value in zip(op.params, arguments, strict=True) if name not in op.tensors])
    return found(operands, settings, target)


def compiler_of(op: Operator, narrow: str | None = None) -> Compiler:
    """The kernels of an elementwise operator."""
    found = _compilers.get((op.name, narrow))
    if found is None:
        found = _compilers[op.name, narrow] = Compiler(op, narrow)
    return found


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
    compiler = compiler_of(op)
    count = len(op.tensors)

    def run(*values: Any) -> Any:
        operands = values[:count]
        for value in operands:
            if type(value) is not ndarray:
                return function(*values)
        found = compiler(operands, values[count:])
        return function(*values) if found is None else found

    return run


def large_inplace(op: Operator) -> Callable[..., bool]:
    """What the fast path of an in-place operator asks first for large arrays.

    Args:
        op: an elementwise operator.

    Returns:
        A function of an array and the operator's other operands, arrays of its dtype or numbers: it writes the result
        into the array and says so, or leaves it to NumPy.
    """
    if op.kind != "elementwise":
        return lambda *_: False
    compiler = compiler_of(op)

    def write(array: Any, *others: Any) -> bool:
        operands = [array]
        for other in others:
            try:
                operands.append(other if type(other) is ndarray else np.asarray(other, array.dtype))
            except OverflowError:
                return False
        return compiler(tuple(operands), (), array) is not None

    return write


def fused(name: str, *values: Any) -> Any:
    """What a function of `llvm.arrays` gives for large tensors of one dtype that nobody records: for derivative rules.

    Args:
        name: the function.
        values: its arguments; the first is a tensor that says the size.

    Returns:
        A tensor, or a tuple of them; None where the rule has to go its own way.
    """
    if modes.record != OFF or type(values[0]) not in PLAIN or values[0]._array.size < FROM:
        return None
    arrays: list[Any] = []
    for value in values:
        if type(value) in PLAIN:
            array = value._array
            if type(array) is not ndarray or array.dtype is not values[0]._array.dtype:
                return None
            arrays.append(array)
        elif isinstance(value, (int, float, tuple, type(None))):
            arrays.append(value)
        else:
            return None
    found = compiled(name, *arrays)
    if type(found) is tuple:
        return tuple(map(wrap, found))
    return None if found is None else wrap(found)


class RuleCompiler:
    """A derivative rule's kernels, by dtypes and settings.

    Args:
        op: the operator.
        function: the rule.
        needs: the names of its parameters after ``g``.
    """

    def __init__(self, op: Operator, function: Callable[..., Any], needs: tuple[str, ...]) -> None:
        self.op, self.function = op, function
        self.needs = needs
        self._looks = False  # at its numbers, which have to be constants then
        self._known: dict[Any, Any] = {}

    def __call__(self, g: Any, values: tuple[Any, ...]) -> Any:
        """The gradient as a tensor, None where there is no kernel.

        Args:
            g: the gradient of the result.
            values: what the rule needs.
        """
        arrays: list[Any] = [g._array]
        key: list[Any] = [g._array.dtype]
        numbers: list[float] = []
        for value in values:
            if type(value) in PLAIN:
                arrays.append(value._array)
                key.append(value._array.dtype)
            elif type(value) is float and not self._looks:
                numbers.append(value)
                key.append(NUMBER)
            elif value is None or type(value) in (int, float, bool, str):
                key.append((type(value), value))
            else:
                return None
        if not all(type(array) is ndarray for array in arrays):
            return None
        try:
            made = self._known[tuple(key)]
        except KeyError:
            made = self._known[tuple(key)] = self._make(g, values)
        if made is None and numbers:  # perhaps for these numbers
            self._looks = True
            return self(g, values)
        try:
            return None if made is None else wrap(made(arrays, numbers)[0])
        except llvm.unsupported.Unsupported:
            return None
        except Exception as error:
            self._known[tuple(key)] = None
            warn_once(self.op.name, error)
            return None

    def _make(self, g: Any, values: tuple[Any, ...]) -> Any:
        """What runs the rule for such values; None if it cannot be compiled, or is no more than one operation."""
        if not available(llvm.kernels.host):
            return None
        typed = llvm.typed
        elements: dict[str, str] = {}
        arguments, numbers = [], []
        for name, value in zip(("g", *self.needs), (g, *values), strict=True):
            if type(value) in PLAIN:
                if value._array.dtype not in _COMPILED:
                    return None
                elements[name] = of_numpy(value._array.dtype).name
                arguments.append(Expression.symbol(name))
            elif type(value) is float and not self._looks:
                numbers.append(name)
                arguments.append(Expression.symbol(name))
            else:
                arguments.append(value)
        if numbers and elements["g"] not in typed.FLOATS:
            return None
        inputs = {name: typed.Node("input", element, value=name) for name, element in elements.items()}
        inputs |= {name: typed.Node("number", elements["g"], value=name) for name in numbers}
        try:
            expression = self.function(*arguments)
            if not isinstance(expression, Expression) or expression.function == "symbol":
                return None
            node = typed.typed(expression, inputs, elements["g"])
        except (llvm.unsupported.Unsupported, TypeError, AttributeError, NotImplementedError):
            return None
        if node.element != elements["g"]:
            return None
        program = typed.Program(elements, numbers, [(node, node.element)])
        used = {inner.value for inner in program.nodes() if inner.function == "input"}
        if used != set(elements) or _among_numbers(program):
            return None
        return llvm.launch.Elementwise(program)


rules.compile_rule = RuleCompiler
