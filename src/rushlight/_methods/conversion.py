"""Copies and conversions as methods."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._core import dtypes
from .._core.devices import CPU, META, as_device, device as Device
from .._core.dtypes import dtype as DType, of_numpy
from .._core.layouts import memory_format
from .._core.meta_array import MetaArray
from .._core.options import element_type
from .._core.tensor_base import PLAIN, TensorBase, wrap
from .._declare.variants import method
from .._ops import conversion as ops

if TYPE_CHECKING:
    from ..tensor import Tensor


def convert(tensor: Any, element: DType, format: memory_format | None = None, copy: bool = False) -> Any:
    """The tensor itself if it has this dtype already, else a recorded conversion."""
    array = tensor._array
    if array.dtype is element.numpy and format is None and not copy:
        return tensor
    if tensor._edge is None and type(tensor) in PLAIN and format is None and array.dtype.kind != "c":
        if type(array) is not MetaArray:
            return wrap(array.astype(element.numpy))
    return ops.to_copy(tensor, element, format)


class ConversionMethods:
    """Rows of the method table: copies and conversions."""

    __slots__ = ()

    clone = method(ops.clone)

    def to(self: Any, *args: Any, **kwargs: Any) -> Tensor:
        """This tensor with another dtype or on another device; itself where nothing changes.

        Args:
            args: a dtype, a device and a dtype, or a tensor to take both from; then ``non_blocking`` and ``copy``.
            kwargs: the same by name, and ``memory_format``.

        Example::

            >>> torch.ones(2).to(torch.int64)
            tensor([1, 1])
        """
        if len(args) == 1 and not kwargs and type(args[0]) is DType:
            return convert(self, args[0])  # type: ignore[no-any-return]
        dtype, device, copy, format = _parse_to(self, args, kwargs)
        place = META if type(self._array) is MetaArray else CPU
        if device is not None and device is not place:
            return _move(self, dtype, device)
        return convert(self, dtype, format, copy)  # type: ignore[no-any-return]

    def float(self: Any, memory_format: memory_format | None = None) -> Tensor:
        """This tensor as float32."""
        return convert(self, dtypes.float32, memory_format)  # type: ignore[no-any-return]

    def double(self: Any, memory_format: memory_format | None = None) -> Tensor:
        """This tensor as float64."""
        return convert(self, dtypes.float64, memory_format)  # type: ignore[no-any-return]

    def half(self: Any, memory_format: memory_format | None = None) -> Tensor:
        """This tensor as float16."""
        return convert(self, dtypes.float16, memory_format)  # type: ignore[no-any-return]

    def bfloat16(self: Any, memory_format: memory_format | None = None) -> Tensor:
        """This tensor as bfloat16."""
        return convert(self, dtypes.bfloat16, memory_format)  # type: ignore[no-any-return]

    def long(self: Any, memory_format: memory_format | None = None) -> Tensor:
        """This tensor as int64."""
        return convert(self, dtypes.int64, memory_format)  # type: ignore[no-any-return]

    def int(self: Any, memory_format: memory_format | None = None) -> Tensor:
        """This tensor as int32."""
        return convert(self, dtypes.int32, memory_format)  # type: ignore[no-any-return]

    def short(self: Any, memory_format: memory_format | None = None) -> Tensor:
        """This tensor as int16."""
        return convert(self, dtypes.int16, memory_format)  # type: ignore[no-any-return]

    def char(self: Any, memory_format: memory_format | None = None) -> Tensor:
        """This tensor as int8."""
        return convert(self, dtypes.int8, memory_format)  # type: ignore[no-any-return]

    def byte(self: Any, memory_format: memory_format | None = None) -> Tensor:
        """This tensor as uint8."""
        return convert(self, dtypes.uint8, memory_format)  # type: ignore[no-any-return]

    def bool(self: Any, memory_format: memory_format | None = None) -> Tensor:
        """This tensor as bool: false where an element is zero."""
        return convert(self, dtypes.bool_, memory_format)  # type: ignore[no-any-return]

    def cfloat(self: Any, memory_format: memory_format | None = None) -> Tensor:
        """This tensor as complex64."""
        return convert(self, dtypes.complex64, memory_format)  # type: ignore[no-any-return]

    def cdouble(self: Any, memory_format: memory_format | None = None) -> Tensor:
        """This tensor as complex128."""
        return convert(self, dtypes.complex128, memory_format)  # type: ignore[no-any-return]

    def type_as(self: Any, other: Tensor) -> Tensor:
        """This tensor in the dtype of another one."""
        return convert(self, of_numpy(other._array.dtype))  # type: ignore[no-any-return]

    def contiguous(self: Any, memory_format: memory_format | None = None) -> Tensor:
        """This tensor if its elements lie in order in memory, else a copy of which that is true."""
        if memory_format is None and self._array.flags.c_contiguous:
            return self  # type: ignore[no-any-return]
        return self.clone(memory_format=memory_format)  # type: ignore[no-any-return]

    def cpu(self: Any, memory_format: memory_format | None = None) -> Tensor:
        """This tensor on the CPU."""
        return self.to("cpu")  # type: ignore[no-any-return]


def _parse_to(tensor: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, Any, bool, Any]:
    """dtype, device, copy and memory format from the overloads of `Tensor.to`."""
    dtype, device, copy, format = None, None, False, kwargs.get("memory_format")
    rest = list(args)
    if rest and isinstance(rest[0], TensorBase):
        other = rest.pop(0)
        dtype, device = other.dtype, other.device
    else:
        if rest and (isinstance(rest[0], (str, Device)) or rest[0] is None):
            device = rest.pop(0)
        if rest and (isinstance(rest[0], (DType, type)) or rest[0] is None):
            dtype = rest.pop(0)
    if len(rest) > 1:
        copy = rest[1]
    copy = kwargs.get("copy", copy)
    dtype = kwargs.get("dtype", dtype)
    device = kwargs.get("device", device)
    element = of_numpy(tensor._array.dtype) if dtype is None else element_type("to", dtype)
    return element, None if device is None else as_device(device), copy, format


def _move(tensor: Any, element: DType, device: Device) -> Any:
    """A tensor without its elements on the meta device; from there nothing comes back."""
    if device is CPU:
        raise NotImplementedError("Cannot copy out of meta tensor; no data!")
    return wrap(MetaArray.empty(tensor._array.shape, element.numpy))
