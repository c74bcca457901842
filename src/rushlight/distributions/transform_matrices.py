"""Transforms onto the simplex and onto triangular and positive definite matrices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .._core.dtypes import finfo
from .._ops.activation import softplus
from .._ops.linalg_decomposition import cholesky
from .._ops.padding import constant_pad_nd as pad
from .._ops.triangles import diag_embed
from ..tensor import Tensor
from . import constraints
from .transform_base import Transform
from .utils import tril_matrix_to_vec, vec_to_tril_matrix

__all__ = [
    "CorrCholeskyTransform",
    "LowerCholeskyTransform",
    "PositiveDefiniteTransform",
    "SoftmaxTransform",
    "StickBreakingTransform",
]


def _check_vector(shape: Sequence[int]) -> None:
    if len(shape) < 1:
        raise ValueError("Too few dimensions on input")


class SoftmaxTransform(Transform):
    """The exponentials of vectors, divided by their sum. Not bijective.

    Example::

        >>> torch.distributions.SoftmaxTransform()(torch.zeros(2))
        tensor([0.5000, 0.5000])
    """

    domain = constraints.real_vector
    codomain = constraints.simplex

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SoftmaxTransform)

    __hash__ = object.__hash__

    def _call(self, x: Tensor) -> Any:
        probabilities = (x - x.max(-1, True)[0]).exp()
        return probabilities / probabilities.sum(-1, True)

    def _inverse(self, y: Tensor) -> Any:
        return y.log()

    def forward_shape(self, shape: Sequence[int]) -> Any:
        """The same shape, which has a dimension."""
        _check_vector(shape)
        return shape

    def inverse_shape(self, shape: Sequence[int]) -> Any:
        """The same shape, which has a dimension."""
        return self.forward_shape(shape)


class StickBreakingTransform(Transform):
    """Vectors onto the simplex of one more dimension: each number breaks a share off what is left of a stick.

    Example::

        >>> torch.distributions.StickBreakingTransform()(torch.zeros(2))
        tensor([0.3333, 0.3333, 0.3333])
    """

    domain = constraints.real_vector
    codomain = constraints.simplex
    bijective = True

    def __eq__(self, other: object) -> bool:
        return isinstance(other, StickBreakingTransform)

    __hash__ = object.__hash__

    def _call(self, x: Tensor) -> Any:
        share = (x - _remaining(x, x.shape[-1]).log()).sigmoid().clamp(max=1 - finfo(x.dtype).eps)
        left = (1 - share).cumprod(-1)
        return pad(share, [0, 1], 1) * pad(left, [1, 0], 1)

    def _inverse(self, y: Tensor) -> Any:
        kept = y[..., :-1]
        left = (1 - kept.cumsum(-1)).clamp(min=finfo(y.dtype).tiny)
        return kept.log() - left.log() + _remaining(y, kept.shape[-1]).log()

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        """The logarithm of the determinant of the Jacobian."""
        x = x - _remaining(x, x.shape[-1]).log()
        log_share = -softplus(-x)
        return (-x + log_share + y[..., :-1].log()).sum(-1)

    def forward_shape(self, shape: Sequence[int]) -> Any:
        """One more element."""
        _check_vector(shape)
        return (*shape[:-1], shape[-1] + 1)

    def inverse_shape(self, shape: Sequence[int]) -> Any:
        """One element less."""
        _check_vector(shape)
        return (*shape[:-1], shape[-1] - 1)


def _remaining(like: Tensor, count: int) -> Any:
    """How many parts of the stick are still to come: count, count - 1 ... 1."""
    return count + 1 - like.new_ones(count).cumsum(-1)


class CorrCholeskyTransform(Transform):
    """Vectors onto Cholesky factors of correlation matrices, by partial correlations ``tanh(x)``.

    Example::

        >>> torch.distributions.CorrCholeskyTransform()(torch.zeros(1))
        tensor([[1., 0.],
                [0., 1.]])
    """

    domain = constraints.real_vector
    codomain = constraints.corr_cholesky
    bijective = True

    def _call(self, x: Tensor) -> Any:
        eps = finfo(x.dtype).eps
        r = vec_to_tril_matrix(x.tanh().clamp(min=-1 + eps, max=1 - eps), diag=-1)
        left = (1 - r.square()).sqrt().cumprod(-1)  # what the elements before leave of the length of a row
        r = r + diag_embed(r.new_ones(r.shape[-1]))
        return r * pad(left[..., :-1], [1, 0], 1)

    def _inverse(self, y: Tensor) -> Any:
        left = 1 - (y * y).cumsum(-1)
        vector = tril_matrix_to_vec(y, diag=-1)
        shares = vector / tril_matrix_to_vec(pad(left[..., :-1], [1, 0], 1), diag=-1).sqrt()
        return (shares.log1p() - (-shares).log1p()) / 2

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        """The logarithm of the determinant of the Jacobian."""
        left = 1 - (y * y).cumsum(-1)
        rows = 0.5 * tril_matrix_to_vec(left, diag=-2).log().sum(-1)
        return rows - 2 * (x + softplus(-2 * x) - 0.6931471805599453).sum(-1)

    def forward_shape(self, shape: Sequence[int]) -> Any:
        """Square matrices with as many elements below the diagonal."""
        _check_vector(shape)
        count = shape[-1]
        size = round((0.25 + 2 * count) ** 0.5 + 0.5)
        if size * (size - 1) // 2 != count:
            raise ValueError("Input is not a flattened lower-diagonal number")
        return (*shape[:-1], size, size)

    def inverse_shape(self, shape: Sequence[int]) -> Any:
        """The elements below the diagonal."""
        if len(shape) < 2:
            raise ValueError("Too few dimensions on input")
        if shape[-2] != shape[-1]:
            raise ValueError("Input is not square")
        size = shape[-1]
        return (*shape[:-2], size * (size - 1) // 2)


class LowerCholeskyTransform(Transform):
    """Matrices onto lower triangular ones with a positive diagonal: the exponential of their own.

    Example::

        >>> torch.distributions.LowerCholeskyTransform()(torch.zeros(2, 2))
        tensor([[1., 0.],
                [0., 1.]])
    """

    domain = constraints.independent(constraints.real, 2)
    codomain = constraints.lower_cholesky

    def __eq__(self, other: object) -> bool:
        return isinstance(other, LowerCholeskyTransform)

    __hash__ = object.__hash__

    def _call(self, x: Tensor) -> Any:
        return x.tril(-1) + diag_embed(x.diagonal(dim1=-2, dim2=-1).exp())

    def _inverse(self, y: Tensor) -> Any:
        return y.tril(-1) + diag_embed(y.diagonal(dim1=-2, dim2=-1).log())


class PositiveDefiniteTransform(Transform):
    """Matrices onto positive definite ones: the product of their `LowerCholeskyTransform` with its transpose.

    Example::

        >>> torch.distributions.PositiveDefiniteTransform()(torch.zeros(2, 2))
        tensor([[1., 0.],
                [0., 1.]])
    """

    domain = constraints.independent(constraints.real, 2)
    codomain = constraints.positive_definite

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PositiveDefiniteTransform)

    __hash__ = object.__hash__

    def _call(self, x: Tensor) -> Any:
        factor = LowerCholeskyTransform()(x)
        return factor @ factor.mT

    def _inverse(self, y: Tensor) -> Any:
        return LowerCholeskyTransform().inv(cholesky(y))
