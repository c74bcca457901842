"""The Wishart distribution."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from typing import Any

from .._core.dtypes import finfo
from .._core.sizes import Size, broadcast_shapes
from .._declare.binding import is_number
from .._ops.creation import eye
from .._ops.data import tensor
from .._ops.gamma_functions import mvlgamma
from .._ops.grids import tril_indices
from .._ops.linalg_decomposition import cholesky
from .._ops.linalg_solve import slogdet, solve_triangular
from .._ops.ranges import arange
from ..tensor import Tensor
from . import constraints
from .chi2 import Chi2
from .exp_family import ExponentialFamily
from .multivariate_normal import half_log_det, precision_to_scale_tril
from .utils import lazy_property, standard_normal

__all__ = ["Wishart"]


def _clamp_above_eps(x: Tensor) -> Tensor:
    """`x`, moved away from zero so that it can be divided by."""
    return x.clamp(min=finfo(x.dtype).eps)


def _multidigamma(x: Tensor, p: int) -> Tensor:
    """The derivative of the logarithm of the multivariate gamma function."""
    return (x.unsqueeze(-1) - arange(p, dtype=x.dtype, device=x.device).div(2)).digamma().sum(-1)


class Wishart(ExponentialFamily):
    """Positive definite matrices: sums of outer products of `df` normally distributed vectors.

    Args:
        df: degrees of freedom, more than the matrices have rows less one.
        covariance_matrix: the covariance of the vectors.
        precision_matrix: its inverse, in its place.
        scale_tril: its Cholesky factor, in its place.
        validate_args: whether parameters and values are checked.

    Raises:
        ValueError: not exactly one of the three matrices is given, or a parameter does not satisfy its constraint.

    Example::

        >>> torch.distributions.Wishart(torch.tensor([3.0]), covariance_matrix=torch.eye(2)).mean
        tensor([[[3., 0.],
                 [0., 3.]]])
    """

    support = constraints.positive_definite
    has_rsample = True
    _mean_carrier_measure = 0

    @property
    def arg_constraints(self) -> dict[str, constraints.Constraint]:
        """What each parameter must be."""
        return {
            "covariance_matrix": constraints.positive_definite,
            "precision_matrix": constraints.positive_definite,
            "scale_tril": constraints.lower_cholesky,
            "df": constraints.greater_than(self.event_shape[-1] - 1),
        }

    def __init__(
        self,
        df: Any,
        covariance_matrix: Tensor | None = None,
        precision_matrix: Tensor | None = None,
        scale_tril: Tensor | None = None,
        validate_args: bool | None = None,
    ) -> None:
        given = {
            "scale_tril": scale_tril,
            "covariance_matrix": covariance_matrix,
            "precision_matrix": precision_matrix,
        }
        found = [(name, matrix) for name, matrix in given.items() if matrix is not None]
        if len(found) != 1:
            raise ValueError("Exactly one of covariance_matrix or precision_matrix or scale_tril may be specified.")
        name, matrix = found[0]
        if matrix.dim() < 2:
            raise ValueError("scale_tril must be at least two-dimensional, with optional leading batch dimensions")
        if is_number(df):
            batch_shape = Size(matrix.shape[:-2])
            self.df = tensor(df, dtype=matrix.dtype, device=matrix.device)
        else:
            batch_shape = broadcast_shapes(matrix.shape[:-2], df.shape)
            self.df = df.expand(batch_shape)
        event_shape = matrix.shape[-2:]
        if self.df.le(event_shape[-1] - 1).any():
            raise ValueError(f"Value of df={df} expected to be greater than ndim - 1 = {event_shape[-1] - 1}.")
        setattr(self, name, matrix.expand((*batch_shape, -1, -1)))
        if self.df.lt(event_shape[-1]).any():
            warnings.warn(
                "Low df values detected. Singular samples are highly likely to occur for ndim - 1 < df < ndim.",
                stacklevel=2,
            )
        super().__init__(batch_shape, event_shape, validate_args=validate_args)
        if scale_tril is not None:
            self._unbroadcasted_scale_tril = scale_tril
        elif covariance_matrix is not None:
            self._unbroadcasted_scale_tril = cholesky(covariance_matrix)
        else:
            self._unbroadcasted_scale_tril = precision_to_scale_tril(matrix)
        self._dist_chi2 = self._chi2()

    def _chi2(self) -> Chi2:
        """The distributions of the squared diagonal of a draw's factor."""
        order = arange(self._event_shape[-1], dtype=self._unbroadcasted_scale_tril.dtype, device=self.df.device)
        return Chi2(self.df.unsqueeze(-1) - order.expand((*self._batch_shape, -1)))

    def expand(self, batch_shape: Sequence[int], _instance: Any = None) -> Any:
        """The distribution with its batch broadcast to a larger shape."""
        new = self._get_checked_instance(Wishart, _instance)
        batch_shape = Size(batch_shape)
        shape = batch_shape + self.event_shape
        new._unbroadcasted_scale_tril = self._unbroadcasted_scale_tril.expand(shape)
        new.df = self.df.expand(batch_shape)
        for name in ("covariance_matrix", "scale_tril", "precision_matrix"):
            if name in self.__dict__:
                setattr(new, name, self.__dict__[name].expand(shape))
        super(ExponentialFamily, new).__init__(batch_shape, self.event_shape, validate_args=False)
        new._validate_args = self._validate_args
        new._dist_chi2 = new._chi2()
        return new

    @lazy_property
    def scale_tril(self) -> Tensor:
        """The Cholesky factor of the covariance."""
        return self._unbroadcasted_scale_tril.expand(self._batch_shape + self._event_shape)

    @lazy_property
    def covariance_matrix(self) -> Tensor:
        """The covariance of the vectors."""
        factor = self._unbroadcasted_scale_tril
        return (factor @ factor.mT).expand(self._batch_shape + self._event_shape)

    @lazy_property
    def precision_matrix(self) -> Tensor:
        """The inverse of the covariance."""
        factor = self._unbroadcasted_scale_tril
        identity = eye(self._event_shape[-1], dtype=factor.dtype, device=factor.device)
        inverse = solve_triangular(factor, identity.expand(factor.shape), upper=False)
        return (inverse.mT @ inverse).expand(self._batch_shape + self._event_shape)

    @property
    def mean(self) -> Tensor:
        """The mean."""
        return self.df.view((*self._batch_shape, 1, 1)) * self.covariance_matrix

    @property
    def mode(self) -> Tensor:
        """The most probable matrix; NaN where there is none."""
        factor = self.df - self.covariance_matrix.shape[-1] - 1
        factor = factor.masked_fill(factor <= 0, float("nan"))
        return factor.view((*self._batch_shape, 1, 1)) * self.covariance_matrix

    @property
    def variance(self) -> Tensor:
        """The variance of each element."""
        covariance = self.covariance_matrix
        diagonal = covariance.diagonal(dim1=-2, dim2=-1)
        outer = diagonal.unsqueeze(-1) * diagonal.unsqueeze(-2)
        return self.df.view((*self._batch_shape, 1, 1)) * (covariance.pow(2) + outer)

    def _bartlett_sampling(self, sample_shape: Any) -> Tensor:
        """Draws by Bartlett's decomposition: chi numbers on the diagonal of a factor, normal numbers below."""
        size = self._event_shape[-1]
        diagonal = _clamp_above_eps(self._dist_chi2.rsample(sample_shape).sqrt())
        noise = diagonal.diag_embed(dim1=-2, dim2=-1)
        shape = (*sample_shape, *self._batch_shape, size * (size - 1) // 2)
        below = standard_normal(shape, noise.dtype, noise.device)
        rows, columns = tril_indices(size, size, -1)
        noise[..., rows, columns] = below
        factor = self._unbroadcasted_scale_tril @ noise
        return factor @ factor.mT

    def rsample(self, sample_shape: Sequence[int] = (), max_try_correction: Any = None) -> Tensor:
        """Draws as a differentiable function of the parameters.

        Args:
            sample_shape: the shape of the draws.
            max_try_correction: how often singular draws are drawn again; by default 3 times for up to 3 rows, else 10.
        """
        if max_try_correction is None:
            max_try_correction = 3 if self._event_shape[-1] > 3 else 10
        sample_shape = Size(sample_shape)
        # torch draws everything a second time, for it takes what is not singular for singular; so its numbers are these
        self._bartlett_sampling(sample_shape)
        sample = self._bartlett_sampling(Size((sample_shape.numel(),)))
        singular = self._is_singular(sample)
        if singular.any():
            warnings.warn("Singular sample detected.", stacklevel=2)
            for _ in range(max_try_correction):
                again = self._bartlett_sampling(Size((int(singular.sum()),)))
                sample = sample.index_put((singular,), again)
                singular = singular.index_put((singular,), self._is_singular(again))
                if not singular.any():
                    break
        return sample.reshape(self._extended_shape(sample_shape))

    def _is_singular(self, sample: Tensor) -> Tensor:
        """Of draws along the first dimension, whether one of the batch is no positive definite matrix."""
        return (~self.support.check(sample)).reshape(sample.shape[0], -1).any(-1)

    def log_prob(self, value: Tensor) -> Tensor:
        """The logarithm of the density."""
        if self._validate_args:
            self._validate_sample(value)
        nu, p = self.df, self._event_shape[-1]
        factor = self._unbroadcasted_scale_tril
        spread = solve_triangular(factor.mT, solve_triangular(factor, value, upper=False), upper=True)
        return (
            -nu * (p * math.log(2.0) / 2.0 + half_log_det(factor))
            - mvlgamma(nu / 2.0, p)
            + (nu - p - 1) / 2.0 * slogdet(value)[1]
            - spread.diagonal(dim1=-2, dim2=-1).sum(-1) / 2.0
        )

    def entropy(self) -> Tensor:
        """The entropy."""
        nu, p = self.df, self._event_shape[-1]
        return (
            (p + 1) * (p * math.log(2.0) / 2.0 + half_log_det(self._unbroadcasted_scale_tril))
            + mvlgamma(nu / 2.0, p)
            - (nu - p - 1) / 2.0 * _multidigamma(nu / 2.0, p)
            + nu * p / 2.0
        )

    @property
    def _natural_params(self) -> tuple[Tensor, ...]:
        nu, p = self.df, self._event_shape[-1]
        return -self.precision_matrix / 2, (nu - p - 1) / 2

    def _log_normalizer(self, x: Tensor, y: Tensor) -> Tensor:  # type: ignore[override]
        p = self._event_shape[-1]
        return (y + (p + 1) / 2) * (-slogdet(-2 * x)[1] + p * math.log(2.0)) + mvlgamma(y + (p + 1) / 2, p)
