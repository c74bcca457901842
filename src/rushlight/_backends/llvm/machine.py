"""From LLVM's text to machine code. Only this file and `host.py` import llvmlite.

Code is made for Linux's object format wherever it runs: a kernel calls nothing, so all that differs between systems
is how bytes become executable (`image.py`).
"""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

from .host import Host
from .image import Image, link


class Compiled(NamedTuple):
    """What the compiler made of a module.

    Attributes:
        image: bytes that run at any address.
        optimized: LLVM's text after its passes.
        assembly: the processor's instructions; empty unless asked for.
    """

    image: Image
    optimized: str
    assembly: str


@cache
def _toolchain(host: Host) -> tuple[Any, Any]:
    import llvmlite.binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    target = llvm.Target.from_triple(host.triple)
    machine = target.create_target_machine(
        cpu=host.name, features=host.features, opt=2, reloc="pic", codemodel="small"
    )  # fmt: skip
    return llvm, machine


def version() -> str:
    """The version of llvmlite and of the LLVM inside it.

    Raises:
        ImportError: llvmlite is not installed.
    """
    import llvmlite
    import llvmlite.binding as llvm

    return f"llvmlite {llvmlite.__version__}, LLVM {'.'.join(map(str, llvm.llvm_version_info))}"


def assemble(text: str, host: Host, explain: bool = False) -> Compiled:
    """Compiles a module.

    The loops come written in vectors, so few of LLVM's passes have something to do: variables into registers, what is
    computed twice once, constants folded. That takes 2 ms, LLVM's own second level 15 to 20 ms for the same code.

    Args:
        text: LLVM's language.
        host: the processor to compile for.
        explain: whether the assembly is wanted too.

    Raises:
        RuntimeError: LLVM rejects the text.
        Unsupported: the code needs something outside of itself.
    """
    llvm, machine = _toolchain(host)
    parsed = llvm.parse_assembly(text)
    passes = llvm.create_new_module_pass_manager()
    passes.add_sroa_pass()
    passes.add_simplify_cfg_pass()
    passes.add_instruction_combine_pass()
    passes.add_new_gvn_pass()
    passes.add_loop_rotate_pass()
    passes.add_simplify_cfg_pass()
    passes.run(parsed, llvm.create_pass_builder(machine, llvm.create_pipeline_tuning_options()))
    image = link(machine.emit_object(parsed))
    if not explain:
        return Compiled(image, "", "")
    return Compiled(image, str(parsed), machine.emit_assembly(parsed))
