"""Windows for signals: hann_window, hamming_window, bartlett_window, blackman_window and kaiser_window."""

from __future__ import annotations

from collections.abc import Callable
from math import pi
from typing import TYPE_CHECKING, Any

import numpy as np

from .._core.devices import device as Device
from .._core.dtypes import REDUCED, dtype as DType, of_numpy
from .._core.layouts import layout as Layout
from .._core.names import type_name
from .._core.options import element_type
from .._declare.dispatch import scalar_name
from .._declare.factories import sized, worded

if TYPE_CHECKING:
    from ..tensor import Tensor

Shape = Callable[[Any, int], Any]
"""A window of so many points as a function of the points' numbers, an array of floats."""


def _window(
    name: str,
    shape: Shape,
    length: Any,
    periodic: bool,
    dtype: Any,
    layout: Any,
    device: Any,
    pin_memory: bool,
    requires_grad: bool,
) -> Tensor:
    """A window; a periodic one is the symmetric one of one point more, without its last."""
    if not hasattr(length, "__index__") or isinstance(length, bool):
        raise TypeError(f"{name}(): argument 'window_length' (position 1) must be int, not {type_name(length)}")
    if length < 0:
        raise RuntimeError(f"{name} requires non-negative window_length, got window_length={length}")
    element = element_type(name, dtype)
    if not element.is_floating_point:
        kind = {"int64": "long int", "int32": "int"}.get(element.name, scalar_name(element))
        raise RuntimeError(
            f"{name} expects floating point dtypes, got: TensorOptions(dtype={kind}, device=cpu, layout=Strided "
            "(default), requires_grad=false (default), pinned_memory=false, memory_format=(nullopt))"
        )

    def maker(size: tuple[int, ...], array_type: np.dtype[Any]) -> Any:
        count = size[0]
        if count < 2:
            return np.ones(count, array_type)
        work = np.dtype(np.float32) if of_numpy(array_type) in REDUCED else array_type
        points = count + 1 if periodic else count
        return shape(np.arange(points, dtype=work), points)[:count].astype(array_type)

    return sized(name, maker, (int(length),), None, element, layout, device, pin_memory, requires_grad)


def _raised_cosine(alpha: float, beta: float) -> Shape:
    """A cosine of height `beta` around `alpha`."""

    def shape(index: Any, points: int) -> Any:
        number = index.dtype.type
        return np.cos(index * number(2 * pi / (points - 1))) * number(-beta) + number(alpha)

    return shape


@worded()
def hann_window(
    window_length: int,
    periodic: bool = True,
    *,
    dtype: DType | None = None,
    layout: Layout | None = None,
    device: Device | str | None = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
) -> Tensor:
    """Hann's window, a raised cosine.

    Args:
        window_length: the number of points.
        periodic: whether the window is for a spectrum (it leaves out the last point), or symmetric.
        dtype: a floating dtype; the default one where None.

    Raises:
        RuntimeError: the length is negative, or the dtype not floating.

    Example::

        >>> torch.hann_window(4)
        tensor([0.0000, 0.5000, 1.0000, 0.5000])
    """
    shape = _raised_cosine(0.5, 0.5)
    return _window("hann_window", shape, window_length, periodic, dtype, layout, device, pin_memory, requires_grad)


@worded()
def hamming_window(
    window_length: int,
    periodic: bool = True,
    alpha: float = 0.54,
    beta: float = 0.46,
    *,
    dtype: DType | None = None,
    layout: Layout | None = None,
    device: Device | str | None = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
) -> Tensor:
    """Hamming's window, a raised cosine that does not reach zero.

    Args:
        window_length: the number of points.
        periodic: whether the window is for a spectrum (it leaves out the last point), or symmetric.
        alpha: the constant.
        beta: the factor of the cosine.
        dtype: a floating dtype; the default one where None.

    Raises:
        RuntimeError: the length is negative, or the dtype not floating.

    Example::

        >>> torch.hamming_window(3, periodic=False)
        tensor([0.0800, 1.0000, 0.0800])
    """
    shape = _raised_cosine(alpha, beta)
    return _window("hamming_window", shape, window_length, periodic, dtype, layout, device, pin_memory, requires_grad)


@worded()
def blackman_window(
    window_length: int,
    periodic: bool = True,
    *,
    dtype: DType | None = None,
    layout: Layout | None = None,
    device: Device | str | None = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
) -> Tensor:
    """Blackman's window, a sum of two cosines.

    Args:
        window_length: the number of points.
        periodic: whether the window is for a spectrum (it leaves out the last point), or symmetric.
        dtype: a floating dtype; the default one where None.

    Raises:
        RuntimeError: the length is negative, or the dtype not floating.

    Example::

        >>> torch.blackman_window(4)[1:]
        tensor([0.3400, 1.0000, 0.3400])
    """
    return _window(
        "blackman_window", _two_cosines, window_length, periodic, dtype, layout, device, pin_memory, requires_grad
    )


def _two_cosines(index: Any, points: int) -> Any:
    number = index.dtype.type
    angle = index * number(pi / (points - 1))
    return np.cos(angle * number(4)) * number(0.08) - np.cos(angle * number(2)) * number(0.5) + number(0.42)


@worded()
def bartlett_window(
    window_length: int,
    periodic: bool = True,
    *,
    dtype: DType | None = None,
    layout: Layout | None = None,
    device: Device | str | None = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
) -> Tensor:
    """Bartlett's window, a triangle.

    Args:
        window_length: the number of points.
        periodic: whether the window is for a spectrum (it leaves out the last point), or symmetric.
        dtype: a floating dtype; the default one where None.

    Raises:
        RuntimeError: the length is negative, or the dtype not floating.

    Example::

        >>> torch.bartlett_window(4)
        tensor([0.0000, 0.5000, 1.0000, 0.5000])
    """
    return _window(
        "bartlett_window", _triangle, window_length, periodic, dtype, layout, device, pin_memory, requires_grad
    )


def _triangle(index: Any, points: int) -> Any:
    rising = index * index.dtype.type(2 / (points - 1))
    return np.where(rising <= 1, rising, 2 - rising)


@worded()
def kaiser_window(
    window_length: int,
    periodic: bool = True,
    beta: float = 12.0,
    *,
    dtype: DType | None = None,
    layout: Layout | None = None,
    device: Device | str | None = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
) -> Tensor:
    """Kaiser's window, of Bessel functions.

    Args:
        window_length: the number of points.
        periodic: whether the window is for a spectrum (it leaves out the last point), or symmetric.
        beta: how narrow it is.
        dtype: a floating dtype; the default one where None.

    Raises:
        RuntimeError: the length is negative, or the dtype not floating.

    Example::

        >>> torch.kaiser_window(4, beta=3.0)
        tensor([0.2049, 0.7269, 1.0000, 0.7269])
    """

    def shape(index: Any, points: int) -> Any:
        ratio = (index.astype(np.float64) - (points - 1) / 2) / ((points - 1) / 2)
        return np.i0(beta * np.sqrt(np.maximum(1 - ratio * ratio, 0))) / np.i0(beta)

    return _window("kaiser_window", shape, window_length, periodic, dtype, layout, device, pin_memory, requires_grad)
