"""Copies and conversions: clone, to, contiguous and the dtype methods."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._core.dtypes import dtype as DType
from .._declare.kinds import kernel

if TYPE_CHECKING:
    from ..tensor import Tensor


@kernel(
    name="_to_copy",
    node="ToCopyBackward0",
    exact=True,
    vjp={"input": lambda g, input_like: g.to(input_like.dtype)},
)
def to_copy(input: Tensor, dtype: DType) -> Any:
    """The elements converted to another dtype."""
    return input.astype(dtype.numpy)


@kernel(exact=True, vjp={"input": lambda g: g}, eager=np.ndarray.copy)
def clone(input: Tensor, *, memory_format: Any = None) -> Any:
    """A copy that gradients flow through.

    Example::

        >>> torch.ones(2).clone()
        tensor([1., 1.])
    """
    return input.copy(order="K")
