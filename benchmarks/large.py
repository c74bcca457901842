"""Large tensors: rushlight's compiled kernels beside torch in one process, on two threads.

python benchmarks/large.py                      # prints the table, writes results/large.json
python benchmarks/large.py --only 'softmax|sum' --rounds 10
python benchmarks/large.py --threads 1
python benchmarks/large.py --eager              # without torch.compile and JAX, which take minutes to compile

Each row runs the same statement in both libraries in alternating turns; the ratio is the median of the rounds'.
Beside it stands the share of the memory bandwidth that the machine gave a copy of 64 MB in the same run: what an
operator has to read and write at least, divided by its time; and the times of torch.compile and of JAX (`_others.py`).
"""

from __future__ import annotations

import argparse
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from types import ModuleType

from _measure import HEADER, RESULTS, Case, as_line, compare, save, use_threads, versions
from _others import by_jax, by_torch_compile, microseconds
from large_copies import CASES
from large_rows import CASES as REDUCTIONS

WARM_MS = 30.0
"""How long each turn runs before it is timed, as in `train.py`."""

SAMPLE = "[part.detach().flatten()[::1009] for part in (result if isinstance(result, list) else [result])]"
"""What the libraries have to agree on: every 1009th element of each result."""


@dataclass(frozen=True)
class Row:
    """One statement.

    Attributes:
        name: the row's title.
        setup: what it needs, given `torch` and `np`.
        statement: what is timed; it leaves `result`, on which the libraries have to agree.
        limit: the ratio it is to stay at or under.
        megabytes: what it has to read and write at least.
    """

    name: str
    setup: str
    statement: str
    limit: float
    megabytes: float = 0.0

    @property
    def case(self) -> Case:
        """The row as the benchmarks measure it."""
        return Case(self.name, self.statement, self.setup, SAMPLE)


def _draw(*shape: int) -> str:
    return f"torch.from_numpy(np.random.default_rng(0).standard_normal({shape}, dtype=np.float32))"


def _grad(text: str) -> str:
    return f"x = {text}.requires_grad_()"


M1, M4, M16 = "x = " + _draw(1 << 20), "x = " + _draw(1 << 22), "x = " + _draw(1 << 24)
MATRIX = "x = " + _draw(4096, 1024)
PAIR = "\ny = x.flip(0)"
LEAF = "\na = x.clone().requires_grad_()\ng = x.flip(0).clone()"


_ACTIVATIONS = {
    "gelu": "gelu(x)", "gelu tanh": "gelu(x, approximate='tanh')", "silu": "silu(x)", "mish": "mish(x)",
    "softplus": "softplus(x)", "logsigmoid": "logsigmoid(x)",
}  # fmt: skip


def _elementwise() -> list[Row]:
    cases = []
    for title, setup, size in (("1M", M1, 4.2), ("4M", M4, 16.8), ("16M", M16, 67.1)):
        cases.append(Row(f"x + y {title}", setup + PAIR, "result = x + y", 1.0, 3 * size))
        cases.append(Row(f"x * 2 {title}", setup, "result = x * 2.0", 1.0, 2 * size))
        cases.append(Row(f"relu {title}", setup, "result = x.relu()", 1.0, 2 * size))
        for name in ("tanh", "exp", "sigmoid"):
            cases.append(Row(f"{name} {title}", setup, f"result = x.{name}()", 0.7, 2 * size))
        cases.append(Row(f"log {title}", setup + "\nx = x.abs()", "result = x.log()", 0.7, 2 * size))
    cases += [
        Row("sqrt 4M", M4 + "\nx = x.abs()", "result = x.sqrt()", 1.0, 33.6),
        Row("sin 4M", M4, "result = x.sin()", 1.0, 33.6),
        Row("erf 4M", M4, "result = x.erf()", 1.0, 33.6),
        *(
            Row(f"{name} 4M", M4, f"result = torch.nn.functional.{call}", 1.0, 33.6)
            for name, call in _ACTIVATIONS.items()
        ),
        Row("x > 0 4M", M4, "result = x > 0", 1.0, 21.0),
        Row("where 4M", M4 + PAIR + "\nc = x > 0", "result = torch.where(c, x, y)", 1.0, 54.5),
        Row("x + row 4096x1024", MATRIX + "\ny = x[0].clone()", "result = x + y", 1.0, 33.6),
        Row("x.t() + y 1024x4096", MATRIX + "\ny = x.reshape(1024, 4096).clone()", "result = x.t() + y", 1.0, 50.3),
        Row("x += y 4M", M4 + PAIR, "x.add_(y); result = y", 1.0, 50.3),
    ]
    return cases


def _reductions() -> list[Row]:
    cases = []
    for name in ("sum", "mean", "amax", "argmax", "var", "norm"):
        cases.append(Row(f"{name} 4M", M4, f"result = x.{name}()", 1.0, 16.8))
    for name in ("sum", "amax", "var"):
        for dim in (0, 1):
            cases.append(Row(f"{name}({dim}) 4096x1024", MATRIX, f"result = x.{name}({dim})", 1.0, 16.8))
    cases.append(Row("argmax(1) 4096x1024", MATRIX, "result = x.argmax(1)", 1.0, 16.8))
    cases.append(Row("logsumexp(1) 4096x1024", MATRIX, "result = x.logsumexp(1)", 1.0, 16.8))
    return cases


def _convolutions() -> list[Row]:
    """Training steps of convolutions: images, channels, size, output channels, kernel, stride, groups."""
    shapes = (
        (64, 32, 26, 64, 3, 1, 1), (32, 3, 32, 16, 3, 1, 1), (32, 16, 32, 16, 3, 1, 1), (32, 32, 16, 32, 3, 1, 1),
        (32, 64, 8, 64, 3, 1, 1), (32, 16, 32, 32, 3, 2, 1), (32, 32, 16, 64, 3, 2, 1), (32, 64, 16, 64, 1, 1, 1),
        (4, 64, 56, 64, 3, 1, 1), (32, 32, 32, 32, 3, 1, 32),
        # ResNet-18 and 50
        (8, 3, 224, 64, 7, 2, 1), (8, 128, 28, 128, 3, 1, 1), (8, 256, 14, 256, 3, 1, 1), (8, 512, 7, 512, 3, 1, 1),
        (8, 256, 14, 512, 3, 2, 1), (8, 256, 14, 512, 1, 2, 1), (8, 256, 56, 64, 1, 1, 1), (8, 256, 14, 1024, 1, 1, 1),
        (8, 2048, 7, 512, 1, 1, 1),
        # MobileNet
        (8, 96, 112, 96, 3, 2, 96), (8, 144, 56, 144, 3, 1, 144), (8, 192, 28, 192, 3, 2, 192),
        (8, 384, 14, 384, 3, 1, 384),
    )  # fmt: skip
    cases = []
    for n, channels, size, outs, width, stride, groups in shapes:
        title = f"conv2d f+b {n}x{channels}x{size}x{size} to {outs}, {width}x{width} s{stride} g{groups}"
        layer = f"Conv2d({channels}, {outs}, {width}, {stride}, {width // 2}, groups={groups})"
        cases.append(_training(title, layer, (n, channels, size, size), 1.3))
    for title, layer, images in (
        ("conv2d f+b 8x64x28x28 to 64, 3x3 dilation 2", "Conv2d(64, 64, 3, 1, 2, 2)", (8, 64, 28, 28)),
        ("conv1d f+b 16x1x16000 to 32, 80 s4", "Conv1d(1, 32, 80, 4, 38)", (16, 1, 16000)),
        ("conv1d f+b 16x64x500 to 64, 3", "Conv1d(64, 64, 3, 1, 1)", (16, 64, 500)),
        ("conv3d f+b 4x8x16x32x32 to 16, 3x3x3", "Conv3d(8, 16, 3, 1, 1)", (4, 8, 16, 32, 32)),
        ("conv_transpose2d f+b 32x100x1x1 to 512, 4x4", "ConvTranspose2d(100, 512, 4)", (32, 100, 1, 1)),
        ("conv_transpose2d f+b 32x256x8x8 to 128, 4x4 s2", "ConvTranspose2d(256, 128, 4, 2, 1)", (32, 256, 8, 8)),
    ):
        cases.append(_training(title, layer, images, 1.3))
    return cases


def _training(title: str, layer: str, images: tuple[int, ...], limit: float) -> Row:
    """A layer with weights, forward and backward."""
    setup = f"x = {_draw(*images)}.requires_grad_()\nm = torch.nn.{layer}"
    setup += "\nwith torch.no_grad():\n    m.weight.fill_(0.01); m.bias.zero_()"
    setup += "\ng = torch.ones_like(m(x))"
    statement = "x.grad = m.weight.grad = m.bias.grad = None; m(x).backward(g); result = [x.grad, m.weight.grad]"
    return Row(title, setup, statement, limit)


def _poolings() -> list[Row]:
    """Pooling and interpolation, forward and backward."""
    cases = []
    for title, call, images in (
        ("max_pool2d f+b 8x64x112x112, 3x3 s2", "max_pool2d(a, 3, 2, 1)", (8, 64, 112, 112)),
        ("avg_pool2d f+b 8x64x56x56, 2x2", "avg_pool2d(a, 2)", (8, 64, 56, 56)),
        ("adaptive_avg_pool2d f+b 32x512x7x7 to 1", "adaptive_avg_pool2d(a, 1)", (32, 512, 7, 7)),
        ("adaptive_avg_pool2d f+b 8x256x28x28 to 7", "adaptive_avg_pool2d(a, 7)", (8, 256, 28, 28)),
        ("max_pool1d f+b 16x64x4000, 4", "max_pool1d(a, 4)", (16, 64, 4000)),
        ("max_pool3d f+b 4x16x16x32x32, 2x2x2", "max_pool3d(a, 2)", (4, 16, 16, 32, 32)),
        ("interpolate f+b nearest 8x64x28x28 x2", "interpolate(a, scale_factor=2)", (8, 64, 28, 28)),
        ("interpolate f+b bilinear 8x64x28x28 x2", "interpolate(a, scale_factor=2, mode='bilinear')", (8, 64, 28, 28)),
    ):
        setup = f"a = {_draw(*images)}.requires_grad_()\nF = torch.nn.functional"
        setup += f"\ng = torch.ones_like(F.{call})"
        cases.append(Row(title, setup, f"a.grad = None; F.{call}.backward(g); result = a.grad", 1.0))
    return cases


def _narrow() -> list[Row]:
    """16-bit floats."""
    cases = []
    for name in ("float16", "bfloat16"):
        setup = M4 + PAIR + f"\nx = x.to(torch.{name})\ny = y.to(torch.{name})"
        cases += [
            Row(f"{name} x + y 4M", setup, "result = x + y", 1.0, 25.2),
            Row(f"{name} x * y 4M", setup, "result = x * y", 1.0, 25.2),
            Row(f"{name} x * 2 4M", setup, "result = x * 2.0", 1.0, 16.8),
            Row(f"{name} leaky_relu 4M", setup, "result = torch.nn.functional.leaky_relu(x, 0.2)", 1.0, 16.8),
            Row(f"{name} exp 4M", setup, "result = x.exp()", 0.7, 16.8),
            Row(f"{name} x > 0 4M", setup, "result = x > 0", 1.0, 12.6),
            Row(f"{name} x > y 4M", setup, "result = x > y", 1.0, 21.0),
            Row(f"{name} x += y 4M", setup, "x.add_(y); result = y", 1.0, 25.2),
        ]
    return cases


ROWS: list[Row] = [
    *_elementwise(),
    *_reductions(),
    Row("tanh forward+backward 4M", M4 + LEAF, "a.grad = None; a.tanh().backward(g); result = a.grad", 1.0, 67.1),
    *(
        Row(f"{name} forward+backward 4M", M4 + LEAF,
            f"a.grad = None; torch.nn.functional.{name}(a).backward(g); result = a.grad", 1.0, 83.9)
        for name in ("gelu", "silu")
    ),
    Row("softmax 4096x1024", MATRIX, "result = x.softmax(1)", 0.8, 33.6),
    Row("softmax forward+backward", MATRIX + LEAF, "a.grad = None; a.softmax(1).backward(g); result = a.grad",
         0.8, 83.9),
    Row("log_softmax forward+backward", MATRIX + LEAF, "a.grad = None; a.log_softmax(1).backward(g); result = a.grad",
         0.8, 83.9),
    Row("layer_norm forward+backward", MATRIX + LEAF + "\nm = torch.nn.LayerNorm(1024)",
         "a.grad = None; m.weight.grad = None; m(a).backward(g); result = [a.grad, m.weight.grad]", 0.8, 83.9),
    Row("cross_entropy forward+backward", "x = " + _draw(4096, 1000) + LEAF + "\nt = torch.arange(4096) % 1000",
         "a.grad = None; torch.nn.functional.cross_entropy(a, t).backward(); result = a.grad", 0.8, 82.0),
    Row("transpose-copy 2048x2048", "x = " + _draw(2048, 2048), "result = x.t().contiguous()", 1.0, 33.6),
    Row("cumsum 4096x1024", MATRIX, "result = x.cumsum(1)", 0.8, 33.6),
    Row("sort 1M", M1, "result = x.sort().values", 0.5),
    Row("gather 4096x1024", MATRIX + "\ni = torch.arange(4096 * 1024).reshape(4096, 1024) * 7 % 1024",
         "result = x.gather(1, i)", 1.0),
    Row("index_select 4096 rows", MATRIX + "\ni = torch.arange(4096) * 7 % 4096", "result = x.index_select(0, i)",
         1.0),
    Row("scatter_add 1M into 4096", M1 + "\ni = torch.arange(1 << 20) * 7 % 4096",
         "result = torch.zeros(4096).scatter_add(0, i, x)", 1.0),
    Row("embedding backward 16Kx64",
         "w = (" + _draw(10000, 64) + ").requires_grad_()\ni = torch.arange(16384) * 7 % 10000",
         "w.grad = None; torch.nn.functional.embedding(i, w).sum().backward(); result = w.grad", 1.0),
    Row("index_add 16Kx64 into 1000", "x = " + _draw(16384, 64) + "\ni = torch.arange(16384) * 7 % 1000",
         "result = torch.zeros(1000, 64).index_add(0, i, x)", 1.0),
    Row("cummax 4096x1024", MATRIX, "result = x.cummax(1).values", 1.0, 50.3),
    Row("sort rows 4096x1024", MATRIX, "result = x.sort(1).values", 0.5),
    Row("topk 5 of 1M", M1, "result = x.topk(5).values", 1.0),
    Row("topk 5 of 4096x1024", MATRIX, "result = x.topk(5, 1).values", 1.0),
    Row("masked_fill 4M", M4 + "\nc = x > 0", "result = x.masked_fill(c, 0.0)", 1.0, 37.8),
    *_narrow(),
    Row("randn 1M", "", "result = torch.randn(1 << 20).abs() * 0", 1.0),
    Row("rand 1M", "", "result = torch.rand(1 << 20) * 0", 1.0),
    Row("randperm 60000", "", "result = torch.randperm(60000) * 0", 1.0),
    Row("dropout 4M", M4, "result = torch.nn.functional.dropout(x, 0.5) * 0", 1.0),
    Row("max_pool2d 32x32x56x56", "x = " + _draw(32, 32, 56, 56), "result = torch.nn.functional.max_pool2d(x, 2)",
         1.0),
    Row("conv2d 64x32x26x26 to 64, 3x3", "x = " + _draw(64, 32, 26, 26) + "\nw = " + _draw(64, 32, 3, 3),
         "result = torch.nn.functional.conv2d(x, w)", 1.3),
    *_convolutions(),
    *_poolings(),
    Row("max_pool2d forward+backward 64x64x24x24", "x = " + _draw(64, 64, 24, 24) + LEAF,
         "a.grad = None; torch.nn.functional.max_pool2d(a, 2).sum().backward(); result = a.grad", 1.0),
    Row("batch_norm forward+backward 32x64x32x32", "x = " + _draw(32, 64, 32, 32) + LEAF
         + "\nm = torch.nn.BatchNorm2d(64)",
         "a.grad = None; m.weight.grad = None; m(a).backward(g); result = [a.grad, m.weight.grad]", 1.0),
    Row("Adam step 10M", "p = torch.nn.Parameter(" + _draw(10_000_000) + ")\np.grad = p.detach().clone()\n"
         "o = torch.optim.Adam([p])", "o.step(); result = p.detach()[:10] * 0", 0.7, 280.0),
]  # fmt: skip

MORE = [Row(*case, 1.0) for case in (*CASES, *REDUCTIONS)]
"""Copies, indexing and reductions of other shapes and dtypes; torch.compile and JAX are not asked for them."""


def bandwidth(torch: ModuleType) -> float:
    """Gigabytes a second that copying 64 MB moves, reads and writes counted."""
    source, target = torch.ones(1 << 24), torch.ones(1 << 24)
    best = 1e9
    for _ in range(20):
        start = perf_counter()
        target.copy_(source)
        best = min(best, perf_counter() - start)
    return 2 * 4 * (1 << 24) / best / 1e9


def _times_of_others(case: Case, torch: ModuleType) -> dict[str, float]:
    """Microseconds by the name of the compiler."""
    functions = {"torch.compile": by_torch_compile(case, torch), "JAX": by_jax(case, torch)}
    return {name: microseconds(function, WARM_MS) for name, function in functions.items() if function is not None}


def main(arguments: list[str] | None = None) -> int:
    """Measures, prints, writes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", metavar="PATTERN", default="", help="rows whose name matches (regex)")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--eager", action="store_true", help="leave torch.compile and JAX out")
    parser.add_argument("--json", type=Path, help="where to write (results/large.json)")
    options = parser.parse_args(arguments)
    use_threads(options.threads)
    import numpy
    import torch

    import rushlight

    torch.set_num_threads(options.threads)
    speed = bandwidth(torch)
    print(f"{options.threads} threads, copying moves {speed:.0f} GB/s\n{HEADER}")
    rows, shares, others = [], {}, {}
    wanted = [row for row in (*ROWS, *MORE) if re.search(options.only, row.name)]
    for row in wanted:
        try:
            measured = compare(row.case, torch, rushlight, options.rounds, 4.0, 1e-3, WARM_MS)
        except Exception as error:
            print(f"{row.name:<40} failed: {type(error).__name__}: {error}")
            continue
        rows.append(measured)
        line = as_line(measured, row.limit)
        if row.megabytes:
            shares[row.name] = row.megabytes * 1e3 / measured.rushlight_us / speed
            line += f"  {shares[row.name]:.0%} of bandwidth"
        print(line, flush=True)
    for row in () if options.eager else wanted:  # last, for with them loaded torch's own threads are slower
        if row in ROWS and (found := _times_of_others(row.case, torch)):
            others[row.name] = found
            print(f"{row.name:<40}" + "".join(f"  {name} {time:.0f} µs" for name, time in found.items()), flush=True)
    path = options.json or (None if options.only else RESULTS / "large.json")
    if path is not None:
        save(path, rows, versions=versions(torch, rushlight, numpy), threads=options.threads, copy_gb_per_s=speed,
             limits={row.name: row.limit for row in wanted}, shares_of_bandwidth=shares, others_us=others)  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())
