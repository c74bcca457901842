"""Small programs in torch's API and what torch makes of them: the text files beside this one, and their outcomes.

``python -m tests.ops.programs`` records the outcomes with torch, which the tests then compare with ours.
"""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np

PROGRAMS = Path(__file__).parent / "programs"
RECORDED = Path(__file__).parents[1] / "golden" / "programs.json"

OPERANDS = """
x = torch.arange(6.).view(2, 3).clone()
x3 = torch.arange(24.).view(2, 3, 4).clone()
z = torch.tensor(1.)
a = torch.arange(6.).view(2, 3).clone().requires_grad_()
c = (torch.arange(8.).view(2, 4) + 1j).to(torch.complex64)
i = torch.tensor([0, 1])
j = torch.tensor([[0, 1, 1], [1, 0, 0]])
m = torch.tensor([[True, False, True], [False, True, True]])
one = torch.ones(3)
v = torch.ones(3, requires_grad=True)
"""


def families() -> list[str]:
    """The names of the files of programs."""
    return sorted(path.stem for path in PROGRAMS.glob("*.txt"))


def programs(family: str) -> list[str]:
    """The programs of one file."""
    lines = (PROGRAMS / f"{family}.txt").read_text().splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def outcome(torch: Any, program: str) -> Any:
    """What a program comes to: a description of its value (of `x`, if it consists of statements), or the error."""
    names: dict[str, Any] = {"torch": torch, "np": np}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(OPERANDS, names)
        try:
            if _is_expression(program):
                return described(eval(program, names))
            exec(program, names)
            return described(names["x"])
        except Exception as error:
            return {"error": type(error).__name__, "says": str(error).split("\n")[0]}


def _is_expression(program: str) -> bool:
    try:
        compile(program, "program", "eval")
    except SyntaxError:
        return False
    return True


def described(value: Any) -> Any:
    """Shape, strides, dtype, elements and history of tensors, as JSON holds them."""
    if isinstance(value, (tuple, list)):
        return [described(item) for item in value]
    if not hasattr(value, "grad_fn"):
        return repr(value)
    node = type(value.grad_fn).__name__ if value.grad_fn is not None else None
    return {
        "shape": list(value.shape),
        "strides": _strides(value),
        "dtype": str(value.dtype),
        "elements": repr(value.tolist()),
        "grad_fn": node,
        "requires_grad": value.requires_grad,
    }


def _strides(tensor: Any) -> list[int | None] | None:
    """Strides, but for those that never take effect: of dimensions of size 1, and of tensors without elements."""
    if not tensor.numel():
        return None
    return [step if size > 1 else None for size, step in zip(tensor.shape, tensor.stride(), strict=True)]


def main() -> None:
    """Records what torch makes of every program."""
    import torch

    recorded = {family: {program: outcome(torch, program) for program in programs(family)} for family in families()}
    lines = [
        f" {json.dumps(family)}: {{\n"
        + ",\n".join(f"  {json.dumps(program)}: {json.dumps(found)}" for program, found in found_by_program.items())
        + "\n }"
        for family, found_by_program in recorded.items()
    ]
    RECORDED.write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main()
