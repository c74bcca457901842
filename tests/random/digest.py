"""What is recorded of a draw: its first numbers, and checksums of all and of the generator's state afterwards."""

from typing import Any
from zlib import crc32

import numpy as np

HEAD = 4


def digest(values: np.ndarray[Any, Any], state: np.ndarray[Any, Any]) -> dict[str, Any]:
    """The recorded form of an array and of the state that the draw left."""
    head = np.ascontiguousarray(values).reshape(-1)[:HEAD]
    wide = head.astype(np.complex128).view(np.float64) if head.dtype.kind == "c" else head.astype(np.float64)
    return {
        "shape": list(values.shape),
        "head": wide.tolist(),
        "bytes": crc32(np.ascontiguousarray(values).tobytes()),
        "words": crc32(state[:5016].tobytes()),
        "state": crc32(state.tobytes()),
    }
