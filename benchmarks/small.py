"""Small tensors, the ones of notebooks and tests: rushlight beside torch in one process.

python benchmarks/small.py                      # prints the table, writes results/small.json
python benchmarks/small.py --max-ratio 0.8      # exit status 1 if a ratio is higher
python benchmarks/small.py --only 'sum|exp' --rounds 50
"""

import argparse
import re
import sys
from pathlib import Path

from _measure import HEADER, RESULTS, Case, as_line, compare, save, versions

INPUTS = """
values = np.random.default_rng(0).random((5, 10, 3), dtype=np.float32)
x, y = torch.tensor(values[0].tolist()), torch.tensor(values[1].tolist())
w = torch.tensor(values[2, :5].T.tolist())
"""

LEAVES = """
values = np.random.default_rng(0).random((5, 10, 3), dtype=np.float32)
y = torch.tensor(values[1].tolist())
a = torch.tensor(values[0].tolist(), requires_grad=True)
b = torch.tensor(values[2, :5].T.tolist(), requires_grad=True)
"""

VECTOR = """
x = torch.arange(4.0, requires_grad=True)
"""

# From the notebook of seed 004, with an input whose loop runs eleven times.
CONTROL_FLOW = """
def f(a):
    b = a * 2
    while b.norm() < 1000:
        b = b * 2
    if b.sum() > 0:
        c = b
    else:
        c = 100 * b
    return c

a = torch.tensor(0.7, requires_grad=True)
"""

CASES = (
    Case("x + y", "result = x + y", INPUTS),
    Case("x * 2", "result = x * 2", INPUTS),
    Case("x @ w", "result = x @ w", INPUTS, note="10x3 by 3x5"),
    Case("x.sum()", "result = x.sum()", INPUTS),
    Case("x.exp()", "result = x.exp()", INPUTS),
    Case("x[0:2]", "result = x[0:2]", INPUTS),
    Case("x[i]", "result = x[i]", INPUTS + "i = torch.tensor([0, 2, 5, 9])\n", note="i an index tensor"),
    Case("a + y", "result = a + y", LEAVES, note="recorded"),
    Case("y = 2 * dot(x, x); y.backward()", "y = 2 * torch.dot(x, x); y.backward()", VECTOR, "[y, x.grad]"),
    Case(
        "norm(sin(a) @ pow(b, 2)).backward()",
        "c = torch.norm(torch.sin(a) @ torch.pow(b, 2)); c.backward()",
        LEAVES,
        "[c, a.grad, b.grad]",
    ),
    Case("f(a).backward()", "d = f(a); d.backward()", CONTROL_FLOW, "[d, a.grad]", note="with control flow"),
    Case("repr(x)", "result = repr(x)", INPUTS),
)


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", metavar="PATTERN", default="", help="cases whose name matches (regex)")
    parser.add_argument("--rounds", type=int, default=300, help="pairs of turns per case")
    parser.add_argument("--turn-ms", type=float, default=2.0, help="about how long one turn takes")
    parser.add_argument("--max-ratio", type=float, help="exit with status 1 when a ratio is above this")
    parser.add_argument("--json", type=Path, metavar="FILE", help="where to write (results/small.json)")
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    """Measures, prints, writes; returns the exit status."""
    options = parse(arguments)
    import numpy
    import torch

    import rushlight

    torch.set_num_threads(1)
    rows = []
    print(HEADER)
    for case in CASES:
        if re.search(options.only, case.name):
            rows.append(compare(case, torch, rushlight, options.rounds, options.turn_ms))
            print(as_line(rows[-1], options.max_ratio), flush=True)
    path = options.json or (None if options.only else RESULTS / "small.json")
    if path is not None:
        save(path, rows, versions=versions(torch, rushlight, numpy))
    slow = [row.name for row in rows if options.max_ratio is not None and row.ratio > options.max_ratio]
    if slow:
        print(f"above {options.max_ratio}: {', '.join(slow)}")
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
