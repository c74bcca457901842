"""Copies in which the place of a view has been overwritten: select_scatter, slice_scatter and their kin."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .._backends.numpy.errstate import quiet
from .._backends.numpy.views import diagonal_of
from .._core.sizes import wrap_dim
from .._core.storage import strided_window
from .._declare.kinds import kernel

if TYPE_CHECKING:
    from ..tensor import Tensor

Array = Any
EVERY = slice(None)


def _write(part: Array, src: Array) -> None:
    if part.shape != src.shape:
        raise RuntimeError(
            f"expected src to have a size equal to the slice of self. src size = {list(src.shape)}, "
            f"slice size = {list(part.shape)}"
        )
    quiet(np.copyto, part, src, "unsafe")


@kernel(
    exact=True,
    overwrites=True,
    holomorphic=False,
    vjp={
        "input": lambda g, src_like, dim, index: g.select_scatter(g.new_zeros(src_like.shape), dim, index),
        "src": lambda g, dim, index: g.select(dim, index),
    },
)
def select_scatter(input: Tensor, src: Tensor, dim: int, index: int) -> None:
    """`input` with the entry at one place along a dimension replaced.

    Args:
        input: a tensor with at least one dimension.
        src: of the shape of ``input.select(dim, index)``.
        dim: the dimension.
        index: the place along it.

    Raises:
        RuntimeError: `src` has another shape.

    Example::

        >>> torch.select_scatter(torch.zeros(2, 2), torch.ones(2), 0, 1)
        tensor([[0., 0.],
                [1., 1.]])
    """
    if not input.ndim:
        raise IndexError("select() cannot be applied to a 0-dim tensor.")
    axis, place = wrap_dim(dim, input.ndim), operator.index(index)
    size = input.shape[axis]
    if not -size <= place < size:
        raise IndexError(
            f"select(): index {place} out of range for tensor of size {list(input.shape)} at dimension {axis}"
        )
    _write(input[(EVERY,) * axis + (place, ...)], src)


@kernel(
    exact=True,
    overwrites=True,
    holomorphic=False,
    vjp={
        "input": lambda g, src_like, dim, start, end, step: g.slice_scatter(
            g.new_zeros(src_like.shape), dim, start, end, step
        ),
        "src": lambda g, dim, start, end, step: g[(EVERY,) * (dim % g.dim()) + (slice(start, end, step),)],
    },
)
def slice_scatter(
    input: Tensor, src: Tensor, dim: int = 0, start: int | None = None, end: int | None = None, step: int = 1
) -> None:
    """`input` with every `step`-th entry from `start` to before `end` along a dimension replaced.

    Args:
        input: a tensor with at least one dimension.
        src: of the shape of the slice.
        dim: the dimension.
        start, end, step: of the slice.

    Raises:
        RuntimeError: `src` has another shape.

    Example::

        >>> torch.slice_scatter(torch.zeros(4), torch.ones(2), 0, 1, 3)
        tensor([0., 1., 1., 0.])
    """
    if step <= 0:
        raise RuntimeError("slice step must be positive")
    axis = wrap_dim(dim, input.ndim)
    _write(input[(EVERY,) * axis + (slice(start, end, step),)], src)


@kernel(
    exact=True,
    overwrites=True,
    holomorphic=False,
    vjp={
        "input": lambda g, src_like, offset, dim1, dim2: g.diagonal_scatter(
            g.new_zeros(src_like.shape), offset, dim1, dim2
        ),
        "src": lambda g, offset, dim1, dim2: g.diagonal(offset, dim1, dim2),
    },
)
def diagonal_scatter(input: Tensor, src: Tensor, offset: int = 0, dim1: int = 0, dim2: int = 1) -> None:
    """`input` with the diagonals in two dimensions replaced.

    Args:
        input: a tensor with at least two dimensions.
        src: of the shape of ``input.diagonal(offset, dim1, dim2)``.
        offset: which diagonal.
        dim1, dim2: the dimensions of the matrices.

    Raises:
        RuntimeError: `src` has another shape.

    Example::

        >>> torch.diagonal_scatter(torch.zeros(2, 2), torch.ones(2))
        tensor([[1., 0.],
                [0., 1.]])
    """
    _write(diagonal_of(input, offset, dim1, dim2), src)


@kernel(
    exact=True,
    overwrites=True,
    holomorphic=False,
    vjp={
        "input": lambda g, src_like, size, stride, storage_offset: g.contiguous().as_strided_scatter(
            g.new_zeros(src_like.shape), size, stride, storage_offset
        ),
        "src": lambda g, size, stride, storage_offset: g.contiguous().as_strided(size, stride, storage_offset),
    },
)
def as_strided_scatter(
    input: Tensor, src: Tensor, size: Sequence[int], stride: Sequence[int], storage_offset: int | None = None
) -> None:
    """`input` with the elements at any sizes and strides of its memory replaced.

    Args:
        input: any tensor.
        src: of the shape `size`.
        size, stride, storage_offset: the place, as `as_strided` takes it.

    Raises:
        RuntimeError: `src` has another shape, or the place is not inside the memory.

    Example::

        >>> torch.as_strided_scatter(torch.zeros(4), torch.ones(2), (2,), (2,))
        tensor([1., 0., 1., 0.])
    """
    sizes, steps, start = tuple(size), tuple(stride), storage_offset or 0
    if len(sizes) != len(steps):
        raise RuntimeError("mismatch in length of strides and shape")
    needed = start + 1 + sum((length - 1) * step for length, step in zip(sizes, steps)) if 0 not in sizes else 0
    if needed > input.size:
        raise RuntimeError(
            f"setStorage: sizes {list(sizes)}, strides {list(steps)}, storage offset {start}, and itemsize "
            f"{input.itemsize} requiring a storage size of {needed * input.itemsize} are out of bounds for storage "
            f"of size {input.size * input.itemsize}"
        )
    strides = tuple(step * input.itemsize for step in steps)
    _write(strided_window(input, input.dtype, sizes, strides, start * input.itemsize), src)
