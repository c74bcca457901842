"""The exponential function of matrices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._core.dtypes import REDUCED
from .._core.meta_array import like_first
from .._declare.kinds import kernel
from .._declare.matrices import cubes, matrices
from .._declare.record import REGISTRY

if TYPE_CHECKING:
    from ..tensor import Tensor

_COEFFICIENTS = (
    64764752532480000, 32382376266240000, 7771770303897600, 1187353796428800, 129060195264000, 10559470521600,
    670442572800, 33522128640, 1323241920, 40840800, 960960, 16380, 182, 1,
)  # fmt: skip
"""Of the Padé approximant of degree 13 (Higham, 2005)."""

_RADIUS = 5.371920351148152
"""The 1-norm up to which that approximant is exact to the precision of float64."""


def _check(input: Tensor) -> None:
    if input.ndim >= 2 and input.dtype in REDUCED and input.shape[-1] == input.shape[-2]:
        return  # unlike the decompositions this one takes 16-bit floats
    matrices(input, "linalg.matrix_exp", square=True)


def _gradient(g: Tensor, input: Tensor) -> Tensor:
    """A corner of the exponential of ``[[A, g], [0, A]]``, which is the derivative of exp at A along g."""
    turned = input.mT
    join, size = REGISTRY["cat"].call, input.shape[-1]
    blocks = join([join([turned, g], -1), join([turned.new_zeros(turned.shape), turned], -1)], -2)
    return matrix_exp(blocks)[..., :size, size:]  # type: ignore[no-any-return]


@kernel(
    batch="leading",
    name="linalg_matrix_exp",
    node="LinalgMatrixExpBackward0",
    meta=like_first,
    flops=lambda input: 20 * cubes(input),
    check=_check,
    vjp={"input": _gradient},
)
def matrix_exp(input: Tensor) -> Any:
    """The exponential of square matrices, ``I + A + A @ A / 2 + ...``.

    Args:
        input: of shape (..., n, n).

    Raises:
        RuntimeError: the matrices are not square, or not of floating or complex numbers.

    Example::

        >>> torch.linalg.matrix_exp(torch.tensor([[0.0, 2.0], [0.0, 0.0]]))
        tensor([[1., 2.],
                [0., 1.]])
    """
    array: Any = input
    if array.size == 0:
        return array.copy()
    work = array.astype(np.complex128 if array.dtype.kind == "c" else np.float64)
    with np.errstate(all="ignore"):
        return _scaled(work).astype(array.dtype)


def _scaled(A: Any) -> Any:
    """Each matrix halved until its norm is small, its exponential squared as often."""
    norms = np.abs(A).sum(-2).max(-1)
    finite = np.isfinite(norms)
    halvings = np.where(finite & (norms > _RADIUS), np.ceil(np.log2(norms / _RADIUS)), 0)
    found = _approximant(np.where(finite[..., None, None], A, 0) / 2.0 ** halvings[..., None, None])
    for step in range(int(halvings.max())):
        found = np.where((halvings > step)[..., None, None], found @ found, found)
    found[~finite] = np.nan
    return found


def _approximant(A: Any) -> Any:
    """The rational function q(-A)^-1 q(A)."""
    c, eye = _COEFFICIENTS, np.eye(A.shape[-1])
    A2 = A @ A
    A4 = A2 @ A2
    A6 = A2 @ A4
    odd = A @ (A6 @ (c[13] * A6 + c[11] * A4 + c[9] * A2) + c[7] * A6 + c[5] * A4 + c[3] * A2 + c[1] * eye)
    even = A6 @ (c[12] * A6 + c[10] * A4 + c[8] * A2) + c[6] * A6 + c[4] * A4 + c[2] * A2 + c[0] * eye
    return np.linalg.solve(even - odd, even + odd)
