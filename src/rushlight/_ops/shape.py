"""Views and copies of another shape: reshape, permute, expand, squeeze and their kin."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .._core.sizes import infer_size, wrap_dim
from .._declare.kinds import composite, view

if TYPE_CHECKING:
    from ..tensor import Tensor


@view(name="view", vjp={"input": lambda g, input_like: g.reshape(input_like.shape)})
def view_(input: Tensor, shape: Sequence[int]) -> Any:
    """The same memory under another shape.

    Args:
        input: a tensor whose strides allow it (any contiguous one does).
        shape: the new sizes, one of which may be -1.

    Raises:
        RuntimeError: the number of elements differs, or a copy would be needed.

    Example::

        >>> torch.arange(6).view(2, 3).shape
        torch.Size([2, 3])
    """
    sizes = infer_size(shape, input.size)
    found = input.view()
    try:
        found.shape = sizes
    except AttributeError:
        error = RuntimeError(
            "view size is not compatible with input tensor's size and stride (at least one dimension spans across two "
            "contiguous subspaces). Use .reshape(...) instead."
        )
        error.add_note(f"the tensor of shape {list(input.shape)} is not contiguous; .reshape copies where it must")
        raise error from None
    return found


@composite
def reshape(input: Tensor, shape: Sequence[int]) -> Tensor:
    """The same elements under another shape: a view where the strides allow it, else a copy.

    Args:
        input: any tensor.
        shape: the new sizes, one of which may be -1.

    Example::

        >>> torch.reshape(torch.arange(4), (2, 2))
        tensor([[0, 1],
                [2, 3]])
    """
    return input.view(infer_size(shape, input.numel()))


@view(vjp={"input": lambda g: g}, name="expand")
def expand(input: Tensor, shape: Sequence[int]) -> Any:
    """Dimensions of size 1 repeated without copying.

    Args:
        input: any tensor.
        shape: the new sizes; -1 keeps a size; new dimensions go in front.

    Example::

        >>> torch.ones(3, 1).expand(3, 2).shape
        torch.Size([3, 2])
    """
    lead = len(shape) - input.ndim
    sizes = tuple(
        input.shape[index - lead] if size == -1 and index >= lead else size for index, size in enumerate(shape)
    )
    return np.broadcast_to(input, sizes)


@view(vjp={"input": lambda g, dim0, dim1: g.transpose(dim0, dim1)})
def transpose(input: Tensor, dim0: int, dim1: int) -> Any:
    """Two dimensions swapped.

    Args:
        input: any tensor.
        dim0, dim1: the dimensions.

    Example::

        >>> torch.ones(2, 3).transpose(0, 1).shape
        torch.Size([3, 2])
    """
    if input.ndim == 0:
        wrap_dim(dim0, 0), wrap_dim(dim1, 0)
        return input.view()
    return input.swapaxes(wrap_dim(dim0, input.ndim), wrap_dim(dim1, input.ndim))
