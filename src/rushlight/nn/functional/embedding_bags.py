"""Sums, means and maxima of rows of a table, a bag of indices at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..._core.dtypes import int32, int64
from ..._core.tensor_base import wrap
from ..._declare.dispatch import scalar_name
from ..._ops.joining import stack
from .layers import embedding, renormalize_rows

if TYPE_CHECKING:
    from ...tensor import Tensor


def embedding_bag(
    input: Tensor, weight: Tensor, offsets: Tensor | None = None, max_norm: float | None = None,
    norm_type: float = 2, scale_grad_by_freq: bool = False, mode: str = "mean", sparse: bool = False,
    per_sample_weights: Tensor | None = None, include_last_offset: bool = False, padding_idx: int | None = None,
) -> Tensor:  # fmt: skip
    """One vector a bag of indices.

    Args:
        input: int indices of shape (bags, length), or of all bags one after the other with `offsets`.
        weight: the table, of shape (rows, width).
        offsets: where each bag begins.
        max_norm, norm_type, scale_grad_by_freq, sparse: as for `embedding`.
        mode: ``"sum"``, ``"mean"`` or ``"max"``.
        per_sample_weights: factor of every row, of the shape of `input`; only for ``"sum"``.
        include_last_offset: whether the offsets end with the number of indices.
        padding_idx: an index that does not count.

    Raises:
        ValueError, NotImplementedError: the arguments do not fit together.

    Example::

        >>> table = torch.tensor([[1.0], [2.0], [4.0]])
        >>> torch.nn.functional.embedding_bag(torch.tensor([[0, 2]]), table, mode="sum")
        tensor([[5.]])
    """
    indices, starts = _bags(input, offsets, include_last_offset)
    if mode not in ("sum", "mean", "max"):
        raise ValueError("mode has to be one of sum, mean or max")
    if per_sample_weights is not None:
        if input.shape != per_sample_weights.shape:
            raise ValueError(
                f"embedding_bag: If per_sample_weights ({per_sample_weights.shape}) is not None, then it must have the "
                f"same shape as the input ({input.shape})"
            )
        if mode != "sum":
            raise NotImplementedError(
                "embedding_bag: per_sample_weights was not None. "
                "per_sample_weights is only supported for mode='sum' (got "
                f"mode='{mode}'). Please open a feature request on GitHub."
            )
    _check_bags(indices, weight, per_sample_weights, padding_idx)
    if max_norm is not None:
        renormalize_rows(weight, indices, max_norm, norm_type)
    ends = [*starts[1:], indices.numel()]
    rows = embedding(indices, weight, padding_idx, None, norm_type, scale_grad_by_freq, sparse)
    if per_sample_weights is not None:
        rows = rows * per_sample_weights.reshape(-1, 1)
    counted = None
    if padding_idx is not None:
        counted = indices != padding_idx % weight.shape[0]
    return _reduce(rows, starts, ends, counted, mode)


def _bags(input: Tensor, offsets: Any, include_last_offset: bool) -> tuple[Tensor, list[int]]:
    """All indices in one row, and where each bag begins."""
    if input.ndim == 2:
        if offsets is not None:
            raise ValueError(
                "if input is 2D, then offsets has to be None, as input is treated is a mini-batch of fixed length "
                f"sequences. However, found offsets of type {type(offsets)}"
            )
        return input.reshape(-1), [row * input.shape[1] for row in range(input.shape[0])]
    if input.ndim != 1:
        raise ValueError(f"input has to be 1D or 2D Tensor, but got Tensor of dimension {input.ndim}")
    if offsets is None:
        raise ValueError("offsets has to be a 1D Tensor but got None")
    if offsets.ndim != 1:
        raise ValueError("offsets has to be a 1D Tensor")
    if offsets.dtype not in (int64, int32):
        raise _wrong_indices(offsets)
    starts = offsets.tolist()
    if starts and starts[0] != 0:
        raise RuntimeError(
            "offsets[0] has to be 0, i.e., the first sequence in the mini-batch has to start from position 0. However, "
            f"got {starts[0]}"
        )
    if starts and starts[-1] > input.shape[0]:
        raise RuntimeError(
            f"offsets[-1] can not be greater than input's length {input.shape[0]} but got offsets[-1] of {starts[-1]}"
        )
    return input, starts[:-1] if include_last_offset else starts


def _wrong_indices(tensor: Tensor) -> RuntimeError:
    return RuntimeError(
        "Expected tensor for argument #1 'indices' to have one of the following scalar types: Long, Int; but got "
        f"torch.{scalar_name(tensor.dtype)}Tensor instead (while checking arguments for embedding_bag)"
    )


def _check_bags(indices: Tensor, weight: Tensor, per_sample_weights: Tensor | None, padding_idx: int | None) -> None:
    if indices.dtype not in (int64, int32):
        raise _wrong_indices(indices)
    rows = weight.shape[0]
    if padding_idx is not None and not -rows <= padding_idx < rows:
        raise RuntimeError(
            f"padding_idx must be within the number of embeddings, {-rows} through {rows - 1}, but got {padding_idx}"
        )
    if per_sample_weights is not None and per_sample_weights.dtype is not weight.dtype:
        raise RuntimeError(
            "Expected tensor for argument #1 'weight' to have the same type as tensor for argument #1 "
            f"'per_sample_weights'; but type torch.{scalar_name(weight.dtype)}Tensor does not equal "
            f"torch.{scalar_name(per_sample_weights.dtype)}Tensor (while checking arguments for embedding_bag)"
        )
    wrong = (indices < 0) | (indices >= rows)
    if not wrong.is_meta and wrong.any():
        place = wrong.nonzero()[0].item()
        raise RuntimeError(
            f"Index {place} of input takes value {indices[place].item()} which is not in the valid range [0, {rows})"
        )


def _reduce(rows: Tensor, starts: list[int], ends: list[int], counted: Any, mode: str) -> Tensor:
    width = rows.shape[1]
    if mode == "max":
        blank = rows.new_zeros(width)
        bags = []
        for start, end in zip(starts, ends, strict=True):
            bag = rows[start:end] if counted is None else rows[start:end][counted[start:end]]
            bags.append(bag.max(0)[0] if bag.shape[0] else blank)
        return stack(bags) if bags else rows.new_zeros((0, width))
    lengths = np.subtract(ends, starts)
    place = wrap(np.repeat(np.arange(len(starts)), lengths))
    if counted is not None:
        rows = rows * counted.unsqueeze(1)
    total = rows.new_zeros((len(starts), width)).index_add(0, place, rows)
    if mode == "sum":
        return total
    ones = rows.new_ones(rows.shape[0]) if counted is None else counted.to(rows.dtype)
    counts = ones.new_zeros(len(starts)).index_add(0, place, ones.detach())
    return total / counts.clamp(min=1).unsqueeze(1)
