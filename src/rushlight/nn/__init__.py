"""Neural networks: modules, their parameters, initial values and functions."""

from . import functional, init, modules, utils
from .modules import *  # noqa: F403 - the modules are listed once, in `modules`
from .parameter import Buffer, Parameter, UninitializedBuffer, UninitializedParameter

__all__ = [
    *modules.__all__, "Buffer", "Parameter", "UninitializedBuffer", "UninitializedParameter", "functional", "init",
    "modules", "utils",
]  # fmt: skip


def __getattr__(name: str) -> object:
    """Says which of torch's names is missing."""
    from .._core.missing import missing_name

    raise missing_name(__name__, name, __all__)
