"""Copies and conversions as methods."""

from __future__ import annotations

from .._declare.variants import method
from .._ops import conversion as ops


class ConversionMethods:
    """Rows of the method table: copies and conversions."""

    __slots__ = ()

    clone = method(ops.clone)
