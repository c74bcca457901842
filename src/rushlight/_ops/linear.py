"""Affine maps: linear and bilinear."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._declare.dispatch import scalar_name
from .._declare.kinds import composite
from .._declare.record import REGISTRY

if TYPE_CHECKING:
    from ..tensor import Tensor


@composite
def linear(input: Tensor, weight: Tensor, bias: Tensor | None = None, *, out: Tensor | None = None) -> Tensor:
    """``input @ weight.T + bias``.

    Args:
        input: of shape (..., in).
        weight: of shape (out, in), or (in,).
        bias: of shape (out,), or None.

    Raises:
        RuntimeError: the shapes do not fit.

    Example::

        >>> torch.nn.functional.linear(torch.ones(1, 2), torch.ones(3, 2), torch.arange(3.0))
        tensor([[2., 3., 4.]])
    """
    turned = weight.t()
    if bias is None:
        return input.matmul(turned)
    if input.ndim == weight.ndim == 2 and input.dtype is weight.dtype:
        return _addmm(bias, input, turned)
    if input.ndim == 0:
        raise RuntimeError(f"both arguments to linear need to be at least 1D, but they are 0D and {weight.ndim}D")
    if input.ndim == 2 and weight.ndim == 1:
        raise RuntimeError("mat2 must be a matrix, got 1-D tensor")
    if input.dtype is not weight.dtype:
        first, second = scalar_name(input.dtype), scalar_name(weight.dtype)
        error = RuntimeError(f"mat1 and mat2 must have the same dtype, but got {first} and {second}")
        error.add_note(f"bring the input to the dtype of the weights: input.to({weight.dtype})")
        raise error
    if input.ndim > 2 and weight.ndim == 2 and input.is_contiguous():
        rows = input.reshape(-1, input.shape[-1])
        return _addmm(bias, rows, turned).view((*input.shape[:-1], weight.shape[0]))
    return input.matmul(turned).add(bias)


def _addmm(bias: Tensor, input: Tensor, weight: Tensor) -> Tensor:
    return REGISTRY["addmm"].call(bias, input, weight)  # type: ignore[no-any-return]


@composite
def bilinear(input1: Tensor, input2: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """``input1 @ weight[k] @ input2`` for every k, plus a bias.

    Args:
        input1: of shape (..., in1).
        input2: of shape (..., in2).
        weight: of shape (out, in1, in2).
        bias: of shape (out,), or None.

    Raises:
        RuntimeError: the shapes do not fit.

    Example::

        >>> torch.nn.functional.bilinear(torch.ones(1, 2), torch.ones(1, 3), torch.ones(1, 2, 3))
        tensor([[6.]])
    """
    if input1.ndim != input2.ndim:
        raise RuntimeError(f"bilinear(): input dimensions do not match: got {input1.ndim} and {input2.ndim}")
    for index, tensor in enumerate((input1, input2)):
        if tensor.shape[-1] != weight.shape[1 + index]:
            raise RuntimeError(
                f"bilinear(): input{index + 1} size does not match weight size: got {tensor.shape[-1]} but expected "
                f"{weight.shape[1 + index]}"
            )
    for dim, (size1, size2) in enumerate(zip(input1.shape[:-1], input2.shape[:-1], strict=True)):
        if size1 != size2:
            raise RuntimeError(f"bilinear(): input batch dimensions do not match at dim {dim}: got {size1} and {size2}")
    if bias is not None and bias.shape[0] != weight.shape[0]:
        raise RuntimeError(
            f"bilinear(): bias size does not match weight size: got {bias.shape[0]} but expected {weight.shape[0]}"
        )
    left = input1.reshape(-1, input1.shape[-1])
    right = input2.reshape(-1, input2.shape[-1])
    count, first, second = weight.shape
    inner = left.mm(weight.permute((1, 0, 2)).reshape(first, count * second)).view((left.shape[0], count, second))
    found = (inner * right.unsqueeze(1)).sum(-1).reshape((*input1.shape[:-1], count))
    return found if bias is None else found + bias
