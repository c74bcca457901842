"""The functions by their names in the vocabulary."""

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
