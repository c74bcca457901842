"""Views and copies of another shape, as methods."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._declare.variants import method
from .._ops import dimensions, joining, shape as ops, slices
from .spread import spread, spread_named

if TYPE_CHECKING:
    from ..tensor import Tensor


class ShapeMethods:
    """Rows of the method table: shapes."""

    __slots__ = ()

    transpose = swapaxes = swapdims = method(dimensions.transpose)
    t = method(dimensions.t)
    T = property(dimensions.numpy_t)
    mT = property(dimensions.matrix_t)
    H = property(dimensions.conj_t)
    mH = property(dimensions.matrix_h)
    adjoint = method(dimensions.adjoint)
    movedim = moveaxis = method(dimensions.movedim)
    unsqueeze = method(dimensions.unsqueeze)
    flatten = method(ops.flatten)
    ravel = method(ops.ravel)
    unflatten = method(ops.unflatten)
    view_as = method(ops.view_as)
    reshape_as = method(ops.reshape_as)
    expand_as = method(ops.expand_as)
    select = method(slices.select)
    narrow = method(slices.narrow)
    diagonal = method(slices.diagonal)
    unfold = method(slices.unfold)
    unbind = method(joining.unbind)
    split_with_sizes = method(joining.split_with_sizes)

    def view(self: Any, *size: Any, **named: Any) -> Tensor:
        """The same memory under another shape."""
        if named:
            size = spread_named("view", "size", size, named)
        return ops.view_(self, spread(size))  # type: ignore[no-any-return]

    def reshape(self: Any, *shape: Any, **named: Any) -> Tensor:
        """The same elements under another shape: a view where the strides allow it, else a copy."""
        sizes = spread(shape) if not named and shape else spread_named("reshape", "shape", shape, named)
        if self._array.flags.c_contiguous:
            return ops.view_(self, sizes)  # type: ignore[no-any-return]
        return ops.reshape(self, sizes)

    def expand(self: Any, *size: Any, **named: Any) -> Tensor:
        """Dimensions of size 1 repeated without copying."""
        named.pop("implicit", None)
        return ops.expand(self, spread_named("expand", "size", size, named))  # type: ignore[no-any-return]

    def broadcast_to(self: Any, *size: Any, **named: Any) -> Tensor:
        """This tensor broadcast to a shape, without copying."""
        return ops.broadcast_to(self, spread_named("broadcast_to", "size", size, named))

    def permute(self: Any, *dims: Any, **named: Any) -> Tensor:
        """The dimensions in another order."""
        return dimensions.permute(self, spread_named("permute", "dims", dims, named))  # type: ignore[no-any-return]

    def squeeze(self: Any, *dim: Any, **named: Any) -> Tensor:
        """Dimensions of size 1 dropped: all of them, or those given."""
        if named or len(dim) > 1:
            return dimensions.squeeze(self, spread_named("squeeze", "dim", dim, named))  # type: ignore[no-any-return]
        return dimensions.squeeze(self, *dim)  # type: ignore[no-any-return]

    def split(self: Any, split_size: Any, dim: int = 0) -> tuple[Tensor, ...]:
        """Parts of a given size, or of given sizes, along a dimension."""
        if isinstance(split_size, (tuple, list)):
            return joining.split_with_sizes(self, split_size, dim)  # type: ignore[no-any-return]
        return joining.split_evenly(self, split_size, dim)  # type: ignore[no-any-return]
