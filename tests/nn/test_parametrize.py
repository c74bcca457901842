"""Tensors of modules that are functions of others. Texts and numbers are torch's."""

import copy
import pickle

import pytest

import rushlight as torch
from rushlight import nn
from rushlight.nn.utils import parametrizations, parametrize


class Symmetric(nn.Module):
    def forward(self, x):
        return x.triu() + x.triu(1).mT

    def right_inverse(self, x):
        return x.triu()


class Twice(nn.Module):
    def forward(self, x):
        return 2 * x

    def right_inverse(self, x):
        return x / 2


class OneWay(nn.Module):
    def forward(self, x):
        return x.exp()


class Outer(nn.Module):
    def forward(self, column, row):
        return column @ row

    def right_inverse(self, x):
        return x[:, :1].clone(), x[:1].clone()


SHOWN = """\
ParametrizedLinear(
  in_features=3, out_features=3, bias=True
  (parametrizations): ModuleDict(
    (weight): ParametrizationList(
      (0): Symmetric()
      (1): Twice()
    )
  )
)"""


def twofold() -> nn.Module:
    layer = nn.Linear(3, 3)
    parametrize.register_parametrization(layer, "weight", Symmetric())
    return parametrize.register_parametrization(layer, "weight", Twice())


def test_functions_are_applied_in_the_order_of_registration():
    layer = twofold()
    original = layer.parametrizations.weight.original
    assert torch.equal(layer.weight, 2 * (original.triu() + original.triu(1).mT))
    assert repr(layer) == SHOWN
    assert list(layer.state_dict()) == ["bias", "parametrizations.weight.original"]
    assert parametrize.type_before_parametrizations(layer) is nn.Linear
    assert parametrize.is_parametrized(layer)
    assert not parametrize.is_parametrized(layer, "bias")


def test_assigning_undoes_the_functions_in_reverse():
    layer = twofold()
    layer.weight = torch.ones(3, 3)
    assert torch.equal(layer.weight, torch.ones(3, 3))
    assert torch.equal(layer.parametrizations.weight.original, torch.ones(3, 3).triu() / 2)


def test_gradients_reach_the_original():
    layer = twofold()
    layer(torch.ones(1, 3)).sum().backward()
    assert layer.parametrizations.weight.original.grad.tolist() == [[2, 4, 4], [0, 2, 4], [0, 0, 2]]


@pytest.mark.parametrize("keep", [True, False])
def test_removing_gives_back_the_parameter_itself(keep):
    layer = nn.Linear(2, 2)
    before = layer.weight
    value = before.detach().clone()
    parametrize.register_parametrization(layer, "weight", Twice())
    shown = layer.weight.detach().clone()
    parametrize.remove_parametrizations(layer, "weight", leave_parametrized=keep)
    assert layer.weight is before
    assert type(layer) is nn.Linear
    assert torch.equal(layer.weight, shown if keep else value / 2)
    assert not hasattr(layer, "parametrizations")


def test_one_tensor_can_be_made_of_several():
    layer = parametrize.register_parametrization(nn.Linear(2, 3), "weight", Outer())
    assert list(layer.state_dict()) == [
        "bias",
        "parametrizations.weight.original0",
        "parametrizations.weight.original1",
    ]
    layer.weight = torch.tensor([[1.0, 2.0], [2.0, 4.0], [3.0, 6.0]])
    assert layer.weight.tolist() == [[1, 2], [2, 4], [3, 6]]
    with pytest.raises(ValueError, match="Cannot leave unparametrized"):
        parametrize.remove_parametrizations(layer, "weight", leave_parametrized=False)


def test_buffers_can_be_parametrized():
    module = nn.Module()
    module.register_buffer("scale", torch.ones(2))
    parametrize.register_parametrization(module, "scale", Twice())
    assert module.scale.tolist() == [1, 1]
    assert [name for name, _ in module.named_buffers()] == ["parametrizations.scale.original"]


def test_cached_values_are_worked_out_once():
    layer = twofold()
    with parametrize.cached():
        assert layer.weight is layer.weight
    assert layer.weight is not layer.weight


def test_copies_are_independent():
    layer = twofold()
    other = copy.deepcopy(layer)
    parametrize.remove_parametrizations(other, "weight")
    other.weight.data.zero_()
    assert repr(layer) == SHOWN
    assert layer.weight.abs().sum() > 0


def test_pickling_is_refused():
    with pytest.raises(RuntimeError, match="only supported through state_dict"):
        pickle.dumps(twofold())


def test_transfer_shares_what_it_transfers():
    source, target = twofold(), nn.Linear(3, 3)
    parametrize.transfer_parametrizations_and_params(source, target)
    assert torch.equal(source.weight, target.weight)
    assert target.parametrizations.weight.original is source.parametrizations.weight.original


class Shape(nn.Module):
    def forward(self, x):
        return x.sum()


class Number(nn.Module):
    def forward(self, x):
        return 3


@pytest.mark.parametrize(
    ("call", "kind", "text"),
    [
        (
            lambda: parametrize.register_parametrization(nn.ReLU(), "weight", Twice()),
            ValueError,
            "Module 'ReLU()' does not have a parameter, a buffer, or a parametrized element with name 'weight'",
        ),
        (
            lambda: parametrize.register_parametrization(nn.Linear(1, 1), "weight", Shape()),
            ValueError,
            "Registering a parametrization may not change the shape of the tensor, unless `unsafe` flag is enabled.",
        ),
        (
            lambda: parametrize.register_parametrization(twofold(), "weight", Shape()),
            ValueError,
            ("Registering a parametrization may not change the shape of the tensor, unless the `unsafe` flag is "
            "enabled."),
        ),
        (
            lambda: parametrize.register_parametrization(nn.Linear(1, 1), "weight", Number()),
            ValueError,
            "A parametrization must return a tensor. Got int.",
        ),
        (
            lambda: setattr(
                parametrize.register_parametrization(nn.Linear(1, 1), "bias", OneWay()), "bias", torch.ones(1)
            ),
            RuntimeError,
            "parametrization OneWay does not implement right_inverse.",
        ),
        (
            lambda: setattr(twofold(), "weight", torch.ones(3, 3, dtype=torch.float64)),
            ValueError,
            "The tensor returned by `right_inverse` has dtype torch.float64 while `original` has dtype torch.float32",
        ),
        (
            lambda: parametrize.remove_parametrizations(nn.ReLU(), "weight"),
            ValueError,
            "Module ReLU() does not have a parametrization on weight",
        ),
        (lambda: parametrize.ParametrizationList([], torch.ones(1)), ValueError,
         "ParametrizationList requires one or more modules."),
        (
            lambda: parametrizations.orthogonal(nn.Linear(1, 1), "bias"),
            ValueError,
            "Expected a matrix or batch of matrices. Got a tensor of 1 dimensions.",
        ),
        (
            lambda: parametrizations.orthogonal(nn.Linear(1, 1), orthogonal_map="none"),
            ValueError,
            'orthogonal_map has to be one of "matrix_exp", "cayley", "householder". Got: none',
        ),
        (
            lambda: parametrizations.spectral_norm(nn.ReLU()),
            ValueError,
            "Module 'ReLU()' has no parameter or buffer with name 'weight'",
        ),
        (
            lambda: parametrizations.spectral_norm(nn.Linear(1, 1), n_power_iterations=0),
            ValueError,
            "Expected n_power_iterations to be positive, but got n_power_iterations=0",
        ),
    ],
)  # fmt: skip
def test_refusals(call, kind, text):
    with pytest.raises(kind) as caught:
        call()
    assert str(caught.value).splitlines()[0] == text


@pytest.mark.parametrize("orthogonal_map", ["matrix_exp", "cayley", "householder", None])
@pytest.mark.parametrize("base", [True, False])
@pytest.mark.parametrize("shape", [(3, 3), (2, 4), (4, 2)])
def test_orthogonal_weights_stay_orthogonal(orthogonal_map, base, shape):
    layer = parametrizations.orthogonal(nn.Linear(*shape), orthogonal_map=orthogonal_map, use_trivialization=base)
    optimizer = torch.optim.SGD(layer.parameters(), lr=0.1)
    for _ in range(3):
        optimizer.zero_grad()
        layer(torch.ones(1, shape[0])).sum().backward()
        optimizer.step()
    rows, columns = layer.weight.shape
    product = layer.weight @ layer.weight.mT if rows < columns else layer.weight.mT @ layer.weight
    assert torch.allclose(product, torch.eye(min(shape)), atol=1e-5)


def test_orthogonal_weights_are_those_of_torch():
    torch.manual_seed(3)
    layer = parametrizations.orthogonal(nn.Linear(2, 4))
    expected = torch.tensor([[-0.819, 0.229], [-0.354, -0.510], [-0.047, -0.826], [0.449, -0.070]])
    assert torch.allclose(layer.weight, expected, atol=6e-4)


def test_any_orthogonal_matrix_can_be_assigned():
    layer = parametrizations.orthogonal(nn.Linear(3, 3))
    layer.weight = torch.eye(3).flip(0)
    assert torch.allclose(layer.weight, torch.eye(3).flip(0), atol=1e-6)


def test_spectral_normalisation_is_that_of_torch():
    torch.manual_seed(0)
    layer = parametrizations.spectral_norm(nn.Linear(3, 2))
    expected = torch.tensor([[-0.0066, 0.4710, -0.7226], [-0.6461, -0.3381, 0.2354]])
    assert torch.allclose(layer.weight, expected, atol=1e-4)
    layer.eval()
    assert torch.equal(layer.weight, layer.weight)
    assert torch.allclose(torch.linalg.svdvals(layer.weight)[0], torch.tensor(1.0), atol=1e-4)


def test_weight_normalisation_separates_lengths_from_direction():
    layer = parametrizations.weight_norm(nn.Linear(3, 2))
    assert layer.weight.grad_fn.name() == "WeightNormInterfaceBackward0"
    lengths = layer.parametrizations.weight.original0
    assert torch.allclose(lengths, layer.weight.norm(dim=1, keepdim=True))
    with torch.no_grad():
        lengths.fill_(1.0)
    assert torch.allclose(layer.weight.norm(dim=1), torch.ones(2))


@pytest.mark.filterwarnings("ignore:.*deprecated:FutureWarning")
def test_state_of_the_older_form_can_be_loaded():
    old = nn.utils.weight_norm(nn.Linear(3, 2))
    new = parametrizations.weight_norm(nn.Linear(3, 2))
    new.load_state_dict(old.state_dict())
    assert torch.equal(new.weight, old.weight)


@pytest.mark.filterwarnings("ignore:.*deprecated:FutureWarning")
def test_older_forms_keep_their_keys():
    layer = nn.utils.weight_norm(nn.Linear(3, 2))
    assert list(layer.state_dict()) == ["bias", "weight_g", "weight_v"]
    with torch.no_grad():
        layer.weight_g.mul_(2)
    before = layer.weight.detach().clone()
    layer(torch.ones(1, 3))
    assert torch.allclose(layer.weight, 2 * before)
    nn.utils.remove_weight_norm(layer)
    assert list(layer.state_dict()) == ["bias", "weight"]
    with pytest.raises(ValueError, match="weight_norm of 'weight' not found in Linear"):
        nn.utils.remove_weight_norm(layer)

    layer = nn.utils.spectral_norm(nn.Linear(3, 2))
    assert list(layer.state_dict()) == ["bias", "weight_orig", "weight_u", "weight_v"]
    assert layer.state_dict()._metadata[""]["spectral_norm"] == {"weight.version": 1}
    for _ in range(30):
        layer(torch.ones(1, 3))
    assert torch.allclose(torch.linalg.svdvals(layer.weight)[0], torch.tensor(1.0), atol=1e-4)
    nn.utils.remove_spectral_norm(layer)
    assert list(layer.state_dict()) == ["bias", "weight"]
