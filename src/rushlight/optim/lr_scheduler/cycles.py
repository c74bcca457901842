"""Schedules that go up and down: warm restarts, cycles, and the one cycle of a whole training."""

from __future__ import annotations

import math
from collections.abc import Callable
from types import FunctionType
from typing import Any, Literal

from ..optimizer import Optimizer
from .base import LRScheduler, assign, by_group, check_optimizer, set_momentum


class CosineAnnealingWarmRestarts(LRScheduler):
    """Half cosines one after the other, each from the first learning rate down.

    Args:
        optimizer: the optimizer to schedule.
        T_0: epochs of the first.
        T_mult: how many times as long each is as the one before.
        eta_min: the lowest learning rate.
        last_epoch: the epoch to go on from.

    Raises:
        ValueError: `T_0` or `T_mult` is no positive integer, or `eta_min` no number.
    """

    def __init__(
        self, optimizer: Optimizer, T_0: int, T_mult: int = 1, eta_min: float = 0.0, last_epoch: int = -1
    ) -> None:
        if T_0 <= 0 or not isinstance(T_0, int):
            raise ValueError(f"Expected positive integer T_0, but got {T_0}")
        if T_mult < 1 or not isinstance(T_mult, int):
            raise ValueError(f"Expected integer T_mult >= 1, but got {T_mult}")
        if not isinstance(eta_min, (float, int)):
            raise ValueError(f"Expected float or int eta_min, but got {eta_min} of type {type(eta_min)}")
        self.T_0 = T_0
        self.T_i = T_0
        self.T_mult = T_mult
        self.eta_min = eta_min
        self.T_cur: float = last_epoch
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[Any]:
        """The learning rates of the current epoch."""
        self._warn_outside_step()
        share = (1 + math.cos(math.pi * self.T_cur / self.T_i)) / 2
        return [self.eta_min + (base - self.eta_min) * share for base in self.base_lrs]

    def step(self, epoch: float | None = None) -> None:
        """Goes on to the next epoch, or to a given one, which may be a fraction.

        Args:
            epoch: where to go; ``epoch + batch / batches`` lets the learning rate follow every batch.

        Raises:
            ValueError: the epoch is negative.
        """
        if epoch is None and self.last_epoch < 0:
            epoch = 0
        if epoch is None:
            epoch = self.last_epoch + 1
            self.T_cur += 1
            if self.T_cur >= self.T_i:
                self.T_cur -= self.T_i
                self.T_i *= self.T_mult
        elif epoch < 0:
            raise ValueError(f"Expected non-negative epoch, but got {epoch}")
        else:
            self._go_to(epoch)
        self.last_epoch = math.floor(epoch)
        self._get_lr_called_within_step = True
        try:
            self._write(self.get_lr())
        finally:
            self._get_lr_called_within_step = False

    def _go_to(self, epoch: float) -> None:
        """Finds the half cosine that an epoch lies in."""
        self.T_i, self.T_cur = self.T_0, epoch
        if epoch < self.T_0:
            return
        if self.T_mult == 1:
            self.T_cur = epoch % self.T_0
            return
        restarts = int(math.log(epoch / self.T_0 * (self.T_mult - 1) + 1, self.T_mult))
        self.T_cur = epoch - self.T_0 * (self.T_mult**restarts - 1) / (self.T_mult - 1)
        self.T_i = self.T_0 * self.T_mult**restarts


class CyclicLR(LRScheduler):
    """Learning rates that go up and down in a straight line, momentum the other way (Smith, 2015).

    Args:
        optimizer: the optimizer to schedule.
        base_lr: the lowest learning rate, or one a group.
        max_lr: the highest, before scaling, or one a group.
        step_size_up: steps from the lowest to the highest.
        step_size_down: steps back, as many as up by default.
        mode: ``"triangular"``, ``"triangular2"`` (half the height each cycle) or ``"exp_range"`` (``gamma`` a step).
        gamma: the factor of ``"exp_range"``.
        scale_fn: a scale of one's own in the place of `mode`.
        scale_mode: whether `scale_fn` is a function of the ``"cycle"`` or of ``"iterations"``.
        cycle_momentum: whether momentum goes the other way.
        base_momentum: the lowest momentum, or one a group.
        max_momentum: the highest, or one a group.
        last_epoch: the step to go on from.

    Raises:
        ValueError: the mode is not known, a list does not have one value a group, or the optimizer has no momentum.

    Example::

        >>> optimizer = torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=0.1, momentum=0.9)
        >>> scheduler = torch.optim.lr_scheduler.CyclicLR(optimizer, 1.0, 3.0, step_size_up=2)
        >>> for step in range(4):
        ...     optimizer.step()
        ...     scheduler.step()
        ...     print(scheduler.get_last_lr())
        [2.0]
        [3.0]
        [2.0]
        [1.0]
    """

    unsaved = ("optimizer", "_scale_fn_ref", "_scale_fn_custom")

    def __init__(
        self,
        optimizer: Optimizer,
        base_lr: float | list[float],
        max_lr: float | list[float],
        step_size_up: int = 2000,
        step_size_down: int | None = None,
        mode: Literal["triangular", "triangular2", "exp_range"] = "triangular",
        gamma: float = 1.0,
        scale_fn: Callable[[float], float] | None = None,
        scale_mode: Literal["cycle", "iterations"] = "cycle",
        cycle_momentum: bool = True,
        base_momentum: float = 0.8,
        max_momentum: float = 0.9,
        last_epoch: int = -1,
    ) -> None:
        check_optimizer(optimizer)
        self.optimizer = optimizer
        base_lrs = by_group("base_lr", optimizer, base_lr)
        if last_epoch == -1:
            for group, lr in zip(optimizer.param_groups, base_lrs):
                assign(group, "lr", lr)
        self.max_lrs = by_group("max_lr", optimizer, max_lr)
        up = float(step_size_up)
        down = up if step_size_down is None else float(step_size_down)
        self.total_size = up + down
        self.step_ratio = up / self.total_size
        if mode not in _SCALES and scale_fn is None:
            raise ValueError("mode is invalid and scale_fn is None")
        self.mode = mode
        self.gamma = gamma
        self._scale_fn_custom = scale_fn
        self.scale_mode = scale_mode if scale_fn is not None else "iterations" if mode == "exp_range" else "cycle"
        self.cycle_momentum = cycle_momentum
        if cycle_momentum:
            self._start_momentum(base_momentum, max_momentum, last_epoch)
        super().__init__(optimizer, last_epoch)
        self.base_lrs = base_lrs

    def _start_momentum(self, base_momentum: Any, max_momentum: Any, last_epoch: int) -> None:
        self.use_beta1 = momentum_is_beta1(self.optimizer)
        self.base_momentums = by_group("base_momentum", self.optimizer, base_momentum)
        self.max_momentums = by_group("max_momentum", self.optimizer, max_momentum)
        if last_epoch != -1:
            return
        for group, highest, lowest in zip(self.optimizer.param_groups, self.max_momentums, self.base_momentums):
            set_momentum(group, highest, self.use_beta1)
            group["max_momentum"] = highest
            group["base_momentum"] = lowest

    def scale_fn(self, x: float) -> float:
        """The factor of a cycle's height, of its number or of the number of the step."""
        if self._scale_fn_custom is not None:
            return self._scale_fn_custom(x)
        return _SCALES[self.mode](x, self.gamma)

    def get_lr(self) -> list[Any]:
        """The learning rates of the current step; sets the momentum too."""
        self._warn_outside_step()
        cycle = math.floor(1 + self.last_epoch / self.total_size)
        place = 1.0 + self.last_epoch / self.total_size - cycle
        height = place / self.step_ratio if place <= self.step_ratio else (place - 1) / (self.step_ratio - 1)
        height *= self.scale_fn(cycle if self.scale_mode == "cycle" else self.last_epoch)
        if self.cycle_momentum:
            for group, lowest, highest in zip(self.optimizer.param_groups, self.base_momentums, self.max_momentums):
                set_momentum(group, highest - (highest - lowest) * height, self.use_beta1)
        return [base + (highest - base) * height for base, highest in zip(self.base_lrs, self.max_lrs)]

    def state_dict(self) -> dict[str, Any]:
        """The state as plain data: of a callable object as scale its attributes, of a function nothing."""
        scale = self._scale_fn_custom
        kept = None if scale is None or isinstance(scale, FunctionType) else scale.__dict__.copy()
        return {**super().state_dict(), "_scale_fn_custom": kept}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Takes back what `state_dict` gave; a scale stays that of this schedule."""
        attributes = state_dict.get("_scale_fn_custom")
        super().load_state_dict({name: value for name, value in state_dict.items() if name != "_scale_fn_custom"})
        if attributes is not None and self._scale_fn_custom is not None:
            self._scale_fn_custom.__dict__.update(attributes)


_SCALES: dict[str, Callable[[float, float], float]] = {
    "triangular": lambda cycle, gamma: 1.0,
    "triangular2": lambda cycle, gamma: 1 / (2.0 ** (cycle - 1)),
    "exp_range": lambda step, gamma: gamma**step,
}


def momentum_is_beta1(optimizer: Optimizer) -> bool:
    """Whether what is cycled as momentum is the first of `betas`.

    Raises:
        ValueError: the optimizer has neither.
    """
    if "momentum" not in optimizer.defaults and "betas" not in optimizer.defaults:
        error = ValueError("optimizer must support momentum or beta1 with `cycle_momentum` option enabled")
        error.add_note(f"give cycle_momentum=False: {type(optimizer).__name__} has no momentum to cycle")
        raise error
    return "betas" in optimizer.defaults


def _cosine(start: Any, end: Any, share: float) -> Any:
    return end + (start - end) / 2.0 * (math.cos(math.pi * share) + 1)


def _linear(start: Any, end: Any, share: float) -> Any:
    return (end - start) * share + start


class OneCycleLR(LRScheduler):
    """One rise and one fall of the learning rate over a whole training, momentum the other way (Smith & Topin, 2017).

    It is stepped after every batch.

    Args:
        optimizer: the optimizer to schedule.
        max_lr: the highest learning rate, or one a group.
        total_steps: steps of the cycle; or give `epochs` and `steps_per_epoch`.
        epochs: epochs of training.
        steps_per_epoch: batches of an epoch.
        pct_start: the share of the cycle that the learning rate rises.
        anneal_strategy: ``"cos"`` or ``"linear"``.
        cycle_momentum: whether momentum goes the other way.
        base_momentum: the lowest momentum, or one a group.
        max_momentum: the highest, or one a group.
        div_factor: how many times the first learning rate is smaller than the highest.
        final_div_factor: how many times the last is smaller than the first.
        three_phase: whether the fall stops at the first learning rate before it goes on to the last.
        last_epoch: the step to go on from.

    Raises:
        ValueError: an option is out of range, or more steps are taken than the cycle has.

    Example::

        >>> optimizer = torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=0.1, momentum=0.9)
        >>> scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=1.0, total_steps=11, pct_start=0.5)
        >>> for step in range(10):
        ...     optimizer.step()
        ...     scheduler.step()
        >>> f"{scheduler.get_last_lr()[0]:.6f}"
        '0.000004'
    """

    def __init__(
        self,
        optimizer: Optimizer,
        max_lr: float | list[float],
        total_steps: int | None = None,
        epochs: int | None = None,
        steps_per_epoch: int | None = None,
        pct_start: float = 0.3,
        anneal_strategy: Literal["cos", "linear"] = "cos",
        cycle_momentum: bool = True,
        base_momentum: float | list[float] = 0.85,
        max_momentum: float | list[float] = 0.95,
        div_factor: float = 25.0,
        final_div_factor: float = 1e4,
        three_phase: bool = False,
        last_epoch: int = -1,
    ) -> None:
        check_optimizer(optimizer)
        self.optimizer = optimizer
        self.total_steps = _count_steps(total_steps, epochs, steps_per_epoch)
        self._schedule_phases = _phases(self.total_steps, pct_start, three_phase)
        if pct_start < 0 or pct_start > 1 or not isinstance(pct_start, float):
            raise ValueError(f"Expected float between 0 and 1 pct_start, but got {pct_start}")
        if anneal_strategy not in ("cos", "linear"):
            raise ValueError(f"anneal_strategy must be one of 'cos' or 'linear', instead got {anneal_strategy}")
        self._anneal_func_type = anneal_strategy
        highest = by_group("max_lr", optimizer, max_lr)
        if last_epoch == -1:
            for group, lr in zip(optimizer.param_groups, highest):
                group["initial_lr"] = lr / div_factor
                group["max_lr"] = lr
                group["min_lr"] = group["initial_lr"] / final_div_factor
        self.cycle_momentum = cycle_momentum
        if cycle_momentum:
            self._start_momentum(base_momentum, max_momentum, last_epoch)
        super().__init__(optimizer, last_epoch)

    def _start_momentum(self, base_momentum: Any, max_momentum: Any, last_epoch: int) -> None:
        self.use_beta1 = momentum_is_beta1(self.optimizer)
        highest = by_group("max_momentum", self.optimizer, max_momentum)
        lowest = by_group("base_momentum", self.optimizer, base_momentum)
        if last_epoch != -1:
            return
        for group, most, least in zip(self.optimizer.param_groups, highest, lowest):
            set_momentum(group, most, self.use_beta1)
            group["max_momentum"] = most
            group["base_momentum"] = least

    def get_lr(self) -> list[Any]:
        """The learning rates of the current step; sets the momentum too."""
        self._warn_outside_step()
        step = self.last_epoch
        if step > self.total_steps:
            error = ValueError(f"Tried to step {step} times. The specified number of total steps is {self.total_steps}")
            error.add_note("the cycle is over: give total_steps = epochs * len(loader), and step once a batch")
            raise error
        anneal = _cosine if self._anneal_func_type == "cos" else _linear
        start = 0.0
        for phase in self._schedule_phases:
            if step <= phase["end_step"]:
                break
            if phase is not self._schedule_phases[-1]:
                start = phase["end_step"]
        share = (step - start) / (phase["end_step"] - start)
        found = []
        for group in self.optimizer.param_groups:
            found.append(anneal(group[phase["start_lr"]], group[phase["end_lr"]], share))
            if self.cycle_momentum:
                momentum = anneal(group[phase["start_momentum"]], group[phase["end_momentum"]], share)
                set_momentum(group, momentum, self.use_beta1)
        return found


def _count_steps(total_steps: int | None, epochs: int | None, steps_per_epoch: int | None) -> int:
    def checked(name: str, value: Any) -> int:
        if not isinstance(value, int) or value <= 0:
            raise ValueError(f"Expected positive integer {name}, but got {value}")
        return value

    if total_steps is not None:
        return checked("total_steps", total_steps)
    if epochs is None or steps_per_epoch is None:
        raise ValueError("You must define either total_steps OR (epochs AND steps_per_epoch)")
    return checked("epochs", epochs) * checked("steps_per_epoch", steps_per_epoch)


def _phases(total: int, rise: float, three: bool) -> list[dict[str, Any]]:
    """The phases of a cycle: the step that each ends at, and from which option of a group to which it goes."""

    def phase(end: float, lrs: tuple[str, str], momenta: tuple[str, str]) -> dict[str, Any]:
        return {
            "end_step": end,
            "start_lr": lrs[0],
            "end_lr": lrs[1],
            "start_momentum": momenta[0],
            "end_momentum": momenta[1],
        }

    down, up = ("max_momentum", "base_momentum"), ("base_momentum", "max_momentum")
    first = phase(float(rise * total) - 1, ("initial_lr", "max_lr"), down)
    if not three:
        return [first, phase(total - 1, ("max_lr", "min_lr"), up)]
    return [
        first,
        phase(float(2 * rise * total) - 2, ("max_lr", "initial_lr"), up),
        phase(total - 1, ("initial_lr", "min_lr"), ("max_momentum", "max_momentum")),
    ]
