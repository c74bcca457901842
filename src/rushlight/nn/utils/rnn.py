"""Sequences of different lengths: padding and packing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal

from ..._core.dtypes import int64
from ..._core.tensor_base import is_tensor
from ..._ops.data import tensor
from ..._ops.joining import cat
from ..._ops.packing import pack_padded_sequence as packed
from ..._ops.ranges import arange
from ..packing import PackedSequence, invert_permutation

__all__ = [
    "PackedSequence", "invert_permutation", "pack_padded_sequence", "pack_sequence", "pad_packed_sequence",
    "pad_sequence", "unpack_sequence", "unpad_sequence",
]  # fmt: skip


def pack_padded_sequence(input: Any, lengths: Any, batch_first: bool = False, enforce_sorted: bool = True) -> Any:
    """Packs padded sequences.

    Args:
        input: of shape (time, batch, ...), batch first if `batch_first`.
        lengths: of the sequences.
        batch_first: whether the batch comes before time.
        enforce_sorted: whether sequences must come in order of falling length.

    Raises:
        RuntimeError: the lengths do not fit, are not positive, or are not sorted.

    Example::

        >>> packed = torch.nn.utils.rnn.pack_padded_sequence(torch.ones(3, 2), torch.tensor([3, 1]))
        >>> packed.batch_sizes
        tensor([2, 1, 1])
    """
    lengths = lengths.to(int64) if is_tensor(lengths) else tensor(lengths, dtype=int64)
    order = None
    if not enforce_sorted:
        lengths, order = lengths.sort(descending=True)
        input = input.index_select(0 if batch_first else 1, order)
    data, sizes = packed(input, lengths, batch_first)
    return PackedSequence(data, sizes, order, None)


def pad_packed_sequence(
    sequence: Any, batch_first: bool = False, padding_value: float = 0.0, total_length: int | None = None
) -> Any:
    """Unpacks sequences into a padded tensor and their lengths.

    Args:
        sequence: packed sequences.
        batch_first: whether the batch comes before time.
        padding_value: what fills up short sequences.
        total_length: time steps of the result; the longest sequence by default.

    Raises:
        ValueError: `total_length` is shorter than the longest sequence.
    """
    sizes = sequence.batch_sizes.tolist()
    steps = len(sizes)
    if total_length is not None:
        if total_length < steps:
            raise ValueError(
                "Expected total_length to be at least the length of the longest sequence in input, but got "
                f"total_length={total_length} and max sequence length being {steps}"
            )
    kept = arange(sizes[0]) < sequence.batch_sizes.unsqueeze(1)
    padded = _filled(kept, sequence.data, padding_value)
    if total_length is not None and total_length > steps:
        blank = padded.new_full((total_length - steps, *padded.shape[1:]), padding_value)
        padded = cat([padded, blank], 0)
    lengths = kept.sum(0)
    if sequence.unsorted_indices is not None:
        padded = padded.index_select(1, sequence.unsorted_indices)
        lengths = lengths[sequence.unsorted_indices]
    return (padded.transpose(0, 1) if batch_first else padded), lengths


def _filled(kept: Any, data: Any, value: Any) -> Any:
    """A tensor with rows of `data` where `kept` holds, one after the other, and a value elsewhere."""
    rest = data.shape[1:]
    blank = data.new_full((*kept.shape, *rest), value)
    return blank.masked_scatter(kept.view(*kept.shape, *(1 for _ in rest)), data)


def pad_sequence(
    sequences: Any,
    batch_first: bool = False,
    padding_value: float = 0.0,
    padding_side: Literal["left", "right"] = "right",
) -> Any:
    """Stacks sequences of different lengths, filled up with a value.

    Args:
        sequences: a list of tensors of shape (length, ...).
        batch_first: whether the batch comes before time.
        padding_value: what fills up short sequences.
        padding_side: ``"right"`` or ``"left"``.

    Example::

        >>> torch.nn.utils.rnn.pad_sequence([torch.ones(2), torch.ones(1)], batch_first=True)
        tensor([[1., 1.],
                [1., 0.]])
    """
    if padding_side not in ("left", "right"):
        raise RuntimeError(f"Expected padding_side to be one of left or right, but got {padding_side}.")
    if not isinstance(sequences, Iterable):
        raise RuntimeError(
            f"pad_sequence: Expected iterable for input sequences, but got arg of type: {type(sequences)}"
        )
    found = list(sequences)
    try:
        counts = [sequence.size(0) for sequence in found]
        data = cat(found, 0)
    except Exception:
        _check_sequences(found)
        raise
    longest = max(counts)
    lengths, places = tensor(counts).unsqueeze(1), arange(longest)
    kept = places < lengths if padding_side == "right" else places >= longest - lengths
    padded = _filled(kept, data, padding_value)
    return padded if batch_first else padded.transpose(0, 1).contiguous()


def _check_sequences(sequences: list[Any]) -> None:
    """Raises torch's error for sequences that cannot be padded."""
    if not sequences:
        raise RuntimeError("received an empty list of sequences")
    for place, sequence in enumerate(sequences):
        if not is_tensor(sequence):
            raise TypeError(f"expected Tensor as element {place} in argument 0, but got {type(sequence).__name__}")
        if sequence.ndim == 0:
            raise RuntimeError("ArrayRef: invalid slice, N = 1; size = 0")
    rest = sequences[0].shape[1:]
    for place, sequence in enumerate(sequences):
        for dim, (size, other) in enumerate(zip(rest, sequence.shape[1:], strict=False), 1):
            if size != other:
                error = RuntimeError(
                    f"The size of tensor a ({size}) must match the size of tensor b ({other}) at non-singleton "
                    f"dimension {dim}"
                )
                error.add_note(
                    f"sequence 0 has shape {list(sequences[0].shape)} and sequence {place} {list(sequence.shape)}: "
                    "only their first dimension, the length, may differ"
                )
                raise error


def unpad_sequence(padded_sequences: Any, lengths: Any, batch_first: bool = False) -> list[Any]:
    """Cuts padded sequences to their lengths.

    Args:
        padded_sequences: of shape (time, batch, ...), batch first if `batch_first`.
        lengths: of the sequences.
        batch_first: whether the batch comes before time.
    """
    rows = padded_sequences if batch_first else padded_sequences.transpose(0, 1)
    counts = lengths.tolist() if is_tensor(lengths) else lengths
    return [row[:length] for row, length in zip(rows, counts, strict=True)]


def pack_sequence(sequences: Sequence[Any], enforce_sorted: bool = True) -> Any:
    """Packs a list of sequences.

    Args:
        sequences: tensors of shape (length, ...).
        enforce_sorted: whether they must come in order of falling length.

    Example::

        >>> torch.nn.utils.rnn.pack_sequence([torch.ones(2), torch.ones(1)]).data
        tensor([1., 1., 1.])
    """
    padded = pad_sequence(sequences)
    lengths = tensor([sequence.size(0) for sequence in sequences])
    return pack_padded_sequence(padded, lengths, enforce_sorted=enforce_sorted)


def unpack_sequence(packed_sequences: Any) -> list[Any]:
    """The sequences of a packed sequence."""
    padded, lengths = pad_packed_sequence(packed_sequences, batch_first=True)
    return unpad_sequence(padded, lengths, batch_first=True)
