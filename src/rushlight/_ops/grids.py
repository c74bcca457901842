"""Places in tensors and powers of vectors: tril_indices, triu_indices, unravel_index and vander."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .._core import dtypes
from .._core.devices import device as Device
from .._core.dtypes import dtype as DType
from .._core.layouts import layout as Layout
from .._core.names import type_name
from .._core.options import element_type
from .._core.sizes import contiguous_strides
from .._core.tensor_base import TensorBase
from .._declare.dispatch import scalar_name
from .._declare.factories import sized, worded
from .._declare.kinds import composite
from .._declare.record import REGISTRY

if TYPE_CHECKING:
    from ..tensor import Tensor


@worded()
def tril_indices(
    row: int,
    col: int,
    offset: int = 0,
    *,
    dtype: DType | None = None,
    device: Device | str | None = None,
    layout: Layout | None = None,
    pin_memory: bool = False,
) -> Tensor:
    """The places on and below a diagonal of a matrix: rows first, then columns.

    Args:
        row, col: the size of the matrix.
        offset: the diagonal; above the main one where positive.
        dtype: int32 or int64, which it is where None.
        device: ``"cpu"`` or ``"meta"``.

    Raises:
        RuntimeError: `row` or `col` is negative.

    Example::

        >>> torch.tril_indices(2, 2)
        tensor([[0, 1, 1],
                [0, 0, 1]])
    """
    return _triangle("tril_indices", np.tril_indices, row, col, offset, dtype, device, layout, pin_memory)


@worded()
def triu_indices(
    row: int,
    col: int,
    offset: int = 0,
    *,
    dtype: DType | None = None,
    device: Device | str | None = None,
    layout: Layout | None = None,
    pin_memory: bool = False,
) -> Tensor:
    """The places on and above a diagonal of a matrix: rows first, then columns.

    Args:
        row, col: the size of the matrix.
        offset: the diagonal; above the main one where positive.
        dtype: int32 or int64, which it is where None.
        device: ``"cpu"`` or ``"meta"``.

    Raises:
        RuntimeError: `row` or `col` is negative.

    Example::

        >>> torch.triu_indices(2, 2)
        tensor([[0, 0, 1],
                [0, 1, 1]])
    """
    return _triangle("triu_indices", np.triu_indices, row, col, offset, dtype, device, layout, pin_memory)


def _triangle(
    name: str, places: Any, row: Any, col: Any, offset: Any, dtype: Any, device: Any, layout: Any, pin_memory: bool
) -> Tensor:
    for position, (label, value) in enumerate((("row", row), ("col", col), ("offset", offset)), 1):
        if not hasattr(value, "__index__") or isinstance(value, bool):
            raise TypeError(f"{name}(): argument '{label}' (position {position}) must be int, not {type_name(value)}")
        if value < 0 and label != "offset":
            raise RuntimeError(f"{label} must be non-negative, got{value}")
    element = dtypes.int64 if dtype is None else element_type(name, dtype)
    if element not in (dtypes.int32, dtypes.int64):
        raise NotImplementedError(f"\"{name}\" not implemented for '{scalar_name(element)}'")
    found = np.stack(places(row, offset, col))
    return sized(
        name,
        lambda shape, array_type: found.astype(array_type),
        found.shape,
        None,
        element,
        layout,
        device,
        pin_memory,
        False,
    )


def unravel_index(indices: Tensor, shape: int | Sequence[int]) -> tuple[Tensor, ...]:
    """Places in a tensor of a shape by their number in row order, as one tensor of indices for each dimension.

    Args:
        indices: integers.
        shape: the sizes.

    Raises:
        TypeError: `indices` are no integers.
        ValueError: a size is negative.

    Example::

        >>> torch.unravel_index(torch.tensor([5, 7]), (3, 4))
        (tensor([1, 1]), tensor([1, 3]))
    """
    if not isinstance(indices, TensorBase) or indices._array.dtype.kind not in "iu":
        raise TypeError(f"expected 'indices' to be integer dtype, but got {getattr(indices, 'dtype', type(indices))}")
    sizes = (shape,) if isinstance(shape, int) else tuple(shape)
    if any(size < 0 for size in sizes):
        raise ValueError(f"'shape' cannot have negative values, but got {sizes}")
    steps = contiguous_strides(sizes)
    return tuple(
        indices.div(step, rounding_mode="floor").remainder(size) for step, size in zip(steps, sizes, strict=True)
    )


@composite
def vander(x: Tensor, N: int | None = None, increasing: bool = False) -> Tensor:
    """Powers of the elements of a vector, a row for each (a Vandermonde matrix).

    Args:
        x: a 1-d tensor.
        N: the number of columns; as many as elements where None.
        increasing: whether the powers rise from left to right.

    Raises:
        RuntimeError: `x` is not 1-d, or `N` is negative.

    Example::

        >>> torch.vander(torch.tensor([1, 2, 3]), increasing=True)
        tensor([[1, 1, 1],
                [1, 2, 4],
                [1, 3, 9]])
    """
    if x.dim() != 1:
        raise RuntimeError("x must be a one-dimensional tensor.")
    count = x.numel() if N is None else N
    if count < 0:
        raise RuntimeError("N must be non-negative.")
    if x.dtype.category <= dtypes.INTEGER:
        x = x.to(dtypes.int64)
    if not count:
        return x.new_empty((x.numel(), 0))
    powers = x.new_ones((x.numel(), 1))
    if count > 1:
        products = x[:, None].expand(x.numel(), count - 1).cumprod(1)
        powers = REGISTRY["cat"].call([powers, products], 1)
    return powers if increasing else powers.flip(1)
