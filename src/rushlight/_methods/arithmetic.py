"""Arithmetic methods and Python operators."""

from __future__ import annotations

from .._declare.variants import inplace, method, operator
from .._ops import arithmetic as ops


class ArithmeticMethods:
    """Rows of the method table: arithmetic."""

    __slots__ = ()

    add, add_ = method(ops.add), inplace(ops.add)
    sub, sub_ = method(ops.sub), inplace(ops.sub)
    mul, mul_ = method(ops.mul), inplace(ops.mul)
    neg, neg_ = method(ops.neg), inplace(ops.neg)
    exp, exp_ = method(ops.exp), inplace(ops.exp)
    sin, sin_ = method(ops.sin), inplace(ops.sin)

    __add__, __radd__, __iadd__ = operator(ops.add), operator(ops.add), inplace(ops.add)
    __sub__, __isub__ = operator(ops.sub), inplace(ops.sub)
    __mul__, __rmul__, __imul__ = operator(ops.mul), operator(ops.mul), inplace(ops.mul)
    __neg__ = method(ops.neg)
