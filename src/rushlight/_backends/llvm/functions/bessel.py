"""Modified Bessel functions of the first kind, of orders 0 and 1, and the same scaled by exp(-|x|)."""

from __future__ import annotations

from collections.abc import Callable

from ...numpy.special import tables
from ..ir import Value
from .arithmetic import square_root
from .exponential import exp
from .helpers import absolute, where
from .series import Region, chebyshev, in_double

_SERIES = ((tables.I0E_NEAR, tables.I0E_FAR), (tables.I1E_NEAR, tables.I1E_FAR))


def _scaled(x: Value, order: int, brief: bool) -> Value:
    """The function of |x| times exp(-|x|): a series in |x| up to 8, in its reciprocal beyond."""
    size = absolute(x)
    near = size <= 8
    close, distant = _SERIES[order]
    series = chebyshev(Region(near, size, 0, 8, close), Region(None, 1 / size, 0, 0.125, distant), brief=brief)
    outside = 1 / square_root(size)
    found = series * where(near, size, outside) if order else where(near, series, series * outside)
    return where(x < 0, -found, found) if order else found


def _grown(x: Value, order: int, brief: bool) -> Value:
    half = exp(absolute(x) * 0.5)  # twice, so that what is still finite does not overflow on the way
    return _scaled(x, order, brief) * half * half


FUNCTIONS: dict[str, Callable[..., Value]] = {
    "i0": in_double(lambda x, brief: _grown(x, 0, brief)),
    "special_i1": in_double(lambda x, brief: _grown(x, 1, brief)),
    "special_i0e": in_double(lambda x, brief: _scaled(x, 0, brief)),
    "special_i1e": in_double(lambda x, brief: _scaled(x, 1, brief)),
}
