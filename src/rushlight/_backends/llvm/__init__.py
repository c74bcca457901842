"""Kernels in machine code, made from the operators' own declarations with LLVM.

The way from a declaration to machine code, one file a step::

    expression          what happens to one element, traced from the operator's body       (_core/expression.py)
    typed.py            the same with a dtype at every node and all conversions written out
    layout.py           arrays as loops: dimensions collapsed and ordered, operands by how they are stepped through
    elementwise.py ...  the loop nest of a kernel, written with the builder
    ir.py               the builder: LLVM's text, a line an instruction, from Python operators
    functions/          exp, log, sin ... in additions and multiplications of vectors
    machine.py          LLVM's text to object code
    linking.py          object code to bytes that run at any address
    image.py            those bytes in executable memory
    engine.py           where LLVM does these two steps instead: macOS on Apple's processors, Windows
    cache.py            bytes on disk, for the next process
    kernels.py          kernels by key: in memory, on disk, or compiled now
    threads.py          threads that wait in machine code for a kernel to run
    memory.py           large buffers, used again

Nothing here is imported before the first large tensor needs it, and llvmlite only when a kernel is in no cache.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_PARTS = frozenset((
    "arrays", "attention", "channels", "convolution", "copying", "engine", "explain", "folds", "frames", "indexed",
    "kernels", "launch", "log_sums", "machine", "masks", "memory", "picking", "pooling", "resampling",
    "running_extremes", "searching", "sorting", "streams", "threads", "typed", "unsupported",
))  # fmt: skip


def __getattr__(name: str) -> Any:
    """The parts that other layers use, loaded when one is."""
    if name in _PARTS:
        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
