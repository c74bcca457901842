"""Connectionist temporal classification: the likelihood of labels under all alignments, with its gradient."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._core.dtypes import float32, float64
from .._declare.dispatch import no_kernel
from .._declare.kinds import kernel

if TYPE_CHECKING:
    from ..tensor import Tensor


def _extended(target: Any, blank: int) -> Any:
    """Labels with blanks before, between and after them."""
    labels = np.full(2 * len(target) + 1, blank, np.int64)
    labels[1::2] = target
    return labels


def _skips(labels: Any, blank: int) -> Any:
    """Whether a place may be reached from the one two before: not a blank, and another label."""
    found = np.zeros(len(labels), np.bool_)
    found[2:] = (labels[2:] != blank) & (labels[2:] != labels[:-2])
    return found


def _scan(scores: Any, labels: Any, blank: int) -> Any:
    """Log-likelihoods of reaching each place at each time, from the front.

    Args:
        scores: log-probabilities of the labels' classes, of shape (time, places).
    """
    skips = _skips(labels, blank)
    alpha = np.full(scores.shape, -np.inf)
    alpha[0, :2] = scores[0, :2]
    for time in range(1, len(scores)):
        before = alpha[time - 1]
        total = np.logaddexp(before, np.concatenate([[-np.inf], before[:-1]]))
        jump = np.concatenate([[-np.inf, -np.inf], before[:-2]])[: len(before)]
        alpha[time] = np.where(skips, np.logaddexp(total, jump), total) + scores[time]
    return alpha


def _ends(row: Any) -> Any:
    """The likelihood of being in one of the last two places."""
    return np.logaddexp(row[-1], row[-2]) if len(row) > 1 else row[-1]


@kernel(name="_ctc_loss_backward", flops=lambda slopes: slopes.numel())
def _ctc_gradient(grad_output: Tensor, log_probs: Tensor, slopes: Tensor) -> Any:
    """The gradient of `ctc_losses`. It has none itself, in torch neither; `log_probs` are here to say so.

    Args:
        grad_output: of the losses, of shape (batch,).
        log_probs: of shape (time, batch, classes).
        slopes: the gradients of the losses by them, from the forward pass.
    """
    return grad_output[None, :, None] * slopes


_WHERE = "(while checking arguments for ctc_loss_allocate_outputs)"


def _check(
    log_probs: Tensor, targets: Tensor, input_lengths: tuple[int, ...], target_lengths: tuple[int, ...], blank: int
) -> None:
    if not log_probs.numel():
        raise RuntimeError("log_probs tensor must not be empty")
    if log_probs.dtype not in (float32, float64):
        raise no_kernel("ctc_loss_cpu", log_probs.dtype)
    if log_probs.ndim != 3:
        raise RuntimeError(
            f"Expected 3-dimensional tensor, but got {log_probs.ndim}-dimensional tensor for argument #1 'log_probs' "
            f"{_WHERE}"
        )
    time, batch, classes = log_probs.shape
    if not 0 <= blank < classes:
        raise RuntimeError("blank must be in label range")
    for name, lengths in (("input_lengths", input_lengths), ("target_lengths", target_lengths)):
        if len(lengths) != batch:
            error = RuntimeError(f"{name} must be of size batch_size")
            error.add_note(f"log_probs are (time, batch, classes): there are {batch} sequences")
            raise error
    for lengths, name, most in ((input_lengths, "input_lengths", time), (target_lengths, "target_lengths", None)):
        for length in lengths:
            if length < 0:
                raise RuntimeError(f"Expected {name} to have value at least 0, but got value {length} {_WHERE}")
            if most is not None and length > most:
                raise RuntimeError(f"Expected {name} to have value at most {most}, but got value {length} {_WHERE}")
    _check_targets(targets, target_lengths, batch)


def _check_targets(targets: Tensor, lengths: tuple[int, ...], batch: int) -> None:
    argument = f"for argument #2 'targets' {_WHERE}"
    if targets.ndim not in (1, 2):
        raise RuntimeError(f"Expected 1 to 2 dimensions, but got {targets.ndim}-dimensional tensor {argument}")
    longest = max(lengths, default=0)
    if targets.ndim == 2:
        if targets.shape[0] != batch:
            raise RuntimeError(
                f"Expected tensor to have size {batch} at dimension 0, but got size {targets.shape[0]} {argument}"
            )
        if targets.shape[1] < longest:
            raise RuntimeError(
                f"Expected tensor to have size at least {longest} at dimension 1, but got size {targets.shape[1]} "
                f"{argument}"
            )
    elif targets.shape[0] != sum(lengths):
        raise RuntimeError(
            f"Expected tensor to have size {sum(lengths)} at dimension 0, but got size {targets.shape[0]} {argument}"
        )


def _padded_targets(targets: Any, lengths: tuple[int, ...]) -> Any:
    """Targets of shape (batch, longest)."""
    if targets.ndim == 2:
        return targets
    found = np.zeros((len(lengths), max(lengths, default=0)), targets.dtype)
    start = 0
    for row, length in zip(found, lengths, strict=True):
        row[:length] = targets[start : start + length]
        start += length
    return found


def _flops(log_probs: Tensor, input_lengths: tuple[int, ...], target_lengths: tuple[int, ...]) -> int:
    """At each time and place three likelihoods are added as logarithms, forwards and backwards."""
    places = sum(time * (2 * count + 1) for time, count in zip(input_lengths, target_lengths, strict=True))
    return 20 * places + 2 * log_probs.numel()


@kernel(
    flops=_flops,
    check=_check,
    node="CtcLossBackward0",
    vjp={"log_probs": lambda g, log_probs, result1: _ctc_gradient(g[0], log_probs, result1)},
    nondifferentiable=(1,),
)
def ctc_losses(
    log_probs: Tensor, targets: Tensor, input_lengths: tuple[int, ...], target_lengths: tuple[int, ...], blank: int
) -> Any:
    """Negative log-likelihoods of targets, and their gradients with respect to the log-probabilities.

    Args:
        log_probs: of shape (time, batch, classes).
        targets: class numbers of shape (batch, longest), or all one after the other.
        input_lengths, target_lengths: of each sequence.
        blank: the class that stands for no label.
    """
    batch = log_probs.shape[1]
    targets = _padded_targets(targets, target_lengths)
    losses = np.zeros(batch, np.float64)
    slopes = np.zeros(log_probs.shape, np.float64)
    for index in range(batch):
        length, count = input_lengths[index], target_lengths[index]
        labels = _extended(targets[index, :count], blank)
        rows = log_probs[:length, index].astype(np.float64)
        scores = rows[:, labels]
        alpha = _scan(scores, labels, blank)
        beta = _scan(scores[::-1, ::-1], labels[::-1], blank)[::-1, ::-1]
        likelihood = _ends(alpha[-1]) if length else (0.0 if not count else -np.inf)
        losses[index] = -likelihood
        share = np.exp(alpha + beta - scores - likelihood) if np.isfinite(likelihood) else np.full(alpha.shape, np.nan)
        found = np.zeros(rows.shape)
        np.add.at(found.T, labels, share.T)
        # the slope for normalized log-probabilities, as torch gives it: the softmax minus the share of each class
        slopes[:length, index] = np.exp(rows) - found
    element = log_probs.dtype
    return losses.astype(element), slopes.astype(element)
