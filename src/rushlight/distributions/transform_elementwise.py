"""Transforms of each element by itself."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from .._core.dtypes import finfo
from .._core.sizes import broadcast_shapes
from .._declare.binding import is_number
from .._ops.activation import softplus
from .._ops.creation import full
from ..tensor import Tensor
from . import constraints
from .transform_base import Transform

__all__ = [
    "AbsTransform",
    "AffineTransform",
    "CumulativeDistributionTransform",
    "ExpTransform",
    "PowerTransform",
    "SigmoidTransform",
    "SoftplusTransform",
    "TanhTransform",
]


class _Simple(Transform):
    """A monotonically increasing transform without settings; two of them are equal."""

    bijective = True
    sign = 1
    domain = constraints.real

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other)

    __hash__ = object.__hash__


class ExpTransform(_Simple):
    """``exp(x)``.

    Example::

        >>> torch.distributions.ExpTransform().inv(torch.tensor([1.0]))
        tensor([0.])
    """

    codomain = constraints.positive

    def _call(self, x: Tensor) -> Any:
        return x.exp()

    def _inverse(self, y: Tensor) -> Any:
        return y.log()

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        """The logarithm of the derivative."""
        return x


class SigmoidTransform(_Simple):
    """``1 / (1 + exp(-x))``.

    Example::

        >>> torch.distributions.SigmoidTransform()(torch.tensor([0.0]))
        tensor([0.5000])
    """

    codomain = constraints.unit_interval

    def _call(self, x: Tensor) -> Any:
        limits = finfo(x.dtype)
        return x.sigmoid().clamp(min=limits.tiny, max=1.0 - limits.eps)

    def _inverse(self, y: Tensor) -> Any:
        limits = finfo(y.dtype)
        y = y.clamp(min=limits.tiny, max=1.0 - limits.eps)
        return y.log() - (-y).log1p()

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        """The logarithm of the derivative."""
        return -softplus(-x) - softplus(x)


class SoftplusTransform(_Simple):
    """``log(1 + exp(x))``, and ``x`` itself above 20.

    Example::

        >>> torch.distributions.SoftplusTransform()(torch.tensor([0.0, 30.0]))
        tensor([ 0.6931, 30.0000])
    """

    codomain = constraints.positive

    def _call(self, x: Tensor) -> Any:
        return softplus(x)

    def _inverse(self, y: Tensor) -> Any:
        return (-y).expm1().neg().log() + y

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        """The logarithm of the derivative."""
        return -softplus(-x)


class TanhTransform(_Simple):
    """``tanh(x)``.

    Example::

        >>> torch.distributions.TanhTransform()(torch.tensor([0.0, 10.0]))
        tensor([0., 1.])
    """

    codomain = constraints.interval(-1.0, 1.0)

    def _call(self, x: Tensor) -> Any:
        return x.tanh()

    def _inverse(self, y: Tensor) -> Any:
        return y.atanh()

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        """The logarithm of the derivative, in a form that does not cancel."""
        return 2.0 * (math.log(2.0) - x - softplus(-2.0 * x))


class AbsTransform(Transform):
    """``|x|``, whose inverse takes the positive argument.

    Example::

        >>> torch.distributions.AbsTransform()(torch.tensor([-1.0]))
        tensor([1.])
    """

    domain = constraints.real
    codomain = constraints.positive

    def __eq__(self, other: object) -> bool:
        return isinstance(other, AbsTransform)

    __hash__ = object.__hash__

    def _call(self, x: Tensor) -> Any:
        return x.abs()

    def _inverse(self, y: Tensor) -> Any:
        return y


class PowerTransform(Transform):
    """``x ** exponent`` of positive numbers.

    Args:
        exponent: the exponent.
        cache_size: 1 gives the transform a cache.

    Example::

        >>> torch.distributions.PowerTransform(torch.tensor(2.0))(torch.tensor([3.0]))
        tensor([9.])
    """

    domain = constraints.positive
    codomain = constraints.positive
    bijective = True

    def __init__(self, exponent: Any, cache_size: int = 0) -> None:
        super().__init__(cache_size=cache_size)
        self.exponent = exponent

    @property
    def sign(self) -> Any:
        """The sign of the derivative."""
        return self.exponent.sign()

    def with_cache(self, cache_size: int = 1) -> Any:
        """The transform with or without a cache."""
        return self if self._cache_size == cache_size else PowerTransform(self.exponent, cache_size=cache_size)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PowerTransform) and _same(self.exponent, other.exponent)

    __hash__ = object.__hash__

    def _call(self, x: Tensor) -> Any:
        return x.pow(self.exponent)

    def _inverse(self, y: Tensor) -> Any:
        return y.pow(1 / self.exponent)

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        """The logarithm of the absolute derivative."""
        return (self.exponent * y / x).abs().log()

    def forward_shape(self, shape: Sequence[int]) -> Any:
        """The shape of the images of arguments of a shape."""
        return broadcast_shapes(shape, getattr(self.exponent, "shape", ()))

    def inverse_shape(self, shape: Sequence[int]) -> Any:
        """The shape of arguments whose images have a shape."""
        return self.forward_shape(shape)


class AffineTransform(Transform):
    """``loc + scale * x``.

    Args:
        loc: the image of zero.
        scale: the factor.
        event_dim: dimensions at the end that make up an event.
        cache_size: 1 gives the transform a cache.

    Example::

        >>> torch.distributions.AffineTransform(1.0, 2.0)(torch.tensor([3.0]))
        tensor([7.])
    """

    bijective = True

    def __init__(self, loc: Any, scale: Any, event_dim: int = 0, cache_size: int = 0) -> None:
        super().__init__(cache_size=cache_size)
        self.loc = loc
        self.scale = scale
        self._event_dim = event_dim

    @property
    def event_dim(self) -> int:
        """Dimensions of an event."""
        return self._event_dim

    @property
    def domain(self) -> Any:
        """All numbers, or arrays of them."""
        return constraints.real if self.event_dim == 0 else constraints.independent(constraints.real, self.event_dim)

    @property
    def codomain(self) -> Any:
        """All numbers, or arrays of them."""
        return self.domain

    @property
    def sign(self) -> Any:
        """The sign of the factor."""
        if is_number(self.scale):
            return (self.scale > 0) - (self.scale < 0)
        return self.scale.sign()

    def with_cache(self, cache_size: int = 1) -> Any:
        """The transform with or without a cache."""
        if self._cache_size == cache_size:
            return self
        return AffineTransform(self.loc, self.scale, self.event_dim, cache_size=cache_size)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, AffineTransform) and _same(self.loc, other.loc) and _same(self.scale, other.scale)

    __hash__ = object.__hash__

    def _call(self, x: Tensor) -> Any:
        return self.loc + self.scale * x

    def _inverse(self, y: Tensor) -> Any:
        return (y - self.loc) / self.scale

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        """The logarithm of the absolute factor, summed over the event."""
        shape = x.shape
        if is_number(self.scale):
            found = full(shape, math.log(abs(self.scale)), dtype=x.dtype, device=x.device)
        else:
            found = self.scale.abs().log()
        if self.event_dim:
            found = found.view((*found.size()[: -self.event_dim], -1)).sum(-1)
            shape = shape[: -self.event_dim]
        return found.expand(shape)

    def forward_shape(self, shape: Sequence[int]) -> Any:
        """The shape of the images of arguments of a shape."""
        return broadcast_shapes(shape, getattr(self.loc, "shape", ()), getattr(self.scale, "shape", ()))

    def inverse_shape(self, shape: Sequence[int]) -> Any:
        """The shape of arguments whose images have a shape."""
        return self.forward_shape(shape)


class CumulativeDistributionTransform(Transform):
    """The cumulative distribution function of a distribution of numbers.

    Args:
        distribution: the distribution.
        cache_size: 1 gives the transform a cache.

    Example::

        >>> D = torch.distributions
        >>> D.CumulativeDistributionTransform(D.Normal(0.0, 1.0))(torch.tensor([0.0]))
        tensor([0.5000])
    """

    bijective = True
    codomain = constraints.unit_interval
    sign = 1

    def __init__(self, distribution: Any, cache_size: int = 0) -> None:
        super().__init__(cache_size=cache_size)
        self.distribution = distribution

    @property
    def domain(self) -> Any:
        """The support of the distribution."""
        return self.distribution.support

    def _call(self, x: Tensor) -> Any:
        return self.distribution.cdf(x)

    def _inverse(self, y: Tensor) -> Any:
        return self.distribution.icdf(y)

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        """The logarithm of the density."""
        return self.distribution.log_prob(x)

    def with_cache(self, cache_size: int = 1) -> Any:
        """The transform with or without a cache."""
        if self._cache_size == cache_size:
            return self
        return CumulativeDistributionTransform(self.distribution, cache_size=cache_size)


def _same(first: Any, second: Any) -> bool:
    """Whether two settings, numbers or tensors, are equal."""
    if is_number(first) and is_number(second):
        return bool(first == second)
    equal = first == second
    return bool(equal.all()) if isinstance(equal, Tensor) else bool(equal)
