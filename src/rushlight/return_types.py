"""`torch.return_types`: the classes of the named tuples that operators with several outputs return.

Example::

    >>> type(torch.tensor([2, 1]).sort()) is torch.return_types.sort
    True
"""

from __future__ import annotations

from ._core.missing import missing_name
from ._core.named_results import KINDS


def __getattr__(name: str) -> object:
    """The class of an operator's results."""
    if name in KINDS:
        return KINDS[name]
    raise missing_name(__name__, name, KINDS)


def __dir__() -> list[str]:
    return sorted(KINDS)
