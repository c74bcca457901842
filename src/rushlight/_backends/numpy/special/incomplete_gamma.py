"""The regularized incomplete gamma functions."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .erf import erfc_double
from .gamma import lgamma_double
from .series import Array, polynomial

_EPS = np.finfo(np.float64).eps
_STEPS = 20_000
_UNIFORM_FROM = 1e6
"""The order from which two terms of the expansion for large orders are exact to double precision; below it series
and fraction end within about six times the order's root steps."""


def _log_excess(mu: Array) -> Array:
    """log(1 + mu) - mu, without cancellation for small mu."""
    small = np.abs(mu) < 0.3
    ratio = np.where(small, mu / (2 + mu), 0.0)
    square = ratio * ratio
    term, total = ratio * square, np.zeros_like(mu)
    for k in range(3, 60, 2):
        total += term / k
        term = term * square
    # log(1 + mu) = 2 atanh(ratio), and 2 ratio - mu = -mu ratio
    return np.where(small, 2 * total - mu * ratio, np.log1p(np.where(small, 0.0, mu)) - mu)


def _prefactor(a: Array, x: Array) -> Array:
    """x**a exp(-x) / gamma(a + 1), without overflow or cancellation for large `a`."""
    with np.errstate(all="ignore"):
        plain = np.exp(a * np.log(x) - x - lgamma_double(a + 1))
        mu = (x - a) / a
        stirling = 1 / (12 * a) - 1 / (360 * a**3) + 1 / (1260 * a**5)
        scaled = np.exp(a * _log_excess(mu) - stirling) / np.sqrt(2 * math.pi * a)
    return np.where((a > 20) & (np.abs(mu) < 0.5), scaled, plain)


def _series(a: Array, x: Array) -> Array:
    """P(a, x) as a power series in x."""
    term, total, order = np.ones_like(a), np.ones_like(a), a.copy()
    for _ in range(_STEPS):
        order += 1
        term = term * (x / order)
        total += term
        if (term <= total * _EPS).all():
            break
    return total * _prefactor(a, x)


def _fraction(a: Array, x: Array) -> Array:
    """Q(a, x) as a continued fraction, by Lentz's method."""
    tiny = 1e-300
    b = x + 1 - a
    c, d = np.full_like(a, 1 / tiny), 1 / np.where(b == 0, tiny, b)
    found = d.copy()
    for step in range(1, _STEPS):
        numerator = -step * (step - a)
        b = b + 2
        d = numerator * d + b
        d = 1 / np.where(np.abs(d) < tiny, tiny, d)
        c = b + numerator / c
        c = np.where(np.abs(c) < tiny, tiny, c)
        change = c * d
        found = found * change
        if (np.abs(change - 1) <= 4 * _EPS).all():
            break
    return found * _prefactor(a, x) * a


def _small_complement(a: Array, x: Array) -> Array:
    """Q(a, x) for x up to about 1, where 1 - P would cancel: from the series of the lower function times x**-a."""
    term, total = np.ones_like(a), np.zeros_like(a)
    for k in range(1, 60):
        term = term * (-x / k)
        total += term / (a + k)
        if (np.abs(term) <= _EPS * np.maximum(np.abs(total), 1e-300)).all():
            break
    log_scale = a * np.log(x) - lgamma_double(a + 1)
    return -np.expm1(log_scale) - np.exp(log_scale) * a * total


_UNIFORM_ZERO = (-1 / 3, 1 / 12, -2 / 135, 1 / 864, 1 / 2835, -139 / 777600)
"""The first term of the expansion for large orders, as a series around x = a."""


def _uniform(a: Array, x: Array) -> tuple[Array, Array]:
    """P and Q for large orders, around the error function."""
    mu = (x - a) / a
    eta = np.copysign(np.sqrt(-2 * _log_excess(mu)), mu)
    near = np.abs(eta) < 0.05
    away_mu, away_eta = np.where(near, 1.0, mu), np.where(near, 1.0, eta)
    zeroth = np.where(near, polynomial(_UNIFORM_ZERO, eta), 1 / away_mu - 1 / away_eta)
    first = np.where(
        near,
        -1 / 540 - eta / 288,
        1 / away_eta**3 - 1 / away_mu**3 - 1 / away_mu**2 - 1 / (12 * away_mu),
    )
    rest = np.exp(-a * eta * eta / 2) / np.sqrt(2 * math.pi * a) * (zeroth + first / a)
    root = eta * np.sqrt(a / 2)
    return erfc_double(-root) / 2 - rest, erfc_double(root) / 2 + rest


def _both(a: Array, x: Array) -> tuple[Array, Array]:
    """P and Q for positive finite arguments."""
    lower, upper = np.empty_like(a), np.empty_like(a)
    large = a > _UNIFORM_FROM
    below = ~large & (x < np.maximum(a, 1.1))
    beyond = ~large & ~below
    if large.any():
        lower[large], upper[large] = _uniform(a[large], x[large])
    if below.any():
        order, point = a[below], x[below]
        lower[below] = _series(order, point)
        small = point <= 1.1
        complement = 1 - lower[below]
        if small.any():
            complement[small] = _small_complement(order[small], point[small])
        upper[below] = complement
    if beyond.any():
        upper[beyond] = _fraction(a[beyond], x[beyond])
        lower[beyond] = 1 - upper[beyond]
    return lower, upper


def _regularized(a: Any, x: Any, want_upper: bool) -> Array:
    """P or Q of arrays that broadcast, in the dtype of the first."""
    first, second = np.broadcast_arrays(np.asarray(a), np.asarray(x))
    order = np.atleast_1d(first).astype(np.float64)
    point = np.atleast_1d(second).astype(np.float64)
    found = np.full(order.shape, np.nan)
    inside = (order > 0) & (point > 0) & np.isfinite(order) & np.isfinite(point)
    if inside.any():
        lower, upper = _both(order[inside], point[inside])
        found[inside] = np.clip(upper if want_upper else lower, 0, 1)
    none, all_ = (1.0, 0.0) if want_upper else (0.0, 1.0)
    found[((point == 0) & (order > 0)) | (np.isinf(order) & (order > 0) & np.isfinite(point) & (point >= 0))] = none
    found[((order == 0) & (point > 0)) | (np.isposinf(point) & np.isfinite(order) & (order >= 0))] = all_
    return found.reshape(first.shape).astype(first.dtype)


def igamma(a: Any, x: Any) -> Array:
    """The regularized lower incomplete gamma function."""
    return _regularized(a, x, False)


def igammac(a: Any, x: Any) -> Array:
    """The regularized upper incomplete gamma function."""
    return _regularized(a, x, True)
