"""Threads of the operating system, and what they sleep on: pthreads, or Windows' own."""

from __future__ import annotations

import ctypes
import sys
from typing import Any

from .crew import CONDITION, LOCK, MUTEX, UNLOCK, WAIT, WAKE

_POSIX = {
    LOCK: "pthread_mutex_lock", UNLOCK: "pthread_mutex_unlock",
    WAIT: "pthread_cond_wait", WAKE: "pthread_cond_broadcast",
}  # fmt: skip
_WINDOWS = {
    LOCK: "AcquireSRWLockExclusive", UNLOCK: "ReleaseSRWLockExclusive",
    WAIT: "SleepConditionVariableSRW", WAKE: "WakeAllConditionVariable",
}  # fmt: skip

_BLOCK, _SET = (0, 2) if sys.platform.startswith("linux") else (1, 3)
"""SIG_BLOCK and SIG_SETMASK. Python's `signal` has them too, and takes 1.3 ms to import."""


def prepare(board: int) -> None:
    """Makes the mutex and the condition of a board, and notes where the system's functions are.

    Args:
        board: its address; all of it is 0, which is how Windows' locks and conditions begin.
    """
    process = _system()
    names = _WINDOWS
    if sys.platform != "win32":
        names = _POSIX
        process.pthread_mutex_init(ctypes.c_void_p(board + MUTEX), None)
        process.pthread_cond_init(ctypes.c_void_p(board + CONDITION), None)
    for offset, name in names.items():
        function = ctypes.cast(getattr(process, name), ctypes.c_void_p).value
        ctypes.c_uint64.from_address(board + offset).value = function or 0


def start(worker: int, board: int) -> bool:
    """Starts a thread; gives whether there is one.

    Args:
        worker: the address of its code.
        board: what that is given.
    """
    return _start_on_windows(worker, board) if sys.platform == "win32" else _start(worker, board)


def _system() -> Any:
    """The library with the operating system's functions."""
    return ctypes.CDLL("kernel32" if sys.platform == "win32" else None)


def _start(worker: int, board: int) -> bool:
    """A thread that gets no signals: those are for Python's."""
    system = _system()
    identity = ctypes.c_uint64()
    every, before = ctypes.create_string_buffer(256), ctypes.create_string_buffer(256)  # Linux' sets take 128 bytes
    system.sigfillset(every)
    system.pthread_sigmask(_BLOCK, every, before)
    failed = system.pthread_create(ctypes.byref(identity), None, ctypes.c_void_p(worker), ctypes.c_void_p(board))
    system.pthread_sigmask(_SET, before, None)
    return not failed


def _start_on_windows(worker: int, board: int) -> bool:
    """On 64-bit Windows all functions take their arguments in one way, so what pthreads run CreateThread runs too."""
    system = _system()
    system.CreateThread.restype = ctypes.c_void_p
    handle = system.CreateThread(None, ctypes.c_size_t(0), ctypes.c_void_p(worker), ctypes.c_void_p(board), 0, None)
    if handle:
        system.CloseHandle(ctypes.c_void_p(handle))  # the handle, not the thread
    return bool(handle)
