"""RAdam: Adam that holds back while its mean square is uncertain."""

from __future__ import annotations

from math import sqrt
from typing import Any

from ._program import add, addcdiv, addcmul, lerp
from ._sweep import RuleOptimizer
from .optimizer import ParamsT, check_betas, check_not_negative, check_rate


def rule(
    parameter: Any, gradient: Any, mean: Any, square: Any, *, rate: Any, shrink: Any, decay: Any, share: Any,
    keep: Any, square_share: Any, eps: Any,
) -> tuple[Any, Any, Any]:  # fmt: skip
    """A step along the mean gradient, over the root mean square once that can be trusted (`eps` is given)."""
    if shrink is not None:
        parameter = parameter * shrink
    if decay is not None:
        gradient = add(gradient, parameter, decay)
    mean = lerp(mean, gradient, share)
    square = addcmul(square * keep, gradient, gradient, square_share)
    if eps is None:
        return add(parameter, mean, rate), mean, square
    return addcdiv(parameter, mean, square.sqrt() + eps, rate), mean, square


class RAdam(RuleOptimizer):
    """RAdam (Liu et al., 2019): Adam with a rectified step.

    Args:
        params: parameters or groups of them.
        lr: learning rate.
        betas: decay rates of the running mean of gradients and of their squares.
        eps: added to the denominator.
        weight_decay: factor of the parameter added to its gradient (taken off the parameter if decoupled).
        decoupled_weight_decay: whether weight decay acts on the parameter directly.
        foreach: accepted for compatibility.
        maximize: whether to climb instead of descend.
        capturable: for CUDA graphs; a step on the CPU raises, as torch's does.
        differentiable: whether the update itself is recorded.

    Raises:
        ValueError: an option is out of range.

    Example::

        >>> torch.optim.RAdam([torch.ones(1, requires_grad=True)]).defaults["lr"]
        0.001
    """

    rule = staticmethod(rule)

    def __init__(
        self, params: ParamsT, lr: Any = 1e-3, betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-8,
        weight_decay: float = 0, decoupled_weight_decay: bool = False, *, foreach: bool | None = None,
        maximize: bool = False, capturable: bool = False, differentiable: bool = False,
    ) -> None:  # fmt: skip
        check_rate(lr)
        check_not_negative({"learning rate": lr, "epsilon value": eps})
        check_betas(betas)
        check_not_negative({"weight_decay value": weight_decay})
        super().__init__(params, {
            "lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay, "maximize": maximize,
            "foreach": foreach, "capturable": capturable, "decoupled_weight_decay": decoupled_weight_decay,
            "differentiable": differentiable,
        })  # fmt: skip

    def memories(self, group: dict[str, Any]) -> tuple[str | None, ...]:
        """The means of gradients and of their squares."""
        return "exp_avg", "exp_avg_sq"

    def numbers(self, group: dict[str, Any], count: float, state: dict[str, Any]) -> dict[str, Any]:
        """The step is adaptive once the mean square rests on more than five gradients, so to speak."""
        beta1, beta2 = group["betas"]
        lr, decay, decoupled = group["lr"], group["weight_decay"], group["decoupled_weight_decay"]
        known = 1 - beta2**count
        final = 2 / (1 - beta2) - 1
        length = final - 2 * count * beta2**count / known
        adaptive = length > 5.0
        rate = -lr / (1 - beta1**count)
        if adaptive:
            trust = (length - 4) * (length - 2) * final / ((final - 4) * (final - 2) * length)
            rate = rate * sqrt(trust * known)
        return {
            "rate": rate,
            "shrink": 1 - lr * decay if decay != 0 and decoupled else None,
            "decay": decay if decay != 0 and not decoupled else None,
            "share": 1 - beta1,
            "keep": beta2,
            "square_share": 1 - beta2,
            "eps": group["eps"] if adaptive else None,
        }
