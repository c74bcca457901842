"""How far the vector functions are from the true values, in units of the last place.

The reference is NumPy one precision up: float64 for float32, `longdouble` for float64; mpmath where NumPy has none.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import rushlight as torch
from rushlight._core.expression import Expression

pytest.importorskip("llvmlite")

Array = np.ndarray[Any, Any]

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
    "sinh": (np.sinh, 2.5, 2.5),
    "cosh": (np.cosh, 2, 2),
    "tanh": (np.tanh, 1.5, 2.6),
    "asinh": (np.arcsinh, 1, 2),
    "acosh": (np.arccosh, 1, 2),
    "atanh": (np.arctanh, 1, 2),
    "sqrt": (np.sqrt, 0.51, 0.51),
    "rsqrt": (lambda x: 1 / np.sqrt(x), 1.5, 1.5),
}
"""Functions, and the greatest errors allowed in float32 and float64."""


def elementwise(name: str, *arrays: Array) -> Array:
    """A function of the vocabulary, compiled for the arrays' dtype."""
    from rushlight._backends.llvm.launch import Elementwise
    from rushlight._backends.llvm.typed import Node, Program, typed

    element = arrays[0].dtype.name
    names = ("x", "y")[: len(arrays)]
    symbols = tuple(map(Expression.symbol, names))
    node = typed(Expression.call(name, symbols), {key: Node("input", element, value=key) for key in names}, element)
    return Elementwise(Program(dict.fromkeys(names, element), (), [(node, node.element)]))(arrays)[0]


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
@pytest.mark.parametrize(("name", "limit"), [("erf", 2.1), ("erfc", 4.0)])
def test_the_error_function(name: str, limit: float, element: str) -> None:
    mpmath = pytest.importorskip("mpmath")
    rng = np.random.default_rng(1)
    x = np.concatenate([rng.uniform(-6, 6, 1500), rng.uniform(-1, 1, 500), rng.uniform(5, 26, 200)]).astype(element)
    x = x[x < 9] if element == "float32" else x
    with mpmath.workdps(30):
        exact = np.array([np.longdouble(mpmath.nstr(getattr(mpmath, name)(float(value)), 25)) for value in x])
    assert ulps(elementwise(name, x), exact).max() <= limit


def test_the_inverse_error_function_and_the_gamma_function_of_float32() -> None:
    mpmath = pytest.importorskip("mpmath")
    rng = np.random.default_rng(2)
    x = rng.uniform(-0.999, 0.999, 1500).astype(np.float32)
    exact = np.array([float(mpmath.erfinv(float(value))) for value in x]).astype(np.longdouble)
    assert ulps(elementwise("erfinv", x), exact).max() <= 4
    x = np.concatenate([rng.uniform(-20, 20, 1500), rng.uniform(0.9, 2.1, 500), [1, 2, 1e5, 3e10]]).astype(np.float32)
    exact = np.array([float(mpmath.re(mpmath.loggamma(float(value)))) for value in x]).astype(np.longdouble)
    error = ulps(elementwise("lgamma", x), exact)
    near_zero = np.abs(exact) < 0.1  # below zero the function has roots, of which float64 knows 16 digits
    assert error[~near_zero | (x > 0)].max() <= 4


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


def test_powers() -> None:
    rng = np.random.default_rng(4)
    base, exponent = map(np.ravel, np.meshgrid(np.float32(POWERS), np.float32(POWERS)))
    base = np.concatenate([base, rng.uniform(0, 10, 20_000)]).astype(np.float32)
    exponent = np.concatenate([exponent, rng.uniform(-30, 30, 20_000)]).astype(np.float32)
    with np.errstate(all="ignore"):
        exact = np.power(base.astype(np.float64), exponent.astype(np.float64))
    assert ulps(elementwise("pow", base, exponent), exact).max() <= 1


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
