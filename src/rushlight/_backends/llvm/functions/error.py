"""The error function, its complement and its inverse."""

from __future__ import annotations

import math
from collections.abc import Callable

from ...numpy.special import tables
from ..ir import Value
from .arithmetic import square_root
from .exponential import exp
from .helpers import absolute, copysign, double, fma, horner, is_double, lookup, single, to_nearest, where
from .logarithm import log, log1p
from .series import Region, chebyshev, in_double

_ERF32_STEP = 0.25367197394371033
_ERF32 = (
    (0.0, 0.2802151409, 0.5269298494, 0.7181796317, 0.8487087381, 0.9271440045, 0.9686402822, 0.9879686828,
     0.9958949025, 0.9987565313, 0.9996660891, 0.9999206018, 0.999983298, 0.9999968943, 0.9999994898, 0.999999926),
    (0.1283791636, 1.058055571, 0.8723054971, 0.6323179353, 0.4030038092, 0.225834121, 0.11126965, 0.04820261959,
     0.01835994369, 0.006148636586, 0.001810477717, 0.0004687210933, 0.0001066947124, 2.135396668e-5, 3.757696733e-6,
     5.813968948e-7),
    (0.0, -0.2683931928, -0.4425516718, -0.4812002911, -0.4089239517, -0.2864420934, -0.1693586659, -0.08559474107,
     -0.03725920965, -0.01403719237, -0.004592286716, -0.001307697495, -0.0003246928544, -7.038814984e-5,
     -1.333622735e-5, -2.210165803e-6),
    (-0.3761224827, -0.3073166159, -0.1410974937, 0.03335390077, 0.1422809453, 0.1669270497, 0.1347554741,
     0.08526023516, 0.04428946362, 0.01931630701, 0.007163204851, 0.002276632636, 0.0006234389529, 0.0001476546594,
     3.03289454e-5, 5.414256006e-6),
    (0.0, 0.1274642908, 0.1821111939, 0.1470925422, 0.0642661836, -0.009859504258, -0.04564959774, -0.04697443211,
     -0.03252320242, -0.01744351282, -0.007618861282, -0.002776456177, -0.0008559614563, -0.0002252141269,
     -5.087581343e-5, -9.909717312e-6),
    (0.1121907635, 0.07996073757, 0.005988955088, -0.05419121238, -0.06826598524, -0.04476254216, -0.01254280537,
     0.007730904835, 0.01302001542, 0.0100546923, 0.00553627224, 0.002395686004, 0.000847819893, 0.0002505334225,
     6.259438523e-5, 1.33313204e-5),
)  # fmt: skip
"""erf(k step + t) by powers of t, for k from 0 to 15; for 0 less t itself: 2**-25.6."""
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
    """The error function: 2 ulp; in float32 a polynomial for each of 16 intervals, whose coefficients are looked up."""
    size = absolute(x)
    if is_double(x):
        small = x * horner(x * x, _ERF64_SMALL)
        return where(size < 1, small, copysign(1 - _complement(size, 4.0, _ERFC64), x))
    held = where(size > 3.93, 3.93, size)  # where the result is 1; nan stays
    whole, n = to_nearest(held, 1 / _ERF32_STEP)
    t = fma(whole, -_ERF32_STEP, held)
    *first, last = [lookup(n, column) for column in _ERF32]
    found = last
    for coefficient in reversed(first[1:]):
        found = fma(found, t, coefficient)
    return copysign(fma(found, t, where(whole == 0, held, first[0])), x)


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


def _scaled_complement(x: Value, brief: bool) -> Value:
    """erfc(x) exp(x**2) of a float64 that is not negative."""
    place = where(x == math.inf, 1.0, (x - 3.75) / (x + 3.75))
    return chebyshev(Region(None, place, -1, 1, tables.ERFCX_SCALED), brief=brief) / fma(x, 2.0, 1.0)


@in_double
def erfcx(x: Value, brief: bool) -> Value:
    """erfc(x) exp(x**2): 4 ulp."""
    found = _scaled_complement(absolute(x), brief)
    square = x * x
    grown = exp(square)
    grown = where(grown < math.inf, 2 * fma(grown, fma(x, x, -square), grown) - found, grown)
    return where(x < 0, grown, found)


def _inverse_over(w: Value, brief: bool) -> Value:
    """erfinv(y) / y of float64, for w = -log(1 - y**2)."""
    root = square_root(w)
    found = chebyshev(
        Region(w < 6.25, w, 0, 6.25, tables.ERFINV_NEAR),
        Region(root < 4, root, 2.5, 4, tables.ERFINV_MIDDLE),
        Region(root < 7, root, 4, 7, tables.ERFINV_FAR),
        Region(None, root, 7, 28, tables.ERFINV_TAIL),
        brief=brief,
    )
    return where(root < 28, found, where(root == root, math.inf, root))


def erfinv(x: Value) -> Value:
    """The inverse of erf: 3 ulp, float64 6."""
    if is_double(x):
        return x * _inverse_over(-log((1 - x) * (1 + x)), False)
    wide = double(x)
    w = -single(log((1 - wide) * (1 + wide)))
    tail = x.function.call("sqrt", x.type, w) - 3
    factor = where(w < 5, horner(w - 2.5, _ERFINV32_MIDDLE), horner(tail, _ERFINV32_TAIL))
    return where(absolute(x) == 1, x * math.inf, x * factor)


@in_double
def ndtr(x: Value, _: bool) -> Value:
    """The area under the standard normal density up to x, in float64, as erfc's large factors of rounding ask for."""
    return 0.5 * erfc(x * -math.sqrt(0.5))


@in_double
def ndtri(x: Value, brief: bool) -> Value:
    """The inverse of the area under the standard normal density, as exact as `erfinv` at 2 x - 1."""
    return math.sqrt(2) * (2 * x - 1) * _inverse_over(-log(4 * x * (1 - x)), brief)


@in_double
def log_ndtr(x: Value, brief: bool) -> Value:
    """The logarithm of the area under the standard normal density up to x: 4 ulp."""
    far = x < -1
    size = absolute(x) * math.sqrt(0.5)
    below = log(_scaled_complement(where(far, size, 1.0), brief) * 0.5) - x * x * 0.5
    return where(far, below, log1p(-0.5 * erfc(x * math.sqrt(0.5))))


FUNCTIONS: dict[str, Callable[..., Value]] = {
    "erf": erf,
    "erfc": erfc,
    "erfinv": erfinv,
    "special_erfcx": erfcx,
    "special_ndtr": ndtr,
    "special_ndtri": ndtri,
    "special_log_ndtr": log_ndtr,
}
"""Functions by their names in the vocabulary."""
