"""Histograms and counts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .._backends.numpy.large import extreme
from .._backends.numpy.machine_code import FROM, attempt, compiled
from .._core.dtypes import INTEGER
from .._core.named_results import named_result
from .._declare.dispatch import no_kernel, scalar_name
from .._declare.kinds import composite, kernel

if TYPE_CHECKING:
    from ..tensor import Tensor

HistogramResult = named_result("histogram", "hist", "bin_edges")
HistogramddResult = named_result("histogramdd", "hist", "bin_edges")


def _check_histc(input: Any, bins: int, min: float, max: float) -> None:
    if not input.dtype.is_floating_point:
        raise no_kernel("aminmax_cpu" if input.dtype.is_complex else "histogram_cpu", input.dtype)
    if bins <= 0:
        raise RuntimeError(f"torch.histogram(): bins must be > 0, but got {bins} for dimension 0")
    if min > max:
        raise RuntimeError("torch.histc: max must be larger than min")


@kernel(nondifferentiable=True, exact=True, check=_check_histc)
def histc(input: Tensor, bins: int = 100, min: float = 0, max: float = 0, *, out: Tensor | None = None) -> Tensor:
    """How many elements fall into each of `bins` equal bins from `min` to `max`; others are not counted.

    Args:
        input: any shape; floating.
        bins: the number of bins.
        min, max: the range; both 0 for that of the data.

    Example::

        >>> torch.histc(torch.tensor([1.0, 2.0, 1.0]), bins=4, min=0, max=3)
        tensor([0., 2., 1., 0.])
    """
    low, high = float(min), float(max)
    if low == high and input.size:
        low, high = float(input.min()), float(input.max())
    if low == high:
        low, high = low - 1, high + 1
    if not (np.isfinite(low) and np.isfinite(high)):
        low, high = (-np.nan, -np.nan) if np.isnan(low) else (low, high)
        raise RuntimeError(f"torch.histc: range of [{_shown(low)}, {_shown(high)}] is not finite")
    edge, top, count = (np.asarray(value, input.dtype) for value in (low, high, bins))
    within = np.asarray((input >= edge) & (input <= top))  # for one number NumPy gives no array
    picked = attempt("masks", "pick", input, within) if input.size >= FROM else None
    inside = input[within] if picked is None else picked
    place = np.minimum(((inside - edge) * count / (top - edge)).astype(np.int64), bins - 1)
    counted = compiled("count", place, bins, part="searching") if place.size >= FROM else None
    return (np.bincount(place, minlength=bins) if counted is None else counted).astype(input.dtype)


def _shown(value: float) -> str:
    return "-nan" if np.isnan(value) else f"{value:g}"


def _check_weights(input: Any, weight: Any) -> None:
    if weight is None:
        return
    if tuple(weight.shape) != tuple(input.shape[:-1]):
        raise RuntimeError(
            "torch.histogramdd: if weight tensor is provided it should have the same shape as the input tensor "
            f"excluding its innermost dimension, but got input with shape {list(input.shape)} and weight with shape "
            f"{list(weight.shape)}"
        )
    if weight.dtype is not input.dtype:
        raise RuntimeError(
            "torch.histogramdd: if weight tensor is provided, input tensor and weight tensor should have the same "
            f"dtype, but got input(Float), and weight({scalar_name(weight.dtype)})"
        )


_NAMES = {"float32": "float", "float64": "double", "int64": "long int", "int32": "int"}


def _check_edges(input: Any, edges: Any, number: int) -> None:
    if edges.ndim != 1:
        raise RuntimeError(
            f"torch.histogramdd: bins tensor should have one dimension, but got {edges.ndim} dimensions in the bins "
            f"tensor for dimension {number}"
        )
    if edges.dtype is not input.dtype:
        raise RuntimeError(
            "torch.histogramdd: input tensor and bins tensors should have the same dtype, but got input with dtype "
            f"{_NAMES.get(input.dtype.name, input.dtype.name)} and bins for dimension {number} with dtype "
            f"{_NAMES.get(edges.dtype.name, edges.dtype.name)}"
        )
    if not edges.numel():
        raise RuntimeError(
            f"torch.histogramdd: bins tensor should have at least 1 element, but got {edges.numel()} elements in the "
            f"bins tensor for dimension {number}"
        )


def _linear_edges(data: Any, bins: int, limits: Any, number: int) -> Any:
    """The edges of equal bins over the given range or that of the data."""
    if bins <= 0:
        raise RuntimeError(f"torch.histogram(): bins must be > 0, but got {bins} for dimension {number}")
    if limits is not None:
        low, high = limits
    elif data.size:
        low, high = float(data.min()), float(data.max())
    else:
        low, high = 0.0, 0.0
    if not (np.isfinite(low) and np.isfinite(high)):
        raise RuntimeError(f"torch.histogramdd: dimension {number}'s range [{low:g}, {high:g}] is not finite")
    if low > high:
        raise RuntimeError(
            f"torch.histogramdd: min should not exceed max, but got min {low:g} max {high:g} for dimension {number}"
        )
    if low == high:
        low, high = low - 0.5, high + 0.5
    return np.linspace(low, high, bins + 1).astype(data.dtype)


def _search(edges: Any, values: Any) -> Any:
    """Behind which edges values lie."""
    found = compiled("search", values, edges, True, part="searching") if values.size >= FROM else None
    return np.searchsorted(edges, values, "right") if found is None else found


def _count(data: Any, edges: list[Any], weight: Any, density: bool) -> Any:
    """The histogram of points (rows of `data`) over a grid of edges; the last bin of each side is closed."""
    inside = np.ones(len(data), np.bool_)
    places = []
    for column, sides in zip(data.T, edges):
        place = _search(sides, column) - 1
        place[column == sides[-1]] = len(sides) - 2
        inside &= (column >= sides[0]) & (column <= sides[-1])
        places.append(place)
    shape = tuple(len(sides) - 1 for sides in edges)
    flat = np.zeros(len(data), np.int64)
    for place, size in zip(places, shape):
        flat = flat * size + np.clip(place, 0, max(size - 1, 0))
    total = int(np.prod(shape))
    counted = np.bincount(flat[inside], None if weight is None else weight[inside], minlength=total)[:total]
    found = counted.reshape(shape).astype(data.dtype)
    if density:
        found = found / found.sum()
        for number, sides in enumerate(edges):
            width = np.diff(sides).reshape((-1,) + (1,) * (len(shape) - number - 1))
            found = found / width
    return found.astype(data.dtype)


@kernel(name="histogram.grid", flops=lambda weight: 0 if weight is None else weight.numel(), nondifferentiable=True)
def _grid(input: Tensor, edges: Sequence[Tensor], bins: Any, limits: Any, weight: Tensor | None, density: bool) -> Any:
    count = input.shape[-1]
    data = input.reshape(-1, count)
    if edges:
        sides = list(edges)
    else:
        pairs = [None] * count if limits is None else [tuple(limits[2 * number : 2 * number + 2]) for number in
                                                       range(count)]  # fmt: skip
        sides = [_linear_edges(data[:, number], bins[number], pairs[number], number) for number in range(count)]
    return (_count(data, sides, None if weight is None else weight.reshape(-1), density), *sides)


def _check_grid_dtype(input: Any) -> None:
    if input.dtype.name not in ("float32", "float64"):
        raise no_kernel("histogramdd", input.dtype)


@composite
def histogram(
    input: Tensor, bins: int | Tensor, *, range: tuple[float, float] | None = None, weight: Tensor | None = None,
    density: bool = False, out: Any = None,
) -> Any:  # fmt: skip
    """How much falls into each bin.

    Args:
        input: any shape; float32 or float64.
        bins: the number of equal bins, or a 1-D tensor of their rising edges.
        range: the first and last edge; those of the data without it.
        weight: what each element counts; 1 without it.
        density: whether to divide so that the integral is 1.

    Returns:
        A named tuple ``(hist, bin_edges)``; the last bin includes its right edge.

    Example::

        >>> torch.histogram(torch.tensor([1.0, 2.0, 1.0]), bins=4, range=(0.0, 3.0)).hist
        tensor([0., 2., 1., 0.])
    """
    rows = input.reshape(-1).unsqueeze(-1)
    flat = None if weight is None else weight.reshape(-1)
    _check_weights(rows, flat)
    if isinstance(bins, int):
        _check_grid_dtype(input)
        return HistogramResult(_grid(rows, [], [bins], range, flat, density))
    _check_edges(input, bins, 0)
    _check_grid_dtype(input)
    return HistogramResult((_grid(rows, [bins], None, None, flat, density)[0], bins.clone()))


@composite
def histogramdd(
    input: Tensor, bins: int | Sequence[int] | Sequence[Tensor], *, range: Sequence[float] | None = None,
    weight: Tensor | None = None, density: bool = False, out: Any = None,
) -> Any:  # fmt: skip
    """How many points fall into each cell of a grid.

    Args:
        input: points of N coordinates, shape ``(*, N)``; float32 or float64.
        bins: the number of equal bins of each coordinate, or for each a 1-D tensor of rising edges.
        range: first and last edge of each coordinate in turn; those of the data without it.
        weight: what each point counts, shape ``(*)``.
        density: whether to divide so that the integral is 1.

    Returns:
        A named tuple ``(hist, bin_edges)``: an N-dimensional tensor and a tuple of N.

    Example::

        >>> torch.histogramdd(torch.tensor([[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]), bins=[2, 2]).hist
        tensor([[0., 1.],
                [1., 1.]])
    """
    count = input.shape[-1]
    each = [bins] * count if isinstance(bins, int) else list(bins)
    if len(each) != count:
        raise RuntimeError("torch.histogramdd: The size of bins must be equal to the innermost dimension of the input.")
    _check_weights(input, weight)
    if isinstance(each[0], int):
        _check_grid_dtype(input)
        found = _grid(input, [], each, range, weight, density)
    else:
        for number, edges in enumerate(each):
            _check_edges(input, edges, number)
        _check_grid_dtype(input)
        found = (_grid(input, each, None, None, weight, density)[0], *each)
    return HistogramddResult((found[0], tuple(found[1:])))


def _check_bincount(input: Any, weights: Any, minlength: int) -> None:
    if input.dtype.category != INTEGER:
        raise no_kernel("bincount_cpu", input.dtype)
    if minlength < 0:
        raise RuntimeError("minlength should be >= 0")
    if input.ndim != 1:
        raise RuntimeError("bincount only supports 1-d non-negative integral inputs.")
    if weights is not None and weights.shape != input.shape:
        raise RuntimeError("weights should be 1-d and have the same length as input")


@kernel(
    flops=lambda weights: 0 if weights is None else weights.numel(),
    nondifferentiable=True,
    exact=True,
    check=_check_bincount,
)
def bincount(input: Tensor, weights: Tensor | None = None, minlength: int = 0) -> Tensor:
    """How often each of the numbers 0, 1, 2 ... occurs.

    Args:
        input: 1-D; integers that are not negative.
        weights: what each element counts, of the same length; float32 gives float32, all others float64.
        minlength: the least length of the result.

    Example::

        >>> torch.bincount(torch.tensor([0, 1, 1, 3]))
        tensor([1, 2, 0, 1])
    """
    if not input.size:
        return np.zeros(minlength, np.int64)
    if extreme(np.minimum, input, None, False) < 0:
        raise RuntimeError("bincount only supports 1-d non-negative integral inputs.")
    different = max(int(extreme(np.maximum, input, None, False)) + 1, minlength) if input.size >= FROM else 0
    if different and weights is None:
        counts = compiled("count", input, different, part="searching")
        if counts is not None:
            return counts
    if different and weights is not None:
        sums = np.zeros(different)
        if (
            attempt("indexed", "place", "add", sums, 0, input.astype(np.int64, copy=False), weights.astype(np.float64))
            is not None
        ):
            return sums.astype(np.float32) if weights.dtype == np.float32 else sums
    if weights is None:
        return np.bincount(input.astype(np.int64), minlength=minlength).astype(np.int64)
    found = np.bincount(input.astype(np.int64), weights.astype(np.float64), minlength)
    return found.astype(np.float32) if weights.dtype == np.float32 else found
