"""``torch.cuda`` on a machine that has none: programs ask whether there is a GPU, and are told that there is not.

What torch built for the CPU answers quietly (``is_available``, ``manual_seed_all``, ``empty_cache``) is answered here
as well; what needs a GPU raises its error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NoReturn

from ._core.devices import no_cuda

__all__ = [
    "current_device",
    "current_stream",
    "device",
    "device_count",
    "empty_cache",
    "get_arch_list",
    "get_device_capability",
    "get_device_name",
    "get_device_properties",
    "get_rng_state",
    "get_rng_state_all",
    "init",
    "initial_seed",
    "ipc_collect",
    "is_available",
    "is_bf16_supported",
    "is_initialized",
    "is_tf32_supported",
    "manual_seed",
    "manual_seed_all",
    "max_memory_allocated",
    "max_memory_reserved",
    "mem_get_info",
    "memory_allocated",
    "memory_reserved",
    "memory_summary",
    "reset_peak_memory_stats",
    "seed",
    "seed_all",
    "set_device",
    "set_rng_state",
    "set_rng_state_all",
    "stream",
    "synchronize",
]


def is_available() -> bool:
    """Whether tensors can live on an Nvidia GPU: never.

    Example::

        >>> "cuda" if torch.cuda.is_available() else "cpu"
        'cpu'
    """
    return False


def is_initialized() -> bool:
    """Whether CUDA has been started: never."""
    return False


def is_bf16_supported(including_emulation: bool = True) -> bool:
    """Whether the GPU computes with bfloat16: there is none."""
    return False


def is_tf32_supported() -> bool:
    """Whether the GPU computes with 19-bit floats: there is none."""
    return False


def device_count() -> int:
    """The number of GPUs: 0."""
    return 0


def get_arch_list() -> list[str]:
    """The kinds of GPU that there is code for: none."""
    return []


def manual_seed(seed: int) -> None:
    """Would start the GPU's random numbers; without one there is nothing to start, as in torch."""
    int(seed)


def manual_seed_all(seed: int) -> None:
    """Would start all GPUs' random numbers; without one there is nothing to start, as in torch."""
    int(seed)


def seed() -> None:
    """Would start the GPU's random numbers anew; there is none."""


def seed_all() -> None:
    """Would start all GPUs' random numbers anew; there are none."""


def get_rng_state_all() -> list[Any]:
    """The states of all GPUs' generators: none."""
    return []


def set_rng_state_all(new_states: Iterable[Any]) -> None:
    """Sets the states of all GPUs' generators.

    Raises:
        AssertionError: there is a state to set, and no GPU.
    """
    for _ in new_states:
        raise no_cuda()


def empty_cache() -> None:
    """Would give the GPU's unused memory back; there is none."""


def memory_allocated(device: Any = None) -> int:
    """Bytes of the GPU that tensors take: 0."""
    return 0


def max_memory_allocated(device: Any = None) -> int:
    """The most bytes of the GPU that tensors took: 0."""
    return 0


def memory_reserved(device: Any = None) -> int:
    """Bytes of the GPU that are held: 0."""
    return 0


def max_memory_reserved(device: Any = None) -> int:
    """The most bytes of the GPU that were held: 0."""
    return 0


def _absent(name: str, purpose: str) -> Callable[..., NoReturn]:
    """A function that needs a GPU."""

    def function(*args: Any, **kwargs: Any) -> NoReturn:
        raise no_cuda()

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"{purpose}.\n\nRaises:\n    AssertionError: there is no GPU."
    return function


current_device = _absent("current_device", "The number of the GPU in use")
current_stream = _absent("current_stream", "The GPU's queue of work")
get_device_capability = _absent("get_device_capability", "The GPU's compute capability")
get_device_name = _absent("get_device_name", "The GPU's name")
get_device_properties = _absent("get_device_properties", "The GPU's properties")
get_rng_state = _absent("get_rng_state", "The state of the GPU's generator")
init = _absent("init", "Starts CUDA")
initial_seed = _absent("initial_seed", "The seed of the GPU's generator")
ipc_collect = _absent("ipc_collect", "Gives back memory that other processes have released")
mem_get_info = _absent("mem_get_info", "Free and total memory of the GPU")
memory_summary = _absent("memory_summary", "A table of the GPU's memory")
reset_peak_memory_stats = _absent("reset_peak_memory_stats", "Starts measuring the most memory anew")
set_device = _absent("set_device", "Chooses a GPU")
set_rng_state = _absent("set_rng_state", "Sets the state of the GPU's generator")
synchronize = _absent("synchronize", "Waits for the GPU")


class _NoChange:
    """A context without effect: there is no GPU, and no queue, to switch to."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, *raised: object) -> None:
        return None


class device(_NoChange):
    """Would choose a GPU for a block of code; without one the block runs as it is, as in torch.

    Args:
        device: a device, or the number of a GPU.
    """

    def __init__(self, device: Any) -> None:
        self.idx = device if isinstance(device, int) else -1


class stream(_NoChange):
    """Would choose a queue of the GPU for a block of code; without one the block runs as it is, as in torch.

    Args:
        stream: a queue, or None.
    """

    def __init__(self, stream: Any) -> None:
        self.stream = stream
