"""The way into executable memory where LLVM links: on macOS with Apple's processors, on Windows, and on processors that
`linking.py` does not know.

There the cache keeps object files, and every process loads LLVM for them; compiling is what it saves.
``RUSHLIGHT_LOADER=llvm`` goes this way anywhere.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterable
from functools import cache
from typing import Any

from .host import Host
from .image import Image
from .objects import undefined
from .unsupported import Unsupported

SYSTEM = frozenset(("__chkstk", "_fltused"))
"""Names that Windows has: what touches the pages of a large stack frame in order, and a mark."""


def keep(data: bytes, names: Iterable[str]) -> Image:
    """An object file for the cache.

    Args:
        data: the file.
        names: of its functions.

    Raises:
        Unsupported: it names something outside of itself; LLVM would end the process over that.
    """
    outside = undefined(data) - SYSTEM
    if outside:
        raise Unsupported(f"code that needs {', '.join(sorted(outside))}")
    return Image(data, dict.fromkeys(names, 0))


@cache
def _llvm() -> Any:
    import llvmlite.binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    return llvm


class Loaded:
    """An object file in executable memory.

    Attributes:
        address: where its functions begin, by name.
    """

    def __init__(self, image: Image, host: Host) -> None:
        llvm = _llvm()
        # Every file has an engine for itself, for all of them call their function ``kernel``.
        module = llvm.parse_assembly(f'target triple = "{host.triple}"')
        machine = llvm.Target.from_triple(host.triple).create_target_machine(
            cpu=host.name, features=host.features, opt=2, reloc="pic", codemodel="small"
        )  # fmt: skip
        engine = llvm.create_mcjit_compiler(module, machine)
        engine.add_object_file(llvm.ObjectFileRef.from_data(image.code))
        engine.finalize_object()
        # Threads may be in this code while Python takes its objects apart at the end of the process.
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(engine))
        self.address = {name: engine.get_function_address(name) for name in image.entries}
        if not all(self.address.values()):
            raise Unsupported("code that LLVM does not load")
