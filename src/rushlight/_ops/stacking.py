"""Tensors laid side by side, grids and combinations: hstack and its kin, meshgrid, cartesian_prod."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .._core.sizes import mismatch
from .._core.tensor_base import TensorBase, wrap
from .._declare.helpers import call_operator
from .._declare.kinds import composite

if TYPE_CHECKING:
    from ..tensor import Tensor


def gathered(tensors: tuple[Any, ...]) -> list[Any]:
    """Tensors given one by one or as one sequence."""
    if len(tensors) == 1 and isinstance(tensors[0], (tuple, list)):
        return list(tensors[0])
    return list(tensors)


def _raised(name: str, tensor: Any, ndim: int) -> Any:
    """A tensor with dimensions of size 1 added as `atleast_1d`, `atleast_2d` and `atleast_3d` do."""
    if not isinstance(tensor, TensorBase):
        raise TypeError(f"{name}(): argument 'tensors' (position 1) must be Tensor, not {type(tensor).__name__}")
    have = tensor._array.ndim
    if have >= ndim:
        return tensor
    if have == 0:
        return tensor.reshape((1,) * ndim)
    if have == 1:
        raised = tensor.unsqueeze(0)
        return raised if ndim == 2 else raised.unsqueeze(-1)
    return tensor.unsqueeze(-1)


def _raised_all(name: str, tensors: tuple[Any, ...], ndim: int) -> Any:
    if len(tensors) == 1 and isinstance(tensors[0], TensorBase):
        return _raised(name, tensors[0], ndim)
    return tuple(_raised(name, tensor, ndim) for tensor in gathered(tensors))


def atleast_1d(*tensors: Any) -> Any:
    """Tensors with 0-d ones made 1-d.

    Args:
        tensors: one tensor, several, or a sequence of them.

    Returns:
        The tensor, or a tuple.

    Example::

        >>> torch.atleast_1d(torch.tensor(1))
        tensor([1])
    """
    return _raised_all("atleast_1d", tensors, 1)


def atleast_2d(*tensors: Any) -> Any:
    """Tensors with dimensions put in front until there are two.

    Args:
        tensors: one tensor, several, or a sequence of them.

    Returns:
        The tensor, or a tuple.

    Example::

        >>> torch.atleast_2d(torch.tensor([1, 2]))
        tensor([[1, 2]])
    """
    return _raised_all("atleast_2d", tensors, 2)


def atleast_3d(*tensors: Any) -> Any:
    """Tensors with dimensions added until there are three: one in front of a vector, the rest behind.

    Args:
        tensors: one tensor, several, or a sequence of them.

    Returns:
        The tensor, or a tuple.

    Example::

        >>> torch.atleast_3d(torch.ones(2, 3)).shape
        torch.Size([2, 3, 1])
    """
    return _raised_all("atleast_3d", tensors, 3)


def _join(name: str, tensors: Any, raise_to: int, axis: int, out: Any) -> Any:
    """Joins tensors along a dimension after adding dimensions where they have too few."""
    if isinstance(tensors, TensorBase) or not isinstance(tensors, (tuple, list)):
        kind = type(tensors).__name__
        raise TypeError(f"{name}(): argument 'tensors' (position 1) must be tuple of Tensors, not {kind}")
    if not tensors:
        raise RuntimeError(f"{name} expects a non-empty TensorList")
    raised = [_raised(name, tensor, raise_to) for tensor in tensors]
    if axis == 1 and raised[0]._array.ndim == 1:
        axis = 0
    return call_operator("cat", raised, axis, **({} if out is None else {"out": out}))


@composite
def hstack(tensors: Sequence[Tensor], *, out: Tensor | None = None) -> Tensor:
    """Tensors joined side by side: along the second dimension, vectors along their only one.

    Args:
        tensors: tensors whose other sizes agree.

    Example::

        >>> torch.hstack((torch.tensor([1, 2]), torch.tensor([3])))
        tensor([1, 2, 3])
    """
    return _join("hstack", tensors, 1, 1, out)  # type: ignore[no-any-return]


@composite
def vstack(tensors: Sequence[Tensor], *, out: Tensor | None = None) -> Tensor:
    """Tensors joined one below the other: along the first dimension, vectors as rows.

    Args:
        tensors: tensors whose other sizes agree.

    Example::

        >>> torch.vstack((torch.tensor([1, 2]), torch.tensor([3, 4])))
        tensor([[1, 2],
                [3, 4]])
    """
    return _join("vstack", tensors, 2, 0, out)  # type: ignore[no-any-return]


@composite
def dstack(tensors: Sequence[Tensor], *, out: Tensor | None = None) -> Tensor:
    """Tensors joined along the third dimension, after dimensions have been added as by `atleast_3d`.

    Args:
        tensors: tensors whose other sizes agree.

    Example::

        >>> torch.dstack((torch.tensor([1, 2]), torch.tensor([3, 4])))
        tensor([[[1, 3],
                 [2, 4]]])
    """
    return _join("dstack", tensors, 3, 2, out)  # type: ignore[no-any-return]


@composite
def column_stack(tensors: Sequence[Tensor], *, out: Tensor | None = None) -> Tensor:
    """Tensors joined side by side, vectors and numbers as columns.

    Args:
        tensors: tensors whose other sizes agree.

    Example::

        >>> torch.column_stack((torch.tensor([1, 2]), torch.tensor([3, 4])))
        tensor([[1, 3],
                [2, 4]])
    """
    if not isinstance(tensors, TensorBase) and tensors:
        tensors = [tensor.reshape((tensor.numel(), 1)) if tensor.dim() <= 1 else tensor for tensor in tensors]
    return _join("column_stack", tensors, 1, 1, out)  # type: ignore[no-any-return]


def broadcast_tensors(*tensors: Any) -> tuple[Tensor, ...]:
    """Tensors expanded to the shape that they broadcast to.

    Args:
        tensors: tensors whose shapes broadcast.

    Raises:
        RuntimeError: they do not.

    Example::

        >>> torch.broadcast_tensors(torch.tensor([[1], [2]]), torch.tensor([3, 4]))[0]
        tensor([[1, 1],
                [2, 2]])
    """
    given = gathered(tensors)
    shape: tuple[int, ...] = ()
    for tensor in given:
        error = mismatch(shape, tensor._array.shape)
        if error is not None:
            raise error
        shape = np.broadcast_shapes(shape, tensor._array.shape)
    return tuple(tensor if tensor._array.shape == shape else tensor.expand(shape) for tensor in given)


def meshgrid(*tensors: Any, indexing: str | None = None) -> tuple[Tensor, ...]:
    """The coordinates of all points of a grid, one tensor for each axis.

    Args:
        tensors: vectors or 0-d tensors of one dtype, the places along each axis.
        indexing: ``"ij"`` puts the first axis first, ``"xy"`` swaps the first two, as plots have them.

    Raises:
        RuntimeError: there are none, one has more dimensions, or dtypes differ.

    Example::

        >>> torch.meshgrid(torch.tensor([1, 2]), torch.tensor([3, 4]), indexing="ij")[0]
        tensor([[1, 1],
                [2, 2]])
    """
    given = gathered(tensors)
    if indexing is None:
        warnings.warn(
            "torch.meshgrid: in an upcoming release, it will be required to pass the indexing argument.",
            UserWarning,
            stacklevel=2,
        )
    _check_grid(given, indexing)
    swap = indexing == "xy" and len(given) >= 2
    if swap:
        given[:2] = given[1::-1]
    shape = tuple(tensor.numel() for tensor in given)
    found = []
    for axis, tensor in enumerate(given):
        sizes = [1] * len(given)
        sizes[axis] = -1
        found.append(tensor.view(sizes).expand(shape))
    if swap:
        found[:2] = found[1::-1]
    return tuple(found)


def _check_grid(tensors: list[Any], indexing: str | None) -> None:
    if not tensors:
        raise RuntimeError("meshgrid expects a non-empty TensorList")
    if indexing not in (None, "ij", "xy"):
        raise RuntimeError(f'torch.meshgrid: indexing must be one of "xy" or "ij", but received: {indexing}')
    for tensor in tensors:
        if tensor.dim() > 1:
            raise RuntimeError(f"torch.meshgrid: Expected 0D or 1D tensor in the tensor list but got: {tensor}")
        if tensor.dtype is not tensors[0].dtype:
            raise RuntimeError("meshgrid expects all tensors to have the same dtype")


def _check_vector(tensor: Any) -> None:
    if tensor.dim() != 1:
        raise RuntimeError(f"Expect a 1D vector, but got shape {list(tensor.shape)}")


def cartesian_prod(*tensors: Any) -> Tensor:
    """All combinations of one element of each vector, one a row.

    Args:
        tensors: vectors.

    Raises:
        RuntimeError: one is no vector.

    Example::

        >>> torch.cartesian_prod(torch.tensor([1, 2]), torch.tensor([3, 4]))
        tensor([[1, 3],
                [1, 4],
                [2, 3],
                [2, 4]])
    """
    for tensor in tensors:
        _check_vector(tensor)
    if len(tensors) == 1:
        return tensors[0]  # type: ignore[no-any-return]
    columns = [grid.flatten() for grid in meshgrid(*tensors, indexing="ij")]
    return call_operator("stack", columns, 1)  # type: ignore[no-any-return]


@composite
def combinations(input: Tensor, r: int = 2, with_replacement: bool = False) -> Tensor:
    """All choices of `r` elements of a vector, in its order, one a row.

    Args:
        input: a vector.
        r: how many elements.
        with_replacement: whether an element may be chosen again.

    Raises:
        RuntimeError: `input` is no vector, or `r` is negative.

    Example::

        >>> torch.combinations(torch.tensor([1, 2, 3]))
        tensor([[1, 2],
                [1, 3],
                [2, 3]])
    """
    _check_vector(input)
    if r < 0:
        raise RuntimeError(f"Expect a non-negative number, but got {r}")
    if r == 0:
        return input.new_empty((0,))
    places = np.arange(input.numel())
    chosen = np.ones((1,) * r, np.bool_)
    for first, second in itertools.pairwise(np.meshgrid(*(places,) * r, indexing="ij")):
        chosen = chosen & (first <= second if with_replacement else first < second)
    mask = wrap(np.broadcast_to(chosen, (places.size,) * r).copy())
    grids = meshgrid(*(input,) * r, indexing="ij")
    return call_operator("stack", [grid.masked_select(mask) for grid in grids], 1)  # type: ignore[no-any-return]


def block_diag(*tensors: Any) -> Tensor:
    """A matrix with the given ones along its diagonal and zeros elsewhere.

    Args:
        tensors: matrices; vectors count as rows, 0-d tensors as 1x1.

    Raises:
        RuntimeError: one has more than two dimensions.

    Example::

        >>> torch.block_diag(torch.tensor([1, 2]), torch.tensor(3))
        tensor([[1, 2, 0],
                [0, 0, 3]])
    """
    given = gathered(tensors)
    return call_operator("block_diag", given) if given else wrap(np.zeros((1, 0), np.float32))  # type: ignore[no-any-return]
