"""``torch.xpu``: Intel GPUs, of which rushlight uses none."""

from __future__ import annotations

__all__ = ["device_count", "is_available", "manual_seed", "manual_seed_all"]


def is_available() -> bool:
    """Whether tensors can live on an Intel GPU: never.

    Example::

        >>> torch.xpu.is_available()
        False
    """
    return False


def device_count() -> int:
    """The number of Intel GPUs: 0."""
    return 0


def manual_seed(seed: int) -> None:
    """Would start the GPU's random numbers; without one there is nothing to start, as in torch."""
    int(seed)


def manual_seed_all(seed: int) -> None:
    """Would start all GPUs' random numbers; without one there is nothing to start, as in torch."""
    int(seed)
