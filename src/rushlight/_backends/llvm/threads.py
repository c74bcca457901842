"""Threads for kernels: as many as asked for, started when there is first something to share.

`run` hands a kernel over in 1 to 3 µs while the workers are awake and in 5 µs when they sleep (measured by
``benchmarks/large.py``). They are made with pthreads, without Python's knowledge; after a fork the child, which
has none of them, starts its own.
"""

from __future__ import annotations

import ctypes
import mmap
import os
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any

from .crew import CONDITION, LOCK, MUTEX, SIZE, UNLOCK, WAIT, WAKE, write_crew
from .kernels import load

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
        helpers = self.wanted - 1
        if self._run is None or self._workers < helpers:
            self._hire(helpers)
        assert self._run is not None
        grain = units // (UNITS_PER_THREAD * (helpers + 1)) or 1
        self._run(self._board, kernel, words, units, grain, min(helpers, self._workers))

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
                if sys.platform != "win32":
                    _prepare(board)
                self._board = board
                types = (ctypes.c_void_p, ctypes.c_void_p, ctypes.c_char_p, *[ctypes.c_int64] * 3)
                self._run = ctypes.CFUNCTYPE(None, *types)(loaded.address["run"])
            while self._workers < helpers:
                if not _start_thread(loaded.address["worker"], self._board):
                    self.wanted = self._workers + 1
                    return
                self._workers += 1

    def forget(self) -> None:
        """Starts anew in a child process, where the threads are not."""
        self.__dict__.update(Crew().__dict__ | {"wanted": self.wanted})


def _prepare(board: int) -> None:
    """Makes the mutex and the condition, and notes where the system's functions are."""
    process = ctypes.CDLL(None)
    process.pthread_mutex_init(ctypes.c_void_p(board + MUTEX), None)
    process.pthread_cond_init(ctypes.c_void_p(board + CONDITION), None)
    for offset, name in ((LOCK, "mutex_lock"), (UNLOCK, "mutex_unlock"), (WAIT, "cond_wait"), (WAKE, "cond_broadcast")):
        function = ctypes.cast(getattr(process, f"pthread_{name}"), ctypes.c_void_p).value
        ctypes.c_uint64.from_address(board + offset).value = function or 0


def _start_thread(worker: int, board: int) -> bool:
    """Starts a thread that gets no signals: those are for Python's."""
    process = ctypes.CDLL(None)
    identity = ctypes.c_uint64()
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    try:
        failed = process.pthread_create(
            ctypes.byref(identity), None, ctypes.c_void_p(worker), ctypes.c_void_p(board)
        )  # fmt: skip
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
    return not failed


crew = Crew()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=crew.forget)
