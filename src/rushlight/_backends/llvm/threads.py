"""Threads for kernels: as many as asked for, started when there is first something to share.

`run` hands a kernel over in 1 to 3 µs while the workers are awake and in 5 µs when they sleep (measured by
``benchmarks/large.py``). They are made by the operating system (`system_threads.py`), without Python's knowledge; after
a fork the child, which has none of them, starts its own.
"""

from __future__ import annotations

import ctypes
import mmap
import os
import threading
from collections.abc import Callable
from typing import Any

from .addresses import THREADS_FROM
from .blas_threads import let_sleep
from .crew import MOST_THREADS, SIZE, write_crew
from .kernels import load
from .system_threads import prepare, start

UNITS_PER_THREAD = 8
"""Shares a thread takes one after the other, so that one that comes late, or is held up, has less to do."""


def _default() -> int:
    """OMP_NUM_THREADS if that is set, else the processors this process may use."""
    try:
        return max(1, int(os.environ["OMP_NUM_THREADS"]))
    except (KeyError, ValueError):
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Crew:
    """The threads of this process and the board through which they are told what to do.

    Attributes:
        wanted: how many threads kernels run on, the caller's among them.
        watched: where the addresses of kernels are noted as they run; None if nobody asks.
    """

    def __init__(self) -> None:
        self.wanted = _default()
        self._workers = 0
        self._board = 0
        self._memory: Any = None
        self._start = threading.Lock()
        self._run: Callable[..., None] | None = None
        self.watched: list[int] | None = None

    def run(self, kernel: int, words: bytes, units: int) -> None:
        """Runs a kernel, its units shared among the threads.

        Args:
            kernel: its address.
            words: what it has to know.
            units: how many units there are.
        """
        if self.watched is not None:
            self.watched.append(kernel)
        helpers = min(self.wanted, MOST_THREADS) - 1
        if self._run is None or self._workers < helpers:
            self._hire(helpers)
        assert self._run is not None
        helpers = min(helpers, self._workers)
        grain = units // (UNITS_PER_THREAD * (helpers + 1)) or 1
        self._run(self._board, kernel, words, units, grain, helpers)

    def share(self, kernel: int, words: bytes, units: int, size: int) -> None:
        """Runs a kernel, on all threads if it has enough elements to be worth waking them.

        Args:
            kernel, words, units: as for `run`.
            size: how many elements there are.
        """
        if size >= THREADS_FROM and self.wanted > 1:
            self.run(kernel, words, units)
        else:
            self.run_alone(kernel, words, units)

    def run_alone(self, kernel: int, words: bytes, units: int) -> None:
        """Runs a kernel on the caller's thread, for what is too small to be shared."""
        if self.watched is not None:
            self.watched.append(kernel)
        if self._run is None:
            self._hire(0)
        assert self._run is not None
        self._run(self._board, kernel, words, units, units, 0)

    def _hire(self, helpers: int) -> None:
        """Starts threads until there are as many as asked for."""
        with self._start:
            loaded = load("crew", write_crew)
            if self._memory is None:
                self._memory = mmap.mmap(-1, SIZE)
                board = ctypes.addressof(ctypes.c_char.from_buffer(self._memory))
                prepare(board)
                self._board = board
                types = (ctypes.c_void_p, ctypes.c_void_p, ctypes.c_char_p, *[ctypes.c_int64] * 3)
                self._run = ctypes.CFUNCTYPE(None, *types)(loaded.address["run"])
            if helpers:
                let_sleep()
            while self._workers < helpers:
                if not start(loaded.address["worker"], self._board):
                    self.wanted = self._workers + 1
                    return
                self._workers += 1

    def forget(self) -> None:
        """Starts anew in a child process, where the threads are not."""
        self.__dict__.update(Crew().__dict__ | {"wanted": self.wanted})


crew = Crew()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=crew.forget)
