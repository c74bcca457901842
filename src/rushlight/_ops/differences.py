"""Differences of neighbours, and integrals by the trapezoidal rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._core.sizes import wrap_dim
from .._core.tensor_base import TensorBase
from .._declare.binding import invalid_combination
from .._declare.kinds import composite
from .._declare.reducing import ops

if TYPE_CHECKING:
    from ..tensor import Tensor


def _check_diff(input: Any, n: int, dim: int, *others: Any) -> None:
    if not input.ndim:
        raise RuntimeError("diff expects input to be at least one-dimensional")
    if n < 0:
        raise RuntimeError(f"order must be non-negative but got {n}")
    axis = wrap_dim(dim, input.ndim)
    for other in others:
        if other is None:
            continue
        if other.ndim != input.ndim:
            raise RuntimeError("diff expects prepend or append to be the same dimension as input")
        for index, (size, wanted) in enumerate(zip(other.shape, input.shape)):
            if index != axis and size != wanted:
                raise RuntimeError(
                    "diff expects the shape of tensor to prepend or append to match that of input except along the "
                    f"differencing dimension; input.size({index}) = {wanted}, but got tensor.size({index}) = {size}"
                )


@composite
def diff(
    input: Tensor, n: int = 1, dim: int = -1, prepend: Tensor | None = None, append: Tensor | None = None, *,
    out: Tensor | None = None,
) -> Tensor:  # fmt: skip
    """Differences of neighbours along `dim`, taken `n` times.

    Args:
        input: at least 1-D; bools give whether neighbours differ.
        n: how many times.
        dim: the dimension.
        prepend, append: what is joined to the front and the back of `input` along `dim` first.

    Example::

        >>> torch.diff(torch.tensor([1, 3, 6]))
        tensor([2, 3])
    """
    _check_diff(input, n, dim, prepend, append)
    pieces = [piece for piece in (prepend, input, append) if piece is not None]
    found = ops.cat(pieces, dim) if len(pieces) > 1 else input
    if not n:
        return found.clone() if found is input else found
    size = found.shape[dim]
    if n >= size:
        return found.narrow(dim, 0, 0).clone()
    for _ in range(n):
        size -= 1
        later, earlier = found.narrow(dim, 1, size), found.narrow(dim, 0, size)
        found = later.logical_xor(earlier) if later._array.dtype.kind == "b" else later - earlier
    return found


def _spacing(name: str, y: Any, x: Any, dx: Any) -> Any:
    """`x` from its two forms; `dx` counts without it."""
    if x is None or not isinstance(x, TensorBase):
        if isinstance(x, (int, float)) or (x is not None and dx is not None):
            raise invalid_combination(name, (y, x))
        return None
    if dx is not None:
        raise invalid_combination(name, (y,), {"dx": dx, "x": x})
    return x


def _widths(name: str, y: Any, x: Any, dim: int) -> Any:
    """The distances between neighbours of `x`, shaped to go with those of `y` along `dim`."""
    if x.ndim == 1 and y.ndim != 1:
        if x.shape[0] != y.shape[dim]:
            raise RuntimeError(f"{name}: There must be one `x` value for each sample point")
        widths = x.narrow(0, 1, x.shape[0] - 1) - x.narrow(0, 0, x.shape[0] - 1)
        shape = [1] * y.ndim
        shape[dim] = -1
        return widths.reshape(shape)
    while x.ndim < y.ndim:
        x = x.unsqueeze(0)
    size = x.shape[dim]
    return x.narrow(dim, 1, size - 1) - x.narrow(dim, 0, size - 1)


def _pairs(y: Any, dim: int) -> Any:
    size = y.shape[dim]
    return y.narrow(dim, 0, size - 1) + y.narrow(dim, 1, size - 1)


def _trapezoid(name: str, y: Any, x: Any, dx: Any, dim: int) -> Any:
    x = _spacing(name, y, x, dx)
    axis = wrap_dim(dim, y.ndim)
    if not y.ndim:
        raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
    size = y.shape[axis]
    if not size:
        return y.new_zeros((*y.shape[:axis], *y.shape[axis + 1 :]))
    if x is not None:
        return (_pairs(y, axis) * _widths("trapezoid", y, x, axis)).sum(axis) / 2.0
    ends = (y.select(axis, 0) + y.select(axis, size - 1)) * 0.5
    return (y.sum(axis) - ends) * (1 if dx is None else dx)


@composite
def trapezoid(y: Tensor, x: Tensor | None = None, *, dx: float | None = None, dim: int = -1) -> Tensor:
    """Integral along `dim` by the trapezoidal rule.

    Args:
        y: values; at least 1-D.
        x: where they were taken: of the shape of `y`, or 1-D.
        dx: the distance of neighbours where `x` is not given; 1 by default.
        dim: the dimension.

    Example::

        >>> torch.trapezoid(torch.tensor([1.0, 2.0, 3.0]), torch.tensor([0.0, 1.0, 3.0]))
        tensor(6.5000)
    """
    return _trapezoid("trapezoid", y, x, dx, dim)


@composite
def trapz(y: Tensor, x: Tensor | None = None, *, dx: float | None = None, dim: int = -1) -> Tensor:
    """The older name of `trapezoid`.

    Args:
        y: values; at least 1-D.
        x: where they were taken: of the shape of `y`, or 1-D.
        dx: the distance of neighbours where `x` is not given; 1 by default.
        dim: the dimension.

    Example::

        >>> torch.trapz(torch.tensor([1.0, 2.0, 3.0]))
        tensor(4.)
    """
    return _trapezoid("trapz", y, x, dx, dim)


@composite
def cumulative_trapezoid(y: Tensor, x: Tensor | None = None, *, dx: float | None = None, dim: int = -1) -> Tensor:
    """Integral along `dim` up to each place, by the trapezoidal rule.

    Args:
        y: values; at least 1-D.
        x: where they were taken: of the shape of `y`, or 1-D.
        dx: the distance of neighbours where `x` is not given; 1 by default.
        dim: the dimension.

    Example::

        >>> torch.cumulative_trapezoid(torch.tensor([1.0, 2.0, 3.0]))
        tensor([1.5000, 4.0000])
    """
    x = _spacing("cumulative_trapezoid", y, x, dx)
    if not y.ndim:
        raise IndexError("slice() cannot be applied to a 0-dim tensor.")
    axis = wrap_dim(dim, y.ndim)
    if x is None:
        return (_pairs(y, axis) * ((1 if dx is None else dx) / 2.0)).cumsum(axis)
    return (_pairs(y, axis) * _widths("cumulative_trapezoid", y, x, axis)).cumsum(axis) / 2.0
