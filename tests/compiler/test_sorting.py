"""Rows sorted by digits and by ranks, against NumPy's stable sort."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import rushlight as torch

pytest.importorskip("llvmlite")

from rushlight._backends.llvm import sorting
from rushlight._backends.llvm.unsupported import Unsupported

Array = np.ndarray[Any, Any]

SHAPES = [((1,), 0), ((64,), 0), ((65,), 0), ((5000,), 0), ((7, 300), 1), ((300, 7), 0), ((5, 70, 3), 1),
          ((900, 16), 1), ((900, 1), 1), ((40000,), 0)]  # fmt: skip


def numbers(element: str, shape: tuple[int, ...]) -> Array:
    """Numbers of which many are equal, floats with all that is special about them."""
    values = (np.random.default_rng(3).standard_normal(shape) * 40).astype(element)
    flat = values.reshape(-1)
    if values.dtype.kind == "f":
        flat[::2] = np.round(flat[::2])
        for start, value in enumerate((np.nan, -np.nan, np.inf, -np.inf, 0.0, -0.0, 1e-40, -1e-40)):
            flat[start::23] = value
    elif values.dtype.kind == "i":
        flat[::23], flat[1::23] = np.iinfo(element).min, np.iinfo(element).max
    return values


def stable(array: Array, axis: int, descending: bool) -> Array:
    """The places by NumPy."""
    if not descending:
        return array.argsort(axis, "stable")
    return np.flip(array.shape[axis] - 1 - np.flip(array, axis).argsort(axis, "stable"), axis)


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("element", ["float32", "float64", "int8", "int16", "int32", "int64", "uint8", "uint64"])
@pytest.mark.parametrize(("shape", "axis"), SHAPES)
def test_order(shape: tuple[int, ...], axis: int, element: str, descending: bool) -> None:
    array = numbers(element, shape)
    values, places = sorting.sort(element, array, axis, descending)
    expected = stable(array, axis, descending)
    np.testing.assert_array_equal(places, expected)
    assert values.tobytes() == np.take_along_axis(array, expected, axis).tobytes()
    assert values.flags.c_contiguous
    assert places.flags.c_contiguous


def test_gaps_in_memory() -> None:
    array = numbers("float32", (600, 400))[::2, ::3].T
    _, places = sorting.sort("float32", array, 1, False)
    np.testing.assert_array_equal(places, array.argsort(1, "stable"))


def test_nothing_to_sort() -> None:
    with pytest.raises(Unsupported):
        sorting.sort("float32", np.empty((0, 3), np.float32), 1, False)
    assert torch.zeros(0, 3).sort().values.shape == (0, 3)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.int64, torch.bool])
def test_operators(dtype: Any) -> None:
    array = numbers("float32", (100, 500))
    tensor = (torch.from_numpy(array) > 0) if dtype == torch.bool else torch.from_numpy(array).nan_to_num().to(dtype)
    for dim in (0, 1):
        found = tensor.sort(dim)
        assert found.values.dtype == dtype
        wide = tensor.float().numpy() if dtype not in (torch.int64, torch.bool) else tensor.numpy()
        np.testing.assert_array_equal(found.indices.numpy(), wide.argsort(dim, "stable"))
        np.testing.assert_array_equal(tensor.argsort(dim).numpy(), wide.argsort(dim, "stable"))
        assert torch.equal(tensor.gather(dim, found.indices), found.values)


@pytest.mark.parametrize("element", ["float32", "float64", "int32", "int64", "int16"])
@pytest.mark.parametrize(("shape", "dim"), [((70000,), 0), ((300, 1000), 1), ((1000, 300), 0), ((70, 997), 1)])
@pytest.mark.parametrize("largest", [False, True])
def test_the_first_few(shape: tuple[int, ...], dim: int, element: str, largest: bool) -> None:
    array = numbers(element, shape)
    spread = (np.random.default_rng(4).standard_normal(shape) * 1e4).astype(element)
    for given in (array, spread):
        for k in (0, 1, 6, 50, 200):
            values, places = torch.from_numpy(given).topk(k, dim, largest)
            expected = np.take(stable(given, dim, largest), np.arange(k), dim)
            np.testing.assert_array_equal(values.numpy(), np.take_along_axis(given, expected, dim))
            np.testing.assert_array_equal(values.numpy(), np.take_along_axis(given, places.numpy(), dim))
            assert (np.diff(np.sort(places.numpy(), dim), axis=dim) > 0).all()
