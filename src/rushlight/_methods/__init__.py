"""The table of Tensor's methods: the index of the API, one row a method, one file a family of operators.

Only methods whose calling form differs from the operator's (varargs, overloads) have a body.
"""

from __future__ import annotations

from .arithmetic import ArithmeticMethods
from .comparison import ComparisonMethods
from .conversion import ConversionMethods
from .creation import CreationMethods
from .exponential import ExponentialMethods
from .indexing import IndexingMethods
from .gradients import GradientMethods
from .inspection import InspectionMethods
from .magnitude import MagnitudeMethods
from .matmul import MatmulMethods
from .power import PowerMethods
from .reduction import ReductionMethods
from .selection import SelectionMethods
from .shape import ShapeMethods
from .trigonometric import TrigonometricMethods


class TensorMethods(
    ArithmeticMethods,
    PowerMethods,
    ComparisonMethods,
    SelectionMethods,
    ExponentialMethods,
    MagnitudeMethods,
    TrigonometricMethods,
    ReductionMethods,
    ShapeMethods,
    IndexingMethods,
    ConversionMethods,
    MatmulMethods,
    CreationMethods,
    InspectionMethods,
    GradientMethods,
):
    """Methods and Python operators of tensors."""

    __slots__ = ()
