"""Draws are torch's bit for bit, whatever the seed, the size, the dtype and the strides."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

torch = pytest.importorskip("torch", reason="torch is the reference here")

from rushlight._core.generator import Generator  # noqa: E402
from rushlight._core.random_streams import integers, normal, transforms, uniform  # noqa: E402
from tests.random.cases import cases  # noqa: E402
from tests.random.record import torch_draw  # noqa: E402

CASES = list(cases())
SEEDS = st.integers(-(2**63), 2**64 - 1)
FILLS = {
    "uniform_": uniform.fill_uniform,
    "normal_": normal.fill_normal,
    "random_": integers.fill_nonnegative,
    "exponential_": transforms.fill_exponential,
    "cauchy_": transforms.fill_cauchy,
    "log_normal_": transforms.fill_log_normal,
}


def same_bits(found, expected) -> bool:
    """Whether two arrays agree in every bit."""
    return found.shape == expected.shape and found.tobytes() == np.ascontiguousarray(expected).tobytes()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_recorded_case_to_the_last_bit(case):
    for seed in (0, 1):
        generator = Generator().manual_seed(seed)
        values, state = torch_draw(case, seed)
        found = case.ours(generator)
        if case.name == "dirichlet float64":  # torch adds up in another order
            np.testing.assert_allclose(found, values, rtol=1e-15)
        else:
            assert same_bits(found, values)
        assert same_bits(generator.get_state_array(), state)


@given(
    seed=SEEDS,
    draws=st.lists(st.tuples(st.sampled_from(sorted(FILLS)), st.integers(0, 700)), min_size=1, max_size=8),
    dtype=st.sampled_from(["float32", "float64", "float16"]),
)
def test_one_draw_after_the_other(seed, draws, dtype):
    ours, theirs = Generator().manual_seed(seed), torch.Generator().manual_seed(seed)
    for method, size in draws:
        found, expected = np.zeros(size, dtype), torch.zeros(size, dtype=getattr(torch, dtype))
        FILLS[method](ours, found)
        getattr(expected, method)(generator=theirs)
        assert same_bits(found, expected.numpy()), method
    assert same_bits(ours.get_state_array(), theirs.get_state().numpy())


@st.composite
def layouts(draw):
    """Shape of a buffer, the part of it that is filled, and an order of dimensions."""
    shape = draw(st.lists(st.integers(1, 6), min_size=1, max_size=4))
    steps = tuple(slice(None, None, draw(st.sampled_from([1, 1, 2]))) for _ in shape)
    return shape, steps, draw(st.permutations(range(len(shape))))


@settings(max_examples=200)
@given(seed=SEEDS, layout=layouts(), method=st.sampled_from(sorted(FILLS)))
def test_strided_tensors_are_filled_in_the_same_order(seed, layout, method):
    shape, steps, order = layout
    found, expected = np.zeros(shape, np.float32), torch.zeros(shape)
    FILLS[method](Generator().manual_seed(seed), found[steps].transpose(order))
    getattr(expected[steps].permute(order), method)(generator=torch.Generator().manual_seed(seed))
    assert same_bits(found, expected.numpy())


@given(seed=SEEDS, layout=layouts(), chances_order=st.randoms(use_true_random=False))
def test_chances_broadcast(seed, layout, chances_order):
    shape, steps, order = layout
    found, expected = np.zeros(shape, np.float32), torch.zeros(shape)
    into, onto = found[steps].transpose(order), expected[steps].permute(order)
    chances_shape = [chances_order.choice([1, size]) for size in into.shape]
    axes = chances_order.sample(range(into.ndim), into.ndim)
    chances = np.random.default_rng(0).random([chances_shape[axis] for axis in axes]).astype(np.float32)
    chances = chances.transpose(np.argsort(axes))
    transforms.fill_bernoulli_each(Generator().manual_seed(seed), into, chances)
    onto.bernoulli_(torch.from_numpy(chances), generator=torch.Generator().manual_seed(seed))
    assert same_bits(found, expected.numpy())


@pytest.mark.long
def test_a_hundred_million_normal_numbers():
    ours, theirs = Generator().manual_seed(5), torch.Generator().manual_seed(5)
    found = np.empty(10_000_000, np.float32)
    for _ in range(10):
        normal.fill_normal(ours, found)
        assert same_bits(found, torch.randn(found.size, generator=theirs).numpy())
