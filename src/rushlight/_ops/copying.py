"""Writes of whole tensors: copy, fill, zero."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._backends.numpy.copies import copy_into
from .._backends.numpy.machine_code import FROM
from .._core.dtypes import of_numpy
from .._core.numbers import fitted
from .._core.sizes import mismatch
from .._core.tensor_base import TensorBase
from .._declare.kinds import composite, kernel

if TYPE_CHECKING:
    from ..tensor import Tensor

Array = Any
Number = bool | int | float | complex


@kernel(
    exact=True,
    overwrites=True,
    holomorphic=False,
    node="CopyBackwards",
    vjp={"input": lambda g: g.new_zeros(g.shape), "src": lambda g: g},
)
def copy(input: Tensor, src: Tensor, non_blocking: bool = False) -> None:
    """`input` overwritten with the elements of `src`, broadcast to its shape and converted to its dtype."""
    if src.shape != input.shape:
        _check_expands(input, src)
    if src.dtype.kind == "c" and input.dtype.kind != "c":
        src = src.real
    copy_into(input, src)


def _check_expands(input: Array, src: Array) -> None:
    error = mismatch(input.shape, src.shape)
    if error is None and np.broadcast_shapes(input.shape, src.shape) != input.shape:
        common = np.broadcast_shapes(input.shape, src.shape)
        error = RuntimeError(f"output with shape {list(input.shape)} doesn't match the broadcast shape {list(common)}")
    if error is not None:
        raise error


F32 = np.dtype(np.float32)
_LARGEST = 3e38
"""Floats up to here need no look whether they fit float32."""


@kernel(
    exact=True,
    overwrites=True,
    spreads=True,
    holomorphic=False,
    node=("FillBackward0", "FillBackward1"),
    inplace_node=("FillBackward2", "FillBackward3"),
    scalar_nodes=("FillBackward0", "FillBackward2"),
    pick_node=lambda input, value: 1 if isinstance(value, TensorBase) else 0,
    vjp={"input": lambda g: g.new_zeros(g.shape), "value": lambda g: g.sum()},
)
def fill(input: Tensor, value: Tensor | Number) -> None:
    """Every element set to one value.

    Args:
        input: any tensor.
        value: a number or a 0-d tensor.

    Raises:
        RuntimeError: the value does not fit the dtype, or is no single value.
    """
    if isinstance(value, np.ndarray):
        if value.ndim:
            raise RuntimeError(
                f"fill_ only supports 0-dimension value tensor but got tensor with {value.ndim} dimensions."
            )
        copy_into(input, value)
        return
    if type(value) is not float or input.dtype is not F32 or not -_LARGEST <= value <= _LARGEST:
        value = fitted(value, of_numpy(input.dtype))
    if input.size < FROM:
        input.fill(value)
    else:
        copy_into(input, np.asarray(value, input.dtype))


@composite
def fill_diagonal(input: Tensor, fill_value: Number, wrap: bool = False) -> Tensor:
    """Sets the main diagonal of `input` itself to a number.

    Args:
        input: a matrix, or a tensor of more dimensions that are all of one length.
        fill_value: the number.
        wrap: whether the diagonal of a tall matrix begins again below its last column.

    Raises:
        RuntimeError: `input` has fewer than two dimensions, or more of different lengths.

    Example::

        >>> torch.zeros(2, 2).fill_diagonal_(3)
        tensor([[3., 0.],
                [0., 3.]])
    """
    shape = input._array.shape
    if len(shape) < 2:
        raise RuntimeError("dimensions must larger than 1")
    if len(shape) > 2 and len(set(shape)) > 1:
        raise RuntimeError("all dimensions of input must be of equal length")
    step = sum(input.stride())
    start = input.storage_offset()
    input.as_strided((min(shape),), (step,), start).fill_(fill_value)
    rows, columns = shape[0], shape[1]
    if wrap and len(shape) == 2 and rows > columns + 1:
        begin = input.stride(0) * (columns + 1)
        count = (rows * columns + columns - (columns + 1) * columns) // (columns + 1)
        input.as_strided((count,), (step,), start + begin).fill_(fill_value)
    return input


@kernel(exact=True, overwrites=True, spreads=True, holomorphic=False, vjp={"input": lambda g: g.new_zeros(g.shape)})
def zero(input: Tensor) -> None:
    """Every element set to zero."""
    if input.size < FROM:
        input.fill(0)
    else:
        copy_into(input, np.zeros((), input.dtype))
