"""Linear algebra as methods."""

from __future__ import annotations

from .._declare.variants import method
from .._ops import linalg_solve as solve


class LinalgMethods:
    """Rows of the method table: linear algebra."""

    __slots__ = ()

    inverse = method(solve.inv)
    det = method(solve.det)
    slogdet = method(solve.slogdet)
    logdet = method(solve.logdet)
    matrix_power = method(solve.matrix_power)
    cross = method(solve.cross_first)
