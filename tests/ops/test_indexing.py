"""Indexing and assignment: any index means what it means to NumPy, where the two agree, and gradients follow."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, strategies as st

import rushlight as torch

SHAPES = st.lists(st.integers(1, 4), min_size=1, max_size=4).map(tuple)


@st.composite
def basic_indices(draw: Any, shape: tuple[int, ...]) -> Any:
    """Ints, slices, None and at most one ellipsis."""
    parts: list[Any] = []
    for size in shape[: draw(st.integers(0, len(shape)))]:
        kind = draw(st.sampled_from(("int", "slice", "new")))
        if kind == "int":
            parts.append(draw(st.integers(-size, size - 1)))
        else:
            bound = st.one_of(st.none(), st.integers(-size - 1, size + 1))
            parts.append(slice(draw(bound), draw(bound), draw(st.one_of(st.none(), st.integers(1, 3)))))
        if kind == "new":
            parts.insert(draw(st.integers(0, len(parts))), None)
    if draw(st.booleans()):
        parts.append(Ellipsis)
    return tuple(parts)


@st.composite
def tensor_indices(draw: Any, shape: tuple[int, ...]) -> Any:
    """Slices and integer arrays that broadcast, next to one another or not; or one mask."""
    if draw(st.booleans()) and draw(st.booleans()):
        cells = draw(st.lists(st.booleans(), min_size=int(np.prod(shape)), max_size=int(np.prod(shape))))
        return np.array(cells).reshape(shape)
    count = draw(st.integers(1, 3))
    parts: list[Any] = []
    for size in shape:
        if draw(st.booleans()):
            length = draw(st.sampled_from((1, count)))
            parts.append(np.array(draw(st.lists(st.integers(-size, size - 1), min_size=length, max_size=length))))
        else:
            parts.append(slice(draw(st.integers(0, size - 1)), None))
    return tuple(parts)


def _as_ours(index: Any) -> Any:
    if isinstance(index, tuple):
        return tuple(_as_ours(part) for part in index)
    return torch.from_numpy(index.copy()) if isinstance(index, np.ndarray) else index


def _counted(shape: tuple[int, ...]) -> np.ndarray[Any, Any]:
    return np.arange(float(np.prod(shape))).reshape(shape)


CASES = SHAPES.flatmap(lambda shape: st.tuples(st.just(shape), st.one_of(basic_indices(shape), tensor_indices(shape))))


@given(CASES)
def test_getitem_means_what_it_means_to_numpy(case: Any) -> None:
    shape, index = case
    array = _counted(shape)
    assert np.array_equal(torch.from_numpy(array)[_as_ours(index)].numpy(), array[index])


@given(CASES, st.booleans())
def test_setitem_means_what_it_means_to_numpy(case: Any, spread: bool) -> None:
    shape, index = case
    array, tensor = _counted(shape), torch.from_numpy(_counted(shape))
    part = array[index].shape
    value = np.float64(7) if spread else -1.0 - np.arange(float(np.prod(part))).reshape(part)
    array[index] = value
    tensor[_as_ours(index)] = float(value) if spread else torch.from_numpy(np.asarray(value))
    assert np.array_equal(tensor.numpy(), array)


@given(SHAPES.flatmap(lambda shape: st.tuples(st.just(shape), basic_indices(shape))))
def test_views_share_memory_both_ways(case: Any) -> None:
    shape, index = case
    tensor = torch.from_numpy(_counted(shape))
    view = tensor[index]
    view.fill_(100)
    assert tensor.numpy()[index].tolist() == view.tolist()
    tensor.zero_()
    assert view.sum().item() == 0
    assert view._version == tensor._version == 2


@given(CASES)
def test_the_gradient_of_getitem_counts_how_often_an_element_was_taken(case: Any) -> None:
    shape, index = case
    tensor = torch.from_numpy(_counted(shape)).requires_grad_()
    taken = np.zeros(shape)
    np.add.at(taken, index, 1)
    (gradient,) = torch.autograd.grad(tensor[_as_ours(index)].sum(), tensor)
    assert np.array_equal(gradient.numpy(), taken)


@given(CASES)
def test_assignment_is_differentiated_on_both_sides(case: Any) -> None:
    """What was overwritten gets no gradient, the value gets that of its place (the last one written there)."""
    shape, index = case
    tensor = torch.from_numpy(_counted(shape)).requires_grad_()
    part = _counted(shape)[index].shape
    value = torch.zeros(part, dtype=torch.float64, requires_grad=True)
    weights = 1 + _counted(shape)
    written = tensor.clone()
    written[_as_ours(index)] = value
    (written * torch.from_numpy(weights)).sum().backward()
    kept = np.ones(shape)
    kept[index] = 0
    assert np.array_equal(tensor.grad.numpy(), kept * weights)
    assert np.array_equal(value.grad.numpy(), weights[index].reshape(part))


@given(CASES)
def test_augmented_assignment_is_the_same_as_reading_and_writing(case: Any) -> None:
    shape, index = case
    array, tensor = _counted(shape), torch.from_numpy(_counted(shape))
    array[index] += 5
    tensor[_as_ours(index)] += 5
    assert np.array_equal(tensor.numpy(), array)


def test_values_that_meet_at_one_place_add_up() -> None:
    zeros = torch.zeros(3)
    found = zeros.index_put((torch.tensor([0, 0, 2]),), torch.tensor([1.0, 2.0, 3.0]), accumulate=True)
    assert found.tolist() == [3, 0, 3]
    assert zeros.tolist() == [0, 0, 0]


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_sums_at_one_place_are_rounded_once(dtype: Any) -> None:
    # added one by one in float16, 2048 + 1 stays 2048 however often
    start = torch.tensor([2048.0], dtype=dtype)
    ones = torch.ones(64, dtype=dtype)
    found = start.index_put((torch.zeros(64, dtype=torch.int64),), ones, accumulate=True)
    assert found.item() == 2112


def test_an_assignment_that_fails_has_written_nothing() -> None:
    x = torch.zeros(3)
    for index, value in ((torch.tensor([0, 5]), 1.0), (torch.tensor([0, 1]), torch.ones(3)), (7, 1.0)):
        with pytest.raises((IndexError, RuntimeError)):
            x[index] = value
    assert x.tolist() == [0, 0, 0]
    assert x._version == 0


def test_no_view_runs_backwards() -> None:
    with pytest.raises(ValueError, match="step must be greater than zero") as caught:
        torch.arange(3)[::-1]
    assert any("flip" in note for note in caught.value.__notes__)


def test_an_index_out_of_range_names_the_dimension_and_the_shape() -> None:
    with pytest.raises(IndexError, match="index 5 is out of bounds for dimension 1 with size 3") as caught:
        torch.zeros(2, 3)[0, 5]
    assert any("shape [2, 3]" in note for note in caught.value.__notes__)


def test_uint8_masks_still_work_and_warn() -> None:
    with pytest.warns(UserWarning, match="indexing with dtype torch.uint8 is now deprecated"):
        found = torch.arange(3)[torch.tensor([1, 0, 1], dtype=torch.uint8)]
    assert found.tolist() == [0, 2]
