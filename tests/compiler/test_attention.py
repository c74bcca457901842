"""Attention in kernels equals attention in NumPy, whatever the sizes, the layout and the future are."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import rushlight as torch
from rushlight._backends.llvm.switch import FROM
from rushlight._backends.numpy import attention

pytest.importorskip("llvmlite")
pytestmark = pytest.mark.skipif(FROM > 1 << 40, reason="RUSHLIGHT_COMPILE is 0")

SIZES = [  # batch, heads, group, queries, keys, width, width of the values
    (2, 2, 1, 64, 64, 32, 32), (1, 2, 3, 13, 37, 19, 7), (1, 1, 2, 37, 13, 5, 40), (3, 1, 1, 1, 1, 1, 1),
    (1, 2, 1, 4, 100, 16, 16), (1, 1, 1, 130, 3, 64, 64),
]  # fmt: skip


def _both(monkeypatch: Any, function: Any, *args: Any) -> tuple[Any, Any]:
    found = []
    for size in (1 << 60, 0):
        monkeypatch.setattr(attention, "FROM", size)
        found.append(function(*args))
    return found[0], found[1]


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("element", ["float32", "float64"])
@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_kernels_equal_numpy(monkeypatch: Any, sizes: Any, element: str, causal: bool) -> None:
    batch, heads, group, queries, keys, width, value_width = sizes
    draw = np.random.default_rng(0).standard_normal
    query = draw((batch, queries, heads, group, width)).astype(element).transpose(0, 2, 3, 1, 4)
    key = draw((batch, keys, heads, 1, width)).astype(element).transpose(0, 2, 3, 1, 4)
    value = draw((batch, heads, 1, keys, value_width)).astype(element)
    g = draw((batch, heads, group, queries, value_width)).astype(element)
    limit = {"float32": 2e-5, "float64": 1e-13}[element]
    ours, theirs = _both(monkeypatch, attention.forward, query, key, value, None, causal, 0.3)
    for one, other in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(one, other, rtol=limit, atol=limit)
    ours, theirs = _both(monkeypatch, attention.backward, g, query, key, value, None, causal, 0.3, *ours)
    for one, other in zip(ours, theirs, strict=True):
        assert one.shape == other.shape
        np.testing.assert_allclose(one, other, rtol=limit, atol=limit)


def test_scores_far_apart_and_nan() -> None:
    query = torch.randn(1, 2, 200, 16) * 100
    query[0, 1, 7] = float("nan")
    key, value = torch.randn(1, 2, 200, 16) * 100, torch.randn(1, 2, 200, 8)
    found = torch.nn.functional.scaled_dot_product_attention(query, key, value)
    wanted = (query.double() @ key.double().mT / 4).softmax(-1) @ value.double()
    assert found.isnan().any(-1).nonzero().tolist() == [[0, 1, 7]]
    assert torch.allclose(found, wanted.float(), atol=1e-5, equal_nan=True)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_threads_change_nothing(count: int) -> None:
    torch.manual_seed(0)
    query, key, value = (torch.randn(3, 4, 64, 32, requires_grad=True) for _ in range(3))
    before = torch.get_num_threads()
    results = []
    for threads in (1, count):
        torch.set_num_threads(threads)
        found = torch.nn.functional.scaled_dot_product_attention(query, key, value, is_causal=True)
        results.append([found, *torch.autograd.grad(found.square().sum(), (query, key, value))])
    torch.set_num_threads(before)
    assert all(torch.equal(one, other) for one, other in zip(*results, strict=True))
