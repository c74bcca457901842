"""Gathering and scattering against plain loops; what meets at one place is combined, never lost."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, strategies as st

import rushlight as torch


@st.composite
def scattered(draw: Any) -> Any:
    """A target, a dimension, positions along it, and as many values."""
    shape = tuple(draw(st.lists(st.integers(1, 4), min_size=1, max_size=3)))
    dim = draw(st.integers(0, len(shape) - 1))
    sizes = tuple(
        draw(st.integers(1, 5)) if axis == dim else draw(st.integers(1, size)) for axis, size in enumerate(shape)
    )
    count = math.prod(sizes)
    index = np.array(draw(st.lists(st.integers(0, shape[dim] - 1), min_size=count, max_size=count))).reshape(sizes)
    target = np.arange(float(math.prod(shape))).reshape(shape) + 1
    source = 2 + np.arange(float(count)).reshape(sizes)
    return target, dim, index, source


def _place(cell: tuple[int, ...], dim: int, position: int) -> tuple[int, ...]:
    return (*cell[:dim], int(position), *cell[dim + 1 :])


@given(scattered())
def test_gather_picks_one_element_for_each_position(case: Any) -> None:
    target, dim, index, _ = case
    found = torch.from_numpy(target).gather(dim, torch.from_numpy(index)).numpy()
    for cell in np.ndindex(*index.shape):
        assert found[cell] == target[_place(cell, dim, index[cell])]


@given(scattered(), st.sampled_from(("sum", "prod", "amax", "amin", "mean")), st.booleans())
def test_scatter_reduce_combines_all_that_meet(case: Any, reduce: str, include_self: bool) -> None:
    target, dim, index, source = case
    groups: dict[tuple[int, ...], list[float]] = {}
    for cell in np.ndindex(*index.shape):
        groups.setdefault(_place(cell, dim, index[cell]), []).append(source[cell])
    expected = target.copy()
    how = {"sum": sum, "prod": math.prod, "amax": max, "amin": min, "mean": lambda values: sum(values) / len(values)}
    for place, values in groups.items():
        expected[place] = how[reduce]([*([target[place]] if include_self else []), *values])
    found = torch.from_numpy(target).scatter_reduce(
        dim, torch.from_numpy(index), torch.from_numpy(source), reduce, include_self=include_self
    )
    assert np.allclose(found.numpy(), expected)
    if reduce == "sum" and include_self:
        added = torch.from_numpy(target).scatter_add(dim, torch.from_numpy(index), torch.from_numpy(source))
        assert np.array_equal(added.numpy(), expected)


@given(scattered())
def test_scatter_writes_one_of_the_values_that_meet(case: Any) -> None:
    target, dim, index, source = case
    found = torch.from_numpy(target).scatter(dim, torch.from_numpy(index), torch.from_numpy(source)).numpy()
    choices: dict[tuple[int, ...], set[float]] = {}
    for cell in np.ndindex(*index.shape):
        choices.setdefault(_place(cell, dim, index[cell]), set()).add(source[cell])
    for cell in np.ndindex(*target.shape):
        assert found[cell] in choices.get(cell, {target[cell]})


@given(st.lists(st.integers(0, 3), max_size=6), st.integers(0, 1))
def test_index_add_and_index_select_are_each_others_transpose(positions: list[int], dim: int) -> None:
    shape = (4, 2) if dim == 0 else (2, 4)
    sizes = (len(positions), 2) if dim == 0 else (2, len(positions))
    index = torch.tensor(positions, dtype=torch.int64)
    x, y = torch.rand(shape, dtype=torch.float64), torch.rand(sizes, dtype=torch.float64)
    picked = (x.index_select(dim, index) * y).sum()
    added = (torch.zeros(shape, dtype=torch.float64).index_add(dim, index, y) * x).sum()
    assert torch.allclose(picked, added)


@pytest.mark.parametrize("reduce", ["sum", "prod", "mean", "amax", "amin"])
@pytest.mark.parametrize("include_self", [True, False])
def test_scatter_reduce_has_derivatives(reduce: str, include_self: bool) -> None:
    x = torch.tensor([0.3, 0.7, 1.9], dtype=torch.float64, requires_grad=True)
    source = torch.tensor([0.0, 1.5, 2.5, 0.9], dtype=torch.float64, requires_grad=True)
    index = torch.tensor([0, 0, 1, 2])

    def reduced(x: Any, source: Any) -> Any:
        return x.scatter_reduce(0, index, source, reduce, include_self=include_self)

    assert torch.autograd.gradcheck(reduced, (x, source))
    assert torch.autograd.gradgradcheck(reduced, (x, source))


def test_a_product_with_two_zeros_is_differentiated_once_and_says_so_when_asked_twice() -> None:
    source = torch.tensor([0.0, 0.0, 2.0], requires_grad=True)
    x = torch.ones(2)
    y = x.scatter_reduce(0, torch.tensor([0, 0, 1]), source, "prod")
    (gradient,) = torch.autograd.grad(y.sum(), source, create_graph=True)
    assert gradient.tolist() == [0, 0, 1]
    with pytest.raises(RuntimeError, match="Double backward is unsupported for src when >1 zeros"):
        gradient.sum().backward()


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("scatter_", (0, torch.tensor([0, 9]), torch.ones(2))),
        ("scatter_add_", (0, torch.tensor([0, 9]), torch.ones(2))),
        ("index_add_", (0, torch.tensor([0, 9]), torch.ones(2))),
        ("index_copy_", (0, torch.tensor([0, 9]), torch.ones(2))),
        ("index_fill_", (0, torch.tensor([0, 9]), 1.0)),
        ("put_", (torch.tensor([0, 9]), torch.ones(2))),
        ("masked_scatter_", (torch.tensor([True, True, True]), torch.ones(2))),
        ("index_put_", ((torch.tensor([0, 9]),), torch.ones(2), True)),
    ],
)
def test_a_write_that_fails_has_written_nothing(name: str, arguments: Any) -> None:
    x = torch.zeros(3)
    with pytest.raises((IndexError, RuntimeError)):
        getattr(x, name)(*arguments)
    assert x.tolist() == [0, 0, 0]
    assert x._version == 0


def test_many_values_at_few_places_keep_their_sum() -> None:
    index = torch.arange(10_000) % 7
    found = torch.zeros(7, 3).index_add(0, index, torch.ones(10_000, 3))
    assert found[:, 0].tolist() == [(10_000 + 6 - place) // 7 for place in range(7)]


def test_masked_scatter_takes_values_in_order() -> None:
    mask = torch.tensor([[True, False], [True, True]])
    found = torch.zeros(2, 2).masked_scatter(mask, torch.tensor([1.0, 2.0, 3.0, 4.0]))
    assert found.tolist() == [[1, 0], [2, 3]]


def test_many_positions_give_what_few_give() -> None:
    torch.manual_seed(0)
    x = torch.rand(60, 70)
    index = torch.randint(0, 60, (50, 70))
    whole = x.gather(0, index)
    rows = torch.cat([x.gather(0, index[row : row + 1]) for row in range(50)])
    assert torch.equal(whole, rows)
