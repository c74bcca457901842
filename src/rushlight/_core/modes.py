"""Thread-local modes: whether operators are recorded, and how carefully."""

from __future__ import annotations

import threading
from typing import Any

OFF, FAST, CAREFUL = 0, 1, 2
"""How operators on tensors that require grad are recorded: not at all, by the short path,
or by the long one because anomaly mode or saved-tensor hooks want to see every node."""


class Modes(threading.local):
    """The modes of one thread; reading one costs an attribute access (38 ns)."""

    record = FAST
    grad_enabled = True
    inference = False
    anomaly = False
    anomaly_check_nan = True
    multithreading = True
    saved_hooks: tuple[tuple[Any, Any], ...] = ()
    saved_hooks_disabled: str | None = None
    backward_pass: Any = None  # the one that runs: its number, how often it reaches each node (`autograd.reach.Pass`)
    backward_node: Any = None  # the node that runs, in anomaly mode
    levels: tuple[Any, ...] = ()  # the transforms of functions that run, outermost first
    device: Any = None  # where factories put what they make, None for the CPU
    devices: tuple[Any, ...] = ()  # the same outside the ``with device`` blocks that this thread is in
    observer: Any = None  # called with each operator on the general path, its arguments and its result

    def refresh(self) -> None:
        """Works out `record` again after one of the modes it depends on has changed."""
        careful = self.anomaly or self.saved_hooks or self.saved_hooks_disabled
        recording = self.grad_enabled and not self.inference
        self.record = (CAREFUL if careful else FAST) if recording else OFF


modes = Modes()


def set_grad_enabled(enabled: bool) -> None:
    """Switches recording on or off in this thread."""
    modes.grad_enabled = enabled
    modes.refresh()
