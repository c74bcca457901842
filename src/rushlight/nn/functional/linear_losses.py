"""The cross-entropy of logits that a linear map gives."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from ..._core.dtypes import int64
from ..._ops.linear_loss import chunked_losses
from .losses import cross_entropy

if TYPE_CHECKING:
    from ...tensor import Tensor

DEFAULT_IGNORED = -100


def linear_cross_entropy(
    input: Tensor, linear_weight: Tensor, target: Tensor, *, linear_bias: Tensor | None = None,
    weight: Tensor | None = None, reduction: str = "mean", ignore_index: int | None = None,
    label_smoothing: float = 0.0, options: Any = None,
) -> Tensor:  # fmt: skip
    """Cross-entropy of logits that a linear map gives.

    Args:
        input: of shape (n, features) or (features,).
        linear_weight: of shape (classes, features), or (classes, ..., features) for several predictions a sample.
        target: as for `cross_entropy`.
        linear_bias: of the shape of the weight without features.
        weight, reduction, label_smoothing: as for `cross_entropy`.
        ignore_index: a target class that does not count; -100 by default. Not for targets that are probabilities.
        options: a `LinearCrossEntropyOptions` with which the rows are taken a chunk at a time, so that all logits are
            never held at once. Where chunks are not possible (smoothing, probabilities, several predictions a
            sample) a warning says so. The backward pass computes the logits of each chunk again, so it may run more
            than once and be differentiated itself.

    Raises:
        RuntimeError: the shapes do not fit.

    Example::

        >>> weight, target = torch.zeros(4, 3), torch.tensor([0, 2])
        >>> torch.nn.functional.linear_cross_entropy(torch.ones(2, 3), weight, target)
        tensor(1.3863)
    """
    _check(input, linear_weight, linear_bias)
    if ignore_index is not None and target.dtype.is_floating_point:
        raise RuntimeError("ignore_index cannot be specified when target contains probabilities")
    ignored = DEFAULT_IGNORED if ignore_index is None else ignore_index
    if options is not None and _fits_chunks(linear_weight, target, linear_bias, reduction, label_smoothing):
        return _chunked(input, linear_weight, linear_bias, target, weight, ignored, reduction, options)
    logits = input.matmul(linear_weight.reshape(-1, linear_weight.shape[-1]).t())
    if linear_bias is not None:
        logits = logits + linear_bias.reshape(-1)
    logits = logits.reshape((*input.shape[:-1], *linear_weight.shape[:-1]))
    return cross_entropy(
        logits, target, weight, ignore_index=ignored, reduction=reduction, label_smoothing=label_smoothing
    )


def _check(input: Tensor, linear_weight: Tensor, linear_bias: Tensor | None) -> None:
    if input.ndim not in (1, 2):
        raise RuntimeError(f"expected input with dimensionality 1 or 2, got {input.ndim}")
    if linear_weight.ndim < 2:
        raise RuntimeError(f"expected linear_weight with dimensionality at least 2, got {linear_weight.ndim}")
    if input.shape[-1] != linear_weight.shape[-1]:
        raise RuntimeError(
            "expected equal input and linear_weight last dimensions (in_features), got "
            f"{input.shape[-1]} and {linear_weight.shape[-1]}, respectively"
        )
    if linear_weight.ndim > 2 and input.ndim == 1:
        raise RuntimeError(
            f"K-dimensional loss defined by linear_weight shape {tuple(linear_weight.shape)} requires batched input, "
            f"(N, {input.shape[-1]}), got unbatched input with shape {tuple(input.shape)}"
        )
    if linear_bias is not None and tuple(linear_bias.shape) != tuple(linear_weight.shape[:-1]):
        raise RuntimeError(
            f"expected linear_bias shape {tuple(linear_weight.shape[:-1])}, got {tuple(linear_bias.shape)}"
        )


def _fits_chunks(
    linear_weight: Tensor, target: Tensor, linear_bias: Tensor | None, reduction: str, label_smoothing: float
) -> bool:
    outputs = tuple(linear_weight.shape[1:-1])
    known = reduction in ("mean", "sum", "none")
    if known and label_smoothing == 0 and target.dtype is int64 and not outputs:
        return True
    bias_shape = None if linear_bias is None else tuple(linear_bias.shape)
    warnings.warn(
        "linear_cross_entropy: ``options`` ignored; chunked path needs reduction in {'mean','sum','none'}, "
        "label_smoothing == 0, target.dtype == int64, out_features == (). Got "
        f"reduction={reduction!r}, label_smoothing={label_smoothing}, target.dtype={target.dtype}, "
        f"out_features={outputs}, tracing=False, linear_bias.shape={bias_shape}.",
        stacklevel=3,
    )
    return False


def _chunked(
    input: Tensor, linear_weight: Tensor, linear_bias: Tensor | None, target: Tensor, weight: Tensor | None,
    ignored: int, reduction: str, options: Any,
) -> Tensor:  # fmt: skip
    rows = input.unsqueeze(0) if input.ndim == 1 else input
    labels = target.reshape(1) if input.ndim == 1 else target
    if labels.ndim != 1 or len(labels) != len(rows) or (weight is not None and weight.ndim != 1):
        return cross_entropy(input.matmul(linear_weight.t()), target, weight, ignore_index=ignored)  # for its error
    counted = labels != ignored
    _check_classes(labels.masked_fill(~counted, 0), linear_weight.shape[0])
    chunk = options.rows(len(rows), rows.shape[1], linear_weight.shape[0])
    losses = chunked_losses(rows, linear_weight, linear_bias, labels, weight, ignored, chunk)
    if reduction == "none":
        return losses.reshape(target.shape)
    if reduction == "sum":
        return losses.sum()
    weights = counted.to(losses.dtype)
    if weight is not None:
        weights = weights * weight[labels.masked_fill(~counted, 0)]
    return losses.sum() / weights.sum()


def _check_classes(labels: Tensor, classes: int) -> None:
    wrong = (labels < 0) | (labels >= classes)
    if not wrong.is_meta and wrong.any():
        error = IndexError(f"Target {labels[wrong][0].item()} is out of bounds.")
        error.add_note(f"there are {classes} classes, numbered from 0")
        raise error
