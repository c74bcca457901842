"""Object code as bytes that run at any address, and their way into executable memory.

LLVM hands over an object file (ELF): sections of code and constants, and a list of places where the code names the
address of a constant, relative to the place itself. Laid out one after the other the sections keep their distances,
so these places are filled in once, and the result is a plain run of bytes that a later process copies from the disk
and runs: no LLVM, no linker. A name from outside would need one; kernels have none.
"""

from __future__ import annotations

import ctypes
import mmap
import struct
import sys
from typing import NamedTuple

from .unsupported import Unsupported


class Image(NamedTuple):
    """Code and constants.

    Attributes:
        code: the bytes; they have to lie at a multiple of 4096.
        entries: where its functions begin, by name.
    """

    code: bytes
    entries: dict[str, int]


class _Section(NamedTuple):
    kind: int
    flags: int
    offset: int
    size: int
    link: int
    info: int
    align: int
    entry_size: int


_SYMBOLS, _RELOCATIONS, _NO_BITS = 2, 4, 8  # kinds of sections
_IN_MEMORY, _WRITABLE = 2, 1  # flags of sections
_PC32, _PLT32 = 2, 4  # "the distance from here", the only relocations of code without names from outside
_X86_64 = 62


def link(data: bytes) -> Image:
    """Lays out the sections of an object file and fills in the distances between them.

    Raises:
        Unsupported: it names something outside of itself, or is for another architecture.
    """
    machine = struct.unpack_from("<H", data, 18)[0]
    table, count = _header(data)
    if machine != _X86_64:
        raise Unsupported(f"object code of ELF machine {machine}")
    sections = [_Section(*struct.unpack_from("<4xIQ8xQQIIQQ", data, table + 64 * index)) for index in range(count)]
    code, starts = bytearray(), {}
    for index, section in enumerate(sections):
        if not section.flags & _IN_MEMORY or not section.size:
            continue
        if section.flags & _WRITABLE or section.kind == _NO_BITS:
            raise Unsupported("code with variables of its own")
        code += bytes(-len(code) % max(section.align, 64))
        starts[index] = len(code)
        code += data[section.offset : section.offset + section.size]
    entries: dict[str, int] = {}
    for section in sections:
        if section.kind == _SYMBOLS:
            strings = sections[section.link]
            for place in range(section.offset, section.offset + section.size, 24):
                name, info, _, home, value, _ = struct.unpack_from("<IBBHQQ", data, place)
                if info >> 4 and home in starts:
                    begin = strings.offset + name
                    entries[data[begin : data.index(b"\0", begin)].decode()] = starts[home] + value
        elif section.kind == _RELOCATIONS and section.info in starts:
            _relocate(code, data, section, sections[section.link], starts)
    return Image(bytes(code), entries)


def _header(data: bytes) -> tuple[int, int]:
    """Where the table of sections is, and its length."""
    if data[:6] != b"\x7fELF\x02\x01":
        raise Unsupported("object code that is not 64-bit little-endian ELF")
    table = struct.unpack_from("<Q", data, 40)[0]
    return table, struct.unpack_from("<H", data, 60)[0]


def _relocate(code: bytearray, data: bytes, section: _Section, symbols: _Section, starts: dict[int, int]) -> None:
    """Fills in the places that a section of relocations lists."""
    for place in range(section.offset, section.offset + section.size, 24):
        offset, kind, symbol, addend = struct.unpack_from("<QIIq", data, place)
        _, _, _, home, value, _ = struct.unpack_from("<IBBHQQ", data, symbols.offset + 24 * symbol)
        if home not in starts or kind not in (_PC32, _PLT32):
            raise Unsupported(f"a relocation of kind {kind} to something outside of the code")
        here = starts[section.info] + offset
        struct.pack_into("<i", code, here, starts[home] + value + addend - here)


class Loaded:
    """An image in executable memory, which is written once and never again."""

    def __init__(self, image: Image) -> None:
        if sys.platform == "win32":
            raise Unsupported("executable memory on Windows")
        self._memory = mmap.mmap(-1, len(image.code))
        self._memory.write(image.code)
        start = ctypes.addressof(ctypes.c_char.from_buffer(self._memory))
        process = ctypes.CDLL(None, use_errno=True)
        size = ctypes.c_size_t(len(image.code))
        if process.mprotect(ctypes.c_void_p(start), size, mmap.PROT_READ | mmap.PROT_EXEC):
            raise Unsupported(f"executable memory (errno {ctypes.get_errno()})")
        # Threads may be in this code while Python takes its objects apart at the end of the process.
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(self._memory))
        self.address = {name: start + offset for name, offset in image.entries.items()}
