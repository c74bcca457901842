"""Views and copies of another shape, as methods."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._declare.variants import method
from .._ops import shape as ops
from .spread import spread

if TYPE_CHECKING:
    from ..tensor import Tensor


class ShapeMethods:
    """Rows of the method table: shapes."""

    __slots__ = ()

    transpose = method(ops.transpose)

    def view(self: Any, *shape: Any) -> Tensor:
        """View with the same memory and another shape."""
        return ops.view_(self, spread(shape))  # type: ignore[no-any-return]

    def reshape(self: Any, *shape: Any) -> Tensor:
        """The same elements under another shape."""
        return ops.reshape(self, spread(shape))

    def expand(self: Any, *sizes: Any) -> Tensor:
        """Dimensions of size 1 repeated without copying."""
        return ops.expand(self, spread(sizes))  # type: ignore[no-any-return]
