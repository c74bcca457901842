"""The optional packages that writing for TensorBoard needs."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any


def check_installed() -> None:
    """Raises if the package `tensorboard` is not there, without loading it.

    Raises:
        ModuleNotFoundError: it is not.
    """
    if find_spec("tensorboard") is None:
        error = ModuleNotFoundError("No module named 'tensorboard'", name="tensorboard")
        error.add_note("pip install 'rushlight[tensorboard]'")
        raise error


def module(name: str) -> Any:
    """A module of an optional package, loaded now.

    Raises:
        ModuleNotFoundError: it is not there; a note says what to install.
    """
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        extra = "examples" if name.startswith("matplotlib") else "tensorboard"
        error.add_note(f"pip install 'rushlight[{extra}]'")
        raise


def proto(name: str) -> Any:
    """One of TensorBoard's modules of messages, ``"summary"`` or ``"event"``."""
    return module(f"tensorboard.compat.proto.{name}_pb2")
