"""Order statistics: medians, modes, quantiles and the k-th smallest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._backends.numpy import select
from .._backends.numpy.large import extreme
from .._backends.numpy.machine_code import FROM, compiled
from .._core.dtypes import float32, float64
from .._core.named_results import named_result
from .._core.sizes import wrap_dim
from .._core.tensor_base import TensorBase
from .._declare.binding import invalid_combination, missing
from .._declare.dispatch import no_kernel
from .._declare.kinds import composite, kernel, overloaded
from .._declare.reducing import UNSET, along, check_sizes, place, split_evenly

if TYPE_CHECKING:
    from ..tensor import Tensor

MedianResult = named_result("median", "values", "indices")
NanmedianResult = named_result("nanmedian", "values", "indices")
ModeResult = named_result("mode", "values", "indices")
KthvalueResult = named_result("kthvalue", "values", "indices")

_SELECT = {"input": lambda g, input_like, result1, dim, keepdim: place(g[0], input_like, dim, result1, keepdim)}
_EVENLY = {"input": lambda g, input, result: split_evenly(g, input, result, None, False, nans=True)}


def _refuse(kernel_name: str, input: Any, *kinds: str) -> None:
    if input.dtype.is_complex or (input._array.dtype.kind == "b" and "bool" in kinds):
        raise no_kernel(kernel_name, input.dtype)


def _check(name: str, kernel_name: str, input: Any, dim: int, *kinds: str) -> None:
    axis = wrap_dim(dim, input.ndim)
    if not input.numel():
        check_sizes(name, input, axis)
    _refuse(kernel_name, input, *kinds)


def _pick(array: Any, places: Any, axis: int, keepdim: bool, shape: tuple[int, ...]) -> tuple[Any, Any]:
    """The values at `places`, one along the axis, and the places."""
    values = select.gather(array, places, axis)
    if not shape:
        return values.reshape(()), places.reshape(())
    return (values, places) if keepdim else (values.squeeze(axis), places.squeeze(axis))


def _kth_place(array: Any, axis: int, k: int) -> Any:
    """Where the k-th smallest element (counted from 0) is; nan is larger than all."""
    if array.size >= FROM:
        found = compiled("rank", array, axis, k, part="picking")
        if found is not None:
            return found
    order = np.argpartition(array, k, axis)
    return np.take(order, (k,), axis)


def _median_place(array: Any, axis: int) -> Any:
    """Where the lower median is, or the first nan."""
    places = _kth_place(array, axis, (array.shape[axis] - 1) // 2)
    if array.dtype.kind == "f" and not _is_free_of_nan(array, axis):
        missing = np.isnan(array)
        places = np.where(missing.any(axis, keepdims=True), missing.argmax(axis, keepdims=True), places)
    return places


def _is_free_of_nan(array: Any, axis: int) -> bool:
    """Whether it is known that there is no nan, which would be the largest."""
    return array.size >= FROM and not np.isnan(extreme(np.maximum, array, axis, False)).any()


def _nanmedian_place(array: Any, axis: int) -> Any:
    """Where the lower median of the elements that are not nan is."""
    if array.dtype.kind != "f":
        return _median_place(array, axis)
    order = select.order(array, axis, False)
    count = np.add.reduce(~np.isnan(array), axis=axis, keepdims=True, dtype=np.int64)
    return np.take_along_axis(order, np.maximum((count - 1) // 2, 0), axis)


def _whole(find: Any, input: Any) -> Any:
    """The median of all elements; nan of none."""
    if not input.size:
        return np.full((), np.nan if input.dtype.kind == "f" else np.iinfo(input.dtype).min, input.dtype)
    flat = input.reshape(-1)
    return flat[find(flat, 0)].reshape(())


@kernel(
    name="median.all",
    eager=select.median_fast,
    whole=True,
    natural="integer",
    node="MedianBackward0",
    flops=0,
    check=lambda input: _refuse("median_cpu", input, "bool"),
    vjp=_EVENLY,
)
def _median(input: Tensor, *, out: Any = None) -> Any:
    return _whole(_median_place, input)


@kernel(
    name="nanmedian.all",
    node="NanmedianBackward0",
    flops=0,
    check=lambda input: _refuse("median_cpu", input, "bool"),
    vjp=_EVENLY,
)
def _nanmedian(input: Tensor, *, out: Any = None) -> Any:
    return _whole(_nanmedian_place, input)


@kernel(
    batch="dims",
    name="median.dim",
    node="MedianBackward1",
    flops=0,
    returns=MedianResult,
    nondifferentiable=(1,),
    check=lambda input, dim, keepdim: _check("median", "median_out", input, dim, "bool"),
    vjp=_SELECT,
)
def _median_dim(input: Tensor, dim: int, keepdim: bool = False, *, out: Any = None) -> Any:
    array, axis = along(input, dim)
    return _pick(array, _median_place(array, axis), axis, keepdim, input.shape)


@kernel(
    name="nanmedian.dim",
    node="NanmedianBackward1",
    flops=0,
    returns=NanmedianResult,
    nondifferentiable=(1,),
    check=lambda input, dim, keepdim: _check("nanmedian", "median_out", input, dim, "bool"),
    vjp=_SELECT,
)
def _nanmedian_dim(input: Tensor, dim: int, keepdim: bool = False, *, out: Any = None) -> Any:
    array, axis = along(input, dim)
    return _pick(array, _nanmedian_place(array, axis), axis, keepdim, input.shape)


def _with_dim(whole: Any, along_dim: Any, input: Any, dim: Any, keepdim: Any, out: Any) -> Any:
    name = whole.op.name.split(".")[0]
    if dim is UNSET:
        if keepdim is not UNSET:
            raise missing(name, "dim")
        return whole(input) if out is None else whole(input, out=out)
    if not isinstance(dim, int):
        raise invalid_combination(name, (dim,))
    keep = keepdim is True
    return along_dim(input, dim, keep) if out is None else along_dim(input, dim, keep, out=out)


@overloaded(_median, _median_dim)
def median(input: Tensor, dim: int = UNSET, keepdim: bool = UNSET, *, out: Any = None) -> Any:
    """The lower of the middle elements, of all or along `dim`; nan if there is one.

    Args:
        input: any shape; real, not bool.
        dim: a dimension; all without it.
        keepdim: whether the dimension stays with size 1.

    Returns:
        A tensor; with `dim` a named tuple ``(values, indices)``.

    Example::

        >>> torch.median(torch.tensor([3.0, 1.0, 2.0, 4.0]))
        tensor(2.)
    """
    return _with_dim(_median, _median_dim, input, dim, keepdim, out)


@overloaded(_nanmedian, _nanmedian_dim)
def nanmedian(input: Tensor, dim: int = UNSET, keepdim: bool = UNSET, *, out: Any = None) -> Any:
    """`median` of the elements that are not nan.

    Args:
        input: any shape; real, not bool.
        dim: a dimension; all without it.
        keepdim: whether the dimension stays with size 1.

    Returns:
        A tensor; with `dim` a named tuple ``(values, indices)``.

    Example::

        >>> torch.nanmedian(torch.tensor([3.0, float("nan"), 2.0]))
        tensor(2.)
    """
    return _with_dim(_nanmedian, _nanmedian_dim, input, dim, keepdim, out)


@kernel(
    batch="dims",
    flops=0,
    returns=ModeResult,
    nondifferentiable=(1,),
    check=lambda input, dim, keepdim: _check("mode", "mode_cpu", input, dim),
    vjp=_SELECT,
)
def mode(input: Tensor, dim: int = -1, keepdim: bool = False, *, out: Any = None) -> Any:
    """The most frequent value along `dim`, the smallest of several, and where it is.

    Args:
        input: any shape; real.
        dim: the dimension.
        keepdim: whether the dimension stays with size 1.

    Returns:
        A named tuple ``(values, indices)``.

    Example::

        >>> torch.mode(torch.tensor([1, 3, 3, 2])).values
        tensor(3)
    """
    array, axis = along(input, dim)
    values, order = select.in_order(array, axis, False)
    ordered = np.moveaxis(values, axis, -1)
    place = np.arange(ordered.shape[-1])
    fresh = np.ones(ordered.shape, np.bool_)
    fresh[..., 1:] = ordered[..., 1:] != ordered[..., :-1]
    length = place - np.maximum.accumulate(np.where(fresh, place, 0), -1)
    longest = np.moveaxis(length.argmax(-1, keepdims=True), -1, axis)
    return _pick(array, np.take_along_axis(order, longest, axis), axis, keepdim, input.shape)


def _check_kth(input: Any, k: int, dim: int) -> None:
    axis = wrap_dim(dim, input.ndim)
    if not input.numel():
        check_sizes("kthvalue", input, axis)
    if not 1 <= k <= (input.shape[axis] if input.ndim else 1):
        raise RuntimeError(f"kthvalue(): selected number k out of range for dimension {axis}")
    _refuse("kthvalue_cpu", input, "bool")


@kernel(
    batch="dims",
    flops=0,
    returns=KthvalueResult,
    nondifferentiable=(1,),
    check=lambda input, k, dim, keepdim: _check_kth(input, k, dim),
    vjp=_SELECT,
)
def kthvalue(input: Tensor, k: int, dim: int = -1, keepdim: bool = False, *, out: Any = None) -> Any:
    """The `k`-th smallest element along `dim`, and where it is.

    Args:
        input: any shape; real, not bool. nan counts as the largest.
        k: the rank, from 1.
        dim: the dimension.
        keepdim: whether the dimension stays with size 1.

    Returns:
        A named tuple ``(values, indices)``.

    Example::

        >>> torch.kthvalue(torch.tensor([3.0, 1.0, 2.0]), 2).values
        tensor(2.)
    """
    array, axis = along(input, dim)
    return _pick(array, _kth_place(array, axis, k - 1), axis, keepdim, input.shape)


_INTERPOLATIONS = ("linear", "lower", "higher", "midpoint", "nearest")


def _check_quantile(name: str, input: Any, q: Any, interpolation: str) -> Any:
    """`q` as a tensor, after torch's checks."""
    if not input.numel():
        raise RuntimeError(f"{name}() input tensor must be non-empty")
    if input.dtype not in (float32, float64):
        raise RuntimeError(f"{name}() input tensor must be either float or double dtype")
    if isinstance(q, TensorBase):
        if q.ndim > 1:  # type: ignore[attr-defined]
            raise RuntimeError(f"{name}() q must be a scalar or 1D tensor")
        if q.dtype is not input.dtype:  # type: ignore[attr-defined]
            raise RuntimeError(f"{name}() q tensor must be same dtype as the input tensor")
        if not bool(((q >= 0) & (q <= 1)).all()):  # type: ignore[operator,attr-defined]
            raise RuntimeError(f"{name}() q values must be in the range [0, 1]")
    elif isinstance(q, (int, float)):
        if not 0 <= q <= 1:
            raise RuntimeError(f"{name}() q must be in the range [0, 1] but got {q:g}")
        q = input.new_full((), q)
    else:
        raise invalid_combination(name, (input, q))
    if interpolation not in _INTERPOLATIONS:
        raise RuntimeError(
            f"{name}() interpolation must be one of linear, lower, higher, midpoint or nearest, but got {interpolation}"
        )
    return q


def _quantile(
    name: str, input: Any, q: Any, dim: int | None, keepdim: bool, interpolation: str, ignore_nan: bool
) -> Any:
    """Sorts along the last dimension and reads off between the two neighbours of each rank."""
    q = _check_quantile(name, input, q, interpolation)
    ndim = input.ndim
    axis = 0 if dim is None else wrap_dim(dim, ndim)
    if dim is None:
        ordered = input.reshape(-1).sort().values
    else:
        ordered = input.unsqueeze(-1).transpose(axis, -1).squeeze(axis) if ndim else input.reshape(1)
        ordered = ordered.sort().values
    found = _between(ordered, _ranks(ordered, q.reshape(-1), interpolation, ignore_nan), interpolation)
    if not q.ndim:
        found = found.squeeze(-1)
    elif found.ndim > 1:
        found = found.movedim(-1, 0)
    return _restore(found, q.ndim, ndim, axis, dim is None) if keepdim else found


def _ranks(ordered: Any, q: Any, interpolation: str, ignore_nan: bool) -> Any:
    """The fractional places of the quantiles along the last dimension; those of nan where one was met."""
    if ignore_nan:
        ranks = (((~ordered.isnan()).sum(-1, True) - 1) * q).clamp(min=0)
    else:
        last = ordered.shape[-1] - 1
        ranks = (q * last).expand(*ordered.shape[:-1], q.numel()).masked_fill(ordered[..., -1:].isnan(), last)
    if interpolation in ("lower", "higher", "nearest"):
        ranks = {"lower": ranks.floor, "higher": ranks.ceil, "nearest": ranks.round}[interpolation]()
    return ranks


def _between(ordered: Any, ranks: Any, interpolation: str) -> Any:
    below = ranks.long()
    found = ordered.gather(-1, below)
    if interpolation in ("linear", "midpoint"):
        above = ordered.gather(-1, ranks.ceil().long())
        weight = ranks - below if interpolation == "linear" else ranks.new_full(ranks.shape, 0.5)
        found = found.lerp(above, weight)
    return found


def _restore(found: Any, several: int, ndim: int, axis: int, whole: bool) -> Any:
    """Puts the reduced dimensions back with size 1, after that of the quantiles."""
    if whole:
        return found.reshape((*found.shape, *(1,) * ndim))
    return found.unsqueeze(axis + several) if ndim else found


@composite
def quantile(
    input: Tensor, q: float | Tensor, dim: int | None = None, keepdim: bool = False, *,
    interpolation: str = "linear", out: Tensor | None = None,
) -> Tensor:  # fmt: skip
    """The `q`-th quantiles along `dim`, or of all elements; nan where there is one.

    Args:
        input: any shape; float32 or float64.
        q: a number from 0 to 1, or a 1-D tensor of them, whose dimension comes first in the result.
        dim: a dimension; all without it.
        keepdim: whether the dimension stays with size 1.
        interpolation: what is taken between two elements: ``"linear"``, ``"lower"``, ``"higher"``, ``"midpoint"``
            or ``"nearest"``.

    Example::

        >>> torch.quantile(torch.tensor([1.0, 2.0, 4.0]), torch.tensor([0.25, 0.5]))
        tensor([1.5000, 2.0000])
    """
    return _quantile("quantile", input, q, dim, keepdim, interpolation, False)


@composite
def nanquantile(
    input: Tensor, q: float | Tensor, dim: int | None = None, keepdim: bool = False, *,
    interpolation: str = "linear", out: Tensor | None = None,
) -> Tensor:  # fmt: skip
    """`quantile` of the elements that are not nan.

    Args:
        input: any shape; float32 or float64.
        q: a number from 0 to 1, or a 1-D tensor of them, whose dimension comes first in the result.
        dim: a dimension; all without it.
        keepdim: whether the dimension stays with size 1.
        interpolation: as in `quantile`.

    Example::

        >>> torch.nanquantile(torch.tensor([1.0, float("nan"), 4.0]), 0.5)
        tensor(2.5000)
    """
    return _quantile("nanquantile", input, q, dim, keepdim, interpolation, True)
