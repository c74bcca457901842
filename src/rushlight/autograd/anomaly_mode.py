"""Anomaly mode: backward passes that say which forward call a failure or a nan comes from."""

from __future__ import annotations

import traceback
import warnings
from typing import Any

import numpy as np

from .._core.modes import modes
from .._tape.node import Node


class detect_anomaly:
    """Context in which backward passes find the forward operator behind an error or a nan.

    Slow: every node keeps its traceback.

    Args:
        check_nan: whether a nan in a gradient is an error.

    Example::

        >>> with torch.autograd.detect_anomaly():
        ...     x = torch.ones(1, requires_grad=True)
        ...     (x * 2).sum().backward()
    """

    def __init__(self, check_nan: bool = True) -> None:
        self.previous = (modes.anomaly, modes.anomaly_check_nan)
        self.check_nan = check_nan
        warnings.warn(
            "Anomaly Detection has been enabled. This mode will increase the runtime and should only be enabled for "
            "debugging.",
            stacklevel=2,
        )

    def __enter__(self) -> None:
        self.previous = (modes.anomaly, modes.anomaly_check_nan)
        _set(True, self.check_nan)

    def __exit__(self, *exception: Any) -> None:
        _set(*self.previous)


class set_detect_anomaly:
    """Switches anomaly mode on or off, at once or as a context.

    Args:
        mode: whether it is on.
        check_nan: whether a nan in a gradient is an error.
    """

    def __init__(self, mode: bool, check_nan: bool = True) -> None:
        self.previous = (modes.anomaly, modes.anomaly_check_nan)
        _set(mode, check_nan)

    def __enter__(self) -> None:
        return None

    def __exit__(self, *exception: Any) -> None:
        _set(*self.previous)


def is_anomaly_enabled() -> bool:
    """Whether anomaly mode is on in this thread."""
    return modes.anomaly


def is_anomaly_check_nan_enabled() -> bool:
    """Whether anomaly mode treats a nan as an error."""
    return modes.anomaly_check_nan


def _set(mode: bool, check_nan: bool) -> None:
    modes.anomaly = mode
    modes.anomaly_check_nan = check_nan
    modes.refresh()


def explain(node: Node) -> None:
    """Warns with the traceback of the forward call that made a node."""
    extra = node._extra
    if extra is None or extra.traceback is None:
        warnings.warn(
            f"Error detected in {node.title}. No forward pass information available. Enable detect anomaly during "
            "forward pass for more information.",
            stacklevel=4,
        )
        return
    text = "".join(traceback.format_list(extra.traceback))
    warnings.warn(
        f"Error detected in {node.title}. Traceback of forward call that caused the error:\n{text}",
        stacklevel=4,
    )


def check_finite(node: Node, grads: Any) -> None:
    """Raises torch's error if a node has made a nan."""
    if not modes.anomaly_check_nan:
        return
    for number, gradient in enumerate(grads):
        if gradient is not None and gradient._array.dtype.kind in "fc" and np.isnan(gradient._array).any():
            explain(node)
            raise RuntimeError(f"Function '{node.title}' returned nan values in its {number}th output.")
