"""Reductions as methods."""

from __future__ import annotations

from .._declare.variants import method
from .._ops import reduction as ops


class ReductionMethods:
    """Rows of the method table: reductions."""

    __slots__ = ()

    sum = method(ops.sum)
