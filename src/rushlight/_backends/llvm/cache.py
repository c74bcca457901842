"""Machine code on disk, for the next process: a file for every kernel, in a folder for every processor and compiler.

The folder's name holds what code depends on besides its source: LLVM's version, the processor, and the files of this
compiler. A file is written under another name first and then renamed, so that no process ever sees half of one, and
begins with a checksum of the rest and of what it is kept for: one that is damaged, or under a wrong name, is compiled
anew. What cannot be written is not; that costs time only.
"""

from __future__ import annotations

import hashlib
import os
import threading
from contextlib import suppress

from .image import Image

MOST_BYTES = 64 << 20
"""When the folders of all compilers hold more, the files not read for the longest go; a kernel is 1 to 8 KB."""

_MAGIC = b"rushlight-kernel-2\n"


def base_folder() -> str | None:
    """The folder for caches of this user; None where there is to be none (an empty RUSHLIGHT_CACHE_DIR)."""
    chosen = os.environ.get("RUSHLIGHT_CACHE_DIR")
    if chosen is not None:
        return chosen or None
    home = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(home, "rushlight") if os.path.isabs(home) else None


def compiler_stamp() -> str:
    """A digest of size and time of the compiler's files: what an edited compiler made before is not used again."""
    digest = hashlib.sha256()
    here = os.path.dirname(__file__)
    for folder in (here, os.path.join(here, "functions")):
        for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
            if entry.name.endswith(".py"):
                facts = entry.stat()
                digest.update(f"{entry.name} {facts.st_size} {facts.st_mtime_ns}\n".encode())
    return digest.hexdigest()[:16]


def _head(key: str, body: bytes) -> bytes:
    """What a file begins with."""
    return _MAGIC + hashlib.sha256(key.encode() + b"\0" + body).digest()


class Folder:
    """The kernels of one compiler for one processor.

    Args:
        name: what they depend on.
    """

    def __init__(self, name: str) -> None:
        base = base_folder()
        digest = hashlib.sha256(name.encode()).hexdigest()[:24]
        self.path = None if base is None else os.path.join(base, "kernels", digest)
        self._written = 0

    def _file(self, key: str) -> str | None:
        if self.path is None:
            return None
        return os.path.join(self.path, hashlib.sha256(key.encode()).hexdigest()[:40])

    def get(self, key: str) -> Image | None:
        """The code kept under a key; None if there is none or it is not what was written."""
        file = self._file(key)
        if file is None:
            return None
        try:
            with open(file, "rb") as stream:
                data = stream.read()
        except OSError:
            return None
        head, body = data[: len(_MAGIC) + 32], data[len(_MAGIC) + 32 :]
        if head != _head(key, body):
            return None
        count = int.from_bytes(body[:4], "little")
        entries = dict(line.rsplit(" ", 1) for line in body[4 : 4 + count].decode().splitlines())
        return Image(body[4 + count :], {name: int(place) for name, place in entries.items()})

    def put(self, key: str, image: Image) -> None:
        """Keeps code under a key, if the disk lets it."""
        file = self._file(key)
        if file is None:
            return
        table = "\n".join(f"{name} {place}" for name, place in image.entries.items()).encode()
        body = len(table).to_bytes(4, "little") + table + image.code
        temporary = f"{file}.{os.getpid()}.{threading.get_ident()}"
        try:
            os.makedirs(os.path.dirname(file), exist_ok=True)
            with open(temporary, "wb") as stream:
                stream.write(_head(key, body) + body)
            os.replace(temporary, file)
        except OSError:
            with suppress(OSError):
                os.unlink(temporary)
            return
        self._written += 1
        if self._written % 64 == 1:
            _trim(os.path.dirname(os.path.dirname(file)))


def _trim(base: str) -> None:
    """Removes the files that were not read for the longest while there are too many, those of other compilers too."""
    with suppress(OSError):
        files = [(entry.stat(), entry.path) for folder in os.scandir(base) for entry in os.scandir(folder.path)]
        total = sum(facts.st_size for facts, _ in files)
        for facts, path in sorted(files, key=lambda item: max(item[0].st_atime_ns, item[0].st_mtime_ns)):
            if total <= MOST_BYTES:
                return
            with suppress(OSError):
                os.unlink(path)
            total -= facts.st_size
