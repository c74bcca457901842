"""Joining and splitting: cat, stack, split, unbind and their kin; each is the derivative of another."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from functools import reduce
from typing import TYPE_CHECKING, Any

import numpy as np

from .._backends.numpy.copies import joined
from .._backends.numpy.machine_code import FROM
from .._core.dtypes import of_numpy
from .._core.meta_array import stand_in
from .._core.promotion import promote_types
from .._core.sizes import wrap_dim
from .._declare.kinds import copying, kernel, view

if TYPE_CHECKING:
    from ..tensor import Tensor

Array = Any
EVERY = slice(None)


def _common(arrays: Sequence[Array]) -> Any:
    first = arrays[0].dtype
    if all(array.dtype is first for array in arrays):
        return first
    return reduce(promote_types, (of_numpy(array.dtype) for array in arrays)).numpy


def _counted(arrays: Sequence[Any]) -> list[Any]:
    """What `cat` joins: all but the 1-d empty tensors, which it has always skipped."""
    return [array for array in arrays if tuple(array.shape) != (0,)]


def _parts_of_cat(g: Any, tensors_like: Sequence[Any], dim: int) -> tuple[Any, ...]:
    counted = _counted(tensors_like)
    if not counted:
        return tuple(g.new_zeros((0,)) for _ in tensors_like)
    dim = wrap_dim(dim, len(counted[0].shape))
    parts = iter(g.split([like.shape[dim] for like in counted], dim))
    return tuple(next(parts) if tuple(like.shape) != (0,) else g.new_zeros((0,)) for like in tensors_like)


def _are_alike(arrays: Sequence[Array]) -> bool:
    """Whether arrays, which have a dimension, agree in shape and dtype."""
    first = arrays[0]
    shape, dtype = first.shape, first.dtype
    for array in arrays:
        if array.dtype is not dtype or array.shape != shape:
            return False
    return shape != () and shape != (0,)


def _to_join(arrays: Sequence[Array], dim: int) -> tuple[list[Array], int, Any]:
    """Of arrays that can be joined those that hold anything, the axis and the common dtype."""
    if not arrays:
        raise ValueError("torch.cat(): expected a non-empty list of Tensors")
    for position, array in enumerate(arrays):
        if array.ndim == 0:
            raise RuntimeError(f"zero-dimensional tensor (at position {position}) cannot be concatenated")
    counted = _counted(arrays)
    axis = wrap_dim(dim, counted[0].ndim) if counted else 0
    _check_joinable(arrays, axis)
    return counted, axis, _common(arrays)


def _cat_meta(tensors: Sequence[Array], dim: int) -> Array:
    counted, axis, common = _to_join(tensors, dim)
    shape = list(counted[0].shape) if counted else [0]
    shape[axis] = sum(array.shape[axis] for array in counted)
    return stand_in(tuple(shape), common)


@kernel(batch="dims", exact=True, meta=_cat_meta, disjoint=True, holomorphic=False, vjp={"tensors": _parts_of_cat})
def cat(tensors: Sequence[Tensor], dim: int = 0, *, out: Tensor | None = None) -> Array:
    """Tensors joined along a dimension.

    Args:
        tensors: tensors whose sizes agree except along `dim`; dtypes are promoted.
        dim: the dimension along which they are joined.

    Raises:
        RuntimeError: there are none, or their sizes do not agree.

    Example::

        >>> torch.cat([torch.tensor([1, 2]), torch.tensor([3])])
        tensor([1, 2, 3])
    """
    if tensors and _are_alike(tensors) and tensors[0].flags.c_contiguous:
        axis = wrap_dim(dim, tensors[0].ndim)
        return np.concatenate(tensors, axis) if tensors[0].size < FROM else joined(tensors, axis, tensors[0].dtype)
    counted, axis, common = _to_join(tensors, dim)
    if not counted:
        return np.zeros(0, common)
    if sum(array.size for array in counted) >= FROM * len(counted):
        return joined(counted, axis, common)
    if len(counted) == 1:
        return counted[0].astype(common)
    return np.ascontiguousarray(np.concatenate(counted, axis, dtype=common, casting="unsafe"))


def _check_joinable(arrays: Sequence[Array], axis: int) -> None:
    known = None
    for position, array in enumerate(arrays):
        if array.shape == (0,):
            continue
        if known is None:
            known = array.shape
            continue
        if array.shape == known:
            continue
        if array.ndim != len(known):
            raise RuntimeError(f"Tensors must have same number of dimensions: got {len(known)} and {array.ndim}")
        for dim, (expected, given) in enumerate(zip(known, array.shape)):
            if dim != axis and expected != given:
                error = RuntimeError(
                    f"Sizes of tensors must match except in dimension {axis}. Expected size {expected} but got size "
                    f"{given} for tensor number {position} in the list."
                )
                error.add_note(f"the first tensor has shape {list(known)}, this one {list(array.shape)}")
                raise error


def _stack_examples(tensors: Sequence[Tensor], dim: int) -> Tensor:
    """`stack` of every example of a batch, some of whose tensors may be the same for all."""
    size = max(len(tensor) for tensor in tensors)
    full = [tensor.expand(size, *tensor.shape[1:]) for tensor in tensors]
    return stack(full, dim + 1 if dim >= 0 else dim)


@kernel(
    batch=_stack_examples, exact=True, disjoint=True, holomorphic=False, vjp={"tensors": lambda g, dim: g.unbind(dim)}
)
def stack(tensors: Sequence[Tensor], dim: int = 0, *, out: Tensor | None = None) -> Array:
    """Tensors of one shape joined along a new dimension.

    Args:
        tensors: tensors of the same shape; dtypes are promoted.
        dim: the place of the new dimension.

    Raises:
        RuntimeError: there are none, or their shapes differ.

    Example::

        >>> torch.stack([torch.tensor([1, 2]), torch.tensor([3, 4])])
        tensor([[1, 2],
                [3, 4]])
    """
    if not tensors:
        raise RuntimeError("stack expects a non-empty TensorList")
    shape = tensors[0].shape
    axis = wrap_dim(dim, len(shape) + 1)
    for position, array in enumerate(tensors):
        if array.shape != shape:
            raise RuntimeError(
                f"stack expects each tensor to be equal size, but got {list(shape)} at entry 0 and "
                f"{list(array.shape)} at entry {position}"
            )
    place = (EVERY,) * axis + (None,)
    raised = [array[place] for array in tensors]
    common = _common(tensors)
    if tensors[0].size >= FROM:
        return joined(raised, axis, common)
    found = np.concatenate(raised, axis, dtype=common, casting="unsafe")
    return found if found.flags.c_contiguous else np.ascontiguousarray(found)


def _joined(g: Any, input_shape: Any, sizes: Sequence[int], dim: int) -> Any:
    """The gradient of a tensor that was split, from those of the parts (None for parts that were not used)."""
    parts = list(g) if isinstance(g, (list, tuple)) else [g]
    known = next(part for part in parts if part is not None)
    shape = list(input_shape)
    for position, part in enumerate(parts):
        if part is None:
            shape[dim] = sizes[position]
            parts[position] = known.new_zeros(tuple(shape))
    return cat(parts, dim)


def _even(size: int, step: int) -> list[int]:
    """The sizes of the parts into which `split` cuts a dimension."""
    if size == 0 or step == 0:
        return [size]
    return [min(step, size - start) for start in range(0, size, step)]


@view(
    name="_split",
    node="SplitBackward0",
    holomorphic=False,
    vjp={
        "input": lambda g, input_shape, split_size, dim: _joined(
            g, input_shape, _even(input_shape[dim], split_size), wrap_dim(dim, len(input_shape))
        )
    },
)
def split_evenly(input: Tensor, split_size: int, dim: int = 0) -> tuple[Array, ...]:
    """Parts of `split_size` entries along a dimension, the last one smaller if need be."""
    if input.ndim == 0:
        raise RuntimeError("split expects at least a 1-dimensional tensor")
    if split_size < 0:
        raise RuntimeError(f"split expects split_size be non-negative, but got split_size={split_size}")
    axis = wrap_dim(dim, input.ndim)
    if split_size == 0 and input.shape[axis]:
        raise RuntimeError(
            f"split_size can only be 0 if dimension size is 0, but got dimension size of {input.shape[axis]}"
        )
    return cut(input, _even(input.shape[axis], split_size), axis)


def cut(array: Array, sizes: Sequence[int], axis: int) -> tuple[Array, ...]:
    """Views of consecutive parts of an array."""
    lead, start, parts = (EVERY,) * axis, 0, []
    for size in sizes:
        parts.append(array[(*lead, slice(start, start + size))])
        start += size
    return tuple(parts)


@view(
    holomorphic=False,
    vjp={
        "input": lambda g, input_shape, split_sizes, dim: _joined(
            g, input_shape, split_sizes, wrap_dim(dim, len(input_shape))
        )
    },
)
def split_with_sizes(input: Tensor, split_sizes: Sequence[int], dim: int = 0) -> tuple[Array, ...]:
    """Consecutive parts of given sizes along a dimension, as views.

    Args:
        input: a tensor with at least one dimension.
        split_sizes: the sizes, which add up to that of the dimension.
        dim: the dimension.

    Raises:
        RuntimeError: the sizes do not add up.

    Example::

        >>> torch.split_with_sizes(torch.arange(3), [1, 2])
        (tensor([0]), tensor([1, 2]))
    """
    if input.ndim == 0:
        raise RuntimeError("split expects at least a 1-dimensional tensor")
    axis = wrap_dim(dim, input.ndim)
    sizes = list(map(operator.index, split_sizes))
    if min(sizes, default=0) < 0:
        raise RuntimeError(
            f"split_with_sizes expects split_sizes have only non-negative entries, but got split_sizes={sizes}"
        )
    if sum(sizes) != input.shape[axis]:
        raise RuntimeError(
            f"split_with_sizes expects split_sizes to sum exactly to {input.shape[axis]} (input tensor's size at "
            f"dimension {axis}), but got split_sizes={sizes}"
        )
    return cut(input, sizes, axis)


@view(
    holomorphic=False,
    vjp={"input": lambda g, input_shape, dim: _stacked(g, input_shape, wrap_dim(dim, len(input_shape)))},
)
def unbind(input: Tensor, dim: int = 0) -> tuple[Array, ...]:
    """All entries along a dimension, which is dropped, as views.

    Args:
        input: a tensor with at least one dimension.
        dim: the dimension.

    Example::

        >>> torch.unbind(torch.tensor([[1, 2], [3, 4]]))
        (tensor([1, 2]), tensor([3, 4]))
    """
    if input.ndim == 0:
        raise IndexError("Dimension specified as 0 but tensor has no dimensions")
    axis = wrap_dim(dim, input.ndim)
    lead = (EVERY,) * axis
    return tuple(input[(*lead, place, ...)] for place in range(input.shape[axis]))


def _stacked(g: Any, input_shape: Any, dim: int) -> Any:
    parts = list(g) if isinstance(g, (list, tuple)) else [g]
    known = next(part for part in parts if part is not None)
    return stack([known.new_zeros(known.shape) if part is None else part for part in parts], dim)


split_copy, split_with_sizes_copy, unbind_copy = (
    copying(split_evenly, "split_copy"),
    copying(split_with_sizes),
    copying(unbind),
)


@kernel(
    exact=True,
    holomorphic=False,
    vjp={
        "input": lambda g, input_shape, split_size, dim: _joined(
            g, input_shape, _even(input_shape[dim], split_size), wrap_dim(dim, len(input_shape))
        )
    },
)
def unsafe_split(input: Tensor, split_size: int, dim: int = 0) -> tuple[Array, ...]:
    """What `split` gives, but autograd does not know that the parts share memory: they may be written to."""
    return split_evenly.op.body(input, split_size, dim)  # type: ignore[no-any-return]


@kernel(
    exact=True,
    holomorphic=False,
    vjp={
        "input": lambda g, input_shape, split_sizes, dim: _joined(
            g, input_shape, split_sizes, wrap_dim(dim, len(input_shape))
        )
    },
)
def unsafe_split_with_sizes(input: Tensor, split_sizes: Sequence[int], dim: int = 0) -> tuple[Array, ...]:
    """What `split_with_sizes` gives, but autograd does not know that the parts share memory."""
    return split_with_sizes.op.body(input, split_sizes, dim)  # type: ignore[no-any-return]
