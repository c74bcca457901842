"""``torch.mps``: Apple GPUs, of which rushlight uses none."""

from __future__ import annotations

__all__ = ["device_count", "is_available"]


def is_available() -> bool:
    """Whether tensors can live on an Apple GPU: never.

    Example::

        >>> torch.mps.is_available()
        False
    """
    return False


def device_count() -> int:
    """The number of Apple GPUs in use: 0."""
    return 0
