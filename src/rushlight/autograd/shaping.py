"""Gradients brought to the shape and dtype of what they are gradients of: the engine's part of every rule."""

from __future__ import annotations

from typing import Any

from .._core.dtypes import of_numpy


def fit(gradient: Any, shape: tuple[int, ...], element: Any, source: Any = None, index: int = 0) -> Any:
    """A gradient summed over broadcast dimensions, in the dtype of its tensor.

    Args:
        gradient: a tensor whose shape broadcasts from `shape`.
        shape: the shape wanted.
        element: the NumPy dtype wanted; a complex gradient of a real tensor keeps its real part.
        source: the node that the gradient comes from; None for one that the user gave.
        index: which of the node's inputs it belongs to.

    Raises:
        RuntimeError: the gradient has a shape that `shape` does not broadcast to.
    """
    given = gradient._array.shape
    if given != shape:
        extra = len(given) - len(shape)
        if extra > 0 and given[extra:] == shape:  # what a bias gets: only leading dimensions to sum over
            gradient = gradient.sum(tuple(range(extra))) if shape else gradient.sum()
        elif not _broadcasts(shape, given):
            raise _shape_error(given, shape, source, index)
        else:
            gradient = sum_to_shape(gradient, shape)
    array = gradient._array
    if array.dtype is not element and array.dtype != element:
        if array.dtype.kind == "c" and element.kind != "c":
            gradient = gradient.real
        if gradient._array.dtype != element:
            gradient = gradient.to(of_numpy(element))
    return gradient


def sum_to_shape(gradient: Any, shape: tuple[int, ...]) -> Any:
    """A tensor summed over the dimensions along which `shape` was broadcast."""
    given = gradient._array.shape
    extra = len(given) - len(shape)
    if not shape:
        return gradient.sum()
    dims = tuple(range(extra)) + tuple(
        extra + dim for dim, size in enumerate(shape) if size == 1 and given[extra + dim] != 1
    )
    if dims:
        gradient = gradient.sum(dims, True)
    return gradient.view(shape) if extra else gradient


def _broadcasts(shape: tuple[int, ...], given: tuple[int, ...]) -> bool:
    """Whether `shape` broadcasts to `given`."""
    extra = len(given) - len(shape)
    return extra >= 0 and all(size in (1, given[extra + dim]) for dim, size in enumerate(shape))


def _shape_error(given: tuple[int, ...], shape: tuple[int, ...], source: Any, index: int) -> RuntimeError:
    name = "GraphRoot" if source is None else source.name()
    error = RuntimeError(
        f"Function {name} returned an invalid gradient at index {index} - got {list(given)} but expected shape "
        f"compatible with {list(shape)}"
    )
    error.add_note(
        f"the gradient of an input has the input's shape {list(shape)}, or one that it was broadcast to; the backward "
        f"function of {name} returned {list(given)} for input {index}"
    )
    return error
