"""``torch.accelerator``: the device other than the processor, of which there is none."""

from __future__ import annotations

from ._core.devices import device

__all__ = ["current_accelerator", "device_count", "is_available"]


def is_available() -> bool:
    """Whether there is a device other than the processor: no.

    Example::

        >>> torch.accelerator.is_available()
        False
    """
    return False


def device_count() -> int:
    """The number of such devices: 0."""
    return 0


def current_accelerator(check_available: bool = False) -> device | None:
    """The device to prefer to the processor: None.

    Example::

        >>> torch.accelerator.current_accelerator() or torch.device("cpu")
        device(type='cpu')
    """
    return None
