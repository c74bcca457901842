"""The namespace ``torch.storage``: the memory under a tensor, as bytes and as elements."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from ._backends.llvm.memory import is_owner
from ._core import dtypes
from ._core.devices import META, as_device, device
from ._core.dtypes import dtype as DType
from ._core.meta_array import MetaArray
from ._core.storage import Storage, address, memory_of
from ._core.warn import warn


class UntypedStorage:
    """The bytes that a tensor and its views share.

    Args:
        size: how many bytes, or a sequence of their values.
        device: ``"cpu"`` or ``"meta"``.

    Example::

        >>> torch.ones(3).untyped_storage().nbytes()
        12
    """

    __slots__ = ("_memory",)

    def __init__(self, size: int | Sequence[int] = 0, *, device: Any = None) -> None:
        if not isinstance(size, int):
            buffer: Any = np.array(size, np.int64).astype(np.uint8)
        elif as_device(device) is META:
            buffer = MetaArray.empty((size,), np.dtype(np.uint8))
        else:
            buffer = np.empty(size, np.uint8)
        self._memory = Storage(buffer)

    @classmethod
    def of(cls, memory: Storage) -> UntypedStorage:
        """The public face of a tensor's storage."""
        found = object.__new__(cls)
        found._memory = memory
        return found

    @property
    def bytes(self) -> np.ndarray[Any, Any]:
        """The memory as an array of bytes."""
        return memory_of(self._memory.buffer)

    @property
    def device(self) -> device:
        """Where the memory is."""
        return META if type(self._memory.buffer) is MetaArray else as_device(None)

    @property
    def is_cuda(self) -> bool:
        """Always false."""
        return False

    @property
    def filename(self) -> None:
        """Always None: no storage of rushlight is a mapped file."""
        return

    @property
    def _cdata(self) -> int:
        return id(self._memory.buffer)

    def nbytes(self) -> int:
        """The number of bytes."""
        return int(self.bytes.size)

    def size(self) -> int:
        """The number of bytes."""
        return self.nbytes()

    def __len__(self) -> int:
        return self.nbytes()

    def element_size(self) -> int:
        """Bytes per element: 1."""
        return 1

    def data_ptr(self) -> int:
        """The address of the first byte; 0 on the meta device."""
        buffer = self._memory.buffer
        return 0 if type(buffer) is MetaArray or not buffer.size else address(buffer)

    def is_shared(self) -> bool:
        """Whether processes share the memory: never."""
        return False

    def is_pinned(self, device: Any = None) -> bool:
        """Whether the memory is pinned for another device: never."""
        return False

    def resizable(self) -> bool:
        """Whether `resize_` may enlarge the memory."""
        buffer = self._memory.buffer
        return type(buffer) is np.ndarray and is_owner(buffer)

    def tolist(self) -> list[int]:
        """The bytes as Python integers."""
        return self.bytes.tolist()

    def clone(self) -> UntypedStorage:
        """A copy."""
        return UntypedStorage.of(Storage(self.bytes.copy()))

    def cpu(self) -> UntypedStorage:
        """This storage, which is on the CPU."""
        return self

    def copy_(self, source: Any, non_blocking: bool | None = None) -> UntypedStorage:
        """Takes over the bytes of another storage of the same size."""
        given = _untyped(source).bytes
        if given.size != self.nbytes():
            raise RuntimeError("size does not match")
        self.bytes[...] = given
        self._memory.version += 1
        return self

    def fill_(self, value: int) -> UntypedStorage:
        """Sets all bytes."""
        self.bytes[...] = value
        self._memory.version += 1
        return self

    def resize_(self, size: int) -> UntypedStorage:
        """Refuses to change the number of bytes under the tensors that use them.

        Raises:
            NotImplementedError: `size` is another than the present one.
        """
        if size != self.nbytes():
            raise NotImplementedError("rushlight cannot resize a storage under its tensors; use Tensor.resize_")
        return self

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return UntypedStorage.of(Storage(self.bytes[index]))
        return int(self.bytes[self._checked(index)])

    def __setitem__(self, index: Any, value: int) -> None:
        self.bytes[index if isinstance(index, slice) else self._checked(index)] = value
        self._memory.version += 1

    def _checked(self, index: int) -> int:
        if not -self.nbytes() <= index < self.nbytes():
            raise IndexError(f"index {index} out of range for storage of size {self.nbytes()}")
        return index

    def __iter__(self) -> Iterator[int]:
        return iter(self.tolist())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, UntypedStorage) and self._memory.buffer is other._memory.buffer

    def __hash__(self) -> int:
        return hash(id(self._memory.buffer))

    def __copy__(self) -> UntypedStorage:
        return self.clone()

    def __deepcopy__(self, memo: dict[int, Any]) -> UntypedStorage:
        key = self._cdata
        if key not in memo:
            memo[key] = self.clone()
        return memo[key]

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild_untyped, (self.bytes.copy(),)

    def __repr__(self) -> str:
        shown = "..." if self.device is META else " " + "\n ".join(map(str, self.tolist()))
        return f"{shown}\n[torch.storage.UntypedStorage(device={self.device}) of size {len(self)}]"


def _rebuild_untyped(values: np.ndarray[Any, Any]) -> UntypedStorage:
    return UntypedStorage.of(Storage(values))


def _advise() -> None:
    """torch's advice against typed storages, the first time that one is asked for something."""
    warn(
        "TypedStorage is deprecated. It will be removed in the future and UntypedStorage will be the only storage "
        "class. "
        "This should only matter to you if you are using storages directly.  To access UntypedStorage directly, use "
        "tensor.untyped_storage() instead of tensor.storage()",
        once=True,
    )


class TypedStorage:
    """The memory under a tensor as elements of its dtype; deprecated, use `UntypedStorage`.

    Args:
        size: how many elements, or a sequence of their values.
        wrap_storage: bytes to look at in place of new ones.
        dtype: the dtype; the default dtype where None.

    Example::

        >>> torch.ones(2).storage().dtype
        torch.float32
    """

    __slots__ = ("_untyped_storage", "dtype")

    def __init__(
        self,
        size: int | Sequence[float] = 0,
        *,
        wrap_storage: UntypedStorage | None = None,
        dtype: DType | None = None,
        device: Any = None,
    ) -> None:
        self.dtype = dtypes.get_default_dtype() if dtype is None else dtype
        if wrap_storage is not None:
            self._untyped_storage = wrap_storage
        elif not isinstance(size, int):
            self._untyped_storage = UntypedStorage.of(Storage(np.array(size, self.dtype.numpy)))
        else:
            self._untyped_storage = UntypedStorage(size * self.dtype.itemsize, device=device)

    @property
    def elements(self) -> np.ndarray[Any, Any]:
        """The memory as an array of elements."""
        values = self._untyped_storage.bytes
        return values[: values.size // self.dtype.itemsize * self.dtype.itemsize].view(self.dtype.numpy)

    @property
    def device(self) -> device:
        """Where the memory is."""
        return self._untyped_storage.device

    @property
    def is_cuda(self) -> bool:
        """Always false."""
        return False

    @property
    def _cdata(self) -> int:
        return self._untyped_storage._cdata

    def untyped(self) -> UntypedStorage:
        """The same memory as bytes."""
        _advise()
        return self._untyped_storage

    def size(self) -> int:
        """The number of elements."""
        _advise()
        return int(self.elements.size)

    def __len__(self) -> int:
        return self.size()

    def nbytes(self) -> int:
        """The number of bytes."""
        _advise()
        return self._untyped_storage.nbytes()

    def element_size(self) -> int:
        """Bytes per element."""
        _advise()
        return self.dtype.itemsize

    def data_ptr(self) -> int:
        """The address of the first element."""
        _advise()
        return self._untyped_storage.data_ptr()

    def is_shared(self) -> bool:
        """Whether processes share the memory: never."""
        return False

    def is_pinned(self, device: Any = None) -> bool:
        """Whether the memory is pinned for another device: never."""
        return False

    def tolist(self) -> list[Any]:
        """The elements as Python numbers."""
        _advise()
        values = self.elements
        return (values.astype(np.float32) if values.dtype.kind == "V" else values).tolist()

    def clone(self) -> TypedStorage:
        """A copy."""
        return TypedStorage(wrap_storage=self._untyped_storage.clone(), dtype=self.dtype)

    def cpu(self) -> TypedStorage:
        """This storage, which is on the CPU."""
        return self

    def fill_(self, value: Any) -> TypedStorage:
        """Sets all elements."""
        _advise()
        self.elements[...] = value
        self._untyped_storage._memory.version += 1
        return self

    def copy_(self, source: Any, non_blocking: bool | None = None) -> TypedStorage:
        """Takes over the elements of another storage of the same size."""
        self.elements[...] = source.elements
        self._untyped_storage._memory.version += 1
        return self

    def pickle_storage_type(self) -> str:
        """The name of the typed storage class in files of torch."""
        return pickle_name(self.dtype)

    def __getitem__(self, index: Any) -> Any:
        _advise()
        if isinstance(index, slice):
            raise RuntimeError("slices are only supported in UntypedStorage.__getitem__")
        return self.tolist()[index]

    def __setitem__(self, index: Any, value: Any) -> None:
        _advise()
        self.elements[index] = value
        self._untyped_storage._memory.version += 1

    def __iter__(self) -> Iterator[Any]:
        return iter(self.tolist())

    def __deepcopy__(self, memo: dict[int, Any]) -> TypedStorage:
        return TypedStorage(wrap_storage=self._untyped_storage.__deepcopy__(memo), dtype=self.dtype)

    def __repr__(self) -> str:
        shown = "..." if self.device is META else " " + "\n ".join(map(str, self.tolist()))
        return (
            f"{shown}\n[torch.storage.TypedStorage(dtype={self.dtype}, device={self.device}) of size "
            f"{self.elements.size}]"
        )


_PICKLE_NAMES = {
    "float64": "DoubleStorage", "float32": "FloatStorage", "float16": "HalfStorage", "int64": "LongStorage",
    "int32": "IntStorage", "int16": "ShortStorage", "int8": "CharStorage", "uint8": "ByteStorage",
    "bool": "BoolStorage", "bfloat16": "BFloat16Storage", "complex128": "ComplexDoubleStorage",
    "complex64": "ComplexFloatStorage",
}  # fmt: skip


def pickle_name(element: DType) -> str:
    """The name of the typed storage class of a dtype in files of torch."""
    return _PICKLE_NAMES.get(element.name, "UntypedStorage")


def _untyped(storage: Any) -> UntypedStorage:
    return storage._untyped_storage if isinstance(storage, TypedStorage) else storage


def is_storage(obj: Any) -> bool:
    """Whether an object is a storage.

    Example::

        >>> torch.is_storage(torch.ones(2).untyped_storage())
        True
    """
    return isinstance(obj, (UntypedStorage, TypedStorage))
