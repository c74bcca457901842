"""Runs a Python file as `python FILE` does, with `torch` as a name for rushlight."""

import builtins
import io
import os
import sys
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType

from rushlight.compat.alias import install_as_torch

SHIM_FOLDER = str(Path(__file__).with_name("shim"))


def child_environment() -> dict[str, str]:
    """The variables of this process, with the folder on the path in which `import torch` finds rushlight."""
    inherited = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    # The kernel of a notebook starts in the notebook's folder, where relative folders would be others.
    folders = [SHIM_FOLDER, *(os.path.abspath(folder) for folder in inherited if folder)]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(folders)}


def run_script(path: str, arguments: list[str]) -> int:
    """Runs a Python file in this process, which belongs to the program from then on.

    Args:
        path: the file.
        arguments: what follows it in `sys.argv`.

    Returns:
        The exit status: 0, 1 after an uncaught exception (its traceback is shown), 2 if the file cannot be
        read. `SystemExit` passes through, for the interpreter to deal with.
    """
    try:
        with io.open_code(path) as file:
            source = file.read()
    except OSError as error:
        sys.stderr.write(f"rushlight: can't open file {path!r}: [Errno {error.errno}] {error.strerror}\n")
        return 2
    install_as_torch()
    os.environ.update(child_environment())
    sys.argv[:] = [path, *arguments]
    folder = os.path.dirname(os.path.realpath(path))
    if not sys.flags.safe_path:
        sys.path[0] = folder  # until here the folder of the `rushlight` command
    # `multiprocessing` hands this list to the processes it spawns; here `torch` is loaded already.
    sys.path.insert(0 if sys.flags.safe_path else 1, SHIM_FOLDER)
    return execute(source, os.path.abspath(path))


def execute(source: bytes, path: str) -> int:
    """Runs a program's text as the module `__main__`, which stays for its threads and exit hooks."""
    main = ModuleType("__main__")
    main.__file__ = path
    main.__loader__ = SourceFileLoader("__main__", path)
    main.__dict__.update(__builtins__=builtins, __cached__=None)
    sys.modules["__main__"] = main
    try:
        exec(compile(source, path, "exec", dont_inherit=True), main.__dict__)
    except Exception as error:
        # The first entry of the traceback is this function, which the program knows nothing of.
        error.__traceback__ = error.__traceback__ and error.__traceback__.tb_next
        sys.excepthook(type(error), error, error.__traceback__)
        return 1
    return 0
