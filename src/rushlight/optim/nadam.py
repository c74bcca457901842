"""NAdam: Adam with Nesterov's momentum."""

from __future__ import annotations

from typing import Any

import numpy as np

from .._core.tensor_base import wrap
from ._program import add, addcdiv, addcmul, lerp
from ._sweep import RuleOptimizer, zeros_like
from .optimizer import ParamsT, check_betas, check_not_negative, check_rate


def rule(
    parameter: Any, gradient: Any, mean: Any, square: Any, *, rate: Any, mean_rate: Any, shrink: Any, decay: Any,
    share: Any, keep: Any, square_share: Any, root: Any, eps: Any,
) -> tuple[Any, Any, Any]:  # fmt: skip
    """A step along the gradient and along its mean, both over the root mean square."""
    if shrink is not None:
        parameter = parameter * shrink
    if decay is not None:
        gradient = add(gradient, parameter, decay)
    mean = lerp(mean, gradient, share)
    square = addcmul(square * keep, gradient, gradient, square_share)
    scale = (square / root).sqrt() + eps
    return addcdiv(addcdiv(parameter, gradient, scale, rate), mean, scale, mean_rate), mean, square


class NAdam(RuleOptimizer):
    """NAdam (Dozat, 2016): Adam with Nesterov's momentum.

    Args:
        params: parameters or groups of them.
        lr: learning rate.
        betas: decay rates of the running mean of gradients and of their squares.
        eps: added to the denominator.
        weight_decay: factor of the parameter added to its gradient (taken off the parameter if decoupled).
        momentum_decay: how fast the momentum approaches its final value.
        decoupled_weight_decay: whether weight decay acts on the parameter directly.
        foreach: accepted for compatibility.
        maximize: whether to climb instead of descend.
        capturable: for CUDA graphs; a step on the CPU raises, as torch's does.
        differentiable: whether the update itself is recorded.

    Raises:
        ValueError: an option is out of range.

    Example::

        >>> torch.optim.NAdam([torch.ones(1, requires_grad=True)]).defaults["momentum_decay"]
        0.004
    """

    rule = staticmethod(rule)
    capturable_things = "params, mu_products and state_steps"
    numbers_differ = True

    def __init__(
        self, params: ParamsT, lr: Any = 2e-3, betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-8,
        weight_decay: float = 0, momentum_decay: float = 4e-3, decoupled_weight_decay: bool = False, *,
        foreach: bool | None = None, maximize: bool = False, capturable: bool = False, differentiable: bool = False,
    ) -> None:  # fmt: skip
        check_rate(lr)
        check_not_negative({"learning rate": lr, "epsilon value": eps})
        check_betas(betas)
        check_not_negative({"weight_decay value": weight_decay, "momentum_decay value": momentum_decay})
        super().__init__(params, {
            "lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay, "momentum_decay": momentum_decay,
            "decoupled_weight_decay": decoupled_weight_decay, "maximize": maximize, "foreach": foreach,
            "capturable": capturable, "differentiable": differentiable,
        })  # fmt: skip

    def memories(self, group: dict[str, Any]) -> tuple[str | None, ...]:
        """The means of gradients and of their squares."""
        return "exp_avg", "exp_avg_sq"

    def first_memory(self, parameter: Any, group: dict[str, Any]) -> dict[str, Any]:
        """Besides the means the product of all momenta so far."""
        return {
            "step": wrap(np.zeros((), np.float32)),
            "mu_product": wrap(np.ones((), np.float32)),
            "exp_avg": zeros_like(parameter),
            "exp_avg_sq": zeros_like(parameter),
        }

    def numbers(self, group: dict[str, Any], count: float, state: dict[str, Any]) -> dict[str, Any]:
        """The momentum of this step, which enters the product in the memory, and of the next."""
        beta1, beta2 = group["betas"]
        lr, decay, decoupled = group["lr"], group["weight_decay"], group["decoupled_weight_decay"]
        momentum, following = (
            beta1 * (1 - 0.5 * 0.96 ** (place * group["momentum_decay"])) for place in (count, count + 1)
        )
        product = state["mu_product"].mul_(momentum).item()
        return {
            "rate": -lr * (1 - momentum) / (1 - product),
            "mean_rate": -lr * following / (1 - product * following),
            "shrink": 1 - lr * decay if decay != 0 and decoupled else None,
            "decay": decay if decay != 0 and not decoupled else None,
            "share": 1 - beta1,
            "keep": beta2,
            "square_share": 1 - beta2,
            "root": 1 - beta2**count,
            "eps": group["eps"],
        }
