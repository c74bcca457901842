"""Choices between elements as methods: conditions, extremes and bounds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._declare.variants import inplace, method
from .._ops import selection as ops

if TYPE_CHECKING:
    from ..tensor import Tensor

_clamp_number_ = inplace(ops.clamp_number)
_clamp_tensor_ = inplace(ops.clamp_tensor)


class SelectionMethods:
    """Rows of the method table: choices between elements."""

    __slots__ = ()

    maximum, minimum = method(ops.maximum), method(ops.minimum)
    fmax, fmin = method(ops.fmax), method(ops.fmin)
    clamp = clip = method(ops.clamp)
    clamp_min, clamp_min_ = method(ops.clamp_min), inplace(ops.clamp_min)
    clamp_max, clamp_max_ = method(ops.clamp_max), inplace(ops.clamp_max)

    def clamp_(self: Any, min: Any = None, max: Any = None) -> Tensor:
        """In-place form of `clamp`."""
        tensors = hasattr(min, "_array") or hasattr(max, "_array")
        return (_clamp_tensor_ if tensors else _clamp_number_)(self, min, max)

    clip_ = clamp_

    def where(self: Any, condition: Any, other: Any) -> Tensor:
        """Elements of this tensor where `condition` holds, else of `other`."""
        return ops.where(condition, self, other)
