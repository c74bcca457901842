"""Functions of `torch` that write into their first argument (``torch.abs_(x)``): the methods under the same names."""

from __future__ import annotations

from .activation import ActivationMethods as _Activation
from .arithmetic import ArithmeticMethods as _Arithmetic
from .bitwise import BitwiseMethods as _Bitwise
from .complex import ComplexMethods as _Complex
from .exponential import ExponentialMethods as _Exponential
from .floating import FloatingMethods as _Floating
from .magnitude import MagnitudeMethods as _Magnitude
from .power import PowerMethods as _Power
from .rounding import RoundingMethods as _Rounding
from .selection import SelectionMethods as _Selection
from .special_functions import SpecialMethods as _Special
from .trigonometric import TrigonometricMethods as _Trigonometric

abs_ = _Magnitude.abs_
neg_, negative_ = _Arithmetic.neg_, _Arithmetic.negative_
reciprocal_, rsqrt_, sqrt_, square_ = _Power.reciprocal_, _Power.rsqrt_, _Power.sqrt_, _Power.square_

exp_, exp2_, expm1_ = _Exponential.exp_, _Exponential.exp2_, _Exponential.expm1_
log_, log2_, log10_, log1p_ = _Exponential.log_, _Exponential.log2_, _Exponential.log10_, _Exponential.log1p_
logit_, sigmoid_, xlogy_ = _Exponential.logit_, _Exponential.sigmoid_, _Exponential.xlogy_

sin_, cos_, tan_ = _Trigonometric.sin_, _Trigonometric.cos_, _Trigonometric.tan_
asin_, acos_, atan_ = _Trigonometric.asin_, _Trigonometric.acos_, _Trigonometric.atan_
sinh_, cosh_, tanh_ = _Trigonometric.sinh_, _Trigonometric.cosh_, _Trigonometric.tanh_
asinh_, acosh_, atanh_ = _Trigonometric.asinh_, _Trigonometric.acosh_, _Trigonometric.atanh_
arcsin_, arccos_, arctan_ = asin_, acos_, atan_
arcsinh_, arccosh_, arctanh_ = asinh_, acosh_, atanh_
deg2rad_, rad2deg_, sinc_ = _Trigonometric.deg2rad_, _Trigonometric.rad2deg_, _Trigonometric.sinc_

ceil_, floor_, round_ = _Rounding.ceil_, _Rounding.floor_, _Rounding.round_
trunc_, fix_, frac_ = _Rounding.trunc_, _Rounding.fix_, _Rounding.frac_

clamp_, clip_ = _Selection.clamp_, _Selection.clip_
clamp_max_, clamp_min_ = _Selection.clamp_max_, _Selection.clamp_min_

ldexp_, nan_to_num_ = _Floating.ldexp_, _Floating.nan_to_num_
gcd_, lcm_ = _Bitwise.gcd_, _Bitwise.lcm_
conj_physical_ = _Complex.conj_physical_
erf_, erfc_, i0_ = _Special.erf_, _Special.erfc_, _Special.i0_
relu_ = _Activation.relu_
