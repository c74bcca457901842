"""Sums of products that are rounded once, as torch's vector code rounds a product added to a number.

Where an optimizer takes differences of nearly equal vectors (L-BFGS) or rounds to bfloat16 next (Muon), the last bit
of a float32 sum grows into the third digit of the result, and with it the difference between two trainings.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .._core.dtypes import float32


def add_once(value: Any, other: Any, factor: float) -> Any:
    """``value + factor * other`` of tensors.

    Args:
        value: a tensor; float32 is computed in float64, other dtypes as they are.
        other: a tensor that broadcasts to it.
        factor: a number.
    """
    if value.dtype is not float32:
        return value.add(other, alpha=factor)
    return value.double().add_(other.double(), alpha=float(np.float32(factor))).float()


def lerp_once(start: Any, end: Any, weight: float) -> Any:
    """``start`` moved towards ``end`` by a share, from whichever of the two is nearer.

    Args:
        start: a tensor; float32 is computed in float64, other dtypes as they are.
        end: a tensor of the same shape.
        weight: the share.
    """
    if start.dtype is not float32:
        return start.lerp(end, weight)
    share = np.float32(weight)
    if abs(share) < 0.5:
        return add_once(start, end - start, float(share))
    return add_once(end, end - start, float(share - np.float32(1)))


def dot_once(one: Any, two: Any) -> Any:
    """The sum of the products of two vectors; torch's depends in the last bit on the processor, this one does not.

    Args:
        one: a vector; float32 is computed in float64, other dtypes as they are.
        two: a vector of the same length.
    """
    return one.double().dot(two.double()).float() if one.dtype is float32 else one.dot(two)
