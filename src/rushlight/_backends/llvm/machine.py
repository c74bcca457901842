"""From LLVM's text to machine code. Only this file, `host.py` and `engine.py` import llvmlite."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

from . import engine
from .host import Host
from .image import Image
from .linking import link


class Compiled(NamedTuple):
    """What the compiler made of a module.

    Attributes:
        image: what is kept and loaded.
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
    data = machine.emit_object(parsed)
    if host.links:
        image = link(data)
    else:
        image = engine.keep(data, [function.name for function in parsed.functions if not function.is_declaration])
    if not explain:
        return Compiled(image, "", "")
    return Compiled(image, str(parsed), machine.emit_assembly(parsed))
