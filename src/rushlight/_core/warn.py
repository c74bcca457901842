"""Warnings that point at the user's line, however deep in the package they are found."""

from __future__ import annotations

import os
import sys
import warnings

_PACKAGE = os.path.dirname(os.path.dirname(__file__)) + os.sep  # pathlib would add 3 ms to the import


_given: set[str] = set()
_always = False


def warn(text: str, category: type[Warning] = UserWarning, once: bool = False, key: str | None = None) -> None:
    """Warns in the name of the first caller outside the package.

    Args:
        text: the message.
        category: the class of the warning.
        once: whether to say it only the first time, as torch does of some deprecations.
        key: what counts as the same warning where the texts differ.
    """
    if once and (key or text) in _given and not _always:
        return
    _given.add(key or text)
    level = 2
    frame = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        level += 1
        frame = frame.f_back  # type: ignore[assignment]
    warnings.warn(text, category, stacklevel=level)


def set_warn_always(b: bool, /) -> None:
    """Says whether warnings that come once a process come every time.

    Args:
        b: whether they do.

    Example::

        >>> torch.set_warn_always(False)
    """
    global _always
    _always = b


def is_warn_always_enabled() -> bool:
    """Whether warnings that come once a process come every time.

    Example::

        >>> torch.is_warn_always_enabled()
        False
    """
    return _always
