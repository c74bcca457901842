"""`install_as_torch` makes torch a name for rushlight: the same modules, and clear words for what is missing.

Each program runs in a process of its own, because the alias stays for the rest of a process.
"""

import pytest

from tests.cli.command import python


def printed(text: str) -> str:
    """What a program prints after `install_as_torch()`."""
    result = python("-c", f"import rushlight\nrushlight.install_as_torch()\n{text}")
    assert result.returncode == 0, result.stderr
    return result.stdout.strip()


def test_torch_is_rushlight():
    assert printed("import torch; print(torch is rushlight)") == "True"


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("import torch.nn as x", "rushlight.nn"),
        ("import torch.nn.functional as x", "rushlight.nn.functional"),
        ("from torch.nn import functional as x", "rushlight.nn.functional"),
        ("from torch import optim as x", "rushlight.optim"),
        ("import torch.distributions.multinomial as x", "rushlight.distributions.multinomial"),
        ("import importlib; x = importlib.import_module('torch.autograd')", "rushlight.autograd"),
    ],
)
def test_submodules_are_the_same_objects(statement, name):
    text = f"{statement}\nimport importlib, sys\nprint(x is importlib.import_module({name!r}), x.__name__)"
    assert printed(text) == f"True {name}"


def test_no_module_is_loaded_twice():
    text = (
        "import torch.nn.functional, torch.optim, torch.autograd.functional, sys\n"
        "from torch.distributions.multinomial import Multinomial\n"
        "files = [getattr(m, '__file__', None) for m in {id(m): m for m in sys.modules.values()}.values()]\n"
        "own = [f for f in files if f and 'rushlight' in f]\n"
        "print(len(own) == len(set(own)))\n"
        "names = [getattr(m, '__name__', '') for m in sys.modules.values()]\n"
        "print(any(name.partition('.')[0] == 'torch' for name in names))"
    )
    assert printed(text) == "True\nFalse"


def test_module_attributes_stay_rushlights():
    text = "import torch.nn\nprint(torch.nn.__spec__.name, torch.nn.__package__, torch.__spec__.name)"
    assert printed(text) == "rushlight.nn rushlight.nn rushlight"


def test_a_second_call_changes_nothing():
    text = "import sys; before = list(sys.meta_path); rushlight.install_as_torch()\n"
    assert printed(f"{text}print(before == sys.meta_path)") == "True"


def test_a_function_is_not_replaced_by_the_file_of_its_name():
    text = (
        "import torch\n"
        "try:\n    import torch.tensor\nexcept ModuleNotFoundError as error:\n    print(error)\n"
        "print(torch.tensor(1))"
    )
    assert printed(text) == "rushlight does not have torch.tensor\ntensor(1)"


def test_machinery_is_not_torchs():
    text = "try:\n    import torch._ops\nexcept ModuleNotFoundError as error:\n    print(error)"
    assert printed(text) == "rushlight does not have torch._ops"


@pytest.mark.parametrize(
    ("statement", "kind", "message", "note"),
    [
        (
            "import torch.cuda_of_old",
            "ModuleNotFoundError",
            "rushlight does not have torch.cuda_of_old",
            None,
        ),
        (
            "import torch.optimm",
            "ModuleNotFoundError",
            "rushlight does not have torch.optimm",
            "closest: torch.optim",
        ),
        (
            "import torch.nn.function",
            "ModuleNotFoundError",
            "rushlight does not have torch.nn.function",
            "torch.nn.functional",
        ),
        (
            "from torch import sigmod",
            "ModuleNotFoundError",
            "rushlight does not have torch.sigmod",
            "torch.sigmoid",
        ),
        (
            "import torch; torch.sigmod",
            "AttributeError",
            "rushlight does not have torch.sigmod",
            "torch.sigmoid",
        ),
        (
            "import torch; torch.nn.Linaer",
            "AttributeError",
            "rushlight does not have torch.nn.Linaer",
            "torch.nn.Linear",
        ),
    ],
)
def test_what_is_missing_is_named(statement, kind, message, note):
    text = (
        f"try:\n    {statement}\nexcept Exception as error:\n"
        "    print(type(error).__name__, error, sep='|')\n    print(getattr(error, '__notes__', None))"
    )
    first, notes = printed(text).splitlines()
    assert first == f"{kind}|{message}"
    assert notes == "None" if note is None else note in notes


def test_an_optional_import_of_torch_still_works():
    text = "try:\n    from torch.fx import Tracer\nexcept ImportError:\n    print('without')"
    assert printed(text) == "without"


def test_refuses_when_the_real_torch_is_there():
    text = (
        "import sys, types\nsys.modules['torch'] = types.ModuleType('torch')\nimport rushlight\n"
        "try:\n    rushlight.install_as_torch()\n"
        "except RuntimeError as error:\n    print(error, error.__notes__[-1], sep='\\n')"
    )
    assert python("-c", text).stdout == (
        "rushlight cannot stand in for torch, which has been imported already\n"
        "call rushlight.install_as_torch() before anything imports torch\n"
    )
