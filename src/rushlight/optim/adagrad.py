"""Adagrad: steps divided by the root of the sum of squared gradients."""

from __future__ import annotations

from typing import Any

import numpy as np

from .._core.tensor_base import wrap
from ._program import add, addcdiv, addcmul
from ._sweep import RuleOptimizer, filled_like
from .optimizer import ParamsT, check_fused, check_not_negative, check_rate


def rule(parameter: Any, gradient: Any, total: Any, *, rate: Any, decay: Any, eps: Any) -> tuple[Any, Any]:
    """A step along the gradient over the root of all its squares so far."""
    if decay is not None:
        gradient = add(gradient, parameter, decay)
    total = addcmul(total, gradient, gradient)
    return addcdiv(parameter, gradient, total.sqrt() + eps, rate), total


class Adagrad(RuleOptimizer):
    """Adagrad (Duchi et al., 2011).

    Args:
        params: parameters or groups of them.
        lr: learning rate.
        lr_decay: how fast the learning rate falls with the number of steps.
        weight_decay: factor of the parameter added to its gradient.
        initial_accumulator_value: first value of the sums of squares.
        eps: added to the denominator.
        foreach, fused: accepted for compatibility.
        maximize: whether to climb instead of descend.
        differentiable: whether the update itself is recorded.

    Raises:
        ValueError: an option is negative.

    Example::

        >>> torch.optim.Adagrad([torch.ones(1, requires_grad=True)]).defaults["eps"]
        1e-10
    """

    rule = staticmethod(rule)

    def __init__(
        self, params: ParamsT, lr: Any = 1e-2, lr_decay: float = 0, weight_decay: float = 0,
        initial_accumulator_value: float = 0, eps: float = 1e-10, foreach: bool | None = None, *,
        maximize: bool = False, differentiable: bool = False, fused: bool | None = None,
    ) -> None:  # fmt: skip
        check_rate(lr)
        check_not_negative({
            "learning rate": lr, "lr_decay value": lr_decay, "weight_decay value": weight_decay,
            "initial_accumulator_value value": initial_accumulator_value, "epsilon value": eps,
        })  # fmt: skip
        options = {
            "lr": lr, "lr_decay": lr_decay, "eps": eps, "weight_decay": weight_decay,
            "initial_accumulator_value": initial_accumulator_value, "foreach": foreach, "maximize": maximize,
            "differentiable": differentiable, "fused": fused,
        }  # fmt: skip
        super().__init__(params, options)
        check_fused(options)
        for group in self.param_groups:
            for parameter in group["params"]:
                self.state[parameter] = self.first_memory(parameter, group)

    def memories(self, group: dict[str, Any]) -> tuple[str | None, ...]:
        """The sum of squared gradients."""
        return ("sum",)

    def first_memory(self, parameter: Any, group: dict[str, Any]) -> dict[str, Any]:
        """The sum starts where the options say."""
        first = group["initial_accumulator_value"]
        return {"step": wrap(np.zeros((), np.float32)), "sum": filled_like(parameter, first)}

    def numbers(self, group: dict[str, Any], count: float, state: dict[str, Any]) -> dict[str, Any]:
        """The learning rate falls with the number of steps."""
        decay = group["weight_decay"]
        return {
            "rate": -group["lr"] / (1 + (count - 1) * group["lr_decay"]),
            "decay": decay if decay != 0 else None,
            "eps": group["eps"],
        }
