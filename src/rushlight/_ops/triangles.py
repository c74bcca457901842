"""Triangles and diagonals as copies: tril, triu, diag, diag_embed, diagflat, trace, block_diag."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import TYPE_CHECKING, Any

import numpy as np

from .._backends.numpy.machine_code import FROM, attempt
from .._core.dtypes import of_numpy
from .._core.promotion import promote_types
from .._core.sizes import wrap_dim
from .._declare.dispatch import no_kernel
from .._declare.helpers import call_operator
from .._declare.kinds import composite, kernel

if TYPE_CHECKING:
    from ..tensor import Tensor

Array = Any


@kernel(
    batch=lambda input, diagonal: input.tril(diagonal),
    exact=True,
    overwrites=True,
    spreads=True,
    holomorphic=False,
    vjp={"input": lambda g, diagonal: g.tril(diagonal)},
)
def tril(input: Tensor, diagonal: int = 0, *, out: Tensor | None = None) -> None:
    """The lower triangles of the matrices in the last two dimensions, zeros elsewhere.

    Args:
        input: a matrix or a batch of matrices.
        diagonal: the last diagonal that is kept: 0 the main one, positive ones above it.

    Raises:
        RuntimeError: `input` has fewer than two dimensions.

    Example::

        >>> torch.tril(torch.ones(2, 2))
        tensor([[1., 0.],
                [1., 1.]])
    """
    if input.ndim < 2:
        raise RuntimeError("tril: input tensor must have at least 2 dimensions")
    if input.size < FROM or attempt("frames", "clear_triangle", input, diagonal, False) is None:
        np.copyto(input, 0, "unsafe", where=~np.tri(*input.shape[-2:], diagonal, np.bool_))


@kernel(
    batch=lambda input, diagonal: input.triu(diagonal),
    exact=True,
    overwrites=True,
    spreads=True,
    holomorphic=False,
    vjp={"input": lambda g, diagonal: g.triu(diagonal)},
)
def triu(input: Tensor, diagonal: int = 0, *, out: Tensor | None = None) -> None:
    """The upper triangles of the matrices in the last two dimensions, zeros elsewhere.

    Args:
        input: a matrix or a batch of matrices.
        diagonal: the first diagonal that is kept: 0 the main one, positive ones above it.

    Raises:
        RuntimeError: `input` has fewer than two dimensions.

    Example::

        >>> torch.triu(torch.ones(2, 2))
        tensor([[1., 1.],
                [0., 1.]])
    """
    if input.ndim < 2:
        raise RuntimeError("triu: input tensor must have at least 2 dimensions")
    if input.size < FROM or attempt("frames", "clear_triangle", input, diagonal, True) is None:
        np.copyto(input, 0, "unsafe", where=np.tri(*input.shape[-2:], diagonal - 1, np.bool_))


@kernel(
    exact=True,
    holomorphic=False,
    vjp={"input": lambda g, offset, dim1, dim2: g.diagonal(offset, dim1, dim2)},
)
def diag_embed(input: Tensor, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Array:
    """Matrices with the last dimension of `input` on a diagonal, zeros elsewhere.

    Args:
        input: a tensor with at least one dimension.
        offset: which diagonal: 0 the main one, positive ones above it.
        dim1, dim2: the places of the two dimensions of the matrices.

    Raises:
        RuntimeError: the two places are the same.

    Example::

        >>> torch.diag_embed(torch.tensor([1, 2]))
        tensor([[1, 0],
                [0, 2]])
    """
    ndim = input.ndim + 1
    first, second = wrap_dim(dim1, ndim), wrap_dim(dim2, ndim)
    if first == second:
        raise RuntimeError(f"diagonal dimensions cannot be identical {dim1}, {dim2}")
    size = input.shape[-1]
    side = size + abs(offset)
    matrices = np.zeros((*input.shape[:-1], side, side), input.dtype)
    rows = np.arange(size)
    matrices[..., rows + max(-offset, 0), rows + max(offset, 0)] = input
    return np.ascontiguousarray(np.moveaxis(matrices, (-2, -1), (first, second)))


@composite
def diag(input: Tensor, diagonal: int = 0, *, out: Tensor | None = None) -> Tensor:
    """A matrix with a vector on its diagonal; or the diagonal of a matrix, as a copy.

    Args:
        input: a vector or a matrix.
        diagonal: which diagonal: 0 the main one, positive ones above it.

    Raises:
        RuntimeError: `input` is neither.

    Example::

        >>> torch.diag(torch.tensor([1, 2]))
        tensor([[1, 0],
                [0, 2]])
    """
    ndim = input._array.ndim
    if ndim == 1:
        return input.diag_embed(diagonal)
    if ndim == 2:
        return call_operator("diagonal_copy", input, diagonal)  # type: ignore[no-any-return]
    raise RuntimeError(f"diag(): Supports 1D or 2D tensors. Got {ndim}D")


@composite
def diagflat(input: Tensor, offset: int = 0) -> Tensor:
    """A matrix with all elements of `input` on a diagonal.

    Args:
        input: any tensor.
        offset: which diagonal: 0 the main one, positive ones above it.

    Example::

        >>> torch.diagflat(torch.tensor([[1], [2]]))
        tensor([[1, 0],
                [0, 2]])
    """
    return input.contiguous().view(-1).diag_embed(offset)


def _check_trace(input: Any) -> None:
    if input._array.ndim != 2:
        raise RuntimeError(f"trace: expected a matrix, but got tensor with dim {input._array.ndim}")
    if input._array.dtype.kind == "b":
        raise no_kernel("trace", of_numpy(input._array.dtype))


def _on_diagonal(g: Any, shape: Any) -> Any:
    return g.new_zeros(shape).diagonal_scatter(g.expand((min(shape),)))


@kernel(
    batch=lambda input: input.diagonal(0, -2, -1).sum(-1),
    flops=lambda input: min(input.shape),
    check=_check_trace,
    holomorphic=False,
    vjp={"input": lambda g, input_shape: _on_diagonal(g, input_shape)},
)
def trace(input: Tensor) -> Array:
    """The sum of the main diagonal of a matrix.

    Raises:
        RuntimeError: `input` is no matrix.

    Example::

        >>> torch.trace(torch.ones(2, 2))
        tensor(2.)
    """
    return np.trace(input, dtype=np.int64 if input.dtype.kind in "iu" else None)


def _blocks(g: Any, tensors_like: Sequence[Any]) -> tuple[Any, ...]:
    row = column = 0
    parts = []
    for like in tensors_like:
        rows, columns = (1,) * (2 - len(like.shape)) + tuple(like.shape)
        block = g.narrow(0, row, rows).narrow(1, column, columns)
        parts.append(block.reshape(like.shape))
        row, column = row + rows, column + columns
    return tuple(parts)


@kernel(name="block_diag", exact=True, holomorphic=False, vjp={"tensors": _blocks})
def join_blocks(tensors: Sequence[Tensor]) -> Array:
    """A matrix with the given ones along its diagonal, zeros elsewhere."""
    blocks = []
    for position, array in enumerate(tensors):
        if array.ndim > 2:
            raise RuntimeError(
                "torch.block_diag: Input tensors must have 2 or fewer dimensions. Input "
                f"{position} has {array.ndim} dimensions"
            )
        blocks.append(np.atleast_2d(array))
    common = reduce(promote_types, (of_numpy(array.dtype) for array in blocks)).numpy
    found = np.zeros((sum(block.shape[0] for block in blocks), sum(block.shape[1] for block in blocks)), common)
    row = column = 0
    for block in blocks:
        found[row : row + block.shape[0], column : column + block.shape[1]] = block
        row, column = row + block.shape[0], column + block.shape[1]
    return found
