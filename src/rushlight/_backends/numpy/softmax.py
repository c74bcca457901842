"""Softmax, its logarithm and logsumexp of NumPy arrays along one axis."""

from __future__ import annotations

from typing import Any

import numpy as np

from .large import extreme
from .machine_code import FROM, compiled
from .reduce import SMALL, total

Array = np.ndarray[Any, Any]

_BOUND = 16.0
"""Magnitude below which exponentials are taken as they are: exp(16) is far from overflow, and what is left of their
sum keeps its digits. Seeing that costs 0.5 us, the maximum of each row and its subtraction 1.5 us (10x3)."""

_maximum, _exp, _log = np.maximum, np.exp, np.log


def _axis(array: Array, dim: Any) -> int:
    """`dim` counted from the front; IndexError and TypeError for the general path to explain."""
    ndim = array.ndim
    if type(dim) is not int or not -ndim <= dim < ndim or not array.size:
        raise IndexError
    return dim % ndim


def softmax(array: Array, dim: Any) -> Array:
    """Exponentials along an axis, divided by their sum."""
    axis = _axis(array, dim)
    if array.size >= FROM:
        made = compiled("softmax", array, axis)
        if made is not None:
            return made
    if array.size <= SMALL and array.item(array.argmax()) < _BOUND and array.item(array.argmin()) > -_BOUND:
        found: Array = _exp(array)
    else:
        found = array - extreme(_maximum, array, axis, True)
        _exp(found, found)
    found /= total(found, axis, None, None, True)
    return found


def log_softmax(array: Array, dim: Any) -> Array:
    """Logarithms of `softmax`."""
    axis = _axis(array, dim)
    if array.size >= FROM:
        made = compiled("log_softmax", array, axis)
        if made is not None:
            return made
    found: Array = array - extreme(_maximum, array, axis, True)
    found -= _log(total(_exp(found), axis, None, None, True))
    return found


def logsumexp(array: Array, dim: Any, keepdim: bool) -> Any:
    """Logarithms of sums of exponentials along an axis; ValueError where a row has no finite maximum."""
    axis = _axis(array, dim)
    peak = extreme(_maximum, array, axis, True)
    if not (peak.item(peak.argmax()) < np.inf and peak.item(peak.argmin()) > -np.inf):
        raise ValueError
    if array.size >= FROM:
        made = compiled("logsumexp", array, axis)
        if made is not None:
            return made.reshape(peak.shape) if keepdim else made
    found = _log(total(_exp(array - peak), axis, None, None, True)) + peak
    return found if keepdim else found.reshape(found.shape[:axis] + found.shape[axis + 1 :])
