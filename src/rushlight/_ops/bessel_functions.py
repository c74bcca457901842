"""Bessel functions of orders 0 and 1, plain and modified, the spherical one of order 0, and Airy's function."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._backends.numpy.special import bessel as numeric
from .._declare.kinds import FLOAT, elementwise
from .._declare.scalars import s

if TYPE_CHECKING:
    from ..tensor import Tensor

_REFUSED = ("complex", "reduced")

for _name, _function in (
    ("bessel_j0", numeric.bessel_j0),
    ("bessel_j1", numeric.bessel_j1),
    ("bessel_y0", numeric.bessel_y0),
    ("bessel_y1", numeric.bessel_y1),
    ("modified_bessel_i0", numeric.i0),
    ("modified_bessel_i1", numeric.i1),
    ("modified_bessel_k0", numeric.k0),
    ("modified_bessel_k1", numeric.k1),
    ("scaled_modified_bessel_k0", numeric.k0e),
    ("scaled_modified_bessel_k1", numeric.k1e),
    ("spherical_bessel_j0", numeric.spherical_bessel_j0),
    ("airy_ai", numeric.airy_ai),
):
    s.define(f"special_{_name}", _function)


@elementwise(
    name="special_bessel_j0",
    eager=numeric.bessel_j0,
    promote=FLOAT,
    refuse=_REFUSED,
    kernel_name="bessel_j0_cpu",
    nondifferentiable=True,
)
def bessel_j0(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The Bessel function of the first kind of order 0.

    Example::

        >>> torch.special.bessel_j0(torch.tensor([0.0, 1.0]))
        tensor([1.0000, 0.7652])
    """
    return s.special_bessel_j0(input)


@elementwise(
    name="special_bessel_j1",
    eager=numeric.bessel_j1,
    promote=FLOAT,
    refuse=_REFUSED,
    kernel_name="bessel_j1_cpu",
    nondifferentiable=True,
)
def bessel_j1(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The Bessel function of the first kind of order 1.

    Example::

        >>> torch.special.bessel_j1(torch.tensor([0.0, 1.0]))
        tensor([0.0000, 0.4401])
    """
    return s.special_bessel_j1(input)


@elementwise(
    name="special_bessel_y0",
    eager=numeric.bessel_y0,
    promote=FLOAT,
    refuse=_REFUSED,
    kernel_name="bessel_y0_cpu",
    nondifferentiable=True,
)
def bessel_y0(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The Bessel function of the second kind of order 0; minus infinity at 0, nan below.

    Example::

        >>> torch.special.bessel_y0(torch.tensor([1.0, 2.0]))
        tensor([0.0883, 0.5104])
    """
    return s.special_bessel_y0(input)


@elementwise(
    name="special_bessel_y1",
    eager=numeric.bessel_y1,
    promote=FLOAT,
    refuse=_REFUSED,
    kernel_name="bessel_y1_cpu",
    nondifferentiable=True,
)
def bessel_y1(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The Bessel function of the second kind of order 1; minus infinity at 0, nan below.

    Example::

        >>> torch.special.bessel_y1(torch.tensor([1.0, 2.0]))
        tensor([-0.7812, -0.1070])
    """
    return s.special_bessel_y1(input)


@elementwise(
    name="special_modified_bessel_i0",
    eager=numeric.i0,
    promote=FLOAT,
    refuse=_REFUSED,
    kernel_name="modified_bessel_i0_cpu",
    nondifferentiable=True,
)
def modified_bessel_i0(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The modified Bessel function of the first kind of order 0.

    Example::

        >>> torch.special.modified_bessel_i0(torch.tensor([0.0, 1.0]))
        tensor([1.0000, 1.2661])
    """
    return s.special_modified_bessel_i0(input)


@elementwise(
    name="special_modified_bessel_i1",
    eager=numeric.i1,
    promote=FLOAT,
    refuse=_REFUSED,
    kernel_name="modified_bessel_i1_cpu",
    nondifferentiable=True,
)
def modified_bessel_i1(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The modified Bessel function of the first kind of order 1.

    Example::

        >>> torch.special.modified_bessel_i1(torch.tensor([0.0, 1.0]))
        tensor([0.0000, 0.5652])
    """
    return s.special_modified_bessel_i1(input)


@elementwise(
    name="special_modified_bessel_k0",
    eager=numeric.k0,
    promote=FLOAT,
    refuse=_REFUSED,
    kernel_name="modified_bessel_k0_cpu",
    nondifferentiable=True,
)
def modified_bessel_k0(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The modified Bessel function of the second kind of order 0; infinity at 0, nan below.

    Example::

        >>> torch.special.modified_bessel_k0(torch.tensor([1.0, 2.0]))
        tensor([0.4210, 0.1139])
    """
    return s.special_modified_bessel_k0(input)


@elementwise(
    name="special_modified_bessel_k1",
    eager=numeric.k1,
    promote=FLOAT,
    refuse=_REFUSED,
    kernel_name="modified_bessel_k1_cpu",
    nondifferentiable=True,
)
def modified_bessel_k1(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The modified Bessel function of the second kind of order 1; infinity at 0, nan below.

    Example::

        >>> torch.special.modified_bessel_k1(torch.tensor([1.0, 2.0]))
        tensor([0.6019, 0.1399])
    """
    return s.special_modified_bessel_k1(input)


@elementwise(
    name="special_scaled_modified_bessel_k0",
    eager=numeric.k0e,
    promote=FLOAT,
    refuse=_REFUSED,
    kernel_name="scaled_modified_bessel_k0_cpu",
    nondifferentiable=True,
)
def scaled_modified_bessel_k0(x: Tensor, *, out: Tensor | None = None) -> Tensor:
    """`modified_bessel_k0` times ``exp(x)``.

    Example::

        >>> torch.special.scaled_modified_bessel_k0(torch.tensor([1.0, 2.0]))
        tensor([1.1445, 0.8416])
    """
    return s.special_scaled_modified_bessel_k0(x)


@elementwise(
    name="special_scaled_modified_bessel_k1",
    eager=numeric.k1e,
    promote=FLOAT,
    refuse=_REFUSED,
    kernel_name="scaled_modified_bessel_k1_cpu",
    nondifferentiable=True,
)
def scaled_modified_bessel_k1(x: Tensor, *, out: Tensor | None = None) -> Tensor:
    """`modified_bessel_k1` times ``exp(x)``.

    Example::

        >>> torch.special.scaled_modified_bessel_k1(torch.tensor([1.0, 2.0]))
        tensor([1.6362, 1.0335])
    """
    return s.special_scaled_modified_bessel_k1(x)


@elementwise(
    name="special_spherical_bessel_j0",
    eager=numeric.spherical_bessel_j0,
    promote=FLOAT,
    refuse=_REFUSED,
    kernel_name="spherical_bessel_j0_cpu",
    nondifferentiable=True,
)
def spherical_bessel_j0(x: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The spherical Bessel function of the first kind of order 0, ``sin(x) / x``.

    Example::

        >>> torch.special.spherical_bessel_j0(torch.tensor([0.0, 1.0]))
        tensor([1.0000, 0.8415])
    """
    return s.special_spherical_bessel_j0(x)


@elementwise(
    name="special_airy_ai",
    eager=numeric.airy_ai,
    promote=FLOAT,
    refuse=_REFUSED,
    kernel_name="airy_ai_cpu",
    nondifferentiable=True,
)
def airy_ai(x: Tensor, *, out: Tensor | None = None) -> Tensor:
    """Airy's function Ai.

    Example::

        >>> torch.special.airy_ai(torch.tensor([0.0, 1.0]))
        tensor([0.3550, 0.1353])
    """
    return s.special_airy_ai(x)
