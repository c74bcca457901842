"""How many floating-point operations an operator takes, from the shapes of its arguments and results.

A multiplication and an addition are one operation each, so a matrix product of (n, k) and (k, m) takes
``2 * n * k * m``. Whatever an elementwise operator computes for an element is one operation, be it a sum or an
exponential; moving, comparing and counting are none. Operators written in operators are counted by their parts.
"""

from __future__ import annotations

from collections.abc import Callable
from math import log2, prod
from typing import Any

from .._core.tensor_base import TensorBase
from .._declare.record import Operator

Count = Callable[[list[Any], Any], float]
"""The operations of one call, from the arguments in parameter order and the result."""


def count_flops(op: Operator, values: list[Any], found: Any) -> float | None:
    """The floating-point operations of one call of an operator.

    Args:
        op: the operator, of any kind but composite and fused.
        values: its arguments in parameter order.
        found: its result.

    Returns:
        The count; None if it computes floating-point numbers in a way that no formula here describes.
    """
    formula = FORMULAS.get(op.name)
    if formula is not None:
        return formula(values, found) if _is_floating(_first(found)) else 0
    if op.kind == "view" or op.name in MOVING or not _is_floating(_first(found)):
        return 0
    if op.kind == "elementwise":
        return _size(_first(found))
    return _size(values[0]) if op.kind == "reduction" else None


def _first(found: Any) -> Any:
    return found[0] if isinstance(found, (tuple, list)) and found else found


def _is_floating(value: Any) -> bool:
    return isinstance(value, TensorBase) and value._array.dtype.kind in "fcV"  # V: bfloat16


def _size(tensor: Any) -> int:
    return prod(tensor._array.shape)


def _shape(tensor: Any) -> tuple[int, ...]:
    shape: tuple[int, ...] = tensor._array.shape
    return shape


def each(cost: float) -> Count:
    """So many operations for each element of the first argument."""
    return lambda values, found: cost * _size(values[0])


def _product(left: int, added: bool) -> Count:
    """A matrix product whose left factor is at one place, and an addend of the result's shape where there is one."""

    def count(values: list[Any], found: Any) -> float:
        return (2 * _shape(values[left])[-1] + added) * _size(found)

    return count


def _summed_products(values: list[Any], found: Any) -> float:
    return 2 * _size(values[1]) * _shape(values[2])[-1] + _size(found)


def _convolution(values: list[Any], found: Any) -> float:
    """Each weight is used once for each position of the output, or of the input if transposed."""
    input, weight, bias, transposed = values[0], values[1], values[2], values[6]
    positions = _size(input) if transposed else _size(found)
    return 2 * positions * prod(_shape(weight)[1:]) + (_size(found) if bias is not None else 0)


def _average_pooling(values: list[Any], found: Any) -> float:
    return prod(values[1]) * _size(found)


def normalization(*weights: int, statistics: int | None = None) -> Count:
    """Mean 1, differences 1, variance 2 and division 1 for each element, and 1 for weight and bias each.

    Args:
        weights: where weight and bias are among the arguments.
        statistics: where the argument is that says whether mean and variance are computed; None if they always are.
    """

    def count(values: list[Any], found: Any) -> float:
        computed = statistics is None or values[statistics]
        scaled = sum(values[place] is not None for place in weights)
        return ((5 if computed else 2) + scaled) * _size(values[0])

    return count


def _attention(values: list[Any], found: Any) -> float:
    """Products with all keys and values, and a softmax between them."""
    query, key, value = (_shape(item) for item in values[:3])
    pairs = prod(query[:-1]) * key[-2]
    return pairs * (2 * query[-1] + 2 * value[-1] + 5)


def _recurrent(values: list[Any], found: Any) -> float:
    """Products with both weights for each step, then sums, gates and the new state of each hidden unit."""
    input, weight_ih, weight_hh, bias, weight_hr, mode = (values[place] for place in (0, 1, 2, 3, 7, 8))
    rows, gated = _size(input) // _shape(input)[-1], _shape(weight_ih)[0]
    gates, state_cost = {"lstm": (4, 9), "gru": (3, 8)}.get(mode, (1, 1))
    weights = sum(_size(weight) for weight in (weight_ih, weight_hh, weight_hr) if weight is not None)
    return rows * (2 * weights + gated * (1 if bias is None else 3) + gated // gates * state_cost)


def _fourier(values: list[Any], found: Any) -> float:
    """The usual count of the fast transform, 5 n log n."""
    size = max(_size(values[0]), _size(found))
    length = prod(_shape(values[0])[dim] for dim in values[1]) or 1
    return 5 * size * log2(max(length, 2))


def matrices(cost: float, solved: int | None = None) -> Count:
    """``cost * n**3`` for each matrix of shape (n, n), and ``2 * n`` for each element of a right side."""

    def count(values: list[Any], found: Any) -> float:
        n = _shape(values[0])[-1]
        right = 0 if solved is None else 2 * n * _size(values[solved])
        return cost * n * _size(values[0]) + right

    return count


FORMULAS: dict[str, Count] = {
    "mm": _product(0, False), "bmm": _product(0, False), "mv": _product(0, False), "dot": each(2), "vdot": each(2),
    "addmm": _product(1, True), "addmv": _product(1, True), "baddbmm": _product(1, True), "addbmm": _summed_products,
    "addr": lambda values, found: 2 * _size(found),
    "convolution": _convolution,
    "_scaled_dot_product_flash_attention_for_cpu": _attention, "_rnn_layer": _recurrent,
    "native_batch_norm": normalization(1, 2, statistics=5),
    "native_layer_norm": normalization(2, 3),
    "native_group_norm_parts": normalization(),
    "_softmax": each(5), "_log_softmax": each(5), "_safe_softmax": each(5),
    "avg_pool": _average_pooling, "_adaptive_avg_pool": each(1),
    "native_dropout": each(1), "rrelu_with_noise": each(1),
    "mse_loss": each(3), "smooth_l1_loss": each(3), "huber_loss": each(3),
    "binary_cross_entropy": each(5), "binary_cross_entropy_with_logits": each(5),
    "mean": each(1), "linalg_vector_norm": each(2), "logsumexp.float": each(3), "norm.whole": each(2), "dist": each(3),
    "std.correction": each(4), "var.correction": each(4),
    "std_mean.correction": each(4), "var_mean.correction": each(4),
    "amax": each(0), "amin": each(0), "trace": lambda values, found: _shape(values[0])[0],
    "cumsum": each(1), "cumprod": each(1), "logcumsumexp": each(3),
    "pdist": lambda values, found: 3 * _shape(values[0])[-1] * _size(found),
    "_cdist_forward": lambda values, found: 3 * _shape(values[0])[-1] * _size(found),
    "_fft_c2c": _fourier, "_fft_r2c": _fourier, "_fft_c2r": _fourier,
    "linalg_cholesky_ex": matrices(1 / 3), "linalg_inv_ex": matrices(2), "linalg_solve_ex": matrices(2 / 3, solved=1),
    "linalg_det": matrices(2 / 3), "linalg_slogdet": matrices(2 / 3),
    "index_add": lambda values, found: _size(values[3]), "scatter_add": lambda values, found: _size(values[3]),
}  # fmt: skip
"""The operators that take another number of operations than one for each element."""

MOVING = frozenset({
    "_part_into", "_part_of", "_reshape_of_copy", "_scatter_values", "_strided_copy", "_to_copy", "_unsafe_view",
    "_without_part", "adaptive_max_pool", "alias_copy", "aminmax", "as_strided_scatter", "bernoulli", "bernoulli_",
    "binomial", "block_diag", "cat", "cauchy_", "channel_shuffle", "clone", "constant_pad_nd", "copy", "cummax",
    "cummin", "detach", "diag_embed", "diagonal_backward", "diagonal_copy", "diagonal_scatter", "embedding",
    "expand_copy", "exponential_", "fill", "flip", "fractional_max_pool", "frexp", "gather", "geometric_", "im2col",
    "index", "index_copy", "index_fill", "index_put", "index_select", "kthvalue", "log_normal_", "masked_fill",
    "masked_scatter", "masked_select", "max.all", "max.dim", "max_pool_with_indices", "max_unpool", "median.all",
    "median.dim", "min.all", "min.dim", "mode", "nanmedian.all", "nanmedian.dim", "narrow_copy",
    "nll_loss_with_weights", "normal_", "normal_around", "pad_border", "permute_copy", "pixel_shuffle",
    "pixel_unshuffle", "poisson", "put", "random_", "repeat", "roll", "rot90", "select_backward", "select_copy",
    "select_scatter", "slice_backward", "slice_copy", "slice_scatter", "sort.stable", "split_copy",
    "split_with_sizes_copy", "squeeze_copy", "stack", "t_copy", "take", "topk", "transpose_copy", "tril", "triu",
    "unbind_copy", "unfold_copy", "uniform_", "unsafe_split", "unsafe_split_with_sizes", "unsqueeze_copy",
    "view_as_complex_copy", "view_as_real_copy", "view_copy", "zero",
})  # fmt: skip
"""The kernels that move, compare or draw numbers."""
