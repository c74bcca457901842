"""Object code as bytes that run at any address.

LLVM hands over an object file (ELF): sections of code and constants, and a list of places where the code names the
address of a constant, relative to the place itself. Laid out one after the other the sections keep their distances,
so these places are filled in once, and the result is a plain run of bytes that a later process copies from the disk
and runs: no LLVM, no linker. A name from outside would need one; kernels have none.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

from .image import Image
from .unsupported import Unsupported


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
_X86_64, _AARCH64 = 62, 183  # machines

_X86_DISTANCES = frozenset((2, 4))  # PC32 and PLT32: 32 bits, the only relocations of code without names from outside
_ARM_DISTANCE, _ARM_PAGE = 261, 275  # PREL32: 32 bits; ADR_PREL_PG_HI21: pages of 4 KB, in the instruction ADRP
_ARM_LOW_BITS = {277: 0, 278: 0, 284: 1, 285: 2, 286: 3, 299: 4}
"""ADD_ABS_LO12_NC and LDST*_ABS_LO12_NC: the place within a page, divided by as much as this many bits say."""
_ARM_BRANCHES = frozenset((282, 283))  # JUMP26 and CALL26: instructions, 26 bits


def link(data: bytes) -> Image:
    """Lays out the sections of an object file and fills in the distances between them.

    Raises:
        Unsupported: it names something outside of itself, or is for another architecture.
    """
    if data[:6] != b"\x7fELF\x02\x01":
        raise Unsupported("object code that is not 64-bit little-endian ELF")
    machine = struct.unpack_from("<H", data, 18)[0]
    if machine not in (_X86_64, _AARCH64):
        raise Unsupported(f"object code of ELF machine {machine}")
    table, count = struct.unpack_from("<Q", data, 40)[0], struct.unpack_from("<H", data, 60)[0]
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
            _relocate(code, data, section, sections[section.link], starts, machine)
    return Image(bytes(code), entries)


def _relocate(
    code: bytearray, data: bytes, section: _Section, symbols: _Section, starts: dict[int, int], machine: int
) -> None:
    """Fills in the places that a section of relocations lists."""
    for place in range(section.offset, section.offset + section.size, 24):
        offset, kind, symbol, addend = struct.unpack_from("<QIIq", data, place)
        _, _, _, home, value, _ = struct.unpack_from("<IBBHQQ", data, symbols.offset + 24 * symbol)
        if home not in starts:
            raise Unsupported("a name from outside of the code")
        here, target = starts[section.info] + offset, starts[home] + value + addend
        if kind in _X86_DISTANCES if machine == _X86_64 else kind == _ARM_DISTANCE:
            struct.pack_into("<i", code, here, target - here)
        elif machine == _AARCH64:
            instruction = struct.unpack_from("<I", code, here)[0]
            struct.pack_into("<I", code, here, instruction | _arm_field(kind, here, target))
        else:
            raise Unsupported(f"a relocation of kind {kind}")


def _arm_field(kind: int, here: int, target: int) -> int:
    """What an instruction of AArch64 holds of the way to a target; the field is empty before."""
    if kind == _ARM_PAGE:  # two bits of the distance lie apart from the others
        pages = (target >> 12) - (here >> 12)
        return (pages & 3) << 29 | (pages >> 2 & 0x7FFFF) << 5
    if kind in _ARM_LOW_BITS:
        return (target & 0xFFF) >> _ARM_LOW_BITS[kind] << 10
    if kind in _ARM_BRANCHES:
        return target - here >> 2 & 0x3FFFFFF
    raise Unsupported(f"a relocation of kind {kind}")
