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
    # the rounding errors of the product (Dekker) and of the sum (Knuth), added to it last
    high, high_factor = _high(values), _high(factor)
    low, low_factor = values - high, factor - high_factor
    error = high * high_factor - product + high * low_factor + low * high_factor + low * low_factor
    total = product + addend
    part = total - product
    error = error + ((product - (total - part)) + (addend - part))
    found = total + error
    return np.where(np.isfinite(error), found, total)


def _high(values: Any) -> Any:
    scaled = _SPLITTER * values
    return scaled - (scaled - values)
