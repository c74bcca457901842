"""BLAS's own threads, told to sleep soon after a matrix product.

NumPy's OpenBLAS lets them look for work for 2**26 cycles, some 25 ms, in which they take the processors from the
threads of kernels: a step of a small CNN takes 36 ms instead of 50 where they sleep earlier, and matrix products
themselves as long as before (2 cores, Zen 4). OpenBLAS reads how long from the environment when it is loaded. It can be
asked to read again; the threads that it then starts have the new time.
"""

from __future__ import annotations

import ctypes
import os
import threading
from contextlib import suppress

VARIABLE = "OPENBLAS_THREAD_TIMEOUT"
"""The logarithm of the cycles for which OpenBLAS's threads look for work. What the user has set, stays."""

LOOKING = 20
"""0.4 ms: longer than Python takes from one product of a small network to the next. With 2**16 cycles, after which they
have to be woken for each, a step of an LSTM takes 4.2 ms, not 3.1, and one of a small MLP 1.1, not 0.7; a step of a
small CNN is no slower than with those."""

_done = False


def let_sleep() -> None:
    """Shortens the time for OpenBLAS's threads, once, where there is an OpenBLAS that can; else does nothing."""
    global _done
    if _done or VARIABLE in os.environ or threading.active_count() > 1:  # another thread may be in a product
        return
    _done = True
    with suppress(OSError, AttributeError):
        for path in _loaded():
            library = ctypes.CDLL(path)
            read, stop = library.openblas_read_env, library.blas_thread_shutdown_
            os.environ[VARIABLE] = str(LOOKING)
            try:
                read()
            finally:
                del os.environ[VARIABLE]
            stop()  # as before a fork: the next product starts them again


def _loaded() -> set[str]:
    """The files of the OpenBLAS libraries in this process, where the system tells (Linux)."""
    with open("/proc/self/maps", encoding="utf-8") as lines:
        return {line.split(maxsplit=5)[-1].strip() for line in lines if "openblas" in line}
