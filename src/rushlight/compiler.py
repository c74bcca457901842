"""The kernel compiler, for those who want to look inside: what large tensors run in place of NumPy.

Operators on tensors of some ten thousand elements and more run in machine code made from their own declarations (see
``docs/compiler.md``). ``RUSHLIGHT_COMPILE=0`` turns that off.
"""

from __future__ import annotations

import operator
import os
import sys
from collections.abc import Callable
from typing import Any

from threadpoolctl import threadpool_limits

from ._backends import llvm
from ._backends.llvm.switch import FROM, available

__all__ = [
    "empty_cache", "explain", "get_num_interop_threads", "get_num_threads", "is_available", "set_num_interop_threads",
    "set_num_threads", "show",
]  # fmt: skip


def is_available() -> bool:
    """Whether kernels are compiled here: llvmlite is installed and ``RUSHLIGHT_COMPILE`` is not 0.

    Example::

        >>> rushlight.compiler.is_available() in (True, False)
        True
    """
    return FROM < sys.maxsize and available(llvm.kernels.host)


def explain(fn: Callable[..., Any], *tensors: Any, assembly: bool = False) -> str:
    """Runs a function and gives the kernels that ran: expression, loop nest and LLVM's text of each.

    Args:
        fn: a function of tensors.
        tensors: what it is called with.
        assembly: whether the processor's instructions are wanted too.

    Example::

        >>> rushlight.compiler.explain(lambda x: x.view(4, 2), torch.ones(8)).startswith("no kernel ran")
        True
    """
    if not is_available():
        return "no kernel ran: llvmlite is not installed, or RUSHLIGHT_COMPILE is 0\n"
    with llvm.explain.watching() as addresses:
        fn(*tensors)
    if not addresses:
        return (
            f"no kernel ran: NumPy serves tensors of less than {FROM} elements, and what the compiler does not know\n"
        )
    return "\n".join(llvm.explain.describe(address, assembly) for address in dict.fromkeys(addresses))


def show(fn: Callable[..., Any], *tensors: Any, assembly: bool = False) -> None:
    """Runs a function and prints the kernels that ran.

    Args:
        fn: a function of tensors.
        tensors: what it is called with.
        assembly: whether the processor's instructions are wanted too.

    Example::

        >>> rushlight.compiler.show(lambda x: x + 1, torch.ones(200, 200))  # doctest: +SKIP
        kernel: elementwise cuc 0 False
    """
    sys.stdout.write(explain(fn, *tensors, assembly=assembly))


def set_num_threads(count: int) -> None:
    """Sets how many threads kernels and NumPy's matrix products run on, the caller's among them.

    Args:
        count: one or more.

    Raises:
        RuntimeError: it is less than one, or no integer.

    Example::

        >>> rushlight.compiler.set_num_threads(2)
    """
    llvm.threads.crew.wanted = _positive("set_num_threads", count)
    threadpool_limits(count, "blas")


def _positive(name: str, count: Any) -> int:
    if isinstance(count, bool) or not hasattr(count, "__index__"):
        raise RuntimeError(f"{name} expects an int, but got {type(count).__name__}")
    if operator.index(count) < 1:
        raise RuntimeError(f"{name} expects a positive integer")
    return operator.index(count)


def get_num_threads() -> int:
    """How many threads kernels run on: OMP_NUM_THREADS, or the processors of this process, unless it was set.

    Example::

        >>> rushlight.compiler.get_num_threads() >= 1
        True
    """
    return int(llvm.threads.crew.wanted)


def empty_cache() -> None:
    """Returns the memory of large tensors that are gone to the operating system.

    Example::

        >>> rushlight.compiler.empty_cache()
    """
    llvm.memory.empty_cache()


_interop: list[int] = []


def set_num_interop_threads(count: int) -> None:
    """Sets how many operators may run at a time, once; rushlight keeps the number and runs one after the other.

    Args:
        count: one or more.

    Raises:
        RuntimeError: it is less than one, or no integer, or has been set before.

    Example::

        >>> torch.set_num_interop_threads(2)  # doctest: +SKIP
    """
    count = _positive("set_num_interop_threads", count)
    if _interop:
        raise RuntimeError(
            "Error: cannot set number of interop threads after parallel work has started or set_num_interop_threads "
            "called"
        )
    _interop.append(count)


def get_num_interop_threads() -> int:
    """What `set_num_interop_threads` was given; until then the number of processors.

    Example::

        >>> torch.get_num_interop_threads() >= 1
        True
    """
    return _interop[0] if _interop else os.cpu_count() or 1
