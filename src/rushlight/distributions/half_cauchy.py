"""The half-Cauchy distribution."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from .._ops.data import as_tensor
from ..tensor import Tensor
from . import constraints
from .cauchy import Cauchy
from .folded import FoldedDistribution
from .transforms import AbsTransform

__all__ = ["HalfCauchy"]


class HalfCauchy(FoldedDistribution):
    """Absolute values of Cauchy distributed numbers.

    Args:
        scale: half the distance between the quartiles of the numbers.
        validate_args: whether parameters and values are checked.

    Example::

        >>> torch.distributions.HalfCauchy(torch.tensor([1.0])).icdf(torch.tensor([0.5]))
        tensor([1.])
    """

    arg_constraints = {"scale": constraints.positive}

    def __init__(self, scale: Any, validate_args: bool | None = None) -> None:
        super().__init__(Cauchy(0, scale, validate_args=False), AbsTransform(), validate_args=validate_args)

    def expand(self, batch_shape: Sequence[int], _instance: Any = None) -> Any:
        """The distribution with its batch broadcast to a larger shape."""
        return super().expand(batch_shape, _instance=self._get_checked_instance(HalfCauchy, _instance))

    @property
    def mean(self) -> Tensor:
        """Infinity."""
        return self.scale.new_full(self._extended_shape(), math.inf)

    @property
    def variance(self) -> Tensor:
        """Infinity."""
        return self.base_dist.variance

    def log_prob(self, value: Tensor) -> Tensor:
        """The logarithm of the density."""
        if self._validate_args:
            self._validate_sample(value)
        value = as_tensor(value, dtype=self.base_dist.scale.dtype, device=self.base_dist.scale.device)
        log_prob = self.base_dist.log_prob(value) + math.log(2)
        return log_prob.where(value >= 0, -math.inf)
