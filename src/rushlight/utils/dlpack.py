"""The namespace ``torch.utils.dlpack``: memory shared with other libraries."""

from __future__ import annotations

from typing import Any

from .._ops.data import from_dlpack

__all__ = ["from_dlpack", "to_dlpack"]


def to_dlpack(tensor: Any) -> Any:
    """A DLPack capsule over the memory of a tensor, to be used once.

    Args:
        tensor: a tensor that does not require grad.

    Raises:
        BufferError: the tensor cannot be shared.

    Example::

        >>> from rushlight.utils.dlpack import from_dlpack, to_dlpack
        >>> from_dlpack(to_dlpack(torch.ones(2)))
        tensor([1., 1.])
    """
    return tensor.__dlpack__()
