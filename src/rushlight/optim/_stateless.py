"""An optimizer on other parameters and another state for a while."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from .optimizer import Optimizer

_NAME = "swap_in_optimizer_params_and_state"


@contextmanager
def swap_in_optimizer_params_and_state(
    optimizer: Optimizer, swapin_parameters: dict[str, Any], swapin_optim_state: dict[str, Any]
) -> Iterator[None]:
    """Has an optimizer act on other parameters, with another state and other options, while the context lasts.

    Args:
        optimizer: an optimizer that has taken a step.
        swapin_parameters: the parameters, in the order of the optimizer's own.
        swapin_optim_state: a state as `Optimizer.state_dict` gives it. What is written into its tensors stays; other
            changes are forgotten.

    Raises:
        RuntimeError: the optimizer has no state yet, or what is given does not match its groups.

    Example::

        >>> weight, other = torch.ones(1, requires_grad=True), torch.zeros(1, requires_grad=True)
        >>> optimizer = torch.optim.SGD([weight], lr=0.1, momentum=0.9)
        >>> weight.grad = other.grad = torch.ones(1)
        >>> optimizer.step()
        >>> with torch.optim.swap_in_optimizer_params_and_state(optimizer, {"w": other}, optimizer.state_dict()):
        ...     optimizer.step()
        >>> weight, other
        (tensor([0.9000], requires_grad=True), tensor([-0.1900], requires_grad=True))
    """
    if not optimizer.state:
        raise RuntimeError(f"{_NAME} requires initialized optimizer state.")
    tensors = list(swapin_parameters.values())
    groups = _groups(optimizer, tensors, swapin_optim_state)
    kept = optimizer.param_groups, optimizer.state
    optimizer.param_groups, optimizer.state = groups, _state(tensors, swapin_optim_state)
    try:
        yield
    finally:
        optimizer.param_groups, optimizer.state = kept


def _groups(optimizer: Optimizer, tensors: list[Any], given: dict[str, Any]) -> list[dict[str, Any]]:
    """The groups that are given, with tensors in the place of their numbers."""
    if len(tensors) != sum(len(group["params"]) for group in optimizer.param_groups):
        raise RuntimeError(f"{_NAME} requires the explicit parameter state to match optimizer.param_groups ordering.")
    if not isinstance(given.get("state"), dict):
        raise RuntimeError(
            f"{_NAME} requires swapin_optim_state['state'] to be a dict mapping packed parameter ids to per-param "
            f"state dicts, got {type(given.get('state')).__name__}."
        )
    packed = given.get("param_groups", [])
    if len(packed) != len(optimizer.param_groups):
        raise RuntimeError("swapin_optim_state has a different number of parameter groups than the live optimizer.")
    rest, groups = iter(tensors), []
    for index, (own, other) in enumerate(zip(optimizer.param_groups, packed)):
        if len(own["params"]) != len(other["params"]):
            raise RuntimeError(
                f"swapin_optim_state param group {index} has a different number of params than the live optimizer "
                "param group."
            )
        groups.append({**other, "params": [next(rest) for _ in own["params"]]})
    return groups


def _state(tensors: list[Any], given: dict[str, Any]) -> defaultdict[Any, Any]:
    """The state that is given, by tensor."""
    numbers = [number for group in given["param_groups"] for number in group["params"]]
    extra = [key for key in given["state"] if key not in numbers]
    if extra:
        raise RuntimeError(
            f"{_NAME} requires swapin_optim_state['state'] to be keyed only by packed parameter ids from "
            f"param_groups[*]['params']; got extra keys {extra}."
        )
    owners = dict(zip(numbers, tensors))
    state: defaultdict[Any, Any] = defaultdict(dict)
    for key, memory in given["state"].items():
        state[owners[key]] = dict(memory)
    return state
