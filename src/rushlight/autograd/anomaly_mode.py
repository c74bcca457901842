"""Anomaly mode: backward passes that say which forward call a failure or a nan comes from."""

from __future__ import annotations

import os
import traceback
from typing import Any

import numpy as np

from .._core.modes import modes
from .._core.warn import warn
from .._tape.node import Node

__all__ = ["detect_anomaly", "set_detect_anomaly"]

PACKAGE = os.path.dirname(os.path.dirname(__file__)) + os.sep
"""Where the frames lie that a traceback for the user leaves out."""


class detect_anomaly:
    """Context in which backward passes find the forward operator behind an error or a nan.

    Slow: every node keeps its traceback.

    Args:
        check_nan: whether a nan in a gradient is an error.

    Raises:
        RuntimeError: in a backward pass inside of the context, when a node returns a nan.

    Example::

        >>> x = torch.zeros(1, requires_grad=True)
        >>> with torch.autograd.detect_anomaly():  # doctest: +SKIP
        ...     (x.sqrt() * 0).backward()
        RuntimeError: Function 'SqrtBackward0' returned nan values in its 0th output.
    """

    def __init__(self, check_nan: bool = True) -> None:
        self.previous = (modes.anomaly, modes.anomaly_check_nan)
        self.check_nan = check_nan
        warn(
            "Anomaly Detection has been enabled. This mode will increase the runtime and should only be enabled for "
            "debugging."
        )

    def __enter__(self) -> None:
        self.previous = (modes.anomaly, modes.anomaly_check_nan)
        _set(True, self.check_nan)

    def __exit__(self, *exception: Any) -> None:
        _set(*self.previous)


class set_detect_anomaly:
    """Switches anomaly mode on or off: at once, and as a context until it is left.

    Args:
        mode: whether it is on.
        check_nan: whether a nan in a gradient is an error.

    Example::

        >>> with torch.autograd.set_detect_anomaly(True):
        ...     torch.is_anomaly_enabled()
        True
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
    """Warns with the traceback of the forward call that made a node, and of the calls that this one goes back to."""
    stack = _stack_of(node)
    if stack is None:
        warn(
            f"Error detected in {node.name()}. No forward pass information available. Enable detect anomaly during "
            "forward pass for more information."
        )
        return
    warn(f"Error detected in {node.name()}. Traceback of forward call that caused the error:\n{stack}")
    seen = {node}
    parent = node._extra.parent if node._extra is not None else None
    while parent is not None and parent not in seen:
        seen.add(parent)
        stack = _stack_of(parent)
        if stack is None:
            warn(
                f"\n\nPrevious calculation was induced by {parent.name()}. No forward pass information available. "
                "Enable "
                "detect anomaly during forward pass for more information."
            )
            return
        warn(
            f"\n\nPrevious calculation was induced by {parent.name()}. Traceback of forward call that induced the "
            f"previous calculation:\n{stack}"
        )
        parent = parent._extra.parent if parent._extra is not None else None


def _stack_of(node: Node) -> str | None:
    extra = node._extra
    if extra is None or extra.traceback is None:
        return None
    frames = extra.traceback
    while frames and frames[-1].filename.startswith(PACKAGE):
        frames = frames[:-1]
    return "".join(traceback.format_list(frames))


def check_finite(node: Node, grads: Any) -> None:
    """Raises torch's error if a node has made a nan."""
    if not modes.anomaly_check_nan:
        return
    for number, gradient in enumerate(grads):
        if gradient is not None and gradient._array.dtype.kind in "fcV" and _has_nan(gradient):
            explain(node)
            error = RuntimeError(f"Function '{node.name()}' returned nan values in its {number}th output.")
            error.add_note("the warning above shows the forward call that this backward step belongs to")
            raise error


def _has_nan(tensor: Any) -> bool:
    array = np.asarray(tensor._array)
    return bool((array != array).any())
