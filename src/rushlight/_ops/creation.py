"""New tensors from data and from sizes: tensor, zeros, full, arange and their kin."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .._core import dtypes, nested
from .._core.devices import CPU, META, device as Device
from .._core.dtypes import FLOATING, dtype as DType, of_numpy
from .._core.layouts import layout as Layout
from .._core.meta_array import MetaArray
from .._core.modes import modes
from .._core.options import allocate, check_layout, element_type, place_of, sizes_of
from .._core.tensor_base import LEAF, TensorBase, extra_of, wrap
from .._declare.dispatch import deliver, scalar_name

if TYPE_CHECKING:
    from ..tensor import Tensor

Number = bool | int | float | complex


def finish(array: Any, requires_grad: bool = False) -> Tensor:
    """A new leaf around an array.

    Raises:
        RuntimeError: a gradient is asked for that the dtype cannot have.
    """
    tensor = wrap(array)
    if requires_grad:
        if of_numpy(array.dtype).category < FLOATING:
            raise RuntimeError("Only Tensors of floating point and complex dtype can require gradients")
        tensor._edge = LEAF
    if modes.inference:
        extra_of(tensor).inference = True
    return tensor  # type: ignore[no-any-return]


def _sized(
    name: str,
    maker: Any,
    sizes: tuple[Any, ...],
    size: Any,
    out: Any,
    dtype: Any,
    layout: Any,
    device: Any,
    pin_memory: bool,
    requires_grad: bool,
) -> Tensor:
    """The general way of the factories that take sizes."""
    shape = sizes_of(name, sizes, size)
    check_layout(name, layout, pin_memory)
    if out is not None:
        return _into(name, maker, shape, out, dtype)
    element = element_type(name, dtype)
    return finish(allocate(name, maker, shape, element.numpy, place_of(device)), requires_grad)


def _into(name: str, maker: Any, shape: tuple[int, ...], out: Any, dtype: Any) -> Any:
    """The same into ``out=``."""
    target = of_numpy(out._array.dtype)
    if dtype is not None and dtype is not target:
        raise RuntimeError(
            f"dtype {scalar_name(dtype)} does not match dtype of out parameter ({scalar_name(target)})"
        )
    place = META if type(out._array) is MetaArray else CPU
    deliver(wrap(allocate(name, maker, shape, target.numpy, place)), out)
    return out


def zeros(
    *sizes: Any,
    size: Sequence[int] | None = None,
    out: Tensor | None = None,
    dtype: DType | None = None,
    layout: Layout | None = None,
    device: Device | str | None = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
) -> Tensor:
    """A tensor of zeros.

    Args:
        sizes: the shape, spread out or as one sequence.
        size: the same by name.
        out: a tensor to write to.
        dtype: the default dtype where None.
        device: ``"cpu"`` or ``"meta"``.
        requires_grad: whether operators on the result are recorded.

    Example::

        >>> torch.zeros(2, 3)
        tensor([[0., 0., 0.],
                [0., 0., 0.]])
    """
    return _sized("zeros", np.zeros, sizes, size, out, dtype, layout, device, pin_memory, requires_grad)


def ones(
    *sizes: Any,
    size: Sequence[int] | None = None,
    out: Tensor | None = None,
    dtype: DType | None = None,
    layout: Layout | None = None,
    device: Device | str | None = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
) -> Tensor:
    """A tensor of ones.

    Args:
        sizes: the shape, spread out or as one sequence.
        size: the same by name.
        out: a tensor to write to.
        dtype: the default dtype where None.
        device: ``"cpu"`` or ``"meta"``.
        requires_grad: whether operators on the result are recorded.

    Example::

        >>> torch.ones(3, dtype=torch.int64)
        tensor([1, 1, 1])
    """
    return _sized("ones", np.ones, sizes, size, out, dtype, layout, device, pin_memory, requires_grad)


def empty(
    *sizes: Any,
    size: Sequence[int] | None = None,
    out: Tensor | None = None,
    dtype: DType | None = None,
    layout: Layout | None = None,
    device: Device | str | None = None,
    requires_grad: bool = False,
    pin_memory: bool = False,
    memory_format: Any = None,
) -> Tensor:
    """A tensor with whatever was in its memory before.

    Args:
        sizes: the shape, spread out or as one sequence.
        size: the same by name.
        out: a tensor to resize.
        dtype: the default dtype where None.
        device: ``"cpu"`` or ``"meta"``.
        requires_grad: whether operators on the result are recorded.
        memory_format: ``torch.channels_last`` for another order in memory.

    Example::

        >>> torch.empty(2, 3).shape
        torch.Size([2, 3])
    """
    return _sized("empty", np.empty, sizes, size, out, dtype, layout, device, pin_memory, requires_grad)


def full(
    size: Sequence[int],
    fill_value: Number | Tensor,
    *,
    out: Tensor | None = None,
    dtype: DType | None = None,
    layout: Layout | None = None,
    device: Device | str | None = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
) -> Tensor:
    """A tensor of one value.

    Args:
        size: the shape.
        fill_value: the number; without `dtype` it decides on the dtype.
        out: a tensor to write to.
        device: ``"cpu"`` or ``"meta"``.
        requires_grad: whether operators on the result are recorded.

    Example::

        >>> torch.full((2, 2), 7.0)
        tensor([[7., 7.],
                [7., 7.]])
    """
    if isinstance(fill_value, TensorBase):
        fill_value = fill_value._array.item()
    if dtype is None and out is None:
        dtype = nested._infer(fill_value)

    def maker(shape: tuple[int, ...], element: np.dtype[Any]) -> Any:
        return np.full(shape, fill_value, element)

    return _sized("full", maker, (size,), None, out, dtype, layout, device, pin_memory, requires_grad)


def eye(
    n: int,
    m: int | None = None,
    *,
    out: Tensor | None = None,
    dtype: DType | None = None,
    layout: Layout | None = None,
    device: Device | str | None = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
) -> Tensor:
    """A matrix with ones on the diagonal and zeros elsewhere.

    Args:
        n: rows.
        m: columns; as many as rows where None.
        out: a tensor to write to.
        dtype: the default dtype where None.
        device: ``"cpu"`` or ``"meta"``.
        requires_grad: whether operators on the result are recorded.

    Example::

        >>> torch.eye(2)
        tensor([[1., 0.],
                [0., 1.]])
    """
    m = n if m is None else m
    for name, value in (("n", n), ("m", m)):
        if value < 0:
            raise RuntimeError(f"{name} must be greater or equal to 0, got {value}")

    def maker(shape: tuple[int, ...], element: np.dtype[Any]) -> Any:
        return np.eye(*shape, dtype=element)

    return _sized("eye", maker, ((n, m),), None, out, dtype, layout, device, pin_memory, requires_grad)


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
        TypeError, RuntimeError: something in `data` is no number.

    Example::

        >>> torch.tensor([[1, 2], [3, 4]])
        tensor([[1, 2],
                [3, 4]])
    """
    if dtype is not None and type(dtype) is not DType:
        dtype = element_type("tensor", dtype)
    if pin_memory:
        check_layout("tensor", None, True)
    if isinstance(data, TensorBase):
        warnings.warn(
            "To copy construct from a tensor, it is recommended to use sourceTensor.detach().clone() or "
            "sourceTensor.detach().clone().requires_grad_(True), rather than torch.tensor(sourceTensor).",
            stacklevel=2,
        )
        array = data._array.astype(data._array.dtype if dtype is None else dtype.numpy)
    elif isinstance(data, np.ndarray):
        element = dtype or of_numpy(data.dtype)
        array = data.astype(element.numpy)
    else:
        array = nested.array_of(data, dtype)
    place = place_of(device)
    if place is META:
        array = MetaArray.empty(array.shape, array.dtype)
    return finish(array, requires_grad)


def from_numpy(ndarray: np.ndarray[Any, Any]) -> Tensor:
    """A tensor that shares the memory of an array: a write to one is seen in the other.

    Args:
        ndarray: an array of a dtype that tensors have.

    Raises:
        TypeError: it is no array, or of another dtype.

    Example::

        >>> torch.from_numpy(np.arange(3))
        tensor([0, 1, 2])
    """
    if not isinstance(ndarray, np.ndarray):
        raise TypeError(f"expected np.ndarray (got {type(ndarray).__name__})")
    of_numpy(ndarray.dtype)
    return finish(ndarray.view(np.ndarray))


def arange(
    start: Number,
    end: Number | None = None,
    step: Number = 1,
    *,
    out: Tensor | None = None,
    dtype: DType | None = None,
    layout: Layout | None = None,
    device: Device | str | None = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
) -> Tensor:
    """The numbers from `start` up to and without `end`, `step` apart.

    Args:
        start: the first number; the end, from 0, where it is the only one.
        end: the end, not included.
        step: the distance.
        out: a tensor to write to.
        dtype: int64 where None and all are integers, else the default dtype.
        device: ``"cpu"`` or ``"meta"``.
        requires_grad: whether operators on the result are recorded.

    Example::

        >>> torch.arange(1, 7, 2)
        tensor([1, 3, 5])
    """
    if end is None:
        start, end = 0, start
    if dtype is None:
        whole = all(isinstance(value, int) for value in (start, end, step))
        dtype = dtypes.int64 if whole else dtypes.get_default_dtype()
    return finish(np.arange(start, end, step).astype(dtype.numpy), requires_grad)
