"""Stochastic gradient descent, with momentum."""

from __future__ import annotations

from typing import Any

from ._program import add
from ._sweep import RuleOptimizer
from .optimizer import ParamsT, check_fused, check_rate


def rule(
    parameter: Any, gradient: Any, velocity: Any, *, rate: Any, decay: Any, momentum: Any, share: Any, look_ahead: Any
) -> tuple[Any, Any]:
    """A step against the gradient, or against the running sum of gradients."""
    if decay is not None:
        gradient = add(gradient, parameter, decay)
    if velocity is not None:
        velocity = add(velocity * momentum, gradient, share)
        gradient = velocity if look_ahead is None else add(gradient, velocity, look_ahead)
    return add(parameter, gradient, rate), velocity


class SGD(RuleOptimizer):
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

    rule = staticmethod(rule)
    counts_steps = False

    def __init__(
        self, params: ParamsT, lr: Any = 1e-3, momentum: float = 0, dampening: float = 0, weight_decay: Any = 0,
        nesterov: bool = False, *, maximize: bool = False, foreach: bool | None = None, differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:  # fmt: skip
        check_rate(lr)
        for name, value in (("learning rate", lr), ("momentum value", momentum), ("weight_decay value", weight_decay)):
            if value < 0.0:  # torch lets nan pass here, unlike in other optimizers
                error = ValueError(f"Invalid {name}: {value}")
                error.add_note("it must be at least 0")
                raise error
        if nesterov and (momentum <= 0 or dampening != 0):
            error = ValueError("Nesterov momentum requires a momentum and zero dampening")
            error.add_note("for example SGD(params, lr=0.1, momentum=0.9, nesterov=True)")
            raise error
        options = {
            "lr": lr, "momentum": momentum, "dampening": dampening, "weight_decay": weight_decay,
            "nesterov": nesterov, "maximize": maximize, "foreach": foreach, "differentiable": differentiable,
            "fused": fused,
        }  # fmt: skip
        super().__init__(params, options)
        check_fused(options)

    def memories(self, group: dict[str, Any]) -> tuple[str | None, ...]:
        """The running sum, if there is momentum."""
        return ("momentum_buffer" if group["momentum"] != 0 else None,)

    def is_new(self, state: dict[str, Any]) -> bool:
        """Whether there is no running sum yet: older programs save None in its place."""
        return state.get("momentum_buffer") is None

    def numbers(self, group: dict[str, Any], count: float, state: dict[str, Any]) -> dict[str, Any]:
        """The first gradient enters the running sum undampened."""
        momentum = group["momentum"]
        moving = momentum != 0
        return {
            "rate": -group["lr"],
            "decay": group["weight_decay"] if group["weight_decay"] != 0 else None,
            "momentum": momentum if moving else None,
            "share": 1 - group["dampening"] if moving and count > 1 and group["dampening"] != 0 else None,
            "look_ahead": momentum if moving and group["nesterov"] else None,
        }
