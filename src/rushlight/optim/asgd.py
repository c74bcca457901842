"""ASGD: stochastic gradient descent that also keeps the average of the parameters."""

from __future__ import annotations

from typing import Any

import numpy as np

from .._core.tensor_base import wrap
from ._program import add
from ._sweep import RuleOptimizer, zeros_like
from .optimizer import ParamsT, check_not_negative, check_rate, number


def rule(
    parameter: Any, gradient: Any, average: Any, *, rate: Any, shrink: Any, decay: Any, weight: Any
) -> tuple[Any, Any]:
    """A step against the gradient from the shrunk parameter, and the average moved towards where it leads."""
    if decay is not None:
        gradient = add(gradient, parameter, decay)
    parameter = add(parameter * shrink, gradient, rate)
    average = parameter if weight is None else average + (parameter - average) * weight
    return parameter, average


class ASGD(RuleOptimizer):
    """Averaged stochastic gradient descent (Polyak & Juditsky, 1992).

    Args:
        params: parameters or groups of them.
        lr: learning rate of the first step.
        lambd: how fast parameters shrink and the learning rate falls.
        alpha: power of the fall of the learning rate.
        t0: step at which averaging begins.
        weight_decay: factor of the parameter added to its gradient.
        foreach: accepted for compatibility.
        maximize: whether to climb instead of descend.
        differentiable: whether the update itself is recorded.
        capturable: for CUDA graphs; a step on the CPU raises, as torch's does.

    Raises:
        ValueError: the learning rate or the weight decay is negative.

    Example::

        >>> x = torch.ones(1, requires_grad=True)
        >>> optimizer = torch.optim.ASGD([x], lr=0.1)
        >>> (2 * x).backward()
        >>> optimizer.step()
        >>> optimizer.state[x]["ax"]
        tensor([0.8000])
    """

    rule = staticmethod(rule)
    capturable_things = "params, mus, etas, and state_steps"
    numbers_differ = True

    def __init__(
        self, params: ParamsT, lr: Any = 1e-2, lambd: float = 1e-4, alpha: float = 0.75, t0: float = 1e6,
        weight_decay: float = 0, foreach: bool | None = None, maximize: bool = False, differentiable: bool = False,
        capturable: bool = False,
    ) -> None:  # fmt: skip
        check_rate(lr)
        check_not_negative({"learning rate": lr, "weight_decay value": weight_decay})
        super().__init__(params, {
            "lr": lr, "lambd": lambd, "alpha": alpha, "t0": t0, "weight_decay": weight_decay, "foreach": foreach,
            "maximize": maximize, "differentiable": differentiable, "capturable": capturable,
        })  # fmt: skip

    def memories(self, group: dict[str, Any]) -> tuple[str | None, ...]:
        """The average of the parameter."""
        return ("ax",)

    def first_memory(self, parameter: Any, group: dict[str, Any]) -> dict[str, Any]:
        """Besides the average the learning rate and the weight of the next step."""
        return {
            "step": wrap(np.zeros((), np.float32)),
            "eta": wrap(np.array(number(group["lr"]), np.float32)),
            "mu": wrap(np.ones((), np.float32)),
            "ax": zeros_like(parameter),
        }

    def numbers(self, group: dict[str, Any], count: float, state: dict[str, Any]) -> dict[str, Any]:
        """This step's learning rate and weight from the memory, which is given those of the next."""
        lr, lambd, decay = group["lr"], group["lambd"], group["weight_decay"]
        eta, mu = state["eta"].item(), state["mu"].item()
        # rounded as torch rounds them, also into memories that loading has made float64
        state["eta"].fill_(float(np.float32(number(lr / (1 + lambd * lr * count) ** group["alpha"]))))
        state["mu"].fill_(float(np.float32(1 / max(1, count - group["t0"]))))
        return {
            "rate": -eta,
            "shrink": 1 - lambd * eta,
            "decay": decay if decay != 0 else None,
            "weight": mu if mu != 1 else None,
        }
