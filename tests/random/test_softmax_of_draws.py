"""Gumbel-softmax draws repeat torch's numbers: the softmax under them rounds as torch's kernel does."""

import numpy as np
import pytest

import rushlight as rl
from rushlight._backends.numpy.softmax_bits import softmax


def test_a_seed_draws_what_it_draws_in_torch():
    rl.manual_seed(0)
    found = rl.nn.functional.gumbel_softmax(rl.zeros(2, 3), tau=0.5)
    expected = [
        [0.023999080061912537, 0.19512492418289185, 0.7808759808540344],
        [0.10404113680124283, 0.6233458518981934, 0.2726130187511444],
    ]
    np.testing.assert_array_equal(found.numpy(), np.array(expected, np.float32))


def test_rows_that_hold_infinities():
    rows = np.array([[-np.inf, 1.0], [0.0, -300.0], [-np.inf, -np.inf], [np.inf, 0.0]], np.float32)
    with np.errstate(invalid="ignore"):
        found = softmax(rows)
    np.testing.assert_array_equal(found[:2], [[0.0, 1.0], [1.0, 0.0]])
    assert np.isnan(found[2:]).all()


@pytest.mark.parametrize("length", [1, 2, 5, 15, 16, 17, 33, 100, 1000])
def test_every_bit_is_torchs(length):
    torch = pytest.importorskip("torch", reason="torch is the reference here")
    if torch.backends.cpu.get_cpu_capability() != "AVX512":
        pytest.skip("torch adds rows up in registers of another width on this processor")
    rows = np.random.default_rng(length).normal(scale=10, size=(200, length)).astype(np.float32)
    assert softmax(rows).tobytes() == torch.from_numpy(rows).softmax(-1).numpy().tobytes()
