"""Bessel functions of orders 0 and 1, plain and modified, the spherical one of order 0, and Airy's function."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from . import tables
from .series import Array, by_region, chebyshev, in_double

_TWO_OVER_PI = 2 / math.pi


def _wave(x: Array, order: int) -> tuple[Array, Array]:
    """J and Y of an order beyond 8: a wave whose amplitude and phase change slowly."""
    cosine, sine = (tables.BESSEL_P0, tables.BESSEL_Q0) if order == 0 else (tables.BESSEL_P1, tables.BESSEL_Q1)
    ratio = 8 / x
    along, across = chebyshev(cosine, 0, 1, ratio * ratio), chebyshev(sine, 0, 1, ratio * ratio) * ratio
    # the phase is x - pi/4 or x - 3pi/4; written with sines and cosines of x itself, it loses nothing
    c, s = np.cos(x), np.sin(x)
    turned_cos, turned_sin = ((c + s), (s - c)) if order == 0 else ((s - c), (-s - c))
    amplitude = np.sqrt(1 / (math.pi * x))
    first = amplitude * (along * turned_cos - across * turned_sin)
    second = amplitude * (along * turned_sin + across * turned_cos)
    return first, second


def _j0_near(x: Array) -> Array:
    return chebyshev(tables.J0_NEAR, 0, 64, x * x)


def _j1_near(x: Array) -> Array:
    return x * chebyshev(tables.J1_NEAR, 0, 64, x * x)


def _j0(x: Array) -> Array:
    size = np.abs(x)
    return by_region(size, ((size <= 8, _j0_near), (size > 8, lambda size: _wave(size, 0)[0])))


def _j1(x: Array) -> Array:
    size = np.abs(x)
    found = by_region(size, ((size <= 8, _j1_near), (size > 8, lambda size: _wave(size, 1)[0])))
    return np.where(x < 0, -found, found)


def _y0_near(x: Array) -> Array:
    return chebyshev(tables.Y0_NEAR, 0, 64, x * x) + _TWO_OVER_PI * np.log(x / 2) * _j0_near(x)


def _y1_near(x: Array) -> Array:
    regular = x * chebyshev(tables.Y1_NEAR, 0, 64, x * x)
    return regular + _TWO_OVER_PI * (np.log(x / 2) * _j1_near(x) - 1 / x)


def _minus_infinity(x: Array) -> Array:
    return np.full_like(x, -np.inf)


def _y0(x: Array) -> Array:
    return by_region(x, ((x == 0, _minus_infinity), ((x > 0) & (x <= 8), _y0_near), (x > 8, lambda x: _wave(x, 0)[1])))


def _y1(x: Array) -> Array:
    return by_region(x, ((x == 0, _minus_infinity), ((x > 0) & (x <= 8), _y1_near), (x > 8, lambda x: _wave(x, 1)[1])))


def _i0e(x: Array) -> Array:
    size = np.abs(x)
    return by_region(
        size,
        (
            (size <= 8, lambda size: chebyshev(tables.I0E_NEAR, 0, 8, size)),
            (size > 8, lambda size: chebyshev(tables.I0E_FAR, 0, 0.125, 1 / size) / np.sqrt(size)),
        ),
    )


def _i1e(x: Array) -> Array:
    size = np.abs(x)
    found = by_region(
        size,
        (
            (size <= 8, lambda size: size * chebyshev(tables.I1E_NEAR, 0, 8, size)),
            (size > 8, lambda size: chebyshev(tables.I1E_FAR, 0, 0.125, 1 / size) / np.sqrt(size)),
        ),
    )
    return np.where(x < 0, -found, found)


def _grown(scaled: Array, x: Array) -> Array:
    """A function from the one scaled by exp(-|x|)."""
    half = np.exp(np.abs(x) / 2)  # twice, so that what is still finite does not overflow on the way
    return scaled * half * half


def _k0e(x: Array) -> Array:
    def near(x: Array) -> Array:
        regular = chebyshev(tables.K0_NEAR, 0, 4, x * x)
        return np.exp(x) * (regular - np.log(x / 2) * _grown(_i0e(x), x))

    return by_region(
        x,
        (
            (x == 0, lambda x: np.full_like(x, np.inf)),
            ((x > 0) & (x <= 2), near),
            (x > 2, lambda x: chebyshev(tables.K0E_FAR, 0, 1, 2 / x) / np.sqrt(x)),
        ),
    )


def _k1e(x: Array) -> Array:
    def near(x: Array) -> Array:
        regular = chebyshev(tables.K1_NEAR, 0, 4, x * x) / x
        return np.exp(x) * (regular + np.log(x / 2) * _grown(_i1e(x), x))

    return by_region(
        x,
        (
            (x == 0, lambda x: np.full_like(x, np.inf)),
            ((x > 0) & (x <= 2), near),
            (x > 2, lambda x: chebyshev(tables.K1E_FAR, 0, 1, 2 / x) / np.sqrt(x)),
        ),
    )


def _spherical_j0(x: Array) -> Array:
    square = x * x
    small = 1 + square / 6 * (-1 + square / 20 * (1 - square / 42 * (1 - square / 72)))
    safe = np.where(x == 0, 1, x)
    found = np.where(np.abs(x) < 0.1, small, np.sin(safe) / safe)
    return np.where(np.isinf(x), 0.0, found)


_AIRY_NEAR, _AIRY_BELOW, _AIRY_END = 2.0, -2.5, 103.892
_AIRY_ABOVE_PHASE = 2 / 3 * _AIRY_NEAR**1.5
_AIRY_BELOW_PHASE = 2 / 3 * (-_AIRY_BELOW) ** 1.5


def _airy_above(x: Array) -> Array:
    phase = 2 / 3 * x * np.sqrt(x)
    decay = np.exp(-phase) / (2 * math.sqrt(math.pi) * np.sqrt(np.sqrt(x)))
    return decay * chebyshev(tables.AIRY_FAR, 0, 1, _AIRY_ABOVE_PHASE / phase)


def _airy_below(x: Array) -> Array:
    size = -x
    phase = 2 / 3 * size * np.sqrt(size)
    place = (_AIRY_BELOW_PHASE / phase) ** 2
    turned = phase - math.pi / 4
    wave = np.cos(turned) * chebyshev(tables.AIRY_P, 0, 1, place)
    wave += np.sin(turned) * chebyshev(tables.AIRY_Q, 0, 1, place) / phase
    return wave / (math.sqrt(math.pi) * np.sqrt(np.sqrt(size)))


def _airy_ai(x: Array) -> Array:
    return by_region(
        x,
        (
            (np.isinf(x), lambda x: np.full_like(x, np.nan)),
            (x > _AIRY_END, np.zeros_like),
            (x > _AIRY_NEAR, _airy_above),
            (x >= _AIRY_BELOW, lambda x: chebyshev(tables.AIRY_NEAR, _AIRY_BELOW, _AIRY_NEAR, x)),
            (x < _AIRY_BELOW, _airy_below),
        ),
    )


def _shrunk(scaled: Array, x: Any) -> Array:
    return np.where(np.isinf(x), 0.0, scaled * np.exp(-x))


bessel_j0, bessel_j1, bessel_y0, bessel_y1 = map(in_double, (_j0, _j1, _y0, _y1))
i0e, i1e = in_double(_i0e), in_double(_i1e)
i0, i1 = in_double(lambda x: _grown(_i0e(x), x)), in_double(lambda x: _grown(_i1e(x), x))
k0e, k1e = in_double(_k0e), in_double(_k1e)
k0, k1 = in_double(lambda x: _shrunk(_k0e(x), x)), in_double(lambda x: _shrunk(_k1e(x), x))
spherical_bessel_j0 = in_double(_spherical_j0)
airy_ai = in_double(_airy_ai)
