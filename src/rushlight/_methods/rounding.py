"""Rounding as methods."""

from __future__ import annotations

from .._declare.variants import inplace, method
from .._ops import rounding as ops


class RoundingMethods:
    """Rows of the method table: rounding."""

    __slots__ = ()

    floor, floor_ = method(ops.floor), inplace(ops.floor)
    ceil, ceil_ = method(ops.ceil), inplace(ops.ceil)
    round, round_ = method(ops.round), inplace(ops.round)
    trunc, trunc_ = method(ops.trunc), inplace(ops.trunc)
    fix, fix_ = trunc, trunc_
    frac, frac_ = method(ops.frac), inplace(ops.frac)
