"""Elements in another order or repeated: flip, roll, rot90, repeat, tile, repeat_interleave."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from .._backends.numpy.copies import copied, rolled, straight
from .._backends.numpy.machine_code import FROM
from .._core.dtypes import of_numpy
from .._core.layouts import contiguous_format
from .._core.sizes import wrap_dim, wrap_dims
from .._core.tensor_base import TensorBase, wrap
from .._declare.dispatch import no_kernel
from .._declare.kinds import composite, kernel

if TYPE_CHECKING:
    from ..tensor import Tensor

Array = Any
Dims = int | Sequence[int]


@kernel(batch="dims", exact=True, holomorphic=False, vjp={"input": lambda g, dims: g.flip(dims)})
def flip(input: Tensor, dims: Sequence[int]) -> Array:
    """A copy with the order of the entries along some dimensions reversed.

    Args:
        input: any tensor.
        dims: the dimensions.

    Raises:
        RuntimeError: a dimension is named twice.

    Example::

        >>> torch.flip(torch.arange(3), (0,))
        tensor([2, 1, 0])
    """
    axes = wrap_dims(dims, input.ndim) if len(dims) else ()
    return straight(np.flip(input, axes if input.ndim else ()))


@composite
def fliplr(input: Tensor) -> Tensor:
    """A copy with the columns in reverse order.

    Raises:
        RuntimeError: `input` has fewer than two dimensions.

    Example::

        >>> torch.fliplr(torch.tensor([[1, 2], [3, 4]]))
        tensor([[2, 1],
                [4, 3]])
    """
    if input._array.ndim < 2:
        raise RuntimeError("Input must be >= 2-d.")
    return input.flip((1,))


@composite
def flipud(input: Tensor) -> Tensor:
    """A copy with the rows in reverse order.

    Raises:
        RuntimeError: `input` has no dimension.

    Example::

        >>> torch.flipud(torch.tensor([[1, 2], [3, 4]]))
        tensor([[3, 4],
                [1, 2]])
    """
    if input._array.ndim < 1:
        raise RuntimeError("Input must be >= 1-d.")
    return input.flip((0,))


def _numbers(values: Any) -> tuple[int, ...]:
    return tuple(map(operator.index, values)) if isinstance(values, (tuple, list)) else (operator.index(values),)


def _unrolled(g: Any, shifts: Any, dims: Any) -> Any:
    return g.roll(tuple(-shift for shift in _numbers(shifts)), dims)


def _roll_examples(input: Tensor, shifts: Dims, dims: Dims) -> Tensor:
    """`roll` of every example of a batch."""
    if not _numbers(dims):
        return input.reshape((len(input), -1)).roll(shifts, 1).reshape(input.shape)
    return input.roll(shifts, tuple(dim + 1 if dim >= 0 else dim for dim in _numbers(dims)))


@kernel(batch=_roll_examples, exact=True, holomorphic=False, vjp={"input": _unrolled})
def roll(input: Tensor, shifts: Dims, dims: Dims = ()) -> Array:
    """A copy with the entries moved on along some dimensions; those that fall off the end come back in front.

    Args:
        input: any tensor.
        shifts: how far, for each dimension.
        dims: the dimensions; without them the flattened tensor is rolled.

    Raises:
        RuntimeError: there are not as many shifts as dimensions.

    Example::

        >>> torch.roll(torch.arange(4), 1)
        tensor([3, 0, 1, 2])
    """
    steps, axes = _numbers(shifts), _numbers(dims)
    if not steps:
        raise RuntimeError("`shifts` required")
    if not axes and len(steps) == 1:
        if input.size < FROM:
            return np.roll(input, steps[0])
        return rolled(input.reshape(-1), steps, (0,)).reshape(input.shape)
    if len(steps) != len(axes):
        raise RuntimeError(f"shifts and dimensions must align. shifts: {len(steps)}, dims:{len(axes)}")
    if not input.ndim:
        raise IndexError(f"Dimension specified as {axes[0]} but tensor has no dimensions")
    wrapped = tuple(wrap_dim(axis, input.ndim) for axis in axes)
    return rolled(input, steps, wrapped) if input.size >= FROM else np.roll(input, steps, wrapped)


@kernel(batch="dims", exact=True, holomorphic=False, vjp={"input": lambda g, k, dims: g.rot90(-k, dims)})
def rot90(input: Tensor, k: int = 1, dims: Sequence[int] = (0, 1)) -> Array:
    """A copy turned by `k` quarters of a circle in the plane of two dimensions.

    Args:
        input: a tensor with at least two dimensions.
        k: how many quarters, from the first dimension towards the second.
        dims: the two dimensions.

    Raises:
        RuntimeError: `dims` are not two different dimensions.

    Example::

        >>> torch.rot90(torch.tensor([[1, 2], [3, 4]]))
        tensor([[2, 4],
                [1, 3]])
    """
    if len(dims) != 2:
        raise RuntimeError(f"expected total rotation dims == 2, but got dims = {len(dims)}")
    if input.ndim < 2:
        raise RuntimeError(f"expected total dims >= 2, but got total dims = {input.ndim}")
    axes = tuple(wrap_dim(dim, input.ndim) for dim in dims)
    if axes[0] == axes[1]:
        raise RuntimeError(f"expected rotation dims to be different, but got dim0 = {dims[0]} and dim1 = {dims[1]}")
    turned = np.rot90(input, k, axes)
    if k % 2 == 0:
        return straight(turned)
    return straight(turned.swapaxes(*axes)).swapaxes(*axes)


def _unrepeated(g: Any, input_shape: Any, repeats: Sequence[int]) -> Any:
    shape = (1,) * (len(repeats) - len(input_shape)) + tuple(input_shape)
    if prod(repeats) == 0:
        return g.new_zeros(input_shape)
    split = [size for pair in zip(repeats, shape) for size in pair]
    return g.reshape(split).sum(tuple(range(0, len(split), 2))).reshape(input_shape)


def _repeat_examples(input: Tensor, repeats: Sequence[int]) -> Tensor:
    """`repeat` of every example of a batch."""
    lead = len(repeats) - (input.ndim - 1)
    if lead > 0:
        input = input[(slice(None), *(None,) * lead)]
    return input.repeat((1, *repeats))


@kernel(batch=_repeat_examples, exact=True, holomorphic=False, vjp={"input": _unrepeated})
def repeat(input: Tensor, repeats: Sequence[int]) -> Array:
    """The tensor repeated along each dimension, as a copy."""
    counts = _numbers(repeats)
    if len(counts) < input.ndim:
        raise RuntimeError("Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor")
    shape = (1,) * (len(counts) - input.ndim) + input.shape
    if min(counts, default=0) < 0:
        sizes = [count * size for count, size in zip(counts, shape)]
        raise RuntimeError(f"Trying to create tensor with negative dimension {min(sizes)}: {sizes}")
    if input.size * prod(counts) >= FROM:
        split = [size for pair in zip(counts, shape) for size in pair]
        spread = input.reshape([size for each in shape for size in (1, each)])
        return copied(spread, None, tuple(split)).reshape([count * size for count, size in zip(counts, shape)])
    return np.tile(input, counts) if counts else input.copy()


@composite
def tile(input: Tensor, dims: Sequence[int]) -> Tensor:
    """The tensor repeated along each dimension; `dims` may be shorter than the shape.

    Args:
        input: any tensor.
        dims: how often along each of the last dimensions.

    Example::

        >>> torch.tile(torch.tensor([1, 2]), (2,))
        tensor([1, 2, 1, 2])
    """
    counts = _numbers(dims)
    return input.repeat((1,) * (input._array.ndim - len(counts)) + counts)


@composite
def repeat_interleave(
    input: Tensor, repeats: Any = None, dim: int | None = None, *, output_size: int | None = None
) -> Tensor:
    """Every entry repeated in place.

    Args:
        input: any tensor; as the only argument, how often to repeat 0, 1, 2 ...
        repeats: how often, one number or an integer tensor with one for each entry.
        dim: the dimension; None for the flattened tensor.
        output_size: the size of the result along `dim`, if it is known.

    Raises:
        RuntimeError: `repeats` is negative or does not fit.

    Example::

        >>> torch.repeat_interleave(torch.tensor([1, 2]), 2)
        tensor([1, 1, 2, 2])
    """
    if repeats is None:
        return _positions(input, output_size)
    flat = input if dim is not None else input.flatten()
    if not flat._array.ndim:
        flat = flat.reshape((1,))
    axis = wrap_dim(dim or 0, flat._array.ndim)
    size = flat._array.shape[axis]
    if not isinstance(repeats, TensorBase):
        return _repeat_each(flat, operator.index(repeats), axis, output_size)
    counts = repeats._array
    if counts.ndim > 1:
        raise RuntimeError("repeats must be 0-dim or 1-dim tensor")
    if counts.size == 1:
        counts = np.broadcast_to(counts.reshape(1), (size,))
    elif counts.size != size:
        raise RuntimeError(
            "repeats must have the same size as input along dim, but got repeats.size(0) = "
            f"{counts.size} and input.size({axis}) = {size}"
        )
    return flat.index_select(axis, _positions(wrap(counts), output_size))


def _positions(repeats: Tensor, output_size: int | None) -> Tensor:
    counts = repeats._array
    if counts.ndim != 1:
        raise RuntimeError("repeat_interleave only accept 1D vector as repeat")
    if counts.dtype not in (np.int64, np.int32):
        raise no_kernel("repeat_interleave_cpu", of_numpy(counts.dtype))
    if counts.size and counts.min() < 0:
        raise RuntimeError("repeats can not be negative")
    if output_size is not None and output_size != counts.sum():
        raise RuntimeError("allocated size does not match required size")
    return wrap(np.repeat(np.arange(counts.size), counts).astype(counts.dtype))  # type: ignore[no-any-return]


def _repeat_each(tensor: Tensor, count: int, axis: int, output_size: int | None) -> Tensor:
    if count < 0:
        raise RuntimeError("Repeats must be non-negative")
    shape = tensor._array.shape
    if output_size is not None and output_size != count * shape[axis]:
        raise RuntimeError(
            f"repeat_interleave: Invalid output_size, expected {count * shape[axis]} but got {output_size}"
        )
    spread = tensor.unsqueeze(axis + 1).expand((*shape[: axis + 1], count, *shape[axis + 1 :]))
    return spread.clone(memory_format=contiguous_format).view((*shape[:axis], shape[axis] * count, *shape[axis + 1 :]))
