"""Kernels by key: loaded in this process, kept on disk by an earlier one, or compiled now."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from functools import cache
from importlib.machinery import PathFinder
from typing import Any

from .. import llvm
from .cache import Folder, compiler_stamp
from .host import Host, this_host
from .image import Loaded

Writer = Callable[[Host], str]

_loaded: dict[str, Any] = {}
_sources: dict[int, tuple[str, Writer]] = {}
_lock = threading.Lock()


def _unlock() -> None:
    """A child process has a lock of its own: the thread that may hold this one is not there."""
    global _lock
    _lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_unlock)


def load(key: str, write: Writer) -> Any:
    """A kernel in memory.

    Args:
        key: what it is: equal keys mean equal code on one host.
        write: gives LLVM's text for a host, if that is needed.

    Returns:
        What has its functions' addresses by name: an `image.Loaded` or `engine.Loaded`.

    Raises:
        ImportError: llvmlite is not installed.
        Unsupported: there are no instructions for it.
    """
    found = _loaded.get(key)
    if found is not None:
        return found
    with _lock:
        if key not in _loaded:
            host, folder = _place()
            image = folder.get(key)
            if image is None:
                image = llvm.machine.assemble(write(host), host).image
                folder.put(key, image)
            _loaded[key] = Loaded(image) if host.links else llvm.engine.Loaded(image, host)
            for address in _loaded[key].address.values():
                _sources[address] = (key, write)
        return _loaded[key]


@cache
def _place() -> tuple[Host, Folder]:
    """The host, and the folder of its kernels."""
    stamp = f"{_llvm_stamp()} {compiler_stamp()}"
    host = this_host(stamp)
    return host, Folder(f"{stamp} {host}")


def _llvm_stamp() -> str:
    """The release of llvmlite and the size of the LLVM in it, read from its files: asking it would load LLVM.

    Raises:
        ImportError: llvmlite is not installed.
    """
    found = PathFinder.find_spec("llvmlite")
    if found is None or found.origin is None:
        raise ImportError("llvmlite is not installed")
    folder = os.path.dirname(found.origin)
    with open(os.path.join(folder, "_version.py"), encoding="utf-8") as stream:
        release = stream.read()
    entries = sorted(os.scandir(os.path.join(folder, "binding")), key=lambda entry: entry.name)
    libraries = (entry for entry in entries if entry.name.endswith((".so", ".dylib", ".dll")))
    return f"{release} {' '.join(f'{entry.name} {entry.stat().st_size}' for entry in libraries)}"


def host() -> Host:
    """The processor that kernels are compiled for."""
    return _place()[0]


def source(address: int, other: Host | None = None) -> tuple[str, str]:
    """The key and LLVM's text of the kernel that begins at an address, for this processor or another."""
    key, write = _sources[address]
    return key, write(other or host())


def addresses() -> list[int]:
    """Where the kernels of this process begin."""
    return list(_sources)
