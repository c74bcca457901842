"""NumPy's floating-point warnings, kept from users: torch gives inf and nan without a word."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

# A filter costs the fast paths nothing, where `np.errstate` costs 1.9 us and NumPy's own context variable
# 0.2 us a call. It matches on the module whose frame called NumPy, so user code keeps its warnings. Where a
# user turns warnings into errors in front of it, the fast paths fall back to the general one, which is quiet.
warnings.filterwarnings("ignore", category=RuntimeWarning, module=r"rushlight(\.|$)")

try:
    from numpy._core.umath import _extobj_contextvar, _make_extobj

    _QUIET = _make_extobj(all="ignore")
except ImportError:  # private names: another NumPy may lack them
    _extobj_contextvar = None  # type: ignore[misc, assignment]  # final where NumPy has it


def quiet(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Calls `function` with NumPy's floating-point checks off."""
    if _extobj_contextvar is None:
        with np.errstate(all="ignore"):
            return function(*args, **kwargs)
    token = _extobj_contextvar.set(_QUIET)
    try:
        return function(*args, **kwargs)
    finally:
        _extobj_contextvar.reset(token)
