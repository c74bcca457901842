"""Systems of linear equations: inverse, determinant, solutions and powers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._core.meta_array import stand_in
from .._core.named_results import named_result
from .._declare.dispatch import scalar_name
from .._declare.kinds import composite, kernel
from .._declare.matrices import LinAlgError, batch_text, cubes, first_bad, matrices
from .._declare.record import REGISTRY

if TYPE_CHECKING:
    from ..tensor import Tensor


def _failures(A: Any, run: Any) -> tuple[Any, Any]:
    """`run` on matrices one after the other where it fails on all together: results, and 1 where it failed."""
    try:
        return run(A), np.zeros(A.shape[:-2], np.int32)
    except np.linalg.LinAlgError:
        info = np.zeros(A.shape[:-2], np.int32)
        found = np.empty_like(A)
        for position in np.ndindex(A.shape[:-2]):
            try:
                found[position] = run(A[position])
            except np.linalg.LinAlgError:
                info[position] = _zero_pivot(A[position])
                found[position] = np.inf
        return found, info


def _zero_pivot(matrix: Any) -> int:
    """The number, from 1, of the first zero pivot of Gaussian elimination with row exchanges."""
    work = matrix.astype(np.complex128 if matrix.dtype.kind == "c" else np.float64)
    for step in range(len(work)):
        best = step + int(np.abs(work[step:, step]).argmax())
        if work[best, step] == 0:
            return step + 1
        work[[step, best]] = work[[best, step]]
        work[step + 1 :] -= np.outer(work[step + 1 :, step] / work[step, step], work[step])
    return len(work)


def _check_inverse(A: Tensor, check_errors: bool) -> None:
    matrices(A, "linalg.inv", square=True)


@kernel(
    batch="leading",
    name="linalg_inv_ex",
    node="LinalgInvExBackward0",
    meta=lambda A, check_errors: (A, stand_in(A.shape[:-2], np.int32)),
    flops=lambda A: 2 * cubes(A),
    check=_check_inverse,
    returns=named_result("linalg_inv_ex", "inverse", "info"),
    nondifferentiable=(1,),
    vjp={"A": lambda g, result0: -(result0.mT @ g[0] @ result0.mT)},
)
def inv_ex(A: Tensor, check_errors: bool = False) -> Any:
    """Inverses, and for every matrix 0 or the number of the pivot at which it failed.

    Args:
        A: of shape (..., n, n).
        check_errors: whether a failure is an error.
    """
    found, info = _failures(A, np.linalg.inv)
    if check_errors and info.any():
        _raise_singular(info)
    return found, info


def _raise_singular(info: Any) -> None:
    position = first_bad(info != 0)
    where = batch_text(position, info.shape)
    error = LinAlgError(
        f"linalg.inv: {where}The diagonal element {info[position]} is zero, the inversion could not be completed "
        "because "
        "the input matrix is singular."
    )
    error.add_note("the rows of a singular matrix depend on each other; torch.linalg.pinv inverts what can be inverted")
    raise error


@composite
def inv(A: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The inverse of square matrices.

    Args:
        A: of shape (..., n, n).

    Raises:
        RuntimeError: a matrix is singular (its class is `torch.linalg.LinAlgError`) or not square.

    Example::

        >>> torch.linalg.inv(torch.tensor([[2.0, 0.0], [0.0, 4.0]]))
        tensor([[0.5000, 0.0000],
                [0.0000, 0.2500]])
    """
    return inv_ex(A, True)[0]  # type: ignore[no-any-return]


def _check_square(name: str) -> Any:
    def check(A: Tensor) -> None:
        matrices(A, name, square=True)

    return check


def _det_gradient(g: Tensor, A: Tensor, result: Tensor) -> Tensor:
    if bool((result == 0).any()):
        return g.unsqueeze(-1).unsqueeze(-1) * _cofactors(A)
    return (g * result).unsqueeze(-1).unsqueeze(-1) * inv_ex(A)[0].mT


def _cofactors(A: Tensor) -> Tensor:
    """The matrix of cofactors, each the determinant of a minor: right for singular matrices too."""
    size = A.shape[-1]
    rows = []
    for row in range(size):
        kept = [index for index in range(size) if index != row]
        columns = []
        for column in range(size):
            minor = A[..., kept, :][..., [index for index in range(size) if index != column]]
            value = det(minor) if size > 1 else A[..., 0, 0] * 0 + 1
            columns.append((value if (row + column) % 2 == 0 else -value).unsqueeze(-1))
        rows.append(_join(columns).unsqueeze(-2))
    return _join([row.mT for row in rows]).mT


def _join(parts: list[Any]) -> Any:
    return REGISTRY["cat"].call(parts, -1)


@kernel(
    batch="leading",
    name="linalg_det",
    meta=lambda A: stand_in(A.shape[:-2], A.dtype),
    flops=lambda A: 2 / 3 * cubes(A),
    check=_check_square("linalg.det"),
    vjp={"A": _det_gradient},
)
def det(A: Tensor, *, out: Tensor | None = None) -> Any:
    """The determinant of square matrices.

    Args:
        A: of shape (..., n, n).

    Example::

        >>> torch.linalg.det(torch.tensor([[2.0, 0.0], [0.0, 4.0]]))
        tensor(8.)
    """
    return np.linalg.det(A)


def _slogdet_gradient(g: Any, A: Any, result0: Any) -> Any:
    """A complex sign turns with the imaginary part of the trace of ``inv(A) @ dA``; the logarithm grows by the real."""
    factor = g[1]
    if g[0] is not None and A.is_complex():
        turn = (g[0].conj() * result0).imag * -1j
        factor = turn if factor is None else factor + turn
    return None if factor is None else factor.unsqueeze(-1).unsqueeze(-1) * inv_ex(A)[0].mH


@kernel(
    batch="leading",
    name="linalg_slogdet",
    meta=lambda A: (stand_in(A.shape[:-2], A.dtype), stand_in(A.shape[:-2], A.real.dtype)),
    flops=lambda A: 2 / 3 * cubes(A),
    check=_check_square("linalg.slogdet"),
    returns=named_result("linalg_slogdet", "sign", "logabsdet"),
    holomorphic=False,
    vjp={"A": _slogdet_gradient},
)
def slogdet(A: Tensor, *, out: Any = None) -> Any:
    """The sign of the determinant of square matrices and the logarithm of its size.

    Args:
        A: of shape (..., n, n).

    Example::

        >>> torch.linalg.slogdet(torch.eye(2)).logabsdet
        tensor(0.)
    """
    sign, size = np.linalg.slogdet(A)
    return sign, size


@composite
def logdet(A: Tensor) -> Tensor:
    """The logarithm of the determinant of square matrices; nan where it is negative.

    Example::

        >>> torch.logdet(torch.eye(2))
        tensor(0.)
    """
    sign, size = slogdet(A)
    return sign.log() + size  # type: ignore[no-any-return]


def _as_matrices(A: Any, B: Any) -> bool:
    """Whether the right-hand side is a vector (or a batch of them)."""
    return B.ndim == 1 or (A.ndim - 1 == B.ndim and B.shape == A.shape[:-1])


def _check_solve(A: Tensor, B: Tensor, left: bool, check_errors: bool) -> None:
    matrices(A, "linalg.solve", square=True)
    if A.dtype is not B.dtype:
        raise RuntimeError(
            f"linalg.solve: Expected A and B to have the same dtype, but found A of type {scalar_name(A.dtype)} and "
            "B of "
            f"type {scalar_name(B.dtype)} instead"
        )
    vector = _as_matrices(A, B)
    if vector and not left:
        raise RuntimeError(
            "linalg.solve: Vector broadcasting of the left hand side is not supported for left=False. In this case "
            "linalg.solve is equivalent to B / A.squeeze(-1)"
        )
    rows = B.shape[-1] if vector else (B.shape[-2] if left else B.shape[-1]) if B.ndim > 1 else B.shape[0]
    if rows != A.shape[-1]:
        columns = 1 if vector or B.ndim == 1 else B.shape[-1]
        given = B.shape[-1] if vector or B.ndim == 1 else B.shape[-2]
        equation = "AX = B" if left else "XA = B"
        raise RuntimeError(
            f"linalg.solve: Incompatible shapes of A and B for the equation {equation} ({A.shape[-2]}x{A.shape[-1]} "
            "and "
            f"{given}x{columns})"
        )


def _solve_gradient(g: Any, A: Tensor, B_like: Any, left: bool, result0: Tensor, needs: Any) -> tuple[Any, Any]:
    g = g[0]
    vector = len(B_like.shape) == 1 or (A.ndim - 1 == len(B_like.shape) and tuple(B_like.shape) == tuple(A.shape[:-1]))
    into_b = solve_ex(A.mT, g, left)[0]
    if not needs[0]:
        return None, into_b
    rows, solved = (into_b.unsqueeze(-1), result0.unsqueeze(-1)) if vector else (into_b, result0)
    into_a = -(rows @ solved.mT) if left else -(solved.mT @ rows)
    return into_a, into_b


def _solve_meta(A: Any, B: Any, left: bool = True, check_errors: bool = False) -> Any:
    columns = B[..., None] if _as_matrices(A, B) else B
    shape = np.broadcast_shapes(A.shape[:-2], columns.shape[:-2]) + columns.shape[-2:]
    found = stand_in(shape, A.dtype)
    return found if columns is B else found[..., 0], stand_in(A.shape[:-2], np.int32)


@kernel(
    batch="leading",
    name="linalg_solve_ex",
    node="LinalgSolveExBackward0",
    meta=_solve_meta,
    flops=lambda A, B: 2 / 3 * cubes(A) + 2 * A.shape[-1] * B.numel(),
    check=_check_solve,
    returns=named_result("linalg_solve_ex", "result", "info"),
    nondifferentiable=(1,),
    vjp={("A", "B"): _solve_gradient},
)
def solve_ex(A: Tensor, B: Tensor, left: bool = True, check_errors: bool = False) -> Any:
    """Solutions of linear equations, and for every matrix whether it failed.

    Args:
        A: of shape (..., n, n).
        B: of shape (..., n, k), (..., n) or (n,).
        left: whether the equation is ``A X = B`` or ``X A = B``.
        check_errors: whether a failure is an error.
    """
    info = np.zeros(A.shape[:-2], np.int32)
    vector = _as_matrices(A, B)
    columns = B[..., None] if vector else B
    system, known = (A, columns) if left else (A.swapaxes(-1, -2), columns.swapaxes(-1, -2))
    try:
        found = np.linalg.solve(system, known)
    except np.linalg.LinAlgError:
        if check_errors:
            raise _singular_system(A) from None
        found = np.full(np.broadcast_shapes(system.shape[:-2], known.shape[:-2]) + known.shape[-2:], np.nan, A.dtype)
        info[...] = 1
    found = found if left else found.swapaxes(-1, -2)
    return (found[..., 0] if vector else found), info


def _singular_system(A: Any) -> LinAlgError:
    where = ""
    if A.ndim > 2:
        flags = np.abs(np.linalg.det(A)) == 0
        where = batch_text(first_bad(flags), A.shape[:-2]) if flags.any() else ""
    error = LinAlgError(f"torch.linalg.solve: {where}The solver failed because the input matrix is singular.")
    error.add_note("the rows of a singular matrix depend on each other; torch.linalg.lstsq gives the nearest solution")
    return error


@composite
def solve(A: Tensor, B: Tensor, *, left: bool = True, out: Tensor | None = None) -> Tensor:
    """The solution of linear equations ``A X = B`` (or ``X A = B``).

    Args:
        A: of shape (..., n, n).
        B: of shape (..., n, k), (..., n) or (n,).
        left: which side the unknown is on.

    Raises:
        RuntimeError: a matrix is singular (its class is `torch.linalg.LinAlgError`), or the shapes do not fit.

    Example::

        >>> torch.linalg.solve(torch.tensor([[2.0, 0.0], [0.0, 4.0]]), torch.ones(2))
        tensor([0.5000, 0.2500])
    """
    return solve_ex(A, B, left, True)[0]  # type: ignore[no-any-return]


@composite
def matrix_power(A: Tensor, n: int, *, out: Tensor | None = None) -> Tensor:
    """A whole power of square matrices; negative powers invert.

    Args:
        A: of shape (..., k, k).
        n: the power.

    Example::

        >>> torch.linalg.matrix_power(torch.tensor([[1.0, 1.0], [0.0, 1.0]]), 3)
        tensor([[1., 3.],
                [0., 1.]])
    """
    if A.ndim < 2:
        raise RuntimeError("linalg.matrix_power: The input tensor A must have at least 2 dimensions.")
    if A.shape[-1] != A.shape[-2]:
        raise RuntimeError(
            "linalg.matrix_power: A must be batches of square matrices, but they are "
            f"{A.shape[-2]} by {A.shape[-1]} matrices"
        )
    if n == 0:
        return A.clone().copy_(A.new_ones(A.shape[-1]).diag())
    if n < 0:
        return matrix_power(inv(A), -n) if n != -1 else inv(A)
    if n == 1:
        return A.clone()
    if n == 3:
        return (A @ A) @ A
    found, power = None, A
    while n:
        if n % 2:
            found = power if found is None else found @ power
        n //= 2
        if n:
            power = power @ power
    assert found is not None
    return found


def _triangular_gradient(
    g: Tensor, A: Tensor, B_like: Any, upper: bool, left: bool, unitriangular: bool, result: Tensor, needs: Any
) -> tuple[Any, Any]:
    into_b = solve_triangular(A.mT, g, upper=not upper, left=left, unitriangular=unitriangular)
    into_a = None
    if needs[0]:
        whole = -(into_b @ result.mT) if left else -(result.mT @ into_b)
        into_a = whole.triu(int(unitriangular)) if upper else whole.tril(-int(unitriangular))
    return into_a, into_b


def _check_triangular(A: Tensor, B: Tensor, *, upper: bool, left: bool, unitriangular: bool) -> None:
    matrices(A, "linalg.solve_triangular", square=True)
    if A.dtype is not B.dtype:
        raise RuntimeError(
            "linalg.solve_triangular: Expected A and B to have the same dtype, but found A of type "
            f"{scalar_name(A.dtype)} "
            f"and B of type {scalar_name(B.dtype)} instead"
        )


@kernel(
    batch="leading",
    name="linalg_solve_triangular",
    node="LinalgSolveTriangularBackward0",
    meta=lambda A, B, *, upper, left, unitriangular: _solve_meta(A, B)[0],
    flops=lambda A, B: A.shape[-1] * B.numel(),
    check=_check_triangular,
    vjp={("A", "B"): _triangular_gradient},
)
def solve_triangular(
    A: Tensor, B: Tensor, *, upper: bool, left: bool = True, unitriangular: bool = False, out: Tensor | None = None
) -> Any:
    """The solution of linear equations with a triangular matrix; the other triangle is not read.

    Args:
        A: of shape (..., n, n).
        B: of shape (..., n, k), or (..., k, n) for ``left=False``.
        upper: which triangle holds the matrix.
        left: whether the equation is ``A X = B`` or ``X A = B``.
        unitriangular: whether the diagonal counts as ones.

    Example::

        >>> torch.linalg.solve_triangular(torch.eye(2), torch.ones(2, 1), upper=True).flatten()
        tensor([1., 1.])
    """
    part = np.triu(A) if upper else np.tril(A)
    if unitriangular:
        size = np.arange(A.shape[-1])
        part[..., size, size] = 1
    if left:
        return _substitute(part, B, upper)
    return _substitute(part.swapaxes(-1, -2), B.swapaxes(-1, -2), not upper).swapaxes(-1, -2)


def _substitute(A: Any, B: Any, upper: bool) -> Any:
    """Forward or backward substitution over batches."""
    n = A.shape[-1]
    shape = np.broadcast_shapes(A.shape[:-2], B.shape[:-2]) + B.shape[-2:]
    X = np.array(np.broadcast_to(B, shape))
    for row in range(n - 1, -1, -1) if upper else range(n):
        done = slice(row + 1, n) if upper else slice(0, row)
        if done.stop > done.start:
            X[..., row, :] -= np.matmul(A[..., row : row + 1, done], X[..., done, :])[..., 0, :]
        X[..., row, :] /= A[..., row, row][..., None]
    return X


def _cross_dim(input: Any, other: Any, dim: int) -> None:
    if input.shape[dim] != 3 or other.shape[dim] != 3:
        raise RuntimeError(
            f"linalg.cross: inputs dimension {dim} must have length 3. Got {input.shape[dim]} and {other.shape[dim]}"
        )


@kernel(
    batch="dims",
    name="linalg_cross",
    promote=("input", "other"),
    flops=3,
    vjp={
        "input": lambda g, other, dim: cross(other, g, dim=dim),
        "other": lambda g, input, dim: cross(g, input, dim=dim),
    },
)
def cross(input: Tensor, other: Tensor, *, dim: int = -1, out: Tensor | None = None) -> Any:
    """The cross product of vectors of length 3.

    Args:
        input, other: tensors that broadcast.
        dim: the dimension of the vectors.

    Example::

        >>> torch.linalg.cross(torch.tensor([1.0, 0.0, 0.0]), torch.tensor([0.0, 1.0, 0.0]))
        tensor([0., 0., 1.])
    """
    if input.ndim != other.ndim:
        raise RuntimeError("linalg.cross: inputs must have the same number of dimensions.")
    _cross_dim(input, other, dim)
    first, second = np.broadcast_arrays(input, other)
    first, second = np.moveaxis(first, dim, 0), np.moveaxis(second, dim, 0)
    found = np.stack([
        first[1] * second[2] - first[2] * second[1],
        first[2] * second[0] - first[0] * second[2],
        first[0] * second[1] - first[1] * second[0],
    ])  # fmt: skip
    return np.moveaxis(found, 0, dim)


@composite
def cross_first(input: Tensor, other: Tensor, dim: int | None = None, *, out: Tensor | None = None) -> Tensor:
    """The cross product along `dim`, or along the first dimension of size 3.

    Args:
        input, other: tensors that broadcast.
        dim: the dimension of the vectors.

    Raises:
        RuntimeError: no dimension has size 3.
    """
    if dim is None:
        dim = next((index for index, size in enumerate(input.shape) if size == 3), None)
        if dim is None:
            raise RuntimeError("no dimension of size 3 in input")
    return cross(input, other, dim=dim)  # type: ignore[no-any-return]
