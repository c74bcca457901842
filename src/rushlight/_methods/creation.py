"""New tensors like this one, as methods."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .._core.dtypes import dtype as DType
from .._ops import creation as ops

if TYPE_CHECKING:
    from ..tensor import Tensor


class CreationMethods:
    """Rows of the method table: new tensors of this one's dtype and device."""

    __slots__ = ()

    def new_zeros(self: Any, *size: Any, dtype: DType | None = None, device: Any = None, **options: Any) -> Tensor:
        """Zeros of another shape."""
        return ops.zeros(*size, dtype=dtype or self.dtype, device=device or self.device, **options)

    def new_ones(self: Any, *size: Any, dtype: DType | None = None, device: Any = None, **options: Any) -> Tensor:
        """Ones of another shape."""
        return ops.ones(*size, dtype=dtype or self.dtype, device=device or self.device, **options)

    def new_empty(self: Any, *size: Any, dtype: DType | None = None, device: Any = None, **options: Any) -> Tensor:
        """Memory for another shape, whatever is in it."""
        return ops.empty(*size, dtype=dtype or self.dtype, device=device or self.device, **options)

    def new_full(
        self: Any, size: Sequence[int], fill_value: Any, *, dtype: DType | None = None, device: Any = None, **options: Any
    ) -> Tensor:
        """One value in another shape."""
        return ops.full(size, fill_value, dtype=dtype or self.dtype, device=device or self.device, **options)

    def new_tensor(self: Any, data: Any, *, dtype: DType | None = None, device: Any = None, **options: Any) -> Tensor:
        """A new tensor with a copy of `data`."""
        return ops.tensor(data, dtype=dtype or self.dtype, device=device or self.device, **options)
