"""Sequences of different lengths: padding and packing."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any, NamedTuple

from ..._core.tensor_base import TensorBase
from ..._ops.data import tensor
from ..._ops.joining import cat, stack


class _Fields(NamedTuple):
    data: Any
    batch_sizes: Any
    sorted_indices: Any
    unsorted_indices: Any


class PackedSequence(_Fields):
    """Sequences sorted by length and laid out one time step after the other.

    Attributes:
        data: all elements, of shape (sum of lengths, ...).
        batch_sizes: how many sequences reach each time step.
        sorted_indices: the order the sequences were brought into; None if they came in it.
        unsorted_indices: the way back.
    """

    __slots__ = ()

    def __new__(
        cls, data: Any, batch_sizes: Any = None, sorted_indices: Any = None, unsorted_indices: Any = None
    ) -> Any:
        """Works out the way back to the original order where it is not given."""
        if unsorted_indices is None:
            unsorted_indices = invert_permutation(sorted_indices)
        return super().__new__(cls, data, batch_sizes, sorted_indices, unsorted_indices)

    def to(self, *args: Any, **kwargs: Any) -> Any:
        """The sequences with their data moved or converted."""
        data = self.data.to(*args, **kwargs)
        if data is self.data:
            return self
        return type(self)(data, self.batch_sizes, self.sorted_indices, self.unsorted_indices)

    def float(self) -> Any:
        """The sequences in float32."""
        return self.to(self.data.float().dtype)

    def double(self) -> Any:
        """The sequences in float64."""
        return self.to(self.data.double().dtype)

    def cpu(self) -> Any:
        """The sequences on the CPU, where they are."""
        return self

    @property
    def is_cuda(self) -> bool:
        """False: tensors live on the CPU."""
        return False


def invert_permutation(permutation: Any) -> Any:
    """The permutation that undoes another; None for None."""
    if permutation is None:
        return None
    return permutation.argsort()


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
    lengths = lengths if isinstance(lengths, TensorBase) else tensor(lengths)
    order = None
    if not enforce_sorted:
        lengths, order = lengths.sort(descending=True)
        input = input.index_select(0 if batch_first else 1, order)
    steps = input.transpose(0, 1) if batch_first else input
    counts = lengths.tolist()
    if len(counts) != steps.size(1):
        raise RuntimeError(
            f"Expected `len(lengths)` to be equal to batch_size, but got {len(counts)} (batch_size={steps.size(1)})"
        )
    if counts and min(counts) <= 0:
        raise RuntimeError(
            "Length of all samples has to be greater than 0, but found an element in 'lengths' that is <= 0"
        )
    if any(first < second for first, second in itertools.pairwise(counts)):
        raise RuntimeError(
            "`lengths` array must be sorted in decreasing order when `enforce_sorted` is True. You can pass "
            "`enforce_sorted=False` to pack_padded_sequence and/or pack_sequence to sidestep this requirement if you "
            "do "
            "not need ONNX exportability."
        )
    sizes = [sum(length > step for length in counts) for step in range(counts[0])]
    data = cat([steps[step][:size] for step, size in enumerate(sizes)], 0)
    return PackedSequence(data, tensor(sizes), order, None)


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
    rows = []
    for part in sequence.data.split(sizes):
        short = sizes[0] - part.size(0)
        rows.append(part if not short else cat([part, part.new_full((short, *part.shape[1:]), padding_value)], 0))

    blank = rows[0].new_full(rows[0].shape, padding_value)
    rows += [blank] * ((total_length or steps) - steps)
    padded = stack(rows, 0)
    lengths = tensor([sum(size > index for size in sizes) for index in range(sizes[0])])
    if sequence.unsorted_indices is not None:
        padded = padded.index_select(1, sequence.unsorted_indices)
        lengths = lengths[sequence.unsorted_indices]
    return (padded.transpose(0, 1) if batch_first else padded), lengths


def pad_sequence(
    sequences: Any, batch_first: bool = False, padding_value: float = 0.0, padding_side: str = "right"
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
    longest = max(sequence.size(0) for sequence in sequences)
    rows = []
    for sequence in sequences:
        blank = sequence.new_full((longest - sequence.size(0), *sequence.shape[1:]), padding_value)
        rows.append(cat([blank, sequence] if padding_side == "left" else [sequence, blank], 0))

    return stack(rows, 0 if batch_first else 1)


def unpad_sequence(padded_sequences: Any, lengths: Any, batch_first: bool = False) -> list[Any]:
    """Cuts padded sequences to their lengths.

    Args:
        padded_sequences: of shape (time, batch, ...), batch first if `batch_first`.
        lengths: of the sequences.
        batch_first: whether the batch comes before time.
    """
    rows = padded_sequences if batch_first else padded_sequences.transpose(0, 1)
    return [row[:length] for row, length in zip(rows, lengths.tolist(), strict=True)]


def pack_sequence(sequences: Sequence[Any], enforce_sorted: bool = True) -> Any:
    """Packs a list of sequences.

    Args:
        sequences: tensors of shape (length, ...).
        enforce_sorted: whether they must come in order of falling length.

    Example::

        >>> torch.nn.utils.rnn.pack_sequence([torch.ones(2), torch.ones(1)]).data
        tensor([1., 1., 1.])
    """
    lengths = tensor([sequence.size(0) for sequence in sequences])
    return pack_padded_sequence(pad_sequence(sequences), lengths, enforce_sorted=enforce_sorted)


def unpack_sequence(packed_sequences: Any) -> list[Any]:
    """The sequences of a packed sequence."""
    padded, lengths = pad_packed_sequence(packed_sequences, batch_first=True)
    return unpad_sequence(padded, lengths, batch_first=True)
