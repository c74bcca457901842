"""``torch.backends.cpu``: what the processor can do."""

from __future__ import annotations

import numpy as np


def get_cpu_capability() -> str:
    """The widest vector instructions of the processor, as NumPy finds them.

    Returns:
        ``"AVX512"``, ``"AVX2"`` or ``"DEFAULT"``.

    Example::

        >>> torch.backends.cpu.get_cpu_capability() in ("AVX512", "AVX2", "DEFAULT")
        True
    """
    found = np._core._multiarray_umath.__cpu_features__  # type: ignore[attr-defined]
    if found.get("AVX512_SKX") or found.get("X86_V4"):
        return "AVX512"
    return "AVX2" if found.get("AVX2") or found.get("X86_V3") else "DEFAULT"
