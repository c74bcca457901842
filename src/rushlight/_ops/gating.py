"""Activations with a parameter of their own: slopes that are learned or drawn, and gates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._core.dtypes import of_numpy
from .._core.sizes import wrap_dim
from .._declare.dispatch import no_kernel, scalar_name
from .._declare.kinds import composite, elementwise, fused
from .._declare.record import REGISTRY
from .._declare.scalars import s

if TYPE_CHECKING:
    from ..tensor import Tensor

Number = bool | int | float | complex


@elementwise(
    name="_prelu_kernel",
    eager=lambda array, weight: np.where(array > 0, array, array * weight),
    scalar_ok=False,
    refuse=("bool", "integer", "complex"),
    kernel_name="prelu_cpu",
    node="PreluKernelBackward0",
    vjp={
        "input": lambda g, input, weight: s.sloped_gradient(g, input, weight),
        "weight": lambda g, input: s.where(input > 0, 0, g * input),
    },
)
def _prelu_kernel(input: Tensor, weight: Tensor) -> Tensor:
    return s.where(input > 0, input, input * weight)


def _check_prelu(input: Any, weight: Any) -> None:
    """Raises torch's error for weights that do not fit the channels."""
    given, wanted = of_numpy(input._array.dtype), of_numpy(weight._array.dtype)
    if given is not wanted:
        raise RuntimeError(f"prelu: Type promoting not supported. Got {scalar_name(given)} and {scalar_name(wanted)}")
    shape, count = input._array.shape, weight._array.size
    if count != 1:
        if not shape:
            raise RuntimeError("Not allow zero-dim input tensor.")
        channels = shape[1] if len(shape) > 1 else 1
        if channels != count:
            raise RuntimeError(
                f"Mismatch of parameter numbers and input channel size. Found parameter numbers = {count} and "
                f"channel size = {channels}."
            )
    if weight._array.ndim > 1:
        raise RuntimeError(
            f"prelu: Expected `weight` to be a scalar or 1D tensor, but got: ndim = {weight._array.ndim}"
        )


@composite
def prelu(input: Tensor, weight: Tensor) -> Tensor:
    """Positive elements as they are, negative ones times a slope that is learned.

    Args:
        input: any float tensor.
        weight: one slope, or one for each channel (dimension 1).

    Example::

        >>> torch.prelu(torch.tensor([-1.0, 2.0]), torch.tensor([0.25]))
        tensor([-0.2500,  2.0000])
    """
    _check_prelu(input, weight)
    ndim = input._array.ndim
    if weight._array.ndim != ndim:
        weight = weight.reshape([weight.numel() if dim == 1 else 1 for dim in range(ndim)])
    return _prelu_kernel(input, weight)


def _check_glu(input: Any, dim: Any) -> None:
    array = input._array
    if not array.ndim:
        raise RuntimeError("glu does not support scalars because halving size must be even")
    place = wrap_dim(dim, array.ndim)
    if array.shape[place] % 2:
        raise RuntimeError(f"Halving dimension must be even, but dimension {place} is size {array.shape[place]}")
    if array.dtype.kind in "biuc":
        raise no_kernel("glu_cpu", of_numpy(array.dtype))


def _pull_glu(g: Any, input: Any, dim: int) -> Any:
    value, gate = input.chunk(2, dim)
    gate = gate.sigmoid()
    inner = g * gate
    return REGISTRY["cat"].call([inner, inner * (value * (1 - gate))], dim)


@fused(check=_check_glu, vjp={"input": _pull_glu})
def glu(input: Tensor, dim: int = -1) -> Tensor:
    """The first half of a dimension times the logistic function of the second.

    Args:
        input: a float tensor whose size along `dim` is even.
        dim: the dimension that is halved.

    Example::

        >>> torch.nn.functional.glu(torch.tensor([1.0, 2.0, 0.0, 0.0]))
        tensor([0.5000, 1.0000])
    """
    value, gate = input.chunk(2, dim)
    return value * gate.sigmoid()
