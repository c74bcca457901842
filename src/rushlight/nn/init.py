"""Initial values of parameters, drawn as torch draws them."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Any, Literal

import numpy as np

from .._core.generator import default_generator
from .._core.modes import modes, set_grad_enabled
from .._core.random_streams.permutation import permutation
from .._core.tensor_base import wrap
from .._ops.likes import empty_like

Mode = Literal["fan_in", "fan_out"]


def _unrecorded(function: Callable[..., Any]) -> Any:
    """Runs a method of the tensor with recording off."""
    enabled = modes.grad_enabled
    set_grad_enabled(False)
    try:
        return function()
    finally:
        set_grad_enabled(enabled)


def calculate_gain(nonlinearity: str, param: Any = None) -> float:
    """The factor by which an activation shrinks the standard deviation of what passes through it.

    Args:
        nonlinearity: name of the activation, ``"linear"``, ``"relu"``, ``"leaky_relu"``, ``"tanh"`` ...
        param: the negative slope of ``"leaky_relu"``.

    Raises:
        ValueError: the activation is unknown, or the slope is no number.

    Example::

        >>> torch.nn.init.calculate_gain("relu")
        1.4142135623730951
    """
    ones = (
        "linear",
        "conv1d",
        "conv2d",
        "conv3d",
        "conv_transpose1d",
        "conv_transpose2d",
        "conv_transpose3d",
        "sigmoid",
    )
    if nonlinearity in ones:
        return 1
    if nonlinearity == "tanh":
        return 5.0 / 3
    if nonlinearity == "relu":
        return math.sqrt(2.0)
    if nonlinearity == "leaky_relu":
        if param is None:
            slope = 0.01
        elif not isinstance(param, bool) and isinstance(param, (int, float)):
            slope = param
        else:
            raise ValueError(f"negative_slope {param} not a valid number")
        return math.sqrt(2.0 / (1 + slope**2))
    if nonlinearity == "selu":
        return 3.0 / 4
    raise ValueError(f"Unsupported nonlinearity {nonlinearity}")


def uniform_(tensor: Any, a: float = 0.0, b: float = 1.0, generator: Any = None) -> Any:
    """Fills a tensor from the uniform distribution on [a, b)."""
    return _unrecorded(lambda: tensor.uniform_(a, b, generator=generator))


def normal_(tensor: Any, mean: float = 0.0, std: float = 1.0, generator: Any = None) -> Any:
    """Fills a tensor from a normal distribution."""
    return _unrecorded(lambda: tensor.normal_(mean, std, generator=generator))


def trunc_normal_(
    tensor: Any, mean: float = 0.0, std: float = 1.0, a: float = -2.0, b: float = 2.0, generator: Any = None
) -> Any:
    """Fills a tensor from a normal distribution cut off at `a` and `b`."""

    low, high = (a - mean) / std, (b - mean) / std
    if mean < a - 2 * std or mean > b + 2 * std:
        warnings.warn(
            "mean is more than 2 std from [a, b] in nn.init.trunc_normal_. The distribution of values may be "
            "incorrect.",
            stacklevel=2,
        )
    inside = (math.erf(high / math.sqrt(2.0)) - math.erf(low / math.sqrt(2.0))) / 2
    draw = _reject_normal if inside > _WIDE else _reject_uniform
    return _unrecorded(lambda: draw(tensor, mean, std, a, b, generator))


_WIDE = 0.3
"""Share of the normal distribution within the bounds above which it is drawn from itself, as torch does."""


def _reject_normal(tensor: Any, mean: float, std: float, a: float, b: float, generator: Any) -> Any:
    """Draws whole tensors until every element has been within the bounds once."""
    tensor.normal_(mean, std, generator=generator)
    outside = (tensor < a) | (tensor > b)
    while bool(outside.any()):
        fresh = empty_like(tensor).normal_(mean, std, generator=generator)
        tensor.copy_(fresh.where(outside, tensor))
        outside = (tensor < a) | (tensor > b)
    return tensor


def _reject_uniform(tensor: Any, mean: float, std: float, a: float, b: float, generator: Any) -> Any:
    """Draws evenly within narrow bounds, and keeps an element with the probability of its density."""
    nearest = min(max(0.0, (a - mean) / std), (b - mean) / std)

    def accepted(values: Any) -> Any:
        distance = (values - mean) / std
        density = (-0.5 * (distance * distance - nearest * nearest)).exp()
        return empty_like(values).uniform_(generator=generator) <= density

    tensor.uniform_(a, b, generator=generator)
    done = accepted(tensor)
    while not bool(done.all()):
        fresh = empty_like(tensor).uniform_(a, b, generator=generator)
        keep = accepted(fresh)
        tensor.copy_(tensor.where(done, fresh))
        done = done | keep
    return tensor


def constant_(tensor: Any, val: float) -> Any:
    """Fills a tensor with one value."""
    return _unrecorded(lambda: tensor.fill_(val))


def ones_(tensor: Any) -> Any:
    """Fills a tensor with ones."""
    return constant_(tensor, 1.0)


def zeros_(tensor: Any) -> Any:
    """Fills a tensor with zeros."""
    return _unrecorded(lambda: tensor.zero_())


def eye_(tensor: Any) -> Any:
    """Fills a matrix with the identity.

    Raises:
        ValueError: the tensor is no matrix.
    """
    if tensor.ndimension() != 2:
        raise ValueError("Only tensors with 2 dimensions are supported")

    def fill() -> Any:
        tensor.zero_()
        tensor.diagonal().fill_(1)
        return tensor

    return _unrecorded(fill)


def dirac_(tensor: Any, groups: int = 1) -> Any:
    """Fills convolution kernels so that they pass channels through.

    Raises:
        ValueError: the tensor has not 3 to 5 dimensions, or `groups` does not divide the first size.
    """
    dimensions = tensor.ndimension()
    if dimensions not in (3, 4, 5):
        raise ValueError("Only tensors with 3, 4, or 5 dimensions are supported")
    sizes = tensor.size()
    if sizes[0] % groups != 0:
        raise ValueError("dim 0 must be divisible by groups")
    per_group = sizes[0] // groups
    middle = tuple(size // 2 for size in sizes[2:])

    def fill() -> Any:
        tensor.zero_()
        for group in range(groups):
            for channel in range(min(per_group, sizes[1])):
                tensor[(group * per_group + channel, channel, *middle)] = 1
        return tensor

    return _unrecorded(fill)


def _calculate_fan_in_and_fan_out(tensor: Any) -> tuple[int, int]:
    """The numbers of inputs and outputs of a layer with this weight."""
    dimensions = tensor.dim()
    if dimensions < 2:
        raise ValueError("Fan in and fan out can not be computed for tensor with fewer than 2 dimensions")
    field = math.prod(tensor.shape[2:])
    return tensor.size(1) * field, tensor.size(0) * field


def _calculate_correct_fan(tensor: Any, mode: str) -> int:
    mode = mode.lower()
    if mode not in ("fan_in", "fan_out"):
        raise ValueError(f"Mode {mode} not supported, please use one of ['fan_in', 'fan_out']")
    fan_in, fan_out = _calculate_fan_in_and_fan_out(tensor)
    return fan_in if mode == "fan_in" else fan_out


def xavier_uniform_(tensor: Any, gain: float = 1.0, generator: Any = None) -> Any:
    """Fills a weight from a uniform distribution whose variance is 2 / (fan_in + fan_out) (Glorot & Bengio, 2010)."""
    fan_in, fan_out = _calculate_fan_in_and_fan_out(tensor)
    bound = math.sqrt(3.0) * gain * math.sqrt(2.0 / float(fan_in + fan_out))
    return uniform_(tensor, -bound, bound, generator)


def xavier_normal_(tensor: Any, gain: float = 1.0, generator: Any = None) -> Any:
    """Fills a weight from a normal distribution whose variance is 2 / (fan_in + fan_out) (Glorot & Bengio, 2010)."""
    fan_in, fan_out = _calculate_fan_in_and_fan_out(tensor)
    return normal_(tensor, 0.0, gain * math.sqrt(2.0 / float(fan_in + fan_out)), generator)


def kaiming_uniform_(
    tensor: Any, a: float = 0, mode: Mode = "fan_in", nonlinearity: str = "leaky_relu", generator: Any = None
) -> Any:
    """Fills a weight from a uniform distribution that keeps variances through rectifiers (He et al., 2015).

    Args:
        tensor: the weight.
        a: negative slope of the rectifier.
        mode: whether the variance is kept forwards (``"fan_in"``) or backwards (``"fan_out"``).
        nonlinearity: ``"relu"`` or ``"leaky_relu"``, see `calculate_gain`.
    """
    if 0 in tensor.shape:
        warnings.warn("Initializing zero-element tensors is a no-op", stacklevel=2)
        return tensor
    std = calculate_gain(nonlinearity, a) / math.sqrt(_calculate_correct_fan(tensor, mode))
    bound = math.sqrt(3.0) * std
    return uniform_(tensor, -bound, bound, generator)


def kaiming_normal_(
    tensor: Any, a: float = 0, mode: Mode = "fan_in", nonlinearity: str = "leaky_relu", generator: Any = None
) -> Any:
    """Fills a weight from a normal distribution that keeps variances through rectifiers (He et al., 2015).

    Args:
        tensor: the weight.
        a: negative slope of the rectifier.
        mode: whether the variance is kept forwards (``"fan_in"``) or backwards (``"fan_out"``).
        nonlinearity: ``"relu"`` or ``"leaky_relu"``, see `calculate_gain`.
    """
    if 0 in tensor.shape:
        warnings.warn("Initializing zero-element tensors is a no-op", stacklevel=2)
        return tensor
    std = calculate_gain(nonlinearity, a) / math.sqrt(_calculate_correct_fan(tensor, mode))
    return normal_(tensor, 0.0, std, generator)


def orthogonal_(tensor: Any, gain: float = 1, generator: Any = None) -> Any:
    """Fills a weight with an orthogonal matrix (Saxe et al., 2013).

    Raises:
        ValueError: the tensor has fewer than 2 dimensions.
    """
    if tensor.ndimension() < 2:
        raise ValueError("Only tensors with 2 or more dimensions are supported")
    if tensor.numel() == 0:
        return tensor
    rows, columns = tensor.size(0), tensor.numel() // tensor.size(0)

    def draw() -> Any:
        flat = tensor.new_empty((rows, columns)).normal_(0, 1, generator=generator)
        turned = flat.t() if rows < columns else flat
        q, r = turned.qr()
        q = q * r.diagonal().sign()
        q = q.t() if rows < columns else q
        tensor.view_as(q).copy_(q)
        return tensor.mul_(gain)

    return _unrecorded(draw)


def sparse_(tensor: Any, sparsity: float, std: float = 0.01, generator: Any = None) -> Any:
    """Fills a matrix from a normal distribution and sets a share of every column to zero (Martens, 2010).

    Raises:
        ValueError: the tensor is no matrix.
    """
    if tensor.ndimension() != 2:
        raise ValueError("Only tensors with 2 dimensions are supported")
    rows, columns = tensor.shape
    zeros = math.ceil(sparsity * rows)

    def draw() -> Any:
        tensor.normal_(0, std, generator=generator)
        for column in range(columns):
            chosen = wrap(permutation(default_generator, rows, np.dtype(np.int64))[:zeros])
            tensor[chosen, column] = 0
        return tensor

    return _unrecorded(draw)


def _deprecated(function: Callable[..., Any], name: str) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Any:
        warnings.warn(
            f"`nn.init.{name}` is now deprecated in favor of `nn.init.{function.__name__}`.",
            FutureWarning,
            stacklevel=2,
        )
        return function(*args, **kwargs)

    call.__name__ = name
    call.__doc__ = f"The old name of `{function.__name__}`."
    return call


uniform = _deprecated(uniform_, "uniform")
normal = _deprecated(normal_, "normal")
constant = _deprecated(constant_, "constant")
eye = _deprecated(eye_, "eye")
dirac = _deprecated(dirac_, "dirac")
xavier_uniform = _deprecated(xavier_uniform_, "xavier_uniform")
xavier_normal = _deprecated(xavier_normal_, "xavier_normal")
kaiming_uniform = _deprecated(kaiming_uniform_, "kaiming_uniform")
kaiming_normal = _deprecated(kaiming_normal_, "kaiming_normal")
orthogonal = _deprecated(orthogonal_, "orthogonal")
sparse = _deprecated(sparse_, "sparse")


def __getattr__(name: str) -> object:
    """Says which of torch's names is missing."""
    from .._core.missing import missing_name

    raise missing_name(__name__, name, globals())
