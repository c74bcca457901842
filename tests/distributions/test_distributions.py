"""Distributions: values recorded from torch 2.13, shapes, validation, divergences."""

import math
import re

import pytest

import rushlight as torch
from rushlight import distributions as D
from rushlight.distributions.multinomial import Multinomial


@pytest.fixture(autouse=True)
def _seeded():
    state = torch.get_rng_state()
    torch.manual_seed(0)
    yield
    torch.set_rng_state(state)


def vectors():
    return torch.tensor([0.3, 0.6])


EVERY = {
    "Bernoulli": lambda: D.Bernoulli(vectors()),
    "Beta": lambda: D.Beta(vectors(), 2.0),
    "Binomial": lambda: D.Binomial(5, vectors()),
    "Categorical": lambda: D.Categorical(torch.ones(2, 3)),
    "Cauchy": lambda: D.Cauchy(0.0, vectors()),
    "Chi2": lambda: D.Chi2(vectors()),
    "Dirichlet": lambda: D.Dirichlet(torch.ones(2, 3)),
    "Exponential": lambda: D.Exponential(vectors()),
    "Gamma": lambda: D.Gamma(vectors(), 2.0),
    "Geometric": lambda: D.Geometric(vectors()),
    "Gumbel": lambda: D.Gumbel(0.0, vectors()),
    "HalfCauchy": lambda: D.HalfCauchy(vectors()),
    "HalfNormal": lambda: D.HalfNormal(vectors()),
    "Laplace": lambda: D.Laplace(0.0, vectors()),
    "LogNormal": lambda: D.LogNormal(0.0, vectors()),
    "Multinomial": lambda: D.Multinomial(4, torch.ones(2, 3)),
    "MultivariateNormal": lambda: D.MultivariateNormal(torch.zeros(2, 3), torch.eye(3)),
    "NegativeBinomial": lambda: D.NegativeBinomial(3.0, vectors()),
    "Normal": lambda: D.Normal(0.0, vectors()),
    "OneHotCategorical": lambda: D.OneHotCategorical(torch.ones(2, 3)),
    "Pareto": lambda: D.Pareto(1.0, vectors()),
    "Poisson": lambda: D.Poisson(vectors()),
    "RelaxedBernoulli": lambda: D.RelaxedBernoulli(torch.tensor(0.5), vectors()),
    "StudentT": lambda: D.StudentT(vectors() + 2),
    "Uniform": lambda: D.Uniform(0.0, vectors()),
    "VonMises": lambda: D.VonMises(0.0, vectors()),
    "Weibull": lambda: D.Weibull(1.0, vectors()),
}


@pytest.mark.parametrize("name", EVERY)
def test_draws_lie_in_the_support_and_have_a_probability(name):
    distribution = EVERY[name]()
    drawn = distribution.sample((3,))
    assert drawn.shape == (3, *distribution.batch_shape, *distribution.event_shape)
    assert distribution.support.check(drawn).all()
    assert distribution.log_prob(drawn).shape == (3, *distribution.batch_shape)


@pytest.mark.parametrize("name", EVERY)
def test_expand_changes_the_batch_alone(name):
    distribution = EVERY[name]().expand((4, 2))
    assert distribution.batch_shape == (4, 2)
    assert distribution.sample().shape == (4, 2, *distribution.event_shape)


@pytest.mark.parametrize("name", [name for name in EVERY if EVERY[name]().has_rsample])
def test_differentiable_draws_carry_a_gradient(name):
    with torch.no_grad():
        assert not EVERY[name]().rsample().requires_grad
    parameter = torch.tensor([0.5, 0.7], requires_grad=True)
    drawn = D.Gamma(parameter, 1.0).rsample() if name == "Gamma" else D.Normal(0.0, parameter).rsample()
    drawn.sum().backward()
    assert parameter.grad.isfinite().all()


@pytest.mark.parametrize(
    ("made", "text"),
    [
        (lambda: D.Normal(0.0, 1.0), "Normal(loc: 0.0, scale: 1.0)"),
        (lambda: D.Normal(torch.zeros(3), torch.ones(3)), "Normal(loc: torch.Size([3]), scale: torch.Size([3]))"),
        (lambda: D.Categorical(torch.ones(3)), "Categorical(probs: torch.Size([3]))"),
        (lambda: D.Bernoulli(0.3), "Bernoulli(probs: 0.30000001192092896)"),
        (lambda: D.Beta(1.0, 2.0), "Beta()"),
    ],
)
def test_representation(made, text):
    assert repr(made()) == text


def test_a_module_for_each_distribution():
    assert Multinomial is D.Multinomial


def test_the_other_parameter_is_computed_on_demand():
    distribution = D.Bernoulli(torch.tensor([0.5]))
    assert "logits" not in vars(distribution)
    assert distribution.logits.tolist() == [0.0]
    assert "logits" in vars(distribution)


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (
            lambda: D.Normal(0.0, -1.0),
            (
                "Expected parameter scale (Tensor of shape ()) of distribution Normal(loc: 0.0, scale: -1.0) to "
                "satisfy the constraint GreaterThan(lower_bound=0.0), but found invalid values:\n-1.0"
            ),
        ),
        (
            lambda: D.Uniform(0.0, 1.0).log_prob(torch.tensor(1.5)),
            (
                "Expected value argument (Tensor of shape ()) to be within the support (Interval(lower_bound=0.0, "
                "upper_bound=1.0)) of the distribution Uniform(low: 0.0, high: 1.0), but found invalid values:\n1.5"
            ),
        ),
        (lambda: D.Bernoulli(), "Either `probs` or `logits` must be specified, but not both."),
        (lambda: D.Categorical(torch.tensor(0.3)), "`probs` parameter must be at least one-dimensional."),
        (lambda: D.Normal(0.0, 1.0).log_prob(1.0), "The value argument to log_prob must be a Tensor"),
        (
            lambda: D.Normal(torch.zeros(2), 1.0).log_prob(torch.zeros(3)),
            "Value is not broadcastable with batch_shape+event_shape: torch.Size([3]) vs torch.Size([2]).",
        ),
    ],
)
def test_validation(call, text):
    with pytest.raises(ValueError, match=re.escape(text) + r"\Z"):
        call()


def test_validation_can_be_left_out():
    assert D.Normal(0.0, -1.0, validate_args=False).scale.item() == -1.0


def test_entropies_and_divergences():
    assert D.Normal(0.0, 1.0).entropy().item() == pytest.approx(0.5 * (1 + math.log(2 * math.pi)))
    assert D.kl_divergence(D.Normal(0.0, 1.0), D.Normal(1.0, 2.0)).item() == pytest.approx(0.4431, abs=1e-4)
    assert D.kl_divergence(D.Uniform(0.0, 3.0), D.Uniform(0.0, 2.0)).item() == math.inf
    with pytest.raises(NotImplementedError, match="No KL"):
        D.kl_divergence(D.Cauchy(0.0, 1.0), D.Normal(0.0, 2.0))


def test_a_subclass_with_its_own_init_must_expand_itself():
    class Fixed(D.Normal):
        def __init__(self):
            super().__init__(0.0, 1.0)

    with pytest.raises(NotImplementedError, match=r"must also define a custom \.expand\(\) method"):
        Fixed().expand((2,))


@pytest.mark.parametrize(
    "constraint",
    [
        D.constraints.positive,
        D.constraints.unit_interval,
        D.constraints.simplex,
        D.constraints.less_than(2.0),
        D.constraints.real,
    ],
    ids=str,
)
def test_transforms_lead_into_the_constraint_and_back(constraint):
    transform = D.biject_to(constraint)
    x = torch.linspace(-1, 1, 4)
    y = transform(x)
    assert constraint.check(y).all()
    assert torch.allclose(transform.inv(y), x, atol=1e-5)


def test_log_det_of_a_transform_against_autograd():
    x = torch.tensor([0.3], requires_grad=True)
    transform = D.ComposeTransform([D.ExpTransform(), D.AffineTransform(1.0, -2.0)])
    (slope,) = torch.autograd.grad(transform(x), x)
    assert torch.allclose(transform.log_abs_det_jacobian(x, transform(x)), slope.abs().log())
