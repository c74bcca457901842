"""What factory functions share: options looked at, memory made or written to ``out=``, numbers to fill with."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from .._backends.numpy.copies import filled
from .._core.devices import CPU, META, device as Device
from .._core.dtypes import dtype as DType, get_default_dtype, of_numpy
from .._core.layouts import layout as Layout
from .._core.meta_array import MetaArray
from .._core.modes import modes
from .._core.names import type_name
from .._core.numbers import fitted
from .._core.options import allocate, check_layout, element_type, finish, place_of
from .._core.sizes import Size
from .._core.tensor_base import PLAIN, Bound, TensorBase, new, wrap
from .binding import invalid_combination, is_number
from .dispatch import deliver, scalar_name

if TYPE_CHECKING:
    from ..tensor import Tensor

F = TypeVar("F", bound=Callable[..., Any])

Maker = Callable[[tuple[int, ...], "np.dtype[Any]"], Any]
"""What makes an array of a shape and NumPy dtype."""


def worded(overloads: bool = False) -> Callable[[F], F]:
    """Gives a function torch's words where its arguments do not fit; about 0.15 us a call.

    Args:
        overloads: whether torch's function has several, and so names what it was given.
    """

    def decorate(function: F) -> F:
        @functools.wraps(function)
        def public(*args: Any, **kwargs: Any) -> Any:
            try:
                return function(*args, **kwargs)
            except TypeError as error:
                if error.__traceback__ is None or error.__traceback__.tb_next is not None:
                    raise
                name = public.__name__
                if overloads and "unexpected keyword" not in str(error):
                    raise invalid_combination(name, args, kwargs) from None
                missing = re.findall(r"'(\w+)'", str(error)) if " missing " in str(error) else []
                if missing:
                    names = ", ".join(f'"{parameter}"' for parameter in missing)
                    raise TypeError(f"{name}() missing {len(missing)} required positional arguments: {names}") from None
                raise

        return public  # type: ignore[return-value]

    return decorate


def quick(maker: Maker, sizes: Any, dtype: Any) -> Any:
    """The tensor that a factory makes in the common case, None where the general way has to look: 0.5 us against 2.

    Args:
        maker: makes the array; raises where a size is negative or memory does not suffice.
        sizes: the shape as it was given.
        dtype: None or a dtype.
    """
    if not PLAIN or modes.device is not None:  # inference mode wants to mark the tensor, the device to be used
        return None
    if len(sizes) == 1:
        kind = type(sizes[0])
        if kind is tuple or kind is Size or kind is list:
            sizes = sizes[0]
    elif not sizes:
        return None
    for size in sizes:
        if type(size) is not int:
            return None
    if type(dtype) is not DType:
        if dtype is not None:
            return None
        dtype = get_default_dtype()
    try:
        array = maker(sizes, dtype.numpy)
    except (ValueError, MemoryError, OverflowError):
        return None
    tensor = new(Bound.Tensor)
    tensor._array = array
    tensor._edge = tensor._storage = tensor._base = tensor._extra = None
    return tensor


def full_of_ones(shape: tuple[int, ...], element: np.dtype[Any]) -> Any:
    """An array of ones; `numpy.ones` is written in Python and takes three times as long."""
    return filled(shape, element, 1)


def sized(
    name: str,
    maker: Maker,
    shape: tuple[int, ...],
    out: Tensor | None,
    dtype: DType | None,
    layout: Layout | None,
    device: Device | str | None,
    pin_memory: bool,
    requires_grad: bool,
) -> Tensor:
    """The general way of the factories: every option looked at, the result made or written to ``out=``."""
    check_layout(name, layout, pin_memory)
    if out is not None:
        return _into(name, maker, shape, out, dtype)  # type: ignore[no-any-return]
    element = element_type(name, dtype)
    return finish(allocate(maker, shape, element.numpy, place_of(device)), requires_grad)  # type: ignore[no-any-return]


def _into(name: str, maker: Maker, shape: tuple[int, ...], out: Any, dtype: Any) -> Any:
    if not isinstance(out, TensorBase):
        raise TypeError(f"{name}(): argument 'out' must be Tensor, not {type_name(out)}")
    target = of_numpy(out._array.dtype)
    if dtype is not None and element_type(name, dtype) is not target:
        raise RuntimeError(
            f"dtype {scalar_name(element_type(name, dtype))} does not match dtype of out parameter "
            f"({scalar_name(target)})"
        )
    array = allocate(maker, shape, target.numpy, META if type(out._array) is MetaArray else CPU)
    if out._array.shape != shape:
        out.resize_(shape)  # type: ignore[attr-defined]
    deliver(wrap(array), out)
    return out


def filler(value: Any) -> Maker:
    """What makes arrays full of a number."""

    def maker(shape: tuple[int, ...], element: np.dtype[Any]) -> Any:
        return filled(shape, element, fitted(value, of_numpy(element)))

    return maker


def fill_number(name: str, value: Any, parameter: str = "fill_value", position: int = 2) -> Any:
    """The number to fill with, which may be a 0-d tensor without history.

    Raises:
        TypeError: it is something else.
    """
    if isinstance(value, TensorBase):
        if value._array.ndim == 0 and value._edge is None:
            return value.item()  # type: ignore[attr-defined]
    elif is_number(value):
        return value
    raise TypeError(f"{name}(): argument '{parameter}' (position {position}) must be Number, not {type_name(value)}")
