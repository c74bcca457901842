"""The constructors from before `torch.tensor`: ``torch.Tensor(2, 3)``, ``torch.FloatTensor([1, 2])``, ``x.new(2)``."""

from __future__ import annotations

from typing import Any

import numpy as np

from .._core import dtypes, nested
from .._core.devices import CPU, as_device
from .._core.dtypes import dtype as DType, of_numpy
from .._core.options import allocate, sizes_of
from .._core.sizes import Size
from .._core.storage import Storage
from .._core.tensor_base import Bound, TensorBase, storage_of, wrap
from .._core.warn import warn
from .._declare.binding import invalid_combination
from .._declare.dispatch import scalar_name
from ..storage import TypedStorage, UntypedStorage
from .conversion import LEGACY_NAMES, legacy_dtype


def construct(element: DType | None, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """What a legacy constructor makes.

    Args:
        element: the dtype of the class; None for `Tensor`, which takes tensors of any dtype and makes the default one.
        args: sizes, or data, or a tensor or storage to share.
        kwargs: ``size=`` and ``device=``.

    Raises:
        TypeError: the arguments are none of these.
    """
    device = kwargs.pop("device", None)
    size = kwargs.pop("size", None)
    if kwargs:
        raise invalid_combination("new", args, kwargs)
    if device is not None and as_device(device) is not CPU:
        raise RuntimeError(f"legacy constructor expects device type: cpu but device type: {device} was passed")
    target = dtypes.get_default_dtype() if element is None else element
    if size is not None:
        args = (Size(size),)
    if not args:
        return wrap(np.empty(0, target.numpy))
    first = args[0]
    if len(args) > 1 or type(first) is Size or _is_int(first):
        return wrap(allocate(np.empty, sizes_of("new", args), target.numpy))
    if isinstance(first, TensorBase):
        return _shared(first, element, target)
    if isinstance(first, (UntypedStorage, TypedStorage)):
        untyped = first._untyped_storage if isinstance(first, TypedStorage) else first
        values = untyped.bytes
        found = wrap(values[: values.size // target.itemsize * target.itemsize].view(target.numpy))
        found._storage = Storage(untyped._memory.buffer)
        return found
    if isinstance(first, str):
        raise TypeError(f"new(): invalid data type '{type(first).__name__}'")
    if isinstance(first, np.ndarray):
        return wrap(first.astype(target.numpy))
    if not nested.is_sequence(first):
        raise TypeError(f"new(): data must be a sequence (got {type(first).__name__})")
    return wrap(nested.array_of(first, target))


def _is_int(value: Any) -> bool:
    if isinstance(value, TensorBase):
        return False
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool)


def _shared(tensor: Any, element: DType | None, target: DType) -> Any:
    given = of_numpy(tensor._array.dtype)
    if element is not None and given is not element:
        raise TypeError(f"expected {_options(target)} (got {_options(given)})")
    found = wrap(tensor._array)
    found._storage = storage_of(tensor)
    return found


_C_TYPES = {
    "int64": "long int", "int32": "int", "uint8": "unsigned char", "int8": "signed char", "int16": "short int",
    "float64": "double", "float32": "float", "float16": "c10::Half",
}  # fmt: skip


def _options(element: DType) -> str:
    return (
        f"TensorOptions(dtype={_C_TYPES.get(element.name, scalar_name(element))}, device=cpu, layout=Strided, "
        "requires_grad=false (default), pinned_memory=false "
        "(default), memory_format=(nullopt))"
    )


class LegacyType(type):
    """The class of ``torch.FloatTensor`` and its kin: calls make plain tensors, `isinstance` asks for the dtype."""

    dtype: DType
    is_cuda = False
    is_sparse = False

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        return construct(cls.dtype, args, kwargs)

    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, TensorBase) and of_numpy(instance._array.dtype) is cls.dtype


def _legacy_class(element: DType) -> Any:
    name = f"{LEGACY_NAMES[element.name]}Tensor"
    text = f"Legacy constructor of tensors of dtype {element}; write `torch.tensor` or `torch.empty`."
    return LegacyType(name, (), {"dtype": element, "__doc__": text, "__module__": "torch"})


DoubleTensor = _legacy_class(dtypes.float64)
FloatTensor = _legacy_class(dtypes.float32)
HalfTensor = _legacy_class(dtypes.float16)
BFloat16Tensor = _legacy_class(dtypes.bfloat16)
LongTensor = _legacy_class(dtypes.int64)
IntTensor = _legacy_class(dtypes.int32)
ShortTensor = _legacy_class(dtypes.int16)
CharTensor = _legacy_class(dtypes.int8)
ByteTensor = _legacy_class(dtypes.uint8)
BoolTensor = _legacy_class(dtypes.bool_)
ComplexFloatTensor = _legacy_class(dtypes.complex64)
ComplexDoubleTensor = _legacy_class(dtypes.complex128)


def set_default_tensor_type(t: Any, /) -> None:
    """Sets the default dtype by a legacy class or its name; deprecated, use `set_default_dtype`.

    Args:
        t: such as ``torch.DoubleTensor`` or ``"torch.DoubleTensor"``.

    Raises:
        TypeError: it is no class of floating tensors.
    """
    warn(
        "torch.set_default_tensor_type() is deprecated as of PyTorch 2.1, please use torch.set_default_dtype() and "
        "torch.set_default_device() as alternatives.",
        once=True,
    )
    if isinstance(t, str):
        t = dtypes.get_default_dtype() if t == "torch.Tensor" else _named(t)
    elif isinstance(t, LegacyType):
        t = t.dtype
    elif t is not Bound.Tensor:
        raise TypeError("invalid type object")
    if type(t) is DType:
        dtypes.set_default_dtype(t)


def _named(name: str) -> DType:
    try:
        return legacy_dtype(name)
    except ValueError:
        raise ModuleNotFoundError(f"No module named {name!r}") from None
