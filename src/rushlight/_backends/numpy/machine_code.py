"""The door from array code to compiled kernels: large arrays go through it, and come back if there is no kernel."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..._core import machine_code
from .. import llvm
from ..llvm.switch import FROM, available, warn_once

__all__ = ["FROM", "compiled"]

_ELEMENTS = {
    np.dtype(name): name for name in ("float32", "float64", "int8", "int16", "int32", "int64", "uint8", "uint64")
}


def compiled(name: str, array: Any, *args: Any, part: str = "arrays") -> Any:
    """What a function of a part of `llvm` gives for an array, None where it has no kernel for it.

    Args:
        name: the function.
        array: of at least `FROM` elements.
        args: what else it takes.
        part: the module that has it.
    """
    element = _ELEMENTS.get(array.dtype) if type(array) is np.ndarray else None  # a meta tensor's has no memory
    if element is None or not available(llvm.kernels.host):
        return None
    try:
        return getattr(getattr(llvm, part), name)(element, array, *args)
    except llvm.unsupported.Unsupported:
        return None
    except Exception as error:
        warn_once(name, error)
        return None


machine_code.run, machine_code.start = compiled, FROM
