"""The door from array code to compiled kernels: large arrays go through it, and come back if there is no kernel."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..._core import machine_code
from ..._core.dtypes import bfloat16
from .. import llvm
from ..llvm.switch import FROM, available, warn_once

__all__ = ["FROM", "attempt", "compiled"]

_ELEMENTS = {
    np.dtype(name): name for name in ("float32", "float64", "int8", "int16", "int32", "int64", "uint8", "uint64")
}
_ALL = {**_ELEMENTS, np.dtype(np.bool_): "bool", np.dtype(np.float16): "float16", bfloat16.numpy: "bfloat16"}
_OF_ALL = frozenset((
    "folds", "softmax", "softmax_gradient", "log_softmax", "log_softmax_gradient", "layer_norm", "layer_norm_gradient",
    "layer_norm_gradients", "layer_norm_weight_gradient",
))  # fmt: skip
"""Functions, and parts all of whose functions, know what to do with 16-bit floats."""


def compiled(name: str, array: Any, *args: Any, part: str = "arrays") -> Any:
    """What a function of a part of `llvm` gives for an array, None where it has no kernel for it.

    Args:
        name: the function.
        array: of at least `FROM` elements.
        args: what else it takes.
        part: the module that has it.
    """
    known = _ALL if part in _OF_ALL or name in _OF_ALL else _ELEMENTS
    element = known.get(array.dtype) if type(array) is np.ndarray else None  # a meta tensor's has no memory
    return None if element is None else attempt(part, name, element, array, *args)


def attempt(part: str, name: str, *args: Any) -> Any:
    """What a function of a part of `llvm` gives for arrays of any dtypes, None where it has no kernel for them.

    Args:
        part: the module that has it.
        name: the function.
        args: what it takes.
    """
    if not available(llvm.kernels.host):
        return None
    try:
        return getattr(getattr(llvm, part), name)(*args)
    except llvm.unsupported.Unsupported:
        return None
    except Exception as error:
        warn_once(name, error)
        return None


machine_code.run, machine_code.start = compiled, FROM
