"""From operands to the result of an elementwise operator: dtypes, numbers as arrays, a kernel or NumPy."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from .._backends.numpy.errstate import quiet
from .._core import dtypes
from .._core.dtypes import dtype
from .._core.meta_array import MetaArray
from .._core.sizes import mismatch
from .._core.tensor_base import TensorBase
from .compiled import compute
from .record import Operator


def run_body(op: Operator, function: Any, values: list[Any]) -> Any:
    """Calls a function that has the operator's parameters with their values."""
    if not op.keyword_only:
        return quiet(function, *values)
    count = len(values) - op.keyword_only
    return quiet(function, *values[:count], **dict(zip(op.params[count:], values[count:], strict=True)))


def keeps_narrow(op: Operator, values: list[Any]) -> bool:
    """Whether an operator computes 16-bit floats as they are."""
    return bool(run_body(op, op.exact, values) if callable(op.exact) else op.exact)


def compute_elementwise(op: Operator, values: list[Any], common: dtype, target: Any = None) -> Any:
    """The result array of an elementwise operator whose operands have been promoted to `common`.

    With a target, a kernel writes to that; the answer is None where none can.
    """
    work = dtypes.float32 if common in dtypes.REDUCED and not keeps_narrow(op, values) else common
    if work is not common:
        array = _narrow(op, values, common, target)
        if array is not None:
            return array
    arguments = list(values)
    meta = False
    for name in op.tensors:
        value = arguments[op.position[name]]
        if isinstance(value, TensorBase):
            array = value._array
            if type(array) is MetaArray:
                meta, array = True, array.stand_in()
            if array.dtype is not work.numpy and (op.keep is None or name not in op.keep):
                array = quiet(array.astype, work.numpy)
            arguments[op.position[name]] = array
        elif value is not None:
            arguments[op.position[name]] = scalar_array(value, common, work)
    for name in op.operands or ():
        value = arguments[op.position[name]]
        if value is not None:
            arguments[op.position[name]] = scalar_array(value, common, work)
    if meta:
        arguments = [
            value[(slice(0, 1),) * value.ndim] if isinstance(value, np.ndarray) else value for value in arguments
        ]
    array = None if meta else compute(op, arguments, target)
    if target is not None:
        return array
    if array is None:
        try:
            array = run_body(op, op.general or op.body, arguments)
        except ValueError as error:
            raise broadcast_error(values, error) from None
    if type(array) is not np.ndarray:
        array = np.asarray(array)
    wanted = _result_dtype(op, array.dtype, common)
    if array.dtype != wanted:
        array = quiet(array.astype, wanted)
    if meta:
        return MetaArray.empty(broadcast(values), array.dtype)
    return array


def _narrow(op: Operator, values: list[Any], common: dtype, target: Any) -> Any:
    """What a kernel makes of large 16-bit floats that are computed in float32; None if there is none."""
    arguments = list(values)
    for name in op.tensors:
        value = values[op.position[name]]
        if isinstance(value, TensorBase):
            array = value._array
            if type(array) is not np.ndarray or not (
                array.dtype == common.numpy or (op.keep is not None and name in op.keep)
            ):
                return None
            arguments[op.position[name]] = array
        elif value is not None:
            arguments[op.position[name]] = scalar_array(value, common, dtypes.float32)
    if op.operands or op.result is not None:
        return None
    return compute(op, arguments, target, common.name)


def scalar_array(value: Any, common: dtype, work: dtype) -> Any:
    """A number as a 0-d array of the working dtype, wrapping as C does when it is out of range."""
    if isinstance(value, int) and not -(1 << 63) <= value < 1 << 64:
        raise OverflowError("int too big to convert")
    if common.category == dtypes.INTEGER and isinstance(value, (int, np.integer)):
        bits = 8 * common.itemsize
        return np.asarray(int(value) & ((1 << bits) - 1), dtype=f"u{common.itemsize}").astype(work.numpy)
    return quiet(np.asarray(value).astype, work.numpy)


def _result_dtype(op: Operator, computed: np.dtype[Any], common: dtype) -> np.dtype[Any]:
    if op.result is not None:
        fixed: np.dtype[Any] = op.result(common).numpy
        return fixed
    if op.promote == "bool" or computed.kind == "b":
        return np.dtype(np.bool_)
    if computed.kind != "c":
        return common.to_real().numpy
    return common.numpy


def broadcast(values: list[Any]) -> tuple[int, ...]:
    """The shape to which the tensors among some values broadcast."""
    return np.broadcast_shapes(*(value._array.shape for value in values if isinstance(value, TensorBase)))


def broadcast_error(values: list[Any], error: Exception) -> Exception:
    """torch's error for two shapes that do not broadcast; `error` itself where that is not the reason."""
    shapes = [value._array.shape for value in values if isinstance(value, TensorBase)]
    for first, second in itertools.pairwise(shapes):
        found = mismatch(first, second)
        if found is not None:
            return found
    return error
