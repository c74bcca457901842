"""The categorical distribution over one-hot vectors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .._core.sizes import Size
from .._ops.creation import eye
from ..tensor import Tensor
from . import constraints
from .categorical import Categorical
from .distribution import Distribution

__all__ = ["OneHotCategorical", "OneHotCategoricalStraightThrough"]


def _one_hot(indices: Tensor, categories: Any) -> Tensor:
    """Vectors of zeros with a one where the index says."""
    shape = (*indices.shape, categories.shape[-1])
    return categories.new_zeros(shape).scatter_(-1, indices.unsqueeze(-1), 1)


class OneHotCategorical(Distribution):
    """One-hot vectors of categories, drawn with given probabilities.

    Args:
        probs: weights of the categories along the last dimension; they need not add up to 1.
        logits: log-probabilities up to a constant, in place of `probs`.
        validate_args: whether parameters and values are checked.

    Example::

        >>> torch.distributions.OneHotCategorical(torch.tensor([0.25, 0.25, 0.25, 0.25])).sample()
        tensor([0., 0., 1., 0.])
    """

    arg_constraints = {"probs": constraints.simplex, "logits": constraints.real_vector}
    support = constraints.one_hot
    has_enumerate_support = True

    def __init__(self, probs: Any = None, logits: Any = None, validate_args: bool | None = None) -> None:
        self._categorical = Categorical(probs, logits)
        shape = self._categorical.param_shape
        super().__init__(self._categorical.batch_shape, shape[-1:], validate_args=validate_args)

    def expand(self, batch_shape: Sequence[int], _instance: Any = None) -> Any:
        """The distribution with its batch broadcast to a larger shape."""
        new = self._get_checked_instance(OneHotCategorical, _instance)
        new._categorical = self._categorical.expand(batch_shape)
        Distribution.__init__(new, batch_shape, self.event_shape, validate_args=False)
        new._validate_args = self._validate_args
        return new

    @property
    def _param(self) -> Tensor:
        """The parameter that was given."""
        return self._categorical._param

    @property
    def probs(self) -> Tensor:
        """Probabilities."""
        return self._categorical.probs

    @property
    def logits(self) -> Tensor:
        """Log-probabilities."""
        return self._categorical.logits

    @property
    def mean(self) -> Tensor:
        """The mean."""
        return self._categorical.probs

    @property
    def mode(self) -> Tensor:
        """The most probable vector."""
        return _one_hot(self._categorical.mode, self._categorical.probs.detach())

    @property
    def variance(self) -> Tensor:
        """The variance of each element."""
        return self._categorical.probs * (1 - self._categorical.probs)

    @property
    def param_shape(self) -> Size:
        """The shape of the parameter."""
        return self._categorical.param_shape

    def sample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        """Draws, without a gradient."""
        return _one_hot(self._categorical.sample(sample_shape), self._categorical.probs.detach())

    def log_prob(self, value: Tensor) -> Tensor:
        """The logarithm of the probability."""
        if self._validate_args:
            self._validate_sample(value)
        return self._categorical.log_prob(value.max(-1)[1])

    def entropy(self) -> Tensor:
        """The entropy."""
        return self._categorical.entropy()

    def enumerate_support(self, expand: bool = True) -> Tensor:
        """All one-hot vectors."""
        count = self.event_shape[0]
        values = eye(count, dtype=self._param.dtype, device=self._param.device)
        values = values.view((count, *(1,) * len(self.batch_shape), count))
        return values.expand((count, *self.batch_shape, count)) if expand else values


class OneHotCategoricalStraightThrough(OneHotCategorical):
    """`OneHotCategorical` whose draws pass a gradient on to the probabilities as if they were these.

    Example::

        >>> probs = torch.tensor([0.5, 0.5], requires_grad=True)
        >>> torch.distributions.OneHotCategoricalStraightThrough(probs).rsample()
        tensor([0., 1.], grad_fn=<AddBackward0>)
    """

    has_rsample = True

    def rsample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        """Draws as a differentiable function of the parameters."""
        drawn = self.sample(sample_shape)
        return drawn + (self._categorical.probs - self._categorical.probs.detach())
