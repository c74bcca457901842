"""Losses as operators: how far predictions are from targets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._declare.kinds import kernel

if TYPE_CHECKING:
    from ..tensor import Tensor

NONE, MEAN, SUM = 0, 1, 2
"""Reductions as the operators take them, in torch's numbering."""


def reduction_number(reduction: str) -> int:
    """The number of a reduction's name.

    Raises:
        ValueError: there is no such reduction.
    """
    found = {"none": NONE, "mean": MEAN, "sum": SUM}.get(reduction)
    if found is None:
        raise ValueError(f"{reduction} is not a valid value for reduction")
    return found


def _reduce(values: Any, reduction: int) -> Any:
    if reduction == MEAN:
        return values.mean() if values.size else np.asarray(np.nan, values.dtype)
    return values.sum() if reduction == SUM else values


def _spread(g: Tensor, input_like: Any, reduction: int) -> Tensor:
    """The gradient of every element's loss from that of the reduced one."""
    if reduction != MEAN:
        return g
    count = int(np.prod(input_like.shape))
    return g / count


def _mse_rule(sign: int) -> Any:
    def rule(g: Tensor, input: Tensor, target: Tensor, reduction: int) -> Tensor:
        return _spread(g, input, reduction) * (2 * sign) * (input - target)

    return rule


@kernel(promote=("input", "target"), vjp={"input": _mse_rule(1), "target": _mse_rule(-1)})
def mse_loss(input: Tensor, target: Tensor, reduction: int = MEAN, *, out: Tensor | None = None) -> Any:
    """Mean squared difference."""
    return _reduce(np.square(input - target), reduction)


def _smooth_rule(sign: int) -> Any:
    def rule(g: Tensor, input: Tensor, target: Tensor, reduction: int, beta: float) -> Tensor:
        difference = input - target
        slope = difference.sign() if beta == 0 else (difference / beta).clamp(-1, 1)
        return _spread(g, input, reduction) * slope * sign

    return rule


@kernel(
    promote=("input", "target"),
    node="SmoothL1LossBackward0",
    vjp={"input": _smooth_rule(1), "target": _smooth_rule(-1)},
)
def smooth_l1_loss(input: Tensor, target: Tensor, reduction: int = MEAN, beta: float = 1.0) -> Any:
    """Squared difference below `beta`, absolute difference above."""
    size = np.abs(input - target)
    near = np.asarray(beta, size.dtype)
    losses = np.where(size < near, size * size * 0.5 / near, size - near / 2) if beta else size
    return _reduce(losses.astype(size.dtype, copy=False), reduction)


def _huber_rule(sign: int) -> Any:
    def rule(g: Tensor, input: Tensor, target: Tensor, reduction: int, delta: float) -> Tensor:
        return _spread(g, input, reduction) * (input - target).clamp(-delta, delta) * sign

    return rule


@kernel(promote=("input", "target"), vjp={"input": _huber_rule(1), "target": _huber_rule(-1)})
def huber_loss(input: Tensor, target: Tensor, reduction: int = MEAN, delta: float = 1.0) -> Any:
    """Squared difference below `delta`, linear above."""
    if delta <= 0:
        raise RuntimeError("huber_loss does not support non-positive values for delta.")
    size = np.abs(input - target)
    losses = np.where(size <= delta, 0.5 * size * size, delta * (size - 0.5 * delta))
    return _reduce(losses.astype(size.dtype, copy=False), reduction)


def _check_nll(input: Tensor, target: Tensor, weight: Tensor | None, reduction: int, ignore_index: int) -> None:
    if target.is_floating_point():
        raise RuntimeError("expected scalar type Long but found Float")
    if input.ndim == 1 and target.ndim > 1:
        raise RuntimeError("0D or 1D target tensor expected, multi-target not supported")
    channels = input.shape[1 if input.ndim > 1 else 0]
    if weight is not None and (weight.ndim != 1 or weight.numel() != channels):
        raise RuntimeError(
            f"weight tensor should be defined either for all {channels} classes or no classes but got weight tensor of "
            f"shape: {list(weight.shape)}"
        )
    if input.ndim == 2 and target.ndim == 1 and input.shape[0] != target.shape[0]:
        error = RuntimeError(f"size mismatch (got input: {list(input.shape)}, target: {list(target.shape)})")
        error.add_note("the first dimension of both is the batch: one target class for every row of predictions")
        raise error


def _class_weights(input: Any, target: Any, weight: Any, ignore_index: int) -> tuple[Any, Any]:
    """The class to read for every target, and the weight of each (0 where it is ignored)."""
    channels = input.shape[1]
    ignored = target == ignore_index
    classes = np.where(ignored, 0, target)
    if classes.size and (classes.min() < 0 or classes.max() >= channels):
        bad = classes[(classes < 0) | (classes >= channels)].flat[0]
        error = IndexError(f"Target {bad} is out of bounds.")
        error.add_note(f"there are {channels} classes, numbered from 0")
        raise error
    weights = np.ones(classes.shape, input.dtype) if weight is None else weight[classes]
    return classes, np.where(ignored, np.asarray(0, input.dtype), weights)


def _nll_scale(g: Tensor, target: Tensor, weights: Tensor, reduction: int) -> Tensor:
    if reduction == NONE:
        return g * weights
    return g * weights / weights.sum() if reduction == MEAN else g * weights


def _nll_gradient(
    g: Any, input_like: Any, target: Tensor, reduction: int, ignore_index: int, result1: Tensor
) -> Tensor:
    g = g[0]
    single = len(input_like.shape) == 1
    ignored = target == ignore_index
    classes = target.masked_fill(ignored, 0)
    weights = result1
    scaled = -_nll_scale(g, target, weights, reduction)
    if single:
        zeros = scaled.new_zeros(input_like.shape)
        return zeros.scatter_add(0, classes.reshape(1), scaled.reshape(1))
    zeros = scaled.new_zeros(input_like.shape)
    return zeros.scatter_add(1, classes.unsqueeze(1), scaled.expand(target.shape).unsqueeze(1))


@kernel(
    check=_check_nll,
    node=("NllLossBackward0", "NllLoss2DBackward0"),
    pick_node=lambda input, *rest: 1 if input.ndim > 2 else 0,
    vjp={"input": _nll_gradient},
    nondifferentiable=(1,),
)
def nll_loss_with_weights(
    input: Tensor, target: Tensor, weight: Tensor | None = None, reduction: int = MEAN, ignore_index: int = -100
) -> Any:
    """Negative log likelihood, and the weight with which each target counted.

    Args:
        input: log-probabilities of shape (n, c, ...) or (c,).
        target: class numbers of shape (n, ...) or ().
        weight: of shape (c,), or None.
        reduction: NONE, MEAN or SUM.
        ignore_index: a target that does not count.
    """
    scores = input[None] if input.ndim == 1 else input
    wanted = target.reshape(1) if input.ndim == 1 else target
    classes, weights = _class_weights(scores, wanted, weight, ignore_index)
    picked = np.take_along_axis(scores, classes[:, None], axis=1)[:, 0]
    losses = -picked * weights
    weights = weights.reshape(target.shape)
    if reduction == NONE:
        return losses.reshape(target.shape), weights
    total = losses.sum()
    if reduction == MEAN:
        total = total / weights.sum()
    return np.asarray(total, input.dtype), weights


def _bce_gradient(g: Tensor, input: Tensor, target: Tensor, weight: Tensor | None, reduction: int) -> Tensor:
    slope = (input - target) / ((1 - input) * input).clamp(min=1e-12)
    scaled = _spread(g, input, reduction) * slope
    return scaled if weight is None else scaled * weight


def _bce_target_gradient(g: Tensor, input: Tensor, target: Tensor, weight: Tensor | None, reduction: int) -> Tensor:
    slope = ((1 - input).log() - input.log()).clamp(-100, 100)
    scaled = _spread(g, input, reduction) * slope
    return scaled if weight is None else scaled * weight


@kernel(vjp={"input": _bce_gradient, "target": _bce_target_gradient})
def binary_cross_entropy(input: Tensor, target: Tensor, weight: Tensor | None = None, reduction: int = MEAN) -> Any:
    """Cross-entropy of probabilities and targets in [0, 1]; logarithms are cut off at -100."""
    if input.size and (input.min() < 0 or input.max() > 1):
        raise RuntimeError("all elements of input should be between 0 and 1")
    floor = np.asarray(-100, input.dtype)
    losses = (target - 1) * np.maximum(np.log1p(-input), floor) - target * np.maximum(np.log(input), floor)
    if weight is not None:
        losses = losses * weight
    return _reduce(losses.astype(input.dtype, copy=False), reduction)


def _logits_gradient(
    g: Tensor, input: Tensor, target: Tensor, weight: Tensor | None, pos_weight: Tensor | None, reduction: int
) -> Tensor:
    if pos_weight is None:
        slope = input.sigmoid() - target
    else:
        lifted = pos_weight * target
        slope = (lifted + 1 - target) * input.sigmoid() - lifted
    scaled = _spread(g, input, reduction) * slope
    return scaled if weight is None else scaled * weight


def _logits_target_gradient(
    g: Tensor, input: Tensor, target: Tensor, weight: Tensor | None, pos_weight: Tensor | None, reduction: int
) -> Tensor:
    slope = -input if pos_weight is None else _mixed(input, pos_weight)
    scaled = _spread(g, input, reduction) * slope
    return scaled if weight is None else scaled * weight


def _mixed(input: Tensor, pos_weight: Tensor) -> Tensor:
    """The slope in the target of a positively weighted loss: log(1 - p) - pos_weight * log(p), negated terms."""
    log_p = -(1 + (-input.abs()).exp()).log() + input.clamp(max=0)
    return log_p - input - pos_weight * log_p


@kernel(vjp={"input": _logits_gradient, "target": _logits_target_gradient})
def binary_cross_entropy_with_logits(
    input: Tensor, target: Tensor, weight: Tensor | None = None, pos_weight: Tensor | None = None,
    reduction: int = MEAN,
) -> Any:  # fmt: skip
    """Cross-entropy of logits and targets in [0, 1], computed without overflow."""
    soft = np.log1p(np.exp(-np.abs(input))) + np.maximum(-input, 0)
    factor = 1 if pos_weight is None else (pos_weight - 1) * target + 1
    losses = (1 - target) * input + factor * soft
    if weight is not None:
        losses = losses * weight
    return _reduce(losses.astype(input.dtype, copy=False), reduction)
