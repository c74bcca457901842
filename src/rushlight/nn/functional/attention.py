"""Attention in several heads."""

from __future__ import annotations

import math
import warnings
from typing import TYPE_CHECKING, Any

from ..._core.dtypes import bool_
from ..._ops.addmm import baddbmm
from ..._ops.attention import scaled_dot_product_attention
from ..._ops.joining import cat
from ..._ops.linear import linear
from .dropout import dropout
from .images import pad

if TYPE_CHECKING:
    from ...tensor import Tensor


def multi_head_attention_forward(
    query: Tensor, key: Tensor, value: Tensor, embed_dim_to_check: int, num_heads: int, in_proj_weight: Tensor | None,
    in_proj_bias: Tensor | None, bias_k: Tensor | None, bias_v: Tensor | None, add_zero_attn: bool, dropout_p: float,
    out_proj_weight: Tensor, out_proj_bias: Tensor | None, training: bool = True,
    key_padding_mask: Tensor | None = None, need_weights: bool = True, attn_mask: Tensor | None = None,
    use_separate_proj_weight: bool = False, q_proj_weight: Tensor | None = None, k_proj_weight: Tensor | None = None,
    v_proj_weight: Tensor | None = None, static_k: Tensor | None = None, static_v: Tensor | None = None,
    average_attn_weights: bool = True, is_causal: bool = False,
) -> tuple[Tensor, Tensor | None]:  # fmt: skip
    """Attention in several heads: queries, keys and values projected, attended, and projected back.

    Without weights asked for, `scaled_dot_product_attention` computes it, which never holds all of them.

    Args:
        query, key, value: of shape (time, batch, length), or (time, length) without a batch.
        embed_dim_to_check: the length that queries must have.
        num_heads: number of heads.
        in_proj_weight, in_proj_bias: all three projections, one after the other, of (3 * length, length).
        bias_k, bias_v: a learned key and value that are appended, of shape (1, 1, length); or None.
        add_zero_attn: whether a key and value of zeros are appended.
        dropout_p: probability of dropping a weight when training.
        out_proj_weight, out_proj_bias: the projection back.
        training: whether anything is dropped.
        key_padding_mask: of shape (batch, source): True, or what is added to the scores, where keys are padding.
        need_weights: whether the weights are returned.
        attn_mask: of shape (target, source) or (batch * heads, target, source): True where not attended, or a float
            that is added.
        use_separate_proj_weight: whether the three weights below are used in place of `in_proj_weight`.
        q_proj_weight, k_proj_weight, v_proj_weight: of shape (length, length of what they project).
        static_k, static_v: keys and values already projected, of shape (batch * heads, source, length of a head).
        average_attn_weights: whether weights are averaged over heads.
        is_causal: says that `attn_mask` is the causal mask.

    Returns:
        The result, shaped like `query`, and the weights of shape (batch, target, source), with a dimension of heads
        unless averaged, or None.

    Raises:
        AssertionError, RuntimeError: shapes or dtypes do not fit.

    Example::

        >>> layer = torch.nn.MultiheadAttention(4, 2)
        >>> x = torch.ones(3, 1, 4)
        >>> output, weights = torch.nn.functional.multi_head_attention_forward(
        ...     x, x, x, 4, 2, layer.in_proj_weight, layer.in_proj_bias, None, None, False, 0.0, layer.out_proj.weight,
        ...     layer.out_proj.bias)
        >>> weights[0, 0]
        tensor([0.3333, 0.3333, 0.3333], grad_fn=<SelectBackward0>)
    """
    _check_ranks(query, key, value, key_padding_mask, attn_mask, num_heads)
    alone = query.dim() == 2
    if alone:
        query, key, value = query.unsqueeze(1), key.unsqueeze(1), value.unsqueeze(1)
        key_padding_mask = None if key_padding_mask is None else key_padding_mask.unsqueeze(0)
    if is_causal and attn_mask is None:
        raise RuntimeError(
            "Need attn_mask if specifying the is_causal hint. You may use the Transformer module method "
            "`generate_square_subsequent_mask` to create this mask."
        )
    length, batch, width = query.shape
    _check_sizes(width, embed_dim_to_check, num_heads)
    if attn_mask is not None and key_padding_mask is not None and attn_mask.dtype is not key_padding_mask.dtype:
        warnings.warn(
            "Support for mismatched key_padding_mask and attn_mask is deprecated. Use same type for both instead.",
            stacklevel=2,
        )
    padding = _as_bias(key_padding_mask, "key_padding_mask", query)
    is_causal = is_causal and padding is None and not need_weights
    bias = None if is_causal else _as_bias(attn_mask, "attn_mask", query)
    weights = (q_proj_weight, k_proj_weight, v_proj_weight) if use_separate_proj_weight else (in_proj_weight,)
    q, k, v = _project(query, key, value, weights, in_proj_bias)
    bias = _shaped(bias, batch, num_heads, length, key.shape[0])
    extra = int(bias_k is not None and bias_v is not None)
    if bias_k is not None and bias_v is not None:
        k, v = cat([k, bias_k.repeat(1, batch, 1)]), cat([v, bias_v.repeat(1, batch, 1)])
    q = _heads(q, num_heads, None)
    k, v = _heads(k, num_heads, static_k, "static_k"), _heads(v, num_heads, static_v, "static_v")
    if add_zero_attn:
        extra += 1
        k, v = (cat([x, x.new_zeros((*x.shape[:2], 1, x.shape[3]))], 2) for x in (k, v))
    if extra:
        bias, padding = (None if mask is None else pad(mask, (0, extra)) for mask in (bias, padding))
    bias = _with_padding(bias, padding, k.shape[2])
    drop = dropout_p if training else 0.0
    if need_weights:
        attended, found = _attend(q, k, v, bias, drop)
    else:
        attended, found = scaled_dot_product_attention(q, k, v, bias, drop, is_causal), None
    attended = attended.permute(2, 0, 1, 3).reshape(length * batch, width)
    output = linear(attended, out_proj_weight, out_proj_bias).view(length, batch, -1)
    if found is not None:
        found = found.mean(1) if average_attn_weights else found
        found = found.squeeze(0) if alone else found
    return output.squeeze(1) if alone else output, found


def _attend(q: Tensor, k: Tensor, v: Tensor, bias: Tensor | None, drop: float) -> tuple[Tensor, Tensor]:
    """The attended values, and the weights of shape (batch, heads, target, source)."""
    batch, heads, length, size = q.shape
    scaled = (q * math.sqrt(1.0 / size)).flatten(0, 1)
    turned = k.flatten(0, 1).mT
    if bias is None:
        scores = scaled.bmm(turned)
    else:
        scores = baddbmm(bias.expand(batch, heads, length, k.shape[2]).reshape(-1, length, k.shape[2]), scaled, turned)
    weights = scores.softmax(-1)
    if drop:
        weights = dropout(weights, drop)
    attended = weights.bmm(v.flatten(0, 1))
    return attended.view(batch, heads, length, size), weights.view(batch, heads, length, -1)


def _heads(x: Tensor, heads: int, static: Tensor | None, name: str = "") -> Tensor:
    """(time, batch, length) as (batch, heads, time, length of a head); what is given already projected in its place."""
    time, batch, width = x.shape
    if static is None:
        return x.view(time, batch, heads, width // heads).permute(1, 2, 0, 3)
    for place, wanted in ((0, batch * heads), (2, width // heads)):
        if static.size(place) != wanted:
            raise AssertionError(f"expecting {name}.size({place}) of {wanted}, but got {static.size(place)}")
    return static.view(batch, heads, *static.shape[1:])


def _as_bias(mask: Tensor | None, name: str, like: Tensor) -> Tensor | None:
    """A mask as a float that is added to scores."""
    if mask is None or mask.is_floating_point():
        return mask
    if mask.dtype is not bool_:
        raise AssertionError(f"only bool and floating types of {name} are supported")
    return like.new_zeros(mask.shape).masked_fill(mask, -math.inf)


def _shaped(bias: Tensor | None, batch: int, heads: int, target: int, source: int) -> Tensor | None:
    """A mask as (1, 1, target, source) or (batch, heads, target, source)."""
    if bias is None:
        return None
    wanted = (target, source) if bias.dim() == 2 else (batch * heads, target, source)
    if tuple(bias.shape) != wanted:
        rank = bias.dim()
        raise RuntimeError(f"The shape of the {rank}D attn_mask is {bias.shape}, but should be {wanted}.")
    return bias.view(-1 if bias.dim() == 3 else 1, heads if bias.dim() == 3 else 1, target, source)


def _with_padding(bias: Tensor | None, padding: Tensor | None, source: int) -> Tensor | None:
    if padding is None:
        return bias
    if padding.shape[1] != source:
        raise AssertionError(f"Expected key_padded_mask.shape[1] to be {source}, but got {padding.shape[1]}")
    wide = padding.unsqueeze(1).unsqueeze(1)
    return wide if bias is None else bias + wide


def _project(
    query: Tensor, key: Tensor, value: Tensor, weights: tuple[Any, ...], bias: Tensor | None
) -> tuple[Tensor, Tensor, Tensor]:
    """Queries, keys and values times their weights: three, or one that holds all three."""
    if len(weights) == 1:
        if weights[0] is None:
            raise AssertionError("use_separate_proj_weight is False but in_proj_weight is None")
        if tuple(key.shape) != tuple(value.shape):
            raise AssertionError(f"key shape {key.shape} does not match value shape {value.shape}")
        if query is key is value:
            q, k, v = linear(query, weights[0], bias).chunk(3, -1)
            return q, k, v
        weights = weights[0].chunk(3)
    else:
        _check_weights(query, key, value, weights)
    biases = (None, None, None) if bias is None else bias.chunk(3)
    q, k, v = (linear(x, w, b) for x, w, b in zip((query, key, value), weights, biases, strict=True))
    return q, k, v


def _check_weights(query: Tensor, key: Tensor, value: Tensor, weights: tuple[Any, ...]) -> None:
    if tuple(key.shape[:2]) != tuple(value.shape[:2]):
        raise AssertionError(f"key's sequence and batch dims {key.shape[:2]} do not match value's {value.shape[:2]}")
    for name, x, weight in zip(("query", "key", "value"), (query, key, value), weights, strict=True):
        if weight is None:
            raise AssertionError(f"use_separate_proj_weight is True but {name[0]}_proj_weight is None")
        wanted = (query.shape[-1], x.shape[-1])
        if tuple(weight.shape) != wanted:
            raise AssertionError(f"expecting {name} weights shape of {wanted}, but got {weight.shape}")


def _check_sizes(width: int, embed_dim: int, heads: int) -> None:
    if width != embed_dim:
        error = AssertionError(f"was expecting embedding dimension of {embed_dim}, but got {width}")
        error.add_note(f"the last size of the query must be {embed_dim}, the layer's embed_dim")
        raise error
    if width // heads * heads != width:
        raise AssertionError(f"embed_dim {width} not divisible by num_heads {heads}")


def _check_ranks(
    query: Tensor, key: Tensor, value: Tensor, padding: Tensor | None, mask: Tensor | None, heads: int
) -> None:
    """Raises torch's errors for tensors that do not all have a batch, or all have none."""
    rank = query.dim()
    if rank not in (2, 3):
        raise AssertionError(f"query should be unbatched 2D or batched 3D tensor but received {rank}-D query tensor")
    start = f"For {'batched (3-D)' if rank == 3 else 'unbatched (2-D)'} `query`, expected"
    if key.dim() != rank or value.dim() != rank:
        raise AssertionError(
            f"{start} `key` and `value` to be {rank}-D but found {key.dim()}-D and {value.dim()}-D tensors respectively"
        )
    if padding is not None and padding.dim() != rank - 1:
        raise AssertionError(
            f"{start} `key_padding_mask` to be `None` or {rank - 1}-D but found {padding.dim()}-D tensor instead"
        )
    if mask is None:
        return
    if mask.dim() not in (2, 3):
        raise AssertionError(f"{start} `attn_mask` to be `None`, 2-D or 3-D but found {mask.dim()}-D tensor instead")
    wanted = (heads, query.shape[0], key.shape[0])
    if rank == 2 and mask.dim() == 3 and tuple(mask.shape) != wanted:
        raise AssertionError(f"Expected `attn_mask` shape to be {wanted} but got {mask.shape}")
