"""Which dtype a result has: torch's lattice over categories, dimensioned tensors, 0-d tensors and scalars."""

from __future__ import annotations

from . import dtypes
from .dtypes import COMPLEX, FLOATING, INTEGER, dtype

_INTEGER_ORDER = {dtypes.int8: 1, dtypes.int16: 2, dtypes.int32: 3, dtypes.int64: 4}
_FLOAT_ORDER = {dtypes.float16: 1, dtypes.bfloat16: 1, dtypes.float32: 2, dtypes.float64: 3}
_BARE_UNSIGNED = frozenset({dtypes.uint16, dtypes.uint32, dtypes.uint64})


def promote_types(type1: dtype, type2: dtype) -> dtype:
    """The smallest dtype that both can be converted to, by torch's table.

    Args:
        type1, type2: any dtypes.

    Raises:
        RuntimeError: one is uint16, uint32 or uint64 and the other a different integer.

    Example::

        >>> torch.promote_types(torch.int32, torch.float32)
        torch.float32
        >>> torch.promote_types(torch.uint8, torch.int8)
        torch.int16
    """
    if type1 is type2:
        return type1
    low, high = (type1, type2) if type1.category <= type2.category else (type2, type1)
    if high.category == COMPLEX:
        wide = dtypes.complex128 in (low, high) or low is dtypes.float64
        return dtypes.complex128 if wide else dtypes.complex64
    if high.category == FLOATING:
        if low.category != FLOATING:
            return high
        if _FLOAT_ORDER[low] == _FLOAT_ORDER[high]:
            return dtypes.float32
        return max(low, high, key=_FLOAT_ORDER.__getitem__)
    if low.category != INTEGER:
        return high
    return _promote_integers(low, high)


def _promote_integers(first: dtype, second: dtype) -> dtype:
    if first in _BARE_UNSIGNED or second in _BARE_UNSIGNED:
        names = {dtypes.uint8: "Byte", dtypes.int8: "Char", dtypes.int16: "Short", dtypes.int32: "Int",
                 dtypes.int64: "Long", dtypes.uint16: "UInt16", dtypes.uint32: "UInt32",
                 dtypes.uint64: "UInt64"}  # fmt: skip
        raise RuntimeError(
            f"Promotion for uint16, uint32, uint64 types is not supported, attempted to promote "
            f"{names[first]} and {names[second]}"
        )
    if dtypes.uint8 in (first, second):
        signed = second if first is dtypes.uint8 else first
        return dtypes.int16 if signed is dtypes.int8 else signed
    return max(first, second, key=_INTEGER_ORDER.__getitem__)


def scalar_dtype(value: object) -> dtype:
    """The dtype that a Python (or NumPy) number stands for when it meets a tensor."""
    kind = type(value)
    if kind is bool:
        return dtypes.bool_
    if kind is int:
        return dtypes.int64
    if isinstance(value, float):
        return dtypes.get_default_dtype()
    if isinstance(value, complex):
        return dtypes.default_complex()
    array_dtype = getattr(value, "dtype", None)
    if array_dtype is not None:  # a NumPy scalar counts as the Python number of its category, a bool as a float
        category = dtypes.of_numpy(array_dtype).category
        default = dtypes.get_default_dtype()
        return (default, dtypes.int64, default, dtypes.default_complex())[category]
    return dtypes.int64


class Promotion:
    """Collects operands and answers with the dtype of the result.

    Tensors with dimensions decide within a category; 0-d tensors and then scalars
    only raise the category.
    """

    __slots__ = ("dimensioned", "scalar", "zero_dim")

    def __init__(self) -> None:
        self.dimensioned: dtype | None = None
        self.zero_dim: dtype | None = None
        self.scalar: dtype | None = None

    def add_tensor(self, element: dtype, ndim: int) -> None:
        """Takes a tensor of `ndim` dimensions into account."""
        if ndim:
            self.dimensioned = element if self.dimensioned is None else promote_types(self.dimensioned, element)
        else:
            self.zero_dim = element if self.zero_dim is None else promote_types(self.zero_dim, element)

    def add_scalar(self, value: object) -> None:
        """Takes a Python number into account."""
        element = scalar_dtype(value)
        self.scalar = element if self.scalar is None else promote_types(self.scalar, element)

    def result(self) -> dtype:
        """The dtype of the result."""
        found = _combine(self.dimensioned, _combine(self.zero_dim, self.scalar))
        assert found is not None
        return found


def _combine(higher: dtype | None, lower: dtype | None) -> dtype | None:
    if higher is None:
        return lower
    if lower is None or higher.category == COMPLEX:
        return higher
    if higher.category == FLOATING:
        return higher.to_complex() if lower.category == COMPLEX else higher
    if higher.category == dtypes.BOOL or lower.category >= FLOATING:
        return promote_types(higher, lower)
    return higher


def can_cast(from_: dtype, to: dtype) -> bool:
    """Whether in-place and ``out=`` results of one dtype may be written to another.

    Example::

        >>> torch.can_cast(torch.double, torch.float), torch.can_cast(torch.float, torch.int)
        (True, False)
    """
    if from_.category == COMPLEX and to.category != COMPLEX:
        return False
    if from_.category == FLOATING and to.category < FLOATING:
        return False
    return not (from_.category == INTEGER and to.category == dtypes.BOOL)


def accumulate_type(element: dtype) -> dtype:
    """The dtype in which values of `element` are computed and summed."""
    return dtypes.float32 if element in dtypes.REDUCED else element
