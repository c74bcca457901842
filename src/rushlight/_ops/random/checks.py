"""What the random operators ask of their arguments: a generator, a number, bounds that the dtype can hold."""

from __future__ import annotations

from functools import cache
from typing import Any

import ml_dtypes
import numpy as np

from ..._core import dtypes
from ..._core.dtypes import BOOL, COMPLEX, FLOATING, INTEGER, dtype as DType
from ..._core.generator import Generator, default_generator
from ..._core.modes import modes
from ..._core.names import type_name
from ..._core.random_streams.integers import float_bounds, largest_integer
from ..._core.tensor_base import TensorBase
from ..._core.warn import warn
from ..._declare.binding import invalid_combination
from ..._declare.dispatch import no_kernel, scalar_name
from ..._declare.examples import check_random

_C_NAMES = {
    "bool": "bool", "uint8": "unsigned char", "int8": "signed char", "int16": "short int", "int32": "int",
    "int64": "long int", "uint16": "short unsigned int", "uint32": "unsigned int", "uint64": "long unsigned int",
    "float16": "c10::Half", "bfloat16": "c10::BFloat16", "float32": "float", "float64": "double",
    "complex64": "c10::complex<float>", "complex128": "c10::complex<double>",
}  # fmt: skip
"""What some messages call the dtypes."""

WIDE_UNSIGNED = (dtypes.uint16, dtypes.uint32, dtypes.uint64)
"""Dtypes that most of torch's random kernels leave out."""

_DIGITS = {"float16": 11, "bfloat16": 8, "float32": 24, "float64": 53}
_LOWEST = -(2**63)


def source_of(name: str, generator: Any) -> Generator:
    """The generator to draw from: the default one for None.

    Raises:
        TypeError: something else than a generator.
        RuntimeError: `vmap` was not told what to do with random numbers.
    """
    if modes.levels:
        check_random(name)
    if generator is None:
        return default_generator
    if isinstance(generator, Generator):
        return generator
    raise TypeError(f"{name}(): argument 'generator' must be torch.Generator, not {type_name(generator)}")


def source_among(name: str, generator: Any, args: tuple[Any, ...]) -> Generator:
    """As `source_of` for a function with overloads, whose error lists the arguments."""
    if modes.levels:
        check_random(name)
    if generator is None:
        return default_generator
    if isinstance(generator, Generator):
        return generator
    raise invalid_combination(name, args, {"generator": generator})


def number_of(name: str, parameter: str, position: int, value: Any) -> float:
    """A setting that is one real number, given as such or as a tensor of one element without history.

    Raises:
        TypeError: it is something else.
    """
    if isinstance(value, (int, float, np.floating, np.integer)):
        return value  # type: ignore[return-value]
    if isinstance(value, TensorBase) and value._array.size == 1 and value._edge is None:
        if value._array.dtype.kind not in "cO":
            return value.item()  # type: ignore[attr-defined, no-any-return]
    raise TypeError(f"{name}(): argument '{parameter}' (position {position}) must be float, not {type_name(value)}")


def is_whole(value: Any) -> bool:
    """Whether a value counts as an int: no bool, but integer tensors of one element."""
    if isinstance(value, (int, np.integer)):
        return not isinstance(value, bool)
    return isinstance(value, TensorBase) and value._array.size == 1 and value._array.dtype.kind in "iu"


def long_of(value: Any) -> int:
    """A whole number as an int of 64 bits.

    Raises:
        ValueError: it has more bits.
    """
    number = int(value)
    if not _LOWEST <= number < 2**63:
        raise ValueError("Overflow when unpacking long long")
    return number


@cache
def limits(element: DType) -> tuple[float, float]:
    """The smallest and the largest number of a floating dtype."""
    info = ml_dtypes.finfo(element.numpy)
    return float(info.min), float(info.max)


def check_uniform(element: DType) -> None:
    """Raises torch's error for a dtype that uniform numbers do not exist in."""
    if element.category < FLOATING:
        raise no_kernel("check_uniform_bounds", element)


def check_interval(low: float, high: float, element: DType) -> None:
    """Raises torch's error where ``uniform_`` cannot fill a dtype with numbers in [low, high)."""
    check_uniform(element)
    part = element.to_real()
    lowest, largest = limits(part)
    for name, value in (("from", low), ("to", high)):
        if not lowest <= value <= largest:
            raise RuntimeError(f"{name} is out of bounds for {_C_NAMES[part.name]}")
    if not low <= high:
        raise RuntimeError(f"uniform_ expects to return a [from, to) range, but found from={low:g} > to={high:g}")
    if high - low > largest:
        raise RuntimeError(
            f"uniform_ expects to-from <= std::numeric_limits<{scalar_name(part)}>::max(), but found to={high:g} and "
            f"from={low:g} which result in to-from to exceed the limit"
        )


def check_range(low: int, high: int, element: DType) -> tuple[int, int]:
    """The bounds of ``random_(low, high)``, which for floats may move a little.

    Raises:
        RuntimeError: nothing lies between them, or the dtype cannot hold what does.
    """
    if low >= high:
        raise RuntimeError(f"random_ expects 'from' to be less than 'to', but got from={low} >= to={high}")
    if element.category == FLOATING:
        _check_limits(low, high - 1, "to - 1", element)
        low, high = float_bounds(low, high, element.numpy)
        if low >= high:
            raise RuntimeError(
                f"random_ expects 'from' casted to dtype to be less than 'to' casted to dtype, but got from={low} >= "
                f"to={high}"
            )
    _check_bounds(low, high - 1, "to - 1", element)
    return low, high


def check_open_range(low: int, element: DType) -> tuple[int, int]:
    """The bounds of ``random_(low, None)``: up to the largest integer of the dtype.

    Raises:
        RuntimeError: there is none from `low` on.
    """
    if element.category == COMPLEX:
        raise RuntimeError("random_from_to_impl handles only integral, floating-point and boolean types")
    largest = largest_integer(element.numpy)
    if element.category == FLOATING:
        low, _ = float_bounds(low, largest + 1, element.numpy)
        if low >= largest:
            raise RuntimeError(
                "random_ expects 'from' casted to dtype to be less than or equal to 'to_inc' casted to dtype, but got "
                f"from={low} > to_inc={largest}"
            )
    _check_bounds(low, largest, "to_inc", element)
    return low, largest + 1


def _check_limits(low: int, last: int, last_name: str, element: DType) -> None:
    if element.category == COMPLEX:
        raise RuntimeError("check_random_bounds handles only integral, floating-point and boolean types")
    if element.category == FLOATING:
        smallest, largest = limits(element)
    elif element.category == BOOL:
        smallest, largest = 0, 1
    else:
        assert element.category == INTEGER
        info = np.iinfo(element.numpy)
        smallest, largest = int(info.min), int(info.max)
    for name, value in (("from", low), (last_name, last)):
        if not smallest <= value <= largest:
            raise RuntimeError(f"{name} is out of bounds for {_C_NAMES[element.name]}")


def _check_bounds(low: int, last: int, last_name: str, element: DType) -> None:
    _check_limits(low, last, last_name, element)
    digits = _DIGITS.get(element.name)
    if digits is None:
        return
    for name, value in (("from", low), (last_name, last)):
        if abs(value) > 2**digits:
            warn(
                f"{name} is out of bounds [-(2^{digits}), 2^{digits}]. Due to precision limitations "
                f"{_C_NAMES[element.name]} can support discrete uniform distribution only within this range. This "
                "warning will become an error in version 1.7 release, please fix the code in advance"
            )


def check_continuous(name: str, written: str, element: DType) -> None:
    """Raises torch's error where a continuous distribution is asked to fill a dtype that is not floating.

    Args:
        name: the distribution.
        written: ``"scalar"`` or ``"C"``: how the message writes the dtype.
        element: the dtype.
    """
    if element.category != FLOATING:
        given = scalar_name(element) if written == "scalar" else _C_NAMES[element.name]
        raise RuntimeError(
            f"{name} distribution is a continuous probability distribution. dtype must be a floating point but you "
            f"specified {given}"
        )


def check_deviation(std: float) -> None:
    """Raises torch's error for a standard deviation that is negative or NaN."""
    if not std >= 0:
        raise RuntimeError(f"normal expects std >= 0.0, but found std {std:g}")


def check_normal(element: DType) -> None:
    """Raises torch's error for a dtype that normal numbers do not exist in."""
    if element.category < FLOATING:
        raise no_kernel("normal_kernel_cpu", element)


def check_probability(p: float) -> None:
    """Raises torch's error for a probability outside [0, 1]."""
    if not 0 <= p <= 1:
        raise RuntimeError(f"bernoulli_ expects p to be in [0, 1], but got p={p:g}")


def check_probabilities(array: Any) -> None:
    """Raises torch's error for an array of probabilities with one outside [0, 1]."""
    wide = array.astype(np.float32) if dtypes.of_numpy(array.dtype) in dtypes.REDUCED else array
    if not bool(np.all((wide >= 0) & (wide <= 1))):
        raise RuntimeError(
            "Expected p_in >= 0 && p_in <= 1 to be true, but got false.  (Could this error message be improved?  If "
            "so, please report an enhancement request to PyTorch.)"
        )
