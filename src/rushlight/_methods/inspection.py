"""What a tensor is and what it holds: sizes, strides, kinds of numbers, and its elements as Python values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from .._core.dtypes import of_numpy
from .._core.meta_array import MetaArray
from .._core.sizes import Size, wrap_dim
from .._core.storage import address


class InspectionMethods:
    """Rows of the method table: geometry and elements."""

    __slots__ = ()

    def size(self: Any, dim: int | None = None) -> Any:
        """The shape, or the size of one dimension."""
        if dim is None:
            return tuple.__new__(Size, self._array.shape)
        shape = self._array.shape
        return shape[_dim("size", dim, len(shape))]

    def dim(self: Any) -> int:
        """The number of dimensions."""
        return self._array.ndim  # type: ignore[no-any-return]

    def ndimension(self: Any) -> int:
        """The number of dimensions."""
        return self._array.ndim  # type: ignore[no-any-return]

    def numel(self: Any) -> int:
        """The number of elements."""
        return self._array.size  # type: ignore[no-any-return]

    def nelement(self: Any) -> int:
        """The number of elements."""
        return self._array.size  # type: ignore[no-any-return]

    def stride(self: Any, dim: int | None = None) -> Any:
        """How many elements lie between neighbours along each dimension, or along one."""
        array = self._array
        itemsize = array.itemsize
        if dim is None:
            return tuple([step // itemsize for step in array.strides])
        return array.strides[_dim("stride", dim, array.ndim)] // itemsize

    def storage_offset(self: Any) -> int:
        """How many elements lie before the first one in the storage."""
        storage = self._storage
        array = self._array
        if storage is None or storage.buffer is array:
            return 0
        if type(array) is MetaArray:
            return (address(array.geometry) - address(storage.buffer.geometry)) // array.itemsize  # type: ignore[no-any-return]
        return (address(array) - address(storage.buffer)) // array.itemsize  # type: ignore[no-any-return]

    def element_size(self: Any) -> int:
        """Bytes per element."""
        return self._array.itemsize  # type: ignore[no-any-return]

    def is_contiguous(self: Any, *, memory_format: Any = None) -> bool:
        """Whether the elements lie in order in memory."""
        return self._array.flags.c_contiguous  # type: ignore[no-any-return]

    def is_floating_point(self: Any) -> bool:
        """Whether the dtype is a floating one."""
        return of_numpy(self._array.dtype).is_floating_point

    def is_complex(self: Any) -> bool:
        """Whether the dtype is complex."""
        return self._array.dtype.kind == "c"  # type: ignore[no-any-return]

    def is_signed(self: Any) -> bool:
        """Whether the dtype has negative numbers."""
        return of_numpy(self._array.dtype).is_signed

    def item(self: Any) -> Any:
        """The only element as a Python number.

        Raises:
            RuntimeError: there is not exactly one element.
        """
        array = self._array
        if array.size != 1:
            raise _no_scalar(array.size)
        return _python(array)

    def tolist(self: Any) -> Any:
        """The elements as nested lists of Python numbers; a number for a 0-d tensor."""
        array = self._array
        return array.astype(np.float32).tolist() if array.dtype.kind == "V" else array.tolist()

    def numpy(self: Any, *, force: bool = False) -> np.ndarray[Any, Any]:
        """An array that shares this tensor's memory.

        Args:
            force: detach, and copy to the CPU where needed, instead of raising.

        Raises:
            RuntimeError: the tensor requires grad.
            TypeError: NumPy has no such dtype (bfloat16), or the tensor has no memory.
        """
        array = self._array
        if self._edge is not None and not force:
            raise _requires_grad_error()
        if array.dtype.kind == "V":
            raise TypeError("Got unsupported ScalarType BFloat16")
        return array.view()  # type: ignore[no-any-return]

    def __len__(self: Any) -> int:
        shape = self._array.shape
        if not shape:
            raise TypeError("len() of a 0-d tensor")
        return shape[0]  # type: ignore[no-any-return]

    def __iter__(self: Any) -> Iterator[Any]:
        if not self._array.shape:
            raise TypeError("iteration over a 0-d tensor")
        return iter(self.unbind(0))

    def __bool__(self: Any) -> bool:
        array = self._array
        if array.size != 1:
            what = "more than one value" if array.size else "no values"
            raise RuntimeError(f"Boolean value of Tensor with {what} is ambiguous")
        return bool(array.item())

    def __int__(self: Any) -> int:
        return int(self.item())

    def __float__(self: Any) -> float:
        return float(self.item())

    def __complex__(self: Any) -> complex:
        return complex(self.item())

    def __index__(self: Any) -> int:
        array = self._array
        if array.size != 1 or array.dtype.kind not in "iub":
            raise TypeError("only integer tensors of a single element can be converted to an index")
        return int(array.item())


def _dim(name: str, dim: Any, ndim: int) -> int:
    if type(dim) is not int:
        if not hasattr(type(dim), "__index__"):
            raise TypeError(f"{name}(): argument 'dim' (position 1) must be int, not {type(dim).__name__}")
        dim = dim.__index__()
    if not ndim:
        raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
    return wrap_dim(dim, ndim)


def _python(array: Any) -> Any:
    return float(array.astype(np.float32).item()) if array.dtype.kind == "V" else array.item()


def _no_scalar(count: int) -> RuntimeError:
    error = RuntimeError(f"a Tensor with {count} elements cannot be converted to Scalar")
    error.add_note("item() is for tensors of one element; use tolist() for all of them, or index or reduce first")
    return error


def _requires_grad_error() -> RuntimeError:
    error = RuntimeError("Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.")
    error.add_note(
        "an array has no history, so gradients would end there without a word; .detach() says that you mean it"
    )
    return error
