"""What linear-algebra operators ask of their arguments, with torch's errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._core.dtypes import REDUCED
from .dispatch import scalar_name

if TYPE_CHECKING:
    from ..tensor import Tensor


class LinAlgError(RuntimeError):
    """A matrix that an operator of linear algebra cannot work with (singular, not positive-definite ...)."""


LinAlgError.__name__ = "_LinAlgError"


def matrices(A: Tensor, name: str, square: bool = False) -> None:
    """Raises torch's error unless `A` holds floating matrices, square ones if asked for."""
    if A.ndim < 2:
        raise RuntimeError(f"{name}: The input tensor A must have at least 2 dimensions.")
    if square and A.shape[-1] != A.shape[-2]:
        error = RuntimeError(
            f"{name}: A must be batches of square matrices, but they are {A.shape[-2]} by {A.shape[-1]} matrices"
        )
        error.add_note(f"the shape is {list(A.shape)}: its last two sizes must be equal")
        raise error
    if not (A.dtype.is_floating_point or A.dtype.is_complex):
        raise RuntimeError(f"{name}: Expected a floating point or complex tensor as input. Got {scalar_name(A.dtype)}")
    if A.dtype in REDUCED:
        raise RuntimeError(f"{name}: Low precision dtypes not supported. Got {scalar_name(A.dtype)}")


def cubes(A: Tensor) -> int:
    """``n ** 3`` for each matrix of shape (n, n), in which the operations of an algorithm are told."""
    return A.numel() * min(A.shape[-2:])  # type: ignore[no-any-return]


def batch_text(position: tuple[int, ...], batch: tuple[int, ...]) -> str:
    """``(Batch element 2): `` for the position of a bad matrix; nothing where there is one matrix only."""
    if not batch:
        return ""
    number = 0
    for index, size in zip(position, batch, strict=True):
        number = number * size + index
    return f"(Batch element {number}): "


def first_bad(flags: Any) -> tuple[int, ...]:
    """The position of the first true flag."""
    return tuple(int(index) for index in np.argwhere(flags)[0])
