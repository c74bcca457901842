"""Layouts and memory formats: the objects ``torch.strided``, ``torch.channels_last`` and their kin."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


class _Named:
    """An object that is one of a few of its class and prints as ``torch.<name>``."""

    __slots__ = ("_name",)

    def __init__(self, name: str) -> None:
        self._name = name

    def __repr__(self) -> str:
        return f"torch.{self._name}"

    def __copy__(self) -> Any:
        return self

    def __deepcopy__(self, memo: Any) -> Any:
        return self

    def __reduce__(self) -> Any:
        return _by_name, (self._name,)


class layout(_Named):
    """How the elements of a tensor are kept; every tensor of rushlight is `torch.strided`.

    Example::

        >>> torch.ones(2).layout
        torch.strided
    """

    __slots__ = ()


class memory_format(_Named):
    """The order in memory that a copy or a new tensor gets.

    Example::

        >>> torch.contiguous_format
        torch.contiguous_format
    """

    __slots__ = ()


strided = layout("strided")
sparse_coo = layout("sparse_coo")
sparse_csr = layout("sparse_csr")
sparse_csc = layout("sparse_csc")
sparse_bsr = layout("sparse_bsr")
sparse_bsc = layout("sparse_bsc")
_mkldnn = layout("_mkldnn")
jagged = layout("jagged")

contiguous_format = memory_format("contiguous_format")
preserve_format = memory_format("preserve_format")
channels_last = memory_format("channels_last")
channels_last_3d = memory_format("channels_last_3d")

_NAMED: dict[str, Any] = {
    item._name: item
    for item in (
        strided, sparse_coo, sparse_csr, sparse_csc, sparse_bsr, sparse_bsc, _mkldnn, jagged,
        contiguous_format, preserve_format, channels_last, channels_last_3d,
    )
}  # fmt: skip


def _by_name(name: str) -> Any:
    return _NAMED[name]


def channels_last_order(shape: Sequence[int], format: memory_format) -> tuple[int, ...]:
    """The dimensions from the slowest to the fastest in memory, for a channels-last format.

    Raises:
        RuntimeError: the format is for another number of dimensions.
    """
    wanted = 4 if format is channels_last else 5
    if len(shape) != wanted:
        raise RuntimeError(f"required rank {wanted} tensor to use {format._name} format")
    return (0, *range(2, wanted), 1)


def format_strides(shape: Sequence[int], format: memory_format) -> tuple[int, ...]:
    """Strides, in elements, of a new tensor of this shape in a memory format.

    Raises:
        RuntimeError: a channels-last format with a shape of another number of dimensions.
    """
    if format is channels_last or format is channels_last_3d:
        order: Sequence[int] = channels_last_order(shape, format)
    else:
        order = range(len(shape))
    strides, step = [0] * len(shape), 1
    for dim in reversed(order):
        strides[dim] = step
        step *= max(shape[dim], 1)
    return tuple(strides)


def dense_strides(shape: Sequence[int], strides: Sequence[int]) -> tuple[int, ...]:
    """Strides, in elements, of a dense tensor whose dimensions are in the order of the given strides.

    Broadcast dimensions, of stride 0, say nothing about the order: they stay where a contiguous tensor has them.
    """
    order = list(range(len(shape) - 1, -1, -1))
    for position in range(1, len(order)):
        for other in range(position - 1, -1, -1):
            inner, outer = order[other], order[position]
            if not strides[inner] or not strides[outer]:
                continue
            if strides[inner] < strides[outer]:
                break
            if strides[inner] > strides[outer] or shape[inner] > shape[outer]:
                order[other], order[position] = outer, inner
                position = other
    found, step = [0] * len(shape), 1
    for dim in order:
        found[dim] = step
        step *= shape[dim]
    return tuple(found)
