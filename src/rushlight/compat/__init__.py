"""Running programs that were written for torch: `torch` as a name for rushlight, scripts and notebooks."""

from rushlight._core.missing import missing_module, missing_name
from rushlight.compat.alias import install_as_torch

__all__ = ["install_as_torch", "missing_module", "missing_name"]
