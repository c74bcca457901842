"""Muon: momentum whose update of a matrix is made orthogonal."""

from __future__ import annotations

from math import sqrt
from typing import Any, Literal

from .._core.sizes import Size
from ._rounding import add_once, lerp_once
from ._sweep import without_tensors, zeros_like
from .optimizer import GroupOptimizer, ParamsT, check_rate

MOST_STEPS = 100


def orthogonalized(matrix: Any, coefficients: tuple[float, float, float], steps: int, eps: float) -> Any:
    """A matrix of the same singular vectors, whose singular values are about 1 (Newton-Schulz, in bfloat16).

    Args:
        matrix: two dimensions.
        coefficients: of the polynomial ``a x + b x**3 + c x**5`` that each step applies to the singular values.
        steps: how many times.
        eps: the least norm that the matrix is divided by.
    """
    first, third, fifth = coefficients
    tall = matrix.shape[0] > matrix.shape[1]
    found = matrix.bfloat16()
    found = found.t() if tall else found  # the product with itself is then the small one
    found = found / found.norm().clamp(min=eps)
    for _ in range(steps):
        gram = found @ found.t()
        change = _add_product(gram, gram, gram, third, fifth)
        found = _add_product(found, change, found, first, 1.0)
    return found.t() if tall else found


def _add_product(addend: Any, one: Any, two: Any, beta: float, alpha: float) -> Any:
    """``beta * addend + alpha * (one @ two)`` of bfloat16 matrices, rounded to bfloat16 as late as torch does."""
    product = one.float() @ two.float()
    return add_once(product * alpha, addend.float(), beta).bfloat16()


class Muon(GroupOptimizer):
    """Muon (Jordan, 2024), for matrices: hidden layers, while biases and embeddings go to another optimizer.

    Args:
        params: parameters of two dimensions, or groups of them.
        lr: learning rate.
        weight_decay: the share of the parameter, times `lr`, that is taken off at every step.
        momentum: decay rate of the running mean of gradients.
        nesterov: whether to look ahead along the momentum.
        ns_coefficients: coefficients of the Newton-Schulz iteration.
        eps: the least norm that a matrix is divided by.
        ns_steps: steps of the iteration.
        adjust_lr_fn: how `lr` follows the shape of a matrix: ``"original"`` (by the root of rows over columns, at least
            1) or ``"match_rms_adamw"`` (by a fifth of the root of the longer side).

    Raises:
        ValueError: an option is out of range, or a parameter has not two dimensions.

    Example::

        >>> weight = torch.zeros(2, 2, requires_grad=True)
        >>> optimizer = torch.optim.Muon([weight], lr=0.1)
        >>> (weight * torch.tensor([[3.0, 0.0], [0.0, 0.1]])).sum().backward()
        >>> optimizer.step()
        >>> (weight.detach().diagonal() < -0.05).all()
        tensor(True)
    """

    def __init__(
        self, params: ParamsT, lr: Any = 1e-3, weight_decay: float = 0.1, momentum: float = 0.95, nesterov: bool = True,
        ns_coefficients: tuple[float, float, float] = (3.4445, -4.775, 2.0315), eps: float = 1e-7, ns_steps: int = 5,
        adjust_lr_fn: Literal["original", "match_rms_adamw"] | None = None,
    ) -> None:  # fmt: skip
        check_rate(lr)
        for name, value in (("Learning rate", lr), ("momentum", momentum), ("weight decay", weight_decay)):
            if not 0.0 <= value:
                raise ValueError(f"{name} should be >= 0 but is: {value}")
        if adjust_lr_fn not in (None, "original", "match_rms_adamw"):
            error = ValueError(f"Adjust learning rate function {adjust_lr_fn} is not supported")
            error.add_note("adjust_lr_fn is 'original', 'match_rms_adamw' or None, which means 'original'")
            raise error
        super().__init__(params, {
            "lr": lr, "weight_decay": weight_decay, "momentum": momentum, "nesterov": nesterov,
            "ns_coefficients": ns_coefficients, "eps": eps, "ns_steps": ns_steps, "adjust_lr_fn": adjust_lr_fn,
        })  # fmt: skip
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.ndim != 2:
                    error = ValueError(
                        f"Muon only supports 2D parameters whereas we found a parameter with size: "
                        f"{Size(parameter.shape)!r}"
                    )
                    error.add_note("give biases, embeddings and convolutions to another optimizer, AdamW for example")
                    raise error

    def update_group(self, group: dict[str, Any]) -> None:
        """One step of every parameter of the group."""
        options = without_tensors(group)
        for parameter in group["params"]:
            gradient = parameter.grad
            if gradient is not None:
                self._update(parameter, gradient, options)

    def _update(self, parameter: Any, gradient: Any, options: dict[str, Any]) -> None:
        if parameter.is_complex():
            raise RuntimeError("Muon does not support complex parameters")
        if gradient.ndim != 2:
            raise ValueError("Param gradient must be a 2D matrix")
        if options["ns_steps"] >= MOST_STEPS:
            raise ValueError("Number of steps must be less than 100 for computational efficiency")
        if len(options["ns_coefficients"]) != 3:
            raise ValueError("Coefficients must be a tuple of exactly 3 values")
        state, momentum = self.state[parameter], options["momentum"]
        if not state:
            state["momentum_buffer"] = zeros_like(parameter)
        mean = state["momentum_buffer"]
        mean.copy_(lerp_once(mean, gradient, 1 - momentum))
        update = lerp_once(gradient, mean, momentum) if options["nesterov"] else mean
        update = orthogonalized(update, options["ns_coefficients"], options["ns_steps"], options["eps"])
        rows, columns = parameter.shape
        if options["adjust_lr_fn"] == "match_rms_adamw":
            factor = 0.2 * sqrt(max(rows, columns))
        else:
            factor = sqrt(max(1, rows / columns))
        parameter.mul_(1 - options["lr"] * options["weight_decay"])
        parameter.copy_(add_once(parameter, update, -options["lr"] * factor))
