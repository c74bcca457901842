"""The binomial distribution."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .._ops.random import binomial
from .._ops.ranges import arange
from ..autograd.grad_mode import no_grad
from ..tensor import Tensor
from . import constraints
from .distribution import Distribution
from .parameters import ProbsOrLogits

__all__ = ["Binomial"]


def _above_zero(x: Tensor) -> Tensor:
    """``x.clamp(min=0)`` whose gradient at zero is 1/2."""
    return (x.clamp(min=0) + x - x.clamp(max=0)) / 2


class Binomial(ProbsOrLogits, Distribution):
    """Numbers of successes in a number of trials.

    Args:
        total_count: the number of trials.
        probs: the probability of success.
        logits: its log-odds, in place of `probs`.
        validate_args: whether parameters and values are checked.

    Raises:
        ValueError: both or neither of `probs` and `logits` are given, or a parameter does not satisfy its constraint.

    Example::

        >>> torch.distributions.Binomial(10, torch.tensor([0.0, 0.5, 1.0])).sample()
        tensor([ 0.,  7., 10.])
    """

    arg_constraints = {"total_count": constraints.nonnegative_integer, **ProbsOrLogits.arg_constraints}
    has_enumerate_support = True
    _expandable = ("total_count", "probs", "logits")

    def __init__(
        self, total_count: Any = 1, probs: Any = None, logits: Any = None, validate_args: bool | None = None
    ) -> None:
        self._set_counted_parameter(total_count, probs, logits)
        super().__init__(self.param_shape, validate_args=validate_args)

    @constraints.dependent_property(is_discrete=True, event_dim=0)
    def support(self) -> Any:
        """What an event can be."""
        return constraints.integer_interval(0, self.total_count)

    @property
    def mean(self) -> Tensor:
        """The mean."""
        return self.total_count * self.probs

    @property
    def mode(self) -> Tensor:
        """The most probable value."""
        return ((self.total_count + 1) * self.probs).floor().clamp(max=self.total_count)

    @property
    def variance(self) -> Tensor:
        """The variance."""
        return self.total_count * self.probs * (1 - self.probs)

    def sample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        """Draws, without a gradient."""
        shape = self._extended_shape(sample_shape)
        with no_grad():
            return binomial(self.total_count.expand(shape), self.probs.expand(shape))

    def log_prob(self, value: Tensor) -> Tensor:
        """The logarithm of the probability."""
        if self._validate_args:
            self._validate_sample(value)
        choices = (self.total_count + 1).lgamma() - (value + 1).lgamma() - (self.total_count - value + 1).lgamma()
        # k log(p) + (n - k) log(1 - p) from the logits, without an overflow of their exponential
        softplus = _above_zero(self.logits) + (-self.logits.abs()).exp().log1p()
        return value * self.logits - self.total_count * softplus + choices

    def entropy(self) -> Tensor:
        """The entropy, summed over the support."""
        count = int(self.total_count.max())
        if self.total_count.min() != count:
            raise NotImplementedError("Inhomogeneous total count not supported by `entropy`.")
        log_prob = self.log_prob(self.enumerate_support(False))
        return -(log_prob.exp() * log_prob).sum(0)

    def enumerate_support(self, expand: bool = True) -> Tensor:
        """All numbers of successes."""
        count = int(self.total_count.max())
        if self.total_count.min() != count:
            raise NotImplementedError("Inhomogeneous total count not supported by `enumerate_support`.")
        values = arange(1 + count, dtype=self._param.dtype, device=self._param.device)
        values = values.view((-1, *(1,) * len(self._batch_shape)))
        return values.expand((-1, *self._batch_shape)) if expand else values
