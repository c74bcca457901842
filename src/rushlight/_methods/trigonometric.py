"""Trigonometric and hyperbolic functions as methods."""

from __future__ import annotations

from .._declare.variants import inplace, method
from .._ops import trigonometric as ops


class TrigonometricMethods:
    """Rows of the method table: trigonometric and hyperbolic functions."""

    __slots__ = ()

    sin, sin_ = method(ops.sin), inplace(ops.sin)
    cos, cos_ = method(ops.cos), inplace(ops.cos)
    tan, tan_ = method(ops.tan), inplace(ops.tan)
    asin, asin_ = method(ops.asin), inplace(ops.asin)
    acos, acos_ = method(ops.acos), inplace(ops.acos)
    atan, atan_ = method(ops.atan), inplace(ops.atan)
    atan2, atan2_ = method(ops.atan2), inplace(ops.atan2)
    arcsin, arcsin_ = asin, asin_
    arccos, arccos_ = acos, acos_
    arctan, arctan_ = atan, atan_
    arctan2, arctan2_ = atan2, atan2_

    sinh, sinh_ = method(ops.sinh), inplace(ops.sinh)
    cosh, cosh_ = method(ops.cosh), inplace(ops.cosh)
    tanh, tanh_ = method(ops.tanh), inplace(ops.tanh)
    asinh, asinh_ = method(ops.asinh), inplace(ops.asinh)
    acosh, acosh_ = method(ops.acosh), inplace(ops.acosh)
    atanh, atanh_ = method(ops.atanh), inplace(ops.atanh)
    arcsinh, arcsinh_ = asinh, asinh_
    arccosh, arccosh_ = acosh, acosh_
    arctanh, arctanh_ = atanh, atanh_

    sinc, sinc_ = method(ops.sinc), inplace(ops.sinc)
    deg2rad, deg2rad_ = method(ops.deg2rad), inplace(ops.deg2rad)
    rad2deg, rad2deg_ = method(ops.rad2deg), inplace(ops.rad2deg)
