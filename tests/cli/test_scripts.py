"""`rushlight run FILE.py` does what `python FILE.py` does, with rushlight as torch."""

from pathlib import Path

import pytest

from tests.cli.command import python, rushlight


def write(folder: Path, text: str, name: str = "program.py") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


SAME_AS_PYTHON = {
    "arguments": "import sys; print(sys.argv)",
    "first folder on the path": "import sys; print(sys.path[0])",
    "attributes of the module": "print(__name__, __file__, __doc__, __package__, __spec__, __builtins__)",
    "the main module": "import sys; print(vars(sys.modules['__main__']) is globals())",
    "classes pickle": (
        "import pickle\nclass Point: pass\nprint(type(pickle.loads(pickle.dumps(Point()))) is Point, Point.__module__)"
    ),
    "exit status": "import sys; sys.exit(7)",
    "exit message": "import sys; sys.exit('too bad')",
    "uncaught exception": "def divide(a):\n    return a / 0\n\ndivide(3)",
    "exception with a note and a cause": (
        "try:\n    1 / 0\nexcept ZeroDivisionError as error:\n"
        "    other = ValueError('no')\n    other.add_note('see here')\n    raise other from error"
    ),
    "syntax error": "x = (\n",
    "its own exception hook": "import sys\nsys.excepthook = lambda *parts: print('hooked', parts[0])\n1 / 0",
    "exit hooks see its globals": "import atexit\nword = 'bye'\natexit.register(lambda: print(word))",
    "threads outlive the last line": (
        "import threading, time\nword = 'late'\nthreading.Thread(target=lambda: (time.sleep(0.1), print(word))).start()"
    ),
    "encoding declaration": "# coding: latin-1\nprint('done')",
    "main guard": "if __name__ == '__main__':\n    print('main')",
}


@pytest.mark.parametrize("text", SAME_AS_PYTHON.values(), ids=SAME_AS_PYTHON)
def test_behaves_as_under_python(text, tmp_path):
    write(tmp_path, text)
    words = ("program.py", "--lr", "0.1", "--", "--save", "x", "-h")
    expected, actual = python(*words, folder=tmp_path), rushlight("run", *words, folder=tmp_path)
    assert actual.stdout == expected.stdout
    assert actual.stderr == expected.stderr
    assert actual.returncode == expected.returncode


def test_imports_modules_beside_the_file(tmp_path):
    beside = tmp_path / "beside"
    beside.mkdir()
    write(beside, "value = 5", "helper.py")
    write(beside, "import helper; print(helper.value)")
    assert rushlight("run", "beside/program.py", folder=tmp_path).stdout == "5\n"


def test_torch_is_rushlight(tmp_path):
    write(
        tmp_path,
        "import torch, torch.nn as nn, torch.nn.functional as F, rushlight\n"
        "from torch.distributions.multinomial import Multinomial\n"
        "print(torch is rushlight, nn is rushlight.nn, F is rushlight.nn.functional)\n"
        "print(Multinomial is rushlight.distributions.Multinomial)\n"
        "print(torch.arange(3) + 1)\n",
    )
    result = rushlight("run", "program.py", folder=tmp_path)
    assert result.stderr == ""
    assert result.stdout == "True True True\nTrue\ntensor([1, 2, 3])\n"


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_torch_is_rushlight_in_worker_processes(method, tmp_path):
    write(
        tmp_path,
        "import multiprocessing\nimport torch\n\n"
        "def work(number):\n    return torch.tensor([number]).sum().item(), torch.__name__\n\n"
        "if __name__ == '__main__':\n"
        f"    with multiprocessing.get_context({method!r}).Pool(1) as pool:\n"
        "        print(pool.map(work, [3]))\n",
    )
    result = rushlight("run", "program.py", folder=tmp_path)
    assert result.stdout == "[(3, 'rushlight')]\n", result.stderr


def test_torch_is_rushlight_in_programs_that_it_starts(tmp_path):
    write(tmp_path, "from torch import nn; print(nn.__name__)", "other.py")
    write(tmp_path, "import subprocess, sys; subprocess.run([sys.executable, 'other.py'])")
    result = rushlight("run", "program.py", folder=tmp_path)
    assert result.stdout == "rushlight.nn\n", result.stderr


def test_a_missing_file(tmp_path):
    result = rushlight("run", "nowhere.py", folder=tmp_path)
    assert result.returncode == 2
    assert result.stderr == "rushlight: can't open file 'nowhere.py': [Errno 2] No such file or directory\n"


def test_save_is_for_notebooks(tmp_path):
    result = rushlight("run", "--save", "out.ipynb", write(tmp_path, "pass"))
    assert result.returncode == 2
    assert "--save is for notebooks" in result.stderr
