"""The base of distributions whose density is ``exp(natural parameters * statistics - log normalizer + carrier)``."""

from __future__ import annotations

from typing import Any

from ..autograd.api import grad
from ..tensor import Tensor
from .distribution import Distribution

__all__ = ["ExponentialFamily"]


class ExponentialFamily(Distribution):
    """A distribution of an exponential family; its entropy follows from the log normalizer and its gradient.

    A subclass defines ``_natural_params``, ``_log_normalizer`` and ``_mean_carrier_measure``.

    Example::

        >>> isinstance(torch.distributions.Normal(0.0, 1.0), torch.distributions.ExponentialFamily)
        True
    """

    @property
    def _natural_params(self) -> tuple[Tensor, ...]:
        """The natural parameters."""
        raise NotImplementedError

    def _log_normalizer(self, *natural_params: Tensor) -> Tensor:
        """The logarithm of the normalizer."""
        raise NotImplementedError

    @property
    def _mean_carrier_measure(self) -> Any:
        """The expected logarithm of the carrier measure."""
        raise NotImplementedError

    def entropy(self) -> Tensor:
        """The entropy, as the Bregman divergence of the log normalizer."""
        result = -self._mean_carrier_measure
        parameters = [parameter.detach().requires_grad_() for parameter in self._natural_params]
        normalizer = self._log_normalizer(*parameters)
        gradients = grad(normalizer.sum(), parameters, create_graph=True)
        result += normalizer
        for parameter, gradient in zip(parameters, gradients):
            result -= (parameter * gradient).reshape((*self._batch_shape, -1)).sum(-1)
        return result
