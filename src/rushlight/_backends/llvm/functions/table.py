"""The functions by their names in the vocabulary."""

from __future__ import annotations

from collections.abc import Callable

from ..ir import Value
from . import arithmetic, bessel, circular, division, error, exponential, gamma, logarithm, power

FUNCTIONS: dict[str, Callable[..., Value]] = {
    **arithmetic.FUNCTIONS,
    **exponential.FUNCTIONS,
    **logarithm.FUNCTIONS,
    **circular.FUNCTIONS,
    **error.FUNCTIONS,
    **power.FUNCTIONS,
    **gamma.FUNCTIONS,
    **bessel.FUNCTIONS,
    **division.FUNCTIONS,
}
"""Functions by their names in the vocabulary."""
