"""Sequences of different lengths as one tensor: what recurrent layers take and `nn.utils.rnn` makes."""

from __future__ import annotations

from typing import Any, NamedTuple

from .._core.dtypes import float16, float32, float64, int8, int16, int32, int64, uint8


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
        if batch_sizes is None:
            if not (isinstance(data, (list, tuple)) and len(data) == 2):
                raise AssertionError("Expected data to be a list or tuple of length 2")
            data, batch_sizes = data
        if batch_sizes.device.type != "cpu":
            raise ValueError(
                "batch_sizes should always be on CPU. Instances of PackedSequence should never be created manually. "
                "They should be instantiated by functions like pack_sequence and pack_padded_sequences in "
                "nn.utils.rnn. "
                "https://pytorch.org/docs/stable/nn.html#torch.nn.utils.rnn.pack_sequence"
            )
        return super().__new__(cls, data, batch_sizes, sorted_indices, unsorted_indices)

    def to(self, *args: Any, **kwargs: Any) -> Any:
        """The sequences with their data moved or converted."""
        data = self.data.to(*args, **kwargs)
        if data is self.data:
            return self
        orders = (None if order is None else order.to(data.device) for order in self[2:])
        return type(self)(data, self.batch_sizes, *orders)

    def double(self) -> Any:
        """The sequences in float64."""
        return self.to(float64)

    def float(self) -> Any:
        """The sequences in float32."""
        return self.to(float32)

    def half(self) -> Any:
        """The sequences in float16."""
        return self.to(float16)

    def long(self) -> Any:
        """The sequences in int64."""
        return self.to(int64)

    def int(self) -> Any:
        """The sequences in int32."""
        return self.to(int32)

    def short(self) -> Any:
        """The sequences in int16."""
        return self.to(int16)

    def char(self) -> Any:
        """The sequences in int8."""
        return self.to(int8)

    def byte(self) -> Any:
        """The sequences in uint8."""
        return self.to(uint8)

    def cpu(self, *args: Any, **kwargs: Any) -> Any:
        """The sequences on the CPU, where they are."""
        return self.to(*args, device="cpu", **kwargs)

    def cuda(self, *args: Any, **kwargs: Any) -> Any:
        """Not there: rushlight's tensors live on the CPU.

        Raises:
            AssertionError: always, with torch's text of a build without CUDA.
        """
        raise AssertionError("Torch not compiled with CUDA enabled")

    def pin_memory(self) -> Any:
        """Not there: memory is pinned for devices that rushlight does not have.

        Raises:
            RuntimeError: always, as in torch without such a device.
        """
        raise RuntimeError("Cannot access accelerator device when none is available.")

    def is_pinned(self) -> bool:
        """False: no memory is pinned."""
        return False

    @property
    def is_cuda(self) -> bool:
        """False: tensors live on the CPU."""
        return False


def invert_permutation(permutation: Any) -> Any:
    """The permutation that undoes another; None for None."""
    if permutation is None:
        return None
    return permutation.argsort()
