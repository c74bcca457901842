"""Comparisons, classifications of numbers, extremes of two tensors, and choice by a condition."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._core.dtypes import get_default_dtype, of_numpy
from .._declare.binding import type_name
from .._declare.dispatch import scalar_name
from .._declare.kinds import BOOL, Refusal, elementwise, kernel
from .._declare.scalars import s

if TYPE_CHECKING:
    from ..tensor import Tensor

Number = bool | int | float | complex


@elementwise(eager=np.equal, natural="any", promote=BOOL, overloads=True)
def eq(input: Tensor, other: Tensor | Number, *, out: Tensor | None = None) -> Tensor:
    """Where `input` equals `other`.

    Args:
        input: any tensor.
        other: a tensor that broadcasts with `input`, or a number.

    Example::

        >>> torch.eq(torch.tensor([1, 2]), 2)
        tensor([False,  True])
    """
    return input == other


@elementwise(eager=np.not_equal, natural="any", promote=BOOL, overloads=True)
def ne(input: Tensor, other: Tensor | Number, *, out: Tensor | None = None) -> Tensor:
    """Where `input` differs from `other`.

    Args:
        input: any tensor.
        other: a tensor that broadcasts with `input`, or a number.

    Example::

        >>> torch.ne(torch.tensor([1, 2]), 2)
        tensor([ True, False])
    """
    return input != other


@elementwise(eager=np.less, natural="real", promote=BOOL, refuse=("complex",), overloads=True)
def lt(input: Tensor, other: Tensor | Number, *, out: Tensor | None = None) -> Tensor:
    """Where `input` is less than `other`.

    Args:
        input: any real tensor.
        other: a tensor that broadcasts with `input`, or a number.

    Example::

        >>> torch.lt(torch.tensor([1, 2]), 2)
        tensor([ True, False])
    """
    return input < other


@elementwise(eager=np.less_equal, natural="real", promote=BOOL, refuse=("complex",), overloads=True)
def le(input: Tensor, other: Tensor | Number, *, out: Tensor | None = None) -> Tensor:
    """Where `input` is less than or equal to `other`.

    Args:
        input: any real tensor.
        other: a tensor that broadcasts with `input`, or a number.

    Example::

        >>> torch.le(torch.tensor([1, 2, 3]), 2)
        tensor([ True,  True, False])
    """
    return input <= other


@elementwise(eager=np.greater, natural="real", promote=BOOL, refuse=("complex",), overloads=True)
def gt(input: Tensor, other: Tensor | Number, *, out: Tensor | None = None) -> Tensor:
    """Where `input` is greater than `other`.

    Args:
        input: any real tensor.
        other: a tensor that broadcasts with `input`, or a number.

    Example::

        >>> torch.gt(torch.tensor([1, 2, 3]), 2)
        tensor([False, False,  True])
    """
    return input > other


@elementwise(eager=np.greater_equal, natural="real", promote=BOOL, refuse=("complex",), overloads=True)
def ge(input: Tensor, other: Tensor | Number, *, out: Tensor | None = None) -> Tensor:
    """Where `input` is greater than or equal to `other`.

    Args:
        input: any real tensor.
        other: a tensor that broadcasts with `input`, or a number.

    Example::

        >>> torch.ge(torch.tensor([1, 2, 3]), 2)
        tensor([False,  True,  True])
    """
    return input >= other


@elementwise(eager=np.isnan, natural="any", promote=BOOL)
def isnan(input: Tensor) -> Tensor:
    """Where elements are nan; a complex number is if either part is.

    Example::

        >>> torch.isnan(torch.tensor([1.0, float("nan")]))
        tensor([False,  True])
    """
    return s.isnan(input)


@elementwise(eager=np.isinf, natural="any", promote=BOOL)
def isinf(input: Tensor) -> Tensor:
    """Where elements are infinite; a complex number is if either part is.

    Example::

        >>> torch.isinf(torch.tensor([1.0, float("-inf")]))
        tensor([False,  True])
    """
    return s.isinf(input)


@elementwise(eager=np.isfinite, natural="any", promote=BOOL)
def isfinite(input: Tensor) -> Tensor:
    """Where elements are neither infinite nor nan.

    Example::

        >>> torch.isfinite(torch.tensor([1.0, float("inf"), float("nan")]))
        tensor([ True, False, False])
    """
    return s.isfinite(input)


@elementwise(promote=BOOL, refuse=(Refusal("complex", RuntimeError, "isposinf does not support complex inputs."),))
def isposinf(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """Where elements are positive infinity.

    Example::

        >>> torch.isposinf(torch.tensor([float("-inf"), float("inf")]))
        tensor([False,  True])
    """
    return input == float("inf")


@elementwise(promote=BOOL, refuse=(Refusal("complex", RuntimeError, "isneginf does not support complex inputs."),))
def isneginf(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """Where elements are negative infinity.

    Example::

        >>> torch.isneginf(torch.tensor([float("-inf"), float("inf")]))
        tensor([ True, False])
    """
    return input == float("-inf")


@elementwise(promote=BOOL, general=np.isreal)
def isreal(input: Tensor) -> Tensor:
    """Where elements have no imaginary part.

    Example::

        >>> torch.isreal(torch.tensor([1 + 0j, 1j]))
        tensor([ True, False])
    """
    return s.imag(input) == 0


@elementwise(
    eager=np.signbit,
    general=lambda input: (
        np.zeros(input.shape, np.bool_)
        if input.dtype.kind in "bu"
        else input < 0
        if input.dtype.kind == "i"
        else np.signbit(input)
    ),
    promote=BOOL,
    refuse=(Refusal("complex", NotImplementedError, "signbit is not implemented for complex tensors."),),
)
def signbit(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """Where the sign bit of elements is set: negative numbers and -0.0.

    Example::

        >>> torch.signbit(torch.tensor([1.0, -1.0, -0.0]))
        tensor([False,  True,  True])
    """
    return s.signbit(input)


@elementwise(eager=np.logical_not, natural="any", promote=BOOL)
def logical_not(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """Where elements are zero or False.

    Example::

        >>> torch.logical_not(torch.tensor([True, False]))
        tensor([False,  True])
    """
    return s.logical_not(input)


@elementwise(eager=np.logical_and, natural="any", promote=BOOL, scalar_ok=False)
def logical_and(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Tensor:
    """Where both elements are nonzero.

    Args:
        input, other: any tensors that broadcast.

    Example::

        >>> torch.logical_and(torch.tensor([True, False]), torch.tensor([True, True]))
        tensor([ True, False])
    """
    return s.logical_and(input, other)


@elementwise(eager=np.logical_or, natural="any", promote=BOOL, scalar_ok=False)
def logical_or(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Tensor:
    """Where either element is nonzero.

    Args:
        input, other: any tensors that broadcast.

    Example::

        >>> torch.logical_or(torch.tensor([True, False]), torch.tensor([False, False]))
        tensor([ True, False])
    """
    return s.logical_or(input, other)


@elementwise(eager=np.logical_xor, natural="any", promote=BOOL, scalar_ok=False)
def logical_xor(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Tensor:
    """Where one element is nonzero and the other is not.

    Args:
        input, other: any tensors that broadcast.

    Example::

        >>> torch.logical_xor(torch.tensor([True, False]), torch.tensor([True, True]))
        tensor([False,  True])
    """
    return s.logical_xor(input, other)


def _check_closeness(input: Any, other: Any, rtol: Any, atol: Any, equal_nan: Any) -> None:
    elements = [of_numpy(value._array.dtype) for value in (input, other) if hasattr(value, "_array")]
    if len(elements) == 2 and elements[0] is not elements[1]:
        raise RuntimeError(f"{scalar_name(elements[0])} did not match {scalar_name(elements[1])}")
    for name, value in (("rtol", rtol), ("atol", atol)):
        if not value >= 0:
            raise RuntimeError(f"{name} must be greater than or equal to zero, but got {value:g}")


def _is_close(input: Any, other: Any, rtol: Any, atol: Any, equal_nan: Any) -> Any:
    """Where arrays are equal, or finite and near each other."""
    found = input == other
    if equal_nan and input.dtype.kind in "fc":
        found = found | (np.isnan(input) & np.isnan(other))
    if rtol == 0 and atol == 0:
        return found
    if input.dtype.kind not in "fc":
        other = other.astype(get_default_dtype().numpy)
        input = input.astype(other.dtype)
    distance = np.abs(input - other)
    return found | (np.isfinite(distance) & (distance <= atol + np.abs(rtol * other)))


@elementwise(promote=BOOL, general=_is_close, check=_check_closeness)
def isclose(input: Tensor, other: Tensor, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False) -> Tensor:
    """Where ``|input - other| <= atol + rtol * |other|``.

    Args:
        input, other: tensors of one dtype that broadcast.
        rtol, atol: relative and absolute tolerance, not negative.
        equal_nan: whether nan is close to nan.

    Example::

        >>> torch.isclose(torch.tensor([1.0, 1.1]), torch.tensor([1.0, 1.0]))
        tensor([ True, False])
    """
    distance = s.abs(input - other)
    near = (input == other) | (s.isfinite(distance) & (distance <= atol + s.abs(rtol * other)))
    return near | (s.isnan(input) & s.isnan(other)) if equal_nan else near


def allclose(input: Tensor, other: Tensor, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False) -> bool:
    """Whether all elements are close: `isclose` everywhere.

    Args:
        input, other: tensors of one dtype that broadcast.
        rtol, atol: relative and absolute tolerance, not negative.
        equal_nan: whether nan is close to nan.

    Example::

        >>> torch.allclose(torch.tensor([1.0]), torch.tensor([1.0 + 1e-7]))
        True
    """
    if not hasattr(other, "_array"):
        raise TypeError(f"allclose(): argument 'other' (position 2) must be Tensor, not {type_name(other)}")
    return bool(isclose(input, other, rtol, atol, equal_nan)._array.all())


@kernel(exact=True, nondifferentiable=True, name="equal")
def _equal(input: Tensor, other: Tensor) -> Any:
    return np.array_equal(input, other)


def equal(input: Tensor, other: Tensor) -> bool:
    """Whether two tensors have the same shape and the same elements.

    Args:
        input, other: any tensors.

    Example::

        >>> torch.equal(torch.tensor([1, 2]), torch.tensor([1, 2]))
        True
    """
    return bool(_equal(input, other))


greater, greater_equal, less, less_equal, not_equal = gt, ge, lt, le, ne
