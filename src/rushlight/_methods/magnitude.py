"""Magnitudes and signs as methods and Python operators."""

from __future__ import annotations

from .._declare.variants import inplace, method
from .._ops import magnitude as ops


class MagnitudeMethods:
    """Rows of the method table: magnitudes and signs."""

    __slots__ = ()

    abs, abs_ = method(ops.abs), inplace(ops.abs)
    absolute, absolute_ = abs, abs_
    sign, sign_ = method(ops.sign), inplace(ops.sign)
    sgn, sgn_ = method(ops.sgn), inplace(ops.sgn)

    __abs__ = method(ops.abs)
