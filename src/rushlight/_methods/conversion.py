"""Copies and conversions as methods."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._backends.numpy.copies import copy_as
from .._core import dtypes
from .._core.devices import CPU, META, as_device, device as Device
from .._core.dtypes import dtype as DType, of_numpy
from .._core.layouts import contiguous_format, memory_format, preserve_format
from .._core.meta_array import MetaArray
from .._core.modes import modes
from .._core.names import type_name
from .._core.options import check_format, element_type
from .._core.tensor_base import PLAIN, TensorBase, wrap
from .._declare.binding import invalid_combination
from .._declare.variants import method
from .._ops import conversion as ops

if TYPE_CHECKING:
    from ..tensor import Tensor


def convert(tensor: Any, element: DType, format: memory_format | None = None, copy: bool = False) -> Any:
    """The tensor itself if it has this dtype and order in memory already, else a recorded conversion."""
    array = tensor._array
    if format is preserve_format:
        format = None
    if array.dtype is element.numpy and not copy and (format is None or tensor.is_contiguous(memory_format=format)):
        return tensor
    if tensor._edge is None and format is None and type(tensor) in PLAIN and array.dtype.kind != "c":
        if type(array) is not MetaArray:
            return wrap(copy_as(array, element.numpy))
    return ops.to_copy(tensor, element, format)


def _caster(name: str, element: DType) -> Any:
    """The method that converts to one dtype."""

    def cast(self: Any, memory_format: memory_format | None = None) -> Any:
        return convert(self, element, memory_format)

    cast.__name__ = name
    cast.__qualname__ = f"Tensor.{name}"
    cast.__doc__ = f"This tensor with dtype {element}; itself if it has it already."
    return cast


class ConversionMethods:
    """Rows of the method table: copies and conversions."""

    __slots__ = ()

    clone = method(ops.clone)

    double = _caster("double", dtypes.float64)
    float = _caster("float", dtypes.float32)
    half = _caster("half", dtypes.float16)
    bfloat16 = _caster("bfloat16", dtypes.bfloat16)
    long = _caster("long", dtypes.int64)
    int = _caster("int", dtypes.int32)
    short = _caster("short", dtypes.int16)
    char = _caster("char", dtypes.int8)
    byte = _caster("byte", dtypes.uint8)
    bool = _caster("bool", dtypes.bool_)
    cfloat = _caster("cfloat", dtypes.complex64)
    cdouble = _caster("cdouble", dtypes.complex128)

    def to(self: Any, *args: Any, **kwargs: Any) -> Tensor:
        """This tensor with another dtype or on another device; itself where nothing changes.

        Args:
            args: a dtype, a device and a dtype, or a tensor to take both from; then ``non_blocking`` and ``copy``.
            kwargs: the same by name, and ``memory_format``.

        Example::

            >>> torch.ones(2).to(torch.int64)
            tensor([1, 1])
        """
        if len(args) == 1 and not kwargs:
            if type(args[0]) is DType:
                return convert(self, args[0])
            if args[0] == "cpu" and type(args[0]) is str and type(self._array) is not MetaArray:
                return self
        dtype, device, copy, format = _parse_to(args, kwargs)
        element = of_numpy(self._array.dtype) if dtype is None else element_type("to", dtype)
        place = META if type(self._array) is MetaArray else CPU
        if device is not None and as_device(device) is not place:
            if place is META:
                error = NotImplementedError("Cannot copy out of meta tensor; no data!")
                error.add_note(
                    "a tensor on the meta device has a shape only; make one with torch.empty_like(x, device='cpu')"
                )
                raise error
            if self._edge is not None and modes.record:
                raise NotImplementedError(
                    "rushlight does not record a move to the meta device; use x.detach().to('meta')"
                )
            return wrap(MetaArray.empty(self._array.shape, element.numpy))
        return convert(self, element, format, copy)

    def type(self: Any, dtype: Any = None, non_blocking: Any = False) -> Any:
        """The name of the legacy class of this tensor, or this tensor converted.

        Args:
            dtype: a dtype, a legacy class or its name; None asks for the name.

        Raises:
            ValueError: there is no class of that name.

        Example::

            >>> torch.ones(2).type(), torch.ones(2).type(torch.int64)
            ('torch.FloatTensor', tensor([1, 1]))
        """
        if dtype is None:
            return f"torch.{LEGACY_NAMES[of_numpy(self._array.dtype).name]}Tensor"
        if type(dtype) is DType:
            return convert(self, dtype)
        element = getattr(dtype, "dtype", None)
        if isinstance(dtype, type) and type(element) is DType:
            return convert(self, element)
        if isinstance(dtype, str):
            name = dtype
        elif isinstance(dtype, type):
            name = f"{dtype.__module__}.{dtype.__name__}".removeprefix("builtins.")
        else:
            raise TypeError("dtype must be a type, str, or dtype object")
        return convert(self, legacy_dtype(name))

    def type_as(self: Any, other: Tensor) -> Tensor:
        """This tensor in the dtype of another one.

        Example::

            >>> torch.ones(2).type_as(torch.tensor(1))
            tensor([1, 1])
        """
        if not isinstance(other, TensorBase):
            raise TypeError(f"type_as(): argument 'other' (position 1) must be Tensor, not {type_name(other)}")
        return convert(self, of_numpy(other._array.dtype))

    def contiguous(self: Any, memory_format: memory_format | None = None) -> Tensor:
        """This tensor if its elements lie in order in memory, else a copy of which that is true.

        Args:
            memory_format: the order; row by row where None.

        Example::

            >>> torch.ones(2, 3).t().contiguous().stride()
            (2, 1)
        """
        if memory_format is None:
            if self._array.flags.c_contiguous:
                return self
            if self._edge is None and type(self) in PLAIN and type(self._array) is not MetaArray:
                return wrap(copy_as(self._array, self._array.dtype, contiguous_format))
            return self.clone(memory_format=contiguous_format)
        check_format("contiguous", memory_format)
        if self.is_contiguous(memory_format=memory_format):
            return self
        return self.clone(memory_format=memory_format)

    def cpu(self: Any, memory_format: memory_format | None = None) -> Tensor:
        """This tensor on the CPU."""
        return self if type(self._array) is not MetaArray else self.to("cpu")

    def cuda(self: Any, device: Any = None, non_blocking: Any = False, memory_format: Any = None) -> Tensor:
        """Refuses to move the tensor to a GPU.

        Raises:
            AssertionError: always; torch's text of a build without CUDA.
        """
        return self.to(Device("cuda") if device is None else Device(device))

    def to_dense(self: Any, dtype: Any = None, *, masked_grad: Any = None) -> Tensor:
        """This tensor, which is dense, in another dtype if one is given."""
        return self if dtype is None else self.to(dtype)


LEGACY_NAMES = {
    "float64": "Double", "float32": "Float", "float16": "Half", "bfloat16": "BFloat16", "int64": "Long",
    "int32": "Int", "int16": "Short", "int8": "Char", "uint8": "Byte", "bool": "Bool",
    "complex64": "ComplexFloat", "complex128": "ComplexDouble", "uint16": "UInt16", "uint32": "UInt32",
    "uint64": "UInt64",
}  # fmt: skip
"""What the legacy classes (``torch.FloatTensor``) are called."""


def legacy_dtype(name: str) -> DType:
    """The dtype of a legacy class by its full name, ``torch.FloatTensor``.

    Raises:
        ValueError: there is no class of that name.
    """
    for element, label in LEGACY_NAMES.items():
        if name == f"torch.{label}Tensor":
            return dtypes.DTYPES[element]
    if name == "torch.Tensor":
        return dtypes.get_default_dtype()
    raise ValueError(f"invalid type: '{name}'")


def _parse_to(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, Any, Any, Any]:
    """dtype, device, copy and memory format from the overloads of `Tensor.to`.

    Raises:
        TypeError: the arguments fit none of them.
    """
    rest = list(args)
    given: dict[str, Any] = {}
    if rest and isinstance(rest[0], TensorBase):
        other: Any = rest.pop(0)
        given["dtype"], given["device"] = other.dtype, other.device
    else:
        if rest and not isinstance(rest[0], (DType, type)):
            given["device"] = rest.pop(0)
        if rest and (isinstance(rest[0], (DType, type)) or rest[0] is None):
            given["dtype"] = rest.pop(0)
    for name, value in zip(("non_blocking", "copy"), rest):
        given[name] = value
    unknown = kwargs.keys() - {"dtype", "device", "non_blocking", "copy", "memory_format"}
    twice = kwargs.keys() & given.keys()
    wrong = any(not isinstance(value, _BOOL) for value in rest)
    strange = not isinstance(given.get("device"), (str, int, Device, type(None)))
    if unknown or twice or wrong or strange or len(rest) > 2:
        raise invalid_combination("to", args, kwargs)
    given.update(kwargs)
    format = given.get("memory_format")
    if format is not None:
        check_format("to", format)
    return given.get("dtype"), given.get("device"), given.get("copy", False), format


_BOOL = bool
