"""Dropout in its forms: elements or whole channels set to zero at random."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...tensor import Tensor

_ALPHA = 1.7580993408473766
"""The value that SELU networks fall back to, which alpha dropout uses in place of zero."""


def _check(p: float) -> None:
    if p < 0.0 or p > 1.0:
        error = ValueError(f"dropout probability has to be between 0 and 1, but got {p}")
        error.add_note("`p` is the share of elements that is dropped")
        raise error


def _drop(input: Tensor, p: float, channels: bool, alpha: bool, inplace: bool) -> Tensor:
    """Drops in one of four ways, drawing torch's mask."""
    if p == 0 or input.numel() == 0:
        return input
    if p == 1:
        return input.mul_(0) if inplace else input * input.new_zeros(())
    shape = (*input.shape[:2], *(1,) * (input.ndim - 2)) if channels else input.shape
    noise = input.new_empty(shape).bernoulli_(1 - p)
    if not alpha:
        noise.div_(1 - p)
        return input.mul_(noise) if inplace else input * noise
    scale = 1.0 / ((_ALPHA * _ALPHA * p + 1) * (1 - p)) ** 0.5
    shift = noise.sub(1).mul_(_ALPHA * scale).add_(_ALPHA * scale * p)
    noise.mul_(scale)
    return input.mul_(noise).add_(shift) if inplace else input * noise + shift


def dropout(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """Elements set to zero at random, the others scaled up to keep the mean.

    Args:
        input: any floating tensor.
        p: probability of dropping.
        training: whether anything is dropped at all.
        inplace: whether the input itself is changed.

    Raises:
        ValueError: `p` is no probability.

    Example::

        >>> torch.nn.functional.dropout(torch.ones(2), 0.5, training=False)
        tensor([1., 1.])
    """
    _check(p)
    return _drop(input, p, False, False, inplace) if training else input


def alpha_dropout(input: Tensor, p: float = 0.5, training: bool = False, inplace: bool = False) -> Tensor:
    """Dropout that keeps mean and variance of self-normalizing networks (Klambauer et al., 2017).

    Args:
        input: any floating tensor.
        p: probability of dropping.
        training: whether anything is dropped at all.
        inplace: whether the input itself is changed.
    """
    _check(p)
    return _drop(input, p, False, True, inplace) if training else input


def feature_alpha_dropout(input: Tensor, p: float = 0.5, training: bool = False, inplace: bool = False) -> Tensor:
    """`alpha_dropout` of whole channels.

    Args:
        input: of shape (n, c, ...).
        p: probability of dropping.
        training: whether anything is dropped at all.
        inplace: whether the input itself is changed.
    """
    _check(p)
    return _drop(input, p, True, True, inplace) if training else input


def _by_channel(input: Tensor, p: float, training: bool, inplace: bool) -> Tensor:
    if input.ndim < 2:
        raise RuntimeError("Feature dropout requires at least 2 dimensions in the input")
    return _drop(input, p, True, False, inplace) if training else input


def dropout1d(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """Whole channels of sequences set to zero at random.

    Args:
        input: of shape (n, c, length) or (c, length).
        p: probability of dropping.
        training: whether anything is dropped at all.
        inplace: whether the input itself is changed.

    Raises:
        RuntimeError: the input has another number of dimensions.
    """
    _check(p)
    if input.ndim not in (2, 3):
        raise RuntimeError(
            f"dropout1d: Expected 2D or 3D input, but received a {input.ndim}D input. Note that dropout1d exists to "
            "provide channel-wise dropout on inputs with 1 spatial dimension, a channel dimension, and an optional batch "
            "dimension (i.e. 2D or 3D inputs)."
        )
    if input.ndim == 3:
        return _by_channel(input, p, training, inplace)
    if inplace:
        _by_channel(input.unsqueeze(0), p, training, True)
        return input
    return _by_channel(input.unsqueeze(0), p, training, False).squeeze(0)


def dropout2d(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """Whole channels of images set to zero at random.

    Args:
        input: of shape (n, c, height, width).
        p: probability of dropping.
        training: whether anything is dropped at all.
        inplace: whether the input itself is changed.
    """
    _check(p)
    if input.ndim == 3:
        warnings.warn(
            "dropout2d: Received a 3D input to dropout2d and assuming that channel-wise 1D dropout behavior is desired - "
            "input is interpreted as shape (N, C, L), where C is the channel dim. This behavior will change in a future "
            "release to interpret the input as one without a batch dimension, i.e. shape (C, H, W). To maintain the 1D "
            "channel-wise dropout behavior, please switch to using dropout1d instead.",
            stacklevel=2,
        )
    elif input.ndim != 4:
        _warn_rank("dropout2d", input.ndim, 2, "3D or 4D")
    return _by_channel(input, p, training, inplace)


def dropout3d(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """Whole channels of volumes set to zero at random.

    Args:
        input: of shape (n, c, depth, height, width), or without n.
        p: probability of dropping.
        training: whether anything is dropped at all.
        inplace: whether the input itself is changed.
    """
    _check(p)
    if input.ndim not in (4, 5):
        _warn_rank("dropout3d", input.ndim, 3, "4D or 5D")
    if input.ndim != 4:
        return _by_channel(input, p, training, inplace)
    if inplace:
        _by_channel(input.unsqueeze(0), p, training, True)
        return input
    return _by_channel(input.unsqueeze(0), p, training, False).squeeze(0)


def _warn_rank(name: str, rank: int, spatial: int, fits: str) -> None:
    warnings.warn(
        f"{name}: Received a {rank}-D input to {name}, which is deprecated and will result in an error in a future "
        "release. To retain the behavior and silence this warning, please use dropout instead. Note that "
        f"{name} exists to provide channel-wise dropout on inputs with {spatial} spatial dimensions, a channel dimension, "
        f"and an optional batch dimension (i.e. {fits} inputs).",
        stacklevel=3,
    )
