"""The error function and the normal distribution's functions made of it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from .._backends.numpy.special import erf as numeric
from .._declare.kinds import FLOAT, elementwise
from .._declare.scalars import s

if TYPE_CHECKING:
    from ..tensor import Tensor

_SLOPE = 2 / math.sqrt(math.pi)
"""The derivative of erf at 0."""

for _name in ("erf", "erfc", "erfinv"):
    s.define(_name, getattr(numeric, _name))
for _name in ("erfcx", "ndtr", "ndtri", "log_ndtr"):
    s.define(f"special_{_name}", getattr(numeric, _name))


@elementwise(
    eager=numeric.erf,
    promote=FLOAT,
    refuse=("complex",),
    kernel_name="erf_vml_cpu",
    vjp={"input": lambda g, input: g * (_SLOPE * s.exp(-(input * input)))},
)
def erf(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The error function of each element: ``2 / sqrt(pi)`` times the integral of ``exp(-t**2)`` from 0.

    Example::

        >>> torch.erf(torch.tensor([0.0, 1.0]))
        tensor([0.0000, 0.8427])
    """
    return s.erf(input)


@elementwise(
    eager=numeric.erfc,
    promote=FLOAT,
    refuse=("complex",),
    kernel_name="erfc_vml_cpu",
    vjp={"input": lambda g, input: g * (-_SLOPE * s.exp(-(input * input)))},
)
def erfc(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The complementary error function, ``1 - erf(input)``, exact in its small values.

    Example::

        >>> torch.erfc(torch.tensor([0.0, 1.0]))
        tensor([1.0000, 0.1573])
    """
    return s.erfc(input)


@elementwise(
    name="special_erfcx",
    eager=numeric.erfcx,
    promote=FLOAT,
    refuse=("complex", "reduced"),
    kernel_name="erfcx_cpu",
    vjp={"input": lambda g, input, result: g * (2 * input * result - _SLOPE)},
)
def erfcx(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The scaled complementary error function, ``exp(input**2) * erfc(input)``.

    Example::

        >>> torch.special.erfcx(torch.tensor([0.0, 10.0]))
        tensor([1.0000, 0.0561])
    """
    return s.special_erfcx(input)


@elementwise(
    eager=numeric.erfinv,
    promote=FLOAT,
    refuse=("complex",),
    kernel_name="erfinv_vml_cpu",
    vjp={"input": lambda g, result: g * (s.exp(result * result) / _SLOPE)},
)
def erfinv(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The inverse of the error function; nan outside of -1 to 1.

    Example::

        >>> torch.erfinv(torch.tensor([0.0, 0.5]))
        tensor([0.0000, 0.4769])
    """
    return s.erfinv(input)


@elementwise(
    name="special_ndtr",
    eager=numeric.ndtr,
    general=numeric.ndtr,
    promote=FLOAT,
    refuse=("complex",),
    kernel_name="erf_vml_cpu",
    node="MulBackward1",
    vjp={"input": lambda g, input: g * (s.exp(-0.5 * (input * input)) / math.sqrt(2 * math.pi))},
)
def ndtr(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The area under the standard normal density up to each element.

    Example::

        >>> torch.special.ndtr(torch.tensor([0.0, 1.0]))
        tensor([0.5000, 0.8413])
    """
    return s.special_ndtr(input)


@elementwise(
    name="special_ndtri",
    eager=numeric.ndtri,
    promote=FLOAT,
    refuse=("complex", "reduced"),
    kernel_name="ndtri_cpu",
    vjp={"input": lambda g, result: g * (math.sqrt(2 * math.pi) * s.exp(0.5 * (result * result)))},
)
def ndtri(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The inverse of `ndtr`: where the area under the standard normal density is `input`.

    Example::

        >>> torch.special.ndtri(torch.tensor([0.5, 0.975]))
        tensor([0.0000, 1.9600])
    """
    return s.special_ndtri(input)


@elementwise(
    name="special_log_ndtr",
    eager=numeric.log_ndtr,
    promote=FLOAT,
    refuse=("complex", "reduced"),
    kernel_name="log_ndtr_cpu",
    vjp={"input": lambda g, input: g * (math.sqrt(2 / math.pi) / s.special_erfcx(input * -math.sqrt(0.5)))},
)
def log_ndtr(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The logarithm of `ndtr`, exact far below 0.

    Example::

        >>> torch.special.log_ndtr(torch.tensor([0.0, -10.0]))
        tensor([ -0.6931, -53.2313])
    """
    return s.special_log_ndtr(input)
