"""Distinct values, and membership in a set of them."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from .._backends.numpy.large import extreme
from .._backends.numpy.machine_code import FROM, attempt, compiled
from .._core.dtypes import BOOL, dtype as DType
from .._core.sizes import wrap_dim
from .._core.tensor_base import TensorBase
from .._declare.binding import invalid_combination
from .._declare.dispatch import no_kernel, scalar_name
from .._declare.helpers import common_dtype
from .._declare.kinds import composite, kernel

if TYPE_CHECKING:
    from ..tensor import Tensor

Number = bool | int | float | complex


def _check_unique(input: Any, dim: int | None) -> None:
    if dim is not None:
        axis = wrap_dim(dim, input.ndim)
        if not input.ndim:
            raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
        if not input.shape[axis] and any(size == 0 for index, size in enumerate(input.shape) if index != axis):
            raise RuntimeError("Expected tensor to have non-zero sizes")
        if input.shape[axis] and not input.numel():
            raise RuntimeError("There are 0 sized dimensions, and they aren't selected, so unique cannot be applied")
    if input.dtype.is_complex:
        raise no_kernel("unique", input.dtype)


def _groups(fresh: Any, order: Any | None) -> tuple[Any, Any]:
    """Which group each element is in and how many each group has, from where a new one begins in sorted order."""
    number = np.cumsum(fresh) - 1
    inverse = number
    if order is not None:
        inverse = np.empty(len(order), np.int64)
        inverse[order] = number
    return inverse.astype(np.int64), np.bincount(number, minlength=0).astype(np.int64)


def _new_rows(rows: Any) -> Any:
    """Where a row differs from the one before it; nan differs from itself."""
    fresh = np.ones(len(rows), np.bool_)
    fresh[1:] = (rows[1:] != rows[:-1]).any(1) if rows.ndim > 1 else rows[1:] != rows[:-1]
    return fresh


_NONE = np.zeros(0, np.int64)


def _counted(input: Any, details: bool) -> tuple[Any, Any, Any] | None:
    """Distinct integers by counting how often each one of their range occurs; None where there are too many."""
    low, high = (int(extreme(function, input, None, False)) for function in (np.minimum, np.maximum))
    if high - low >= input.size or input.dtype.itemsize < 4:
        return None
    shifted = (input.reshape(-1) - input.dtype.type(low)).astype(np.int64, copy=False)
    counts = compiled("count", shifted, high - low + 1, part="searching")
    if counts is None:
        return None
    places = np.flatnonzero(counts)
    values = (places + low).astype(input.dtype)
    if not details:
        return values, _NONE, _NONE
    inverse = attempt("indexed", "take", np.cumsum(counts > 0) - 1, 0, [shifted])
    if inverse is None:
        return None
    return values, inverse.reshape(input.shape), counts[places]


def _distinct(input: Any, dim: int | None, ordered: bool, details: bool) -> tuple[Any, Any, Any]:
    """Distinct elements (slices along `dim`) and, for `details`, the group of each and the sizes of the groups."""
    if dim is None and ordered and input.size >= FROM and input.dtype.kind in "iu":
        counted = _counted(input, details)
        if counted is not None:
            return counted
    if dim is None and ordered and not details:
        arranged = np.sort(input.reshape(-1))
        return arranged[_new_rows(arranged)], _NONE, _NONE
    moved = input if dim is None else np.moveaxis(input, dim, 0)
    rows = moved.reshape(-1) if dim is None else moved.reshape(len(moved), prod(moved.shape[1:]))
    order = None
    if ordered:
        order = np.argsort(rows, kind="stable") if rows.ndim == 1 else np.lexsort(rows.T[::-1]) if rows.size else None
    arranged = rows if order is None else rows[order]
    fresh = _new_rows(arranged)
    inverse, counts = _groups(fresh, order) if details else (_NONE, _NONE)
    values = arranged[fresh]
    if dim is None:
        return values, inverse.reshape(input.shape) if details else inverse, counts
    return np.moveaxis(values.reshape(len(values), *moved.shape[1:]), 0, dim), inverse, counts


@kernel(name="_unique2", flops=0, check=lambda input, details: _check_unique(input, None), nondifferentiable=(1, 2))
def _unique(input: Tensor, details: bool) -> Any:
    return _distinct(input, None, True, details)


@kernel(
    name="unique_dim", flops=0, check=lambda input, dim, details: _check_unique(input, dim), nondifferentiable=(1, 2)
)
def _unique_dim(input: Tensor, dim: int, details: bool) -> Any:
    return _distinct(input, wrap_dim(dim, input.ndim), True, details)


@kernel(
    name="_unique_consecutive",
    flops=0,
    check=lambda input, dim, details: _check_unique(input, dim),
    nondifferentiable=(1, 2),
)
def _unique_consecutive(input: Tensor, dim: int | None, details: bool) -> Any:
    return _distinct(input, None if dim is None else wrap_dim(dim, input.ndim), False, details)


def _wanted(found: Any, inverse: bool, counts: bool) -> Any:
    parts = [found[0]] + [found[1]] * bool(inverse) + [found[2]] * bool(counts)
    return parts[0] if len(parts) == 1 else tuple(parts)


@composite
def unique(
    input: Tensor, sorted: bool = True, return_inverse: bool = False, return_counts: bool = False,
    dim: int | None = None,
) -> Any:  # fmt: skip
    """The distinct elements, or the distinct slices along `dim`, in rising order.

    Args:
        input: any shape; real. nan is distinct from every other nan.
        sorted: whether they are to be in order (here they always are).
        return_inverse: whether to tell for each element which of the distinct ones it is.
        return_counts: whether to tell how often each occurs.
        dim: the dimension whose slices are compared; None for elements.

    Returns:
        The distinct elements; with one of the options a tuple.

    Example::

        >>> torch.unique(torch.tensor([3, 1, 3]), return_counts=True)
        (tensor([1, 3]), tensor([1, 2]))
    """
    details = bool(return_inverse or return_counts)
    found = _unique(input, details) if dim is None else _unique_dim(input, dim, details)
    return _wanted(found, return_inverse, return_counts)


@composite
def unique_consecutive(
    input: Tensor, return_inverse: bool = False, return_counts: bool = False, dim: int | None = None
) -> Any:
    """The elements, or the slices along `dim`, without those that equal the one before them.

    Args:
        input: any shape; real.
        return_inverse: whether to tell for each element which of the results it belongs to.
        return_counts: whether to tell how long each run was.
        dim: the dimension whose slices are compared; None for elements.

    Returns:
        What is left; with one of the options a tuple.

    Example::

        >>> torch.unique_consecutive(torch.tensor([1, 1, 2, 1]))
        tensor([1, 2, 1])
    """
    found = _unique_consecutive(input, dim, bool(return_inverse or return_counts))
    return _wanted(found, return_inverse, return_counts)


@kernel(name="isin.any", promote=("elements", "test_elements"), flops=0, nondifferentiable=True)
def _isin(elements: Tensor | Number, test_elements: Tensor | Number, invert: bool) -> Tensor:
    return np.isin(elements, test_elements, invert=invert)


@composite
def isin(
    elements: Tensor | Number, test_elements: Tensor | Number, *, assume_unique: bool = False, invert: bool = False,
    out: Tensor | None = None,
) -> Tensor:  # fmt: skip
    """Whether each element is one of the test elements.

    Args:
        elements: a tensor, or a number.
        test_elements: a tensor, or a number; one of both has to be a tensor.
        assume_unique: whether neither has equal elements (which changes nothing here).
        invert: whether to tell instead which are not.

    Example::

        >>> torch.isin(torch.tensor([1, 2, 3]), torch.tensor([1, 3]))
        tensor([ True, False,  True])
    """
    if not (isinstance(elements, TensorBase) or isinstance(test_elements, TensorBase)):
        raise invalid_combination("isin", (elements, test_elements))
    for value in (elements, test_elements):
        element: DType | None = common_dtype(value)
        if element is not None and (element.is_complex or element.category == BOOL):
            raise RuntimeError(f"Unsupported input type encountered for isin(): {scalar_name(element)}")
    return _isin(elements, test_elements, invert)
