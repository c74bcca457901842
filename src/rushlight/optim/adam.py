"""Adam: steps scaled by running moments of the gradient."""

from __future__ import annotations

from typing import Any

from .._core.tensor_base import TensorBase
from ._program import add, addcdiv, addcmul, lerp
from ._sweep import RuleOptimizer
from .optimizer import ParamsT, check_betas, check_fused, check_not_negative, check_rate


def rule(
    parameter: Any, gradient: Any, mean: Any, square: Any, largest: Any, *, rate: Any, shrink: Any, decay: Any,
    share: Any, keep: Any, square_share: Any, root: Any, eps: Any,
) -> tuple[Any, Any, Any, Any]:  # fmt: skip
    """A step along the mean gradient over the root of the mean square, both freed of their bias towards zero."""
    if shrink is not None:
        parameter = parameter * shrink
    if decay is not None:
        gradient = add(gradient, parameter, decay)
    mean = lerp(mean, gradient, share)
    square = addcmul(square * keep, gradient, gradient, square_share)
    if largest is not None:
        largest = largest.maximum(square)
    scale = (square if largest is None else largest).sqrt() / root + eps
    return addcdiv(parameter, mean, scale, rate), mean, square, largest


class Adam(RuleOptimizer):
    """Adam (Kingma & Ba, 2014), with AMSGrad and decoupled weight decay as options.

    Args:
        params: parameters or groups of them.
        lr: learning rate.
        betas: decay rates of the running mean of gradients and of their squares.
        eps: added to the denominator.
        weight_decay: factor of the parameter added to its gradient (taken off the parameter if decoupled).
        amsgrad: whether the denominator keeps its maximum.
        maximize: whether to climb instead of descend.
        foreach, fused: accepted for compatibility; all parameters of a group are updated in one sweep in any case.
        capturable: for CUDA graphs; a step on the CPU raises, as torch's does.
        differentiable: whether the update itself is recorded.
        decoupled_weight_decay: whether weight decay acts on the parameter directly (AdamW).

    Raises:
        ValueError: an option is out of range.

    Example::

        >>> x = torch.ones(1, requires_grad=True)
        >>> (2 * x).backward()
        >>> torch.optim.Adam([x], lr=0.1).step()
        >>> x
        tensor([0.9000], requires_grad=True)
    """

    rule = staticmethod(rule)

    def __init__(
        self, params: ParamsT, lr: Any = 1e-3, betas: tuple[Any, Any] = (0.9, 0.999), eps: float = 1e-8,
        weight_decay: float = 0, amsgrad: bool = False, *, foreach: bool | None = None, maximize: bool = False,
        capturable: bool = False, differentiable: bool = False, fused: bool | None = None,
        decoupled_weight_decay: bool = False,
    ) -> None:  # fmt: skip
        _check_tensors(lr, betas, bool(foreach) and not capturable)
        check_not_negative({"learning rate": lr, "epsilon value": eps})
        check_betas(betas)
        check_not_negative({"weight_decay value": weight_decay})
        options = {
            "lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay, "amsgrad": amsgrad,
            "maximize": maximize, "foreach": foreach, "capturable": capturable, "differentiable": differentiable,
            "fused": fused, "decoupled_weight_decay": decoupled_weight_decay,
        }  # fmt: skip
        super().__init__(params, options)
        check_fused(options)

    def memories(self, group: dict[str, Any]) -> tuple[str | None, ...]:
        """The mean of gradients, of their squares, and the largest of the latter."""
        return "exp_avg", "exp_avg_sq", "max_exp_avg_sq" if group["amsgrad"] else None

    def numbers(self, group: dict[str, Any], count: float, state: dict[str, Any]) -> dict[str, Any]:
        """The moments start at zero; the step and the root make up for it."""
        beta1, beta2 = group["betas"]
        lr, decay = group["lr"], group["weight_decay"]
        decoupled = group["decoupled_weight_decay"]
        return {
            "rate": -lr / (1 - beta1**count),
            "shrink": 1 - lr * decay if decay != 0 and decoupled else None,
            "decay": decay if decay != 0 and not decoupled else None,
            "share": 1 - beta1,
            "keep": beta2,
            "square_share": 1 - beta2,
            "root": (1 - beta2**count) ** 0.5,
            "eps": group["eps"],
        }


def _check_tensors(lr: Any, betas: tuple[Any, Any], foreach: bool) -> None:
    """Raises torch's errors for options given as tensors."""
    if isinstance(lr, TensorBase) and foreach:
        raise ValueError("lr as a Tensor is not supported for capturable=False and foreach=True")
    check_rate(lr)
    if isinstance(betas[0], TensorBase) != isinstance(betas[1], TensorBase):
        raise ValueError("betas must be either both floats or both Tensors")
    for index, beta in enumerate(betas[:2]):
        if isinstance(beta, TensorBase) and foreach:
            raise ValueError(f"betas[{index}] as a Tensor is not supported for capturable=False and foreach=True")
