"""Search in sorted sequences."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from .._backends.numpy.machine_code import FROM, compiled
from .._core.dtypes import int64
from .._core.tensor_base import TensorBase
from .._declare.dispatch import no_kernel, scalar_name
from .._declare.kinds import composite, kernel

if TYPE_CHECKING:
    from ..tensor import Tensor

Number = bool | int | float | complex


def _side(side: str | None, right: bool) -> str:
    """``"left"`` or ``"right"`` from the two ways of saying it."""
    if side not in (None, "left", "right"):
        raise RuntimeError(f"torch.searchsorted(): side can only be 'left' or 'right' but got {side}")
    if side == "left" and right:
        raise RuntimeError(
            "torch.searchsorted(): side and right can't be set to opposites, got side of left while right was True"
        )
    return "right" if right or side == "right" else "left"


def _check_shapes(boundaries: Any, values: Any) -> None:
    if not isinstance(values, TensorBase) or not values.ndim:  # type: ignore[attr-defined]
        if boundaries.ndim != 1:
            raise RuntimeError(
                "torch.searchsorted(): input value can be a scalar only when boundaries tensor dimension is 1, but we "
                f"got boundaries tensor dim({boundaries.ndim}) and input value's dim(0) numel(1)"
            )
        return
    if not boundaries.ndim:
        raise RuntimeError(
            "torch.searchsorted(): boundaries tensor should have positive dimension, but got 0 dimension"
        )
    if boundaries.ndim != 1 and boundaries.shape[:-1] != values.shape[:-1]:  # type: ignore[attr-defined]
        raise RuntimeError(
            "torch.searchsorted(): boundaries tensor should be 1 dimension or the first N-1 dimensions of boundaries "
            f"tensor and input value tensor must match, but we got boundaries tensor {list(boundaries.shape)} and "
            f"input value tensor {list(values.shape)}"  # type: ignore[attr-defined]
        )


def _check_sorter(boundaries: Any, sorter: Any) -> None:
    if sorter is None:
        return
    if sorter.shape != boundaries.shape:
        raise RuntimeError(
            "torch.searchsorted(): boundary and sorter must have the same size, but got boundary tensor "
            f"{list(boundaries.shape)}and got sorter tensor {list(sorter.shape)}"
        )
    if sorter.dtype is not int64:
        raise RuntimeError(
            f"torch.searchsorted(): sorter must be a tensor of long dtype but got dtype {scalar_name(sorter.dtype)}"
        )
    if sorter.numel() and bool(((sorter < 0) | (sorter >= boundaries.shape[-1])).any()):
        raise RuntimeError("torch.searchsorted(): sorter index out of range")


@kernel(name="searchsorted.array", promote=("boundaries", "values"), flops=0, nondifferentiable=True)
def _search(boundaries: Tensor, values: Tensor | Number, sorter: Tensor | None, side: Any, narrow: bool) -> Tensor:
    if sorter is not None:
        boundaries = np.take_along_axis(boundaries, sorter, -1)
    target = np.int32 if narrow else np.int64
    if isinstance(values, np.ndarray) and values.size >= FROM:
        places = compiled("search", values, boundaries, side == "right", part="searching")
        if places is not None:
            return places.astype(target, copy=False)
    if boundaries.ndim == 1:
        return np.asarray(np.searchsorted(boundaries, values, side)).astype(target)
    count = prod(boundaries.shape[:-1])
    rows = boundaries.reshape(count, boundaries.shape[-1])
    wanted = values.reshape(count, values.shape[-1])
    found = np.empty(wanted.shape, target)
    for place, row in enumerate(rows):
        found[place] = np.searchsorted(row, wanted[place], side)
    return found.reshape(values.shape)


@composite
def searchsorted(
    sorted_sequence: Tensor, input: Tensor | Number, *, out_int32: bool = False, right: bool = False,
    side: str | None = None, sorter: Tensor | None = None, out: Tensor | None = None,
) -> Tensor:  # fmt: skip
    """Where each value would have to be inserted in sorted rows to keep them sorted.

    Args:
        sorted_sequence: rows in rising order along the last dimension; 1-D serves all of `input`.
        input: values; the dimensions before the last as those of `sorted_sequence`.
        out_int32: whether the result is int32 instead of int64.
        right: whether equal elements come before the place found; ``side="right"`` says the same.
        side: ``"left"`` or ``"right"``.
        sorter: the order that would sort the rows, if they are not sorted.

    Example::

        >>> torch.searchsorted(torch.tensor([1, 3, 5]), torch.tensor([3, 4]))
        tensor([1, 2])
    """
    _check_shapes(sorted_sequence, input)
    found = _side(side, right)
    _check_sorter(sorted_sequence, sorter)
    if sorted_sequence.dtype.is_complex:
        raise no_kernel("searchsorted_out_cpu", sorted_sequence.dtype)
    return _search(sorted_sequence, input, sorter, found, out_int32)


@composite
def bucketize(
    input: Tensor | Number, boundaries: Tensor, *, out_int32: bool = False, right: bool = False,
    out: Tensor | None = None,
) -> Tensor:  # fmt: skip
    """Between which boundaries each value lies.

    Args:
        input: values of any shape.
        boundaries: 1-D, in rising order.
        out_int32: whether the result is int32 instead of int64.
        right: whether a value that equals a boundary lies beyond it.

    Example::

        >>> torch.bucketize(torch.tensor([1, 3, 6]), torch.tensor([2, 4]))
        tensor([0, 1, 2])
    """
    if boundaries.ndim != 1:
        raise RuntimeError(f"boundaries tensor must be 1 dimension, but got dim({boundaries.ndim})")
    if boundaries.dtype.is_complex:
        raise no_kernel("searchsorted_out_cpu", boundaries.dtype)
    return _search(boundaries, input, None, "right" if right else "left", out_int32)
