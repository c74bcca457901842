"""Element types: the `dtype` objects, their NumPy counterparts, limits, and the default dtype."""

from __future__ import annotations

from typing import Any

import ml_dtypes
import numpy as np

BOOL, INTEGER, FLOATING, COMPLEX = range(4)
"""Categories of dtypes, in the order in which promotion climbs them."""


class dtype:
    """An element type such as `torch.float32`.

    Attributes:
        name: torch's name, ``"float32"``.
        numpy: the NumPy dtype of the arrays that hold such elements.
        itemsize: bytes per element.
        is_floating_point, is_complex, is_signed: what kind of number it is.

    Example::

        >>> torch.float32, torch.float32.itemsize, torch.int8.is_signed
        (torch.float32, 4, True)
    """

    __module__ = "rushlight"
    __slots__ = (
        "__weakref__",
        "category",
        "is_complex",
        "is_floating_point",
        "is_signed",
        "itemsize",
        "name",
        "numpy",
    )

    def __init__(self, name: str, array_type: Any, category: int) -> None:
        self.name = name
        self.numpy: np.dtype[Any] = np.dtype(array_type)
        self.category = category
        self.itemsize = self.numpy.itemsize
        self.is_floating_point = category == FLOATING
        self.is_complex = category == COMPLEX
        self.is_signed = category >= FLOATING or self.numpy.kind == "i"

    def __repr__(self) -> str:
        return f"torch.{self.name}"

    def __reduce__(self) -> str | tuple[Any, ...]:
        return _by_name, (self.name,)

    def __copy__(self) -> dtype:
        return self

    def __deepcopy__(self, memo: Any) -> dtype:
        return self

    def to_real(self) -> dtype:
        """The dtype of the real part: ``complex64`` becomes ``float32``; real dtypes stay."""
        return _REAL.get(self, self)

    def to_complex(self) -> dtype:
        """The complex dtype whose parts have this dtype (``complex64`` for everything narrower)."""
        if self.is_complex:
            return self
        return complex128 if self is float64 else complex64


def _by_name(name: str) -> dtype:
    return DTYPES[name]


uint8 = dtype("uint8", np.uint8, INTEGER)
int8 = dtype("int8", np.int8, INTEGER)
int16 = dtype("int16", np.int16, INTEGER)
int32 = dtype("int32", np.int32, INTEGER)
int64 = dtype("int64", np.int64, INTEGER)
uint16 = dtype("uint16", np.uint16, INTEGER)
uint32 = dtype("uint32", np.uint32, INTEGER)
uint64 = dtype("uint64", np.uint64, INTEGER)
float16 = dtype("float16", np.float16, FLOATING)
bfloat16 = dtype("bfloat16", ml_dtypes.bfloat16, FLOATING)
float32 = dtype("float32", np.float32, FLOATING)
float64 = dtype("float64", np.float64, FLOATING)
complex64 = dtype("complex64", np.complex64, COMPLEX)
complex128 = dtype("complex128", np.complex128, COMPLEX)
bool_ = dtype("bool", np.bool_, BOOL)

DTYPES: dict[str, dtype] = {
    d.name: d
    for d in (uint8, int8, int16, int32, int64, uint16, uint32, uint64, float16, bfloat16, float32, float64,
              complex64, complex128, bool_)
}  # fmt: skip

_REAL = {complex64: float32, complex128: float64}

REDUCED = frozenset({float16, bfloat16})
"""Dtypes that are stored narrow and computed in float32."""

BY_NUMBER: dict[int, dtype] = {d.numpy.num: d for d in DTYPES.values()}
"""The dtypes by the number of their NumPy counterpart: the short way of `of_numpy`."""


def of_numpy(array_dtype: np.dtype[Any]) -> dtype:
    """The dtype of an array's elements; TypeError for arrays that no tensor can hold."""
    found = BY_NUMBER.get(array_dtype.num)
    if found is None:
        # platform aliases such as `longlong` compare equal to one of ours under another number
        for candidate in DTYPES.values():
            if candidate.numpy == array_dtype.newbyteorder("="):
                return candidate
        raise TypeError(
            f"can't convert np.ndarray of type {array_dtype.type.__module__}.{array_dtype.type.__name__}. "
            "The only supported types are: float64, float32, float16, complex64, complex128, int64, int32, "
            "int16, int8, uint64, uint32, uint16, uint8, and bool."
        )
    return found


_default = float32


def get_default_dtype() -> dtype:
    """The floating dtype that factory functions and Python floats get.

    Example::

        >>> torch.get_default_dtype()
        torch.float32
    """
    return _default


def set_default_dtype(d: dtype) -> None:
    """Sets the floating dtype that factory functions and Python floats get.

    Args:
        d: a floating dtype.

    Raises:
        TypeError: `d` is not a floating dtype.
    """
    global _default
    if not isinstance(d, dtype):
        raise TypeError("invalid dtype object: only floating-point types are supported as the default type")
    if not d.is_floating_point:
        raise TypeError("only floating-point types are supported as the default type")
    _default = d


def default_complex() -> dtype:
    """The complex dtype that belongs to the default dtype."""
    return _default.to_complex()


_DECIMALS = {"float16": 3, "bfloat16": 2, "float32": 6, "float64": 15}
"""Decimal digits that survive a round trip through a dtype."""


class finfo:
    """Limits of a floating dtype (the default dtype when none is given).

    Attributes:
        bits, eps, max, min, tiny, smallest_normal, resolution, dtype.

    Example::

        >>> torch.finfo(torch.float32).eps
        1.1920928955078125e-07
    """

    def __init__(self, type: dtype | None = None) -> None:
        element = get_default_dtype() if type is None else type
        if not isinstance(element, dtype):
            raise TypeError(
                f"torch.finfo() requires a floating point input type. Use torch.iinfo to handle '{element}'"
            )
        if element.category < FLOATING:
            raise TypeError(
                f"torch.finfo() requires a floating point input type. Use torch.iinfo to handle '{element}'"
            )
        limits = ml_dtypes.finfo(  # type: ignore[no-untyped-call]  # ml_dtypes annotates its constructor in part
            element.to_real().numpy
        )
        self.bits = int(limits.bits)
        self.eps = float(limits.eps)
        self.max = float(limits.max)
        self.min = float(limits.min)
        self.tiny = self.smallest_normal = float(limits.smallest_normal)
        self.resolution = 10.0 ** -_DECIMALS[element.to_real().name]
        self.dtype = element.to_real().name

    def __repr__(self) -> str:
        numbers = (
            f"{key}={_short(getattr(self, key))}"
            for key in ("resolution", "min", "max", "eps", "smallest_normal", "tiny")
        )
        return f"finfo({', '.join(numbers)}, dtype={self.dtype})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, finfo) and self.dtype == other.dtype

    def __hash__(self) -> int:
        return hash(self.dtype)


class iinfo:
    """Limits of an integer dtype.

    Attributes:
        bits, max, min, dtype.

    Example::

        >>> torch.iinfo(torch.int8).max
        127
    """

    def __init__(self, type: dtype) -> None:
        if not isinstance(type, dtype) or type.category != INTEGER:
            if type is bool_:
                raise TypeError("torch.bool is not supported by torch.iinfo")
            raise TypeError(f"torch.iinfo() requires an integer input type. Use torch.finfo to handle '{type}'")
        limits = np.iinfo(type.numpy)
        self.bits = int(limits.bits)
        self.max = int(limits.max)
        self.min = int(limits.min)
        self.dtype = type.name

    def __repr__(self) -> str:
        return f"iinfo(min={self.min}, max={self.max}, dtype={self.dtype})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, iinfo) and self.dtype == other.dtype

    def __hash__(self) -> int:
        return hash(self.dtype)


def _short(value: float) -> str:
    return f"{value:.6g}"
