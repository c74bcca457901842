"""Parts of a tensor as views: select, slice, narrow, diagonal, unfold, as_strided; and the derivatives of these."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .._core.sizes import wrap_dim
from .._core.storage import restride
from .._core.tensor_base import TensorBase
from .._declare.kinds import composite, kernel, view

if TYPE_CHECKING:
    from ..tensor import Tensor

Array = Any
EVERY = slice(None)


@view(eager=lambda array: array[...], holomorphic=False, vjp={"input": lambda g: g})
def alias(input: Tensor) -> Array:
    """Another view of the same elements, as ``x[...]`` gives."""
    return input[...]


def _selected(array: Array, dim: Any, index: Any) -> Array:
    """The common case of `select`; NumPy finds an index out of range."""
    if type(index) is not int or type(dim) is not int:
        return None
    if dim < 0:
        dim += array.ndim
        if dim < 0:
            return None
    return array[(EVERY,) * dim + (index, ...)]


@view(
    eager=_selected,
    holomorphic=False,
    vjp={"input": lambda g, input_like, dim, index: select_backward(g, input_like.shape, dim, index)},
)
def select(input: Tensor, dim: int, index: int) -> Array:
    """One entry along a dimension, which is dropped.

    Args:
        input: a tensor with at least one dimension.
        dim: the dimension.
        index: the place along it; negative ones count from the end.

    Raises:
        IndexError: there is no such dimension or place.

    Example::

        >>> torch.select(torch.arange(6).view(2, 3), 1, -1)
        tensor([2, 5])
    """
    if input.ndim == 0:
        raise IndexError("select() cannot be applied to a 0-dim tensor.")
    position, place = wrap_dim(dim, input.ndim), operator.index(index)
    size = input.shape[position]
    if not -size <= place < size:
        raise IndexError(
            f"select(): index {place} out of range for tensor of size {list(input.shape)} at dimension {position}"
        )
    return input[(EVERY,) * position + (place, ...)]


@kernel(
    exact=True, holomorphic=False, vjp={"grad_output": lambda g, dim, index: g.select(dim, index)}
)
def select_backward(grad_output: Tensor, input_sizes: Sequence[int], dim: int, index: int) -> Array:
    """The derivative of `select`: the gradient at its place among zeros."""
    found = np.zeros(tuple(input_sizes), grad_output.dtype)
    found[(EVERY,) * (dim % found.ndim) + (operator.index(index),)] = grad_output
    return found


def _sliced(array: Array, dim: Any = 0, start: Any = None, end: Any = None, step: Any = 1) -> Array:
    """The common case of `slice`, from a dimension counted from the front."""
    if (step is not None and step <= 0) or dim < 0:
        return None
    return array[(EVERY,) * dim + (slice(start, end, step),)]


@view(
    name="slice",
    eager=_sliced,
    holomorphic=False,
    vjp={
        "input": lambda g, input_like, dim, start, end, step: slice_backward(g, input_like.shape, dim, start, end, step)
    },
)
def slice_(input: Tensor, dim: int = 0, start: int | None = None, end: int | None = None, step: int = 1) -> Array:
    """Every `step`-th entry from `start` to before `end` along a dimension, as ``x[start:end:step]`` gives.

    Raises:
        ValueError: `step` is not positive.
    """
    if input.ndim == 0:
        raise RuntimeError("slice() cannot be applied to a 0-dim tensor.")
    if step <= 0:
        raise RuntimeError("slice step must be positive")
    position = wrap_dim(dim, input.ndim)
    return input[(EVERY,) * position + (slice(start, end, step),)]


@kernel(
    exact=True,
    holomorphic=False,
    vjp={"grad_output": lambda g, dim, start, end, step: slice_(g, dim, start, end, step)},
)
def slice_backward(
    grad_output: Tensor, input_sizes: Sequence[int], dim: int, start: int | None, end: int | None, step: int
) -> Array:
    """The derivative of `slice`: the gradient at its places among zeros."""
    found = np.zeros(tuple(input_sizes), grad_output.dtype)
    found[(EVERY,) * (dim % found.ndim) + (slice(start, end, step),)] = grad_output
    return found


@composite
def narrow(input: Tensor, dim: int, start: int | Tensor, length: int) -> Tensor:
    """`length` entries from `start` on along a dimension, as a view.

    Args:
        input: a tensor with at least one dimension.
        dim: the dimension.
        start: the first place; negative ones count from the end.
        length: how many.

    Raises:
        RuntimeError: the range is not inside the dimension.

    Example::

        >>> torch.narrow(torch.arange(5), 0, 1, 3)
        tensor([1, 2, 3])
    """
    if isinstance(start, TensorBase):
        if start._array.ndim or start._array.dtype.kind not in "iu":
            raise RuntimeError("start must be an 0-dim integral Tensor.")
    shape = input._array.shape
    if not shape:
        raise RuntimeError("narrow() cannot be applied to a 0-dim tensor.")
    if length < 0:
        raise RuntimeError("narrow(): length must be non-negative.")
    position, first = wrap_dim(dim, len(shape)), operator.index(start)
    size = shape[position]
    if not -size <= first <= size:
        raise IndexError(f"start out of range (expected to be in range of [{-size}, {size}], but got {first})")
    if first < 0:
        first += size
    if first + length > size:
        raise RuntimeError(f"start ({first}) + length ({length}) exceeds dimension size ({size}).")
    return slice_(input, position, first, first + length)  # type: ignore[no-any-return]


@view(
    holomorphic=False,
    vjp={
        "input": lambda g, input_like, offset, dim1, dim2: diagonal_backward(g, input_like.shape, offset, dim1, dim2)
    },
)
def diagonal(input: Tensor, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Array:
    """The diagonals of the matrices in two dimensions, as the last dimension of a view.

    Args:
        input: a tensor with at least two dimensions.
        offset: which diagonal: 0 the main one, positive ones above it, negative ones below.
        dim1, dim2: the dimensions of the matrices.

    Raises:
        RuntimeError: the two dimensions are the same.

    Example::

        >>> torch.diagonal(torch.arange(6).view(2, 3), 1)
        tensor([1, 5])
    """
    first, second = wrap_dim(dim1, input.ndim), wrap_dim(dim2, input.ndim)
    if first == second:
        raise RuntimeError(f"diagonal dimensions cannot be identical {dim1}, {dim2}")
    rows, columns = input.shape[first], input.shape[second]
    size = max(min(rows, columns - offset) if offset >= 0 else min(rows + offset, columns), 0)
    start = 0
    if size:
        start = offset * input.strides[second] if offset >= 0 else -offset * input.strides[first]
    rest = [dim for dim in range(input.ndim) if dim not in (first, second)]
    shape = (*(input.shape[dim] for dim in rest), size)
    strides = (*(input.strides[dim] for dim in rest), input.strides[first] + input.strides[second])
    return restride(input, shape, strides, start)


@kernel(
    exact=True,
    holomorphic=False,
    vjp={"grad_output": lambda g, offset, dim1, dim2: g.diagonal(offset, dim1, dim2)},
)
def diagonal_backward(
    grad_output: Tensor, input_sizes: Sequence[int], offset: int, dim1: int, dim2: int
) -> Array:
    """The derivative of `diagonal`: the gradient on its diagonal among zeros."""
    found = np.zeros(tuple(input_sizes), grad_output.dtype)
    diagonal.op.body(found, offset, dim1, dim2)[...] = grad_output
    return found


@view(
    holomorphic=False,
    vjp={
        "input": lambda g, input_like, dimension, size, step: unfold_backward(
            g, input_like.shape, dimension, size, step
        )
    },
)
def unfold(input: Tensor, dimension: int, size: int, step: int) -> Array:
    """All windows of `size` entries, `step` apart, along a dimension, as a last dimension of a view."""
    position = wrap_dim(dimension, input.ndim)
    available = input.shape[position] if input.ndim else 1
    stride = input.strides[position] if input.ndim else input.itemsize
    if size < 0:
        raise RuntimeError(f"size is {size} but must be >= 0")
    if size > available:
        raise RuntimeError(f"maximum size for tensor at dimension {position} is {available} but size is {size}")
    if step <= 0:
        raise RuntimeError(f"step is {step} but must be > 0")
    if not input.ndim:
        return restride(input, (size,), (stride,))
    shape, strides = list(input.shape), list(input.strides)
    shape[position] = (available - size) // step + 1
    strides[position] = stride * step
    return restride(input, (*shape, size), (*strides, stride))


@kernel(
    exact=True,
    holomorphic=False,
    vjp={"grad_in": lambda g, dim, size, step: g.unfold(dim, size, step)},
)
def unfold_backward(grad_in: Tensor, input_sizes: Sequence[int], dim: int, size: int, step: int) -> Array:
    """The derivative of `unfold`: the gradients of all windows added up at their places."""
    found = np.zeros(tuple(input_sizes), grad_in.dtype)
    windows = unfold.op.body(found, dim, size, step)
    for place in range(size):  # windows overlap, the entries at one place of all windows do not
        windows[..., place] += grad_in[..., place]
    return found
