"""Rows of `large.py`: elements added up, counted, compared, along every dimension and in every dtype; softmax and its
kin along others than the last dimension, and in 16 bits. Each is to stay below torch."""

from __future__ import annotations


def _draw(*shape: int) -> str:
    return f"torch.from_numpy(np.random.default_rng(0).standard_normal({shape}, dtype=np.float32))"


M4, MATRIX, CUBE = "x = " + _draw(1 << 22), "x = " + _draw(4096, 1024), "x = " + _draw(64, 64, 1024)
F = "torch.nn.functional"

Case = tuple[str, str, str]
"""Title, setup, statement."""


def _reductions() -> list[Case]:
    near_one = "\nx = 1 + x * 1e-3"
    cases = [(f"{name} 4M", M4, f"result = x.{name}()") for name in ("std", "any", "all", "count_nonzero", "nansum")]
    cases += [(f"{name}(1) 4096x1024", MATRIX, f"result = x.{name}(1)") for name in ("any", "all", "count_nonzero")]
    cases += [
        ("prod 4M", M4 + near_one, "result = x.prod()"),
        ("prod(1) 4096x1024", MATRIX + near_one, "result = x.prod(1)"),
        ("amax(1) 1Mx3", "x = " + _draw(1 << 20, 3), "result = x.amax(1)"),
        ("argmax(1) 1Mx3", "x = " + _draw(1 << 20, 3), "result = x.argmax(1)"),
        ("logsumexp(1) 1Mx3", "x = " + _draw(1 << 20, 3), "result = x.logsumexp(1)"),
        ("aminmax 4M", M4, "result = list(torch.aminmax(x))"),
        ("sum((0, 2)) 64x64x1024", CUBE, "result = x.sum((0, 2))"),
        ("var_mean((0, 2)) 64x64x1024", CUBE, "result = list(torch.var_mean(x, (0, 2)))"),
        ("x.t().sum(1) 1024x4096", MATRIX, "result = x.t().sum(1)"),
    ]
    for order in ("0", "1", "3", "float('inf')"):
        cases.append((f"vector_norm {order} 4M", M4, f"result = torch.linalg.vector_norm(x, {order})"))
    for name, made in (("float64", "x.double()"), ("int32", "(x * 9).int()"), ("int64", "(x * 9).long()"),
                       ("bool", "x > 0")):  # fmt: skip
        cases.append((f"{name} sum 4M", f"{M4}\nx = {made}", "result = x.sum()"))
    return cases


def _along() -> list[Case]:
    cases = [(f"{name}(0) 4096x1024", MATRIX, f"result = x.{name}(0)") for name in (
        "softmax", "log_softmax", "logsumexp", "logcumsumexp", "cumsum", "cumprod")]  # fmt: skip
    cases += [(f"{name} 4M", M4, f"result = x.{name}(0)") for name in ("softmax", "logsumexp", "cumsum")]
    return [*cases, ("logcumsumexp(1) 4096x1024", MATRIX, "result = x.logcumsumexp(1)")]


def _narrow() -> list[Case]:
    """Results made small, so that what rounding to 16 bits leaves is below what the libraries may differ by."""
    cases = []
    for element in ("bfloat16", "half"):
        setup = f"{MATRIX}\nx = x.{element}()"
        for name in ("sum", "mean", "amax"):
            cases.append((f"{element} {name} 4M", setup, f"result = x.{name}().float() * 1e-5"))
        for name in ("sum(1)", "softmax(1)", "log_softmax(1)"):
            cases.append((f"{element} {name} 4096x1024", setup, f"result = x.{name}[:10].float() * 1e-3"))
        leaf = setup + "\na = x.clone().requires_grad_()\ng = x.flip(0).clone()"
        cases.append(
            (f"{element} layer_norm 4096x1024", setup, f"result = {F}.layer_norm(x, (1024,))[:10].float() * 1e-2")
        )
        cases.append((f"{element} softmax forward+backward", leaf,
                      "a.grad = None; a.softmax(1).backward(g); result = a.grad[:10].float() * 1e-2"))  # fmt: skip
    return cases


CASES: list[Case] = [*_reductions(), *_along(), *_narrow()]
