"""What object code names and does not have, in the formats of Linux, macOS and Windows."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from .unsupported import Unsupported


def undefined(data: bytes) -> set[str]:
    """The names that an object file expects from elsewhere.

    Args:
        data: 64-bit ELF, Mach-O, or COFF for x86-64 and AArch64, little-endian all.

    Raises:
        Unsupported: it is none of them.
    """
    if data[:6] == b"\x7fELF\x02\x01":
        return set(_elf(data))
    if data[:4] == b"\xcf\xfa\xed\xfe":
        return {name.removeprefix("_") for name in _mach_o(data)}
    if data[:2] in (b"\x64\x86", b"\x64\xaa"):
        return set(_coff(data))
    raise Unsupported("object code of an unknown format")


def _text(data: bytes, begin: int) -> str:
    """The name that begins at a place and ends with a zero."""
    return data[begin : data.index(b"\0", begin)].decode()


def _elf(data: bytes) -> Iterator[str]:
    table, count = struct.unpack_from("<Q", data, 40)[0], struct.unpack_from("<H", data, 60)[0]
    sections = [struct.unpack_from("<4xI16xQQI", data, table + 64 * index) for index in range(count)]
    for kind, offset, size, strings in sections:
        if kind == 2:
            for place in range(offset + 24, offset + size, 24):
                name, home = struct.unpack_from("<I2xH", data, place)
                if home == 0:
                    yield _text(data, sections[strings][1] + name)


def _mach_o(data: bytes) -> Iterator[str]:
    place = 32
    for _ in range(struct.unpack_from("<I", data, 16)[0]):
        command, size = struct.unpack_from("<II", data, place)
        if command == 2:
            symbols, count, strings = struct.unpack_from("<III", data, place + 8)
            for symbol in range(symbols, symbols + 16 * count, 16):
                name, kind = struct.unpack_from("<IB", data, symbol)
                if kind & 0xEF == 1:  # for all to see, in no section, no debugger's note
                    yield _text(data, strings + name)
        place += size


def _coff(data: bytes) -> Iterator[str]:
    symbols, count = struct.unpack_from("<II", data, 8)
    strings = symbols + 18 * count
    index = 0
    while index < count:
        place = symbols + 18 * index
        value, home, kind, more = struct.unpack_from("<8xIh2xBB", data, place)
        if home == 0 and value == 0 and kind == 2:
            zero, offset = struct.unpack_from("<II", data, place)
            yield data[place : place + 8].rstrip(b"\0").decode() if zero else _text(data, strings + offset)
        index += 1 + more
