"""Products of vectors and matrices: dot, mv, mm, bmm, matmul and their forms with an addend."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from .._core.dtypes import BOOL, dtype as DType, of_numpy
from .._core.sizes import broadcast_shapes
from .._declare.dispatch import scalar_name
from .._declare.kinds import composite, kernel

if TYPE_CHECKING:
    from ..tensor import Tensor

Number = bool | int | float | complex

_C_NAMES = {
    "float32": "float", "float64": "double", "float16": "c10::Half", "bfloat16": "c10::BFloat16", "int64": "long",
    "int32": "int", "int16": "short", "int8": "signed char", "uint8": "unsigned char", "bool": "bool",
    "complex64": "c10::complex<float>", "complex128": "c10::complex<double>",
}  # fmt: skip


def _shape_text(tensor: Tensor) -> str:
    return "x".join(map(str, tensor.shape))


def _products_note(error: Exception, first: Tensor, second: Tensor) -> Exception:
    error.add_note(
        f"the shapes are {list(first.shape)} and {list(second.shape)}: the last size of the first must equal the "
        "first size of the second; transpose one of them (`.mT`) if its dimensions are in the other order"
    )
    return error


def _refuse_bool(tensor: Tensor, kernel_name: str) -> None:
    if tensor.dtype.category == BOOL:
        raise NotImplementedError(f"\"{kernel_name}\" not implemented for 'Bool'")


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
    _refuse_bool(input, "dot")


@kernel(
    eager=_dot_arrays,
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
            f"size mismatch, got input ({input.shape[0]}), mat ({_shape_text(input)}), vec ({vec.shape[0]})"
        )
    if input.dtype is not vec.dtype:
        names = [scalar_name(tensor.dtype) for tensor in (vec, input, vec)]
        raise RuntimeError(
            f"addmv input tensors must have the same dtype, but got {names[0]}, {names[1]}, and {names[2]}"
        )
    _refuse_bool(input, "addmv_impl_cpu")


@kernel(
    eager=_mv_arrays,
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


def _check_mm(input: Tensor, mat2: Tensor, name: str = "self") -> None:
    for tensor, role in ((input, name), (mat2, "mat2")):
        if tensor.ndim != 2:
            raise RuntimeError(f"{role} must be a matrix")
    if input.shape[1] != mat2.shape[0]:
        text = f"mat1 and mat2 shapes cannot be multiplied ({_shape_text(input)} and {_shape_text(mat2)})"
        raise _products_note(RuntimeError(text), input, mat2)
    if input.dtype is not mat2.dtype:
        first, second = _C_NAMES[input.dtype.name], _C_NAMES[mat2.dtype.name]
        error = RuntimeError(f"expected m1 and m2 to have the same dtype, but got: {first} != {second}")
        error.add_note(f"matrix products do not promote: convert one with .to({mat2.dtype}) or .to({input.dtype})")
        raise error
    _refuse_bool(input, "addmm_impl_cpu_")


@kernel(
    eager=_mm_arrays,
    check=_check_mm,
    linear=("input", "mat2"),
    vjp={"input": lambda g, mat2: g.mm(mat2.mT), "mat2": lambda g, input: input.mT.mm(g)},
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


def _check_bmm(input: Tensor, mat2: Tensor, out_dtype: DType | None = None) -> None:
    if out_dtype is not None and out_dtype is not input.dtype:
        raise NotImplementedError("rushlight does not have bmm(out_dtype=) on the CPU, as torch has not")
    for tensor, role in ((input, "batch1"), (mat2, "batch2")):
        if tensor.ndim != 3:
            raise RuntimeError(f"{role} must be a 3D tensor")
    if mat2.shape[:2] != (input.shape[0], input.shape[2]):
        error = RuntimeError(
            f"Expected size for first two dimensions of batch2 tensor to be: [{input.shape[0]}, {input.shape[2]}] but "
            f"got: [{mat2.shape[0]}, {mat2.shape[1]}]."
        )
        raise _products_note(error, input, mat2)
    if input.dtype is not mat2.dtype:
        first, second = scalar_name(input.dtype), scalar_name(mat2.dtype)
        raise RuntimeError(f"expected scalar type {first} but found {second}")
    _refuse_bool(input, "bmm")


@kernel(
    check=_check_bmm,
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


@kernel(exact=True, vjp={"input": lambda g, input_like: g.reshape(input_like.shape)})
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
        rows = input.reshape(-1, input.shape[-1])
        product = rows.mm(other) if other.ndim == 2 else rows.mv(other)
        return _unsafe_view(product, (*input.shape[:-1], *other.shape[1:]))  # type: ignore[no-any-return]
    turned = other.mT
    rows = turned.reshape(-1, turned.shape[-1])
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


def _expand_addend(input: Any, shape: tuple[int, ...]) -> Any:
    try:
        return np.broadcast_to(input, shape)
    except ValueError:
        given = tuple(input.shape)
        lead = len(shape) - len(given)
        if lead < 0:
            raise RuntimeError(
                f"expand({_type_text(input)}{list(given)}, size={list(shape)}): the number of sizes provided "
                f"({len(shape)}) must be greater or equal to the number of dimensions in the tensor ({len(given)})"
            ) from None
        dim = next(dim for dim in range(len(given)) if given[dim] not in (1, shape[lead + dim]))
        raise RuntimeError(
            f"The expanded size of the tensor ({shape[lead + dim]}) must match the existing size ({given[dim]}) at "
            f"non-singleton dimension {lead + dim}.  Target sizes: {list(shape)}.  Tensor sizes: {list(given)}"
        ) from None


def _type_text(array: Any) -> str:
    return f"torch.{scalar_name(of_numpy(array.dtype))}Tensor"


def _combine(addend: Any, product: Any, beta: Number, alpha: Number) -> Any:
    """``beta * addend + alpha * product``; an addend with factor 0 is not read, whatever it holds."""
    if alpha != 1:
        product = product * np.asarray(alpha).astype(product.dtype)
    if beta == 0:
        return np.broadcast_to(product, np.broadcast_shapes(product.shape, addend.shape))
    return product + (addend if beta == 1 else addend * np.asarray(beta).astype(addend.dtype))


def _scale(g: Tensor, factor: Number) -> Tensor:
    return g if factor == 1 else g * factor


def _check_addend(input: Tensor, other: Tensor, role: str) -> None:
    if input.dtype is not other.dtype:
        first, second = scalar_name(input.dtype), scalar_name(other.dtype)
        raise RuntimeError(f"self and {role} must have the same dtype, but got {first} and {second}")


def _check_addmm(input: Tensor, mat1: Tensor, mat2: Tensor, *, beta: Number, alpha: Number) -> None:
    _check_mm(mat1, mat2, "mat1")
    _check_addend(input, mat2, "mat2")


@kernel(
    check=_check_addmm,
    vjp={
        "input": lambda g, beta: _scale(g, beta),
        "mat1": lambda g, mat2, alpha: _scale(g.mm(mat2.mT), alpha),
        "mat2": lambda g, mat1, alpha: _scale(mat1.mT.mm(g), alpha),
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
    return _combine(_expand_addend(input, (mat1.shape[0], mat2.shape[1])), mat1.dot(mat2), beta, alpha)


def _check_addmv(input: Tensor, mat: Tensor, vec: Tensor, *, beta: Number, alpha: Number) -> None:
    if mat.ndim != 2 or vec.ndim != 1 or input.ndim > 1:
        raise RuntimeError(f"vector + matrix @ vector expected, got {input.ndim}, {mat.ndim}, {vec.ndim}")
    if mat.shape[1] != vec.shape[0] or (input.numel() != mat.shape[0] and input.numel() != 1):
        raise RuntimeError(
            f"size mismatch, got input ({input.numel()}), mat ({_shape_text(mat)}), vec ({vec.shape[0]})"
        )
    _refuse_bool(mat, "addmv_impl_cpu")


@kernel(
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
    _check_bmm(batch1, batch2)
    if input.dtype is not batch1.dtype:
        first, second = _C_NAMES[input.dtype.name], _C_NAMES[batch1.dtype.name]
        raise RuntimeError(f"Input dtypes must be the same, got: input {first}, batch1: {second}, batch2: {second}")


@kernel(
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
