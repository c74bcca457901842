"""Entries added at positions, and elements gathered, against NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import rushlight as torch

pytest.importorskip("llvmlite")

from rushlight._backends.llvm import entries
from rushlight._backends.llvm.threads import crew

Array = np.ndarray[Any, Any]

SHAPES = [((50, 64), 0), ((7, 50, 33), 1), ((50,), 0), ((5, 9, 50), 2), ((50, 3), 0), ((2000, 0), 0)]


def expected(target: Array, axis: int, index: Array, source: Array) -> Array:
    wide = target.astype(np.float64 if target.dtype.kind == "f" else target.dtype)
    np.add.at(wide, (slice(None),) * axis + (index,), source)
    return wide


@pytest.mark.parametrize("element", ["float32", "float64", "int32", "int64"])
@pytest.mark.parametrize("index_element", ["int32", "int64"])
@pytest.mark.parametrize(("shape", "axis"), SHAPES)
def test_entries_that_meet_add_up(element: str, index_element: str, shape: tuple[int, ...], axis: int) -> None:
    rng = np.random.default_rng(1)
    for count in (0, 1, 4000):
        source = (rng.standard_normal((*shape[:axis], count, *shape[axis + 1 :])) * 10).astype(element)
        index = rng.integers(0, shape[axis], count).astype(index_element)
        target = (rng.standard_normal(shape) * 10).astype(element)
        found = entries.add_entries(element, source, axis, index, target.copy())
        np.testing.assert_allclose(found, expected(target, axis, index, source), rtol=1e-4, atol=1e-2)


def test_the_same_bits_however_many_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(2)
    source, index = rng.standard_normal((3000, 40)).astype(np.float32), rng.integers(0, 7, 3000)
    found = []
    for threads in (1, 2, 3):
        monkeypatch.setattr(crew, "wanted", threads)
        found.append(entries.add_entries("float32", source, 0, index, np.zeros((7, 40), np.float32)).tobytes())
    assert len(set(found)) == 1


def test_gradient_of_a_table() -> None:
    index = torch.arange(3000).remainder(11)
    table = torch.randn(13, 40).requires_grad_()
    torch.nn.functional.embedding(index, table, padding_idx=4).sum().backward()
    assert table.grad is not None
    counts = np.bincount(index.numpy(), minlength=13).astype(np.float32)
    counts[4] = 0
    np.testing.assert_array_equal(table.grad.numpy(), np.repeat(counts[:, None], 40, 1))


@pytest.mark.parametrize("position", [-1, 400])
@pytest.mark.parametrize("dim", [0, 1])
def test_gathering_from_outside(position: int, dim: int) -> None:
    index = torch.zeros(400, 400, dtype=torch.int64)
    index[399, 399] = position
    with pytest.raises(RuntimeError, match=f"index {position} is out of bounds for dimension {dim} with size 400"):
        torch.randn(400, 400).gather(dim, index)
