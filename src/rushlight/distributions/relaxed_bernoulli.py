"""Continuous relaxations of the Bernoulli distribution."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .._ops.random import rand
from ..tensor import Tensor
from . import constraints
from .distribution import Distribution
from .parameters import ProbsOrLogits, batch_of
from .transformed_distribution import TransformedDistribution
from .transforms import SigmoidTransform
from .utils import broadcast_all, clamp_probs

__all__ = ["LogitRelaxedBernoulli", "RelaxedBernoulli"]


class LogitRelaxedBernoulli(ProbsOrLogits, Distribution):
    """The logits of `RelaxedBernoulli`, which do not lose digits near 0 and 1.

    Args:
        temperature: the relaxation; near zero the numbers are near 0 and 1.
        probs: the probability of ones.
        logits: its log-odds, in place of `probs`.
        validate_args: whether parameters and values are checked.

    Example::

        >>> from rushlight.distributions.relaxed_bernoulli import LogitRelaxedBernoulli
        >>> LogitRelaxedBernoulli(torch.tensor([1.0]), probs=torch.tensor([0.5])).sample()
        tensor([-0.0150])
    """

    support = constraints.real

    def __init__(
        self, temperature: Any, probs: Any = None, logits: Any = None, validate_args: bool | None = None
    ) -> None:
        self.temperature = temperature
        self._set_parameter(probs, logits)
        super().__init__(batch_of(self._param, logits if probs is None else probs), validate_args=validate_args)

    def _expanded(self, batch_shape: Any, new: Any) -> Any:
        new.temperature = self.temperature
        return super()._expanded(batch_shape, new)

    def rsample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        """Draws as a differentiable function of the parameters."""
        shape = self._extended_shape(sample_shape)
        probs = clamp_probs(self.probs.expand(shape))
        uniforms = clamp_probs(rand(shape, dtype=probs.dtype, device=probs.device))
        drawn = uniforms.log() - (-uniforms).log1p() + probs.log() - (-probs).log1p()
        return drawn / self.temperature

    def log_prob(self, value: Tensor) -> Tensor:
        """The logarithm of the density."""
        if self._validate_args:
            self._validate_sample(value)
        logits, value = broadcast_all(self.logits, value)
        distance = logits - value.mul(self.temperature)
        return self.temperature.log() + distance - 2 * distance.exp().log1p()


class RelaxedBernoulli(TransformedDistribution):
    """Numbers between 0 and 1 that approach draws of a Bernoulli distribution, and carry a gradient.

    Args:
        temperature: the relaxation; near zero the numbers are near 0 and 1.
        probs: the probability of ones.
        logits: its log-odds, in place of `probs`.
        validate_args: whether parameters and values are checked.

    Example::

        >>> torch.distributions.RelaxedBernoulli(torch.tensor([0.5]), torch.tensor([0.3])).sample()
        tensor([0.1513])
    """

    arg_constraints = {"probs": constraints.unit_interval, "logits": constraints.real}
    support = constraints.unit_interval
    has_rsample = True

    def __init__(
        self, temperature: Any, probs: Any = None, logits: Any = None, validate_args: bool | None = None
    ) -> None:
        base = LogitRelaxedBernoulli(temperature, probs, logits)
        super().__init__(base, SigmoidTransform(), validate_args=validate_args)

    def expand(self, batch_shape: Sequence[int], _instance: Any = None) -> Any:
        """The distribution with its batch broadcast to a larger shape."""
        return super().expand(batch_shape, _instance=self._get_checked_instance(RelaxedBernoulli, _instance))

    @property
    def temperature(self) -> Tensor:
        """The relaxation."""
        return self.base_dist.temperature

    @property
    def logits(self) -> Tensor:
        """The log-odds."""
        return self.base_dist.logits

    @property
    def probs(self) -> Tensor:
        """The probability of ones."""
        return self.base_dist.probs
