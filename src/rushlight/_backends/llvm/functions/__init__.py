"""What the names of the scalar vocabulary mean in instructions.

Every function here takes and gives values of any number of lanes and has no branches: both sides of a choice are
computed and one is taken. ``exp`` and its kin are polynomials whose coefficients have the least possible greatest
error (`tests/compiler/fitting.py` works them out); each says in its docstring how far it is from the true value at
worst, in units of the last place (ulp), and `tests/compiler/test_functions.py` measures it.

`table.py` has them by name. It is loaded when a kernel is written, so a process whose kernels are all on disk never
needs it.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any


def __getattr__(name: str) -> Any:
    """The table."""
    if name == "table":
        return import_module(f"{__name__}.table")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
