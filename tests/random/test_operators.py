"""Random tensors: values recorded from torch 2.13, what is refused, and what the graph says."""

import pytest

import rushlight as torch


@pytest.fixture(autouse=True)
def _seeded():
    state = torch.get_rng_state()
    torch.manual_seed(0)
    yield
    torch.set_rng_state(state)


@pytest.mark.parametrize(
    ("draw", "expected"),
    [
        (lambda: torch.rand(3), [0.49625658988952637, 0.7682217955589294, 0.08847743272781372]),
        (lambda: torch.randn(2), [1.5409960746765137, -0.293428897857666]),
        (lambda: torch.randint(10, (5,)), [4, 9, 3, 0, 3]),
        (lambda: torch.randperm(4), [0, 1, 3, 2]),
        (lambda: torch.zeros(3).random_(10), [4, 9, 3]),
        (lambda: torch.bernoulli(torch.tensor([0.0, 0.5, 1.0])), [0, 0, 1]),
    ],
)
def test_first_numbers_after_seed_0(draw, expected):
    assert draw().tolist() == expected


def test_small_draws_come_from_the_stream_of_large_ones():
    torch.manual_seed(3)
    one_by_one = torch.cat([torch.rand(1) for _ in range(700)])
    torch.manual_seed(3)
    assert torch.equal(one_by_one, torch.rand(700))


@pytest.mark.parametrize("seed", [0, 7])
def test_a_generator_goes_on_from_its_state(seed):
    generator = torch.Generator().manual_seed(seed)
    torch.randn(3, generator=generator)
    state = generator.get_state()
    first = torch.randn(5, generator=generator)
    assert torch.equal(torch.randn(5, generator=generator.set_state(state)), first)


def test_fork_rng_puts_the_state_back():
    with torch.random.fork_rng():
        inside = torch.rand(2)
    assert torch.equal(torch.rand(2), inside)


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda: torch.rand(), TypeError, "rand() received an invalid combination of arguments - got ()"),
        (lambda: torch.rand(-1), RuntimeError, "Trying to create tensor with negative dimension -1: [-1]"),
        (
            lambda: torch.rand(2, dtype=torch.int64),
            NotImplementedError,
            "\"check_uniform_bounds\" not implemented for 'Long'",
        ),
        (lambda: torch.randint(3, 3, (2,)), RuntimeError, "random_ expects 'from' to be less than 'to'"),
        (
            lambda: torch.randint(300, (2,), dtype=torch.uint8),
            RuntimeError,
            "to - 1 is out of bounds for unsigned char",
        ),
        (lambda: torch.randperm(300, dtype=torch.uint8), RuntimeError, "value cannot be converted to type uint8_t"),
        (lambda: torch.zeros(3).uniform_(1, 0), RuntimeError, "uniform_ expects to return a [from, to) range"),
        (lambda: torch.zeros(3).normal_(0, -1), RuntimeError, "normal expects std >= 0.0, but found std -1"),
        (lambda: torch.normal(0.0, -1.0, (3,)), RuntimeError, "normal expects std >= 0.0, but found std -1"),
        (lambda: torch.zeros(3).bernoulli_(2), RuntimeError, "bernoulli_ expects p to be in [0, 1], but got p=2"),
        (lambda: torch.zeros(3).geometric_(1), RuntimeError, "geometric_ expects p to be in (0, 1), but got p=1"),
        (lambda: torch.zeros(3).exponential_(0), RuntimeError, "exponential_ expects lambda > 0.0"),
        (lambda: torch.multinomial(torch.ones(3), 4), RuntimeError, "cannot sample n_sample > prob_dist.size(-1)"),
        (lambda: torch.poisson(-torch.ones(2)), RuntimeError, "invalid Poisson rate"),
        (
            lambda: torch.dropout(torch.ones(3), 2.0, True),
            RuntimeError,
            "dropout probability has to be between 0 and 1",
        ),
        (lambda: torch.set_rng_state(3), TypeError, "expected a torch.ByteTensor, but got int"),
    ],
)
def test_refusals_draw_nothing(call, error, text):
    before = torch.get_rng_state()
    with pytest.raises(error) as caught:
        call()
    assert str(caught.value).startswith(text)
    assert torch.equal(torch.get_rng_state(), before)


def test_a_refused_fill_leaves_the_tensor_alone():
    tensor = torch.ones(3)
    with pytest.raises(RuntimeError):
        tensor.bernoulli_(torch.tensor([0.5, 2.0, 0.5]))
    assert tensor.tolist() == [1, 1, 1]
    assert tensor._version == 0


def test_leaves_are_not_filled():
    with pytest.raises(RuntimeError, match="a leaf Variable that requires grad"):
        torch.ones(3, requires_grad=True).uniform_()


@pytest.mark.parametrize(
    ("fill", "node"),
    [
        (lambda x: x.uniform_(), "UniformBackward0"),
        (lambda x: x.bernoulli_(0.5), "BernoulliBackward2"),
        (lambda x: x.bernoulli_(torch.full((3,), 0.5)), "BernoulliBackward1"),
        (lambda x: x.random_(), "RandomBackward2"),
        (lambda x: x.random_(4), "RandomBackward1"),
        (lambda x: x.random_(2, 4), "RandomBackward0"),
    ],
)
def test_a_fill_cuts_the_gradient_off(fill, node):
    leaf = torch.ones(3, requires_grad=True)
    filled = fill(leaf * 2)
    assert type(filled.grad_fn).__name__ == node
    filled.sum().backward()
    assert leaf.grad.tolist() == [0, 0, 0]


def test_dropout_is_a_product_in_the_graph():
    x = torch.ones(4, requires_grad=True)
    y = torch.dropout(x, 0.5, True)
    assert type(y.grad_fn).__name__ == "MulBackward0"
    y.sum().backward()
    assert torch.equal(x.grad, y.detach())


def test_meta_tensors_draw_nothing():
    before = torch.get_rng_state()
    assert torch.rand(3, device="meta").shape == (3,)
    assert torch.bernoulli(torch.zeros(3, device="meta")).shape == (3,)
    assert torch.equal(torch.get_rng_state(), before)
