"""``torch.backends``: which libraries and devices there are, and the switches that programs set on them.

NumPy and rushlight's own compiler do all work, so the switches of libraries that are not there can be set, as in a
torch that was built without them, and change nothing.
"""

from __future__ import annotations

from . import cpu, cuda, cudnn, mkl, mkldnn, mps, openmp

__all__ = ["cpu", "cuda", "cudnn", "mkl", "mkldnn", "mps", "openmp"]
