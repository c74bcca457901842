"""``torch.random``: the default generator's seed and state."""

from __future__ import annotations

import contextlib
from collections.abc import Generator as Yields, Iterable
from typing import Any

from ._core.devices import device as Device
from ._core.generator import Generator, default_generator
from .tensor import Tensor

__all__ = [
    "fork_rng",
    "get_rng_state",
    "initial_seed",
    "manual_seed",
    "seed",
    "set_rng_state",
    "thread_safe_generator",
]


def manual_seed(seed: Any) -> Generator:
    """Starts the default generator's stream that belongs to `seed`.

    Args:
        seed: an int from -2**63 to 2**64 - 1, or what ``int()`` makes one of.

    Returns:
        The default generator.

    Raises:
        ValueError: `seed` does not fit into 64 bits.

    Example::

        >>> torch.manual_seed(0)
        <torch._C.Generator object at 0x...>
        >>> torch.rand(2)
        tensor([0.4963, 0.7682])
    """
    return default_generator.manual_seed(int(seed))


def seed() -> int:
    """Seeds the default generator from the operating system's entropy and returns the seed.

    Example::

        >>> torch.seed() == torch.initial_seed()
        True
    """
    return default_generator.seed()


def initial_seed() -> int:
    """The seed that the default generator's stream began with.

    Example::

        >>> _ = torch.manual_seed(7)
        >>> torch.initial_seed()
        7
    """
    return default_generator.initial_seed()


def get_rng_state() -> Tensor:
    """The whole state of the default generator, as a tensor of bytes.

    Example::

        >>> torch.get_rng_state().shape
        torch.Size([5056])
    """
    return default_generator.get_state()


def set_rng_state(new_state: Tensor) -> None:
    """Lets the default generator go on from a state that `get_rng_state`, or torch, has returned.

    Args:
        new_state: a tensor of 5056 bytes.

    Raises:
        TypeError: it is no tensor of bytes.
        RuntimeError: the bytes are too few or too many, or no state of a generator.

    Example::

        >>> state = torch.get_rng_state()
        >>> first = torch.rand(2)
        >>> torch.set_rng_state(state)
        >>> torch.equal(torch.rand(2), first)
        True
    """
    default_generator.set_state(new_state)


@contextlib.contextmanager
def fork_rng(
    devices: Iterable[Any] | None = None,
    enabled: bool = True,
    _caller: str = "fork_rng",
    _devices_kw: str = "devices",
    device_type: str | None = None,
) -> Yields[None]:
    """Puts the default generator back, after the ``with`` block, to the state that it had before.

    Args:
        devices: other devices whose generators are put back; rushlight has none.
        enabled: whether anything is done at all.
        device_type: the type of those devices.

    Raises:
        RuntimeError: `device_type` is not one that torch knows, or `devices` names one that is not there.

    Example::

        >>> with torch.random.fork_rng():
        ...     inside = torch.rand(1)
        >>> torch.equal(torch.rand(1), inside)
        True
    """
    kind = Device(device_type or "cuda").type
    if not enabled:
        yield
        return
    missing = [
        place for place in devices or () if not (isinstance(place, (str, Device)) and Device(place).type == "cpu")
    ]
    if missing:
        raise RuntimeError(f"rushlight has no random numbers on '{kind}': its generators run on the CPU")
    state = default_generator.get_state_array()
    try:
        yield
    finally:
        default_generator.set_state_array(state)


def thread_safe_generator() -> Generator | None:
    """The generator of the current thread of a data loader; None, for rushlight's loaders work in the calling thread.

    Example::

        >>> torch.random.thread_safe_generator() is None
        True
    """
    return None


def __getattr__(name: str) -> object:
    """Says which of torch's names is missing."""
    if name == "__path__":  # asked for by `from .random import ...`, which goes on without it
        raise AttributeError(name)
    from ._core.missing import missing_name

    raise missing_name(__name__, name, __all__)
