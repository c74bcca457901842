"""16-bit floats in one pass against the same computed in float32 arrays and rounded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import rushlight as torch
from rushlight._declare import dispatch

pytest.importorskip("llvmlite")

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
    monkeypatch.setattr(dispatch, "_narrow", lambda op, values, common: None)
    expected = OPERATORS[name](x, y)
    assert found.dtype == expected.dtype == dtype
    # a function that is off by an ulp of float32 may fall on the other side of a rounding border
    step = 2.0**-10 if dtype == torch.float16 else 2.0**-7
    np.testing.assert_allclose(found.float().numpy(), expected.float().numpy(), rtol=step, atol=1e-7)
    assert (found.float().numpy() == expected.float().numpy()).mean() > 0.995


def test_gradients_flow() -> None:
    x = torch.randn(300, 300).bfloat16().requires_grad_()
    (x * 2).sum().backward()
    assert x.grad is not None
    assert x.grad.dtype == torch.bfloat16
    assert (x.grad == 2).all()
