"""Parametrizations ready to use: orthogonal matrices, spectral and weight normalisation."""

from __future__ import annotations

from typing import Any, Literal

from ..._core.dtypes import finfo
from ..._core.tensor_base import TensorBase
from ..._ops.comparison import allclose
from ..._ops.joining import cat
from ..._ops.linalg_exponential import matrix_exp
from ..._ops.linalg_reflections import geqrf, householder_product
from ..._ops.linalg_solve import solve
from ..._ops.matmul import mv, vdot
from ..._ops.norms import norm_except_dim
from ..._ops.weight_norm import weight_norm as normalized
from ...autograd.grad_mode import no_grad
from ..functional.distances import normalize
from ..modules.module import Module
from .parametrize import register_parametrization
from .spectral_norm import TRANSPOSED, as_matrix

__all__ = ["orthogonal", "spectral_norm", "weight_norm"]

OrthogonalMap = Literal["matrix_exp", "cayley", "householder"]
_MAPS = ("matrix_exp", "cayley", "householder")


def _identity(like: Any, size: int) -> Any:
    found = like.new_zeros((*like.shape[:-2], size, size))
    found.diagonal(0, -2, -1).fill_(1)
    return found


def _is_orthogonal(Q: Any) -> bool:
    """Whether the columns of a matrix are orthonormal, up to rounding."""
    rows, columns = Q.shape[-2:]
    return allclose(Q.mH @ Q, _identity(Q, columns), atol=10 * rows * finfo(Q.dtype).eps)


def _make_orthogonal(A: Any) -> Any:
    """The orthogonal factor of a QR decomposition, the one whose triangular factor has a positive diagonal."""
    packed, tau = geqrf(A)
    return householder_product(packed, tau) * packed.diagonal(0, -2, -1).sgn().unsqueeze(-2)


class _Orthogonal(Module):
    """A matrix with orthonormal columns, or rows where there are fewer, from one without constraint.

    With a base the map says where to go from the base, so that the present weight can be set and kept.
    """

    base: Any

    def __init__(self, weight: Any, orthogonal_map: OrthogonalMap, *, use_trivialization: bool = True) -> None:
        super().__init__()
        if weight.is_complex() and orthogonal_map == "householder":
            raise ValueError("The householder parametrization does not support complex tensors.")
        self.shape = weight.shape
        self.orthogonal_map = orthogonal_map
        self.has_base = use_trivialization
        if use_trivialization:
            self.register_buffer("base", None)

    def forward(self, X: Any) -> Any:
        """The orthogonal matrix."""
        wide = X.size(-2) < X.size(-1)
        Q = self._map(X.mT if wide else X)
        if self.has_base:
            Q = self.base @ Q
        return Q.mT if wide else Q

    def _map(self, X: Any) -> Any:
        rows, columns = X.shape[-2:]
        if self.orthogonal_map == "householder":
            A = X.tril(-1)
            tau = 2.0 / (1.0 + (A * A).sum(-2))
            # the diagonal is not trained: it says which columns are mirrored
            return householder_product(A, tau) * X.diagonal(0, -2, -1).int().unsqueeze(-2)
        X = X.tril()
        if rows != columns:
            X = cat([X, X.new_zeros((*X.shape[:-2], rows, rows - columns))], -1)
        A = X - X.mH
        if self.orthogonal_map == "matrix_exp":
            Q = matrix_exp(A)
        else:
            eye = _identity(A, rows)
            Q = solve(eye.add(A, alpha=-0.5), eye.add(A, alpha=0.5))
        return Q if rows == columns else Q[..., :columns]

    def right_inverse(self, Q: Any) -> Any:
        """What the map takes to `Q`, made orthogonal first; with a base, which becomes `Q`, what it takes to I."""
        if Q.shape != self.shape:
            raise ValueError(
                f"Expected a matrix or batch of matrices of shape {self.shape}. Got a tensor of shape {Q.shape}."
            )
        wide = Q.size(-2) < Q.size(-1)
        tall = Q.mT if wide else Q
        original = self._rebase(tall) if self.has_base else self._preimage(tall)
        return original.mT if wide else original

    def _preimage(self, Q: Any) -> Any:
        if self.orthogonal_map != "householder":
            raise NotImplementedError(
                "It is not possible to assign to the matrix exponential or the Cayley parametrizations when "
                "use_trivialization=False."
            )
        A, tau = geqrf(Q)
        # a factor of 0 stands for a column that need not be mirrored, which this map writes as -1 on the diagonal
        diagonal = A.diagonal(0, -2, -1)
        diagonal.sign_()
        diagonal.copy_((-diagonal).where(tau == 0, diagonal))
        return A

    def _rebase(self, Q: Any) -> Any:
        rows, columns = Q.shape[-2:]
        if rows == columns:
            self.base = Q.clone() if _is_orthogonal(Q) else _make_orthogonal(Q)
        else:
            rest = Q.new_empty((*Q.shape[:-1], rows - columns)).normal_()
            self.base = _make_orthogonal(cat([Q, rest], -1))
        original = Q.new_zeros(Q.shape)
        original.diagonal(0, -2, -1).fill_(-1)
        return original


def _find(module: Any, name: str) -> Any:
    weight = getattr(module, name, None)
    if not isinstance(weight, TensorBase):
        error = ValueError(f"Module '{module}' has no parameter or buffer with name '{name}'")
        error.add_note(f"it has {', '.join([*module._parameters, *module._buffers]) or 'none'}")
        raise error
    return weight


def orthogonal(
    module: Any, name: str = "weight", orthogonal_map: OrthogonalMap | None = None, *, use_trivialization: bool = True
) -> Any:
    """Keeps a weight orthogonal: its columns, or its rows where there are fewer, are orthonormal.

    Args:
        module: the module.
        name: name of the weight, of shape (..., m, n).
        orthogonal_map: ``"matrix_exp"``, ``"cayley"`` or ``"householder"``; by default the first for square and
            complex matrices and the last for others.
        use_trivialization: whether a base is kept, so that any orthogonal weight can be assigned.

    Raises:
        ValueError: there is no such weight, it is no matrix, or the map is unknown.

    Example::

        >>> layer = torch.nn.utils.parametrizations.orthogonal(torch.nn.Linear(2, 2))
        >>> torch.allclose(layer.weight @ layer.weight.T, torch.eye(2), atol=1e-6)
        True
    """
    weight: Any = _find(module, name)
    if weight.ndim < 2:
        raise ValueError(f"Expected a matrix or batch of matrices. Got a tensor of {weight.ndim} dimensions.")
    if orthogonal_map is None:
        square = weight.size(-2) == weight.size(-1)
        orthogonal_map = "matrix_exp" if square or weight.is_complex() else "householder"
    if orthogonal_map not in _MAPS:
        raise ValueError(
            f'orthogonal_map has to be one of "matrix_exp", "cayley", "householder". Got: {orthogonal_map}'
        )
    made = _Orthogonal(weight, orthogonal_map, use_trivialization=use_trivialization)
    return register_parametrization(module, name, made, unsafe=True)


class _WeightNorm(Module):
    """A weight from its lengths and its directions."""

    def __init__(self, dim: int | None = 0) -> None:
        super().__init__()
        self.dim = -1 if dim is None else dim

    def forward(self, weight_g: Any, weight_v: Any) -> Any:
        """The weight."""
        return normalized(weight_v, weight_g, self.dim)

    def right_inverse(self, weight: Any) -> tuple[Any, Any]:
        """Lengths and directions of a weight."""
        return norm_except_dim(weight, 2, self.dim), weight


class _TakesOldKeys:
    """Renames, in state that is loaded, what the hook of the older form saved."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self, state_dict: Any, prefix: str, *rest: Any) -> None:
        old = [f"{prefix}{self.name}_{part}" for part in "gv"]
        if all(key in state_dict for key in old):
            for place, key in enumerate(old):
                state_dict[f"{prefix}parametrizations.{self.name}.original{place}"] = state_dict.pop(key)


def weight_norm(module: Any, name: str = "weight", dim: int | None = 0) -> Any:
    """Separates the lengths of a weight from its direction: ``w = g * v / ||v||`` (Salimans & Kingma, 2016).

    Args:
        module: the module.
        name: name of the weight.
        dim: the dimension whose slices have a length each; None for one length of the whole.

    Example::

        >>> list(torch.nn.utils.parametrizations.weight_norm(torch.nn.Linear(2, 1)).state_dict())
        ['bias', 'parametrizations.weight.original0', 'parametrizations.weight.original1']
    """
    register_parametrization(module, name, _WeightNorm(dim), unsafe=True)
    module._register_load_state_dict_pre_hook(_TakesOldKeys(name))
    return module


class _SpectralNorm(Module):
    """A weight divided by its largest singular value, which the power method estimates."""

    _u: Any
    _v: Any

    def __init__(self, weight: Any, n_power_iterations: int = 1, dim: int = 0, eps: float = 1e-12) -> None:
        super().__init__()
        ndim = weight.ndim
        if not -ndim <= dim < ndim:
            raise IndexError(f"Dimension out of range (expected to be in range of [-{ndim}, {ndim - 1}] but got {dim})")
        if n_power_iterations <= 0:
            raise ValueError(
                f"Expected n_power_iterations to be positive, but got n_power_iterations={n_power_iterations}"
            )
        self.dim = dim % ndim
        self.eps = eps
        if ndim > 1:
            self.n_power_iterations = n_power_iterations
            matrix = as_matrix(weight, self.dim)
            rows, columns = matrix.size()
            u, v = matrix.new_empty(rows).normal_(0, 1), matrix.new_empty(columns).normal_(0, 1)
            self.register_buffer("_u", normalize(u, dim=0, eps=eps))
            self.register_buffer("_v", normalize(v, dim=0, eps=eps))
            self._improve(matrix, 15)  # as many as torch, so that the first weight is the same

    def _improve(self, matrix: Any, steps: int) -> None:
        """Brings the two vectors nearer to the singular vectors, in place."""
        with no_grad():
            for _ in range(steps):
                self._u.copy_(normalize(mv(matrix, self._v), dim=0, eps=self.eps))
                self._v.copy_(normalize(mv(matrix.mH, self._u), dim=0, eps=self.eps))

    def forward(self, weight: Any) -> Any:
        """The weight divided by the estimate."""
        if weight.ndim == 1:
            return normalize(weight, dim=0, eps=self.eps)
        matrix = as_matrix(weight, self.dim)
        if self.training:
            self._improve(matrix.detach(), self.n_power_iterations)
        # the next call writes into the buffers, which the backward pass of this one still needs
        return weight / vdot(self._u.clone(), mv(matrix, self._v.clone()))

    def right_inverse(self, value: Any) -> Any:
        """The value itself: it need not be normalised."""
        return value


def spectral_norm(
    module: Any, name: str = "weight", n_power_iterations: int = 1, eps: float = 1e-12, dim: int | None = None
) -> Any:
    """Divides a weight by its largest singular value (Miyato et al., 2018).

    Args:
        module: the module.
        name: name of the weight.
        n_power_iterations: steps of the power method each time the weight is read in training mode.
        eps: what norms are kept above.
        dim: the dimension of the output channels; the first, or the second of a transposed convolution.

    Raises:
        ValueError: there is no such weight, or `n_power_iterations` is not positive.

    Example::

        >>> layer = torch.nn.utils.parametrizations.spectral_norm(torch.nn.Linear(2, 2))
        >>> round(torch.linalg.matrix_norm(layer.weight, 2).item(), 3)
        1.0
    """
    weight = _find(module, name)
    if dim is None:
        dim = 1 if isinstance(module, TRANSPOSED) else 0
    return register_parametrization(module, name, _SpectralNorm(weight, n_power_iterations, dim, eps))
