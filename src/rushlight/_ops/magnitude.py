"""Magnitudes and signs: absolute values, signs, and what copies or replaces them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._declare.helpers import is_complex
from .._declare.kinds import Refusal, elementwise
from .._declare.scalars import s

if TYPE_CHECKING:
    from ..tensor import Tensor

Number = bool | int | float | complex


def _pull_abs(g: Any, input: Any) -> Any:
    return g * s.sgn(input)


@elementwise(
    eager=np.abs,
    natural="integer",
    refuse=("bool",),
    holomorphic=False,
    vjp={"input": _pull_abs},
)
def abs(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The absolute value of each element; the magnitude of complex ones.

    Example::

        >>> torch.abs(torch.tensor([-1.0, 2.0]))
        tensor([1., 2.])
    """
    return s.abs(input)


@elementwise(eager=np.zeros_like, natural="any", general=np.zeros_like, nondifferentiable=True)
def zero_gradient(input: Tensor) -> Tensor:
    """Zeros for the gradient of a function that is flat, such as `sign`: for derivative rules."""
    return s.zero_gradient(input)


def _sign(input: Any) -> Any:
    """The sign of real elements; 0 for nan, as in torch."""
    if input.dtype.kind == "b":
        return input
    found = np.sign(input)
    total = np.add.reduce(found, None)
    return found if total == total else np.where(np.isnan(found), found.dtype.type(0), found)


@elementwise(
    eager=_sign,
    general=_sign,
    refuse=(
        Refusal(
            "complex",
            NotImplementedError,
            "Unlike NumPy, torch.sign is not intended to support complex numbers. Please use torch.sgn instead.",
        ),
    ),
    vjp={"input": lambda g: s.zero_gradient(g)},
)
def sign(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """-1, 0 or 1 by the sign of each element.

    Example::

        >>> torch.sign(torch.tensor([-3.0, 0.0, 2.0]))
        tensor([-1.,  0.,  1.])
    """
    return s.where(input > 0, 1, s.where(input < 0, -1, 0))


def _sgn(input: Any) -> Any:
    if input.dtype.kind != "c":
        return _sign(input)
    size = np.abs(input)
    return np.where(size == 0, 0, input / np.where(size == 0, 1, size))


def _pull_sgn(g: Any, input: Any, result: Any) -> Any:
    if not is_complex(input):
        return s.zero_gradient(g)
    size = input.abs()
    along = s.real(g * result.conj()) * result
    return s.where(size == 0, 0, (g - along) / size)


s.define("sgn", _sgn)


@elementwise(general=_sgn, holomorphic=False, vjp={"input": _pull_sgn})
def sgn(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The sign of each element; for complex ones the number of magnitude 1 in the same direction, and 0 for 0.

    Example::

        >>> torch.sgn(torch.tensor([3 + 4j, 0j]))
        tensor([0.6000+0.8000j, 0.0000+0.0000j])
    """
    return s.sgn(input)


absolute = abs
