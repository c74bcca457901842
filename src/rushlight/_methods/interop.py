"""Tensors and the world: NumPy, DLPack, `copy`, `pickle` and subclasses."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import numpy as np

from .._core.devices import META
from .._core.dtypes import FLOATING, dtype
from .._core.meta_array import MetaArray
from .._core.names import type_name
from .._core.options import Strided, allocate
from .._core.storage import Storage, memory_of, strided_window
from .._core.tensor_base import LEAF, Bound, new, storage_of, wrap
from .._core.warn import warn
from .._declare.overrides import unconverted
from .._ops import data, slices

if TYPE_CHECKING:
    pass


class InteropMethods:
    """Rows of the method table: exchange with other libraries and with Python's own protocols."""

    __slots__ = ()

    __array_priority__ = 1000

    def numpy(self: Any, *, force: bool = False) -> np.ndarray[Any, Any]:
        """An array that shares this tensor's memory.

        Args:
            force: detach instead of raising.

        Raises:
            RuntimeError: the tensor requires grad.
            TypeError: NumPy has no such dtype (bfloat16), or the tensor has no memory.

        Example::

            >>> torch.ones(2).numpy()
            array([1., 1.], dtype=float32)
        """
        array = self._array
        if type(force) is not bool:
            raise TypeError(f"numpy(): argument 'force' must be bool, not {type_name(force)}")
        if type(array) is MetaArray:
            raise TypeError(
                "can't convert meta device type tensor to numpy. Use Tensor.cpu() to copy the tensor to host memory "
                "first."
            )
        if self._edge is not None and not force:
            error = RuntimeError(
                "Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead."
            )
            error.add_note("gradients do not flow through an array; detach() says that they are not meant to")
            raise error
        if array.dtype.kind == "V":
            unknown = TypeError("Got unsupported ScalarType BFloat16")
            unknown.add_note("NumPy has no bfloat16: write x.float().numpy()")
            raise unknown
        return array.view()

    def __array__(self: Any, dtype: Any = None, copy: bool | None = None) -> np.ndarray[Any, Any]:
        array = self.numpy()
        if dtype is None:
            return array.copy() if copy else array
        return array.astype(dtype, copy=bool(copy))

    def __array_wrap__(self: Any, array: Any, context: Any = None, return_scalar: bool = False) -> Any:
        if array.dtype == np.bool_:
            # torch answers a NumPy predicate with bytes
            array = array.astype(np.uint8)
        return data.from_numpy(np.asarray(array))

    def __dlpack__(
        self: Any, *, stream: Any = None, max_version: Any = None, dl_device: Any = None, copy: bool | None = None
    ) -> Any:
        """A DLPack capsule over this tensor's memory.

        Raises:
            BufferError: the tensor requires grad, has no memory, or a dtype that NumPy cannot hand out.
        """
        if self._edge is not None:
            raise BufferError("Can't export tensors that require gradient, use tensor.detach()")
        array = self._array
        if type(array) is MetaArray:
            raise BufferError("Cannot pack tensors on meta")
        if array.dtype.kind == "V":
            raise BufferError("rushlight cannot export bfloat16 tensors through DLPack; use x.float()")
        return array.__dlpack__(stream=stream, max_version=max_version, dl_device=dl_device, copy=copy)

    def __dlpack_device__(self: Any) -> tuple[Any, int]:
        """DLPack's numbers of the device."""
        if type(self._array) is MetaArray:
            raise ValueError("Unknown device type meta for Dlpack")
        return self._array.__dlpack_device__()

    def as_subclass(self: Any, cls: type) -> Any:
        """This tensor's memory and history as an instance of a subclass of `Tensor`.

        Args:
            cls: the subclass; its constructor is not called.

        Example::

            >>> class Named(torch.Tensor):
            ...     pass
            >>> type(torch.ones(2).as_subclass(Named)).__name__
            'Named'
        """
        return _as_class(slices.alias(self) if self._edge is not None else self, cls)

    @staticmethod
    def _make_subclass(cls: type, data: Any, require_grad: bool = False) -> Any:
        """A leaf of a subclass over the memory of a tensor."""
        found = _as_class(data.detach(), cls)
        return found.requires_grad_() if require_grad else found

    @classmethod
    def __torch_function__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """What happens to calls with instances of a subclass: they run, and results become instances of it."""
        if not all(issubclass(cls, kind) for kind in types):
            return NotImplemented
        return converted(unconverted(cls, func, types, args, kwargs), cls)

    def __deepcopy__(self: Any, memo: dict[int, Any]) -> Any:
        if id(self) in memo:
            return memo[id(self)]
        if self._edge is not None and self._edge is not LEAF:
            error = RuntimeError(
                "Only Tensors created explicitly by the user (graph leaves) support the deepcopy protocol at the "
                "moment.  "
                "If you were attempting to deepcopy a module, this may be because of a torch.nn.utils.weight_norm "
                "usage, "
                "see https://github.com/pytorch/pytorch/pull/103001"
            )
            error.add_note("write x.detach() or x.clone() for the value of a computed tensor")
            raise error
        found = _as_class(_copied(self, memo), type(self))
        found._edge = self._edge
        if self._extra is not None and self._extra.grad is not None:
            found.grad = copy.deepcopy(self._extra.grad, memo)
        found.__dict__.update(copy.deepcopy(self.__dict__, memo))
        memo[id(self)] = found
        return found

    def __reduce_ex__(self: Any, protocol: Any) -> tuple[Any, ...]:
        if self._extra is not None and self._extra.hooks:
            warn(
                f"backward hook {next(iter(self._extra.hooks.values()))!r} on tensor will not be serialized.  If "
                "this is "
                "expected, you can decorate the function with @torch.utils.hooks.unserializable_hook to suppress this "
                "warning"
            )
        geometry = (self.dtype, tuple(self._array.shape), self.stride(), self._edge is not None)
        function: Any = rebuild_meta
        arguments: tuple[Any, ...] = geometry
        if type(self._array) is not MetaArray:
            function, arguments = rebuild, (memory_of(storage_of(self).buffer), self.storage_offset(), *geometry)
        if type(self) is Bound.Tensor and not self.__dict__:
            return function, arguments
        return rebuild_subclass, (function, type(self), arguments, self.__dict__)


def converted(found: Any, cls: type) -> Any:
    """The tensors in the result of a call as instances of a subclass."""
    if cls is Bound.Tensor:
        return found
    if isinstance(found, Bound.Tensor):
        return found if isinstance(found, cls) else found.as_subclass(cls)
    if isinstance(found, (tuple, list)):
        items = [converted(item, cls) for item in found]
        return type(found)(*items) if hasattr(found, "_fields") else type(found)(items)
    return found


def _as_class(tensor: Any, cls: type) -> Any:
    """The state of a tensor as an instance of another class."""
    found: Any = new(cls)
    found._array = tensor._array
    found._edge = tensor._edge
    found._storage = storage_of(tensor)
    found._base = tensor._base
    found._extra = tensor._extra
    return found


def _copied(tensor: Any, memo: dict[int, Any]) -> Any:
    """A tensor on a copy of all the memory that this one shares, the same copy for all that share it."""
    array = tensor._array
    if type(array) is MetaArray:
        return wrap(MetaArray(array.geometry))
    storage = storage_of(tensor)
    key = id(storage.buffer)
    if key not in memo:
        memo[key] = Storage(memory_of(storage.buffer).copy())
    shared = memo[key]
    found = wrap(_placed(shared.buffer, array.dtype, tensor.storage_offset(), array.shape, array.strides))
    found._storage = shared
    return found


def _placed(
    memory: Any, element: np.dtype[Any], offset: int, shape: tuple[int, ...], strides: tuple[int, ...]
) -> np.ndarray[Any, Any]:
    """An array over bytes; the offset is in elements, the strides in bytes."""
    if 0 in shape:
        return np.empty(shape, element)
    return strided_window(memory, element, shape, strides, offset * element.itemsize)


def rebuild(
    memory: np.ndarray[Any, Any],
    offset: int,
    element: dtype,
    shape: tuple[int, ...],
    stride: tuple[int, ...],
    requires_grad: bool,
) -> Any:
    """The tensor that was pickled as these bytes and this geometry, in elements."""
    steps = tuple(step * element.itemsize for step in stride)
    found = wrap(_placed(memory, element.numpy, offset, shape, steps))
    found._storage = Storage(memory)
    return _marked(found, element, requires_grad)


def rebuild_meta(element: dtype, shape: tuple[int, ...], stride: tuple[int, ...], requires_grad: bool) -> Any:
    """The tensor without memory that was pickled as this geometry."""
    return _marked(wrap(allocate(Strided(stride), shape, element.numpy, META)), element, requires_grad)


def _marked(tensor: Any, element: dtype, requires_grad: bool) -> Any:
    if requires_grad and element.category >= FLOATING:
        tensor._edge = LEAF
    return tensor


def rebuild_subclass(function: Any, cls: type, arguments: tuple[Any, ...], attributes: dict[str, Any]) -> Any:
    """The instance of a subclass that was pickled, with its attributes."""
    found = function(*arguments)
    if type(found) is not cls:
        found = _as_class(found, cls)
    found.__dict__.update(attributes)
    return found
