"""rushlight: PyTorch's tensor, autograd and neural-network API in readable Python.

``import rushlight as torch`` and a program written for torch runs.
"""

from __future__ import annotations

# dtypes and devices
from ._core.devices import device
from ._core.dtypes import (
    bfloat16,
    complex64,
    complex128,
    dtype,
    finfo,
    float16,
    float32,
    float64,
    get_default_dtype,
    iinfo,
    int8,
    int16,
    int32,
    int64,
    set_default_dtype,
    uint8,
    uint16,
    uint32,
    uint64,
)
from ._core.dtypes import bool_ as bool
from ._core.layouts import (
    channels_last,
    channels_last_3d,
    contiguous_format,
    layout,
    memory_format,
    preserve_format,
    sparse_coo,
    strided,
)
from ._core.promotion import can_cast, promote_types
from ._core.sizes import Size, broadcast_shapes

# arithmetic
from ._ops.arithmetic import (
    add,
    div,
    divide,
    floor_divide,
    fmod,
    mul,
    multiply,
    neg,
    negative,
    positive,
    remainder,
    rsub,
    sub,
    subtract,
    true_divide,
)
from ._ops.comparison import (
    eq,
    ge,
    greater,
    greater_equal,
    gt,
    isfinite,
    isinf,
    isnan,
    isneginf,
    isposinf,
    isreal,
    le,
    less,
    less_equal,
    logical_and,
    logical_not,
    logical_or,
    logical_xor,
    lt,
    ne,
    not_equal,
    signbit,
)
from ._ops.exponential import exp, exp2, expm1, log, log1p, log2, log10, logaddexp, logaddexp2, logit, sigmoid, xlogy
from ._ops.magnitude import abs, absolute, sgn, sign
from ._ops.power import float_power, pow, reciprocal, rsqrt, sqrt, square
from ._ops.selection import clamp, clamp_max, clamp_min, clip, fmax, fmin, maximum, minimum, where
from ._ops.trigonometric import (
    acos,
    acosh,
    arccos,
    arccosh,
    arcsin,
    arcsinh,
    arctan,
    arctan2,
    arctanh,
    asin,
    asinh,
    atan,
    atan2,
    atanh,
    cos,
    cosh,
    deg2rad,
    rad2deg,
    sin,
    sinc,
    sinh,
    tan,
    tanh,
)

# conversion
from ._ops.conversion import clone

# creation
from ._ops.creation import empty, empty_permuted, empty_strided, eye, full, ones, scalar_tensor, zeros
from ._ops.data import as_tensor, asarray, from_numpy, frombuffer
from ._ops.data import tensor as _tensor
from ._ops.likes import empty_like, full_like, ones_like, zeros_like
from ._ops.ranges import arange, linspace, logspace
from ._ops.ranges import range_ as range

# matrix products
from ._ops.einsum import einsum, tensordot
from ._ops.matmul import (
    addbmm,
    addmm,
    addmv,
    addr,
    baddbmm,
    bmm,
    dot,
    ger,
    inner,
    matmul,
    mm,
    mv,
    outer,
    vdot,
)

# reduction, statistics, scans, sorting, norms
from ._ops.covariance import corrcoef, cov
from ._ops.differences import cumulative_trapezoid, diff, trapezoid, trapz
from ._ops.distances import cdist, dist, pdist, renorm
from ._ops.distinct import isin, unique, unique_consecutive
from ._ops.extremes import amax, amin, aminmax, argmax, argmin, max, min
from ._ops.histograms import bincount, histc, histogram, histogramdd
from ._ops.norms import norm
from ._ops.order_statistics import kthvalue, median, mode, nanmedian, nanquantile, quantile
from ._ops.reduction import all, any, count_nonzero, logsumexp, nansum, prod, sum
from ._ops.scan import cummax, cummin, cumprod, cumsum, logcumsumexp
from ._ops.search import bucketize, searchsorted
from ._ops.softmax import log_softmax, softmax
from ._ops.sorting import argsort, msort, sort, topk
from ._ops.statistics import mean, nanmean, std, std_mean, var, var_mean

# shape
from ._ops.dimensions import adjoint, movedim, permute, squeeze, t, transpose, unsqueeze
from ._ops.joining import cat, split_with_sizes, stack, unbind
from ._ops.shape import broadcast_to, flatten, ravel, reshape, unflatten
from ._ops.slices import diagonal, narrow, select

moveaxis, swapaxes, swapdims = movedim, transpose, transpose

# indexing
from ._ops.gather_scatter import index_add, index_select, masked_fill, put, take
from ._ops.indexing import index_put

# printing
from ._printing import set_printoptions
from .tensor import Tensor

float, double, half = float32, float64, float16
int, long, short = int32, int64, int16
cfloat, cdouble = complex64, complex128
tensor = _tensor  # importing the class has bound this name to its module
