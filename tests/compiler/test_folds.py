"""Reductions in kernels against NumPy in float64: dtypes, dimensions, layouts, digits."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import rushlight as torch

pytest.importorskip("llvmlite")

from rushlight._backends.llvm import folds

BASE = np.random.default_rng(0).standard_normal((40, 50, 60))
DIMS: list[Any] = [None, 0, 1, 2, (0, 1), (0, 2), (1, 2), (0, 1, 2)]
ROUNDING = {torch.float16: 1e-3, torch.bfloat16: 8e-3, torch.float32: 1e-5}


def tensor(element: torch.dtype) -> torch.Tensor:
    if element is torch.bool:
        return torch.from_numpy(BASE > 0.5)
    return torch.from_numpy(np.abs(BASE) * 5 if element is torch.uint8 else BASE * 5).to(element)


def exact(x: torch.Tensor) -> Any:
    return x.double().numpy() if x.dtype.is_floating_point else x.long().numpy()


@pytest.mark.parametrize("dims", DIMS, ids=str)
@pytest.mark.parametrize("element", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
def test_floats(element: torch.dtype, dims: Any) -> None:
    x = tensor(element)
    wide = exact(x)
    close: dict[str, Any] = {"rtol": ROUNDING.get(element, 1e-12), "atol": 5e-3 if element is torch.float32 else 1e-3}
    axis = () if dims is None else dims
    for turned in (x, x.permute(2, 0, 1)):
        back = wide if turned is x else wide.transpose(2, 0, 1)
        np.testing.assert_allclose(turned.sum(axis).double(), back.sum(dims), **close)
        np.testing.assert_allclose(turned.mean(axis).double(), back.mean(dims), **close)
        np.testing.assert_array_equal(turned.amax(axis).double(), back.max(dims))
        np.testing.assert_array_equal(turned.amin(axis, keepdim=True).double(), back.min(dims, keepdims=True))
    assert x.sum(axis).dtype is element


@pytest.mark.parametrize("dims", DIMS, ids=str)
@pytest.mark.parametrize("element", [torch.int8, torch.uint8, torch.int32, torch.int64, torch.bool])
def test_integers(element: torch.dtype, dims: Any) -> None:
    x = tensor(element)
    wide = exact(x)
    axis = () if dims is None else dims
    np.testing.assert_array_equal(x.sum(axis), wide.sum(dims))
    np.testing.assert_array_equal(x.nansum(axis), wide.sum(dims))
    np.testing.assert_array_equal(torch.count_nonzero(x, dims), np.count_nonzero(wide, dims))
    if dims is not None:
        np.testing.assert_array_equal(x.any(dims), wide.any(dims))
        np.testing.assert_array_equal(x.all(dims, keepdim=True), wide.all(dims, keepdims=True))
    if element is not torch.bool:
        np.testing.assert_array_equal(x.amax(axis), wide.max(dims))
        assert x.amax(axis).dtype is element
    assert x.sum(axis).dtype is torch.int64


def test_truth_of_numbers() -> None:
    x = torch.zeros(300, 400)
    assert not x.any()
    x[299, 399] = float("nan")
    assert x.any()
    assert not x.all()
    assert (x + 1).all()
    assert torch.count_nonzero(x, 1).tolist() == [0] * 299 + [1]


def test_nan_is_no_number() -> None:
    array = BASE.astype(np.float32)
    array[3, 4, 5] = np.nan
    x = torch.from_numpy(array)
    assert x.sum().isnan()
    assert x.amax().isnan()
    np.testing.assert_allclose(x.nansum(2).numpy(), np.nansum(array, 2), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("dim", [0, 1])
def test_a_product_keeps_its_digits(dim: int) -> None:
    array = (1 + BASE.reshape(40, 3000) * 1e-3).astype(np.float32)
    array = array if dim else np.ascontiguousarray(array.T)
    expected = np.multiply.reduce(array.astype(np.float64), dim).astype(np.float32)
    np.testing.assert_array_max_ulp(torch.from_numpy(array).prod(dim).numpy(), expected, 1)
    total = np.multiply.reduce(array.astype(np.float64), None).astype(np.float32)
    np.testing.assert_array_max_ulp(torch.from_numpy(array).prod().numpy(), total, 1)


@pytest.mark.parametrize("order", [0, 1, 2, 3, 4, float("inf"), -float("inf"), 0.5])
@pytest.mark.parametrize("dims", DIMS, ids=str)
def test_norms(order: float, dims: Any) -> None:
    found = torch.linalg.vector_norm(torch.from_numpy(BASE.astype(np.float32)), order, dims)
    size = np.abs(BASE)
    if order in (0, np.inf, -np.inf):
        expected = {0: np.count_nonzero, np.inf: np.max, -np.inf: np.min}[order](size, dims)
    else:
        expected = (size**order).sum(dims) ** (1 / order)
    np.testing.assert_allclose(found, expected, rtol=1e-5)


@pytest.mark.parametrize("dims", DIMS[1:], ids=str)
def test_variances(dims: Any) -> None:
    variance, mean = torch.var_mean(torch.from_numpy(BASE.astype(np.float32) + 100), dims)
    np.testing.assert_allclose(variance, BASE.var(dims, ddof=1), rtol=1e-4)
    np.testing.assert_allclose(mean, BASE.mean(dims) + 100, rtol=1e-6)


def test_many_shapes_are_forgotten_again() -> None:
    for size in range(2, 400):
        array = np.ones((3, size), np.float32)
        np.testing.assert_array_equal(folds.add("float32", array, 1, False), [size] * 3)


@pytest.mark.parametrize("length", [2, 3, 7])
def test_short_rows(length: int) -> None:
    array = np.random.default_rng(1).standard_normal((40_001, length), dtype=np.float32)
    x, wide = torch.from_numpy(array), array.astype(np.float64)
    np.testing.assert_allclose(x.sum(1), wide.sum(1), rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(x.amax(1), array.max(1))
    np.testing.assert_array_equal(x.argmin(1), array.argmin(1))
    np.testing.assert_array_equal(torch.count_nonzero(x, 1), [length] * 40_001)
    np.testing.assert_allclose(x.var(1), wide.var(1, ddof=1), rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(x.logsumexp(1), np.log(np.exp(wide).sum(1)), rtol=1e-5, atol=1e-6)
