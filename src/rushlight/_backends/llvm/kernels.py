"""Kernels by key: loaded in this process, kept on disk by an earlier one, or compiled now."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from functools import cache
from importlib.machinery import PathFinder

from .cache import Folder, compiler_stamp
from .host import Host, this_host
from .image import Loaded
from .machine import assemble

Writer = Callable[[Host], str]

_loaded: dict[str, Loaded] = {}
_sources: dict[int, tuple[str, Writer]] = {}
_lock = threading.Lock()


def load(key: str, write: Writer) -> Loaded:
    """A kernel in memory.

    Args:
        key: what it is: equal keys mean equal code on one host.
        write: gives LLVM's text for a host, if that is needed.

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
                image = assemble(write(host), host).image
                folder.put(key, image)
            _loaded[key] = Loaded(image)
            for address in _loaded[key].address.values():
                _sources[address] = (key, write)
        return _loaded[key]


@cache
def _place() -> tuple[Host, Folder]:
    """The host, and the folder of its kernels."""
    found = PathFinder.find_spec("llvmlite")
    if found is None or found.origin is None:
        raise ImportError("llvmlite is not installed")
    with open(os.path.join(os.path.dirname(found.origin), "_version.py"), encoding="utf-8") as stream:
        release = stream.read()
    stamp = f"{release} {compiler_stamp()}"
    host = this_host(stamp)
    return host, Folder(f"{stamp} {host}")


def host() -> Host:
    """The processor that kernels are compiled for."""
    return _place()[0]


def source(address: int) -> tuple[str, str]:
    """The key and LLVM's text of the kernel that begins at an address."""
    key, write = _sources[address]
    return key, write(host())
