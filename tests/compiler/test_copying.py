"""Copies between layouts and dtypes, frames and triangles, against NumPy."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings, strategies as some

import rushlight as torch

pytest.importorskip("llvmlite")

from rushlight._backends.llvm import copying, frames
from rushlight._backends.llvm.unsupported import Unsupported

Array = np.ndarray[Any, Any]

BFLOAT16 = torch.bfloat16.numpy
ELEMENTS = [np.dtype(name) for name in (
    "float32", "float64", "float16", "int8", "int16", "int32", "int64", "uint8", "bool",
)] + [BFLOAT16]  # fmt: skip


def numbers(element: Any, shape: tuple[int, ...]) -> Array:
    """Numbers that every dtype can hold, a fraction apart where there are any."""
    return (np.random.default_rng(0).random(shape) * 120).astype(element)


def check(source: Array, target: Array) -> None:
    expected = target.copy()
    np.copyto(expected, source, "unsafe")
    copying.into(source, target)
    assert target.tobytes() == expected.tobytes()


@pytest.mark.parametrize(("old", "new"), list(product(ELEMENTS, ELEMENTS)), ids=str)
def test_elements_are_converted_as_numpy_does(old: Any, new: Any) -> None:
    source = numbers(old, (37, 53))
    check(source, np.zeros((37, 53), new))
    check(source.T, np.zeros((53, 37), new))
    check(source[0], np.zeros((5, 53), new))


@pytest.mark.parametrize("new", ["int8", "int16", "int32", "uint8"])
def test_negative_floats_wrap_around(new: str) -> None:
    check(np.linspace(-300, 300, 101, dtype=np.float32), np.zeros(101, new))


LAYOUTS = some.tuples(
    some.lists(some.integers(1, 20), min_size=1, max_size=5), some.randoms(use_true_random=False),
    some.sampled_from(["u1", "i2", "f4", "f8", "c8", "c16"]),
)  # fmt: skip


@settings(deadline=None, max_examples=200)
@given(LAYOUTS)
def test_any_layout_is_copied_into_any_other(case: Any) -> None:
    shape, random, element = case
    order = random.sample(range(len(shape)), len(shape))
    steps = tuple(slice(None, None, random.choice([1, 1, 1, 2, -1])) for _ in shape)
    source = numbers(element, tuple(shape)).transpose(order)[steps]
    other = random.sample(range(len(shape)), len(shape))
    room = np.zeros([source.shape[dim] for dim in other], element)
    check(source, room.transpose(np.argsort(other)))


@pytest.mark.parametrize("element", ["u1", "i2", "f4", "f8"])
@pytest.mark.parametrize("shape", [(64, 64), (65, 67), (3, 200, 90), (2, 17, 9, 33), (4096, 9)])
def test_rows_become_columns(element: str, shape: tuple[int, ...]) -> None:
    source = numbers(element, shape)
    check(source.swapaxes(-1, -2), np.zeros((*shape[:-2], shape[-1], shape[-2]), element))
    check(source.T, np.zeros(shape[::-1], element))


def test_shapes_that_do_not_broadcast_are_left_to_numpy() -> None:
    with pytest.raises(Unsupported):
        copying.into(np.zeros((2, 3), np.float32), np.zeros((3, 2), np.float32))


def test_parts_that_overlap_are_copied_as_if_they_did_not() -> None:
    x = torch.arange(300000)
    x[1:] = x[:-1]
    assert x[:3].tolist() == [0, 0, 1]
    assert x[-1].item() == 299998


@pytest.mark.parametrize("element", ["u1", "i2", "f4", "f8"])
@pytest.mark.parametrize("sides", [[(1, 2), (3, 4)], [(0, 5), (2, 0)], [(-1, 2), (3, -2)], [(0, 0), (40, 40)]])
def test_frames_have_one_value_around(element: str, sides: list[tuple[int, int]]) -> None:
    array = numbers(element, (3, 9, 30))
    tables = []
    for size, (left, right) in zip((9, 30), sides, strict=True):
        places = np.arange(-left, size + right)
        tables.append(np.where((places < 0) | (places >= size), -1, places))
    found = frames.framed(array, tables, np.asarray(7, element))
    cut = array[:, max(-sides[0][0], 0) : 9 + min(sides[0][1], 0), max(-sides[1][0], 0) : 30 + min(sides[1][1], 0)]
    widths = [(0, 0), *((max(left, 0), max(right, 0)) for left, right in sides)]
    assert np.array_equal(found, np.pad(cut, widths, constant_values=7))


@pytest.mark.parametrize("diagonal", [-100, -3, -1, 0, 1, 5, 100])
def test_triangles_are_cleared(diagonal: int) -> None:
    matrices = numbers("f4", (3, 7, 40))
    assert np.array_equal(frames.clear_triangle(matrices.copy(), diagonal, True), np.triu(matrices, diagonal))
    assert np.array_equal(frames.clear_triangle(matrices.copy(), diagonal, False), np.tril(matrices, diagonal))
