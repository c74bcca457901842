"""Elements and entries at indexed places, masked and searched ones, and the first few of rows, against NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

pytest.importorskip("llvmlite")

from rushlight._backends.llvm import indexed, masks, picking, searching
from rushlight._backends.llvm.threads import crew
from rushlight._backends.llvm.unsupported import Unsupported

Array = np.ndarray[Any, Any]
random = np.random.default_rng(0)

SHAPES = [((5, 300, 7), 1), ((4000,), 0), ((3, 1000), 1), ((900, 5), 0), ((2000, 1), 1)]
ELEMENTS = ["float32", "float64", "int64", "int16", "uint8"]


def numbers(element: str, shape: tuple[int, ...]) -> Array:
    return (random.standard_normal(shape) * 9).astype(element)


def along(index: Array, axis: int) -> tuple[Array, ...]:
    """NumPy's index for positions along an axis."""
    places = list(np.ogrid[tuple(map(slice, index.shape))])
    places[axis] = index
    return tuple(places)


@pytest.mark.parametrize("element", ELEMENTS)
@pytest.mark.parametrize(("shape", "axis"), SHAPES)
@pytest.mark.parametrize("count", [1, 37])
def test_gathering(element: str, shape: tuple[int, ...], axis: int, count: int) -> None:
    array = numbers(element, shape)
    index = random.integers(0, shape[axis], (*shape[:axis], count, *shape[axis + 1 :]))
    assert np.array_equal(indexed.gather(array, axis, index), array[along(index, axis)])


@pytest.mark.parametrize("position", [-1, 300])
def test_positions_outside_are_not_read(position: int) -> None:
    array, index = np.zeros((300, 4), np.float32), np.full((20, 4), 5)
    index[13, 2] = position
    with pytest.raises(Unsupported):
        indexed.gather(array, 0, index)
    with pytest.raises(Unsupported):
        indexed.take(array, 0, [index[:, 2]])


@pytest.mark.parametrize("element", ELEMENTS)
@pytest.mark.parametrize(("shape", "axis"), SHAPES)
@pytest.mark.parametrize(
    ("action", "ufunc"), [("add", np.add), ("maximum", np.maximum), ("minimum", np.minimum), ("mul", np.multiply)]
)
def test_values_that_meet_are_combined(
    element: str, shape: tuple[int, ...], axis: int, action: Any, ufunc: np.ufunc
) -> None:
    target = numbers(element, shape)
    values = numbers(element, (*shape[:axis], 2 * shape[axis], *shape[axis + 1 :]))
    if action == "mul":
        values //= 8
    index = random.integers(0, shape[axis], values.shape)
    expected = target.copy()
    ufunc.at(expected, along(index, axis), values)
    assert np.allclose(indexed.place(action, target, axis, index, values), expected, 1e-4, 1e-4)


def test_sums_are_the_same_on_any_number_of_threads() -> None:
    values, index = numbers("float32", (1 << 18,)), random.integers(0, 100, 1 << 18)
    wanted = crew.wanted
    found = []
    try:
        for crew.wanted in (1, 2, 3):
            found.append(indexed.place("add", np.zeros(100, np.float32), 0, index, values).tobytes())
    finally:
        crew.wanted = wanted
    assert len(set(found)) == 1


def test_a_nan_is_the_largest_and_the_smallest() -> None:
    values, index = np.array([1, np.nan, 3], np.float32), np.array([0, 0, 0])
    for action in ("maximum", "minimum"):
        assert np.isnan(indexed.place(action, np.zeros(5, np.float32), 0, index, values)[0])  # type: ignore[arg-type]


@pytest.mark.parametrize("element", [*ELEMENTS, "bool"])
def test_entries_are_taken_and_put(element: str) -> None:
    array = numbers(element, (40, 50, 6))
    rows, columns = random.integers(-40, 40, (7, 9)), random.integers(-50, 50, (7, 9))
    assert np.array_equal(indexed.take(array, 0, [rows], True), array[rows])
    assert np.array_equal(indexed.take(array, 1, [columns], True), array[:, columns])
    flat = array[:, :, 0].copy()
    assert np.array_equal(indexed.take(flat, 0, [rows, columns], True), flat[rows, columns])
    places = random.permutation(40)[:20] - 40
    expected = array.copy()
    expected[places] = array[:20]
    assert np.array_equal(indexed.put(array.copy(), 0, [places], array[:20], True), expected)


def test_the_last_value_at_a_place_stays() -> None:
    index = random.integers(0, 50, 4000)
    values = np.arange(4000, dtype=np.float32)
    expected = np.zeros(50, np.float32)
    expected[index] = values
    assert np.array_equal(indexed.put(np.zeros(50, np.float32), 0, [index], values), expected)


@pytest.mark.parametrize("element", [*ELEMENTS, "bool"])
@pytest.mark.parametrize("share", [0, 0.01, 0.5, 1])
@pytest.mark.parametrize("shape", [(7,), (70000,), (300, 77)])
def test_masked_elements(element: str, share: float, shape: tuple[int, ...]) -> None:
    array, mask = numbers(element, shape), random.random(shape) < share
    picked = masks.pick(array, mask)
    assert np.array_equal(picked, array[mask])
    expected = array.copy()
    expected[mask] = picked[::-1]
    assert np.array_equal(masks.write(array.copy(), mask, picked[::-1]), expected)
    with pytest.raises(Unsupported):
        masks.write(array, np.ones(shape, np.bool_), array.reshape(-1)[:-1])


@pytest.mark.parametrize("element", ["float32", "float64", "int32", "int8"])
@pytest.mark.parametrize("length", [1, 2, 3, 64, 1000])
@pytest.mark.parametrize("right", [False, True])
def test_searching(element: str, length: int, right: bool) -> None:
    rows, values = np.sort(numbers(element, (13, length)), 1), numbers(element, (13, 50))
    if rows.dtype.kind == "f":
        values[:, :3] = (np.nan, np.inf, -np.inf)
    side = "right" if right else "left"
    assert np.array_equal(searching.search(element, values, rows[0], right), np.searchsorted(rows[0], values, side))  # type: ignore[call-overload]
    each = [np.searchsorted(row, wanted, side) for row, wanted in zip(rows, values, strict=True)]  # type: ignore[call-overload]
    assert np.array_equal(searching.search(element, values, rows, right), np.stack(each))


@pytest.mark.parametrize("element", ["int64", "uint8"])
def test_counting(element: str) -> None:
    values = random.integers(0, 100, 5003).astype(element)
    assert np.array_equal(searching.count(element, values, 120), np.bincount(values, minlength=120))


@pytest.mark.parametrize("element", ELEMENTS)
@pytest.mark.parametrize(("shape", "axis"), [((5, 300, 7), 1), ((40, 64), 1), ((300, 50), 0), ((3, 17), 1)])
def test_the_first_few_and_ranks(element: str, shape: tuple[int, ...], axis: int) -> None:
    array = numbers(element, shape)
    if array.dtype.kind == "f":
        array.reshape(-1)[::97], array.reshape(-1)[5::31] = np.nan, -0.0
    order = array.argsort(axis, "stable")
    for many in (1, 5, 17):
        values, places = picking.first(element, array, axis, many, False)
        assert np.array_equal(places, order.take(range(many), axis))
        assert np.array_equal(values, np.take_along_axis(array, places, axis), equal_nan=array.dtype.kind == "f")
        found = picking.rank(element, array, axis, many - 1)
        expected = np.take_along_axis(array, order.take([many - 1], axis), axis)
        assert np.array_equal(np.take_along_axis(array, found, axis), expected, equal_nan=array.dtype.kind == "f")


def test_the_largest_come_first_and_equal_ones_in_their_order() -> None:
    row = np.array([[3, 9, 9, 1, 9, 3]], np.float32)
    values, places = picking.first("float32", row, 1, 4, True)
    assert values.tolist() == [[9, 9, 9, 3]]
    assert places.tolist() == [[1, 2, 4, 0]]
