"""Values that meet at one place reduced to one: scatter_reduce, index_reduce, and their derivatives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from .._backends.numpy.places import check_index, check_scatter, part_for, vector
from .._backends.numpy.scatter import REDUCTIONS, first_outside, reduce_along, reduce_at
from .._core.dtypes import of_numpy
from .._core.sizes import wrap_dim
from .._declare.dispatch import element_name, no_kernel
from .._declare.kinds import kernel

if TYPE_CHECKING:
    from ..tensor import Tensor

Array = Any
Reduce = Literal["sum", "prod", "mean", "amax", "amin"]


def _scatter_reduce_vjp(
    g: Any, input: Any, dim: int, index: Any, src: Any, reduce: str, include_self: bool, result: Any
) -> tuple[Any, Any]:
    """Gradients of `scatter_reduce`."""
    return _reduced_vjp("scatter_reduce", g, input, dim, index, src, reduce, include_self, result)


def _reduced_vjp(
    name: str, g: Any, input: Any, dim: int, index: Any, src: Any, reduce: str, include_self: bool, result: Any
) -> tuple[Any, Any]:
    """Gradients of values reduced where they meet: what reductions do with equal elements and with what was there."""
    if reduce == "sum":
        for_input, for_src = g, g.gather(dim, index)
    elif reduce == "mean":
        counts = (g.new_ones(input.shape) if include_self else g.new_zeros(input.shape)).scatter_add(
            dim, index, g.new_ones(src.shape)
        )
        counts = counts.masked_fill(counts == 0, 1)
        for_input = g / counts
        for_src = for_input.gather(dim, index)
    elif reduce in ("amax", "amin"):
        chosen = result.gather(dim, index)
        from_self, from_src = input == result, src == chosen
        shares = from_self.to(g.dtype).scatter_add(dim, index, from_src.to(g.dtype))
        spread = g / shares
        for_input, for_src = spread * from_self, spread.gather(dim, index) * from_src
    else:
        for_input, for_src = _prod_vjp(g, input, dim, index, src, include_self, result, name)
    if not include_self:
        for_input = for_input.scatter(dim, index, 0)
    return for_input, for_src


def _prod_vjp(
    g: Any, input: Any, dim: int, index: Any, src: Any, include_self: bool, result: Any, name: str
) -> tuple[Any, Any]:
    """Gradients of a product: a factor's is the product of the others, without dividing by zero."""
    ones = input.masked_fill(input == 0, 1)
    for_input = g * ones.scatter_reduce(dim, index, src, "prod", include_self=include_self) / ones
    zero = src == 0
    zeros = g.new_zeros(input.shape).scatter_add(dim, index, zero.to(g.dtype)).gather(dim, index)
    alone = zero.logical_and(zeros == 1)  # the only zero of its product, whose others are not zero
    others = input.scatter_reduce(dim, index, src.masked_fill(alone, 1), "prod", include_self=include_self)
    usual = (g * result).gather(dim, index) / src.masked_fill(zero, 1)
    for_src = (g * others).gather(dim, index).where(alone, usual)
    if g.is_meta or not bool((zeros > 1).any()):
        return for_input, for_src
    what = "src" if name == "scatter_reduce" else "source"
    return for_input, once_differentiable(
        for_src,
        f"{name}(): Double backward is unsupported for {what} when >1 zeros in {what} are scattered to the same "
        "position in self",
    )


def _refuse(g: Any, reason: str) -> Any:
    raise RuntimeError(reason)


@kernel(name="_once_differentiable", node="Error", exact=True, vjp={"input": _refuse})
def once_differentiable(input: Tensor, reason: str) -> Array:
    """The tensor itself, through which no gradient flows back."""
    return input


@kernel(
    batch="dims",
    exact=True,
    disjoint=True,
    overwrites=True,
    flops=lambda index: index.numel(),
    holomorphic=False,
    vjp={("input", "src"): _scatter_reduce_vjp},
)
def scatter_reduce(
    input: Tensor,
    dim: int,
    index: Tensor,
    src: Tensor,
    reduce: Reduce,
    *,
    include_self: bool = True,
    out: Tensor | None = None,
) -> None:
    """`input` with the elements of `src` that meet at a position along `dim` reduced to one.

    Args:
        input: any tensor.
        dim: the dimension along which `index` places.
        index: int64 or int32 positions, with as many dimensions as `input`.
        src: of the same dtype, nowhere smaller than `index`.
        reduce: how.
        include_self: whether what is in `input` counts as one more element.

    Raises:
        RuntimeError: a position is out of range, or shapes or dtypes do not fit.

    Example::

        >>> torch.scatter_reduce(torch.zeros(2), 0, torch.tensor([0, 1, 0]), torch.tensor([1.0, 2.0, 3.0]), "amax")
        tensor([3., 2.])
    """
    axis = wrap_dim(dim, input.ndim)
    if reduce not in REDUCTIONS:
        raise RuntimeError(f"reduce argument must be either sum, prod, mean, amax or amin, got {reduce}")
    check_index("scatter", index)
    if src.dtype != input.dtype:
        raise RuntimeError("scatter(): Expected self.dtype to be equal to src.dtype")
    check_scatter(input, axis, index, src)
    if input.dtype.kind == "b" and reduce == "mean":
        raise no_kernel("scatter_gather_tensor_cpu_reduce_mean", of_numpy(input.dtype))
    if not index.size:
        return
    positions = vector(index)
    values = part_for(vector(src), positions)
    if input.dtype.itemsize == 2 and input.dtype.kind in "fV":
        wide = vector(input).astype(np.float32)
        reduce_along(wide, axis, positions, values.astype(np.float32), reduce, include_self)
        vector(input)[...] = wide
    else:
        reduce_along(vector(input), axis, positions, values, reduce, include_self)


def _index_reduce_vjp(
    g: Any, input: Any, dim: int, index: Any, source: Any, reduce: str, include_self: bool
) -> tuple[Any, Any]:
    """Gradients of `index_reduce`: those of `scatter_reduce` with the index spread over whole entries."""
    axis = wrap_dim(dim, input.dim())
    sizes = [1] * max(input.dim(), 1)
    sizes[axis] = -1
    spread = index.reshape(sizes).expand(source.shape) if input.dim() else index.reshape(())
    result = input.scatter_reduce(axis, spread, source, reduce, include_self=include_self)
    return _reduced_vjp("index_reduce", g, input, axis, spread, source, reduce, include_self, result)


@kernel(
    exact=True,
    disjoint=True,
    overwrites=True,
    flops=lambda source: source.numel(),
    holomorphic=False,
    vjp={("input", "source"): _index_reduce_vjp},
)
def index_reduce(
    input: Tensor,
    dim: int,
    index: Tensor,
    source: Tensor,
    reduce: Literal["prod", "mean", "amax", "amin"],
    *,
    include_self: bool = True,
    out: Tensor | None = None,
) -> None:
    """`input` with the entries of `source` that meet at a position along `dim` reduced to one.

    Args:
        input: any tensor.
        dim: the dimension.
        index: a vector of int64 or int32 positions, not negative.
        source: as many entries along `dim`, of the same dtype.
        reduce: how.
        include_self: whether what is in `input` counts as one more entry.

    Raises:
        RuntimeError: a position is out of range, or shapes or dtypes do not fit.

    Example::

        >>> torch.index_reduce(torch.ones(2), 0, torch.tensor([0, 0]), torch.tensor([2.0, 3.0]), "prod")
        tensor([6., 1.])
    """
    if reduce not in ("prod", "mean", "amax", "amin"):
        raise RuntimeError(f"index_reduce(): Expected reduce to be one of prod, mean, amax or amin but got {reduce}.")
    axis = wrap_dim(dim, input.ndim)
    target, positions, values = vector(input), vector(index), vector(source)
    if index.dtype != np.int64 and index.dtype != np.int32:
        raise IndexError(f"index_reduce(): Expected dtype int32/int64 for index but got: {element_name(index)}")
    if source.dtype != input.dtype:
        raise RuntimeError("index_reduce(): self and source must have the same scalar type")
    if index.ndim > 1:
        raise IndexError("index_reduce(): Index is supposed to be a vector")
    if positions.size != values.shape[axis]:
        raise IndexError("index_reduce(): Number of indices should be equal to self.size(dim)")
    if values.ndim != target.ndim or _without(values, axis) != _without(target, axis):
        raise RuntimeError(
            "source tensor shape must match self tensor shape, excluding the specified dimension. Got self.shape = "
            f"{list(input.shape)} source.shape = {list(source.shape)}"
        )
    if first_outside(positions, 0, target.shape[axis]) is not None:
        raise IndexError("index out of range in self")
    places = (slice(None),) * axis + (positions,)
    if input.dtype.itemsize == 2 and input.dtype.kind in "fV":
        wide = target.astype(np.float32)
        reduce_at(wide, places, values.astype(np.float32), reduce, include_self)
        target[...] = wide
    else:
        reduce_at(target, places, values, reduce, include_self)


def _without(array: Array, axis: int) -> tuple[int, ...]:
    return array.shape[:axis] + array.shape[axis + 1 :]  # type: ignore[no-any-return]
