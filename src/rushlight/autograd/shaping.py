"""Gradients brought to the shape and dtype of what they are gradients of: the engine's part of every rule."""

from __future__ import annotations

from typing import Any

from .._core.dtypes import of_numpy


def fit(gradient: Any, shape: tuple[int, ...], element: Any) -> Any:
    """A gradient summed over broadcast dimensions, in the dtype of its tensor.

    Args:
        gradient: a tensor whose shape broadcasts from `shape`.
        shape: the shape wanted.
        element: the NumPy dtype wanted; a complex gradient of a real tensor keeps its real part.

    Raises:
        RuntimeError: the gradient has a shape that `shape` does not broadcast to.
    """
    if gradient._array.shape != shape:
        gradient = sum_to_shape(gradient, shape)
    if gradient._array.dtype is not element:
        if gradient._array.dtype.kind == "c" and element.kind != "c":
            gradient = gradient.real
        if gradient._array.dtype != element:
            gradient = gradient.to(of_numpy(element))
    return gradient


def sum_to_shape(gradient: Any, shape: tuple[int, ...]) -> Any:
    """A tensor summed over the dimensions along which `shape` was broadcast."""
    given = gradient._array.shape
    extra = len(given) - len(shape)
    if extra < 0 or any(size not in (1, given[extra + dim]) for dim, size in enumerate(shape)):
        raise RuntimeError(
            f"Function returned an invalid gradient at index 0 - got {list(given)} but expected shape compatible with {list(shape)}"
        )
    dims = tuple(range(extra)) + tuple(
        extra + dim for dim, size in enumerate(shape) if size == 1 and given[extra + dim] != 1
    )
    if dims:
        gradient = gradient.sum(dims, True)
    return gradient.reshape(shape) if extra else gradient
