"""Seeding, state and the errors of generators."""

import copy
import pickle
from threading import Thread

import numpy as np
import pytest

from rushlight._core.generator import DEFAULT_SEED, STATE, Generator
from rushlight._core.random_streams.normal import fill_normal
from rushlight._core.random_streams.uniform import fill_uniform


def draw(generator: Generator, size: int = 5, fill=fill_uniform):
    """The next numbers."""
    out = np.empty(size, np.float32)
    fill(generator, out)
    return out.tolist()


def fields(generator: Generator):
    """The state by name."""
    return np.frombuffer(generator.get_state_array().tobytes(), STATE)[0]


def test_first_words_are_those_of_mt19937():
    assert Generator().manual_seed(0).words(3).tolist() == [2357136044, 2546248239, 3071714933]


def test_first_numbers():
    assert draw(Generator().manual_seed(0), 2) == [0.49625658988952637, 0.7682217955589294]
    assert draw(Generator().manual_seed(0), 2, fill_normal) == [1.5409960746765137, -0.293428897857666]


@pytest.mark.parametrize(
    ("seed", "initial"), [(0, 0), (-1, 2**64 - 1), (-(2**63), 2**63), (2**64 - 1, 2**64 - 1), (7, 7)]
)
def test_seeds_cover_64_bits_with_a_sign_or_without(seed, initial):
    assert Generator().manual_seed(seed).initial_seed() == initial


def test_only_the_low_32_bits_of_a_seed_count():
    assert draw(Generator().manual_seed(2**40 + 3)) == draw(Generator().manual_seed(3))


@pytest.mark.parametrize("seed", [2**64, -(2**63) - 1])
def test_seed_beyond_64_bits(seed):
    with pytest.raises(ValueError, match=r"^Overflow when unpacking long long$"):
        Generator().manual_seed(seed)


@pytest.mark.parametrize(("seed", "name"), [(1.5, "float"), ("a", "str"), (True, "bool"), (None, "NoneType")])
def test_seed_that_is_no_integer(seed, name):
    with pytest.raises(RuntimeError, match=rf"^manual_seed expected a long, but got {name}"):
        Generator().manual_seed(seed)


def test_seed_of_numpy():
    with pytest.raises(TypeError, match=r"^an integer is required"):
        Generator().manual_seed(np.int64(5))


def test_a_new_generator_has_the_default_seed():
    assert Generator().initial_seed() == DEFAULT_SEED
    assert draw(Generator()) == draw(Generator().manual_seed(DEFAULT_SEED))


def test_seed_takes_entropy():
    generator = Generator()
    seeds = {generator.seed() for _ in range(3)}
    assert len(seeds) == 3
    assert generator.initial_seed() in seeds


def test_manual_seed_returns_the_generator_and_forgets_the_kept_normal():
    generator = Generator()
    draw(generator, 1, fill_normal)
    assert generator.manual_seed(1) is generator
    assert draw(generator, 3, fill_normal) == draw(Generator().manual_seed(1), 3, fill_normal)


def test_state_of_a_seeded_generator():
    state = fields(Generator().manual_seed(2**40 + 5))
    assert (state["seed"], state["left"], state["seeded"], state["next"]) == (2**40 + 5, 1, 1, 0)
    assert state["words"][0] == 5
    assert not state["has_normal"]


@pytest.mark.parametrize(("drawn", "left", "next_word"), [(1, 624, 1), (624, 1, 624), (625, 624, 1), (2000, 497, 128)])
def test_state_counts_words(drawn, left, next_word):
    generator = Generator()
    generator.words(drawn)
    state = fields(generator)
    assert (state["left"], state["next"]) == (left, next_word)


def test_state_holds_the_second_number_of_a_normal_pair():
    generator = Generator().manual_seed(0)
    draw(generator, 1, fill_normal)
    state = fields(generator)
    assert state["has_normal"] == 1
    assert np.float32(state["normal"]) == np.float32(-0.293428897857666)
    assert draw(generator, 1, fill_normal) == [-0.293428897857666]
    assert fields(generator)["has_normal"] == 0


@pytest.mark.parametrize("before", [0, 1, 15, 623, 624, 625, 5000])
@pytest.mark.parametrize("fill", [fill_uniform, fill_normal])
def test_state_round_trip(before, fill):
    generator = Generator().manual_seed(3)
    draw(generator, before, fill)
    state = generator.get_state_array()
    expected = [draw(generator, size, fill) for size in (1, 20, 700)]
    other = Generator()
    other.set_state_array(state)
    assert other.get_state_array().tobytes() == state.tobytes()
    assert other.initial_seed() == 3
    assert [draw(other, size, fill) for size in (1, 20, 700)] == expected


def test_a_state_that_ends_early():
    generator = Generator().manual_seed(1)
    generator.words(3)
    state = generator.get_state_array().view(STATE)
    state["left"] = 5
    generator.set_state_array(state.view(np.uint8))
    expected = Generator().manual_seed(1).words(7)[3:].tolist()
    assert generator.words(4).tolist() == expected  # then the next block begins
    assert generator.words(1).tolist() == Generator().manual_seed(1).words(625)[624:].tolist()


@pytest.mark.parametrize("size", [0, 100, 5048, 5057])
def test_state_of_another_size(size):
    message = rf"^Expected a CPUGeneratorImplState of size 5056 but found the input RNG state size to be {size}$"
    with pytest.raises(RuntimeError, match=message):
        Generator().set_state_array(np.zeros(size, np.uint8))


@pytest.mark.parametrize(("field", "value"), [("left", 0), ("left", 625), ("next", 625), ("seeded", 0)])
def test_states_that_are_none(field, value):
    generator = Generator().manual_seed(1)
    before = draw(generator.clone_state())
    state = generator.get_state_array().view(STATE)
    state[field] = value
    with pytest.raises(RuntimeError, match=r"^Invalid mt19937 state$"):
        generator.set_state_array(state.view(np.uint8))
    assert draw(generator) == before


@pytest.mark.parametrize(
    "duplicate", [Generator.clone_state, copy.copy, copy.deepcopy, lambda g: pickle.loads(pickle.dumps(g))]
)
def test_copies_go_on_alone(duplicate):
    generator = Generator().manual_seed(4)
    draw(generator, 7, fill_normal)
    twin = duplicate(generator)
    assert twin is not generator
    expected = draw(twin, 40, fill_normal)
    assert draw(generator, 40, fill_normal) == expected


def test_devices():
    assert str(Generator("cpu").device) == str(Generator("cpu:0").device) == "cpu"
    with pytest.raises(RuntimeError, match=r"^Expected one of cpu, cuda"):
        Generator("foo")
    with pytest.raises(RuntimeError, match="cuda"):
        Generator("cuda")


def test_offsets_are_not_for_cpu_generators():
    for call in (lambda: Generator().get_offset(), lambda: Generator().set_offset(4)):
        with pytest.raises(RuntimeError, match=r"^CPU Generator does not use offset$"):
            call()


def test_threads_share_the_stream_without_losing_numbers():
    generator, found = Generator().manual_seed(9), []
    threads = [Thread(target=lambda: found.extend(draw(generator, 500) for _ in range(20))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    alone = Generator().manual_seed(9)
    assert sorted(map(tuple, found)) == sorted(tuple(draw(alone, 500)) for _ in range(80))
