"""The logarithm of the gamma function and its derivative, of float32 in float64."""

from __future__ import annotations

import math
from collections.abc import Callable

from ...numpy.special import tables
from ..ir import Value
from ..unsupported import Unsupported
from .circular import cosine, sine
from .helpers import absolute, fma, horner, where
from .logarithm import log
from .series import Region, chebyshev, in_double

LARGE = 10.0
"""From where Stirling's series is good for 16 digits."""

_BERNOULLI = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510, 43867 / 798, -174611 / 330)
"""B2, B4 ... B20."""
_STIRLING = tuple(number / (2 * k * (2 * k - 1)) for k, number in enumerate(_BERNOULLI, 1))
_DIGAMMA = tuple(number / (2 * k) for k, number in enumerate(_BERNOULLI, 1))


def _sine_and_cosine_of_turn(x: Value) -> tuple[Value, Value]:
    """sin(pi x) and cos(pi x) but for a sign that both share."""
    distance = x - x.function.call("roundeven", x.type, x)
    size = absolute(distance)
    near = size <= 0.25
    angle = where(near, size, 0.5 - size) * math.pi
    along, across = cosine(angle), sine(angle)
    up = where(near, across, along)
    return where(distance < 0, -up, up), where(near, along, across)


def _log_of_gamma(x: Value, brief: bool) -> Value:
    """The logarithm of gamma for what is positive.

    About 1 and 2, where it is 0, it is a series times the distance; from 2.5 to 10 that of what whole steps lead down
    to, and the logarithm of the steps; below 1/2 one step up.
    """
    small, one, large = x < 0.5, x < 1.5, x >= LARGE
    steps = where(x > 2.5, x.function.call("ceil", x.type, where(large, LARGE, x) - 2.5), 0.0)
    product = where(small | large, x, 1.0)
    for step in range(1, 9):
        product = where((steps >= step) & ~large, product * (x - step), product)
    distance = where(small, x, where(one, x - 1, where(large, 0.0, x - steps - 2)))
    series = chebyshev(
        Region(one, distance, -0.5, 0.5, tables.LGAMMA_ONE), Region(None, distance, -0.5, 0.5, tables.LGAMMA_TWO),
        brief=brief,
    )  # fmt: skip
    logarithm = log(product)
    inverse = 1 / x
    correction = horner(inverse * inverse, _STIRLING) * inverse
    stirling = fma(x - 0.5, logarithm, 0.5 * math.log(2 * math.pi) + correction - x)
    near = fma(distance, series, where(small, -logarithm, where(one, 0.0, logarithm)))
    return where(x == math.inf, x, where(large, stirling, near))


@in_double
def lgamma(x: Value, brief: bool) -> Value:
    """The logarithm of the magnitude of the gamma function: 4 ulp, where it is not close to a root below 0."""
    below = x <= 0
    found = _log_of_gamma(where(below, 1 - x, x), brief)
    whole = x.function.call("floor", x.type, x) == x
    up = absolute(_sine_and_cosine_of_turn(x)[0])
    reflected = math.log(math.pi) - log(where(whole, 1.0, up)) - found
    return where(below, where(whole, math.inf, reflected), found)


@in_double
def digamma(x: Value, _: bool) -> Value:
    """The derivative of the logarithm of the gamma function, as exact as its terms: 3 ulp of the largest."""
    below = x < 0
    start = where(below, 1 - x, x)
    shifted, top, bottom = start, x.function.lift(0.0, x.type), x.function.lift(1.0, x.type)
    for _step in range(int(LARGE)):  # the sum of the reciprocals of the steps up, as one quotient
        low = shifted < LARGE
        top = where(low, fma(top, shifted, bottom), top)
        bottom = where(low, bottom * shifted, bottom)
        shifted = where(low, shifted + 1, shifted)
    inverse = 1 / shifted
    square = inverse * inverse
    found = (log(shifted) - 0.5 * inverse) - fma(horner(square, _DIGAMMA), square, top / bottom)
    up, along = _sine_and_cosine_of_turn(x)
    whole = x.function.call("floor", x.type, x) == x
    found = where(below, where(whole, math.nan, found - math.pi * along / up), found)
    return where(x == 0, -1 / x, where(x == math.inf, x, found))


@in_double
def trigamma(x: Value, _: bool) -> Value:
    """The second derivative of the logarithm of the gamma function: 4 ulp, below 1/2 of the larger of two terms."""
    below = x < 0.5
    shifted = where(below, 1 - x, x)
    top, bottom = x.function.lift(0.0, x.type), x.function.lift(1.0, x.type)
    for _step in range(int(LARGE)):  # as in digamma, of squares
        low = shifted < LARGE
        square = shifted * shifted
        top = where(low, fma(top, square, bottom), top)
        bottom = where(low, bottom * square, bottom)
        shifted = where(low, shifted + 1, shifted)
    inverse = 1 / shifted
    square = inverse * inverse
    found = (inverse + square * 0.5) + fma(horner(square, _BERNOULLI) * square, inverse, top / bottom)
    turn = math.pi / _sine_and_cosine_of_turn(x)[0]
    return where(below, turn * turn - found, found)


def polygamma(order: Value, x: Value) -> Value:
    """The derivative of digamma of an order that is 0 or 1.

    Raises:
        Unsupported: it is another one.
    """
    for number, function in enumerate((digamma, trigamma)):
        if order.text == x.function.constant(number, x.type).text:
            return function(x)
    raise Unsupported("polygamma of this order")


FUNCTIONS: dict[str, Callable[..., Value]] = {"lgamma": lgamma, "digamma": digamma, "polygamma": polygamma}
