"""Large 16-bit floats through elementwise operators in one pass: read, computed in float32, rounded and written.

On the general path every operand is an array of float32 first and the result one as well, which NumPy makes of float16
at a nanosecond or more an element.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .._backends import llvm
from .._backends.llvm.switch import FROM, available, warn_once
from .._core.dtypes import dtype as DType, of_numpy
from .._core.expression import Expression
from .record import Operator
from .tracing import trace

_known: dict[Any, Any] = {}


def compute_narrow(op: Operator, arguments: list[Any], common: DType, target: Any = None) -> Any:
    """The result of an elementwise operator whose body is computed in float32; None where it has no kernel.

    Args:
        op: the operator.
        arguments: arrays in the places of tensors, those that were promoted of the dtype `common`; 0-d float32 arrays
            for numbers; the values of other parameters.
        common: float16 or bfloat16.
        target: where to write the result; None for a fresh array, and for the answer where that may not be.
    """
    operands = [arguments[op.position[name]] for name in op.tensors]
    for operand in operands:
        if type(operand) is not np.ndarray:
            return None
    if max([operand.size for operand in operands], default=0) < FROM or (op.general is not None and op.eager is None):
        return None
    settings = tuple([value for name, value in zip(op.params, arguments, strict=True) if name not in op.tensors])
    key = (op.name, common, *[operand.dtype for operand in operands], *settings)
    try:
        made = _known[key]
    except KeyError:
        made = _known[key] = _make(op, operands, settings, common)
    except TypeError:  # a setting that is no number
        return None
    if made is None:
        return None
    try:
        if target is not None:
            return target if made.fill(target, operands) else None
        return made(operands)[0]
    except llvm.unsupported.Unsupported:
        return None
    except Exception as error:
        _known[key] = None
        warn_once(op.name, error)
        return None


def _make(op: Operator, operands: list[Any], settings: tuple[Any, ...], common: DType) -> Any:
    """What runs the operator's body for such operands; None if it cannot be compiled."""
    if not available(llvm.kernels.host):
        return None
    try:
        return _program(op, operands, settings, common)
    except llvm.unsupported.Unsupported:
        return None
    except Exception as error:
        warn_once(op.name, error)
        return None


def _program(op: Operator, operands: list[Any], settings: tuple[Any, ...], common: DType) -> Any:
    typed = llvm.typed
    if not llvm.kernels.host().fused:  # conversions of float16 come with the same generation of processors
        return None
    elements = {name: of_numpy(operand.dtype).name for name, operand in zip(op.tensors, operands, strict=True)}
    if not all(element in typed.ELEMENTS for element in elements.values()):
        return None
    inputs = {
        name: typed.Node("input", typed.compute_element(element), value=name) for name, element in elements.items()
    }
    expression = trace(op, dict(zip([name for name in op.params if name not in op.tensors], settings, strict=True)))
    if not isinstance(expression, Expression):
        return None
    node = typed.typed(expression, inputs, "float32")
    if node.element not in ("float32", "bool") or (node.element == "bool") != (op.promote == "bool"):
        return None
    element = "bool" if node.element == "bool" else common.name
    return llvm.launch.Elementwise(typed.Program(elements, (), [(node, element)]))
