"""Multi-head attention."""

from __future__ import annotations

import math
from typing import Any

from ..._ops.creation import empty
from ..._ops.joining import cat
from .. import functional as F, init
from ..parameter import Parameter
from .linear import NonDynamicallyQuantizableLinear
from .module import Module


class MultiheadAttention(Module):
    """Attention in several heads (Vaswani et al., 2017).

    Args:
        embed_dim: length of the vectors.
        num_heads: number of heads, which divides it.
        dropout: probability of dropping a weight.
        bias: whether projections have biases.
        add_bias_kv: whether a learned key and value are added.
        add_zero_attn: whether a zero key and value are added.
        kdim, vdim: lengths of keys and values, if they differ.
        batch_first: whether the batch comes before time.
        device, dtype: of the parameters.

    Example::

        >>> x = torch.ones(3, 1, 4)
        >>> output, weights = torch.nn.MultiheadAttention(4, 2)(x, x, x)
        >>> output.shape, weights.shape
        (torch.Size([3, 1, 4]), torch.Size([1, 3, 3]))
    """

    def __init__(
        self, embed_dim: int, num_heads: int, dropout: float = 0.0, bias: bool = True, add_bias_kv: bool = False,
        add_zero_attn: bool = False, kdim: int | None = None, vdim: int | None = None, batch_first: bool = False,
        device: Any = None, dtype: Any = None,
    ) -> None:  # fmt: skip
        if embed_dim <= 0 or num_heads <= 0:
            raise ValueError(
                f"embed_dim and num_heads must be greater than 0, got embed_dim={embed_dim} and num_heads={num_heads} "
                "instead"
            )
        place = {"device": device, "dtype": dtype}
        super().__init__()
        self.embed_dim = embed_dim
        self.kdim = kdim if kdim is not None else embed_dim
        self.vdim = vdim if vdim is not None else embed_dim
        self._qkv_same_embed_dim = self.kdim == embed_dim and self.vdim == embed_dim
        self.num_heads = num_heads
        self.dropout = dropout
        self.batch_first = batch_first
        self.head_dim = embed_dim // num_heads
        if self.head_dim * num_heads != embed_dim:
            raise AssertionError("embed_dim must be divisible by num_heads")
        if not self._qkv_same_embed_dim:
            self.q_proj_weight = Parameter(empty((embed_dim, embed_dim), **place))
            self.k_proj_weight = Parameter(empty((embed_dim, self.kdim), **place))
            self.v_proj_weight = Parameter(empty((embed_dim, self.vdim), **place))
            self.register_parameter("in_proj_weight", None)
        else:
            self.in_proj_weight = Parameter(empty((3 * embed_dim, embed_dim), **place))
            for name in ("q_proj_weight", "k_proj_weight", "v_proj_weight"):
                self.register_parameter(name, None)
        if bias:
            self.in_proj_bias = Parameter(empty(3 * embed_dim, **place))
        else:
            self.register_parameter("in_proj_bias", None)
        self.out_proj = NonDynamicallyQuantizableLinear(embed_dim, embed_dim, bias=bias, **place)
        if add_bias_kv:
            self.bias_k = Parameter(empty((1, 1, embed_dim), **place))
            self.bias_v = Parameter(empty((1, 1, embed_dim), **place))
        else:
            self.bias_k = self.bias_v = None
        self.add_zero_attn = add_zero_attn
        self._reset_parameters()

    def _reset_parameters(self) -> None:
        weights = (
            (self.in_proj_weight,) if self._qkv_same_embed_dim
            else (self.q_proj_weight, self.k_proj_weight, self.v_proj_weight)
        )  # fmt: skip
        for weight in weights:
            init.xavier_uniform_(weight)
        if self.in_proj_bias is not None:
            init.constant_(self.in_proj_bias, 0.0)
            init.constant_(self.out_proj.bias, 0.0)
        for extra in (self.bias_k, self.bias_v):
            if extra is not None:
                init.xavier_normal_(extra)

    def forward(
        self, query: Any, key: Any, value: Any, key_padding_mask: Any = None, need_weights: bool = True,
        attn_mask: Any = None, average_attn_weights: bool = True, is_causal: bool = False,
    ) -> Any:  # fmt: skip
        """The attended values and, if wanted, the weights.

        Args:
            query, key, value: of shape (time, batch, length), batch first if the layer is, or without a batch.
            key_padding_mask: of shape (batch, time): True (or minus infinity) where keys are padding.
            need_weights: whether weights are returned.
            attn_mask: of shape (target, source) or one for each head: True where not attended, or a float added.
            average_attn_weights: whether weights are averaged over heads.
            is_causal: says that `attn_mask` is the causal mask.
        """
        alone = query.dim() == 2
        if query.dim() not in (2, 3):
            raise AssertionError(
                f"query should be unbatched 2D or batched 3D tensor but received {query.dim()}-D query tensor"
            )
        if is_causal and attn_mask is None:
            raise RuntimeError("Need attn_mask if specifying the is_causal hint.")
        if self.batch_first and not alone:
            query, key, value = (tensor.transpose(0, 1) for tensor in (query, key, value))
        if alone:
            query, key, value = (tensor.unsqueeze(1) for tensor in (query, key, value))
            key_padding_mask = None if key_padding_mask is None else key_padding_mask.unsqueeze(0)
        output, weights = self._attend(query, key, value, key_padding_mask, attn_mask, need_weights)
        if weights is not None:
            weights = weights.mean(1) if average_attn_weights else weights
            weights = weights.squeeze(0) if alone else weights
        if alone:
            output = output.squeeze(1)
        elif self.batch_first:
            output = output.transpose(0, 1)
        return output, weights

    def _project(self, query: Any, key: Any, value: Any) -> list[Any]:
        biases = (None,) * 3 if self.in_proj_bias is None else self.in_proj_bias.chunk(3)
        if self._qkv_same_embed_dim:
            if query is key and key is value:
                return list(F.linear(query, self.in_proj_weight, self.in_proj_bias).chunk(3, -1))
            weights = self.in_proj_weight.chunk(3)
        else:
            weights = (self.q_proj_weight, self.k_proj_weight, self.v_proj_weight)
        return [F.linear(x, w, b) for x, w, b in zip((query, key, value), weights, biases, strict=True)]

    def _attend(self, query: Any, key: Any, value: Any, padding: Any, mask: Any, need_weights: bool) -> tuple[Any, Any]:
        length, batch, _ = query.shape
        if query.shape[-1] != self.embed_dim:
            raise AssertionError(f"was expecting embedding dimension of {self.embed_dim}, but got {query.shape[-1]}")
        q, k, v = self._project(query, key, value)
        bias = _merge_masks(mask, padding, q, self.num_heads)
        if self.bias_k is not None and self.bias_v is not None:
            k, v = cat([k, self.bias_k.repeat(1, batch, 1)]), cat([v, self.bias_v.repeat(1, batch, 1)])
            bias = None if bias is None else F.pad(bias, (0, 1))
        heads = self.num_heads
        q = q.view(length, batch, heads, self.head_dim).permute(1, 2, 0, 3)
        k = k.view(k.shape[0], batch, heads, self.head_dim).permute(1, 2, 0, 3)
        v = v.view(v.shape[0], batch, heads, self.head_dim).permute(1, 2, 0, 3)
        if self.add_zero_attn:
            k, v = (cat([x, x.new_zeros((batch, heads, 1, self.head_dim))], 2) for x in (k, v))
            bias = None if bias is None else F.pad(bias, (0, 1))
        drop = self.dropout if self.training else 0.0
        weights = None
        if need_weights:
            scores = (q * math.sqrt(1.0 / self.head_dim)).matmul(k.mT)
            scores = scores if bias is None else scores + bias
            weights = scores.softmax(-1)
            weights = F.dropout(weights, drop) if drop else weights
            attended = weights.matmul(v)
        else:
            attended = F.scaled_dot_product_attention(q, k, v, bias, drop)
        attended = attended.permute(2, 0, 1, 3).reshape(length * batch, self.embed_dim)
        output = F.linear(attended, self.out_proj.weight, self.out_proj.bias)
        return output.view(length, batch, self.embed_dim), weights

    def merge_masks(self, attn_mask: Any, key_padding_mask: Any, query: Any) -> tuple[Any, int | None]:
        """One mask from both kinds, and its type: 0 attention, 1 padding, 2 both; None for none."""
        if attn_mask is None and key_padding_mask is None:
            return None, None
        kind = 2 if attn_mask is not None and key_padding_mask is not None else (0 if attn_mask is not None else 1)
        return (attn_mask if kind == 0 else key_padding_mask), kind


def _as_bias(mask: Any, like: Any) -> Any:
    """A mask as a float that is added to scores."""
    if mask.dtype.name == "bool":
        return like.new_zeros(mask.shape).masked_fill(mask, -math.inf)
    return mask


def _merge_masks(mask: Any, padding: Any, query: Any, heads: int) -> Any:
    """Both masks as one float of shape (batch or 1, heads or 1, target, source)."""
    found = None
    if mask is not None:
        if mask.dim() == 2:
            found = _as_bias(mask, query).unsqueeze(0).unsqueeze(0)
        elif mask.dim() == 3:
            found = _as_bias(mask, query).view(-1, heads, *mask.shape[1:])
        else:
            raise RuntimeError(f"attn_mask's dimension {mask.dim()} is not supported")
    if padding is not None:
        wide = _as_bias(padding, query).unsqueeze(1).unsqueeze(1)
        found = wide if found is None else found + wide
    return found
