"""Orthogonal polynomials, evaluated at points for degrees that may differ from element to element."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._backends.numpy.special import orthogonal as numeric
from .._declare.kinds import FLOAT, elementwise
from .._declare.scalars import s

if TYPE_CHECKING:
    from ..tensor import Tensor

Number = bool | int | float | complex

_REFUSED = ("complex", "reduced")


s.define("special_chebyshev_polynomial_t", numeric.chebyshev_t)


@elementwise(
    name="special_chebyshev_polynomial_t",
    promote=FLOAT,
    refuse=_REFUSED,
    kernel_name="chebyshev_polynomial_t_cpu",
    nondifferentiable=True,
    overloads=True,
)
def chebyshev_polynomial_t(x: Tensor | Number, n: Tensor | Number, *, out: Tensor | None = None) -> Tensor:
    """Chebyshev's polynomial of the first kind, of degree `n`.

    Args:
        x: points: a tensor or a number.
        n: degrees: a tensor that broadcasts with `x`, or a number; negative ones give 0.

    Example::

        >>> torch.special.chebyshev_polynomial_t(torch.tensor([0.5, 2.0]), 3)
        tensor([-1., 26.])
    """
    return s.special_chebyshev_polynomial_t(x, n)


s.define("special_chebyshev_polynomial_u", numeric.chebyshev_u)


@elementwise(
    name="special_chebyshev_polynomial_u",
    promote=FLOAT,
    refuse=_REFUSED,
    kernel_name="chebyshev_polynomial_u_cpu",
    nondifferentiable=True,
    overloads=True,
)
def chebyshev_polynomial_u(x: Tensor | Number, n: Tensor | Number, *, out: Tensor | None = None) -> Tensor:
    """Chebyshev's polynomial of the second kind, of degree `n`.

    Args:
        x: points: a tensor or a number.
        n: degrees: a tensor that broadcasts with `x`, or a number; negative ones give 0.

    Example::

        >>> torch.special.chebyshev_polynomial_u(torch.tensor([0.5, 2.0]), 3)
        tensor([-1., 56.])
    """
    return s.special_chebyshev_polynomial_u(x, n)


s.define("special_chebyshev_polynomial_v", numeric.chebyshev_v)


@elementwise(
    name="special_chebyshev_polynomial_v",
    promote=FLOAT,
    refuse=_REFUSED,
    kernel_name="chebyshev_polynomial_v_cpu",
    nondifferentiable=True,
    overloads=True,
)
def chebyshev_polynomial_v(x: Tensor | Number, n: Tensor | Number, *, out: Tensor | None = None) -> Tensor:
    """Chebyshev's polynomial of the third kind, of degree `n`.

    Args:
        x: points: a tensor or a number.
        n: degrees: a tensor that broadcasts with `x`, or a number; negative ones give 0.

    Example::

        >>> torch.special.chebyshev_polynomial_v(torch.tensor([0.5, 2.0]), 3)
        tensor([-1., 41.])
    """
    return s.special_chebyshev_polynomial_v(x, n)


s.define("special_chebyshev_polynomial_w", numeric.chebyshev_w)


@elementwise(
    name="special_chebyshev_polynomial_w",
    promote=FLOAT,
    refuse=_REFUSED,
    kernel_name="chebyshev_polynomial_w_cpu",
    nondifferentiable=True,
    overloads=True,
)
def chebyshev_polynomial_w(x: Tensor | Number, n: Tensor | Number, *, out: Tensor | None = None) -> Tensor:
    """Chebyshev's polynomial of the fourth kind, of degree `n`.

    Args:
        x: points: a tensor or a number.
        n: degrees: a tensor that broadcasts with `x`, or a number; negative ones give 0.

    Example::

        >>> torch.special.chebyshev_polynomial_w(torch.tensor([0.5, 2.0]), 3)
        tensor([-1., 71.])
    """
    return s.special_chebyshev_polynomial_w(x, n)


s.define("special_shifted_chebyshev_polynomial_t", numeric.shifted_chebyshev_t)


@elementwise(
    name="special_shifted_chebyshev_polynomial_t",
    promote=FLOAT,
    refuse=_REFUSED,
    kernel_name="shifted_chebyshev_polynomial_t_cpu",
    nondifferentiable=True,
    overloads=True,
)
def shifted_chebyshev_polynomial_t(x: Tensor | Number, n: Tensor | Number, *, out: Tensor | None = None) -> Tensor:
    """Chebyshev's polynomial of the first kind at ``2 * x - 1``, of degree `n`.

    Args:
        x: points: a tensor or a number.
        n: degrees: a tensor that broadcasts with `x`, or a number; negative ones give 0.

    Example::

        >>> torch.special.shifted_chebyshev_polynomial_t(torch.tensor([0.5, 2.0]), 3)
        tensor([-0., 99.])
    """
    return s.special_shifted_chebyshev_polynomial_t(x, n)


s.define("special_shifted_chebyshev_polynomial_u", numeric.shifted_chebyshev_u)


@elementwise(
    name="special_shifted_chebyshev_polynomial_u",
    promote=FLOAT,
    refuse=_REFUSED,
    kernel_name="shifted_chebyshev_polynomial_u_cpu",
    nondifferentiable=True,
    overloads=True,
)
def shifted_chebyshev_polynomial_u(x: Tensor | Number, n: Tensor | Number, *, out: Tensor | None = None) -> Tensor:
    """Chebyshev's polynomial of the second kind at ``2 * x - 1``, of degree `n`.

    Args:
        x: points: a tensor or a number.
        n: degrees: a tensor that broadcasts with `x`, or a number; negative ones give 0.

    Example::

        >>> torch.special.shifted_chebyshev_polynomial_u(torch.tensor([0.5, 2.0]), 3)
        tensor([ -0., 204.])
    """
    return s.special_shifted_chebyshev_polynomial_u(x, n)


s.define("special_shifted_chebyshev_polynomial_v", numeric.shifted_chebyshev_v)


@elementwise(
    name="special_shifted_chebyshev_polynomial_v",
    promote=FLOAT,
    refuse=_REFUSED,
    kernel_name="shifted_chebyshev_polynomial_v_cpu",
    nondifferentiable=True,
    overloads=True,
)
def shifted_chebyshev_polynomial_v(x: Tensor | Number, n: Tensor | Number, *, out: Tensor | None = None) -> Tensor:
    """Chebyshev's polynomial of the third kind at ``2 * x - 1``, of degree `n`.

    Args:
        x: points: a tensor or a number.
        n: degrees: a tensor that broadcasts with `x`, or a number; negative ones give 0.

    Example::

        >>> torch.special.shifted_chebyshev_polynomial_v(torch.tensor([0.5, 2.0]), 3)
        tensor([  1., 169.])
    """
    return s.special_shifted_chebyshev_polynomial_v(x, n)


s.define("special_shifted_chebyshev_polynomial_w", numeric.shifted_chebyshev_w)


@elementwise(
    name="special_shifted_chebyshev_polynomial_w",
    promote=FLOAT,
    refuse=_REFUSED,
    kernel_name="shifted_chebyshev_polynomial_w_cpu",
    nondifferentiable=True,
    overloads=True,
)
def shifted_chebyshev_polynomial_w(x: Tensor | Number, n: Tensor | Number, *, out: Tensor | None = None) -> Tensor:
    """Chebyshev's polynomial of the fourth kind at ``2 * x - 1``, of degree `n`.

    Args:
        x: points: a tensor or a number.
        n: degrees: a tensor that broadcasts with `x`, or a number; negative ones give 0.

    Example::

        >>> torch.special.shifted_chebyshev_polynomial_w(torch.tensor([0.5, 2.0]), 3)
        tensor([ -1., 239.])
    """
    return s.special_shifted_chebyshev_polynomial_w(x, n)


s.define("special_hermite_polynomial_h", numeric.hermite_h)


@elementwise(
    name="special_hermite_polynomial_h",
    promote=FLOAT,
    refuse=_REFUSED,
    kernel_name="hermite_polynomial_h_cpu",
    nondifferentiable=True,
    overloads=True,
)
def hermite_polynomial_h(x: Tensor | Number, n: Tensor | Number, *, out: Tensor | None = None) -> Tensor:
    """Hermite's polynomial, as physicists have it, of degree `n`.

    Args:
        x: points: a tensor or a number.
        n: degrees: a tensor that broadcasts with `x`, or a number; negative ones give 0.

    Example::

        >>> torch.special.hermite_polynomial_h(torch.tensor([0.5, 2.0]), 3)
        tensor([-5., 40.])
    """
    return s.special_hermite_polynomial_h(x, n)


s.define("special_hermite_polynomial_he", numeric.hermite_he)


@elementwise(
    name="special_hermite_polynomial_he",
    promote=FLOAT,
    refuse=_REFUSED,
    kernel_name="hermite_polynomial_he_cpu",
    nondifferentiable=True,
    overloads=True,
)
def hermite_polynomial_he(x: Tensor | Number, n: Tensor | Number, *, out: Tensor | None = None) -> Tensor:
    """Hermite's polynomial, as probability theory has it, of degree `n`.

    Args:
        x: points: a tensor or a number.
        n: degrees: a tensor that broadcasts with `x`, or a number; negative ones give 0.

    Example::

        >>> torch.special.hermite_polynomial_he(torch.tensor([0.5, 2.0]), 3)
        tensor([-1.3750,  2.0000])
    """
    return s.special_hermite_polynomial_he(x, n)


s.define("special_laguerre_polynomial_l", numeric.laguerre_l)


@elementwise(
    name="special_laguerre_polynomial_l",
    promote=FLOAT,
    refuse=_REFUSED,
    kernel_name="laguerre_polynomial_l_cpu",
    nondifferentiable=True,
    overloads=True,
)
def laguerre_polynomial_l(x: Tensor | Number, n: Tensor | Number, *, out: Tensor | None = None) -> Tensor:
    """Laguerre's polynomial, of degree `n`.

    Args:
        x: points: a tensor or a number.
        n: degrees: a tensor that broadcasts with `x`, or a number; negative ones give 0.

    Example::

        >>> torch.special.laguerre_polynomial_l(torch.tensor([0.5, 2.0]), 3)
        tensor([-0.1458, -0.3333])
    """
    return s.special_laguerre_polynomial_l(x, n)


s.define("special_legendre_polynomial_p", numeric.legendre_p)


@elementwise(
    name="special_legendre_polynomial_p",
    promote=FLOAT,
    refuse=_REFUSED,
    kernel_name="legendre_polynomial_p_cpu",
    nondifferentiable=True,
    overloads=True,
)
def legendre_polynomial_p(x: Tensor | Number, n: Tensor | Number, *, out: Tensor | None = None) -> Tensor:
    """Legendre's polynomial, of degree `n`.

    Args:
        x: points: a tensor or a number.
        n: degrees: a tensor that broadcasts with `x`, or a number; negative ones give 0.

    Example::

        >>> torch.special.legendre_polynomial_p(torch.tensor([0.5, 2.0]), 3)
        tensor([-0.4375, 17.0000])
    """
    return s.special_legendre_polynomial_p(x, n)
