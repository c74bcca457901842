"""The two entries into the engine: `backward` and `grad`."""

from __future__ import annotations

from typing import Any

from .._core.tensor_base import wrap
from .engine import run_backward


def backward(tensor: Any, gradient: Any, retain_graph: Any, create_graph: bool, inputs: Any) -> None:
    """x"""
    import numpy as np

    if gradient is None:
        gradient = wrap(np.ones_like(tensor._array))
    run_backward([tensor], [gradient], bool(retain_graph), create_graph, None, True)
