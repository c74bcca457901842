"""The error function, its complement and its inverse."""

from __future__ import annotations

import math
from collections.abc import Callable

from ..ir import Value
from .exponential import exp, exp_in_range
from .helpers import absolute, copysign, double, fma, horner, is_double, single, where
from .logarithm import log

_ERF32_SMALL = (0.128379167, -0.3761263386, 0.1128369651, -0.02685941391, 0.005200990548, -0.0008141482994,
                8.362307339e-5)  # fmt: skip
"""erf(x) / x - 1 by powers of x**2, up to 0.92."""
_ERF32_LARGE = (-0.0001582034687, 1.129422797, 0.6335684102, 0.1079811819, -0.02487197369, 0.00404245601,
                -0.0003935093508, 1.379341992e-5, 5.578077423e-7)  # fmt: skip
"""-log(erfc(x)) from 0.91 to 4."""
_ERF64_SMALL = (
    1.12837916709551257, -0.376126389031835466, 0.112837916709452532, -0.0268661706432762182, 0.00522397760742346748,
    -0.00085483259896967432, 0.000120552953204939057, -0.0000149247446633288205, 1.64475176777972574e-6,
    -1.62091759112245802e-7, 1.37229762638262643e-8, -7.80118887044583443e-10,
)  # fmt: skip
"""erf(x) / x by powers of x**2, up to 1."""
_ERFC_CORE = (
    1.25300805887929328, -0.135621112798748904, -0.0475623773149063765, 0.129645420951205618, -0.119271730381382974,
    0.06830581627155615, -0.0237872218846959548, 0.00253065954068706742, 0.00194984138915437946,
    -0.0007432621315044677, -0.000183925106496080732, 0.0000351244767430311528,
)  # fmt: skip
_ERFC64 = (
    1.23299511862555251, -0.139621116840562845, 0.0153796521026202748, 0.0680970542547322014, -0.101039066036330061,
    0.093732834996954865, -0.0663303658119124079, 0.0371675155601631073, -0.0161977340560239929,
    0.0050319697744294807, -0.000757773353393588663, -0.000199255595101081915, 0.000150622258970862953,
    -0.0000244029170493510851, -0.0000112247445113788344, 5.71745149201429985e-6, 3.01156094543307454e-7,
    -8.34743912367420389e-7, 6.29890808777732153e-8, 1.151721076287073e-7, -7.88047928073560206e-9,
    -1.36624595134876218e-8, -1.7988742060032501e-9,
)  # fmt: skip
"""erfc(x) exp(x**2) (1 + 2 x) by powers of (x - c) / (x + c), with c 3 for float32 and 4."""
_ERFINV32_MIDDLE = (1.501409359, 0.2466402961, -0.004177384169, -0.001252763752, 0.0002183422413, -4.950474934e-6,
                    -3.462122267e-6, 4.633814795e-7, 2.318488206e-8, -8.590373332e-9)  # fmt: skip
_ERFINV32_TAIL = (2.832976835, 1.001674856, 0.009443527414, -0.007635415106, 0.005700983156, -0.003608190604,
                  0.001449664293, -3.051325932e-5, -0.0002814296513, 9.353266653e-5)  # fmt: skip
"""erfinv(x) / x by powers of w - 2.5 and of sqrt(w) - 3, with w = -log(1 - x**2)."""


def erf(x: Value) -> Value:
    """The error function: 2 ulp."""
    size = absolute(x)
    if is_double(x):
        small = x * horner(x * x, _ERF64_SMALL)
        return where(size < 1, small, copysign(1 - _complement(size, 4.0, _ERFC64), x))
    held = where(size > 4.0, 4.0, size)
    large = 1 - exp_in_range(-horner(held, _ERF32_LARGE))
    return where(size < 0.92, fma(x, horner(x * x, _ERF32_SMALL), x), copysign(large, x))


def _complement(size: Value, middle: float, coefficients: tuple[float, ...]) -> Value:
    """erfc of a positive float64."""
    size = where(size > 28.0, 28.0, size)
    t = (size - middle) / (size + middle)
    square = size * size
    lost = fma(size, size, -square)
    scale = exp(-square)
    scale = fma(scale, -lost, scale)
    return scale * (horner(t, coefficients) / fma(size, 2.0, 1.0))


def erfc(x: Value) -> Value:
    """1 - erf(x), exact for large x; float32 in float64: 4 ulp."""
    if not is_double(x):
        wide = double(x)
        found = _complement(absolute(wide), 3.0, _ERFC_CORE)
        return single(where(wide < 0, 2 - found, found))
    found = _complement(absolute(x), 4.0, _ERFC64)
    return where(absolute(x) < 0.5, 1 - erf(x), where(x < 0, 2 - found, found))


def erfinv(x: Value) -> Value:
    """The inverse of erf, for float32 only: 4 ulp."""
    wide = double(x)
    w = -single(log((1 - wide) * (1 + wide)))
    tail = x.function.call("sqrt", x.type, w) - 3
    factor = where(w < 5, horner(w - 2.5, _ERFINV32_MIDDLE), horner(tail, _ERFINV32_TAIL))
    return where(absolute(x) == 1, x * math.inf, x * factor)


FUNCTIONS: dict[str, Callable[..., Value]] = {"erf": erf, "erfc": erfc, "erfinv": erfinv}
"""Functions by their names in the vocabulary."""

SINGLE_ONLY = frozenset(("erfinv",))
"""Those of them that NumPy computes for float64."""
