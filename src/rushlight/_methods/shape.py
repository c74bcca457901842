"""Views and copies of another shape, as methods."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .._core.dtypes import dtype as DType
from .._declare.fast_views import reshaping, spread as spread_out
from .._declare.variants import inplace, method
from .._ops import dimensions, joining, rearranging, shape as ops, slices, splitting, triangles, view_scatter
from .spread import spread_named

if TYPE_CHECKING:
    from ..tensor import Tensor


strided_ = inplace(slices.strided)


def _t_of_numpy(self: Any) -> Tensor:
    """All dimensions in reverse order; meant for matrices."""
    if self._array.ndim == 2:
        return dimensions.permute(self, (1, 0))
    return dimensions.numpy_t(self)


def _view(self: Any, *size: Any, **named: Any) -> Tensor:
    """The same memory under another shape, or read as another dtype.

    Args:
        size: the new sizes, one of which may be -1, spread out or as one sequence; or a dtype.
        named: the same by name (``size=``, ``dtype=``).

    Raises:
        RuntimeError: the number of elements differs, or a copy would be needed.

    Example::

        >>> torch.arange(4).view(2, -1)
        tensor([[0, 1],
                [2, 3]])
    """
    if size and type(size[0]) is DType and not named:
        return ops.view_dtype(self, size[0])
    if tuple(named) == ("dtype",) and not size:
        return ops.view_dtype(self, named["dtype"])
    return ops.view_(self, spread_named("view", "size", size, named))


def _reshape(self: Any, *shape: Any, **named: Any) -> Tensor:
    """The same elements under another shape: a view where the strides allow it, else a copy.

    Args:
        shape: the new sizes, one of which may be -1, spread out or as one sequence.
        named: the same as ``shape=``.

    Raises:
        RuntimeError: the number of elements differs.

    Example::

        >>> torch.arange(4).reshape(2, 2)
        tensor([[0, 1],
                [2, 3]])
    """
    return ops.reshape(self, spread_named("reshape", "shape", shape, named))


def _expand(self: Any, *size: Any, **named: Any) -> Tensor:
    """Dimensions of size 1 repeated without copying.

    Args:
        size: the new sizes, spread out or as one sequence; -1 keeps a size; new dimensions go in front.
        named: the same as ``size=``.

    Raises:
        RuntimeError: a size other than 1 would change.

    Example::

        >>> torch.ones(3, 1).expand(-1, 2).shape
        torch.Size([3, 2])
    """
    named.pop("implicit", None)
    return ops.expand(self, spread_named("expand", "size", size, named))


def _permute(self: Any, *dims: Any, **named: Any) -> Tensor:
    """The dimensions in another order.

    Args:
        dims: every dimension once, in the order wanted, spread out or as one sequence.
        named: the same as ``dims=``.

    Raises:
        RuntimeError: they are no permutation.

    Example::

        >>> torch.ones(2, 3, 4).permute(2, 0, 1).shape
        torch.Size([4, 2, 3])
    """
    return dimensions.permute(self, spread_named("permute", "dims", dims, named))


_view.__name__, _reshape.__name__, _expand.__name__, _permute.__name__ = "view", "reshape", "expand", "permute"


class ShapeMethods:
    """Rows of the method table: shapes."""

    __slots__ = ()

    transpose = swapdims = method(dimensions.transpose)
    swapaxes = method(dimensions.swapaxes)
    transpose_ = swapdims_ = inplace(dimensions.transpose)
    t, t_ = method(dimensions.t), inplace(dimensions.t)
    T = property(_t_of_numpy)
    mT = property(dimensions.matrix_t)
    H = property(dimensions.conj_t)
    mH = property(dimensions.matrix_h)
    adjoint = method(dimensions.adjoint)
    movedim = moveaxis = method(dimensions.movedim)
    unsqueeze, unsqueeze_ = method(dimensions.unsqueeze), inplace(dimensions.unsqueeze)
    squeeze_ = inplace(dimensions.squeeze)

    flatten = method(ops.flatten)
    ravel = method(ops.ravel)
    unflatten = method(ops.unflatten)
    reshape_as = method(ops.reshape_as)
    view_as = method(ops.view_as)
    expand_as = method(ops.expand_as)

    select = method(slices.select)
    narrow = method(slices.narrow)
    narrow_copy = method(slices.narrow_copy)
    diagonal = method(slices.diagonal)
    unfold = method(slices.unfold)
    as_strided = method(slices.as_strided)
    select_scatter = method(view_scatter.select_scatter)
    slice_scatter = method(view_scatter.slice_scatter)
    diagonal_scatter = method(view_scatter.diagonal_scatter)
    as_strided_scatter = method(view_scatter.as_strided_scatter)

    unbind = method(joining.unbind)
    split_with_sizes = method(joining.split_with_sizes)
    unsafe_split = method(joining.unsafe_split)
    unsafe_split_with_sizes = method(joining.unsafe_split_with_sizes)
    chunk, unsafe_chunk = method(splitting.chunk), method(splitting.unsafe_chunk)
    hsplit = method(splitting.hsplit)
    vsplit = method(splitting.vsplit)
    dsplit = method(splitting.dsplit)

    fliplr = method(rearranging.fliplr)
    flipud = method(rearranging.flipud)
    roll = method(rearranging.roll)
    rot90 = method(rearranging.rot90)
    repeat_interleave = method(rearranging.repeat_interleave)

    tril, tril_ = method(triangles.tril), inplace(triangles.tril)
    triu, triu_ = method(triangles.triu), inplace(triangles.triu)
    diag = method(triangles.diag)
    diag_embed = method(triangles.diag_embed)
    diagflat = method(triangles.diagflat)
    trace = method(triangles.trace)

    def as_strided_(self: Any, size: Sequence[int], stride: Sequence[int], storage_offset: int | None = None) -> Tensor:
        """Gives this tensor other sizes and strides over its storage."""
        return strided_(self, slices.window_of(self, size, stride, storage_offset))

    view = reshaping(ops.view_, _view)
    reshape = reshaping(ops.view_, _reshape)
    expand = spread_out(ops.expand, _expand)
    permute = spread_out(dimensions.permute, _permute)

    def broadcast_to(self: Any, *size: Any, **named: Any) -> Tensor:
        """This tensor broadcast to a shape, without copying."""
        return ops.broadcast_to(self, spread_named("broadcast_to", "size", size, named))

    def swapaxes_(self: Any, axis0: int, axis1: int) -> Tensor:
        """Swaps two dimensions of this tensor."""
        return self.transpose_(axis0, axis1)

    def squeeze(self: Any, *dim: Any, **named: Any) -> Tensor:
        """Dimensions of size 1 dropped: all of them, or those given."""
        if named or len(dim) > 1:
            return dimensions.squeeze(self, spread_named("squeeze", "dim", dim, named))
        return dimensions.squeeze(self, *dim)

    def split(self: Any, split_size: Any, dim: int = 0) -> tuple[Tensor, ...]:
        """Parts of a given size, or of given sizes, along a dimension, as views."""
        return splitting.split(self, split_size, dim)

    def tensor_split(self: Any, *args: Any, **named: Any) -> tuple[Tensor, ...]:
        """Parts of nearly equal size, or between given places, along a dimension, as views."""
        for name in ("indices", "sections", "tensor_indices_or_sections"):
            if name in named:
                named["indices_or_sections"] = named.pop(name)
        return splitting.tensor_split(self, *args, **named)

    def flip(self: Any, *dims: Any, **named: Any) -> Tensor:
        """A copy with the order of the entries along some dimensions reversed."""
        return rearranging.flip(self, spread_named("flip", "dims", dims, named))

    def repeat(self: Any, *repeats: Any, **named: Any) -> Tensor:
        """This tensor repeated along each dimension, as a copy.

        Args:
            repeats: how often, for each dimension; more than there are dimensions add new ones in front.
            named: the same as ``repeats=``.

        Example::

            >>> torch.tensor([1, 2]).repeat(2, 2)
            tensor([[1, 2, 1, 2],
                    [1, 2, 1, 2]])
        """
        return rearranging.repeat(self, spread_named("repeat", "repeats", repeats, named))

    def tile(self: Any, *dims: Any, **named: Any) -> Tensor:
        """This tensor repeated along its last dimensions, as a copy."""
        return rearranging.tile(self, spread_named("tile", "dims", dims, named))
