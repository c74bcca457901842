"""Statistics: means, variances and standard deviations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._backends.numpy import reduce
from .._backends.numpy.large import add
from .._backends.numpy.machine_code import FROM, compiled
from .._core.dtypes import FLOATING, dtype as DType
from .._core.sizes import wrap_dims
from .._core.warn import warn
from .._declare.binding import invalid_combination
from .._declare.dispatch import scalar_name
from .._declare.kinds import composite, reduction
from .._declare.reducing import UNSET, Dims, count_reduced, restore_dims

if TYPE_CHECKING:
    from ..tensor import Tensor

Number = bool | int | float | complex


def _check_mean(input: Any, dim: Dims, keepdim: bool, dtype: DType | None) -> None:
    element, which = (input.dtype, "Input") if dtype is None else (dtype, "Optional")
    if element.category < FLOATING:
        error = RuntimeError(
            f"mean(): could not infer output dtype. {which} dtype must be either a floating point or complex dtype. "
            f"Got: {scalar_name(element)}"
        )
        error.add_note("convert first, x.float().mean(), or say in what dtype: x.mean(dtype=torch.float32)")
        raise error


def _mean_rule(g: Any, input_shape: Any, dim: tuple[int, ...] | None, keepdim: bool) -> Any:
    return restore_dims(g, input_shape, dim, keepdim).expand(input_shape) / count_reduced(input_shape, dim)


@reduction(
    eager=reduce.mean,
    whole=reduce.whole_mean,
    large="mean",
    natural="complex",
    check=_check_mean,
    node=("MeanBackward0", "MeanBackward1"),
    vjp={"input": _mean_rule},
)
def mean(
    input: Tensor, dim: Dims = None, keepdim: bool = False, *, dtype: DType | None = None, out: Tensor | None = None
) -> Tensor:
    """Arithmetic mean over `dim`, or over all dimensions.

    Args:
        input: any shape; floating or complex unless `dtype` is given.
        dim: a dimension or several; None or ``()`` for all of them.
        keepdim: whether the dimensions stay with size 1.
        dtype: dtype to convert to first.

    Raises:
        RuntimeError: integers or bools without a `dtype`.

    Example::

        >>> torch.mean(torch.tensor([[1.0, 2.0], [3.0, 4.0]]), dim=0)
        tensor([2., 3.])
    """
    return add(input, dim, keepdim) / np.asarray(count_reduced(input.shape, dim), input.real.dtype)


@composite
def nanmean(
    input: Tensor, dim: Dims = None, keepdim: bool = False, *, dtype: DType | None = None, out: Tensor | None = None
) -> Tensor:
    """Mean over `dim` of the elements that are not nan.

    Args:
        input: any shape; floating.
        dim: a dimension or several; None or ``()`` for all of them.
        keepdim: whether the dimensions stay with size 1.
        dtype: dtype to convert to first.

    Example::

        >>> torch.nanmean(torch.tensor([1.0, float("nan"), 3.0]))
        tensor(2.)
    """
    if input.dtype.category < FLOATING:
        raise RuntimeError(
            f"nanmean(): expected input to have floating point or complex dtype but got {scalar_name(input.dtype)}"
        )
    total = input.nansum(dim, keepdim, dtype=dtype)
    return total / (~input.isnan()).sum(dim, keepdim)


def _check_variance(name: str, input: Any, dim: Dims, correction: Any) -> None:
    if input.dtype.category < FLOATING:
        raise RuntimeError("std and var only support floating point and complex dtypes")
    count = count_reduced(input.shape, None if dim is None else wrap_dims(dim, input.ndim))
    if count - (1 if correction is None else correction) <= 0:
        warn(
            f"{name}(): degrees of freedom is <= 0. Correction should be strictly less than the reduction factor "
            "(input numel divided by output numel)."
        )


def _freedom(shape: Any, dim: tuple[int, ...] | None, correction: Any) -> float:
    """What the sum of squares is divided by."""
    found = count_reduced(shape, dim) - (1 if correction is None else correction)
    return found if found > 0 else 0


def _squares(input: Any, dim: tuple[int, ...] | None, keepdim: bool) -> tuple[Any, Any]:
    """The sum of squared distances from the mean, and the mean."""
    if input.size >= FROM and input.size:
        found = compiled("squares", input, dim, keepdim, part="folds")
        if found is not None:
            return found
    count = np.asarray(count_reduced(input.shape, dim), input.real.dtype)
    center = add(input, dim, True) / count
    distance = input - center
    square = distance * distance if input.dtype.kind != "c" else distance.real**2 + distance.imag**2
    total = add(square, dim, keepdim)
    return total, center if keepdim else center.reshape(np.shape(total))


def _variance(input: Any, dim: tuple[int, ...] | None, correction: Any, keepdim: bool) -> tuple[Any, Any]:
    total, center = _squares(input, dim, keepdim)
    return np.divide(total, np.asarray(_freedom(input.shape, dim, correction), total.dtype)), center


def _variance_rule(g: Any, input: Any, dim: tuple[int, ...] | None, correction: Any, keepdim: bool) -> Any:
    """2 (x - mean) / (n - correction); with no freedom left infinite, and nan at the mean."""
    freedom = _freedom(input.shape, dim, correction)
    g = restore_dims(g, input.shape, dim, keepdim)
    distance = input - (input.mean() if dim is None else input.mean(dim, True))
    if not freedom:
        return g * (distance == 0).to(g.dtype).log().neg().masked_fill(distance == 0, float("nan"))
    return g * (2.0 / freedom) * distance


def _deviation_rule(g: Any, input: Any, result: Any, dim: Any, correction: Any, keepdim: bool) -> Any:
    g = (g / (result * 2)).masked_fill(result == 0, 0)
    return _variance_rule(g, input, dim, correction, keepdim)


@reduction(
    name="var.correction",
    eager=reduce.variance,
    node="VarBackward0",
    flops=4,
    check=lambda input, dim, correction, keepdim: _check_variance("var", input, dim, correction),
    holomorphic=False,
    vjp={"input": _variance_rule},
)
def _var(
    input: Tensor, dim: Dims = None, correction: Any = 1, keepdim: bool = False, *, out: Tensor | None = None
) -> Tensor:
    return _variance(input, dim, correction, keepdim)[0]


@reduction(
    name="std.correction",
    eager=reduce.deviation,
    node="StdBackward0",
    flops=4,
    check=lambda input, dim, correction, keepdim: _check_variance("std", input, dim, correction),
    holomorphic=False,
    vjp={"input": _deviation_rule},
)
def _std(
    input: Tensor, dim: Dims = None, correction: Any = 1, keepdim: bool = False, *, out: Tensor | None = None
) -> Tensor:
    return np.sqrt(_variance(input, dim, correction, keepdim)[0])


def _mean_part(g: Any, input: Any, dim: tuple[int, ...] | None, keepdim: bool) -> Any:
    return restore_dims(g, input.shape, dim, keepdim).expand(input.shape) / count_reduced(input.shape, dim)


def _var_mean_rule(g: Any, input: Any, dim: Any, correction: Any, keepdim: bool) -> Any:
    parts = []
    if g[0] is not None:
        parts.append(_variance_rule(g[0], input, dim, correction, keepdim))
    if g[1] is not None:
        parts.append(_mean_part(g[1], input, dim, keepdim))
    return parts[0] if len(parts) == 1 else parts[0] + parts[1]


def _std_mean_rule(g: Any, input: Any, result0: Any, dim: Any, correction: Any, keepdim: bool) -> Any:
    parts = []
    if g[0] is not None:
        parts.append(_deviation_rule(g[0], input, result0, dim, correction, keepdim))
    if g[1] is not None:
        parts.append(_mean_part(g[1], input, dim, keepdim))
    return parts[0] if len(parts) == 1 else parts[0] + parts[1]


@reduction(
    name="var_mean.correction",
    node="VarMeanBackward0",
    flops=4,
    check=lambda input, dim, correction, keepdim: _check_variance("var_mean", input, dim, correction),
    holomorphic=False,
    vjp={"input": _var_mean_rule},
)
def _var_mean(input: Tensor, dim: Dims = None, correction: Any = 1, keepdim: bool = False) -> Any:
    return _variance(input, dim, correction, keepdim)


@reduction(
    name="std_mean.correction",
    node="StdMeanBackward0",
    flops=4,
    check=lambda input, dim, correction, keepdim: _check_variance("std_mean", input, dim, correction),
    holomorphic=False,
    vjp={"input": _std_mean_rule},
)
def _std_mean(input: Tensor, dim: Dims = None, correction: Any = 1, keepdim: bool = False) -> Any:
    variance, center = _variance(input, dim, correction, keepdim)
    return np.sqrt(variance), center


def _overload(name: str, input: Any, dim: Any, unbiased: Any, keepdim: Any, correction: Any) -> tuple[Any, Any, bool]:
    """`dim`, `correction` and `keepdim` from the three forms in which torch takes them."""
    if isinstance(dim, bool):
        if unbiased is not UNSET or correction is not UNSET or keepdim is not UNSET:
            raise invalid_combination(name, (input, dim))
        return None, int(dim), False
    if unbiased is not UNSET:
        if correction is not UNSET or not isinstance(unbiased, bool):
            raise invalid_combination(name, (input, dim, unbiased))
        correction = int(unbiased)
    elif correction is UNSET or correction is None:
        correction = 1
    return None if dim is UNSET else dim, correction, keepdim is True


@composite
def var(
    input: Tensor, dim: Dims | bool = UNSET, unbiased: bool = UNSET, keepdim: bool = UNSET, *,
    correction: Number | None = UNSET, out: Tensor | None = None,
) -> Tensor:  # fmt: skip
    """Variance over `dim`, or over all dimensions.

    Args:
        input: any shape; floating or complex.
        dim: a dimension or several; all of them without it.
        unbiased: whether to divide by n - 1 (the default); the older way of saying ``correction=1``.
        keepdim: whether the dimensions stay with size 1.
        correction: what is taken from the number of elements before dividing by it.

    Example::

        >>> torch.var(torch.tensor([1.0, 2.0, 3.0, 4.0])), torch.var(torch.tensor([1.0, 3.0]), correction=0)
        (tensor(1.6667), tensor(1.))
    """
    dims, taken, keep = _overload("var", input, dim, unbiased, keepdim, correction)
    return _var(input, dims, taken, keep)


@composite
def std(
    input: Tensor, dim: Dims | bool = UNSET, unbiased: bool = UNSET, keepdim: bool = UNSET, *,
    correction: Number | None = UNSET, out: Tensor | None = None,
) -> Tensor:  # fmt: skip
    """Standard deviation over `dim`, or over all dimensions.

    Args:
        input: any shape; floating or complex.
        dim: a dimension or several; all of them without it.
        unbiased: whether to divide by n - 1 (the default); the older way of saying ``correction=1``.
        keepdim: whether the dimensions stay with size 1.
        correction: what is taken from the number of elements before dividing by it.

    Example::

        >>> torch.std(torch.tensor([1.0, 2.0, 3.0, 4.0])), torch.std(torch.tensor([1.0, 3.0]), correction=0)
        (tensor(1.2910), tensor(1.))
    """
    dims, taken, keep = _overload("std", input, dim, unbiased, keepdim, correction)
    return _std(input, dims, taken, keep)


@composite
def var_mean(
    input: Tensor, dim: Dims | bool = UNSET, unbiased: bool = UNSET, keepdim: bool = UNSET, *,
    correction: Number | None = UNSET,
) -> tuple[Tensor, Tensor]:  # fmt: skip
    """Variance and mean over `dim`, or over all dimensions.

    Args:
        input: any shape; floating or complex.
        dim: a dimension or several; all of them without it.
        unbiased: whether to divide by n - 1 (the default); the older way of saying ``correction=1``.
        keepdim: whether the dimensions stay with size 1.
        correction: what is taken from the number of elements before dividing by it.

    Example::

        >>> torch.var_mean(torch.tensor([1.0, 2.0, 3.0]))
        (tensor(1.), tensor(2.))
    """
    return _var_mean(input, *_overload("var_mean", input, dim, unbiased, keepdim, correction))


@composite
def std_mean(
    input: Tensor, dim: Dims | bool = UNSET, unbiased: bool = UNSET, keepdim: bool = UNSET, *,
    correction: Number | None = UNSET,
) -> tuple[Tensor, Tensor]:  # fmt: skip
    """Standard deviation and mean over `dim`, or over all dimensions.

    Args:
        input: any shape; floating or complex.
        dim: a dimension or several; all of them without it.
        unbiased: whether to divide by n - 1 (the default); the older way of saying ``correction=1``.
        keepdim: whether the dimensions stay with size 1.
        correction: what is taken from the number of elements before dividing by it.

    Example::

        >>> torch.std_mean(torch.tensor([1.0, 2.0, 3.0]))
        (tensor(1.), tensor(2.))
    """
    return _std_mean(input, *_overload("std_mean", input, dim, unbiased, keepdim, correction))
