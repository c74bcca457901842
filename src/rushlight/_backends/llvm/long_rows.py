"""Softmax and its kin of fewer rows than there are threads: a run over all for each step, shared by all threads.

The kernels over rows (`groups.py`) give a row to a thread. One row of 4M elements takes 5.4 ms so, 1.5 ms this way.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from ..._core.expression import Expression
from . import folds
from .addresses import THREADS_FROM
from .launch import Elementwise
from .reduce import Reduction
from .reducers import Fold
from .threads import crew
from .typed import Node, Program, compute_element, typed

Array = np.ndarray[Any, Any]


def _symbol(name: str) -> Any:
    return Expression.symbol(name)


_x, _peak, _shift, _y = map(_symbol, ("x", "peak", "shift", "y"))


def _power(difference: Any) -> Any:
    """The exponential of what is at most 0."""
    return Expression.call("softmax_exp", (difference,))


def are_long(rows: int, length: int) -> bool:
    """Whether so many rows of such a length are better shared out in parts."""
    return rows < crew.wanted and length >= THREADS_FROM


@cache
def _powers(element: str) -> Reduction:
    return Reduction(_power(_x - _y), element, Fold("add"), ("x", "y"))


def _totals(element: str, array: Array) -> tuple[Array, Array]:
    """The largest element of each row, and the sum of exponentials of the distances from it."""
    peak = folds.extreme(element, array, True, 1, True)
    given = peak.astype(array.dtype, copy=False)  # exact: it is one of the elements
    return peak, _powers(element)(array, (1,), given)[0].reshape(peak.shape)


@cache
def _last(element: str, logarithm: bool) -> Elementwise:
    """The last step: the exponentials divided, or the logarithms shifted."""
    expression = (_x - _peak) - _shift if logarithm else _power(_x - _peak) * _shift
    work = compute_element(element)
    nodes = {name: Node("input", work, value=name) for name in ("x", "peak", "shift")}
    inputs = {"x": element, "peak": work, "shift": work}
    return Elementwise(Program(inputs, (), [(typed(expression, nodes, work), element)]))


def softmax(element: str, array: Array) -> Array:
    """Exponentials of each row of a matrix, divided by their sum."""
    peak, total = _totals(element, array)
    return _last(element, False)((array, peak, 1 / total))[0]


def log_softmax(element: str, array: Array) -> Array:
    """Logarithms of `softmax`."""
    peak, total = _totals(element, array)
    return _last(element, True)((array, peak, np.log(total)))[0]


def logsumexp(element: str, array: Array) -> Array:
    """Logarithms of the sums of exponentials of each row of a matrix."""
    peak, total = _totals(element, array)
    return (np.log(total) + peak).reshape(-1)
