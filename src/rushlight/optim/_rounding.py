"""Sums of products rounded as torch's vector code rounds them: once, and in its order.

Where an optimizer takes differences of nearly equal vectors (L-BFGS) or rounds to bfloat16 next (Muon), the last bit
of a float32 sum grows into the third digit of the result, and with it the difference between two trainings.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .._core.dtypes import float32
from .._ops.data import from_numpy

_LANES = 16
_LONGEST_DOT, _LONGEST_SUM = 4096, 512
"""Elements up to which torch adds in the order written here."""


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


def dot_in_lanes(one: Any, two: Any) -> Any:
    """The sum of the products of two vectors, added up in the order of torch's vector code.

    That order (found by sums such as 2**30 + 1 - 2**30) is the one of MKL on x86: sixteen running sums, of which the
    last eight, four and single products go to the first ones.

    Args:
        one: a vector; up to `_LONGEST_DOT` elements of float32 are added in that order, longer ones and other dtypes
            as usual.
        two: a vector of the same length.
    """
    if one.dtype is not float32 or len(one) > _LONGEST_DOT:
        return one.dot(two)
    products = one.detach().numpy() * two.detach().numpy()
    rest = len(products) % _LANES
    start = len(products) - rest
    sums = np.add.reduce(products[:start].reshape(-1, _LANES), axis=0)  # row after row
    for width in (8, 4):
        if rest & width:
            sums[:width] += products[start : start + width]
            start += width
    for product in products[start:]:
        sums[0] += product
    low, second, third, high = sums.reshape(4, 4)
    quarter = low + second + third + high
    return from_numpy(np.asarray((quarter[0] + quarter[2]) + (quarter[1] + quarter[3])))


def sum_in_lanes(vector: Any) -> Any:
    """The sum of a vector, added up in the order of torch's vector code.

    Rows of eight are added up, four of them side by side from 32 elements on; then come the elements that fill no row,
    from left to right, and the eight sums one after the other on top of them. Below eight elements, those from the
    fifth on follow the first one.

    Args:
        vector: up to `_LONGEST_SUM` elements of float32 are added in that order, longer ones and other dtypes as usual.
    """
    if vector.dtype is not float32 or len(vector) > _LONGEST_SUM:
        return vector.sum()
    values = vector.detach().numpy()
    if len(values) < 8:
        return _added_up(values[:1], values[4:], values[1:4])
    blocks, rows = len(values) // 32 * 32, len(values) // 8 * 8
    sums = np.add.reduce(values[:blocks].reshape(-1, 4, 8), axis=0)
    for start in range(blocks, rows, 8):
        sums[0] += values[start : start + 8]
    lanes = np.add.reduce(sums, axis=0)
    return _added_up(values[rows:], lanes)


def _added_up(*parts: Any) -> Any:
    """The sum of arrays, element after element from left to right."""
    return from_numpy(np.add.accumulate(np.concatenate(parts))[-1:].reshape(()))
