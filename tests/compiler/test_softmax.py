"""Compiled softmax: torch's to the last bit where vectors have 512 bits, rows of every length."""

from __future__ import annotations

import numpy as np
import pytest

import rushlight

pytest.importorskip("llvmlite")

SHAPES = [(64, 1024), (300, 777), (4096, 17), (4096, 16), (8192, 10), (3, 50_001), (40_000, 1)]


def rows(shape: tuple[int, int], scale: float) -> np.ndarray:
    return np.random.default_rng(1).standard_normal(shape, dtype=np.float32) * np.float32(scale)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("scale", [1, 10, 60])
def test_softmax_has_the_bits_of_torch(shape: tuple[int, int], scale: float) -> None:
    torch = pytest.importorskip("torch")
    if torch.backends.cpu.get_cpu_capability() != "AVX512":
        pytest.skip("torch adds rows up in another order here")
    array = rows(shape, scale)
    ours, theirs = (library.from_numpy(array).softmax(1).numpy() for library in (rushlight, torch))
    assert (ours.view(np.int32) == theirs.view(np.int32)).all()


@pytest.mark.parametrize("shape", SHAPES)
def test_rows_of_every_length(shape: tuple[int, int]) -> None:
    array = rows(shape, 3)
    wide = array.astype(np.float64)
    powers = np.exp(wide - wide.max(1, keepdims=True))
    total = powers.sum(1, keepdims=True)
    x = rushlight.from_numpy(array)
    np.testing.assert_allclose(x.softmax(1).numpy(), powers / total, rtol=4e-6)
    logs = wide - wide.max(1, keepdims=True) - np.log(total)
    np.testing.assert_allclose(x.log_softmax(1).numpy(), logs, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(x.logsumexp(1).numpy(), np.log(total[:, 0]) + wide.max(1), rtol=1e-6, atol=1e-6)


def test_infinite_and_missing_numbers() -> None:
    array = rows((64, 1030), 1)
    array[0, 5], array[1, 1029], array[2, :] = np.nan, np.inf, -np.inf
    array[3, :-1] = -np.inf
    found = rushlight.from_numpy(array).softmax(1).numpy()
    assert np.isnan(found[0]).all()
    assert np.isnan(found[1, 1029])
    assert np.isnan(found[2]).all()
    assert found[3].tolist() == [0.0] * 1029 + [1.0]
    assert not np.isnan(found[4:]).any()


@pytest.mark.parametrize("shape", [(300, 777), (4096, 17), (20, 40, 60), (1, 200_000), (200_000,)])
def test_along_every_dimension(shape: tuple[int, ...]) -> None:
    array = np.random.default_rng(1).standard_normal(shape, dtype=np.float32) * np.float32(3)
    wide, x = array.astype(np.float64), rushlight.from_numpy(array)
    rtol = 1e-5 if max(shape) > 10_000 else 4e-6  # in torch's order one thread adds 12500 numbers up in each lane
    for dim in range(-len(shape), len(shape)):
        away = wide - wide.max(dim, keepdims=True)
        total = np.exp(away).sum(dim, keepdims=True)
        np.testing.assert_allclose(x.softmax(dim).numpy(), np.exp(away) / total, rtol=rtol)
        np.testing.assert_allclose(x.log_softmax(dim).numpy(), away - np.log(total), rtol=1e-6, atol=rtol / 2)
        expected = np.squeeze(np.log(total) + wide.max(dim, keepdims=True), dim)
        np.testing.assert_allclose(x.logsumexp(dim).numpy(), expected, rtol=1e-6, atol=1e-6)
        assert x.softmax(dim).is_contiguous()


@pytest.mark.parametrize("scale", [1, 30, 300])
@pytest.mark.parametrize("shape", [(300, 777), (64, 1024), (2000, 17), (20, 40, 60), (50_000,)])
def test_running_logarithms_of_sums(shape: tuple[int, ...], scale: int) -> None:
    array = np.random.default_rng(1).standard_normal(shape, dtype=np.float32) * np.float32(scale)
    for dim in range(len(shape)):
        found = rushlight.from_numpy(array).logcumsumexp(dim).numpy()
        expected = np.logaddexp.accumulate(array, dim, np.float64)
        np.testing.assert_allclose(found, expected, rtol=2e-7, atol=2e-7)


def test_running_logarithms_of_infinite_and_missing_numbers() -> None:
    array = rows((64, 1030), 1)
    array[0, 5], array[1, 7], array[2, :] = np.nan, np.inf, -np.inf
    array[3, :9] = -np.inf
    found = rushlight.from_numpy(array).logcumsumexp(1).numpy()
    assert np.isfinite(found[0, :5]).all()
    assert np.isnan(found[0, 5:]).all()
    assert (found[1, 7:] == np.inf).all()
    assert (found[2] == -np.inf).all()
    assert (found[3, :9] == -np.inf).all()
    assert np.isfinite(found[3, 9:]).all()
