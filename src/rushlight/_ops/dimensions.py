"""Dimensions exchanged, dropped and added: transpose, permute, squeeze, unsqueeze and their kin."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .._core.modes import OFF, modes
from .._core.sizes import wrap_dim
from .._core.tensor_base import PLAIN, wrap
from .._declare.kinds import composite, copying, view

if TYPE_CHECKING:
    from ..tensor import Tensor

Array = Any
Dims = int | Sequence[int]


@view(
    eager=np.ndarray.swapaxes,
    inplace_node="TransposeBackward1",
    vjp={"input": lambda g, dim0, dim1: g.transpose(dim0, dim1)},
)
def transpose(input: Tensor, dim0: int, dim1: int) -> Array:
    """Two dimensions swapped.

    Args:
        input: any tensor.
        dim0, dim1: the dimensions.

    Raises:
        IndexError: one of them is no dimension of `input`.

    Example::

        >>> torch.transpose(torch.ones(2, 3), 0, 1).shape
        torch.Size([3, 2])
    """
    first, second = wrap_dim(dim0, input.ndim), wrap_dim(dim1, input.ndim)
    return input.swapaxes(first, second) if input.ndim else input.view()


@composite
def swapaxes(input: Tensor, axis0: int, axis1: int) -> Tensor:
    """Two dimensions swapped: `transpose` under NumPy's name.

    Args:
        input: any tensor.
        axis0, axis1: the dimensions.

    Example::

        >>> torch.swapaxes(torch.ones(2, 3), 0, 1).shape
        torch.Size([3, 2])
    """
    return input.transpose(axis0, axis1)


def _t(array: Array) -> Array:
    return array.T if array.ndim <= 2 else None


def _turned(g: Tensor) -> Tensor:
    """The gradient of `t`, past the operator where nobody records it: every linear layer's weight gets one."""
    if modes.record == OFF and type(g) in PLAIN and type(g._array) is np.ndarray:
        return wrap(g._array.T)  # type: ignore[no-any-return]
    return g.t()


@view(
    eager=_t,
    inplace_node="TBackward1",
    batch=lambda input: input.transpose(-2, -1) if input.ndim == 3 else input[...],
    vjp={"input": _turned},
)
def t(input: Tensor) -> Array:
    """A matrix transposed; 0-d and 1-d tensors stay as they are.

    Args:
        input: a tensor of at most two dimensions.

    Raises:
        RuntimeError: it has more.

    Example::

        >>> torch.t(torch.ones(2, 3)).shape
        torch.Size([3, 2])
    """
    if input.ndim > 2:
        raise RuntimeError(f"t() expects a tensor with <= 2 dimensions, but self is {input.ndim}D")
    return input.T


@composite
def numpy_t(input: Tensor) -> Tensor:
    """All dimensions in reverse order (``.T``)."""
    ndim = input._array.ndim
    if ndim != 2:
        _warn_of_t(ndim)
    return input.permute(tuple(range(ndim - 1, -1, -1)))


def _warn_of_t(ndim: int) -> None:
    if ndim == 0:
        text = "Tensor.T is deprecated on 0-D tensors. This function is the identity in these cases."
    else:
        text = (
            "The use of `x.T` on tensors of dimension other than 2 to reverse their shape is deprecated and it will "
            "throw an error in a future release. Consider `x.mT` to transpose batches of matrices or "
            "`x.permute(*torch.arange(x.ndim - 1, -1, -1))` to reverse the dimensions of a tensor."
        )
    warnings.warn(text, UserWarning, stacklevel=4)


@composite
def matrix_t(input: Tensor) -> Tensor:
    """The last two dimensions swapped (``.mT``).

    Raises:
        RuntimeError: `input` is 1-d.
    """
    _needs_matrix(input, "mT")
    return input.transpose(-2, -1) if input._array.ndim else input


def _needs_matrix(input: Tensor, name: str) -> None:
    if input._array.ndim == 1:
        raise RuntimeError(
            f"tensor.{name} is only supported on matrices or batches of matrices. Got {input._array.ndim}-D tensor."
        )
    if input._array.ndim == 0:
        text = "Tensor.mT is deprecated on 0-D tensors. This function is the identity in these cases."
        if name != "mT":
            text = f"{'Tensor.' * (name == 'mH')}{name} is deprecated on 0-D tensors. Consider using x.conj()."
        warnings.warn(text, UserWarning, stacklevel=5)


def _conj_transposed(input: Tensor) -> Tensor:
    swapped = input.transpose(-2, -1) if input._array.ndim else input
    return swapped.conj() if input._array.dtype.kind == "c" else swapped


@composite
def adjoint(input: Tensor) -> Tensor:
    """The last two dimensions swapped, complex elements conjugated.

    Args:
        input: a matrix or a batch of matrices.

    Raises:
        RuntimeError: `input` is 1-d.

    Example::

        >>> torch.adjoint(torch.ones(2, 3)).shape
        torch.Size([3, 2])
    """
    _needs_matrix(input, "adjoint()")
    return _conj_transposed(input)


@composite
def matrix_h(input: Tensor) -> Tensor:
    """The last two dimensions swapped, complex elements conjugated (``.mH``)."""
    _needs_matrix(input, "mH")
    return _conj_transposed(input)


@composite
def conj_t(input: Tensor) -> Tensor:
    """A matrix transposed and conjugated (``.H``).

    Raises:
        RuntimeError: `input` is not a matrix.
    """
    ndim = input._array.ndim
    if ndim == 0:
        warnings.warn("Tensor.H is deprecated on 0-D tensors. Consider using x.conj().", UserWarning, stacklevel=4)
    elif ndim != 2:
        hint = " For batches of matrices, consider using tensor.mH" if ndim > 2 else ""
        raise RuntimeError(f"tensor.H is only supported on matrices (2-D tensors). Got {ndim}-D tensor.{hint}")
    return _conj_transposed(input)


@view(
    eager=np.ndarray.transpose,
    batch=lambda input, dims: input.permute((0, *(dim + 1 if dim >= 0 else dim for dim in dims))),
    vjp={"input": lambda g, dims: g.permute(inverse(dims))},
)
def permute(input: Tensor, dims: Sequence[int]) -> Array:
    """The dimensions in another order.

    Args:
        input: any tensor.
        dims: every dimension once, in the order wanted.

    Raises:
        RuntimeError: `dims` is not a permutation.

    Example::

        >>> torch.permute(torch.ones(2, 3, 4), (2, 0, 1)).shape
        torch.Size([4, 2, 3])
    """
    if len(dims) != input.ndim:
        raise RuntimeError(
            "permute(sparse_coo): number of dimensions in the tensor input does not match the length of the desired "
            f"ordering of dimensions i.e. input.dim() = {input.ndim} is not equal to len(dims) = {len(dims)}"
        )
    order = tuple(wrap_dim(dim, input.ndim) for dim in dims)
    if len(set(order)) != len(order):
        raise RuntimeError("permute(): duplicate dims are not allowed.")
    return input.transpose(order)


def inverse(dims: Sequence[int]) -> tuple[int, ...]:
    """The permutation that undoes another."""
    places = [dim % len(dims) for dim in dims]
    return tuple(sorted(range(len(places)), key=places.__getitem__))


@composite
def movedim(input: Tensor, source: Dims, destination: Dims) -> Tensor:
    """Dimensions moved to other places, the rest in their order.

    Args:
        input: any tensor.
        source: the dimension or dimensions to move.
        destination: where to; as many.

    Raises:
        RuntimeError: the numbers differ, or a dimension is named twice.

    Example::

        >>> torch.movedim(torch.ones(2, 3, 4), 0, -1).shape
        torch.Size([3, 4, 2])
    """
    ndim = input._array.ndim
    sources = (source,) if isinstance(source, int) else tuple(source)
    targets = (destination,) if isinstance(destination, int) else tuple(destination)
    if len(sources) != len(targets):
        raise RuntimeError(
            f"movedim: Invalid source or destination dims: source ({list(sources)} dims) should contain the same "
            f"number of dims as destination ({list(targets)} dims)"
        )
    taken = [wrap_dim(dim, ndim) for dim in sources]
    places = [wrap_dim(dim, ndim) for dim in targets]
    for name, dims, given in (("source", taken, sources), ("destination", places, targets)):
        if len(set(dims)) != len(dims):
            raise RuntimeError(f"movedim: repeated dim in `{name}` ({list(given)})")
    if ndim == 0:
        return input
    rest = iter(dim for dim in range(ndim) if dim not in taken)
    moved = dict(zip(places, taken, strict=True))
    return input.permute(tuple(moved[place] if place in moved else next(rest) for place in range(ndim)))


_NEW = tuple((slice(None),) * dim + (None,) for dim in range(64))
"""NumPy's index that adds a dimension at each place; its stride is 0, for which `stride()` shows what torch has."""


def _unsqueezed(array: Array, dim: int) -> Array:
    if dim < 0:
        dim += array.ndim + 1
        if dim < 0:
            return None
    return array[_NEW[dim]]


@view(
    eager=_unsqueezed,
    inplace_node="UnsqueezeBackward1",
    batch=lambda input, dim: input.unsqueeze(wrap_dim(dim, input.ndim) + 1),
    vjp={"input": lambda g, dim: g.squeeze(dim)},
)
def unsqueeze(input: Tensor, dim: int) -> Array:
    """A new dimension of size 1.

    Args:
        input: any tensor.
        dim: its place; -1 puts it last.

    Raises:
        IndexError: there is no such place.

    Example::

        >>> torch.unsqueeze(torch.ones(3), 0).shape
        torch.Size([1, 3])
    """
    return _unsqueezed(input, wrap_dim(dim, input.ndim + 1))


def _squeezed(array: Array, dim: Any = None) -> Array:
    if dim is None:
        return array.squeeze()
    if type(dim) is not int:
        return None
    shape = array.shape
    return array.squeeze(dim) if shape[dim] == 1 else array[...]


def _squeeze_examples(input: Tensor, dim: Any) -> Tensor:
    """`squeeze` of every example of a batch, which itself may have one example."""
    if dim is None:
        dims = [place for place, size in enumerate(input.shape) if size == 1 and place]
    else:
        dims = [wrap_dim(one, input.ndim - 1) + 1 for one in (dim if isinstance(dim, (tuple, list)) else (dim,))]
    return input.squeeze(tuple(dims)) if dims and input.ndim > 1 else input[...]


@view(
    eager=_squeezed,
    node=("SqueezeBackward0", "SqueezeBackward1", "SqueezeBackward2"),
    inplace_node=("SqueezeBackward3", "SqueezeBackward4", "SqueezeBackward5"),
    pick_node=lambda input, dim: 0 if dim is None else 1 if isinstance(dim, int) else 2,
    batch=lambda input, dim: _squeeze_examples(input, dim),
    vjp={"input": lambda g, input_shape: g.reshape(input_shape)},
)
def squeeze(input: Tensor, dim: Dims | None = None) -> Array:
    """Dimensions of size 1 dropped.

    Args:
        input: any tensor.
        dim: the dimension or dimensions to drop if their size is 1; None drops all such.

    Raises:
        IndexError: `dim` is no dimension of `input`.

    Example::

        >>> torch.squeeze(torch.ones(1, 2, 1)).shape
        torch.Size([2])
    """
    if dim is None:
        return input.squeeze()
    dims = [wrap_dim(one, input.ndim) for one in (dim if isinstance(dim, (tuple, list)) else (dim,))]
    if len(set(dims)) != len(dims):
        repeated = next(one for one in dims if dims.count(one) > 1)
        raise RuntimeError(f"dim {repeated} appears multiple times in the list of dims")
    return input.squeeze(tuple(one for one in dims if input.ndim and input.shape[one] == 1))


transpose_copy, t_copy, permute_copy = copying(transpose), copying(t), copying(permute)
squeeze_copy, unsqueeze_copy = copying(squeeze), copying(unsqueeze)
