"""Rows of `large.py`: elements copied, converted, picked, placed, searched and sorted. Each is to stay below torch."""

from __future__ import annotations


def _draw(*shape: int) -> str:
    return f"torch.from_numpy(np.random.default_rng(0).standard_normal({shape}, dtype=np.float32))"


def _whole(limit: int, *shape: int) -> str:
    return f"torch.from_numpy(np.random.default_rng(1).integers(0, {limit}, {shape}))"


M1, M4 = "x = " + _draw(1 << 20), "x = " + _draw(1 << 22)
MATRIX, SQUARE = "x = " + _draw(4096, 1024), "x = " + _draw(2048, 2048)
IMAGES = "x = " + _draw(32, 32, 64, 64)
VALUES = "\nv = x.flip(0)"
F = "torch.nn.functional"

Case = tuple[str, str, str]
"""Title, setup, statement."""


def _joined() -> list[Case]:
    return [
        ("cat 4x1M", M1, "result = torch.cat([x, x, x, x])"),
        ("cat(1) 2 of 4096x512", "x = " + _draw(4096, 512), "result = torch.cat([x, x], 1)"),
        ("cat(1) 4 of 1Mx1", "x = " + _draw(1 << 20, 1), "result = torch.cat([x, x, x, x], 1)"),
        ("cat(1) images 2 of 32x16x64x64", "x = " + _draw(32, 16, 64, 64), "result = torch.cat([x, x], 1)"),
        ("stack 4x1M", M1, "result = torch.stack([x, x, x, x])"),
        ("stack(-1) 4x1M", M1, "result = torch.stack([x, x, x, x], -1)"),
        ("pad 32x32x64x64", IMAGES, f"result = {F}.pad(x, (1, 1, 1, 1))"),
        ("pad reflect 32x32x64x64", IMAGES, f"result = {F}.pad(x, (1, 1, 1, 1), 'reflect')"),
        ("pad replicate 32x32x64x64", IMAGES, f"result = {F}.pad(x, (1, 1, 1, 1), 'replicate')"),
        ("pad circular 32x32x64x64", IMAGES, f"result = {F}.pad(x, (1, 1, 1, 1), 'circular')"),
        ("flip(0) 4096x1024", MATRIX, "result = x.flip(0)"),
        ("flip(1) 4096x1024", MATRIX, "result = x.flip(1)"),
        ("roll 4M", M4, "result = x.roll(1000)"),
        ("roll(1) 4096x1024", MATRIX, "result = x.roll(100, 1)"),
        ("repeat 1024x1024 by 2x2", "x = " + _draw(1024, 1024), "result = x.repeat(2, 2)"),
        ("repeat_interleave 1M by 4", M1, "result = x.repeat_interleave(4)"),
        ("repeat_interleave(0) 1024x1024 by 4", "x = " + _draw(1024, 1024), "result = x.repeat_interleave(4, 0)"),
        ("repeat_interleave 1M by tensor", M1 + "\ni = torch.arange(1 << 20) % 4", "result = x.repeat_interleave(i)"),
        ("triu 2048x2048", SQUARE, "result = x.triu()"),
        ("tril 16x512x512", "x = " + _draw(16, 512, 512), "result = x.tril()"),
        ("one_hot 32K of 128", "i = torch.arange(1 << 15) % 128", f"result = {F}.one_hot(i, 128)"),
        ("unfold 8x16x64x64, 3x3", "x = " + _draw(8, 16, 64, 64), f"result = {F}.unfold(x, 3, padding=1)"),
        ("fold 8x16x64x64, 3x3", "x = " + _draw(8, 144, 4096), f"result = {F}.fold(x, (64, 64), 3, padding=1)"),
        ("windows 1M of 4", M1, "result = x.unfold(0, 4, 1).contiguous()"),
        ("pixel_shuffle 16x64x64x64", "x = " + _draw(16, 64, 64, 64), f"result = {F}.pixel_shuffle(x, 2)"),
        ("pixel_unshuffle 16x16x128x128", "x = " + _draw(16, 16, 128, 128), f"result = {F}.pixel_unshuffle(x, 2)"),
        ("channel_shuffle 16x64x64x64", "x = " + _draw(16, 64, 64, 64), f"result = {F}.channel_shuffle(x, 4)"),
        ("zeros 4M", "", "result = torch.zeros(1 << 22)"),
        ("full 4M", "", "result = torch.full((1 << 22,), 2.5)"),
        ("arange 4M", "", "result = torch.arange(1 << 22)"),
    ]


def _converted() -> list[Case]:
    cases = [
        ("clone 4M", M4, "result = x.clone()"),
        ("copy_ 4M", M4 + "\nresult = x.flip(0)", "result.copy_(x)"),
        ("fill_ 4M", M4 + "\nresult = x.flip(0)", "result.fill_(1.5)"),
        ("part = part 4096x1024", MATRIX + "\nresult = x.flip(0)", "result[:, 100:900] = x[:, 50:850]"),
        ("columns x[:, ::2] 4096x1024", MATRIX, "result = x[:, ::2].contiguous()"),
        ("part x[:, 100:900] 4096x1024", MATRIX, "result = x[:, 100:900].contiguous()"),
        ("expanded rows 4096x1024", "x = " + _draw(1024), "result = x.expand(4096, 1024).contiguous()"),
        ("expanded columns 4096x1024", "x = " + _draw(4096, 1), "result = x.expand(4096, 1024).contiguous()"),
        ("to channels last 32x32x64x64", IMAGES, "result = x.permute(0, 2, 3, 1).contiguous()"),
        (
            "from channels last 32x32x64x64",
            IMAGES + ".permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2)",
            "result = x.contiguous()",
        ),
        (
            "to 3 channels last 32x3x224x224",
            "x = " + _draw(32, 3, 224, 224),
            "result = x.permute(0, 2, 3, 1).contiguous()",
        ),
        ("heads 16x512x8x64", "x = " + _draw(16, 512, 8, 64), "result = x.transpose(1, 2).contiguous()"),
        ("permute(2, 0, 1) 64x64x1024", "x = " + _draw(64, 64, 1024), "result = x.permute(2, 0, 1).contiguous()"),
        ("copy_ transposed 2048x2048", SQUARE + "\nresult = x.flip(0)", "result.copy_(x.t())"),
        ("copy_ into transposed 2048x2048", SQUARE + "\nresult = x.flip(0)", "result.t().copy_(x)"),
        (
            "transposed to float64 2048x2048",
            SQUARE,
            "result = x.t().to(torch.float64, memory_format=torch.contiguous_format)",
        ),
    ]
    for name in ("float64", "float16", "bfloat16", "int32", "int64", "int8", "uint8", "bool"):
        setup = "x = (" + _draw(2048, 2048) + f" * 10).to(torch.{name})"
        cases.append((f"transpose-copy {name}", setup, "result = x.t().contiguous().to(torch.float32)[:100]"))
    for old, new in (
        ("float32", "float64"), ("float64", "float32"), ("float32", "int64"), ("float32", "int32"),
        ("int64", "float32"), ("int32", "float32"), ("float32", "bool"), ("bool", "float32"), ("bool", "int64"),
        ("uint8", "float32"), ("float32", "uint8"), ("float32", "bfloat16"), ("bfloat16", "float32"),
        ("float32", "float16"), ("float16", "float32"), ("int64", "int32"), ("int32", "int64"), ("float64", "int64"),
        ("int64", "bool"), ("bfloat16", "float16"),
    ):  # fmt: skip
        setup = "x = (" + _draw(1 << 22) + f".abs() * 10).to(torch.{old})"
        cases.append((f"{old} to {new} 4M", setup, f"y = x.to(torch.{new}); result = y[:1000].double()"))
    cases.append(
        ("copy_ int64 into float32 4M", "x = " + _whole(1000, 1 << 22) + "\nresult = x.float()", "result.copy_(x)")
    )
    return cases


def _indexed() -> list[Case]:
    rows, pairs = "\ni = " + _whole(4096, 4096), "\ni = " + _whole(4096, 1 << 20)
    return [
        ("x[i] 4096 rows of 1024", MATRIX + rows, "result = x[i]"),
        ("x[i] 1M of 4M", M4 + "\ni = " + _whole(1 << 22, 1 << 20), "result = x[i]"),
        ("x[i] 4M of 4096", "x = " + _draw(4096) + "\ni = " + _whole(4096, 1 << 22), "result = x[i]"),
        ("x[:, i] 4096x1024", MATRIX + "\ni = " + _whole(1024, 1024), "result = x[:, i]"),
        ("x[i, j] 1M of 4096x1024", MATRIX + pairs + "\nj = i % 1024", "result = x[i, j]"),
        (
            "x[i] = v 4096 rows of 1024",
            MATRIX + "\ni = torch.arange(4095, -1, -1)" + VALUES + "\nresult = x.clone()",
            "result[i] = v",
        ),
        (
            "x[i] = v 1M of 4M",
            M4 + "\ni = torch.arange(1 << 20) * 3\nv = " + _draw(1 << 20) + "\nresult = x.clone()",
            "result[i] = v",
        ),
        ("x[i] = 0 1M of 4M", M4 + "\ni = torch.arange(1 << 20) * 3\nresult = x.clone()", "result[i] = 0.0"),
        (
            "x[i, j] = v 1M of 4096x1024",
            MATRIX
            + "\ni = torch.arange(1 << 20) % 4096\nj = torch.arange(1 << 20) % 1023\nv = i.float()\nresult = x.clone()",
            "result[i, j] = v",
        ),
        (
            "index_put accumulate 1M into 4096",
            M1 + "\ni = (" + _whole(4096, 1 << 20) + ",)",
            "result = torch.zeros(4096).index_put(i, x, True)",
        ),
        (
            "index_put accumulate 4096 rows",
            MATRIX + "\ni = (" + _whole(1000, 4096) + ",)",
            "result = torch.zeros(1000, 1024).index_put(i, x, True)",
        ),
        (
            "x[i] backward 4096 rows",
            MATRIX + ".requires_grad_()" + rows,
            "x.grad = None; x[i].sum().backward(); result = x.grad",
        ),
    ]


def _gathered() -> list[Case]:
    return [
        ("gather(0) 4096x1024", MATRIX + "\ni = " + _whole(4096, 4096, 1024), "result = x.gather(0, i)"),
        ("gather random 4096x1024", MATRIX + "\ni = " + _whole(1024, 4096, 1024), "result = x.gather(1, i)"),
        (
            "gather one of 65536x64",
            "x = " + _draw(1 << 16, 64) + "\ni = " + _whole(64, 1 << 16, 1),
            "result = x.gather(1, i)",
        ),
        (
            "gather backward 4096x1024",
            MATRIX + ".requires_grad_()\ni = " + _whole(1024, 4096, 1024),
            "x.grad = None; x.gather(1, i).sum().backward(); result = x.grad",
        ),
        ("take 1M of 4M", M4 + "\ni = " + _whole(1 << 22, 1 << 20), "result = x.take(i)"),
        ("take_along_dim 4096x1024", MATRIX + "\ni = x.argsort(1)", "result = x.take_along_dim(i, 1)"),
        ("index_select(1) 4096x1024", MATRIX + "\ni = " + _whole(1024, 1024), "result = x.index_select(1, i)"),
        (
            "index_select 64K rows of 64",
            "x = " + _draw(10000, 64) + "\ni = " + _whole(10000, 1 << 16),
            "result = x.index_select(0, i)",
        ),
        ("index_copy 4096 rows", MATRIX + "\ni = torch.arange(4095, -1, -1)", "result = x.index_copy(0, i, x)"),
        ("index_fill 1000 of 4096 rows", MATRIX + "\ni = torch.arange(1000) * 4", "result = x.index_fill(0, i, 0.0)"),
        (
            "index_add 4096 rows",
            MATRIX + "\ni = " + _whole(1000, 4096),
            "result = torch.zeros(1000, 1024).index_add(0, i, x)",
        ),
        ("scatter 4096x1024", MATRIX + "\ni = x.argsort(1)", "result = torch.zeros(4096, 1024).scatter(1, i, x)"),
        (
            "scatter number 64K of 65536x64",
            "i = " + _whole(64, 1 << 16, 1),
            "result = torch.zeros(65536, 64).scatter(1, i, 1.0)",
        ),
        (
            "scatter_add(1) 4096x1024",
            MATRIX + "\ni = " + _whole(1024, 4096, 1024),
            "result = torch.zeros(4096, 1024).scatter_add(1, i, x)",
        ),
        (
            "scatter_add(0) 4096x1024",
            MATRIX + "\ni = " + _whole(4096, 4096, 1024),
            "result = torch.zeros(4096, 1024).scatter_add(0, i, x)",
        ),
        (
            "scatter_add random 1M into 4096",
            M1 + "\ni = " + _whole(4096, 1 << 20),
            "result = torch.zeros(4096).scatter_add(0, i, x)",
        ),
        (
            "scatter_reduce amax 1M into 4096",
            M1 + "\ni = " + _whole(4096, 1 << 20),
            "result = torch.zeros(4096).scatter_reduce(0, i, x, 'amax')",
        ),
        (
            "scatter_reduce mean 1M into 4096",
            M1 + "\ni = " + _whole(4096, 1 << 20),
            "result = torch.zeros(4096).scatter_reduce(0, i, x, 'mean')",
        ),
        (
            "embedding 16Kx256",
            "w = " + _draw(10000, 256) + "\ni = " + _whole(10000, 16384),
            f"result = {F}.embedding(i, w)",
        ),
        (
            "embedding 64Kx64",
            "w = " + _draw(10000, 64) + "\ni = " + _whole(10000, 1 << 16),
            f"result = {F}.embedding(i, w)",
        ),
    ]


def _masked() -> list[Case]:
    mask = "\nc = x > 0"
    return [
        ("masked_select 4M", M4 + mask, "result = x.masked_select(c)"),
        ("x[mask] 4M", M4 + mask, "result = x[c]"),
        ("x[mask] rows 4096x1024", MATRIX + "\nc = x[:, 0] > 0", "result = x[c]"),
        ("x[mask] = 0 4M", M4 + mask + "\nresult = x.clone()", "result[c] = 0.0"),
        ("x[mask] = v 4M", M4 + mask + "\nv = x[c] + 1\nresult = x.clone()", "result[c] = v"),
        (
            "x[mask] backward 4M",
            M4 + ".requires_grad_()\nc = x > 0",
            "x.grad = None; x[c].sum().backward(); result = x.grad",
        ),
        ("nonzero 4096x1024", MATRIX + mask, "result = c.nonzero()"),
        ("nonzero sparse 4M", M4 + "\nc = x > 2.5", "result = c.nonzero()"),
        ("where(mask) 4096x1024", MATRIX + mask, "result = list(torch.where(c))"),
        ("masked_fill by rows 4096x1024", MATRIX + "\nc = x[:, :1] > 0", "result = x.masked_fill(c, 0.0)"),
        ("masked_fill by columns 4096x1024", MATRIX + "\nc = x[0] > 0", "result = x.masked_fill(c, 0.0)"),
        (
            "masked_fill attention 16x8x256x256",
            "x = " + _draw(16, 8, 256, 256) + "\nc = torch.ones(256, 256).triu(1).bool()",
            "result = x.masked_fill(c, float('-inf')).exp()",
        ),
        ("masked_scatter 4M", M4 + mask + VALUES, "result = x.masked_scatter(c, v)"),
        ("where number 4M", M4 + mask, "result = torch.where(c, x, 0.0)"),
        ("where rows 4096x1024", MATRIX + "\nc = x[:, :1] > 0\ny = x[0].clone()", "result = torch.where(c, x, y)"),
    ]


def _searched() -> list[Case]:
    edges = "\ny = torch.linspace(-3, 3, 100)"
    return [
        ("searchsorted 1M in 10000", M1 + "\ny = torch.linspace(-3, 3, 10000)", "result = torch.searchsorted(y, x)"),
        (
            "searchsorted rows 4096x256 in 4096x64",
            "x = " + _draw(4096, 256) + "\ny = " + _draw(4096, 64) + ".sort(1).values",
            "result = torch.searchsorted(y, x)",
        ),
        ("bucketize 4M in 100", M4 + edges, "result = torch.bucketize(x, y)"),
        ("bincount 4M", "x = " + _whole(1000, 1 << 22), "result = torch.bincount(x)"),
        (
            "bincount weights 1M",
            "x = " + _whole(1000, 1 << 20) + "\nw = " + _draw(1 << 20),
            "result = torch.bincount(x, w)",
        ),
        ("histc 4M", M4, "result = torch.histc(x, 100, -3, 3)"),
        ("histogram 1M", M1, "result = torch.histogram(x, 100).hist"),
        ("unique int64 1M", "x = " + _whole(10000, 1 << 20), "result = x.unique()"),
        ("unique float32 1M", M1, "result = x.unique()"),
        (
            "unique inverse, counts 1M",
            "x = " + _whole(10000, 1 << 20),
            "result = list(x.unique(return_inverse=True, return_counts=True))",
        ),
        ("unique_consecutive 4M", "x = " + _whole(3, 1 << 22), "result = x.unique_consecutive()"),
        (
            "isin 1M of 1000",
            "x = " + _whole(10000, 1 << 20) + "\ny = torch.arange(0, 10000, 10)",
            "result = torch.isin(x, y)",
        ),
        ("cummin 4096x1024", MATRIX, "result = x.cummin(1).values"),
        ("cummax(0) 4096x1024", MATRIX, "result = x.cummax(0).values"),
        ("argsort 1M", M1, "result = x.argsort(stable=True)"),
        ("sort int64 1M", "x = " + _whole(1 << 40, 1 << 20), "result = x.sort().values"),
        ("sort int64 small range 1M", "x = " + _whole(1000, 1 << 20), "result = x.sort().values"),
        ("sort(0) 4096x1024", MATRIX, "result = x.sort(0).values"),
        ("sort float64 1M", M1 + ".double()", "result = x.sort().values"),
        ("topk 50 of 1M", M1, "result = x.topk(50).values"),
        ("topk 50 of 4096x1024", MATRIX, "result = x.topk(50, 1).values"),
        ("topk 1 of 4096x1024", MATRIX, "result = x.topk(1, 1).values"),
        ("topk 2 of 65536x64", "x = " + _draw(1 << 16, 64), "result = x.topk(2, 1).values"),
        ("topk 50 of 64x50000", "x = " + _draw(64, 50000), "result = x.topk(50, 1).values"),
        ("topk(0) 5 of 1024x4096", "x = " + _draw(1024, 4096), "result = x.topk(5, 0).values"),
        ("median 1M", M1, "result = x.median()"),
        ("median(1) 4096x1024", MATRIX, "result = x.median(1).values"),
        ("kthvalue 4096x1024", MATRIX, "result = x.kthvalue(100, 1).values"),
        ("mode 4096x256", "x = " + _whole(50, 4096, 256), "result = x.mode(1).values"),
        ("quantile 1M", M1, "result = x.quantile(0.3)"),
    ]


CASES: list[Case] = [*_joined(), *_converted(), *_indexed(), *_gathered(), *_masked(), *_searched()]
