"""How far the vector functions are from the true values, in units of the last place.

The reference is NumPy one precision up: float64 for float32, `longdouble` for float64; mpmath where NumPy has none.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest

import rushlight as torch
from rushlight._core.expression import Expression

pytest.importorskip("llvmlite")

from rushlight._backends.llvm import cache, elementwise as loops, kernels
from rushlight._backends.llvm.functions import table
from rushlight._backends.llvm.machine import assemble
from rushlight._backends.llvm.typed import Node, Program, typed
from rushlight._declare.scalars import s
from rushlight._ops.arithmetic import _remainder

Array = np.ndarray[Any, Any]
FUNCTIONS = {name: atom.array for name, atom in s.atoms.items()} | {"polygamma": partial(s.polygamma.array, 1)}

SPECIAL = (0.0, -0.0, np.inf, -np.inf, np.nan, 1.0, -1.0, 2.0, 0.5, -0.5, 1e-40, -1e-40, 88.7, -87.4, -103.0, 89.0,
           -150.0, 1e30, -1e30, 709.7, -745.0, 5e-324, 1e308)  # fmt: skip

LIMITS: dict[str, tuple[Callable[[Array], Array], float, float]] = {
    "exp": (np.exp, 0.8, 1.1),
    "exp2": (np.exp2, 1.1, 1.1),
    "expm1": (np.expm1, 2, 2),
    "log": (np.log, 1, 1),
    "log2": (np.log2, 1, 2),
    "log10": (np.log10, 1, 1),
    "log1p": (np.log1p, 2, 2),
    "sin": (np.sin, 2, 2.5),
    "cos": (np.cos, 2, 2.5),
    "tan": (np.tan, 1, 4),
    "asin": (np.arcsin, 1.6, 1.6),
    "acos": (np.arccos, 1.1, 1.1),
    "atan": (np.arctan, 1.9, 1.9),
    "sinh": (np.sinh, 1.8, 1.7),
    "cosh": (np.cosh, 2, 2),
    "tanh": (np.tanh, 1.5, 2.6),
    "asinh": (np.arcsinh, 1, 2),
    "acosh": (np.arccosh, 1, 2),
    "atanh": (np.arctanh, 1, 2),
    "sqrt": (np.sqrt, 0.51, 0.51),
    "rsqrt": (lambda x: 1 / np.sqrt(x), 1.5, 1.5),
}
"""Functions, and the greatest errors allowed in float32 and float64."""


def program(name: str, element: str, count: int) -> Program:
    """A function of the vocabulary for operands of a dtype."""
    names = ("x", "y", "z")[:count]
    nodes = {key: Node("input", element, value=key) for key in names}
    operands = (*((1,) if name == "polygamma" else ()), *map(Expression.symbol, names))
    node = typed(Expression.call(name, operands), nodes, element)
    return Program(dict.fromkeys(names, element), (), [(node, node.element)])


def elementwise(name: str, *arrays: Array) -> Array:
    """A function of the vocabulary, compiled for the arrays' dtype."""
    from rushlight._backends.llvm.launch import Elementwise

    return Elementwise(program(name, arrays[0].dtype.name, len(arrays)))(arrays)[0]


def inputs(element: str) -> Array:
    """Bits at random, and numbers of the sizes that functions are used with."""
    rng = np.random.default_rng(0)
    whole = np.uint32 if element == "float32" else np.uint64
    bits = rng.integers(0, np.iinfo(whole).max, 50_000, whole).view(element)
    parts = [rng.uniform(-size, size, 20_000) for size in (1e-3, 1, 10, 100, 800)]
    with np.errstate(over="ignore", under="ignore"):
        return np.concatenate([bits, np.array(SPECIAL).astype(element), *[part.astype(element) for part in parts]])


def ulps(found: Array, exact: Array) -> Array:
    """The distance of each value from the exact one, in units of the last place of its dtype."""
    element = found.dtype
    with np.errstate(all="ignore"):
        near = exact.astype(element)
        unit = np.spacing(np.abs(near)).astype(np.longdouble)
        error = np.abs(found.astype(np.longdouble) - exact) / unit
    same = (found == near) | (np.isnan(found) & np.isnan(near))
    return np.where(same, 0, np.where(np.isnan(error), np.inf, error))


@pytest.mark.parametrize("element", ["float32", "float64"])
@pytest.mark.parametrize("name", LIMITS)
def test_the_greatest_error(name: str, element: str) -> None:
    function, single, double = LIMITS[name]
    x = inputs(element)
    with np.errstate(all="ignore"):
        exact = function(x.astype(np.float64 if element == "float32" else np.longdouble))
    error = ulps(elementwise(name, x), exact)
    worst = int(error.argmax())
    assert error[worst] <= (single if element == "float32" else double), (name, x[worst], exact[worst])


@pytest.mark.parametrize("element", ["float32", "float64"])
@pytest.mark.parametrize(("name", "limit"), [("erf", 2.0), ("erfc", 4.0)])
def test_the_error_function(name: str, limit: float, element: str) -> None:
    mpmath = pytest.importorskip("mpmath")
    rng = np.random.default_rng(1)
    x = np.concatenate([rng.uniform(-6, 6, 1500), rng.uniform(-1, 1, 500), rng.uniform(5, 26, 200)]).astype(element)
    x = x[x < 9] if element == "float32" else x
    with mpmath.workdps(30):
        exact = np.array([np.longdouble(mpmath.nstr(getattr(mpmath, name)(float(value)), 25)) for value in x])
    assert ulps(elementwise(name, x), exact).max() <= limit


def _spread(*ranges: tuple[float, float]) -> Callable[[Any], Array]:
    return lambda rng: np.concatenate([rng.uniform(low, high, 300) for low, high in ranges])


SPECIAL_FUNCTIONS: dict[str, tuple[str, Callable[[Any], Array], float, float]] = {
    "erfinv": ("erfinv(x)", lambda rng: np.concatenate([rng.uniform(-0.999, 0.999, 500), rng.uniform(-0.1, 0.1, 200),
                                                        1 - 10.0 ** rng.uniform(-6, -1, 100)]), 2.8, 4),
    "lgamma": ("re(loggamma(x))", _spread((0, 0.5), (0.9, 2.1), (2, 12), (10, 1e5)), 0.6, 4),
    "digamma": ("digamma(x)", _spread((0, 0.5), (2.5, 15), (10, 1e5)), 0.6, 8),
    "polygamma": ("psi(1, x)", _spread((0.5, 15), (0.01, 1), (10, 1e5)), 0.6, 6),
    "i0": ("besseli(0, x)", _spread((-10, 10), (-80, 80)), 0.6, 6),
    "special_i1": ("besseli(1, x)", _spread((-10, 10), (-80, 80)), 0.6, 12),
    "special_i0e": ("besseli(0, x) * exp(-abs(x))", _spread((-10, 10), (-80, 80)), 0.6, 6),
    "special_i1e": ("besseli(1, x) * exp(-abs(x))", _spread((-10, 10), (-80, 80)), 0.6, 12),
    "special_ndtr": ("erfc(-x / sqrt(2)) / 2", _spread((-5, 5), (-2, 2)), 0.6, 40),
    "special_erfcx": ("exp(x * x) * erfc(x)", _spread((-5, 5), (0, 100)), 0.6, 4),
    "special_ndtri": ("sqrt(2) * erfinv(2 * x - 1)", _spread((1e-4, 0.1), (0.01, 0.99)), 0.6, 6),
    "special_log_ndtr": ("log(erfc(-x / sqrt(2)) / 2)", _spread((-50, -1), (-1, 3)), 0.6, 12),
}  # fmt: skip
"""Functions that NumPy has not one precision up: mpmath's formula, where they are measured, the greatest errors."""


@pytest.mark.parametrize("element", ["float32", "float64"])
@pytest.mark.parametrize("name", SPECIAL_FUNCTIONS)
def test_special_functions(name: str, element: str) -> None:
    mpmath = pytest.importorskip("mpmath")
    formula, places, single, double = SPECIAL_FUNCTIONS[name]
    x = places(np.random.default_rng(2)).astype(element)
    code = compile(formula, name, "eval")
    with mpmath.workdps(40):
        exact = np.array([np.longdouble(mpmath.nstr(eval(code, vars(mpmath) | {"x": mpmath.mpf(float(value))}), 25))
                          for value in x])  # fmt: skip
    error = ulps(elementwise(name, x), exact)
    assert error.max() <= (single if element == "float32" else double), x[error.argmax()]


@pytest.mark.parametrize("element", ["float32", "float64"])
@pytest.mark.parametrize("name", SPECIAL_FUNCTIONS)
def test_special_numbers(name: str, element: str) -> None:
    """Zeros, infinities, nan, what is subnormal and what is out of range, as NumPy's way has them."""
    with np.errstate(all="ignore"):
        x = np.array([*SPECIAL, -2.0, -3.0, 10.0, 28.0, -28.0], element)
        expected = FUNCTIONS[name](x)
    found = elementwise(name, x)
    np.testing.assert_allclose(found, expected, rtol=1e-6)
    assert (np.signbit(found) == np.signbit(expected))[~np.isnan(expected)].all()


def test_the_gamma_function_below_zero() -> None:
    """There it has roots, near which float64 has as many digits as the distance from them."""
    x = np.random.default_rng(2).uniform(-20, 0, 2000)
    for name in ("lgamma", "digamma"):
        with np.errstate(all="ignore"):
            expected = FUNCTIONS[name](x)
        np.testing.assert_allclose(elementwise(name, x), expected, rtol=1e-13, atol=1e-12 * np.abs(expected).min())


@pytest.mark.parametrize("size", [1e9, 1e12, 1e17, 1e30, 3e38])
def test_angles_of_any_size(size: float) -> None:
    mpmath = pytest.importorskip("mpmath")
    x = np.random.default_rng(3).uniform(-size, size, 200).astype(np.float32)
    with mpmath.workdps(80):
        exact = np.array([float(mpmath.sin(float(value))) for value in x]).astype(np.longdouble)
    assert ulps(elementwise("sin", x), exact).max() <= 2
    wide = x.astype(np.float64) * 1.37
    with mpmath.workdps(80):
        exact = np.array([np.longdouble(mpmath.nstr(mpmath.cos(mpmath.mpf(float(value))), 25)) for value in wide])
    assert ulps(elementwise("cos", wide), exact).max() <= 2.5


POWERS = (0.0, -0.0, 1.0, -1.0, 2.0, -2.0, 3.0, -3.0, 0.5, -0.5, np.inf, -np.inf, np.nan, 1e20, -1e20)


@pytest.mark.parametrize("element", ["float32", "float64"])
def test_powers(element: str) -> None:
    rng = np.random.default_rng(4)
    base, exponent = map(np.ravel, np.meshgrid(np.array(POWERS, element), np.array(POWERS, element)))
    ranges = ((0, 10, 30), (0.5, 2, 300), (0.9999, 1.0001, 1e5), (0, 1e-30, 10), (0, 1e30, 10))
    base = np.concatenate([base, *[rng.uniform(low, high, 5000) for low, high, _ in ranges]]).astype(element)
    exponent = np.concatenate([exponent, *[rng.uniform(-size, size, 5000) for *_, size in ranges]]).astype(element)
    with np.errstate(all="ignore"):
        exact = np.power(base.astype(np.longdouble), exponent.astype(np.longdouble))
    assert ulps(elementwise("pow", base, exponent), exact).max() <= 1.1


DIVIDENDS = (*POWERS, 1e-40, -1e-40, 5e-324, 2.5, -7.25, 1e300, 0.9999999)


@pytest.mark.parametrize("element", ["float32", "float64"])
@pytest.mark.parametrize("name", ["fmod", "remainder", "floor_divide", "nextafter", "hypot"])
def test_functions_of_two_that_are_exact(name: str, element: str) -> None:
    """Whole quotients of up to 2000 bits leave the last bit right; the root of a sum of squares is off by 1 ulp."""
    rng = np.random.default_rng(5)
    bits = [rng.integers(0, 256, 30_000 * np.dtype(element).itemsize, np.uint8).view(element) for _ in range(2)]
    with np.errstate(over="ignore", under="ignore"):
        x, y = map(np.ravel, np.meshgrid(np.array(DIVIDENDS).astype(element), np.array(DIVIDENDS).astype(element)))
    x = np.concatenate([x, bits[0], rng.integers(-50, 50, 2000).astype(element)])
    y = np.concatenate([y, bits[1], rng.integers(-9, 9, 2000).astype(element)])
    with np.errstate(all="ignore"):
        expected = _remainder(x, y) if name == "remainder" else getattr(np, name)(x, y)
    found = elementwise(name, x, y)
    np.testing.assert_array_max_ulp(found, expected, 1 if name == "hypot" else 0)
    assert (np.signbit(found) == np.signbit(expected))[~np.isnan(expected)].all()


def test_quadrants() -> None:
    signs = np.float32([0.0, -0.0, 1.0, -1.0, np.inf, -np.inf, np.nan, 3.0, 1e-40])
    y, x = map(np.ravel, np.meshgrid(signs, signs))
    assert ulps(elementwise("atan2", y, x), np.arctan2(y.astype(np.float64), x.astype(np.float64))).max() <= 1


@pytest.mark.parametrize(("element", "limit", "smallest"), [("float32", 2, -88.7), ("float64", 2.5, -709.436)])
def test_the_logistic_function(element: str, limit: float, smallest: float) -> None:
    """Where the exponential would be infinite the result is 0, as torch's is."""
    x = inputs(element)
    with np.errstate(all="ignore"):
        exact = 1 / (1 + np.exp(-x.astype(np.longdouble)))
    assert ulps(elementwise("sigmoid", x), np.where(x < smallest, 0, exact)).max() <= limit


def test_most_exponentials_are_the_nearest_float32() -> None:
    x = np.random.default_rng(5).uniform(-20, 20, 200_000).astype(np.float32)
    nearest = np.exp(x.astype(np.float64)).astype(np.float32)
    assert (elementwise("exp", x) == nearest).mean() > 0.96
    assert elementwise("exp", np.full(3, 4, np.float32))[0] == np.float32(54.598150033)


def test_the_sign_of_zero_is_kept() -> None:
    zeros = np.float32([0.0, -0.0])
    for name in ("sin", "tan", "asin", "atan", "sinh", "tanh", "asinh", "atanh", "expm1", "log1p", "erf"):
        assert np.signbit(elementwise(name, zeros)).tolist() == [False, True], name


def test_a_large_tensor_and_a_small_one_agree() -> None:
    x = torch.linspace(-4, 4, 100_001)
    small = torch.cat([part.tanh() for part in x.split(1000)])
    assert (x.tanh() - small).abs().max() < 3e-7


@pytest.mark.parametrize("taken", [1, 2])
@pytest.mark.parametrize("name", ["exp", "sigmoid", "tanh", "erf", "log", "sin", "sinh", "expm1", "pow"])
def test_other_processors(name: str, taken: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Narrower vectors of the same processor: other instructions, and the same errors."""
    host = kernels.host()
    if not host.links:
        pytest.skip("LLVM loads code for the processor that it runs on only")
    gone = ("+avx512", "+evex", "+avx10") if taken == 1 else ("+avx", "+fma", "+evex", "+f16c", "+xop")
    features = ",".join(f"-{item[1:]}" if item.startswith(gone) else item for item in host.features.split(","))
    narrow = host._replace(features=features)
    if narrow.vector_bits == host.vector_bits:
        pytest.skip("this processor has no wider vectors")
    monkeypatch.setattr(kernels, "_place", lambda: (narrow, cache.Folder("none")))
    monkeypatch.setattr(kernels, "_loaded", {})
    x = inputs("float32")
    x = x[(np.abs(x) < 80) & (np.abs(x) > 1e-30)]
    given = (np.abs(x), np.full_like(x, 1.5)) if name == "pow" else (np.abs(x),) if name == "log" else (x,)
    exact = FUNCTIONS[name](*[array.astype(np.float64) for array in given])
    assert ulps(elementwise(name, *given), exact).max() <= 2.5


OPERANDS = {"where": 3, "sloped_gradient": 3} | dict.fromkeys(
    ("add", "sub", "mul", "div", "maximum", "minimum", "clamp_min", "clamp_max", "fmax", "fmin", "copysign",
     "heaviside", "eq", "ne", "lt", "le", "gt", "ge", "atan2", "pow", "logaddexp", "logaddexp2", "hypot",
     "nextafter", "fmod", "remainder", "floor_divide"), 2)  # fmt: skip


@pytest.mark.parametrize("element", ["float32", "float64"])
def test_kernels_call_nobody(element: str) -> None:
    """A function of the C library in a vector's loop would be called once for each lane."""
    names = [name for name in table.FUNCTIONS if not name.startswith(("logical_", "bitwise_"))]
    for name in names:
        made = program(name, element, OPERANDS.get(name, 1))
        host = kernels.host()
        text = loops.write_kernel(made, "c" * (len(made.inputs) + 1), 0, host)
        called = {line.split("@")[1].split("(")[0] for line in text.splitlines() if " call " in line}
        assert all(callee.startswith("llvm.") for callee in called), name
        assembly = assemble(text, host, explain=True).assembly
        instructions = {line.split()[0] for line in assembly.splitlines() if line.startswith("\t")}
        assert not any(item.startswith(("call", "bl")) for item in instructions), name
