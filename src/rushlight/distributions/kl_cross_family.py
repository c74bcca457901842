"""Closed forms of the divergence of distributions of different families: the negative entropy of the first, less the
mean of the second's log-density.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from ..tensor import Tensor
from .bernoulli import Bernoulli
from .beta import Beta
from .binomial import Binomial
from .continuous_bernoulli import ContinuousBernoulli
from .exponential import Exponential
from .gamma import Gamma
from .gumbel import Gumbel
from .kl import register_kl
from .laplace import Laplace
from .normal import Normal
from .pareto import Pareto
from .poisson import Poisson
from .uniform import Uniform
from .utils import EULER


def _x_log_x(x: Tensor) -> Tensor:
    return x.xlogy(x)


def _log_moment(low: Tensor, high: Tensor) -> Tensor:
    """The mean of the logarithm between two bounds."""
    width = high - low
    return (_x_log_x(high) - _x_log_x(low) - width) / width


def _against_normal(p: Any, q: Normal) -> Tensor:
    """The divergence from a normal distribution, of anything with an entropy, a mean and a variance."""
    spread = p.variance + (p.mean - q.loc).pow(2)
    return -p.entropy() + q.scale.log() + 0.5 * math.log(2 * math.pi) + spread / (2 * q.scale.pow(2))


def _against_exponential(p: Any, q: Exponential) -> Tensor:
    """The divergence from an exponential distribution, of anything positive with an entropy and a mean."""
    return -p.entropy() - q.rate.log() + q.rate * p.mean


def _infinite(parameter: str) -> Callable[[Any, Any], Tensor]:
    """The divergence from a distribution whose support leaves some of the first one's values out."""

    def divergence(p: Any, q: Any) -> Tensor:
        like = getattr(p, parameter)
        return like.new_full(like.shape, math.inf)

    return divergence


_first: type
for _first, _parameter, _others in (
    (Beta, "concentration1", (Pareto,)),
    (ContinuousBernoulli, "probs", (Pareto,)),
    (Exponential, "rate", (Beta, ContinuousBernoulli, Pareto, Uniform)),
    (Gamma, "concentration", (Beta, ContinuousBernoulli, Pareto, Uniform)),
    (Gumbel, "loc", (Beta, ContinuousBernoulli, Exponential, Gamma, Pareto, Uniform)),
    (Laplace, "loc", (Beta, ContinuousBernoulli, Exponential, Gamma, Pareto, Uniform)),
    (Normal, "loc", (Beta, ContinuousBernoulli, Exponential, Gamma, Pareto, Uniform)),
    (Pareto, "scale", (Beta, ContinuousBernoulli, Uniform)),
    (Poisson, "rate", (Bernoulli, Binomial)),
):
    for _other in _others:
        register_kl(_first, _other)(_infinite(_parameter))

for _first in (Beta, ContinuousBernoulli, Exponential, Gamma, Gumbel, Laplace, Uniform):
    register_kl(_first, Normal)(_against_normal)
for _first in (Beta, ContinuousBernoulli, Gamma):
    register_kl(_first, Exponential)(_against_exponential)


@register_kl(Bernoulli, Poisson)
def _bernoulli_poisson(p: Bernoulli, q: Poisson) -> Tensor:
    return -p.entropy() - (p.probs * q.rate.log() - q.rate)


def _against_continuous_bernoulli(p: Any, q: ContinuousBernoulli) -> Tensor:
    return -p.entropy() - p.mean * q.logits - (-q.probs).log1p() - q._log_normalizer_of_density()


register_kl(Beta, ContinuousBernoulli)(_against_continuous_bernoulli)


@register_kl(Beta, Gamma)
def _beta_gamma(p: Beta, q: Gamma) -> Tensor:
    log_mean = p.concentration1.digamma() - (p.concentration1 + p.concentration0).digamma()
    normalizer = q.concentration.lgamma() - q.concentration * q.rate.log()
    return -p.entropy() + normalizer - (q.concentration - 1) * log_mean + q.rate * p.mean


def _unit_interval_uniform(p: Any, q: Uniform) -> Tensor:
    result = -p.entropy() + (q.high - q.low).log()
    return result.masked_fill((q.low > 0) | (q.high < 1), math.inf)


register_kl(Beta, Uniform)(_unit_interval_uniform)
register_kl(ContinuousBernoulli, Uniform)(_unit_interval_uniform)


@register_kl(Exponential, Gamma)
def _exponential_gamma(p: Exponential, q: Gamma) -> Tensor:
    ratio = q.rate / p.rate
    return -q.concentration * ratio.log() + ratio + q.concentration.lgamma() + q.concentration * EULER - (1 + EULER)


@register_kl(Exponential, Gumbel)
def _exponential_gumbel(p: Exponential, q: Gumbel) -> Tensor:
    product, location = p.rate * q.scale, q.loc / q.scale
    return product.log() - 1 - location + location.exp() * product / (product + 1) + product.reciprocal()


@register_kl(Gamma, Gumbel)
def _gamma_gumbel(p: Gamma, q: Gumbel) -> Tensor:
    product, location = p.rate * q.scale, q.loc / q.scale
    entropy = (p.concentration - 1) * p.concentration.digamma() - p.concentration.lgamma() - p.concentration
    mean_exp = location.exp() * (1 + product.reciprocal()).pow(-p.concentration)
    return entropy + product.log() + p.concentration / product + mean_exp - location


@register_kl(Normal, Gumbel)
def _normal_gumbel(p: Normal, q: Gumbel) -> Tensor:
    shift, spread = (p.loc - q.loc) / q.scale, (p.scale / q.scale).pow(2)
    return shift + (-shift + 0.5 * spread).exp() - 0.5 * (1 + (2 * math.pi * spread).log())


@register_kl(Normal, Laplace)
def _normal_laplace(p: Normal, q: Laplace) -> Tensor:
    shift = p.loc - q.loc
    scaled = shift / p.scale
    mean_distance = (
        math.sqrt(2 / math.pi) * p.scale * (-0.5 * scaled.pow(2)).exp() + shift * (math.sqrt(0.5) * scaled).erf()
    )
    return -(p.scale / q.scale).log() + mean_distance / q.scale - 0.5 * (1 + math.log(0.5 * math.pi))


@register_kl(Pareto, Exponential)
def _pareto_exponential(p: Pareto, q: Exponential) -> Tensor:
    product = p.scale * q.rate
    result = (p.alpha / product).log() - p.alpha.reciprocal() + p.alpha * product / (p.alpha - 1) - 1
    return result.masked_fill(p.alpha <= 1, math.inf)


@register_kl(Pareto, Gamma)
def _pareto_gamma(p: Pareto, q: Gamma) -> Tensor:
    log_mean = p.scale.log() + p.alpha.reciprocal()
    normalizer = q.concentration.lgamma() - q.concentration * q.rate.log()
    result = (
        p.alpha.log() - log_mean + normalizer + (1 - q.concentration) * log_mean
        + q.rate * p.alpha * p.scale / (p.alpha - 1) - 1
    )  # fmt: skip
    return result.masked_fill(p.alpha <= 1, math.inf)


@register_kl(Pareto, Normal)
def _pareto_normal(p: Pareto, q: Normal) -> Tensor:
    step = p.scale / (p.alpha - 1)
    spread = p.alpha * step.pow(2) / (p.alpha - 2) + (p.alpha * step - q.loc).pow(2)
    entropy = (math.sqrt(2 * math.pi) * q.scale * p.alpha / p.scale).log() - p.alpha.reciprocal()
    return (entropy + spread / (2 * q.scale.pow(2)) - 1).masked_fill(p.alpha <= 2, math.inf)


@register_kl(Uniform, Beta)
def _uniform_beta(p: Uniform, q: Beta) -> Tensor:
    log_mean, log_rest = _log_moment(p.low, p.high), _log_moment(1 - p.high, 1 - p.low)
    normalizer = q.concentration1.lgamma() + q.concentration0.lgamma() - (q.concentration1 + q.concentration0).lgamma()
    inside = (q.concentration1 - 1) * log_mean + (q.concentration0 - 1) * log_rest
    return (normalizer - inside - p.entropy()).masked_fill((p.high > 1) | (p.low < 0), math.inf)


@register_kl(Uniform, ContinuousBernoulli)
def _uniform_continuous_bernoulli(p: Uniform, q: ContinuousBernoulli) -> Tensor:
    return _against_continuous_bernoulli(p, q).masked_fill((p.high > 1) | (p.low < 0), math.inf)


@register_kl(Uniform, Exponential)
def _uniform_exponential(p: Uniform, q: Exponential) -> Tensor:
    return _against_exponential(p, q).masked_fill(p.low < 0, math.inf)


@register_kl(Uniform, Gamma)
def _uniform_gamma(p: Uniform, q: Gamma) -> Tensor:
    normalizer = q.concentration.lgamma() - q.concentration * q.rate.log()
    result = -p.entropy() + normalizer + (1 - q.concentration) * _log_moment(p.low, p.high) + q.rate * p.mean
    return result.masked_fill(p.low < 0, math.inf)


@register_kl(Uniform, Gumbel)
def _uniform_gumbel(p: Uniform, q: Gumbel) -> Tensor:
    ratio = q.scale / (p.high - p.low)
    high, low = (p.high - q.loc) / q.scale, (p.low - q.loc) / q.scale
    return ratio.log() + 0.5 * (high + low) - ratio * ((-high).exp() - (-low).exp())


@register_kl(Uniform, Pareto)
def _uniform_pareto(p: Uniform, q: Pareto) -> Tensor:
    log_density = (q.alpha * q.scale.pow(q.alpha) * (p.high - p.low)).log()
    result = (q.alpha + 1) * _log_moment(p.low, p.high) - log_density
    return result.masked_fill(p.low < q.scale, math.inf)
