"""L-BFGS: steps by an estimate of the curvature, from the last changes of parameters and gradients."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .._ops.complex import view_as_real
from .._ops.joining import cat
from ..autograd.grad_mode import enable_grad, no_grad
from ._line_search import Point, strong_wolfe
from ._rounding import add_once, dot_in_lanes, sum_in_lanes
from .optimizer import Optimizer, ParamsT, check_not_negative, check_rate, number

CURVED = 1e-10
"""A step with less curvature than this along it says nothing worth remembering."""


class LBFGS(Optimizer):
    """L-BFGS (Liu & Nocedal, 1989), by default without a line search, as torch has it.

    One step evaluates the closure several times. All parameters are one long vector, in one group.

    Args:
        params: the parameters.
        lr: factor of each move; with a line search the first length that is tried.
        max_iter: the most moves of a step.
        max_eval: the most evaluations of a step, ``max_iter * 5 // 4`` by default.
        tolerance_grad: largest element of the gradient at which it counts as zero.
        tolerance_change: change of the parameters or the loss at which the step ends.
        history_size: how many moves the curvature is estimated from.
        line_search_fn: ``"strong_wolfe"`` or None.

    Raises:
        ValueError: the learning rate is negative, or there is more than one group.

    Example::

        >>> x = torch.tensor([3.0, -2.0], requires_grad=True)
        >>> optimizer = torch.optim.LBFGS([x], line_search_fn="strong_wolfe")
        >>> def closure():
        ...     optimizer.zero_grad()
        ...     loss = ((x - 1) ** 2).sum()
        ...     loss.backward()
        ...     return loss
        >>> loss = optimizer.step(closure)
        >>> x.detach().allclose(torch.ones(2), atol=1e-5)
        True
    """

    def __init__(
        self,
        params: ParamsT,
        lr: Any = 1,
        max_iter: int = 20,
        max_eval: int | None = None,
        tolerance_grad: float = 1e-7,
        tolerance_change: float = 1e-9,
        history_size: int = 100,
        line_search_fn: str | None = None,
    ) -> None:
        check_rate(lr)
        check_not_negative({"learning rate": lr})
        super().__init__(params, {
            "lr": lr, "max_iter": max_iter, "max_eval": max_iter * 5 // 4 if max_eval is None else max_eval,
            "tolerance_grad": tolerance_grad, "tolerance_change": tolerance_change, "history_size": history_size,
            "line_search_fn": line_search_fn,
        })  # fmt: skip
        if len(self.param_groups) != 1:
            error = ValueError("LBFGS doesn't support per-parameter options (parameter groups)")
            error.add_note("give all parameters in one list")
            raise error
        self._params = self.param_groups[0]["params"]

    def step(self, closure: Callable[[], Any]) -> Any:  # type: ignore[override]
        """Moves the parameters up to `max_iter` times.

        Args:
            closure: clears the gradients, computes the loss and its gradients, and returns it.

        Returns:
            The loss before the step.
        """
        with no_grad():
            return self._step(enable_grad()(closure))

    def _step(self, closure: Callable[[], Any]) -> Any:
        group = self.param_groups[0]
        state = self.state[self._params[0]]
        state.setdefault("func_evals", 0)
        state.setdefault("n_iter", 0)
        first_loss = closure()
        state["func_evals"] += 1
        point = Point(0, float(first_loss), self._gradient(), None)
        if self._is_flat(point):
            return first_loss
        moves, evaluations = 0, 1
        while moves < group["max_iter"]:
            moves += 1
            state["n_iter"] += 1
            self._choose_direction(state, point.gradient)
            direction = state["d"]
            state["prev_flat_grad"], state["prev_loss"] = point.gradient.clone(), point.loss
            state["t"] = group["lr"]
            if state["n_iter"] == 1:
                state["t"] = min(1.0, 1.0 / sum_in_lanes(point.gradient.abs())) * group["lr"]
            slope = dot_in_lanes(point.gradient, direction)
            if slope > -group["tolerance_change"]:
                break
            before = point.loss
            point, count = self._move(closure, point._replace(length=0, slope=slope), state, moves == group["max_iter"])
            evaluations += count
            state["func_evals"] += count
            if moves == group["max_iter"] or evaluations >= group["max_eval"] or self._is_flat(point):
                break
            if (direction * state["t"]).abs().max() <= group["tolerance_change"]:
                break
            if abs(point.loss - before) < group["tolerance_change"]:
                break
        return first_loss

    def _is_flat(self, point: Point) -> bool:
        return bool(point.gradient.abs().max() <= self.param_groups[0]["tolerance_grad"])

    def _choose_direction(self, state: dict[str, Any], gradient: Any) -> None:
        """The direction of the next move: the gradient times the estimate of the inverse curvature."""
        if state["n_iter"] == 1:
            state.update({"d": -gradient, "t": None, "old_dirs": [], "old_stps": [], "ro": [], "H_diag": 1})
            return
        size = self.param_groups[0]["history_size"]
        changes, steps, inverses = state["old_dirs"], state["old_stps"], state["ro"]
        change, step = gradient - state["prev_flat_grad"], state["d"] * state["t"]
        curvature = dot_in_lanes(change, step)
        if curvature > CURVED:
            if len(changes) == size:
                for memory in (changes, steps, inverses):
                    memory.pop(0)
            changes.append(change)
            steps.append(step)
            inverses.append(1.0 / curvature)
            state["H_diag"] = curvature / dot_in_lanes(change, change)
        shares = state.setdefault("al", [None] * size)
        count = len(changes)
        direction = -gradient
        for place in range(count - 1, -1, -1):
            shares[place] = dot_in_lanes(steps[place], direction) * inverses[place]
            direction = add_once(direction, changes[place], -number(shares[place]))
        direction = direction * state["H_diag"]
        for place in range(count):
            share = dot_in_lanes(changes[place], direction) * inverses[place]
            direction = add_once(direction, steps[place], number(shares[place] - share))
        state["d"] = direction

    def _move(
        self, closure: Callable[[], Any], point: Point, state: dict[str, Any], is_last: bool
    ) -> tuple[Point, int]:
        """Moves the parameters along the direction; where they are then, and how many evaluations that took."""
        direction, search = state["d"], self.param_groups[0]["line_search_fn"]
        if search is None:
            self._add(direction, state["t"])
            if is_last:  # nobody would look at the result
                return point, 0
            return Point(state["t"], float(closure()), self._gradient(), None), 1
        if search != "strong_wolfe":
            error = RuntimeError("only 'strong_wolfe' is supported")
            error.add_note("line_search_fn is 'strong_wolfe' or None")
            raise error
        start = [parameter.clone() for parameter in self._params]

        def evaluate(length: Any) -> Point:
            self._add(direction, length)
            loss, gradient = float(closure()), self._gradient()
            for parameter, value in zip(self._params, start):
                parameter.copy_(value)
            return Point(length, loss, gradient, dot_in_lanes(gradient, direction))

        point, count = strong_wolfe(evaluate, point, state["t"], direction)
        state["t"] = point.length
        self._add(direction, point.length)
        return point, count

    def _gradient(self) -> Any:
        """All gradients as one vector, zeros where there is none."""
        parts = []
        for parameter in self._params:
            part = parameter.detach().new_zeros(parameter.shape) if parameter.grad is None else parameter.grad
            parts.append((view_as_real(part) if part.is_complex() else part).reshape(-1))
        return cat(parts)

    def _add(self, direction: Any, length: Any) -> None:
        """Moves the parameters along a direction."""
        offset, factor = 0, number(length)
        for parameter in self._params:
            target = view_as_real(parameter) if parameter.is_complex() else parameter
            size = target.numel()
            target.copy_(add_once(target, direction[offset : offset + size].reshape(target.shape), factor))
            offset += size
