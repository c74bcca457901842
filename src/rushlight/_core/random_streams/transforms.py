"""Distributions that make each number from one uniform or normal number.

``bernoulli_``, ``exponential_``, ``geometric_``, ``log_normal_`` and ``cauchy_``: torch computes all of them in
double precision and then rounds.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ..generator import Doubles, Generator
from .layout import CHUNK, fill_order, flatten, in_chunks, put_back
from .normal import standard_normals
from .rounding import apply, exp, log1p, log_of_one_plus, multiply_add, narrow
from .uniform import singles

Array = np.ndarray[Any, Any]

_DOUBT = 2.0**-48
"""Relative error that NumPy's ``log1p`` certainly stays within: it promises 4 units in the last place."""


def fill_bernoulli(generator: Generator, out: Array, probability: float) -> None:
    """Fills an array of any real dtype with ones, each with the given probability, and zeros.

    torch on processors of Intel draws other numbers here, from a stream of the Math Kernel Library; these are
    the ones of all other processors.
    """
    _fill(generator, out, lambda uniform: uniform < probability)


def fill_bernoulli_each(generator: Generator, out: Array, probabilities: Array) -> None:
    """Fills an array with zeros and ones, each with a probability of its own.

    Args:
        generator: the source.
        out: an array of any real dtype.
        probabilities: a floating array that broadcasts to the shape of `out`. Doubles are compared with
            doubles, narrower dtypes with float32 numbers.
    """
    probabilities = np.broadcast_to(probabilities, out.shape)
    order = fill_order(out, probabilities)
    target, chances = out.transpose(order), probabilities.transpose(order).reshape(-1)
    ones = np.empty(chances.size, np.bool_)
    draw = generator.doubles if chances.dtype == np.float64 else lambda count: singles(generator, count)
    with generator.lock:
        for start, numbers in in_chunks(draw, ones.size):
            part = slice(start, start + numbers.size)
            np.less(numbers, chances[part], out=ones[part])
    target[...] = ones.reshape(target.shape)


def fill_exponential(generator: Generator, out: Array, rate: float = 1.0) -> None:
    """Fills a floating array with exponentially distributed numbers."""
    scale = -1.0 / rate
    exact = out.dtype == np.float64

    def transform(uniform: Doubles) -> Doubles:
        np.negative(uniform, uniform)
        return log1p(uniform) * scale if exact else _scaled_log1p(uniform, scale)

    _fill(generator, out, transform)


def fill_geometric(generator: Generator, out: Array, probability: float) -> None:
    """Fills an array of any real dtype but bool with the number of trials up to the first success."""
    divisor = math.log1p(-probability)

    def transform(uniform: Doubles) -> Doubles:
        uniform -= 1.0
        return np.ceil(log_of_one_plus(uniform) / divisor)

    _fill(generator, out, transform)


def fill_cauchy(generator: Generator, out: Array, median: float = 0.0, sigma: float = 1.0) -> None:
    """Fills a floating array with numbers of a Cauchy distribution."""

    def transform(uniform: Doubles) -> Doubles:
        uniform -= 0.5
        uniform *= math.pi
        return multiply_add(apply(math.tan, uniform), sigma, median)

    _fill(generator, out, transform)


def fill_log_normal(generator: Generator, out: Array, mean: float = 1.0, std: float = 2.0) -> None:
    """Fills a floating array with exponentials of normal numbers, never block by block."""
    flat, target = flatten(out)
    with generator.lock:
        for start in range(0, flat.size, CHUNK):
            part = flat[start : start + CHUNK]
            part[...] = narrow(exp(multiply_add(standard_normals(generator, part.size), std, mean)), part.dtype)
    put_back(flat, target)


def _fill(generator: Generator, out: Array, transform: Callable[[Doubles], Array]) -> None:
    flat, target = flatten(out)
    with generator.lock:
        for start, uniform in in_chunks(generator.doubles, flat.size):
            part = flat[start : start + CHUNK]
            numbers = transform(uniform)
            part[...] = narrow(numbers, part.dtype) if numbers.dtype == np.float64 else numbers
    put_back(flat, target)


def _scaled_log1p(values: Doubles, scale: float) -> Doubles:
    """``log1p(values) * scale``, exact enough that the C library's value would round to the same float32.

    NumPy's ``log1p`` takes a twentieth of the time. Where its possible error reaches over the border between
    two float32 numbers, about once in 10 million times, the C library is asked.
    """
    result = np.log1p(values) * scale
    doubtful = (result * (1.0 - _DOUBT)).astype(np.float32) != (result * (1.0 + _DOUBT)).astype(np.float32)
    if doubtful.any():
        result[doubtful] = log1p(values[doubtful]) * scale
    return result
