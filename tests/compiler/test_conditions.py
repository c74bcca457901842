"""Values chosen by conditions, with numbers among them, against NumPy."""

from __future__ import annotations

import numpy as np
import pytest

import rushlight as torch

pytest.importorskip("llvmlite")

SHAPES = [((40000,), (40000,)), ((200, 300), (200, 300)), ((200, 300), (300,)), ((200, 300), (200, 1)),
          ((200, 300), (1,)), ((20, 30, 80), (30, 1)), ((0, 5), (5,))]  # fmt: skip


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.int64, torch.int32, torch.uint8, torch.bool])
@pytest.mark.parametrize(("shape", "mask_shape"), SHAPES)
def test_masked_fill(shape: tuple[int, ...], mask_shape: tuple[int, ...], dtype: torch.dtype) -> None:
    x, mask = (torch.rand(shape) * 9).to(dtype), torch.rand(mask_shape) > 0.5
    for value in (1, 0) if dtype == torch.bool else (3, 0):
        expected = np.where(mask.numpy(), np.asarray(value, x.numpy().dtype), x.numpy())
        np.testing.assert_array_equal(x.masked_fill(mask, value).numpy(), expected)
        y = x.clone()
        y.masked_fill_(mask, value)
        np.testing.assert_array_equal(y.numpy(), expected)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -0.0])
def test_special_values(value: float) -> None:
    x, mask = torch.randn(300, 200), torch.rand(300, 200) > 0.5
    expected = np.where(mask.numpy(), np.float32(value), x.numpy())
    assert x.masked_fill(mask, value).numpy().tobytes() == expected.tobytes()
    assert torch.where(mask, value, x).numpy().tobytes() == expected.tobytes()


def test_masked_fill_of_a_turned_view() -> None:
    x, mask = torch.randn(300, 200), torch.rand(200, 300) > 0.5
    expected = np.where(mask.numpy(), 5, x.t().numpy())
    x.t().masked_fill_(mask, 5.0)
    np.testing.assert_array_equal(x.t().numpy(), expected)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_where_with_numbers(dtype: torch.dtype) -> None:
    x, mask = torch.randn(300, 200, dtype=dtype), torch.rand(300, 200) > 0.5
    for ours, expected in (
        (torch.where(mask, x, 0.5), np.where(mask.numpy(), x.numpy(), 0.5)),
        (torch.where(mask, 2, x), np.where(mask.numpy(), 2, x.numpy())),
        (torch.where(mask[0], x, 1.0), np.where(mask[0].numpy(), x.numpy(), 1.0)),
    ):
        assert ours.dtype == dtype
        np.testing.assert_array_equal(ours.numpy(), expected)
