"""Works out the Chebyshev series behind the special functions with mpmath, at 40 digits.

``python -m tests.special.fit`` writes `src/rushlight/_backends/numpy/special/tables.py`; the package itself
does not need mpmath.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import mpmath as mp

TABLES = Path(__file__).parents[2] / "src/rushlight/_backends/numpy/special/tables.py"

Function = Callable[[Any], Any]

HEAD = '''"""Chebyshev coefficients of the special functions on the intervals where each is smooth.

Worked out with 40 digits by `tests/special/fit.py`, which also says what each table approximates; the
series end where the terms fall below 1e-17 of the largest, so they are exact to double precision.
"""

from __future__ import annotations

# fmt: off
'''


def coefficients(function: Function, terms: int = 64) -> list[float]:
    """The Chebyshev coefficients of a function on [-1, 1] that count in double precision."""
    nodes = [mp.cos(mp.pi * (k + mp.mpf(1) / 2) / terms) for k in range(terms)]
    values = [function(node) for node in nodes]
    found = [
        mp.fsum(value * mp.cos(mp.pi * j * (k + mp.mpf(1) / 2) / terms) for k, value in enumerate(values)) * 2 / terms
        for j in range(terms)
    ]
    found[0] /= 2
    limit = max(map(abs, found)) * mp.mpf("1e-17")
    last = max(j for j, value in enumerate(found) if abs(value) > limit)
    if last > terms - 4:
        raise ValueError("the series does not end: the function is not smooth on this interval")
    return [float(value) for value in found[: last + 1]]


def between(low: str, high: str, function: Function) -> list[float]:
    """The coefficients of a function on the interval from `low` to `high`."""
    middle, half = (mp.mpf(low) + mp.mpf(high)) / 2, (mp.mpf(high) - mp.mpf(low)) / 2
    return coefficients(lambda t: function(middle + t * half))


def erfcx_scaled(t: Any) -> Any:
    """erfcx(x) * (1 + 2x) where t = (x - 3.75) / (x + 3.75)."""
    x = mp.mpf(15) / 4 * (1 + t) / (1 - t)
    if x < 60:
        return mp.exp(x * x) * mp.erfc(x) * (1 + 2 * x)
    term, total = mp.mpf(1), mp.mpf(1)
    for k in range(1, 60):
        term *= -(2 * k - 1) / (2 * x * x)
        total += term
    return total / (x * mp.sqrt(mp.pi)) * (1 + 2 * x)


def erfinv_over(w: Any) -> Any:
    """erfinv(y) / y where w = -log(1 - y**2)."""
    if w == 0:
        return mp.sqrt(mp.pi) / 2
    y = mp.sqrt(-mp.expm1(-w))
    log_rest = mp.log(mp.exp(-w) / (1 + y))
    guess = mp.sqrt(max(w - 1, mp.mpf("0.1"))) if w > 1 else w / 2
    return mp.findroot(lambda x: mp.log(mp.erfc(x)) - log_rest, guess) / y


def bessel_i_far(order: int) -> Function:
    """sqrt(x) exp(-x) I(x) in 1/x."""

    def value(v: Any) -> Any:
        if v > mp.mpf("1e-6"):
            return mp.sqrt(1 / v) * mp.exp(-1 / v) * mp.besseli(order, 1 / v)
        return asymptotic(order, -v) / mp.sqrt(2 * mp.pi)

    return value


def bessel_k_far(order: int) -> Function:
    """sqrt(x) exp(x) K(x) in 2/x."""

    def value(v: Any) -> Any:
        if v > mp.mpf("1e-5"):
            return mp.sqrt(2 / v) * mp.exp(2 / v) * mp.besselk(order, 2 / v)
        return asymptotic(order, v / 2) * mp.sqrt(mp.pi / 2)

    return value


def asymptotic(order: int, v: Any) -> Any:
    """The expansion of the modified Bessel functions for small v = 1/x."""
    total, term = mp.mpf(1), mp.mpf(1)
    for k in range(1, 8):
        term *= (4 * order * order - (2 * k - 1) ** 2) * v / (8 * k)
        total += term
    return total


def wave(order: int) -> tuple[Function, Function]:
    """The slow parts of J and Y beyond 8, in (8/x)**2: of the cosine, and of the sine times x/8."""

    def parts(v: Any) -> tuple[Any, Any]:
        v = max(v, mp.mpf("1e-30"))
        x = 8 / mp.sqrt(v)
        square = 4 * order * order
        if x > 1e5:
            return 1 - mp.mpf((square - 1) * (square - 9)) / (2 * (8 * x) ** 2), mp.mpf(square - 1) / 64
        phase, size = x - (2 * order + 1) * mp.pi / 4, mp.sqrt(mp.pi * x / 2)
        first, second = mp.besselj(order, x), mp.bessely(order, x)
        along = size * (first * mp.cos(phase) + second * mp.sin(phase))
        across = size * (second * mp.cos(phase) - first * mp.sin(phase))
        return along, across * x / 8

    return lambda v: parts(v)[0], lambda v: parts(v)[1]


def y0_regular(u: Any) -> Any:
    """Y0(x) less its logarithm, in u = x**2."""
    if u == 0:
        return 2 / mp.pi * mp.euler
    x = mp.sqrt(u)
    return mp.bessely(0, x) - 2 / mp.pi * mp.log(x / 2) * mp.besselj(0, x)


def y1_regular(u: Any) -> Any:
    """Y1(x) less its logarithm and its pole, over x, in u = x**2."""
    x = mp.sqrt(max(u, mp.mpf("1e-20")))
    return (mp.bessely(1, x) - 2 / mp.pi * (mp.log(x / 2) * mp.besselj(1, x) - 1 / x)) / x


def k0_regular(u: Any) -> Any:
    """K0(x) less its logarithm, in u = x**2."""
    if u == 0:
        return -mp.euler
    x = mp.sqrt(u)
    return mp.besselk(0, x) + mp.log(x / 2) * mp.besseli(0, x)


def k1_regular(u: Any) -> Any:
    """K1(x) less its logarithm, times x, in u = x**2."""
    x = mp.sqrt(max(u, mp.mpf("1e-20")))
    return (mp.besselk(1, x) - mp.log(x / 2) * mp.besseli(1, x)) * x


def airy_series(count: int) -> list[Any]:
    """Coefficients of the expansion of Ai for large arguments, in powers of -1/z."""
    found = [mp.mpf(1)]
    for k in range(1, count):
        found.append(found[-1] * mp.mpf((6 * k - 5) * (6 * k - 3) * (6 * k - 1)) / (216 * k * (2 * k - 1)))
    return found


def airy_phase(x: Any) -> Any:
    """2/3 x**1.5."""
    return 2 * mp.mpf(x) ** mp.mpf("1.5") / 3


def airy_far(v: Any) -> Any:
    """2 sqrt(pi) x**0.25 exp(z) Ai(x) in z(2)/z."""
    start = airy_phase(2)
    if v < mp.mpf("0.02"):
        return mp.fsum(term * (-v / start) ** k for k, term in enumerate(airy_series(30)))
    z = start / v
    x = (3 * z / 2) ** (mp.mpf(2) / 3)
    return 2 * mp.sqrt(mp.pi) * x ** mp.mpf("0.25") * mp.exp(z) * mp.airyai(x)


def airy_wave() -> tuple[Function, Function]:
    """The slow parts of Ai below -2.5, in (z(2.5)/z)**2: of the cosine, and of the sine times z."""
    start = airy_phase("2.5")
    terms = airy_series(28)

    def parts(v: Any) -> tuple[Any, Any]:
        if v < mp.mpf("0.002"):
            inverse = -v / (start * start)
            along = mp.fsum(terms[2 * k] * inverse**k for k in range(14))
            return along, mp.fsum(terms[2 * k + 1] * inverse**k for k in range(14))
        z = start / mp.sqrt(v)
        x, phase = (3 * z / 2) ** (mp.mpf(2) / 3), z - mp.pi / 4
        first, second, size = mp.airyai(-x), mp.airybi(-x), mp.sqrt(mp.pi) * x ** mp.mpf("0.25")
        along = size * (first * mp.cos(phase) - second * mp.sin(phase))
        return along, size * (first * mp.sin(phase) + second * mp.cos(phase)) * z

    return lambda v: parts(v)[0], lambda v: parts(v)[1]


def over_root(function: Function, at_zero: Any) -> Function:
    """function(x) / x in u = x**2."""
    return lambda u: function(mp.sqrt(u)) / mp.sqrt(u) if u > 0 else at_zero


def tables() -> dict[str, tuple[str, list[float]]]:
    """Every table by its name, with what it approximates."""
    half = mp.mpf(1) / 2
    along0, across0 = wave(0)
    along1, across1 = wave(1)
    airy_along, airy_across = airy_wave()

    def lgamma_over(at: int, slope: Any) -> Function:
        return lambda e: mp.loggamma(at + e) / e if e != 0 else slope

    return {
        "ERF_NEAR": (
            "erf(x) / x for x from 0 to 1, in x**2.",
            between("0", "1", over_root(mp.erf, 2 / mp.sqrt(mp.pi))),
        ),
        "ERFCX_SCALED": ("erfcx(x) * (1 + 2x) for all x >= 0, in (x - 3.75) / (x + 3.75).", coefficients(erfcx_scaled)),
        "ERFINV_NEAR": ("erfinv(y) / y in w = -log(1 - y**2) from 0 to 6.25.", between("0", "6.25", erfinv_over)),
        "ERFINV_MIDDLE": ("The same in sqrt(w) from 2.5 to 4.", between("2.5", "4", lambda r: erfinv_over(r * r))),
        "ERFINV_FAR": ("The same in sqrt(w) from 4 to 7.", between("4", "7", lambda r: erfinv_over(r * r))),
        "ERFINV_TAIL": ("The same in sqrt(w) from 7 to 28.", between("7", "28", lambda r: erfinv_over(r * r))),
        "LGAMMA_ONE": ("lgamma(1 + e) / e for e from -0.5 to 0.5.", between("-0.5", "0.5", lgamma_over(1, -mp.euler))),
        "LGAMMA_TWO": (
            "lgamma(2 + e) / e for e from -0.5 to 0.5.",
            between("-0.5", "0.5", lgamma_over(2, 1 - mp.euler)),
        ),
        "I0E_NEAR": ("exp(-x) I0(x) for x from 0 to 8.", between("0", "8", lambda x: mp.exp(-x) * mp.besseli(0, x))),
        "I0E_FAR": ("sqrt(x) exp(-x) I0(x) in 1/x from 0 to 1/8.", between("0", "0.125", bessel_i_far(0))),
        "I1E_NEAR": (
            "exp(-x) I1(x) / x for x from 0 to 8.",
            between("0", "8", lambda x: mp.exp(-x) * mp.besseli(1, x) / x if x else half),
        ),
        "I1E_FAR": ("sqrt(x) exp(-x) I1(x) in 1/x from 0 to 1/8.", between("0", "0.125", bessel_i_far(1))),
        "J0_NEAR": ("J0(x) in x**2 from 0 to 64.", between("0", "64", lambda u: mp.besselj(0, mp.sqrt(u)))),
        "J1_NEAR": (
            "J1(x) / x in x**2 from 0 to 64.",
            between("0", "64", over_root(lambda x: mp.besselj(1, x), half)),
        ),
        "Y0_NEAR": ("Y0(x) - 2/pi log(x/2) J0(x) in x**2 from 0 to 64.", between("0", "64", y0_regular)),
        "Y1_NEAR": ("(Y1(x) - 2/pi (log(x/2) J1(x) - 1/x)) / x in x**2 from 0 to 64.", between("0", "64", y1_regular)),
        "BESSEL_P0": ("The cosine part of J0 and Y0 beyond 8, in (8/x)**2.", between("0", "1", along0)),
        "BESSEL_Q0": ("The sine part of J0 and Y0 beyond 8, times x/8, in (8/x)**2.", between("0", "1", across0)),
        "BESSEL_P1": ("The cosine part of J1 and Y1 beyond 8, in (8/x)**2.", between("0", "1", along1)),
        "BESSEL_Q1": ("The sine part of J1 and Y1 beyond 8, times x/8, in (8/x)**2.", between("0", "1", across1)),
        "K0_NEAR": ("K0(x) + log(x/2) I0(x) in x**2 from 0 to 4.", between("0", "4", k0_regular)),
        "K1_NEAR": ("x (K1(x) - log(x/2) I1(x)) in x**2 from 0 to 4.", between("0", "4", k1_regular)),
        "K0E_FAR": ("sqrt(x) exp(x) K0(x) in 2/x from 0 to 1.", between("0", "1", bessel_k_far(0))),
        "K1E_FAR": ("sqrt(x) exp(x) K1(x) in 2/x from 0 to 1.", between("0", "1", bessel_k_far(1))),
        "AIRY_NEAR": ("Ai(x) for x from -2.5 to 2.", between("-2.5", "2", mp.airyai)),
        "AIRY_FAR": (
            "2 sqrt(pi) x**0.25 exp(z) Ai(x) with z = 2/3 x**1.5, in z(2)/z from 0 to 1.",
            between("0", "1", airy_far),
        ),
        "AIRY_P": ("The cosine part of Ai below -2.5, in (z(2.5)/z)**2.", between("0", "1", airy_along)),
        "AIRY_Q": ("The sine part of Ai below -2.5, times z, in (z(2.5)/z)**2.", between("0", "1", airy_across)),
    }


def rendered(found: dict[str, tuple[str, list[float]]]) -> str:
    """The tables as a module."""
    lines = []
    for name, (meaning, values) in found.items():
        lines.append(f"{name} = (")
        line = "   "
        for value in values:
            if len(line) + len(f" {value!r},") > 118:
                lines.append(line)
                line = "   "
            line += f" {value!r},"
        lines += [line, ")", f'"""{meaning}"""']
    return HEAD + "\n".join(lines) + "\n# fmt: on\n"


def main() -> None:
    """Writes the module of tables."""
    mp.mp.dps = 40
    TABLES.write_text(rendered(tables()))


if __name__ == "__main__":
    main()
