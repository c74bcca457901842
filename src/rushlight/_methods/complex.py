"""Complex numbers: methods, and the parts as properties."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._declare.variants import inplace, method
from .._ops import complex as ops

if TYPE_CHECKING:
    from ..tensor import Tensor

_conjugate_ = inplace(ops.conjugate_copy)


class ComplexMethods:
    """Rows of the method table: complex numbers."""

    __slots__ = ()

    conj, conj_physical = method(ops.conj), method(ops.conj_physical)
    resolve_conj, resolve_neg = method(ops.resolve_conj), method(ops.resolve_neg)
    is_conj, is_neg = method(ops.is_conj), method(ops.is_neg)
    angle = method(ops.angle)

    def conj_physical_(self: Any) -> Tensor:
        """In-place form of `conj_physical`."""
        return _conjugate_(self)

    @property
    def real(self: Any) -> Tensor:
        """The real part, sharing memory; the tensor itself if it is real."""
        return ops.real(self)

    @real.setter
    def real(self: Any, value: Any) -> None:
        ops.real(self).copy_(value)

    @property
    def imag(self: Any) -> Tensor:
        """The imaginary part of a complex tensor, sharing memory."""
        return ops.imag(self)

    @imag.setter
    def imag(self: Any, value: Any) -> None:
        ops.imag(self).copy_(value)
