"""Training programs, whole steps of them: rushlight beside torch in one process, on two threads.

python benchmarks/train.py                      # prints the table, writes results/train.json
python benchmarks/train.py --only 'MLP|LSTM'    # rows whose name matches
python benchmarks/train.py --check              # exit status 1 if a ratio is above its row's target
"""

import argparse
import re
import sys
from dataclasses import dataclass
from pathlib import Path

from _measure import HEADER, RESULTS, Case, as_line, compare, save, use_threads, versions

THREADS = 2

WARM_MS = 30.0
"""How long each turn runs before it is timed: threads go on looking for work after their last, OpenBLAS's for 26 ms
and OpenMP's for 8, on a processor that the other library would be measured without. (Sleeping for as long is no way
out: the processors of a virtual machine that sleeps come back slowly, now and then.)"""

# Programs as people write them. Each setup ends with a function `step`, which a turn calls and whose losses must agree.
STEP = """
def step():
    optimizer.zero_grad()
    loss = criterion(model(x), y)
    loss.backward()
    optimizer.step()
    return loss
"""

LINEAR = (
    """
torch.manual_seed(0)
nn = torch.nn
x, noise = torch.randn(32, 2), torch.randn(32, 1)
y = x @ torch.tensor([[2.0], [-3.4]]) + 4.2 + 0.01 * noise
model, criterion = nn.Linear(2, 1), nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.03)
"""
    + STEP
)

MLP = """
torch.manual_seed(0)
nn = torch.nn
x, y = torch.randn(64, 784), torch.randint(0, 10, (64,))
model = nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 64), nn.ReLU(), nn.Linear(64, 10))
criterion = nn.CrossEntropyLoss()
"""
MLP_SGD = MLP + "optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)\n" + STEP
MLP_ADAM = MLP + "optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)\n" + STEP

GPT = (
    """
torch.manual_seed(0)
nn, F = torch.nn, torch.nn.functional
CHARACTERS, WIDTH, HEADS, LENGTH, BATCH = 65, 128, 4, 64, 8

class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.qkv = nn.Linear(WIDTH, 3 * WIDTH)
        self.out = nn.Linear(WIDTH, WIDTH)

    def forward(self, x):
        n, length, _ = x.shape
        q, k, v = (part.view(n, length, HEADS, -1).transpose(1, 2) for part in self.qkv(x).split(WIDTH, dim=2))
        seen = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        return self.out(seen.transpose(1, 2).reshape(n, length, WIDTH))

class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm1, self.attention, self.norm2 = nn.LayerNorm(WIDTH), Attention(), nn.LayerNorm(WIDTH)
        self.mlp = nn.Sequential(nn.Linear(WIDTH, 4 * WIDTH), nn.GELU(), nn.Linear(4 * WIDTH, WIDTH))

    def forward(self, x):
        x = x + self.attention(self.norm1(x))
        return x + self.mlp(self.norm2(x))

class GPT(nn.Module):
    def __init__(self):
        super().__init__()
        self.characters, self.places = nn.Embedding(CHARACTERS, WIDTH), nn.Embedding(LENGTH, WIDTH)
        self.blocks = nn.Sequential(Block(), Block())
        self.norm, self.head = nn.LayerNorm(WIDTH), nn.Linear(WIDTH, CHARACTERS)

    def forward(self, x):
        h = self.characters(x) + self.places(torch.arange(x.shape[1]))
        return self.head(self.norm(self.blocks(h)))

text = torch.randint(0, CHARACTERS, (BATCH, LENGTH + 1))
x, y = text[:, :-1].contiguous(), text[:, 1:].contiguous()
model = GPT()
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)

def criterion(scores, wanted):
    return F.cross_entropy(scores.view(-1, CHARACTERS), wanted.view(-1))
"""
    + STEP
)

LSTM = (
    """
torch.manual_seed(0)
nn = torch.nn

class Tagger(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(32, 64, batch_first=True)
        self.head = nn.Linear(64, 10)

    def forward(self, x):
        return self.head(self.lstm(x)[0]).flatten(0, 1)

x, y = torch.randn(16, 32, 32), torch.randint(0, 10, (16 * 32,))
model, criterion = Tagger(), nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
"""
    + STEP
)

CNN = (
    """
torch.manual_seed(0)
nn = torch.nn
x, y = torch.randn(64, 1, 28, 28), torch.randint(0, 10, (64,))
model = nn.Sequential(
    nn.Conv2d(1, 32, 3), nn.ReLU(), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
    nn.Linear(64 * 12 * 12, 128), nn.ReLU(), nn.Linear(128, 10),
)
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
"""
    + STEP
)

# One block a stage, as in the ResNets for small images.
RESNET = (
    """
torch.manual_seed(0)
nn = torch.nn

class Block(nn.Module):
    def __init__(self, channels, wider, stride):
        super().__init__()
        self.conv1, self.norm1 = nn.Conv2d(channels, wider, 3, stride, 1, bias=False), nn.BatchNorm2d(wider)
        self.conv2, self.norm2 = nn.Conv2d(wider, wider, 3, 1, 1, bias=False), nn.BatchNorm2d(wider)
        self.relu, self.short = nn.ReLU(), nn.Sequential()
        if channels != wider:
            self.short = nn.Sequential(nn.Conv2d(channels, wider, 1, stride, bias=False), nn.BatchNorm2d(wider))

    def forward(self, x):
        h = self.relu(self.norm1(self.conv1(x)))
        return self.relu(self.norm2(self.conv2(h)) + self.short(x))

x, y = torch.randn(32, 3, 32, 32), torch.randint(0, 10, (32,))
model = nn.Sequential(
    nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU(),
    Block(16, 16, 1), Block(16, 32, 2), Block(32, 64, 2),
    nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10),
)
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
"""
    + STEP
)

ADAM = """
torch.manual_seed(0)
parameters = [torch.nn.Parameter(torch.randn(1000, 1000)) for _ in range(10)]
for parameter in parameters:
    parameter.grad = torch.randn(1000, 1000)
optimizer = torch.optim.Adam(parameters, lr=1e-3)

def step():
    optimizer.step()
    return parameters[3][:2].sum()
"""

LOADER = """
torch.manual_seed(0)
data = torch.utils.data
samples = data.TensorDataset(torch.randn(5000, 20), torch.randint(0, 10, (5000,)))
loader = data.DataLoader(samples, batch_size=50, shuffle=True)

def step():
    for number, (x, y) in enumerate(loader):
        if not number:
            first = x[:, 0].sum() + y[0]
    return first
"""


@dataclass(frozen=True)
class Program:
    """A row: the setup that makes `step`, and the ratio that is asked for."""

    name: str
    setup: str
    target: float
    note: str = ""

    @property
    def case(self) -> Case:
        """One step timed, six losses compared."""
        losses = "[loss.item()] + [step().item() for _ in range(5)]"
        return Case(self.name, "loss = step()", self.setup, losses, self.note)


PROGRAMS = (
    Program("linear regression", LINEAR, 0.6, "batch 32"),
    Program("MLP, SGD with momentum", MLP_SGD, 0.8),
    Program("MLP, Adam", MLP_ADAM, 0.6),
    Program("character GPT", GPT, 1.2, "2 layers of 128"),
    Program("LSTM", LSTM, 2.0, "64 hidden, 32 steps"),
    Program("small CNN", CNN, 1.3, "64x28x28"),
    Program("ResNet", RESNET, 1.3, "32x3x32x32"),
    Program("Adam", ADAM, 0.7, "10M parameters"),
    Program("DataLoader", LOADER, 0.5, "5,000 samples"),
)


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", metavar="PATTERN", default="", help="rows whose name matches (regex)")
    parser.add_argument("--rounds", type=int, default=40, help="pairs of turns per row")
    parser.add_argument("--turn-ms", type=float, default=30.0, help="about how long one turn takes")
    parser.add_argument("--check", action="store_true", help="exit with status 1 when a ratio is above its target")
    parser.add_argument("--json", type=Path, metavar="FILE", help="where to write (results/train.json)")
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    """Measures, prints, writes; returns the exit status."""
    options = parse(arguments)
    use_threads(THREADS)
    import numpy
    import torch

    import rushlight

    torch.set_num_threads(THREADS)
    rows, slow = [], []
    print(HEADER)
    for program in PROGRAMS:
        if not re.search(options.only, program.name):
            continue
        # float32 sums in another order, grown over six steps
        rows.append(compare(program.case, torch, rushlight, options.rounds, options.turn_ms, 1e-4, WARM_MS))
        print(as_line(rows[-1], program.target), flush=True)
        if rows[-1].ratio > program.target:
            slow.append(program.name)
    path = options.json or (None if options.only else RESULTS / "train.json")
    if path is not None:
        targets = {program.name: program.target for program in PROGRAMS}
        save(path, rows, versions=versions(torch, rushlight, numpy), threads=THREADS, targets=targets)
    return 1 if slow and options.check else 0


if __name__ == "__main__":
    sys.exit(main())
