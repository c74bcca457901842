"""Polynomials of least greatest error, by Remez' exchange in mpmath: how the coefficients in `functions/` were found.

python tests/compiler/fitting.py            # prints all of them
python tests/compiler/fitting.py sin        # those whose name begins so

Each entry of `FITS` is the function to come near to, the interval, the degree, and a weight by which the error is
multiplied before it is compared; the weight turns the polynomial's error into the relative error of the result.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import mpmath as mp

mp.mp.dps = 60

Function = Callable[[Any], Any]


def remez(function: Function, low: Any, high: Any, degree: int, weight: Function) -> tuple[list[Any], Any]:
    """Coefficients (lowest power first) and the greatest weighted error of the best polynomial."""
    low, high = mp.mpf(low), mp.mpf(high)
    count = degree + 2
    nodes = [(low + high) / 2 - (high - low) / 2 * mp.cos(mp.pi * k / (count - 1)) for k in range(count)]
    grid = [(low + high) / 2 - (high - low) / 2 * mp.cos(mp.pi * k / (40 * count)) for k in range(40 * count + 1)]
    grid = [x for x in grid if weight(x) > mp.mpf("1e-9")]
    nodes = [
        x if weight(x) > mp.mpf("1e-9") else x + (high - low) / 300 for x in nodes
    ]  # at a weight of zero nothing is asked
    values = [(x, function(x), weight(x)) for x in grid]
    coefficients: list[Any] = []
    for _ in range(12):
        rows = [[x**k for k in range(degree + 1)] + [(-1) ** i / weight(x)] for i, x in enumerate(nodes)]
        rows = [[entry * weight(x) for entry in row] for row, x in zip(rows, nodes)]
        solution = mp.lu_solve(mp.matrix(rows), mp.matrix([function(x) * weight(x) for x in nodes]))
        coefficients = list(solution)[:-1]
        errors = [(mp.polyval(coefficients[::-1], x) - value) * factor for x, value, factor in values]
        peaks: list[int] = []
        for index, error in enumerate(errors):
            if not peaks or (error > 0) != (errors[peaks[-1]] > 0):
                peaks.append(index)
            elif abs(error) > abs(errors[peaks[-1]]):
                peaks[-1] = index
        while len(peaks) > count:
            peaks.pop(0 if abs(errors[peaks[0]]) < abs(errors[peaks[-1]]) else -1)
        if len(peaks) < count:
            break
        nodes = [grid[index] for index in peaks]
        size = [abs(errors[index]) for index in peaks]
        if max(size) < min(size) * mp.mpf("1.01"):
            break
    return coefficients, max(abs(error) for error in errors)


def _erfc_scaled(middle: Any) -> Function:
    """erfc(x) exp(x**2) (1 + 2 x) as a function of (x - middle) / (x + middle)."""

    def function(t: Any) -> Any:
        x = middle * (1 + t) / (1 - t)
        return mp.erfc(x) * mp.exp(x * x) * (1 + 2 * x)

    return function


def _erfinv_over_x(w: Any) -> Any:
    x = mp.sqrt(-mp.expm1(-w)) if w else mp.mpf("1e-12")
    return mp.erfinv(x) / x


_HALF_LN2 = mp.log(2) / 2
_LOW, _HIGH = mp.sqrt(mp.mpf(1) / 2) - 1, mp.sqrt(mp.mpf(2)) - 1
_QUARTER = mp.pi / 4
_EIGHTH = mp.tan(mp.pi / 8)
_one = lambda x: mp.mpf(1)  # noqa: E731

FITS: dict[str, tuple[Function, Any, Any, int, Function]] = {}

for _name, _degree in (("exp32", 4), ("exp64", 9)):
    FITS[_name] = (lambda r: (mp.expm1(r) - r) / r**2 if r else mp.mpf("0.5"), -_HALF_LN2, _HALF_LN2, _degree,
                   lambda r: r * r)  # fmt: skip
FITS["exp2_core"] = (lambda r: mp.mpf(2) ** r, "-0.5", "0.5", 8, lambda r: mp.mpf(2) ** -r)
FITS["log32"] = (lambda f: (mp.log1p(f) - f + f * f / 2) / f**3 if f else mp.mpf(1) / 3, _LOW, _HIGH, 7,
                 lambda f: f**3 / mp.log1p(f) if f else mp.mpf(0))  # fmt: skip
for _name, _degree in (("log64", 6), ("log_core", 4)):
    FITS[_name] = (lambda z: (mp.atanh(mp.sqrt(z)) / mp.sqrt(z) - 1) * 2 / z if z else mp.mpf(2) / 3, "1e-9",
                   ((_HIGH) / (2 + _HIGH)) ** 2, _degree, lambda z: z)  # fmt: skip
for _name, _degree in (("sin32", 3), ("sin64", 6), ("sin_core", 4)):
    FITS[_name] = (lambda z: (mp.sin(mp.sqrt(z)) / mp.sqrt(z) - 1) / z, "1e-9", _QUARTER**2, _degree, lambda z: z)
for _name, _degree in (("cos32", 3), ("cos64", 6), ("cos_core", 4)):
    FITS[_name] = (lambda z: (mp.cos(mp.sqrt(z)) - 1 + z / 2) / z**2, "1e-6", _QUARTER**2, _degree, lambda z: z * z)
for _name, _degree in (("atan32", 4), ("atan64", 10)):
    FITS[_name] = (lambda z: (mp.atan(mp.sqrt(z)) / mp.sqrt(z) - 1) / z, "1e-9", _EIGHTH**2, _degree, lambda z: z)
for _name, _degree in (("asin32", 5), ("asin64", 12)):
    FITS[_name] = (lambda z: (mp.asin(mp.sqrt(z)) / mp.sqrt(z) - 1) / z, "1e-9", mp.mpf("0.25"), _degree, lambda z: z)
FITS["tanh32"] = (
    lambda z: (mp.tanh(mp.sqrt(z)) / mp.sqrt(z) - 1) / z,
    "1e-9",
    mp.mpf("0.4"),
    4,
    lambda z: z,
)
for _name, _degree in (("sinh32", 3), ("sinh64", 6)):
    FITS[_name] = (lambda z: (mp.sinh(mp.sqrt(z)) / mp.sqrt(z) - 1) / z, "1e-9", mp.mpf(1), _degree, lambda z: z)
FITS["pow64"] = (lambda z: (mp.atanh(mp.sqrt(z)) / mp.sqrt(z) - 1 - z / 3) / z**2, "1e-6",
                 (_HIGH / (2 + _HIGH)) ** 2, 7, lambda z: z * z)  # fmt: skip
FITS["erf64_small"] = (lambda z: mp.erf(mp.sqrt(z)) / mp.sqrt(z), "1e-9", mp.mpf(1), 11, _one)
FITS["erfc_core"] = (_erfc_scaled(mp.mpf(3)), -1, (mp.mpf("10.1") - 3) / (mp.mpf("10.1") + 3), 11, _one)
FITS["erfc64"] = (_erfc_scaled(mp.mpf(4)), -1, (mp.mpf("27.3") - 4) / (mp.mpf("27.3") + 4), 22, _one)
FITS["erfinv32_middle"] = (lambda v: _erfinv_over_x(v + mp.mpf("2.5")), "-2.5", "2.5", 9, _one)
FITS["erfinv32_tail"] = (lambda v: _erfinv_over_x((v + 3) ** 2), mp.sqrt(5) - 3, mp.mpf("1.2"), 9, _one)


ERF_STEP = mp.mpf(0.25367197394371033)
"""The distance between the middles of the intervals of erf32: of all float32 numbers about 1/4 the one where erf at
the middles is nearest to float32 numbers, at most 0.22 ulp away."""


def erf_by_intervals() -> tuple[list[list[Any]], Any]:
    """Coefficients of erf about the multiples of `ERF_STEP`, by power; the first less 1 times t for the one at 0."""
    half = ERF_STEP / 2 * mp.mpf("1.001")
    odd, worst = remez(lambda z: mp.erf(mp.sqrt(z)) / mp.sqrt(z) - 1, "1e-12", half**2, 2, _one)
    rows = [[mp.mpf(0), odd[0], mp.mpf(0), odd[1], mp.mpf(0), odd[2]]]
    for place in range(1, 16):

        def function(t: Any, middle: Any = place * ERF_STEP) -> Any:
            return mp.erf(middle + t)

        row, error = remez(function, -half, half, 5, lambda t, function=function: 1 / function(t))
        rows.append(row)
        worst = max(worst, error)
    return [list(column) for column in zip(*rows)], worst


def main(names: list[str]) -> None:
    """Prints the fits whose names begin with one of some, or all."""
    if not names or "erf32" in names:
        columns, error = erf_by_intervals()
        print(f"erf32  # error {mp.nstr(error, 2)} = 2**{mp.nstr(mp.log(error, 2), 3)}")  # noqa: T201
        for column in columns:
            print(", ".join(mp.nstr(value, 10) for value in column))  # noqa: T201
    for name, (function, low, high, degree, weight) in FITS.items():
        if not names or name.startswith(tuple(names)):
            coefficients, error = remez(function, low, high, degree, weight)
            wide = "32" not in name
            print(f"{name}  # error {mp.nstr(error, 2)} = 2**{mp.nstr(mp.log(error, 2), 3)}")  # noqa: T201
            print(", ".join(mp.nstr(value, 18 if wide else 10) for value in coefficients))  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1:])
