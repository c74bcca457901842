"""``torch.backends.cudnn``: switches of a library for Nvidia GPUs, of which there is none.

Attributes:
    enabled: whether the library may be used.
    benchmark: whether it tries which algorithm is fastest.
    deterministic: whether it keeps to algorithms that give the same bits every time.
    allow_tf32: whether it may compute with 19-bit floats.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

enabled = True
benchmark = False
benchmark_limit = 10
deterministic = False
allow_tf32 = True


def is_available() -> bool:
    """Whether the library is there: never.

    Example::

        >>> torch.backends.cudnn.is_available()
        False
    """
    return False


def version() -> int | None:
    """The library's version: None, for it is not there."""
    return None


def set_flags(
    _enabled: bool | None = None, _benchmark: bool | None = None, _deterministic: bool | None = None,
    _allow_tf32: bool | None = None,
) -> tuple[bool, bool, bool, bool]:  # fmt: skip
    """Sets the switches that are given.

    Returns:
        Their values before.
    """
    switches = globals()
    given = {"enabled": _enabled, "benchmark": _benchmark, "deterministic": _deterministic, "allow_tf32": _allow_tf32}
    before = tuple(switches[name] for name in given)
    switches.update({name: value for name, value in given.items() if value is not None})
    return before


@contextmanager
def flags(
    enabled: bool = False, benchmark: bool = False, deterministic: bool = False, allow_tf32: bool = True
) -> Iterator[None]:
    """Sets the switches for a block of code.

    Example::

        >>> with torch.backends.cudnn.flags(deterministic=True):
        ...     torch.backends.cudnn.deterministic
        True
    """
    before = set_flags(enabled, benchmark, deterministic, allow_tf32)
    try:
        yield
    finally:
        set_flags(*before)
