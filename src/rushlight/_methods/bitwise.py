"""Operators on bits as methods and Python operators."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._declare.variants import augmented, inplace, method, operator, reflected
from .._ops import bitwise as ops

if TYPE_CHECKING:
    from ..tensor import Tensor


class BitwiseMethods:
    """Rows of the method table: operators on bits."""

    __slots__ = ()

    bitwise_not, bitwise_not_ = method(ops.bitwise_not), inplace(ops.bitwise_not)
    bitwise_and, bitwise_and_ = method(ops.bitwise_and), inplace(ops.bitwise_and)
    bitwise_or, bitwise_or_ = method(ops.bitwise_or), inplace(ops.bitwise_or)
    bitwise_xor, bitwise_xor_ = method(ops.bitwise_xor), inplace(ops.bitwise_xor)
    bitwise_left_shift, bitwise_left_shift_ = method(ops.bitwise_left_shift), inplace(ops.bitwise_left_shift)
    bitwise_right_shift, bitwise_right_shift_ = method(ops.bitwise_right_shift), inplace(ops.bitwise_right_shift)
    gcd, gcd_ = method(ops.gcd), inplace(ops.gcd)
    lcm, lcm_ = method(ops.lcm), inplace(ops.lcm)

    __and__ = operator(ops.bitwise_and, "__and__")
    __rand__ = operator(ops.bitwise_and, "__rand__")
    __iand__ = augmented(ops.bitwise_and, "__iand__")
    __or__ = operator(ops.bitwise_or, "__or__")
    __ror__ = operator(ops.bitwise_or, "__ror__")
    __ior__ = augmented(ops.bitwise_or, "__ior__")
    __xor__ = operator(ops.bitwise_xor, "__xor__")
    __rxor__ = operator(ops.bitwise_xor, "__rxor__")
    __ixor__ = augmented(ops.bitwise_xor, "__ixor__")
    __lshift__ = operator(ops.bitwise_left_shift, "__lshift__")
    __rlshift__ = reflected(ops.bitwise_left_shift, "__rlshift__")
    __ilshift__ = augmented(ops.bitwise_left_shift, "__ilshift__")
    __rshift__ = operator(ops.bitwise_right_shift, "__rshift__")
    __rrshift__ = reflected(ops.bitwise_right_shift, "__rrshift__")
    __irshift__ = augmented(ops.bitwise_right_shift, "__irshift__")

    def __invert__(self: Any) -> Tensor:
        if self._array.dtype.kind in "fcV":
            raise TypeError("~ (operator.invert) is only implemented on integer and Boolean-type tensors")
        return ops.bitwise_not(self)
