"""Sequences of different lengths laid out one time step after the other."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np

from .._core.tensor_base import wrap
from .._declare.kinds import kernel

if TYPE_CHECKING:
    from ..tensor import Tensor


def _check(input: Tensor, lengths: Tensor, batch_first: bool) -> None:
    if input.numel() == 0:
        raise RuntimeError("Cannot pack empty tensors.")
    if lengths.ndim != 1:
        raise RuntimeError(
            f"'lengths' argument should be a 1D CPU int64 tensor, but got {lengths.ndim}D cpu Long tensor"
        )
    batch, steps = (0, 1) if batch_first else (1, 0)
    if lengths.numel() != input.size(batch):
        raise RuntimeError(
            f"Expected `len(lengths)` to be equal to batch_size, but got {lengths.numel()} "
            f"(batch_size={input.size(batch)})"
        )
    counts = lengths.tolist()
    if min(counts) <= 0:
        raise RuntimeError(
            "Length of all samples has to be greater than 0, but found an element in 'lengths' that is <= 0"
        )
    if any(first < second for first, second in itertools.pairwise(counts)):
        raise RuntimeError(
            "`lengths` array must be sorted in decreasing order when `enforce_sorted` is True. You can pass "
            "`enforce_sorted=False` to pack_padded_sequence and/or pack_sequence to sidestep this requirement if you "
            "do not need ONNX exportability."
        )
    if counts[0] > input.size(steps):
        raise RuntimeError(f"a sequence of length {counts[0]} does not fit into an input of {input.size(steps)} steps")


def _gradient(g: Any, input_like: Any, lengths: Tensor, batch_first: bool) -> Tensor:
    first, second, *rest = input_like.shape
    steps, batch = (second, first) if batch_first else (first, second)
    kept = (wrap(np.arange(steps)).unsqueeze(1) < lengths).view(steps, batch, *(1 for _ in rest))
    found = g[0].new_zeros((steps, batch, *rest)).masked_scatter(kept, g[0])
    return found.transpose(0, 1) if batch_first else found  # type: ignore[no-any-return]


@kernel(
    name="_pack_padded_sequence",
    node="PackPaddedSequenceBackward0",
    flops=0,
    check=_check,
    nondifferentiable=(1,),
    vjp={"input": _gradient},
)
def pack_padded_sequence(input: Tensor, lengths: Tensor, batch_first: bool = False) -> Any:
    """The elements of padded sequences that are not padding, and how many sequences reach each time step.

    Args:
        input: of shape (time, batch, ...), batch first if `batch_first`.
        lengths: of the sequences, falling; int64.
        batch_first: whether the batch comes before time.
    """
    array, counts = np.asarray(input), np.asarray(lengths)
    if batch_first:
        array = array.swapaxes(0, 1)
    kept = np.arange(counts[0])[:, None] < counts
    return array[: counts[0]][kept], kept.sum(1)
