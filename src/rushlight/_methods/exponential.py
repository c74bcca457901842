"""Exponentials and logarithms as methods."""

from __future__ import annotations

from .._declare.variants import inplace, method
from .._ops import exponential as ops


class ExponentialMethods:
    """Rows of the method table: exponentials and logarithms."""

    __slots__ = ()

    exp, exp_ = method(ops.exp), inplace(ops.exp)
    exp2, exp2_ = method(ops.exp2), inplace(ops.exp2)
    expm1, expm1_ = method(ops.expm1), inplace(ops.expm1)
    log, log_ = method(ops.log), inplace(ops.log)
    log2, log2_ = method(ops.log2), inplace(ops.log2)
    log10, log10_ = method(ops.log10), inplace(ops.log10)
    log1p, log1p_ = method(ops.log1p), inplace(ops.log1p)
    logaddexp, logaddexp2 = method(ops.logaddexp), method(ops.logaddexp2)
    xlogy, xlogy_ = method(ops.xlogy), inplace(ops.xlogy)
    sigmoid, sigmoid_ = method(ops.sigmoid), inplace(ops.sigmoid)
    logit, logit_ = method(ops.logit), inplace(ops.logit)
