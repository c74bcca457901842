"""What error messages call the types of arguments."""

from __future__ import annotations

from typing import Any

from .devices import device
from .dtypes import dtype, finfo, iinfo
from .layouts import layout, memory_format
from .sizes import Size

_OURS = (dtype, finfo, iinfo, device, layout, memory_format, Size)


def type_name(value: Any) -> str:
    """The name of the type of a value as torch's messages give it: with its module where it is written in C.

    Example::

        >>> from rushlight._core.names import type_name
        >>> type_name(torch.float32), type_name(np.ones(2)), type_name([1])
        ('torch.dtype', 'numpy.ndarray', 'list')
    """
    kind = type(value)
    if isinstance(value, _OURS):
        return f"torch.{kind.__name__}"
    if kind.__module__.startswith("numpy"):
        return f"{kind.__module__}.{kind.__name__}"
    return f"torch.storage.{kind.__name__}" if kind.__module__ == "rushlight.storage" else kind.__name__
