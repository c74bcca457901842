"""rushlight: PyTorch's tensor, autograd and neural-network API in readable Python.

``import rushlight as torch`` and a program written for torch runs.
"""

from __future__ import annotations

# dtypes and devices
from ._core.devices import device
from ._core.dtypes import (
    bfloat16,
    complex64,
    complex128,
    dtype,
    finfo,
    float16,
    float32,
    float64,
    get_default_dtype,
    iinfo,
    int8,
    int16,
    int32,
    int64,
    set_default_dtype,
    uint8,
    uint16,
    uint32,
    uint64,
)
from ._core.dtypes import bool_ as bool
from ._core.layouts import (
    channels_last,
    channels_last_3d,
    contiguous_format,
    layout,
    memory_format,
    preserve_format,
    sparse_coo,
    strided,
)
from ._core.promotion import can_cast, promote_types
from ._core.sizes import Size, broadcast_shapes

# arithmetic
from ._ops.arithmetic import add, exp, mul, neg, sin, sub

# conversion
from ._ops.conversion import clone

# creation
from ._ops.creation import arange, empty, eye, from_numpy, full, ones, zeros
from ._ops.creation import tensor as _tensor

# matrix products
from ._ops.einsum import einsum, tensordot
from ._ops.matmul import (
    addbmm,
    addmm,
    addmv,
    addr,
    baddbmm,
    bmm,
    dot,
    ger,
    inner,
    matmul,
    mm,
    mv,
    outer,
    vdot,
)

# reduction
from ._ops.reduction import sum

# shape
from ._ops.shape import reshape, transpose

# printing
from ._printing import set_printoptions
from .tensor import Tensor

float, double, half = float32, float64, float16
int, long, short = int32, int64, int16
cfloat, cdouble = complex64, complex128
tensor = _tensor  # importing the class has bound this name to its module
