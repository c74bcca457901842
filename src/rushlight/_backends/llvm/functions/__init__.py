"""What the names of the scalar vocabulary mean in instructions.

Every function here takes and gives values of any number of lanes and has no branches: both sides of a choice are
computed and one is taken. ``exp`` and its kin are polynomials whose coefficients have the least possible greatest
error (`tests/compiler/fitting.py` works them out); each says in its docstring how far it is from the true value at
worst, in units of the last place (ulp), and `tests/compiler/test_functions.py` measures it.
"""

from __future__ import annotations

from collections.abc import Callable

from ..ir import Value
from . import arithmetic, circular, error, exponential, logarithm, power

FUNCTIONS: dict[str, Callable[..., Value]] = {
    **arithmetic.FUNCTIONS,
    **exponential.FUNCTIONS,
    **logarithm.FUNCTIONS,
    **circular.FUNCTIONS,
    **error.FUNCTIONS,
    **power.FUNCTIONS,
}
"""Functions by their names in the vocabulary."""

SINGLE_ONLY = error.SINGLE_ONLY | power.SINGLE_ONLY
"""Those of them that are written for float32 alone."""
