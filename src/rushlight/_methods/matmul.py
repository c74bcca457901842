"""Matrix products as methods and operators."""

from __future__ import annotations

from typing import Any

from .._core.tensor_base import PLAIN, TensorBase
from .._declare.variants import inplace, method
from .._ops import addmm as sums, matmul as ops

_matmul: Any = ops.matmul  # any class of tensors will do


class MatmulMethods:
    """Rows of the method table: products of vectors and matrices."""

    __slots__ = ()

    dot = method(ops.dot)
    vdot = method(ops.vdot)
    mv = method(ops.mv)
    mm = method(ops.mm)
    bmm = method(ops.bmm)
    matmul = method(ops.matmul)
    outer = ger = method(ops.outer)
    inner = method(ops.inner)
    kron = method(ops.kron)
    addmm, addmm_ = method(sums.addmm), inplace(sums.addmm)
    addmv, addmv_ = method(sums.addmv), inplace(sums.addmv)
    addr, addr_ = method(sums.addr), inplace(sums.addr)
    baddbmm, baddbmm_ = method(sums.baddbmm), inplace(sums.baddbmm)
    addbmm, addbmm_ = method(sums.addbmm), inplace(sums.addbmm)

    def __matmul__(self: Any, other: Any) -> Any:
        """``self @ other``; the product of two matrices, by far the most common, skips a call."""
        if type(other) in PLAIN and self._array.ndim == 2 == other._array.ndim:
            return ops.mm(self, other)
        return _matmul(self, other) if isinstance(other, TensorBase) else NotImplemented

    def __rmatmul__(self: Any, other: Any) -> Any:
        """``other @ self`` for an `other` that is no tensor."""
        return _matmul(other, self) if isinstance(other, TensorBase) else NotImplemented

    def __imatmul__(self: Any, other: Any) -> Any:
        """``self @= other`` rebinds the name to the product."""
        return _matmul(self, other) if isinstance(other, TensorBase) else NotImplemented
