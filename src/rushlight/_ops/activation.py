"""Activation functions: rectifiers, sigmoids and shrinkages."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from .._backends.numpy.masks import zero_where
from .._core.dtypes import FLOATING, finfo
from .._declare.dispatch import no_kernel
from .._declare.helpers import common_dtype
from .._declare.kinds import Refusal, composite, elementwise
from .._declare.scalars import s

if TYPE_CHECKING:
    from ..tensor import Tensor

Number = bool | int | float | complex


@elementwise(
    eager=lambda condition, gradient, input: zero_where(condition, gradient),
    natural="complex",
    keep=("condition",),
    vjp={
        "gradient": lambda g, condition: s.where(condition, 0, g),
        "input": lambda g: s.zero_gradient(g),
    },
)
def stopped_gradient(condition: Tensor, gradient: Tensor, input: Tensor) -> Tensor:
    """A gradient where `condition` does not hold, else 0: for the rules of functions in straight pieces.

    `input`, of which the condition is made, gets a gradient of zero, so that second derivatives exist.
    """
    return s.where(condition, 0, gradient)


s.define("stopped_gradient", lambda condition, gradient, input: zero_where(condition, gradient))


@elementwise(
    eager=lambda gradient, input, slope: np.where(input > 0, gradient, gradient * slope),
    refuse=("complex",),
    vjp={
        "gradient": lambda g, input, slope: s.where(input > 0, g, g * slope),
        "input": lambda g: s.zero_gradient(g),
        "slope": lambda g, gradient, input: s.where(input > 0, 0, g * gradient),
    },
)
def sloped_gradient(gradient: Tensor, input: Tensor, slope: Tensor | Number) -> Tensor:
    """A gradient where `input` is positive, else `slope` times it: for the rules of `leaky_relu` and `prelu`."""
    return s.where(input > 0, gradient, gradient * slope)


s.define("sloped_gradient", lambda gradient, input, slope: np.where(input > 0, gradient, gradient * slope))

_FLOATS_ONLY = ("bool", "integer", "complex")
_NO_COMPLEX_CLAMP = Refusal("complex", NotImplementedError, "clamp is not supported for complex types")
_ZEROS = {np.dtype(name): np.zeros((), name) for name in ("f4", "f8")}


def _relu(array: Any) -> Any:
    zero = _ZEROS.get(array.dtype)
    return np.maximum(array, 0 if zero is None else zero)


@elementwise(
    eager=_relu,
    natural="integer",
    refuse=(Refusal("bool", RuntimeError, "Boolean inputs not supported for relu"), _NO_COMPLEX_CLAMP),
    vjp={"input": lambda g, result: s.stopped_gradient(result <= 0, g, result)},
)
def relu(input: Tensor) -> Tensor:
    """The larger of each element and 0.

    Example::

        >>> torch.relu(torch.tensor([-1.0, 2.0]))
        tensor([0., 2.])
    """
    return s.clamp_min(input, 0)


def _within(input: Any, min_val: Any, max_val: Any) -> Any:
    if input.dtype.kind in "iu":
        min_val, max_val = int(min_val), int(max_val)
    return np.minimum(np.maximum(input, min_val), max_val)


def _check_hardtanh(input: Any, min_val: Any, max_val: Any) -> None:
    element = common_dtype(input)
    if element is None:
        return
    if element.name == "bool":
        raise RuntimeError("Bool inputs not supported for hardtanh")
    if element.name == "uint8" and (min_val < 0 or max_val < 0):
        raise RuntimeError("cannot do hardtanh on an unsigned type with negative limits")


@elementwise(
    eager=_within,
    general=_within,
    check=_check_hardtanh,
    refuse=(_NO_COMPLEX_CLAMP,),
    vjp={
        "input": lambda g, input, min_val, max_val: s.stopped_gradient(
            (input <= min_val) | (input >= max_val), g, input
        ),
    },
)
def hardtanh(input: Tensor, min_val: Number = -1.0, max_val: Number = 1.0) -> Tensor:
    """Elements brought between two bounds.

    Args:
        input: any real tensor but a bool one.
        min_val, max_val: the bounds.

    Example::

        >>> torch.nn.functional.hardtanh(torch.tensor([-2.0, 0.5, 3.0]))
        tensor([-1.0000,  0.5000,  1.0000])
    """
    return s.clamp_max(s.clamp_min(input, min_val), max_val)


@composite
def relu6(input: Tensor) -> Tensor:
    """Elements brought between 0 and 6.

    Example::

        >>> torch.nn.functional.relu6(torch.tensor([-2.0, 0.5, 7.0]))
        tensor([0.0000, 0.5000, 6.0000])
    """
    return hardtanh(input, 0, 6)


@elementwise(
    eager=lambda array: np.minimum(np.maximum(array + 3, 0), 6) / 6,
    refuse=_FLOATS_ONLY,
    vjp={"input": lambda g, input: s.where((input > -3) & (input < 3), g / 6, 0)},
)
def hardsigmoid(input: Tensor) -> Tensor:
    """The logistic function in three straight pieces: ``relu6(x + 3) / 6``.

    Example::

        >>> torch.nn.functional.hardsigmoid(torch.tensor([-4.0, 0.0, 1.0]))
        tensor([0.0000, 0.5000, 0.6667])
    """
    return s.clamp_max(s.clamp_min(input + 3, 0), 6) / 6


@elementwise(
    eager=lambda array: array * np.minimum(np.maximum(array + 3, 0), 6) / 6,
    refuse=_FLOATS_ONLY,
    vjp={
        "input": lambda g, input: s.where(input <= -3, 0, s.where(input < 3, g * (input / 3 + 0.5), g)),
    },
)
def hardswish(input: Tensor) -> Tensor:
    """Each element times its `hardsigmoid`.

    Example::

        >>> torch.nn.functional.hardswish(torch.tensor([-4.0, 1.0, 4.0]))
        tensor([-0.0000, 0.6667, 4.0000])
    """
    return input * s.clamp_max(s.clamp_min(input + 3, 0), 6) / 6


def _elu(array: Any, alpha: Any, scale: Any, input_scale: Any) -> Any:
    below = np.expm1(np.minimum(array, 0) * input_scale) * (alpha * scale)
    return np.where(array <= 0, below, array * scale)


def _pull_elu(g: Any, input: Any, alpha: Any, scale: Any, input_scale: Any) -> Any:
    below = g * (s.exp(s.clamp_max(input, 0) * input_scale) * (alpha * scale * input_scale))
    return s.where(input <= 0, below, g * scale)


@elementwise(eager=_elu, refuse=_FLOATS_ONLY, vjp={"input": _pull_elu})
def elu(input: Tensor, alpha: Number = 1.0, scale: Number = 1.0, input_scale: Number = 1.0) -> Tensor:
    """Positive elements as they are, negative ones as ``alpha * (exp(x) - 1)``.

    Args:
        input: any float tensor.
        alpha: the limit far below 0, with its sign turned.
        scale: factor of the result.
        input_scale: factor of the exponent.

    Example::

        >>> torch.nn.functional.elu(torch.tensor([-1.0, 2.0]))
        tensor([-0.6321,  2.0000])
    """
    below = s.expm1(s.clamp_max(input, 0) * input_scale) * (alpha * scale)
    return s.where(input <= 0, below, input * scale)


SELU_ALPHA, SELU_SCALE = 1.6732632423543772848170429916717, 1.0507009873554804934193349852946


@composite
def selu(input: Tensor) -> Tensor:
    """`elu` with the two constants that keep mean 0 and variance 1 from layer to layer.

    Example::

        >>> torch.selu(torch.tensor([-1.0, 2.0]))
        tensor([-1.1113,  2.1014])
    """
    return elu(input, SELU_ALPHA, SELU_SCALE)


def _check_celu(input: Any, alpha: Any) -> None:
    if alpha == 0:
        raise RuntimeError("ZeroDivisionError: alpha cannot be 0 for CELU")


@elementwise(
    eager=lambda array, alpha: _elu(array, alpha, 1.0, 1.0 / alpha),
    check=_check_celu,
    refuse=_FLOATS_ONLY,
    kernel_name="elu_cpu",
    vjp={"input": lambda g, input, alpha: _pull_elu(g, input, alpha, 1.0, 1.0 / alpha)},
)
def celu(input: Tensor, alpha: Number = 1.0) -> Tensor:
    """Positive elements as they are, negative ones as ``alpha * (exp(x / alpha) - 1)``.

    Args:
        input: any float tensor.
        alpha: the limit far below 0, with its sign turned; not 0.

    Example::

        >>> torch.celu(torch.tensor([-1.0, 2.0]))
        tensor([-0.6321,  2.0000])
    """
    return s.where(input <= 0, s.expm1(s.clamp_max(input, 0) * (1.0 / alpha)) * alpha, input)


def _leaky_relu(array: Any, negative_slope: Any) -> Any:
    sloped = array * negative_slope
    if 0 <= negative_slope <= 1:
        return np.maximum(array, sloped, out=np.asarray(sloped))
    return np.where(array > 0, array, sloped)


@elementwise(
    eager=_leaky_relu,
    refuse=_FLOATS_ONLY,
    vjp={"input": lambda g, input, negative_slope: s.sloped_gradient(g, input, negative_slope)},
)
def leaky_relu(input: Tensor, negative_slope: Number = 0.01) -> Tensor:
    """Positive elements as they are, negative ones times `negative_slope`.

    Args:
        input: any float tensor.
        negative_slope: the slope below 0.

    Example::

        >>> torch.nn.functional.leaky_relu(torch.tensor([-1.0, 2.0]))
        tensor([-0.0100,  2.0000])
    """
    return s.where(input > 0, input, input * negative_slope)


def _check_approximation(input: Any, approximate: Any) -> None:
    if approximate not in ("none", "tanh"):
        raise RuntimeError("approximate argument must be either none or tanh.")


_SQRT_HALF, _DENSITY = math.sqrt(0.5), 1 / math.sqrt(2 * math.pi)
_TANH_SCALE, _TANH_CUBIC = math.sqrt(2 / math.pi), 0.044715


def _gelu(input: Any, approximate: Any) -> Any:
    if approximate == "none":
        return input * 0.5 * (1 + s.erf(input * _SQRT_HALF))
    inner = _TANH_SCALE * (input + _TANH_CUBIC * (input * input * input))
    return 0.5 * input * (1 + s.tanh(inner))


def _pull_gelu(g: Any, input: Any, approximate: Any) -> Any:
    if approximate == "none":
        below = 0.5 * (1 + s.erf(input * _SQRT_HALF))
        return g * (below + input * (s.exp(-0.5 * (input * input)) * _DENSITY))
    square = input * input
    tanh = s.tanh(_TANH_SCALE * (input + _TANH_CUBIC * (square * input)))
    slope = _TANH_SCALE * (1 + 3 * _TANH_CUBIC * square)
    return g * (0.5 * (1 + tanh) + 0.5 * input * (1 - tanh * tanh) * slope)


@elementwise(
    eager=_gelu,
    check=_check_approximation,
    refuse=_FLOATS_ONLY,
    kernel_name="GeluKernelImpl",
    vjp={"input": _pull_gelu},
)
def gelu(input: Tensor, *, approximate: Literal["none", "tanh"] = "none") -> Tensor:
    """Each element times the area under the standard normal density up to it.

    Args:
        input: any float tensor.
        approximate: ``"none"``, or ``"tanh"`` for an approximation by a hyperbolic tangent.

    Example::

        >>> torch.nn.functional.gelu(torch.tensor([-1.0, 2.0]))
        tensor([-0.1587,  1.9545])
    """
    return _gelu(input, approximate)


def _silu(array: Any) -> Any:
    return array / (1 + np.exp(-array))


def _pull_silu(g: Any, input: Any) -> Any:
    gate = s.sigmoid(input)
    return g * (gate * (1 + input * (1 - gate)))


@elementwise(eager=_silu, natural="complex", refuse=("bool", "integer"), vjp={"input": _pull_silu})
def silu(input: Tensor) -> Tensor:
    """Each element times its logistic function.

    Example::

        >>> torch.nn.functional.silu(torch.tensor([-1.0, 2.0]))
        tensor([-0.2689,  1.7616])
    """
    return input * s.sigmoid(input)


def _softplus_of(input: Any) -> Any:
    """log(1 + exp(x)) without overflow."""
    return s.clamp_min(input, 0) + s.log1p(s.exp(-s.abs(input)))


def _pull_mish(g: Any, input: Any) -> Any:
    tanh = s.tanh(_softplus_of(input))
    return g * (tanh + input * s.sigmoid(input) * (1 - tanh * tanh))


@elementwise(eager=lambda array: array * np.tanh(_softplus_of(array)), refuse=_FLOATS_ONLY, vjp={"input": _pull_mish})
def mish(input: Tensor) -> Tensor:
    """Each element times the hyperbolic tangent of its softplus.

    Example::

        >>> torch.nn.functional.mish(torch.tensor([-1.0, 2.0]))
        tensor([-0.3034,  1.9440])
    """
    return input * s.tanh(_softplus_of(input))


def _softplus(input: Any, beta: Any, threshold: Any) -> Any:
    scaled = input * beta
    return s.where(scaled > threshold, input, s.log1p(s.exp(s.clamp_max(scaled, threshold))) / beta)


def _pull_softplus(g: Any, input: Any, beta: Any, threshold: Any) -> Any:
    scaled = input * beta
    return s.where(scaled > threshold, g, g * s.sigmoid(scaled))


@elementwise(eager=_softplus, refuse=_FLOATS_ONLY, vjp={"input": _pull_softplus})
def softplus(input: Tensor, beta: Number = 1, threshold: Number = 20, *, out: Tensor | None = None) -> Tensor:
    """A smooth rectifier, ``log(1 + exp(beta * x)) / beta``.

    Args:
        input: any float tensor.
        beta: how sharply it bends.
        threshold: where ``beta * x`` is above it, the element itself is the result.

    Example::

        >>> torch.nn.functional.softplus(torch.tensor([-1.0, 2.0]))
        tensor([0.3133, 2.1269])
    """
    return _softplus(input, beta, threshold)


def _check_lambd(input: Any, lambd: Any) -> None:
    element = common_dtype(input)
    if element is None:
        return
    if element.category != FLOATING:
        raise no_kernel("softshrink_check", element)
    if not lambd >= 0:
        name = {"float32": "Float", "float64": "Double", "float16": "Half", "bfloat16": "BFloat16"}[element.name]
        raise RuntimeError(
            f"lambda must be in range [0, {finfo(element).max:g}] for input dtype {name}, but found {lambd:g}"
        )


def _softshrink(input: Any, lambd: Any) -> Any:
    """Elements moved by `lambd` towards 0; nan stays."""
    inside = (input >= -lambd) & (input <= lambd)
    return s.where(inside, input * 0, s.where(input > 0, input - lambd, input + lambd))


@elementwise(
    eager=_softshrink,
    check=_check_lambd,
    vjp={"input": lambda g, input, lambd: s.stopped_gradient((input >= -lambd) & (input <= lambd), g, input)},
)
def softshrink(input: Tensor, lambd: Number = 0.5, *, out: Tensor | None = None) -> Tensor:
    """Elements moved towards 0 by `lambd`; what is nearer becomes 0.

    Args:
        input: any float tensor.
        lambd: how far, not negative.

    Example::

        >>> torch.nn.functional.softshrink(torch.tensor([-1.0, 0.25, 2.0]))
        tensor([-0.5000,  0.0000,  1.5000])
    """
    return _softshrink(input, lambd)


def _hardshrink(input: Any, lambd: Any) -> Any:
    return s.where((input >= -lambd) & (input <= lambd), 0, input)


@elementwise(
    eager=_hardshrink,
    refuse=_FLOATS_ONLY,
    vjp={"input": lambda g, input, lambd: s.stopped_gradient((input >= -lambd) & (input <= lambd), g, input)},
)
def hardshrink(input: Tensor, lambd: Number = 0.5, *, out: Tensor | None = None) -> Tensor:
    """Elements nearer to 0 than `lambd` replaced by 0.

    Args:
        input: any float tensor.
        lambd: the distance.

    Example::

        >>> torch.hardshrink(torch.tensor([-1.0, 0.25, 2.0]))
        tensor([-1.,  0.,  2.])
    """
    return _hardshrink(input, lambd)


def _thresholded(input: Any, threshold: Any, value: Any) -> Any:
    if input.dtype.kind in "iu":
        threshold, value = int(threshold), int(value)
    return np.where(input <= threshold, np.asarray(value).astype(input.dtype), input)


@elementwise(
    eager=_thresholded,
    general=_thresholded,
    refuse=("bool", "complex"),
    vjp={"input": lambda g, input, threshold: s.stopped_gradient(input <= threshold, g, input)},
)
def threshold(input: Tensor, threshold: Number, value: Number) -> Tensor:
    """Elements not above `threshold` replaced by `value`.

    Args:
        input: any real tensor but a bool one.
        threshold: the bound.
        value: the replacement.

    Example::

        >>> torch.threshold(torch.tensor([-1.0, 0.25, 2.0]), 1.0, 9.0)
        tensor([9., 9., 2.])
    """
    return s.where(input <= threshold, value, input)


def _logsigmoid(array: Any) -> Any:
    return np.minimum(array, 0) - np.log1p(np.exp(-np.abs(array)))


@elementwise(
    name="log_sigmoid",
    eager=_logsigmoid,
    refuse=_FLOATS_ONLY,
    vjp={"input": lambda g, input: g * s.sigmoid(-input)},
)
def logsigmoid(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The logarithm of the logistic function of each element.

    Example::

        >>> torch.nn.functional.logsigmoid(torch.tensor([-1.0, 2.0]))
        tensor([-1.3133, -0.1269])
    """
    return s.clamp_max(input, 0) - s.log1p(s.exp(-s.abs(input)))
