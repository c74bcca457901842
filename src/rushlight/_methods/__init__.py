"""The table of Tensor's methods: the index of the API, one row a method, one file a family of operators.

Only methods whose calling form differs from the operator's (varargs, overloads) have a body.
"""

from __future__ import annotations

from .arithmetic import ArithmeticMethods
from .conversion import ConversionMethods
from .creation import CreationMethods
from .inspection import InspectionMethods
from .matmul import MatmulMethods
from .reduction import ReductionMethods
from .shape import ShapeMethods


class TensorMethods(ArithmeticMethods, ReductionMethods, ShapeMethods, ConversionMethods, MatmulMethods, CreationMethods, InspectionMethods):
    """Methods and Python operators of tensors."""

    __slots__ = ()
