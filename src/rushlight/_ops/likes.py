"""New tensors like another one: of its shape (`zeros_like`), or of its dtype and device (`new_zeros`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._backends.numpy.copies import empty_like as empty_array
from .._core.devices import META, device as Device
from .._core.dtypes import dtype as DType, of_numpy
from .._core.layouts import (
    contiguous_format,
    dense_strides,
    format_strides,
    layout as Layout,
    memory_format,
    preserve_format,
)
from .._core.meta_array import MetaArray
from .._core.numbers import fitted
from .._core.options import Strided, allocate, check_layout, element_type, finish, place_of
from .._core.tensor_base import PLAIN, wrap
from .._declare.factories import fill_number, full_of_ones
from .._declare.kinds import composite

if TYPE_CHECKING:
    from ..tensor import Tensor

Number = bool | int | float | complex


def _like(
    name: str,
    input: Any,
    dtype: Any,
    layout: Any,
    device: Any,
    pin_memory: bool,
    requires_grad: bool,
    format: Any,
) -> Any:
    """Memory for a tensor like `input` but for what the options say."""
    check_layout(name, layout, pin_memory)
    if hasattr(type(input), "_transform"):  # a batch of examples: its likes are batches, which may be written to
        found = input.detach().to(input.dtype if dtype is None else element_type(name, dtype), copy=True)
        return found.requires_grad_() if requires_grad else found
    source = input._array
    shape = source.shape
    element = of_numpy(source.dtype) if dtype is None else element_type(name, dtype)
    place = input.device if device is None else place_of(device)
    if format is contiguous_format:
        array = allocate(np.empty, shape, element.numpy, place)
    elif format is not None and format is not preserve_format:
        array = allocate(Strided(format_strides(shape, format)), shape, element.numpy, place)
    elif place is META or type(source) is MetaArray:
        steps = [step // source.itemsize for step in source.strides]
        array = allocate(Strided(dense_strides(shape, steps)), shape, element.numpy, place)
    else:
        array = empty_array(source, element.numpy)
    return finish(array, requires_grad)


def _filled(tensor: Any, value: Any) -> Any:
    """A new tensor with all elements set."""
    if hasattr(type(tensor), "_transform"):
        return tensor.fill_(value)
    if type(tensor._array) is not MetaArray:
        tensor._array.fill(value)
    return tensor


@composite
def empty_like(
    input: Tensor,
    *,
    dtype: DType | None = None,
    layout: Layout | None = None,
    device: Device | str | None = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
    memory_format: memory_format | None = None,
) -> Tensor:
    """A tensor of the shape of `input` with whatever was in its memory before.

    Args:
        input: gives shape, dtype, device and order in memory.
        dtype, device: others in their place.
        requires_grad: whether operators on the result are recorded.
        memory_format: another order in memory.

    Example::

        >>> torch.empty_like(torch.ones(2, 3)).shape
        torch.Size([2, 3])
    """
    if dtype is layout is device is memory_format is None and not (pin_memory or requires_grad):
        array = input._array if type(input) in PLAIN else None
        if type(array) is np.ndarray and array.flags.c_contiguous:
            return wrap(np.empty(array.shape, array.dtype))
    return _like("empty_like", input, dtype, layout, device, pin_memory, requires_grad, memory_format)


@composite
def zeros_like(
    input: Tensor,
    *,
    dtype: DType | None = None,
    layout: Layout | None = None,
    device: Device | str | None = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
    memory_format: memory_format | None = None,
) -> Tensor:
    """Zeros of the shape of `input`.

    Args:
        input: gives shape, dtype, device and order in memory.
        dtype, device: others in their place.
        requires_grad: whether operators on the result are recorded.
        memory_format: another order in memory.

    Example::

        >>> torch.zeros_like(torch.tensor([1, 2]))
        tensor([0, 0])
    """
    if dtype is layout is device is memory_format is None and not (pin_memory or requires_grad):
        array = input._array if type(input) in PLAIN else None
        if type(array) is np.ndarray and array.flags.c_contiguous:
            return wrap(np.zeros(array.shape, array.dtype))
    found = _like("zeros_like", input, dtype, layout, device, pin_memory, requires_grad, memory_format)
    return _filled(found, 0)


@composite
def ones_like(
    input: Tensor,
    *,
    dtype: DType | None = None,
    layout: Layout | None = None,
    device: Device | str | None = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
    memory_format: memory_format | None = None,
) -> Tensor:
    """Ones of the shape of `input`.

    Args:
        input: gives shape, dtype, device and order in memory.
        dtype, device: others in their place.
        requires_grad: whether operators on the result are recorded.
        memory_format: another order in memory.

    Example::

        >>> torch.ones_like(torch.zeros(2))
        tensor([1., 1.])
    """
    if dtype is layout is device is memory_format is None and not (pin_memory or requires_grad):
        array = input._array if type(input) in PLAIN else None
        if type(array) is np.ndarray and array.flags.c_contiguous:
            return wrap(full_of_ones(array.shape, array.dtype))
    found = _like("ones_like", input, dtype, layout, device, pin_memory, requires_grad, memory_format)
    return _filled(found, 1)


@composite
def full_like(
    input: Tensor,
    fill_value: Number,
    *,
    dtype: DType | None = None,
    layout: Layout | None = None,
    device: Device | str | None = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
    memory_format: memory_format | None = None,
) -> Tensor:
    """One value in the shape of `input`.

    Args:
        input: gives shape, dtype, device and order in memory.
        fill_value: the number.
        dtype, device: others in their place.
        requires_grad: whether operators on the result are recorded.
        memory_format: another order in memory.

    Raises:
        RuntimeError: the number does not fit into the dtype.

    Example::

        >>> torch.full_like(torch.zeros(2), 7)
        tensor([7., 7.])
    """
    value = fill_number("full_like", fill_value)
    element = input.dtype if dtype is None else element_type("full_like", dtype)
    value = fitted(value, element)
    found = _like("full_like", input, dtype, layout, device, pin_memory, requires_grad, memory_format)
    return _filled(found, value)
