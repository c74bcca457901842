"""Makes code of every kernel that the operators' samples need, for processors and systems other than this one.

A program of its own, since what is compiled is settled when rushlight is imported:

    RUSHLIGHT_COMPILE_FROM=0 python -m tests.compiler.every_kernel

prints as JSON how many kernels there are, and for each host what their object code names outside of itself, and why
some have none.
"""

from __future__ import annotations

import json
import sys
import warnings
from typing import Any

import llvmlite.binding as llvm
import pytest

import rushlight as torch
from rushlight._backends.llvm import engine, kernels, machine, objects
from rushlight._backends.llvm.host import Host, described
from rushlight._backends.llvm.unsupported import Unsupported
from rushlight._declare.record import REGISTRY
from tests.ops.test_sweep import COVERED, all_samples, leaves, project, with_grad

DTYPES = ("float32", "float64", "float16", "bfloat16", "int64", "int32", "uint8", "bool")

HOSTS = {
    "Linux on AArch64": described("aarch64-unknown-linux-gnu", "linux", "generic", "", ""),
    "macOS on AArch64": described("arm64-apple-darwin", "darwin", "apple-m1", "", ""),
    "Windows": described("x86_64-pc-windows-msvc", "win32", "x86-64-v3", "+avx2,+f16c,+fma", ""),
    "Windows without AVX": described("x86_64-pc-windows-msvc", "win32", "x86-64-v2", "", ""),
}


def every_target() -> None:
    """Lets LLVM compile for other processors than this one."""
    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()


def outside(text: str, host: Host) -> set[str]:
    """What the object code of a module names and does not have.

    Raises:
        Unsupported: there is something that the host has not, either.
    """
    image = machine.assemble(text, host).image  # linked, where that is done here
    return set() if host.links else objects.undefined(image.code)


def run_samples(name: str, dtype: Any) -> None:
    """Runs an operator on its samples, and its derivative rules."""
    op = REGISTRY[name]
    try:
        samples = all_samples(name, dtype)
    except pytest.skip.Exception:
        return
    for sample in samples:
        args, kwargs, copies = with_grad(op, sample)
        results = [result for result in leaves(op.call(*args, **kwargs)) if result.requires_grad]
        if copies and results and dtype.is_floating_point:
            weights = [torch.ones_like(result) for result in results]
            project(results, weights).backward()


def main() -> None:
    warnings.simplefilter("ignore")
    failed: dict[str, str] = {}
    for name in COVERED:
        for dtype in DTYPES:
            try:
                run_samples(name, getattr(torch, dtype))
            except Exception as error:  # what is wrong with an operator is not asked here
                failed[f"{name} {dtype}"] = repr(error)
    every_target()
    found: dict[str, Any] = {}
    addresses = kernels.addresses()
    for title, host in HOSTS.items():
        names: set[str] = set()
        refused: dict[str, str] = {}
        for address in addresses:
            key, text = kernels.source(address, host)
            try:
                names |= outside(text, host)
            except (Unsupported, RuntimeError) as error:
                refused[key] = str(error)
        found[title] = {"outside": sorted(names - engine.SYSTEM), "refused": refused}
    json.dump({"kernels": len(addresses), "hosts": found, "failed": failed}, sys.stdout)


if __name__ == "__main__":
    main()
