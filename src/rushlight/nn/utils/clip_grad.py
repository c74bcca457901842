"""Gradients kept within bounds."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterable
from typing import Any

from ..._core.tensor_base import TensorBase
from ..._ops.data import tensor as make_tensor
from ..._ops.joining import stack
from ...autograd.grad_mode import no_grad


def _gradients(parameters: Any) -> list[Any]:
    if isinstance(parameters, TensorBase):
        parameters = [parameters]
    return [parameter.grad for parameter in parameters if parameter.grad is not None]


def get_total_norm(
    tensors: Iterable[Any], norm_type: float = 2.0, error_if_nonfinite: bool = False, foreach: bool | None = None
) -> Any:
    """The norm of several tensors taken as one vector.

    Args:
        tensors: the tensors.
        norm_type: which norm.
        error_if_nonfinite: whether an infinite norm is an error.
        foreach: accepted for compatibility.

    Raises:
        RuntimeError: the norm is not finite and `error_if_nonfinite` is set.

    Example::

        >>> torch.nn.utils.get_total_norm([torch.tensor([3.0]), torch.tensor([4.0])])
        tensor(5.)
    """
    found: list[Any] = [tensors] if isinstance(tensors, TensorBase) else list(tensors)
    kind = float(norm_type)
    if not found:
        return make_tensor(0.0)
    total = stack([item.norm(kind) for item in found]).norm(kind)
    if error_if_nonfinite and not math.isfinite(total.item()):
        raise RuntimeError(
            f"The total norm of order {kind} for gradients from `parameters` is non-finite, so it cannot be clipped. "
            "To "
            "disable this error and scale the gradients by the non-finite norm anyway, set `error_if_nonfinite=False`"
        )
    return total


def clip_grads_with_norm_(parameters: Any, max_norm: float, total_norm: Any, foreach: bool | None = None) -> None:
    """Scales gradients in place so that a norm already known comes down to a bound.

    Args:
        parameters: the parameters.
        max_norm: the bound.
        total_norm: the norm of their gradients.
        foreach: accepted for compatibility.
    """
    with no_grad():
        scale = (float(max_norm) / (total_norm + 1e-6)).clamp(max=1.0)
        for gradient in _gradients(parameters):
            gradient.mul_(scale.to(gradient.dtype))


def clip_grad_norm_(
    parameters: Any, max_norm: float, norm_type: float = 2.0, error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Any:  # fmt: skip
    """Scales gradients in place so that their common norm is at most `max_norm`.

    Args:
        parameters: a tensor or several.
        max_norm: the bound.
        norm_type: which norm.
        error_if_nonfinite: whether an infinite norm is an error.
        foreach: accepted for compatibility.

    Returns:
        The norm before scaling.

    Example::

        >>> x = torch.ones(1, requires_grad=True)
        >>> (4 * x).backward()
        >>> torch.nn.utils.clip_grad_norm_([x], 2.0), x.grad
        (tensor(4.), tensor([2.0000]))
    """
    if not isinstance(parameters, TensorBase):
        parameters = list(parameters)
    with no_grad():
        total = get_total_norm(_gradients(parameters), norm_type, error_if_nonfinite)
        clip_grads_with_norm_(parameters, max_norm, total)
    return total


def clip_grad_value_(parameters: Any, clip_value: float, foreach: bool | None = None) -> None:
    """Cuts every element of the gradients off at a bound, in place.

    Args:
        parameters: a tensor or several.
        clip_value: the bound, on both sides.
        foreach: accepted for compatibility.
    """
    bound = float(clip_value)
    with no_grad():
        for gradient in _gradients(parameters):
            gradient.clamp_(-bound, bound)


def clip_grad_norm(
    parameters: Any, max_norm: float, norm_type: float = 2.0, error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Any:  # fmt: skip
    """The old name of `clip_grad_norm_`."""
    warnings.warn(
        "`torch.nn.utils.clip_grad_norm` is now deprecated in favor of `torch.nn.utils.clip_grad_norm_`.",
        FutureWarning,
        stacklevel=2,
    )
    return clip_grad_norm_(parameters, max_norm, norm_type, error_if_nonfinite, foreach)
