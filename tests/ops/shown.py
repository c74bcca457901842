"""Expressions in torch's API and what torch prints for them: the text files beside this one, and their outcomes.

``python -m tests.ops.shown`` records the outcomes with torch, which the tests then compare with ours. Numbers are
compared as they print, to four digits; where the last digit of a sum matters, `programs.py` compares bits.
"""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

EXPRESSIONS = Path(__file__).parent / "shown"
RECORDED = Path(__file__).parents[1] / "golden" / "shown.json"

OPERANDS = """
import copy, pickle
import numpy as np
inf, nan = float("inf"), float("nan")
a = torch.tensor([[0.5521, 0.5813, 0.4987], [0.1685, 0.6066, 0.2633],
                  [0.8681, 0.6731, 0.8404], [0.5233, 0.6716, 0.1455]])
c = a * (1 + 1j) + 0.25
i = torch.arange(6).reshape(2, 3)
b = i > 2
z = torch.tensor(2.0)
em = torch.empty(0)
e2 = torch.empty(2, 0)
t = torch.tensor([1.0, 3.0, 3.0, 1.0, 2.0])
n = torch.tensor([1.0, nan, 3.0, 2.0])
d = a.double().requires_grad_()
zeros = torch.tensor([[1.0, 0.0, 3.0], [0.0, 0.0, 2.0], [1.0, 2.0, 4.0]])

def shown(x):
    # to six decimals, so that what is zero but for rounding shows as zero
    x = torch.view_as_real(x.detach().resolve_conj()) if x.is_complex() else x
    return (x.detach() * 1e6).round() / 1e6 + 0.0

def slope(function, x):
    # the derivative of a weighted sum of the outputs, and of a sum of its squares once more, in double precision
    x = (x.to(torch.complex128) if x.is_complex() else x.double()).requires_grad_()
    y = function(x)
    y = y if torch.is_tensor(y) else y[0]
    y = y.abs() if y.is_complex() else y
    weights = torch.arange(1.0, y.numel() + 1, dtype=torch.float64).reshape(y.shape)
    (first,) = torch.autograd.grad((y * weights).sum(), x, create_graph=True)
    if not first.requires_grad:
        return shown(first)
    square = (first * first.conj()).real if x.is_complex() else first * first
    (second,) = torch.autograd.grad((square * (square + 1)).sum(), x)
    return shown(first), shown(second)
"""


def families() -> list[str]:
    """The names of the files of expressions."""
    return sorted(path.stem for path in EXPRESSIONS.glob("*.txt"))


def expressions(family: str) -> list[str]:
    """The expressions of one file."""
    lines = (EXPRESSIONS / f"{family}.txt").read_text().splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def outcome(torch: Any, expression: str) -> list[str]:
    """What an expression prints, with its dtype and the warnings, or the error."""
    names: dict[str, Any] = {"torch": torch}
    exec(OPERANDS, names)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("ignore")
        warnings.filterwarnings("always", category=UserWarning)
        try:
            value = eval(expression, names)
            shown = [repr(value), str(getattr(value, "dtype", ""))]
        except Exception as error:
            shown = [f"{type(error).__name__}: {str(error).splitlines()[0]}"]
    # torch appends the place in its source to warnings
    return [*shown, *(str(item.message).split(" (Triggered internally")[0] for item in caught)]


def main() -> None:
    """Records what torch prints for every expression."""
    import torch

    found = {family: {line: outcome(torch, line) for line in expressions(family)} for family in families()}
    parts = [
        f" {json.dumps(family)}: {{\n"
        + ",\n".join(f"  {json.dumps(line)}: {json.dumps(shown)}" for line, shown in lines.items())
        + "\n }"
        for family, lines in found.items()
    ]
    RECORDED.write_text("{\n" + ",\n".join(parts) + "\n}\n")


if __name__ == "__main__":
    main()
