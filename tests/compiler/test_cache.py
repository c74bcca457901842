"""Machine code on disk: the next process, several at once, damage, no room, forks, cold starts."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import rushlight as torch

pytest.importorskip("llvmlite")

from rushlight._backends.llvm import cache, host, kernels, memory
from rushlight._backends.llvm.image import Image
from rushlight._backends.llvm.threads import crew

SOURCE = Path(__file__).parents[2] / "src"
needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")

PROGRAM = """
import sys
import numpy as np
import rushlight as torch
x = torch.arange(100_000, dtype=torch.float32) / 1e5
for _ in range(3):
    y = (x + 1).exp().sqrt() * x
assert np.allclose(y.numpy(), np.sqrt(np.exp(x.numpy() + 1)) * x.numpy(), rtol=1e-5), "values"
print("compiled" if "rushlight._backends.llvm.machine" in sys.modules else "from the cache")
"""


def environment(folder: Path, **more: str) -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(SOURCE), "RUSHLIGHT_CACHE_DIR": str(folder)} | more


def run_program(folder: Path, program: str = PROGRAM, **more: str) -> str:
    started = [sys.executable, "-W", "error", "-c", program]
    done = subprocess.run(started, env=environment(folder, **more), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def kernel_files(folder: Path) -> list[Path]:
    return sorted(path for path in (folder / "kernels").rglob("*") if path.is_file())


def test_a_second_process_needs_no_compiler(tmp_path: Path) -> None:
    assert run_program(tmp_path) == "compiled"
    assert run_program(tmp_path) == "from the cache"


DAMAGE: dict[str, Callable[[bytes, bytes], bytes]] = {
    "the last byte": lambda data, other: data[:-1] + bytes([data[-1] ^ 1]),
    "a bit of the code": lambda data, other: data[:-100] + bytes([data[-100] ^ 4]) + data[-99:],
    "the checksum": lambda data, other: data[:25] + bytes([data[25] ^ 1]) + data[26:],
    "nothing left": lambda data, other: b"",
    "half of it": lambda data, other: data[: len(data) // 2],
    "another kernel's file": lambda data, other: other,
    "a stranger's file": lambda data, other: b"\x00" * 5000,
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_file_is_compiled_anew(tmp_path: Path, damage: str) -> None:
    run_program(tmp_path)
    files = kernel_files(tmp_path)
    whole = [path.read_bytes() for path in files]
    assert len(files) >= 3
    for path, data, other in zip(files, whole, whole[1:] + whole[:1], strict=True):
        path.write_bytes(DAMAGE[damage](data, other))
    assert run_program(tmp_path) == "compiled"
    assert [path.read_bytes() for path in files] == whole
    assert run_program(tmp_path) == "from the cache"


OWN_LINKING = pytest.mark.skipif(
    os.environ.get("RUSHLIGHT_LOADER") == "llvm", reason="where LLVM links, every process starts LLVM"
)


@OWN_LINKING
def test_a_damaged_note_of_the_processor_is_not_believed(tmp_path: Path) -> None:
    run_program(tmp_path)
    for note in (tmp_path / "hosts").iterdir():
        note.write_text(note.read_text().replace("-", "+"))
    assert run_program(tmp_path) == "from the cache"  # LLVM was asked, and nothing had changed
    assert all("-" in note.read_text() for note in (tmp_path / "hosts").iterdir())


def test_several_processes_at_once(tmp_path: Path) -> None:
    command = [sys.executable, "-c", PROGRAM]
    running = [subprocess.Popen(command, env=environment(tmp_path), stdout=subprocess.PIPE) for _ in range(3)]
    for process in running:
        process.communicate()
        assert process.returncode == 0
    assert run_program(tmp_path) == "from the cache"
    assert all("." not in path.name for path in kernel_files(tmp_path))  # no file under a name for the time being


def test_a_folder_that_cannot_be_made_costs_time_only(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way of a folder")
    assert run_program(blocked) == "compiled"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder_costs_time_only(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    assert run_program(tmp_path) == "compiled"
    assert not list(tmp_path.iterdir())


def test_a_full_disk_costs_time_only(tmp_path: Path) -> None:
    pytest.importorskip("resource")
    full = "import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, (16, 16))\n" + PROGRAM
    assert run_program(tmp_path, full) == "compiled"
    assert not kernel_files(tmp_path)
    assert run_program(tmp_path) == "compiled"
    assert run_program(tmp_path, full) == "from the cache"


def test_no_folder_is_wanted(tmp_path: Path) -> None:
    assert run_program(tmp_path, RUSHLIGHT_CACHE_DIR="") == "compiled"
    assert not list(tmp_path.iterdir())


def test_turned_off(tmp_path: Path) -> None:
    assert run_program(tmp_path, RUSHLIGHT_COMPILE="0") == "from the cache"
    assert not list(tmp_path.iterdir())


def test_the_folders_of_all_compilers_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUSHLIGHT_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(cache, "MOST_BYTES", 50_000)
    for compiler in ("old", "new"):
        folder = cache.Folder(compiler)
        for number in range(130):
            folder.put(f"kernel {number}", Image(bytes(1000), {"kernel": 0}))
    assert sum(path.stat().st_size for path in kernel_files(tmp_path)) < 120_000
    assert folder.get("kernel 129") == Image(bytes(1000), {"kernel": 0})
    assert cache.Folder("old").get("kernel 0") is None


def test_code_depends_on_llvm_and_the_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every one of these has a folder of its own."""
    place = kernels._place.__wrapped__
    own = kernels.host()
    stamp, compiler = kernels._llvm_stamp(), cache.compiler_stamp()
    paths = []
    for changed, llvm, files in (
        (own, stamp, compiler),
        (own._replace(version="1.2.3"), stamp, compiler),
        (own._replace(name="another"), stamp, compiler),
        (own._replace(features=own.features + ",+new"), stamp, compiler),
        (own._replace(triple="s390x-unknown-linux-gnu"), stamp, compiler),
        (own._replace(links=not own.links), stamp, compiler),
        (own, "another llvmlite", compiler),
        (own, stamp, "edited"),
    ):
        monkeypatch.setattr(kernels, "this_host", lambda stamp, changed=changed: changed)
        monkeypatch.setattr(kernels, "_llvm_stamp", lambda llvm=llvm: llvm)
        monkeypatch.setattr(kernels, "compiler_stamp", lambda files=files: files)
        paths.append(place()[1].path)
    assert len(set(paths)) == 8


def test_the_version_in_the_name_of_the_folder_is_that_of_llvm() -> None:
    binding = pytest.importorskip("llvmlite.binding")
    assert kernels.host().version == ".".join(map(str, binding.llvm_version_info))
    assert host.this_host("asked without notes") == kernels.host()


# -- forks ---------------------------------------------------------------------------------------------------------


def in_a_child(work: Callable[[], bool]) -> str:
    """Runs something in a forked child that has ten seconds for it."""
    child = os.fork()
    if not child:
        found = False
        try:
            found = work()
        finally:
            os._exit(0 if found else 1)
    until = time.monotonic() + 10
    while time.monotonic() < until:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return "right" if status == 0 else f"status {status}"
        time.sleep(0.01)
    os.kill(child, 9)
    os.waitpid(child, 0)
    return "hangs"


@pytest.fixture
def two_threads() -> Any:
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


def powers_are_right() -> bool:
    x = torch.linspace(0, 1, 1 << 20)
    return np.allclose(x.exp().numpy(), np.exp(x.numpy()), rtol=1e-5)


@needs_fork
@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
def test_a_child_starts_threads_of_its_own(two_threads: None) -> None:
    assert powers_are_right()
    assert crew._workers >= 1

    def work() -> bool:
        forgotten = crew._workers == 0
        return forgotten and powers_are_right() and crew._workers >= 1 and crew.wanted == 2

    assert in_a_child(work) == "right"
    assert powers_are_right()  # the parent's threads are as they were


@needs_fork
@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
@pytest.mark.parametrize("module", [kernels, memory], ids=["kernels", "memory"])
def test_a_child_does_not_wait_for_its_parents_threads(module: Any, two_threads: None) -> None:
    """A thread of the parent compiles, or takes memory, while another one forks."""
    assert powers_are_right()
    holding, done = threading.Event(), threading.Event()

    def hold() -> None:
        with module._lock:
            holding.set()
            done.wait()

    thread = threading.Thread(target=hold)
    thread.start()
    holding.wait()

    def work() -> bool:
        x = torch.linspace(0, 1, 1 << 18)
        return powers_are_right() and np.allclose((x * 3 - x.abs() / 7).numpy(), x.numpy() * 3 - x.numpy() / 7)

    try:
        assert in_a_child(work) == "right"
    finally:
        done.set()
        thread.join()


@needs_fork
@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
def test_a_child_of_a_busy_crew(two_threads: None) -> None:
    """Another thread of the parent has its kernels run all the while; the child has to get nothing of that."""
    stop = threading.Event()

    def busy() -> None:
        while not stop.is_set():
            powers_are_right()

    thread = threading.Thread(target=busy)
    thread.start()
    try:
        assert [in_a_child(powers_are_right) for _ in range(5)] == ["right"] * 5
    finally:
        stop.set()
        thread.join()


# -- cold starts ---------------------------------------------------------------------------------------------------

COLD = """
import sys, time
import numpy as np
import rushlight as torch
x = torch.from_numpy(np.linspace(-3, 3, 1 << 20, dtype="float32").reshape(1024, 1024))
layer_norm = torch.nn.functional.layer_norm
def turn():
    start = time.perf_counter()
    x + x, torch.exp(x), x.sum(), torch.softmax(x, 1), layer_norm(x, (1024,))
    return time.perf_counter() - start
first = turn()
later = min(turn() for _ in range(5))
needless = {"llvmlite", "rushlight._backends.llvm.machine", "rushlight._backends.llvm.linking",
            "rushlight._backends.llvm.functions.table"}
assert not needless & sys.modules.keys() or "compile" in sys.argv, needless & sys.modules.keys()
print(first - later)
"""


@OWN_LINKING
def test_five_kernels_from_the_disk_start_quickly(tmp_path: Path) -> None:
    """13 ms on a quiet machine (benchmarks/footprint.py), of 20 that are allowed; here other tests run beside it."""
    variables = environment(tmp_path, PYTHONPYCACHEPREFIX=str(tmp_path / "bytecode"))
    variables.pop("PYTHONDONTWRITEBYTECODE", None)  # installed packages come compiled to bytecode

    def seconds(*arguments: str) -> float:
        command = [sys.executable, "-c", COLD, *arguments]
        done = subprocess.run(command, env=variables, check=True, capture_output=True, text=True)
        return float(done.stdout)

    seconds("compile")
    assert min(seconds() for _ in range(3)) < 0.1
