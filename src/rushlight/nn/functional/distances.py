"""Distances and similarities of vectors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._declare.dispatch import scalar_name
from ..._ops.queries import result_type
from ..._ops.stacking import broadcast_tensors
from ...autograd.grad_mode import no_grad

if TYPE_CHECKING:
    from ...tensor import Tensor


def pairwise_distance(x1: Tensor, x2: Tensor, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False) -> Tensor:
    """The p-norm of differences along the last dimension.

    Args:
        x1, x2: vectors along the last dimension.
        p: which norm.
        eps: added to differences.
        keepdim: whether the dimension stays with size 1.

    Example::

        >>> torch.nn.functional.pairwise_distance(torch.zeros(1, 1), torch.ones(1, 1))
        tensor([1.0000])
    """
    return (x1 - x2 + eps).norm(p, -1, keepdim)


def cosine_similarity(x1: Tensor, x2: Tensor, dim: int = 1, eps: float = 1e-8) -> Tensor:
    """The cosine of the angle between vectors.

    Args:
        x1, x2: tensors that broadcast.
        dim: the dimension of the vectors.
        eps: lower bound of a norm.

    Raises:
        RuntimeError: the shapes do not broadcast, the common dtype is not floating, or `eps` is negative.

    Example::

        >>> torch.nn.functional.cosine_similarity(torch.tensor([[1.0, 0.0]]), torch.tensor([[1.0, 1.0]]))
        tensor([0.7071])
    """
    common = result_type(x1, x2)
    if not common.is_floating_point:
        raise RuntimeError(f"expected common dtype to be floating point, yet common dtype is {scalar_name(common)}")
    if eps < 0:
        raise RuntimeError(f"eps must be non-negative, got: {eps:g}")
    if x1.shape != x2.shape:
        x1, x2 = broadcast_tensors(x1, x2)
    first, second = (
        _normalized(vector if vector.is_floating_point() else vector.to(common), dim, eps) for vector in (x1, x2)
    )
    return (first * second).sum(dim)


def _normalized(vector: Tensor, dim: int, eps: float) -> Tensor:
    size = vector.norm(2, dim, True).clone()
    with no_grad():  # the bound does not show in the gradient
        size.clamp_min_(eps)
    return vector / size


def normalize(
    input: Tensor, p: float = 2.0, dim: int | tuple[int, ...] = 1, eps: float = 1e-12, out: Tensor | None = None
) -> Tensor:
    """Vectors divided by their p-norm.

    Args:
        input: any floating tensor.
        p: which norm.
        dim: the dimension of the vectors.
        eps: lower bound of the norm.

    Example::

        >>> torch.nn.functional.normalize(torch.tensor([[3.0, 4.0]]))
        tensor([[0.6000, 0.8000]])
    """
    scale = input.norm(p, dim, True).clamp_min(eps).expand_as(input)
    found = input / scale
    return found if out is None else out.resize_(found.shape).copy_(found)
