"""Matrices taken apart: Cholesky, QR, singular values, eigenvalues."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._core.meta_array import stand_in
from .._core.named_results import named_result
from .._declare.kinds import composite, kernel
from .._declare.matrices import LinAlgError, batch_text, cubes, first_bad, matrices
from .._declare.record import REGISTRY

if TYPE_CHECKING:
    from ..tensor import Tensor


def _phi(matrix: Tensor) -> Tensor:
    """The lower triangle with half the diagonal."""
    return matrix.tril() - 0.5 * matrix.diagonal(0, -2, -1).diag_embed()


def _cholesky_gradient(g: Any, upper: bool, result0: Tensor) -> Tensor:
    gradient, L = (g[0].mH, result0.mH) if upper else (g[0], result0)
    inner = _phi(L.mH @ gradient)
    inverse = L.inverse()
    found = inverse.mH @ inner @ inverse
    return 0.5 * (found + found.mH)


def _check_cholesky(A: Tensor, *, upper: bool, check_errors: bool) -> None:
    matrices(A, "linalg.cholesky", square=True)


@kernel(
    batch="leading",
    name="linalg_cholesky_ex",
    node="LinalgCholeskyExBackward0",
    meta=lambda A, *, upper, check_errors: (A, stand_in(A.shape[:-2], np.int32)),
    flops=lambda A: cubes(A) / 3,
    holomorphic=False,
    check=_check_cholesky,
    returns=named_result("linalg_cholesky_ex", "L", "info"),
    nondifferentiable=(1,),
    vjp={"A": _cholesky_gradient},
)
def cholesky_ex(A: Tensor, *, upper: bool = False, check_errors: bool = False) -> Any:
    """Cholesky factors, and for every matrix 0 or the order of the minor that is not positive.

    Args:
        A: of shape (..., n, n), symmetric or Hermitian; one triangle is read.
        upper: whether the upper factor is wanted.
        check_errors: whether a failure is an error.
    """
    lower = A.swapaxes(-1, -2).conj() if upper else A
    info = np.zeros(A.shape[:-2], np.int32)
    try:
        found = np.linalg.cholesky(lower)
    except np.linalg.LinAlgError:
        found = np.zeros_like(lower)
        for position in np.ndindex(A.shape[:-2]):
            info[position] = _failing_minor(lower[position])
            if not info[position]:
                found[position] = np.linalg.cholesky(lower[position])
        if check_errors and info.any():
            position = first_bad(info != 0)
            error = LinAlgError(
                f"linalg.cholesky: {batch_text(position, info.shape)}The factorization could not be completed "
                "because the "
                f"input is not positive-definite (the leading minor of order {info[position]} is not "
                "positive-definite)."
            )
            error.add_note("add a small multiple of the identity, or check that the matrix is symmetric")
            raise error from None
    return (found.swapaxes(-1, -2).conj() if upper else found), info


def _failing_minor(matrix: Any) -> int:
    """The order of the smallest leading minor that is not positive-definite; 0 if there is none."""
    for order in range(1, len(matrix) + 1):
        try:
            np.linalg.cholesky(matrix[:order, :order])
        except np.linalg.LinAlgError:
            return order
    return 0


@composite
def cholesky(A: Tensor, *, upper: bool = False, out: Tensor | None = None) -> Tensor:
    """The triangular factor L with ``L @ L.mH == A``.

    Args:
        A: of shape (..., n, n), positive-definite.
        upper: whether the upper factor ``L.mH`` is wanted.

    Raises:
        RuntimeError: a matrix is not positive-definite (its class is `torch.linalg.LinAlgError`).

    Example::

        >>> torch.linalg.cholesky(torch.tensor([[4.0]]))
        tensor([[2.]])
    """
    return cholesky_ex(A, upper=upper, check_errors=True)[0]  # type: ignore[no-any-return]


def _qr_gradient(g: Any, A_like: Any, mode: str, result0: Tensor, result1: Tensor) -> Tensor:
    gQ, gR = g
    rows, columns = A_like.shape[-2:]
    if mode == "r":
        raise RuntimeError(
            "The derivative of linalg.qr depends on Q, which is not computed when mode='r'. Please use "
            "linalg.qr(A, mode='reduced') if you are going to require differentiation through linalg.qr."
        )
    if mode == "complete" and rows > columns:
        raise RuntimeError("The QR decomposition is not differentiable when mode='complete' and nrows > ncols.")
    Q, R = result0, result1
    if rows >= columns:
        return _tall_qr_gradient(Q, R, gQ, gR)
    first = R[..., :rows]
    gQ = Q * 0 if gQ is None else gQ
    gR = R * 0 if gR is None else gR
    rest = gR[..., rows:]
    A2 = Q @ R[..., rows:]
    into_first = _tall_qr_gradient(Q, first, gQ + A2 @ rest.mH, gR[..., :rows])
    return _beside(into_first, Q @ rest)


def _beside(left: Tensor, right: Tensor) -> Tensor:
    return REGISTRY["cat"].call([left, right], -1)  # type: ignore[no-any-return]


def _tall_qr_gradient(Q: Tensor, R: Tensor, gQ: Any, gR: Any) -> Tensor:
    inner = 0
    if gR is not None:
        inner = R @ gR.mH
    if gQ is not None:
        inner = inner - gQ.mH @ Q
    M = _symmetric_from_lower(inner)
    found = Q @ M if gQ is None else gQ + Q @ M
    return found @ R.inverse().mH


def _symmetric_from_lower(matrix: Any) -> Tensor:
    lower = matrix.tril()
    return lower + matrix.tril(-1).mH  # type: ignore[no-any-return]


def _qr_meta(A: Any, mode: str) -> Any:
    *batch, rows, columns = A.shape
    inner = rows if mode == "complete" else min(rows, columns)
    Q = (0,) if mode == "r" else (*batch, rows, inner)
    return stand_in(Q, A.dtype), stand_in((*batch, inner, columns), A.dtype)


def _svd_meta(A: Any, full_matrices: bool, compute_uv: bool) -> Any:
    *batch, rows, columns = A.shape
    inner = min(rows, columns)
    U = (*batch, rows, rows if full_matrices else inner)
    Vh = (*batch, columns if full_matrices else inner, columns)
    return stand_in(U, A.dtype), stand_in((*batch, inner), A.real.dtype), stand_in(Vh, A.dtype)


@kernel(
    batch="leading",
    name="linalg_qr",
    meta=_qr_meta,
    flops=lambda A: 8 / 3 * cubes(A),
    holomorphic=False,
    check=lambda A, mode: _check_qr(A, mode),
    returns=named_result("linalg_qr", "Q", "R"),
    vjp={"A": _qr_gradient},
)
def qr(A: Tensor, mode: str = "reduced", *, out: Any = None) -> Any:
    """An orthogonal Q and an upper triangular R with ``Q @ R == A``.

    Args:
        A: of shape (..., m, n).
        mode: ``"reduced"``, ``"complete"`` or ``"r"`` (R alone).

    Example::

        >>> Q, R = torch.linalg.qr(torch.eye(2))
        >>> (Q @ R)
        tensor([[1., 0.],
                [0., 1.]])
    """
    if mode == "r":
        return np.zeros((0,), A.dtype), np.linalg.qr(A, mode="r")
    found = np.linalg.qr(A, mode=mode)
    return found[0], found[1]


def _check_qr(A: Tensor, mode: str) -> None:
    matrices(A, "linalg.qr")
    if mode not in ("reduced", "complete", "r"):
        raise RuntimeError(
            f"qr received unrecognized mode '{mode}' but expected one of 'reduced' (default), 'r', or 'complete'"
        )


def _svd_gradient(
    g: Any, A_like: Any, full_matrices: bool, compute_uv: bool, result0: Any, result1: Tensor, result2: Any
) -> Any:
    gU, gS, gVh = g
    if gU is None and gVh is None:
        if gS is None:
            return None
        rank = result1.shape[-1]
        return (result0[..., :rank] * gS.unsqueeze(-2)) @ result2[..., :rank, :]
    rank = result1.shape[-1]
    U, S, Vh = result0[..., :rank], result1, result2[..., :rank, :]
    square = S.square()
    gap = square.unsqueeze(-2) - square.unsqueeze(-1)
    eye = S.new_ones(rank).diag()
    weights = (1 - eye) / (gap + eye)
    inner = 0
    if gU is not None:
        skew = U.mH @ gU[..., :rank]
        inner = inner + ((skew - skew.mH) * weights) * S.unsqueeze(-2)
    if gVh is not None:
        skew = Vh @ gVh[..., :rank, :].mH
        inner = inner + S.unsqueeze(-1) * ((skew - skew.mH) * weights)
    if gS is not None:
        inner = inner + gS.diag_embed()
    found = U @ inner @ Vh
    rows, columns = A_like.shape[-2:]
    if rows > rank and gU is not None:
        scaled = gU[..., :rank] / S.unsqueeze(-2)
        found = found + (scaled - U @ (U.mH @ scaled)) @ Vh
    if columns > rank and gVh is not None:
        scaled = gVh[..., :rank, :] / S.unsqueeze(-1)
        found = found + U @ (scaled - (scaled @ Vh.mH) @ Vh)
    return found


@kernel(
    batch="leading",
    name="linalg_svd_parts",
    node="LinalgSvdBackward0",
    meta=_svd_meta,
    flops=lambda A, compute_uv: (22 if compute_uv else 8 / 3) * cubes(A),
    holomorphic=False,
    check=lambda A, full_matrices, compute_uv: matrices(A, "linalg.svd"),
    returns=named_result("linalg_svd", "U", "S", "Vh"),
    vjp={"A": _svd_gradient},
)
def svd_parts(A: Tensor, full_matrices: bool, compute_uv: bool) -> Any:
    """Singular vectors and values; the gradient needs the vectors, so they are always worked out."""
    U, S, Vh = np.linalg.svd(A, full_matrices=full_matrices)
    return U, S, Vh


@composite
def svd(A: Tensor, full_matrices: bool = True, *, driver: str | None = None, out: Any = None) -> Any:
    """The singular value decomposition ``A == U @ diag(S) @ Vh``.

    Args:
        A: of shape (..., m, n).
        full_matrices: whether U and Vh are square.
        driver: only for other devices.

    Example::

        >>> torch.linalg.svd(torch.diag(torch.tensor([3.0, 4.0]))).S
        tensor([4., 3.])
    """
    if driver is not None:
        raise RuntimeError(
            "torch.linalg.svd: keyword argument `driver=` is only supported on CUDA inputs with cuSOLVER backend."
        )
    return svd_parts(A, full_matrices, True)


@composite
def svdvals(A: Tensor, *, driver: str | None = None, out: Tensor | None = None) -> Tensor:
    """The singular values, largest first.

    Example::

        >>> torch.linalg.svdvals(torch.diag(torch.tensor([3.0, 4.0])))
        tensor([4., 3.])
    """
    return svd_parts(A, False, False)[1]  # type: ignore[no-any-return]


def _eigh_gradient(g: Any, result0: Tensor, result1: Tensor) -> Any:
    gL, gV = g
    L, V = result0, result1
    if gV is None:
        return None if gL is None else (V * gL.unsqueeze(-2)) @ V.mH
    gap = L.unsqueeze(-2) - L.unsqueeze(-1)
    eye = L.new_ones(L.shape[-1]).diag()
    moved = V.mH @ gV
    inner = 0.5 * (moved - moved.mH) * ((1 - eye) / (gap + eye))
    if gL is not None:
        inner = inner + gL.diag_embed()
    return V @ inner @ V.mH


@kernel(
    batch="leading",
    name="linalg_eigh",
    node="LinalgEighBackward0",
    meta=lambda A, UPLO: (stand_in(A.shape[:-1], A.real.dtype), A),
    flops=lambda A: 9 * cubes(A),
    holomorphic=False,
    check=lambda A, UPLO: matrices(A, "linalg.eigh", square=True),
    returns=named_result("linalg_eigh", "eigenvalues", "eigenvectors"),
    vjp={"A": _eigh_gradient},
)
def eigh(A: Tensor, UPLO: str = "L", *, out: Any = None) -> Any:
    """Eigenvalues, smallest first, and eigenvectors of symmetric or Hermitian matrices.

    Args:
        A: of shape (..., n, n).
        UPLO: ``"L"`` or ``"U"``, the triangle that is read.

    Example::

        >>> torch.linalg.eigh(torch.diag(torch.tensor([2.0, 1.0]))).eigenvalues
        tensor([1., 2.])
    """
    if UPLO.upper() not in ("L", "U"):
        raise RuntimeError(f"Expected UPLO argument to be 'L' or 'U', but got {UPLO}")
    found = np.linalg.eigh(A, UPLO.upper())
    return found[0], found[1]


@composite
def eigvalsh(A: Tensor, UPLO: str = "L", *, out: Tensor | None = None) -> Tensor:
    """Eigenvalues of symmetric or Hermitian matrices, smallest first.

    Example::

        >>> torch.linalg.eigvalsh(torch.diag(torch.tensor([2.0, 1.0])))
        tensor([1., 2.])
    """
    return eigh(A, UPLO)[0]  # type: ignore[no-any-return]


@composite
def old_cholesky(input: Tensor, upper: bool = False, *, out: Tensor | None = None) -> Tensor:
    """`torch.linalg.cholesky` under its old name."""
    return cholesky(input, upper=upper)  # type: ignore[no-any-return]


@composite
def old_qr(input: Tensor, some: bool = True, *, out: Any = None) -> Any:
    """`torch.linalg.qr` under its old name.

    Args:
        input: of shape (..., m, n).
        some: whether the factors are reduced.
    """
    return qr(input, "reduced" if some else "complete")


@composite
def old_svd(input: Tensor, some: bool = True, compute_uv: bool = True, *, out: Any = None) -> Any:
    """The singular value decomposition ``U @ diag(S) @ V.mH``, with V itself as torch's old function gives it.

    Args:
        input: of shape (..., m, n).
        some: whether U and V are cut to the number of singular values.
        compute_uv: whether U and V are wanted; zeros otherwise.
    """
    U, S, Vh = svd_parts(input, not some, compute_uv)
    if not compute_uv:
        rows, columns = input.shape[-2:]
        U, Vh = U.new_zeros((*U.shape[:-2], rows, rows)), Vh.new_zeros((*Vh.shape[:-2], columns, columns))
    return SvdResult((U, S, Vh.mH))


SvdResult = named_result("svd", "U", "S", "V")


@composite
def cholesky_inverse(input: Tensor, upper: bool = False, *, out: Tensor | None = None) -> Tensor:
    """The inverse of a positive-definite matrix from its Cholesky factor.

    Args:
        input: the factor, of shape (..., n, n).
        upper: whether it is the upper one.

    Example::

        >>> torch.cholesky_inverse(torch.tensor([[2.0]]))
        tensor([[0.2500]])
    """
    factor = input.triu() if upper else input.tril()
    inverse = factor.inverse()
    return inverse @ inverse.mH if upper else inverse.mH @ inverse


@composite
def cholesky_solve(input: Tensor, input2: Tensor, upper: bool = False, *, out: Tensor | None = None) -> Tensor:
    """The solution of ``A X = B`` from the Cholesky factor of A.

    Args:
        input: B, of shape (..., n, k).
        input2: the factor, of shape (..., n, n).
        upper: whether it is the upper one.

    Example::

        >>> torch.cholesky_solve(torch.tensor([[8.0]]), torch.tensor([[2.0]]))
        tensor([[2.]])
    """
    solve = REGISTRY["linalg_solve_triangular"].call
    if upper:
        return solve(input2, solve(input2.mH, input, upper=False), upper=True)  # type: ignore[no-any-return]
    return solve(input2.mH, solve(input2, input, upper=False), upper=True)  # type: ignore[no-any-return]
