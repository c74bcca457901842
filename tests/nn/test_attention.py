"""Attention: one node where torch has one, masks, tiles, rows that attend to nothing, and what does not fit."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np
import pytest

import rushlight as torch
from rushlight._backends.numpy import attention as backend
from rushlight.nn.attention import SDPBackend, sdpa_kernel

nn = torch.nn
attend = nn.functional.scaled_dot_product_attention
RNG = np.random.default_rng(3)


def some(*shape: int) -> Any:
    return torch.tensor(RNG.standard_normal(shape), requires_grad=True)


def by_hand(
    query: Any, key: Any, value: Any, mask: Any = None, causal: bool = False, scale: float | None = None
) -> Any:
    """What attention is defined as, with all weights at once."""
    scores = query @ key.mT * (1 / math.sqrt(query.shape[-1]) if scale is None else scale)
    if causal:
        mask = torch.ones(scores.shape[-2:]).tril() > 0
    if mask is not None:
        scores = scores.masked_fill(~mask, -math.inf) if mask.dtype is torch.bool else scores + mask
    return torch._safe_softmax(scores, -1) @ value


def close(found: Any, expected: Any, tolerance: float = 1e-9) -> None:
    np.testing.assert_allclose(found.detach().numpy(), expected.detach().numpy(), rtol=tolerance, atol=tolerance)


# -- one operator ------------------------------------------------------------------------------------------------------

ONE = "ScaledDotProductFlashAttentionForCpuBackward0"
PARTS = "UnsafeViewBackward0"


@pytest.mark.parametrize(
    ("shape", "options", "node"),
    [
        ((2, 2, 5, 4), {}, ONE),
        ((2, 2, 5, 4), {"is_causal": True}, ONE),
        ((2, 2, 5, 4), {"attn_mask": torch.ones(5, 5) > 0}, ONE),
        ((2, 2, 5, 4), {"attn_mask": torch.ones(5, 5, dtype=torch.float64, requires_grad=True)}, PARTS),
        ((2, 2, 5, 4), {"dropout_p": 0.5}, PARTS),
        ((2, 5, 4), {}, PARTS),
    ],
)
def test_nodes_are_torchs(shape: tuple[int, ...], options: dict[str, Any], node: str) -> None:
    x = some(*shape)
    assert type(attend(x, x, x, **options).grad_fn).__name__ == node


def test_grouped_heads_are_one_node_too() -> None:
    query, key = some(1, 4, 3, 2), some(1, 2, 3, 2)
    output = attend(query, key, key, enable_gqa=True)
    assert type(output.grad_fn).__name__ == ONE
    repeated = key.repeat_interleave(2, 1)
    close(output, by_hand(query, repeated, repeated))


# -- values ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tile", [1, 13, 40, 1 << 17])
@pytest.mark.parametrize("keys", [3, 5, 8])
@pytest.mark.parametrize("scale", [0.2, 30.0])
@pytest.mark.parametrize("kind", ["none", "causal", "bool", "float", "padding", "nothing"])
def test_tiles_of_any_size_give_what_all_weights_give(
    kind: str, scale: float, keys: int, tile: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backend, "TILE", tile)
    tensors = [some(2, 3, 5, 4), some(2, 3, keys, 4), some(2, 3, keys, 4)]
    mask = {
        "none": None,
        "causal": None,
        "bool": torch.tensor(RNG.random((5, keys)) < 0.7),
        "float": torch.tensor(RNG.standard_normal((2, 3, 5, keys))),
        "padding": torch.tensor(RNG.random((2, 1, 1, keys)) < 0.7),
        "nothing": torch.tensor(np.arange(5) != 1)[:, None].expand(5, keys),
    }[kind]
    output = attend(*tensors, attn_mask=mask, is_causal=kind == "causal", scale=scale)
    expected = by_hand(*tensors, mask, kind == "causal", scale)
    close(output, expected)
    weights = torch.tensor(RNG.standard_normal(output.shape))
    for found, wanted in zip(
        torch.autograd.grad((output * weights).sum(), tensors), torch.autograd.grad((expected * weights).sum(), tensors)
    ):
        close(found, wanted, 1e-8)


@pytest.mark.parametrize("options", [{}, {"is_causal": True}, {"attn_mask": torch.ones(3, 3).tril() > 0}])
def test_gradients_to_the_second_order(options: dict[str, Any]) -> None:
    tensors = (some(1, 2, 3, 2), some(1, 1, 3, 2), some(1, 1, 3, 2))

    def run(*tensors: Any) -> Any:
        return attend(*tensors, **options, enable_gqa=True)

    assert torch.autograd.gradcheck(run, tensors)
    assert torch.autograd.gradgradcheck(run, tensors)


def test_a_row_that_attends_to_nothing_is_zero_and_so_is_its_gradient() -> None:
    x = some(1, 1, 3, 2)
    mask = torch.tensor([[True, True, True], [False, False, False], [True, False, False]])
    for tensor in (x, x[0]):
        output = attend(tensor, tensor, tensor, attn_mask=mask)
        assert not output[..., 1, :].any()
        assert torch.autograd.grad(output.sum(), x)[0].isfinite().all()


def test_large_scores_do_not_overflow() -> None:
    x = torch.full((1, 1, 2, 4), 300.0, requires_grad=True)
    output = attend(x, x, x)
    assert output.isfinite().all()
    output.sum().backward()
    assert x.grad.isfinite().all()


# -- in several heads --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("options", [{}, {"add_bias_kv": True, "add_zero_attn": True}, {"kdim": 3, "vdim": 6}])
def test_asking_for_weights_changes_nothing_else(options: dict[str, Any]) -> None:
    layer = nn.MultiheadAttention(4, 2, dtype=torch.float64, **options)
    inputs = some(5, 2, 4), some(3, 2, options.get("kdim", 4)), some(3, 2, options.get("vdim", 4))
    padding = torch.tensor([[False, False, True], [False, False, False]])
    output, weights = layer(*inputs, key_padding_mask=padding, average_attn_weights=False)
    close(layer(*inputs, key_padding_mask=padding, need_weights=False)[0], output)
    close(weights.sum(-1), torch.ones(2, 2, 5, dtype=torch.float64))
    assert not weights[0, :, :, 2].any()


def test_the_causal_hint() -> None:
    layer = nn.MultiheadAttention(4, 2, dtype=torch.float64)
    x = some(3, 2, 4)
    mask = nn.Transformer.generate_square_subsequent_mask(3, dtype=torch.float64)
    with_mask = layer(x, x, x, attn_mask=mask)[0]
    close(layer(x, x, x, attn_mask=mask, is_causal=True, need_weights=False)[0], with_mask)


BAD: list[tuple[Any, type[Exception], str]] = [
    (
        lambda m, x: m(x[0, 0], x, x),
        AssertionError,
        "query should be unbatched 2D or batched 3D tensor but received 1-D query tensor",
    ),
    (
        lambda m, x: m(x, x[0], x),
        AssertionError,
        "For batched (3-D) `query`, expected `key` and `value` to be 3-D but found 2-D and 3-D tensors respectively",
    ),
    (
        lambda m, x: m(x, x, x, attn_mask=torch.ones(2, 3)),
        RuntimeError,
        "The shape of the 2D attn_mask is torch.Size([2, 3]), but should be (3, 3).",
    ),
    (
        lambda m, x: m(x[..., :3], x, x),
        AssertionError,
        "was expecting embedding dimension of 4, but got 3",
    ),
    (
        lambda m, x: m(x, x, x, key_padding_mask=torch.zeros(2, 3).long()),
        AssertionError,
        "only bool and floating types of key_padding_mask are supported",
    ),
    (
        lambda m, x: attend(x, x.double(), x),
        RuntimeError,
        (
            "Expected query, key, and value to have the same dtype, but got query.dtype: float key.dtype: double and "
            "value.dtype: float instead."
        ),
    ),
    (
        lambda m, x: attend(x, x, x, attn_mask=torch.zeros(3, 3), is_causal=True),
        RuntimeError,
        "_scaled_dot_product_attention: Explicit attn_mask should not be set when is_causal=True",
    ),
]


@pytest.mark.parametrize(("call", "kind", "text"), BAD, ids=[case[2][:40] for case in BAD])
def test_what_does_not_fit(call: Any, kind: type[Exception], text: str) -> None:
    with pytest.raises(kind) as caught:
        call(nn.MultiheadAttention(4, 2), torch.ones(3, 2, 4))
    assert str(caught.value) == text


def test_masks_of_different_kinds_warn() -> None:
    layer, x = nn.MultiheadAttention(4, 2), torch.ones(3, 2, 4)
    with pytest.warns(UserWarning, match="Support for mismatched key_padding_mask and attn_mask is deprecated"):
        layer(x, x, x, torch.zeros(2, 3), attn_mask=torch.zeros(3, 3).bool())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        layer(x, x, x, torch.zeros(2, 3), attn_mask=torch.zeros(3, 3))


# -- backends ----------------------------------------------------------------------------------------------------------


def test_a_choice_of_backends() -> None:
    x = some(1, 1, 3, 2)
    with sdpa_kernel(SDPBackend.MATH):
        assert type(attend(x, x, x).grad_fn).__name__ == PARTS
    with sdpa_kernel([SDPBackend.FLASH_ATTENTION]):
        assert type(attend(x, x, x).grad_fn).__name__ == ONE
        with pytest.raises(RuntimeError, match=r"No available kernel\.  Aborting execution"):
            attend(x[0], x[0], x[0])
    with (
        sdpa_kernel(SDPBackend.EFFICIENT_ATTENTION),
        pytest.raises(RuntimeError, match="No viable backend for scaled_dot_product_attention was found"),
    ):
        attend(x, x, x)
    assert type(attend(x, x, x).grad_fn).__name__ == ONE
