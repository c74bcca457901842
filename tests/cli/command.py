"""Runs the command `rushlight` in a process of its own, with this tree's package."""

import os
import subprocess
import sys
from pathlib import Path

SOURCE = str(Path(__file__).parents[2] / "src")


def environment() -> dict[str, str]:
    """The variables of this process, with the package's source on the path and one thread a process."""
    path = os.pathsep.join(filter(None, [SOURCE, os.environ.get("PYTHONPATH")]))
    return {**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1"}


def python(*words: object, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Runs this Python with the arguments `words` in `folder`."""
    command = [sys.executable, *map(str, words)]
    return subprocess.run(
        command, cwd=folder, env=environment(), capture_output=True, text=True, timeout=300, check=False
    )


def rushlight(*words: object, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Runs `rushlight` with the arguments `words` in `folder`."""
    return python("-m", "rushlight", *words, folder=folder)
