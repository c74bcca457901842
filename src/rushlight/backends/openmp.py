"""``torch.backends.openmp``: whether OpenMP runs the threads."""

from __future__ import annotations


def is_available() -> bool:
    """Whether OpenMP runs the threads: no, rushlight's kernels have threads of their own.

    Example::

        >>> torch.backends.openmp.is_available()
        False
    """
    return False
