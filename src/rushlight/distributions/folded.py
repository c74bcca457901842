"""What the distributions of absolute values of symmetric random variables share."""

from __future__ import annotations

import math

from ..tensor import Tensor
from . import constraints
from .transformed_distribution import TransformedDistribution


class FoldedDistribution(TransformedDistribution):
    """Absolute values of numbers that are distributed evenly around zero, with a `scale`."""

    support = constraints.nonnegative
    has_rsample = True

    @property
    def scale(self) -> Tensor:
        """The scale of the numbers whose absolute values these are."""
        return self.base_dist.scale

    @property
    def mode(self) -> Tensor:
        """Zero."""
        return self.scale.new_zeros(self.scale.shape)

    def cdf(self, value: Tensor) -> Tensor:
        """The probability of events up to `value`."""
        if self._validate_args:
            self._validate_sample(value)
        return 2 * self.base_dist.cdf(value) - 1

    def icdf(self, value: Tensor) -> Tensor:
        """The events up to which the probability is `value`."""
        return self.base_dist.icdf((value + 1) / 2)

    def entropy(self) -> Tensor:
        """The entropy."""
        return self.base_dist.entropy() - math.log(2)
