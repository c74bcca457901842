"""What code below the transforms has to know of `vmap`: that one runs, and how random numbers go with it."""

from __future__ import annotations

from typing import Any

from .._core.modes import modes


def running_vmap() -> Any:
    """The innermost `vmap` that runs in this thread; None without one."""
    for level in reversed(modes.levels):
        if getattr(level, "randomness", None) is not None:
            return level
    return None


def random_error() -> RuntimeError:
    """The error for random numbers where `vmap` was not told what to do with them."""
    error = RuntimeError(
        "vmap: called random operation while in randomness error mode. Please either use the 'same' or 'different' "
        "randomness flags on vmap or perform the randomness operation out of vmap"
    )
    error.add_note("write vmap(f, randomness='different') for other numbers in each example, or randomness='same'")
    return error


def check_random(name: str) -> None:
    """Raises where a random operator must not run inside of the `vmap` that runs.

    Args:
        name: of the operator; that of one that writes into a tensor ends with ``_``.
    """
    level = running_vmap()
    if level is None or level.randomness == "same":
        return
    if level.randomness == "error":
        raise random_error()
    if name.endswith("_"):
        raise RuntimeError(
            "vmap: Cannot ask for different inplace randomness on an unbatched tensor. This will appear like same "
            "randomness. If this is necessary for your usage, please file an issue with functorch."
        )
