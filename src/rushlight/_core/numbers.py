"""Python numbers brought to a dtype as torch does: cut, wrapped, or refused where they do not fit."""

from __future__ import annotations

from math import inf
from typing import Any

import numpy as np

from . import dtypes
from .dtypes import BOOL, COMPLEX, FLOATING, dtype

C_NAMES = {
    "uint8": "uint8_t", "int8": "int8_t", "int16": "int16_t", "int32": "int", "int64": "int64_t",
    "uint16": "uint16_t", "uint32": "uint32_t", "uint64": "uint64_t", "float16": "c10::Half",
    "bfloat16": "c10::BFloat16", "float32": "float", "float64": "double", "complex64": "c10::complex<float>",
    "complex128": "c10::complex<double>", "bool": "bool",
}  # fmt: skip
"""What error messages call the element types."""


_LARGEST = {
    "float16": 65504.0, "bfloat16": 3.3895313892515355e38, "float32": 3.4028234663852886e38,
    "float64": 1.7976931348623157e308,
}  # fmt: skip
"""The largest numbers of the floating dtypes; `finfo` would say so too, at 2 ms a dtype of import time."""


def fitted(value: Any, element: dtype) -> Any:
    """A number as one that an array of the dtype takes without a word.

    Floats are cut to integers, negative integers wrap in unsigned types, everything else must fit.

    Args:
        value: a Python or NumPy number.
        element: the dtype that it is for.

    Raises:
        RuntimeError: it does not fit.
        OverflowError: an integer that not even 64 bits hold.

    Example::

        >>> from rushlight._core.numbers import fitted
        >>> fitted(2.5, torch.int64), fitted(-1, torch.uint8)
        (2, 255)
    """
    kind = type(value)
    if kind is float and element.category == FLOATING and -_LARGEST[element.name] <= value <= _LARGEST[element.name]:
        return value
    if kind is int and element is dtypes.int64 and -(1 << 63) <= value < 1 << 63:
        return value
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, int) and not -(1 << 63) <= value < 1 << 64:
        raise OverflowError("int too big to convert")
    category = element.category
    if category == COMPLEX:
        real = dtypes.float64 if element is dtypes.complex128 else dtypes.float32
        value = complex(value)
        if any(abs(part) > _LARGEST[real.name] and abs(part) != inf for part in (value.real, value.imag)):
            raise _does_not_fit(element)
        return value
    if isinstance(value, complex):
        if value.imag:
            raise _does_not_fit(element)
        value = value.real
    if category == BOOL:
        return bool(value)
    if category == FLOATING:
        number = float(value)
        if abs(number) > _LARGEST[element.name] and abs(number) != inf:
            raise _does_not_fit(element)
        return number
    return _as_integer(value, element)


def _as_integer(value: Any, element: dtype) -> int:
    bits = 8 * element.itemsize
    low = -(1 << bits - 1) if element.is_signed else 0
    high = (1 << bits - 1) - 1 if element.is_signed else (1 << bits) - 1
    if isinstance(value, float):
        if not low <= value <= high:  # also what a nan comes to
            raise _does_not_fit(element)
        return int(value)
    if not (low if element.is_signed else -high) <= value <= high:
        raise _does_not_fit(element)
    return int(value) & high if low == 0 else int(value)


def _does_not_fit(element: dtype) -> RuntimeError:
    return RuntimeError(f"value cannot be converted to type {C_NAMES[element.name]} without overflow")
