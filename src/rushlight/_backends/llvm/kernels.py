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

_loaded: dict[str, Loaded] = {}
_lock = threading.Lock()


def load(key: str, write: Callable[[Host], str]) -> Loaded:
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
