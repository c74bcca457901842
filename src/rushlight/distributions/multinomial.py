"""The multinomial distribution."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .._core.sizes import Size
from .._ops.creation import ones, zeros
from .._ops.data import tensor
from ..tensor import Tensor
from . import constraints
from .binomial import Binomial
from .categorical import Categorical
from .distribution import Distribution
from .utils import broadcast_all

__all__ = ["Multinomial"]


class Multinomial(Distribution):
    """How often each category comes in a number of draws.

    Args:
        total_count: the number of draws.
        probs: weights of the categories along the last dimension; they need not add up to 1.
        logits: log-probabilities up to a constant, in place of `probs`.
        validate_args: whether parameters and values are checked.

    Raises:
        NotImplementedError: `total_count` is no int.
        ValueError: both or neither of `probs` and `logits` are given, or a parameter does not satisfy its constraint.

    Example::

        >>> torch.distributions.Multinomial(100, torch.tensor([1.0, 1.0, 1.0, 1.0])).sample()
        tensor([28., 25., 27., 20.])
    """

    arg_constraints = {"probs": constraints.simplex, "logits": constraints.real_vector}
    total_count: int

    @property
    def mean(self) -> Tensor:
        """The mean."""
        return self.probs * self.total_count

    @property
    def variance(self) -> Tensor:
        """The variance of each count."""
        return self.total_count * self.probs * (1 - self.probs)

    def __init__(
        self, total_count: int = 1, probs: Any = None, logits: Any = None, validate_args: bool | None = None
    ) -> None:
        if not isinstance(total_count, int):
            raise NotImplementedError("inhomogeneous total_count is not supported")
        self.total_count = total_count
        self._categorical = Categorical(probs=probs, logits=logits)
        self._binomial = Binomial(total_count=total_count, probs=self.probs)
        super().__init__(self._categorical.batch_shape, self._categorical.param_shape[-1:], validate_args=validate_args)

    def expand(self, batch_shape: Sequence[int], _instance: Any = None) -> Any:
        """The distribution with its batch broadcast to a larger shape."""
        new = self._get_checked_instance(Multinomial, _instance)
        new.total_count = self.total_count
        new._categorical = self._categorical.expand(batch_shape)
        new._binomial = self._binomial
        Distribution.__init__(new, batch_shape, self.event_shape, validate_args=False)
        new._validate_args = self._validate_args
        return new

    @constraints.dependent_property(is_discrete=True, event_dim=1)
    def support(self) -> Any:
        """What an event can be."""
        return constraints.multinomial(self.total_count)

    @property
    def logits(self) -> Tensor:
        """Log-probabilities of the categories."""
        return self._categorical.logits

    @property
    def probs(self) -> Tensor:
        """Probabilities of the categories."""
        return self._categorical.probs

    @property
    def param_shape(self) -> Size:
        """The shape of the parameter."""
        return self._categorical.param_shape

    def sample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        """Draws, without a gradient."""
        drawn = self._categorical.sample((self.total_count, *Size(sample_shape)))
        last = drawn.permute((*range(1, drawn.dim()), 0))
        counts = zeros(self._extended_shape(sample_shape), dtype=last.dtype, device=last.device)
        counts.scatter_add_(-1, last, ones(last.shape, dtype=last.dtype, device=last.device))
        return counts.type_as(self.probs)

    def entropy(self) -> Tensor:
        """The entropy."""
        n = tensor(self.total_count)
        categorical = self._categorical.entropy()
        counts = self._binomial.enumerate_support(expand=False)[1:]
        weighted = (self._binomial.log_prob(counts).exp() * (counts + 1).lgamma()).sum((0, -1))
        return n * categorical - (n + 1).lgamma() + weighted

    def log_prob(self, value: Tensor) -> Tensor:
        """The logarithm of the probability."""
        if self._validate_args:
            self._validate_sample(value)
        logits, value = broadcast_all(self.logits, value)
        logits = logits.clone()
        log_factorial = (value.sum(-1) + 1).lgamma()
        log_factorials = (value + 1).lgamma().sum(-1)
        logits[(value == 0) & (logits == -float("inf"))] = 0
        return log_factorial - log_factorials + (logits * value).sum(-1)
