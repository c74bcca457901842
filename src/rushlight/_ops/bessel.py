"""Modified Bessel functions of the first kind, of orders 0 and 1, plain and scaled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._backends.numpy.special import bessel as numeric
from .._declare.kinds import FLOAT, elementwise
from .._declare.scalars import s

if TYPE_CHECKING:
    from ..tensor import Tensor

_REFUSED = ("complex", "reduced")

s.define("i0", numeric.i0)
for _name, _function in (
    ("i0e", numeric.i0e),
    ("i1", numeric.i1),
    ("i1e", numeric.i1e),
):
    s.define(f"special_{_name}", _function)


@elementwise(
    eager=numeric.i0,
    promote=FLOAT,
    refuse=("complex",),
    kernel_name="i0_vml_cpu",
    vjp={"input": lambda g, input: g * s.special_i1(input)},
)
def i0(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The modified Bessel function of the first kind of order 0.

    Example::

        >>> torch.i0(torch.tensor([0.0, 1.0]))
        tensor([1.0000, 1.2661])
    """
    return s.i0(input)


@elementwise(
    name="special_i0e",
    eager=numeric.i0e,
    promote=FLOAT,
    refuse=("complex",),
    kernel_name="i0e_cpu",
    vjp={"input": lambda g, input, result: g * (s.special_i1e(input) - s.sgn(input) * result)},
)
def i0e(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """`i0` times ``exp(-abs(input))``.

    Example::

        >>> torch.special.i0e(torch.tensor([0.0, 1.0]))
        tensor([1.0000, 0.4658])
    """
    return s.special_i0e(input)


def _over(result: Any, input: Any, at_zero: float) -> Any:
    """`result` divided by `input`, with the limit given at 0."""
    zero = input == 0
    return s.where(zero, at_zero, result / s.where(zero, 1, input))


@elementwise(
    name="special_i1",
    eager=numeric.i1,
    promote=FLOAT,
    refuse=("complex",),
    kernel_name="i1_cpu",
    vjp={"input": lambda g, input, result: g * (s.i0(input) - _over(result, input, 0.5))},
)
def i1(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The modified Bessel function of the first kind of order 1.

    Example::

        >>> torch.special.i1(torch.tensor([0.0, 1.0]))
        tensor([0.0000, 0.5652])
    """
    return s.special_i1(input)


@elementwise(
    name="special_i1e",
    eager=numeric.i1e,
    promote=FLOAT,
    refuse=("complex",),
    kernel_name="i1e_cpu",
    vjp={
        "input": lambda g, input, result: g * (s.special_i0e(input) - s.sgn(input) * result - _over(result, input, 0.5))
    },
)
def i1e(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """`i1` times ``exp(-abs(input))``.

    Example::

        >>> torch.special.i1e(torch.tensor([0.0, 1.0]))
        tensor([0.0000, 0.2079])
    """
    return s.special_i1e(input)
