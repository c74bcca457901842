"""Special functions as methods."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._declare.variants import inplace, method
from .._ops import bessel, error_functions, gamma_functions as gamma

if TYPE_CHECKING:
    from ..tensor import Tensor


class SpecialMethods:
    """Rows of the method table: special functions."""

    __slots__ = ()

    erf, erf_ = method(error_functions.erf), inplace(error_functions.erf)
    erfc, erfc_ = method(error_functions.erfc), inplace(error_functions.erfc)
    erfinv, erfinv_ = method(error_functions.erfinv), inplace(error_functions.erfinv)
    lgamma, lgamma_ = method(gamma.lgamma), inplace(gamma.lgamma)
    digamma, digamma_ = method(gamma.digamma), inplace(gamma.digamma)
    mvlgamma, mvlgamma_ = method(gamma.mvlgamma), inplace(gamma.mvlgamma)
    igamma, igamma_ = method(gamma.igamma), inplace(gamma.igamma)
    igammac, igammac_ = method(gamma.igammac), inplace(gamma.igammac)
    i0, i0_ = method(bessel.i0), inplace(bessel.i0)

    def polygamma(self: Any, n: int) -> Tensor:
        """The derivative of order `n` of `digamma` at each element."""
        return gamma.polygamma(n, self)

    def polygamma_(self: Any, n: int) -> Tensor:
        """In-place form of `polygamma`."""
        return self.copy_(gamma.polygamma(n, self))
