"""The gradient of cross-entropy on large matrices, which goes through the graph as one entry a row where it can."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import rushlight as torch
from rushlight.nn import functional as F

pytest.importorskip("llvmlite")

ROWS, CLASSES = 300, 1000
LOGITS = np.random.default_rng(0).standard_normal((ROWS, CLASSES), dtype=np.float32)
TARGETS = np.random.default_rng(1).integers(0, CLASSES, ROWS)
WEIGHTS = np.random.default_rng(2).random(CLASSES, dtype=np.float32)


@pytest.fixture
def handed_on(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What is handed on as entries while a test runs."""
    import rushlight._ops.loss as loss

    found: list[Any] = []
    original = loss.from_entries

    def watched(*args: Any) -> Any:
        found.append(args)
        return original(*args)

    monkeypatch.setattr(loss, "from_entries", watched)
    return found


def exact(shares: Any) -> Any:
    """softmax - one-hot, times a number for every row."""
    wide = LOGITS.astype(np.float64)
    powers = np.exp(wide - wide.max(1, keepdims=True))
    found = powers / powers.sum(1, keepdims=True)
    found[np.arange(ROWS), TARGETS] -= 1
    return found * np.broadcast_to(shares, (ROWS,))[:, None]


def leaf(element: torch.dtype = torch.float32) -> torch.Tensor:
    return torch.from_numpy(LOGITS).to(element).clone().requires_grad_()


@pytest.mark.parametrize("element", [torch.float32, torch.float64])
@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("weighted", [False, True])
def test_one_entry_a_row(element: torch.dtype, reduction: str, weighted: bool, handed_on: list[Any]) -> None:
    x, target = leaf(element), torch.from_numpy(TARGETS.copy())
    target[7] = -100
    weight = torch.from_numpy(WEIGHTS).to(element) if weighted else None
    loss = F.cross_entropy(x, target, weight, reduction=reduction)
    g = torch.arange(ROWS).to(element) if reduction == "none" else torch.ones((), dtype=element)
    loss.backward(g)
    shares = (WEIGHTS[TARGETS] if weighted else np.ones(ROWS)) * (TARGETS >= 0)
    shares[7] = 0
    shares = shares / shares.sum() if reduction == "mean" else shares * g.numpy()
    np.testing.assert_allclose(x.grad.numpy(), exact(shares), rtol=1e-4, atol=1e-7 * max(1, abs(shares).max()))
    assert len(handed_on) == 1


def test_the_graph_is_that_of_small_tensors() -> None:
    loss = F.cross_entropy(leaf(), torch.from_numpy(TARGETS))
    assert loss.grad_fn.name() == "NllLossBackward0"
    assert loss.grad_fn.next_functions[0][0].name() == "LogSoftmaxBackward0"


def _hook(logs: Any, target: Any, seen: list[Any]) -> None:
    logs.register_hook(seen.append)
    F.nll_loss(logs, target).backward()


def _retained(logs: Any, target: Any, seen: list[Any]) -> None:
    logs.retain_grad()
    F.nll_loss(logs, target).backward()
    seen.append(logs.grad)


def _asked_for(logs: Any, target: Any, seen: list[Any]) -> None:
    seen.extend(torch.autograd.grad(F.nll_loss(logs, target), logs))


def _by_hand(logs: Any, target: Any, seen: list[Any]) -> None:
    seen.append(F.nll_loss(logs, target).grad_fn(torch.ones(())))


def _before_the_node(logs: Any, target: Any, seen: list[Any]) -> None:
    logs.grad_fn.register_prehook(lambda grads: seen.append(grads[0]))
    F.nll_loss(logs, target).backward()


def _recorded(logs: Any, target: Any, seen: list[Any]) -> None:
    seen.extend(torch.autograd.grad(F.nll_loss(logs, target), logs, create_graph=True))


@pytest.mark.parametrize("look", [_hook, _retained, _asked_for, _by_hand, _before_the_node, _recorded])
def test_whoever_looks_sees_zeros(look: Callable[..., None], handed_on: list[Any]) -> None:
    seen: list[Any] = []
    look(leaf().log_softmax(1), torch.from_numpy(TARGETS), seen)
    expected = np.zeros((ROWS, CLASSES), np.float32)
    expected[np.arange(ROWS), TARGETS] = np.float32(-1 / ROWS)
    np.testing.assert_allclose(seen[0].detach().numpy(), expected)
    assert not handed_on


def test_another_contribution_is_added_to_all_elements(handed_on: list[Any]) -> None:
    for other in ("term", "root"):
        x = leaf()
        logs = x.log_softmax(1)
        loss = F.nll_loss(logs, torch.from_numpy(TARGETS))
        if other == "term":
            (loss + logs.sum()).backward()
        else:
            torch.autograd.backward([loss, logs], [None, torch.ones_like(logs)])
        soft = exact(1)
        soft[np.arange(ROWS), TARGETS] += 1
        np.testing.assert_allclose(x.grad.numpy(), exact(1 / ROWS) + 1 - soft * CLASSES, atol=2e-3)
    assert not handed_on


def test_without_a_kernel_the_zeros_are_written_out(monkeypatch: pytest.MonkeyPatch, handed_on: list[Any]) -> None:
    import rushlight._ops.softmax as softmax

    monkeypatch.setattr(softmax, "fused", lambda *args: None)
    x = leaf()
    F.cross_entropy(x, torch.from_numpy(TARGETS)).backward()
    np.testing.assert_allclose(x.grad.numpy(), exact(1 / ROWS), rtol=1e-4, atol=1e-7)
    assert len(handed_on) == 1
