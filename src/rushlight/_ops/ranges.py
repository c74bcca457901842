"""Numbers at even distances: arange, range, linspace and logspace, rounded as torch rounds them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from .._backends.numpy.errstate import quiet
from .._backends.numpy.multiply_add import multiply_add
from .._core import dtypes
from .._core.devices import device as Device
from .._core.dtypes import BOOL, COMPLEX, INTEGER, REDUCED, dtype as DType, of_numpy
from .._core.layouts import layout as Layout
from .._core.names import type_name
from .._core.numbers import C_NAMES, fitted
from .._core.options import element_type
from .._core.promotion import scalar_dtype
from .._core.tensor_base import TensorBase
from .._core.warn import warn
from .._declare.binding import MISSING, invalid_combination, is_number
from .._declare.dispatch import scalar_name
from .._declare.factories import quick, sized, worded

if TYPE_CHECKING:
    from ..tensor import Tensor

Number = bool | int | float | complex

_LANES = {"float32": 8, "float64": 4, "float16": 16, "bfloat16": 16}
"""Elements in the vectors of 32 bytes that torch fills at a time: each starts from a rounded value."""


def arange(
    start: Number | Tensor = MISSING,
    end: Number | Tensor | None = None,
    step: Number | Tensor = MISSING,
    *,
    out: Tensor | None = None,
    dtype: DType | None = None,
    layout: Layout | None = None,
    device: Device | str | None = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
) -> Tensor:
    """The numbers from `start` up to and without `end`, `step` apart.

    Args:
        start: the first number; the end, from 0, where it is the only one.
        end: the end, not included.
        step: the distance, 1 unless it is given.
        out: a tensor to write to.
        dtype: int64 where None and all are integers, else the default dtype.
        device: ``"cpu"`` or ``"meta"``.
        requires_grad: whether operators on the result are recorded.

    Raises:
        RuntimeError: `step` is zero or leads away from `end`.

    Example::

        >>> torch.arange(1, 7, 2)
        tensor([1, 3, 5])
    """
    if type(start) is int and end is out is dtype is layout is device is None and not (pin_memory or requires_grad):
        if step is MISSING and 0 <= start < 1 << 60:
            found = quick(_counted, (start,), dtypes.int64)
            if found is not None:
                return found
    if end is None:
        if start is MISSING or step is not MISSING:
            raise invalid_combination(
                "arange", () if start is MISSING else (start,), {} if step is MISSING else {"step": step}
            )
        start, end = 0, _number("arange", "end", 1, start)
    elif start is MISSING:
        start, end = 0, _number("arange", "end", 1, end)
    else:
        start, end = _number("arange", "start", 1, start), _number("arange", "end", 2, end)
    step = 1 if step is MISSING else _number("arange", "step", 3, step)
    if dtype is not None:
        element = element_type("arange", dtype)
    elif out is not None:
        element = of_numpy(out._array.dtype)
    else:
        whole = float not in (type(start), type(end), type(step)) and all(
            scalar_dtype(value).category <= INTEGER for value in (start, end, step)
        )
        element = dtypes.int64 if whole else dtypes.get_default_dtype()
    if element.category in (BOOL, COMPLEX):
        raise NotImplementedError(f"\"arange_cpu\" not implemented for '{scalar_name(element)}'")
    count = _count(start, end, step, element)
    if out is not None and out._array.size not in (0, count):
        warn(
            f"The number of elements in the out tensor of shape {list(out._array.shape)} is {out._array.size} which "
            f"does not match the computed number of elements {count}. Note that this may occur as a result of rounding "
            f"error. The out tensor will be resized to a tensor of shape ({count},)."
        )

    def maker(shape: tuple[int, ...], array_type: np.dtype[Any]) -> Any:
        if element.category == INTEGER:
            first, distance = fitted(_cut(start), dtypes.int64), fitted(_cut(step), dtypes.int64)
            if first == 0 and distance == 1:
                return np.arange(shape[0], dtype=np.int64).astype(array_type, copy=False)
            return (first + distance * np.arange(shape[0], dtype=np.int64)).astype(array_type, copy=False)
        return _float_steps(float(start), float(step), shape[0], element)

    return sized("arange", maker, (count,), out, element, layout, device, pin_memory, requires_grad)


def _counted(shape: tuple[int, ...], element: np.dtype[Any]) -> Any:
    return np.arange(shape[0], dtype=element)


def _cut(value: Any) -> Any:
    return int(value) if isinstance(value, float) else value


def _number(name: str, parameter: str, position: int, value: Any) -> Any:
    """A bound of a range, which may be a 0-d tensor."""
    if type(value) is int or type(value) is float:
        return value
    if isinstance(value, TensorBase) and value._array.ndim == 0:
        value = value.item()
    elif isinstance(value, np.generic):
        value = value.item()
    elif not is_number(value):
        raise TypeError(
            f"{name}(): argument '{parameter}' (position {position}) must be Number, not {type_name(value)}"
        )
    if isinstance(value, complex) and name == "arange":
        raise RuntimeError("value cannot be converted to type double without overflow")
    return value


def _count(start: Any, end: Any, step: Any, element: DType) -> int:
    """How many numbers a range has.

    Raises:
        RuntimeError: it would be endless, or none.
    """
    if element is dtypes.int64:
        if isinstance(step, float) and step == step and int(step) == 0 and step != 0:
            raise ValueError("step must be nonzero")
        for value in (start, end, step):
            if isinstance(value, int):
                fitted(value, dtypes.int64)
    if not (step > 0 or step < 0):
        raise RuntimeError("step must be nonzero")
    if not (math.isfinite(start) and math.isfinite(end)):
        raise RuntimeError(f"unsupported range: {_as_c(start)} -> {_as_c(end)}")
    if (end < start) if step > 0 else (end > start):
        raise RuntimeError("upper bound and lower bound inconsistent with step sign")
    if element is dtypes.int64:
        return -((int(start) - int(end)) // int(step))
    return math.ceil((float(end) - float(start)) / float(step))


def _as_c(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


_FEW = 16
"""Numbers up to which Python computes them faster than NumPy's calls begin, and no whole pair of vectors is filled."""


def _float_steps(start: float, step: float, count: int, element: DType) -> Any:
    """``start + step * i`` as torch's vectorised loop rounds it.

    Whole pairs of vectors start from a value that was rounded to the dtype; the rest is computed one by one.
    """
    if element is dtypes.float32 and count < _FEW:
        return np.array([start + step * index for index in range(count)], np.float32)
    lanes = _LANES[element.name]
    steps = _multiply_add(element)
    if element in REDUCED:  # torch computes these in float32
        start, step = float(np.float32(start)), float(np.float32(step))
    whole = count // (2 * lanes) * (2 * lanes)
    index = np.arange(count, dtype=np.float64)
    if not whole or _exact(start, step, count, element):
        return _rounded(steps(step, index, start), element)
    heads = _rounded(steps(step, index[:whole:lanes], start), element).astype(np.float64)
    found = np.empty(count, element.numpy)
    found[:whole].reshape(-1, lanes)[...] = _rounded(steps(step, index[:lanes], heads[:, None]), element)
    found[whole:] = _rounded(steps(step, index[whole:], start), element)
    return found


def _multiply_add(element: DType) -> Any:
    """What computes ``factor * values + addend`` in float64 for results of a dtype.

    Rounding twice in float64 shows in no narrower dtype (but once in 2 ** 29 times).
    """
    return multiply_add if element is dtypes.float64 else _multiply_then_add


def _multiply_then_add(factor: Any, values: np.ndarray[Any, Any], addend: Any) -> Any:
    return values * np.float64(factor) + addend


_WHOLE_BITS = {"float32": 24, "float64": 53, "float16": 11, "bfloat16": 8}
"""Bits of the integers up to which every one has a place in a dtype."""


def _exact(start: float, step: float, count: int, element: DType) -> bool:
    """Whether no number of a range needs rounding, so that every way to compute it agrees."""
    top = max(abs(start), abs(start + step * count))
    return start.is_integer() and step.is_integer() and top < 1 << _WHOLE_BITS[element.name]


def _rounded(values: Any, element: DType) -> Any:
    """float64 values in the dtype, 16-bit ones by way of float32 as torch does."""
    if element in REDUCED:
        values = quiet(values.astype, np.float32)
    return quiet(values.astype, element.numpy, copy=False)


@worded()
def range_(
    start: Number,
    end: Number,
    step: Number = 1,
    *,
    out: Tensor | None = None,
    dtype: DType | None = None,
    layout: Layout | None = None,
    device: Device | str | None = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
) -> Tensor:
    """The numbers from `start` up to and with `end`, `step` apart; deprecated, write `arange`.

    Args:
        start: the first number.
        end: the end, included.
        step: the distance.
        out: a tensor to write to.
        dtype: the default dtype where None.

    Example::

        >>> torch.arange(1.0, 5.0)
        tensor([1., 2., 3., 4.])
    """
    warn(
        "torch.range is deprecated and will be removed in a future release because its behavior is inconsistent with "
        "Python's range builtin. Instead, use torch.arange, which produces values in [start, end)."
    )
    element = element_type("range", dtype) if out is None else of_numpy(out._array.dtype)
    _count(start, end, step, dtypes.float64)
    count = math.floor((float(end) - float(start)) / float(step)) + 1

    def maker(shape: tuple[int, ...], array_type: np.dtype[Any]) -> Any:
        return _rounded(multiply_add(float(step), np.arange(count), float(start)), element)

    return sized("range", maker, (count,), out, element, layout, device, pin_memory, requires_grad)


range_.__name__ = range_.__qualname__ = "range"


@worded(overloads=True)
def linspace(
    start: Number | Tensor,
    end: Number | Tensor,
    steps: int,
    *,
    out: Tensor | None = None,
    dtype: DType | None = None,
    layout: Layout | None = None,
    device: Device | str | None = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
) -> Tensor:
    """`steps` numbers from `start` to `end`, both included, at even distances.

    Args:
        start, end: numbers or 0-d tensors.
        steps: how many.
        out: a tensor to write to.
        dtype: the default dtype, or its complex counterpart for complex bounds, where None.
        device: ``"cpu"`` or ``"meta"``.
        requires_grad: whether operators on the result are recorded.

    Raises:
        RuntimeError: `steps` is negative, or a bound does not fit into the dtype.

    Example::

        >>> torch.linspace(0, 1, 5)
        tensor([0.0000, 0.2500, 0.5000, 0.7500, 1.0000])
    """
    given = (start, end, steps)
    start, end, steps, element = _space("linspace", given, start, end, steps, out, dtype)

    def maker(shape: tuple[int, ...], array_type: np.dtype[Any]) -> Any:
        return _even(start, end, steps, element) if steps else np.empty(0, array_type)

    return sized("linspace", maker, (steps,), out, element, layout, device, pin_memory, requires_grad)


@worded(overloads=True)
def logspace(
    start: Number | Tensor,
    end: Number | Tensor,
    steps: int,
    base: float = 10.0,
    *,
    out: Tensor | None = None,
    dtype: DType | None = None,
    layout: Layout | None = None,
    device: Device | str | None = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
) -> Tensor:
    """`steps` powers of `base`, with exponents from `start` to `end`, both included, at even distances.

    Args:
        start, end: the first and the last exponent, numbers or 0-d tensors.
        steps: how many.
        base: the base.
        out: a tensor to write to.
        dtype: the default dtype, or its complex counterpart for complex bounds, where None.
        device: ``"cpu"`` or ``"meta"``.
        requires_grad: whether operators on the result are recorded.

    Raises:
        RuntimeError: `steps` is negative.

    Example::

        >>> torch.logspace(0, 2, 3)
        tensor([  1.,  10., 100.])
    """
    given = (start, end, steps)
    if isinstance(base, TensorBase):
        base = base.item()
    if not isinstance(base, (int, float)):
        raise invalid_combination("logspace", given, {"base": base})
    start, end, steps, element = _space("logspace", given, start, end, steps, out, dtype)

    def maker(shape: tuple[int, ...], array_type: np.dtype[Any]) -> Any:
        if element.category == INTEGER:
            exponents = _even(float(fitted(_cut(start), element)), float(fitted(_cut(end), element)), steps, None)
            return quiet(quiet(np.power, float(base), exponents).astype, element.numpy)
        exponents = _even(start, end, steps, element)
        wide = exponents.astype(np.complex128 if element.is_complex else np.float64)
        return quiet(quiet(np.power, wide.dtype.type(base), wide).astype, element.numpy)

    return sized("logspace", maker, (steps,), out, element, layout, device, pin_memory, requires_grad)


def _space(
    name: str, given: tuple[Any, ...], start: Any, end: Any, steps: Any, out: Any, dtype: Any
) -> tuple[Any, Any, int, DType]:
    """The checked arguments of `linspace` and `logspace`: bounds as numbers, steps, dtype."""
    bounds = []
    for label, value in (("start", start), ("end", end)):
        if isinstance(value, TensorBase):
            if value._array.ndim:
                raise RuntimeError(
                    f"{name} only supports 0-dimensional start and end tensors, but got {label} with "
                    f"{value._array.ndim} dimension(s)."
                )
            value = value.item()
        elif not is_number(value):
            raise invalid_combination(name, given)
        bounds.append(value.item() if isinstance(value, np.generic) else value)
    if not hasattr(steps, "__index__") or isinstance(steps, bool):
        raise invalid_combination(name, given)
    if steps < 0:
        raise RuntimeError("number of steps must be non-negative")
    complex_bounds = any(isinstance(value, complex) for value in bounds)
    element = dtypes.default_complex() if complex_bounds else dtypes.get_default_dtype()
    if dtype is not None or out is not None:
        inferred, element = element, element_type(name, dtype) if dtype is not None else of_numpy(out._array.dtype)
        if complex_bounds and not element.is_complex:
            raise RuntimeError(
                f"torch.{name}(): inferred dtype {C_NAMES[inferred.name]} can't be safely cast to passed dtype "
                f"{scalar_name(element)}"
            )
    if element.category == BOOL:
        raise NotImplementedError(f"\"{name}_cpu\" not implemented for '{scalar_name(element)}'")
    return bounds[0], bounds[1], int(steps), element


def _even(start: Any, end: Any, steps: int, element: DType | None) -> Any:
    """Evenly spaced numbers, from both ends to the middle, so that they are symmetric; None for plain float64.

    Integer dtypes cut what was computed in float64, 16-bit floats round after every operation, complex numbers
    run on their parts.
    """
    if element is not None and element.is_complex:
        part = element.to_real()
        low, high = complex(start), complex(end)
        found = np.empty(steps, element.numpy)
        found.real, found.imag = _even(low.real, high.real, steps, part), _even(low.imag, high.imag, steps, part)
        return found
    if element is dtypes.float32 and 1 < steps < _FEW:
        return _even_few(np.float32(fitted(start, element)), np.float32(fitted(end, element)), steps)
    work = np.dtype(np.float64) if element is None or element.category == INTEGER else element.numpy
    if element is not None:
        start, end = fitted(start, element), fitted(end, element)
    first, last = np.asarray(start).astype(work), np.asarray(end).astype(work)
    if steps <= 1:
        return np.full(steps, start, work if element is None else element.numpy)
    half = steps // 2
    index = np.arange(steps, dtype=np.float64)
    up, down = index[:half], steps - 1 - index[half:]
    if element in REDUCED:
        step = ((last - first) / np.asarray(steps - 1).astype(work)).astype(work)
        return np.concatenate([first + step * up.astype(work), last - step * down.astype(work)]).astype(work)
    step = np.float64((last - first) / work.type(steps - 1))
    along = multiply_add if work.itemsize == 8 else _multiply_then_add
    found = np.empty(steps, work if element is None else element.numpy)
    found[:half] = along(step, up, np.float64(first))
    found[half:] = along(-step, down, np.float64(last))
    return found


def _even_few(start: Any, end: Any, steps: int) -> Any:
    """`_even` in float32 for a few numbers."""
    step = float((end - start) / np.float32(steps - 1))
    first, last, half = float(start), float(end), steps // 2
    rising = [first + step * index for index in range(half)]
    return np.array([*rising, *[last - step * index for index in range(steps - 1 - half, -1, -1)]], np.float32)
