"""Scaled dot-product attention, as one operator and composed of its parts."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from .._backends.numpy import attention as backend
from .._core import dtypes
from .._core.dtypes import dtype as DType
from .._core.meta_array import stand_in
from .._core.modes import modes
from .._declare.dispatch import no_kernel
from .._declare.kinds import composite, kernel
from .._declare.products import C_NAMES
from .._declare.reducing import ops

if TYPE_CHECKING:
    from ..tensor import Tensor

BACKENDS: set[str] = {"flash", "math"}
"""The ways in which attention may be computed; `nn.attention.sdpa_kernel` changes it."""


def _check_softmax(input: Tensor, dim: int, dtype: DType | None) -> None:
    if not (dtype or input.dtype).is_floating_point:
        raise no_kernel("softmax_lastdim_kernel_impl", input.dtype)


@kernel(
    batch="dims",
    meta=lambda input, dim, dtype: stand_in(input.shape, dtype.numpy if dtype else input.dtype),
    flops=5,
    check=_check_softmax,
    vjp={"input": lambda g, result, dim: result * (g - (g * result).sum(dim, True))},
)
def _safe_softmax(input: Tensor, dim: int, dtype: DType | None = None) -> Any:
    """Softmax that gives zeros where a row is minus infinity throughout.

    Args:
        input: any float tensor.
        dim: the dimension along which the result adds up to 1.
        dtype: dtype to convert to first.
    """
    array = input if dtype is None else input.astype(dtype.numpy)  # type: ignore[attr-defined]
    if not array.size:
        return array.copy()
    peak = array.max(axis=dim, keepdims=True)
    nothing = peak == -np.inf
    found = array - np.where(nothing, 0, peak)
    np.exp(found, found)
    found /= np.where(nothing, 1, found.sum(axis=dim, keepdims=True))
    return found


def _grouped(query: Any, key: Any, value: Any) -> tuple[Any, Any, Any]:
    """Queries, keys and values with five dimensions, as the backend takes them; arrays or tensors."""
    batch, heads = key.shape[:2]
    group = query.shape[1] // heads if heads else 1
    return (
        query.reshape(batch, heads, group, *query.shape[2:]),
        key.reshape(batch, heads, 1, *key.shape[2:]),
        value.reshape(batch, heads, 1, *value.shape[2:]),
    )


def _grouped_mask(mask: Any, query: Any, key: Any) -> Any:
    if mask is None:
        return None
    batch, heads, group, queries, _ = query.shape
    whole = (batch, heads * group, queries, key.shape[3])
    return np.broadcast_to(mask, whole).reshape(batch, heads, group, queries, key.shape[3])


def _scale_of(query: Any, scale: float | None) -> float:
    return 1 / math.sqrt(query.shape[-1]) if scale is None else scale


def _pull_attention(
    g: Any, query: Tensor, key: Tensor, value: Tensor, is_causal: bool, attn_mask: Tensor | None, scale: float | None,
    result0: Tensor, result1: Tensor,
) -> Any:  # fmt: skip
    if not modes.record:
        return _scaled_dot_product_flash_attention_for_cpu_backward(
            g[0], query, key, value, result0, result1, is_causal, attn_mask, scale
        )
    q, k, v = _grouped(query, key, value)
    g = g[0].reshape(*q.shape[:4], v.shape[-1])
    factor = _scale_of(query, scale)
    bias = _bias(attn_mask, is_causal, query, key)
    scores = q.matmul(k.mT) * factor
    if bias is not None:
        whole = (*query.shape[:3], key.shape[2])
        scores = scores + bias.expand(whole).reshape(scores.shape)
    weights = _safe_softmax(scores, -1)
    dweights = g.matmul(v.mT)
    dscores = weights * (dweights - (dweights * weights).sum(-1, True))
    return (
        (dscores.matmul(k) * factor).reshape(query.shape),
        (dscores.mT.matmul(q) * factor).sum(2).reshape(key.shape),
        weights.mT.matmul(g).sum(2).reshape(value.shape),
    )


def _flops(query: Tensor, key: Tensor, value: Tensor) -> int:
    """Products with all keys and values, and a softmax between them."""
    pairs = query.shape[:-1].numel() * key.shape[-2]
    return pairs * (2 * query.shape[-1] + 2 * value.shape[-1] + 5)


def _backward_flops(query: Tensor, key: Tensor, value: Tensor) -> int:
    """Three products with queries or keys and two with values, one of them to have the weights again."""
    pairs = query.shape[:-1].numel() * key.shape[-2]
    return pairs * (6 * query.shape[-1] + 4 * value.shape[-1] + 8)


@kernel(
    meta=lambda query, key, value, *rest, **settings: (
        stand_in(query.shape[:-1] + value.shape[-1:], query.dtype),
        stand_in(query.shape[:-1], query.dtype),
    ),
    flops=_flops,
    vjp={("query", "key", "value"): _pull_attention},
    nondifferentiable=(1,),
)
def _scaled_dot_product_flash_attention_for_cpu(
    query: Tensor, key: Tensor, value: Tensor, dropout_p: float = 0.0, is_causal: bool = False, *,
    attn_mask: Tensor | None = None, scale: float | None = None,
) -> Any:  # fmt: skip
    """Attention as one operator, tile by tile, so that no more than a tile of weights exists at a time.

    The backward pass is one operator too, unless it is itself recorded (``create_graph``): then it is composed of
    tensor operations, which can be differentiated as often as one likes.

    Args:
        query, key, value: of shape (batch, heads, places, width); the heads of key and value divide those of query.
        dropout_p: 0; dropout is what the composed form is for.
        is_causal: whether places attend to earlier ones only.
        attn_mask: broadcasts to (batch, heads, queries, keys): True where attended, or a float that is added.
        scale: factor of the scores; 1 / sqrt(width) by default.

    Returns:
        The attended values, and the logarithm of the sum of the exponentials of each row of scores.
    """
    q, k, v = _grouped(query, key, value)
    mask = _grouped_mask(attn_mask, q, k)
    output, sums = backend.forward(q, k, v, mask, is_causal, _scale_of(query, scale))
    return output.reshape(*query.shape[:3], value.shape[-1]), sums.reshape(query.shape[:3])


@kernel(
    meta=lambda grad_out, query, key, value, *rest: (query, key, value), flops=_backward_flops, nondifferentiable=True
)
def _scaled_dot_product_flash_attention_for_cpu_backward(
    grad_out: Tensor, query: Tensor, key: Tensor, value: Tensor, output: Tensor, logsumexp: Tensor, is_causal: bool,
    attn_mask: Tensor | None, scale: float | None,
) -> Any:  # fmt: skip
    """The gradients of queries, keys and values.

    Args:
        grad_out: gradient of the output.
        query, key, value, is_causal, attn_mask, scale: as of the forward pass.
        output, logsumexp: what it gave.
    """
    q, k, v = _grouped(query, key, value)
    mask = _grouped_mask(attn_mask, q, k)
    whole = (*q.shape[:4], v.shape[-1])
    dq, dk, dv = backend.backward(
        grad_out.reshape(whole), q, k, v, mask, is_causal, _scale_of(query, scale), output.reshape(whole),
        logsumexp.reshape((*whole[:4], 1)),
    )  # fmt: skip
    return (
        dq.reshape(query.shape),
        _over_group(dk).reshape(key.shape),
        _over_group(dv).reshape(value.shape),
    )


def _over_group(gradient: Any) -> Any:
    return gradient[:, :, 0] if gradient.shape[2] == 1 else gradient.sum(2)


def _check(query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None) -> None:
    if min(query.ndim, key.ndim, value.ndim) < 2:
        raise _explained(
            "Expected query, key, and value to all be  at least 2 dimensional, but got query.dim: "
            f"{query.ndim} key.dim: {key.ndim} and value.dim: {value.ndim} instead.",
            query, key, value,
        )  # fmt: skip
    if not query.dtype is key.dtype is value.dtype:
        names = [C_NAMES[tensor.dtype.name] for tensor in (query, key, value)]
        raise RuntimeError(
            f"Expected query, key, and value to have the same dtype, but got query.dtype: {names[0]} key.dtype: "
            f"{names[1]} and value.dtype: {names[2]} instead."
        )
    if mask is not None and mask.dtype not in (dtypes.bool_, dtypes.float32, query.dtype):
        found, wanted = (C_NAMES[tensor.dtype.name].replace("long", "long int") for tensor in (mask, query))
        error = RuntimeError(
            "Expected attn_mask dtype to be bool or float or to match query dtype, but got attn_mask.dtype: "
            f"{found} and  query.dtype: {wanted} instead."
        )
        error.add_note("a bool mask says True where a place is attended to; a float mask is added to the scores")
        raise error


def _explained(text: str, query: Tensor, key: Tensor, value: Tensor) -> RuntimeError:
    error = RuntimeError(text)
    error.add_note(
        "attention takes query (..., queries, width), key (..., keys, width) and value (..., keys, other width); "
        f"the shapes are {tuple(query.shape)}, {tuple(key.shape)} and {tuple(value.shape)}"
    )
    return error


def _fits_one_operator(query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None, gqa: bool) -> bool:
    """Whether torch runs its one operator for the CPU, whose graph has one node, and not a composition."""
    if not query.ndim == key.ndim == value.ndim == 4 or not query.dtype.is_floating_point:
        return False
    batch, heads, queries, width = query.shape
    kept = key.shape[1]
    return bool(
        key.shape[0] == value.shape[0] == batch
        and (kept == heads or (gqa and kept and heads % kept == 0))
        and value.shape[1] == kept
        and key.shape[2] == value.shape[2]
        and queries
        and key.shape[2]
        and key.shape[3] == value.shape[3] == width
        and all(tensor.stride(-1) == 1 for tensor in (query, key, value))
        and (mask is None or _fits_mask(mask, (batch, heads, queries, key.shape[2])))
    )


def _fits_mask(mask: Tensor, scores: tuple[int, ...]) -> bool:
    if mask.ndim not in (2, 4) or mask.requires_grad:
        return False
    return all(size in (1, whole) for size, whole in zip(mask.shape[::-1], scores[::-1], strict=False))


def _bias(mask: Tensor | None, causal: bool, query: Tensor, key: Tensor) -> Tensor | None:
    """What a mask adds to the scores: of the mask's shape, or (queries, keys)."""
    bias = mask
    if mask is not None and mask.dtype is dtypes.bool_:
        bias = query.new_zeros(mask.shape).masked_fill(~mask, -math.inf)
    if causal:
        future = query.new_full((query.shape[-2], key.shape[-2]), -math.inf).triu(1)
        bias = future if bias is None else bias + future
    return bias


def _composed(
    query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None, dropout_p: float, causal: bool,
    scale: float | None, gqa: bool,
) -> Tensor:  # fmt: skip
    if causal and mask is not None:
        raise RuntimeError("_scaled_dot_product_attention: Explicit attn_mask should not be set when is_causal=True")
    if gqa:
        heads = query.shape[-3]
        if not key.shape[-3] or heads % key.shape[-3] or heads % value.shape[-3]:
            raise _explained("Number of heads in key and value must divide the number of heads in ", query, key, value)
        key = key.repeat_interleave(heads // key.shape[-3], -3)
        value = value.repeat_interleave(heads // value.shape[-3], -3)
    factor = _scale_of(query, scale) if query.shape[-1] or scale is not None else 1.0
    root = math.sqrt(abs(factor))  # on both sides, which keeps 16-bit products small
    scores = (query * root).matmul(key.mT * (root if factor >= 0 else -root))
    bias = _bias(mask, causal, query, key)
    if bias is not None:
        scores = scores + bias
    weights = _safe_softmax(scores, -1)
    if dropout_p > 0.0:
        weights = ops.dropout(weights, dropout_p, True)
    return weights.matmul(value)


@composite
def scaled_dot_product_attention(
    query: Tensor, key: Tensor, value: Tensor, attn_mask: Tensor | None = None, dropout_p: float = 0.0,
    is_causal: bool = False, scale: float | None = None, enable_gqa: bool = False,
) -> Tensor:  # fmt: skip
    """``softmax(query @ key.T * scale + mask) @ value``.

    With four dimensions and without dropout this is one operator and one node of the graph, which never holds all
    weights; other calls are composed of products and a softmax, as in torch.

    Args:
        query: of shape (..., l, e).
        key: of shape (..., s, e).
        value: of shape (..., s, v).
        attn_mask: broadcasts to (..., l, s): True where attended, or a float that is added.
        dropout_p: probability of dropping a weight.
        is_causal: whether places attend only to earlier ones.
        scale: factor of the scores; 1 / sqrt(e) by default.
        enable_gqa: whether heads of key and value are repeated to match those of the query.

    Raises:
        RuntimeError: shapes or dtypes do not fit.

    Example::

        >>> x = torch.ones(1, 2, 4)
        >>> torch.nn.functional.scaled_dot_product_attention(x, x, x).shape
        torch.Size([1, 2, 4])
    """
    _check(query, key, value, attn_mask)
    if "flash" in BACKENDS and dropout_p == 0.0 and _fits_one_operator(query, key, value, attn_mask, enable_gqa):
        return _scaled_dot_product_flash_attention_for_cpu(
            query, key, value, dropout_p, is_causal, attn_mask=attn_mask, scale=scale
        )[0]
    if not BACKENDS:
        raise RuntimeError(
            "No viable backend for scaled_dot_product_attention was found. This is likely due to turning off both the "
            "math kernel and the fused kernels."
        )
    if "math" not in BACKENDS:
        error = _explained("No available kernel.  Aborting execution.", query, key, value)
        error.add_note("the one operator takes four dimensions, heads of one width, no dropout and a mask without grad")
        raise error
    return _composed(query, key, value, attn_mask, dropout_p, is_causal, scale, enable_gqa)
