"""Reductions, statistics, scans, sorting and norms as methods."""

from __future__ import annotations

from .._declare.variants import method
from .._ops import extremes, norms, reduction as ops, scan, softmax as softmax_ops, sorting, statistics


class ReductionMethods:
    """Rows of the method table: reductions, and what runs along a dimension."""

    __slots__ = ()

    sum, nansum, prod = method(ops.sum), method(ops.nansum), method(ops.prod)
    max, min, aminmax = method(extremes.max), method(extremes.min), method(extremes.aminmax)
    amax, amin = method(extremes.amax), method(extremes.amin)
    argmax, argmin = method(extremes.argmax), method(extremes.argmin)
    any, all, count_nonzero = method(ops.any), method(ops.all), method(ops.count_nonzero)
    logsumexp = method(ops.logsumexp)

    mean, nanmean = method(statistics.mean), method(statistics.nanmean)
    var, std = method(statistics.var), method(statistics.std)

    norm = method(norms.norm)

    cumsum = method(scan.cumsum)

    sort, topk = method(sorting.sort), method(sorting.topk)

    softmax, log_softmax = method(softmax_ops.softmax), method(softmax_ops.log_softmax)
