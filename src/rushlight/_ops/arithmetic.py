"""Arithmetic: addition, subtraction, multiplication, division, powers and their kin."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .._declare.kinds import FLOAT, elementwise
from .._declare.scalars import s

if TYPE_CHECKING:
    from ..tensor import Tensor

Number = bool | int | float | complex


@elementwise(
    eager=np.add,
    natural="any",
    vjp={"input": lambda g: g, "other": lambda g, alpha: g if alpha == 1 else g * alpha},
)
def add(input: Tensor, other: Tensor | Number, *, alpha: Number = 1, out: Tensor | None = None) -> Tensor:
    """Sum of `input` and `alpha` times `other`, with broadcasting and type promotion.

    Args:
        input: any shape and dtype.
        other: a tensor that broadcasts with `input`, or a number.
        alpha: factor of `other`.

    Example::

        >>> torch.add(torch.tensor([1.0, 2.0]), 10)
        tensor([11., 12.])
    """
    return input + other if isinstance(alpha, int) and alpha == 1 else input + other * alpha


@elementwise(
    eager=np.subtract,
    natural="number",
    vjp={"input": lambda g: g, "other": lambda g, alpha: -g if alpha == 1 else g * -alpha},
)
def sub(input: Tensor, other: Tensor | Number, *, alpha: Number = 1, out: Tensor | None = None) -> Tensor:
    """Difference of `input` and `alpha` times `other`, with broadcasting and type promotion.

    Args:
        input: any shape; any dtype but bool.
        other: a tensor that broadcasts with `input`, or a number.
        alpha: factor of `other`.

    Example::

        >>> torch.sub(torch.tensor([1.0, 2.0]), 1)
        tensor([0., 1.])
    """
    return input - other if isinstance(alpha, int) and alpha == 1 else input - other * alpha


@elementwise(
    eager=np.multiply,
    natural="any",
    vjp={"input": lambda g, other: g * other, "other": lambda g, input: g * input},
)
def mul(input: Tensor, other: Tensor | Number, *, out: Tensor | None = None) -> Tensor:
    """Product of `input` and `other`, with broadcasting and type promotion.

    Args:
        input: any shape and dtype.
        other: a tensor that broadcasts with `input`, or a number.

    Example::

        >>> torch.mul(torch.tensor([1.0, 2.0]), 3)
        tensor([3., 6.])
    """
    return input * other


@elementwise(
    eager=np.negative,
    natural="number",
    vjp={"input": lambda g: -g},
)
def neg(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The negative of each element.

    Example::

        >>> torch.neg(torch.tensor([1, -2]))
        tensor([-1,  2])
    """
    return -input


@elementwise(
    eager=np.exp,
    natural="complex",
    promote=FLOAT,
    vjp={"input": lambda g, result: g * result},
)
def exp(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The exponential of each element.

    Example::

        >>> torch.exp(torch.tensor([0.0, 1.0]))
        tensor([1.0000, 2.7183])
    """
    return s.exp(input)


@elementwise(
    eager=np.sin,
    natural="complex",
    promote=FLOAT,
    vjp={"input": lambda g, input: g * input.cos()},
)
def sin(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The sine of each element, in radians.

    Example::

        >>> torch.sin(torch.tensor([0.0, 1.0]))
        tensor([0.0000, 0.8415])
    """
    return s.sin(input)
