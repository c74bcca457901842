"""`rushlight.linalg`: linear algebra."""

from __future__ import annotations

from ._declare.matrices import LinAlgError
from ._ops.linalg_decomposition import cholesky, cholesky_ex, eigh, eigvalsh, qr, svd, svdvals
from ._ops.linalg_exponential import matrix_exp
from ._ops.linalg_reflections import householder_product
from ._ops.linalg_solve import cross, det, inv, inv_ex, matrix_power, slogdet, solve, solve_ex, solve_triangular
from ._ops.matmul import matmul
from ._ops.norms import linalg_norm as norm, matrix_norm, vector_norm
from .tensor import Tensor


def diagonal(A: Tensor, *, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Tensor:
    """The diagonal of the last two dimensions, as a view.

    Args:
        A: of shape (..., m, n).
        offset: which diagonal.
        dim1, dim2: the dimensions.

    Example::

        >>> torch.linalg.diagonal(torch.eye(2))
        tensor([1., 1.])
    """
    return A.diagonal(offset, dim1, dim2)


__all__ = [
    "LinAlgError", "cholesky", "cholesky_ex", "cross", "det", "diagonal", "eigh", "eigvalsh", "householder_product",
    "inv", "inv_ex", "matmul", "matrix_exp", "matrix_norm", "matrix_power", "norm", "qr", "slogdet", "solve",
    "solve_ex", "solve_triangular", "svd", "svdvals", "vector_norm",
]  # fmt: skip


def __getattr__(name: str) -> object:
    """Says which of torch's names is missing."""
    from ._core.missing import missing_name

    raise missing_name(__name__, name, __all__)
