"""Distances between points, and tensors brought under a norm."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._backends.numpy import reduce
from .._core.dtypes import FLOATING, float32, float64
from .._core.meta_array import stand_in
from .._core.sizes import broadcast_shapes, wrap_dim
from .._core.tensor_base import wrap
from .._declare.dispatch import no_kernel, scalar_name
from .._declare.helpers import common_dtype
from .._declare.kinds import composite, kernel
from .._declare.reducing import norm_rule, ops

if TYPE_CHECKING:
    from ..tensor import Tensor

INF = float("inf")


def _slopes(difference: Any, distance: Any, p: float) -> Any:
    """The derivative of a p-norm by each coordinate of the difference; zero where it is not smooth."""
    if p == 0:
        return difference.new_zeros(difference.shape)
    if p == 1:
        return difference.sign()
    if p == INF:
        return difference.sign() * (difference.abs() == distance)
    size = difference.abs()
    if p < 2:
        rising = difference.sign() * size.pow(p - 1).masked_fill(size == 0, 0)
    else:
        rising = difference * size.pow(p - 2)
    return (rising / distance.pow(p - 1)).masked_fill(distance == 0, 0)


def _norm(difference: Any, p: float) -> Any:
    """The p-norm along the last axis."""
    size = np.abs(difference)
    if p == 0:
        return np.count_nonzero(size, -1).astype(size.dtype)
    if p == 1:
        return size.sum(-1)
    if p == 2:
        return np.sqrt((size * size).sum(-1))
    if p == INF:
        return np.maximum.reduce(size, axis=-1, initial=0)
    return (size**p).sum(-1) ** (1 / p)


def _cdist_rule(g: Any, x1: Any, x2: Any, result: Any, p: float, needs: Any) -> Any:
    if p == 2:  # no differences of all pairs: they would not fit where the products do
        weights = (g / result).masked_fill(result == 0, 0)
        first = x1 * weights.sum(-1, True) - weights @ x2 if needs[0] else None
        second = x2 * weights.sum(-2).unsqueeze(-1) - weights.transpose(-1, -2) @ x1 if needs[1] else None
        return first, second
    slopes = g.unsqueeze(-1) * _slopes(x1.unsqueeze(-2) - x2.unsqueeze(-3), result.unsqueeze(-1), p)
    return slopes.sum(-2) if needs[0] else None, -slopes.sum(-3) if needs[1] else None


_ROWS = 1 << 22
"""Differences held at once, in elements: 16 MB of float32, well inside the caches' reach."""


_MANY = 25
"""Points from which torch takes Euclidean distances from products, unless it is told not to."""


def _from_products(x1: Any, x2: Any) -> Any:
    """Euclidean distances by |a|^2 - 2ab + |b|^2, in one matrix product (200 x 200 of 1000: 1.5 against 60 ms)."""
    ones = np.ones((*x1.shape[:-1], 1), x1.dtype), np.ones((*x2.shape[:-1], 1), x2.dtype)
    first = np.concatenate((-2 * x1, (x1 * x1).sum(-1, keepdims=True), ones[0]), -1)
    second = np.concatenate((x2, ones[1], (x2 * x2).sum(-1, keepdims=True)), -1)
    return np.sqrt(np.maximum(first @ np.swapaxes(second, -1, -2), 0))


def _cdist_meta(x1: Any, x2: Any, p: float, products: bool) -> Any:
    batch = broadcast_shapes(x1.shape[:-2], x2.shape[:-2])
    return stand_in((*batch, x1.shape[-2], x2.shape[-2]), x1.dtype)


@kernel(
    name="_cdist_forward",
    node="CdistBackward0",
    meta=_cdist_meta,
    flops=lambda x1, result: 3 * x1.shape[-1] * result.numel(),
    vjp={("x1", "x2"): _cdist_rule},
)
def _cdist(x1: Tensor, x2: Tensor, p: float, products: bool) -> Tensor:
    if products and x1.shape[-1]:
        return _from_products(x1, x2)
    batch = broadcast_shapes(x1.shape[:-2], x2.shape[:-2])
    first = np.broadcast_to(x1, (*batch, *x1.shape[-2:]))
    second = np.broadcast_to(x2, (*batch, *x2.shape[-2:]))
    found = np.zeros((*batch, first.shape[-2], second.shape[-2]), x1.dtype)
    if not found.size or not x1.shape[-1]:
        return found
    step = max(1, _ROWS // max(1, second.size))
    for start in range(0, first.shape[-2], step):
        part = first[..., start : start + step, None, :] - second[..., None, :, :]
        found[..., start : start + step, :] = _norm(part, p)
    return found


_MODES = (
    "use_mm_for_euclid_dist_if_necessary",
    "use_mm_for_euclid_dist",
    "donot_use_mm_for_euclid_dist",
)


@composite
def cdist(x1: Tensor, x2: Tensor, p: float = 2.0, compute_mode: str = "use_mm_for_euclid_dist_if_necessary") -> Tensor:
    """Distances between all pairs of points of two sets.

    Args:
        x1: shape ``(*, P, M)``; floating.
        x2: shape ``(*, R, M)``.
        p: the order of the norm.
        compute_mode: whether Euclidean distances may be had from a matrix product, which is faster and less exact:
            if there are more than 25 points, always (``"use_mm_for_euclid_dist"``) or never
            (``"donot_use_mm_for_euclid_dist"``).

    Returns:
        Shape ``(*, P, R)``.

    Example::

        >>> torch.cdist(torch.tensor([[0.0, 0.0]]), torch.tensor([[3.0, 4.0], [0.0, 1.0]]))
        tensor([[5., 1.]])
    """
    if compute_mode not in _MODES:
        raise ValueError(f"{compute_mode} is not a valid value for compute_mode")
    for name, points in (("X1", x1), ("X2", x2)):
        if points.ndim < 2:
            raise RuntimeError(f"cdist only supports at least 2D tensors, {name} got: {points.ndim}D")
    if x1.shape[-1] != x2.shape[-1]:
        raise RuntimeError(f"X1 and X2 must have the same number of columns. X1: {x1.shape[-1]} X2: {x2.shape[-1]}")
    for name, points in (("X1", x1), ("X2", x2)):
        if not points.dtype.is_floating_point:
            raise RuntimeError(f"cdist only supports floating-point dtypes, {name} got: {scalar_name(points.dtype)}")
    if p < 0:
        raise RuntimeError("cdist only supports non-negative p values")
    if x1.dtype not in (float32, float64):
        raise no_kernel("cdist", x1.dtype)
    if x1.dtype is not x2.dtype:
        raise RuntimeError(f"expected scalar type {scalar_name(x1.dtype)} but found {scalar_name(x2.dtype)}")
    many = x1.shape[-2] > _MANY or x2.shape[-2] > _MANY
    products = p == 2 and (compute_mode == _MODES[1] or (compute_mode == _MODES[0] and many))
    return _cdist(x1, x2, float(p), products)


def _check_pdist(input: Any, p: float) -> None:
    if input.ndim != 2:
        raise RuntimeError(f"pdist only supports 2D tensors, got: {input.ndim}D")
    if not input.dtype.is_floating_point:
        raise RuntimeError("pdist only supports floating-point dtypes")
    if p < 0:
        raise RuntimeError("pdist only supports non-negative p values")


def _pdist_rule(g: Any, input: Any, result: Any, p: float) -> Any:
    first, second = (wrap(places) for places in np.triu_indices(input.shape[0], 1))
    slopes = g.unsqueeze(-1) * _slopes(
        input.index_select(0, first) - input.index_select(0, second), result.unsqueeze(-1), p
    )
    return input.new_zeros(input.shape).index_add(0, first, slopes).index_add(0, second, -slopes)


@kernel(
    flops=lambda input, result: 3 * input.shape[-1] * result.numel(), check=_check_pdist, vjp={"input": _pdist_rule}
)
def pdist(input: Tensor, p: float = 2) -> Tensor:
    """Distances between all pairs of rows, each pair once.

    Args:
        input: points, shape ``(N, M)``; floating.
        p: the order of the norm.

    Returns:
        The upper triangle of the matrix of distances, row by row: shape ``(N * (N - 1) / 2,)``.

    Example::

        >>> torch.pdist(torch.tensor([[0.0, 0.0], [3.0, 4.0], [0.0, 1.0]]))
        tensor([5.0000, 1.0000, 4.2426])
    """
    first, second = np.triu_indices(input.shape[0], 1)
    return _norm(input[first] - input[second], p).astype(input.dtype, copy=False)


def _check_dist(input: Any, other: Any, p: Any) -> None:
    common = common_dtype(input, other)
    if common is not None and common.category < FLOATING:
        raise RuntimeError(
            f"norm(): input dtype should be either floating point or complex. Got {scalar_name(common)} instead."
        )


def _dist_rule(g: Any, input: Any, other: Any, result: Any, p: Any, needs: Any) -> Any:
    found = norm_rule(g, input - other, result, p, None, False)
    return found if needs[0] else None, -found if needs[1] else None


@kernel(promote=("input", "other"), flops=3, check=_check_dist, holomorphic=False, vjp={("input", "other"): _dist_rule})
def dist(input: Tensor, other: Tensor, p: float = 2) -> Tensor:
    """The p-norm of the difference of two tensors.

    Args:
        input, other: tensors that broadcast; floating or complex.
        p: the order of the norm.

    Example::

        >>> torch.dist(torch.tensor([1.0, 2.0]), torch.tensor([4.0, 6.0]))
        tensor(5.)
    """
    return reduce.vector_norm(input - other, p, None, False)


def _check_renorm(input: Any, p: float, dim: int, maxnorm: float) -> None:
    if p <= 0:
        raise RuntimeError("renorm: non-positive-norm not supported")
    if maxnorm < 0:
        raise RuntimeError(f"renorm: expected maxnorm to be >= 0 but got {maxnorm:g}")
    if input.ndim < 2:
        raise RuntimeError(f"renorm: input needs at least 2 dimensions, got {input.ndim} dimensions")
    wrap_dim(dim, input.ndim)
    if input.dtype.category < FLOATING:
        raise RuntimeError(
            f"linalg.vector_norm: Expected a floating point or complex tensor as input. Got {scalar_name(input.dtype)}"
        )


_EPSILON = 1e-7
"""What torch adds to a norm before it divides by it."""


def _others(input: Any, dim: int) -> tuple[int, ...]:
    axis = wrap_dim(dim, input.ndim)
    return tuple(index for index in range(input.ndim) if index != axis)


def _renorm_rule(g: Any, input: Any, p: float, dim: int, maxnorm: float) -> Any:
    """The factor of each slice depends on its norm, and so on all its elements."""
    dims = _others(input, dim)
    norm = ops.linalg_vector_norm(input, p, dims, True)
    over = norm > maxnorm
    factor = (maxnorm / (norm + _EPSILON)).masked_fill(~over, 1)
    pull = (g * (input.conj() if input.is_complex() else input)).sum(dims, True)
    pull = pull.real if pull.is_complex() else pull
    slope = (-pull * maxnorm / (norm + _EPSILON) ** 2).masked_fill(~over, 0)
    return g * factor + norm_rule(slope, input, norm, p, dims, True)


@kernel(flops=3, check=_check_renorm, holomorphic=False, vjp={"input": _renorm_rule})
def renorm(input: Tensor, p: float, dim: int, maxnorm: float, *, out: Tensor | None = None) -> Tensor:
    """Slices along `dim` whose p-norm exceeds `maxnorm` scaled down to it.

    Args:
        input: at least 2-D; floating or complex.
        p: the order of the norm.
        dim: the dimension whose slices are taken.
        maxnorm: the largest norm allowed.

    Example::

        >>> torch.renorm(torch.tensor([[3.0, 4.0], [0.3, 0.4]]), 2, 0, 1.0)
        tensor([[0.6000, 0.8000],
                [0.3000, 0.4000]])
    """
    norm = reduce.vector_norm(input, p, _others(input, dim), True)
    factor = np.where(norm > maxnorm, maxnorm / (norm + _EPSILON), 1).astype(norm.dtype)
    return input * factor
