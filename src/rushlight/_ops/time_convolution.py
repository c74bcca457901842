"""Convolution over time, with the time first and the channels last."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._declare.kinds import fused
from .._declare.reducing import ops

if TYPE_CHECKING:
    from ..tensor import Tensor


def _check(input: Tensor, weight: Tensor, bias: Tensor, pad: int) -> None:
    if input.ndim != 3:
        raise RuntimeError("Input must have 3 dims: time, batch, in_channel")
    if weight.ndim != 3:
        raise RuntimeError("Weight tensor must have 3 dims: kernel_width, in_channels, out_channels.")
    if bias.ndim != 1:
        raise RuntimeError("Bias must be 1-D")
    if input.shape[2] != weight.shape[1]:
        raise RuntimeError("Input dim 2 (input channels) is not == dim 1 in the weight tensor")
    if weight.shape[2] != bias.shape[0]:
        raise RuntimeError("Bias size must equal dim 2 in the weight tensor (output channels).")


def _gradients(g: Any, input: Any, weight: Any, pad: int, needs: Any) -> tuple[Any, Any, Any]:
    images, rows = input.permute(1, 2, 0), g.permute(1, 2, 0)
    kernels = weight.permute(2, 1, 0)
    one = (1,)
    found = kernel_gradient = None
    if needs[0]:
        found = ops.convolution(rows, kernels, None, one, (pad,), one, True, (0,), 1).permute(2, 0, 1)
    if needs[1]:
        kernel_gradient = ops._kernel_gradient(images, rows, (weight.shape[0],), one, (pad,), one, 1).permute(2, 1, 0)
    return found, kernel_gradient, g.sum((0, 1)) if needs[2] else None


@fused(check=_check, vjp={("input", "weight", "bias"): _gradients})
def conv_tbc(input: Tensor, weight: Tensor, bias: Tensor, pad: int = 0) -> Tensor:
    """Convolution (cross-correlation) over sequences laid out as time, batch, channels.

    Args:
        input: of shape (time, n, c).
        weight: of shape (width, c, out).
        bias: of shape (out,).
        pad: zeros before and after each sequence.

    Returns:
        Of shape (time + 2 * pad - width + 1, n, out).

    Raises:
        RuntimeError: the shapes do not fit.

    Example::

        >>> torch.conv_tbc(torch.ones(3, 1, 1), torch.ones(2, 1, 1), torch.zeros(1)).flatten()
        tensor([2., 2.])
    """
    one = (1,)
    images, kernels = input.permute(1, 2, 0), weight.permute(2, 1, 0)
    found = ops.convolution(images, kernels, bias, one, (pad,), one, False, (0,), 1)
    return found.permute(2, 0, 1)  # type: ignore[no-any-return]
