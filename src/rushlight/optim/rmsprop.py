"""RMSprop: steps divided by the running root mean square of the gradient."""

from __future__ import annotations

from typing import Any

from ._program import add, addcdiv, addcmul, lerp
from ._sweep import RuleOptimizer
from .optimizer import ParamsT, check_not_negative, check_rate


def rule(
    parameter: Any, gradient: Any, square: Any, velocity: Any, mean: Any, *, rate: Any, decay: Any, keep: Any,
    share: Any, eps: Any, momentum: Any,
) -> tuple[Any, Any, Any, Any]:  # fmt: skip
    """A step along the gradient over its root mean square, or over its standard deviation if centered."""
    if decay is not None:
        gradient = add(gradient, parameter, decay)
    square = addcmul(square * keep, gradient, gradient, share)
    spread = square
    if mean is not None:
        mean = lerp(mean, gradient, share)
        spread = square - mean * mean
    scale = spread.sqrt() + eps
    if velocity is None:
        return addcdiv(parameter, gradient, scale, rate), square, None, mean
    velocity = velocity * momentum + gradient / scale
    return add(parameter, velocity, rate), square, velocity, mean


class RMSprop(RuleOptimizer):
    """RMSprop (Hinton, 2012), centered if wanted, with momentum.

    Args:
        params: parameters or groups of them.
        lr: learning rate.
        alpha: decay rate of the mean square.
        eps: added to the denominator.
        weight_decay: factor of the parameter added to its gradient.
        momentum: factor of the running sum of steps.
        centered: whether the square of the mean is taken off the mean square.
        capturable: for CUDA graphs; a step on the CPU raises, as torch's does.
        foreach: accepted for compatibility.
        maximize: whether to climb instead of descend.
        differentiable: whether the update itself is recorded.

    Raises:
        ValueError: an option is negative.

    Example::

        >>> torch.optim.RMSprop([torch.ones(1, requires_grad=True)]).defaults["alpha"]
        0.99
    """

    rule = staticmethod(rule)

    def __init__(
        self, params: ParamsT, lr: Any = 1e-2, alpha: float = 0.99, eps: float = 1e-8, weight_decay: float = 0,
        momentum: float = 0, centered: bool = False, capturable: bool = False, foreach: bool | None = None,
        maximize: bool = False, differentiable: bool = False,
    ) -> None:  # fmt: skip
        check_rate(lr)
        check_not_negative({
            "learning rate": lr, "epsilon value": eps, "momentum value": momentum, "weight_decay value": weight_decay,
            "alpha value": alpha,
        })  # fmt: skip
        super().__init__(params, {
            "lr": lr, "momentum": momentum, "alpha": alpha, "eps": eps, "centered": centered,
            "weight_decay": weight_decay, "capturable": capturable, "foreach": foreach, "maximize": maximize,
            "differentiable": differentiable,
        })  # fmt: skip

    def memories(self, group: dict[str, Any]) -> tuple[str | None, ...]:
        """The mean square of gradients, the running sum of steps, the mean of gradients."""
        momentum = "momentum_buffer" if group["momentum"] > 0 else None
        return "square_avg", momentum, "grad_avg" if group["centered"] else None

    def numbers(self, group: dict[str, Any], count: float, state: dict[str, Any]) -> dict[str, Any]:
        """The same in every step."""
        decay, momentum = group["weight_decay"], group["momentum"]
        return {
            "rate": -group["lr"],
            "decay": decay if decay != 0 else None,
            "keep": group["alpha"],
            "share": 1 - group["alpha"],
            "eps": group["eps"],
            "momentum": momentum if momentum > 0 else None,
        }
