"""Normalization by mean and variance: layer, batch, group and RMS norm."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from .._backends.numpy import channels as by_channel
from .._backends.numpy.machine_code import FROM, compiled
from .._core.dtypes import FLOATING, float32
from .._core.meta_array import stand_in
from .._core.modes import modes
from .._core.tensor_base import PLAIN
from .._declare.compiled import fused
from .._declare.dispatch import no_kernel, scalar_name
from .._declare.kinds import composite, kernel

if TYPE_CHECKING:
    from ..tensor import Tensor


def _check_dtypes(kernel_name: str, input: Tensor, *parameters: Tensor | None) -> None:
    """Raises torch's error for dtypes that do not go together: 16-bit inputs alone may have float32 parameters."""
    if not input.dtype.is_floating_point:
        raise no_kernel(kernel_name, input.dtype)
    given = [parameter for parameter in parameters if parameter is not None]
    if not given or all(parameter.dtype is input.dtype for parameter in given):
        return
    if given[0].dtype is input.dtype:
        other = next(parameter.dtype for parameter in given if parameter.dtype is not input.dtype)
        text = f"expected scalar type {scalar_name(input.dtype)} but found {scalar_name(other)}"
    elif any(parameter.dtype is not float32 for parameter in given):
        text = "mixed dtype (CPU): expect parameter to have scalar type of Float"
    elif input.dtype.itemsize != 2:
        text = "mixed dtype (CPU): all inputs must share same datatype."
    else:
        return
    error = RuntimeError(text)
    error.add_note(f"the input is {input.dtype}, the parameters are {', '.join(str(item.dtype) for item in given)}")
    raise error


def _check_normalized(input: Tensor, shape: tuple[int, ...], *parameters: tuple[Tensor | None, str]) -> None:
    """Raises torch's error for sizes that are not the input's last, or not the parameters'."""
    if not shape:
        raise RuntimeError(
            "Expected normalized_shape to be at least 1-dimensional, i.e., containing at least one element, but got "
            "normalized_shape = []"
        )
    for tensor, role in parameters:
        if tensor is not None and tuple(tensor.shape) != shape:
            raise RuntimeError(
                f"Expected {role} to be of same shape as normalized_shape, but got {role} of shape "
                f"{list(tensor.shape)} and normalized_shape = {list(shape)}"
            )
    if tuple(input.shape[input.ndim - len(shape) :]) != shape or input.ndim < len(shape):
        wanted = ", ".join(map(str, shape))
        star = "*" if len(parameters) == 1 else "*, "
        error = RuntimeError(
            f"Given normalized_shape={list(shape)}, expected input with shape [{star}{wanted}], but got input of size"
            f"{list(input.shape)}"
        )
        error.add_note("the last dimensions of the input must have exactly the sizes given to the layer")
        raise error


def _as_shape(name: str, normalized_shape: Any) -> tuple[int, ...]:
    if isinstance(normalized_shape, int):
        raise TypeError(f"{name}(): argument 'normalized_shape' (position 2) must be tuple of ints, not int")
    return tuple(normalized_shape)


def _flops(input: Tensor, weight: Tensor | None, bias: Tensor | None) -> int:
    """Mean 1, differences 1, variance 2 and division 1 for each element; weight and bias 1 each."""
    return (5 + (weight is not None) + (bias is not None)) * input.numel()


def _batch_flops(input: Tensor, weight: Tensor | None, bias: Tensor | None, training: bool) -> int:
    """As `_flops`; 3 less where mean and variance are given."""
    return _flops(input, weight, bias) - (0 if training else 3 * input.numel())


def _normalize(input: Any, axes: tuple[int, ...], eps: float) -> tuple[Any, Any, Any]:
    """The input with mean 0 and variance 1 over some axes, the mean, and 1 over the standard deviation."""
    mean = input.mean(axis=axes, keepdims=True)
    centered = input - mean
    variance = np.square(centered).mean(axis=axes, keepdims=True)
    rstd = 1 / np.sqrt(variance + np.asarray(eps, variance.dtype))
    return centered * rstd, mean, rstd


def _normalized_gradient(g: Tensor, normalized: Tensor, rstd: Tensor, dims: tuple[int, ...]) -> Tensor:
    """The gradient of the input of a normalization, from that of its normalized output."""
    mean_g = g.mean(dims, True)
    mean_gx = (g * normalized).mean(dims, True)
    return (g - mean_g - normalized * mean_gx) * rstd


def _layer_gradient(
    g: Any, input: Tensor, normalized_shape: Any, weight: Tensor | None, eps: float, result1: Tensor, result2: Tensor,
    needs: Any,
) -> tuple[Any, Any, Any]:  # fmt: skip
    g = g[0]
    count = len(normalized_shape)
    inner = tuple(range(input.ndim - count, input.ndim))
    outer = tuple(range(input.ndim - count))
    # from the input, not from saved statistics, where the backward pass is itself differentiated
    mean, rstd = _statistics(input, inner, eps) if modes.record else (result1, result2)
    if needs[0] and (needs[1] or needs[2]) and outer:
        found = fused("layer_norm_gradients", g, input, mean, rstd, weight, count)
        if found is not None:
            return found[0], found[1] if needs[1] else None, found[2] if needs[2] else None
    by_input = fused("layer_norm_gradient", g, input, mean, rstd, weight, count) if needs[0] else None
    by_weight = fused("layer_norm_weight_gradient", g, input, mean, rstd, tuple(normalized_shape)) if needs[1] else None
    if (needs[0] and by_input is None) or (needs[1] and by_weight is None):
        normalized = (input - mean) * rstd
    if by_input is None and needs[0]:
        by_input = _normalized_gradient(g if weight is None else g * weight, normalized, rstd, inner)
    if by_weight is None and needs[1]:
        by_weight = (g * normalized).sum(outer) if outer else g * normalized
    return by_input, by_weight, ((g.sum(outer) if outer else g) if needs[2] else None)


def _statistics(input: Tensor, dims: tuple[int, ...], eps: float) -> tuple[Tensor, Tensor]:
    mean = input.mean(dims, True)
    variance = (input - mean).square().mean(dims, True)
    return mean, (variance + eps).rsqrt()


def _normalize_examples(
    input: Tensor, normalized_shape: Sequence[int], weight: Tensor | None, bias: Tensor | None, eps: float
) -> Any:
    """`native_layer_norm` of every example of a batch, where weight and bias are the same for all."""
    if (weight is not None and len(weight) != 1) or (bias is not None and len(bias) != 1):
        return NotImplemented
    settings = (None if weight is None else weight[0], None if bias is None else bias[0], eps)
    return native_layer_norm(input, normalized_shape, *settings)


def _layer_meta(input: Any, normalized_shape: Sequence[int], *rest: Any) -> Any:
    count = len(normalized_shape)
    statistic = stand_in((*input.shape[: input.ndim - count], *(1,) * count), input.dtype)
    return input, statistic, statistic


@kernel(
    batch=_normalize_examples,
    meta=_layer_meta,
    large="layer_norm",
    flops=_flops,
    check=lambda input, normalized_shape, weight, bias, eps: _check_dtypes("LayerNormKernelImpl", input, weight, bias),
    node="NativeLayerNormBackward0",
    vjp={("input", "weight", "bias"): _layer_gradient},
    nondifferentiable=(1, 2),
)
def native_layer_norm(
    input: Tensor, normalized_shape: Sequence[int], weight: Tensor | None, bias: Tensor | None, eps: float
) -> Any:
    """Layer normalization with the statistics it used.

    Args:
        input: of shape (..., *normalized_shape).
        normalized_shape: the last sizes, over which mean and variance are taken.
        weight, bias: of shape `normalized_shape`, or None.
        eps: added to the variance.

    Returns:
        The normalized input, the mean, and 1 over the standard deviation.
    """
    if input.size >= FROM:
        made = compiled("layer_norm", input, normalized_shape, weight, bias, eps)
        if made is not None:
            return made
    axes = tuple(range(input.ndim - len(normalized_shape), input.ndim))
    found, mean, rstd = _normalize(input, axes, eps)
    if weight is not None:
        found = found * weight
    if bias is not None:
        found = found + bias
    return found, mean, rstd


@composite
def layer_norm(
    input: Tensor, normalized_shape: Sequence[int], weight: Tensor | None = None, bias: Tensor | None = None,
    eps: float = 1e-5, cudnn_enable: bool = True,
) -> Tensor:  # fmt: skip
    """Mean 0 and variance 1 over the last dimensions, then a weight and a bias for each element.

    Args:
        input: of shape (..., *normalized_shape).
        normalized_shape: the last sizes.
        weight, bias: of shape `normalized_shape`, or None.
        eps: added to the variance.

    Raises:
        RuntimeError: the shapes do not fit.

    Example::

        >>> torch.nn.functional.layer_norm(torch.tensor([1.0, 3.0]), (2,))
        tensor([-1.0000,  1.0000])
    """
    shape = _as_shape("layer_norm", normalized_shape)
    _check_normalized(input, shape, (weight, "weight"), (bias, "bias"))
    return native_layer_norm(input, shape, weight, bias, eps)[0]  # type: ignore[no-any-return]


def _per_channel(values: Any, rank: int) -> Any:
    return values.reshape((1, -1) + (1,) * (rank - 2))


def _batch_gradient(
    g: Any, input: Tensor, weight: Tensor | None, running_mean: Tensor | None, running_var: Tensor | None,
    training: bool, eps: float, result1: Tensor, result2: Tensor, needs: Any,
) -> tuple[Any, Any, Any]:  # fmt: skip
    g = g[0]
    if not modes.record and all(tensor is None or type(tensor) in PLAIN for tensor in (g, input, weight)):
        statistics = (result1, result2) if training else (running_mean, (running_var + eps).rsqrt())
        found = _batch_norm_gradient(g, input, weight, *statistics, training)
        return tuple(item if need else None for item, need in zip(found, needs, strict=True))  # type: ignore[return-value]
    # from the input, not from saved statistics, where the backward pass is itself differentiated
    rank = input.ndim
    dims = (0, *range(2, rank))
    if training:
        mean, rstd = _statistics(input, dims, eps)
    else:
        assert running_mean is not None
        assert running_var is not None
        mean, rstd = _per_channel(running_mean, rank), _per_channel((running_var + eps).rsqrt(), rank)
    normalized = (input - mean) * rstd
    scaled = g if weight is None else g * _per_channel(weight, rank)
    if training:
        input_gradient = _normalized_gradient(scaled, normalized, rstd, dims) if needs[0] else None
    else:
        input_gradient = scaled * rstd if needs[0] else None
    return input_gradient, (g * normalized).sum(dims) if needs[1] else None, g.sum(dims) if needs[2] else None


def _batch_meta(
    input: Any, weight: Any, bias: Any, running_mean: Any, running_var: Any, training: bool, *rest: Any
) -> Any:
    statistic = stand_in(input.shape[1:2] if training else (0,), input.dtype)
    return input, statistic, statistic


@kernel(flops=9, nondifferentiable=True)
def _batch_norm_gradient(
    grad_output: Tensor, input: Tensor, weight: Tensor | None, mean: Tensor, rstd: Tensor, training: bool
) -> Any:
    """The gradients of input, weight and bias of `native_batch_norm`, where nobody differentiates them.

    Args:
        grad_output: the gradient of its first output.
        input, weight: its arguments.
        mean, rstd: its other outputs.
        training: whether they are of the input.
    """
    return by_channel.gradients(grad_output, input, mean, rstd, weight, training)


@kernel(
    meta=_batch_meta,
    flops=_batch_flops,
    check=lambda input, weight, bias, running_mean, running_var, *rest: _check_dtypes(
        "batch_norm", input, weight, bias, running_mean, running_var
    ),
    node="NativeBatchNormBackward0",
    vjp={("input", "weight", "bias"): _batch_gradient},
    nondifferentiable=(1, 2),
)
def native_batch_norm(
    input: Tensor, weight: Tensor | None, bias: Tensor | None, running_mean: Tensor | None,
    running_var: Tensor | None, training: bool, momentum: float, eps: float,
) -> Any:  # fmt: skip
    """Batch normalization with the statistics it used; running statistics are updated in place when training.

    Args:
        input: of shape (n, c, ...).
        weight, bias: of shape (c,), or None.
        running_mean, running_var: of shape (c,), or None.
        training: whether the batch's own statistics are used.
        momentum: share of the batch in the running statistics.
        eps: added to the variance.

    Returns:
        The normalized input, the mean, and 1 over the standard deviation.
    """
    if training:
        mean, variance = by_channel.moments(input)
        count = input.size // max(input.shape[1], 1)
        rstd = 1 / np.sqrt(variance + np.asarray(eps, variance.dtype))
        if count:  # an empty batch says nothing about the statistics
            _update_running(running_mean, mean, momentum)
            _update_running(running_var, variance * (count / max(count - 1, 1)), momentum)
    else:
        mean, rstd = running_mean, 1 / np.sqrt(running_var + np.asarray(eps, running_var.dtype))
    found = by_channel.normalize(input, mean, rstd, weight, bias)
    if not training:
        mean = rstd = np.empty(0, input.dtype)
    return found.astype(input.dtype, copy=False), mean, rstd


def _update_running(running: Any, value: Any, momentum: float) -> None:
    if running is not None:
        running[...] = (1 - momentum) * running + momentum * value


@composite
def batch_norm(
    input: Tensor, weight: Tensor | None, bias: Tensor | None, running_mean: Tensor | None,
    running_var: Tensor | None, training: bool, momentum: float, eps: float, cudnn_enabled: bool = True,
) -> Tensor:  # fmt: skip
    """Mean 0 and variance 1 for every channel over the batch, then a weight and a bias for each channel.

    Args:
        input: of shape (n, c, ...).
        weight, bias: of shape (c,), or None.
        running_mean, running_var: of shape (c,), updated in place when training; used otherwise.
        training: whether the batch's own statistics are used.
        momentum: share of the batch in the running statistics.
        eps: added to the variance.

    Raises:
        RuntimeError: a shape does not fit, or running statistics are missing.

    Example::

        >>> torch.batch_norm(torch.tensor([[1.0], [3.0]]), None, None, None, None, True, 0.1, 1e-5).flatten()
        tensor([-1.0000,  1.0000])
    """
    channels = input.shape[1] if input.ndim > 1 else 0
    for tensor, role in (
        (running_mean, "running_mean"),
        (running_var, "running_var"),
        (weight, "weight"),
        (bias, "bias"),
    ):
        if tensor is None:
            if role.startswith("running") and not training:
                raise RuntimeError(f"{role} must be defined in evaluation mode")
        elif tensor.numel() != channels:
            error = RuntimeError(f"{role} should contain {channels} elements not {tensor.numel()}")
            error.add_note("the second dimension of the input is the channels, one element of each for each of them")
            raise error
        elif role.startswith("running") and tensor.requires_grad:
            raise RuntimeError(
                f"The function 'native_batch_norm' is not differentiable with respect to argument '{role}'. This input "
                "cannot have requires_grad True."
            )
    if input.ndim < 2:
        if not input.numel():
            return input.clone()
        raise IndexError("Dimension out of range (expected to be in range of [-1, 0], but got 1)")
    found = native_batch_norm(input, weight, bias, running_mean, running_var, training, momentum, eps)[0]
    if training and running_mean is not None and running_mean.dtype.itemsize == 2:
        _update_narrow(input, running_mean, running_var, momentum)
    return found  # type: ignore[no-any-return]


def _update_narrow(input: Tensor, running_mean: Tensor, running_var: Tensor | None, momentum: float) -> None:
    """Updates 16-bit running statistics, of which the kernel has seen float32 copies."""
    rows = input.detach().to(float32).transpose(0, 1).flatten(1)
    if not rows.shape[1]:
        return
    for running, value in ((running_mean, rows.mean(1)), (running_var, rows.var(1) if rows.shape[1] > 1 else None)):
        if running is not None and value is not None:
            updated = (1 - momentum) * running.to(float32) + momentum * value
            running._array[...] = (
                updated._array
            )  # as the kernel does it: what is saved of them does not count as changed


def _group_gradient(
    g: Any, input: Tensor, weight: Tensor | None, group: int, eps: float, needs: Any
) -> tuple[Any, Any, Any]:
    g = g[0]
    rank, shape = input.ndim, tuple(input.shape)
    blocks = (shape[0], group, prod(shape[1:]) // group)
    rows = input.reshape(blocks)
    mean, rstd = _statistics(rows, (2,), eps)
    normalized = ((rows - mean) * rstd).reshape(shape)
    scaled = g if weight is None else g * _per_channel(weight, rank)
    dims = (0, *range(2, rank))
    input_gradient = None
    if needs[0]:
        input_gradient = _normalized_gradient(scaled.reshape(blocks), normalized.reshape(blocks), rstd, (2,)).reshape(
            shape
        )
    return input_gradient, (g * normalized).sum(dims) if needs[1] else None, g.sum(dims) if needs[2] else None


def _group_meta(input: Any, weight: Any, bias: Any, group: int, eps: float) -> Any:
    statistic = stand_in((input.shape[0], group), input.dtype)
    return input, statistic, statistic


@kernel(
    name="native_group_norm_parts",
    meta=_group_meta,
    flops=_flops,
    check=lambda input, weight, bias, group, eps: _check_dtypes("GroupNormKernelImpl", input, weight, bias),
    node="NativeGroupNormBackward0",
    vjp={("input", "weight", "bias"): _group_gradient},
    nondifferentiable=(1, 2),
)
def _group_norm(input: Tensor, weight: Tensor | None, bias: Tensor | None, group: int, eps: float) -> Any:
    """Group normalization with the statistics it used."""
    rows = input.reshape(input.shape[0], group, prod(input.shape[1:]) // group)
    found, mean, rstd = _normalize(rows, (2,), eps)
    found = found.reshape(input.shape)
    if weight is not None:
        found = found * _per_channel(weight, input.ndim)
    if bias is not None:
        found = found + _per_channel(bias, input.ndim)
    return found, mean.reshape(input.shape[0], group), rstd.reshape(input.shape[0], group)


@composite
def group_norm(
    input: Tensor, num_groups: int, weight: Tensor | None = None, bias: Tensor | None = None, eps: float = 1e-5,
    cudnn_enabled: bool = True,
) -> Tensor:  # fmt: skip
    """Mean 0 and variance 1 for every group of channels of every sample, then a weight and bias for each channel.

    Args:
        input: of shape (n, c, ...).
        num_groups: number of groups, which divides c.
        weight, bias: of shape (c,), or None.
        eps: added to the variance.

    Raises:
        RuntimeError: a shape does not fit.

    Example::

        >>> torch.nn.functional.group_norm(torch.tensor([[1.0, 3.0]]), 1)
        tensor([[-1.0000,  1.0000]])
    """
    channels = input.shape[1]
    if num_groups <= 0:
        raise RuntimeError(f"Expected num groups to be greater than 0, got {num_groups}")
    if channels % num_groups:
        raise RuntimeError(
            "Expected number of channels in input to be divisible by num_groups, but got input of shape "
            f"{list(input.shape)} and num_groups={num_groups}"
        )
    for tensor, role in ((weight, "weight"), (bias, "bias")):
        if tensor is not None and tuple(tensor.shape) != (channels,):
            raise RuntimeError(
                f"Expected {role} to be a vector of size equal to the number of channels in input, but got {role} of "
                f"shape {list((tensor if weight is None else weight).shape)} and input of shape {list(input.shape)}"
            )
    return _group_norm(input, weight, bias, num_groups, eps)[0]  # type: ignore[no-any-return]


@composite
def rms_norm(
    input: Tensor, normalized_shape: Sequence[int], weight: Tensor | None = None, eps: float | None = None
) -> Tensor:
    """The input divided by the root of its mean square over the last dimensions, times a weight.

    Args:
        input: of shape (..., *normalized_shape).
        normalized_shape: the last sizes.
        weight: of shape `normalized_shape`, or None.
        eps: added to the mean square; by default the dtype's machine epsilon.

    Example::

        >>> torch.nn.functional.rms_norm(torch.tensor([3.0, 4.0]), (2,))
        tensor([0.8485, 1.1314])
    """
    shape = _as_shape("rms_norm", normalized_shape)
    if input.ndim < len(shape):
        raise ValueError(f"Input tensor must have at least {len(shape)} dimensions, but got {input.ndim}")
    _check_normalized(input, shape, (weight, "weight"))
    if input.dtype.category < FLOATING:
        raise no_kernel("rms_norm", input.dtype)
    dims = tuple(range(-len(shape), 0))
    small = float(np.finfo(np.float32 if input.dtype.itemsize == 2 else input._array.dtype).eps) if eps is None else eps
    wide = input.to(float32) if input.dtype.itemsize == 2 else input
    found = wide * (wide.square().mean(dims, True) + small).rsqrt()
    return (found if weight is None else found * weight).to(input.dtype)


@composite
def native_group_norm(
    input: Tensor, weight: Tensor | None, bias: Tensor | None, N: int, C: int, HxW: int, group: int, eps: float
) -> tuple[Tensor, Tensor, Tensor]:
    """Group normalization with the statistics it used.

    Args:
        input: of shape (N, C, ...).
        weight, bias: of shape (C,), or None.
        N, C, HxW: samples, channels, and elements of a channel.
        group: number of groups.
        eps: added to the variance.

    Returns:
        The normalized input, the mean, and 1 over the standard deviation, the last two of shape (N, group).
    """
    return _group_norm(input, weight, bias, group, eps)  # type: ignore[no-any-return]
