"""The table of Tensor's methods: the index of the API, one row a method, one file a family of operators.

Only methods whose calling form differs from the operator's (varargs, overloads) have a body.
"""

from __future__ import annotations

from .activation import ActivationMethods
from .absent import AbsentMethods
from .arithmetic import ArithmeticMethods
from .bitwise import BitwiseMethods
from .comparison import ComparisonMethods
from .complex import ComplexMethods
from .conversion import ConversionMethods
from .creation import CreationMethods
from .exponential import ExponentialMethods
from .indexing import IndexingMethods
from .gradients import GradientMethods
from .floating import FloatingMethods
from .inspection import InspectionMethods
from .interop import InteropMethods
from .magnitude import MagnitudeMethods
from .linalg import LinalgMethods
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
