"""The gamma function's logarithm and its derivatives, and Hurwitz's zeta function."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from . import tables
from .series import Array, by_region, chebyshev, in_double, polynomial

_HALF_LOG_TAU = math.log(2 * math.pi) / 2
_BERNOULLI = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510, 43867 / 798, -174611 / 330)
"""The Bernoulli numbers B2, B4 ... B20."""

_STIRLING = tuple(number / (2 * k * (2 * k - 1)) for k, number in enumerate(_BERNOULLI, 1))
_DIGAMMA = tuple(number / (2 * k) for k, number in enumerate(_BERNOULLI, 1))
_TRIGAMMA = _BERNOULLI


def _stirling(x: Array) -> Array:
    """log(gamma(x)) for large x."""
    correction = polynomial(_STIRLING, 1 / (x * x)) / x
    return np.where(np.isinf(x), np.inf, (x - 0.5) * np.log(x) - x + _HALF_LOG_TAU + correction)


def _lgamma_middle(x: Array) -> Array:
    """log(gamma(x)) from 2.5 to 10: down to between 1.5 and 2.5 in steps of one."""
    steps = np.ceil(x - 2.5)
    product = np.ones_like(x)
    for step in range(1, 9):
        product *= np.where(step <= steps, x - step, 1.0)
    return np.log(product) + _lgamma_two(x - steps)


def _lgamma_two(x: Array) -> Array:
    return (x - 2) * chebyshev(tables.LGAMMA_TWO, -0.5, 0.5, x - 2)


def _lgamma_one(x: Array) -> Array:
    return (x - 1) * chebyshev(tables.LGAMMA_ONE, -0.5, 0.5, x - 1) + 0.0  # not -0.0 at 1


def _lgamma_small(x: Array) -> Array:
    """log(gamma(x)) from 0 to 0.5."""
    return -np.log(x) + x * chebyshev(tables.LGAMMA_ONE, -0.5, 0.5, x)


def _lgamma_positive(x: Array) -> Array:
    return by_region(
        x,
        (
            (x < 0.5, _lgamma_small),
            (x < 1.5, _lgamma_one),
            (x < 2.5, _lgamma_two),
            (x < 10, _lgamma_middle),
            (x >= 10, _stirling),
        ),
    )


def _lgamma_negative(x: Array) -> Array:
    """log|gamma(x)| below 0, by reflection; infinite at the integers."""
    whole = np.isinf(x) | (x == np.floor(x))
    sine = np.abs(np.sin(math.pi * (x - np.rint(x))))
    inside = np.where(whole, -0.5, x)
    return np.where(whole, np.inf, math.log(math.pi) - np.log(np.where(whole, 1, sine)) - _lgamma_positive(1 - inside))


def lgamma_double(x: Array) -> Array:
    """`lgamma` of a float64 array with at least one dimension."""
    return by_region(x, ((x > 0, _lgamma_positive), (x <= 0, _lgamma_negative)))


def _digamma_positive(x: Array) -> Array:
    shifted, found = x.copy(), np.zeros_like(x)
    for _ in range(10):
        small = shifted < 10
        if not small.any():
            break
        found -= np.where(small, 1 / shifted, 0)
        shifted += small
    inverse = 1 / (shifted * shifted)
    return found + np.log(shifted) - 0.5 / shifted - polynomial(_DIGAMMA, inverse) * inverse


def _cot(x: Array) -> Array:
    """1 / tan(pi x)."""
    return 1 / np.tan(math.pi * (x - np.rint(x)))


def digamma_double(x: Array) -> Array:
    """`digamma` of a float64 array: minus or plus infinity at 0 by its sign, nan at the negative integers."""
    return by_region(
        x,
        (
            (x == 0, lambda x: np.copysign(np.inf, -x)),
            (x > 0, _digamma_positive),
            ((x == np.floor(x)) | np.isinf(x), lambda x: np.full_like(x, np.nan)),
            (x < 0, lambda x: _digamma_positive(1 - x) - math.pi * _cot(x)),
        ),
    )


def _trigamma_positive(x: Array) -> Array:
    shifted, found = x.copy(), np.zeros_like(x)
    for _ in range(10):
        small = shifted < 10
        if not small.any():
            break
        found += np.where(small, 1 / (shifted * shifted), 0)
        shifted += small
    inverse = 1 / (shifted * shifted)
    return found + 1 / shifted + inverse / 2 + polynomial(_TRIGAMMA, inverse) * inverse / shifted


def trigamma_double(x: Array) -> Array:
    """The second derivative of log(gamma(x)) for a float64 array."""

    def reflected(x: Array) -> Array:
        sine = np.sin(math.pi * (x - np.rint(x)))
        return (math.pi / sine) ** 2 - _trigamma_positive(1 - x)

    return by_region(x, ((x >= 0.5, _trigamma_positive), (x < 0.5, reflected)))


def _euler_maclaurin(x: Array, q: Array) -> Array:
    """The sum of (k + q)**-x over k >= 0 for x > 1 and q where the first power is real.

    Terms are added up until one no longer counts, or `k + q` is beyond both 10 and `x`, where the tail's
    expansion in derivatives is exact to double precision.
    """
    last, term = q.copy(), q**-x
    total = term.copy()
    pending = np.isfinite(total)
    enough = np.maximum(x, 10.0)
    while pending.any():
        last = np.where(pending, last + 1, last)
        term = np.where(pending, last**-x, term)
        total = np.where(pending, total + term, total)
        pending &= (last <= enough) & (np.abs(term) > 1e-17 * np.abs(total))
    tail = term * last / (x - 1) - term / 2
    factor, power = x.copy(), term / last
    for k, number in enumerate(_BERNOULLI, 1):
        tail = tail + number / math.factorial(2 * k) * factor * power
        factor = factor * (x + 2 * k - 1) * (x + 2 * k)
        power = power / (last * last)
    found = np.where(last > enough, total + tail, total)
    return np.where(np.isinf(q), 0.0, np.where(np.isinf(total), total, found))


def zeta_double(x: Array, q: Array) -> Array:
    """Hurwitz's zeta function of float64 arrays of one shape."""
    found = np.full(x.shape, np.nan)
    poles = (x == 1) | ((q <= 0) & (q == np.floor(q)) & (x > 1))
    found[poles] = np.inf
    inside = ~poles & (x > 1) & ((q > 0) | (x == np.floor(x)))
    if inside.any():
        found[inside] = _euler_maclaurin(x[inside], q[inside])
    return found


def zeta(x: Any, q: Any) -> Array:
    """Hurwitz's zeta function of arrays that broadcast, in the dtype of the first."""
    first, second = np.broadcast_arrays(np.asarray(x), np.asarray(q))
    found = zeta_double(np.atleast_1d(first).astype(np.float64), np.atleast_1d(second).astype(np.float64))
    return found.reshape(first.shape).astype(first.dtype)


def _polygamma(x: Array, n: int) -> Array:
    if n == 0:
        return digamma_double(x)
    if n == 1:
        return trigamma_double(x)
    sign = 1.0 if n % 2 else -1.0
    return sign * math.factorial(n) * zeta_double(np.full_like(x, n + 1), x)


lgamma = in_double(lgamma_double, math.lgamma)
digamma = in_double(digamma_double)
trigamma = in_double(trigamma_double)
polygamma = in_double(_polygamma)
