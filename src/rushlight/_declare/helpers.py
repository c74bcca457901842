"""Helpers that derivative rules may use."""

from __future__ import annotations

from typing import Any


def restore_dims(g: Any, input_like: Any, dim: tuple[int, ...] | None, keepdim: bool) -> Any:
    """A gradient with the dimensions that a reduction dropped put back as size 1.

    Args:
        g: gradient of the reduction's result.
        input_like: shape of the reduction's input.
        dim: the reduced dimensions, counted from the front; None for all.
        keepdim: whether the reduction kept them.
    """
    if keepdim or not input_like.shape:
        return g
    dims = range(len(input_like.shape)) if dim is None else dim
    shape = tuple(1 if index in dims else size for index, size in enumerate(input_like.shape))
    return g.reshape(shape)
