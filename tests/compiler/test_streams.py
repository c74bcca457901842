"""Random numbers from kernels against those from NumPy, bit for bit."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import rushlight as torch

pytest.importorskip("llvmlite")

from rushlight._backends.llvm import kernels, streams
from rushlight._core import machine_code

pytestmark = pytest.mark.skipif(not kernels.host().fused, reason="these kernels need fused steps")

DRAWS: dict[str, Callable[[int], Any]] = {
    "rand": torch.rand,
    "rand of doubles": lambda size: torch.rand(size, dtype=torch.float64),
    "uniform": lambda size: torch.empty(size).uniform_(-0.25, 0.5),
    "uniform of halves": lambda size: torch.empty(size, dtype=torch.bfloat16).uniform_(1, 3),
    "randn": torch.randn,
    "randn of halves": lambda size: torch.randn(size, dtype=torch.float16),
    "normal": lambda size: torch.empty(size).normal_(0.5, 0.02),
    "randperm": torch.randperm,
    "randint": lambda size: torch.randint(0, 10, (size,)),
    "bernoulli": lambda size: torch.empty(size).bernoulli_(0.3),
    "exponential": lambda size: torch.empty(size).exponential_(),
    "turned": lambda size: torch.empty(7, size).t().uniform_(),
}


@pytest.mark.parametrize("name", DRAWS)
@pytest.mark.parametrize("size", [32768, 40003, 300001])
def test_the_same_numbers(name: str, size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    found = []
    for start in (machine_code.start, sys.maxsize):
        monkeypatch.setattr(machine_code, "start", start)
        torch.manual_seed(17)
        torch.rand(100)  # begins within a block
        draws = [DRAWS[name](size), torch.rand(3), torch.get_rng_state()]
        found.append([np.ascontiguousarray(draw.numpy()) if draw.dtype != torch.bfloat16 else draw.float().numpy()
                      for draw in draws])  # fmt: skip
    for ours, expected in zip(*found, strict=True):
        assert ours.tobytes() == expected.tobytes()


@pytest.mark.parametrize("blocks", [1, 2, 37])
def test_words_of_the_generator(blocks: int) -> None:
    source = np.random.MT19937(5)
    source.random_raw(streams.STATE + 1)  # ends with a block, as seeding leaves it a word before the end of one
    state = source.state["state"]["key"].view(np.int32)
    found = streams.words("int32", state, blocks)
    np.testing.assert_array_equal(found, source.random_raw(blocks * streams.STATE).astype(np.uint32))
    np.testing.assert_array_equal(state.view(np.uint32), source.state["state"]["key"])


def test_no_kernel_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    torch.manual_seed(3)
    expected = [torch.rand(70000), torch.randn(70000), torch.randperm(70000)]
    monkeypatch.setattr(machine_code, "run", lambda name, array, *args, part: None)
    torch.manual_seed(3)
    for wanted, found in zip(expected, [torch.rand(70000), torch.randn(70000), torch.randperm(70000)], strict=True):
        assert torch.equal(wanted, found)
