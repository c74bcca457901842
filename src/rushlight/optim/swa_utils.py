"""Averages of models over training: stochastic weight averaging and exponential moving averages."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from copy import deepcopy
from typing import Any, Literal

import numpy as np

from .._core.tensor_base import wrap
from ..autograd.grad_mode import no_grad
from ..nn.modules.batchnorm import _BatchNorm
from ..nn.modules.module import Module
from .lr_scheduler.base import LRScheduler, by_group
from .optimizer import Optimizer

__all__ = [
    "SWALR", "AveragedModel", "get_ema_avg_fn", "get_ema_multi_avg_fn", "get_swa_avg_fn", "get_swa_multi_avg_fn",
    "update_bn",
]  # fmt: skip

Average = Callable[[Any, Any, Any], Any]


def _check_decay(decay: float) -> None:
    if decay < 0.0 or decay > 1.0:
        error = ValueError(f"Invalid decay value {decay} provided. Please provide a value in [0,1] range. ")
        error.add_note("decay is the share of the average that is kept in each update: 0.99 to 0.9999 are usual")
        raise error


def get_ema_multi_avg_fn(decay: float = 0.999) -> Average:
    """The function that updates exponential moving averages of many tensors in place.

    Args:
        decay: the share of the average that is kept.

    Returns:
        ``function(averages, currents, count)``.

    Raises:
        ValueError: the decay is not between 0 and 1.

    Example::

        >>> averages = [torch.ones(2)]
        >>> torch.optim.swa_utils.get_ema_multi_avg_fn(0.9)(averages, [torch.zeros(2)], 1)
        >>> averages
        [tensor([0.9000, 0.9000])]
    """
    _check_decay(decay)

    def ema_update(averages: Sequence[Any], currents: Sequence[Any], count: Any) -> None:
        with no_grad():
            for average, current in zip(averages, currents):
                if average.is_floating_point() or average.is_complex():
                    average.lerp_(current, 1 - decay)
                else:
                    average.copy_(average * decay + current * (1 - decay))

    return ema_update


def get_swa_multi_avg_fn() -> Average:
    """The function that updates averages of equal weights of many tensors in place.

    Returns:
        ``function(averages, currents, count)``.

    Example::

        >>> averages = [torch.ones(2)]
        >>> torch.optim.swa_utils.get_swa_multi_avg_fn()(averages, [torch.zeros(2)], 1)
        >>> averages
        [tensor([0.5000, 0.5000])]
    """

    def swa_update(averages: Sequence[Any], currents: Sequence[Any], count: Any) -> None:
        share = 1 / (int(count) + 1)
        with no_grad():
            for average, current in zip(averages, currents):
                average.add_(current - average, alpha=share)

    return swa_update


def get_ema_avg_fn(decay: float = 0.999) -> Average:
    """The function that computes the exponential moving average of one tensor.

    Args:
        decay: the share of the average that is kept.

    Returns:
        ``function(average, current, count)``, which returns the new average.

    Raises:
        ValueError: the decay is not between 0 and 1.
    """
    _check_decay(decay)

    def ema_update(average: Any, current: Any, count: Any) -> Any:
        with no_grad():
            return decay * average + (1 - decay) * current

    return ema_update


def get_swa_avg_fn() -> Average:
    """The function that computes the average of equal weights of one tensor.

    Returns:
        ``function(average, current, count)``, which returns the new average.
    """

    def swa_update(average: Any, current: Any, count: Any) -> Any:
        with no_grad():
            return average + (current - average) / (count + 1)

    return swa_update


class AveragedModel(Module):
    """A copy of a model whose parameters are averages over training.

    Args:
        model: the model.
        device: where the copy lives.
        avg_fn: computes the new average of a parameter from ``(average, current, count)``; equal weights by default.
        multi_avg_fn: updates the averages of all parameters in place from ``(averages, currents, count)``.
        use_buffers: whether buffers are averaged too; otherwise they are copied.

    Raises:
        AssertionError: both functions are given.

    Example::

        >>> model = torch.nn.Linear(1, 1, bias=False)
        >>> averaged = torch.optim.swa_utils.AveragedModel(model)
        >>> for value in (1.0, 2.0):
        ...     _ = torch.nn.init.constant_(model.weight, value)
        ...     averaged.update_parameters(model)
        >>> averaged.module.weight.item(), averaged.n_averaged
        (1.5, tensor(2))
    """

    n_averaged: Any

    def __init__(
        self,
        model: Module,
        device: Any = None,
        avg_fn: Average | None = None,
        multi_avg_fn: Average | None = None,
        use_buffers: bool = False,
    ) -> None:
        super().__init__()
        if avg_fn is not None and multi_avg_fn is not None:
            raise AssertionError("Only one of avg_fn and multi_avg_fn should be provided")
        self.module = deepcopy(model)
        if device is not None:
            self.module = self.module.to(device)
        self.register_buffer("n_averaged", wrap(np.zeros((), np.int64)))
        self.avg_fn = avg_fn
        self.multi_avg_fn = multi_avg_fn
        self.use_buffers = use_buffers

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """What the averaged model computes."""
        return self.module(*args, **kwargs)

    def update_parameters(self, model: Module) -> None:
        """Takes the present parameters of the model into the average."""
        averages, currents = _tensors(self.module, self.use_buffers), _tensors(model, self.use_buffers)
        with no_grad():
            if self.n_averaged.item() == 0:
                for average, current in zip(averages, currents):
                    average.copy_(current)
            elif self.avg_fn is None:
                (self.multi_avg_fn or get_swa_multi_avg_fn())(averages, currents, self.n_averaged)
            else:
                for average, current in zip(averages, currents):
                    average.copy_(self.avg_fn(average, current, self.n_averaged))
            if not self.use_buffers:
                for kept, current in zip(self.module.buffers(), model.buffers()):
                    kept.copy_(current.detach())
            self.n_averaged += 1


def _tensors(model: Module, buffers: bool) -> list[Any]:
    found = [parameter.detach() for parameter in model.parameters()]
    return found + [buffer.detach() for buffer in model.buffers()] if buffers else found


def update_bn(loader: Iterable[Any], model: Module, device: Any = None) -> None:
    """Computes the running statistics of a model's batch normalisation anew, over a whole data set.

    Args:
        loader: batches of inputs; of a list or tuple the first element is the input.
        model: the model, for example an `AveragedModel`, whose parameters have changed since its statistics were taken.
        device: where batches are moved first.

    Example::

        >>> model = torch.nn.BatchNorm1d(1)
        >>> torch.optim.swa_utils.update_bn([torch.tensor([[1.0], [3.0]]), torch.tensor([[5.0], [7.0]])], model)
        >>> model.running_mean
        tensor([4.])
    """
    momenta: dict[Any, Any] = {}
    for module in model.modules():
        if isinstance(module, _BatchNorm):
            module.reset_running_stats()
            momenta[module] = module.momentum
    if not momenta:
        return
    was_training = model.training
    model.train()
    for module in momenta:
        module.momentum = None  # statistics are then the plain average over batches
    with no_grad():
        for batch in loader:
            given = batch[0] if isinstance(batch, (list, tuple)) else batch
            model(given if device is None else given.to(device))
    for module, momentum in momenta.items():
        module.momentum = momentum
    model.train(was_training)


class SWALR(LRScheduler):
    """Moves the learning rate of each group to a fixed value and keeps it there, for averaging weights.

    Args:
        optimizer: the optimizer to schedule.
        swa_lr: the value, or one a group.
        anneal_epochs: epochs on the way.
        anneal_strategy: ``"cos"`` or ``"linear"``.
        last_epoch: the epoch to go on from.

    Raises:
        ValueError: the strategy is not known, or `anneal_epochs` is no integer from 0 up.

    Example::

        >>> optimizer = torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=1.0)
        >>> scheduler = torch.optim.swa_utils.SWALR(optimizer, 0.5, anneal_epochs=2, anneal_strategy="linear")
        >>> for epoch in range(3):
        ...     optimizer.step()
        ...     scheduler.step()
        ...     print(scheduler.get_last_lr())
        [0.75]
        [0.5]
        [0.5]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        swa_lr: float | list[float],
        anneal_epochs: int = 10,
        anneal_strategy: Literal["cos", "linear"] = "cos",
        last_epoch: int = -1,
    ) -> None:
        for group, rate in zip(optimizer.param_groups, by_group("swa_lr", optimizer, swa_lr)):
            group["swa_lr"] = rate
        if anneal_strategy not in ("cos", "linear"):
            raise ValueError(f"anneal_strategy must be one of 'cos' or 'linear', instead got {anneal_strategy}")
        self._anneal_strategy = anneal_strategy
        if not isinstance(anneal_epochs, int) or anneal_epochs < 0:
            raise ValueError(f"anneal_epochs must be equal or greater than 0, got {anneal_epochs}")
        self.anneal_epochs = anneal_epochs
        super().__init__(optimizer, last_epoch)

    def _share(self, step: float) -> float:
        """How much of the way has been gone after a number of steps."""
        place = max(0.0, min(1.0, step / max(1, self.anneal_epochs)))
        return place if self._anneal_strategy == "linear" else (1 - math.cos(math.pi * place)) / 2

    def get_lr(self) -> list[Any]:
        """The learning rates of the current epoch."""
        self._warn_outside_step()
        step = self._step_count - 1
        if self.anneal_epochs == 0:
            step = max(1, step)
        before, now = self._share(step - 1), self._share(step)
        found = []
        for group in self.optimizer.param_groups:
            target, rate = group["swa_lr"], group["lr"]
            start = target if before == 1 else (rate - before * target) / (1 - before)
            found.append(target * now + start * (1 - now))
        return found
