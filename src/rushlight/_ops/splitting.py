"""Ways to split a tensor into views: chunk, split, tensor_split, hsplit and their kin."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .._core.sizes import wrap_dim
from .._core.tensor_base import TensorBase
from .._declare.dispatch import element_name
from .._declare.helpers import call_operator
from .._declare.kinds import composite

if TYPE_CHECKING:
    from ..tensor import Tensor


@composite
def chunk(input: Tensor, chunks: int, dim: int = 0) -> tuple[Tensor, ...]:
    """At most `chunks` parts of equal size along a dimension, as views; the last one may be smaller.

    Args:
        input: a tensor with at least one dimension.
        chunks: how many parts.
        dim: the dimension.

    Raises:
        RuntimeError: `chunks` is not positive, or `input` has no dimension.

    Example::

        >>> torch.chunk(torch.arange(5), 2)
        (tensor([0, 1, 2]), tensor([3, 4]))
    """
    step = _step("chunk", input._array.shape, chunks, dim)
    return input.split(step, dim) if step else input.split_with_sizes([0] * chunks, dim)


@composite
def unsafe_chunk(input: Tensor, chunks: int, dim: int = 0) -> tuple[Tensor, ...]:
    """What `chunk` gives, but autograd does not know that the parts share memory: they may be written to."""
    step = _step("chunk", input._array.shape, chunks, dim)
    if not step:
        return call_operator("unsafe_split_with_sizes", input, [0] * chunks, dim)  # type: ignore[no-any-return]
    return call_operator("unsafe_split", input, step, dim)  # type: ignore[no-any-return]


def _step(name: str, shape: Sequence[int], chunks: int, dim: int) -> int:
    """The size of the parts that `chunk` makes."""
    if not shape:
        raise RuntimeError(f"{name} expects at least a 1-dimensional tensor")
    if chunks <= 0:
        raise RuntimeError(f"{name} expects `chunks` to be greater than 0, got: {chunks}")
    return -(-shape[wrap_dim(dim, len(shape))] // chunks)


@composite
def split(tensor: Tensor, split_size_or_sections: int | Sequence[int], dim: int = 0) -> tuple[Tensor, ...]:
    """Parts of a given size, or of given sizes, along a dimension, as views.

    Args:
        tensor: a tensor with at least one dimension.
        split_size_or_sections: the size of each part (the last one may be smaller), or a list of sizes.
        dim: the dimension.

    Raises:
        RuntimeError: the sizes do not add up.

    Example::

        >>> torch.split(torch.arange(5), 2)
        (tensor([0, 1]), tensor([2, 3]), tensor([4]))
    """
    if isinstance(split_size_or_sections, (tuple, list)):
        return tensor.split_with_sizes(split_size_or_sections, dim)  # type: ignore[no-any-return]
    return call_operator("_split", tensor, split_size_or_sections, dim)  # type: ignore[no-any-return]


@composite
def tensor_split(input: Tensor, indices_or_sections: int | Sequence[int] | Tensor, dim: int = 0) -> tuple[Tensor, ...]:
    """Parts of nearly equal size, or between given places, along a dimension, as views.

    Args:
        input: a tensor with at least one dimension.
        indices_or_sections: how many parts, or where to cut; also as an int64 tensor.
        dim: the dimension.

    Raises:
        RuntimeError: the number of parts is not positive, or `input` has no dimension.

    Example::

        >>> torch.tensor_split(torch.arange(5), 2)
        (tensor([0, 1, 2]), tensor([3, 4]))
    """
    shape = input._array.shape
    if not shape:
        raise RuntimeError(
            f"tensor_split expected at least a 1-dimensional tensor, but got a tensor with {len(shape)} dims"
        )
    axis = wrap_dim(dim, len(shape))
    wanted = _sections(indices_or_sections)
    if isinstance(wanted, int):
        if wanted <= 0:
            raise RuntimeError(f"number of sections must be larger than 0, got {wanted}")
        least, more = divmod(shape[axis], wanted)
        sizes = [least + 1] * more + [least] * (wanted - more)
        ends = np.cumsum(sizes).tolist()
        starts = [end - size for end, size in zip(ends, sizes)]
    else:
        starts, ends = [0, *wanted], [*wanted, shape[axis]]
    return tuple(call_operator("slice", input, axis, start, end) for start, end in zip(starts, ends))


def _sections(given: Any) -> int | list[int]:
    if not isinstance(given, TensorBase):
        return list(map(operator.index, given)) if isinstance(given, (tuple, list)) else operator.index(given)
    if given._array.dtype != np.int64:
        raise RuntimeError(
            "tensor_split expected tensor_indices_or_sections to have dtype of long, but got "
            f"{element_name(given._array)}"
        )
    if given._array.ndim > 1:
        raise RuntimeError(
            "tensor_split expected tensor_indices_or_sections to be a zero-dimensional or one-dimensional tensor, but "
            f"got a tensor with {given._array.ndim} dims"
        )
    return given._array.tolist()  # type: ignore[no-any-return]


def _split_along(name: str, tensor: Any, wanted: Any, axis: int, least: int) -> Any:
    """`hsplit`, `vsplit` and `dsplit`: a split into equal parts, or at given places."""
    shape = tensor._array.shape
    if len(shape) < least:
        raise RuntimeError(
            f"torch.{name} requires a tensor with at least {least} dimension, but got a tensor with {len(shape)} "
            "dimensions!"
        )
    if isinstance(wanted, int) and (wanted <= 0 or shape[axis] % wanted):
        raise RuntimeError(
            f"torch.{name} attempted to split along dimension {axis}, but the size of the dimension {shape[axis]} is "
            f"not divisible by the split_size {wanted}!"
        )
    return tensor_split(tensor, wanted, axis)


@composite
def hsplit(input: Tensor, indices_or_sections: int | Sequence[int]) -> tuple[Tensor, ...]:
    """Columns split into equal parts, or at given places; a vector is split along its only dimension.

    Args:
        input: a tensor with at least one dimension.
        indices_or_sections: how many parts, or where to cut.

    Raises:
        RuntimeError: the parts would not be equal.

    Example::

        >>> torch.hsplit(torch.arange(4), 2)
        (tensor([0, 1]), tensor([2, 3]))
    """
    return _split_along("hsplit", input, indices_or_sections, 0 if input._array.ndim == 1 else 1, 1)  # type: ignore[no-any-return]


@composite
def vsplit(input: Tensor, indices_or_sections: int | Sequence[int]) -> tuple[Tensor, ...]:
    """Rows split into equal parts, or at given places.

    Args:
        input: a tensor with at least two dimensions.
        indices_or_sections: how many parts, or where to cut.

    Raises:
        RuntimeError: the parts would not be equal.

    Example::

        >>> torch.vsplit(torch.tensor([[1, 2], [3, 4]]), 2)
        (tensor([[1, 2]]), tensor([[3, 4]]))
    """
    return _split_along("vsplit", input, indices_or_sections, 0, 2)  # type: ignore[no-any-return]


@composite
def dsplit(input: Tensor, indices_or_sections: int | Sequence[int]) -> tuple[Tensor, ...]:
    """The third dimension split into equal parts, or at given places.

    Args:
        input: a tensor with at least three dimensions.
        indices_or_sections: how many parts, or where to cut.

    Raises:
        RuntimeError: the parts would not be equal.

    Example::

        >>> torch.dsplit(torch.zeros(1, 1, 4), 2)[0].shape
        torch.Size([1, 1, 2])
    """
    return _split_along("dsplit", input, indices_or_sections, 2, 3)  # type: ignore[no-any-return]
