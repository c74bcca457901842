"""Products of vectors and matrices: dot, mv, mm, bmm, matmul and their forms with an addend."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from .._core.dtypes import dtype as DType
from .._core.meta_array import stand_in
from .._core.sizes import broadcast_shapes
from .._declare.dispatch import scalar_name
from .._declare.kinds import composite, kernel
from .._declare.products import (
    check_bmm,
    check_mm,
    left_gradient,
    product_flops,
    product_meta,
    refuse_bool,
    right_gradient,
    shape_text,
)

if TYPE_CHECKING:
    from ..tensor import Tensor

Number = bool | int | float | complex


def _dot_arrays(input: Any, other: Any) -> Any:
    if input.ndim != 1 or other.ndim != 1:
        raise ValueError("not vectors")
    return input.dot(other)


def _check_dot(input: Tensor, tensor: Tensor) -> None:
    if input.ndim != 1 or tensor.ndim != 1:
        raise RuntimeError(f"1D tensors expected, but got {input.ndim}D and {tensor.ndim}D tensors")
    if input.dtype is not tensor.dtype:
        first, second = scalar_name(input.dtype), scalar_name(tensor.dtype)
        raise RuntimeError(f"dot : expected both vectors to have same dtype, but found {first} and {second}")
    if input.numel() != tensor.numel():
        raise RuntimeError(
            f"inconsistent tensor size, expected tensor [{input.numel()}] and src [{tensor.numel()}] to have the same "
            f"number of elements, but got {input.numel()} and {tensor.numel()} elements respectively"
        )
    refuse_bool(input, "dot")


@kernel(
    batch=lambda input, tensor: (input * tensor).sum(-1),
    eager=_dot_arrays,
    meta=lambda input, tensor: stand_in((), input.dtype),
    flops=2,
    check=_check_dot,
    linear=("input", "tensor"),
    vjp={"input": lambda g, tensor: g * tensor, "tensor": lambda g, input: g * input},
)
def dot(input: Tensor, tensor: Tensor, *, out: Tensor | None = None) -> Any:
    """Dot product of two vectors; the second is not conjugated.

    Args:
        input, tensor: of shape (n,) and one dtype.

    Example::

        >>> torch.dot(torch.tensor([2.0, 3.0]), torch.tensor([2.0, 1.0]))
        tensor(7.)
    """
    return input.dot(tensor)


@kernel(
    batch=lambda input, other: (input.conj() * other).sum(-1),
    meta=lambda input, other: stand_in((), input.dtype),
    flops=2,
    check=_check_dot,
    holomorphic=False,
    vjp={"input": lambda g, other: g.conj() * other, "other": lambda g, input: g * input},
)
def vdot(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Any:
    """Dot product of two vectors, the first conjugated.

    Args:
        input, other: of shape (n,) and one dtype.

    Example::

        >>> torch.vdot(torch.tensor([1 + 1j]), torch.tensor([1j]))
        tensor(1.+1.j)
    """
    return np.vdot(input, other)


def _mv_arrays(input: Any, vec: Any) -> Any:
    if input.ndim != 2 or vec.ndim != 1:
        raise ValueError("not a matrix and a vector")
    return input.dot(vec)


def _check_mv(input: Tensor, vec: Tensor) -> None:
    if input.ndim != 2 or vec.ndim != 1:
        raise RuntimeError(f"vector + matrix @ vector expected, got 1, {input.ndim}, {vec.ndim}")
    if input.shape[1] != vec.shape[0]:
        raise RuntimeError(
            f"size mismatch, got input ({input.shape[0]}), mat ({shape_text(input)}), vec ({vec.shape[0]})"
        )
    if input.dtype is not vec.dtype:
        names = [scalar_name(tensor.dtype) for tensor in (vec, input, vec)]
        raise RuntimeError(
            f"addmv input tensors must have the same dtype, but got {names[0]}, {names[1]}, and {names[2]}"
        )
    refuse_bool(input, "addmv_impl_cpu")


@kernel(
    batch=lambda input, vec: (input @ vec.unsqueeze(-1)).squeeze(-1),
    eager=_mv_arrays,
    meta=lambda input, vec: stand_in(input.shape[:1], input.dtype),
    flops=product_flops,
    check=_check_mv,
    linear=("input", "vec"),
    vjp={"input": lambda g, vec: g.unsqueeze(1) * vec, "vec": lambda g, input: input.mT.mv(g)},
)
def mv(input: Tensor, vec: Tensor, *, out: Tensor | None = None) -> Any:
    """Product of a matrix and a vector.

    Args:
        input: of shape (n, m).
        vec: of shape (m,), of the same dtype.

    Example::

        >>> torch.mv(torch.ones(2, 3), torch.arange(3.0))
        tensor([3., 3.])
    """
    return input.dot(vec)


def _mm_arrays(input: Any, mat2: Any) -> Any:
    if input.ndim != 2 or mat2.ndim != 2:
        raise ValueError("not matrices")
    return input.dot(mat2)


@kernel(
    batch=lambda input, mat2: input @ mat2,
    eager=_mm_arrays,
    meta=product_meta,
    flops=product_flops,
    check=check_mm,
    linear=("input", "mat2"),
    vjp={"input": lambda g, mat2: left_gradient(g, mat2), "mat2": lambda g, input: right_gradient(g, input)},
)
def mm(input: Tensor, mat2: Tensor, *, out: Tensor | None = None) -> Any:
    """Product of two matrices.

    Args:
        input: of shape (n, m).
        mat2: of shape (m, p), of the same dtype.

    Raises:
        RuntimeError: the shapes do not fit, or the dtypes differ.

    Example::

        >>> torch.mm(torch.ones(2, 3), torch.ones(3, 2))
        tensor([[3., 3.],
                [3., 3.]])
    """
    return input.dot(mat2)


@kernel(
    meta=product_meta,
    flops=product_flops,
    check=check_bmm,
    linear=("input", "mat2"),
    vjp={"input": lambda g, mat2: g.bmm(mat2.mT), "mat2": lambda g, input: input.mT.bmm(g)},
)
def bmm(input: Tensor, mat2: Tensor, out_dtype: DType | None = None, *, out: Tensor | None = None) -> Any:
    """Products of the matrices of two batches.

    Args:
        input: of shape (b, n, m).
        mat2: of shape (b, m, p), of the same dtype.

    Example::

        >>> torch.bmm(torch.ones(2, 1, 3), torch.ones(2, 3, 1)).flatten()
        tensor([3., 3.])
    """
    return np.matmul(input, mat2)


@kernel(
    batch=lambda input, size: input.reshape((len(input), *size)),
    exact=True,
    vjp={"input": lambda g, input_like: g.reshape(input_like.shape)},
)
def _unsafe_view(input: Tensor, size: Any) -> Any:
    """The result of a product under the shape of the batch; not a view to autograd, as nothing else holds it."""
    return input.reshape(size)


@composite
def matmul(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Tensor:
    """Product of vectors, matrices or batches of matrices, by the number of their dimensions.

    Args:
        input, other: at least 1-d; batch dimensions broadcast, vectors count as one row or column.

    Returns:
        A number for two vectors, else the product with the batch dimensions in front.

    Raises:
        RuntimeError: an argument is 0-d, or the shapes do not fit.

    Example::

        >>> torch.matmul(torch.ones(2, 3), torch.ones(3))
        tensor([3., 3.])
    """
    if out is not None:
        return _matmul_out(input, other, out)
    first, second = input._array.ndim, other._array.ndim
    if first == 2 and second == 2:
        return mm(input, other)  # type: ignore[no-any-return]
    if not first or not second:
        raise RuntimeError(f"both arguments to matmul need to be at least 1D, but they are {first}D and {second}D")
    if first == 1 and second == 1:
        return dot(input, other)  # type: ignore[no-any-return]
    if first == 2 and second == 1:
        return mv(input, other)  # type: ignore[no-any-return]
    if first == 1 and second == 2:
        return input.unsqueeze(0).mm(other).squeeze(0)
    if min(first, second) <= 2 and _folds(input, other):
        return _folded(input, other)
    return _batched(input, other)


def _matmul_out(input: Tensor, other: Tensor, out: Tensor) -> Tensor:
    """`matmul` into a given tensor."""
    if input.ndim == 2 and other.ndim == 2:
        return mm(input, other, out=out)  # type: ignore[no-any-return]
    found = matmul(input, other)
    if out.shape != found.shape:
        out.resize_(found.shape)
    return out.copy_(found)


def _folds(input: Tensor, other: Tensor) -> bool:
    """Whether the batch of one operand can be folded into rows: torch does so where it needs no copy of the other."""
    large, small = (input, other) if input.ndim >= other.ndim else (other.mT, input)
    if small.ndim == 1 or (large.requires_grad and input.ndim >= other.ndim):
        return True
    if large.numel() == 0:
        return True
    return _rows_collapse(large)


def _rows_collapse(tensor: Tensor) -> bool:
    """Whether all dimensions but the last can be viewed as one."""
    shape, strides = tensor.shape[:-1], tensor.stride()[:-1]
    return all(strides[dim] == strides[dim + 1] * shape[dim + 1] for dim in range(len(shape) - 1))


def _folded(input: Tensor, other: Tensor) -> Tensor:
    """A batch times one matrix or vector, as a single product with the batch folded into rows."""
    if input.ndim >= other.ndim:
        rows = input.reshape(prod(input.shape[:-1]), input.shape[-1])
        product = rows.mm(other) if other.ndim == 2 else rows.mv(other)
        return _unsafe_view(product, (*input.shape[:-1], *other.shape[1:]))  # type: ignore[no-any-return]
    turned = other.mT
    rows = turned.reshape(prod(turned.shape[:-1]), turned.shape[-1])
    if input.ndim == 1:
        return _unsafe_view(rows.mv(input), tuple(turned.shape[:-1]))  # type: ignore[no-any-return]
    product = rows.mm(input.t())
    batched = _unsafe_view(product, (*turned.shape[:-1], input.shape[0]))
    return batched.mT.contiguous()  # type: ignore[no-any-return]


def _batched(input: Tensor, other: Tensor) -> Tensor:
    """Two batches of matrices with broadcasting, through `bmm`."""
    rows = input.shape[-2] if input.ndim > 1 else 1
    columns = other.shape[-1] if other.ndim > 1 else 1
    first = input if input.ndim > 1 else input.unsqueeze(0)
    second = other if other.ndim > 1 else other.unsqueeze(1)
    if first.shape[:-2] == second.shape[:-2]:
        batch = tuple(first.shape[:-2])
    else:
        batch = _broadcast_batch(first, second)
    count = prod(batch)
    left = first.expand((*batch, *first.shape[-2:])).reshape((count, *first.shape[-2:]))
    right = second.expand((*batch, *second.shape[-2:])).reshape((count, *second.shape[-2:]))
    shape = batch + ((rows,) if input.ndim > 1 else ()) + ((columns,) if other.ndim > 1 else ())
    return _unsafe_view(left.bmm(right), shape)  # type: ignore[no-any-return]


def _broadcast_batch(first: Tensor, second: Tensor) -> tuple[int, ...]:
    left, right = tuple(first.shape[:-2]), tuple(second.shape[:-2])
    width = max(len(left), len(right))
    for position in range(1, min(len(left), len(right)) + 1):
        a, b = left[-position], right[-position]
        if a != b and 1 not in (a, b):
            raise RuntimeError(
                f"The size of tensor a ({a}) must match the size of tensor b ({b}) at non-singleton dimension "
                f"{width - position}"
            )
    return tuple(broadcast_shapes(left, right))


@composite
def outer(input: Tensor, vec2: Tensor, *, out: Tensor | None = None) -> Tensor:
    """Products of all pairs of elements of two vectors.

    Args:
        input: of shape (n,).
        vec2: of shape (m,).

    Example::

        >>> torch.outer(torch.tensor([1, 2]), torch.tensor([3, 4]))
        tensor([[3, 4],
                [6, 8]])
    """
    for tensor, role in ((input, "self"), (vec2, "vec2")):
        if tensor.ndim != 1:
            raise RuntimeError(f"outer: Expected 1-D argument {role}, but got {tensor.ndim}-D")
    column = input.reshape(input.shape[0], 1)
    return column.mul(vec2) if out is None else _mul_out(column, vec2, out)


def _mul_out(column: Tensor, vec2: Tensor, out: Tensor) -> Tensor:
    found = column.mul(vec2)
    if out.shape != found.shape:
        out.resize_(found.shape)
    return out.copy_(found)


ger = outer


@composite
def inner(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Tensor:
    """Dot products of the last dimensions.

    Args:
        input, other: of the same last size, or one of them 0-d.

    Example::

        >>> torch.inner(torch.tensor([1, 2]), torch.tensor([3, 4]))
        tensor(11)
    """
    if not input.ndim or not other.ndim:
        return input * other
    if input.shape[-1] != other.shape[-1]:
        raise RuntimeError(
            "inner() the last dimension must match on both input tensors but got shapes "
            f"{list(input.shape)} and {list(other.shape)}"
        )
    if input.ndim == 1 and other.ndim == 1:
        return dot(input, other).view(())  # type: ignore[no-any-return]
    rows, columns = input.reshape(-1, input.shape[-1]), other.reshape(-1, other.shape[-1])
    return rows.mm(columns.t()).view((*input.shape[:-1], *other.shape[:-1]))


@composite
def kron(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The Kronecker product: every element of `input` times all of `other`.

    Args:
        input, other: any tensors; the one with fewer dimensions gets dimensions of size 1 in front.

    Example::

        >>> torch.kron(torch.tensor([1, 2]), torch.tensor([1, 1]))
        tensor([1, 1, 2, 2])
    """
    rank = max(input.ndim, other.ndim)
    left = (1,) * (rank - input.ndim) + tuple(input.shape)
    right = (1,) * (rank - other.ndim) + tuple(other.shape)
    first = input.reshape([size for pair in zip(left, (1,) * rank, strict=True) for size in pair])
    second = other.reshape([size for pair in zip((1,) * rank, right, strict=True) for size in pair])
    shape = tuple(a * b for a, b in zip(left, right, strict=True))
    return _unsafe_view(first * second, shape)  # type: ignore[no-any-return]
