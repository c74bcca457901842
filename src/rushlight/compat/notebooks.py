"""Runs a notebook with `torch` as a name for rushlight, showing each cell and its output as it comes.

The cells run as Jupyter runs them, in an IPython kernel started by nbclient. These packages are optional (the
extra `notebook`) and load when the first notebook is run.
"""

import os
import re
import sys
from pathlib import Path
from typing import Any

from rushlight.compat.programs import child_environment

PACKAGES = ("nbformat", "nbclient", "jupyter_client", "ipykernel")
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


class NotebookError(Exception):
    """A notebook cannot be run, or one of its cells failed. The text is for the person who asked."""


def run_notebook(path: str, arguments: list[str], save: str | None) -> None:
    """Runs a notebook in its own folder, as Jupyter does, and prints it with its outputs.

    A cell that fails ends the run, unless its tag `raises-exception` says that it is meant to.

    Args:
        path: the notebook.
        arguments: what follows it in `sys.argv`, as the cells see it.
        save: where to write the executed notebook, also after a failure; None to write nothing.

    Raises:
        NotebookError: if a cell fails, the file is not a notebook in Python, or packages are missing.
    """
    make_client = printing_client()
    notebook = read(path)
    if save is not None and not Path(save).absolute().parent.is_dir():
        raise NotebookError(f"can't write {save}: there is no such folder")
    client = make_client(notebook, str(Path(path).absolute().parent), [path, *arguments])
    try:
        client.run()
    finally:
        if save is not None:
            write(notebook, save)


def read(path: str) -> Any:
    """The notebook in a file, in nbformat's version 4."""
    import nbformat

    try:
        notebook = nbformat.read(path, as_version=4)
    except OSError as error:
        raise NotebookError(f"can't open file {path!r}: [Errno {error.errno}] {error.strerror}") from None
    except Exception as error:  # nbformat reads with json, jsonschema and code of its own, each with its errors
        raise NotebookError(f"{path} is not a notebook: {str(error).splitlines()[0]}") from error
    language = notebook.metadata.get("kernelspec", {}).get("language", "python")
    if language != "python":
        raise NotebookError(f"{path} is a notebook in {language}, not in Python")
    return notebook


def write(notebook: Any, path: str) -> None:
    """Writes a notebook to a file."""
    import nbformat

    try:
        nbformat.write(notebook, path)
    except OSError as error:
        raise NotebookError(f"can't write {path}: {error.strerror}") from None


def printing_client() -> Any:
    """The class that runs a notebook, made here because its base is in an optional package."""
    try:
        import ipykernel  # noqa: F401
        from jupyter_client.kernelspec import KernelSpecManager
        from jupyter_client.manager import AsyncKernelManager
        from nbclient import NotebookClient
        from nbclient.exceptions import CellExecutionError, DeadKernelError
    except ModuleNotFoundError as error:
        if error.name not in PACKAGES:
            raise
        raise NotebookError(
            f"running a notebook needs {error.name}; install it with: pip install 'rushlight[notebook]'"
        ) from None

    class PrintingClient(NotebookClient):
        """Runs the cells of a notebook in a kernel of this Python and prints them with their outputs."""

        def __init__(self, notebook: Any, folder: str, argv: list[str]) -> None:
            # No folders of specs: the kernel is this Python's own, whatever "python3" means to Jupyter.
            manager = AsyncKernelManager(kernel_spec_manager=KernelSpecManager(kernel_dirs=[]))
            super().__init__(
                notebook,
                km=manager,
                resources={"metadata": {"path": folder}},
                record_timing=False,
                extra_arguments=[
                    "--log-level=ERROR",  # a warning about sockets is Jupyter's business
                    f"--IPKernelApp.exec_lines=__import__('sys').argv[:] = {argv!r}",
                ],
            )
            self.on_cell_start = self.show_source
            self.on_cell_executed = self.end_cell

        def run(self) -> None:
            """Executes every cell; reports a failure in one line, for its traceback is printed already."""
            try:
                self.execute(env=child_environment(), cleanup_kc=True)
            except CellExecutionError as error:
                first_line = str(error.evalue).partition("\n")[0]
                raise NotebookError(f"{self.position()} failed: {error.ename}: {first_line}") from None
            except DeadKernelError:
                raise NotebookError(f"the kernel died in {self.position()}") from None
            except AssertionError:
                if self.km is not None:
                    raise
                # On Ctrl-C nbclient ends the kernel, and trips when it wants to do so a second time.
                raise NotebookError(f"interrupted in {self.position()}") from None

        def position(self) -> str:
            return f"cell [{self.code_cells_executed}]"

        def show_source(self, cell: Any, cell_index: int) -> None:
            if cell.cell_type != "code":
                show(f"{cell.source}\n\n")
            elif cell.source.strip():
                show(f"In [{self.code_cells_executed + 1}]:\n{cell.source}\n\n")

        def output(self, outs: list[Any], msg: Any, display_id: str | None, cell_index: int) -> Any:
            """Takes one output from the kernel, and prints it."""
            before = outs[-1:]
            found = super().output(outs, msg, display_id, cell_index)
            if found is not None:
                show(gap(before, found) + text_of(found))
            return found

        def end_cell(self, cell: Any, cell_index: int, execute_reply: Any) -> None:
            if cell.outputs:
                show("\n\n")

    return PrintingClient


def gap(before: list[Any], output: Any) -> str:
    """What parts an output from the one before it: the end of a line, unless a stream goes on."""
    if not before or text_of(before[0]).endswith("\n"):
        return ""
    return "" if before[0].output_type == output.output_type == "stream" else "\n"


def text_of(output: Any) -> str:
    """What a cell's output looks like in a terminal; of a picture its one-line description."""
    if output.output_type == "stream":
        return str(output.text)
    if output.output_type == "error":
        return "\n".join(output.traceback)
    return str(output.data.get("text/plain", "".join(f"<{kind}>" for kind in list(output.data)[:1])))


def show(text: str) -> None:
    """Prints at once, in colour only on a terminal that wants it."""
    if not sys.stdout.isatty() or "NO_COLOR" in os.environ:
        text = COLOUR.sub("", text)
    sys.stdout.write(text)
    sys.stdout.flush()
