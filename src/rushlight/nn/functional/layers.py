"""What layers do: normalization and embedding."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from ..._core.sizes import Size
from ..._core.tensor_base import TensorBase
from ..._ops import embedding as tables, normalization as norms
from ...autograd.grad_mode import no_grad
from .images import pad
from .pooling import avg_pool2d, avg_pool3d

if TYPE_CHECKING:
    from ...tensor import Tensor


def layer_norm(
    input: Tensor, normalized_shape: Any, weight: Tensor | None = None, bias: Tensor | None = None, eps: float = 1e-5
) -> Tensor:
    """Mean 0 and variance 1 over the last dimensions, then a weight and a bias for each element.

    Args:
        input: of shape (..., *normalized_shape).
        normalized_shape: the last sizes.
        weight, bias: of that shape, or None.
        eps: added to the variance.

    Example::

        >>> torch.nn.functional.layer_norm(torch.tensor([1.0, 3.0]), (2,))
        tensor([-1.0000,  1.0000])
    """
    return norms.layer_norm(input, normalized_shape, weight, bias, eps)


def rms_norm(input: Tensor, normalized_shape: Any, weight: Tensor | None = None, eps: float | None = None) -> Tensor:
    """The input divided by the root of its mean square over the last dimensions, times a weight."""
    return norms.rms_norm(input, normalized_shape, weight, eps)


def group_norm(
    input: Tensor, num_groups: int, weight: Tensor | None = None, bias: Tensor | None = None, eps: float = 1e-5
) -> Tensor:
    """Mean 0 and variance 1 for every group of channels of every sample.

    Args:
        input: of shape (n, c, ...).
        num_groups: number of groups.
        weight, bias: of shape (c,), or None.
        eps: added to the variance.

    Example::

        >>> torch.nn.functional.group_norm(torch.tensor([[1.0, 3.0]]), 1)
        tensor([[-1.0000,  1.0000]])
    """
    if input.ndim < 2:
        raise RuntimeError(f"Expected at least 2 dimensions for input tensor but received {input.ndim}")
    size = [input.shape[0] * input.shape[1] // num_groups, num_groups, *input.shape[2:]]
    if math.prod(size[2:]) * size[0] == 1:
        raise ValueError(f"Expected more than 1 value per channel when training, got input size {size}")
    return norms.group_norm(input, num_groups, weight, bias, eps)


def _check_values(size: list[int]) -> None:
    """Raises torch's error where statistics would be taken over a single value."""
    if math.prod(size[2:]) * size[0] == 1:
        error = ValueError(f"Expected more than 1 value per channel when training, got input size {Size(size)}")
        error.add_note("one value has no variance: use a larger batch, or eval() to go by the running statistics")
        raise error


def batch_norm(
    input: Tensor, running_mean: Tensor | None, running_var: Tensor | None, weight: Tensor | None = None,
    bias: Tensor | None = None, training: bool = False, momentum: float = 0.1, eps: float = 1e-5,
) -> Tensor:  # fmt: skip
    """Mean 0 and variance 1 for every channel, by the batch (training) or by running statistics.

    Args:
        input: of shape (n, c, ...).
        running_mean, running_var: of shape (c,), updated in place when training; or None.
        weight, bias: of shape (c,), or None.
        training: whether the batch's own statistics are used.
        momentum: share of the batch in the running statistics.
        eps: added to the variance.

    Raises:
        ValueError: there is one value per channel when training.

    Example::

        >>> torch.nn.functional.batch_norm(torch.tensor([[1.0], [3.0]]), None, None, training=True).flatten()
        tensor([-1.0000,  1.0000])
    """
    if training:
        _check_training(input, running_mean, running_var, eps)
    return norms.batch_norm(input, weight, bias, running_mean, running_var, training, momentum, eps)


def _check_training(input: Tensor, running_mean: Tensor | None, running_var: Tensor | None, eps: float) -> None:
    if eps <= 0:
        raise ValueError(f"batch_norm eps must be positive during training, but got {eps}")
    _check_values(list(input.shape))
    _check_pair(running_mean, running_var)


def _check_pair(running_mean: Tensor | None, running_var: Tensor | None) -> None:
    if (running_mean is None) != (running_var is None):
        raise ValueError("running_mean and running_var must either both be None or neither be None")


def instance_norm(
    input: Tensor, running_mean: Tensor | None = None, running_var: Tensor | None = None,
    weight: Tensor | None = None, bias: Tensor | None = None, use_input_stats: bool = True, momentum: float = 0.1,
    eps: float = 1e-5,
) -> Tensor:  # fmt: skip
    """Mean 0 and variance 1 for every channel of every sample.

    Args:
        input: of shape (n, c, ...).
        running_mean, running_var: of shape (c,), updated in place with input statistics; or None.
        weight, bias: of shape (c,), or None.
        use_input_stats: whether the input's own statistics are used.
        momentum: share of the input in the running statistics.
        eps: added to the variance.

    Example::

        >>> torch.nn.functional.instance_norm(torch.tensor([[[1.0, 3.0]]]))
        tensor([[[-1.0000,  1.0000]]])
    """
    if use_input_stats and math.prod(input.shape[2:]) == 1:
        raise ValueError(f"Expected more than 1 spatial element when training, got input size {input.size()}")
    if use_input_stats:
        _check_pair(running_mean, running_var)
    elif running_mean is None or running_var is None:
        raise RuntimeError("Expected running_mean and running_var to be defined when use_input_stats is false")
    n, channels = input.shape[:2]

    def repeated(tensor: Tensor | None) -> Tensor | None:
        return None if tensor is None else tensor.repeat(n)

    mean, variance = (
        None if tensor is None else tensor.repeat(n).to(input.dtype) for tensor in (running_mean, running_var)
    )
    flat = input.reshape(1, n * channels, *input.shape[2:])
    found = norms.batch_norm(flat, repeated(weight), repeated(bias), mean, variance, use_input_stats, momentum, eps)
    if use_input_stats:
        with no_grad():
            for own, used in ((running_mean, mean), (running_var, variance)):
                if own is not None and used is not None:
                    own.copy_(used.view(n, channels).mean(0))
    return found.reshape(input.shape)


def local_response_norm(input: Tensor, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0) -> Tensor:
    """Channels divided by a power of the mean square of their neighbours.

    Args:
        input: of shape (n, c, ...).
        size: number of neighbours.
        alpha, beta, k: factor, exponent and offset.

    Example::

        >>> torch.nn.functional.local_response_norm(torch.ones(1, 1, 1), 1, alpha=1.0, beta=1.0)
        tensor([[[0.5000]]])
    """
    if input.ndim < 3:
        raise ValueError(
            f"Expected 3D or higher dimensionality                          input (got {input.ndim} dimensions)"
        )
    if input.numel() == 0:
        return input
    square = input.mul(input)
    if input.ndim == 3:
        rows = pad(square.unsqueeze(1), (0, 0, size // 2, (size - 1) // 2))
        mean = avg_pool2d(rows, (size, 1), stride=1).squeeze(1)
    else:
        blocks = square.view(input.shape[0], 1, input.shape[1], input.shape[2], -1)
        blocks = pad(blocks, (0, 0, 0, 0, size // 2, (size - 1) // 2))
        mean = avg_pool3d(blocks, (size, 1, 1), stride=1).squeeze(1).view(input.shape)
    return input / mean.mul(alpha).add(k).pow(beta)


def embedding(
    input: Tensor, weight: Tensor, padding_idx: int | None = None, max_norm: float | None = None,
    norm_type: float = 2.0, scale_grad_by_freq: bool = False, sparse: bool = False,
) -> Tensor:  # fmt: skip
    """Rows of a table by index.

    Args:
        input: int indices of any shape.
        weight: the table, of shape (rows, width).
        padding_idx: a row whose gradient is left out.
        max_norm: rows looked up are first scaled down to this norm, in place.
        norm_type: which norm that is.
        scale_grad_by_freq: whether a row's gradient is divided by how often it was looked up.
        sparse: not supported.

    Raises:
        IndexError: an index is out of range.

    Example::

        >>> torch.nn.functional.embedding(torch.tensor([1]), torch.eye(2))
        tensor([[0., 1.]])
    """
    rows = weight.shape[0] if weight.ndim else 0
    if padding_idx is None:
        padding_idx = -1
    elif padding_idx > 0:
        if padding_idx >= rows:
            raise AssertionError("Padding_idx must be within num_embeddings")
    elif padding_idx < 0:
        if padding_idx < -rows:
            raise AssertionError("Padding_idx must be within num_embeddings")
        padding_idx += rows
    if not isinstance(input, TensorBase):
        raise TypeError(f"embedding(): argument 'indices' (position 2) must be Tensor, not {type(input).__name__}")
    if max_norm is not None:
        renormalize_rows(weight, input, max_norm, norm_type)
    return tables.embedding(weight, input, padding_idx, scale_grad_by_freq, sparse)


def renormalize_rows(weight: Tensor, indices: Tensor, max_norm: float, norm_type: float) -> None:
    """Scales the rows at some indices down to a norm, in place."""
    with no_grad():
        used = indices.reshape(-1).unique()
        chosen = weight[used]
        norms_ = chosen.norm(norm_type, 1, True)
        scale = (max_norm / (norms_ + 1e-7)).clamp(max=1.0)
        weight[used] = (chosen * scale).where(norms_ > max_norm, chosen)
