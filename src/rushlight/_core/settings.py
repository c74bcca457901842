"""Settings of the process that torch has and rushlight meets without doing anything: it is deterministic and exact."""

from __future__ import annotations

from typing import Literal

from .names import type_name
from .warn import warn


class _Settings:
    """What was asked for.

    Attributes:
        debug_mode: 0, 1 or 2: nothing, a warning or an error where an operator were not deterministic; none is not.
        precision: how exact matrix products in float32 may be; they always are as exact as ``"highest"`` says.
    """

    debug_mode = 0
    precision = "highest"


_settings = _Settings()
_MODES = ("default", "warn", "error")


def use_deterministic_algorithms(mode: bool, *, warn_only: bool = False) -> None:
    """Asks for operators that give the same results every time, which rushlight's do.

    Args:
        mode: whether to ask.
        warn_only: whether torch is to warn only, where it has no such operator.

    Example::

        >>> torch.use_deterministic_algorithms(True)
        >>> torch.are_deterministic_algorithms_enabled()
        True
        >>> torch.use_deterministic_algorithms(False)
    """
    if not isinstance(mode, bool):
        raise TypeError(
            f"_set_deterministic_algorithms(): argument 'mode' (position 1) must be bool, not {type_name(mode)}"
        )
    _settings.debug_mode = (1 if warn_only else 2) if mode else 0


def are_deterministic_algorithms_enabled() -> bool:
    """Whether deterministic operators were asked for."""
    return _settings.debug_mode > 0


def is_deterministic_algorithms_warn_only_enabled() -> bool:
    """Whether deterministic operators were asked for with ``warn_only=True``."""
    return _settings.debug_mode == 1


def set_deterministic_debug_mode(debug_mode: int | Literal["default", "warn", "error"]) -> None:
    """`use_deterministic_algorithms` by a number or a name.

    Args:
        debug_mode: 0 or ``"default"``, 1 or ``"warn"``, 2 or ``"error"``.

    Raises:
        RuntimeError: it is none of them.
    """
    if isinstance(debug_mode, str):
        if debug_mode not in _MODES:
            raise RuntimeError(
                f"invalid value of debug_mode, expected one of `default`, `warn`, `error`, but got {debug_mode}"
            )
        debug_mode = _MODES.index(debug_mode)
    if debug_mode not in (0, 1, 2):
        raise RuntimeError(f"invalid value of debug_mode, expected 0, 1, or 2, but got {debug_mode}")
    _settings.debug_mode = debug_mode


def get_deterministic_debug_mode() -> int:
    """What `set_deterministic_debug_mode` has set: 0, 1 or 2."""
    return _settings.debug_mode


def set_float32_matmul_precision(precision: Literal["highest", "high", "medium"]) -> None:
    """Says how exact matrix products in float32 need to be; rushlight's always are as ``"highest"`` asks.

    Args:
        precision: ``"highest"``, ``"high"`` or ``"medium"``.
    """
    if precision not in ("highest", "high", "medium"):
        warn(
            f"{precision} is not one of 'highest', 'high', or 'medium'; the currentsetFloat32MatmulPrecision call has "
            "no effect."
        )
        return
    _settings.precision = precision


def get_float32_matmul_precision() -> str:
    """What `set_float32_matmul_precision` has set.

    Example::

        >>> torch.get_float32_matmul_precision()
        'highest'
    """
    return _settings.precision


def set_flush_denormal(mode: bool) -> bool:
    """Whether numbers too small for full precision can be taken for zero: they cannot.

    Args:
        mode: whether to ask for it.

    Returns:
        False: the processor goes on as before.
    """
    return False
