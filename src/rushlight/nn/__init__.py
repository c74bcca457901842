"""Neural networks: modules, their parameters, initial values and functions."""

from . import functional, init, modules, utils
from .factory import factory_kwargs
from .modules import *  # noqa: F403 - the modules are listed once, in `modules`
from .parameter import Buffer, Parameter, UninitializedBuffer, UninitializedParameter

__all__ = [
    *modules.__all__, "Buffer", "Parameter", "UninitializedBuffer", "UninitializedParameter", "factory_kwargs",
    "functional", "init", "modules", "utils",
]  # fmt: skip


def __getattr__(name: str) -> object:
    """Loads `attention` on first use; any other name is one of torch's that is missing."""
    if name == "attention":
        from importlib import import_module

        return import_module(f"{__name__}.attention")
    from .._core.missing import missing_name

    raise missing_name(__name__, name, __all__)
