"""Adadelta: steps scaled by the ratio of the sizes of past steps and gradients."""

from __future__ import annotations

from typing import Any

from ._program import add, addcmul
from ._sweep import RuleOptimizer
from .optimizer import ParamsT, check_not_negative, check_rate


def rule(
    parameter: Any, gradient: Any, square: Any, steps: Any, *, rate: Any, decay: Any, keep: Any, share: Any, eps: Any
) -> tuple[Any, Any, Any]:
    """A step along the gradient in the units of the parameter: root mean square of steps over that of gradients."""
    if decay is not None:
        gradient = add(gradient, parameter, decay)
    square = addcmul(square * keep, gradient, gradient, share)
    move = (steps + eps).sqrt() / (square + eps).sqrt() * gradient
    steps = addcmul(steps * keep, move, move, share)
    return add(parameter, move, rate), square, steps


class Adadelta(RuleOptimizer):
    """Adadelta (Zeiler, 2012).

    Args:
        params: parameters or groups of them.
        lr: factor of the step.
        rho: decay rate of the mean squares.
        eps: added under the roots.
        weight_decay: factor of the parameter added to its gradient.
        foreach: accepted for compatibility.
        capturable: for CUDA graphs; a step on the CPU raises, as torch's does.
        maximize: whether to climb instead of descend.
        differentiable: whether the update itself is recorded.

    Raises:
        ValueError: an option is out of range.

    Example::

        >>> torch.optim.Adadelta([torch.ones(1, requires_grad=True)]).defaults["rho"]
        0.9
    """

    rule = staticmethod(rule)
    capturable_devices = "['cuda', 'xpu', 'hpu', 'privateuseone']"

    def __init__(
        self, params: ParamsT, lr: Any = 1.0, rho: float = 0.9, eps: float = 1e-6, weight_decay: float = 0,
        foreach: bool | None = None, *, capturable: bool = False, maximize: bool = False, differentiable: bool = False,
    ) -> None:  # fmt: skip
        check_rate(lr)
        check_not_negative({"learning rate": lr})
        if not 0.0 <= rho <= 1.0:
            error = ValueError(f"Invalid rho value: {rho}")
            error.add_note("rho is a decay rate, from 0 to 1")
            raise error
        check_not_negative({"epsilon value": eps, "weight_decay value": weight_decay})
        super().__init__(params, {
            "lr": lr, "rho": rho, "eps": eps, "weight_decay": weight_decay, "maximize": maximize,
            "capturable": capturable, "foreach": foreach, "differentiable": differentiable,
        })  # fmt: skip

    def memories(self, group: dict[str, Any]) -> tuple[str | None, ...]:
        """The mean squares of gradients and of steps."""
        return "square_avg", "acc_delta"

    def numbers(self, group: dict[str, Any], count: float, state: dict[str, Any]) -> dict[str, Any]:
        """The same in every step."""
        decay = group["weight_decay"]
        return {
            "rate": -group["lr"],
            "decay": decay if decay != 0 else None,
            "keep": group["rho"],
            "share": 1 - group["rho"],
            "eps": group["eps"],
        }
