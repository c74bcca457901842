"""Loss functions."""

from __future__ import annotations

import math
import warnings
from typing import TYPE_CHECKING, Any

from ..._core.sizes import broadcast_shapes
from ..._declare.dispatch import scalar_name
from ..._ops import loss as ops
from ..._ops.loss import MEAN, NONE, reduction_number

if TYPE_CHECKING:
    from ...tensor import Tensor


def legacy_reduction(size_average: bool | None, reduce: bool | None, reduction: str) -> str:
    """The reduction that the old flags `size_average` and `reduce` ask for, if they are given."""
    if size_average is None and reduce is None:
        return reduction
    average = size_average is None or size_average
    found = "none" if reduce is False else ("mean" if average else "sum")
    warnings.warn(
        f"size_average and reduce args will be deprecated, please use reduction='{found}' instead.", stacklevel=3
    )
    return found


def reduced(losses: Tensor, reduction: str) -> Tensor:
    """Losses reduced by name."""
    number = reduction_number(reduction)
    if number == NONE:
        return losses
    return losses.mean() if number == MEAN else losses.sum()


def _warn_shapes(input: Tensor, target: Tensor) -> None:
    if target.shape != input.shape:
        warnings.warn(
            f"Using a target size ({target.size()}) that is different to the input size ({input.size()}). This will "
            "likely lead to incorrect results due to broadcasting. Please ensure they have the same size.",
            stacklevel=3,
        )


def _broadcast(input: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
    if input.shape == target.shape:
        return input, target
    (input + target)  # the operator's own error for shapes that do not broadcast
    shape = broadcast_shapes(input.shape, target.shape)
    return input.expand(shape), target.expand(shape)


def _weighted(losses: Tensor, weight: Tensor, reduction: str) -> Tensor:
    losses = losses * weight
    if reduction == "mean":
        return losses.sum() / weight.expand(losses.shape).sum()
    return reduced(losses, reduction)


def mse_loss(
    input: Tensor, target: Tensor, size_average: bool | None = None, reduce: bool | None = None,
    reduction: str = "mean", weight: Tensor | None = None,
) -> Tensor:  # fmt: skip
    """Squared difference of each element.

    Args:
        input, target: of one shape.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        weight: factor of each element's loss; the mean is then weighted.

    Example::

        >>> torch.nn.functional.mse_loss(torch.tensor([1.0, 2.0]), torch.tensor([1.0, 4.0]))
        tensor(2.)
    """
    reduction = legacy_reduction(size_average, reduce, reduction)
    _warn_shapes(input, target)
    first, second = _broadcast(input, target)
    if weight is not None:
        return _weighted(ops.mse_loss(first, second, NONE), weight, reduction)
    return ops.mse_loss(first, second, reduction_number(reduction))


def l1_loss(
    input: Tensor, target: Tensor, size_average: bool | None = None, reduce: bool | None = None,
    reduction: str = "mean", weight: Tensor | None = None,
) -> Tensor:  # fmt: skip
    """Absolute difference of each element.

    Args:
        input, target: of one shape.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        weight: factor of each element's loss; the mean is then weighted.

    Example::

        >>> torch.nn.functional.l1_loss(torch.tensor([1.0, 2.0]), torch.tensor([1.0, 4.0]))
        tensor(1.)
    """
    reduction = legacy_reduction(size_average, reduce, reduction)
    _warn_shapes(input, target)
    first, second = _broadcast(input, target)
    losses = (first - second).abs()
    return reduced(losses, reduction) if weight is None else _weighted(losses, weight, reduction)


def smooth_l1_loss(
    input: Tensor, target: Tensor, size_average: bool | None = None, reduce: bool | None = None,
    reduction: str = "mean", beta: float = 1.0,
) -> Tensor:  # fmt: skip
    """Squared difference below `beta`, absolute difference above.

    Args:
        input, target: of one shape.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        beta: where the two parts meet; not negative.

    Example::

        >>> torch.nn.functional.smooth_l1_loss(torch.tensor([0.0, 3.0]), torch.zeros(2), reduction="none")
        tensor([0.0000, 2.5000])
    """
    reduction = legacy_reduction(size_average, reduce, reduction)
    _warn_shapes(input, target)
    if beta < 0:
        raise RuntimeError("smooth_l1_loss does not support negative values for beta.")
    first, second = _broadcast(input, target)
    if beta == 0:
        return l1_loss(first, second, reduction=reduction)
    return ops.smooth_l1_loss(first, second, reduction_number(reduction), beta)


def huber_loss(
    input: Tensor, target: Tensor, reduction: str = "mean", delta: float = 1.0, weight: Tensor | None = None
) -> Tensor:
    """Half the squared difference up to `delta`, linear beyond.

    Args:
        input, target: of one shape.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        delta: where the two parts meet; positive.
        weight: factor of each element's loss; the mean is then weighted.

    Example::

        >>> torch.nn.functional.huber_loss(torch.tensor([0.0, 3.0]), torch.zeros(2), reduction="none")
        tensor([0.0000, 2.5000])
    """
    _warn_shapes(input, target)
    first, second = _broadcast(input, target)
    if weight is not None:
        return _weighted(ops.huber_loss(first, second, NONE, delta), weight, reduction)
    return ops.huber_loss(first, second, reduction_number(reduction), delta)


def nll_loss(
    input: Tensor, target: Tensor, weight: Tensor | None = None, size_average: bool | None = None,
    ignore_index: int = -100, reduce: bool | None = None, reduction: str = "mean",
) -> Tensor:  # fmt: skip
    """Negative log-likelihood of the target classes.

    Args:
        input: log-probabilities of shape (n, c, ...) or (c,).
        target: class numbers of shape (n, ...) or ().
        weight: factor of each class, of shape (c,).
        ignore_index: a target that does not count.
        reduction: ``"none"``, ``"mean"`` (weighted) or ``"sum"``.

    Raises:
        IndexError: a target is no class.
        RuntimeError, ValueError: the shapes do not fit.

    Example::

        >>> torch.nn.functional.nll_loss(torch.tensor([[-1.0, -2.0]]), torch.tensor([1]))
        tensor(2.)
    """
    reduction = legacy_reduction(size_average, reduce, reduction)
    _check_batch(input, target)
    found = ops.nll_loss_with_weights(input, target, weight, reduction_number(reduction), ignore_index)
    return found[0]


def _check_batch(input: Tensor, target: Tensor) -> None:
    shape, labels = input.shape, target.shape
    if len(shape) == 2 and len(labels) == 1 and shape[0] == labels[0]:  # the common case, at once
        return
    if input.ndim == 0:
        raise ValueError("Expected 1 or more dimensions (got 0)")
    if input.ndim == 1 and target.ndim == 1 and target.shape[0] != 1:
        raise ValueError(f"For 1D input, 1D target must have size 1, but got target size: {target.shape[0]}")
    given = target.shape[0] if target.ndim else 0
    if input.ndim > 1 and input.shape[0] != given:
        error = ValueError(f"Expected input batch_size ({input.shape[0]}) to match target batch_size ({given}).")
        error.add_note("both start with the batch: (n, classes, ...) and (n, ...)")
        raise error
    if input.ndim in (3, 5) and tuple(target.shape[1:]) != tuple(input.shape[2:]):
        wanted = (input.shape[0], *input.shape[2:])
        raise RuntimeError(f"Expected target size {list(wanted)}, got {list(target.shape)}")


def cross_entropy(
    input: Tensor, target: Tensor, weight: Tensor | None = None, size_average: bool | None = None,
    ignore_index: int = -100, reduce: bool | None = None, reduction: str = "mean", label_smoothing: float = 0.0,
) -> Tensor:  # fmt: skip
    """Cross-entropy of logits and target classes or probabilities.

    Args:
        input: logits of shape (n, c, ...) or (c,).
        target: class numbers of shape (n, ...) or (), or probabilities of the shape of `input`.
        weight: factor of each class, of shape (c,).
        ignore_index: a target class that does not count.
        reduction: ``"none"``, ``"mean"`` (weighted) or ``"sum"``.
        label_smoothing: share of the uniform distribution mixed into the target.

    Raises:
        IndexError: a target is no class.
        RuntimeError, ValueError: the shapes do not fit, or `label_smoothing` is not in [0, 1].

    Example::

        >>> torch.nn.functional.cross_entropy(torch.zeros(1, 2), torch.tensor([1]))
        tensor(0.6931)
    """
    reduction = legacy_reduction(size_average, reduce, reduction)
    if not 0.0 <= label_smoothing <= 1.0:
        raise RuntimeError(f"label_smoothing must be between 0.0 and 1.0. Got: {label_smoothing:.0f}")
    dim = 0 if input.ndim == 1 else 1
    if target.ndim == input.ndim and target.shape == input.shape:
        _check_probabilities(input, target, weight, ignore_index, dim)
        return _soft_cross_entropy(input.log_softmax(dim), target, weight, reduction, label_smoothing, dim)
    if not label_smoothing:
        return nll_loss(input.log_softmax(dim), target, weight, None, ignore_index, None, reduction)
    logs = input.log_softmax(dim)
    hard = nll_loss(logs, target, weight, None, ignore_index, None, reduction)
    return _smoothed(logs, target, hard, weight, ignore_index, reduction, label_smoothing, dim)


def _check_probabilities(input: Tensor, target: Tensor, weight: Tensor | None, ignore_index: int, dim: int) -> None:
    if not target.is_floating_point():
        error = RuntimeError(
            f"Expected floating point type for target with class probabilities, got {scalar_name(target.dtype)}"
        )
        error.add_note("a target of the shape of the input holds probabilities; class numbers have no class dimension")
        raise error
    if ignore_index >= 0:
        raise RuntimeError("ignore_index is not supported for floating point target")
    if not input.ndim:
        raise IndexError("Dimension specified as 1 but tensor has no dimensions")
    if weight is not None and tuple(weight.shape) != (input.shape[dim],):
        raise RuntimeError(
            f"cross_entropy: weight tensor should be defined either for all {input.shape[dim]} classes or no classes "
            f"but got weight tensor of shape: {list(weight.shape)}"
        )


def _soft_cross_entropy(
    logs: Tensor, target: Tensor, weight: Tensor | None, reduction: str, smoothing: float, dim: int
) -> Tensor:
    classes = logs.shape[dim]
    if smoothing:
        target = target * (1 - smoothing) + smoothing / classes
    if weight is not None:
        logs = logs * weight.view([-1 if axis == dim else 1 for axis in range(logs.ndim)])
    losses = -(logs * target)
    if reduction == "none":
        return losses.sum(dim)
    if reduction == "sum":
        return losses.sum()
    reduction_number(reduction)
    return losses.sum() / (logs.numel() // classes)


def _smoothed(
    logs: Tensor, target: Tensor, hard: Tensor, weight: Tensor | None, ignore_index: int, reduction: str,
    smoothing: float, dim: int,
) -> Tensor:  # fmt: skip
    classes = logs.shape[dim]
    if weight is not None:
        shape = [-1 if axis == dim else 1 for axis in range(logs.ndim)]
        soft = -(logs * weight.view(shape)).sum(dim)
    else:
        soft = -logs.sum(dim)
    ignored = target == ignore_index
    soft = soft.masked_fill(ignored, 0.0)
    if reduction == "mean":
        if weight is None:
            soft = soft.sum() / (~ignored).sum()
        else:
            chosen = weight.gather(0, target.masked_fill(ignored, 0).reshape(-1))
            soft = soft.sum() / chosen.masked_fill(ignored.reshape(-1), 0.0).sum()
    elif reduction == "sum":
        soft = soft.sum()
    share = smoothing / classes
    return hard * (1 - smoothing) + soft * share


def binary_cross_entropy(
    input: Tensor, target: Tensor, weight: Tensor | None = None, size_average: bool | None = None,
    reduce: bool | None = None, reduction: str = "mean",
) -> Tensor:  # fmt: skip
    """Cross-entropy of probabilities and targets in [0, 1].

    Args:
        input, target: of one shape, in [0, 1].
        weight: factor of each element's loss.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.

    Raises:
        ValueError: the shapes differ.
        RuntimeError: an input is not a probability.

    Example::

        >>> torch.nn.functional.binary_cross_entropy(torch.tensor([0.5]), torch.tensor([1.0]))
        tensor(0.6931)
    """
    number = reduction_number(legacy_reduction(size_average, reduce, reduction))
    if target.shape != input.shape:
        error = ValueError(
            f"Using a target size ({target.size()}) that is different to the input size ({input.size()}) is "
            "deprecated. Please ensure they have the same size."
        )
        error.add_note("add or drop a dimension: target.unsqueeze(1), or input.squeeze(1)")
        raise error
    if weight is not None and weight.shape != input.shape:
        weight = _expanded_weight(weight, target)
    return ops.binary_cross_entropy(input, target, weight, number)


def _expanded_weight(weight: Tensor, target: Tensor) -> Tensor:
    if any(1 not in pair and pair[0] != pair[1] for pair in zip(weight.shape[::-1], target.shape[::-1], strict=False)):
        size, dim = next(
            (size, -1 - place)
            for place, (size, own) in enumerate(zip(weight.shape[::-1], target.shape[::-1], strict=False))
            if size != own and 1 not in (size, own)
        )
        raise RuntimeError(
            f"Attempting to broadcast a dimension of length {size} at {dim}! Mismatching argument at index 1 had "
            f"{weight.shape}; but expected shape should be broadcastable to {list(target.shape)}"
        )
    return weight.expand(broadcast_shapes(target.shape, weight.shape))


def binary_cross_entropy_with_logits(
    input: Tensor, target: Tensor, weight: Tensor | None = None, size_average: bool | None = None,
    reduce: bool | None = None, reduction: str = "mean", pos_weight: Tensor | None = None,
) -> Tensor:  # fmt: skip
    """Cross-entropy of logits and targets in [0, 1].

    Args:
        input, target: of one shape.
        weight: factor of each element's loss.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        pos_weight: factor of the positive part.

    Raises:
        ValueError: the shapes differ.

    Example::

        >>> torch.nn.functional.binary_cross_entropy_with_logits(torch.zeros(1), torch.ones(1))
        tensor(0.6931)
    """
    number = reduction_number(legacy_reduction(size_average, reduce, reduction))
    if target.shape != input.shape:
        raise ValueError(f"Target size ({target.size()}) must be the same as input size ({input.size()})")
    if input.dtype is not target.dtype and target.is_floating_point() and input.is_floating_point():
        input = input.to(target.dtype)  # torch computes in the dtype of the target
    return ops.binary_cross_entropy_with_logits(input, target, weight, pos_weight, number)


def kl_div(
    input: Tensor, target: Tensor, size_average: bool | None = None, reduce: bool | None = None,
    reduction: str = "mean", log_target: bool = False,
) -> Tensor:  # fmt: skip
    """Kullback-Leibler divergence, elementwise ``target * (log(target) - input)``.

    Args:
        input: log-probabilities.
        target: probabilities, or their logarithms with `log_target`.
        reduction: ``"none"``, ``"batchmean"`` (the true divergence), ``"mean"`` or ``"sum"``.
        log_target: whether the target is given as logarithms.

    Example::

        >>> torch.nn.functional.kl_div(torch.zeros(1, 2), torch.ones(1, 2), reduction="batchmean")
        tensor(0.)
    """
    reduction = legacy_reduction(size_average, reduce, reduction)
    if reduction == "mean":
        warnings.warn(
            "reduction: 'mean' divides the total loss by both the batch size and the support size."
            "'batchmean' divides only by the batch size, and aligns with the KL div math definition."
            "'mean' will be changed to behave the same as 'batchmean' in the next major release.",
            stacklevel=2,
        )
    for tensor in (input, target):
        if not tensor.is_floating_point():
            kind = "Complex" if tensor.is_complex() else "Integral"
            raise RuntimeError(f"kl_div: {kind} inputs not supported.")
    losses = target.exp() * (target - input) if log_target else target.xlogy(target) - target * input
    if reduction == "batchmean":
        return losses.sum() / input.shape[0] if input.ndim else losses.sum()
    return reduced(losses, reduction)


def poisson_nll_loss(
    input: Tensor, target: Tensor, log_input: bool = True, full: bool = False, size_average: bool | None = None,
    eps: float = 1e-8, reduce: bool | None = None, reduction: str = "mean",
) -> Tensor:  # fmt: skip
    """Negative log-likelihood of counts under a Poisson distribution.

    Args:
        input: the rate, or its logarithm with `log_input`.
        target: the counts.
        full: whether Stirling's term is added.
        eps: added to the rate before its logarithm.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.

    Example::

        >>> torch.nn.functional.poisson_nll_loss(torch.zeros(1), torch.ones(1))
        tensor(1.)
    """
    reduction = legacy_reduction(size_average, reduce, reduction)
    losses = input.exp() - target * input if log_input else input - target * (input + eps).log()
    if full:
        term = target * target.log() - target + 0.5 * (2 * math.pi * target).log()
        losses = losses + term.masked_fill(target <= 1, 0)
    return reduced(losses, reduction)


def gaussian_nll_loss(
    input: Tensor, target: Tensor, var: Any, full: bool = False, eps: float = 1e-6, reduction: str = "mean"
) -> Tensor:
    """Negative log-likelihood under a normal distribution with given variance.

    Args:
        input: the means.
        target: the values.
        var: the variances, of the shape of `input`, or one for each row, or a number.
        full: whether the constant term is added.
        eps: lower bound of the variance.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.

    Raises:
        ValueError: the shapes do not fit, or a variance is negative.

    Example::

        >>> torch.nn.functional.gaussian_nll_loss(torch.zeros(1), torch.ones(1), torch.ones(1))
        tensor(0.5000)
    """
    if isinstance(var, float):
        if var < 0:
            raise ValueError("var has negative entry/entries")
        var = var * input.new_ones(input.shape)
    elif (var < 0).any():
        raise ValueError("var has negative entry/entries")
    if var.shape != input.shape:
        if input.shape[:-1] == var.shape:
            var = var.unsqueeze(-1)
        elif var.ndim != input.ndim or any(
            given not in (1, size) for given, size in zip(var.shape, input.shape, strict=True)
        ):
            raise ValueError("var is of incorrect size")
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(f"{reduction} is not valid")
    fixed = var.detach()
    clamped = var + (fixed.clamp(min=eps) - fixed)  # the bound does not show in the gradient
    losses = 0.5 * (clamped.log() + (input - target) ** 2 / clamped)
    if full:
        losses = losses + 0.5 * math.log(2 * math.pi)
    return reduced(losses, reduction)
