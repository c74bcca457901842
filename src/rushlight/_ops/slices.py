"""Parts of a tensor as views: select, slice, narrow, diagonal, unfold, as_strided; and the derivatives of these."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .._backends.numpy.views import diagonal_of, windows_of
from .._core.geometry import Geometry
from .._core.meta_array import MetaArray
from .._core.sizes import wrap_dim
from .._core.storage import address, strided_window
from .._core.tensor_base import TensorBase, storage_of
from .._declare.kinds import composite, copying, kernel, view

if TYPE_CHECKING:
    from ..tensor import Tensor

Array = Any
Sizes = Sequence[int]
EVERY = slice(None)


def _one_on(dim: int) -> int:
    """A dimension of an example as one of the batch."""
    return dim + 1 if dim >= 0 else dim


@view(
    eager=lambda array: array[...],
    holomorphic=False,
    batch=lambda input: input[...],
    vjp={"input": lambda g: g},
)
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
    vjp={"input": lambda g, input_shape, dim, index: select_backward(g, input_shape, dim, index)},
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
    exact=True,
    holomorphic=False,
    linear="grad_output",
    batch=lambda grad_output, input_sizes, dim, index: select_backward(
        grad_output, (len(grad_output), *input_sizes), _one_on(dim), index
    ),
    vjp={"grad_output": lambda g, dim, index: g.select(dim, index)},
)
def select_backward(grad_output: Tensor, input_sizes: Sizes, dim: int, index: int) -> Array:
    """The derivative of `select`: the gradient at its place among zeros."""
    found = np.zeros(tuple(input_sizes), grad_output.dtype)
    found[(EVERY,) * (dim % found.ndim) + (operator.index(index),)] = grad_output
    return found


def _sliced(array: Array, dim: Any = 0, start: Any = None, end: Any = None, step: Any = 1) -> Array:
    """The common case of `slice`, with a dimension counted from the front."""
    if step <= 0 or dim < 0:
        return None
    return array[(EVERY,) * dim + (slice(start, end, step),)]


@view(
    name="slice",
    eager=_sliced,
    holomorphic=False,
    vjp={"input": lambda g, input_shape, dim, start, end, step: slice_backward(g, input_shape, dim, start, end, step)},
)
def slice_(input: Tensor, dim: int = 0, start: int | None = None, end: int | None = None, step: int = 1) -> Array:
    """Every `step`-th entry from `start` to before `end` along a dimension, as ``x[start:end:step]`` gives.

    Raises:
        RuntimeError: `step` is not positive.
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
    linear="grad_output",
    batch=lambda grad_output, input_sizes, dim, start, end, step: slice_backward(
        grad_output, (len(grad_output), *input_sizes), _one_on(dim), start, end, step
    ),
    vjp={"grad_output": lambda g, dim, start, end, step: slice_(g, dim, start, end, step)},
)
def slice_backward(
    grad_output: Tensor, input_sizes: Sizes, dim: int, start: int | None, end: int | None, step: int
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
        start: the first place, a number or a 0-d integer tensor; negative ones count from the end.
        length: how many.

    Raises:
        IndexError: `start` is not in the dimension.
        RuntimeError: the range is not inside the dimension.

    Example::

        >>> torch.narrow(torch.arange(5), 0, 1, 3)
        tensor([1, 2, 3])
    """
    if isinstance(start, TensorBase) and (start._array.ndim or start._array.dtype.kind not in "iu"):
        raise RuntimeError("start must be an 0-dim integral Tensor.")
    axis, first = narrowed(input._array.shape, dim, operator.index(start), length)  # type: ignore[arg-type]
    return slice_(input, axis, first, first + length)  # type: ignore[no-any-return]


def narrowed(shape: Sizes, dim: int, start: int, length: int) -> tuple[int, int]:
    """The dimension and the first place that `narrow` means, checked."""
    if not shape:
        raise RuntimeError("narrow() cannot be applied to a 0-dim tensor.")
    if length < 0:
        raise RuntimeError("narrow(): length must be non-negative.")
    axis = wrap_dim(dim, len(shape))
    size = shape[axis]
    if not -size <= start <= size:
        raise IndexError(f"start out of range (expected to be in range of [{-size}, {size}], but got {start})")
    first = start + size if start < 0 else start
    if first + length > size:
        raise RuntimeError(f"start ({first}) + length ({length}) exceeds dimension size ({size}).")
    return axis, first


def _unnarrowed(g: Any, shape: Sizes, dim: int, start: int, length: int) -> Any:
    axis, first = narrowed(shape, dim, start, length)
    return slice_backward(g, shape, axis, first, first + length, 1)


@kernel(
    exact=True,
    holomorphic=False,
    vjp={"input": lambda g, input_shape, dim, start, length: _unnarrowed(g, input_shape, dim, start, length)},
)
def narrow_copy(input: Tensor, dim: int, start: int, length: int, *, out: Tensor | None = None) -> Array:
    """A copy of what `narrow` gives."""
    axis, first = narrowed(input.shape, dim, start, length)
    return input[(EVERY,) * axis + (slice(first, first + length),)].copy()


@view(
    holomorphic=False,
    vjp={"input": lambda g, input_shape, offset, dim1, dim2: diagonal_backward(g, input_shape, offset, dim1, dim2)},
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
    return diagonal_of(input, offset, dim1, dim2)


@kernel(
    exact=True,
    holomorphic=False,
    linear="grad_output",
    batch=lambda grad_output, input_sizes, offset, dim1, dim2: diagonal_backward(
        grad_output, (len(grad_output), *input_sizes), offset, _one_on(dim1), _one_on(dim2)
    ),
    vjp={"grad_output": lambda g, offset, dim1, dim2: g.diagonal(offset, dim1, dim2)},
)
def diagonal_backward(grad_output: Tensor, input_sizes: Sizes, offset: int, dim1: int, dim2: int) -> Array:
    """The derivative of `diagonal`: the gradient on its diagonal among zeros."""
    found = np.zeros(tuple(input_sizes), grad_output.dtype)
    diagonal_of(found, offset, dim1, dim2)[...] = grad_output
    return found


@view(
    holomorphic=False,
    vjp={"input": lambda g, input_shape, dimension, size, step: unfold_backward(g, input_shape, dimension, size, step)},
)
def unfold(input: Tensor, dimension: int, size: int, step: int) -> Array:
    """All windows of `size` entries, `step` apart, along a dimension, as a last dimension of a view."""
    return windows_of(input, dimension, size, step)


@kernel(
    exact=True,
    flops=1,
    holomorphic=False,
    linear="grad_in",
    batch=lambda grad_in, input_sizes, dim, size, step: unfold_backward(
        grad_in, (len(grad_in), *input_sizes), _one_on(dim), size, step
    ),
    vjp={"grad_in": lambda g, dim, size, step: g.unfold(dim, size, step)},
)
def unfold_backward(grad_in: Tensor, input_sizes: Sizes, dim: int, size: int, step: int) -> Array:
    """The derivative of `unfold`: the gradients of all windows added up at their places."""
    found = np.zeros(tuple(input_sizes), grad_in.dtype)
    windows = windows_of(found, dim, size, step)
    for place in range(size):  # windows overlap, the entries at one place of all windows do not
        windows[..., place] += grad_in[..., place]
    return found


@composite
def as_strided(input: Tensor, size: Sizes, stride: Sizes, storage_offset: int | None = None) -> Tensor:
    """A view of the storage of a tensor with any sizes and strides.

    Args:
        input: any tensor.
        size: the sizes.
        stride: elements between neighbours along each dimension, not negative.
        storage_offset: elements before the first one; None for those before the first one of `input`.

    Raises:
        RuntimeError: the view would reach beyond the storage, or sizes and strides make no sense.

    Example::

        >>> torch.as_strided(torch.arange(4), (2, 2), (1, 1), 1)
        tensor([[1, 2],
                [2, 3]])
    """
    return strided(input, window_of(input, size, stride, storage_offset))  # type: ignore[no-any-return]


def window_of(input: Tensor, size: Sizes, stride: Sizes, storage_offset: int | None) -> Geometry:
    """The place in memory that `as_strided` means, checked."""
    array = input._array
    sizes, steps = tuple(map(operator.index, size)), tuple(map(operator.index, stride))
    shift, limit = _place_in_storage(input, array.itemsize)
    offset = shift if storage_offset is None else operator.index(storage_offset)
    if len(sizes) != len(steps):
        raise RuntimeError("mismatch in length of strides and shape")
    if min(steps, default=0) < 0:
        raise RuntimeError(f"as_strided: Negative strides are not supported at the moment, got strides: {list(steps)}")
    if min(sizes, default=0) < 0:
        raise RuntimeError(f"Storage size calculation overflowed with sizes={list(sizes)} and strides={list(steps)}")
    if offset < 0:
        raise RuntimeError(f"Tensor: invalid storage offset {offset}")
    if 0 not in sizes:
        needed = offset + 1 + sum((length - 1) * step for length, step in zip(sizes, steps))
        if needed > limit:
            raise RuntimeError(
                f"setStorage: sizes {list(sizes)}, strides {list(steps)}, storage offset {offset}, and itemsize "
                f"{array.itemsize} requiring a storage size of {needed * array.itemsize} are out of bounds for storage "
                f"of size {limit * array.itemsize}"
            )
    source = array.geometry if type(array) is MetaArray else array
    strides = tuple(step * array.itemsize for step in steps)
    window = strided_window(source, array.dtype, sizes, strides, (offset - shift) * array.itemsize)
    return Geometry(source, window)


def _place_in_storage(tensor: Any, itemsize: int) -> tuple[int, int]:
    """How many elements lie before a tensor's first one in its storage, and how many fit into that."""
    array, buffer = tensor._array, storage_of(tensor).buffer
    if type(array) is MetaArray:
        array, buffer = array.geometry, buffer.geometry
    reach = sum((size - 1) * step for size, step in zip(buffer.shape, buffer.strides)) + buffer.itemsize
    return (address(array) - address(buffer)) // itemsize, (reach if buffer.size else 0) // itemsize


@view(
    name="_strided",
    node="AsStridedBackward0",
    inplace_node="AsStridedBackward1",
    holomorphic=False,
    vjp={"input": lambda g, geometry: g._part_into(geometry)},
)
def strided(input: Tensor, geometry: Geometry) -> Array:
    """A window on the memory around a tensor; the caller has checked that it is inside the storage."""
    shift = geometry.offset - geometry.start
    return strided_window(input, input.dtype, geometry.part_shape, geometry.part_strides, shift)


@composite
def as_strided_copy(
    input: Tensor,
    size: Sizes,
    stride: Sizes,
    storage_offset: int | None = None,
    *,
    out: Tensor | None = None,
) -> Tensor:
    """A copy of what `as_strided` gives."""
    return strided_copy(input, window_of(input, size, stride, storage_offset))  # type: ignore[no-any-return]


strided_copy = copying(strided, "_strided_copy")
alias_copy, select_copy, slice_copy = copying(alias), copying(select), copying(slice_)
diagonal_copy, unfold_copy = copying(diagonal), copying(unfold)
