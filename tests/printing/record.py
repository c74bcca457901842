"""Records what torch prints for every case: ``python -m tests.printing.record``."""

import json
from pathlib import Path

import torch

from tests.printing.cases import Case, cases

GOLDEN = Path(__file__).parents[1] / "golden" / "printing.json"


def as_torch(array) -> torch.Tensor:
    """The array as a torch tensor; bfloat16, which NumPy lacks, by its bits."""
    if array.dtype.name == "bfloat16":
        return torch.from_numpy(array.view("int16").copy()).view(torch.bfloat16)
    return torch.from_numpy(array.copy())


def torch_text(case: Case) -> str:
    """What torch prints for a case."""
    torch.set_printoptions(profile="default")
    torch.set_printoptions(**case.options)
    torch.set_default_dtype(getattr(torch, case.default))
    try:
        return repr(as_torch(case.array).requires_grad_(case.requires_grad))
    finally:
        torch.set_default_dtype(torch.float32)
        torch.set_printoptions(profile="default")


if __name__ == "__main__":
    texts = {case.name: torch_text(case) for case in cases()}
    GOLDEN.write_text(json.dumps({"torch": torch.__version__, "texts": texts}, indent=0) + "\n")
