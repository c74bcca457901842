"""RMSprop: steps divided by the running root mean square of the gradient."""

from __future__ import annotations

from typing import Any

import numpy as np

from .._core.tensor_base import wrap
from .optimizer import Optimizer, ParamsT, with_gradients


class RMSprop(Optimizer):
    """RMSprop (Hinton, 2012), centered if wanted, with momentum.

    Args:
        params: parameters or groups of them.
        lr: learning rate.
        alpha: decay rate of the mean square.
        eps: added to the denominator.
        weight_decay: factor of the parameter added to its gradient.
        momentum: factor of the running sum of steps.
        centered: whether the square of the mean is taken off the mean square.
        capturable, foreach: accepted for compatibility.
        maximize: whether to climb instead of descend.
        differentiable: whether the update itself is recorded.

    Raises:
        ValueError: an option is negative.

    Example::

        >>> torch.optim.RMSprop([torch.ones(1, requires_grad=True)]).defaults["alpha"]
        0.99
    """

    def __init__(
        self, params: ParamsT, lr: Any = 1e-2, alpha: float = 0.99, eps: float = 1e-8, weight_decay: float = 0,
        momentum: float = 0, centered: bool = False, capturable: bool = False, foreach: bool | None = None,
        maximize: bool = False, differentiable: bool = False,
    ) -> None:  # fmt: skip
        checked = {"learning rate": lr, "epsilon value": eps, "momentum value": momentum,
                   "weight_decay value": weight_decay, "alpha value": alpha}  # fmt: skip
        for name, value in checked.items():
            if not 0.0 <= value:
                raise ValueError(f"Invalid {name}: {value}")
        super().__init__(params, {
            "lr": lr, "momentum": momentum, "alpha": alpha, "eps": eps, "centered": centered,
            "weight_decay": weight_decay, "capturable": capturable, "foreach": foreach, "maximize": maximize,
            "differentiable": differentiable,
        })  # fmt: skip

    def update_group(self, group: dict[str, Any]) -> None:
        """One step of every parameter of the group."""
        alpha = group["alpha"]
        for parameter, gradient in with_gradients(group):
            state = self.state[parameter]
            if not state:
                state["step"] = wrap(np.zeros((), np.float32))
                state["square_avg"] = parameter.detach().new_zeros(parameter.shape)
                if group["momentum"] > 0:
                    state["momentum_buffer"] = parameter.detach().new_zeros(parameter.shape)
                if group["centered"]:
                    state["grad_avg"] = parameter.detach().new_zeros(parameter.shape)
            state["step"].add_(1)
            if group["weight_decay"] != 0:
                gradient = gradient.add(parameter, alpha=group["weight_decay"])
            square = state["square_avg"].mul_(alpha).addcmul_(gradient, gradient, value=1 - alpha)
            if group["centered"]:
                mean = state["grad_avg"].lerp_(gradient, 1 - alpha)
                square = square.addcmul(mean, mean, value=-1)
            root = square.sqrt().add_(group["eps"])
            if group["momentum"] > 0:
                buffer = state["momentum_buffer"].mul_(group["momentum"]).addcdiv_(gradient, root)
                parameter.add_(buffer, alpha=-group["lr"])
            else:
                parameter.addcdiv_(gradient, root, value=-group["lr"])
