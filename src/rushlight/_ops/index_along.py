"""Entries along a dimension picked and placed by a vector of positions: index_select, index_add and their kin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._backends.numpy.machine_code import FROM, attempt, compiled
from .._backends.numpy.places import vector
from .._backends.numpy.scatter import add_at, first_outside
from .._core.dtypes import of_numpy
from .._core.numbers import fitted
from .._core.sizes import wrap_dim
from .._declare.dispatch import element_name
from .._declare.kinds import kernel

if TYPE_CHECKING:
    from ..tensor import Tensor

Array = Any
Number = bool | int | float | complex
EVERY = slice(None)


def _select_examples(input: Tensor, dim: int, index: Tensor) -> Any:
    """`index_select` of every example of a batch: by one index for all, or each by its own."""
    if input.ndim == 1 or index.ndim > 2:
        return NotImplemented
    dim = dim % (input.ndim - 1) + 1
    if len(index) == 1:
        return input.index_select(dim, index[0])
    if index.ndim == 1:
        return NotImplemented
    size = max(len(input), len(index))
    places = index.reshape([len(index) if place == 0 else -1 if place == dim else 1 for place in range(input.ndim)])
    shape = [index.shape[1] if place == dim else length for place, length in enumerate(input.shape)]
    full = input.expand(size, *input.shape[1:])
    return full.gather(dim, places.expand(size, *shape[1:]))


@kernel(
    batch=_select_examples,
    exact=True,
    disjoint=True,
    holomorphic=False,
    vjp={"input": lambda g, input_shape, dim, index: g.new_zeros(input_shape).index_add(dim, index, g)},
)
def index_select(input: Tensor, dim: int, index: Tensor, *, out: Tensor | None = None) -> Array:
    """The entries of `input` along `dim` at positions `index`, as a copy.

    Args:
        input: any tensor.
        dim: the dimension.
        index: a vector of int64 or int32 positions, not negative.

    Raises:
        IndexError: a position is out of range, or `index` is no vector.

    Example::

        >>> torch.index_select(torch.tensor([[1, 2], [3, 4]]), 1, torch.tensor([1, 1]))
        tensor([[2, 2],
                [4, 4]])
    """
    if index.ndim > 1:
        raise IndexError("index_select(): Index is supposed to be a vector")
    if index.dtype != np.int64 and index.dtype != np.int32:
        raise RuntimeError("index_select(): Expected dtype int32 or int64 for index")
    axis = wrap_dim(dim, input.ndim)
    positions = vector(index)
    if not input.ndim and positions.size != 1:
        raise RuntimeError(f"index_select(): Index to scalar can have only 1 value, got {positions.size} value(s)")
    if input.ndim and input.size and positions.size * (input.size // input.shape[axis]) >= FROM:
        found = attempt("indexed", "take", input, axis, [positions])
        if found is not None:
            return found
    if first_outside(positions, 0, vector(input).shape[axis]) is not None:
        error = IndexError("index out of range in self")
        error.add_note(f"positions along dimension {axis} go from 0 to {vector(input).shape[axis] - 1}")
        raise error
    if not input.ndim:
        return input.copy()
    return input.take(positions, axis)


def _check_vector(name: str, input: Array, axis: int, index: Array, source: Array) -> None:
    """Raises torch's errors for an index and a source that do not fit `input`."""
    count = source.shape[axis] if source.ndim > axis else 1
    if index.size != count:
        raise RuntimeError(
            f"{name}(): Number of indices ({index.size}) should be equal to source.size(dim): ({count}), "
            f"for dim: {axis}"
        )
    expected = input.shape[:axis] + input.shape[axis + 1 :]
    if source.ndim != input.ndim or source.shape[:axis] + source.shape[axis + 1 :] != expected:
        raise RuntimeError(
            "source tensor shape must match self tensor shape, excluding the specified dimension. Got self.shape = "
            f"{list(input.shape)} source.shape = {list(source.shape)}"
        )


def _check_add(name: str, input: Array, dim: int, index: Array, source: Array) -> tuple[int, Array]:
    axis = wrap_dim(dim, input.ndim)
    if index.dtype != np.int64 and index.dtype != np.int32:
        raise RuntimeError(f"{name}(): Expected dtype int32/int64 for index but got: {element_name(index)}")
    if source.dtype != input.dtype:
        raise RuntimeError(
            f"{name}(): self ({element_name(input)}) and source ({element_name(source)}) must have the same scalar type"
        )
    if index.ndim > 1:
        raise IndexError(
            f"{name}(): Index is supposed to be a vector, but got dim: {index.ndim} with type: {element_name(index)} "
            f"and size: {list(index.shape)}"
        )
    _check_vector(name, input, axis, index, source)
    positions = vector(index)
    bad = first_outside(positions, 0, vector(input).shape[axis])
    if bad is not None:
        size = vector(input).shape[axis]
        raise RuntimeError(f"index {bad} is out of bounds for dimension {axis} with size {size}")
    return axis, positions


@kernel(
    exact=True,
    disjoint=True,
    overwrites=True,
    flops=lambda source: source.numel(),
    holomorphic=False,
    vjp={
        "input": lambda g: g,
        "source": lambda g, dim, index, source_like, alpha: _added(g, dim, index, source_like) * alpha,
    },
)
def index_add(
    input: Tensor, dim: int, index: Tensor, source: Tensor, *, alpha: Number = 1, out: Tensor | None = None
) -> None:
    """`input` with the entries of `source` added at positions `index` along `dim`; several at one place add up.

    Args:
        input: any tensor.
        dim: the dimension.
        index: a vector of int64 or int32 positions, not negative.
        source: as many entries along `dim`, of the same dtype.
        alpha: factor of `source`.

    Raises:
        RuntimeError: a position is out of range, or shapes or dtypes do not fit.

    Example::

        >>> torch.index_add(torch.zeros(2), 0, torch.tensor([0, 0]), torch.tensor([1.0, 2.0]))
        tensor([3., 0.])
    """
    axis, positions = _check_add("index_add_", input, dim, index, source)
    if input.dtype.kind in "iu":
        alpha = int(alpha)  # type: ignore[arg-type]
    values = source if alpha == 1 else source * np.asarray(alpha).astype(source.dtype)
    target, values = vector(input), vector(values)
    if values.size < FROM or compiled("add_entries", values, axis, positions, target) is None:
        add_at(target, (EVERY,) * axis + (positions,), values)


def _added(g: Any, dim: int, index: Any, source_like: Any) -> Any:
    return g.index_select(dim, index).reshape(source_like.shape)


@kernel(
    exact=True,
    disjoint=True,
    overwrites=True,
    holomorphic=False,
    vjp={
        "input": lambda g, dim, index: g.index_fill(dim, index, 0),
        "source": lambda g, dim, index, source_like: _added(g, dim, index, source_like),
    },
)
def index_copy(input: Tensor, dim: int, index: Tensor, source: Tensor, *, out: Tensor | None = None) -> None:
    """`input` with the entries at positions `index` along `dim` replaced by those of `source`.

    Args:
        input: any tensor.
        dim: the dimension.
        index: a vector of int64 positions, not negative.
        source: as many entries along `dim`, of the same dtype.

    Raises:
        IndexError: a position is out of range, or the number of entries differs.
        RuntimeError: shapes or dtypes do not fit.

    Example::

        >>> torch.index_copy(torch.zeros(3), 0, torch.tensor([2, 0]), torch.tensor([1.0, 2.0]))
        tensor([2., 0., 1.])
    """
    axis = wrap_dim(dim, input.ndim)
    _check_copy(input, axis, index, source)
    positions = vector(index)
    if source.size < FROM or attempt("indexed", "put", vector(input), axis, [positions], vector(source)) is None:
        vector(input)[(EVERY,) * axis + (positions,)] = vector(source)


def _check_copy(input: Array, axis: int, index: Array, source: Array) -> None:
    if index.ndim > 1:
        raise IndexError(f"index_copy_(): Index should have dimension 1 or 0 (got {index.ndim})")
    count = source.shape[axis] if source.ndim > axis else 1
    if not source.ndim and index.size != 1:
        raise IndexError(f"index_copy_(): When source is scalar, index should have one element (got {index.size})")
    if source.ndim != input.ndim and source.ndim and input.ndim:
        raise IndexError(
            "index_copy_(): When source and destination are not scalars, their dimensionality must match. Source "
            f"dimensionality ({source.ndim}), destination dimensionality ({input.ndim})"
        )
    if index.dtype != np.int64:
        raise RuntimeError(f"index_copy_(): Expected a long tensor for index, but got {element_name(index)}")
    if source.dtype != input.dtype:
        raise RuntimeError(
            f"index_copy_(): self and source expected to have the same dtype, but got (self) {element_name(input)} and "
            f"(source) {element_name(source)}"
        )
    slices = input.shape[:axis] + input.shape[axis + 1 :]
    given = source.shape[:axis] + source.shape[axis + 1 :]
    if slices != given:
        raise RuntimeError(
            "index_copy_(): Source/destination tensor must have same slice shapes. Destination slice shape: "
            f"{' '.join(map(str, slices))} at dimension {axis} and source slice shape: {' '.join(map(str, given))} at "
            "dimension 0."
        )
    if index.size != count:
        raise IndexError(
            f"index_copy_(): Number of indices ({index.size}) should be equal to source.size(dim) ({count})"
        )
    size = vector(input).shape[axis]
    bad = first_outside(vector(index), 0, size)
    if bad is not None:
        raise IndexError(f"index_copy_(): index {bad} is out of bounds for dimension {axis} with size {size}")


@kernel(
    exact=True,
    overwrites=True,
    spreads=True,
    scalar_nodes=("IndexFillBackward0",),
    holomorphic=False,
    node=("IndexFillBackward1", "IndexFillBackward0"),
    pick_node=lambda input, dim, index, value: 0 if hasattr(value, "_array") else 1,
    vjp={
        "input": lambda g, dim, index: g.index_fill(dim, index, 0),
        "value": lambda g, dim, index: g.index_select(dim, index.unique()).sum(),
    },
)
def index_fill(input: Tensor, dim: int, index: Tensor, value: Tensor | Number) -> None:
    """`input` with the entries at positions `index` along `dim` set to one value.

    Args:
        input: any tensor.
        dim: the dimension.
        index: a vector of int64 positions; negative ones count from the end.
        value: a number or a 0-d tensor.

    Raises:
        IndexError: a position is out of range.

    Example::

        >>> torch.index_fill(torch.zeros(3), 0, torch.tensor([1]), 5)
        tensor([0., 5., 0.])
    """
    axis = wrap_dim(dim, input.ndim)
    if index.dtype != np.int64:
        raise IndexError("index_fill_(): Expected dtype int64 for index.")
    if index.ndim > 1:
        raise RuntimeError("Index has to be a vector/scalar")
    if isinstance(value, np.ndarray) and value.ndim:
        raise RuntimeError(
            f"index_fill_ only supports a 0-dimensional value tensor, but got tensor with {value.ndim} dimension(s)."
        )
    if input.dtype.kind != "c" and np.asarray(value).dtype.kind == "c":
        raise RuntimeError("index_fill_(): Converting complex Scalar to non-complex type is not supported")
    size = vector(input).shape[axis]
    bad = first_outside(vector(index), -size, size)
    if bad is not None:
        raise IndexError(f"index {bad} is out of bounds for dimension {axis} with size {size}")
    if isinstance(value, np.ndarray):
        value = value.astype(np.float32).item() if value.dtype.kind == "V" else value.item()
    vector(input)[(EVERY,) * axis + (vector(index),)] = fitted(value, of_numpy(input.dtype))
