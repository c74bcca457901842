"""Operators on the bits of integers and on truth values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._declare.kinds import elementwise
from .._declare.scalars import s

if TYPE_CHECKING:
    from ..tensor import Tensor

Number = bool | int | float | complex


@elementwise(eager=np.bitwise_not, natural="bits", refuse=("float", "complex"))
def bitwise_not(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """Every bit of each element turned; logical not for bools.

    Args:
        input: a bool or integer tensor.

    Example::

        >>> torch.bitwise_not(torch.tensor([0, 1]))
        tensor([-1, -2])
    """
    return s.bitwise_not(input)


@elementwise(eager=np.bitwise_and, natural="bits", refuse=("float", "complex"), overloads=True)
def bitwise_and(input: Tensor | Number, other: Tensor | Number, *, out: Tensor | None = None) -> Tensor:
    """The bits that both elements have; logical and for bools.

    Args:
        input, other: bool or integer tensors that broadcast, or numbers.

    Example::

        >>> torch.bitwise_and(torch.tensor([6, 5]), 3)
        tensor([2, 1])
    """
    return input & other


@elementwise(eager=np.bitwise_or, natural="bits", refuse=("float", "complex"), overloads=True)
def bitwise_or(input: Tensor | Number, other: Tensor | Number, *, out: Tensor | None = None) -> Tensor:
    """The bits that either element has; logical or for bools.

    Args:
        input, other: bool or integer tensors that broadcast, or numbers.

    Example::

        >>> torch.bitwise_or(torch.tensor([6, 5]), 3)
        tensor([7, 7])
    """
    return input | other


@elementwise(eager=np.bitwise_xor, natural="bits", refuse=("float", "complex"), overloads=True)
def bitwise_xor(input: Tensor | Number, other: Tensor | Number, *, out: Tensor | None = None) -> Tensor:
    """The bits that one element has and the other has not; logical xor for bools.

    Args:
        input, other: bool or integer tensors that broadcast, or numbers.

    Example::

        >>> torch.bitwise_xor(torch.tensor([6, 5]), 3)
        tensor([5, 6])
    """
    return input ^ other


def _left_shift(input: Any, other: Any) -> Any:
    """Bits moved up; by a negative distance, or all the way out, they are gone."""
    outside = (other < 0) | (other >= 8 * input.dtype.itemsize)
    return np.where(outside, input.dtype.type(0), np.left_shift(input, np.where(outside, other.dtype.type(0), other)))


def _right_shift(input: Any, other: Any) -> Any:
    """Bits moved down; by a negative distance, or all the way out, the sign is left."""
    limit = 8 * input.dtype.itemsize - (input.dtype.kind == "i")
    outside = (other < 0) | (other >= limit)
    left = input >> (limit - 1) >> 1 if input.dtype.kind == "u" else input >> limit
    return np.where(outside, left, np.right_shift(input, np.where(outside, other.dtype.type(0), other)))


@elementwise(general=_left_shift, refuse=("bool", "float", "complex"), kernel_name="lshift_cpu", overloads=True)
def bitwise_left_shift(input: Tensor | Number, other: Tensor | Number, *, out: Tensor | None = None) -> Tensor:
    """Bits moved `other` places up: times two to the power of `other`.

    Args:
        input, other: integer tensors that broadcast, or numbers.

    Example::

        >>> torch.bitwise_left_shift(torch.tensor([1, 3]), 2)
        tensor([ 4, 12])
    """
    return input << other


@elementwise(general=_right_shift, refuse=("bool", "float", "complex"), kernel_name="rshift_cpu", overloads=True)
def bitwise_right_shift(input: Tensor | Number, other: Tensor | Number, *, out: Tensor | None = None) -> Tensor:
    """Bits moved `other` places down, the sign kept.

    Args:
        input, other: integer tensors that broadcast, or numbers.

    Example::

        >>> torch.bitwise_right_shift(torch.tensor([8, -8]), 2)
        tensor([ 2, -2])
    """
    return input >> other


def _least_multiple(input: Any, other: Any) -> Any:
    divisor = np.gcd(input, other)
    return np.abs(input // np.where(divisor == 0, 1, divisor) * other)


@elementwise(eager=np.gcd, scalar_ok=False, natural="integer", refuse=("bool", "float", "complex"))
def gcd(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The greatest common divisor of each two elements.

    Args:
        input, other: integer tensors that broadcast.

    Example::

        >>> torch.gcd(torch.tensor([4, 9]), torch.tensor([6, 6]))
        tensor([2, 3])
    """
    return s.gcd(input, other)


@elementwise(general=_least_multiple, refuse=("bool", "float", "complex"))
def lcm(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The least common multiple of each two elements.

    Args:
        input, other: integer tensors that broadcast.

    Example::

        >>> torch.lcm(torch.tensor([4, 9]), torch.tensor([6, 6]))
        tensor([12, 18])
    """
    return s.lcm(input, other)
