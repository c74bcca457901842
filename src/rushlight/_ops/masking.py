"""Elements chosen by a mask, and the positions of elements that are not zero."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._backends.numpy.machine_code import FROM, attempt, compiled
from .._core.dtypes import of_numpy
from .._core.numbers import fitted
from .._core.sizes import mismatch
from .._core.tensor_base import TensorBase
from .._declare.dispatch import element_name
from .._declare.helpers import check_has_values
from .._declare.kinds import composite, kernel

if TYPE_CHECKING:
    from ..tensor import Tensor

Array = Any
Number = bool | int | float | complex
F32 = np.dtype(np.float32)
_LARGEST = 3e38
"""Floats up to here need no look whether they fit float32."""


_C_NAMES = {"uint8": "unsigned char", "int8": "signed char", "int16": "short", "int32": "int", "int64": "long",
            "float16": "c10::Half", "bfloat16": "c10::BFloat16", "float32": "float", "float64": "double",
            "complex64": "c10::complex<float>", "complex128": "c10::complex<double>"}  # fmt: skip


def _check_covers(input: Array, mask: Array) -> None:
    """Raises torch's error where a mask does not broadcast to `input`, which is about to be written to."""
    if mask.shape == input.shape:
        return
    try:
        common = np.broadcast_shapes(input.shape, mask.shape)
    except ValueError:
        raise mismatch(mask.shape, input.shape) from None
    if common != input.shape:
        raise RuntimeError(f"output with shape {list(input.shape)} doesn't match the broadcast shape {list(common)}")


def _fill_examples(input: Tensor, mask: Tensor, value: Tensor | Number) -> Any:
    """`masked_fill` of every example of a batch: the mask aligned with the dimensions of an example."""
    if isinstance(value, TensorBase):
        return NotImplemented
    size = max(len(input), len(mask))
    aligned = mask.reshape((len(mask), *(1,) * (input.ndim - mask.ndim), *mask.shape[1:]))
    return input.expand(size, *input.shape[1:]).masked_fill(aligned, value)


@kernel(
    batch=_fill_examples,
    exact=True,
    overwrites=True,
    spreads=True,
    grows=True,
    scalar_nodes=("MaskedFillBackward0",),
    holomorphic=False,
    node=("MaskedFillBackward1", "MaskedFillBackward0"),
    pick_node=lambda input, mask, value: 0 if hasattr(value, "_array") else 1,
    vjp={
        "input": lambda g, mask: g.masked_fill(mask, 0),
        "value": lambda g, mask: g.masked_fill(mask.logical_not(), 0).sum(),
    },
)
def masked_fill(input: Tensor, mask: Tensor, value: Tensor | Number) -> None:
    """`input` with the elements where a mask is true set to one value.

    Args:
        input: any tensor.
        mask: a bool tensor that broadcasts with `input`.
        value: a number or a 0-d tensor.

    Raises:
        RuntimeError: `mask` is not bool, shapes do not broadcast, or the value does not fit the dtype.

    Example::

        >>> torch.masked_fill(torch.zeros(3), torch.tensor([True, False, True]), 5)
        tensor([5., 0., 5.])
    """
    if mask.dtype.kind != "b":
        raise RuntimeError(
            f"masked_fill_ only supports boolean masks, but got mask with dtype {_C_NAMES[of_numpy(mask.dtype).name]}"
        )
    if isinstance(value, np.ndarray):
        if value.ndim:
            raise RuntimeError(
                "masked_fill_ only supports a 0-dimensional value tensor, but got tensor with "
                f"{value.ndim} dimension(s)."
            )
        value = value.astype(np.float32).item() if value.dtype.kind == "V" else value.item()
    if type(value) is not float or input.dtype is not F32 or not -_LARGEST <= value <= _LARGEST:
        value = fitted(value, of_numpy(input.dtype))
    _check_covers(input, mask)
    if input.size < FROM or compiled("fill_where", input, mask, value) is None:
        np.copyto(input, value, "unsafe", where=mask)


def _scattered(g: Any, input_like: Any, mask: Any) -> Any:
    shape = np.broadcast_shapes(tuple(input_like.shape), tuple(mask.shape))
    return g.new_zeros(shape).masked_scatter(mask, g)


@kernel(
    exact=True,
    disjoint=True,
    holomorphic=False,
    check=lambda input, mask: check_has_values("masked_select", input, mask),
    vjp={"input": _scattered},
)
def masked_select(input: Tensor, mask: Tensor, *, out: Tensor | None = None) -> Array:
    """The elements where a mask is true, in one dimension.

    Args:
        input: any tensor.
        mask: a bool tensor that broadcasts with `input`.

    Raises:
        RuntimeError: `mask` is not bool, or shapes do not broadcast.

    Example::

        >>> torch.masked_select(torch.tensor([1, 2, 3]), torch.tensor([True, False, True]))
        tensor([1, 3])
    """
    if mask.dtype.kind != "b":
        raise RuntimeError("masked_select: expected BoolTensor for mask")
    if mask.shape != input.shape:
        try:
            input, mask = np.broadcast_arrays(input, mask)  # type: ignore[assignment]
        except ValueError:
            raise mismatch(mask.shape, input.shape) from None
    if input.size >= FROM:
        picked = attempt("masks", "pick", input, mask)
        if picked is not None:
            return picked
    return input[mask]


@kernel(
    exact=True,
    overwrites=True,
    grows=True,
    holomorphic=False,
    vjp={
        "input": lambda g, mask: g.masked_fill(mask, 0),
        "source": lambda g, mask, source_like: _taken(g, mask, source_like),
    },
)
def masked_scatter(input: Tensor, mask: Tensor, source: Tensor) -> None:
    """`input` with the elements where a mask is true replaced by the first ones of `source`, in order.

    Args:
        input: any tensor.
        mask: a bool tensor that broadcasts with `input`.
        source: of the same dtype, with at least as many elements as the mask is true.

    Raises:
        RuntimeError: `source` is too small, or shapes or dtypes do not fit.

    Example::

        >>> torch.zeros(3).masked_scatter(torch.tensor([True, False, True]), torch.tensor([1.0, 2.0]))
        tensor([1., 0., 2.])
    """
    if source.dtype != input.dtype:
        raise RuntimeError(
            f"masked_scatter: expected self and source to have same dtypes but got{element_name(input)} and "
            f"{element_name(source)}"
        )
    if mask.dtype.kind != "b":
        raise RuntimeError(f"masked_scatter_ only supports boolean masks, but got mask with dtype {element_name(mask)}")
    _check_covers(input, mask)
    inside = np.broadcast_to(mask, input.shape)
    if input.size >= FROM and attempt("masks", "write", input, inside, source) is not None:
        return
    count = int(np.count_nonzero(inside))
    if source.size < count:
        raise RuntimeError("Number of elements of source < number of ones in mask")
    input[inside] = source.reshape(-1)[:count]


def _taken(g: Any, mask: Any, source_like: Any) -> Any:
    picked = g.masked_select(mask)
    missing = source_like.shape.numel() - picked.numel()
    if missing:
        padded = g.new_zeros((source_like.shape.numel(),))
        return padded.slice_scatter(picked, 0, 0, picked.numel()).view(source_like.shape)
    return picked.view(source_like.shape)


@kernel(
    name="_nonzero",
    exact=True,
    nondifferentiable=True,
    check=lambda input: check_has_values("nonzero", input),
)
def positions(input: Tensor, *, out: Tensor | None = None) -> Array:
    """The positions of the elements that are not zero, one a row."""
    if input.ndim == 0:
        return np.zeros((int(bool(input)), 0), np.int64)
    rest = np.flatnonzero(input if input.dtype.kind == "b" else input != 0)
    found = np.empty((input.ndim, rest.size), np.int64)
    for dim in range(input.ndim - 1, 0, -1):
        rest, found[dim] = np.divmod(rest, input.shape[dim])
    found[0] = rest
    return found.T


@composite
def nonzero(input: Tensor, *, out: Tensor | None = None, as_tuple: bool = False) -> Any:
    """The positions of the elements that are not zero.

    Args:
        input: any tensor.
        as_tuple: whether to give one vector of positions for each dimension, ready to index with.

    Returns:
        An int64 matrix with one position a row, or a tuple of int64 vectors.

    Example::

        >>> torch.nonzero(torch.tensor([0, 3, 0, 4]))
        tensor([[1],
                [3]])
    """
    if not as_tuple:
        return positions(input) if out is None else positions(input, out=out)
    found = positions(input.unsqueeze(0) if input._array.ndim == 0 else input)
    return found.unbind(1)


@composite
def argwhere(input: Tensor) -> Tensor:
    """The positions of the elements that are not zero, one a row.

    Example::

        >>> torch.argwhere(torch.tensor([0, 3, 0, 4]))
        tensor([[1],
                [3]])
    """
    return positions(input)  # type: ignore[no-any-return]


@kernel(exact=True, nondifferentiable=True)
def nonzero_static(input: Tensor, *, size: int, fill_value: int = -1, out: Tensor | None = None) -> Array:
    """The positions of the first `size` elements that are not zero, one a row, filled up where there are fewer.

    Args:
        input: any tensor.
        size: the number of rows of the result.
        fill_value: what stands in rows beyond the last position.

    Example::

        >>> torch.nonzero_static(torch.tensor([0, 3, 0, 4]), size=3)
        tensor([[ 1],
                [ 3],
                [-1]])
    """
    found = np.full((size, input.ndim), fill_value, np.int64)
    rows = np.argwhere(input)[:size]
    found[: len(rows)] = rows
    return found
