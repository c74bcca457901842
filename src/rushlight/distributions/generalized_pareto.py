"""The generalized Pareto distribution."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from .._ops.comparison import isclose
from .._ops.random import rand
from .._ops.selection import where
from ..tensor import Tensor
from . import constraints
from .distribution import Distribution
from .parameters import batch_of
from .utils import broadcast_all

__all__ = ["GeneralizedPareto"]


class GeneralizedPareto(Distribution):
    """The generalized Pareto distribution, of what exceeds a high threshold.

    Args:
        loc: the smallest value.
        scale: the width.
        concentration: the weight of the tail; 0 gives an exponential distribution, below that there is a largest value.
        validate_args: whether parameters and values are checked.

    Example::

        >>> torch.distributions.GeneralizedPareto(0.0, 1.0, torch.tensor([0.5])).mean
        tensor([2.])
    """

    arg_constraints = {"loc": constraints.real, "scale": constraints.positive, "concentration": constraints.real}
    has_rsample = True
    _expandable = ("loc", "scale", "concentration")

    def __init__(self, loc: Any, scale: Any, concentration: Any, validate_args: bool | None = None) -> None:
        self.loc, self.scale, self.concentration = broadcast_all(loc, scale, concentration)
        super().__init__(batch_of(self.loc, loc, scale, concentration), validate_args=validate_args)

    def _is_exponential(self) -> Tensor:
        return isclose(self.concentration, self.concentration.new_zeros(()))

    def _shape(self) -> Tensor:
        """The concentration, with ones in the places of zeros."""
        return where(self._is_exponential(), self.concentration.new_ones(()), self.concentration)

    def rsample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        """Draws as a differentiable function of the parameters."""
        shape = self._extended_shape(sample_shape)
        return self.icdf(rand(shape, dtype=self.loc.dtype, device=self.loc.device))

    def log_prob(self, value: Tensor) -> Tensor:
        """The logarithm of the density."""
        if self._validate_args:
            self._validate_sample(value)
        y, k = (value - self.loc) / self.scale, self._shape()
        power = (1 + 1 / k) * (k * y).log1p()
        return -self.scale.log() - where(self._is_exponential(), y, power)

    def log_survival_function(self, value: Tensor) -> Tensor:
        """The logarithm of the probability of events above `value`."""
        if self._validate_args:
            self._validate_sample(value)
        y, k = (value - self.loc) / self.scale, self._shape()
        return where(self._is_exponential(), -y, -(k * y).log1p() / k)

    def log_cdf(self, value: Tensor) -> Tensor:
        """The logarithm of the probability of events up to `value`."""
        if self._validate_args:
            self._validate_sample(value)
        return (-self.log_survival_function(value).exp()).log1p()

    def cdf(self, value: Tensor) -> Tensor:
        """The probability of events up to `value`."""
        if self._validate_args:
            self._validate_sample(value)
        return self.log_cdf(value).exp()

    def icdf(self, value: Tensor) -> Tensor:
        """The events up to which the probability is `value`."""
        k, log_rest = self._shape(), (-value).log1p()
        return self.loc + where(
            self._is_exponential(), -self.scale * log_rest, self.scale / k * (-k * log_rest).expm1()
        )

    @property
    def mean(self) -> Tensor:
        """The mean; infinite where the tail is too heavy."""
        k = self.concentration
        return where(k < 1, self.loc + self.scale / (1 - where(k < 1, k, k.new_zeros(()))), math.inf)

    @property
    def variance(self) -> Tensor:
        """The variance; infinite where the tail is too heavy."""
        k = self.concentration
        inside = where(k < 0.5, k, k.new_zeros(()))
        return where(k < 0.5, self.scale**2 / ((1 - inside) ** 2 * (1 - 2 * inside)), math.inf)

    def entropy(self) -> Tensor:
        """The entropy."""
        return (self.scale.log() + self.concentration + 1).broadcast_to(self._batch_shape)

    @property
    def mode(self) -> Tensor:
        """The smallest value."""
        return self.loc

    @constraints.dependent_property(is_discrete=False, event_dim=0)
    def support(self) -> Any:
        """What an event can be."""
        highest = where(self.concentration < 0, self.loc - self.scale / self.concentration, math.inf)
        return constraints.interval(self.loc, highest)
