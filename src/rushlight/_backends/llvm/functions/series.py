"""Chebyshev series with other coefficients in every region of the line, in float64.

The series are those that NumPy's way uses (`_backends/numpy/special/tables.py`). A lane takes the coefficients of its
region, so all regions together cost as much as the longest.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from ..ir import Value
from .helpers import double, fma, is_double, single, where


class Region(NamedTuple):
    """A series on an interval.

    Attributes:
        inside: where it holds; None for everywhere else.
        x: its argument.
        low, high: the interval.
        coefficients: the coefficient of the lowest degree first.
    """

    inside: Value | None
    x: Value
    low: float
    high: float
    coefficients: Sequence[float]


def chebyshev(*regions: Region, brief: bool = False) -> Value:
    """The sum of the series of the first region that holds, by Clenshaw's recurrence.

    Args:
        regions: the last one holds wherever no other does.
        brief: whether the sum is rounded to float32 in the end, for which fewer terms do.
    """
    x = regions[0].x
    if brief:
        regions = tuple([part._replace(coefficients=_noticed(part.coefficients)) for part in regions])
    count = max(len(region.coefficients) for region in regions)
    columns = [
        _chosen(
            regions, [x.function.lift((*region.coefficients, *[0.0] * count)[degree], x.type) for region in regions]
        )
        for degree in range(count)
    ]
    twice = _chosen(
        regions, [(part.x - (part.low + part.high) / 2) * (4 / (part.high - part.low)) for part in regions]
    )  # fmt: skip
    last, before = x.function.lift(0.0, x.type), columns[-1]
    for column in columns[-2:0:-1]:
        last, before = before, fma(twice, before, column) - last
    return fma(twice * 0.5, before, columns[0]) - last


def _noticed(coefficients: Sequence[float]) -> Sequence[float]:
    """The coefficients up to the last that counts in 34 bits."""
    least = 2.0**-34 * max(map(abs, coefficients))
    return coefficients[: max(place for place, value in enumerate(coefficients) if abs(value) > least) + 1]


def _chosen(regions: Sequence[Region], values: Sequence[Value]) -> Value:
    """The value of the region that a lane is in."""
    found = values[-1]
    for region, value in zip(reversed(regions[:-1]), reversed(values[:-1]), strict=True):
        if region.inside is not None and value.text != found.text:
            found = where(region.inside, value, found)
    return found


def in_double(function: Callable[[Value, bool], Value]) -> Callable[[Value], Value]:
    """A function of float64 for float32 as well; it is told whether its result is rounded to that."""

    def either(x: Value) -> Value:
        return function(x, False) if is_double(x) else single(function(double(x), True))

    return either
