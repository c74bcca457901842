"""The gamma function's logarithm and derivatives, zeta, incomplete gamma functions, entropy and x log(1 + y)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

from .._backends.numpy.special import gamma as numeric, incomplete_gamma
from .._declare.kinds import FLOAT, elementwise
from .._declare.scalars import s

if TYPE_CHECKING:
    from ..tensor import Tensor

Number = bool | int | float | complex

s.define("lgamma", numeric.lgamma)
s.define("digamma", numeric.digamma)
s.define("polygamma", lambda n, input: numeric.polygamma(input, n))
s.define("special_zeta", numeric.zeta)
s.define("igamma", incomplete_gamma.igamma)
s.define("igammac", incomplete_gamma.igammac)


@elementwise(
    eager=numeric.lgamma,
    promote=FLOAT,
    refuse=("complex",),
    kernel_name="lgamma_vml_cpu",
    vjp={"input": lambda g, input: g * s.digamma(input)},
)
def lgamma(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The logarithm of the magnitude of the gamma function of each element.

    Example::

        >>> torch.lgamma(torch.tensor([1.0, 5.0]))
        tensor([0.0000, 3.1781])
    """
    return s.lgamma(input)


@elementwise(
    eager=numeric.digamma,
    promote=FLOAT,
    refuse=("complex",),
    kernel_name="digamma",
    vjp={"input": lambda g, input: g * s.polygamma(1, input)},
)
def digamma(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The derivative of the logarithm of the gamma function at each element.

    Example::

        >>> torch.digamma(torch.tensor([1.0, 0.5]))
        tensor([-0.5772, -1.9635])
    """
    return s.digamma(input)


def _check_order(n: Any, input: Any) -> None:
    if not isinstance(n, int):
        raise TypeError(f"polygamma(): argument 'n' (position 1) must be int, not {type(n).__name__}")
    if n < 0:
        raise RuntimeError("polygamma(n, x) does not support negative n.")


@elementwise(
    check=_check_order,
    promote=FLOAT,
    refuse=("complex",),
    kernel_name="trigamma",
    vjp={"input": lambda g, n, input: g * s.polygamma(n + 1, input)},
)
def polygamma(n: int, input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The derivative of order `n` of `digamma` at each element.

    Args:
        n: the order, not negative.
        input: any real tensor.

    Example::

        >>> torch.polygamma(1, torch.tensor([1.0, 0.5]))
        tensor([1.6449, 4.9348])
    """
    return s.digamma(input) if n == 0 else s.polygamma(n, input)


def _check_dimension(input: Any, p: Any) -> None:
    if p < 1:
        raise RuntimeError("p has to be greater than or equal to 1")


def _summed(function: Any, input: Any, p: int) -> Any:
    """The sum of a function at `input`, `input` - 1/2 ... in `p` places."""
    total = function(input)
    for step in range(1, p):
        total = total + function(input - step / 2)
    return total


@elementwise(
    check=_check_dimension,
    promote=FLOAT,
    refuse=("complex",),
    kernel_name="arange_cpu",
    vjp={"input": lambda g, input, p: g * _summed(s.digamma, input, p)},
)
def mvlgamma(input: Tensor, p: int, *, out: Tensor | None = None) -> Tensor:
    """The logarithm of the multivariate gamma function of dimension `p`.

    Args:
        input: elements above ``(p - 1) / 2``.
        p: the dimension, at least 1.

    Example::

        >>> torch.mvlgamma(torch.tensor([2.0]), 2)
        tensor([0.4516])
    """
    return _summed(s.lgamma, input, p) + p * (p - 1) / 4 * math.log(math.pi)


def _underivable(name: str) -> NoReturn:
    raise NotImplementedError(f"the derivative for '{name}' is not implemented.")


@elementwise(
    name="special_zeta",
    general=numeric.zeta,
    promote=FLOAT,
    refuse=("complex", "reduced"),
    kernel_name="zeta_cpu",
    vjp={
        "input": lambda g: _underivable("zeta"),
        "other": lambda g, input, other: g * (-input * s.special_zeta(input + 1, other)),
    },
    overloads=True,
)
def zeta(input: Tensor | Number, other: Tensor | Number, *, out: Tensor | None = None) -> Tensor:
    """Hurwitz's zeta function: the sum of ``(k + other) ** -input`` over k from 0.

    Args:
        input: exponents above 1: a tensor or a number.
        other: a tensor that broadcasts with `input`, or a number.

    Example::

        >>> torch.special.zeta(torch.tensor([2.0, 4.0]), 1)
        tensor([1.6449, 1.0823])
    """
    return s.special_zeta(input, other)


def _density(g: Any, input: Any, other: Any) -> Any:
    """A gradient times the density of the gamma distribution of order `input` at `other`."""
    return g * s.exp((input - 1) * s.log(other) - other - s.lgamma(input))


@elementwise(
    eager=incomplete_gamma.igamma,
    refuse=("bool", "integer", "complex"),
    scalar_ok=False,
    vjp={"input": lambda g: _underivable("igamma: input"), "other": _density},
)
def igamma(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The regularized lower incomplete gamma function.

    Args:
        input: orders, not negative.
        other: upper ends of the integral, not negative; broadcasts with `input`.

    Example::

        >>> torch.special.gammainc(torch.tensor([4.0]), torch.tensor([3.0]))
        tensor([0.3528])
    """
    return s.igamma(input, other)


@elementwise(
    eager=incomplete_gamma.igammac,
    refuse=("bool", "integer", "complex"),
    scalar_ok=False,
    vjp={
        "input": lambda g: _underivable("igammac: input"),
        "other": lambda g, input, other: -_density(g, input, other),
    },
)
def igammac(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The regularized upper incomplete gamma function, ``1 - igamma``.

    Args:
        input: orders, not negative.
        other: lower ends of the integral, not negative; broadcasts with `input`.

    Example::

        >>> torch.special.gammaincc(torch.tensor([4.0]), torch.tensor([3.0]))
        tensor([0.6472])
    """
    return s.igammac(input, other)


def _entropy(input: Any) -> Any:
    inside = np.where(input > 0, input, 1)
    return np.where(input > 0, -inside * np.log(inside), np.where(input == 0, 0, np.where(input < 0, -np.inf, input)))


@elementwise(
    name="special_entr",
    eager=lambda array: _entropy(array).astype(array.dtype, copy=False),
    general=_entropy,
    promote=FLOAT,
    refuse=("complex",),
    kernel_name="entr_cpu",
    vjp={"input": lambda g, input: g * (-1 - s.log(input))},
)
def entr(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The entropy term ``-x * log(x)`` of each element: 0 at 0, minus infinity below.

    Example::

        >>> torch.special.entr(torch.tensor([0.0, 0.5, -1.0]))
        tensor([0.0000, 0.3466,   -inf])
    """
    below = s.where(input < 0, float("-inf"), input)
    return s.where(input > 0, -input * s.log(input), s.where(input == 0, 0, below))


@elementwise(
    name="special_xlog1py",
    promote=FLOAT,
    exact=True,
    refuse=("complex",),
    kernel_name="xlog1py_cpu",
    vjp={
        "input": lambda g, input, other: g * s.where((input == 0) & (other <= -1), 0, s.log1p(other)),
        "other": lambda g, input, other: g * input / (other + 1),
    },
    overloads=True,
)
def xlog1py(input: Tensor | Number, other: Tensor | Number, *, out: Tensor | None = None) -> Tensor:
    """`input` times the logarithm of one plus `other`, where zero times anything but nan is zero.

    Args:
        input: a tensor or a number.
        other: a tensor that broadcasts with `input`, or a number.

    Example::

        >>> torch.special.xlog1py(torch.tensor([0.0, 2.0]), torch.tensor([-1.0, 0.0]))
        tensor([0., 0.])
    """
    return s.where(s.isnan(other), other, s.where(input == 0, 0, input * s.log1p(other)))
