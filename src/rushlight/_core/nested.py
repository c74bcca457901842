"""Numbers in nested sequences turned into arrays: dtype inference, shapes, and torch's errors for what is no tensor."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any

import numpy as np

from . import dtypes
from .dtypes import dtype as DType
from .promotion import promote_types
from .tensor_base import TensorBase
from .warn import warn

_FLOAT, _ARRAYS = frozenset((float,)), frozenset((np.ndarray,))
_PLAIN_NUMBERS = frozenset((float, int, bool, complex))
_DEPTH = 128
"""Nesting beyond which torch gives up, so that a list that contains itself is an error and not a hang."""


def array_of(data: Any, dtype: DType | None) -> np.ndarray[Any, Any]:
    """A new array of the numbers in `data`.

    Args:
        data: a number or nested sequences of numbers, arrays or tensors.
        dtype: the dtype of the elements; None infers it: bools, then integers as int64, then floats as the
            default dtype, then complex; NumPy's scalars and tensors bring their own dtype.

    Raises:
        TypeError: something is neither number nor sequence.
        ValueError: sequences of one level have different lengths, or an integer is too large.
        RuntimeError: no dtype follows from the data, or a number does not fit into `dtype`.
    """
    kind = type(data)
    if kind is list or kind is tuple:
        kinds = set(map(type, data))
        if list in kinds:
            kinds = _kinds_below(data, kinds)
        elif kinds == _ARRAYS:
            return _stacked(data, dtype)
    else:
        kinds = {kind}
    if kinds <= _PLAIN_NUMBERS:
        try:
            return _converted_at_once(data, kinds, _of_python(kinds) if dtype is None else dtype)
        except (ValueError, TypeError, OverflowError, RuntimeWarning):
            pass  # ragged or too large: the careful way finds out what torch says
    return _careful(data, dtype)


def _converted_at_once(data: Any, kinds: set[type], element: DType) -> np.ndarray[Any, Any]:
    """Regular data by NumPy.

    Raises:
        ValueError: a number may not fit, or the data are ragged.
        TypeError, OverflowError: a number does not fit.
    """
    category = element.category
    if complex in kinds and category != dtypes.COMPLEX:
        raise ValueError
    if element is dtypes.float32 or element is dtypes.float64 or category != dtypes.INTEGER:
        if element in dtypes.REDUCED:
            with np.errstate(over="ignore"):
                return np.array(data, np.float64).astype(np.float32).astype(element.numpy)
        return np.array(data, element.numpy)
    if element is dtypes.int64 and float not in kinds:
        return np.array(data, np.int64)
    values = np.array(data, np.float64 if float in kinds else np.int64)
    limits = np.iinfo(element.numpy)
    if values.size and not limits.min <= values.min() <= values.max() <= limits.max:
        raise ValueError
    if float in kinds and values.size and values.max() >= limits.max:  # as a float64 the limit may be one too large
        raise ValueError
    return values.astype(element.numpy)


def _stacked(data: Sequence[np.ndarray[Any, Any]], dtype: DType | None) -> np.ndarray[Any, Any]:
    """A list of arrays, which torch discourages, as one."""
    warn(
        "Creating a tensor from a list of numpy.ndarrays is extremely slow. Please consider converting the list to "
        "a single numpy.ndarray with numpy.array() before converting to a tensor.",
        once=True,
    )
    if any(array.shape != data[0].shape or array.dtype != data[0].dtype for array in data):
        return _careful(data, dtype)
    element = dtypes.of_numpy(data[0].dtype) if dtype is None else dtype
    with np.errstate(all="ignore"):
        return np.stack(data).astype(element.numpy)


def _kinds_below(data: Sequence[Any], kinds: set[type]) -> set[type]:
    """The types of the leaves under a list of lists; with `list` among them where the nesting is irregular."""
    depth = 0
    while list in kinds and len(kinds) == 1 and depth < _DEPTH:
        kinds = set()
        for row in data:
            kinds.update(map(type, row))
        if kinds == {list}:
            data = [row for rows in data for row in rows]
        depth += 1
    return kinds


def _of_python(kinds: Any) -> DType:
    """The dtype of numbers of these Python types; the default dtype for none at all."""
    if kinds <= _FLOAT:
        return dtypes.get_default_dtype()
    if complex in kinds:
        return dtypes.default_complex()
    if float in kinds:
        return dtypes.get_default_dtype()
    return dtypes.int64 if int in kinds else dtypes.bool_


def _careful(data: Any, dtype: DType | None) -> np.ndarray[Any, Any]:
    """The general way: shape first, then the dtype, then the elements one by one, in torch's order of errors."""
    if isinstance(data, (str, bytes)):
        raise TypeError(f"new(): invalid data type '{type(data).__name__}'")
    shape = _shape_of(data)
    element = _infer(data) if dtype is None else dtype
    leaves: list[Any] = []
    if 0 not in shape:
        _collect(data, shape, 0, leaves)
    found = np.empty(len(leaves), element.numpy)
    with np.errstate(over="ignore"):
        for position, leaf in enumerate(leaves):
            found[position] = _converted(leaf, element)
    return found.reshape(shape)


def is_sequence(value: Any) -> bool:
    """Whether `torch.tensor` looks for elements inside a value."""
    if isinstance(value, (list, tuple, str, bytes)):
        return True
    if isinstance(value, np.ndarray):
        return value.ndim > 0
    if isinstance(value, (TensorBase, np.generic, dict)):
        return False
    return hasattr(type(value), "__len__") and hasattr(type(value), "__getitem__")


def _shape_of(data: Any) -> tuple[int, ...]:
    """Lengths along the first element of every level."""
    shape: list[int] = []
    while is_sequence(data):
        length = len(data)
        if isinstance(data, (str, bytes)) and shape and length == 1:
            raise ValueError(f"too many dimensions '{type(data).__name__}'")
        shape.append(length)
        if len(shape) > _DEPTH:
            raise ValueError(f"too many dimensions '{type(data).__name__}'")
        if not length:
            break
        data = data[0]
    return tuple(shape)


def _infer(data: Any) -> DType:
    """The dtype that holds everything in nested data."""
    kind = type(data)
    if kind in _PLAIN_NUMBERS:
        return _of_python({kind})
    if isinstance(data, TensorBase):
        return dtypes.of_numpy(data._array.dtype)
    if isinstance(data, (np.ndarray, np.generic)):
        return dtypes.of_numpy(data.dtype)
    if isinstance(data, float):
        return dtypes.get_default_dtype()
    if isinstance(data, int):
        return dtypes.int64
    if isinstance(data, complex):
        return dtypes.default_complex()
    if isinstance(data, (str, bytes)):
        raise TypeError(f"new(): invalid data type '{kind.__name__}'")
    if not is_sequence(data):
        error = RuntimeError(f"Could not infer dtype of {kind.__name__}")
        if data is None or isinstance(data, (dict, set)):
            error.add_note("torch.tensor takes numbers, nested lists or tuples of numbers, arrays and tensors")
        raise error
    found = None
    for position in range(len(data)):
        item = _infer(data[position])
        found = item if found is None else promote_types(found, item)
        if found is dtypes.complex128:
            break
    return dtypes.get_default_dtype() if found is None else found


def _collect(data: Any, shape: tuple[int, ...], dim: int, leaves: list[Any]) -> None:
    """Appends the elements in order, checking that every sequence of a level has the same length."""
    if dim == len(shape):
        leaves.append(data)
        return
    if not is_sequence(data):
        raise TypeError("not a sequence")
    length = len(data)
    if length != shape[dim]:
        error = ValueError(f"expected sequence of length {shape[dim]} at dim {dim} (got {length})")
        error.add_note("all sequences of one level need the same length; pad them, or keep a list of tensors")
        raise error
    for position in range(length):
        _collect(data[position], shape, dim + 1, leaves)


def _converted(value: Any, element: DType) -> Any:
    """One number as a Python number that the array takes, after torch's checks."""
    if isinstance(value, TensorBase):
        if value._array.size != 1:
            raise ValueError("only one element tensors can be converted to Python scalars")
        value = value._array.item()
    elif isinstance(value, np.ndarray):
        value = value.item()
    elif isinstance(value, (np.generic)):
        value = value.item()
    category = element.category
    if category == dtypes.BOOL:
        return bool(value)
    if category == dtypes.FLOATING:
        if isinstance(value, complex):
            raise TypeError("must be real number, not complex")
        return float(value)
    if category == dtypes.COMPLEX:
        return complex(value)
    return _integer(value, element)


def _integer(value: Any, element: DType) -> Any:
    """An integer element: floats are cut, unsigned types wrap negatives, everything else must fit."""
    if isinstance(value, float):
        if value != value or value in (float("inf"), float("-inf")):
            raise RuntimeError(f"value cannot be converted to type {element.name} without overflow")
        value = int(value)
    else:
        value = operator.index(value)
    bits = 8 * element.itemsize
    if element is not dtypes.uint64 and not -(2**63) <= value < 2**63:
        raise ValueError("Overflow when unpacking long long")
    if element.is_signed:
        if not -(1 << bits - 1) <= value < 1 << bits - 1:
            raise RuntimeError(f"value cannot be converted to type {element.name} without overflow")
        return value
    if value >= 1 << bits or value < -(1 << bits) + 1:
        raise RuntimeError(f"value cannot be converted to type {element.name} without overflow")
    return value & ((1 << bits) - 1)
