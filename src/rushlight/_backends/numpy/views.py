"""Views of arrays that NumPy has no function for: diagonals that can be written to, windows."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..._core.sizes import wrap_dim
from ..._core.storage import restride

Array = np.ndarray[Any, Any]


def diagonal_of(array: Array, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Array:
    """The diagonals of the matrices in two dimensions, as the last dimension of a view.

    Raises:
        RuntimeError: the two dimensions are the same.
    """
    first, second = wrap_dim(dim1, array.ndim), wrap_dim(dim2, array.ndim)
    if first == second:
        raise RuntimeError(f"diagonal dimensions cannot be identical {dim1}, {dim2}")
    rows, columns = array.shape[first], array.shape[second]
    size = max(min(rows, columns - offset) if offset >= 0 else min(rows + offset, columns), 0)
    start = 0
    if size:
        start = offset * array.strides[second] if offset >= 0 else -offset * array.strides[first]
    rest = [dim for dim in range(array.ndim) if dim not in (first, second)]
    shape = (*(array.shape[dim] for dim in rest), size)
    strides = (*(array.strides[dim] for dim in rest), array.strides[first] + array.strides[second])
    return restride(array, shape, strides, start)


def windows_of(array: Array, dimension: int, size: int, step: int) -> Array:
    """All windows of `size` entries, `step` apart, along a dimension, as a last dimension of a view.

    Raises:
        RuntimeError: the window is larger than the dimension, or `size` or `step` is no such number.
    """
    position = wrap_dim(dimension, array.ndim)
    available = array.shape[position] if array.ndim else 1
    stride = array.strides[position] if array.ndim else array.itemsize
    if size < 0:
        raise RuntimeError(f"size is {size} but must be >= 0")
    if size > available:
        raise RuntimeError(f"maximum size for tensor at dimension {position} is {available} but size is {size}")
    if step <= 0:
        raise RuntimeError(f"step is {step} but must be > 0")
    if not array.ndim:
        return restride(array, (size,), (stride,))
    shape, strides = list(array.shape), list(array.strides)
    shape[position] = (available - size) // step + 1
    strides[position] = stride * step
    return restride(array, (*shape, size), (*strides, stride))
