"""Arguments that methods take either spread out or as one sequence."""

from __future__ import annotations

from typing import Any


def spread(values: tuple[Any, ...]) -> Any:
    """The sizes of ``view(2, 3)`` and ``view((2, 3))`` alike."""
    return values[0] if len(values) == 1 and isinstance(values[0], (tuple, list)) else values
