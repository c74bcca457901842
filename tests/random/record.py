"""Records what torch draws in every case: ``python -m tests.random.record``."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch

from tests.random.cases import SEED, Case, cases, ramp
from tests.random.digest import digest

GOLDEN = Path(__file__).parents[1] / "golden" / "random.json"


def as_torch(array: np.ndarray[Any, Any]) -> torch.Tensor:
    """The array as a torch tensor; bfloat16, which NumPy lacks, by its bits."""
    if array.dtype.name == "bfloat16":
        return torch.from_numpy(array.view("int16").copy()).view(torch.bfloat16)
    return torch.from_numpy(array.copy())


def as_numpy(tensor: torch.Tensor) -> np.ndarray[Any, Any]:
    """The tensor as an array."""
    if tensor.dtype == torch.bfloat16:
        return tensor.view(torch.int16).numpy().view("bfloat16")
    return tensor.numpy()


def torch_draw(case: Case, seed: int = SEED) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """What torch draws in a case, and the state of the generator afterwards."""
    g = torch.Generator().manual_seed(seed)
    names = {"torch": torch, "g": g, "ramp": lambda *args: as_torch(ramp(*args))}
    return as_numpy(eval(case.theirs, names)), g.get_state().numpy()


if __name__ == "__main__":
    drawn = {case.name: digest(*torch_draw(case)) for case in cases()}
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(entry)}" for name, entry in drawn.items())
    GOLDEN.write_text(f'{{"torch": "{torch.__version__}", "draws": {{\n{lines}\n}}}}\n')
