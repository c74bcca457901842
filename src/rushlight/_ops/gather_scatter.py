"""Entries picked and placed by index: gather, scatter, take, index_select, masked operators and their kin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._backends.numpy.scatter import add_at
from .._core.dtypes import of_numpy
from .._core.sizes import wrap_dim
from .._declare.dispatch import scalar_name
from .._declare.kinds import kernel

if TYPE_CHECKING:
    from ..tensor import Tensor

Array = Any
Number = bool | int | float | complex
EVERY = slice(None)


def _along(dim: int, index: Any) -> tuple[Any, ...]:
    return (*(EVERY,) * dim, index)


@kernel(
    exact=True,
    holomorphic=False,
    vjp={"input": lambda g, input_like, index: g.new_zeros(input_like.shape).put(index, g, True)},
)
def take(input: Tensor, index: Tensor, *, out: Tensor | None = None) -> Array:
    """The elements at positions in the flattened `input`.

    Args:
        input: any tensor.
        index: an int64 tensor of any shape; negative positions count from the end.

    Raises:
        IndexError: a position is out of range.

    Example::

        >>> torch.take(torch.tensor([[1, 2], [3, 4]]), torch.tensor([0, -1]))
        tensor([1, 4])
    """
    if index.dtype != np.int64:
        raise RuntimeError(f"take(): Expected a long tensor for index, but got {scalar_name(of_numpy(index.dtype))}")
    if input.size == 0 and index.size:
        raise IndexError("take(): tried to take from an empty tensor")
    try:
        return input.take(index)
    except IndexError:
        raise IndexError("out of range: tried to access index") from None


@kernel(
    exact=True,
    overwrites=True,
    holomorphic=False,
    vjp={
        "input": lambda g, index, accumulate: g if accumulate else g.put(index, g.new_zeros(index.shape), False),
        "source": lambda g, index, source_like: g.take(index).reshape(source_like.shape),
    },
)
def put(input: Tensor, index: Tensor, source: Tensor, accumulate: bool = False) -> None:
    """The elements at positions in the flattened `input` replaced."""
    places = np.unravel_index(np.where(index < 0, index + input.size, index).reshape(-1), input.shape)
    values = source.reshape(-1)
    if accumulate:
        add_at(input, places, values)
    else:
        input[places] = values


@kernel(
    exact=True,
    holomorphic=False,
    vjp={"input": lambda g, input_like, dim, index: g.new_zeros(input_like.shape).index_add(dim, index, g)},
)
def index_select(input: Tensor, dim: int, index: Tensor, *, out: Tensor | None = None) -> Array:
    """Entries of `input` along `dim` at positions `index`."""
    return input.take(index, axis=wrap_dim(dim, input.ndim))


@kernel(
    exact=True,
    overwrites=True,
    vjp={
        "input": lambda g: g,
        "source": lambda g, dim, index, alpha: g.index_select(dim, index) * alpha,
    },
)
def index_add(input: Tensor, dim: int, index: Tensor, source: Tensor, *, alpha: Number = 1) -> None:
    """`input` with the entries of `source` added at positions `index` along `dim`."""
    add_at(input, _along(wrap_dim(dim, input.ndim), index), source * alpha if alpha != 1 else source)


@kernel(
    exact=True,
    overwrites=True,
    holomorphic=False,
    node=("MaskedFillBackward1", "MaskedFillBackward0"),
    pick_node=lambda input, mask, value: 0 if hasattr(value, "_array") else 1,
    vjp={
        "input": lambda g, mask: g.masked_fill(mask, 0),
        "value": lambda g, mask: g.masked_fill(mask.logical_not(), 0).sum(),
    },
)
def masked_fill(input: Tensor, mask: Tensor, value: Tensor | Number) -> None:
    """`input` with the elements under a mask set to one value."""
    np.copyto(input, value, "unsafe", where=mask)
