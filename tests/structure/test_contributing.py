"""The operator that CONTRIBUTING.md adds works as the page says."""

import os
import re
import subprocess
import sys

from tests.structure.source import PACKAGE, ROOT

PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")

# Runs in a process of its own: a declaration stays in the registry for good.
USE = """
import doctest
import rushlight as torch
from rushlight.autograd import gradcheck, gradgradcheck

torch.squareplus = squareplus
runner = doctest.DocTestRunner()
runner.run(doctest.DocTestParser().get_doctest(squareplus.__doc__, {"torch": torch}, "squareplus", None, 0))
assert runner.tries and not runner.failures

x = torch.tensor([-3.0, 0.0, 3.0], dtype=torch.float64, requires_grad=True)
assert gradcheck(squareplus, (x,)) and gradgradcheck(squareplus, (x,))
y = squareplus(x)
assert y.grad_fn.name() == "SquareplusBackward0"
out = torch.empty(3, dtype=torch.float64)
assert squareplus(x.detach(), out=out) is out and torch.equal(out, y.detach())
assert squareplus(torch.arange(3)).dtype is torch.float32
"""


def test_the_operator_of_the_page_works(tmp_path):
    (declaration,) = re.findall(r"^```python\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    program = tmp_path / "squareplus.py"
    program.write_text(declaration + USE, encoding="utf-8")
    paths = os.pathsep.join(filter(None, [str(PACKAGE.parent), os.environ.get("PYTHONPATH")]))
    done = subprocess.run(
        [sys.executable, program], env=os.environ | {"PYTHONPATH": paths}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_page_is_one_page():
    assert PAGE.count("\n") < 120
