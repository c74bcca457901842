"""Memory that kernels must not stumble over: odd addresses, shared and far elements, nothing at all, 2^31 elements."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import rushlight as torch

pytest.importorskip("llvmlite")

F = torch.nn.functional
OPERATORS: dict[str, Callable[[Any], Any]] = {
    "x * 2 + x": lambda x: x * 2 + x,
    "x + row": lambda x: x + x[:1],
    "x + column": lambda x: x + x[:, :1],
    "exp": lambda x: x.exp(),
    "x > 0": lambda x: x > 0,
    "where": lambda x: torch.where(x > 0, x, 0.5),
    "leaky_relu": lambda x: F.leaky_relu(x, 0.3),
    "sum": lambda x: x.sum(),
    "sum(0)": lambda x: x.sum(0),
    "amax(1)": lambda x: x.amax(1) if x.shape[1] else x.sum(1),
    "var(0)": lambda x: x.var(0),
    "softmax": lambda x: x.softmax(1),
    "log_softmax(0)": lambda x: x.log_softmax(0),
    "cumsum": lambda x: x.cumsum(1),
    "sort": lambda x: x.sort(1).values,
    "clone": lambda x: x.clone(),
    "turned": lambda x: x.t().contiguous(),
    "to float64": lambda x: x.double(),
    "to bfloat16": lambda x: x.bfloat16().float(),
    "cat": lambda x: torch.cat([x, x], 1),
    "flip": lambda x: x.flip(1),
    "gather": lambda x: x.gather(1, torch.zeros(x.shape, dtype=torch.int64)) if x.numel() else x,
    "in place": lambda x: x.clone().mul_(x).add_(x, alpha=2),
    "layer_norm": lambda x: F.layer_norm(x, x.shape[1:]) if x.numel() else x,
}


def draw(*shape: int) -> np.ndarray[Any, Any]:
    return np.random.default_rng(3).standard_normal(shape, dtype=np.float32)


def at_odd_address(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    raw = np.zeros(array.nbytes + 64, np.uint8)
    moved = raw[3 : 3 + array.nbytes].view(np.float32).reshape(array.shape)
    moved[...] = array
    return moved


def far_apart(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Rows 4 GB from each other, in memory that is there only where it is written to."""
    rows = len(array)
    room = np.empty((rows - 1 << 32) + 4096 * rows + array.nbytes, np.uint8)
    moved = np.lib.stride_tricks.as_strided(room.view(np.float32), array.shape, ((1 << 32) + 4096, 4))
    moved[...] = array
    return moved


LAYOUTS: dict[str, Callable[[], Any]] = {
    "odd address": lambda: at_odd_address(draw(200, 301)),
    "far apart": lambda: far_apart(draw(2, 30_001)),
    "expanded rows": lambda: np.broadcast_to(draw(1, 301), (200, 301)),
    "expanded columns": lambda: np.broadcast_to(draw(200, 1), (200, 301)),
    "one number": lambda: np.broadcast_to(draw(1, 1), (200, 301)),
    "every third": lambda: draw(200, 903)[:, ::3],
    "turned": lambda: draw(301, 200).T,
    "one row": lambda: draw(1, 50_001),
    "one column": lambda: draw(50_001, 1),
    "no rows": lambda: draw(0, 301),
    "no columns": lambda: draw(200, 0),
}


@pytest.mark.filterwarnings("ignore:var.*degrees of freedom", "ignore:The given NumPy array is not writ")
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("name", OPERATORS)
def test_as_on_a_plain_copy(name: str, layout: str) -> None:
    array = LAYOUTS[layout]()
    before = np.array(array)
    expected = OPERATORS[name](torch.from_numpy(before.copy()))
    found = OPERATORS[name](torch.from_numpy(array))
    assert (found.shape, found.dtype) == (expected.shape, expected.dtype)
    np.testing.assert_allclose(found.numpy(), expected.numpy(), rtol=2e-5, atol=1e-4)
    np.testing.assert_array_equal(array, before)


def test_writing_far_apart() -> None:
    array = far_apart(draw(2, 30_001))
    before = np.array(array)
    torch.from_numpy(array).mul_(2).add_(1)
    np.testing.assert_allclose(array, before * 2 + 1, rtol=1e-6)


def test_a_number_of_no_dimensions_with_a_large_tensor() -> None:
    x, number = torch.from_numpy(draw(200, 301)), torch.tensor(3.0)
    assert (number * x).shape == (200, 301)
    np.testing.assert_array_equal((number * x).numpy(), x.numpy() * np.float32(3))
    np.testing.assert_array_equal(x.clone().sub_(number).numpy(), x.numpy() - np.float32(3))


FREE = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 0


@pytest.mark.skipif(FREE < 6 << 30, reason="takes 2 GB of memory")
def test_more_than_two_billion_elements() -> None:
    count = (1 << 31) + 12_345
    x = torch.zeros(count, dtype=torch.uint8)
    x.add_(3)
    array = x.numpy()
    assert (array[:: 4096 + 1] == 3).all()
    assert (array[(1 << 31) - 3 : (1 << 31) + 3] == 3).all()
    assert (array[-100:] == 3).all()
