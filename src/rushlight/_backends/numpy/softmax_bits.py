"""Softmax of float32 rows with the last bits of torch's kernel: for draws, which a seed promises to repeat.

torch's kernel takes its exponential from SLEEF (N. Shibata, F. Petrogalli: "SLEEF: A portable vectorized library of C
standard mathematical functions", 2020; ``expf`` with 1.0 ulp), adds a row up in the order of its vector registers and
multiplies by the reciprocal of the sum. NumPy's exponential differs in the last bit of two numbers in five. Fused
multiplications and additions are done in float64, where a product of two float32 is exact, so this takes 60 us for 15
numbers where `softmax` takes 5.
"""

from __future__ import annotations

from typing import Any

import numpy as np

Floats = np.ndarray[Any, np.dtype[np.float32]]

_LANES = 16
"""Numbers in a vector register (AVX-512); torch adds shorter rows up from left to right."""

_LOG2_E = np.float32(1.44269504088896340736)
_LN2_HIGH, _LN2_LOW = -0.693145751953125, -1.428606765330187045e-06
_COEFFICIENTS = (
    0.00139304355252534151077271,
    0.00833336077630519866943359,
    0.0416664853692054748535156,
    0.166666671633720397949219,
    0.5,
)
_LEADING = 0.000198527617612853646278381

_LOWEST = np.float32(-120)
"""Its exponential is 0 in float32, as that of all numbers below it and of minus infinity."""


def softmax(rows: Floats) -> Floats:
    """Exponentials along the last axis, divided by their sum, as torch's kernel rounds them."""
    powers = _exp(rows - rows.max(axis=-1, keepdims=True))
    return powers * (np.float32(1) / _row_sums(powers)[..., None])


def _multiply_add(values: Floats, factor: Any, addend: Any) -> Floats:
    found: Floats = (values.astype(np.float64) * factor + addend).astype(np.float32)
    return found


def _exp(values: Floats) -> Floats:
    """``2**k * exp(rest)``, where ``rest`` is at most half of log 2; values far below zero give 0."""
    values = np.maximum(values, _LOWEST)
    twos = np.rint(values * _LOG2_E)
    rest = _multiply_add(twos, _LN2_LOW, _multiply_add(twos, _LN2_HIGH, values))
    power = np.full_like(rest, _LEADING)
    for coefficient in _COEFFICIENTS:
        power = _multiply_add(power, rest, np.float32(coefficient))
    power = np.float32(1) + _multiply_add(rest * rest, power, rest)
    return np.ldexp(power, twos.astype(np.int32))


def _row_sums(powers: Floats) -> Floats:
    """Sums of the last axis: by lanes that are then folded in halves, or from left to right in a short row."""
    length = powers.shape[-1]
    if length < _LANES:
        running: Floats = np.cumsum(powers, axis=-1)
        return running[..., -1]
    registers = -(-length // _LANES)
    padded = np.zeros((*powers.shape[:-1], registers * _LANES), np.float32)
    padded[..., :length] = powers
    lanes = np.cumsum(padded.reshape(*powers.shape[:-1], registers, _LANES), axis=-2)[..., -1, :]
    while lanes.shape[-1] > 1:
        half = lanes.shape[-1] // 2
        lanes = lanes[..., :half] + lanes[..., half:]
    return lanes[..., 0]
