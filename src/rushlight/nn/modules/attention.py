"""Multi-head attention."""

from __future__ import annotations

from typing import Any

from ..._ops.creation import empty
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
        turned = self.batch_first and query.dim() == 3
        if turned:
            if query is key is value:  # which one projection then serves
                query = key = value = query.transpose(0, 1)
            else:
                query, key, value = (tensor.transpose(0, 1) for tensor in (query, key, value))
        same = self._qkv_same_embed_dim
        output, weights = F.multi_head_attention_forward(
            query, key, value, self.embed_dim, self.num_heads, self.in_proj_weight, self.in_proj_bias, self.bias_k,
            self.bias_v, self.add_zero_attn, self.dropout, self.out_proj.weight, self.out_proj.bias, self.training,
            key_padding_mask, need_weights, attn_mask, not same, None if same else self.q_proj_weight,
            None if same else self.k_proj_weight, None if same else self.v_proj_weight,
            average_attn_weights=average_attn_weights, is_causal=is_causal,
        )  # fmt: skip
        return output.transpose(0, 1) if turned else output, weights

    def merge_masks(self, attn_mask: Any, key_padding_mask: Any, query: Any) -> tuple[Any, int | None]:
        """One mask from both kinds, and its type: 0 attention, 1 padding, 2 both; None for none.

        Args:
            attn_mask: of shape (time, time) or (batch * heads, time, time), or None.
            key_padding_mask: of shape (batch, time), or None.
            query: of shape (batch, time, length).
        """
        if attn_mask is None:
            return key_padding_mask, None if key_padding_mask is None else 1
        batch, time = query.shape[:2]
        if attn_mask.dim() == 3:
            merged = attn_mask.view(batch, -1, time, time)
        else:
            merged = attn_mask.view(1, 1, time, time).expand(batch, self.num_heads, -1, -1)
        if key_padding_mask is not None:
            padding = key_padding_mask.view(batch, 1, 1, time).expand(-1, self.num_heads, -1, -1)
            merged = merged + padding
        return merged, 2
