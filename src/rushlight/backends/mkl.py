"""``torch.backends.mkl``: whether matrix products are Intel's library's."""

from __future__ import annotations


def is_available() -> bool:
    """Whether products are those of Intel's library: no, they are those of NumPy's.

    Example::

        >>> torch.backends.mkl.is_available()
        False
    """
    return False
