"""The table of Tensor's methods: the index of the API, one row a method, one file a family of operators.

Only methods whose calling form differs from the operator's (varargs, overloads) have a body.
"""

from __future__ import annotations

from .absent import AbsentMethods
from .activation import ActivationMethods
from .arithmetic import ArithmeticMethods
from .bitwise import BitwiseMethods
from .comparison import ComparisonMethods
from .complex import ComplexMethods
from .conversion import ConversionMethods
from .creation import CreationMethods
from .exponential import ExponentialMethods
from .floating import FloatingMethods
from .gradients import GradientMethods
from .indexing import IndexingMethods
from .inspection import InspectionMethods
from .interop import InteropMethods
from .linalg import LinalgMethods
from .magnitude import MagnitudeMethods
from .matmul import MatmulMethods
from .memory import MemoryMethods
from .power import PowerMethods
from .random import RandomMethods
from .reduction import ReductionMethods
from .rounding import RoundingMethods
from .selection import SelectionMethods
from .shape import ShapeMethods
from .special_functions import SpecialMethods
from .trigonometric import TrigonometricMethods


class TensorMethods(
    ArithmeticMethods,
    PowerMethods,
    ComparisonMethods,
    SelectionMethods,
    ExponentialMethods,
    MagnitudeMethods,
    TrigonometricMethods,
    ActivationMethods,
    SpecialMethods,
    RoundingMethods,
    FloatingMethods,
    ComplexMethods,
    BitwiseMethods,
    ReductionMethods,
    ShapeMethods,
    IndexingMethods,
    ConversionMethods,
    MatmulMethods,
    LinalgMethods,
    CreationMethods,
    RandomMethods,
    InspectionMethods,
    GradientMethods,
    MemoryMethods,
    InteropMethods,
    AbsentMethods,
):
    """Methods and Python operators of tensors."""

    __slots__ = ()
