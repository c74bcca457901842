"""Distributions that reject and draw again: Poisson, binomial, gamma and Dirichlet.

The algorithms are Hormann's transformed rejection (PTRS for Poisson, BTRS for binomial), inversion by geometric
gaps for few expected successes, and Marsaglia and Tsang's for gamma.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..generator import Generator
from .reader import Reader
from .rounding import narrow

Array = np.ndarray[Any, Any]

# torch writes these two as float32 constants
_THIRD = float(np.float32(1.0 / 3.0))
_SQUEEZE = float(np.float32(0.0331))

_INT64_MIN = -(2**63)


def poisson(generator: Generator, rates: Array) -> Array:
    """A new array with a Poisson-distributed number for each rate, of the same floating dtype."""
    with Reader(generator) as reader:
        numbers = [_poisson(reader, rate) for rate in _elements(rates)]
    return _collect(numbers, rates)


def standard_gamma(generator: Generator, concentrations: Array) -> Array:
    """A new array with a gamma-distributed number of scale 1 for each concentration."""
    single = concentrations.dtype == np.float32
    tiny = float(np.finfo(concentrations.dtype).tiny)
    with Reader(generator) as reader:
        numbers = [max(tiny, _gamma(reader, alpha, single)) for alpha in _elements(concentrations)]
    return _collect(numbers, concentrations)


def binomial(generator: Generator, counts: Array, probabilities: Array) -> Array:
    """A new array with a number of successes for each pair of a number of trials and a probability.

    Args:
        generator: the source.
        counts: numbers of trials, of dtype float32 or float64.
        probabilities: of the same dtype; the two broadcast.
    """
    counts, probabilities = np.broadcast_arrays(counts, probabilities)
    single = counts.dtype == np.float32
    with Reader(generator) as reader:
        pairs = zip(_elements(counts), _elements(probabilities))
        numbers = [_binomial(reader, count, probability, single) for count, probability in pairs]
    return _collect(numbers, counts)


def dirichlet(generator: Generator, concentrations: Array) -> Array:
    """A new array with a point of the simplex for each vector of concentrations along the last dimension."""
    tiny = float(np.finfo(np.float64).tiny)
    with Reader(generator) as reader:
        numbers = [max(tiny, _gamma(reader, alpha, single=False)) for alpha in _elements(concentrations)]
    shares = np.array(numbers).reshape(concentrations.shape)
    shares /= shares.sum(-1, keepdims=True)
    limits = np.finfo(concentrations.dtype)
    return narrow(shares, concentrations.dtype).clip(limits.tiny, 1 - limits.epsneg)


def _elements(array: Array) -> list[float]:
    elements: list[float] = array.astype(np.float64).reshape(-1).tolist()
    return elements


def _collect(numbers: list[float], like: Array) -> Array:
    return narrow(np.array(numbers, np.float64), like.dtype).reshape(like.shape)


def _poisson(reader: Reader, rate: float) -> float:
    if rate >= 10.0:
        return _poisson_by_rejection(reader, rate)
    if rate == 0.0:
        return 0.0
    floor = math.exp(-rate)
    count, product = 0, reader.uniform()
    while product > floor:
        count += 1
        product *= reader.uniform()
    return float(count)


def _poisson_by_rejection(reader: Reader, rate: float) -> float:
    log_rate = math.log(rate)
    b = 0.931 + 2.53 * math.sqrt(rate)
    a = -0.059 + 0.02483 * b
    inverse_alpha = 1.1239 + 1.1328 / (b - 3.4)
    sure = 0.9277 - 3.6224 / (b - 2.0)
    while True:
        u = reader.uniform() - 0.5
        v = reader.uniform()
        us = 0.5 - abs(u)
        k = _to_int64((2.0 * a / us + b) * u + rate + 0.43) if us else _INT64_MIN
        if us >= 0.07 and v <= sure:
            return float(k)
        if k < 0 or (us < 0.013 and v > us):
            continue
        height = (math.log(v) if v else -math.inf) + math.log(inverse_alpha) - math.log(a / (us * us) + b)
        if height <= -rate + k * log_rate - math.lgamma(k + 1.0):
            return float(k)


def _to_int64(value: float) -> int:
    """The next lower int64, or the lowest of all where there is none: what processors of x86 make of it."""
    return math.floor(value) if abs(value) < 2.0**63 else _INT64_MIN


def _gamma(reader: Reader, alpha: float, single: bool) -> float:
    """A gamma-distributed number; with `single`, what concerns `alpha` alone is computed in float32."""
    scale = 1.0
    if alpha < 1.0:
        if alpha == 0.0:
            return 0.0
        scale = _power(1.0 - reader.uniform(), _rounded(1.0 / alpha, single))
        alpha = _rounded(alpha + 1.0, single)
    d = _rounded(alpha - _THIRD, single)
    c = 1.0 / math.sqrt(9.0 * d) if d > 0.0 else math.nan
    while True:
        x = reader.normal()
        y = 1.0 + c * x
        while y <= 0.0:
            x = reader.normal()
            y = 1.0 + c * x
        v = y * y * y
        u = 1.0 - reader.uniform()
        xx = x * x
        if u < 1.0 - _SQUEEZE * xx * xx:
            return scale * d * v
        if math.log(u) < 0.5 * xx + d * (1.0 - v + math.log(v)):
            return scale * d * v


def _power(base: float, exponent: float) -> float:
    try:
        return math.pow(base, exponent)
    except OverflowError:
        return math.inf


def _rounded(value: float, single: bool) -> float:
    return float(np.float32(value)) if single else value


def _binomial(reader: Reader, count: float, probability: float, single: bool) -> float:
    """A number of successes; with `single`, some of what does not depend on the draws is rounded to float32.

    Of which intermediate values that holds was found by trial: with 10**7 trials in float32, one
    result in 20,000 still differs from torch's by one.
    """
    if count <= 0.0 or probability <= 0.0:
        return 0.0
    if probability >= 1.0:
        return count
    if math.isnan(probability) or not math.isfinite(count):
        return math.nan
    if probability > 0.5:
        return count - _binomial(reader, count, 1.0 - probability, single)
    expected = _rounded(count * probability, single)
    if expected < 10.0:
        return _successes(reader, count, probability)
    return _binomial_by_rejection(reader, count, probability, expected, single)


def _successes(reader: Reader, count: float, probability: float) -> float:
    """The number of successes, found by adding up the trials up to each of them."""
    log_failure = math.log1p(-probability)
    trials, successes = 0.0, 0.0
    while True:
        u = reader.uniform()
        if u == 0.0:
            return successes
        trials += math.ceil(math.log(u) / log_failure)
        if trials > count:
            return successes
        successes += 1.0


def _binomial_by_rejection(reader: Reader, count: float, probability: float, expected: float, single: bool) -> float:
    deviation = math.sqrt(expected * (1.0 - probability))
    b = _rounded(1.15 + 2.53 * deviation, single)
    a = -0.0873 + 0.0248 * b + 0.01 * probability
    sure = 0.92 - 4.2 / b
    r = _rounded(probability / _rounded(1.0 - probability, single), single)
    alpha = (2.83 + 5.1 / b) * deviation
    m = math.floor((count + 1.0) * probability)
    while True:
        u = reader.uniform() - 0.5
        v = reader.uniform()
        us = 0.5 - abs(u)
        k = math.floor((2.0 * a / us + b) * u + (expected + 0.5)) if us else -1
        if us >= 0.07 and v <= sure:
            return float(k)
        if k < 0 or k > count:
            continue
        height = math.log(v * alpha / (a / (us * us) + b)) if v else -math.inf
        bound = (
            (m + 0.5) * math.log((m + 1) / (r * (count - m + 1.0)))
            + (count + 1.0) * math.log((count - m + 1.0) / (count - k + 1.0))
            + (k + 0.5) * math.log(r * (count - k + 1.0) / (k + 1))
            + _stirling_tail(m)
            + _stirling_tail(count - m)
            - _stirling_tail(k)
            - _stirling_tail(count - k)
        )
        if height <= bound:
            return float(k)


_STIRLING_TAILS = [
    0.0810614667953272, 0.0413406959554092, 0.0276779256849983, 0.0207906721037650, 0.0166446911898211,
    0.0138761288230707, 0.0118967099458917, 0.0104112652619720, 0.00925546218271273, 0.00833056343336287,
]  # fmt: skip


def _stirling_tail(k: float) -> float:
    """What Stirling's formula leaves out of ``log(k!)``."""
    if k <= 9:
        return _STIRLING_TAILS[int(k)]
    squared = (k + 1.0) * (k + 1.0)
    return (1 / 12 - (1 / 360 - 1 / 1260 / squared) / squared) / (k + 1.0)
