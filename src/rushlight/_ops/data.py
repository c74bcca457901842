"""New tensors of data that exists: tensor, as_tensor, asarray, from_numpy and frombuffer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._backends.numpy.errstate import quiet
from .._core import nested
from .._core.devices import CPU, META, device as Device
from .._core.dtypes import BY_NUMBER, FLOATING, dtype as DType, of_numpy
from .._core.meta_array import MetaArray
from .._core.options import check_layout, element_type, finish, place_of
from .._core.storage import strided_window
from .._core.tensor_base import PLAIN, TensorBase, storage_of, wrap
from .._core.warn import warn
from .._declare.dispatch import scalar_name
from .._declare.factories import worded

if TYPE_CHECKING:
    from ..tensor import Tensor


def tensor(
    data: Any,
    *,
    dtype: DType | None = None,
    device: Device | str | None = None,
    requires_grad: bool = False,
    pin_memory: bool = False,
) -> Tensor:
    """A new tensor with a copy of `data`.

    Args:
        data: a number, nested sequences of numbers, an array or a tensor.
        dtype: the dtype; None infers it from the data.
        device: ``"cpu"`` or ``"meta"``.
        requires_grad: whether operators on the result are recorded.

    Raises:
        ValueError: sequences of one level have different lengths.
        TypeError, RuntimeError: something in `data` is no number, or does not fit into `dtype`.

    Example::

        >>> torch.tensor([[1, 2], [3, 4]])
        tensor([[1, 2],
                [3, 4]])
    """
    if pin_memory:
        check_layout("tensor", None, True)
    if isinstance(data, TensorBase):
        warn(
            "To copy construct from a tensor, it is recommended to use sourceTensor.detach().clone() or "
            "sourceTensor.detach().clone().requires_grad_(True), rather than torch.tensor(sourceTensor)."
        )
    return copied("tensor", data, dtype, device, requires_grad)


def copied(name: str, data: Any, dtype: Any, device: Any, requires_grad: bool) -> Tensor:
    """A new tensor with a copy of any data."""
    if dtype is not None and type(dtype) is not DType:
        dtype = element_type(name, dtype)
    if isinstance(data, TensorBase):
        source = data._array
        if device is None and type(source) is MetaArray:
            device = META
        array = _cast(source.geometry if type(source) is MetaArray else source, dtype or of_numpy(source.dtype))
    elif isinstance(data, np.ndarray):
        array = _cast(_known(data), dtype or of_numpy(data.dtype))
    else:
        array = nested.array_of(data, dtype)
    if place_of(device) is META:
        array = MetaArray.empty(array.shape, array.dtype)
    return finish(array, requires_grad)


def _cast(array: Any, element: DType) -> Any:
    """A copy, complex numbers cut to their real part where the dtype is real."""
    if array.dtype.kind == "c" and not element.is_complex:
        array = array.real
    return quiet(array.astype, element.numpy)


def _known(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """An array whose elements a tensor can hold.

    Raises:
        TypeError: no tensor has such elements.
        ValueError: the bytes are in the other order.
    """
    of_numpy(array.dtype)
    if not array.dtype.isnative:
        raise ValueError(
            "given numpy array has byte order different from the native byte order. Conversion between byte orders is "
            "currently not supported."
        )
    return array


def from_numpy(ndarray: np.ndarray[Any, Any]) -> Tensor:
    """A tensor that shares the memory of an array: a write to one is seen in the other.

    Args:
        ndarray: an array of a dtype that tensors have, without negative strides.

    Raises:
        TypeError: it is no array, or of another dtype.
        ValueError: its memory is laid out as no tensor's can be.

    Example::

        >>> torch.from_numpy(np.arange(3))
        tensor([0, 1, 2])
    """
    if type(ndarray) is np.ndarray and PLAIN:
        array = ndarray.view()  # an array of its own: the user's may be reshaped in place
        if array.flags.carray and array.dtype.num in BY_NUMBER and array.dtype is BY_NUMBER[array.dtype.num].numpy:
            return wrap(array)
    found = adopted(ndarray)
    if not ndarray.flags.writeable:
        warn(_READ_ONLY_ARRAY, once=True)
    return found


def adopted(ndarray: Any) -> Any:
    """A tensor with the memory of an array."""
    if type(ndarray) is not np.ndarray:
        if not isinstance(ndarray, np.ndarray):
            kind = type(ndarray)
            name = f"numpy.{kind.__name__}" if kind.__module__ == "numpy" else kind.__name__
            raise TypeError(f"expected np.ndarray (got {name})")
        ndarray = ndarray.view(np.ndarray)
    element = of_numpy(ndarray.dtype).numpy
    if ndarray.dtype is element:
        array = ndarray.view()
    else:  # another object for the same dtype, which the fast paths would not know again
        array = _known(ndarray).view(element)
    flags = array.flags
    if not flags.c_contiguous:
        _check_steps(array)
    if flags.writeable:
        return finish(array)
    if _is_on_the_heap(array):
        # NumPy and pandas (whose `DataFrame.values` are read-only) guard memory that torch writes to
        return finish(strided_window(array, array.dtype, array.shape, array.strides, 0))
    found = finish(array)
    _freeze(found)
    return found


def _is_on_the_heap(array: Any) -> bool:
    """Whether the memory under an array is an array's own: not that of a `bytes`, a mapped file or a foreign "
    "library."""
    while isinstance(array.base, np.ndarray):
        array = array.base
    return array.base is None and bool(array.flags.owndata)


def _check_steps(array: np.ndarray[Any, Any]) -> None:
    for step in array.strides:
        if step < 0:
            error = ValueError(
                "At least one stride in the given numpy array is negative, and tensors with negative strides are not "
                "currently supported. (You can probably work around this by making a copy of your array  with "
                "array.copy().) "
            )
            error.add_note("array[::-1] and its like are views that walk backwards; write array[::-1].copy()")
            raise error
        if step % array.itemsize:
            raise ValueError(
                "given numpy array strides not a multiple of the element byte size. Copy the numpy array to "
                "reallocate the memory."
            )


_READ_ONLY_ARRAY = (
    "The given NumPy array is not writable, and PyTorch does not support non-writable tensors. This means writing to "
    "this tensor will result in undefined behavior. You may want to copy the array to protect its data or make it "
    "writable before converting it to a tensor. This type of warning will be suppressed for the rest of this program."
)
_READ_ONLY_BUFFER = (
    "The given buffer is not writable, and PyTorch does not support non-writable tensors. This means you can write to "
    "the underlying (supposedly non-writable) buffer using the tensor. You may want to copy the buffer to protect its "
    "data or make it writable before converting it to a tensor. This type of warning will be suppressed for the rest "
    "of "
    "this program."
)


def _freeze(tensor: Any) -> None:
    """Marks a tensor whose memory NumPy will not let us write to."""
    storage_of(
        tensor
    ).frozen = "the tensor shares the memory of a NumPy array or buffer that is read-only; write to a clone() of it"


def as_tensor(data: Any, dtype: DType | None = None, device: Device | str | None = None) -> Tensor:
    """`data` as a tensor, sharing its memory where that is possible.

    Args:
        data: a tensor, an array, a number or nested sequences of numbers.
        dtype: the dtype; None keeps or infers it.
        device: ``"cpu"`` or ``"meta"``.

    Returns:
        `data` itself if it is a tensor of that dtype already; a tensor with its memory if it is such an array.

    Example::

        >>> torch.as_tensor(np.ones(2))
        tensor([1., 1.], dtype=torch.float64)
    """
    if dtype is not None:
        dtype = element_type("as_tensor", dtype)
    if isinstance(data, TensorBase):
        return data.to(device=data.device if device is None else device, dtype=dtype)
    if isinstance(data, np.ndarray):
        found: Any = from_numpy(data)
        device = place_of(device)
        return found if dtype is None and device is CPU else found.to(device=device, dtype=dtype)
    return copied("as_tensor", data, dtype, device, False)


def asarray(
    obj: Any,
    *,
    dtype: DType | None = None,
    device: Device | str | None = None,
    copy: bool | None = None,
    requires_grad: bool | None = None,
) -> Tensor:
    """Anything that holds numbers as a tensor, sharing memory unless a copy is needed or asked for.

    Args:
        obj: a tensor, an array, an object with ``__dlpack__`` or a buffer, a number or nested sequences.
        dtype: the dtype; None keeps or infers it.
        device: ``"cpu"`` or ``"meta"``.
        copy: True always copies, False never does.
        requires_grad: whether operators on the result are recorded; None keeps it of a tensor.

    Raises:
        ValueError: ``copy=False``, but only a copy would do.

    Example::

        >>> torch.asarray([1, 2], dtype=torch.float32)
        tensor([1., 2.])
    """
    element = None if dtype is None else element_type("asarray", dtype)
    found = _shared(obj, element)
    if found is None:
        if copy is False:
            raise ValueError("can't alias arbitrary sequence into a tensor.")
        return copied("asarray", obj, element, device, bool(requires_grad))
    known = of_numpy(found._array.dtype)
    target = element or known
    place = None if device is None else place_of(device)
    here = META if type(found._array) is MetaArray else CPU
    if copy is False:
        if target is not known:
            raise ValueError(
                f"can't alias tensor with dtype '{scalar_name(known)}' into dtype '{scalar_name(target)}'."
            )
        if place is not None and place is not here:
            raise ValueError(f"can't alias tensor from device '{here}' to '{place}'.")
    if requires_grad is None and found is obj and found._edge is not None:
        requires_grad = True
        warn(
            "torch.asarray: unspecified requires_grad now defaults to obj.requires_grad instead of False. Pass "
            "requires_grad=False explicitly to get the old behavior and silence this warning.",
            once=True,
        )
    if target is not known or (place is not None and place is not here):
        found = found.to(dtype=target, device=place)
    elif copy:
        found = found.clone()
    if found.is_leaf:  # also `obj` itself, as torch does
        return _flagged(found, bool(requires_grad))
    return found if requires_grad else found.detach()


def _flagged(leaf: Any, requires_grad: bool) -> Any:
    if requires_grad and of_numpy(leaf._array.dtype).category < FLOATING:
        raise RuntimeError("Only Tensors of floating point and complex dtype can require gradients")
    return leaf.requires_grad_(requires_grad)


def _shared(obj: Any, element: DType | None) -> Any:
    """A tensor with the memory of `obj`, or None where it has none to share."""
    if isinstance(obj, TensorBase):
        return obj
    if isinstance(obj, np.ndarray):
        return from_numpy(obj)
    if isinstance(obj, np.generic):
        return from_numpy(np.asarray(obj))
    if hasattr(obj, "__dlpack__"):
        return from_numpy(np.from_dlpack(obj))
    if isinstance(obj, (str, list, tuple)):
        return None
    try:
        memoryview(obj)
    except TypeError:
        return None
    return frombuffer(obj, dtype=element or element_type("asarray", None))


@worded()
def frombuffer(buffer: Any, *, dtype: DType, count: int = -1, offset: int = 0, requires_grad: bool = False) -> Tensor:
    """A 1-d tensor over the memory of an object with Python's buffer protocol.

    Args:
        buffer: such as a `bytearray` or an `array.array`.
        dtype: what its bytes are taken for.
        count: how many elements; a negative number takes all.
        offset: bytes to skip.
        requires_grad: whether operators on the result are recorded.

    Raises:
        ValueError: the buffer holds too few bytes, or a broken number of elements.

    Example::

        >>> torch.frombuffer(bytearray([1, 0, 2, 0]), dtype=torch.int16)
        tensor([1, 2], dtype=torch.int16)
    """
    element = element_type("frombuffer", dtype)
    try:
        view = memoryview(buffer)
    except TypeError:
        raise ValueError("object does not implement Python buffer protocol.") from None
    length, size = view.nbytes, element.itemsize
    if view.readonly:
        warn(_READ_ONLY_BUFFER, once=True)
    if requires_grad and element.category < FLOATING:
        raise RuntimeError("Only Tensors of floating point and complex dtype can require gradients")
    if length == 0 or count == 0:
        raise ValueError(f"both buffer length ({length}) and count ({count}) must not be 0")
    if not 0 <= offset < length:
        raise ValueError(
            f"offset ({offset} bytes) must be non-negative and no greater than buffer length ({length} bytes) minus 1"
        )
    if count > 0 and offset + count * size > length:
        raise ValueError(
            f"requested buffer length ({count} * {size} bytes) after offset ({offset} bytes) must not be greater than "
            f"actual buffer length ({length} bytes)"
        )
    if count < 0 and (length - offset) % size:
        raise ValueError(
            f"buffer length ({length - offset} bytes) after offset ({offset} bytes) must be a multiple of element size "
            f"({size})"
        )
    array = np.frombuffer(view.cast("B"), np.uint8)[offset:]
    array = array[: count * size] if count > 0 else array
    found: Any = finish(array.view(element.numpy), requires_grad)
    if view.readonly:
        _freeze(found)
    return found


class _Capsule:
    """A bare DLPack capsule as an object that NumPy takes."""

    def __init__(self, capsule: Any) -> None:
        self.capsule = capsule

    def __dlpack__(self, **options: Any) -> Any:
        return self.capsule

    def __dlpack_device__(self) -> tuple[int, int]:
        return 1, 0


def from_dlpack(ext_tensor: Any, *, device: Device | str | None = None, copy: bool | None = None) -> Tensor:
    """A tensor that shares the memory of another library's array.

    Args:
        ext_tensor: an object with ``__dlpack__``, or a DLPack capsule.
        device: ``"cpu"``.
        copy: True makes a copy.

    Raises:
        RuntimeError: it is neither, or the capsule was used before.

    Example::

        >>> torch.from_dlpack(np.arange(3))
        tensor([0, 1, 2])
    """
    if isinstance(ext_tensor, TensorBase):
        found: Any = ext_tensor.detach()
        ext_tensor.__dlpack_device__()
    else:
        given = ext_tensor if hasattr(ext_tensor, "__dlpack__") else _Capsule(ext_tensor)
        try:
            array = np.from_dlpack(given)
        except (TypeError, ValueError, BufferError) as error:
            if given is ext_tensor:
                raise
            raise RuntimeError(
                "from_dlpack received an invalid capsule. Note that DLTensor capsules can be consumed only once, so "
                "you "
                "might have already constructed a tensor from it once."
            ) from error
        if not array.flags.writeable and not isinstance(ext_tensor, np.ndarray):
            # capsules without a version cannot say that they may be written to: the rule is that they may
            array = strided_window(array, array.dtype, array.shape, array.strides, 0)
        found = adopted(array)
    if device is not None and place_of(device) is not CPU:
        raise BufferError("rushlight imports DLPack arrays to the CPU only")
    return found.clone() if copy else found
