"""Whether every operator does in machine code what it does in NumPy: the conformance of each entry of torch's database.

    python .ci/compiled_as_uncompiled.py ../shared [further arguments of conformance ops]

Both sweeps run at the same time, one with everything compiled and one with nothing. Entries that came out differently
are printed, and the status is 1 if there are any.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

SOURCE = Path(__file__).resolve().parents[1] / "src"
MODES = {"compiled": {"RUSHLIGHT_COMPILE_FROM": "0"}, "uncompiled": {"RUSHLIGHT_COMPILE": "0"}}


def main() -> int:
    """Runs both sweeps; returns the exit status."""
    shared, *more = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        running = []
        for mode, variables in MODES.items():
            command = [sys.executable, "-m", "conformance", "ops", "--dtypes", "float32,float64", "--jobs", "1"]
            command += ["--path", str(SOURCE), "--json", f"{folder}/{mode}", *more]
            environment = os.environ | variables
            running.append(subprocess.Popen(command, cwd=shared, env=environment, stdout=subprocess.DEVNULL))
        statuses = [process.wait() for process in running]
        if any(statuses):
            print("a sweep broke off")
            return 1
        compiled, uncompiled = (entries(Path(folder, mode)) for mode in MODES)
    different = [name for name in compiled.keys() | uncompiled.keys() if compiled.get(name) != uncompiled.get(name)]
    for name in sorted(different):
        print(f"{name}\n  compiled:   {compiled.get(name)}\n  uncompiled: {uncompiled.get(name)}")
    print(f"{len(compiled)} entries, {len(different)} come out differently when they are compiled")
    return 1 if different or not compiled else 0


def entries(file: Path) -> dict[str, dict[str, Any]]:
    """What came of each entry, times left out."""
    rows = json.loads(file.read_text(encoding="utf-8"))["sections"]["ops"]["data"]
    return {row["name"]: {key: value for key, value in row.items() if key != "seconds"} for row in rows}


if __name__ == "__main__":
    sys.exit(main())
