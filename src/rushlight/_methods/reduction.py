"""Reductions, statistics, scans, sorting and norms as methods."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._declare.variants import inplace, method
from .._ops import (
    covariance,
    differences,
    distances,
    distinct,
    extremes,
    histograms,
    norms,
    order_statistics,
    reduction,
    scan,
    softmax as softmaxes,
    sorting,
    statistics,
)
from .spread import spread

if TYPE_CHECKING:
    from ..tensor import Tensor


class ReductionMethods:
    """Rows of the method table: reductions, and what runs along a dimension."""

    __slots__ = ()

    sum, nansum, prod = method(reduction.sum), method(reduction.nansum), method(reduction.prod)
    any, all, count_nonzero = method(reduction.any), method(reduction.all), method(reduction.count_nonzero)
    logsumexp = method(reduction.logsumexp)

    def sum_to_size(self: Any, *size: Any) -> Tensor:
        """The sum over the dimensions along which a tensor of this size would be expanded to this one's shape."""
        if not size:
            raise TypeError('sum_to_size() missing 1 required positional arguments: "size"')
        return reduction.sum_to_size(self, spread(size))

    max, min, aminmax = method(extremes.max), method(extremes.min), method(extremes.aminmax)
    amax, amin = method(extremes.amax), method(extremes.amin)
    argmax, argmin = method(extremes.argmax), method(extremes.argmin)

    mean, nanmean = method(statistics.mean), method(statistics.nanmean)
    var, std = method(statistics.var), method(statistics.std)
    median, nanmedian = method(order_statistics.median), method(order_statistics.nanmedian)
    mode, kthvalue = method(order_statistics.mode), method(order_statistics.kthvalue)
    quantile, nanquantile = method(order_statistics.quantile), method(order_statistics.nanquantile)
    histc, histogram, bincount = method(histograms.histc), method(histograms.histogram), method(histograms.bincount)
    cov, corrcoef = method(covariance.cov), method(covariance.corrcoef)

    norm, dist = method(norms.norm), method(distances.dist)
    renorm, renorm_ = method(distances.renorm), inplace(distances.renorm)

    cumsum, cumsum_ = method(scan.cumsum), inplace(scan.cumsum)
    cumprod, cumprod_ = method(scan.cumprod), inplace(scan.cumprod)
    cummax, cummin, logcumsumexp = method(scan.cummax), method(scan.cummin), method(scan.logcumsumexp)
    diff = method(differences.diff)

    sort, argsort, msort, topk = (
        method(sorting.sort), method(sorting.argsort), method(sorting.msort), method(sorting.topk),
    )  # fmt: skip
    unique, unique_consecutive = method(distinct.unique), method(distinct.unique_consecutive)

    softmax, log_softmax = method(softmaxes.softmax), method(softmaxes.log_softmax)
