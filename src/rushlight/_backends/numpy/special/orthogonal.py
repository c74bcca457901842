"""Orthogonal polynomials, by their recurrences in the degree."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .series import Array

Step = Callable[[int, Array, Array, Array], Array]


def _recur(x: Array, n: Array, first: Callable[[Array], Array], step: Step) -> Array:
    """The polynomials of degrees `n` at `x`, for a family that starts with 1 and `first(x)`; 0 for negative degrees.

    Args:
        x: float64 points.
        n: degrees, of the same shape.
        first: the polynomial of degree 1.
        step: from degree k, the points and the polynomials of degrees k - 1 and k - 2 to that of degree k.
    """
    before, last = np.ones_like(x), first(x)
    found = np.where(n == 0, before, np.where(n == 1, last, 0.0))
    wanted = np.isfinite(n) & (n > 1)
    for degree in range(2, int(n[wanted].max(initial=1)) + 1):
        before, last = last, step(degree, x, last, before)
        found = np.where(n == degree, last, found)
    return found


def _twice(degree: int, x: Array, last: Array, before: Array) -> Array:
    return 2 * x * last - before


_HERMITE_LIMITS = {"f4": 128, "f8": 512}
"""The degrees beyond which torch gives nan for Hermite's polynomials, by dtype."""


def _polynomial(
    first: Callable[[Array], Array], step: Step, shifted: bool = False, limited: bool = False
) -> Callable[[Any, Any], Array]:
    """A family as a function of arrays that broadcast, in the dtype of the first."""

    def evaluate(x: Any, n: Any) -> Array:
        points, degrees = np.broadcast_arrays(np.asarray(x), np.asarray(n))
        place = np.atleast_1d(points).astype(np.float64)
        whole = np.trunc(np.atleast_1d(degrees).astype(np.float64))
        found = _recur(2 * place - 1 if shifted else place, whole, first, step)
        if limited:
            found[whole > _HERMITE_LIMITS.get(points.dtype.str[1:], 512)] = np.nan
        return found.reshape(points.shape).astype(points.dtype)

    return evaluate


chebyshev_t = _polynomial(lambda x: x, _twice)
chebyshev_u = _polynomial(lambda x: 2 * x, _twice)
chebyshev_v = _polynomial(lambda x: 2 * x - 1, _twice)
chebyshev_w = _polynomial(lambda x: 2 * x + 1, _twice)
shifted_chebyshev_t = _polynomial(lambda x: x, _twice, shifted=True)
shifted_chebyshev_u = _polynomial(lambda x: 2 * x, _twice, shifted=True)
shifted_chebyshev_v = _polynomial(lambda x: 2 * x - 1, _twice, shifted=True)
shifted_chebyshev_w = _polynomial(lambda x: 2 * x + 1, _twice, shifted=True)
hermite_h = _polynomial(lambda x: 2 * x, lambda k, x, last, before: 2 * x * last - 2 * (k - 1) * before, limited=True)
hermite_he = _polynomial(lambda x: x, lambda k, x, last, before: x * last - (k - 1) * before, limited=True)
laguerre_l = _polynomial(lambda x: 1 - x, lambda k, x, last, before: ((2 * k - 1 - x) * last - (k - 1) * before) / k)
legendre_p = _polynomial(lambda x: x, lambda k, x, last, before: ((2 * k - 1) * x * last - (k - 1) * before) / k)
