"""The continuous Bernoulli distribution."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from .._ops.loss import binary_cross_entropy_with_logits
from .._ops.random import rand
from .._ops.selection import where
from ..tensor import Tensor
from . import constraints
from .exp_family import ExponentialFamily
from .parameters import ProbsOrLogits, batch_of, check_either
from .utils import broadcast_all, clamp_probs, lazy_property, logits_to_probs

__all__ = ["ContinuousBernoulli"]


class ContinuousBernoulli(ProbsOrLogits, ExponentialFamily):
    """Numbers between 0 and 1 with a density proportional to ``probs**x * (1 - probs)**(1 - x)``.

    Args:
        probs: the parameter, between 0 and 1; near 1/2 the distribution is uniform.
        logits: its log-odds, in place of `probs`.
        lims: between these values of `probs` the formulas, which divide zero by zero at 1/2, are replaced by a few
            terms of their Taylor series.
        validate_args: whether parameters and values are checked.

    Example::

        >>> torch.distributions.ContinuousBernoulli(torch.tensor([0.5])).mean
        tensor([0.5000])
    """

    support = constraints.unit_interval
    has_rsample = True
    _mean_carrier_measure = 0

    def __init__(
        self,
        probs: Any = None,
        logits: Any = None,
        lims: tuple[float, float] = (0.499, 0.501),
        validate_args: bool | None = None,
    ) -> None:
        check_either(probs, logits)
        self._set_parameter(probs, logits)
        if probs is not None:
            if validate_args is not None and not self.arg_constraints["probs"].check(self.probs).all():
                raise ValueError("The parameter probs has invalid values")
            self.probs = clamp_probs(self.probs)
        self._lims = lims
        super().__init__(batch_of(self._param, logits if probs is None else probs), validate_args=validate_args)

    def _expanded(self, batch_shape: Any, new: Any) -> Any:
        new._lims = self._lims
        return super()._expanded(batch_shape, new)

    @lazy_property
    def probs(self) -> Tensor:
        """The parameter, away from 0 and 1."""
        return clamp_probs(logits_to_probs(self.logits, is_binary=True))

    def _outside(self) -> Tensor:
        """Where the formulas hold."""
        return (self.probs <= self._lims[0]) | (self.probs > self._lims[1])

    def _away(self) -> Tensor:
        """`probs`, moved to where the formulas hold."""
        return where(self._outside(), self.probs, self._lims[0])

    def _log_normalizer_of_density(self) -> Tensor:
        away = self._away()
        below = where(away <= 0.5, away, 0.0)
        above = where(away >= 0.5, away, 1.0)
        exact = ((-away).log1p() - away.log()).abs().log()
        exact = exact - where(away <= 0.5, (-2.0 * below).log1p(), (2.0 * above - 1.0).log())
        x = (self.probs - 0.5).pow(2)
        series = math.log(2.0) + (4.0 / 3.0 + 104.0 / 45.0 * x) * x
        return where(self._outside(), exact, series)

    @property
    def mean(self) -> Tensor:
        """The mean."""
        away = self._away()
        exact = away / (2.0 * away - 1.0) + 1.0 / ((-away).log1p() - away.log())
        x = self.probs - 0.5
        series = 0.5 + (1.0 / 3.0 + 16.0 / 45.0 * x.pow(2)) * x
        return where(self._outside(), exact, series)

    @property
    def variance(self) -> Tensor:
        """The variance."""
        away = self._away()
        exact = away * (away - 1.0) / (1.0 - 2.0 * away).pow(2) + 1.0 / ((-away).log1p() - away.log()).pow(2)
        x = (self.probs - 0.5).pow(2)
        series = 1.0 / 12.0 - (1.0 / 15.0 - 128.0 / 945.0 * x) * x
        return where(self._outside(), exact, series)

    @property
    def stddev(self) -> Tensor:
        """The standard deviation."""
        return self.variance.sqrt()

    def rsample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        """Draws as a differentiable function of the parameters."""
        shape = self._extended_shape(sample_shape)
        return self.icdf(rand(shape, dtype=self.probs.dtype, device=self.probs.device))

    def sample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        """Draws, without a gradient."""
        return super().sample(sample_shape)

    def log_prob(self, value: Tensor) -> Tensor:
        """The logarithm of the density."""
        if self._validate_args:
            self._validate_sample(value)
        logits, value = broadcast_all(self.logits, value)
        return -binary_cross_entropy_with_logits(logits, value, reduction=0) + self._log_normalizer_of_density()

    def cdf(self, value: Tensor) -> Tensor:
        """The probability of events up to `value`."""
        if self._validate_args:
            self._validate_sample(value)
        away = self._away()
        exact = (away.pow(value) * (1.0 - away).pow(1.0 - value) + away - 1.0) / (2.0 * away - 1.0)
        found = where(self._outside(), exact, value)
        return where(value.le(0.0), found.new_zeros(()), where(value.ge(1.0), found.new_ones(()), found))

    def icdf(self, value: Tensor) -> Tensor:
        """The events up to which the probability is `value`."""
        away = self._away()
        exact = ((-away + value * (2.0 * away - 1.0)).log1p() - (-away).log1p()) / (away.log() - (-away).log1p())
        return where(self._outside(), exact, value)

    def entropy(self) -> Tensor:
        """The entropy."""
        log_rest, log_probs = (-self.probs).log1p(), self.probs.log()
        return self.mean * (log_rest - log_probs) - self._log_normalizer_of_density() - log_rest

    @property
    def _natural_params(self) -> tuple[Tensor, ...]:
        return (self.logits,)

    def _log_normalizer(self, x: Tensor) -> Tensor:  # type: ignore[override]
        outside = (x <= self._lims[0] - 0.5) | (x > self._lims[1] - 0.5)
        away = where(outside, x, self._lims[0] - 0.5)
        exact = ((away.exp() - 1).abs()).log() - away.abs().log()
        series = 0.5 * x + x.pow(2) / 24.0 - x.pow(4) / 2880.0
        return where(outside, exact, series)
