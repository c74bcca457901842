"""``import rushlight`` is quick and light."""

import json
import os
import statistics
import subprocess
import sys
from functools import cache

import pytest

from tests.structure.source import PACKAGE

MILLISECONDS = 60
MEGABYTES = 30
ROUNDS = 9

# What importing NumPy itself takes on an idle core of the machine for which the budget was set (2.6 GHz, 2024). A core
# that other processes keep busy is slower for both imports, so what it takes longer is set off.
NUMPY_MILLISECONDS = 45
HEAVY = {"difflib", "torch", "llvmlite", "numba", "scipy", "pandas", "sklearn", "matplotlib", "IPython", "nbformat"}

# Processor time, for a neighbour that takes the core says nothing about the import.
PROBE = """
import json, sys, time
start = time.process_time()
import numpy
numpy_seconds = time.process_time() - start
def resident():
    try:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * 4096
    except OSError:
        import resource
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else peak * 1024
before, start = resident(), time.process_time()
import rushlight
seconds, after = time.process_time() - start, resident()
print(json.dumps({"numpy_ms": 1e3 * numpy_seconds, "ms": 1e3 * seconds, "mb": (after - before) / 1e6,
                  "modules": sorted(sys.modules)}))
"""


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """A fresh interpreter that finds this rushlight, has one thread and keeps byte code as installing does."""
    folder = str(PACKAGE.parent)
    paths = os.pathsep.join(filter(None, [folder, os.environ.get("PYTHONPATH")]))
    environment = os.environ | {"PYTHONPATH": paths, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    return subprocess.run([sys.executable, *arguments], env=environment, capture_output=True, text=True, check=True)


@cache
def measured() -> list[dict]:
    """What several fresh interpreters measure; the first one, which may have to compile, is left out."""
    return [json.loads(run("-c", PROBE).stdout) for _ in range(ROUNDS + 1)][1:]


def slowest(count: int = 15) -> str:
    """The modules that take longest to import, in words for a failing test."""
    report = run("-X", "importtime", "-c", "import numpy, rushlight").stderr.splitlines()
    rows = [line.removeprefix("import time:") for line in report if line.count("|") == 2]
    ours = rows[next((i for i, row in enumerate(rows) if row.split("|")[2].strip() == "numpy"), 0) + 1 :]
    return "\n".join(sorted(ours, key=lambda row: int(row.split("|")[0]), reverse=True)[:count])


def on_an_idle_core(entry: dict) -> float:
    """The milliseconds of one measurement, less what a busy core adds to them."""
    return entry["ms"] / max(1, entry["numpy_ms"] / NUMPY_MILLISECONDS)


def test_import_is_quick():
    median = statistics.median(map(on_an_idle_core, measured()))
    assert median <= MILLISECONDS, f"{median:.0f} ms on top of NumPy; self, cumulative, module:\n{slowest()}"


def test_import_is_light():
    median = statistics.median(entry["mb"] for entry in measured())
    assert median <= MEGABYTES, f"{median:.1f} MB on top of NumPy"


@pytest.mark.parametrize("name", sorted(HEAVY))
def test_import_leaves_out(name):
    assert name not in measured()[0]["modules"]
