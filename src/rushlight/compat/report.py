"""What a report of a bug needs to say about the machine and the packages on it."""

import importlib.metadata
import os
import platform
from pathlib import Path

import numpy

from rushlight._version import __version__

THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


def environment_report() -> dict[str, str]:
    """The versions and the hardware that decide how rushlight behaves, each with its label.

    Example::

        >>> from rushlight.compat.report import environment_report
        >>> environment_report()["rushlight"].startswith(rushlight.__version__)
        True
    """
    return {
        "rushlight": f"{__version__} ({Path(__file__).parents[1]})",
        "Python": f"{platform.python_version()} ({platform.python_implementation()})",
        "NumPy": numpy.__version__,
        "ml_dtypes": version("ml_dtypes"),
        "llvmlite": version("llvmlite"),
        "platform": platform.platform(),
        "CPU": processor(),
        "vector instructions": vector_instructions(),
        "cores": cores(),
        "threads": threads(),
        "BLAS": blas(),
    }


def version(package: str) -> str:
    """The installed version of a package."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"


def processor() -> str:
    """The name of the CPU, which Linux keeps in a file."""
    information = Path("/proc/cpuinfo")
    if information.is_file():
        for line in information.read_text(encoding="utf-8", errors="replace").splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return f"{value.strip()} ({platform.machine()})"
    return platform.processor() or platform.machine()


def vector_instructions() -> str:
    """The instruction sets beyond its baseline that NumPy found."""
    found = numpy_configuration("SIMD Extensions", "found")
    return ", ".join(map(str, found)) if isinstance(found, list) and found else "baseline only"


def cores() -> str:
    """How many cores this process may use, and how many there are."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{usable} usable of {os.cpu_count()}"


def threads() -> str:
    """The variables that limit the threads of NumPy's BLAS."""
    limits = [f"{name}={os.environ[name]}" for name in THREAD_VARIABLES if name in os.environ]
    return ", ".join(limits) or "no limit set in the environment"


def blas() -> str:
    """The linear algebra library that NumPy was built with."""
    name, release, configuration = (
        numpy_configuration("Build Dependencies", "blas", key) for key in ("name", "version", "openblas configuration")
    )
    return f"{name or 'unknown'} {release or ''} ({configuration or 'no details'})"


def numpy_configuration(*keys: str) -> object:
    """One entry of NumPy's build configuration, an empty string if this build does not have it."""
    value: object = numpy.show_config(mode="dicts")
    for key in keys:
        value = value.get(key, "") if isinstance(value, dict) else ""
    return value
