"""``torch.cpu``: the processor as a device, for programs that treat all devices alike."""

from __future__ import annotations

from typing import Any

__all__ = ["current_device", "device_count", "is_available", "is_initialized", "set_device", "synchronize"]


def is_available() -> bool:
    """Whether tensors can live in main memory: always.

    Example::

        >>> torch.cpu.is_available()
        True
    """
    return True


def is_initialized() -> bool:
    """Whether the processor has been started: always."""
    return True


def device_count() -> int:
    """The number of processors as devices: 1."""
    return 1


def current_device() -> str:
    """The device in use: ``"cpu"``."""
    return "cpu"


def set_device(device: Any) -> None:
    """Chooses a processor; there is one."""


def synchronize(device: Any = None) -> None:
    """Waits for the processor; operators have run when they return."""
