"""What distributions share: parameters of one shape, probabilities and logits, attributes computed on demand."""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt
from typing import Any, Generic, TypeVar, overload

from .._core.dtypes import finfo, get_default_dtype
from .._core.modes import modes
from .._declare.binding import is_number
from .._ops.creation import ones, zeros
from .._ops.data import tensor
from .._ops.grids import tril_indices
from .._ops.random import normal
from .._ops.stacking import broadcast_tensors
from ..autograd.grad_mode import enable_grad
from ..tensor import Tensor

__all__ = [
    "broadcast_all",
    "clamp_probs",
    "lazy_property",
    "logits_to_probs",
    "probs_to_logits",
    "tril_matrix_to_vec",
    "vec_to_tril_matrix",
]

EULER = 0.5772156649015329
"""The Euler-Mascheroni constant."""

T = TypeVar("T")
R = TypeVar("R")


def is_tensor(value: Any) -> bool:
    """Whether a value is a tensor or poses as one."""
    return isinstance(value, Tensor) or hasattr(value, "__torch_function__")


def broadcast_all(*values: Any) -> tuple[Tensor, ...]:
    """Numbers and tensors as tensors of one shape.

    Numbers take the dtype and the device of the first tensor, or the default dtype where there is none.

    Args:
        values: the numbers and tensors.

    Raises:
        ValueError: one of them is neither.
        RuntimeError: the shapes do not broadcast.

    Example::

        >>> torch.distributions.utils.broadcast_all(1.0, torch.zeros(2))
        (tensor([1., 1.]), tensor([0., 0.]))
    """
    if not all(is_tensor(value) or is_number(value) for value in values):
        raise ValueError(
            "Input arguments must all be instances of Number, torch.Tensor or objects implementing __torch_function__."
        )
    first = next((value for value in values if isinstance(value, Tensor)), None)
    dtype, device = (get_default_dtype(), None) if first is None else (first.dtype, first.device)
    made = [value if is_tensor(value) else tensor(value, dtype=dtype, device=device) for value in values]
    return tuple(broadcast_tensors(*made))


def standard_normal(shape: Any, dtype: Any, device: Any) -> Tensor:
    """Standard normal numbers, drawn as torch's distributions draw them."""
    return normal(zeros(shape, dtype=dtype, device=device), ones(shape, dtype=dtype, device=device))


def sum_rightmost(value: Any, dim: int) -> Any:
    """The sum over the last `dim` dimensions."""
    if dim == 0 or not is_tensor(value):
        return value
    return value.reshape((*value.shape[: value.dim() - dim], -1)).sum(-1)


def clamp_probs(probs: Tensor) -> Tensor:
    """Probabilities kept away from 0 and 1 by the resolution of their dtype.

    Example::

        >>> torch.distributions.utils.clamp_probs(torch.tensor([0.0, 0.5]))
        tensor([1.1921e-07, 5.0000e-01])
    """
    eps = finfo(probs.dtype).eps
    return probs.clamp(min=eps, max=1 - eps)


def logits_to_probs(logits: Tensor, is_binary: bool = False) -> Tensor:
    """Probabilities from log-odds.

    Args:
        logits: log-odds of ones; if not `is_binary`, log-probabilities up to a constant along the last dimension.
        is_binary: whether each element is a distribution of its own.

    Example::

        >>> torch.distributions.utils.logits_to_probs(torch.zeros(2))
        tensor([0.5000, 0.5000])
    """
    return logits.sigmoid() if is_binary else logits.softmax(-1)


def probs_to_logits(probs: Tensor, is_binary: bool = False) -> Tensor:
    """Log-odds from probabilities; those of 0 and 1 become finite.

    Args:
        probs: probabilities of ones; if not `is_binary`, of categories along the last dimension.
        is_binary: whether each element is a distribution of its own.

    Example::

        >>> torch.distributions.utils.probs_to_logits(torch.tensor([0.5]), is_binary=True)
        tensor([0.])
    """
    inside = clamp_probs(probs)
    return inside.log() - (-inside).log1p() if is_binary else inside.log()


class lazy_property(Generic[T, R]):
    """A method whose result is computed on first access, with gradients, and then is an attribute.

    Example::

        >>> class Circle:
        ...     @torch.distributions.utils.lazy_property
        ...     def area(self):
        ...         return torch.tensor(3.0)
        >>> Circle().area
        tensor(3.)
    """

    def __init__(self, wrapped: Callable[[T], R]) -> None:
        self.wrapped = wrapped
        self.__doc__ = wrapped.__doc__
        self.__name__ = wrapped.__name__

    @overload
    def __get__(self, instance: None, owner: Any = None) -> lazy_property[T, R]: ...

    @overload
    def __get__(self, instance: T, owner: Any = None) -> R: ...

    def __get__(self, instance: T | None, owner: Any = None) -> Any:
        if instance is None:
            return self
        if modes.inference:
            value = self.wrapped(instance)
        else:
            with enable_grad():
                value = self.wrapped(instance)
        setattr(instance, self.__name__, value)
        return value


def tril_matrix_to_vec(mat: Tensor, diag: int = 0) -> Tensor:
    """The elements on and below a diagonal of matrices, row by row.

    Args:
        mat: square matrices.
        diag: the diagonal, 0 for the main one and less for those below it.

    Raises:
        ValueError: there is no such diagonal.

    Example::

        >>> torch.distributions.utils.tril_matrix_to_vec(torch.tensor([[1, 0], [2, 3]]))
        tensor([1, 2, 3])
    """
    size = mat.shape[-1]
    if diag < -size or diag >= size:
        raise ValueError(f"diag ({diag}) provided is outside [{-size}, {size - 1}].")
    rows, columns = tril_indices(size, size, diag)
    return mat[..., rows, columns]


def vec_to_tril_matrix(vec: Tensor, diag: int = 0) -> Tensor:
    """Square matrices with the given elements on and below a diagonal, and zeros elsewhere.

    Args:
        vec: the elements row by row, as `tril_matrix_to_vec` returns them.
        diag: the diagonal, 0 for the main one and less for those below it.

    Raises:
        RuntimeError: no matrix has as many elements there.

    Example::

        >>> torch.distributions.utils.vec_to_tril_matrix(torch.tensor([1, 2, 3]))
        tensor([[1, 0],
                [2, 3]])
    """
    # n rows have (n**2 + (2 diag + 1) n - corner) / 2 such elements: solved for n
    corner = diag * (diag + 1) * (1 if diag > 0 else -1)
    linear = 2 * diag + 1
    size = int((sqrt(linear * linear + 4 * (corner + 2 * vec.shape[-1])) - linear) / 2 + 0.5)
    rows, columns = tril_indices(size, size, diag)
    matrix = vec.new_zeros((*vec.shape[:-1], size, size))
    matrix[..., rows, columns] = vec
    return matrix
