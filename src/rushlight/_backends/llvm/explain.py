"""Kernels in words: the expression, the loops around it, LLVM's text."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from . import kernels
from .layout import CONTIGUOUS, UNIFORM
from .machine import assemble
from .threads import crew


@contextmanager
def watching() -> Iterator[list[int]]:
    """The addresses of the kernels that run in the block, in their order."""
    before = crew.watched
    noted: list[int] = []
    crew.watched = noted
    try:
        yield noted
    finally:
        crew.watched = before


def describe(address: int, assembly: bool = False) -> str:
    """A kernel's expression, loop nest and LLVM's text.

    Args:
        address: where it begins.
        assembly: whether its instructions are wanted too.
    """
    key, text = kernels.source(address)
    head, _, program = key.partition("\n")
    parts = [f"kernel: {head}"]
    if program:
        parts.append("expression:\n" + _indented(program))
    parts.append("loops:\n" + _indented(loops(head, program)))
    parts.append("LLVM:\n" + text.strip())
    if assembly:
        parts.append("assembly:\n" + assemble(text, kernels.host(), explain=True).assembly.strip())
    return "\n\n".join(parts) + "\n"


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())


def loops(head: str, program: str) -> str:
    """The loop nest of a kernel, from the first line of its key."""
    form = head.split(" ")[0]
    if form != "elementwise":
        return _OTHER_LOOPS.get(form, "see the function that writes it: write_" + form)
    _, classes, outer, streaming = head.split(" ")
    lines = ["for unit in units:                 # shared by the threads"]
    indent = "    "
    for level in range(int(outer)):
        lines.append(f"{indent}i{level} = ...                      # outer loop {level}, counted by the unit")
    lines.append(f"{indent}for i in vectors of the unit:   # the last, partial one on a copy in the stack frame")
    reads = [line.split(" = ")[0] for line in program.splitlines() if " = read " in line]
    for name, letter in zip(reads, classes, strict=False):
        how = {CONTIGUOUS: "side by side", UNIFORM: "one for all, read before the loop"}.get(letter, "with gaps")
        lines.append(f"{indent * 2}{name} = load                  # {how}")
    lines.append(f"{indent * 2}result = expression")
    lines.append(f"{indent * 2}store result" + ("                # past the caches" if streaming == "True" else ""))
    return "\n".join(lines)


_OTHER_LOOPS = {
    "rows": (
        "for row in rows:                   # shared by the threads\n"
        "    for every pass:                # in the caches after the first\n"
        "        for i in vectors of the row:\n"
        "            load, compute, combine or store"
    ),
    "columns": (
        "for tile, block in units:          # shared by the threads\n"
        "    for row in rows of the block:\n"
        "        for v in vectors of the tile:\n"
        "            state[v] = combine(state[v], expression)\n"
        "    store state"
    ),
    "transposing": (
        "for strip in strips:               # shared by the threads\n"
        "    for tile in strip:\n"
        "        load a vector of every column; turn in registers; store a vector of every row"
    ),
}
