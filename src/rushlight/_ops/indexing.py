"""Indexing with tensors: what ``x[i]`` and ``x[i] = v`` do once ints, slices and None have been followed."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from .._backends.numpy.errstate import quiet
from .._backends.numpy.machine_code import FROM, attempt, compiled
from .._backends.numpy.scatter import add_at, first_outside
from .._core.tensor_base import TensorBase
from .._declare.dispatch import element_name
from .._declare.helpers import check_has_values
from .._declare.kinds import kernel

if TYPE_CHECKING:
    from ..tensor import Tensor

Array = Any
Indices = Sequence[Any]
EVERY = slice(None)


def resolve(array: Array, indices: Indices) -> tuple[Any, ...]:
    """Index arrays (None for dimensions left alone) as NumPy's index, checked for dtype and shape.

    Raises:
        IndexError: an index has a dtype that is no index, too many dimensions, or a mask of another shape.
    """
    found: list[Any] = []
    dim = 0
    for item in indices:
        if item is None:
            found.append(EVERY)
            dim += 1
            continue
        kind = item.dtype.kind
        if kind == "b" or item.dtype == np.uint8:
            if kind != "b":
                warnings.warn(
                    "indexing with dtype torch.uint8 is now deprecated, please use a dtype torch.bool instead.",
                    UserWarning,
                    stacklevel=7,
                )
                item = item.astype(np.bool_)
            for offset in range(item.ndim):
                if dim + offset >= array.ndim or item.shape[offset] != array.shape[dim + offset]:
                    raise _mask_error(item, array, offset, dim + offset)
            dim += item.ndim
        elif item.dtype.num in _INDEX_TYPES:
            dim += 1
        else:
            raise IndexError("tensors used as indices must be long, int, byte or bool tensors")
        found.append(item)
    if dim > array.ndim:
        raise IndexError(f"too many indices for tensor of dimension {array.ndim} (got {dim})")
    return tuple(found)


_INDEX_TYPES = frozenset((np.dtype(np.int64).num, np.dtype(np.int32).num))


def _mask_error(mask: Array, array: Array, offset: int, dim: int) -> IndexError:
    if dim >= array.ndim:
        return IndexError(f"too many indices for tensor of dimension {array.ndim}")
    return IndexError(
        f"The shape of the mask {list(mask.shape)} at index {offset} does not match the shape of the indexed tensor "
        f"{list(array.shape)} at index {dim}"
    )


def index_error(array: Array, index: tuple[Any, ...], error: Exception) -> Exception:
    """torch's error for an index that NumPy has refused."""
    dim = 0
    arrays = []
    for item in index:
        if isinstance(item, slice):
            dim += 1
            continue
        if item.dtype.kind == "b":
            arrays.append(item.nonzero()[0])
            dim += item.ndim
            continue
        arrays.append(item)
        size = array.shape[dim]
        if size == 0 and item.size:
            return IndexError("index is out of bounds for dimension with size 0")
        bad = item[(item < -size) | (item >= size)]
        if bad.size:
            found = IndexError(f"index {bad.flat[0]} is out of bounds for dimension {dim} with size {size}")
            found.add_note(
                f"the indexed tensor has shape {list(array.shape)}; indices count from 0, or from -1 backwards"
            )
            return found
        dim += 1
    try:
        np.broadcast_shapes(*(item.shape for item in arrays))
    except ValueError:
        shapes = ", ".join(str(list(item.shape)) for item in arrays)
        return IndexError(f"shape mismatch: indexing tensors could not be broadcast together with shapes {shapes}")
    return error


def _check_masks(input: Any, indices: Any) -> None:
    check_has_values("nonzero", *[item for item in indices if item is not None and item._array.dtype.kind == "b"])


def _index_examples(input: Tensor, indices: Sequence[Tensor | None]) -> Any:
    """`index` of every example of a batch, where the indices are the same for all and stand beside each other."""
    tensors = [place for place, one in enumerate(indices) if one is not None]
    together = tensors == list(range(tensors[0], tensors[0] + len(tensors)))
    if not together or any(one is not None and len(one) != 1 for one in indices):
        return NotImplemented
    return index(input, [None, *(None if one is None else one[0] for one in indices)])


@kernel(
    batch=_index_examples,
    exact=True,
    holomorphic=False,
    check=_check_masks,
    vjp={"input": lambda g, input_shape, indices: index_backward(g, input_shape, indices)},
)
def index(input: Tensor, indices: Sequence[Tensor | None]) -> Array:
    """The entries at positions given by integer tensors and masks, one for each dimension; None takes all."""
    places = resolve(input, indices)
    if input.size >= FROM or (places and places[0].__class__ is not slice and places[0].size >= FROM):
        large = _positions(input, places)
        found = None if large is None else attempt("indexed", "take", input, *large, True)
        if found is not None:
            return found
        if len(places) == 1 and places[0].dtype.kind == "b":
            found = attempt("masks", "pick", input, places[0])
            if found is not None:
                return found
    try:
        if places and places[-1].__class__ is not slice and places[-1].dtype.kind != "b":
            dim = len(places) - 1
            if all(item.__class__ is slice for item in places[:dim]):
                return input.take(places[dim], dim)  # 4 times as fast as NumPy's indexing for few positions
        return np.ascontiguousarray(input[places]) if input.ndim else input[places]
    except (IndexError, ValueError) as error:
        raise index_error(input, places, error) from None


def _positions(array: Array, places: tuple[Any, ...]) -> tuple[int, list[Array]] | None:
    """The first indexed dimension and positions of one shape, where much is picked along neighbouring dimensions."""
    found = [dim for dim, item in enumerate(places) if item.__class__ is not slice]
    if not found:
        return None
    first, last = found[0], found[-1]
    chosen = places[first : last + 1]
    if len(found) < len(chosen) or any(item.dtype.kind == "b" or item.dtype != chosen[0].dtype for item in chosen):
        return None
    try:
        common = np.broadcast_arrays(*chosen)
    except ValueError:
        return None
    picked = prod(common[0].shape) * prod(array.shape[:first]) * prod(array.shape[last + 1 :])
    return (first, list(common)) if picked >= FROM else None


@kernel(
    name="_index_backward",
    node="IndexPutBackward0",
    exact=True,
    flops=1,
    holomorphic=False,
    vjp={"grad_output": lambda g, indices: index(g, indices)},
)
def index_backward(grad_output: Tensor, input_sizes: Sequence[int], indices: Sequence[Tensor | None]) -> Array:
    """The derivative of `index`: gradients added up at the places that they came from."""
    found = np.zeros(tuple(input_sizes), grad_output.dtype)
    places = resolve(found, indices)
    if not _put_masked(found, places, grad_output):
        add_at(found, places, grad_output, from_end=True)
    return found


def _put_masked(array: Array, places: tuple[Any, ...], values: Array) -> bool:
    """Writes values of the same dtype where a mask of the array's shape is true; whether there is a kernel for it."""
    if array.size < FROM or len(places) != 1 or places[0].__class__ is slice or places[0].dtype.kind != "b":
        return False
    if places[0].shape != array.shape or values.ndim > 1:
        return False
    if values.size == 1:
        return compiled("fill_where", array, places[0], values.reshape(())) is not None
    if values.size != np.count_nonzero(places[0]):
        return False
    return attempt("masks", "write", array, places[0], values) is not None


def _check_put(input: Any, indices: Any, values: Any, accumulate: bool) -> None:
    if not isinstance(values, TensorBase):
        raise TypeError(f"index_put_(): argument 'values' (position 2) must be Tensor, not {type(values).__name__}")
    if values._array.dtype is input._array.dtype or values._array.dtype == input._array.dtype:
        return
    used = [item for item in indices if item is not None]
    if values._array.size == 1 and len(used) == 1 and used[0]._array.dtype.kind == "b" and not accumulate:
        return
    raise RuntimeError(
        "Index put requires the source and destination dtypes match, got "
        f"{element_name(input._array)} for the destination and "
        f"{element_name(values._array)} for the source."
    )


@kernel(
    exact=True,
    disjoint=True,
    overwrites=True,
    spreads=True,
    flops=lambda values, accumulate: values.numel() if accumulate else 0,
    holomorphic=False,
    check=_check_put,
    vjp={
        "input": lambda g, indices, values_like, accumulate: (
            g if accumulate else index_put(g, indices, g.new_zeros(()), False)
        ),
        "values": lambda g, indices: index(g, indices),
    },
)
def index_put(input: Tensor, indices: Sequence[Tensor | None], values: Tensor, accumulate: bool = False) -> None:
    """`input` with `values` at the places given by index tensors.

    Args:
        input: any tensor.
        indices: integer tensors or masks, one for each dimension; None takes all of it.
        values: a tensor of the same dtype that broadcasts to the indexed shape.
        accumulate: whether values are added to what is there; several at one place add up.

    Raises:
        IndexError: an index is out of range.
        RuntimeError: the shape or dtype of `values` does not fit.

    Example::

        >>> torch.index_put(torch.zeros(3), (torch.tensor([0, 2]),), torch.tensor([1.0, 2.0]))
        tensor([1., 0., 2.])
    """
    places = resolve(input, indices)
    try:
        if accumulate:
            _check_range(input, places)
            add_at(input, places, values, from_end=True)
        elif values.dtype is input.dtype:
            _put(input, places, values)
        else:
            input[places] = quiet(values.astype, input.dtype)
    except (IndexError, ValueError) as error:
        raise _put_error(input, places, values, error) from None


def _put(array: Array, places: tuple[Any, ...], values: Array) -> None:
    """Writes values of the same dtype."""
    if _put_masked(array, places, values):
        return
    large = _positions(array, places)
    if large is not None:
        first, chosen = large
        shape = array.shape[:first] + chosen[0].shape + array.shape[first + len(chosen) :]
        _check_range(array, places)
        spread = np.broadcast_to(values, shape)
        if attempt("indexed", "put", array, first, chosen, spread, True) is not None:
            return
    array[places] = values


def _check_range(array: Array, places: tuple[Any, ...]) -> None:
    """Raises IndexError for an index out of range, which positions in the flattened array would not show."""
    dim = 0
    for item in places:
        if not isinstance(item, slice) and item.dtype.kind != "b":
            bad = first_outside(item, -array.shape[dim], array.shape[dim])
            if bad is not None:
                raise IndexError(f"index {bad} is out of bounds for dimension {dim} with size {array.shape[dim]}")
        dim += item.ndim if not isinstance(item, slice) and item.dtype.kind == "b" else 1


def _put_error(array: Array, places: tuple[Any, ...], values: Array, error: Exception) -> Exception:
    found = index_error(array, places, error)
    if found is not error:
        return found
    shape = array[places].shape
    return RuntimeError(
        f"shape mismatch: value tensor of shape {list(values.shape)} cannot be broadcast to indexing result of shape "
        f"{list(shape)}"
    )
