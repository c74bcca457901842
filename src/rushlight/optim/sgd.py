"""Stochastic gradient descent, with momentum."""

from __future__ import annotations

from typing import Any

from .optimizer import Optimizer, ParamsT, check_not_negative, with_gradients


class SGD(Optimizer):
    """Stochastic gradient descent with momentum, as torch defines it.

    Args:
        params: parameters or groups of them.
        lr: learning rate.
        momentum: factor of the running sum of gradients.
        dampening: how much less than fully a gradient enters that sum.
        weight_decay: factor of the parameter added to its gradient.
        nesterov: whether to look ahead along the momentum.
        maximize: whether to climb instead of descend.
        foreach, fused: accepted for compatibility; all parameters of a group are updated in one sweep in any case.
        differentiable: whether the update itself is recorded.

    Raises:
        ValueError: an option is negative, or `nesterov` lacks momentum.

    Example::

        >>> x = torch.ones(1, requires_grad=True)
        >>> (2 * x).backward()
        >>> torch.optim.SGD([x], lr=0.1).step()
        >>> x
        tensor([0.8000], requires_grad=True)
    """

    def __init__(
        self, params: ParamsT, lr: Any = 1e-3, momentum: float = 0, dampening: float = 0, weight_decay: Any = 0,
        nesterov: bool = False, *, maximize: bool = False, foreach: bool | None = None, differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:  # fmt: skip
        check_not_negative(learning_rate=lr, momentum_value=momentum)
        if weight_decay < 0.0:
            raise ValueError(f"Invalid weight_decay value: {weight_decay}")
        if nesterov and (momentum <= 0 or dampening != 0):
            raise ValueError("Nesterov momentum requires a momentum and zero dampening")
        super().__init__(params, {
            "lr": lr, "momentum": momentum, "dampening": dampening, "weight_decay": weight_decay,
            "nesterov": nesterov, "maximize": maximize, "foreach": foreach, "differentiable": differentiable,
            "fused": fused,
        })  # fmt: skip

    def update_group(self, group: dict[str, Any]) -> None:
        """One step of every parameter of the group."""
        momentum, decay = group["momentum"], group["weight_decay"]
        for parameter, gradient in with_gradients(group):
            direction = gradient if decay == 0 else gradient.add(parameter, alpha=decay)
            if momentum != 0:
                direction = self._with_momentum(parameter, direction, group)
            parameter.add_(direction, alpha=-group["lr"])

    def _with_momentum(self, parameter: Any, direction: Any, group: dict[str, Any]) -> Any:
        state = self.state[parameter]
        buffer = state.get("momentum_buffer")
        if buffer is None:
            buffer = state["momentum_buffer"] = direction.detach().clone()
        else:
            buffer.mul_(group["momentum"]).add_(direction, alpha=1 - group["dampening"])
        return direction.add(buffer, alpha=group["momentum"]) if group["nesterov"] else buffer
