"""rushlight: PyTorch's tensor, autograd and neural-network API in readable Python.

``import rushlight as torch`` and a program written for torch runs.
"""

from __future__ import annotations

from math import e, inf, nan, pi

from ._core import collector as _collector  # first: the garbage collector rests until the last line below
from ._version import __version__

# dtypes and devices
from ._core.devices import device, get_default_device, set_default_device
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
    jagged,
    layout,
    memory_format,
    preserve_format,
    sparse_bsc,
    sparse_bsr,
    sparse_coo,
    sparse_csc,
    sparse_csr,
    strided,
)
from ._core.promotion import can_cast, promote_types
from ._core.settings import (
    are_deterministic_algorithms_enabled,
    get_deterministic_debug_mode,
    get_float32_matmul_precision,
    is_deterministic_algorithms_warn_only_enabled,
    set_deterministic_debug_mode,
    set_float32_matmul_precision,
    set_flush_denormal,
    use_deterministic_algorithms,
)
from ._core.sizes import Size, broadcast_shapes
from ._core.warn import is_warn_always_enabled, set_warn_always

# arithmetic
from ._ops.activation import celu, hardshrink, relu, selu, threshold
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
from ._ops.bessel import i0
from ._ops.bitwise import (
    bitwise_and,
    bitwise_left_shift,
    bitwise_not,
    bitwise_or,
    bitwise_right_shift,
    bitwise_xor,
    gcd,
    lcm,
)
from ._ops.combination import addcdiv, addcmul, lerp
from ._ops.comparison import (
    allclose,
    eq,
    equal,
    ge,
    greater,
    greater_equal,
    gt,
    isclose,
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
from ._ops.complex import (
    angle,
    complex,
    conj,
    conj_physical,
    imag,
    is_conj,
    is_neg,
    polar,
    real,
    resolve_conj,
    resolve_neg,
    view_as_complex,
    view_as_complex_copy,
    view_as_real,
    view_as_real_copy,
)
from ._ops.error_functions import erf, erfc, erfinv
from ._ops.exponential import exp, exp2, expm1, log, log1p, log2, log10, logaddexp, logaddexp2, logit, sigmoid, xlogy
from ._ops.floating import copysign, frexp, heaviside, hypot, ldexp, nan_to_num, nextafter
from ._ops.gamma_functions import digamma, igamma, igammac, lgamma, mvlgamma, polygamma
from ._ops.gating import prelu
from ._ops.magnitude import abs, absolute, sgn, sign
from ._ops.power import float_power, pow, reciprocal, rsqrt, sqrt, square
from ._ops.rounding import ceil, fix, floor, frac, round, trunc
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
from ._ops.data import as_tensor, asarray, from_dlpack, from_numpy, frombuffer
from ._ops.data import tensor as _tensor
from ._ops.likes import empty_like, full_like, ones_like, zeros_like
from ._ops.queries import (
    get_device,
    is_complex,
    is_floating_point,
    is_inference,
    is_nonzero,
    is_same_size,
    is_signed,
    is_tensor,
    numel,
    result_type,
    typename,
)
from ._ops.ranges import arange, linspace, logspace
from ._ops.ranges import range_ as range

# linear algebra
from ._ops.linalg_decomposition import cholesky_inverse, cholesky_solve
from ._ops.linalg_decomposition import old_cholesky as cholesky
from ._ops.linalg_decomposition import old_qr as qr
from ._ops.linalg_decomposition import old_svd as svd
from ._ops.linalg_exponential import matrix_exp
from ._ops.linalg_reflections import geqrf, orgqr
from ._ops.linalg_solve import cross_first as cross
from ._ops.linalg_solve import det, logdet, matrix_power, slogdet
from ._ops.linalg_solve import inv as inverse

# matrix products
from ._ops.addmm import addbmm, addmm, addmv, addr, baddbmm
from ._ops.matmul import (
    bmm,
    dot,
    ger,
    inner,
    kron,
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
from ._ops.norms import frobenius_norm, norm, norm_except_dim, nuclear_norm
from ._ops.order_statistics import kthvalue, median, mode, nanmedian, nanquantile, quantile
from ._ops.reduction import all, any, count_nonzero, logsumexp, nansum, prod, sum
from ._ops.scan import cummax, cummin, cumprod, cumsum, logcumsumexp
from ._ops.softmax import log_softmax, softmax
from ._ops.sorting import argsort, msort, sort, topk
from ._ops.statistics import mean, nanmean, std, std_mean, var, var_mean

# shape
from ._ops.dimensions import (
    adjoint,
    movedim,
    permute,
    permute_copy,
    squeeze,
    squeeze_copy,
    swapaxes,
    t,
    t_copy,
    transpose,
    transpose_copy,
    unsqueeze,
    unsqueeze_copy,
)
from ._ops.joining import (
    cat,
    split_copy,
    split_with_sizes,
    split_with_sizes_copy,
    stack,
    unbind,
    unbind_copy,
    unsafe_split,
    unsafe_split_with_sizes,
)
from ._ops.rearranging import flip, fliplr, flipud, repeat_interleave, roll, rot90, tile
from ._ops.shape import broadcast_to, expand_copy, flatten, ravel, reshape, unflatten, view_copy
from ._ops.slices import (
    alias_copy,
    as_strided,
    as_strided_copy,
    diagonal,
    diagonal_copy,
    narrow,
    narrow_copy,
    select,
    select_copy,
    slice_copy,
    unfold_copy,
)
from ._ops.splitting import chunk, dsplit, hsplit, split, tensor_split, unsafe_chunk, vsplit
from ._ops.stacking import (
    atleast_1d,
    atleast_2d,
    atleast_3d,
    block_diag,
    broadcast_tensors,
    cartesian_prod,
    column_stack,
    combinations,
    dstack,
    hstack,
    meshgrid,
    vstack,
)
from ._ops.triangles import diag, diag_embed, diagflat, trace, tril, triu
from ._ops.view_scatter import as_strided_scatter, diagonal_scatter, select_scatter, slice_scatter

concat = concatenate = cat
row_stack = vstack
moveaxis, swapdims = movedim, transpose

# indexing
from ._ops.copying import fill
from ._ops.gather_scatter import (
    gather,
    put,
    scatter,
    scatter_add,
    take,
    take_along_dim,
)
from ._ops.scatter_reduce import index_reduce, scatter_reduce
from ._ops.index_along import index_add, index_copy, index_fill, index_select
from ._ops.indexing import index_put
from ._ops.masking import argwhere, masked_fill, masked_scatter, masked_select, nonzero, nonzero_static

# random numbers
from ._core.generator import Generator, default_generator
from ._ops.random import (
    bernoulli,
    binomial,
    multinomial,
    normal,
    poisson,
    rand,
    rand_like,
    randint,
    randint_like,
    randn,
    randn_like,
    randperm,
)
from .random import get_rng_state, initial_seed, manual_seed, seed, set_rng_state

# differentiation
from . import autograd
from .autograd.anomaly_mode import is_anomaly_check_nan_enabled, is_anomaly_enabled
from .autograd.grad_mode import (
    enable_grad,
    inference_mode,
    is_grad_enabled,
    is_inference_mode_enabled,
    no_grad,
    set_grad_enabled,
)

# memory and legacy classes
from ._methods.legacy import (
    BFloat16Tensor,
    BoolTensor,
    ByteTensor,
    CharTensor,
    ComplexDoubleTensor,
    ComplexFloatTensor,
    DoubleTensor,
    FloatTensor,
    HalfTensor,
    IntTensor,
    LongTensor,
    ShortTensor,
    set_default_tensor_type,
)
from .storage import TypedStorage, UntypedStorage, is_storage

# printing
from ._printing import set_printoptions
from .tensor import Tensor

as_strided_, fill_, index_put_, zero_ = Tensor.as_strided_, Tensor.fill_, Tensor.index_put_, Tensor.zero_
detach, detach_, resize_as_ = Tensor.detach, Tensor.detach_, Tensor.resize_as_

float, double, half = float32, float64, float16
int, long, short = int32, int64, int16
cfloat, cdouble = complex64, complex128
newaxis = None
tensor = _tensor  # importing the class has bound this name to its module

_ON_DEMAND = (
    "accelerator",
    "backends",
    "compiler",
    "cpu",
    "cuda",
    "distributions",
    "fft",
    "func",
    "linalg",
    "mps",
    "nn",
    "optim",
    "overrides",
    "random",
    "return_types",
    "special",
    "testing",
    "utils",
    "version",
    "xpu",
)
"""Subpackages that load when they are first used, so that `import rushlight` stays quick."""

_OPERATORS_ON_DEMAND = {
    "_methods.inplace_functions": (
        "abs_", "acos_", "acosh_", "arccos_", "arccosh_", "arcsin_", "arcsinh_", "arctan_", "arctanh_", "asin_",
        "asinh_", "atan_", "atanh_", "ceil_", "clamp_", "clamp_max_", "clamp_min_", "clip_", "conj_physical_",
        "cos_", "cosh_", "deg2rad_", "erf_", "erfc_", "exp2_", "exp_", "expm1_", "fix_", "floor_", "frac_", "gcd_",
        "i0_", "lcm_", "ldexp_", "log10_", "log1p_", "log2_", "log_", "logit_", "nan_to_num_", "neg_", "negative_",
        "rad2deg_", "reciprocal_", "relu_", "round_", "rsqrt_", "sigmoid_", "sin_", "sinc_", "sinh_", "sqrt_",
        "square_", "tan_", "tanh_", "trunc_", "xlogy_",
    ),
    "_ops.attention": ("_safe_softmax", "_scaled_dot_product_flash_attention_for_cpu"),
    "_ops.convolution": (
        "conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d", "convolution",
    ),
    "_ops.einsum": ("einsum", "tensordot"),
    "_ops.embedding": ("embedding",),
    "_ops.grids": ("tril_indices", "triu_indices", "unravel_index", "vander"),
    "_ops.grid_sampling": ("affine_grid_generator", "grid_sampler", "grid_sampler_2d", "grid_sampler_3d"),
    "_ops.linear": ("bilinear",),
    "_ops.normalization": (
        "batch_norm", "group_norm", "layer_norm", "native_batch_norm", "native_group_norm", "native_layer_norm",
        "rms_norm",
    ),
    "_ops.padding": ("constant_pad_nd",),
    "_ops.patches": ("channel_shuffle", "native_channel_shuffle", "pixel_shuffle", "pixel_unshuffle"),
    "_ops.random.dropout": (
        "alpha_dropout", "alpha_dropout_", "dropout", "dropout_", "feature_alpha_dropout", "feature_alpha_dropout_",
        "feature_dropout", "feature_dropout_", "native_dropout", "rrelu", "rrelu_",
    ),
    "_ops.random.gammas": ("_dirichlet_grad", "_sample_dirichlet", "_standard_gamma", "_standard_gamma_grad"),
    "_ops.recurrent": (
        "gru", "gru_cell", "lstm", "lstm_cell", "rnn_relu", "rnn_relu_cell", "rnn_tanh", "rnn_tanh_cell",
    ),
    "_ops.search": ("bucketize", "searchsorted"),
    "_ops.time_convolution": ("conv_tbc",),
    "_ops.windows": ("bartlett_window", "blackman_window", "hamming_window", "hann_window", "kaiser_window"),
    "compat.alias": ("install_as_torch",),
    "compiler": ("get_num_interop_threads", "get_num_threads", "set_num_interop_threads", "set_num_threads"),
    "func": ("vmap",),
    "nn.functional": (
        "adaptive_avg_pool1d", "avg_pool1d", "cosine_similarity", "max_pool1d", "max_pool1d_with_indices", "max_pool2d",
        "max_pool3d", "pairwise_distance",
    ),
    "nn.functional.by_number": (
        "adaptive_max_pool1d", "binary_cross_entropy_with_logits", "cosine_embedding_loss", "ctc_loss",
        "embedding_renorm_", "hinge_embedding_loss", "instance_norm", "kl_div", "margin_ranking_loss",
        "poisson_nll_loss", "triplet_margin_loss",
    ),
    "nn.functional.activations": ("celu_", "selu_", "threshold_"),
    "visual.summary": ("summary",),
}  # fmt: skip
"""Operators that few programs need, and those of layers, by the module they load from when they are first used."""

_HOMES = {name: home for home, names in _OPERATORS_ON_DEMAND.items() for name in names}


def __getattr__(name: str) -> object:
    """Loads a subpackage or a layer's operator on first use; any other name is one that rushlight does not have."""
    from importlib import import_module

    if name in _ON_DEMAND:
        try:
            return import_module(f"{__name__}.{name}")
        except ModuleNotFoundError as error:
            if error.name not in (f"{__name__}.{name}", f"torch.{name}"):  # the latter under `install_as_torch`
                raise
    if name in _HOMES:
        found = globals()[name] = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
        return found
    from ._core.missing import missing_name

    raise missing_name(__name__, name, __dir__())


def __dir__() -> list[str]:
    return sorted({*globals(), *_ON_DEMAND, *_HOMES})


_collector.resume()
