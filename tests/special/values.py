"""Points at which the special functions are checked, and their values there to 17 digits.

``python -m tests.special.values`` records the values with mpmath.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

RECORDED = Path(__file__).parents[1] / "golden" / "special.json"

LINE = [-5.5, -2.25, -1.0, -0.3, 0.0, 1e-8, 0.4, 0.99, 1.01, 2.5, 7.9, 8.1, 26.0]
POSITIVE = [1e-8, 0.1, 0.4999, 1.0, 1.461, 1.999, 2.5, 7.9, 8.1, 10.5, 30.0, 1e5]
PAIRS = [(0.5, 0.1), (0.5, 3.0), (2.5, 1.0), (2.5, 9.0), (30.0, 25.0), (30.0, 60.0), (1e3, 1.01e3), (1e-3, 0.5),
         (5e6, 5.001e6)]  # fmt: skip
DEGREES = [(x, n) for x in (-1.5, -0.4, 0.3, 1.0, 2.0) for n in (0, 1, 2, 5, 9)]

POINTS: dict[str, list[Any]] = {
    **dict.fromkeys(("erf", "erfc", "special_erfcx", "special_ndtr", "special_log_ndtr", "i0", "special_i0e",
                     "special_i1", "special_i1e", "special_spherical_bessel_j0", "special_airy_ai",
                     "special_bessel_j0", "special_bessel_j1"), LINE),
    **dict.fromkeys(("lgamma", "digamma", "polygamma_1", "polygamma_3"), POSITIVE),
    **dict.fromkeys(("special_bessel_y0", "special_bessel_y1", "special_modified_bessel_k0",
                     "special_modified_bessel_k1", "special_scaled_modified_bessel_k0",
                     "special_scaled_modified_bessel_k1"), POSITIVE[:-1]),
    "erfinv": [-0.999999, -0.5, 1e-9, 0.3, 0.9, 0.999, 1 - 1e-13],
    "special_ndtri": [1e-300, 1e-20, 1e-5, 0.3, 0.5, 0.9, 1 - 1e-12],
    "special_zeta": [(1.1, 0.5), (2.0, 1.0), (3.5, 20.0), (30.0, 9.0), (60.0, 2.0), (2.0, 1e6), (3.0, -1.5)],
    "igamma": PAIRS,
    "igammac": PAIRS,
    **dict.fromkeys(("chebyshev_polynomial_t", "chebyshev_polynomial_u", "hermite_polynomial_h",
                     "hermite_polynomial_he", "laguerre_polynomial_l", "legendre_polynomial_p"), DEGREES),
}  # fmt: skip
"""Arguments by function; pairs for functions of two."""


def functions(mp: Any) -> dict[str, Callable[..., Any]]:
    """The functions in mpmath."""
    root = mp.sqrt(2)
    return {
        "erf": mp.erf,
        "erfc": mp.erfc,
        "special_erfcx": lambda x: mp.exp(x * x) * mp.erfc(x),
        "special_ndtr": mp.ncdf,
        "special_log_ndtr": lambda x: mp.log1p(-mp.ncdf(-x)) if x > 0 else mp.log(mp.ncdf(x)),
        "special_ndtri": lambda p: normal_quantile(mp, p),
        "erfinv": mp.erfinv,
        "lgamma": lambda x: mp.log(abs(mp.gamma(x))),
        "digamma": mp.digamma,
        "polygamma_1": lambda x: mp.polygamma(1, x),
        "polygamma_3": lambda x: mp.polygamma(3, x),
        "special_zeta": lambda s, q: mp.zeta(s, q),
        "igamma": lambda a, x: lower_gamma(mp, a, x),
        "igammac": lambda a, x: 1 - lower_gamma(mp, a, x),
        "i0": lambda x: mp.besseli(0, x),
        "special_i0e": lambda x: mp.exp(-abs(x)) * mp.besseli(0, x),
        "special_i1": lambda x: mp.besseli(1, x),
        "special_i1e": lambda x: mp.exp(-abs(x)) * mp.besseli(1, x),
        "special_bessel_j0": lambda x: mp.besselj(0, x),
        "special_bessel_j1": lambda x: mp.besselj(1, x),
        "special_bessel_y0": lambda x: mp.bessely(0, x),
        "special_bessel_y1": lambda x: mp.bessely(1, x),
        "special_modified_bessel_k0": lambda x: mp.besselk(0, x),
        "special_modified_bessel_k1": lambda x: mp.besselk(1, x),
        "special_scaled_modified_bessel_k0": lambda x: mp.exp(x) * mp.besselk(0, x),
        "special_scaled_modified_bessel_k1": lambda x: mp.exp(x) * mp.besselk(1, x),
        "special_spherical_bessel_j0": lambda x: mp.sinc(x),
        "special_airy_ai": mp.airyai,
        "chebyshev_polynomial_t": lambda x, n: mp.chebyt(n, x),
        "chebyshev_polynomial_u": lambda x, n: mp.chebyu(n, x),
        "hermite_polynomial_h": lambda x, n: mp.hermite(n, x),
        "hermite_polynomial_he": lambda x, n: mp.hermite(n, x / root) / root**n,
        "laguerre_polynomial_l": lambda x, n: mp.fsum(
            mp.binomial(n, k) * (-x) ** k / mp.factorial(k) for k in range(int(n) + 1)
        ),
        "legendre_polynomial_p": lambda x, n: mp.legendre(n, x, zeroprec=300),
    }


def normal_quantile(mp: Any, p: Any) -> Any:
    """Where the area under the normal density is `p`, for `p` from 1e-300 on."""
    with mp.workdps(340):
        return mp.sqrt(2) * mp.erfinv(2 * p - 1)


def lower_gamma(mp: Any, a: Any, x: Any) -> Any:
    """The regularized lower incomplete gamma function by its power series."""
    term, total, order = mp.mpf(1), mp.mpf(1), a
    while term > total * mp.mpf(10) ** -60:
        order += 1
        term *= x / order
        total += term
    return total * mp.exp(a * mp.log(x) - x - mp.loggamma(a + 1))


def main() -> None:
    """Records the values."""
    import mpmath as mp

    mp.mp.dps = 60
    found = {}
    for name, function in functions(mp).items():
        rows = []
        for point in POINTS[name]:
            args = point if isinstance(point, tuple) else (point,)
            rows.append([list(args), float(mp.re(function(*map(mp.mpf, args))))])
        found[name] = rows
    lines = [f" {json.dumps(name)}: {json.dumps(rows)}" for name, rows in found.items()]
    RECORDED.write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main()
