"""Linear algebra as methods."""

from __future__ import annotations

from .._declare.variants import method
from .._ops import linalg_decomposition as parts, linalg_reflections as reflections, linalg_solve as solve
from .._ops.linalg_exponential import matrix_exp


class LinalgMethods:
    """Rows of the method table: linear algebra."""

    __slots__ = ()

    inverse = method(solve.inv)
    det = method(solve.det)
    slogdet = method(solve.slogdet)
    logdet = method(solve.logdet)
    matrix_power, matrix_exp = method(solve.matrix_power), method(matrix_exp)
    geqrf, orgqr = method(reflections.geqrf), method(reflections.orgqr)
    cross = method(solve.cross_first)
    cholesky, cholesky_inverse = method(parts.old_cholesky), method(parts.cholesky_inverse)
    cholesky_solve = method(parts.cholesky_solve)
    qr, svd = method(parts.old_qr), method(parts.old_svd)
