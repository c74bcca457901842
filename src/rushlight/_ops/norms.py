"""Norms of vectors and matrices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .._backends.numpy import reduce
from .._core.dtypes import FLOATING, dtype as DType
from .._core.sizes import wrap_dim, wrap_dims
from .._core.tensor_base import PLAIN, TensorBase
from .._core.warn import warn
from .._declare.binding import type_error
from .._declare.dispatch import scalar_name
from .._declare.kinds import composite, kernel, overloaded, reduction
from .._declare.reducing import Dims, norm_rule, ops

if TYPE_CHECKING:
    from ..tensor import Tensor

Number = bool | int | float | complex
INF = float("inf")


def _check_vector_norm(input: Any, ord: Any, dim: Dims, keepdim: bool, dtype: DType | None) -> None:
    if not isinstance(ord, (int, float)):
        raise type_error(vector_norm.op, "ord", ord, "Number")
    check_float("linalg.vector_norm", input)
    if dtype is not None:
        check_norm_dtype("linalg.vector_norm", input, dtype)
    if input.numel() or not (ord < 0 or ord == INF):
        return
    shown = f"{ord:g}"
    if dim is None or (not isinstance(dim, int) and not len(dim)):
        raise RuntimeError(
            f"linalg.vector_norm cannot compute the {shown} norm on an empty tensor because the operation does not "
            "have an identity"
        )
    for index in wrap_dims(dim, input.ndim):
        if not input.shape[index]:
            raise RuntimeError(
                f"linalg.vector_norm cannot compute the {shown} norm on the dimension {index}because this dimension is "
                "empty and the operation does not have an identity"
            )


def check_float(name: str, input: Any) -> None:
    """Raises torch's error for an input that is neither floating nor complex."""
    if input.dtype.category < FLOATING:
        error = RuntimeError(
            f"{name}: Expected a floating point or complex tensor as input. Got {scalar_name(input.dtype)}"
        )
        error.add_note("convert it first: x.float()")
        raise error


def check_norm_dtype(name: str, input: Any, dtype: DType) -> None:
    """Raises torch's errors for a ``dtype=`` that a norm cannot be computed in."""
    if dtype.category < FLOATING:
        raise RuntimeError(f"{name}: dtype should be floating point or complex, but got {scalar_name(dtype)}")
    if input.dtype.is_complex != dtype.is_complex:
        kind = "complex" if input.dtype.is_complex else "real"
        raise RuntimeError(f"{name}: dtype should be {kind} for {kind} inputs, but got {scalar_name(dtype)}")
    if dtype.itemsize < input.dtype.itemsize:
        raise RuntimeError(
            f"{name}: the dtype of the input ({scalar_name(input.dtype)}) should be convertible without narrowing to "
            f"the specified dtype ({scalar_name(dtype)})"
        )


@reduction(
    name="linalg_vector_norm",
    eager=reduce.norm,
    flops=2,
    check=_check_vector_norm,
    holomorphic=False,
    vjp={"input": norm_rule},
)
def vector_norm(
    input: Tensor, ord: float = 2, dim: Dims = None, keepdim: bool = False, *, dtype: DType | None = None,
    out: Tensor | None = None,
) -> Tensor:  # fmt: skip
    """Norm of a vector, or of the vectors along `dim`.

    Args:
        input: any shape; floating or complex. Without `dim` it is flattened.
        ord: the order: 2 (Euclidean), 1, 0 (how many are not zero), inf, -inf, or any other number.
        dim: a dimension or several; None for all.
        keepdim: whether the dimensions stay with size 1.
        dtype: dtype to compute in.

    Example::

        >>> torch.linalg.vector_norm(torch.tensor([3.0, -4.0]))
        tensor(5.)
    """
    return reduce.vector_norm(input, ord, dim, keepdim)


def _matrix_dims(name: str, input: Any, dim: Any) -> tuple[int, int]:
    if isinstance(dim, int) or len(dim) != 2:
        shown = dim if isinstance(dim, int) else " ".join(map(str, dim))
        raise RuntimeError(f"{name}: dim must be a 2-tuple. Got {shown}")
    first, second = (wrap_dim(index, input.ndim) for index in dim)
    if first == second:
        raise RuntimeError(f"{name}: dims must be different. Got ({dim[0]}, {dim[1]})")
    return first, second


@composite
def matrix_norm(
    input: Tensor, ord: float | str = "fro", dim: Sequence[int] = (-2, -1), keepdim: bool = False, *,
    dtype: DType | None = None, out: Tensor | None = None,
) -> Tensor:  # fmt: skip
    """Norm of a matrix, or of a batch of them.

    Args:
        input: shape ``(*, m, n)``; floating or complex.
        ord: ``"fro"``, ``"nuc"`` (sum of singular values), 2 and -2 (largest and smallest singular value), 1 and -1
            (largest and smallest column sum), inf and -inf (row sum).
        dim: the two dimensions of the matrices.
        keepdim: whether they stay with size 1.
        dtype: dtype to compute in.

    Example::

        >>> torch.linalg.matrix_norm(torch.tensor([[3.0, 0.0], [0.0, -4.0]]), ord=1)
        tensor(4.)
    """
    if input.ndim < 2:
        raise RuntimeError("linalg.matrix_norm: The input tensor A must have at least 2 dimensions.")
    check_float("linalg.matrix_norm", input)
    rows, columns = _matrix_dims("linalg.matrix_norm", input, dim)
    if dtype is not None:
        check_norm_dtype("linalg.matrix_norm", input, dtype)
    if isinstance(ord, str):
        if ord not in ("fro", "nuc"):
            raise RuntimeError(f"linalg.matrix_norm: Order {ord} not supported.")
    elif abs(ord) not in (1, 2, INF):
        raise RuntimeError(f"linalg.matrix_norm: Order {ord:g} not supported.")
    if ord == "fro":
        return vector_norm(input, 2, (rows, columns), keepdim, dtype=dtype)
    if dtype is not None:
        input = input.to(dtype)
    if ord == "nuc" or abs(ord) == 2:  # type: ignore[arg-type]
        found = _of_singular_values(input, ord, rows, columns, keepdim)
    else:
        if abs(ord) == INF:  # type: ignore[arg-type]
            rows, columns = columns, rows
        sums = vector_norm(input, 1, rows, keepdim)
        if columns > rows and not keepdim:
            columns -= 1
        found = sums.amax(columns, keepdim) if ord > 0 else sums.amin(columns, keepdim)  # type: ignore[operator]
    return found


def _of_singular_values(input: Any, ord: Any, rows: int, columns: int, keepdim: bool) -> Any:
    others = [index for index in range(input.ndim) if index not in (rows, columns)]
    values = ops.svdvals(input.permute(*others, rows, columns))
    found = values.sum(-1) if ord == "nuc" else values.amax(-1) if ord > 0 else values.amin(-1)
    if keepdim:
        for index in sorted((rows, columns)):
            found = found.unsqueeze(index)
    return found


@composite
def linalg_norm(
    input: Tensor, ord: float | str | None = None, dim: Dims = None, keepdim: bool = False, *,
    dtype: DType | None = None, out: Tensor | None = None,
) -> Tensor:  # fmt: skip
    """Norm of a vector or a matrix, as the input's or `dim`'s number of dimensions says.

    Args:
        input: any shape without `ord` (flattened); else 1-D or 2-D unless `dim` is given. Floating or complex.
        ord: a number for vectors; for matrices as `matrix_norm` takes it. None for the Euclidean norm of all elements.
        dim: one dimension for vectors, two for matrices.
        keepdim: whether the dimensions stay with size 1.
        dtype: dtype to compute in.

    Example::

        >>> torch.linalg.norm(torch.tensor([[3.0, 0.0], [0.0, -4.0]]))
        tensor(5.)
    """
    given = None if dim is None else (dim,) if isinstance(dim, int) else tuple(dim)
    if given is not None and len(given) not in (1, 2):
        raise RuntimeError(f"linalg.norm: If dim is specified, it must be of length 1 or 2. Got {list(given)}")
    if ord is None:
        return vector_norm(input, 2, given, keepdim, dtype=dtype)
    if given is None and input.ndim not in (1, 2):
        raise RuntimeError(
            f"linalg.norm: If dim is not specified but ord is, the input must be 1D or 2D. Got {input.ndim}D."
        )
    if isinstance(ord, str):
        return matrix_norm(input, ord, (-2, -1) if given is None else given, keepdim, dtype=dtype)
    if (len(given) if given is not None else input.ndim) == 2:
        return matrix_norm(input, ord, (-2, -1) if given is None else given, keepdim, dtype=dtype)
    return vector_norm(input, ord, given, keepdim, dtype=dtype)


@composite
def _norm(input: Tensor, p: Any, dim: Dims, keepdim: bool, dtype: DType | None, *, out: Tensor | None = None) -> Tensor:
    if isinstance(p, str):
        if p == "fro" and (dim is None or isinstance(dim, int) or len(dim) <= 2):
            p = 2
        elif p != "nuc" or dim is not None:
            return matrix_norm(input, p, (-2, -1) if dim is None else dim, keepdim, dtype=dtype)
        else:
            return matrix_norm(input, p, (0, 1), keepdim, dtype=dtype)
    elif p is None:
        p = 2
    elif isinstance(p, TensorBase):
        p = p.item()  # type: ignore[attr-defined]
    return vector_norm(input, p, dim, keepdim, dtype=dtype)


@kernel(
    name="norm.whole",
    eager=reduce.whole_norm,
    whole=True,
    node="LinalgVectorNormBackward0",
    flops=2,
    check=lambda input: _check_vector_norm(input, 2, None, False, None),
    holomorphic=False,
    vjp={"input": lambda g, input, result: norm_rule(g, input, result, 2, None, False)},
)
def _whole_norm(input: Tensor) -> Tensor:
    return reduce.vector_norm(input, 2, None, False)


@overloaded(_norm, _whole_norm)
def norm(
    input: Tensor, p: float | str | None = "fro", dim: Dims = None, keepdim: bool = False, out: Tensor | None = None,
    dtype: DType | None = None,
) -> Tensor:  # fmt: skip
    """Norm of all elements, or of the vectors (for ``"nuc"`` matrices) along `dim`.

    Args:
        input: any shape; floating or complex.
        p: the order of the norm; ``"fro"`` is 2, ``"nuc"`` the sum of singular values.
        dim: a dimension or several; None for all.
        keepdim: whether the dimensions stay with size 1.
        dtype: dtype to compute in.

    Example::

        >>> torch.norm(torch.tensor([3.0, -4.0]))
        tensor(5.)
    """
    if p == "fro" and dim is None and dtype is None and out is None and type(input) in PLAIN:
        return _whole_norm(input) if keepdim is False else vector_norm(input, 2, None, keepdim)
    return _norm(input, p, dim, keepdim, dtype) if out is None else _norm(input, p, dim, keepdim, dtype, out=out)


def _deprecated(name: str, instead: str) -> None:
    warn(
        f"at::{name} is deprecated and it is just left for JIT compatibility. It will be removed in a future PyTorch "
        f"release. Please use `{instead}` instead",
        once=True,
    )


@composite
def frobenius_norm(input: Tensor, dim: Dims, keepdim: bool = False, *, out: Tensor | None = None) -> Tensor:
    """Euclidean norm along one or two dimensions; deprecated for `torch.linalg.vector_norm`.

    Args:
        input: any shape; floating or complex.
        dim: at most two dimensions.
        keepdim: whether they stay with size 1.

    Example::

        >>> torch.linalg.vector_norm(torch.tensor([[3.0, -4.0]]), 2, (0, 1))  # instead
        tensor(5.)
    """
    _deprecated("frobenius_norm", "linalg.vector_norm(A, 2., dim, keepdim)")
    dims = (dim,) if isinstance(dim, int) else tuple(dim or ())
    if len(dims) > 2:
        raise RuntimeError(f"Expected at most 2 dimensions, but got {len(dims)} dimensions instead.")
    return vector_norm(input, 2, dims, keepdim)


@composite
def nuclear_norm(
    input: Tensor, dim: Sequence[int] | bool = (-2, -1), keepdim: bool = False, *, out: Tensor | None = None
) -> Tensor:
    """Sum of the singular values of matrices; deprecated for `torch.linalg.matrix_norm`.

    Args:
        input: shape ``(*, m, n)``.
        dim: the two dimensions of the matrices; a bool in its place is `keepdim`.
        keepdim: whether they stay with size 1.

    Example::

        >>> torch.linalg.matrix_norm(torch.tensor([[3.0, 0.0], [0.0, -4.0]]), "nuc")  # instead
        tensor(7.)
    """
    _deprecated("nuclear_norm", "linalg.matrix_norm(A, 'nuc', dim, keepdim)")
    if isinstance(dim, bool):
        dim, keepdim = (-2, -1), dim
    return matrix_norm(input, "nuc", dim, keepdim)


@composite
def norm_except_dim(v: Tensor, pow: int = 2, dim: int = 0) -> Tensor:
    """Norms of the slices along a dimension, in a shape that broadcasts with the tensor.

    Args:
        v: any shape; floating or complex.
        pow: the order of the norm.
        dim: the dimension whose slices are measured; -1 for the whole tensor.

    Example::

        >>> torch.norm_except_dim(torch.tensor([[3.0, -4.0], [0.0, 1.0]]))
        tensor([[5.],
                [1.]])
    """
    if dim == -1:
        return vector_norm(v, pow)
    if v.ndim == 1:
        return vector_norm(v.unsqueeze(-1), pow, (-1,))
    return vector_norm(v, pow, tuple(index for index in range(v.ndim) if index != dim), True)
