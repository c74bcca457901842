"""Draws that `tests/golden/random.json` records: ours as a function, torch's as a line of Python."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import ml_dtypes
import numpy as np

from rushlight._core.generator import Generator
from rushlight._core.random_streams import (
    integers,
    multinomial,
    normal,
    permutation,
    rejection,
    transforms,
    uniform,
)

Array = np.ndarray[Any, Any]

SIZES = (3, 20, 37, 700)  # below and above a block of sixteen, with and without a rest, beyond MT19937's block
SINGLE_AND_HALF = ("float32", "float16", "bfloat16")
REAL = (*SINGLE_AND_HALF, "float64")
INTEGER = ("uint8", "int8", "int16", "int32", "int64")
SEED = 20


@dataclass(frozen=True)
class Case:
    """One draw; `exact` says that no function of the C library, whose last bits vary, takes part in it."""

    name: str
    ours: Callable[[Generator], Array]
    theirs: str
    exact: bool = True


def numpy_dtype(name: str) -> np.dtype[Any]:
    """The NumPy dtype of one of torch's names."""
    return np.dtype(ml_dtypes.bfloat16 if name == "bfloat16" else name)


def fills() -> Iterator[tuple[str, Callable[..., None], tuple[Any, ...], tuple[str, ...], bool]]:
    """In-place methods of torch: their call, our function and its arguments, dtypes, exactness."""
    floating = (*REAL, "complex64", "complex128")
    yield "uniform_()", uniform.fill_uniform, (), floating, True
    yield "uniform_(-1.3, 3.7)", uniform.fill_uniform, (-1.3, 3.7), floating, True
    yield "uniform_(100, 100.3)", uniform.fill_uniform, (100, 100.3), REAL, True
    yield "normal_()", normal.fill_normal, (), floating, False
    yield "normal_(1.7, 0.3)", normal.fill_normal, (1.7, 0.3), floating, False
    yield "random_()", integers.fill_nonnegative, (), (*INTEGER, *REAL, "bool"), True
    yield "random_(3, 100)", integers.fill_integers, (3, 100), (*INTEGER, *REAL), True
    yield "random_(0, 2**28 - 1)", integers.fill_integers, (0, 2**28 - 1), ("int32", "int64"), True
    yield "random_(0, 2**28)", integers.fill_integers, (0, 2**28), ("int32", "int64"), True
    yield "random_(-2**40, 2**50)", integers.fill_integers, (-(2**40), 2**50), ("int64", "float64"), True
    yield "random_(-2**63, None)", integers.fill_all_bits, (), ("int64",), True
    yield "bernoulli_(0.3)", transforms.fill_bernoulli, (0.3,), (*REAL, "int64", "bool"), True
    yield "exponential_()", transforms.fill_exponential, (), REAL, False
    yield "exponential_(2.5)", transforms.fill_exponential, (2.5,), REAL, False
    yield "geometric_(0.3)", transforms.fill_geometric, (0.3,), (*REAL, "int64"), False
    yield "log_normal_(0.5, 0.25)", transforms.fill_log_normal, (0.5, 0.25), REAL, False
    yield "cauchy_(1, 2)", transforms.fill_cauchy, (1, 2), REAL, False


def ramp(size: int, low: float, high: float, dtype: str = "float64") -> Array:
    """Parameters of a distribution, evenly spaced."""
    return np.linspace(low, high, size).astype(numpy_dtype(dtype))


def fill_case(call: str, fill: Callable[..., None], args: tuple[Any, ...], dtype: str, size: int, exact: bool):
    """The case of a method that fills a tensor."""

    def ours(generator: Generator) -> Array:
        out = np.zeros(size, numpy_dtype(dtype))
        fill(generator, out, *args)
        return out

    arguments = call[:-1] + (", " if args or "None" in call else "") + "generator=g)"
    block = call.startswith("normal") and size >= 16 and dtype not in ("float64", "complex128")
    theirs = f"torch.zeros({size}, dtype=torch.{dtype}).{arguments}"
    return Case(f"{call} {dtype} {size}", ours, theirs, exact or block)


def sampling_cases() -> Iterator[Case]:
    """The draws with a parameter for each number."""
    for dtype in ("float32", "float64"):
        chances = ramp(20, 0, 1, dtype)
        yield Case(
            f"bernoulli {dtype}",
            lambda g, p=chances: filled(lambda out: transforms.fill_bernoulli_each(g, out, p), p),
            f"torch.bernoulli(ramp(20, 0, 1, {dtype!r}), generator=g)",
        )
        rates = ramp(30, 0, 40, dtype)
        yield Case(
            f"poisson {dtype}",
            lambda g, rates=rates: rejection.poisson(g, rates),
            f"torch.poisson(ramp(30, 0, 40, {dtype!r}), generator=g)",
            exact=False,
        )
        yield Case(
            f"gamma {dtype}",
            lambda g, rates=rates: rejection.standard_gamma(g, rates),
            f"torch._standard_gamma(ramp(30, 0, 40, {dtype!r}), generator=g)",
            exact=False,
        )
        counts, chances = np.floor(ramp(30, 0, 300, dtype)), ramp(30, 1, 0, dtype)
        yield Case(
            f"binomial {dtype}",
            lambda g, counts=counts, chances=chances: rejection.binomial(g, counts, chances),
            f"torch.binomial(ramp(30, 0, 300, {dtype!r}).floor(), ramp(30, 1, 0, {dtype!r}), generator=g)",
            exact=False,
        )
        alphas = ramp(12, 0.1, 3, dtype).reshape(3, 4)
        yield Case(
            f"dirichlet {dtype}",
            lambda g, alphas=alphas: rejection.dirichlet(g, alphas),
            f"torch._sample_dirichlet(ramp(12, 0.1, 3, {dtype!r}).reshape(3, 4), generator=g)",
            exact=False,
        )
    for dtype in REAL:
        for shape, count, replacement in (((9,), 1, True), ((3, 9), 9, False), ((9,), 50, True), ((2, 9), 7, True)):
            weights = ramp(int(np.prod(shape)), 1, 50, dtype).reshape(shape)
            yield Case(
                f"multinomial {dtype} {shape} {count} {replacement}",
                lambda g, w=weights, c=count, r=replacement: multinomial.multinomial(g, w, c, r),
                f"torch.multinomial(ramp({weights.size}, 1, 50, {dtype!r}).reshape({shape}), {count}, "
                f"{replacement}, generator=g)",
            )


def filled(fill: Callable[[Array], None], like: Array) -> Array:
    """A new array of the same shape and dtype, filled."""
    out = np.zeros_like(like)
    fill(out)
    return out


def cases() -> Iterator[Case]:
    """Every recorded draw."""
    for call, fill, args, dtypes, exact in fills():
        for dtype in dtypes:
            for size in SIZES:
                yield fill_case(call, fill, args, dtype, size, exact)
    for size in (0, 1, 2, 10, 700, 9000):
        for dtype in ("int64", "int32", "float32"):
            yield Case(
                f"randperm {dtype} {size}",
                lambda g, size=size, dtype=dtype: permutation.permutation(g, size, np.dtype(dtype)),
                f"torch.randperm({size}, dtype=torch.{dtype}, generator=g)",
            )
    yield from sampling_cases()
