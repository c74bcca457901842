"""Losses as operators: how far predictions are from targets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .._backends.numpy.scatter import first_outside, places_along
from .._core.dtypes import float32, float64, int64, uint8
from .._core.promotion import can_cast
from .._core.sizes import mismatch
from .._declare.dispatch import no_kernel, scalar_name
from .._declare.entries import from_entries, takes_entries
from .._declare.helpers import common_dtype
from .._declare.kinds import kernel
from .._tape.saved import unpack

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
    if reduction == NONE:
        return values
    total = np.add.reduce(values, None)  # a fifth of what `mean` takes on few elements
    if reduction == SUM:
        return total
    return total / values.size if values.size else np.asarray(np.nan, values.dtype)


def _spread(g: Tensor, input_like: Any, reduction: int) -> Tensor:
    """The gradient of every element's loss from that of the reduced one."""
    if reduction != MEAN:
        return g
    count = int(np.prod(input_like.shape))
    return g / count


def _floats_only(kernel_name: str) -> Any:
    """A check of losses that have a kernel for real floating dtypes alone."""

    def check(input: Tensor, target: Tensor, *rest: Any) -> None:
        common = common_dtype(input, target)
        if common is not None and not common.is_floating_point:
            raise no_kernel(kernel_name, common)

    return check


def _mse_rule(sign: int) -> Any:
    def rule(g: Tensor, input: Tensor, target: Tensor, reduction: int) -> Tensor:
        count = max(input.numel(), 1) if reduction == MEAN else 1
        return g * (2 * sign / count) * (input - target)

    return rule


@kernel(
    promote=("input", "target"),
    flops=3,
    check=_floats_only("mse_cpu"),
    vjp={"input": _mse_rule(1), "target": _mse_rule(-1)},
)
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
    flops=3,
    check=_floats_only("smooth_l1_cpu"),
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


@kernel(
    promote=("input", "target"),
    flops=3,
    check=_floats_only("huber_cpu"),
    vjp={"input": _huber_rule(1), "target": _huber_rule(-1)},
)
def huber_loss(input: Tensor, target: Tensor, reduction: int = MEAN, delta: float = 1.0) -> Any:
    """Squared difference below `delta`, linear above."""
    if delta <= 0:
        raise RuntimeError("huber_loss does not support non-positive values for delta.")
    size = np.abs(input - target)
    losses = np.where(size <= delta, 0.5 * size * size, delta * (size - 0.5 * delta))
    return _reduce(losses.astype(size.dtype, copy=False), reduction)


def _check_nll(input: Tensor, target: Tensor, weight: Tensor | None, reduction: int, ignore_index: int) -> None:
    spatial = input.ndim == 4
    if spatial and target.ndim != 3:
        raise RuntimeError(
            f"only batches of spatial targets supported (3D tensors) but got targets of dimension: {target.ndim}"
        )
    if spatial and (target.shape[0], *target.shape[1:]) != (input.shape[0], *input.shape[2:]):
        raise RuntimeError(f"size mismatch (got input: {list(input.shape)} , target: {list(target.shape)}")
    if input.ndim < 3 and target.ndim > 1:
        error = RuntimeError("0D or 1D target tensor expected, multi-target not supported")
        error.add_note("a target holds the number of one class for each row; one-hot targets must be floating")
        raise error
    if target.dtype not in (int64, uint8):
        raise RuntimeError(f"expected target dtype to be Long or Byte, but got {scalar_name(target.dtype)}")
    if not input.dtype.is_floating_point:
        raise no_kernel("nll_loss2d_forward_out_frame" if input.ndim > 2 else "nll_loss_out_frame", input.dtype)
    channels = input.shape[1 if input.ndim > 1 else 0]
    if weight is not None:
        _check_class_weight(weight, channels, input)


def _check_class_weight(weight: Tensor, channels: int, input: Tensor) -> None:
    if weight.numel() != channels or (input.ndim < 3 and weight.ndim != 1):
        text = "weight tensor should be defined either for all or no classes"
        if input.ndim < 3:
            text = (
                f"weight tensor should be defined either for all {channels} classes or no classes but got weight "
                f"tensor of shape: {list(weight.shape)}"
            )
        raise RuntimeError(text)
    if weight.dtype is not input.dtype:
        raise RuntimeError(f"expected scalar type {scalar_name(input.dtype)} but found {scalar_name(weight.dtype)}")


def _class_weights(input: Any, target: Any, weight: Any, ignore_index: int) -> tuple[Any, Any]:
    """The class to read for every target, and the weight of each (0 where it is ignored; None if all count once)."""
    channels = input.shape[1]
    if weight is None and not 0 <= ignore_index < channels and first_outside(target, 0, channels) is None:
        return target, None
    ignored = target == ignore_index
    classes = np.where(ignored, 0, target)
    bad = first_outside(classes, 0, channels)
    if bad is not None:
        error = IndexError(f"Target {bad} is out of bounds.")
        error.add_note(f"there are {channels} classes, numbered from 0")
        raise error
    weights = np.ones(classes.shape, input.dtype) if weight is None else weight[classes]
    return classes, np.where(ignored, np.asarray(0, input.dtype), weights)


def _picked(classes: Any) -> tuple[Any, ...]:
    """NumPy's index for the score of each target's class."""
    return places_along(1, classes[:, None])


def _pick(g: Tensor, shape: Any, target: Tensor, weights: Tensor, reduction: int, ignore_index: int) -> Tensor:
    """The derivative of `_nll_gradient` with respect to the gradient it spreads."""
    dim = 0 if len(shape) == 1 else 1
    classes = target.masked_fill(target == ignore_index, 0).unsqueeze(dim)
    losses = -g.gather(dim, classes).squeeze(dim) * weights
    if reduction == NONE:
        return losses
    return losses.sum() / weights.sum() if reduction == MEAN else losses.sum()


@kernel(node="NllLossBackwardBackward0", flops=lambda target: 2 * target.numel(), vjp={"grad_output": _pick})
def _nll_gradient(
    grad_output: Tensor, shape: Sequence[int], target: Tensor, weights: Tensor, reduction: int, ignore_index: int
) -> Any:
    """The gradient of `nll_loss_with_weights` with respect to its input.

    Args:
        grad_output: the gradient of the loss.
        shape: of the input.
        target: class numbers.
        weights: with what weight each counted.
        reduction, ignore_index: of the loss.
    """
    found = np.zeros(shape, grad_output.dtype)
    scores = found[None] if len(shape) == 1 else found
    classes, shares = _shares(grad_output, target.reshape(1) if len(shape) == 1 else target, weights, reduction,
                              ignore_index)  # fmt: skip
    scores[_picked(classes)] = shares.reshape(classes.shape)[:, None]
    return found


def _shares(g: Any, target: Any, weights: Any, reduction: int, ignore_index: int) -> tuple[Any, Any]:
    """The class that each target's gradient goes to, and the gradient."""
    shares = g * weights  # a NumPy number for a single sample
    shares = shares / -np.add.reduce(weights, None) if reduction == MEAN else -shares
    return np.where(target == ignore_index, 0, target), shares


def _nll_relay(node: Any, g: Any, edges: tuple[Any, ...]) -> tuple[Any, ...] | None:
    """The gradient of the loss for log_softmax alone to read."""
    if g[0] is None or not takes_entries(edges[0]):
        return None
    saved = dict(zip(node.saved_names, unpack(node), strict=True))
    target, weights = saved["target"]._array, saved["result1"]._array
    classes, shares = _shares(g[0]._array, target, weights, saved["reduction"], saved["ignore_index"])
    return (from_entries(edges[0], classes, shares),)


@kernel(
    flops=lambda target: 2 * target.numel(),
    check=_check_nll,
    node=("NllLossBackward0", "NllLoss2DBackward0"),
    relay=_nll_relay,
    pick_node=lambda input, *rest: 1 if input.ndim > 2 else 0,
    vjp={
        "input": lambda g, input_like, target, reduction, ignore_index, result1: _nll_gradient(
            g[0], input_like.shape, target, result1, reduction, ignore_index
        )
    },
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
    losses = -scores[_picked(classes)][:, 0]
    if weights is None:
        share, weights = losses.size, np.ones(target.shape, input.dtype)
    else:
        losses *= weights
        share, weights = weights.sum(), weights.reshape(target.shape)
    if reduction == NONE:
        return losses.reshape(target.shape), weights
    total = np.add.reduce(losses, None)
    return np.asarray(total / share if reduction == MEAN else total, input.dtype), weights


def _bce_gradient(g: Tensor, input: Tensor, target: Tensor, weight: Tensor | None, reduction: int) -> Tensor:
    slope = (input - target) / ((1 - input) * input).clamp(min=1e-12)
    scaled = _spread(g, input, reduction) * slope
    return scaled if weight is None else scaled * weight


def _bce_target_gradient(g: Tensor, input: Tensor, target: Tensor, weight: Tensor | None, reduction: int) -> Tensor:
    slope = ((1 - input).log() - input.log()).clamp(-100, 100)
    scaled = _spread(g, input, reduction) * slope
    return scaled if weight is None else scaled * weight


def _check_bce(input: Tensor, target: Tensor, weight: Tensor | None, reduction: int) -> None:
    if not input.dtype.is_floating_point:
        raise no_kernel("binary_cross_entropy", input.dtype)
    if target.dtype is not input.dtype:
        error = RuntimeError(f"Found dtype {scalar_name(target.dtype)} but expected {scalar_name(input.dtype)}")
        error.add_note(f"bring the target to the input's dtype: target.to({input.dtype})")
        raise error
    _check_element_weight(input, weight)


def _check_element_weight(input: Tensor, weight: Tensor | None) -> None:
    """Raises torch's error where a weight has not the shape of the losses and does not broadcast to it."""
    if weight is None:
        return
    error = mismatch(input.shape, weight.shape)
    if error is not None:
        raise error
    if weight.ndim > input.ndim or any(
        size != 1 and size != own
        for own, size in zip(input.shape[input.ndim - weight.ndim :], weight.shape, strict=True)
    ):
        broadcast = list(np.broadcast_shapes(tuple(input.shape), tuple(weight.shape)))
        raise RuntimeError(f"output with shape {list(input.shape)} doesn't match the broadcast shape {broadcast}")


@kernel(flops=5, check=_check_bce, vjp={"input": _bce_gradient, "target": _bce_target_gradient})
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


def _check_logits(
    input: Tensor, target: Tensor, weight: Tensor | None, pos_weight: Tensor | None, reduction: int
) -> None:
    if not input.dtype.is_floating_point:
        raise no_kernel("log_sigmoid_cpu", input.dtype)
    if not target.dtype.is_floating_point:
        first, second = scalar_name(input.dtype), scalar_name(target.dtype)
        error = RuntimeError(f"result type {first} can't be cast to the desired output type {second}")
        error.add_note("targets are probabilities: target.float()")
        raise error
    if pos_weight is not None:
        found = mismatch(pos_weight.shape, target.shape)
        if found is not None:
            raise found
    _check_element_weight(input, weight)


@kernel(flops=5, check=_check_logits, vjp={"input": _logits_gradient, "target": _logits_target_gradient})
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


def _check_soft_margin(input: Tensor, target: Tensor, reduction: int) -> None:
    error = mismatch(input.shape, target.shape)
    if error is not None:
        raise error
    common = common_dtype(input, target)
    result = common if common is not None and common.is_floating_point else float32
    if not can_cast(result, input.dtype):
        first, second = scalar_name(result), scalar_name(input.dtype)
        raise RuntimeError(f"result type {first} can't be cast to the desired output type {second}")
    _refuse_gradient("soft_margin_loss", "target", target)


def _refuse_gradient(name: str, role: str, tensor: Any) -> None:
    if tensor is not None and tensor.requires_grad:
        raise RuntimeError(
            f"The function '{name}' is not differentiable with respect to argument '{role}'. This input cannot have "
            "requires_grad True."
        )


def _soft_margin_gradient(g: Tensor, input: Tensor, target: Tensor, reduction: int) -> Tensor:
    slope = -target * (-target * input).sigmoid()
    return g * slope / slope.numel() if reduction == MEAN else g * slope


@kernel(flops=4, check=_check_soft_margin, vjp={"input": _soft_margin_gradient})
def soft_margin_loss(input: Tensor, target: Tensor, reduction: int = MEAN, *, out: Tensor | None = None) -> Any:
    """``log(1 + exp(-target * input))`` for targets of -1 and 1.

    Args:
        input, target: of shapes that broadcast.
        reduction: NONE, MEAN or SUM.
    """
    return _reduce(np.log1p(np.exp(-target * input)).astype(input.dtype, copy=False), reduction)


def _check_vectors(name: str, input: Tensor) -> None:
    """Raises torch's error for scores that are neither a vector nor a batch of them."""
    if input.ndim > 2 or 0 in input.shape[-1:]:
        raise RuntimeError(
            f"Expected non-empty vector or matrix with optional 0-dim batch size, but got: {list(input.shape)}"
        )


def _check_multi_margin(
    input: Tensor, target: Tensor, p: int, margin: float, weight: Tensor | None, reduction: int
) -> None:
    _check_vectors("multi_margin_loss", input)
    count = input.shape[0] if input.ndim == 2 else 1
    classes = input.shape[-1] if input.ndim else 1
    if target.ndim > 1 or target.numel() != count:
        raise RuntimeError(
            "multi_margin_loss: target tensor should be 1-D with size equal to the number of input samples (batch "
            f"size). Expected target size [{count}], but got {list(target.shape)}. Input has shape "
            f"{list(input.shape)}."
        )
    if weight is not None and (weight.ndim > 1 or weight.numel() != classes):
        raise RuntimeError(f"inconsistent weight size, expected {classes} but got {list(weight.shape)}")
    if input.dtype not in (float32, float64):
        raise no_kernel("multi_margin_loss_cpu_kernel", input.dtype)
    _check_labels(target)
    if weight is not None and weight.dtype is not input.dtype:
        raise RuntimeError(f"expected scalar type {scalar_name(input.dtype)} but found {scalar_name(weight.dtype)}")
    _refuse_gradient("multi_margin_loss", "weight", weight)


def _check_labels(target: Tensor) -> None:
    if target.dtype is not int64:
        raise RuntimeError(f"expected scalar type Long but found {scalar_name(target.dtype)}")


def _multi_margin_gradient(
    g: Tensor, input: Tensor, target: Tensor, p: int, margin: float, weight: Tensor | None, reduction: int
) -> Tensor:
    labels = target.reshape((-1, 1))
    scores = input.reshape((labels.shape[0], -1))
    short = scores - scores.gather(1, labels) + margin
    slope = short.clamp(min=0) * 2 if p == 2 else (short > 0).to(scores.dtype)
    if weight is not None:
        slope = slope * weight[labels]
    slope = slope.scatter(1, labels, 0) / scores.shape[1]
    slope = slope.scatter_add(1, labels, -slope.sum(1, True))
    spread = g.reshape((-1, 1)) / labels.shape[0] if reduction == MEAN else g.reshape((-1, 1))
    return (spread * slope).reshape(input.shape)


@kernel(flops=4, check=_check_multi_margin, vjp={"input": _multi_margin_gradient})
def multi_margin_loss(
    input: Tensor, target: Tensor, p: int = 1, margin: float = 1.0, weight: Tensor | None = None, reduction: int = MEAN,
    *, out: Tensor | None = None,
) -> Any:  # fmt: skip
    """How far the target class fails to beat the others by a margin.

    Args:
        input: scores of shape (n, c) or (c,).
        target: class numbers of shape (n,) or ().
        p: 1 or 2, power of the shortfall.
        margin: by how much the others are to be beaten.
        weight: factor of each class, or None.
        reduction: NONE, MEAN or SUM.

    Raises:
        RuntimeError: shapes or dtypes do not fit, or a target is no class.
    """
    labels = target.reshape(-1, 1)
    scores = input.reshape(len(labels), -1) if input.size else input
    if labels.size and (labels.min() < 0 or labels.max() >= scores.shape[1]):
        error = RuntimeError("target out of range")
        error.add_note(f"there are {scores.shape[1]} classes, numbered from 0")
        raise error
    short = np.maximum(scores - np.take_along_axis(scores, labels, 1) + np.asarray(margin, scores.dtype), 0)
    short = short * short if p == 2 else short
    if weight is not None:
        short = short * weight.reshape(-1)[labels]
    np.put_along_axis(short, labels, 0, 1)
    losses = short.sum(1) / scores.shape[1]
    return _reduce(losses.reshape(target.shape).astype(input.dtype, copy=False), reduction)


def _check_multilabel(input: Tensor, target: Tensor, reduction: int) -> None:
    _check_vectors("multilabel_margin_loss", input)
    fits = target.shape == input.shape if input.ndim == 2 else target.ndim < 2 and target.numel() == input.numel()
    if not fits:
        raise RuntimeError(f"inconsistent target size: {list(target.shape)} for input of size: {list(input.shape)}")
    if input.dtype not in (float32, float64):
        raise no_kernel("multilabel_margin_loss_forward_out_frame", input.dtype)
    _check_labels(target)


def _multilabel_gradient(g: Any, input: Tensor, target: Tensor, reduction: int, result1: Tensor) -> Tensor:
    count = input.shape[0] if input.ndim == 2 else 1
    scores, labels, marked = (part.reshape((count, -1)) for part in (input, target, result1))
    valid = (labels < 0).cumsum(1) == 0
    places = labels.masked_fill(~valid, 0)
    short = 1 - scores.gather(1, places).unsqueeze(2) + scores.unsqueeze(1)
    active = ((short > 0) & valid.unsqueeze(2) & (marked == 0).unsqueeze(1)).to(scores.dtype) / scores.shape[1]
    slope = active.sum(1).scatter_add(1, places, -active.sum(2))
    spread = g[0].reshape((-1, 1)) / count if reduction == MEAN else g[0].reshape((-1, 1))
    return (spread * slope).reshape(input.shape)


@kernel(
    name="multilabel_margin_loss_forward",
    node="MultilabelMarginLossBackward0",
    flops=lambda input: 4 * input.numel() * (input.shape[-1] if input.ndim else 1),
    check=_check_multilabel,
    vjp={"input": _multilabel_gradient},
    nondifferentiable=(1,),
)
def multilabel_margin_loss(input: Tensor, target: Tensor, reduction: int = MEAN) -> Any:
    """How far target classes fail to beat all others by 1, and a mark at each target class.

    Args:
        input: scores of shape (n, c) or (c,).
        target: class numbers of that shape; a row ends with its first -1.
        reduction: NONE, MEAN or SUM.

    Raises:
        RuntimeError: shapes or dtypes do not fit, or a target is no class.
    """
    count = input.shape[0] if input.ndim == 2 else 1
    classes = input.shape[-1] if input.ndim else 1
    scores, labels = input.reshape(count, classes), target.reshape(count, classes)
    if labels.size and (labels.min() < -1 or labels.max() >= classes):
        error = RuntimeError("argument #2 'target' is out of range")
        error.add_note(f"there are {classes} classes, numbered from 0; -1 ends the classes of a row")
        raise error
    valid = np.cumsum(labels < 0, 1) == 0
    places = np.where(valid, labels, 0)
    marked = np.zeros(scores.shape, scores.dtype)
    rows = np.broadcast_to(np.arange(count)[:, None], places.shape)
    marked[rows[valid], places[valid]] = 1
    short = np.maximum(1 - np.take_along_axis(scores, places, 1)[:, :, None] + scores[:, None, :], 0)
    losses = np.where(valid[:, :, None] & (marked == 0)[:, None, :], short, 0).sum((1, 2)) / classes
    losses = losses.reshape(input.shape[:1] if input.ndim == 2 else ()).astype(input.dtype, copy=False)
    return _reduce(losses, reduction), marked.reshape(target.shape)
