"""Adagrad: steps divided by the root of the sum of squared gradients."""

from __future__ import annotations

from typing import Any

import numpy as np

from .._core.tensor_base import wrap
from .optimizer import Optimizer, ParamsT, with_gradients


class Adagrad(Optimizer):
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

    def __init__(
        self, params: ParamsT, lr: Any = 1e-2, lr_decay: float = 0, weight_decay: float = 0,
        initial_accumulator_value: float = 0, eps: float = 1e-10, foreach: bool | None = None, *,
        maximize: bool = False, differentiable: bool = False, fused: bool | None = None,
    ) -> None:  # fmt: skip
        checked = {"learning rate": lr, "lr_decay value": lr_decay, "weight_decay value": weight_decay,
                   "initial_accumulator_value value": initial_accumulator_value, "epsilon value": eps}  # fmt: skip
        for name, value in checked.items():
            if not 0.0 <= value:
                raise ValueError(f"Invalid {name}: {value}")
        super().__init__(params, {
            "lr": lr, "lr_decay": lr_decay, "eps": eps, "weight_decay": weight_decay,
            "initial_accumulator_value": initial_accumulator_value, "foreach": foreach, "maximize": maximize,
            "differentiable": differentiable, "fused": fused,
        })  # fmt: skip
        for group in self.param_groups:
            for parameter in group["params"]:
                first = parameter.detach().new_full(parameter.shape, initial_accumulator_value)
                self.state[parameter] = {"step": wrap(np.zeros((), np.float32)), "sum": first}

    def update_group(self, group: dict[str, Any]) -> None:
        """One step of every parameter of the group."""
        for parameter, gradient in with_gradients(group):
            state = self.state[parameter]
            state["step"].add_(1)
            if group["weight_decay"] != 0:
                gradient = gradient.add(parameter, alpha=group["weight_decay"])
            rate = group["lr"] / (1 + (state["step"].item() - 1) * group["lr_decay"])
            total = state["sum"].addcmul_(gradient, gradient, value=1)
            parameter.addcdiv_(gradient, total.sqrt().add_(group["eps"]), value=-rate)
