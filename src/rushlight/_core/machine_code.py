"""The door to compiled kernels, which lie in the layer above: what that layer puts here is called for large arrays."""

from __future__ import annotations

import sys
from typing import Any, Protocol


class Run(Protocol):
    """What runs a kernel."""

    def __call__(self, name: str, array: Any, *args: Any, part: str) -> Any:
        """What a function of a part of the compiler gives for an array, None where it has no kernel for it."""


def _nothing(name: str, array: Any, *args: Any, part: str) -> Any:
    return None


run: Run = _nothing
start: int = sys.maxsize
"""Elements from which kernels run."""
