"""The command `rushlight`: runs programs and notebooks written for torch, and describes the installation."""

import argparse
import sys
from collections.abc import Sequence

from rushlight._version import __version__
from rushlight.compat.notebooks import NotebookError, run_notebook
from rushlight.compat.programs import run_script
from rushlight.compat.report import environment_report


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line.

    Args:
        arguments: the words after the command's name; None takes them from `sys.argv`.

    Returns:
        The exit status.
    """
    asked = parser().parse_args(arguments)
    if asked.command == "info":
        return show_information()
    if not asked.file.lower().endswith(".ipynb"):
        if asked.save is not None:
            parser().error("--save is for notebooks")
        return run_script(asked.file, asked.arguments)
    # A notebook has few arguments of its own, so `--save` may follow its name as well.
    options = argparse.ArgumentParser(prog="rushlight run", add_help=False, allow_abbrev=False)
    add_save(options, default=asked.save)
    late, rest = options.parse_known_args(asked.arguments)
    try:
        run_notebook(asked.file, rest, late.save)
    except NotebookError as error:
        print(f"rushlight: {error}", file=sys.stderr)
        return 1
    return 0


def parser() -> argparse.ArgumentParser:
    """The grammar of the command line."""
    root = argparse.ArgumentParser(
        prog="rushlight",
        description="PyTorch's API in readable Python: run programs that were written for torch.",
    )
    root.add_argument("--version", action="version", version=f"rushlight {__version__}")
    commands = root.add_subparsers(dest="command", required=True, metavar="command")
    run = commands.add_parser(
        "run",
        help="run a Python file or a notebook, with rushlight as torch",
        description="Run a Python file or a notebook written for torch: `import torch` gives rushlight.",
    )
    add_save(run, default=None)
    run.add_argument("file", help="FILE.py or FILE.ipynb")
    run.add_argument("arguments", nargs=argparse.REMAINDER, help="what the program finds in sys.argv")
    commands.add_parser("info", help="print the versions and the hardware that a bug report needs")
    return root


def add_save(options: argparse.ArgumentParser, default: str | None) -> None:
    """Adds the option that names the file for an executed notebook."""
    options.add_argument(
        "--save", metavar="OUT.ipynb", default=default, help="write the executed notebook to this file"
    )


def show_information() -> int:
    """Prints one line for each thing that a bug report needs."""
    facts = environment_report()
    width = max(map(len, facts))
    for label, fact in facts.items():
        print(f"{label:{width}}  {fact}")
    return 0
