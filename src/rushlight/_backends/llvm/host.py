"""The processor that kernels are compiled for."""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from typing import NamedTuple

from .cache import base_folder


class Host(NamedTuple):
    """A processor.

    Attributes:
        triple: LLVM's name of architecture and object format.
        name: LLVM's name of the model, ``"znver4"``.
        features: what it can do, in LLVM's notation.
    """

    triple: str
    name: str
    features: str

    @property
    def vector_bits(self) -> int:
        """The width of its widest vectors."""
        if "+avx512f" in self.features and "+avx512vl" in self.features:
            return 512
        return 256 if "+avx2" in self.features else 128

    @property
    def fused(self) -> bool:
        """Whether it multiplies and adds in one step, rounding once."""
        return "+fma" in self.features or self.triple.startswith("aarch64")

    @property
    def scales(self) -> bool:
        """Whether one instruction multiplies by powers of two, and one comes near to reciprocals."""
        return self.vector_bits == 512 and self.triple.startswith("x86_64")


def this_host(stamp: str) -> Host:
    """The processor this runs on.

    LLVM knows it, but loading LLVM takes 70 ms, which a process whose kernels are all on disk shall not spend. So the
    answer is kept beside them, under what Linux says of the processor.

    Args:
        stamp: what else the answer depends on, LLVM's version.

    Raises:
        ImportError: llvmlite has to be asked and is not installed.
    """
    file = _note(stamp)
    if file is not None:
        with suppress(OSError, ValueError), open(file, encoding="utf-8") as stream:
            triple, name, features = stream.read().split("\n")
            return Host(triple, name, features)
    found = _ask()
    if file is not None:
        with suppress(OSError):
            os.makedirs(os.path.dirname(file), exist_ok=True)
            with open(file, "w", encoding="utf-8") as stream:
                stream.write("\n".join(found))
    return found


def _note(stamp: str) -> str | None:
    """The file that the answer is kept in; None where nothing tells one processor from another."""
    base = base_folder()
    facts = ("vendor_id", "cpu family", "model", "stepping", "flags")
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as stream:
            first = stream.read().partition("\n\n")[0]
    except OSError:
        return None
    lines = [line for line in first.splitlines() if line.startswith(facts)]
    if base is None or len(lines) < len(facts):
        return None
    return os.path.join(base, "hosts", hashlib.sha256("\n".join([stamp, *lines]).encode()).hexdigest()[:24])


def _ask() -> Host:
    """The processor by LLVM's own names."""
    import llvmlite.binding as llvm

    architecture = llvm.get_default_triple().partition("-")[0].replace("arm64", "aarch64")
    features = llvm.get_host_cpu_features().flatten()
    return Host(f"{architecture}-unknown-linux-gnu", llvm.get_host_cpu_name(), features)
