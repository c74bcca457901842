"""Choosing between elements: by a condition, the larger, the smaller, and within bounds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._core.dtypes import BOOL, of_numpy
from .._core.warn import warn
from .._declare.binding import invalid_combination
from .._declare.dispatch import no_kernel, scalar_name
from .._declare.helpers import common_dtype
from .._declare.kinds import Refusal, elementwise
from .._declare.scalars import s

if TYPE_CHECKING:
    from ..tensor import Tensor

Number = bool | int | float | complex


def _check_condition(condition: Any, input: Any, other: Any) -> None:
    if not hasattr(condition, "_array"):
        return
    element = of_numpy(condition._array.dtype)
    if element.name == "uint8":
        warn(
            "where received a uint8 condition tensor. This behavior is deprecated and will be removed in a future "
            "version of PyTorch. Use a boolean condition instead.",
            once=True,
        )
    elif element.name != "bool":
        error = RuntimeError(
            "where expected condition to be a boolean tensor, but got a tensor with dtype " + scalar_name(element)
        )
        error.add_note("compare first: torch.where(condition != 0, ...)")
        raise error


@elementwise(
    name="where",
    eager=np.where,
    natural="any",
    keep=("condition",),
    check=_check_condition,
    vjp={
        "input": lambda g, condition: s.where(condition, g, 0),
        "other": lambda g, condition: s.where(condition, 0, g),
    },
    overloads=True,
)
def _where(condition: Tensor, input: Tensor | Number, other: Tensor | Number, *, out: Tensor | None = None) -> Tensor:
    return s.where(condition, input, other)


def where(condition: Tensor, input: Any = None, other: Any = None, *, out: Tensor | None = None) -> Any:
    """Elements of `input` where `condition` holds, else of `other`; with `condition` alone, where it holds.

    Args:
        condition: a bool tensor.
        input, other: tensors or numbers; all three broadcast.

    Returns:
        A tensor; for `condition` alone a tuple of index tensors, one a dimension.

    Example::

        >>> torch.where(torch.tensor([True, False]), torch.tensor([1.0, 2.0]), 0.0)
        tensor([1., 0.])
        >>> torch.where(torch.tensor([False, True]))
        (tensor([1]),)
    """
    if other is None:
        if input is None and hasattr(condition, "_array"):
            return condition.nonzero(as_tuple=True)
        raise invalid_combination("where", (condition,) if input is None else (condition, input))
    return _where(condition, input, other) if out is None else _where(condition, input, other, out=out)


where.op = _where.op  # type: ignore[attr-defined]
_where.op.call = where  # type: ignore[attr-defined]


def _no_complex(name: str) -> tuple[Refusal, ...]:
    return (Refusal("complex", RuntimeError, f"{name} not implemented for complex tensors."),)


@elementwise(
    eager=np.maximum,
    natural="real",
    scalar_ok=False,
    refuse=_no_complex("maximum"),
    vjp={
        "input": lambda g, input, other: s.where(input == other, g / 2, s.where(input < other, 0, g)),
        "other": lambda g, input, other: s.where(input == other, g / 2, s.where(input > other, 0, g)),
    },
)
def maximum(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The larger of each two elements; nan if either is.

    Args:
        input, other: real tensors that broadcast.

    Example::

        >>> torch.maximum(torch.tensor([1, 2]), torch.tensor([3, 0]))
        tensor([3, 2])
    """
    return s.maximum(input, other)


@elementwise(
    eager=np.minimum,
    natural="real",
    scalar_ok=False,
    refuse=_no_complex("minimum"),
    vjp={
        "input": lambda g, input, other: s.where(input == other, g / 2, s.where(input > other, 0, g)),
        "other": lambda g, input, other: s.where(input == other, g / 2, s.where(input < other, 0, g)),
    },
)
def minimum(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The smaller of each two elements; nan if either is.

    Args:
        input, other: real tensors that broadcast.

    Example::

        >>> torch.minimum(torch.tensor([1, 2]), torch.tensor([3, 0]))
        tensor([1, 0])
    """
    return s.minimum(input, other)


@elementwise(
    eager=np.fmax,
    natural="real",
    scalar_ok=False,
    refuse=_no_complex("fmax"),
    vjp={
        "input": lambda g, input, other: s.where((input >= other) | s.isnan(other), g, 0),
        "other": lambda g, input, other: s.where((input >= other) | s.isnan(other), 0, g),
    },
)
def fmax(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The larger of each two elements; the one that is a number if the other is nan.

    Args:
        input, other: real tensors that broadcast.

    Example::

        >>> torch.fmax(torch.tensor([1.0, float("nan")]), torch.tensor([3.0, 0.0]))
        tensor([3., 0.])
    """
    return s.fmax(input, other)


@elementwise(
    eager=np.fmin,
    natural="real",
    scalar_ok=False,
    refuse=_no_complex("fmin"),
    vjp={
        "input": lambda g, input, other: s.where((input <= other) | s.isnan(other), g, 0),
        "other": lambda g, input, other: s.where((input <= other) | s.isnan(other), 0, g),
    },
)
def fmin(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The smaller of each two elements; the one that is a number if the other is nan.

    Args:
        input, other: real tensors that broadcast.

    Example::

        >>> torch.fmin(torch.tensor([1.0, float("nan")]), torch.tensor([3.0, 0.0]))
        tensor([1., 0.])
    """
    return s.fmin(input, other)


def _check_bound(side: str) -> Any:
    """A check of the dtypes of an operator with one bound: its errors name other kernels for tensors and numbers."""

    def check(input: Any, bound: Any) -> None:
        common = common_dtype(input, bound)
        if common is None:
            return
        if hasattr(bound, "_array"):
            if common.is_complex:
                raise no_kernel(f"{side}imum_cpu", common)
        elif common.is_complex:
            raise NotImplementedError("clamp is not supported for complex types")
        elif common.category == BOOL:
            raise no_kernel(f"clamp_{'min' if side == 'max' else 'max'}_scalar_cpu", common)

    return check


@elementwise(
    eager=np.maximum,
    check=_check_bound("max"),
    node=("ClampMinBackward1", "ClampMinBackward0"),
    vjp={
        "input": lambda g, input, min: s.where(input >= min, g, 0),
        "min": lambda g, input, min: s.where(input < min, g, 0),
    },
    overloads=True,
)
def clamp_min(input: Tensor, min: Tensor | Number, *, out: Tensor | None = None) -> Tensor:
    """Elements brought up to at least `min`.

    Args:
        input: any real tensor.
        min: a number, or a tensor that broadcasts with `input`.

    Example::

        >>> torch.clamp_min(torch.tensor([-1.0, 2.0]), 0)
        tensor([0., 2.])
    """
    return s.maximum(input, min)


@elementwise(
    eager=np.minimum,
    check=_check_bound("min"),
    node=("ClampMaxBackward1", "ClampMaxBackward0"),
    vjp={
        "input": lambda g, input, max: s.where(input <= max, g, 0),
        "max": lambda g, input, max: s.where(input > max, g, 0),
    },
    overloads=True,
)
def clamp_max(input: Tensor, max: Tensor | Number, *, out: Tensor | None = None) -> Tensor:
    """Elements brought down to at most `max`.

    Args:
        input: any real tensor.
        max: a number, or a tensor that broadcasts with `input`.

    Example::

        >>> torch.clamp_max(torch.tensor([-1.0, 2.0]), 0)
        tensor([-1.,  0.])
    """
    return s.minimum(input, max)


def _clamped(input: Any, min: Any, max: Any) -> Any:
    """Elements between two bounds, either of which may be None; the upper one wins where they cross."""
    found = input if min is None else s.maximum(input, min)
    return found if max is None else s.minimum(found, max)


def _eager_clamp(array: Any, min: Any, max: Any) -> Any:
    """`_clamped` for a float array and numbers."""
    if min is None:
        return np.minimum(array, max)
    found = np.maximum(array, min)
    return found if max is None else np.minimum(found, max, out=np.asarray(found))


def _inside(input: Any, min: Any, max: Any) -> Any:
    if min is None or max is None:
        return input >= min if max is None else input <= max
    return (input >= min) & (input <= max)


def _check_bounds(input: Any, min: Any, max: Any) -> None:
    if min is None and max is None:
        raise RuntimeError("torch.clamp: At least one of 'min' or 'max' must not be None")


_CLAMP_REFUSES = (Refusal("complex", NotImplementedError, "clamp is not supported for complex types"),)


@elementwise(
    name="clamp",
    eager=_eager_clamp,
    check=_check_bounds,
    refuse=_CLAMP_REFUSES,
    operands=("input", "min", "max"),
    node="ClampBackward1",
    vjp={"input": lambda g, input, min, max: s.where(_inside(input, min, max), g, 0)},
)
def clamp_number(
    input: Tensor, min: float | None = None, max: float | None = None, *, out: Tensor | None = None
) -> Tensor:
    """Elements brought within two numbers; see `clamp`."""
    return _clamped(input, min, max)


def _pull_min(g: Any, input: Any, min: Any, max: Any) -> Any:
    below = input < min
    return s.where(below if max is None else below & (min < max), g, 0)


def _pull_max(g: Any, input: Any, min: Any, max: Any) -> Any:
    above = input > max
    return s.where(above if min is None else above | (max < min), g, 0)


@elementwise(
    name="clamp_tensor",
    check=_check_bounds,
    refuse=_CLAMP_REFUSES,
    node="ClampBackward0",
    vjp={
        "input": lambda g, input, min, max: s.where(_inside(input, min, max), g, 0),
        "min": _pull_min,
        "max": _pull_max,
    },
)
def clamp_tensor(
    input: Tensor, min: Tensor | None = None, max: Tensor | None = None, *, out: Tensor | None = None
) -> Tensor:
    """Elements brought within the elements of two tensors; see `clamp`."""
    return _clamped(input, min, max)


def clamp(input: Tensor, min: Any = None, max: Any = None, *, out: Tensor | None = None) -> Tensor:
    """Elements brought within bounds; where the bounds cross, `max` wins.

    Args:
        input: any real tensor.
        min, max: numbers, or tensors that broadcast with `input`; None for no bound on that side.

    Raises:
        RuntimeError: both bounds are None.

    Example::

        >>> torch.clamp(torch.tensor([-1.0, 0.5, 2.0]), 0, 1)
        tensor([0.0000, 0.5000, 1.0000])
    """
    bounds = [hasattr(bound, "_array") for bound in (min, max) if bound is not None]
    if True in bounds and False in bounds:
        raise invalid_combination("clamp", (input, min, max))
    function = clamp_tensor if hasattr(min, "_array") or hasattr(max, "_array") else clamp_number
    return function(input, min, max) if out is None else function(input, min, max, out=out)


clip = clamp
