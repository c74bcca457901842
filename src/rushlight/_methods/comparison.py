"""Comparisons and classifications as methods and Python operators."""

from __future__ import annotations

from .._declare.variants import inplace, method, operator
from .._ops import comparison as ops


class ComparisonMethods:
    """Rows of the method table: comparisons and classifications."""

    __slots__ = ()

    eq, eq_ = method(ops.eq), inplace(ops.eq)
    ne, ne_ = method(ops.ne), inplace(ops.ne)
    lt, lt_ = method(ops.lt), inplace(ops.lt)
    le, le_ = method(ops.le), inplace(ops.le)
    gt, gt_ = method(ops.gt), inplace(ops.gt)
    ge, ge_ = method(ops.ge), inplace(ops.ge)
    not_equal, not_equal_ = ne, ne_
    less, less_ = lt, lt_
    less_equal, less_equal_ = le, le_
    greater, greater_ = gt, gt_
    greater_equal, greater_equal_ = ge, ge_

    __eq__ = operator(ops.eq, "__eq__", arrays=True)
    __ne__ = operator(ops.ne, "__ne__")
    __lt__ = operator(ops.lt, "__lt__")
    __le__ = operator(ops.le, "__le__")
    __gt__ = operator(ops.gt, "__gt__")
    __ge__ = operator(ops.ge, "__ge__")
    __hash__ = object.__hash__

    isnan = method(ops.isnan)
    isinf = method(ops.isinf)
    isfinite = method(ops.isfinite)
    isposinf = method(ops.isposinf)
    isneginf = method(ops.isneginf)
    isreal = method(ops.isreal)
    isclose, allclose, equal = method(ops.isclose), method(ops.allclose), method(ops.equal)
    signbit = method(ops.signbit)

    logical_not, logical_not_ = method(ops.logical_not), inplace(ops.logical_not)
    logical_and, logical_and_ = method(ops.logical_and), inplace(ops.logical_and)
    logical_or, logical_or_ = method(ops.logical_or), inplace(ops.logical_or)
    logical_xor, logical_xor_ = method(ops.logical_xor), inplace(ops.logical_xor)
