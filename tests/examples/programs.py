"""The programs in examples/ in a reduced form, under rushlight or torch; as a script it records the losses under torch.

    python tests/examples/programs.py

writes tests/golden/examples.json, and needs torch 2.13 and the extra `examples`.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
RECORDED = ROOT / "tests" / "golden" / "examples.json"
STEPS = 20

PROGRAMS = {
    "digits": ["--epochs", "1"],
    "char_gpt": ["--steps", "20", "--dropout", "0.1", "--sample", "20"],
    "vae": ["--epochs", "1"],
    "lstm_language_model": ["--epochs", "1", "--sample", "20"],
    "dqn": ["--steps", "83"],
}
"""The options with which each program takes at least 20 steps in a few seconds."""

DRIVER = """
import json, runpy, sys
if sys.argv[1] == "rushlight":
    import rushlight
    rushlight.install_as_torch()
path, file, *options = sys.argv[2:]
losses = runpy.run_path(path)["main"](options)
with open(file, "w") as target:
    json.dump(losses, target)
"""


def environment() -> dict[str, str]:
    """The variables of a process that finds this rushlight, has one thread and opens no windows."""
    paths = os.pathsep.join(filter(None, [str(ROOT / "src"), os.environ.get("PYTHONPATH")]))
    return os.environ | {"PYTHONPATH": paths, "OMP_NUM_THREADS": "1", "MPLBACKEND": "Agg"}


def run(name: str, library: str, folder: Path, options: list[str]) -> tuple[list[float], str]:
    """Runs a program in a process of its own.

    Args:
        name: of the file, without its ending.
        library: what `torch` is in it, ``"rushlight"`` or ``"torch"``.
        folder: where it runs.
        options: its arguments.

    Returns:
        The loss of each step, and what the program printed.
    """
    program, losses = str(ROOT / "examples" / f"{name}.py"), folder / f"{name}.json"
    command = [sys.executable, "-c", DRIVER, library, program, str(losses), *options]
    done = subprocess.run(command, cwd=folder, env=environment(), capture_output=True, encoding="utf-8", check=False)
    if done.returncode:
        raise RuntimeError(f"{name} under {library}:\n{done.stderr}")
    return json.loads(losses.read_text()), done.stdout


def record() -> None:
    """Writes the losses of all programs under torch."""
    import tempfile

    found = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, options in PROGRAMS.items():
            found[name] = run(name, "torch", Path(folder), [*options, "--plot", ""])[0][:STEPS]
    RECORDED.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    record()
