"""The categorical distribution."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .._core.dtypes import finfo, int64
from .._core.sizes import Size
from .._ops.creation import full
from .._ops.random import multinomial
from .._ops.ranges import arange
from .._ops.stacking import broadcast_tensors
from ..tensor import Tensor
from . import constraints
from .distribution import Distribution
from .parameters import GivenParameter, check_either
from .utils import lazy_property, logits_to_probs, probs_to_logits

__all__ = ["Categorical"]


class Categorical(GivenParameter, Distribution):
    """Indices of categories, drawn with given probabilities.

    Args:
        probs: weights of the categories along the last dimension; they need not add up to 1.
        logits: log-probabilities up to a constant, in place of `probs`.
        validate_args: whether parameters and values are checked.

    Raises:
        ValueError: both or neither of `probs` and `logits` are given, or a weight is none.

    Example::

        >>> torch.distributions.Categorical(torch.tensor([0.25, 0.25, 0.25, 0.25])).sample((4,))
        tensor([3, 2, 1, 3])
    """

    arg_constraints = {"probs": constraints.simplex, "logits": constraints.real_vector}
    has_enumerate_support = True
    _expandable = ("probs", "logits")

    def __init__(self, probs: Any = None, logits: Any = None, validate_args: bool | None = None) -> None:
        check_either(probs, logits)
        if probs is not None:
            if probs.dim() < 1:
                raise ValueError("`probs` parameter must be at least one-dimensional.")
            self.probs = probs / probs.sum(-1, keepdim=True)
        else:
            if logits.dim() < 1:
                raise ValueError("`logits` parameter must be at least one-dimensional.")
            self.logits = logits - logits.logsumexp(dim=-1, keepdim=True)
        self._num_events = self._param.size()[-1]
        super().__init__(self._param.size()[:-1], validate_args=validate_args)

    def _expanded(self, batch_shape: Size, new: Any) -> Any:
        new._num_events = self._num_events
        return super()._expanded(batch_shape, new)

    @constraints.dependent_property(is_discrete=True, event_dim=0)
    def support(self) -> Any:
        """What an event can be."""
        return constraints.integer_interval(0, self._num_events - 1)

    @lazy_property
    def logits(self) -> Tensor:
        """Log-probabilities."""
        return probs_to_logits(self.probs)

    @lazy_property
    def probs(self) -> Tensor:
        """Probabilities."""
        return logits_to_probs(self.logits)

    @property
    def param_shape(self) -> Size:
        """The shape of the parameter."""
        return self._param.size()

    @property
    def mean(self) -> Tensor:
        """NaN: categories are no quantities."""
        return self._nothing()

    @property
    def mode(self) -> Tensor:
        """The most probable category."""
        return self.probs.argmax(dim=-1)

    @property
    def variance(self) -> Tensor:
        """NaN: categories are no quantities."""
        return self._nothing()

    def _nothing(self) -> Tensor:
        return full(self._extended_shape(), float("nan"), dtype=self.probs.dtype, device=self.probs.device)

    def sample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        """Draws, without a gradient."""
        sample_shape = Size(sample_shape)
        rows = self.probs.reshape(-1, self._num_events)
        drawn = multinomial(rows, sample_shape.numel(), True).T
        return drawn.reshape(self._extended_shape(sample_shape))

    def log_prob(self, value: Tensor) -> Tensor:
        """The logarithm of the probability."""
        if self._validate_args:
            self._validate_sample(value)
        value, log_pmf = broadcast_tensors(value.to(int64).unsqueeze(-1), self.logits)
        return log_pmf.gather(-1, value[..., :1]).squeeze(-1)

    def entropy(self) -> Tensor:
        """The entropy."""
        logits = self.logits.clamp(min=finfo(self.logits.dtype).min)
        return -(logits * self.probs).sum(-1)

    def enumerate_support(self, expand: bool = True) -> Tensor:
        """All categories."""
        values = arange(self._num_events, dtype=int64, device=self._param.device)
        values = values.view((-1, *(1,) * len(self._batch_shape)))
        return values.expand((-1, *self._batch_shape)) if expand else values
