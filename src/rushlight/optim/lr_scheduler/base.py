"""The base of learning rate schedules: counting epochs, writing learning rates into groups, saving and loading."""

from __future__ import annotations

import types
import weakref
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from ..._core.tensor_base import TensorBase
from ..._core.warn import warn
from ..optimizer import Optimizer

HOW_TO = "See more details at https://pytorch.org/docs/stable/optim.html#how-to-adjust-learning-rate"

EPOCH_DEPRECATION_WARNING = (
    "The epoch parameter in `scheduler.step()` was not necessary and is being "
    "deprecated where possible. Please use `scheduler.step()` to step the "
    "scheduler. During the deprecation, if epoch is different from None, the "
    "closed form is used instead of the new chainable form, where available. "
    "Please open an issue if you are unable to replicate your use case: "
    "https://github.com/pytorch/pytorch/issues/new/choose."
)


class LRScheduler:
    """Base class of schedules: a subclass defines `get_lr`, from the current learning rates and ``self.last_epoch``.

    Args:
        optimizer: the optimizer whose groups get new learning rates.
        last_epoch: the epoch to go on from, -1 for the start.

    Attributes:
        base_lrs: the learning rates at the start, by group.
        last_epoch: how often `step` has been called.

    Raises:
        TypeError: `optimizer` is no optimizer.
        KeyError: the groups of the optimizer have no ``"initial_lr"`` to go on from.

    Example::

        >>> class Halving(torch.optim.lr_scheduler.LRScheduler):
        ...     def get_lr(self):
        ...         return [base * 0.5**self.last_epoch for base in self.base_lrs]
        >>> optimizer = torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=0.1)
        >>> scheduler = Halving(optimizer)
        >>> optimizer.step()
        >>> scheduler.step()
        >>> scheduler.get_last_lr()
        [0.05]
    """

    unsaved: tuple[str, ...] = ("optimizer",)
    """Attributes that are not part of the saved state."""

    def __init__(self, optimizer: Optimizer, last_epoch: int = -1) -> None:
        check_optimizer(optimizer)
        self.optimizer = optimizer
        for index, group in enumerate(optimizer.param_groups):
            if last_epoch == -1:
                group.setdefault("initial_lr", copied(group["lr"]))
            elif "initial_lr" not in group:
                error = KeyError(
                    f"param 'initial_lr' is not specified in param_groups[{index}] when resuming scheduler with "
                    "last_epoch >= 0."
                )
                error.add_note("load the optimizer's saved state first, or leave last_epoch out to start anew")
                raise error
        self.base_lrs: list[Any] = [copied(group["initial_lr"]) for group in optimizer.param_groups]
        self.last_epoch = last_epoch
        _watch_steps(optimizer)
        self._initial_step()

    def _initial_step(self) -> None:
        """Sets the learning rates of the first epoch."""
        self._step_count = 0
        self._is_initial = True
        try:
            self.step()
        finally:
            self._is_initial = False

    def state_dict(self) -> dict[str, Any]:
        """The state as plain data: all attributes but the optimizer."""
        return {name: value for name, value in self.__dict__.items() if name not in self.unsaved}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Takes back what `state_dict` gave."""
        self.__dict__.update(state_dict)

    def get_last_lr(self) -> list[Any]:
        """The learning rates that the last step has set, by group."""
        return self._last_lr

    def get_lr(self) -> list[Any]:
        """The learning rates of the epoch ``self.last_epoch``, by group; called by `step`."""
        error = NotImplementedError()
        error.add_note(f"{type(self).__name__} defines no get_lr()")
        raise error

    def step(self, epoch: int | None = None) -> None:
        """Goes on to the next epoch, or to a given one.

        Args:
            epoch: deprecated: the epoch to go to.
        """
        if self._step_count == 1:
            self._check_order()
        self._step_count += 1
        if epoch is not None:
            warn(EPOCH_DEPRECATION_WARNING)
        self._update_lr(epoch)

    def _update_lr(self, epoch: int | None = None) -> None:
        self._get_lr_called_within_step = True
        try:
            if epoch is None:
                self.last_epoch += 1
                values = self.get_lr()
            else:
                self.last_epoch = epoch
                values = getattr(self, "_get_closed_form_lr", self.get_lr)()
        finally:
            self._get_lr_called_within_step = False
        self._write(values)

    def _write(self, values: Sequence[Any]) -> None:
        """Gives the groups their learning rates."""
        for group, value in zip(self.optimizer.param_groups, values):
            assign(group, "lr", value)
        self._last_lr: list[Any] = [copied(group["lr"]) for group in self.optimizer.param_groups]

    def _current(self) -> list[Any]:
        """The learning rates of the groups as they are."""
        return [group["lr"] for group in self.optimizer.param_groups]

    def _warn_outside_step(self) -> None:
        """Warns where `get_lr` is called by a program rather than by `step`: its result is then an epoch ahead."""
        if not self._get_lr_called_within_step:
            warn("To get the last learning rate computed by the scheduler, please use `get_last_lr()`.")

    def _check_order(self) -> None:
        """Warns where the schedule is stepped before the optimizer."""
        if not hasattr(self.optimizer.step, "_wrapped_by_lr_sched"):
            warn(
                "Seems like `optimizer.step()` has been overridden after learning rate scheduler initialization. "
                f"Please, make sure to call `optimizer.step()` before `lr_scheduler.step()`. {HOW_TO}"
            )
        elif not getattr(self.optimizer, "_opt_called", False):
            warn(
                "Detected call of `lr_scheduler.step()` before `optimizer.step()`. In PyTorch 1.1.0 and later, you "
                "should call them in the opposite order: `optimizer.step()` before `lr_scheduler.step()`.  Failure to "
                f"do this will result in PyTorch skipping the first value of the learning rate schedule. {HOW_TO}"
            )


class _LRScheduler(LRScheduler):
    """The former name of `LRScheduler`."""


def check_optimizer(optimizer: Any) -> None:
    """Raises torch's error for something else than an optimizer."""
    if not isinstance(optimizer, Optimizer):
        raise TypeError(f"{type(optimizer).__name__} is not an Optimizer")


def copied(value: Any) -> Any:
    """A learning rate of its own: tensors are written to in place."""
    return value.clone() if isinstance(value, TensorBase) else value  # type: ignore[attr-defined]


def assign(group: dict[str, Any], name: str, value: Any) -> None:
    """Gives an option of a group a value; one that is a tensor stays the same tensor."""
    held = group[name]
    if isinstance(held, TensorBase):
        held.fill_(value.item() if isinstance(value, TensorBase) else value)  # type: ignore[attr-defined]
    else:
        group[name] = value


def by_group(name: str, optimizer: Optimizer, value: Any) -> list[Any]:
    """An option as one value a group: what was given as a list, or the one value for all.

    Raises:
        ValueError: the list is not as long as there are groups.
    """
    groups = optimizer.param_groups
    if not isinstance(value, (list, tuple)):
        return [value] * len(groups)
    if len(value) != len(groups):
        raise ValueError(
            f"{name} must have the same length as optimizer.param_groups. {name} has {len(value)} values, "
            f"param_groups has {len(groups)}."
        )
    return list(value)


def set_momentum(group: dict[str, Any], value: Any, use_beta1: bool) -> None:
    """Gives a group its momentum, which Adam and its kin call the first of `betas`."""
    if use_beta1:
        group["betas"] = (value, *group["betas"][1:])
    else:
        group["momentum"] = value


def _watch_steps(optimizer: Optimizer) -> None:
    """Has the optimizer note that it was stepped, so that a wrong order of calls can be told."""
    if hasattr(optimizer.step, "_wrapped_by_lr_sched"):
        return
    reference, step = weakref.ref(optimizer), optimizer.step
    function: Callable[..., Any] = getattr(step, "__func__", step)
    bound = isinstance(step, types.MethodType)

    @wraps(function)
    def watched(*args: Any, **kwargs: Any) -> Any:
        owner: Any = reference()
        owner._opt_called = True
        return function(owner, *args, **kwargs) if bound else function(*args, **kwargs)

    watched._wrapped_by_lr_sched = True  # type: ignore[attr-defined]
    optimizer.step = watched  # type: ignore[method-assign]
