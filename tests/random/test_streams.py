"""What the streams do at their edges."""

import math
from fractions import Fraction

import ml_dtypes
import numpy as np
import pytest

from rushlight._core.generator import Generator
from rushlight._core.random_streams import integers, multinomial, permutation, rejection, rounding, transforms, uniform
from rushlight._core.random_streams.layout import fill_order


@pytest.mark.parametrize("dtype", [np.float16, ml_dtypes.bfloat16, np.float32])
@pytest.mark.parametrize(("low", "high"), [(0.0, 1.0), (1.0, 1.25), (-2.0, -1.0)])
def test_uniform_never_reaches_its_upper_bound(dtype, low, high):
    out = np.empty(200_000, dtype)
    uniform.fill_uniform(Generator().manual_seed(0), out, low, high)
    assert out.min() >= low
    assert out.max() < high


def test_an_empty_interval_gives_its_bound():
    out = np.empty(3, np.float32)
    uniform.fill_uniform(Generator(), out, 2.0, 2.0)
    assert out.tolist() == [2.0] * 3


@pytest.mark.parametrize("length", [2, 10, 5999, 6000, 30_000])
def test_permutations_hold_every_number_once(length):
    drawn = permutation.permutation(Generator().manual_seed(length), length, np.dtype(np.int64))
    assert sorted(drawn.tolist()) == list(range(length))


def test_both_ways_to_swap_agree():
    for length in (2, 3, 50, 2000):
        partners = permutation._partners(Generator().manual_seed(length), length)
        assert permutation._swap_by_arrays(partners).tolist() == permutation._swap(partners)


def test_bounds_of_integers_in_floats():
    assert integers.float_bounds(0, 100, np.dtype(np.float32)) == (0, 100)
    assert integers.float_bounds(2**24 + 1, 2**24 + 9, np.dtype(np.int64)) == (2**24 + 1, 2**24 + 9)
    low, high = integers.float_bounds(0, 2**24 + 2, np.dtype(np.float32))
    assert (low, np.float32(high - 1)) == (0, 2.0**24)


def test_geometric_counts_wrap_as_torch_casts():
    out = np.empty(2000, np.int8)
    transforms.fill_geometric(Generator().manual_seed(0), out, 0.01)
    wide = np.empty(2000)
    transforms.fill_geometric(Generator().manual_seed(0), wide, 0.01)
    assert wide.max() > 127
    assert out.tolist() == wide.astype(np.int64).astype(np.int8).tolist()


def test_overflow_is_infinite_without_a_warning():
    out = np.empty(3, np.float32)
    transforms.fill_log_normal(Generator(), out, 1000.0, 1.0)
    assert out.tolist() == [math.inf] * 3
    transforms.fill_log_normal(Generator(), out, 200.0, 1.0)
    assert out.tolist() == [math.inf] * 3


def test_poisson_of_rates_beyond_int64_is_the_lowest_int64():
    assert rejection.poisson(Generator(), np.array([1e20, np.inf])).tolist() == [-(2.0**63)] * 2


def test_gamma_of_nonsense_is_the_smallest_number():
    tiny = np.finfo(np.float32).tiny
    assert rejection.standard_gamma(Generator(), np.array([-1, np.nan, 0], np.float32)).tolist() == [tiny] * 3


def test_binomial_at_its_edges():
    counts, chances = np.array([5.0, 5, 5, 5, -3, 0]), np.array([0.0, 1, 1.5, np.nan, 0.5, 0.5])
    drawn = rejection.binomial(Generator(), counts, chances)
    np.testing.assert_array_equal(drawn, [0, 5, 5, np.nan, 0, 0])


def test_dirichlet_of_zeros_shares_evenly():
    assert rejection.dirichlet(Generator(), np.zeros(4, np.float32)).tolist() == [0.25] * 4


@pytest.mark.parametrize("replacement", [False, True])
@pytest.mark.parametrize(
    ("weights", "once", "again"),
    [
        (
            [1.0, -1.0],
            "probability tensor contains either `inf`, `nan` or element < 0",
            "encountering probability entry < 0",
        ),
        ([1.0, math.inf], "probability tensor contains either", "encountering probability entry = infinity or NaN"),
        ([0.0, 0.0], "sum of probabilities <= 0", "sum of probabilities <= 0"),
    ],
)
def test_weights_that_are_none(weights, once, again, replacement):
    generator = Generator().manual_seed(0)
    with pytest.raises(RuntimeError, match=again if replacement else once):
        multinomial.multinomial(generator, np.array(weights), 2, replacement)
    assert generator.get_state_array().tobytes() == Generator().manual_seed(0).get_state_array().tobytes()


def test_fill_order_follows_strides():
    base = np.zeros((3, 4, 5))
    assert fill_order(base) == (0, 1, 2)
    assert fill_order(base.transpose(2, 0, 1)) == (1, 2, 0)
    assert fill_order(np.broadcast_to(base[0], (3, 4, 5)), base.transpose(0, 1, 2)) == (0, 1, 2)


def test_multiply_add_rounds_once():
    values = np.random.default_rng(0).standard_normal(2000)
    for factor, summand in ((0.3, -1.7), (1.0 / 3.0, 1e-9), (-7.1, 1e5), (2.0, 0.1), (1e200, 1e190), (0.1, 0.0)):
        exact = [float(Fraction(value) * Fraction(factor) + Fraction(summand)) for value in values.tolist()]
        assert rounding.multiply_add(values, factor, summand).tolist() == exact


@pytest.mark.parametrize("name", ["sin", "cos"])
def test_numpys_double_sine_and_cosine_are_the_c_librarys(name):
    angles = np.linspace(0, 2 * math.pi, 5000)
    assert getattr(np, name)(angles).tolist() == [getattr(math, name)(angle) for angle in angles.tolist()]


def test_log_of_one_plus_is_the_c_librarys():
    values = -np.linspace(0, 1, 5000, endpoint=False)
    assert rounding.log_of_one_plus(values).tolist() == [math.log(1.0 + value) for value in values.tolist()]
