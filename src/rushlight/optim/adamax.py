"""Adamax: Adam with the largest gradient in the place of the root mean square."""

from __future__ import annotations

from typing import Any

from ._program import add, addcdiv, lerp
from ._sweep import RuleOptimizer
from .optimizer import ParamsT, check_betas, check_not_negative, check_rate


def rule(
    parameter: Any, gradient: Any, mean: Any, largest: Any, *, rate: Any, decay: Any, share: Any, keep: Any, eps: Any
) -> tuple[Any, Any, Any]:
    """A step along the mean gradient over the largest one, which fades."""
    if decay is not None:
        gradient = add(gradient, parameter, decay)
    mean = lerp(mean, gradient, share)
    largest = (largest * keep).maximum(gradient.abs() + eps)
    return addcdiv(parameter, mean, largest, rate), mean, largest


class Adamax(RuleOptimizer):
    """Adamax (Kingma & Ba, 2014): Adam with the infinity norm.

    Args:
        params: parameters or groups of them.
        lr: learning rate.
        betas: decay rates of the running mean of gradients and of the largest gradient.
        eps: added to the size of a gradient.
        weight_decay: factor of the parameter added to its gradient.
        foreach: accepted for compatibility.
        maximize: whether to climb instead of descend.
        differentiable: whether the update itself is recorded.
        capturable: for CUDA graphs; a step on the CPU raises, as torch's does.

    Raises:
        ValueError: an option is out of range.

    Example::

        >>> torch.optim.Adamax([torch.ones(1, requires_grad=True)]).defaults["lr"]
        0.002
    """

    rule = staticmethod(rule)

    def __init__(
        self, params: ParamsT, lr: Any = 2e-3, betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-8,
        weight_decay: float = 0, foreach: bool | None = None, *, maximize: bool = False, differentiable: bool = False,
        capturable: bool = False,
    ) -> None:  # fmt: skip
        check_rate(lr)
        check_not_negative({"learning rate": lr, "epsilon value": eps})
        check_betas(betas)
        check_not_negative({"weight_decay value": weight_decay})
        super().__init__(params, {
            "lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay, "foreach": foreach,
            "maximize": maximize, "differentiable": differentiable, "capturable": capturable,
        })  # fmt: skip

    def memories(self, group: dict[str, Any]) -> tuple[str | None, ...]:
        """The mean of gradients and the largest of them."""
        return "exp_avg", "exp_inf"

    def numbers(self, group: dict[str, Any], count: float, state: dict[str, Any]) -> dict[str, Any]:
        """The mean starts at zero; the step makes up for it."""
        beta1, beta2 = group["betas"]
        decay = group["weight_decay"]
        return {
            "rate": -group["lr"] / (1 - beta1**count),
            "decay": decay if decay != 0 else None,
            "share": 1 - beta1,
            "keep": beta2,
            "eps": group["eps"],
        }
