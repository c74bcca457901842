"""Views: they share memory, never copy, never run backwards; writes to them differentiate as copies would."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, strategies as st

import rushlight as torch
from rushlight import Tensor

VIEWS: dict[str, Callable[[Tensor], Tensor]] = {
    "whole": lambda x: x[...],
    "row": lambda x: x[1],
    "column": lambda x: x[:, 2],
    "every other": lambda x: x[:, ::2],
    "transposed": lambda x: x.t(),
    "flat": lambda x: x.view(12),
    "blocks": lambda x: x.view(3, 2, 2)[:, 1],
    "diagonal": lambda x: x.diagonal(1),
    "new dimension": lambda x: x.unsqueeze(1),
    "permuted": lambda x: x.view(3, 2, 2).permute(2, 0, 1)[0],
    "narrow": lambda x: x.narrow(1, 1, 2),
    "strided": lambda x: x.as_strided((2, 2), (5, 2), 1),
    "part of a view": lambda x: x[1:][:, :2].t()[1],
}

WRITES: dict[str, tuple[Callable[[Tensor, Tensor], Any], Callable[[Tensor, Tensor], Tensor]]] = {
    "mul_": (lambda v, w: v.mul_(w), lambda v, w: v * w),
    "add_": (lambda v, w: v.add_(w), lambda v, w: v + w),
    "copy_": (lambda v, w: v.copy_(w.expand(v.shape)), lambda v, w: w.expand(v.shape)),
    "zero_": (lambda v, w: v.zero_(), lambda v, w: v * 0),
    "sin_": (lambda v, w: v.sin_(), lambda v, w: v.sin()),
    "square": (lambda v, w: v.pow_(2), lambda v, w: v.pow(2)),
}


def _places(view: Callable[[Tensor], Tensor]) -> Tensor:
    """Where the elements of a view of a 3x4 tensor lie, as positions in the flattened tensor."""
    return view(torch.arange(12).view(3, 4).clone()).reshape(-1)


def _replaced(
    x: Tensor, view: Callable[[Tensor], Tensor], value: Callable[[Tensor, Tensor], Tensor], w: Tensor
) -> Tensor:
    """What an in-place operator on a view comes to, without views and without writes."""
    places = _places(view)
    old = x.reshape(-1).take(places).reshape(view(x).shape)
    return x.reshape(-1).put(places, value(old, w).reshape(-1)).reshape(x.shape)


@given(st.lists(st.tuples(st.sampled_from(sorted(VIEWS)), st.sampled_from(sorted(WRITES))), min_size=1, max_size=4))
def test_writes_to_views_differentiate_as_copies_do(steps: list[tuple[str, str]]) -> None:
    torch.manual_seed(0)
    start = torch.rand(3, 4, dtype=torch.float64) + 0.5
    factor = torch.tensor(1.25, dtype=torch.float64)
    weights = torch.rand(3, 4, dtype=torch.float64)
    gradients = []
    for written in (True, False):
        x, w = start.clone().requires_grad_(), factor.clone().requires_grad_()
        y = x * 1
        held = [VIEWS[name](y) for name, _ in steps]  # views that live through the writes must follow them
        for position, (name, write) in enumerate(steps):
            if written:
                WRITES[write][0](held[position], w)
            else:
                y = _replaced(y, VIEWS[name], WRITES[write][1], w)
        last = held[0] if written else VIEWS[steps[0][0]](y)
        ((y * weights).sum() + (last * last).sum()).backward()
        gradients.append((y.detach(), x.grad, w.grad if w.grad is not None else torch.zeros_like(w)))
    for ours, expected in zip(*gradients, strict=True):
        assert torch.allclose(ours, expected)


@pytest.mark.parametrize("name", sorted(VIEWS))
def test_a_view_shares_memory_and_steps_forward(name: str) -> None:
    x = torch.zeros(3, 4)
    view = VIEWS[name](x)
    view.fill_(1)
    assert x.sum().item() == view.numel()
    assert view._base is x
    assert all(step >= 0 for step in view.stride())


@pytest.mark.parametrize("name", sorted(VIEWS))
def test_a_view_has_first_and_second_derivatives(name: str) -> None:
    x = torch.rand(3, 4, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(VIEWS[name], (x,))
    assert torch.autograd.gradgradcheck(VIEWS[name], (x,))


@pytest.mark.parametrize("name", sorted(VIEWS))
def test_a_write_to_a_view_has_second_derivatives(name: str) -> None:
    def squared(x: Tensor) -> Tensor:
        y = x * 1
        VIEWS[name](y).pow_(3)
        return y

    x = torch.rand(3, 4, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(squared, (x,))
    assert torch.autograd.gradgradcheck(squared, (x,))


def test_a_view_made_before_its_base_required_grad_follows_it() -> None:
    base = torch.zeros(2, 3)
    view = base[1]
    assert not view.requires_grad
    a = torch.ones(2, 3, requires_grad=True)
    base.copy_(a)
    assert view.requires_grad
    (view * 5).sum().backward()
    assert a.grad.tolist() == [[0, 0, 0], [5, 5, 5]]


def test_dead_views_are_forgotten() -> None:
    x = torch.zeros(100, 3)
    for row in range(100):
        x[row].add_(1)
    views = x._storage.views
    assert len(views) < 10, "ids of dead views come back, so entries do not pile up"
    assert x._storage.live_views() == []


def test_real_and_imaginary_parts_written_in_place_reach_the_complex_base() -> None:
    z = torch.tensor([1 + 2j, 3 - 1j], requires_grad=True)
    y = z * 1
    torch.view_as_real(y)[0, 1] = 7.0
    (y.abs() ** 2).sum().backward()
    assert y.tolist() == [1 + 7j, 3 - 1j]
    assert z.grad.tolist() == [2 + 0j, 6 - 2j]


@pytest.mark.parametrize(
    "write",
    [
        lambda x: x.add_(1),
        lambda x: x.copy_(torch.ones(2, 3)),
        lambda x: x.index_add_(0, torch.tensor([0]), torch.ones(1, 3)),
    ],
)
def test_an_expanded_tensor_is_not_written_to(write: Any) -> None:
    x = torch.zeros(3).expand(2, 3)
    with pytest.raises(RuntimeError, match="more than one element of the written-to tensor") as caught:
        write(x)
    assert any("clone()" in note for note in caught.value.__notes__)
    assert x.tolist() == [[0, 0, 0], [0, 0, 0]]


def test_reshape_copies_only_where_it_must() -> None:
    x = torch.arange(6.0).view(2, 3).clone()
    assert x.reshape(3, 2).data_ptr() == x.data_ptr()
    assert x.t().reshape(3, 1, 2).data_ptr() == x.data_ptr()
    assert x.t().reshape(6).data_ptr() != x.data_ptr()


@given(st.integers(0, 5), st.integers(1, 6), st.integers(1, 3))
def test_unfold_takes_windows(start: int, size: int, step: int) -> None:
    x = torch.arange(start, start + 8)
    windows = x.unfold(0, size, step)
    assert windows.tolist() == [list(range(start + at, start + at + size)) for at in range(0, 8 - size + 1, step)]


@given(st.lists(st.integers(0, 3), min_size=1, max_size=4))
def test_splitting_and_joining_undo_each_other(sizes: list[int]) -> None:
    x = torch.arange(float(2 * sum(sizes))).view(2, -1) if sum(sizes) else torch.zeros(2, 0)
    assert torch.equal(torch.cat(x.split(sizes, 1), 1), x)
    assert torch.equal(torch.cat(x.tensor_split(len(sizes), 1), 1), x)
