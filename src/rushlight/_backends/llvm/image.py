"""Code that runs at any address, and its way into executable memory."""

from __future__ import annotations

import ctypes
import mmap
import os
from contextlib import suppress
from typing import NamedTuple

from .unsupported import Unsupported


class Image(NamedTuple):
    """Code and constants.

    Attributes:
        code: bytes that run at every multiple of 4096 (`linking.py`), or an object file where LLVM links (`engine.py`).
        entries: where its functions begin, by name; in an object file LLVM knows.
    """

    code: bytes
    entries: dict[str, int]


class Loaded:
    """An image in executable memory, which is written once and never again.

    Attributes:
        address: where its functions begin, by name.

    Raises:
        Unsupported: the system gives no such memory.
    """

    def __init__(self, image: Image) -> None:
        self._memory = mmap.mmap(-1, len(image.code))
        self._memory.write(image.code)
        start = ctypes.addressof(ctypes.c_char.from_buffer(self._memory))
        process = ctypes.CDLL(None, use_errno=True)
        size = ctypes.c_size_t(len(image.code))
        if process.mprotect(ctypes.c_void_p(start), size, mmap.PROT_READ | mmap.PROT_EXEC):
            raise Unsupported(f"executable memory (errno {ctypes.get_errno()})")
        _refresh(start, len(image.code))
        # Threads may be in this code while Python takes its objects apart at the end of the process.
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(self._memory))
        self.address = {name: start + offset for name, offset in image.entries.items()}


def _refresh(start: int, size: int) -> None:
    """Lets the processor forget what it may have taken for instructions before, where it does not see that itself.

    Linux does the same for pages that become executable; GCC's library has what makes certain of it.
    """
    if os.uname().machine == "aarch64":
        with suppress(OSError, AttributeError):
            ctypes.CDLL("libgcc_s.so.1").__clear_cache(ctypes.c_void_p(start), ctypes.c_void_p(start + size))
