"""Multiplication and addition with one rounding: what the machine code of torch's ranges does."""

from __future__ import annotations

from typing import Any

import numpy as np

_SPLITTER = 134217729.0
"""2 ** 27 + 1: splits a float64 into halves whose products are exact."""


def multiply_add(factor: Any, values: np.ndarray[Any, Any], addend: Any) -> Any:
    """``factor * values + addend`` in float64, rounded once.

    Args:
        factor: a number.
        values: an array.
        addend: a number, or an array that broadcasts.
    """
    factor, addend = np.float64(factor), np.asarray(addend, np.float64)
    values = values.astype(np.float64)
    product = factor * values
    high, high_factor = _high(values), _high(factor)
    low, low_factor = values - high, factor - high_factor
    rest = high * high_factor - product + high * low_factor + low * high_factor + low * low_factor
    # The product is `product + rest`. What is to be added to the leading part of the sum may be no float64 of its own;
    # rounded to an odd last bit it never lies halfway, and the sum comes out right (Boldo & Melquiond, 2008).
    small, smallest = _sum_and_error(addend, rest)
    leading, error = _sum_and_error(product, small)
    found = leading + _rounded_to_odd(*_sum_and_error(error, smallest))
    return np.where(np.isfinite(found), found, product + addend)


def _sum_and_error(one: Any, two: Any) -> tuple[Any, Any]:
    """A sum and what its rounding left out (Knuth)."""
    total = one + two
    part = total - one
    return total, (one - (total - part)) + (two - part)


def _rounded_to_odd(total: Any, error: Any) -> Any:
    """The neighbour of ``total + error`` whose last bit is 1, where that sum is no float64."""
    even = total.view(np.int64) & 1 == 0
    return np.where(even & (error != 0), np.nextafter(total, np.copysign(np.inf, error)), total)


def _high(values: Any) -> Any:
    scaled = _SPLITTER * values
    return scaled - (scaled - values)
