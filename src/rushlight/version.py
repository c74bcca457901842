"""``torch.version``: versions of rushlight and of the GPU libraries it was built with, of which there are none."""

from __future__ import annotations

from ._version import __version__

__all__ = ["__version__", "cuda", "debug", "hip", "xpu"]

cuda: str | None = None
hip: str | None = None
xpu: str | None = None
debug = False
