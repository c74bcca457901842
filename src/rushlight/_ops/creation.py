"""New tensors of a size: zeros, ones, full, empty, eye and their kin."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .._core.devices import device as Device
from .._core.dtypes import dtype as DType
from .._core.layouts import (
    channels_last,
    channels_last_3d,
    contiguous_format,
    format_strides,
    layout as Layout,
    memory_format,
)
from .._core.names import type_name
from .._core.options import Strided, negative_size, sizes_of
from .._core.promotion import scalar_dtype
from .._declare.factories import Maker, fill_number, filler, full_of_ones, quick, sized, worded

if TYPE_CHECKING:
    from ..tensor import Tensor

Number = bool | int | float | complex


def zeros(
    *sizes: Any,
    size: Sequence[int] | None = None,
    out: Tensor | None = None,
    dtype: DType | None = None,
    layout: Layout | None = None,
    device: Device | str | None = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
) -> Tensor:
    """A tensor of zeros.

    Args:
        sizes: the shape, spread out or as one sequence.
        size: the same by name.
        out: a tensor to write to.
        dtype: the default dtype where None.
        device: ``"cpu"`` or ``"meta"``.
        requires_grad: whether operators on the result are recorded.

    Raises:
        RuntimeError: a size is negative, or there is not enough memory.

    Example::

        >>> torch.zeros(2, 3)
        tensor([[0., 0., 0.],
                [0., 0., 0.]])
    """
    if size is out is layout is device is None and not (pin_memory or requires_grad):
        found = quick(np.zeros, sizes, dtype)
        if found is not None:
            return found
    shape = sizes_of("zeros", sizes, size)
    if shape and min(shape) < 0:
        raise RuntimeError("zeros: Dimension size must be non-negative.")
    return sized("zeros", np.zeros, shape, out, dtype, layout, device, pin_memory, requires_grad)


def ones(
    *sizes: Any,
    size: Sequence[int] | None = None,
    out: Tensor | None = None,
    dtype: DType | None = None,
    layout: Layout | None = None,
    device: Device | str | None = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
) -> Tensor:
    """A tensor of ones.

    Args:
        sizes: the shape, spread out or as one sequence.
        size: the same by name.
        out: a tensor to write to.
        dtype: the default dtype where None.
        device: ``"cpu"`` or ``"meta"``.
        requires_grad: whether operators on the result are recorded.

    Raises:
        RuntimeError: a size is negative, or there is not enough memory.

    Example::

        >>> torch.ones(3, dtype=torch.int64)
        tensor([1, 1, 1])
    """
    if size is out is layout is device is None and not (pin_memory or requires_grad):
        found = quick(full_of_ones, sizes, dtype)
        if found is not None:
            return found
    shape = sizes_of("ones", sizes, size)
    return sized("ones", full_of_ones, shape, out, dtype, layout, device, pin_memory, requires_grad)


def empty(
    *sizes: Any,
    size: Sequence[int] | None = None,
    out: Tensor | None = None,
    dtype: DType | None = None,
    layout: Layout | None = None,
    device: Device | str | None = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
    memory_format: memory_format | None = None,
) -> Tensor:
    """A tensor with whatever was in its memory before.

    Args:
        sizes: the shape, spread out or as one sequence.
        size: the same by name.
        out: a tensor to resize.
        dtype: the default dtype where None.
        device: ``"cpu"`` or ``"meta"``.
        requires_grad: whether operators on the result are recorded.
        memory_format: ``torch.channels_last`` for another order in memory.

    Raises:
        RuntimeError: a size is negative, or there is not enough memory.

    Example::

        >>> torch.empty(2, 3).shape
        torch.Size([2, 3])
    """
    if size is out is layout is device is memory_format is None and not (pin_memory or requires_grad):
        found = quick(np.empty, sizes, dtype)
        if found is not None:
            return found
    shape = sizes_of("empty", sizes, size)
    maker: Maker = np.empty
    if memory_format is channels_last or memory_format is channels_last_3d:
        maker = Strided(format_strides(shape, memory_format))
    elif memory_format is not None and memory_format is not contiguous_format:
        raise RuntimeError("unsupported memory format Preserve")
    return sized("empty", maker, shape, out, dtype, layout, device, pin_memory, requires_grad)


@worded()
def full(
    size: Sequence[int],
    fill_value: Number | Tensor,
    *,
    out: Tensor | None = None,
    dtype: DType | None = None,
    layout: Layout | None = None,
    device: Device | str | None = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
) -> Tensor:
    """A tensor of one value.

    Args:
        size: the shape.
        fill_value: the number; without `dtype` it decides on the dtype.
        out: a tensor to write to.
        dtype: bool, int64, the default dtype or its complex counterpart, after `fill_value`, where None.
        device: ``"cpu"`` or ``"meta"``.
        requires_grad: whether operators on the result are recorded.

    Raises:
        RuntimeError: the number does not fit into the dtype, a size is negative, or there is not enough memory.

    Example::

        >>> torch.full((2, 2), 7.0)
        tensor([[7., 7.],
                [7., 7.]])
    """
    if not isinstance(size, (tuple, list)):
        raise TypeError(f"full(): argument 'size' (position 1) must be tuple of ints, not {type_name(size)}")
    value = fill_number("full", fill_value)
    if out is layout is device is None and not (pin_memory or requires_grad):
        found = quick(filler(value), size, scalar_dtype(value) if dtype is None else dtype)
        if found is not None:
            return found
    if dtype is None and out is None:
        dtype = scalar_dtype(value)
    shape = sizes_of("full", (size,))
    return sized("full", filler(value), shape, out, dtype, layout, device, pin_memory, requires_grad)


@worded()
def scalar_tensor(
    s: Number | Tensor,
    *,
    dtype: DType | None = None,
    layout: Layout | None = None,
    device: Device | str | None = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
) -> Tensor:
    """A 0-d tensor of a number.

    Args:
        s: the number.
        dtype: the default dtype where None.
        device: ``"cpu"`` or ``"meta"``.
        requires_grad: whether operators on the result are recorded.

    Example::

        >>> torch.scalar_tensor(3)
        tensor(3.)
    """
    maker = filler(fill_number("scalar_tensor", s, "s", 1))
    return sized("scalar_tensor", maker, (), None, dtype, layout, device, pin_memory, requires_grad)


@worded(overloads=True)
def eye(
    n: int,
    m: int | None = None,
    *,
    out: Tensor | None = None,
    dtype: DType | None = None,
    layout: Layout | None = None,
    device: Device | str | None = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
) -> Tensor:
    """A matrix with ones on the diagonal and zeros elsewhere.

    Args:
        n: rows.
        m: columns; as many as rows where None.
        out: a tensor to write to.
        dtype: the default dtype where None.
        device: ``"cpu"`` or ``"meta"``.
        requires_grad: whether operators on the result are recorded.

    Raises:
        RuntimeError: `n` or `m` is negative.

    Example::

        >>> torch.eye(2)
        tensor([[1., 0.],
                [0., 1.]])
    """
    shape = []
    for position, (name, value) in enumerate((("n", n), ("m", n if m is None else m))):
        if not hasattr(value, "__index__") or isinstance(value, bool):
            raise TypeError(f"eye(): argument '{name}' (position {position + 1}) must be int, not {type_name(value)}")
        if value < 0:
            raise RuntimeError(f"{name} must be greater or equal to 0, got {value}")
        shape.append(operator.index(value))
    return sized("eye", _identity, tuple(shape), out, dtype, layout, device, pin_memory, requires_grad)


def _identity(shape: tuple[int, ...], element: np.dtype[Any]) -> Any:
    columns = shape[1]
    array = np.zeros(shape, element)
    array.reshape(-1)[: columns * columns : columns + 1] = 1
    return array


@worded()
def empty_strided(
    size: Sequence[int],
    stride: Sequence[int],
    *,
    dtype: DType | None = None,
    layout: Layout | None = None,
    device: Device | str | None = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
) -> Tensor:
    """A tensor of given strides with whatever was in its memory before.

    Args:
        size: the shape.
        stride: elements between neighbours along each dimension.
        dtype: the default dtype where None.
        device: ``"cpu"`` or ``"meta"``.
        requires_grad: whether operators on the result are recorded.

    Raises:
        RuntimeError: `size` and `stride` differ in length, or something in them is negative.

    Example::

        >>> torch.empty_strided((2, 3), (1, 2)).stride()
        (1, 2)
    """
    if not isinstance(size, (tuple, list)):
        raise TypeError(f"empty_strided(): argument 'size' (position 1) must be tuple of ints, not {type_name(size)}")
    shape = sizes_of("empty_strided", (size,))
    strides = tuple(map(operator.index, stride))
    if len(shape) != len(strides):
        raise RuntimeError(
            f"dimensionality of sizes ({len(shape)}) must match dimensionality of strides ({len(strides)})"
        )
    if any(extent < 0 for extent in shape):
        raise negative_size(shape)
    if any(step < 0 for step in strides):
        raise RuntimeError(f"Storage size calculation overflowed with sizes={list(shape)} and strides={list(strides)}")
    return sized("empty_strided", Strided(strides), shape, None, dtype, layout, device, pin_memory, requires_grad)


@worded()
def empty_permuted(
    size: Sequence[int],
    physical_layout: Sequence[int],
    *,
    dtype: DType | None = None,
    layout: Layout | None = None,
    device: Device | str | None = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
) -> Tensor:
    """A dense tensor whose dimensions lie in memory in a given order.

    Args:
        size: the shape.
        physical_layout: the dimensions, the one with the largest stride first.
        dtype: the default dtype where None.
        device: ``"cpu"`` or ``"meta"``.
        requires_grad: whether operators on the result are recorded.

    Raises:
        RuntimeError: `physical_layout` is no permutation of the dimensions.

    Example::

        >>> torch.empty_permuted((2, 3, 4), (0, 2, 1)).stride()
        (12, 1, 3)
    """
    shape = sizes_of("empty_permuted", (tuple(size),))
    if len(shape) != len(physical_layout):
        raise RuntimeError(
            "Number of dimensions in size does not match the length of the physical_layout; i.e. len(size) = "
            f"{len(shape)} is not equal to len(physical_layout) = {len(physical_layout)}"
        )
    strides, step, seen = [0] * len(shape), 1, set()
    for dim in reversed(physical_layout):
        if not 0 <= dim < len(shape):
            raise RuntimeError(f"Dimension out of range (expected to be between 0 and {len(shape) - 1}, but got {dim})")
        if dim in seen:
            raise RuntimeError("Duplicate dim not allowed")
        seen.add(dim)
        strides[dim] = step
        step *= max(shape[dim], 1)
    return sized(
        "empty_permuted", Strided(tuple(strides)), shape, None, dtype, layout, device, pin_memory, requires_grad
    )
