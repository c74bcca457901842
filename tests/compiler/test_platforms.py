"""Kernels for other processors and systems: their object code, how it is linked, threads on Windows."""

from __future__ import annotations

import ctypes
import json
import os
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import rushlight as torch

pytest.importorskip("llvmlite")

from rushlight._backends.llvm import crew, engine, explain, kernels, linking, machine, objects, system_threads
from rushlight._backends.llvm.host import Host, described
from rushlight._backends.llvm.image import Image
from rushlight._backends.llvm.unsupported import Unsupported
from tests.compiler.every_kernel import HOSTS, every_target, outside

ROOT = Path(__file__).parents[2]
ARM = HOSTS["Linux on AArch64"]


@pytest.fixture(scope="module", autouse=True)
def targets() -> None:
    every_target()


def some_kernels() -> list[int]:
    """The addresses of kernels of every kind."""
    x = torch.linspace(-3, 3, 400 * 500).view(400, 500)
    images, filters = torch.ones(4, 8, 60, 60), torch.ones(8, 8, 3, 3)
    calls: list[Callable[[], Any]] = [
        lambda: x.sin() + x.exp() * x.erf(),
        lambda: x.double().tan(),
        lambda: (x.abs() + 1).lgamma(),
        lambda: (x.half() + 1).bfloat16().float(),
        lambda: x.round().int() // 3,
        lambda: (x.sum(), x.sum(0), x.var(1), x.argmax(0), x.amax(1)),
        lambda: (x.softmax(1), x.cumsum(0), x.cummax(1), x.sort(1)),
        lambda: x.t().contiguous(),
        lambda: x.gather(0, torch.zeros(400, 500, dtype=torch.int64)),
        lambda: torch.nn.functional.layer_norm(x, (500,)),
        lambda: torch.nn.functional.conv2d(images, filters),
        lambda: torch.nn.functional.max_pool2d(images.double(), 2, return_indices=True),
        lambda: torch.rand(400, 500),
    ]
    with explain.watching() as ran:
        for call in calls:
            call()
    return list(dict.fromkeys(ran))


@pytest.mark.parametrize("name", [name for name in HOSTS if name != "Windows without AVX"])
def test_kernels_of_every_kind_for_other_systems_need_nothing_from_outside(name: str) -> None:
    host = HOSTS[name]
    addresses = some_kernels()
    assert len(addresses) > 20
    for text in [crew.write_crew(host), *(kernels.source(address, host)[1] for address in addresses)]:
        assert ".x86." not in text or host.is_x86
        assert outside(text, host) <= (engine.SYSTEM if name == "Windows" else set())


@pytest.mark.long
def test_every_kernel_for_other_systems(tmp_path: Path) -> None:
    environment = os.environ | {
        "PYTHONPATH": str(ROOT / "src"), "RUSHLIGHT_CACHE_DIR": str(tmp_path), "RUSHLIGHT_COMPILE_FROM": "0",
    }  # fmt: skip
    program = [sys.executable, "-m", "tests.compiler.every_kernel"]
    done = subprocess.run(program, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    assert found["kernels"] > 1000
    for name, host in found["hosts"].items():
        assert not host["outside"], name
        if name != "Windows without AVX":
            assert not host["refused"], name
        for key, reason in host["refused"].items():  # processors before 2012 have no instructions for 16-bit floats
            assert "float16" in key, f"{key}: {reason}"


@pytest.mark.parametrize(
    ("triple", "system", "expected", "links"),
    [
        ("x86_64-unknown-linux-gnu", "linux", "x86_64-unknown-linux-gnu", True),
        ("aarch64-unknown-linux-gnu", "linux", "aarch64-unknown-linux-gnu", True),
        ("x86_64-apple-darwin23.1.0", "darwin", "x86_64-unknown-linux-gnu", True),
        ("arm64-apple-darwin23.1.0", "darwin", "aarch64-apple-darwin23.1.0", False),
        ("x86_64-pc-windows-msvc", "win32", "x86_64-pc-windows-msvc", False),
        ("riscv64-unknown-linux-gnu", "linux", "riscv64-unknown-linux-gnu", False),
    ],
)
def test_who_links_where(triple: str, system: str, expected: str, links: bool) -> None:
    host = described(triple, system, "generic", "", "22")
    assert (host.triple, host.links) == (expected, links)
    assert described(triple, system, "generic", "", "22", by_llvm=True).links is False


@pytest.mark.parametrize(
    ("features", "bits", "fused"),
    [("+sse4.2", 128, False), ("+avx2,+fma", 256, True), ("+avx2,+fma,+avx512f,+avx512vl", 512, True)],
)
def test_vectors_are_as_wide_as_the_processors(features: str, bits: int, fused: bool) -> None:
    host = described("x86_64-pc-windows-msvc", "win32", "x86-64", features, "22")
    assert (host.vector_bits, host.fused, host.scales) == (bits, fused, bits == 512)
    assert (ARM.vector_bits, ARM.fused, ARM.scales, ARM.is_x86) == (128, True, False, False)


OUTSIDE = """
declare float @sinf(float)
define float @kernel(float %x) {
  %y = call float @sinf(float %x)
  ret float %y
}
"""


@pytest.mark.parametrize("host", [host._replace(links=False) for host in HOSTS.values()], ids=list(HOSTS))
def test_names_from_outside_are_refused(host: Host) -> None:
    """LLVM's linker ends the process when it misses a name, so it must never be asked to link such code."""
    with pytest.raises(Unsupported, match=r"code that needs sinf$"):
        machine.assemble(OUTSIDE, host)


@pytest.mark.parametrize("data", [b"", b"\x7fELF\x01\x01", b"MZ" + bytes(100)])
def test_unknown_formats_are_refused(data: bytes) -> None:
    with pytest.raises(Unsupported):
        objects.undefined(data)
    with pytest.raises(Unsupported):
        linking.link(data)


ADDRESSES = """
@table = private constant [4 x double] [double 1.0, double 2.0, double 3.0, double 4.0], align 64
define internal i64 @inner(i64 %x) noinline { %y = mul i64 %x, 3 ret i64 %y }
define ptr @where() { ret ptr @table }
define <2 x double> @vector() { %v = load <2 x double>, ptr @table, align 16 ret <2 x double> %v }
define i64 @outer(i64 %x) { %y = call i64 @inner(i64 %x) %z = add i64 %y, 1 ret i64 %z }
"""


def test_addresses_in_code_for_aarch64_are_filled_in() -> None:
    """Reads the instructions back: ADRP and ADD name the table, ADRP and LDR 16 bytes of it, BL a function."""
    image = machine.assemble(ADDRESSES, ARM).image

    def instructions(name: str, count: int) -> list[tuple[int, int]]:
        start = image.entries[name]
        return [(start + 4 * n, struct.unpack_from("<I", image.code, start + 4 * n)[0]) for n in range(count)]

    def page(place: int, word: int) -> int:
        assert word & 0x9F000000 == 0x90000000  # adrp
        pages = (word >> 5 & 0x7FFFF) << 2 | word >> 29 & 3
        return (place & -4096) + ((pages ^ 1 << 20) - (1 << 20) << 12)

    (place, adrp), (_, add) = instructions("where", 2)
    assert add & 0xFFC00000 == 0x91000000
    found = page(place, adrp) + (add >> 10 & 0xFFF)
    assert struct.unpack_from("<4d", image.code, found) == (1, 2, 3, 4)
    (place, adrp), (_, load) = instructions("vector", 2)
    assert load & 0xFFC00000 == 0x3DC00000
    found = page(place, adrp) + (load >> 10 & 0xFFF) * 16
    assert struct.unpack_from("<2d", image.code, found) == (1, 2)
    calls = [(place, word) for place, word in instructions("outer", 4) if word & 0xFC000000 == 0x94000000]
    assert len(calls) == 1
    place, call = calls[0]
    distance = ((call & 0x3FFFFFF) ^ 1 << 25) - (1 << 25)
    assert place + 4 * distance in range(image.entries["where"] + 1)


def test_code_that_llvm_links_gives_the_same() -> None:
    host = kernels.host()._replace(links=False)
    image = machine.assemble(ADDRESSES, host).image
    loaded = engine.Loaded(Image(image.code, {"outer": 0, "where": 0}), host)
    assert ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_int64)(loaded.address["outer"])(5) == 16
    table = ctypes.CFUNCTYPE(ctypes.c_void_p)(loaded.address["where"])()
    assert list((ctypes.c_double * 4).from_address(table or 0)) == [1, 2, 3, 4]


BY_LLVM = """
import os, sys
import numpy as np
import rushlight as torch
torch.set_num_threads(2)
x = torch.linspace(-3, 3, 1 << 18).view(512, 512)
for _ in range(3):
    y = (x.exp() + x.sin()).softmax(1).sum(0)
wide = np.exp(x.numpy().astype("f8")) + np.sin(x.numpy().astype("f8"))
powers = np.exp(wide - wide.max(1, keepdims=True))
assert np.allclose(y.numpy(), (powers / powers.sum(1, keepdims=True)).sum(0), rtol=1e-5), "values"
from rushlight._backends.llvm import kernels
assert not kernels.host().links
print("compiled" if "rushlight._backends.llvm.machine" in sys.modules else "from the cache")
"""


def test_a_process_in_which_llvm_links(tmp_path: Path) -> None:
    """What macOS and Windows do, here: object files from the cache, linked by LLVM, run by the crew of threads."""
    environment = os.environ | {
        "PYTHONPATH": str(ROOT / "src"), "RUSHLIGHT_CACHE_DIR": str(tmp_path), "RUSHLIGHT_LOADER": "llvm",
    }  # fmt: skip
    for expected in ("compiled", "from the cache"):
        program = [sys.executable, "-W", "error", "-c", BY_LLVM]
        done = subprocess.run(program, env=environment, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout.strip()) == (0, expected), done.stderr


class Kernel32:
    """Stands in for Windows' library; notes what is called."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []
        make = ctypes.CFUNCTYPE(None)
        names = ("AcquireSRWLockExclusive", "ReleaseSRWLockExclusive", "SleepConditionVariableSRW")
        for name in (*names, "WakeAllConditionVariable"):
            setattr(self, name, make(lambda: None))

        def create(*args: Any) -> int:
            self.calls.append(("CreateThread", *(getattr(arg, "value", arg) for arg in args)))
            return 77

        def close(handle: Any) -> None:
            self.calls.append(("CloseHandle", handle.value))

        self.CreateThread, self.CloseHandle = create, close


def test_threads_on_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    library = Kernel32()
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(ctypes, "CDLL", lambda name: {"kernel32": library}[name])
    board = np.zeros(crew.SIZE, np.uint8)
    address = board.ctypes.data
    system_threads.prepare(address)
    words = board.view(np.uint64)
    for offset, name in (
        (crew.LOCK, "AcquireSRWLockExclusive"), (crew.UNLOCK, "ReleaseSRWLockExclusive"),
        (crew.WAIT, "SleepConditionVariableSRW"), (crew.WAKE, "WakeAllConditionVariable"),
    ):  # fmt: skip
        assert words[offset // 8] == ctypes.cast(getattr(library, name), ctypes.c_void_p).value
    assert not words[crew.MUTEX // 8 : crew.NEXT // 8].any()  # SRWLOCK_INIT and CONDITION_VARIABLE_INIT are 0
    assert system_threads.start(4096, address)
    assert library.calls == [("CreateThread", None, 0, 4096, address, 0, None), ("CloseHandle", 77)]
