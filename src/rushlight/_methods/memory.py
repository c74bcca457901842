"""The memory under a tensor: shared, looked at, exchanged and resized."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from .._backends.llvm.memory import is_owner
from .._core.dtypes import FLOATING, dtype, of_numpy
from .._core.layouts import channels_last, channels_last_3d, format_strides, memory_format, preserve_format
from .._core.meta_array import MetaArray
from .._core.modes import modes
from .._core.names import type_name
from .._core.numbers import C_NAMES
from .._core.options import allocation_error, sizes_of
from .._core.sizes import contiguous_strides
from .._core.storage import Storage, address, memory_of, strided_window
from .._core.tensor_base import PLAIN, TensorBase, bump, has_override, new, on_bind, storage_of
from .._core.warn import warn
from .._declare.binding import invalid_combination
from .._declare.inplace import check_writable
from .._ops import conversion as ops
from ..storage import TypedStorage, UntypedStorage

if TYPE_CHECKING:
    from ..tensor import Tensor

Plain: Any = None


@on_bind
def _bind(cls: type) -> None:
    global Plain
    Plain = cls


class MemoryMethods:
    """Rows of the method table: memory."""

    __slots__ = ()

    def detach(self: Any) -> Tensor:
        """A tensor with this one's memory and no history.

        Example::

            >>> x = torch.ones(2, requires_grad=True)
            >>> x.detach().requires_grad
            False
        """
        if type(self) not in PLAIN:
            found = ops.detach(self)
            if found._array is self._array:
                found._storage = storage_of(self)
            return found
        found = new(Plain)
        found._array = self._array
        found._edge = found._base = found._extra = None
        storage = self._storage
        found._storage = storage_of(self) if storage is None else storage
        return found

    @property
    def data(self: Any) -> Tensor:
        """A tensor with this one's memory, no history, and a count of writes of its own.

        Writes through it are not seen by autograd. Assigning a tensor gives this one that tensor's memory.

        Example::

            >>> x = torch.ones(2, requires_grad=True)
            >>> x.data.mul_(3)
            tensor([3., 3.])
            >>> x
            tensor([3., 3.], requires_grad=True)
        """
        if type(self) not in PLAIN and hasattr(type(self), "_transform"):
            raise RuntimeError("accessing `data` under vmap transform is not allowed")
        found = new(Plain)
        found._array = self._array
        found._edge = found._base = found._extra = None
        storage = self._storage
        found._storage = Storage(self._array if storage is None else storage.buffer)
        if type(self) in PLAIN or not has_override(type(self)):
            return found
        return found.as_subclass(type(self))

    @data.setter
    def data(self: Any, value: Any) -> None:
        if not isinstance(value, TensorBase):
            raise TypeError(f"Variable data has to be a tensor, but got {type(value).__name__}")
        if self._edge is not None and of_numpy(value._array.dtype).category < FLOATING:
            raise RuntimeError("data set to a tensor that requires gradients must be floating point or complex dtype")
        _put_on(self, value._array, storage_of(value).buffer, self._version)

    @property
    def _version(self: Any) -> int:
        if self._extra is not None and self._extra.inference:
            raise RuntimeError("Inference tensors do not track version counter.")
        storage = self._storage
        return 0 if storage is None else storage.version

    def _is_view(self: Any) -> bool:
        return self._base is not None

    def data_ptr(self: Any) -> int:
        """The address of the first element; 0 without memory."""
        array = self._array
        return 0 if type(array) is MetaArray or not array.size else address(array)

    def untyped_storage(self: Any) -> UntypedStorage:
        """The bytes that this tensor and its views share."""
        return UntypedStorage.of(storage_of(self))

    def storage(self: Any) -> TypedStorage:
        """The memory that this tensor and its views share, as elements; deprecated, use `untyped_storage`."""
        return TypedStorage(wrap_storage=UntypedStorage.of(storage_of(self)), dtype=self.dtype)

    def storage_offset(self: Any) -> int:
        """How many elements lie before the first one in the storage."""
        storage = self._storage
        array = self._array
        if storage is None or storage.buffer is array:
            return 0
        buffer = storage.buffer
        if type(array) is MetaArray:
            array, buffer = array.geometry, buffer.geometry
        return (address(array) - address(buffer)) // array.itemsize

    def is_set_to(self: Any, tensor: Tensor) -> bool:
        """Whether another tensor has the same memory, offset, shape and strides."""
        first, second = self._array, tensor._array
        return (
            type(first) is np.ndarray
            and type(second) is np.ndarray
            and first.shape == second.shape
            and first.strides == second.strides
            and address(first) == address(second)
        )

    def is_shared(self: Any) -> bool:
        """Whether processes share the memory: never."""
        return False

    def share_memory_(self: Any) -> Tensor:
        """Refuses to move the memory to where other processes see it.

        Raises:
            NotImplementedError: always.
        """
        raise NotImplementedError("rushlight has no memory shared between processes")

    def is_pinned(self: Any, device: Any = None) -> bool:
        """Whether the memory is pinned for another device: never."""
        return False

    def pin_memory(self: Any, device: Any = None) -> Tensor:
        """Refuses to pin the memory: there is no device to pin it for.

        Raises:
            RuntimeError: always.
        """
        raise RuntimeError("Cannot access accelerator device when none is available.")

    def set_(
        self: Any, source: Any = None, storage_offset: int = 0, size: Sequence[int] | None = None, stride: Any = None
    ) -> Tensor:
        """Gives this tensor the memory of another tensor or of a storage.

        Args:
            source: the tensor or storage; None leaves the tensor empty.
            storage_offset: elements to skip.
            size, stride: the new shape and strides; those of `source` without them.

        Raises:
            RuntimeError: `source` has another dtype.

        Example::

            >>> torch.zeros(2).set_(torch.arange(4.0).untyped_storage(), 1, (2,))
            tensor([1., 2.])
        """
        check_writable(self, self._edge is not None and bool(modes.record))
        element = of_numpy(self._array.dtype)
        if source is None:
            _exchange(self, Storage(np.empty(0, element.numpy)), 0, (0,), (1,))
            return self
        if isinstance(source, TensorBase):
            given = of_numpy(source._array.dtype)
            if given is not element:
                raise RuntimeError(
                    f"Could not set tensor of type {C_NAMES[given.name]} to a tensor of type {C_NAMES[element.name]}"
                )
            memory = storage_of(source)
            if size is None:
                given_tensor: Any = source
                storage_offset, size, stride = given_tensor.storage_offset(), given_tensor.shape, given_tensor.stride()
        elif isinstance(source, (UntypedStorage, TypedStorage)):
            untyped = source._untyped_storage if isinstance(source, TypedStorage) else source
            memory = untyped._memory
            if size is None:
                if storage_offset:
                    raise invalid_combination("set_", (source, storage_offset))
                size = (untyped.nbytes() // element.itemsize,)
        else:
            raise invalid_combination("set_", (source,))
        shape = tuple(size)
        _exchange(self, memory, storage_offset, shape, tuple(stride) if stride else contiguous_strides(shape))
        return self

    def resize_(self: Any, *sizes: Any, memory_format: memory_format | None = None) -> Tensor:
        """Gives this tensor another shape; memory is added where it does not suffice.

        Args:
            sizes: the shape, spread out or as one sequence.
            memory_format: the order in memory.

        Raises:
            RuntimeError: the tensor requires grad, or its memory belongs to someone else.

        Example::

            >>> torch.arange(6).resize_(2, 2)
            tensor([[0, 1],
                    [2, 3]])
        """
        shape = sizes_of("resize_", sizes)
        if self._edge is not None:
            raise RuntimeError("cannot resize variables that require grad")
        if any(size < 0 for size in shape):
            raise RuntimeError("numel: integer multiplication overflow")
        resize(self, shape, memory_format)
        return self

    def resize_as_(self: Any, the_template: Tensor, *, memory_format: memory_format | None = None) -> Tensor:
        """Gives this tensor the shape of another one.

        Args:
            the_template: the other tensor.
            memory_format: the order in memory.

        Example::

            >>> torch.arange(4.0).resize_as_(torch.ones(2, 1))
            tensor([[0.],
                    [1.]])
        """
        if not isinstance(the_template, TensorBase):
            raise TypeError(
                f"resize_as_(): argument 'the_template' (position 1) must be Tensor, not {type_name(the_template)}"
            )
        if memory_format is preserve_format:
            memory_format = None
        return self.resize_(tuple(the_template._array.shape), memory_format=memory_format)

    def resize(self: Any, *sizes: Any) -> Tensor:
        """The same elements under another shape; deprecated, use `reshape`."""
        warn("non-inplace resize is deprecated")
        shape = sizes_of("resize", sizes)
        if prod(shape) != self._array.size:
            raise RuntimeError(
                f"requested resize to {'x'.join(map(str, shape))} ({prod(shape)} elements in total), but the given "
                f"tensor has a size of {'x'.join(map(str, self._array.shape))} ({self._array.size} elements). "
                "autograd's "
                "resize can only change the shape of a given tensor, while preserving the number of elements. "
            )
        return self.reshape(shape)

    def resize_as(self: Any, tensor: Tensor) -> Tensor:
        """The same elements under the shape of another tensor; deprecated, use `reshape_as`."""
        return self.resize(tuple(tensor._array.shape))

    def _write(self: Any, array: Any) -> None:
        """Writes values into the memory, as ``out=`` does, and counts the write."""
        if type(self._array) is not MetaArray:
            np.copyto(self._array, array, "unsafe")
        bump(self)

    def _resize_output(self: Any, shape: tuple[int, ...]) -> None:
        """Gives an ``out=`` tensor another shape, with torch's warning if it had elements."""
        if self._array.size:
            warn(
                f"An output with one or more elements was resized since it had shape {list(self._array.shape)}, which "
                f"does not match the required output shape {list(shape)}. This behavior is deprecated, and in a future "
                "PyTorch release outputs will not be resized unless they have zero elements. You can explicitly "
                "reuse an "
                "out tensor t by resizing it, inplace, to zero elements with t.resize_(0)."
            )
        resize(self, shape)


def resize(tensor: Any, shape: tuple[int, ...], format: memory_format | None = None) -> None:
    """Gives a tensor another shape over its memory, of which there is more where it does not suffice.

    Raises:
        RuntimeError: the memory is foreign.
        NotImplementedError: other tensors share memory that would have to grow.
    """
    array = tensor._array
    if format is channels_last or format is channels_last_3d:
        strides = format_strides(shape, format)
    elif array.shape == shape and format is None:
        return
    else:
        strides = contiguous_strides(shape)
    element = of_numpy(array.dtype)
    bump(tensor)
    if type(array) is MetaArray:
        tensor._array = MetaArray.empty(shape, element.numpy)
        return
    offset = tensor.storage_offset()
    _reserve(tensor, tensor._storage, offset, shape, strides, 3)
    tensor._array = _window(tensor._storage.buffer, element, offset, shape, strides)


def _reserve(
    tensor: Any, storage: Storage, offset: int, shape: tuple[int, ...], strides: tuple[int, ...], owners: int
) -> None:
    """Sees to it that a storage holds what a tensor of this geometry needs.

    Args:
        tensor: the tensor.
        storage: its memory.
        offset, shape, strides: the geometry, in elements.
        owners: references to the storage if nobody else has one.
    """
    element = of_numpy(tensor._array.dtype)
    if 0 in shape:
        return
    needed = (offset + 1 + sum((size - 1) * step for size, step in zip(shape, strides, strict=True))) * element.itemsize
    known = memory_of(storage.buffer)
    if known.size >= needed:
        return
    if known.size and not is_owner(storage.buffer):
        raise RuntimeError("Trying to resize storage that is not resizable")
    if sys.getrefcount(storage) > owners:
        raise NotImplementedError(
            "rushlight cannot enlarge memory that several tensors share; resize a clone(), or write to a new tensor"
        )
    try:
        memory = np.empty(needed // element.itemsize, element.numpy)
    except (MemoryError, ValueError) as error:
        raise allocation_error(shape, element.itemsize, error) from None
    memory.view(np.uint8)[: known.size] = known
    storage.buffer = memory


def _window(
    buffer: Any, element: dtype, offset: int, shape: tuple[int, ...], strides: tuple[int, ...]
) -> np.ndarray[Any, Any]:
    """An array over the memory of a storage; the geometry is in elements."""
    if 0 in shape:
        return np.empty(shape, element.numpy)
    return strided_window(
        buffer, element.numpy, shape, tuple(step * element.itemsize for step in strides), offset * element.itemsize
    )


def _put_on(tensor: Any, array: Any, buffer: Any, version: int) -> None:
    """Gives a tensor another array and the memory under it, with a count of writes of its own."""
    tensor._array = array
    tensor._storage = Storage(buffer)
    tensor._storage.version = version


def _exchange(tensor: Any, memory: Storage, offset: int, shape: tuple[int, ...], strides: tuple[int, ...]) -> None:
    """Puts a tensor on other memory; its count of writes goes on."""
    element = of_numpy(tensor._array.dtype)
    version = tensor._version
    _reserve(tensor, memory, offset, shape, strides, 5)
    _put_on(tensor, _window(memory.buffer, element, offset, shape, strides), memory.buffer, version + 1)
    tensor._base = None
