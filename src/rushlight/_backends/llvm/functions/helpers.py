"""What the functions are written with."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any

from ..ir import F32, F64, Value

Coefficients = Sequence[float]


def where(condition: Value, yes: Any, no: Any) -> Value:
    """`yes` in the lanes where the condition holds, `no` in the others."""
    return condition.function.where(condition, yes, no)


def fma(a: Any, b: Any, c: Any) -> Value:
    """``a * b + c``, rounded once where the processor can."""
    sample = next(value for value in (a, b, c) if isinstance(value, Value))
    return sample.function.fma(a, b, c)


def horner(x: Value, coefficients: Coefficients) -> Value:
    """A polynomial, the coefficient of the lowest power first."""
    found: Any = coefficients[-1]
    for coefficient in reversed(coefficients[:-1]):
        found = fma(found, x, coefficient)
    return found if isinstance(found, Value) else x.function.lift(found, x.type)


def absolute(x: Value) -> Value:
    """The magnitude."""
    if x.type.kind == "f":
        return x.function.call("fabs", x.type, x)
    return x if x.type.kind == "u" else where(x < 0, -x, x)


def copysign(size: Any, sign: Value) -> Value:
    """The magnitude of one value with the sign of another."""
    size = sign.function.lift(size, sign.type)
    return sign.function.call("copysign", sign.type, size, sign)


def is_double(x: Value) -> bool:
    """Whether a value is float64."""
    return x.type.bits == 64


def double(x: Value) -> Value:
    """A float32 value in float64."""
    return x.to(F64)


def single(x: Value) -> Value:
    """A float64 value in float32."""
    return x.to(F32)


def power_of_two(exponent: Value) -> Value:
    """Two to the power of an integer from -126 to 127 (float64: -1022 to 1023), by writing the bits."""
    if exponent.type.bits == 64:
        return ((exponent + 1023) << 52).as_float()
    return ((exponent + 127) << 23).as_float()


def times_power_of_two(value: Value, whole: Value, n: Value, in_range: bool = False) -> Value:
    """``value * 2**n`` rounded once, for whole numbers that may reach beyond the exponents there are.

    Args:
        value: floats.
        whole: n as floats.
        n: n as integers.
        in_range: whether there are such exponents, which saves steps where it takes some.
    """
    if value.function.scales and value.type.bits * value.type.lanes == 512:
        return value.function.of_x86(f"mask.scalef.p{'d' if is_double(value) else 's'}.512", value, whole)
    if in_range:
        return value * power_of_two(n)
    half = n >> 1
    return value * power_of_two(half) * power_of_two(n - half)


def lookup(index: Value, numbers: Sequence[float]) -> Value:
    """For every lane one of 16 float32 constants, by the lowest four bits of an integer."""
    return index.function.lookup(index, numbers)


def to_nearest(x: Value, scale: float = 1.0, fraction_bits: int = 0) -> tuple[Value, Value]:
    """The whole number nearest to ``x * scale`` as a float and as an integer.

    Adding 1.5 * 2**23 leaves no room for a fraction, and the integer in the lowest bits. Unlike a conversion this
    is one step with the product, and harmless for nan.

    Args:
        x: floats.
        scale: a factor.
        fraction_bits: bits of a fraction to leave room for: the float is a multiple of ``2**-fraction_bits`` then, and
            the integer says of which number.
    """
    magic = 1.5 * 2.0 ** ((52 if is_double(x) else 23) - fraction_bits)
    shifted = x + magic if scale == 1 else fma(x, scale, magic)
    return shifted - magic, shifted.bits() - _bits(magic, is_double(x))


def _bits(number: float, wide: bool) -> int:
    if wide:
        return int(struct.unpack("<q", struct.pack("<d", number))[0])
    return int(struct.unpack("<i", struct.pack("<f", number))[0])
