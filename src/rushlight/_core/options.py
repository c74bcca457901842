"""What factory functions take: sizes, ``dtype=``, ``layout=``, ``device=`` and ``pin_memory=``, with torch's errors."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from . import dtypes
from .devices import CPU, META, as_device, device
from .dtypes import FLOATING, dtype as DType, of_numpy
from .layouts import layout, memory_format, strided
from .meta_array import MetaArray
from .modes import modes
from .names import type_name
from .storage import strided_window
from .tensor_base import LEAF, TensorBase, mark_inference, wrap

_PYTHON_TYPES = {float: dtypes.float64, int: dtypes.int64, bool: dtypes.bool_, complex: dtypes.complex128}


def element_type(name: str, dtype: Any) -> DType:
    """The dtype that an argument ``dtype=`` names; None is the default dtype.

    Raises:
        TypeError: it is neither a dtype nor one of the types ``float``, ``int``, ``bool`` and ``complex``.
    """
    if dtype is None:
        return dtypes.get_default_dtype()
    if type(dtype) is DType:
        return dtype
    found = _PYTHON_TYPES.get(dtype) if isinstance(dtype, type) else None
    if found is None:
        error = TypeError(f"{name}(): argument 'dtype' must be torch.dtype, not {type_name(dtype)}")
        if isinstance(dtype, str) and dtype in dtypes.DTYPES:
            error.add_note(f"write dtype=torch.{dtype}")
        raise error
    return found


def sizes_of(name: str, sizes: tuple[Any, ...], size: Any = None) -> tuple[int, ...]:
    """The shape that a factory was given: spread out, as one sequence, or as ``size=``.

    Raises:
        TypeError: something in it is no integer.
    """
    if size is not None:
        if sizes:
            raise TypeError(f"{name}() got multiple values for argument 'size'")
        if not isinstance(size, (tuple, list)):
            raise TypeError(f"{name}(): argument 'size' must be tuple of ints, not {type_name(size)}")
        sizes = (size,)
    if len(sizes) == 1 and isinstance(sizes[0], (tuple, list)):
        spread = False
        values = sizes[0]
    else:
        spread = True
        values = sizes
        if not values:
            raise TypeError(f'{name}() missing 1 required positional arguments: "size"')
    found = []
    for position, value in enumerate(values):
        if type(value) is not int:
            value = _size(name, values, position, spread)
        if value >= 1 << 63:
            raise TypeError(
                f"{name}(): argument 'size' failed to unpack the object at pos {position + 1} with error "
                '"Overflow when unpacking long long'
            )
        found.append(value)
    return tuple(found)


def _size(name: str, values: Any, position: int, spread: bool) -> int:
    value = values[position]
    integer = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
    if isinstance(value, TensorBase):
        integer = value._array.dtype.kind in "iu" and value._array.size == 1
    if integer:
        return int(value)
    kind = type_name(value)
    if position:
        raise TypeError(
            f"{name}(): argument 'size' failed to unpack the object at pos {position + 1} with error "
            f'"type must be tuple of ints,but got {kind}"'
        )
    if not spread:
        raise TypeError(
            f"{name}(): argument 'size' (position 1) must be tuple of ints, but found element of type {kind} at pos 0"
        )
    if len(values) > 1:
        raise TypeError(f"{name}() takes 1 positional argument but {len(values)} were given")
    raise TypeError(f"{name}(): argument 'size' (position 1) must be tuple of ints, not {kind}")


def check_layout(name: str, given: Any, pin_memory: bool) -> None:
    """Refuses what rushlight's memory cannot be: sparse, or pinned for another device."""
    if given is not None and given is not strided:
        if not isinstance(given, layout):
            raise TypeError(f"{name}(): argument 'layout' must be torch.layout, not {type_name(given)}")
        raise NotImplementedError(f"rushlight has no tensors of layout {given}: only torch.strided")
    if pin_memory:
        raise RuntimeError(
            "pin_memory=True requires a CUDA or other accelerator backend; no pinned memory allocator is available "
            "on this system."
        )


def place_of(given: Any) -> device:
    """The device that ``device=`` names; without one, the default device."""
    if given is None:
        return CPU if modes.device is None else modes.device
    return as_device(given)


class Strided:
    """What makes arrays of given strides, in elements, with whatever was in their memory."""

    def __init__(self, strides: tuple[int, ...]) -> None:
        self.strides = strides

    def __call__(self, shape: tuple[int, ...], element: np.dtype[Any]) -> Any:
        reach = 1 + sum((size - 1) * step for size, step in zip(shape, self.strides, strict=True))
        return self.over(np.empty(0 if 0 in shape else reach, element), shape)

    def over(self, memory: np.ndarray[Any, Any], shape: tuple[int, ...]) -> Any:
        """The same over given memory."""
        return strided_window(memory, memory.dtype, shape, tuple(step * memory.itemsize for step in self.strides), 0)


def allocate(maker: Any, shape: tuple[int, ...], element: np.dtype[Any], place: device = CPU) -> Any:
    """``maker(shape, element)``, or the geometry alone on the meta device.

    Raises:
        RuntimeError: a size is negative, or there is not enough memory.
    """
    try:
        if place is META:
            if type(maker) is Strided:
                return MetaArray(maker.over(np.zeros(1, element), shape))
            return MetaArray.empty(shape, element)
        return maker(shape, element)
    except (ValueError, MemoryError, OverflowError) as error:
        raise allocation_error(shape, element.itemsize, error) from None


def allocation_error(shape: tuple[int, ...], itemsize: int, error: Exception) -> Exception:
    """torch's error for a shape that no memory was found for; `error` itself where the shape is not the reason."""
    if any(size < 0 for size in shape):
        return negative_size(shape)
    count = prod(shape) * itemsize
    if count >= 2**63:
        return RuntimeError(f"Storage size calculation overflowed with sizes={list(shape)}")
    if isinstance(error, MemoryError) or count > 2**40:
        found = RuntimeError(
            "[enforce fail at alloc_cpu.cpp:127] err == 0. DefaultCPUAllocator: can't allocate memory: you tried to "
            f"allocate {count} bytes. Error code 12 (Cannot allocate memory)"
        )
        found.add_note(f"a tensor of shape {list(shape)} with {itemsize} bytes an element does not fit into memory")
        return found
    return error


def negative_size(shape: tuple[int, ...]) -> RuntimeError:
    """torch's error for a shape with a negative size."""
    size = next(size for size in shape if size < 0)
    return RuntimeError(f"Trying to create tensor with negative dimension {size}: {list(shape)}")


def finish(array: Any, requires_grad: bool = False) -> Any:
    """A new leaf around an array.

    Raises:
        RuntimeError: a gradient is asked for that the dtype cannot have.
    """
    tensor = wrap(array)
    if requires_grad:
        if of_numpy(array.dtype).category < FLOATING:
            raise RuntimeError("Only Tensors of floating point and complex dtype can require gradients")
        tensor._edge = LEAF
    if modes.inference:
        mark_inference(tensor)
    return tensor


def check_format(name: str, given: Any) -> None:
    """Raises torch's error for a ``memory_format=`` that is none.

    Raises:
        TypeError: `given` is something else.
    """
    if not isinstance(given, memory_format):
        raise TypeError(f"{name}(): argument 'memory_format' must be torch.memory_format, not {type_name(given)}")
