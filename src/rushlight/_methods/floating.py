"""Functions on signs and exponents of floats, and combinations of three tensors, as methods."""

from __future__ import annotations

from .._declare.variants import inplace, method
from .._ops import combination, floating as ops


class FloatingMethods:
    """Rows of the method table: signs and exponents of floats, combinations of three tensors."""

    __slots__ = ()

    hypot, hypot_ = method(ops.hypot), inplace(ops.hypot)
    copysign, copysign_ = method(ops.copysign), inplace(ops.copysign)
    heaviside, heaviside_ = method(ops.heaviside), inplace(ops.heaviside)
    nextafter, nextafter_ = method(ops.nextafter), inplace(ops.nextafter)
    ldexp, ldexp_ = method(ops.ldexp), inplace(ops.ldexp)
    frexp = method(ops.frexp)
    nan_to_num, nan_to_num_ = method(ops.nan_to_num), inplace(ops.nan_to_num)

    addcmul, addcmul_ = method(combination.addcmul), inplace(combination.addcmul)
    addcdiv, addcdiv_ = method(combination.addcdiv), inplace(combination.addcdiv)
    lerp, lerp_ = method(combination.lerp), inplace(combination.lerp)
