"""What rushlight and torch weigh: seconds and memory to import them, kernels' first calls, megabytes on disk.

python benchmarks/footprint.py                  # prints the table, writes results/footprint.json
"""

import argparse
import importlib.metadata
import statistics
import sys
import tempfile
from pathlib import Path

from _measure import RESULTS, ROOT, in_fresh_process, save

# Everything is read in the new process itself, so starting Python is not counted.
PROBE = """
import json, sys, time
def resident():
    try:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * 4096
    except OSError:
        import resource
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else peak * 1024
{before}
memory, clock = resident(), time.perf_counter()
import {name}
seconds = time.perf_counter() - clock
print(json.dumps({{"seconds": seconds, "megabytes": (resident() - memory) / 1e6}}))
"""

# What is imported, and what had been imported before.
IMPORTS = {
    "numpy": ("numpy", ""),
    "torch": ("torch", ""),
    "rushlight": ("rushlight", ""),
    "rushlight after numpy": ("rushlight", "import numpy"),
}

# Calls that run a kernel each. What the first round takes beyond a later one is what it costs to start five kernels:
# the compiler's runtime is imported, machine code read from the disk cache and made executable, threads started.
FIRST_CALLS = """
import json, statistics, time
import numpy as np
import rushlight as torch
x = torch.from_numpy(np.linspace(-3, 3, 1 << 20, dtype="float32").reshape(1024, 1024))
layer_norm = torch.nn.functional.layer_norm
def turn():
    start = time.perf_counter()
    x + x
    torch.exp(x)
    x.sum()
    torch.softmax(x, 1)
    layer_norm(x, (1024,))
    return time.perf_counter() - start
first = turn()
print(json.dumps({"first": first, "later": statistics.median(turn() for _ in range(20))}))
"""


def measure_first_calls(rounds: int) -> dict[str, float]:
    """Seconds to start five kernels in a new process: in one that compiles them, and the median of others after it."""
    with tempfile.TemporaryDirectory() as folder:
        found = []
        for _ in range(rounds + 1):
            seconds = in_fresh_process(FIRST_CALLS, RUSHLIGHT_CACHE_DIR=folder)
            found.append(seconds["first"] - seconds["later"])
    return {"compiled": found[0], "from disk": statistics.median(found[1:])}


def measure_imports(rounds: int) -> dict[str, dict[str, float]]:
    """Medians over `rounds` new processes for each of IMPORTS, in turns; a first round warms the disk."""
    found: dict[str, list[dict[str, float]]] = {title: [] for title in IMPORTS}
    for _ in range(rounds + 1):
        for title, (name, before) in IMPORTS.items():
            found[title].append(in_fresh_process(PROBE.format(name=name, before=before)))
    return {
        title: {key: statistics.median(entry[key] for entry in entries[1:]) for key in entries[0]}
        for title, entries in found.items()
    }


def installed_megabytes(name: str) -> float:
    """What the files of one installed distribution take on disk, byte code left out."""
    files = importlib.metadata.files(name) or []
    return sum(file.size or 0 for file in files if file.suffix != ".pyc") / 1e6


def requirements(name: str) -> set[str]:
    """`name` and the distributions that it needs on this machine, extras left out."""
    from packaging.requirements import Requirement

    found, pending = set(), [name]
    while pending:
        current = pending.pop().lower().replace("_", "-")
        if current in found:
            continue
        found.add(current)
        for entry in map(Requirement, importlib.metadata.requires(current) or ()):
            if entry.marker is None or entry.marker.evaluate({"extra": ""}):
                pending.append(entry.name)
    return found


def measure_sizes() -> dict[str, dict[str, float]]:
    """Megabytes of each library alone, and with all that installing it brings."""
    source = (ROOT / "src" / "rushlight").rglob("*")
    alone = sum(path.stat().st_size for path in source if path.is_file() and path.suffix != ".pyc") / 1e6
    ours = sum(map(installed_megabytes, requirements("rushlight") - {"rushlight"}))
    return {
        "torch": {
            "alone": installed_megabytes("torch"),
            "with requirements": sum(map(installed_megabytes, requirements("torch"))),
        },
        "rushlight": {"alone": alone, "with requirements": alone + ours},
    }


def main() -> int:
    """Measures, prints, writes; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15, help="processes per library")
    parser.add_argument("--json", type=Path, metavar="FILE", default=RESULTS / "footprint.json")
    options = parser.parse_args()
    imports, sizes = measure_imports(options.rounds), measure_sizes()
    kernels = measure_first_calls(options.rounds)
    print(f"{'import':<24} {'seconds':>8} {'MB':>8}")
    for title, entry in imports.items():
        print(f"{title:<24} {entry['seconds']:>8.3f} {entry['megabytes']:>8.1f}")
    print(f"\n{'on disk':<24} {'alone':>8} {'with all it needs':>18}")
    for title, entry in sizes.items():
        print(f"{title:<24} {entry['alone']:>5.1f} MB {entry['with requirements']:>15.1f} MB")
    print(f"\nfive kernels from the disk cache, {1e3 * kernels['from disk']:.1f} ms; compiled, ", end="")
    print(f"{1e3 * kernels['compiled']:.0f} ms")
    installed = {name: importlib.metadata.version(name) for name in ("torch", "numpy", "ml-dtypes")}
    save(options.json, (), versions=installed, imports=imports, sizes=sizes, five_kernels=kernels)
    return 0


if __name__ == "__main__":
    sys.exit(main())
