"""A line search that ends where the strong Wolfe conditions hold: low enough, and flat enough."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

ENOUGH_FALL = 1e-4
"""The share of the fall that the slope promises which the loss must achieve."""

ENOUGH_FLAT = 0.9
"""The share of the first slope that may be left."""

LEAST_CHANGE = 1e-9
MOST_STEPS = 25


class Point(NamedTuple):
    """A place along the line.

    Attributes:
        length: how far it is from the start.
        loss: the loss there.
        gradient: the gradient there.
        slope: how the loss changes along the line; None where nobody asks.
    """

    length: Any
    loss: float
    gradient: Any
    slope: Any


def strong_wolfe(evaluate: Callable[[Any], Point], start: Point, length: Any, direction: Any) -> tuple[Point, int]:
    """Finds a place along a line (Nocedal & Wright, algorithms 3.5 and 3.6).

    Args:
        evaluate: the place at a length.
        start: the place at length 0.
        length: the first length to try.
        direction: the direction of the line.

    Returns:
        The place, and the number of evaluations.
    """

    def too_high(point: Point) -> bool:
        return bool(point.loss > start.loss + ENOUGH_FALL * point.length * start.slope)

    def flat(point: Point) -> bool:
        return bool(abs(point.slope) <= -ENOUGH_FLAT * start.slope)

    scale = direction.abs().max()
    previous, point = start, evaluate(length)
    steps = 0
    while steps < MOST_STEPS:  # go on until a minimum lies behind
        if too_high(point) or (steps > 1 and point.loss >= previous.loss) or (not flat(point) and point.slope >= 0):
            bracket = [previous, point]
            break
        if flat(point):
            return point, steps + 1
        reach = point.length + 0.01 * (point.length - previous.length), point.length * 10
        following = interpolate(previous, point, reach)
        previous, point = point, evaluate(following)
        steps += 1
    else:
        bracket = [start, point]
    low, high = (0, 1) if bracket[0].loss <= bracket[1].loss else (1, 0)
    stuck = False
    while steps < MOST_STEPS:  # close in on it
        least, most = sorted((bracket[0].length, bracket[1].length))
        if abs(most - least) * scale < LEAST_CHANGE:
            break
        length = interpolate(bracket[0], bracket[1], (least, most))
        length, stuck = _off_the_ends(length, least, most, stuck)
        point = evaluate(length)
        steps += 1
        if too_high(point) or point.loss >= bracket[low].loss:
            bracket[high] = point
            low, high = (0, 1) if bracket[0].loss <= bracket[1].loss else (1, 0)
            continue
        if flat(point):
            return point, steps + 1
        if point.slope * (bracket[high].length - bracket[low].length) >= 0:
            bracket[high] = bracket[low]
        bracket[low] = point
    return bracket[low], steps + 1


def _off_the_ends(length: Any, least: Any, most: Any, stuck: bool) -> tuple[Any, bool]:
    """Moves a length that is close to an end of the bracket for the second time, or outside, a tenth inwards."""
    margin = 0.1 * (most - least)
    if min(most - length, length - least) >= margin:
        return length, False
    if not (stuck or length >= most or length <= least):
        return length, True
    return (most - margin if abs(length - most) < abs(length - least) else least + margin), False


def interpolate(one: Point, two: Point, bounds: tuple[Any, Any]) -> Any:
    """Where the cubic through two places has its minimum; the middle of the bounds if it has none."""
    if one.length > two.length:
        one, two = two, one
    least, most = bounds
    mean = one.slope + two.slope - 3 * (one.loss - two.loss) / (one.length - two.length)
    square = mean**2 - one.slope * two.slope
    if square < 0:
        return (least + most) / 2.0
    root = square.sqrt()
    span = two.length - one.length
    found = two.length - span * ((two.slope + root - mean) / (two.slope - one.slope + 2 * root))
    return min(max(found, least), most)
