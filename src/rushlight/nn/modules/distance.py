"""Distances as modules."""

from __future__ import annotations

from typing import Any

from .. import functional as F
from .module import Module


class PairwiseDistance(Module):
    """The p-norm of differences of vectors.

    Args:
        p: which norm.
        eps: added to differences.
        keepdim: whether the dimension stays with size 1.

    Example::

        >>> torch.nn.PairwiseDistance()(torch.zeros(1, 1), torch.ones(1, 1))
        tensor([1.0000])
    """

    def __init__(self, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False) -> None:
        super().__init__()
        self.norm = p
        self.eps = eps
        self.keepdim = keepdim

    def forward(self, x1: Any, x2: Any) -> Any:
        """The distances."""
        return F.pairwise_distance(x1, x2, self.norm, self.eps, self.keepdim)


class CosineSimilarity(Module):
    """The cosine of the angle between vectors.

    Args:
        dim: the dimension of the vectors.
        eps: lower bound of a norm.

    Example::

        >>> torch.nn.CosineSimilarity()(torch.ones(1, 2), torch.ones(1, 2))
        tensor([1.0000])
    """

    def __init__(self, dim: int = 1, eps: float = 1e-8) -> None:
        super().__init__()
        self.dim = dim
        self.eps = eps

    def forward(self, x1: Any, x2: Any) -> Any:
        """The cosines."""
        return F.cosine_similarity(x1, x2, self.dim, self.eps)
