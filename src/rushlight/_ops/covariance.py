"""Covariance and correlation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._core.dtypes import BOOL, FLOATING, INTEGER
from .._core.warn import warn
from .._declare.dispatch import scalar_name
from .._declare.kinds import composite
from .._declare.reducing import ops

if TYPE_CHECKING:
    from ..tensor import Tensor


def _check_weights(name: str, weights: Any, category: int, kind: str, observations: int) -> None:
    if weights.ndim > 1:
        raise RuntimeError(
            f"cov(): expected {name} to have one or fewer dimensions but got {name} with {weights.ndim} dimensions"
        )
    if weights.dtype.category != category:
        raise RuntimeError(
            f"cov(): expected {name} to have {kind} dtype but got {name} with {scalar_name(weights.dtype)} dtype"
        )
    if weights.numel() != observations:
        raise RuntimeError(
            f"cov(): expected {name} to have the same numel as there are observations in the input but got "
            f"{weights.numel()} != {observations}"
        )
    if observations and bool(weights.min() < 0):
        raise RuntimeError(f"cov(): {name} cannot be negative")


def _weights(fweights: Any, aweights: Any, observations: int) -> Any:
    """The product of both kinds of weights; None without any."""
    found = None
    if fweights is not None:
        _check_weights("fweights", fweights, INTEGER, "integral", observations)
        found = fweights
    if aweights is not None:
        _check_weights("aweights", aweights, FLOATING, "floating point", observations)
        found = aweights if found is None else found * aweights
    return found


def _normalisation(weights: Any, aweights: Any, total: Any, observations: int, correction: int) -> Any:
    """What the products of distances are divided by."""
    if weights is None:
        return observations - correction
    if aweights is None or not correction:
        return total - correction
    return total - correction * (weights * aweights).sum() / total


@composite
def cov(
    input: Tensor, *, correction: int = 1, fweights: Tensor | None = None, aweights: Tensor | None = None
) -> Tensor:
    """Covariances of the rows of a matrix, whose columns are observations.

    Args:
        input: shape ``(variables, observations)``, or 1-D for one variable.
        correction: what is taken from the number of observations before dividing by it.
        fweights: how often each observation was made; integers.
        aweights: how much each observation weighs; floating.

    Example::

        >>> torch.cov(torch.tensor([[0.0, 1.0, 2.0], [2.0, 1.0, 0.0]]))
        tensor([[ 1., -1.],
                [-1.,  1.]])
    """
    if input.ndim > 2:
        raise RuntimeError(
            f"cov(): expected input to have two or fewer dimensions but got an input with {input.ndim} dimensions"
        )
    if input.dtype.category == BOOL:
        raise RuntimeError("cov(): bool dtype is not supported for input")
    rows = input.reshape(1, -1) if input.ndim < 2 else input
    observations = rows.shape[1]
    weights = _weights(fweights, aweights, observations)
    total = observations if weights is None else weights.sum()
    average = (rows if weights is None else rows * weights).sum(1) / total
    scale = _normalisation(weights, aweights, total, observations, correction)
    if bool(scale <= 0):
        warn("cov(): degrees of freedom is <= 0. Correction should be strictly less than the number of observations.")
        scale = 0 if weights is None else weights.new_zeros(())
    distance = rows - average.unsqueeze(1)
    weighted = distance if weights is None else distance * weights
    other = weighted.t().conj() if weighted.is_complex() else weighted.t()
    return (distance @ other / scale).squeeze()


@composite
def corrcoef(input: Tensor) -> Tensor:
    """Pearson's correlation coefficients of the rows of a matrix, whose columns are observations.

    Args:
        input: shape ``(variables, observations)``, or 1-D for one variable.

    Example::

        >>> torch.corrcoef(torch.tensor([[0.0, 1.0, 2.0], [2.0, 1.0, 0.0]]))
        tensor([[ 1., -1.],
                [-1.,  1.]])
    """
    if input.ndim > 2:
        raise RuntimeError(
            f"corrcoef(): expected input to have two or fewer dimensions but got an input with {input.ndim} dimensions"
        )
    found = cov(input)
    if not found.ndim:
        return found / found
    variance = found.diagonal()
    deviation = (variance.real if variance.is_complex() else variance).sqrt()
    found = found / deviation.view(-1, 1) / deviation.view(1, -1)
    if found.is_complex():
        return ops.complex(found.real.clip(-1, 1), found.imag.clip(-1, 1))
    return found.clip(-1, 1)
