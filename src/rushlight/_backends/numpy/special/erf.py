"""The error function and its kin."""

from __future__ import annotations

import math

import numpy as np

from . import tables
from .series import Array, by_region, chebyshev, in_double

_SQRT_HALF = math.sqrt(0.5)


def _decay(x: Array) -> Array:
    """exp(-x**2), with the rounding of the square made up for."""
    coarse = np.trunc(x * 16) / 16
    return np.exp(-coarse * coarse) * np.exp((coarse - x) * (coarse + x))


def _erf_near(x: Array) -> Array:
    return x * chebyshev(tables.ERF_NEAR, 0, 1, x * x)


def _erfcx_positive(x: Array) -> Array:
    place = np.where(np.isinf(x), 1.0, (x - 3.75) / (x + 3.75))
    return chebyshev(tables.ERFCX_SCALED, -1, 1, place) / (1 + 2 * x)


def _erfc_positive(x: Array) -> Array:
    return np.where(x > 27, 0.0, _decay(np.minimum(x, 28.0)) * _erfcx_positive(x))


def erf_double(x: Array) -> Array:
    """`erf` of a float64 array with at least one dimension."""
    size = np.abs(x)
    return by_region(x, ((size < 1, _erf_near), (size >= 1, lambda x: np.copysign(1 - _erfc_positive(np.abs(x)), x))))


def erfc_double(x: Array) -> Array:
    """`erfc` of a float64 array with at least one dimension."""
    return by_region(
        x,
        (
            (x >= 0.5, _erfc_positive),
            (x > -1, lambda x: 1 - _erf_near(x)),
            (x <= -1, lambda x: 2 - _erfc_positive(-x)),
        ),
    )


def erfcx_double(x: Array) -> Array:
    """`erfcx` of a float64 array with at least one dimension."""
    return by_region(x, ((x >= 0, _erfcx_positive), (x < 0, lambda x: 2 * np.exp(x * x) - _erfcx_positive(-x))))


def _erfinv_over(w: Array) -> Array:
    """erfinv(y) / y for w = -log(1 - y**2)."""
    root = np.sqrt(w)
    near = by_region(w, ((w < 6.25, lambda w: chebyshev(tables.ERFINV_NEAR, 0, 6.25, w)),))
    far = by_region(
        root,
        (
            (root < 2.5, lambda root: np.zeros_like(root)),
            (root < 4, lambda root: chebyshev(tables.ERFINV_MIDDLE, 2.5, 4, root)),
            (root < 7, lambda root: chebyshev(tables.ERFINV_FAR, 4, 7, root)),
            (root < 28, lambda root: chebyshev(tables.ERFINV_TAIL, 7, 28, root)),
            (root >= 28, lambda root: np.full_like(root, np.inf)),
        ),
    )
    return np.where(w < 6.25, near, far)


def _erfinv(y: Array) -> Array:
    return y * _erfinv_over(-np.log((1 - y) * (1 + y)))


def _ndtri(p: Array) -> Array:
    return math.sqrt(2) * (2 * p - 1) * _erfinv_over(-np.log(4 * p * (1 - p)))


def _log_ndtr(x: Array) -> Array:
    return by_region(
        x,
        (
            (x < -1, lambda x: np.log(_erfcx_positive(-x * _SQRT_HALF) / 2) - x * x / 2),
            (x >= -1, lambda x: np.log1p(-erfc_double(x * _SQRT_HALF) / 2)),
        ),
    )


erf = in_double(erf_double)
erfc = in_double(erfc_double)
erfcx = in_double(erfcx_double)
erfinv = in_double(_erfinv)
ndtr = in_double(lambda x: erfc_double(-x * _SQRT_HALF) / 2)
ndtri = in_double(_ndtri)
log_ndtr = in_double(_log_ndtr)
