"""Writes to memory that something else refers to as well: what torch refuses."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .._core.meta_array import MetaArray
from .._core.storage import address


def check_memory(tensor: Any, others: Iterable[Any], spreads: bool = False, disjoint: bool = False) -> None:
    """Raises torch's error where elements share memory that a write would change under the operator's feet.

    Args:
        tensor: the destination.
        others: the operator's other arguments.
        spreads: whether one value goes everywhere, so that elements which share memory do no harm.
        disjoint: whether even an argument that is the destination itself does harm.
    """
    storage = tensor._storage
    if storage is not None:
        if storage.frozen:
            raise RuntimeError(storage.frozen)
        if not spreads and tensor._base is not None and 0 in _steps(tensor._array):
            error = RuntimeError(
                "unsupported operation: more than one element of the written-to tensor refers to a single memory "
                "location. Please clone() the tensor before performing the operation."
            )
            error.add_note("an expanded tensor shares elements; write `x = x.expand(...).clone()` before writing to it")
            raise error
    for other in others:
        if isinstance(other, (tuple, list)):
            check_memory(tensor, other, True, disjoint)
        elif other is tensor:
            if disjoint and tensor._array.size:
                raise _overlap_error()
        elif storage is not None and getattr(other, "_storage", None) is storage:
            if _partly_shared(tensor._array, other._array, disjoint):
                raise _overlap_error()


def _overlap_error() -> RuntimeError:
    error = RuntimeError(
        "unsupported operation: some elements of the input tensor and the written-to tensor refer to a single memory "
        "location. Please clone() the tensor before performing the operation."
    )
    error.add_note("one operand is the other or a view of it; write `x[1:] += x[:-1].clone()`")
    return error


def _partly_shared(first: Any, second: Any, or_same: bool) -> bool:
    """Whether two dense arrays overlap without being the same; others are not looked at, as in torch."""
    if type(first) is MetaArray or not (_is_dense(first) and _is_dense(second)):
        return False
    start, other = address(first), address(second)
    if start == other and first.strides == second.strides and first.shape == second.shape:
        return or_same
    return bool(start < other + second.nbytes and other < start + first.nbytes)


def _is_dense(array: Any) -> bool:
    """Whether an array fills its stretch of memory, in whatever order of dimensions."""
    expected = array.itemsize
    for step, size in sorted((step, size) for step, size in zip(array.strides, array.shape, strict=True) if size != 1):
        if step != expected:
            return False
        expected *= size
    return True


def _steps(array: Any) -> tuple[int, ...]:
    return tuple(stride for stride, size in zip(array.strides, array.shape, strict=True) if size > 1)
