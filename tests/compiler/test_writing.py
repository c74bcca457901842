"""In-place operators and ``out=`` on large tensors: kernels write straight into the target where that does no harm."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import rushlight as torch
from rushlight._core.expression import Expression

pytest.importorskip("llvmlite")

from rushlight._backends.llvm.launch import Elementwise
from rushlight._backends.llvm.typed import Node, Program, typed

ROWS, COLUMNS = 250, 300


def draw(*shape: int) -> Any:
    return torch.from_numpy(np.random.default_rng(sum(shape)).standard_normal(shape, dtype=np.float32))


@pytest.fixture
def straight(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether the calls of `fill` wrote into the target."""
    answers: list[bool] = []
    fill = Elementwise.fill

    def noted(self: Elementwise, *args: Any) -> bool:
        answers.append(fill(self, *args))
        return answers[-1]

    monkeypatch.setattr(Elementwise, "fill", noted)
    return answers


STRAIGHT: dict[str, tuple[Callable[[Any, Any], Any], Callable[[Any, Any], Any]]] = {
    "add_": (lambda x, y: x.add_(y), lambda x, y: x + y),
    "add_ of itself": (lambda x, y: x.add_(x), lambda x, y: x + x),
    "add_ with alpha": (lambda x, y: x.add_(y, alpha=-3), lambda x, y: x - 3 * y),
    "add_ a row": (lambda x, y: x.add_(y[3]), lambda x, y: x + y[3]),
    "mul_ by a number": (lambda x, y: x.mul_(2), lambda x, y: x * 2),
    "an augmented assignment": (lambda x, y: x.__isub__(y), lambda x, y: x - y),
    "relu_": (lambda x, y: x.relu_(), lambda x, y: x.relu()),
    "exp_": (lambda x, y: x.exp_(), lambda x, y: x.exp()),
    "lerp_": (lambda x, y: x.lerp_(y, 0.3), lambda x, y: x.lerp(y, 0.3)),
    "addcmul_": (lambda x, y: x.addcmul_(y, y, value=0.5), lambda x, y: x + 0.5 * y * y),
    "turned": (lambda x, y: x.t().add_(y.t()).t(), lambda x, y: x + y),
    "out": (lambda x, y: torch.mul(x, y, out=torch.empty(ROWS, COLUMNS)), lambda x, y: x * y),
    "out is an operand": (lambda x, y: torch.sigmoid(x, out=x), lambda x, y: x.sigmoid()),
    "out with gaps": (lambda x, y: torch.add(x, y, out=torch.empty(ROWS, 2 * COLUMNS)[:, ::2]), lambda x, y: x + y),
}


@pytest.mark.parametrize("name", STRAIGHT)
def test_straight(name: str, straight: list[bool]) -> None:
    write, expected = STRAIGHT[name]
    x, y = draw(ROWS, COLUMNS), draw(ROWS, COLUMNS).flip(0)
    found = write(x.clone(), y)
    assert straight == [True]
    np.testing.assert_allclose(found.numpy(), expected(x, y).numpy(), rtol=1e-6, atol=1e-6)


ROUNDABOUT: dict[str, tuple[Callable[[Any, Any], Any], Callable[[Any, Any], Any]]] = {
    "a column of itself": (lambda x, y: x.mul_(x[:, :1]), lambda x, y: x * x[:, :1]),
    "turned on itself": (
        lambda x, y: x[:, :ROWS].add_(x[:, :ROWS].t()), lambda x, y: x[:, :ROWS] + x[:, :ROWS].t(),
    ),
    "memory shared through NumPy": (
        lambda x, y: torch.from_numpy(x.numpy()[1:]).add_(torch.from_numpy(x.numpy()[:-1])),
        lambda x, y: x[1:] + x[:-1],
    ),
    "out of another dtype": (
        lambda x, y: torch.add(x, y, out=torch.empty(ROWS, COLUMNS, dtype=torch.float64)), lambda x, y: x + y,
    ),
    "out of another shape": (lambda x, y: torch.add(x, y, out=torch.empty(0)), lambda x, y: x + y),
}  # fmt: skip


@pytest.mark.parametrize("name", ROUNDABOUT)
def test_through_other_memory(name: str, straight: list[bool]) -> None:
    write, expected = ROUNDABOUT[name]
    x, y = draw(ROWS, COLUMNS), draw(ROWS, COLUMNS).flip(0)
    found = write(x.clone(), y)
    assert True not in straight
    np.testing.assert_allclose(found.numpy(), expected(x, y).numpy(), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize(
    "write",
    [lambda x: x.add_(draw(3, ROWS, COLUMNS)), lambda x: x.long().add_(0.5), lambda x: x[1:].add_(x[:-1]),
     lambda x: x[:1].expand(ROWS, COLUMNS).add_(1), lambda x: x.add_(draw(ROWS, 7)),
     lambda x: torch.add(x, 1, out=torch.empty(ROWS, COLUMNS, dtype=torch.int64))],
)  # fmt: skip
def test_what_is_refused_writes_nothing(write: Callable[[Any], Any]) -> None:
    x = draw(ROWS, COLUMNS)
    before = x.clone()
    with pytest.raises(RuntimeError):
        write(x)
    assert torch.equal(x, before)


def test_arrays_that_must_not_be_written(straight: list[bool]) -> None:
    array = np.ones(ROWS * COLUMNS, np.float32)
    array.flags.writeable = False
    assert not Elementwise.fill(_doubled(), array, [array])
    assert (array == 1).all()


def _doubled() -> Elementwise:
    """What doubles an array of float32."""

    node = typed(Expression.symbol("x") * 2, {"x": Node("input", "float32", value="x")}, "float32")
    return Elementwise(Program({"x": "float32"}, (), [(node, "float32")]))


@pytest.mark.parametrize(
    ("write", "slope"),
    [(lambda x, y: x.mul_(y), lambda x, y: y),
     (lambda x, y: x.sigmoid_(), lambda x, y: x.sigmoid() * (1 - x.sigmoid())),
     (lambda x, y: x.pow_(2), lambda x, y: 2 * x), (lambda x, y: x[:, ::2].mul_(y[:, ::2]), lambda x, y: y[:, ::2])],
)  # fmt: skip
def test_history(write: Callable[[Any, Any], Any], slope: Callable[[Any, Any], Any]) -> None:
    x, y = draw(ROWS, COLUMNS), draw(ROWS, COLUMNS).flip(0)
    leaf = x.clone().requires_grad_()
    work = leaf * 1
    version = work._version
    write(work, y).sum().backward()
    assert work._version == version + 1
    gradient = leaf.grad[:, ::2] if slope(x, y).shape[1] < COLUMNS else leaf.grad
    np.testing.assert_allclose(gradient.numpy(), slope(x, y).numpy(), rtol=1e-5, atol=1e-6)


def test_a_saved_tensor_that_was_written_to_is_noticed() -> None:
    x = draw(ROWS, COLUMNS).requires_grad_()
    y = x.exp()
    y.detach().add_(1)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        y.sum().backward()
