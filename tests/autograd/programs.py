"""Small programs that differentiate, and what torch makes of them: the text files beside this one, and their outcomes.

``python -m tests.autograd.programs`` records the outcomes with torch, which the tests then compare with ours.
"""

from __future__ import annotations

import ast
import contextlib
import io
import json
import re
import warnings
from pathlib import Path
from typing import Any

import numpy as np

PROGRAMS = Path(__file__).parent / "programs"
RECORDED = Path(__file__).parents[1] / "golden" / "autograd.json"


def topics() -> list[str]:
    """The names of the files of programs."""
    return sorted(path.stem for path in PROGRAMS.glob("*.txt"))


def programs(topic: str) -> dict[str, str]:
    """The programs of one file by title, each with the definitions at the top of the file."""
    head, *blocks = re.split(r"\n\s*\n(?=# )", (PROGRAMS / f"{topic}.txt").read_text().strip())
    known = head.partition("\n")[2]
    found = {}
    for block in blocks:
        title, source = block.split("\n", 1)
        name = title.removeprefix("# ")
        assert name not in found, name
        found[name] = f"{known}\n{source}"
    return found


def outcome(torch: Any, source: str) -> str:
    """What a program prints and what its last expression comes to, or the error that ends it."""
    names: dict[str, Any] = {"torch": torch, "np": np, "__name__": "__main__"}
    tree = ast.parse(source)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    printed = io.StringIO()
    with warnings.catch_warnings(), contextlib.redirect_stdout(printed):
        warnings.simplefilter("ignore")
        torch.manual_seed(0)
        try:
            exec(compile(tree, "<program>", "exec"), names)
            value = eval(compile(ast.Expression(last.value), "<program>", "eval"), names) if last else None
            text = repr(value)
        except Exception as error:
            text = f"{type(error).__name__}: {str(error).splitlines()[0]}"
        finally:
            torch.autograd.set_detect_anomaly(False)
            torch.set_grad_enabled(True)
    return re.sub(r"0x[0-9a-f]+", "0x", printed.getvalue() + text)


def record() -> None:
    """Writes down what torch makes of every program."""
    import torch

    found = {topic: {title: outcome(torch, source) for title, source in programs(topic).items()} for topic in topics()}
    RECORDED.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    record()
