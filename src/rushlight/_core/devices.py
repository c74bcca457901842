"""Devices: where a tensor's memory is. rushlight has ``cpu`` and ``meta`` (shapes without memory)."""

from __future__ import annotations

from typing import Any

from .modes import modes

_KNOWN = ("cpu", "cuda", "ipu", "xpu", "mkldnn", "opengl", "opencl", "ideep", "hip", "ve", "fpga", "maia", "xla",
          "lazy", "vulkan", "mps", "meta", "hpu", "mtia", "privateuseone")  # fmt: skip


_MISSING: Any = object()


class device:
    """The place of a tensor's memory.

    Args:
        type: ``"cpu"``, ``"meta"`` or another device name of torch's, with an optional ``":index"``.
        index: ordinal of the device.

    Raises:
        RuntimeError: the name is not one that torch knows.

    Example::

        >>> torch.device("cpu")
        device(type='cpu')
    """

    __module__ = "rushlight"
    __slots__ = ("index", "type")

    def __init__(self, type: Any = _MISSING, index: int | None = None) -> None:
        if isinstance(type, device):
            type, index = type.type, type.index
        elif isinstance(type, int):
            raise RuntimeError("Cannot access accelerator device when none is available.")
        elif not isinstance(type, str):
            given = "" if type is _MISSING else type.__class__.__name__
            raise TypeError(
                f"device() received an invalid combination of arguments - got ({given}), but expected one of:"
            )
        name, colon, ordinal = type.partition(":")
        if not name.replace("_", "a").isalpha() or (colon and not (ordinal == "0" or _is_ordinal(ordinal))):
            raise RuntimeError(f"Invalid device string: '{type}'")
        if name not in _KNOWN:
            raise RuntimeError(f"Expected one of {', '.join(_KNOWN)} device type at start of device string: {name}")
        if colon:
            index = int(ordinal)
        self.type: str = name
        self.index: int | None = index

    def __repr__(self) -> str:
        return (
            f"device(type='{self.type}')" if self.index is None else f"device(type='{self.type}', index={self.index})"
        )

    def __str__(self) -> str:
        return self.type if self.index is None else f"{self.type}:{self.index}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, device) and self.type == other.type and self.index == other.index

    def __hash__(self) -> int:
        return hash((self.type, self.index))

    def __reduce__(self) -> tuple[Any, ...]:
        return device, (str(self),)

    def __enter__(self) -> device:
        """Makes this the default device until the block is left."""
        modes.devices = (*modes.devices, modes.device)
        place = as_device(self)
        modes.device = None if place is CPU else place
        return self

    def __exit__(self, *exception: Any) -> None:
        *rest, modes.device = modes.devices
        modes.devices = tuple(rest)


def _is_ordinal(text: str) -> bool:
    return text.isdigit() and text[0] != "0"


CPU = device("cpu")
META = device("meta")


def as_device(value: Any) -> device:
    """The supported device that an argument ``device=`` names.

    Raises:
        AssertionError: a CUDA device, with torch's text of a build without CUDA.
        NotImplementedError: any other device that rushlight has no memory on.
    """
    if value is None or value is CPU:
        return CPU
    found = value if isinstance(value, device) else device(value)
    if found.type == "cpu":
        return CPU
    if found.type == "meta":
        return META
    if found.type == "cuda":
        raise no_cuda()
    raise NotImplementedError(f"rushlight has no device '{found.type}': tensors live on 'cpu' or 'meta'")


def no_cuda() -> AssertionError:
    """The error of everything that needs an Nvidia GPU."""
    error = AssertionError("Torch not compiled with CUDA enabled")
    error.add_note("rushlight computes on the CPU; choose by: 'cuda' if torch.cuda.is_available() else 'cpu'")
    return error


def get_default_device() -> device:
    """The device that factory functions put their results on.

    Example::

        >>> torch.get_default_device()
        device(type='cpu')
    """
    return CPU if modes.device is None else modes.device


def set_default_device(device: Any) -> None:
    """Sets the device that factory functions of this thread put their results on.

    Args:
        device: ``"cpu"`` or ``"meta"``; None for ``"cpu"``.

    Example::

        >>> torch.set_default_device("meta")
        >>> torch.zeros(2)
        tensor(..., device='meta', size=(2,))
        >>> torch.set_default_device(None)
    """
    found = as_device(device)
    modes.device = None if found is CPU else found
