"""How a gamma or beta distributed number moves with its parameter while its quantile stays (pathwise derivatives).

With the distribution function F and the density f that is ``-(dF/da) / f``. As a function of a logarithm of the
number the integrand of dF/da falls off on one side of the number from there on, towards the tail that does not
hold the mode, as quickly as an exponential or faster. The double exponential rule integrates such a function to
15 digits with 82 points, whatever the parameters (in the worst cases known to 6: a concentration of 0.05). torch's
rational approximations of the middle range have 2 to 6 digits.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from .special.gamma import digamma_double

Array = np.ndarray[Any, Any]
Doubles = np.ndarray[Any, np.dtype[np.float64]]

_STEP = 1 / 10
_GRID = np.arange(math.ceil(-4.0 / _STEP), math.floor(4.2 / _STEP) + 1) * _STEP
_POINTS: Doubles = np.exp(_GRID - np.exp(-_GRID))
_WEIGHTS: Doubles = _STEP * _POINTS * (1 + np.exp(-_GRID))
_ROWS = 2048
"""Numbers worked on at a time: 82 points for each of them fill 1.3 MB."""
_REFINEMENTS = 6
_LARGE = 1e4


def gamma_pathwise(concentration: Array, value: Array) -> Array:
    """The derivative of gamma distributed values of scale 1 by their concentration.

    Args:
        concentration, value: arrays of one floating dtype and shape.
    """
    return _by_rows(_gamma_rows, value.dtype, concentration, value)


def dirichlet_pathwise(value: Array, concentration: Array, total: Array) -> Array:
    """The derivative of a component of Dirichlet distributed points by its concentration, over one minus the component.

    Args:
        value: the component, whose distribution is a beta distribution.
        concentration: the parameter of the component.
        total: the sum of all parameters.
    """
    return _by_rows(_beta_rows, value.dtype, value, concentration, total)


def _by_rows(function: Callable[..., Doubles], dtype: np.dtype[Any], *operands: Array) -> Array:
    shape = operands[0].shape
    columns = [operand.astype(np.float64).reshape(-1, 1) for operand in operands]
    found = np.empty(columns[0].size)
    with np.errstate(all="ignore"):
        for start in range(0, found.size, _ROWS):
            found[start : start + _ROWS] = function(*(column[start : start + _ROWS] for column in columns))
    return found.reshape(shape).astype(dtype)


def _gamma_rows(a: Doubles, x: Doubles) -> Doubles:
    below = x < a
    side = np.where(below, -1.0, 1.0)

    def decay(step: Doubles) -> Doubles:
        return x * np.expm1(side * step) - a * side * step

    def slope(step: Doubles) -> Doubles:
        return side * (x * np.exp(side * step) - a)

    far = np.where(below, (1 + x) / a, np.log1p(1 / x) + 2)
    steps = _POINTS * _unit(decay, slope, np.minimum(far, _parabola(np.abs(a - x), x)))
    integrand = np.exp(-decay(steps)) * (_log_over_digamma(x, a) + side * steps)
    return _integral(integrand, steps, x * side)


def _log_over_digamma(x: Doubles, a: Doubles) -> Doubles:
    """``log(x) - digamma(a)``, of two large numbers from how far they are apart."""
    large = np.log1p((x - a) / a) + (0.5 + 1 / (12 * a)) / a
    return np.where(a > _LARGE, large, np.log(x) - digamma_double(a))


def _beta_rows(x: Doubles, a: Doubles, total: Doubles) -> Doubles:
    b = total - a
    start = np.log(x) - np.log1p(-x)
    below = start < np.log(a) - np.log(b)
    side = np.where(below, -1.0, 1.0)
    log_x, log_rest = _log_sigmoid(start), _log_sigmoid(-start)

    def decay(step: Doubles) -> Doubles:
        place = start + side * step
        return a * (log_x - _log_sigmoid(place)) + b * (log_rest - _log_sigmoid(-place))

    def slope(step: Doubles) -> Doubles:
        share = np.exp(_log_sigmoid(start + side * step))
        return side * (b * share - a * (1 - share))

    far = np.where(below, np.maximum(start, 0) + 1 + 1 / a, np.maximum(-start, 0) + 1 + 1 / b)
    near = _parabola(np.abs(a * (1 - x) - b * x), total * x * (1 - x))
    steps = _POINTS * _unit(decay, slope, np.minimum(far, near))
    drift = _log_sigmoid(start + side * steps) - digamma_double(a) + digamma_double(total)
    return _integral(np.exp(-decay(steps)) * drift, steps, x * side)


def _parabola(slope: Doubles, curvature: Doubles) -> Doubles:
    """Where a parabola from zero upwards reaches 1."""
    return 2 / (slope + np.sqrt(slope * slope + 2 * curvature))


def _unit(decay: Callable[..., Doubles], slope: Callable[..., Doubles], step: Doubles) -> Doubles:
    """About where `decay`, which is convex, reaches 1: Newton's method from `step`."""
    for _ in range(_REFINEMENTS):
        change = (decay(step) - 1) / slope(step)
        step = np.where(np.isfinite(change), np.maximum(step - change, step / 16), step)
    return step


def _integral(integrand: Doubles, steps: Doubles, factor: Doubles) -> Doubles:
    scale = steps[:, :1] / _POINTS[0]
    total: Doubles = np.nansum(integrand * _WEIGHTS, axis=1, keepdims=True) * scale * factor
    return total[:, 0]


def _log_sigmoid(x: Doubles) -> Doubles:
    return np.minimum(x, 0) - np.log1p(np.exp(-np.abs(x)))
