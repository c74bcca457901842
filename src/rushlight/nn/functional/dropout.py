"""Dropout in its forms: elements or whole channels set to zero at random."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

from ..._ops.random import dropout as ops

if TYPE_CHECKING:
    from ...tensor import Tensor


def _check(p: float) -> None:
    if p < 0.0 or p > 1.0:
        error = ValueError(f"dropout probability has to be between 0 and 1, but got {p}")
        error.add_note("`p` is the share of elements that is dropped")
        raise error


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
    return (ops.dropout_ if inplace else ops.dropout)(input, p, training)


def alpha_dropout(input: Tensor, p: float = 0.5, training: bool = False, inplace: bool = False) -> Tensor:
    """Dropout that keeps mean and variance of self-normalizing networks (Klambauer et al., 2017).

    Args:
        input: any floating tensor.
        p: probability of dropping.
        training: whether anything is dropped at all.
        inplace: whether the input itself is changed.
    """
    _check(p)
    return (ops.alpha_dropout_ if inplace else ops.alpha_dropout)(input, p, training)


def feature_alpha_dropout(input: Tensor, p: float = 0.5, training: bool = False, inplace: bool = False) -> Tensor:
    """`alpha_dropout` of whole channels.

    Args:
        input: of shape (n, c, ...).
        p: probability of dropping.
        training: whether anything is dropped at all.
        inplace: whether the input itself is changed.
    """
    _check(p)
    run = ops.feature_alpha_dropout_ if inplace else ops.feature_alpha_dropout
    return run(input, p, training)


def _by_channel(input: Tensor, p: float, training: bool, inplace: bool) -> Tensor:
    return (ops.feature_dropout_ if inplace else ops.feature_dropout)(input, p, training)


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
            "provide channel-wise dropout on inputs with 1 spatial dimension, a channel dimension, and an optional "
            "batch "
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
            "dropout2d: Received a 3D input to dropout2d and assuming that channel-wise 1D dropout behavior is "
            "desired - "
            "input is interpreted as shape (N, C, L), where C is the channel dim. This behavior will change in a "
            "future "
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
    if input.ndim == 5:
        return _by_channel(input, p, training, inplace)
    if inplace:
        _by_channel(input.unsqueeze(0), p, training, True)
        return input
    return _by_channel(input.unsqueeze(0), p, training, False).squeeze(0)


def _warn_rank(name: str, rank: int, spatial: int, fits: str) -> None:
    warnings.warn(
        f"{name}: Received a {rank}-D input to {name}, which is deprecated and will result in an error in a future "
        "release. To retain the behavior and silence this warning, please use dropout instead. Note that "
        f"{name} exists to provide channel-wise dropout on inputs with {spatial} spatial dimensions, a channel "
        "dimension, "
        f"and an optional batch dimension (i.e. {fits} inputs).",
        stacklevel=3,
    )
