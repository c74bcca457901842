"""Rows of a table looked up by index, and one-hot vectors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._backends.numpy.machine_code import FROM, attempt, compiled
from .._backends.numpy.scatter import first_outside
from .._core.dtypes import int32, int64
from .._declare.dispatch import scalar_name
from .._declare.kinds import kernel

if TYPE_CHECKING:
    from ..tensor import Tensor


def _check_indices(op: str, indices: Tensor) -> None:
    if indices.dtype not in (int64, int32):
        raise RuntimeError(
            "Expected tensor for argument #1 'indices' to have one of the following scalar types: Long, Int; but got "
            f"{_type_text(indices)} instead (while checking arguments for {op})"
        )


def _type_text(tensor: Tensor) -> str:
    return f"torch.{scalar_name(tensor.dtype)}Tensor"


def _check_embedding(weight: Tensor, indices: Tensor, padding_idx: int, scale_grad_by_freq: bool, sparse: bool) -> None:
    if weight.ndim != 2:
        raise RuntimeError("'weight' must be 2-D")
    _check_indices("embedding", indices)
    if sparse:
        raise NotImplementedError("rushlight does not have sparse gradients: embedding(sparse=True)")


def _embedding_gradient(
    g: Tensor, weight_like: Any, indices: Tensor, padding_idx: int, scale_grad_by_freq: bool
) -> Tensor:
    rows = weight_like.shape[0]
    return embedding_dense_backward(g, indices, rows, padding_idx, scale_grad_by_freq)  # type: ignore[no-any-return]


def _embed_examples(weight: Tensor, indices: Tensor, padding_idx: int, scale_grad_by_freq: bool, sparse: bool) -> Any:
    """`embedding` of every example of a batch, where the table is the same for all."""
    if len(weight) != 1:
        return NotImplemented
    return embedding(weight[0], indices, padding_idx, scale_grad_by_freq, sparse)


@kernel(batch=_embed_examples, check=_check_embedding, exact=True, vjp={"weight": _embedding_gradient})
def embedding(
    weight: Tensor, indices: Tensor, padding_idx: int = -1, scale_grad_by_freq: bool = False, sparse: bool = False
) -> Any:
    """Rows of a table by index.

    Args:
        weight: the table, of shape (rows, width).
        indices: int tensor of any shape.
        padding_idx: a row whose gradient is left out; -1 for none.
        scale_grad_by_freq: whether a row's gradient is divided by how often the row was looked up.
        sparse: not supported.

    Raises:
        IndexError: an index is out of range.

    Example::

        >>> torch.embedding(torch.eye(2), torch.tensor([1, 0]))
        tensor([[0., 1.],
                [1., 0.]])
    """
    if indices.size and indices.size * weight.shape[1] >= FROM:
        found = attempt("indexed", "take", weight, 0, [indices])
        if found is not None:
            return found
    if indices.size and (indices.min() < 0 or indices.max() >= weight.shape[0]):
        error = IndexError("index out of range in self")
        error.add_note(f"the table has {weight.shape[0]} rows, the indices run from {indices.min()} to {indices.max()}")
        raise error
    return weight[indices]


@kernel(flops=1, vjp={"grad_output": lambda g, indices, padding_idx, scale_grad_by_freq: _lookup_gradient(
    g, indices, padding_idx, scale_grad_by_freq)})  # fmt: skip
def embedding_dense_backward(
    grad_output: Tensor, indices: Tensor, num_weights: int, padding_idx: int, scale_grad_by_freq: bool
) -> Any:
    """The gradient of a table from the gradients of the rows looked up; repeated rows add up.

    Args:
        grad_output: of shape (*indices.shape, width).
        indices: the rows looked up.
        num_weights: rows of the table.
        padding_idx: a row that gets no gradient; -1 for none.
        scale_grad_by_freq: whether a row's gradient is divided by how often it was looked up.
    """
    places = indices.reshape(-1)
    rows = grad_output.reshape(places.size, -1)
    if rows.size >= FROM and not scale_grad_by_freq and first_outside(places, 0, num_weights) is None:
        made = compiled("table_gradient", rows, places, num_weights, padding_idx)
        if made is not None:
            return made
    keep = places != padding_idx
    if not keep.all():
        places, rows = places[keep], rows[keep]
    if scale_grad_by_freq:
        rows = rows / np.bincount(places, minlength=num_weights)[places][:, None].astype(rows.dtype)
    found = np.zeros((num_weights, grad_output.shape[-1]), rows.dtype)
    if places.size < _SORTED_FROM:
        np.add.at(found, places, rows)
        return found
    order = places.argsort(kind="stable")
    places = places[order]
    starts = np.flatnonzero(np.concatenate([[True], places[1:] != places[:-1]]))
    found[places[starts]] = np.add.reduceat(rows[order], starts, axis=0)
    return found


_SORTED_FROM = 32
"""Rows from which they are sorted and added up in runs: 512 rows of 128 into 65 take 110 us, one by one 570."""


def _lookup_gradient(g: Tensor, indices: Tensor, padding_idx: int, scale_grad_by_freq: bool) -> Tensor:
    found = embedding(g, indices)
    if padding_idx >= 0:
        found = found.masked_fill((indices == padding_idx).unsqueeze(-1), 0)
    if scale_grad_by_freq:
        counts = indices.reshape(-1).bincount(minlength=g.shape[0])[indices]
        found = found / counts.unsqueeze(-1)
    return found  # type: ignore[no-any-return]


@kernel(flops=0, nondifferentiable=True)
def one_hot(tensor: Tensor, num_classes: int = -1) -> Any:
    """Vectors with a one at each index.

    Args:
        tensor: int64 class numbers of any shape.
        num_classes: length of the vectors; -1 for the largest class plus one.

    Raises:
        RuntimeError: the dtype is not int64, or a class is negative or too large.

    Example::

        >>> torch.nn.functional.one_hot(torch.tensor([0, 2]))
        tensor([[1, 0, 0],
                [0, 0, 1]])
    """
    if tensor.dtype != np.int64:
        raise RuntimeError("one_hot is only applicable to index tensor of type LongTensor.")
    if not tensor.size:
        if num_classes <= 0:
            raise RuntimeError("Can not infer total number of classes from empty tensor.")
        return np.zeros((*tensor.shape, num_classes), np.int64)
    if tensor.min() < 0:
        raise RuntimeError("Class values must be non-negative.")
    largest = int(tensor.max())
    if num_classes == -1:
        num_classes = largest + 1
    elif num_classes <= largest:
        raise RuntimeError("Class values must be smaller than num_classes.")
    return (tensor[..., None] == np.arange(num_classes)).astype(np.int64)
