"""`rushlight run FILE.ipynb` prints a notebook as it runs, saves it, and tells whether a cell failed."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tests.cli.command import environment, rushlight

IN_R = (
    '{"nbformat": 4, "nbformat_minor": 5, "cells": [], '
    '"metadata": {"kernelspec": {"name": "ir", "display_name": "R", "language": "R"}}}'
)


def write(folder: Path, *cells: object, name: str = "book.ipynb") -> Path:
    made = [new_code_cell(cell) if isinstance(cell, str) else cell for cell in cells]
    path = folder / name
    nbformat.write(new_notebook(cells=made), path)
    return path


def test_prints_cells_with_their_outputs(tmp_path):
    write(
        tmp_path,
        new_markdown_cell("# Title\n\nwords"),
        "import torch",
        "",
        "x = torch.arange(3)\nx",
        "print('one')\nprint('two')\nx[0].item()",
        "import sys\nprint('warned', file=sys.stderr)",
    )
    result = rushlight("run", "book.ipynb", folder=tmp_path)
    assert result.stderr == ""
    assert result.returncode == 0
    assert result.stdout == (
        "# Title\n\nwords\n\n"
        "In [1]:\nimport torch\n\n"
        "In [2]:\nx = torch.arange(3)\nx\n\ntensor([0, 1, 2])\n\n"
        "In [3]:\nprint('one')\nprint('two')\nx[0].item()\n\none\ntwo\n0\n\n"
        "In [4]:\nimport sys\nprint('warned', file=sys.stderr)\n\nwarned\n\n\n"
    )


def test_torch_and_its_submodules_are_rushlight(tmp_path):
    write(
        tmp_path,
        "import torch.nn.functional as F\nfrom torch.distributions.multinomial import Multinomial\n"
        "F.__name__, Multinomial.__name__",
    )
    result = rushlight("run", "book.ipynb", folder=tmp_path)
    assert "('rushlight.nn.functional', 'Multinomial')" in result.stdout


@pytest.mark.parametrize(
    "words",
    [
        ("--save", "out.ipynb", "book.ipynb"),
        ("book.ipynb", "--save", "out.ipynb"),
        ("book.ipynb", "--save=out.ipynb"),
    ],
)
def test_saves_the_executed_notebook(words, tmp_path):
    path = write(tmp_path, "1 + 1", new_markdown_cell("text"))
    before = path.read_bytes()
    assert rushlight("run", *words, folder=tmp_path).returncode == 0
    saved = nbformat.read(tmp_path / "out.ipynb", as_version=4)
    nbformat.validate(saved)
    assert saved.cells[0].outputs[0].data["text/plain"] == "2"
    assert saved.cells[0].execution_count == 1
    assert saved.cells[1].source == "text"
    assert path.read_bytes() == before


def test_a_failing_cell_ends_the_run(tmp_path):
    write(tmp_path, "print('before')", "def divide(a):\n    return a / 0\ndivide(1)", "print('after')")
    result = rushlight("run", "book.ipynb", "--save", "out.ipynb", folder=tmp_path)
    assert result.returncode == 1
    assert "before\n" in result.stdout
    assert "ZeroDivisionError: division by zero" in result.stdout
    assert "return a / 0" in result.stdout
    assert "\x1b" not in result.stdout
    assert "after" not in result.stdout
    assert result.stderr == "rushlight: cell [2] failed: ZeroDivisionError: division by zero\n"
    saved = nbformat.read(tmp_path / "out.ipynb", as_version=4)
    assert [len(cell.outputs) for cell in saved.cells] == [1, 1, 0]


def test_a_cell_that_is_meant_to_fail_does_not_end_the_run(tmp_path):
    meant = new_code_cell("1 / 0", metadata={"tags": ["raises-exception"]})
    write(tmp_path, meant, "print('after')")
    result = rushlight("run", "book.ipynb", folder=tmp_path)
    assert result.returncode == 0
    assert "ZeroDivisionError: division by zero" in result.stdout
    assert "after\n" in result.stdout


def test_runs_in_the_folder_of_the_notebook(tmp_path):
    beside = tmp_path / "beside"
    beside.mkdir()
    (beside / "helper.py").write_text("value = 5", encoding="utf-8")
    write(beside, "import helper, os\nhelper.value, os.path.basename(os.getcwd())")
    assert "(5, 'beside')" in rushlight("run", "beside/book.ipynb", folder=tmp_path).stdout


def test_a_relative_path_of_modules_holds_for_the_kernel(tmp_path, monkeypatch):
    for name in ("modules", "beside"):
        (tmp_path / name).mkdir()
    (tmp_path / "modules" / "helper.py").write_text("value = 5", encoding="utf-8")
    write(tmp_path / "beside", "import helper\nhelper.value")
    monkeypatch.setenv("PYTHONPATH", "modules")
    assert "\n\n5\n\n" in rushlight("run", "beside/book.ipynb", folder=tmp_path).stdout


def test_cells_see_the_arguments(tmp_path):
    write(tmp_path, "import sys\nsys.argv", "sorted(name for name in globals() if name[0] != '_')")
    result = rushlight("run", "book.ipynb", "--lr", "it's", "-x", folder=tmp_path)
    assert "['book.ipynb', '--lr', \"it's\", '-x']" in result.stdout
    assert "['In', 'Out', 'exit', 'get_ipython', 'open', 'quit', 'sys']" in result.stdout


def test_a_kernel_that_dies_is_reported(tmp_path):
    write(tmp_path, "import os\nos._exit(3)")
    result = rushlight("run", "book.ipynb", folder=tmp_path)
    assert result.returncode == 1
    assert "rushlight: the kernel died in cell [1]\n" in result.stderr


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
def test_an_interrupt_ends_the_kernel_and_saves_what_there_is(tmp_path):
    write(tmp_path, "import os, time\nprint(os.getpid(), flush=True)\ntime.sleep(60)")
    words = [sys.executable, "-m", "rushlight", "run", "book.ipynb", "--save", "out.ipynb"]
    pipe = subprocess.PIPE
    with subprocess.Popen(words, cwd=tmp_path, env=environment(), stdout=pipe, stderr=pipe, text=True) as run:
        kernel = next(int(line) for line in run.stdout if line.strip().isdecimal())
        run.send_signal(signal.SIGINT)
        _, message = run.communicate(timeout=60)
    assert message.endswith("rushlight: interrupted in cell [1]\n")  # the kernel may have its say before
    assert run.returncode == 1
    with pytest.raises(ProcessLookupError):
        os.kill(kernel, 0)
    assert (tmp_path / "out.ipynb").exists()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "can't open file 'book.ipynb': [Errno 2] No such file or directory"),
        ("print(1)", "book.ipynb is not a notebook: Notebook does not appear to be JSON: 'print(1)'"),
        ("[]", "book.ipynb is not a notebook"),
        ("{}", "book.ipynb is not a notebook"),
        ('{"nbformat": 4, "nbformat_minor": 5, "metadata": {}}', "book.ipynb is not a notebook"),
        (
            IN_R,
            "book.ipynb is a notebook in R, not in Python",
        ),
    ],
)
def test_files_that_are_no_python_notebooks(text, message, tmp_path):
    if text is not None:
        (tmp_path / "book.ipynb").write_text(text, encoding="utf-8")
    result = rushlight("run", "book.ipynb", folder=tmp_path)
    assert result.returncode == 1
    assert result.stderr.startswith(f"rushlight: {message}")
    assert result.stderr.count("\n") == 1


def test_a_place_to_save_is_checked_first(tmp_path):
    write(tmp_path, "print('ran')")
    result = rushlight("run", "book.ipynb", "--save", "nowhere/out.ipynb", folder=tmp_path)
    assert result.returncode == 1
    assert result.stdout == ""
    assert result.stderr == "rushlight: can't write nowhere/out.ipynb: there is no such folder\n"


@pytest.mark.parametrize("package", ["nbformat", "nbclient", "ipykernel"])
def test_missing_packages_are_named(package, tmp_path):
    write(tmp_path, "1")
    # A module that cannot be found stands in for a package that is not installed.
    hide = f"import sys; sys.modules[{package!r}] = None\n"
    run = "from rushlight.cli import main\nsys.exit(main(sys.argv[1:]))"
    (tmp_path / "without.py").write_text(hide + run, encoding="utf-8")
    result = rushlight("run", "without.py", "run", "book.ipynb", folder=tmp_path)
    assert result.returncode == 1
    assert result.stderr == (
        f"rushlight: running a notebook needs {package}; install it with: pip install 'rushlight[notebook]'\n"
    )
