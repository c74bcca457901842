"""arange and linspace round as torch's vectorised loops do: every bit, by the digest of the bytes that torch made."""

import hashlib
import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, strategies as st

import rushlight as torch
from rushlight._backends.numpy.multiply_add import multiply_add

GOLDEN = Path(__file__).parents[1] / "golden" / "ranges.json"
"""Function, arguments, dtype, number of elements and the start of the SHA-256 of their bytes, made with torch 2.13."""


@pytest.mark.parametrize(
    ("name", "arguments", "dtype", "count", "digest"), json.loads(GOLDEN.read_text()), ids=lambda value: str(value)
)
def test_bytes(name, arguments, dtype, count, digest):
    found = getattr(torch, name)(*arguments, dtype=getattr(torch, dtype))
    assert len(found) == count
    assert hashlib.sha256(found._array.tobytes()).hexdigest().startswith(digest)


@given(st.floats(-100, 100), st.floats(-100, 100), st.integers(1, 60))
def test_linspace_is_symmetric(start, end, steps):
    forward = torch.linspace(start, end, steps).tolist()
    backward = torch.linspace(end, start, steps).tolist()
    if steps > 1:
        assert forward[0] == np.float32(start)
        assert forward[-1] == np.float32(end)
    if steps % 2 == 0:
        assert forward == backward[::-1]


@given(st.integers(-50, 50), st.integers(-50, 50), st.integers(-7, 7).filter(bool))
def test_integers_are_those_of_range(start, end, step):
    if (end - start) * step < 0:
        with pytest.raises(RuntimeError, match="upper bound and lower bound inconsistent with step sign"):
            torch.arange(start, end, step)
    else:
        assert torch.arange(start, end, step).tolist() == list(range(start, end, step))


@given(st.floats(-1e6, 1e6), st.lists(st.integers(0, 1 << 20), min_size=1), st.floats(-1e6, 1e6))
@example(1.0000000000582077, [1048575], -6.6e-84)
def test_multiply_add_rounds_once(factor, values, addend):
    exact = [float(Fraction(factor) * value + Fraction(addend)) for value in values]
    assert multiply_add(factor, np.array(values), addend).tolist() == exact


def test_logspace_is_close():
    assert torch.logspace(-2, 2, 5).tolist() == pytest.approx([0.01, 0.1, 1, 10, 100], rel=1e-6)
    assert torch.logspace(0, 3, 4, base=2.0, dtype=torch.int64).tolist() == [1, 2, 4, 8]
