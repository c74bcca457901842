"""Adam and AdamW: steps scaled by running moments of the gradient."""

from __future__ import annotations

from typing import Any

import numpy as np

from .._core.tensor_base import TensorBase, wrap
from .optimizer import Optimizer, ParamsT, check_betas, with_gradients


class Adam(Optimizer):
    """Adam (Kingma & Ba, 2014), with AMSGrad and decoupled weight decay as options.

    Args:
        params: parameters or groups of them.
        lr: learning rate.
        betas: decay rates of the running mean of gradients and of their squares.
        eps: added to the denominator.
        weight_decay: factor of the parameter added to its gradient (taken off the parameter if decoupled).
        amsgrad: whether the denominator keeps its maximum.
        maximize: whether to climb instead of descend.
        foreach, fused, capturable: accepted for compatibility.
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

    def __init__(
        self, params: ParamsT, lr: Any = 1e-3, betas: tuple[Any, Any] = (0.9, 0.999), eps: float = 1e-8,
        weight_decay: float = 0, amsgrad: bool = False, *, foreach: bool | None = None, maximize: bool = False,
        capturable: bool = False, differentiable: bool = False, fused: bool | None = None,
        decoupled_weight_decay: bool = False,
    ) -> None:  # fmt: skip
        if not 0.0 <= lr:
            raise ValueError(f"Invalid learning rate: {lr}")
        if not 0.0 <= eps:
            raise ValueError(f"Invalid epsilon value: {eps}")
        check_betas(betas)
        if not 0.0 <= weight_decay:
            raise ValueError(f"Invalid weight_decay value: {weight_decay}")
        super().__init__(params, {
            "lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay, "amsgrad": amsgrad,
            "maximize": maximize, "foreach": foreach, "capturable": capturable, "differentiable": differentiable,
            "fused": fused, "decoupled_weight_decay": decoupled_weight_decay,
        })  # fmt: skip

    def update_group(self, group: dict[str, Any]) -> None:
        """One step of every parameter of the group."""
        for parameter, gradient in with_gradients(group):
            if gradient.is_complex():
                raise NotImplementedError("rushlight's Adam does not take complex parameters")
            self._update(parameter, gradient, self._state_of(parameter, group), group)

    def _state_of(self, parameter: Any, group: dict[str, Any]) -> dict[str, Any]:
        state: dict[str, Any] = self.state[parameter]
        if not state:
            state["step"] = wrap(np.zeros((), np.float32))
            state["exp_avg"] = parameter.detach().new_zeros(parameter.shape)
            state["exp_avg_sq"] = parameter.detach().new_zeros(parameter.shape)
            if group["amsgrad"]:
                state["max_exp_avg_sq"] = parameter.detach().new_zeros(parameter.shape)
        return state

    def _update(self, parameter: Any, gradient: Any, state: dict[str, Any], group: dict[str, Any]) -> None:
        beta1, beta2 = group["betas"]
        rate, decay = _number(group["lr"]), group["weight_decay"]
        step = state["step"]
        step.add_(1)
        count = step.item()
        if decay:
            if group["decoupled_weight_decay"]:
                parameter.mul_(1 - rate * decay)
            else:
                gradient = gradient.add(parameter, alpha=decay)
        mean, square = state["exp_avg"], state["exp_avg_sq"]
        mean.lerp_(gradient, 1 - beta1)
        square.mul_(beta2).addcmul_(gradient, gradient, value=1 - beta2)
        if group["amsgrad"]:
            largest = state["max_exp_avg_sq"]
            largest.copy_(largest.maximum(square))
            square = largest
        denominator = (square.sqrt() / (1 - beta2**count) ** 0.5).add_(group["eps"])
        parameter.addcdiv_(mean, denominator, value=-rate / (1 - beta1**count))


class AdamW(Adam):
    """Adam with decoupled weight decay (Loshchilov & Hutter, 2017).

    Args:
        params: parameters or groups of them.
        lr, betas, eps, amsgrad, maximize, foreach, capturable, differentiable, fused: as for `Adam`.
        weight_decay: the share of the parameter, times `lr`, that is taken off at every step.

    Example::

        >>> torch.optim.AdamW([torch.ones(1, requires_grad=True)]).defaults["weight_decay"]
        0.01
    """

    def __init__(
        self, params: ParamsT, lr: Any = 1e-3, betas: tuple[Any, Any] = (0.9, 0.999), eps: float = 1e-8,
        weight_decay: float = 1e-2, amsgrad: bool = False, *, maximize: bool = False, foreach: bool | None = None,
        capturable: bool = False, differentiable: bool = False, fused: bool | None = None,
    ) -> None:  # fmt: skip
        super().__init__(
            params, lr, betas, eps, weight_decay, amsgrad, foreach=foreach, maximize=maximize, capturable=capturable,
            differentiable=differentiable, fused=fused, decoupled_weight_decay=True,
        )  # fmt: skip


def _number(value: Any) -> Any:
    """A learning rate that may have been given as a tensor."""
    return value.item() if isinstance(value, TensorBase) else value  # type: ignore[attr-defined]
