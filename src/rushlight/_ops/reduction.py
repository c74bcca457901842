"""Reductions: sums, products, extremes and truth over some or all dimensions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from .._core.dtypes import dtype as DType
from .._declare.helpers import restore_dims
from .._declare.kinds import INT64, reduction

if TYPE_CHECKING:
    from ..tensor import Tensor

Dims = int | Sequence[int] | None


@reduction(
    eager=np.add.reduce,
    promote=INT64,
    node=("SumBackward0", "SumBackward1"),
    vjp={
        "input": lambda g, input_like, dim, keepdim: restore_dims(g, input_like, dim, keepdim).expand(input_like.shape)
    },
)
def sum(
    input: Tensor,
    dim: Dims = None,
    keepdim: bool = False,
    *,
    dtype: DType | None = None,
    out: Tensor | None = None,
) -> Tensor:
    """Sum over `dim`, or over all dimensions.

    Args:
        input: any shape and dtype; integers and bools add up in int64.
        dim: a dimension or several; None or ``()`` for all of them.
        keepdim: whether summed dimensions stay with size 1.
        dtype: dtype to convert to before adding.

    Example::

        >>> torch.sum(torch.ones(2, 3), dim=1)
        tensor([3., 3.])
    """
    return np.add.reduce(input, axis=dim, keepdims=keepdim)
