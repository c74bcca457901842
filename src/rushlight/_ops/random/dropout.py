"""Elements or whole features set to zero at random, and ReLU with a random slope."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from ..._backends.numpy.copies import empty_like
from ..._core import dtypes
from ..._core.dtypes import FLOATING
from ..._core.generator import Generator, default_generator
from ..._core.meta_array import MetaArray
from ..._core.modes import modes
from ..._core.names import type_name
from ..._core.random_streams import transforms
from ..._core.tensor_base import TensorBase, wrap
from ..._declare.dispatch import no_kernel, scalar_name
from ..._declare.examples import running_vmap
from ..._declare.kinds import composite, kernel
from ..._declare.variants import inplace
from . import checks

if TYPE_CHECKING:
    from ...tensor import Tensor

_SELU = 1.7580993408473766
"""The scale of SELU times its alpha: alpha dropout sets elements to minus that, the limit of SELU."""


def _check(name: str, p: Any, train: Any) -> float:
    """The probability of an element to be dropped."""
    probability = checks.number_of(name, "p", 2, p)
    if not isinstance(train, bool):
        raise TypeError(f"{name}(): argument 'train' (position 3) must be bool, not {type_name(train)}")
    if not 0 <= probability <= 1:
        raise RuntimeError(f"dropout probability has to be between 0 and 1, but got {probability:g}")
    return probability


def _noise(input: Any, kept: float, features: bool) -> Any:
    """Ones, with probability `kept`, and zeros: one for each element of `input`, or for each feature of each sample."""
    array = input._array
    shape = array.shape
    if features:
        if len(shape) < 2:
            raise RuntimeError("Feature dropout requires at least 2 dimensions in the input")
        shape = (*shape[:2], *(1 for _ in shape[2:]))
    if type(array) is MetaArray:
        return wrap(MetaArray.empty(shape, array.dtype))
    if input.dtype.is_complex:
        raise no_kernel("bernoulli_scalar_cpu_", input.dtype)
    level = running_vmap() if modes.levels else None
    if level is not None:
        return level.draw(lambda: _noise(level.example(input), kept, features))
    found = np.empty(shape, array.dtype) if features else empty_like(array, array.dtype)
    transforms.fill_bernoulli(default_generator, found, kept)
    return wrap(found)


def _check_floating(input: Any) -> None:
    if input.dtype.category < FLOATING:
        default = scalar_name(dtypes.get_default_dtype())
        raise RuntimeError(f"result type {default} can't be cast to the desired output type {scalar_name(input.dtype)}")


def _dropped(name: str, input: Any, p: Any, train: Any, features: bool, alpha: bool, write: bool) -> Any:
    """What all forms of dropout do.

    Args:
        name: of the form.
        input, p, train: its arguments.
        features: whether whole features are dropped.
        alpha: whether mean and variance are kept, as `alpha_dropout` does.
        write: whether the result is written into `input`.
    """
    if not isinstance(input, TensorBase):
        raise TypeError(f"{name}(): argument 'input' (position 1) must be Tensor, not {type_name(input)}")
    probability = _check(name, p, train)
    if probability == 0 or not train or not input._array.size:
        return input
    multiply = input.mul_ if write else input.mul  # type: ignore[attr-defined]
    if probability == 1:
        return multiply(input.new_zeros(()))  # type: ignore[attr-defined]
    noise = _noise(input, 1 - probability, features)
    _check_floating(input)
    if not alpha:
        return multiply(noise.div_(1 - probability))
    a = 1 / math.sqrt((_SELU * _SELU * probability + 1) * (1 - probability))
    shift = noise.add(-1).mul_(_SELU * a).add_(_SELU * a * probability)
    return multiply(noise.mul_(a)).add_(shift)


@composite
def dropout(input: Tensor, p: float, train: bool) -> Tensor:
    """Elements set to zero at random and the others scaled up, so that their mean stays.

    Args:
        input: the tensor.
        p: probability of an element to become zero.
        train: whether anything happens at all; `input` itself is returned if not.

    Raises:
        RuntimeError: `p` is not between 0 and 1.

    Example::

        >>> torch.dropout(torch.ones(5), 0.5, True)
        tensor([0., 0., 2., 0., 0.])
    """
    return _dropped("dropout", input, p, train, features=False, alpha=False, write=False)  # type: ignore[no-any-return]


@composite
def dropout_(input: Tensor, p: float, train: bool) -> Tensor:
    """`dropout` written into the tensor itself."""
    return _dropped("dropout_", input, p, train, features=False, alpha=False, write=True)  # type: ignore[no-any-return]


@composite
def feature_dropout(input: Tensor, p: float, train: bool) -> Tensor:
    """Whole features, ``input[n, c]``, set to zero at random and the others scaled up.

    Args:
        input: at least two dimensions: samples and features.
        p: probability of a feature to become zero.
        train: whether anything happens at all; `input` itself is returned if not.

    Raises:
        RuntimeError: `p` is not between 0 and 1, or `input` has less than two dimensions.

    Example::

        >>> torch.feature_dropout(torch.ones(2, 2, 2), 0.5, True)[:, :, 0]
        tensor([[0., 0.],
                [2., 0.]])
    """
    return _dropped("feature_dropout", input, p, train, features=True, alpha=False, write=False)  # type: ignore[no-any-return]


@composite
def feature_dropout_(input: Tensor, p: float, train: bool) -> Tensor:
    """`feature_dropout` written into the tensor itself."""
    return _dropped("feature_dropout_", input, p, train, features=True, alpha=False, write=True)  # type: ignore[no-any-return]


@composite
def alpha_dropout(input: Tensor, p: float, train: bool) -> Tensor:
    """Elements set to the lowest value of SELU at random, all then scaled so that mean and variance stay.

    Args:
        input: the tensor, with mean 0 and variance 1 as SELU keeps it.
        p: probability of an element to be replaced.
        train: whether anything happens at all; `input` itself is returned if not.

    Raises:
        RuntimeError: `p` is not between 0 and 1.

    Example::

        >>> torch.alpha_dropout(torch.ones(3), 0.5, True)
        tensor([-0.7792, -0.7792,  1.6656])
    """
    return _dropped("alpha_dropout", input, p, train, features=False, alpha=True, write=False)  # type: ignore[no-any-return]


@composite
def alpha_dropout_(input: Tensor, p: float, train: bool) -> Tensor:
    """`alpha_dropout` written into the tensor itself."""
    return _dropped("alpha_dropout_", input, p, train, features=False, alpha=True, write=True)  # type: ignore[no-any-return]


@composite
def feature_alpha_dropout(input: Tensor, p: float, train: bool) -> Tensor:
    """`alpha_dropout` of whole features, ``input[n, c]``.

    Args:
        input: at least two dimensions: samples and features.
        p: probability of a feature to be replaced.
        train: whether anything happens at all; `input` itself is returned if not.

    Raises:
        RuntimeError: `p` is not between 0 and 1, or `input` has less than two dimensions.

    Example::

        >>> torch.feature_alpha_dropout(torch.ones(1, 2, 2), 0.5, True).shape
        torch.Size([1, 2, 2])
    """
    return _dropped("feature_alpha_dropout", input, p, train, features=True, alpha=True, write=False)  # type: ignore[no-any-return]


@composite
def feature_alpha_dropout_(input: Tensor, p: float, train: bool) -> Tensor:
    """`feature_alpha_dropout` written into the tensor itself."""
    return _dropped("feature_alpha_dropout_", input, p, train, features=True, alpha=True, write=True)  # type: ignore[no-any-return]


def _check_native(input: Any, p: Any, train: Any) -> None:
    probability = checks.number_of("native_dropout", "p", 2, p)
    if isinstance(input, TensorBase) and (train or train is None) and input._array.size:
        checks.check_probability(1 - probability)
        _check_floating(input)


def _scale(p: float) -> float:
    return 0.0 if p == 1 else 1 / (1 - p)


@kernel(
    random=True,
    flops=1,
    check=_check_native,
    vjp={"input": lambda g, result1, p, train: native_dropout_backward(g[0], result1, _scale(p) if train else 1.0)},
    nondifferentiable=(1,),
    meta=lambda input, p, train: (input, np.empty(input.shape, np.bool_)),
)
def native_dropout(input: Tensor, p: float, train: bool | None) -> tuple[Tensor, Tensor]:
    """`dropout` together with its mask.

    Args:
        input: the tensor.
        p: probability of an element to become zero.
        train: whether elements are dropped; None stands for True.

    Returns:
        The result, and a bool tensor that is True where an element was kept.

    Example::

        >>> torch.native_dropout(torch.ones(3), 0.5, False)
        (tensor([1., 1., 1.]), tensor([True, True, True]))
    """
    array: Any = input
    if not (train or train is None) or not array.size:
        return array.copy(), np.ones(array.shape, np.bool_)  # type: ignore[return-value]
    mask = empty_like(array, np.dtype(np.bool_))
    transforms.fill_bernoulli(checks.source_of("native_dropout", None), mask, 1 - float(p))
    return array * mask * array.dtype.type(_scale(p)), mask  # type: ignore[return-value]


@composite
def native_dropout_backward(grad_output: Tensor, mask: Tensor, scale: float) -> Tensor:
    """The gradient of `native_dropout`: that of the kept elements, scaled."""
    return grad_output * mask * scale


def _rrelu_rule(g: Any, input: Any, noise: Any, lower: float, upper: float, training: bool) -> Any:
    if training and upper - lower > 1e-6:
        return g * noise
    return g * (input > 0).to(g.dtype).mul(1 - (lower + upper) / 2).add((lower + upper) / 2)


def _check_rrelu(input: Any, noise: Any, lower: Any, upper: Any, training: Any) -> None:
    if input.is_meta:
        return
    element = input.dtype
    unfit = element.category != FLOATING
    if training and (unfit or element is dtypes.float16):
        raise no_kernel("rrelu_with_noise_out_cpu", element)
    if unfit:
        raise no_kernel("leaky_relu_cpu", element)


@kernel(
    flops=1,
    check=_check_rrelu,
    vjp={"input": _rrelu_rule},
    node="RreluWithNoiseBackward0",
    inplace_node="RreluWithNoiseBackward1",
)
def rrelu_with_noise(input: Tensor, noise: Tensor, lower: float, upper: float, training: bool) -> Tensor:
    """`rrelu` with given slopes.

    Args:
        input: the tensor.
        noise: the slope of each element, 1 where `input` is positive.
        lower, upper: the bounds between which the slopes were drawn.
        training: whether `noise` counts; if not, all slopes are halfway between the bounds.
    """
    array: Any = input
    if training:
        return array * noise
    return np.where(array > 0, array, array * array.dtype.type((lower + upper) / 2))  # type: ignore[return-value]


def _slopes(input: Any, lower: float, upper: float, training: bool, generator: Any) -> Any:
    """The slope for each element of `input`: drawn, in the order of the elements, for those that are not positive."""
    array = input._array
    source = checks.source_of("rrelu", generator)
    if lower > upper:
        raise RuntimeError("Lower bound should be less than or equal to the upper bound")
    if not training or type(array) is MetaArray or input.dtype.category != FLOATING:
        return input.new_zeros(input.shape)
    flat = np.ones(array.size, array.dtype)
    falling = array.reshape(-1) <= 0
    if input.dtype is not dtypes.float64:
        lower, upper = float(np.float32(lower)), float(np.float32(upper))
    with source.lock:
        flat[falling] = source.doubles(int(np.count_nonzero(falling))) * (upper - lower) + lower
    return wrap(flat.reshape(array.shape))


_rrelu_into = inplace(rrelu_with_noise)


@composite
def rrelu(
    input: Tensor,
    lower: float = 1.0 / 8,
    upper: float = 1.0 / 3,
    training: bool = False,
    generator: Generator | None = None,
) -> Tensor:
    """ReLU whose negative part has a random slope.

    Args:
        input: the tensor.
        lower, upper: bounds of the slopes.
        training: whether slopes are drawn; if not, all are halfway between the bounds.
        generator: the source; the default generator where None.

    Raises:
        RuntimeError: `lower` is greater than `upper`.

    Example::

        >>> torch.rrelu(torch.tensor([-1.0, 1.0]), 0.1, 0.3)
        tensor([-0.2000,  1.0000])
    """
    noise = _slopes(input, lower, upper, training, generator)
    return rrelu_with_noise(input, noise, lower, upper, training)


@composite
def rrelu_(
    input: Tensor,
    lower: float = 1.0 / 8,
    upper: float = 1.0 / 3,
    training: bool = False,
    generator: Generator | None = None,
) -> Tensor:
    """`rrelu` written into the tensor itself."""
    noise = _slopes(input, lower, upper, training, generator)
    return _rrelu_into(input, noise, lower, upper, training)  # type: ignore[no-any-return]
