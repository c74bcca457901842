"""Extremes so far against a loop over the elements."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import rushlight as torch

pytest.importorskip("llvmlite")

from rushlight._backends.llvm import running_extremes

Array = np.ndarray[Any, Any]


def expected(array: Array, largest: bool, axis: int) -> tuple[Array, Array]:
    moved = np.moveaxis(array, axis, 0)
    best, place = moved[0].copy(), np.zeros(moved.shape[1:], np.int64)
    values, places = np.empty_like(moved), np.empty(moved.shape, np.int64)
    for index, entry in enumerate(moved):
        taken = (entry >= best if largest else entry <= best) | (entry != entry)
        best, place = np.where(taken, entry, best), np.where(taken, index, place)
        values[index], places[index] = best, place
    return np.moveaxis(values, 0, axis), np.moveaxis(places, 0, axis)


@pytest.mark.parametrize("element", ["float32", "float64", "int32", "int64"])
@pytest.mark.parametrize("largest", [False, True])
@pytest.mark.parametrize(
    ("shape", "axis"),
    [((1,), 0), ((5,), 0), ((16,), 0), ((1000,), 0), ((7, 33), 1), ((33, 7), 0), ((20, 40), 0), ((3, 50, 19), 1)],
)
def test_values_and_places(shape: tuple[int, ...], axis: int, largest: bool, element: str) -> None:
    array = (np.random.default_rng(6).standard_normal(shape) * 20).astype(element)
    for special in (False, True):
        if special and array.dtype.kind == "f":
            flat = array.reshape(-1)
            flat[::29], flat[1::31], flat[2::17], flat[3::17] = np.inf, -np.inf, 0.0, -0.0
            flat[11::23] = np.nan
        values, places = running_extremes.running(element, array, largest, axis)
        wanted = expected(array, largest, axis)
        np.testing.assert_array_equal(values, wanted[0])
        np.testing.assert_array_equal(places, wanted[1])


@pytest.mark.parametrize("dim", [0, 1])
def test_operators(dim: int) -> None:
    x = torch.randn(300, 200)
    for operator, largest in ((torch.cummax, True), (torch.cummin, False)):
        found = operator(x, dim)
        wanted = expected(x.numpy(), largest, dim)
        np.testing.assert_array_equal(found.values.numpy(), wanted[0])
        np.testing.assert_array_equal(found.indices.numpy(), wanted[1])
