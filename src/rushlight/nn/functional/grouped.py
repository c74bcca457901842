"""Products of groups of rows or columns with a matrix for each group, as mixtures of experts need them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..._core.dtypes import bfloat16, float16, float32, int32
from ..._declare.dispatch import scalar_name
from ..._ops.joining import cat, stack

if TYPE_CHECKING:
    from ...tensor import Tensor


def grouped_mm(
    mat_a: Tensor, mat_b: Tensor, *, offs: Tensor | None = None, bias: Tensor | None = None, out_dtype: Any = None
) -> Tensor:
    """Matrix products by groups.

    Args:
        mat_a: of shape (groups, m, k), or (m, k) where `offs` says which rows (columns, if both are 2-D) belong to
            each group.
        mat_b: of shape (groups, k, n), or (k, n) where `offs` says which columns (rows, if both are 2-D) belong to
            each group.
        offs: int32, where each group ends; needed if either matrix is 2-D.
        bias: not supported, in torch neither.
        out_dtype: of the result: only that of `mat_a`.

    Returns:
        (groups, m, n) for two 3-D matrices or two 2-D ones, else (m, n).

    Raises:
        RuntimeError: the arguments do not fit together.

    Example::

        >>> rows, experts = torch.ones(3, 2), torch.stack([torch.eye(2), 2 * torch.eye(2)])
        >>> torch.nn.functional.grouped_mm(rows, experts, offs=torch.tensor([1, 3], dtype=torch.int32))
        tensor([[1., 1.],
                [2., 2.],
                [2., 2.]])
    """
    _check(mat_a, mat_b, offs, bias, out_dtype)
    wide = mat_a.ndim == 3 and mat_b.ndim == 3
    if wide:
        found = mat_a.bmm(mat_b)
    else:
        assert offs is not None
        ends = offs.tolist()
        spans = list(zip([0, *ends[:-1]], ends, strict=True))
        if mat_a.ndim == 2 and mat_b.ndim == 2:
            found = stack([mat_a[:, start:stop].mm(mat_b[start:stop]) for start, stop in spans])
        elif mat_a.ndim == 2:
            found = cat([mat_a[start:stop].mm(expert) for (start, stop), expert in zip(spans, mat_b, strict=True)])
        else:
            parts = [rows.mm(mat_b[:, start:stop]) for (start, stop), rows in zip(spans, mat_a, strict=True)]
            found = cat(parts, 1)
    return found


def _check(mat_a: Tensor, mat_b: Tensor, offs: Tensor | None, bias: Tensor | None, out_dtype: Any) -> None:
    for name, matrix in (("mat_a", mat_a), ("mat_b", mat_b)):
        if matrix.dtype not in (float32, bfloat16, float16):
            raise RuntimeError(
                f"Expected {name} to be Float32, BFloat16 or Float16 matrix, got {scalar_name(matrix.dtype)}"
            )
        if matrix.ndim not in (2, 3):
            raise RuntimeError(f"{name} has to be 2 or 3d")
    if bias is not None:
        raise RuntimeError("Bias not supported yet")
    flat = mat_a.ndim == 2 or mat_b.ndim == 2
    if (offs is not None) != flat:
        raise RuntimeError("Have to provide offsets if there is a 2d matrix, or no offset if both matrices are 3d")
    if offs is not None and offs.ndim != 1:
        raise RuntimeError("offs has to be 1D")
    if offs is not None and offs.dtype is not int32:
        raise RuntimeError("Offsets have to be int32")
    if not (mat_a.ndim == 2 and mat_b.ndim == 2) and mat_a.shape[-1] != mat_b.shape[-2]:
        raise RuntimeError("contraction dimension of mat_a and mat_b must match")
    if out_dtype is not None and out_dtype is not mat_a.dtype:
        raise RuntimeError("Grouped gemm output dtype must match `mat_a` dtype")
    groups = next((len(matrix) for matrix in (mat_a, mat_b) if matrix.ndim == 3), None)
    if offs is not None and groups not in (None, len(offs)):
        raise RuntimeError("matrix batch sizes have to match")
