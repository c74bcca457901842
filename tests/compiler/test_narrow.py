"""16-bit floats in one pass against the same computed in float32 arrays and rounded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import rushlight as torch
from rushlight._declare import computing

pytest.importorskip("llvmlite")

from rushlight._backends.llvm import kernels

OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "add": lambda x, y: x + y,
    "number": lambda x, y: x * 2 - 0.3,
    "row": lambda x, y: x + y[0],
    "turned": lambda x, y: x.t() * y.t(),
    "divide": lambda x, y: x / y,
    "exp": lambda x, y: x.exp(),
    "tanh": lambda x, y: x.tanh(),
    "relu": lambda x, y: x.relu(),
    "gelu": lambda x, y: torch.nn.functional.gelu(x),
    "leaky_relu": lambda x, y: torch.nn.functional.leaky_relu(x, 0.2),
    "clamp": lambda x, y: x.clamp(-0.5, 0.5),
    "maximum": lambda x, y: torch.maximum(x, y),
    "where": lambda x, y: torch.where(x > 0, x, y),
    "0-d": lambda x, y: x * torch.tensor(0.7),
    "in place": lambda x, y: x.clone().add_(y),
}


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
@pytest.mark.parametrize("name", OPERATORS)
def test_against_arrays(name: str, dtype: torch.dtype, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(8)
    x, y = (torch.from_numpy(rng.standard_normal((250, 300)).astype(np.float32) * 3).to(dtype) for _ in range(2))
    for place, value in enumerate((float("nan"), float("inf"), -float("inf"), -0.0, 1e-7, 60000.0)):
        x[0, place] = value
    found = OPERATORS[name](x, y)
    monkeypatch.setattr(computing, "_narrow", lambda *_: None)
    expected = OPERATORS[name](x, y)
    assert found.dtype == expected.dtype == dtype
    # a function that is off by an ulp of float32 may fall on the other side of a rounding border
    step = 2.0**-10 if dtype == torch.float16 else 2.0**-7
    np.testing.assert_allclose(found.float().numpy(), expected.float().numpy(), rtol=step, atol=1e-7)
    assert (found.float().numpy() == expected.float().numpy()).mean() > 0.995


PREDICATES: dict[str, Callable[[Any, Any], Any]] = {
    "x > y": lambda x, y: x > y,
    "x <= number": lambda x, y: x <= 0.3,
    "x != y.t()": lambda x, y: x[:, :250] != y[:, :250].t(),
    "isnan": lambda x, y: x.isnan(),
    "isfinite": lambda x, y: torch.isfinite(x),
    "logical_and": lambda x, y: torch.logical_and(x, y),
}


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
@pytest.mark.parametrize("name", PREDICATES)
def test_truth_values(name: str, dtype: torch.dtype, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(9)
    x, y = (torch.from_numpy(rng.integers(-3, 4, (250, 300)).astype(np.float32) / 10).to(dtype) for _ in range(2))
    for place, value in enumerate((float("nan"), float("inf"), -float("inf"), -0.0)):
        x[0, place] = value
    found = PREDICATES[name](x, y)
    monkeypatch.setattr(computing, "_narrow", lambda *_: None)
    assert torch.equal(found, PREDICATES[name](x, y))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_another_setting_needs_no_other_kernel(dtype: torch.dtype) -> None:
    x = torch.linspace(-3, 3, 50_000).to(dtype)
    torch.nn.functional.leaky_relu(x, 0.3)
    before = len(kernels._loaded)
    for slope in (0.1, 0.7, 2.0):
        found = torch.nn.functional.leaky_relu(x, slope)
        expected = torch.nn.functional.leaky_relu(x.float(), slope).to(dtype)
        assert torch.equal(found, expected)
    assert len(kernels._loaded) == before


def test_gradients_flow() -> None:
    x = torch.randn(300, 300).bfloat16().requires_grad_()
    (x * 2).sum().backward()
    assert x.grad is not None
    assert x.grad.dtype == torch.bfloat16
    assert (x.grad == 2).all()


ROWS = np.random.default_rng(3).standard_normal((300, 777)).astype(np.float32)


@pytest.mark.parametrize("element", [torch.float16, torch.bfloat16])
@pytest.mark.parametrize("shape", [(300, 777), (64, 1024), (5000, 10)], ids=str)
def test_softmax_and_its_gradient(element: torch.dtype, shape: tuple[int, int]) -> None:
    x = torch.from_numpy(np.resize(ROWS, shape)).to(element).requires_grad_()
    tolerance = {torch.float16: 1e-3, torch.bfloat16: 8e-3}[element]
    for name in ("softmax", "log_softmax"):
        wide = x.detach().double().requires_grad_()
        found, expected = getattr(x, name)(1), getattr(wide, name)(1)
        g = x.detach().flip(0)
        (gradient,), (exact,) = torch.autograd.grad(found, x, g), torch.autograd.grad(expected, wide, g.double())
        assert found.dtype is gradient.dtype is element
        np.testing.assert_allclose(found.detach().double(), expected.detach(), rtol=tolerance, atol=1e-6)
        # the gradient is computed from a rounded result
        np.testing.assert_allclose(gradient.double(), exact, rtol=4 * tolerance, atol=4 * tolerance)


@pytest.mark.parametrize("element", [torch.float16, torch.bfloat16])
@pytest.mark.parametrize("weighted", [False, True])
def test_layer_norm_and_its_gradients(element: torch.dtype, weighted: bool) -> None:
    x = torch.from_numpy(ROWS).to(element).requires_grad_()
    weight = (torch.arange(777) / 777).to(element).requires_grad_() if weighted else None
    parts = [x] if weight is None else [x, weight]
    wide = [part.detach().double().requires_grad_() for part in parts]
    tolerance = {torch.float16: 1e-3, torch.bfloat16: 8e-3}[element]
    g = x.detach().flip(0)
    found = torch.nn.functional.layer_norm(parts[0], (777,), *parts[1:])
    expected = torch.nn.functional.layer_norm(wide[0], (777,), *wide[1:])
    np.testing.assert_allclose(found.detach().double(), expected.detach(), rtol=tolerance, atol=tolerance)
    gradients = torch.autograd.grad(found, parts, g)
    for gradient, exact in zip(gradients, torch.autograd.grad(expected, wide, g.double()), strict=True):
        scale = float(exact.abs().max())
        np.testing.assert_allclose(gradient.double(), exact, rtol=2 * tolerance, atol=tolerance * scale)
