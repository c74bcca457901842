"""The loss for labels whose times are not known."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from ..._ops.ctc import ctc_losses
from .losses import reduced

if TYPE_CHECKING:
    from ...tensor import Tensor


def ctc_loss(
    log_probs: Tensor, targets: Tensor, input_lengths: Any, target_lengths: Any, blank: int = 0,
    reduction: str = "mean", zero_infinity: bool = False,
) -> Tensor:  # fmt: skip
    """Connectionist temporal classification (Graves et al., 2006): labels without times for a sequence.

    Args:
        log_probs: log-probabilities of shape (time, batch, classes) or (time, classes).
        targets: class numbers of shape (batch, length), or all one after the other.
        input_lengths, target_lengths: of the sequences and their targets.
        blank: the class that stands for no label.
        reduction: ``"none"``, ``"mean"`` (over target lengths first) or ``"sum"``.
        zero_infinity: whether infinite losses and their gradients count as 0.

    Raises:
        RuntimeError: lengths do not fit.
    """
    alone = log_probs.ndim == 2
    steps = log_probs.unsqueeze(1) if alone else log_probs
    inputs, lengths = _as_lengths("input_lengths", input_lengths), _as_lengths("target_lengths", target_lengths)
    labels = targets.unsqueeze(0) if alone and targets.ndim == 1 else targets
    losses = ctc_losses(steps, labels, inputs, lengths, blank)[0]
    if zero_infinity:
        losses = losses.masked_fill(losses == math.inf, 0.0)
    if reduction == "mean":
        counts = losses.new_tensor(lengths).clamp_min(1)
        return (losses / counts).mean()
    found = reduced(losses, reduction)
    return found.squeeze(0) if alone and reduction == "none" else found


def _as_lengths(name: str, lengths: Any) -> tuple[int, ...]:
    if hasattr(lengths, "reshape"):
        if lengths.is_floating_point():
            raise RuntimeError(f"{name} must be integral")
        lengths = lengths.reshape(-1).tolist()
    return tuple(int(length) for length in lengths)
