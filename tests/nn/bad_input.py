"""Calls of layers with input that does not fit, and the error that each of them raises.

``python -m tests.nn.bad_input`` records torch's, which the tests then compare with ours.
"""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

RECORDED = Path(__file__).parents[1] / "golden" / "bad_input.json"
CALLS = [line for line in (Path(__file__).parent / "bad_input.txt").read_text().splitlines() if line]


def attempt(torch: Any, call: str) -> list[str]:
    """The type of the error that a call raises, and the first line of its text."""
    names = {"torch": torch, "F": torch.nn.functional, "nn": torch.nn}
    *before, last = call.split(";;")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            for line in before:
                exec(line, names)
            eval(last, names)
        except Exception as error:
            return [type(error).__name__, str(error).partition("\n")[0]]
    return ["nothing raised", ""]


if __name__ == "__main__":
    import torch

    RECORDED.write_text(json.dumps({call: attempt(torch, call) for call in CALLS}, indent=1) + "\n")
