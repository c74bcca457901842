"""Sums in the order of torch's vector code, which L-BFGS takes differences of nearly equal numbers from."""

import numpy as np
import pytest

import rushlight as rl
from rushlight.optim._rounding import dot_in_lanes, sum_in_lanes

LENGTHS = [*range(1, 70), 100, 255, 512]


def vectors(length, count=2):
    """Normal float32 vectors, different for each length."""
    return np.random.default_rng(length).normal(size=(count, length)).astype(np.float32)


def test_recorded_sums_to_the_last_bit():
    one, two = (rl.from_numpy(v) for v in vectors(37))
    assert dot_in_lanes(one, two).item() == -0.6358950138092041
    assert sum_in_lanes(one).item() == -2.096275806427002


@pytest.mark.oracle
@pytest.mark.parametrize("length", LENGTHS)
def test_they_are_torchs(length):
    torch = pytest.importorskip("torch", reason="torch is the reference here")
    if not torch.backends.mkl.is_available():
        pytest.skip("torch adds up in the order of another library")
    one, two = vectors(length)
    ours = [rl.from_numpy(v) for v in (one, two)]
    theirs = [torch.from_numpy(v).clone() for v in (one, two)]  # its own memory: the order depends on the address
    assert dot_in_lanes(*ours).item() == torch.dot(*theirs).item()
    assert sum_in_lanes(ours[0]).item() == theirs[0].sum().item()


@pytest.mark.parametrize("dtype", [rl.float64, rl.float32])
def test_long_vectors_and_other_dtypes(dtype):
    values = rl.linspace(0, 1, 10_000, dtype=dtype)
    assert sum_in_lanes(values).item() == pytest.approx(5000, rel=1e-5)
    assert dot_in_lanes(values, values).item() == pytest.approx(3333.5, rel=1e-4)
