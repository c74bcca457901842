"""What factory functions share: options looked at, memory made or written to ``out=``, numbers to fill with."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from .._core.devices import CPU, META, device as Device
from .._core.dtypes import dtype as DType, of_numpy
from .._core.layouts import layout as Layout
from .._core.meta_array import MetaArray
from .._core.numbers import fitted
from .._core.options import allocate, check_layout, element_type, finish, place_of
from .._core.tensor_base import TensorBase, wrap
from .binding import is_number
from .dispatch import deliver, scalar_name

if TYPE_CHECKING:
    from ..tensor import Tensor

Maker = Callable[[tuple[int, ...], "np.dtype[Any]"], Any]
"""What makes an array of a shape and NumPy dtype."""


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
        return _into(name, maker, shape, out, dtype)
    element = element_type(name, dtype)
    return finish(allocate(maker, shape, element.numpy, place_of(device)), requires_grad)  # type: ignore[no-any-return]


def _into(name: str, maker: Maker, shape: tuple[int, ...], out: Any, dtype: Any) -> Any:
    if not isinstance(out, TensorBase):
        raise TypeError(f"{name}(): argument 'out' must be Tensor, not {type(out).__name__}")
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
    return lambda shape, element: np.full(shape, fitted(value, of_numpy(element)), element)


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
    raise TypeError(
        f"{name}(): argument '{parameter}' (position {position}) must be Number, not {type(value).__name__}"
    )
