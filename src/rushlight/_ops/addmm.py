"""Matrix products with an addend: addmm, addmv, addr and their forms for batches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._declare.dispatch import scalar_name, tensor_type_name
from .._declare.kinds import kernel
from .._declare.products import (
    C_NAMES,
    check_bmm,
    check_mm,
    left_gradient,
    product_flops,
    refuse_bool,
    right_gradient,
    shape_text,
)

if TYPE_CHECKING:
    from ..tensor import Tensor

Number = bool | int | float | complex


def _expand_addend(input: Any, shape: tuple[int, ...]) -> Any:
    if input.shape == shape[len(shape) - input.ndim :]:
        return input
    try:
        return np.broadcast_to(input, shape)
    except ValueError:
        given = tuple(input.shape)
        lead = len(shape) - len(given)
        if lead < 0:
            raise RuntimeError(
                f"expand({tensor_type_name(input)}{{{list(given)}}}, size={list(shape)}): the number of sizes provided "
                f"({len(shape)}) must be greater or equal to the number of dimensions in the tensor ({len(given)})"
            ) from None
        dim = next(dim for dim in range(len(given)) if given[dim] not in (1, shape[lead + dim]))
        raise RuntimeError(
            f"The expanded size of the tensor ({shape[lead + dim]}) must match the existing size ({given[dim]}) at "
            f"non-singleton dimension {lead + dim}.  Target sizes: {list(shape)}.  Tensor sizes: {list(given)}"
        ) from None


def _sum_meta(addend: Any, *shape: int) -> Any:
    """The shape of a product of some shape plus an addend."""
    return np.broadcast_to(_expand_addend(addend, shape), shape)


def _combine(addend: Any, product: Any, beta: Number, alpha: Number) -> Any:
    """``beta * addend + alpha * product``; an addend with factor 0 is not read, whatever it holds."""
    if alpha != 1:
        product = product * np.asarray(alpha).astype(product.dtype)
    if beta == 0:
        return np.broadcast_to(product, np.broadcast_shapes(product.shape, addend.shape))
    product += addend if beta == 1 else addend * np.asarray(beta).astype(addend.dtype)
    return product


def _scale(g: Tensor, factor: Number) -> Tensor:
    return g if factor == 1 else g * factor


def _check_addend(input: Tensor, other: Tensor, role: str) -> None:
    if input._array.dtype != other._array.dtype:
        first, second = scalar_name(input.dtype), scalar_name(other.dtype)
        raise RuntimeError(f"self and {role} must have the same dtype, but got {first} and {second}")


def _check_addmm(input: Tensor, mat1: Tensor, mat2: Tensor, *, beta: Number, alpha: Number) -> None:
    check_mm(mat1, mat2, "mat1")
    _check_addend(input, mat2, "mat2")


@kernel(
    meta=lambda input, mat1, mat2, *, beta, alpha: _sum_meta(input, mat1.shape[0], mat2.shape[1]),
    flops=lambda mat1, result: product_flops(mat1, result) + result.numel(),
    check=_check_addmm,
    vjp={
        "input": lambda g, beta: _scale(g, beta),
        "mat1": lambda g, mat2, alpha: _scale(left_gradient(g, mat2), alpha),
        "mat2": lambda g, mat1, mat2_like, alpha: _scale(right_gradient(g, mat1, mat2_like.by_columns), alpha),
    },
)
def addmm(
    input: Tensor, mat1: Tensor, mat2: Tensor, *, beta: Number = 1, alpha: Number = 1, out: Tensor | None = None
) -> Any:
    """A matrix product plus an addend: ``beta * input + alpha * (mat1 @ mat2)``.

    Args:
        input: broadcasts to (n, p).
        mat1: of shape (n, m).
        mat2: of shape (m, p).
        beta, alpha: factors; with ``beta=0`` the addend is not read.

    Example::

        >>> torch.addmm(torch.ones(2), torch.ones(2, 3), torch.ones(3, 2))
        tensor([[4., 4.],
                [4., 4.]])
    """
    product = mat1.dot(mat2)
    return _combine(_expand_addend(input, product.shape), product, beta, alpha)


def _check_addmv(input: Tensor, mat: Tensor, vec: Tensor, *, beta: Number, alpha: Number) -> None:
    if mat.ndim != 2 or vec.ndim != 1 or input.ndim > 1:
        raise RuntimeError(f"vector + matrix @ vector expected, got {input.ndim}, {mat.ndim}, {vec.ndim}")
    if mat.shape[1] != vec.shape[0] or (input.numel() != mat.shape[0] and input.numel() != 1):
        raise RuntimeError(f"size mismatch, got input ({input.numel()}), mat ({shape_text(mat)}), vec ({vec.shape[0]})")
    refuse_bool(mat, "addmv_impl_cpu")


@kernel(
    meta=lambda input, mat, vec, *, beta, alpha: _sum_meta(input, mat.shape[0]),
    flops=lambda mat, result: product_flops(mat, result) + result.numel(),
    check=_check_addmv,
    vjp={
        "input": lambda g, beta: _scale(g, beta),
        "mat": lambda g, vec, alpha: _scale(g.unsqueeze(1) * vec, alpha),
        "vec": lambda g, mat, alpha: _scale(mat.mT.mv(g), alpha),
    },
)
def addmv(
    input: Tensor, mat: Tensor, vec: Tensor, *, beta: Number = 1, alpha: Number = 1, out: Tensor | None = None
) -> Any:
    """A matrix times a vector plus an addend: ``beta * input + alpha * (mat @ vec)``.

    Args:
        input: broadcasts to (n,).
        mat: of shape (n, m).
        vec: of shape (m,).
        beta, alpha: factors; with ``beta=0`` the addend is not read.

    Example::

        >>> torch.addmv(torch.ones(2), torch.ones(2, 3), torch.ones(3))
        tensor([4., 4.])
    """
    return _combine(_expand_addend(input, (mat.shape[0],)), mat.dot(vec), beta, alpha)


def _check_addr(input: Tensor, vec1: Tensor, vec2: Tensor, *, beta: Number, alpha: Number) -> None:
    for tensor, role in ((vec1, "vec1"), (vec2, "vec2")):
        if tensor.ndim != 1:
            raise RuntimeError(f"addr: Expected 1-D argument {role}, but got {tensor.ndim}-D")


@kernel(
    meta=lambda input, vec1, vec2, *, beta, alpha: _sum_meta(input, vec1.shape[0], vec2.shape[0]),
    flops=lambda result: 2 * result.numel(),
    check=_check_addr,
    promote=("input", "vec1", "vec2"),
    vjp={
        "input": lambda g, beta: _scale(g, beta),
        "vec1": lambda g, vec2, alpha: _scale(g.mv(vec2), alpha),
        "vec2": lambda g, vec1, alpha: _scale(g.mT.mv(vec1), alpha),
    },
)
def addr(
    input: Tensor, vec1: Tensor, vec2: Tensor, *, beta: Number = 1, alpha: Number = 1, out: Tensor | None = None
) -> Any:
    """An outer product plus an addend: ``beta * input + alpha * outer(vec1, vec2)``.

    Args:
        input: broadcasts to (n, m).
        vec1: of shape (n,).
        vec2: of shape (m,).
        beta, alpha: factors; with ``beta=0`` the addend is not read.

    Example::

        >>> torch.addr(torch.zeros(1, 2), torch.ones(1), torch.arange(2.0))
        tensor([[0., 1.]])
    """
    return _combine(_expand_addend(input, (vec1.shape[0], vec2.shape[0])), np.multiply.outer(vec1, vec2), beta, alpha)


def _check_batches(input: Tensor, batch1: Tensor, batch2: Tensor, *, beta: Number, alpha: Number) -> None:
    check_bmm(batch1, batch2)
    if input.dtype is not batch1.dtype:
        first, second = C_NAMES[input.dtype.name], C_NAMES[batch1.dtype.name]
        raise RuntimeError(f"Input dtypes must be the same, got: input {first}, batch1: {second}, batch2: {second}")


@kernel(
    meta=lambda input, batch1, batch2, *, beta, alpha: _sum_meta(input, *batch1.shape[:2], batch2.shape[2]),
    flops=lambda batch1, result: product_flops(batch1, result) + result.numel(),
    check=_check_batches,
    vjp={
        "input": lambda g, beta: _scale(g, beta),
        "batch1": lambda g, batch2, alpha: _scale(g.bmm(batch2.mT), alpha),
        "batch2": lambda g, batch1, alpha: _scale(batch1.mT.bmm(g), alpha),
    },
)
def baddbmm(
    input: Tensor, batch1: Tensor, batch2: Tensor, *, beta: Number = 1, alpha: Number = 1, out: Tensor | None = None
) -> Any:
    """Products of batches of matrices plus an addend: ``beta * input + alpha * bmm(batch1, batch2)``.

    Args:
        input: broadcasts to (b, n, p).
        batch1: of shape (b, n, m).
        batch2: of shape (b, m, p).
        beta, alpha: factors; with ``beta=0`` the addend is not read.

    Example::

        >>> torch.baddbmm(torch.ones(1), torch.ones(1, 1, 2), torch.ones(1, 2, 1))
        tensor([[[3.]]])
    """
    shape = (batch1.shape[0], batch1.shape[1], batch2.shape[2])
    return _combine(_expand_addend(input, shape), np.matmul(batch1, batch2), beta, alpha)


@kernel(
    meta=lambda input, batch1, batch2, *, beta, alpha: _sum_meta(input, batch1.shape[1], batch2.shape[2]),
    flops=lambda batch1, batch2, result: 2 * batch1.numel() * batch2.shape[-1] + result.numel(),
    check=_check_batches,
    vjp={
        "input": lambda g, beta: _scale(g, beta),
        "batch1": lambda g, batch2, alpha: _scale(g.expand(batch2.shape[0], *g.shape).bmm(batch2.mT), alpha),
        "batch2": lambda g, batch1, alpha: _scale(batch1.mT.bmm(g.expand(batch1.shape[0], *g.shape)), alpha),
    },
)
def addbmm(
    input: Tensor, batch1: Tensor, batch2: Tensor, *, beta: Number = 1, alpha: Number = 1, out: Tensor | None = None
) -> Any:
    """The sum over a batch of matrix products plus an addend.

    Args:
        input: broadcasts to (n, p).
        batch1: of shape (b, n, m).
        batch2: of shape (b, m, p).
        beta, alpha: factors; with ``beta=0`` the addend is not read.

    Example::

        >>> torch.addbmm(torch.zeros(1), torch.ones(3, 1, 2), torch.ones(3, 2, 1))
        tensor([[6.]])
    """
    shape = (batch1.shape[1], batch2.shape[2])
    product = np.tensordot(batch1, batch2, axes=([0, 2], [0, 1]))
    return _combine(_expand_addend(input, shape), product, beta, alpha)
