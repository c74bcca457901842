"""The same elements under another shape: view, reshape, flatten, expand and their kin."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .._core.dtypes import dtype as DType
from .._core.sizes import contiguous_strides, infer_size, wrap_dim
from .._core.storage import address, restride
from .._core.tensor_base import storage_of
from .._declare.dispatch import element_name, scalar_name, tensor_type_name
from .._declare.kinds import composite, copying, kernel, view

if TYPE_CHECKING:
    from ..tensor import Tensor

Array = Any
Sizes = Sequence[int]


def _viewed(array: Array, size: Any) -> Array:
    """The common case of `view`: a contiguous array, for which NumPy never copies."""
    if not array.flags.c_contiguous:
        return None
    found = array.reshape(size)
    # NumPy takes any negative size for -1, torch does not
    return found if found.shape == size or min(size) >= -1 else None


@view(
    name="view",
    eager=_viewed,
    node="ViewBackward0",
    batch=lambda input, size: input.view(len(input), *listed(size)),
    vjp={"input": lambda g, input_shape: g.reshape(input_shape)},
)
def view_(input: Tensor, size: Sizes) -> Array:
    """The same memory under another shape.

    Args:
        input: a tensor whose strides allow it (any contiguous one does).
        size: the new sizes, one of which may be -1.

    Raises:
        RuntimeError: the number of elements differs, or a copy would be needed.

    Example::

        >>> torch.arange(6).view(2, 3).shape
        torch.Size([2, 3])
    """
    sizes = infer_size(listed(size), input.size)
    if input.size == 0:
        return restride(input, sizes, tuple(step * input.itemsize for step in contiguous_strides(sizes)))
    try:
        return input.reshape(sizes, copy=False)
    except ValueError:
        error = RuntimeError(
            "view size is not compatible with input tensor's size and stride (at least one dimension spans across two "
            "contiguous subspaces). Use .reshape(...) instead."
        )
        error.add_note(f"the tensor of shape {list(input.shape)} is not contiguous; .reshape copies where it must")
        raise error from None


def listed(sizes: Any) -> tuple[int, ...]:
    """Sizes given as one number or a sequence, as a tuple of ints."""
    if isinstance(sizes, (tuple, list)):
        return tuple(map(operator.index, sizes))
    return (operator.index(sizes),)


@composite
def view_dtype(input: Tensor, dtype: DType) -> Tensor:
    """The same memory read as another dtype; gradients do not flow through it.

    Args:
        input: any tensor; where the element sizes differ, its last dimension is contiguous and its sizes fit.
        dtype: the dtype to read it as.

    Raises:
        RuntimeError: the last dimension cannot be regrouped into elements of the new size.
    """
    array = input._array
    if array.itemsize != dtype.itemsize:
        buffer = storage_of(input).buffer
        _check_regroups(getattr(array, "geometry", array), getattr(buffer, "geometry", buffer), dtype)
    return reread(input, dtype)  # type: ignore[no-any-return]


def _check_regroups(array: Array, buffer: Array, dtype: DType) -> None:
    old, new = array.itemsize, dtype.itemsize
    change = f"to view {element_name(array)} as {scalar_name(dtype)} (different element sizes)"
    if array.ndim == 0:
        raise RuntimeError(f"self.dim() cannot be 0 {change}")
    steps = [step // old for step in array.strides]
    ratio = new // old if new > old else 1
    if array.shape[-1] % ratio:
        raise RuntimeError(f"self.size(-1) must be divisible by {ratio} {change}, but got {array.shape[-1]}")
    offset = (address(array) - address(buffer)) // old
    if offset % ratio:
        raise RuntimeError(f"self.storage_offset() must be divisible by {ratio} {change}, but got {offset}")
    if steps[-1] != 1:
        raise RuntimeError(f"self.stride(-1) must be 1 {change}, but got {steps[-1]}")
    for dim, step in enumerate(steps[:-1]):
        if step % ratio:
            raise RuntimeError(f"self.stride({dim}) must be divisible by {ratio} {change}, but got {step}")


@view(name="_reread", nondifferentiable=True)
def reread(input: Tensor, dtype: DType) -> Array:
    """A view of an array as another dtype."""
    return input.view(dtype.numpy)


@kernel(
    name="_reshape_of_copy",
    node="UnsafeViewBackward0",
    exact=True,
    linear="input",
    batch=lambda input, size: input.reshape(len(input), *listed(size)),
    vjp={"input": lambda g, input_shape: g.reshape(input_shape)},
)
def unsafe_view(input: Tensor, size: Sizes) -> Array:
    """A fresh copy under another shape; recorded as no view, for it is the only one of its memory."""
    return input.reshape(size)


@composite
def reshape(input: Tensor, shape: Sizes) -> Tensor:
    """The same elements under another shape: a view where the strides allow it, else a copy.

    Args:
        input: any tensor.
        shape: the new sizes, one of which may be -1.

    Raises:
        RuntimeError: the number of elements differs.

    Example::

        >>> torch.reshape(torch.arange(4), (2, 2))
        tensor([[0, 1],
                [2, 3]])
    """
    array = input._array
    if array.flags.c_contiguous:
        return view_(input, shape)  # type: ignore[no-any-return]
    sizes = infer_size(listed(shape), array.size)
    if can_view(array, sizes):
        return view_(input, sizes)  # type: ignore[no-any-return]
    return unsafe_view(input.contiguous(), sizes)  # type: ignore[no-any-return]


def can_view(array: Array, sizes: tuple[int, ...]) -> bool:
    """Whether an array takes the shape `sizes` without copying."""
    if array.size == 0:
        return True
    try:
        getattr(array, "geometry", array).reshape(sizes, copy=False)
    except ValueError:
        return False
    return True


@composite
def flatten(input: Tensor, start_dim: int = 0, end_dim: int = -1) -> Tensor:
    """The dimensions from `start_dim` to `end_dim` merged into one.

    Args:
        input: any tensor; a 0-d one becomes 1-d.
        start_dim, end_dim: the first and the last dimension to merge.

    Raises:
        RuntimeError: `start_dim` comes after `end_dim`.

    Example::

        >>> torch.flatten(torch.ones(2, 3, 4), 1).shape
        torch.Size([2, 12])
    """
    shape = input._array.shape
    if start_dim == 0 and end_dim == -1 and len(shape) > 1:
        return input.reshape(-1)
    first, last = wrap_dim(start_dim, len(shape)), wrap_dim(end_dim, len(shape))
    if first > last:
        raise RuntimeError("flatten() has invalid args: start_dim cannot come after end_dim")
    if not shape:
        return input.reshape((1,))
    if first == last:
        return input
    size = 1
    for length in shape[first : last + 1]:
        size *= length
    return input.reshape((*shape[:first], size, *shape[last + 1 :]))


@composite
def ravel(input: Tensor) -> Tensor:
    """All elements in one dimension: a view of a contiguous tensor, else a copy.

    Example::

        >>> torch.ravel(torch.ones(2, 3)).shape
        torch.Size([6])
    """
    return input.contiguous().view(-1)


@composite
def unflatten(input: Tensor, dim: int, sizes: Sizes) -> Tensor:
    """One dimension split up into several.

    Args:
        input: any tensor.
        dim: the dimension to split.
        sizes: sizes whose product is that of the dimension; one may be -1.

    Raises:
        RuntimeError: the sizes do not fit.

    Example::

        >>> torch.unflatten(torch.ones(2, 6), 1, (2, 3)).shape
        torch.Size([2, 2, 3])
    """
    shape = input._array.shape
    position = wrap_dim(dim, len(shape))
    parts = listed(sizes)
    if not parts:
        raise RuntimeError("unflatten: sizes must be non-empty")
    if parts.count(-1) > 1:
        raise RuntimeError("unflatten got an unexpected error:\nonly one dimension can be inferred")
    try:
        inferred = infer_size(parts, shape[position])
    except RuntimeError:
        raise RuntimeError(
            f"unflatten: Provided sizes {list(parts)} don't multiply up to the size of dim {position} "
            f"({shape[position]}) in the input tensor"
        ) from None
    return input.view((*shape[:position], *inferred, *shape[position + 1 :]))


@composite
def view_as(input: Tensor, other: Tensor) -> Tensor:
    """A view with the shape of `other`."""
    return input.view(other.shape)


@composite
def reshape_as(input: Tensor, other: Tensor) -> Tensor:
    """The same elements in the shape of `other`."""
    return input.reshape(other.shape)


def _expanded(array: Array, size: Any) -> Array:
    """The common case of `expand`: no -1, and a window that NumPy's constructor accepts."""
    shape, steps = array.shape, array.strides
    lead = len(size) - len(shape)
    if lead < 0:
        return None
    if size[lead:] == shape:
        return np.ndarray(size, array.dtype, array, 0, (0,) * lead + steps)
    strides = [0] * lead
    for have, want, step in zip(shape, size[lead:], steps):
        if have == want:
            strides.append(step)
        elif have == 1 and want >= 0:
            strides.append(0)
        else:
            return None
    return restride(array, tuple(size), tuple(strides))


def _expand_examples(input: Tensor, size: Any, implicit: bool) -> Tensor:
    """`expand` of every example of a batch: new dimensions go between the batch and the old ones."""
    wanted = listed(size)
    lead = len(wanted) - (input.ndim - 1)
    if lead > 0:
        input = input[(slice(None), *(None,) * lead)]
    return input.expand(len(input), *wanted)


@view(eager=_expanded, batch=_expand_examples, vjp={"input": lambda g: g})
def expand(input: Tensor, size: Sizes, implicit: bool = False) -> Array:
    """Dimensions of size 1 repeated without copying.

    Args:
        input: any tensor.
        size: the new sizes; -1 keeps a size; new dimensions go in front.
        implicit: has no effect.

    Raises:
        RuntimeError: a size other than 1 would change.

    Example::

        >>> torch.ones(3, 1).expand(3, 2).shape
        torch.Size([3, 2])
    """
    target = listed(size)
    lead = len(target) - input.ndim
    if lead < 0:
        raise RuntimeError(
            f"expand({tensor_type_name(input)}{{{list(input.shape)}}}, size={list(target)}): the number of sizes "
            f"provided ({len(target)}) must be greater or equal to the number of dimensions in the tensor "
            f"({input.ndim})"
        )
    sizes, strides = list(target), [0] * len(target)
    for dim in range(len(target) - 1, -1, -1):
        want = target[dim]
        if dim < lead:
            if want < 0:
                raise RuntimeError(
                    f"The expanded size of the tensor ({want}) isn't allowed in a leading, non-existing dimension {dim}"
                )
            continue
        have, step = input.shape[dim - lead], input.strides[dim - lead]
        if want == -1 or want == have:
            sizes[dim], strides[dim] = have, step
        elif have != 1 or want < 0:
            raise _expand_error(input, target, dim, want, have)
    return restride(input, tuple(sizes), tuple(strides))


def _expand_error(array: Array, target: tuple[int, ...], dim: int, want: int, have: int) -> RuntimeError:
    return RuntimeError(
        f"The expanded size of the tensor ({want}) must match the existing size ({have}) at non-singleton dimension "
        f"{dim}.  Target sizes: {list(target)}.  Tensor sizes: {list(array.shape)}"
    )


@composite
def expand_as(input: Tensor, other: Tensor) -> Tensor:
    """`input` expanded to the shape of `other`."""
    return input.expand(other.shape)


@composite
def broadcast_to(input: Tensor, size: Sizes) -> Tensor:
    """`input` broadcast to a shape, without copying.

    Args:
        input: any tensor.
        size: the new sizes; -1 keeps a size.

    Example::

        >>> torch.broadcast_to(torch.tensor([1, 2]), (2, 2))
        tensor([[1, 2],
                [1, 2]])
    """
    return input.expand(size)


view_copy, expand_copy = copying(view_), copying(expand)
