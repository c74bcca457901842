"""Questions about values and tensors: is_tensor, numel, typename, result_type and their kin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._core.dtypes import dtype as DType, of_numpy
from .._core.names import type_name
from .._core.promotion import Promotion
from .._core.tensor_base import TensorBase
from .._declare.binding import invalid_combination, is_number
from .._declare.factories import worded

if TYPE_CHECKING:
    from ..tensor import Tensor


def _checked(name: str, value: Any, parameter: str = "input", position: int = 1) -> Any:
    """A tensor's array.

    Raises:
        TypeError: `value` is no tensor.
    """
    if not isinstance(value, TensorBase):
        raise TypeError(
            f"{name}(): argument '{parameter}' (position {position}) must be Tensor, not {type_name(value)}"
        )
    return value._array


def is_tensor(obj: Any) -> bool:
    """Whether an object is a tensor.

    Example::

        >>> torch.is_tensor(torch.ones(1)), torch.is_tensor(1)
        (True, False)
    """
    return isinstance(obj, TensorBase)


@worded()
def numel(input: Tensor) -> int:
    """The number of elements.

    Example::

        >>> torch.numel(torch.ones(2, 3))
        6
    """
    return _checked("numel", input).size


def is_nonzero(input: Tensor) -> bool:
    """Whether the only element of a tensor is not zero.

    Raises:
        RuntimeError: there is not exactly one element.

    Example::

        >>> torch.is_nonzero(torch.tensor([2.0]))
        True
    """
    _checked("is_nonzero", input)
    return bool(input)


def is_floating_point(input: Tensor) -> bool:
    """Whether the dtype is a floating one.

    Example::

        >>> torch.is_floating_point(torch.tensor(1.0))
        True
    """
    return of_numpy(_checked("is_floating_point", input).dtype).is_floating_point


def is_complex(input: Tensor) -> bool:
    """Whether the dtype is complex.

    Example::

        >>> torch.is_complex(torch.tensor(1j))
        True
    """
    return of_numpy(_checked("is_complex", input).dtype).is_complex


def is_signed(input: Tensor) -> bool:
    """Whether the dtype has negative numbers.

    Example::

        >>> torch.is_signed(torch.tensor(1)), torch.is_signed(torch.tensor(True))
        (True, False)
    """
    return of_numpy(_checked("is_signed", input).dtype).is_signed


def is_same_size(input: Tensor, other: Tensor) -> bool:
    """Whether two tensors have the same shape.

    Example::

        >>> torch.is_same_size(torch.ones(2), torch.zeros(2))
        True
    """
    first = _checked("is_same_size", input)
    return first.shape == _checked("is_same_size", other, "other", 2).shape


def is_inference(input: Tensor) -> bool:
    """Whether a tensor was made in inference mode.

    Example::

        >>> torch.is_inference(torch.ones(1))
        False
    """
    _checked("is_inference", input)
    return input.is_inference()


def get_device(input: Tensor) -> int:
    """The ordinal of a tensor's device; -1 on the CPU.

    Example::

        >>> torch.get_device(torch.ones(1))
        -1
    """
    _checked("get_device", input)
    return -1


@worded(overloads=True)
def result_type(tensor1: Any, tensor2: Any) -> DType:
    """The dtype of a result of two operands.

    Args:
        tensor1, tensor2: tensors or numbers.

    Example::

        >>> torch.result_type(torch.tensor([1, 2]), 1.0)
        torch.float32
    """
    promotion = Promotion()
    for value in (tensor1, tensor2):
        if isinstance(value, TensorBase):
            promotion.add_tensor(of_numpy(value._array.dtype), value._array.ndim)
        elif is_number(value):
            promotion.add_scalar(value)
        else:
            raise invalid_combination("result_type", (tensor1, tensor2))
    return promotion.result()


def typename(obj: Any, /) -> str:
    """The full name of the class of an object; for a tensor that of its legacy class.

    Example::

        >>> torch.typename(torch.ones(1)), torch.typename(1)
        ('torch.FloatTensor', 'int')
    """
    if isinstance(obj, TensorBase):
        return obj.type()
    named = obj if hasattr(obj, "__qualname__") else type(obj)
    module = getattr(named, "__module__", None) or ""
    name = named.__qualname__
    if module in ("builtins", ""):
        return name
    return f"{module.replace('rushlight', 'torch', 1)}.{name}"
