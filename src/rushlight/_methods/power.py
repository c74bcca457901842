"""Powers and roots as methods and Python operators."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._core.dtypes import of_numpy
from .._declare.dispatch import scalar_name
from .._declare.helpers import common_dtype
from .._declare.variants import augmented, inplace, method, operator, reflected
from .._ops import power as ops

if TYPE_CHECKING:
    from ..tensor import Tensor


class PowerMethods:
    """Rows of the method table: powers and roots."""

    __slots__ = ()

    pow, pow_ = method(ops.pow), inplace(ops.pow)
    float_power = method(ops.float_power)
    square, square_ = method(ops.square), inplace(ops.square)
    sqrt, sqrt_ = method(ops.sqrt), inplace(ops.sqrt)
    rsqrt, rsqrt_ = method(ops.rsqrt), inplace(ops.rsqrt)
    reciprocal, reciprocal_ = method(ops.reciprocal), inplace(ops.reciprocal)

    __pow__ = operator(ops.pow, "__pow__")
    __rpow__ = reflected(ops.pow, "__rpow__")
    __ipow__ = augmented(ops.pow, "__ipow__")

    def float_power_(self: Any, exponent: Any) -> Tensor:
        """In-place form of `float_power`, for tensors that are float64 or complex128 already."""
        given, common = of_numpy(self._array.dtype), common_dtype(self, exponent)
        wanted = "ComplexDouble" if common is not None and common.is_complex else "Double"
        if scalar_name(given) != wanted:
            raise RuntimeError(
                f"the base given to float_power_ has dtype {scalar_name(given)} but the operation's result requires "
                f"dtype {wanted}"
            )
        return self.pow_(exponent)
