"""Adafactor: Adam whose mean squares of a matrix are kept as those of its rows and columns."""

from __future__ import annotations

from math import sqrt
from typing import Any

import numpy as np

from .._core.dtypes import finfo
from .._core.tensor_base import wrap
from ._sweep import without_tensors
from .optimizer import GroupOptimizer, ParamsT, check_rate


class Adafactor(GroupOptimizer):
    """Adafactor (Shazeer & Stern, 2018): little memory, and steps relative to the size of the parameter.

    Args:
        params: parameters or groups of them.
        lr: the largest relative step.
        beta2_decay: the power of the number of steps by which new gradients count less.
        eps: the least mean square (the dtype's ``eps`` for None) and the least size of a parameter.
        d: the size above which updates are clipped.
        weight_decay: the share of the parameter, times `lr`, that is taken off at every step.
        foreach: accepted for compatibility.
        maximize: whether to climb instead of descend.

    Raises:
        ValueError: an option is out of range.

    Example::

        >>> weight = torch.ones(2, 3, requires_grad=True)
        >>> optimizer = torch.optim.Adafactor([weight])
        >>> weight.sum().backward()
        >>> optimizer.step()
        >>> weight[0]
        tensor([0.9900, 0.9900, 0.9900], grad_fn=<SelectBackward0>)
        >>> {name: tuple(memory.shape) for name, memory in optimizer.state[weight].items()}
        {'step': (), 'row_var': (2, 1), 'col_var': (1, 3)}
    """

    def __init__(
        self, params: ParamsT, lr: Any = 1e-2, beta2_decay: float = -0.8,
        eps: tuple[float | None, float] = (None, 1e-3), d: float = 1.0, weight_decay: float = 0.0, *,
        foreach: bool | None = None, maximize: bool = False,
    ) -> None:  # fmt: skip
        check_rate(lr)
        if not 0.0 <= lr:
            raise ValueError(f"Learning rate should be >= 0 but is: {lr}")
        if not 0.0 >= beta2_decay:
            raise ValueError(f"beta2_decay should be <= 0 but is: {beta2_decay}")
        if eps[0] is not None and not 0.0 <= eps[0]:
            raise ValueError(f"epsilon1 should be >= 0 but is: {eps[0]}")
        if not 0.0 <= eps[1]:
            raise ValueError(f"epsilon2 should be >= 0 but is: {eps[1]}")
        if not 1.0 <= d:
            raise ValueError(f"Clipping threshold d should be >= 1 but is: {d}")
        if not 0.0 <= weight_decay:
            raise ValueError(f"weight_decay should be >= 0 but is: {weight_decay}")
        super().__init__(params, {
            "lr": lr, "beta2_decay": beta2_decay, "eps": eps, "d": d, "weight_decay": weight_decay,
            "foreach": foreach, "maximize": maximize,
        })  # fmt: skip

    def update_group(self, group: dict[str, Any]) -> None:
        """One step of every parameter of the group."""
        options = without_tensors(group)
        for parameter in group["params"]:
            gradient = parameter.grad
            if gradient is None:
                continue
            if parameter.is_complex():
                raise RuntimeError("Adafactor does not support complex parameters")
            state = self.state[parameter]
            if not state:
                state.update(_first_memory(parameter))
            _update(parameter, -gradient if options["maximize"] else gradient, state, options)


def _first_memory(parameter: Any) -> dict[str, Any]:
    step = wrap(np.zeros((), np.float32))
    shape, new_zeros = tuple(parameter.shape), parameter.detach().new_zeros
    if len(shape) < 2:
        return {"step": step, "variance": new_zeros(shape)}
    return {"step": step, "row_var": new_zeros((*shape[:-1], 1)), "col_var": new_zeros((*shape[:-2], 1, shape[-1]))}


def _update(parameter: Any, gradient: Any, state: dict[str, Any], options: dict[str, Any]) -> None:
    """One step of a parameter."""
    least, least_size = options["eps"]
    if least is None:
        least = finfo(parameter.dtype).eps
    count = state["step"].add_(1).item()
    share = count ** options["beta2_decay"]
    size = max(least_size, _root_mean_square(parameter))
    rate = size * min(options["lr"], 1 / sqrt(count))
    if options["weight_decay"] != 0:
        parameter.mul_(1 - options["lr"] * options["weight_decay"])
    if parameter.dim() > 1:
        rows = state["row_var"].lerp_(_mean_square(gradient, -1), share)
        columns = state["col_var"].lerp_(_mean_square(gradient, -2), share)
        square = (rows @ columns).div_(rows.mean(dim=-2, keepdim=True).clamp_(min=least))
    else:
        square = state["variance"].lerp_(gradient.square(), share)
    update = square.clamp(min=least * least).rsqrt_().mul_(gradient)
    clip = max(1.0, _root_mean_square(update) / options["d"])
    parameter.add_(update, alpha=-rate / clip)


def _mean_square(gradient: Any, dim: int) -> Any:
    return gradient.norm(dim=dim, keepdim=True).square_().div_(gradient.size(dim))


def _root_mean_square(tensor: Any) -> float:
    return float(tensor.norm(2).item() / tensor.numel() ** 0.5)
