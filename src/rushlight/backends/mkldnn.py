"""``torch.backends.mkldnn``: whether layers are computed by Intel's library.

Attributes:
    enabled: whether the library may be used.
    deterministic: whether it keeps to algorithms that give the same bits every time.
    allow_tf32: whether it may compute with 19-bit floats.
"""

from __future__ import annotations

enabled = True
deterministic = False
allow_tf32 = True


def is_available() -> bool:
    """Whether layers are computed by Intel's library: no.

    Example::

        >>> torch.backends.mkldnn.is_available()
        False
    """
    return False
