"""Rprop: steps whose sizes grow while gradients keep their sign and shrink when they change it."""

from __future__ import annotations

from typing import Any

import numpy as np

from .._core.tensor_base import wrap
from .._declare.scalars import s
from ._sweep import RuleOptimizer, filled_like, zeros_like
from .optimizer import ParamsT, check_not_negative, check_rate, number


def rule(
    parameter: Any, gradient: Any, previous: Any, size: Any, *, shrink: Any, grow: Any, least: Any, most: Any
) -> tuple[Any, Any, Any]:
    """A step of the element's own size against the sign of the gradient; none where the sign has changed."""
    agreement = (gradient * previous).sign()
    # where it is 0 the size stays, where it is nan it becomes nan
    factor = s.where(agreement > 0, grow, s.where(agreement < 0, shrink, agreement + 1))
    size = (size * factor).clamp_min(least).clamp_max(most)
    gradient = s.where(agreement < 0, 0.0, gradient)
    return parameter - gradient.sign() * size, gradient, size


class Rprop(RuleOptimizer):
    """Resilient backpropagation (Riedmiller & Braun, 1993), for gradients of whole data sets.

    Args:
        params: parameters or groups of them.
        lr: first size of steps.
        etas: factors by which sizes shrink and grow.
        step_sizes: the least and the largest size.
        capturable: for CUDA graphs; a step on the CPU raises, as torch's does.
        foreach: accepted for compatibility.
        maximize: whether to climb instead of descend.
        differentiable: whether the update itself is recorded.

    Raises:
        ValueError: the learning rate is negative, or `etas` does not lie on both sides of 1.

    Example::

        >>> x = torch.ones(1, requires_grad=True)
        >>> (2 * x).backward()
        >>> torch.optim.Rprop([x], lr=0.25).step()
        >>> x
        tensor([0.7500], requires_grad=True)
    """

    rule = staticmethod(rule)

    def __init__(
        self, params: ParamsT, lr: Any = 1e-2, etas: tuple[float, float] = (0.5, 1.2),
        step_sizes: tuple[float, float] = (1e-6, 50), *, capturable: bool = False, foreach: bool | None = None,
        maximize: bool = False, differentiable: bool = False,
    ) -> None:  # fmt: skip
        check_rate(lr)
        check_not_negative({"learning rate": lr})
        if not 0.0 < etas[0] < 1.0 < etas[1]:
            error = ValueError(f"Invalid eta values: {etas[0]}, {etas[1]}")
            error.add_note("the first shrinks steps and lies between 0 and 1, the second lets them grow and is over 1")
            raise error
        super().__init__(params, {
            "lr": lr, "etas": etas, "step_sizes": step_sizes, "foreach": foreach, "maximize": maximize,
            "differentiable": differentiable, "capturable": capturable,
        })  # fmt: skip

    def memories(self, group: dict[str, Any]) -> tuple[str | None, ...]:
        """The last gradient and the size of steps."""
        return "prev", "step_size"

    def first_memory(self, parameter: Any, group: dict[str, Any]) -> dict[str, Any]:
        """Steps start with the size of the learning rate."""
        return {
            "step": wrap(np.zeros((), np.float32)),
            "prev": zeros_like(parameter),
            "step_size": filled_like(parameter, number(group["lr"])),
        }

    def numbers(self, group: dict[str, Any], count: float, state: dict[str, Any]) -> dict[str, Any]:
        """The same in every step."""
        shrink, grow = group["etas"]
        least, most = group["step_sizes"]
        return {"shrink": shrink, "grow": grow, "least": least, "most": most}
