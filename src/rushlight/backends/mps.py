"""``torch.backends.mps``: whether tensors can live on an Apple GPU."""

from __future__ import annotations


def is_available() -> bool:
    """Whether tensors can live on an Apple GPU: never.

    Example::

        >>> torch.backends.mps.is_available()
        False
    """
    return False


def is_built() -> bool:
    """Whether there is code for Apple GPUs: no."""
    return False
