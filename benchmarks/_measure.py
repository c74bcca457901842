"""How the benchmarks measure: two libraries in one process, in turns, and the ratio of each pair of turns.

A time alone says as much about the machine's mood as about the program, so nothing here compares times taken
minutes apart. A *round* runs the same statement in both libraries, one directly after the other and in
alternating order; the result is the median of the rounds' ratios with its quartiles. The garbage collector is
off inside the timed loops, and everything runs on one thread unless a script asks for more (`use_threads`).
"""

import gc
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from itertools import repeat
from pathlib import Path
from time import perf_counter
from types import ModuleType
from typing import Any

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks" / "results"

# NumPy's BLAS and torch read these when they load, so they are set before either is imported.
for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")


def use_threads(count: int) -> None:
    """Lets linear algebra use `count` threads; to be called before NumPy and torch are imported."""
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[variable] = str(count)


# This checkout is what gets measured, whatever else is installed.
sys.path.insert(0, str(ROOT / "src"))

Timer = Callable[[int], float]


@dataclass(frozen=True)
class Case:
    """One statement to compare.

    Attributes:
        name: the row's title
        statement: what is timed, as source text; the same text runs in both libraries
        setup: source text that prepares the names of `statement`; `torch` is the library, `np` is NumPy
        result: an expression evaluated after one run of setup and statement; both libraries must agree on it
        note: what the title, which is code, does not say
    """

    name: str
    statement: str
    setup: str = ""
    result: str = "result"
    note: str = ""


@dataclass
class Row:
    """What was measured for one case; times in microseconds, ratios rushlight over torch."""

    name: str
    note: str
    torch_us: float
    rushlight_us: float
    ratio: float
    lower_quartile: float
    upper_quartile: float
    rounds: int
    loops: int
    ratios: list[float] = field(repr=False, default_factory=list)


def compile_timer(case: Case, library: ModuleType) -> Timer:
    """A function that runs `case` in `library` a number of times and returns the seconds that took."""
    names = prepared(case, library) | {"_repeat": repeat, "_clock": perf_counter}
    body = textwrap.indent(case.statement, " " * 8)
    source = (
        "def timer(loops):\n"
        "    start = _clock()\n"
        "    for _ in _repeat(None, loops):\n"
        f"{body}\n"
        "    return _clock() - start\n"
    )
    # The names of the setup are globals of the timer, as they are in a notebook's cell.
    exec(compile(source, f"<{case.name}>", "exec"), names)
    return names["timer"]


def prepared(case: Case, library: ModuleType) -> dict[str, Any]:
    """The names that `case` finds after its setup."""
    import numpy as np

    names: dict[str, Any] = {"torch": library, "np": np}
    exec(compile(case.setup, f"<setup of {case.name}>", "exec"), names)
    return names


def outcome(case: Case, library: ModuleType) -> Any:
    """The value of the case's result after one run, as plain Python numbers, lists and strings."""
    names = prepared(case, library)
    exec(compile(case.statement, f"<{case.name}>", "exec"), names)
    return plain(eval(case.result, names))


def plain(value: Any) -> Any:
    """Tensors as nested lists, inside tuples and lists too."""
    if isinstance(value, tuple | list):
        return [plain(entry) for entry in value]
    return value.detach().tolist() if hasattr(value, "detach") else value


def agree(left: Any, right: Any, tolerance: float = 1e-5) -> bool:
    """Whether two plain values are equal, floats within a relative `tolerance`."""
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(agree, left, right, repeat(tolerance)))
    if isinstance(left, float) and isinstance(right, float):
        return abs(left - right) <= tolerance * max(1.0, abs(left), abs(right)) or left == right
    return bool(left == right)


def loops_for(timer: Timer, seconds: float) -> int:
    """How often to run a statement so that one turn takes about `seconds`."""
    loops = 1
    while (spent := timer(loops)) < seconds / 4:
        loops *= 2
    return max(1, round(loops * seconds / spent))


def compare(
    case: Case, torch: ModuleType, rushlight: ModuleType, rounds: int = 200, turn_ms: float = 2.0,
    tolerance: float = 1e-5, warm_ms: float = 0.0,
) -> Row:  # fmt: skip
    """Measures one case in both libraries, after checking that they agree on its result.

    Args:
        case: what to run
        torch, rushlight: the two libraries
        rounds: pairs of turns
        turn_ms: about how long one turn of torch takes
        tolerance: how far floats may be apart, relative to the larger
        warm_ms: about how long the statement runs before each turn without being timed, so that the other library's
            threads have stopped looking for work on the processors, and this one's are awake

    Raises:
        AssertionError: the libraries disagree, which makes any comparison of their speed idle.
    """
    expected, found = outcome(case, torch), outcome(case, rushlight)
    assert agree(expected, found, tolerance), f"{case.name}: torch gives {expected}, rushlight {found}"
    timers = compile_timer(case, torch), compile_timer(case, rushlight)
    loops = loops_for(timers[0], turn_ms / 1e3)
    warming = [loops_for(timer, warm_ms / 1e3) if warm_ms else loops for timer in timers]
    for timer in timers:
        timer(loops)
    times: tuple[list[float], list[float]] = [], []
    gc.collect()
    gc.disable()
    try:
        for number in range(rounds):
            for which in (0, 1) if number % 2 else (1, 0):
                if warm_ms:
                    timers[which](warming[which])
                times[which].append(timers[which](loops))
    finally:
        gc.enable()
    ratios = [ours / theirs for theirs, ours in zip(*times, strict=True)]
    lower, median, upper = statistics.quantiles(ratios, n=4)
    microseconds = [statistics.median(entry) / loops * 1e6 for entry in times]
    return Row(case.name, case.note, *microseconds, median, lower, upper, rounds, loops, ratios)


HEADER = f"{'':<36} {'torch':>10} {'rushlight':>10}   ratio  (quartiles)"


def as_line(row: Row, limit: float | None = None) -> str:
    """A row for a terminal, to stand below `HEADER`; a ratio above `limit` is marked."""
    title = f"{row.name}, {row.note}" if row.note else row.name
    mark = "  <- above the limit" if limit is not None and row.ratio > limit else ""
    return (
        f"{title:<36} {row.torch_us:>7.2f} µs {row.rushlight_us:>7.2f} µs   {row.ratio:5.2f}  "
        f"({row.lower_quartile:.2f} - {row.upper_quartile:.2f}){mark}"
    )


def machine() -> dict[str, Any]:
    """What a reader needs to know about the computer that measured."""
    return {
        "processor": processor(),
        "cores": os.cpu_count(),
        "system": platform.platform(terse=True),
        "python": platform.python_version(),
    }


def processor() -> str:
    """The processor's name as the system gives it."""
    try:
        found = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    except OSError:
        found = None
    return found[1].strip() if found else platform.processor() or platform.machine()


def versions(*packages: ModuleType) -> dict[str, str]:
    """The packages' versions by name."""
    return {package.__name__: str(package.__version__) for package in packages}


def save(path: Path, rows: Sequence[Row], **more: Any) -> None:
    """Writes rows, the machine and whatever else was measured as JSON; single ratios are left out."""
    kept = [{key: value for key, value in asdict(row).items() if key != "ratios"} for row in rows]
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"machine": machine(), **more, "rows": kept}, indent=2, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")


def in_fresh_process(source: str, **variables: str) -> Any:
    """Runs `source` in a new interpreter that finds this checkout, and returns the JSON that it prints.

    Args:
        source: a program.
        variables: of the environment.
    """
    paths = os.pathsep.join(filter(None, [str(ROOT / "src"), os.environ.get("PYTHONPATH")]))
    environment = os.environ | {"PYTHONPATH": paths} | variables
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # installed packages come compiled; so must this one
    process = subprocess.run(
        [sys.executable, "-c", source], env=environment, capture_output=True, text=True, check=True
    )
    return json.loads(process.stdout.splitlines()[-1])
