"""Elements picked and placed along a dimension by an index of their own: gather, scatter, take, put and their kin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from .._backends.numpy.errstate import quiet
from .._backends.numpy.scatter import add_at, combine_at, first_outside, places_along
from .._core.dtypes import of_numpy
from .._core.sizes import wrap_dim
from .._declare.dispatch import no_kernel, scalar_name
from .._declare.kinds import composite, kernel

if TYPE_CHECKING:
    from ..tensor import Tensor

Array = Any
Number = bool | int | float | complex
Reduce = Literal["sum", "prod", "mean", "amax", "amin"]


def _name(array: Array) -> str:
    return scalar_name(of_numpy(array.dtype))


def _in_range(index: Array, size: int, dim: int) -> None:
    """Raises torch's error for a position that is negative or too large."""
    bad = first_outside(index, 0, size)
    if bad is not None:
        error = RuntimeError(f"index {bad} is out of bounds for dimension {dim} with size {size}")
        error.add_note("positions count from 0; negative ones are not taken here")
        raise error


def _check_index_dtype(name: str, index: Array) -> None:
    if index.dtype != np.int64 and index.dtype != np.int32:
        raise RuntimeError(f"{name}(): Expected dtype int32/int64 for index")


def _vector(array: Array) -> Array:
    return array.reshape(1) if not array.ndim else array


@kernel(
    exact=True,
    disjoint=True,
    holomorphic=False,
    vjp={"input": lambda g, input_shape, dim, index: g.new_zeros(input_shape).scatter_add(dim, index, g)},
)
def gather(input: Tensor, dim: int, index: Tensor, *, sparse_grad: bool = False, out: Tensor | None = None) -> Array:
    """The elements of `input` at positions `index` along `dim`, and at their own place along the others.

    Args:
        input: any tensor.
        dim: the dimension along which `index` picks.
        index: int64 or int32 positions, with as many dimensions as `input` and nowhere larger except along `dim`.
        sparse_grad: not used; gradients are dense.

    Raises:
        RuntimeError: a position is out of range, or the shapes do not fit.

    Example::

        >>> torch.gather(torch.tensor([[1, 2], [3, 4]]), 1, torch.tensor([[0, 0], [1, 0]]))
        tensor([[1, 1],
                [4, 3]])
    """
    axis = wrap_dim(dim, input.ndim)
    if not index.size:
        return np.zeros(index.shape, input.dtype)
    _check_index_dtype("gather", index)
    source, places = _vector(input), _vector(index)
    if source.ndim != places.ndim:
        raise RuntimeError("Index tensor must have the same number of dimensions as input tensor")
    for other, (wanted, size) in enumerate(zip(places.shape, source.shape)):
        if other != axis and wanted > size:
            raise RuntimeError(
                f"Size does not match at dimension {other} expected index {list(index.shape)} to be no larger than "
                f"self {list(input.shape)} apart from dimension {axis}"
            )
    _in_range(places, source.shape[axis], axis)
    return source[places_along(axis, places)].reshape(index.shape)


def _check_scatter(input: Array, axis: int, index: Array, src: Array | None) -> None:
    """Raises torch's errors for shapes and positions that do not fit; nothing has been written by then."""
    if not index.size:
        return
    target, places = _vector(input), _vector(index)
    if places.ndim != target.ndim:
        raise RuntimeError("Index tensor must have the same number of dimensions as self tensor")
    if src is not None and _vector(src).ndim != places.ndim:
        raise RuntimeError("Index tensor must have the same number of dimensions as src tensor")
    fits = all(wanted <= size for other, (wanted, size) in enumerate(zip(places.shape, target.shape)) if other != axis)
    if src is None:
        if not fits:
            raise RuntimeError(
                f"Expected index {list(index.shape)} to be no larger than self {list(input.shape)} apart from "
                f"dimension {axis}"
            )
    elif not fits or any(wanted > size for wanted, size in zip(places.shape, _vector(src).shape)):
        raise RuntimeError(
            f"Expected index {list(index.shape)} to be no larger than self {list(input.shape)} apart from dimension "
            f"{axis} and to be no larger size than src {list(src.shape)}"
        )
    _in_range(places, target.shape[axis], axis)


def _part(src: Array, index: Array) -> Array:
    """The part of `src` that `index` has positions for."""
    return src[tuple(slice(size) for size in index.shape)] if src.shape != index.shape else src


def _scatter_with(ufunc: np.ufunc | None, input: Array, dim: int, index: Array, src: Any) -> None:
    axis = wrap_dim(dim, input.ndim)
    if index.size:
        _check_index_dtype("scatter", index)
    several = isinstance(src, np.ndarray)
    if several and src.dtype != input.dtype:
        raise RuntimeError("scatter(): Expected self.dtype to be equal to src.dtype")
    _check_scatter(input, axis, index, src if several else None)
    if not index.size:
        return
    target, positions = _vector(input), _vector(index)
    places = places_along(axis, positions)
    values = _part(_vector(src), positions) if several else quiet(np.asarray(src).astype, input.dtype)
    if ufunc is None:
        target[places] = values
    else:
        combine_at(ufunc, target, places, values)


_UFUNCS = {"add": np.add, "multiply": np.multiply}


@kernel(
    name="_scatter_values",
    exact=True,
    disjoint=True,
    overwrites=True,
    holomorphic=False,
    scalar_nodes=("ScatterBackward1",),
    node=("ScatterBackward0", "ScatterBackward1"),
    pick_node=lambda input, dim, index, src: 0 if hasattr(src, "_array") else 1,
    vjp={
        "input": lambda g, dim, index: g.scatter(dim, index, 0),
        "src": lambda g, dim, index: g.gather(dim, index),
    },
)
def scatter_values(input: Tensor, dim: int, index: Tensor, src: Tensor | Number) -> None:
    """`input` with values written at positions `index` along `dim`."""
    _scatter_with(None, input, dim, index, src)


@kernel(name="_scatter_reduced", exact=True, disjoint=True, overwrites=True)
def scatter_reduced(input: Tensor, dim: int, index: Tensor, src: Tensor | Number, reduce: str) -> None:
    """`input` with values added or multiplied at positions `index` along `dim`; torch has no derivative of it."""
    if reduce not in _UFUNCS:
        raise RuntimeError("reduce argument must be either add or multiply.")
    _scatter_with(_UFUNCS[reduce], input, dim, index, src)


@composite
def scatter(
    input: Tensor,
    dim: int,
    index: Tensor,
    src: Tensor | Number | None = None,
    *,
    value: Number | None = None,
    reduce: str | None = None,
    out: Tensor | None = None,
) -> Tensor:
    """`input` with values written at positions `index` along `dim`.

    Args:
        input: any tensor.
        dim: the dimension along which `index` places.
        index: int64 or int32 positions, with as many dimensions as `input`.
        src: the values: of the same dtype and nowhere smaller than `index`; or a number (also as `value`).
        reduce: ``"add"`` or ``"multiply"`` to combine values with what is there; gradients do not flow then.

    Raises:
        RuntimeError: a position is out of range, or shapes or dtypes do not fit.

    Example::

        >>> torch.scatter(torch.zeros(3), 0, torch.tensor([2, 0]), torch.tensor([1.0, 2.0]))
        tensor([2., 0., 1.])
    """
    values = src if value is None else value
    if reduce is None:
        return scatter_values(input, dim, index, values)  # type: ignore[no-any-return]
    return scatter_reduced(input, dim, index, values, reduce)  # type: ignore[no-any-return]


@kernel(
    exact=True,
    disjoint=True,
    overwrites=True,
    holomorphic=False,
    vjp={"input": lambda g: g, "src": lambda g, dim, index: g.gather(dim, index)},
)
def scatter_add(input: Tensor, dim: int, index: Tensor, src: Tensor, *, out: Tensor | None = None) -> None:
    """`input` with the elements of `src` added at positions `index` along `dim`; several at one place add up.

    Args:
        input: any tensor.
        dim: the dimension along which `index` places.
        index: int64 or int32 positions, with as many dimensions as `input`.
        src: of the same dtype, nowhere smaller than `index`.

    Raises:
        RuntimeError: a position is out of range, or shapes or dtypes do not fit.

    Example::

        >>> torch.scatter_add(torch.zeros(2), 0, torch.tensor([0, 1, 0]), torch.tensor([1.0, 2.0, 3.0]))
        tensor([4., 2.])
    """
    _scatter_with(np.add, input, dim, index, src)


_REDUCTIONS = {"sum": np.add, "mean": np.add, "prod": np.multiply, "amax": np.maximum, "amin": np.minimum}
_STARTS = {"sum": 0, "mean": 0, "prod": 1}


def reduce_at(input: Array, places: Any, src: Array, reduce: str, include_self: bool) -> None:
    """Reduces values that meet at places of `input`, with what is there or without."""
    if not include_self:
        if reduce in _STARTS:
            input[places] = _STARTS[reduce]
        else:
            input[places] = _extreme(input.dtype, lowest=reduce == "amax")
    if reduce == "mean":
        counts = np.full(input.shape, int(include_self), np.int64)
        add_at(counts, places, np.asarray(1))
        add_at(input, places, src)
        np.maximum(counts, 1, out=counts)
        if input.dtype.kind in "iu":
            np.floor_divide(input, counts.astype(input.dtype), out=input)
        else:
            np.divide(input, counts, out=input, casting="unsafe")
        return
    combine_at(_REDUCTIONS[reduce], input, places, src)


def _extreme(element: Any, lowest: bool) -> Any:
    if element.kind == "b":
        return not lowest
    if element.kind in "iu":
        return np.iinfo(element).min if lowest else np.iinfo(element).max
    return -np.inf if lowest else np.inf


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
    exact=True,
    disjoint=True,
    overwrites=True,
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
    if reduce not in _REDUCTIONS:
        raise RuntimeError(f"reduce argument must be either sum, prod, mean, amax or amin, got {reduce}")
    _check_index_dtype("scatter", index)
    if src.dtype != input.dtype:
        raise RuntimeError("scatter(): Expected self.dtype to be equal to src.dtype")
    _check_scatter(input, axis, index, src)
    if input.dtype.kind == "b" and reduce == "mean":
        raise no_kernel("scatter_gather_tensor_cpu_reduce_mean", of_numpy(input.dtype))
    if not index.size:
        return
    positions = _vector(index)
    places = places_along(axis, positions)
    values = _part(_vector(src), positions)
    if input.dtype.itemsize == 2 and input.dtype.kind in "fV":
        wide = _vector(input).astype(np.float32)
        reduce_at(wide, places, values.astype(np.float32), reduce, include_self)
        _vector(input)[...] = wide
    else:
        reduce_at(_vector(input), places, values, reduce, include_self)


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
    target, positions, values = _vector(input), _vector(index), _vector(source)
    if index.dtype != np.int64 and index.dtype != np.int32:
        raise IndexError(f"index_reduce(): Expected dtype int32/int64 for index but got: {_name(index)}")
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


@kernel(
    exact=True,
    disjoint=True,
    holomorphic=False,
    vjp={"input": lambda g, input_shape, index: g.new_zeros(input_shape).put(index, g, True)},
)
def take(input: Tensor, index: Tensor, *, out: Tensor | None = None) -> Array:
    """The elements at positions in the flattened `input`.

    Args:
        input: any tensor.
        index: int64 positions, of any shape; negative ones count from the end.

    Raises:
        IndexError: a position is out of range.

    Example::

        >>> torch.take(torch.tensor([[1, 2], [3, 4]]), torch.tensor([0, -1]))
        tensor([1, 4])
    """
    if index.dtype != np.int64:
        raise RuntimeError(f"take(): Expected a long tensor for index, but got {_name(index)}")
    if input.size == 0 and index.size:
        raise IndexError("take(): tried to take from an empty tensor")
    _check_flat(input, index)
    return input.take(index)


def _check_flat(input: Array, index: Array) -> None:
    bad = first_outside(index, -input.size, input.size)
    if bad is not None:
        raise IndexError(f"out of range: tried to access index {bad} on a tensor of {input.size} elements.")


@kernel(
    exact=True,
    disjoint=True,
    overwrites=True,
    holomorphic=False,
    vjp={
        "input": lambda g, index, accumulate: g if accumulate else g.put(index, g.new_zeros(index.shape), False),
        "source": lambda g, index, source_like: g.take(index).reshape(source_like.shape),
    },
)
def put(input: Tensor, index: Tensor, source: Tensor, accumulate: bool = False) -> None:
    """`input` with elements replaced at positions in its flattened form.

    Args:
        input: any tensor.
        index: int64 positions; negative ones count from the end.
        source: as many values, of the same dtype.
        accumulate: whether they are added to what is there.

    Raises:
        IndexError: a position is out of range, or there are not as many values.

    Example::

        >>> torch.Tensor.put(torch.zeros(2, 2), torch.tensor([0, 3]), torch.tensor([1.0, 2.0]))
        tensor([[1., 0.],
                [0., 2.]])
    """
    if index.dtype != np.int64:
        raise RuntimeError(f"put_(): Expected a long tensor for index, but got {_name(index)}")
    if source.dtype != input.dtype:
        raise RuntimeError(
            "put_(): self and source expected to have the same dtype, but got self.dtype = "
            f"{_name(input)} and source.dtype = {_name(source)}"
        )
    if source.size != index.size:
        raise IndexError(
            "put_(): Expected source and index to have the same number of elements, but got source.numel() = "
            f"{source.size}, index.numel() = {index.size}"
        )
    _check_flat(input, index)
    if not index.size:
        return
    positions = index.reshape(-1)
    target = _vector(input)
    places = np.unravel_index(np.where(positions < 0, positions + input.size, positions), target.shape)
    if accumulate:
        add_at(target, places, source.reshape(-1))
    else:
        target[places] = source.reshape(-1)


@composite
def take_along_dim(input: Tensor, indices: Tensor, dim: int | None = None, *, out: Tensor | None = None) -> Tensor:
    """The elements at positions along a dimension, as `argsort` and `argmax` with ``keepdim`` give them.

    Args:
        input: any tensor.
        indices: int64 positions, with as many dimensions as `input`; other dimensions broadcast.
        dim: the dimension; None picks from the flattened tensor.

    Raises:
        RuntimeError: `indices` has another dtype or number of dimensions.

    Example::

        >>> x = torch.tensor([[1, 2], [4, 3]])
        >>> torch.take_along_dim(x, x.argsort(dim=1), dim=1)
        tensor([[1, 2],
                [3, 4]])
    """
    if indices._array.dtype != np.int64:
        raise RuntimeError(f"torch.take_along_dim(): dtype of indices should be Long but got {_name(indices._array)}")
    if dim is None:
        return input.view(-1).gather(0, indices.view(-1))
    ndim = input._array.ndim
    if ndim != indices._array.ndim:
        raise RuntimeError(
            "torch.take_along_dim(): input and indices should have the same number of dimensions, but got "
            f"{ndim} dimensions for input, and {indices._array.ndim} dimensions for indices"
        )
    axis = wrap_dim(dim, ndim)
    shape, wanted = input._array.shape, indices._array.shape
    sizes = [1 if other == axis else size for other, size in enumerate(shape)]
    common = np.broadcast_shapes(tuple(sizes), tuple(1 if other == axis else size for other, size in enumerate(wanted)))
    spread = input.expand((*common[:axis], shape[axis], *common[axis + 1 :]))
    positions = indices.expand((*common[:axis], wanted[axis], *common[axis + 1 :]))
    return spread.gather(axis, positions % shape[axis] if shape[axis] else positions)
