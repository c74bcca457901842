"""The namespace ``torch.utils``: tools around tensors, each loaded when it is first used."""

from importlib import import_module

_ON_DEMAND = ("checkpoint", "data", "dlpack", "tensorboard")


def __getattr__(name: str) -> object:
    """Loads a tool on first use."""
    if name in _ON_DEMAND:
        return import_module(f"{__name__}.{name}")
    from .._core.missing import missing_name

    raise missing_name(__name__, name, _ON_DEMAND)


def __dir__() -> list[str]:
    return sorted({*globals(), *_ON_DEMAND})
