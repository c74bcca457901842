"""Reductions, statistics, scans, sorting and norms as methods."""

from __future__ import annotations

from .._declare.variants import method
from .._ops import norms, reduction as ops, scan, softmax as softmax_ops, sorting, statistics


class ReductionMethods:
    """Rows of the method table: reductions, and what runs along a dimension."""

    __slots__ = ()

    sum, nansum, prod = method(ops.sum), method(ops.nansum), method(ops.prod)
    max, min, aminmax = method(ops.max), method(ops.min), method(ops.aminmax)
    amax, amin = method(ops.amax), method(ops.amin)
    argmax, argmin = method(ops.argmax), method(ops.argmin)
    any, all, count_nonzero = method(ops.any), method(ops.all), method(ops.count_nonzero)
    logsumexp = method(ops.logsumexp)

    mean, nanmean = method(statistics.mean), method(statistics.nanmean)
    var, std = method(statistics.var), method(statistics.std)

    norm = method(norms.norm)

    cumsum = method(scan.cumsum)

    sort, topk = method(sorting.sort), method(sorting.topk)

    softmax, log_softmax = method(softmax_ops.softmax), method(softmax_ops.log_softmax)
