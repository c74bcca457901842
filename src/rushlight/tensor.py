"""The class `Tensor`: state from `TensorBase`, methods from the table, and what is neither."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from . import _printing
from ._core import devices, dtypes
from ._core.layouts import layout, strided
from ._core.meta_array import MetaArray
from ._core.sizes import Size
from ._core.storage import Storage
from ._core.tensor_base import TensorBase, bind_tensor_class, new, storage_of
from ._methods import TensorMethods


class Tensor(TensorBase, TensorMethods):
    """A multi-dimensional array that can record how it was computed."""

    __slots__ = ()
    __array_priority__ = 1000
    __hash__ = object.__hash__

    @property
    def shape(self) -> Size:
        """The sizes of the dimensions."""
        return tuple.__new__(Size, self._array.shape)

    @property
    def ndim(self) -> int:
        """The number of dimensions."""
        return self._array.ndim  # type: ignore[no-any-return]

    @property
    def dtype(self) -> dtypes.dtype:
        """The element type."""
        return dtypes.of_numpy(self._array.dtype)

    @property
    def device(self) -> devices.device:
        """Where the memory is."""
        return devices.META if type(self._array) is MetaArray else devices.CPU

    @property
    def layout(self) -> layout:
        """Always `torch.strided`."""
        return strided

    @property
    def nbytes(self) -> int:
        """Bytes of all elements."""
        return int(self._array.size * self._array.itemsize)

    @property
    def itemsize(self) -> int:
        """Bytes per element."""
        return self._array.itemsize  # type: ignore[no-any-return]

    @property
    def is_meta(self) -> bool:
        """Whether the tensor has a shape only."""
        return type(self._array) is MetaArray

    def detach(self) -> Tensor:
        """The same memory without history."""
        tensor = new(Tensor)
        tensor._array = self._array
        tensor._edge = tensor._base = tensor._extra = None
        storage = self._storage
        if storage is None:
            storage = self._storage = Storage(self._array)
        tensor._storage = storage
        return tensor  # type: ignore[no-any-return]

    @property
    def data(self) -> Tensor:
        """The same memory without history, and with its own count of writes."""
        tensor = new(Tensor)
        tensor._array = self._array
        tensor._edge = tensor._base = tensor._extra = None
        tensor._storage = Storage(storage_of(self).buffer)
        return tensor  # type: ignore[no-any-return]

    @data.setter
    def data(self, value: Any) -> None:
        version = storage_of(self).version
        self._array = value._array
        self._storage = Storage(storage_of(value).buffer)
        self._storage.version = version

    @property
    def _version(self) -> int:
        storage = self._storage
        return 0 if storage is None else storage.version

    def _write(self, array: Any) -> None:
        """Writes values into the memory, as ``out=`` does, and counts the write."""
        if type(self._array) is not MetaArray:
            np.copyto(self._array, array, "unsafe")
        storage_of(self).version += 1

    def _resize_output(self, shape: tuple[int, ...]) -> None:
        """Gives an ``out=`` tensor another shape, with torch's warning if it had elements."""
        if self._array.size:
            warnings.warn(
                f"An output with one or more elements was resized since it had shape {list(self._array.shape)}, which does "
                f"not match the required output shape {list(shape)}. This behavior is deprecated, and in a future PyTorch "
                "release outputs will not be resized unless they have zero elements. You can explicitly reuse an out tensor "
                "t by resizing it, inplace, to zero elements with t.resize_(0).",
                stacklevel=5,
            )
        self._array = np.empty(shape, self._array.dtype)
        storage_of(self).buffer = self._array

    def __repr__(self, *, tensor_contents: Any = None) -> str:
        return _printing.tensor_repr(self, tensor_contents=tensor_contents)

    def __format__(self, spec: str) -> str:
        return _printing.tensor_format(self, spec)

    def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray[Any, Any]:
        array = self.numpy()
        return array if dtype is None else array.astype(dtype, copy=False)


bind_tensor_class(Tensor)
