"""Arithmetic methods and Python operators."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._declare.variants import augmented, inplace, method, operator, reflected
from .._ops import arithmetic as ops

if TYPE_CHECKING:
    from ..tensor import Tensor


class ArithmeticMethods:
    """Rows of the method table: arithmetic."""

    __slots__ = ()

    add, add_ = method(ops.add), inplace(ops.add)
    sub, sub_ = method(ops.sub), inplace(ops.sub)
    mul, mul_ = method(ops.mul), inplace(ops.mul)
    div, div_ = method(ops.div), inplace(ops.div)
    neg, neg_ = method(ops.neg), inplace(ops.neg)
    subtract, subtract_ = sub, sub_
    multiply, multiply_ = mul, mul_
    divide, divide_ = div, div_
    true_divide, true_divide_ = div, div_
    negative, negative_ = neg, neg_
    positive = method(ops.positive)
    floor_divide, floor_divide_ = method(ops.floor_divide), inplace(ops.floor_divide)
    remainder, remainder_ = method(ops.remainder), inplace(ops.remainder)
    fmod, fmod_ = method(ops.fmod), inplace(ops.fmod)

    __add__ = operator(ops.add, "__add__")
    __radd__ = operator(ops.add, "__radd__")
    __iadd__ = augmented(ops.add, "__iadd__")
    __sub__ = operator(ops.sub, "__sub__")
    __rsub__ = operator(ops.rsub, "__rsub__")
    __isub__ = augmented(ops.sub, "__isub__")
    __mul__ = operator(ops.mul, "__mul__")
    __rmul__ = operator(ops.mul, "__rmul__")
    __imul__ = augmented(ops.mul, "__imul__")
    __truediv__ = operator(ops.div, "__truediv__")
    __itruediv__ = augmented(ops.div, "__itruediv__")
    __div__, __idiv__ = __truediv__, __itruediv__
    __floordiv__ = operator(ops.floor_divide, "__floordiv__")
    __rfloordiv__ = reflected(ops.floor_divide, "__rfloordiv__")
    __ifloordiv__ = augmented(ops.floor_divide, "__ifloordiv__")
    __mod__ = operator(ops.remainder, "__mod__")
    __rmod__ = reflected(ops.remainder, "__rmod__")
    __imod__ = augmented(ops.remainder, "__imod__")
    __neg__ = method(ops.neg)
    __pos__ = method(ops.positive)

    def __rtruediv__(self: Any, other: Any) -> Tensor:
        return self.reciprocal() * other

    __rdiv__ = __rtruediv__
