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

    __and__, __rand__, __iand__ = operator(ops.bitwise_and), operator(ops.bitwise_and), augmented(ops.bitwise_and)
    __or__, __ror__, __ior__ = operator(ops.bitwise_or), operator(ops.bitwise_or), augmented(ops.bitwise_or)
    __xor__, __rxor__, __ixor__ = operator(ops.bitwise_xor), operator(ops.bitwise_xor), augmented(ops.bitwise_xor)
    __lshift__, __rlshift__ = operator(ops.bitwise_left_shift), reflected(ops.bitwise_left_shift)
    __ilshift__ = augmented(ops.bitwise_left_shift)
    __rshift__, __rrshift__ = operator(ops.bitwise_right_shift), reflected(ops.bitwise_right_shift)
    __irshift__ = augmented(ops.bitwise_right_shift)

    def __invert__(self: Any) -> Tensor:
        if self._array.dtype.kind in "fcV":
            raise TypeError("~ (operator.invert) is only implemented on integer and Boolean-type tensors")
        return ops.bitwise_not(self)
