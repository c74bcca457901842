"""Schedules that multiply learning rates by a factor each epoch."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable
from types import FunctionType
from typing import Any

from ..optimizer import Optimizer
from .base import LRScheduler


class FunctionScheduler(LRScheduler):
    """Base of schedules that are given functions of the epoch, one for all groups or one a group."""

    def __init__(
        self,
        optimizer: Optimizer,
        lr_lambda: Callable[[int], float] | list[Callable[[int], float]],
        last_epoch: int = -1,
    ) -> None:
        self.optimizer = optimizer
        count = len(optimizer.param_groups)
        if isinstance(lr_lambda, (list, tuple)):
            if len(lr_lambda) != count:
                raise ValueError(f"Expected {count} lr_lambdas, but got {len(lr_lambda)}")
            self.lr_lambdas = list(lr_lambda)
        else:
            self.lr_lambdas = [lr_lambda] * count
        super().__init__(optimizer, last_epoch)

    def state_dict(self) -> dict[str, Any]:
        """The state as plain data: of callable objects their attributes, of functions nothing."""
        state = super().state_dict()
        del state["lr_lambdas"]
        state["lr_lambdas"] = [
            None if isinstance(function, FunctionType) else function.__dict__.copy() for function in self.lr_lambdas
        ]
        return state

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Takes back what `state_dict` gave; functions stay those of this schedule."""
        super().load_state_dict({name: value for name, value in state_dict.items() if name != "lr_lambdas"})
        for function, attributes in zip(self.lr_lambdas, state_dict["lr_lambdas"]):
            if attributes is not None:
                function.__dict__.update(attributes)


class LambdaLR(FunctionScheduler):
    """The first learning rate times a function of the epoch.

    Args:
        optimizer: the optimizer to schedule.
        lr_lambda: the function, or one a group.
        last_epoch: the epoch to go on from.

    Example::

        >>> optimizer = torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=0.5)
        >>> scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda epoch: 1 / (epoch + 1))
        >>> optimizer.step()
        >>> scheduler.step()
        >>> scheduler.get_last_lr()
        [0.25]
    """

    def get_lr(self) -> list[Any]:
        """The learning rates of the current epoch."""
        self._warn_outside_step()
        return [base * function(self.last_epoch) for function, base in zip(self.lr_lambdas, self.base_lrs)]


class MultiplicativeLR(FunctionScheduler):
    """The last learning rate times a function of the epoch.

    Args:
        optimizer: the optimizer to schedule.
        lr_lambda: the function, or one a group.
        last_epoch: the epoch to go on from.
    """

    def get_lr(self) -> list[Any]:
        """The learning rates of the current epoch."""
        self._warn_outside_step()
        if self._is_initial:
            return self._current()
        return [value * function(self.last_epoch) for function, value in zip(self.lr_lambdas, self._current())]


class FactorScheduler(LRScheduler):
    """Base of schedules by factors that are known both step by step and for any epoch.

    Step by step they multiply what the learning rate is by then, so that several can be chained; asked for an epoch,
    they start from the first learning rate.
    """

    def get_lr(self) -> list[Any]:
        """The learning rates of the current epoch."""
        self._warn_outside_step()
        factor = self._next_factor()
        return self._current() if factor == 1.0 else [value * factor for value in self._current()]

    def _get_closed_form_lr(self) -> list[Any]:
        factor = self._whole_factor()
        return [base * factor for base in self.base_lrs]

    def _next_factor(self) -> float:
        """What the learning rate of the last epoch is multiplied by."""
        raise NotImplementedError

    def _whole_factor(self) -> float:
        """What the first learning rate is multiplied by."""
        raise NotImplementedError


class StepLR(FactorScheduler):
    """Decays the learning rate every few epochs.

    Args:
        optimizer: the optimizer to schedule.
        step_size: epochs from one decay to the next.
        gamma: the factor.
        last_epoch: the epoch to go on from.

    Example::

        >>> optimizer = torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=1.0)
        >>> scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=2)
        >>> for epoch in range(3):
        ...     print(epoch, scheduler.get_last_lr())
        ...     optimizer.step()
        ...     scheduler.step()
        0 [1.0]
        1 [1.0]
        2 [0.1]
    """

    def __init__(self, optimizer: Optimizer, step_size: int, gamma: float = 0.1, last_epoch: int = -1) -> None:
        self.step_size = step_size
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def _next_factor(self) -> float:
        return 1.0 if self.last_epoch == 0 or self.last_epoch % self.step_size else self.gamma

    def _whole_factor(self) -> float:
        return self.gamma ** (self.last_epoch // self.step_size)


class MultiStepLR(FactorScheduler):
    """Decays the learning rate at given epochs.

    Args:
        optimizer: the optimizer to schedule.
        milestones: the epochs.
        gamma: the factor.
        last_epoch: the epoch to go on from.
    """

    def __init__(
        self, optimizer: Optimizer, milestones: Iterable[int], gamma: float = 0.1, last_epoch: int = -1
    ) -> None:
        self.milestones = Counter(milestones)
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def _next_factor(self) -> float:
        return self.gamma ** self.milestones[self.last_epoch] if self.last_epoch in self.milestones else 1.0

    def _whole_factor(self) -> float:
        return self.gamma ** bisect_right(sorted(self.milestones.elements()), self.last_epoch)


class ConstantLR(FactorScheduler):
    """A smaller learning rate for the first epochs.

    Args:
        optimizer: the optimizer to schedule.
        factor: what it is multiplied by, from 0 to 1.
        total_iters: for how many epochs.
        last_epoch: the epoch to go on from.

    Raises:
        ValueError: the factor is out of range.
    """

    def __init__(
        self, optimizer: Optimizer, factor: float = 1.0 / 3, total_iters: int = 5, last_epoch: int = -1
    ) -> None:
        if not 0 <= factor <= 1.0:
            raise ValueError("Constant multiplicative factor expected to be between 0 and 1.")
        self.factor = factor
        self.total_iters = total_iters
        super().__init__(optimizer, last_epoch)

    def _next_factor(self) -> float:
        if self.last_epoch == 0:
            return self.factor
        return 1.0 / self.factor if self.last_epoch == self.total_iters else 1.0

    def _whole_factor(self) -> float:
        return 1.0 if self.last_epoch >= self.total_iters else self.factor


class LinearLR(FactorScheduler):
    """A learning rate whose factor goes from one value to another in equal steps.

    Args:
        optimizer: the optimizer to schedule.
        start_factor: the first factor, over 0 and at most 1.
        end_factor: the last factor, from 0 to 1.
        total_iters: epochs from the one to the other.
        last_epoch: the epoch to go on from.

    Raises:
        ValueError: a factor is out of range.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        start_factor: float = 1.0 / 3,
        end_factor: float = 1.0,
        total_iters: int = 5,
        last_epoch: int = -1,
    ) -> None:
        if not 0 < start_factor <= 1.0:
            raise ValueError("Starting multiplicative factor expected to be greater than 0 and less or equal to 1.")
        if not 0 <= end_factor <= 1.0:
            raise ValueError("Ending multiplicative factor expected to be between 0 and 1.")
        self.start_factor = start_factor
        self.end_factor = end_factor
        self.total_iters = total_iters
        super().__init__(optimizer, last_epoch)

    def _next_factor(self) -> float:
        if self.last_epoch == 0:
            return self.start_factor
        if self._is_initial or self.last_epoch > self.total_iters:
            return 1.0
        rise = self.end_factor - self.start_factor
        return 1.0 + rise / (self.total_iters * self.start_factor + (self.last_epoch - 1) * rise)

    def _whole_factor(self) -> float:
        share = min(self.total_iters, self.last_epoch) / self.total_iters
        return self.start_factor + (self.end_factor - self.start_factor) * share


class ExponentialLR(FactorScheduler):
    """Decays the learning rate by the same factor each epoch.

    Args:
        optimizer: the optimizer to schedule.
        gamma: the factor.
        last_epoch: the epoch to go on from.
    """

    def __init__(self, optimizer: Optimizer, gamma: float, last_epoch: int = -1) -> None:
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def _next_factor(self) -> float:
        return 1.0 if self._is_initial else self.gamma

    def _whole_factor(self) -> float:
        return self.gamma**self.last_epoch


class PolynomialLR(FactorScheduler):
    """Lets the learning rate fall to 0 as a power of the epochs that are left.

    Args:
        optimizer: the optimizer to schedule.
        total_iters: epochs until it is 0.
        power: the power; 1 is a straight line.
        last_epoch: the epoch to go on from.
    """

    def __init__(self, optimizer: Optimizer, total_iters: int = 5, power: float = 1.0, last_epoch: int = -1) -> None:
        self.total_iters = total_iters
        self.power = power
        super().__init__(optimizer, last_epoch)

    def _next_factor(self) -> float:
        if self._is_initial or self.last_epoch > self.total_iters:
            return 1.0
        now, before = (1.0 - epoch / self.total_iters for epoch in (self.last_epoch, self.last_epoch - 1))
        return float((now / before) ** self.power)

    def _whole_factor(self) -> float:
        return float((1.0 - min(self.total_iters, self.last_epoch) / self.total_iters) ** self.power)


class CosineAnnealingLR(LRScheduler):
    """Lets the learning rate fall along half a cosine, and rise again if training goes on.

    Args:
        optimizer: the optimizer to schedule.
        T_max: epochs until it is lowest.
        eta_min: the lowest learning rate.
        last_epoch: the epoch to go on from.

    Example::

        >>> optimizer = torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=1.0)
        >>> scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=2)
        >>> optimizer.step()
        >>> scheduler.step()
        >>> round(scheduler.get_last_lr()[0], 6)
        0.5
    """

    def __init__(self, optimizer: Optimizer, T_max: int, eta_min: float = 0.0, last_epoch: int = -1) -> None:
        self.T_max = T_max
        self.eta_min = eta_min
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[Any]:
        """The learning rates of the current epoch."""
        self._warn_outside_step()
        if self._is_initial:
            return self._current()
        if self._step_count == 1 and self.last_epoch > 0:
            return self._get_closed_form_lr()
        if (self.last_epoch - 1 - self.T_max) % (2 * self.T_max) == 0:  # from the lowest point no factor leads up
            rise = (1 - math.cos(math.pi / self.T_max)) / 2
            return [value + (base - self.eta_min) * rise for value, base in zip(self._current(), self.base_lrs)]
        now, before = (1 + math.cos(math.pi * epoch / self.T_max) for epoch in (self.last_epoch, self.last_epoch - 1))
        return [now / before * (value - self.eta_min) + self.eta_min for value in self._current()]

    def _get_closed_form_lr(self) -> list[Any]:
        share = (1 + math.cos(math.pi * self.last_epoch / self.T_max)) / 2
        return [self.eta_min + (base - self.eta_min) * share for base in self.base_lrs]
