"""The processor that kernels are compiled for, and who brings their code into memory there."""

from __future__ import annotations

import hashlib
import os
import sys
from contextlib import suppress
from typing import NamedTuple

from .cache import base_folder


class Host(NamedTuple):
    """A processor.

    Attributes:
        triple: LLVM's name of architecture, system and object format.
        name: LLVM's name of the model, ``"znver4"``.
        features: what it can do, in LLVM's notation.
        version: of the LLVM that says so.
        links: whether `linking.py` makes code of object files; otherwise LLVM does, in every process anew.
    """

    triple: str
    name: str
    features: str
    version: str = ""
    links: bool = True

    @property
    def is_x86(self) -> bool:
        """Whether it is of Intel's and AMD's family, with 64 bits."""
        return self.triple.startswith("x86_64")

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
        """Whether one instruction multiplies by powers of two."""
        return self.vector_bits == 512 and self.is_x86


def this_host(stamp: str) -> Host:
    """The processor this runs on.

    LLVM knows it, but loading LLVM takes 70 ms, which a process whose kernels are all on disk shall not spend. So the
    answer is kept beside them, under what Linux says of the processor.

    Args:
        stamp: what else the answer depends on, LLVM's files.

    Raises:
        ImportError: llvmlite has to be asked and is not installed.
    """
    file = _note(stamp)
    if file is not None:
        with suppress(OSError, ValueError), open(file, encoding="utf-8") as stream:
            text, _, checksum = stream.read().rpartition("\n")
            if checksum == _checksum(text):
                triple, name, features, version = text.split("\n")
                return Host(triple, name, features, version)
    found = _ask()
    if file is not None and found.links:
        temporary = f"{file}.{os.getpid()}"
        with suppress(OSError):
            os.makedirs(os.path.dirname(file), exist_ok=True)
            with open(temporary, "w", encoding="utf-8") as stream:
                text = "\n".join(found[:4])
                stream.write(f"{text}\n{_checksum(text)}")
            os.replace(temporary, file)
    return found


def _checksum(text: str) -> str:
    """Code for another processor would end the process, so what is damaged must not be believed."""
    return hashlib.sha256(text.encode()).hexdigest()


_X86_FACTS = ("vendor_id", "cpu family", "model", "stepping", "flags")
_ARM_FACTS = ("CPU implementer", "CPU architecture", "CPU variant", "CPU part", "CPU revision", "Features")


def _note(stamp: str) -> str | None:
    """The file that the answer is kept in; None where nothing tells one processor from another, or LLVM is needed."""
    base = base_folder()
    if base is None or not sys.platform.startswith("linux") or _asks_for_llvm():
        return None
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as stream:
            first = stream.read().partition("\n\n")[0]
    except OSError:
        return None
    machine = os.uname().machine
    facts = _ARM_FACTS if machine == "aarch64" else _X86_FACTS
    lines = [line for line in first.splitlines() if line.startswith(facts)]
    if len(lines) < len(facts):
        return None
    digest = hashlib.sha256("\n".join([stamp, machine, *lines]).encode()).hexdigest()
    return os.path.join(base, "hosts", digest[:24])


def _asks_for_llvm() -> bool:
    return os.environ.get("RUSHLIGHT_LOADER") == "llvm"


def _ask() -> Host:
    """The processor by LLVM's own names."""
    import llvmlite.binding as llvm

    try:
        features = llvm.get_host_cpu_features().flatten()
    except RuntimeError:  # LLVM has no list for this system
        features = ""
    return described(
        llvm.get_process_triple(), sys.platform, llvm.get_host_cpu_name(), features,
        ".".join(map(str, llvm.llvm_version_info)), _asks_for_llvm(),
    )  # fmt: skip


def described(triple: str, system: str, name: str, features: str, version: str, by_llvm: bool = False) -> Host:
    """The host for what LLVM says of a processor.

    Code for `linking.py` is made in Linux's format wherever it runs: a kernel calls nothing, so all that differs
    between systems of one calling convention is how bytes become executable.

    Args:
        triple: what LLVM compiles for by default.
        system: `sys.platform`.
        name, features: of the processor.
        version: LLVM's.
        by_llvm: whether LLVM shall link in any case.
    """
    architecture, _, rest = triple.partition("-")
    architecture = architecture.replace("arm64", "aarch64")
    known = system != "win32" and (architecture == "x86_64" or (architecture == "aarch64" and system != "darwin"))
    if known and not by_llvm:
        return Host(f"{architecture}-unknown-linux-gnu", name, features, version)
    return Host(f"{architecture}-{rest}", name, features, version, links=False)
