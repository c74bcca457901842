"""Shapes: the `Size` tuple, dimension wrapping, strides and contiguity."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Sequence
from math import prod
from typing import Any


class Size(tuple[int, ...]):
    """The shape of a tensor: a tuple of ints that prints as torch's.

    Example::

        >>> torch.ones(2, 3).shape
        torch.Size([2, 3])
    """

    __module__ = "rushlight"
    __slots__ = ()

    def __new__(cls, values: Iterable[Any] = ()) -> Size:
        items = tuple(values)
        for position, item in enumerate(items):
            if type(item) is not int and not hasattr(item, "__index__"):
                raise TypeError(f"torch.Size() takes an iterable of 'int' (item {position} is '{type(item).__name__}')")
        return tuple.__new__(cls, map(operator.index, items))

    def __repr__(self) -> str:
        return f"torch.Size([{', '.join(map(str, self))}])"

    def numel(self) -> int:
        """The number of elements of a tensor of this shape."""
        return prod(self)

    def __add__(self, other: Any) -> Size:
        if not isinstance(other, tuple):
            return NotImplemented
        return Size(tuple.__add__(self, other))

    def __radd__(self, other: Any) -> Size:
        if not isinstance(other, tuple):
            return NotImplemented
        return Size(tuple.__add__(other, self))

    def __mul__(self, times: Any) -> Size:
        return Size(tuple.__mul__(self, times))

    __rmul__ = __mul__

    def __getitem__(self, index: Any) -> Any:
        found = tuple.__getitem__(self, index)
        return Size(found) if isinstance(index, slice) else found

    def __reduce__(self) -> tuple[Any, ...]:
        return Size, (tuple(self),)


class _Sizes(dict[tuple[int, ...], Size]):
    """`Size` objects by shape, as many as programs use; 0.12 us for ``x.shape`` where making one takes 0.17."""

    limit = 4096

    def __missing__(self, shape: tuple[int, ...]) -> Size:
        if len(self) >= self.limit:
            self.clear()
        found = self[shape] = tuple.__new__(Size, shape)
        return found


class _Steps(dict[tuple[tuple[int, ...], int], tuple[int, ...]]):
    """Strides in elements by strides in bytes and the size of an element, kept for the same reason."""

    limit = 4096

    def __missing__(self, key: tuple[tuple[int, ...], int]) -> tuple[int, ...]:
        if len(self) >= self.limit:
            self.clear()
        strides, itemsize = key
        found = self[key] = tuple([step // itemsize for step in strides])
        return found


SIZES = _Sizes()
STEPS = _Steps()


def wrap_dim(dim: int, ndim: int) -> int:
    """A dimension counted from the front.

    Raises:
        IndexError: `dim` is not a dimension of a tensor with `ndim` dimensions (a 0-d tensor has -1 and 0).
    """
    limit = ndim or 1
    if not -limit <= dim < limit:
        error = IndexError(
            f"Dimension out of range (expected to be in range of [{-limit}, {limit - 1}], but got {dim})"
        )
        error.add_note(f"the tensor has {ndim} dimension(s); `dim` counts them from 0, or from the end with -1")
        raise error
    return dim + limit if dim < 0 else dim


def wrap_dims(dims: Any, ndim: int) -> tuple[int, ...]:
    """Several dimensions counted from the front, without repeats; None and ``()`` mean all of them."""
    if dims is None:
        return tuple(range(ndim))
    if isinstance(dims, int):
        return (wrap_dim(dims, ndim),)
    wrapped = tuple(wrap_dim(operator.index(dim), ndim) for dim in dims)
    if len(set(wrapped)) != len(wrapped):
        repeated = next(dim for dim in wrapped if wrapped.count(dim) > 1)
        raise RuntimeError(f"dim {repeated} appears multiple times in the list of dims")
    return wrapped or tuple(range(ndim))


def contiguous_strides(shape: Sequence[int]) -> tuple[int, ...]:
    """Strides, in elements, of a contiguous tensor of this shape."""
    strides, step = [], 1
    for size in reversed(shape):
        strides.append(step)
        step *= max(size, 1)
    return tuple(reversed(strides))


def infer_size(shape: Sequence[int], numel: int) -> tuple[int, ...]:
    """`shape` with its -1 replaced so that it holds `numel` elements.

    Raises:
        RuntimeError: no size fits, or more than one -1 is given.
    """
    sizes = tuple(operator.index(size) for size in shape)
    unknown = [position for position, size in enumerate(sizes) if size == -1]
    if len(unknown) > 1:
        raise RuntimeError("only one dimension can be inferred")
    for position, size in enumerate(sizes):
        if size < -1:
            raise RuntimeError(f"invalid shape dimension {size} at index {position} of shape {list(sizes)}")
    if not unknown:
        if prod(sizes) != numel:
            raise RuntimeError(f"shape '{list(sizes)}' is invalid for input of size {numel}")
        return sizes
    known = prod(size for size in sizes if size != -1)
    if known == 0 and numel == 0:
        error = RuntimeError(
            f"cannot reshape tensor of 0 elements into shape {list(sizes)} because the unspecified dimension "
            f"size -1 can be any value and is ambiguous"
        )
        raise error
    if known == 0 or numel % known:
        raise RuntimeError(f"shape '{list(sizes)}' is invalid for input of size {numel}")
    return (*sizes[: unknown[0]], numel // known, *sizes[unknown[0] + 1 :])


def broadcast_shapes(*shapes: Sequence[int]) -> Size:
    """The shape that tensors of these shapes broadcast to.

    Raises:
        RuntimeError: two sizes of a dimension differ and neither is 1.

    Example::

        >>> torch.broadcast_shapes((2, 1), (3,))
        torch.Size([2, 3])
    """
    wrapped = [(shape,) if isinstance(shape, int) else tuple(shape) for shape in shapes]
    result = [1] * max((len(shape) for shape in wrapped), default=0)
    for shape in wrapped:
        for position in range(-1, -1 - len(shape), -1):
            size = shape[position]
            if size < 0:
                raise RuntimeError(f"Trying to create tensor with negative dimension ({size}): ({size})")
            if size == 1 or size == result[position]:
                continue
            if result[position] != 1:
                raise RuntimeError("Shape mismatch: objects cannot be broadcast to a single shape")
            result[position] = size
    return Size(result)


def mismatch(first: Sequence[int], second: Sequence[int]) -> RuntimeError | None:
    """torch's error for two shapes that do not broadcast; None where they do."""
    for position in range(1, min(len(first), len(second)) + 1):
        a, b = first[-position], second[-position]
        if a != b and 1 not in (a, b):
            dim = max(len(first), len(second)) - position
            error = RuntimeError(
                f"The size of tensor a ({a}) must match the size of tensor b ({b}) at non-singleton dimension {dim}"
            )
            error.add_note(
                f"tensor a has shape {list(first)} and tensor b {list(second)}: aligned from the right, sizes must "
                "be equal or 1; unsqueeze, expand or transpose one of them"
            )
            return error
    return None
