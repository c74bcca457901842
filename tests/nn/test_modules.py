"""Modules: registration, hooks, saved state, copies, and how they print. Numbers and texts are torch's."""

import copy
import pickle

import pytest

import rushlight as torch
from rushlight import nn


class Net(nn.Module):
    """One of each kind of content."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(1, 2, 3, padding=1), nn.BatchNorm2d(2), nn.ReLU(inplace=True))
        self.heads = nn.ModuleList([nn.Linear(2, 3) for _ in range(2)])
        self.drop = nn.Dropout(0.1)
        self.named = nn.ModuleDict({"rnn": nn.LSTM(3, 4, bidirectional=True)})


SHOWN = """\
Net(
  (body): Sequential(
    (0): Conv2d(1, 2, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1))
    (1): BatchNorm2d(2, eps=1e-05, momentum=0.1, affine=True, bias=True, track_running_stats=True)
    (2): ReLU(inplace=True)
  )
  (heads): ModuleList(
    (0-1): 2 x Linear(in_features=2, out_features=3, bias=True)
  )
  (drop): Dropout(p=0.1, inplace=False)
  (named): ModuleDict(
    (rnn): LSTM(3, 4, bidirectional=True)
  )
)"""


def pair() -> nn.Module:
    return nn.Sequential(nn.Linear(2, 3), nn.Linear(3, 1))


def test_nested_modules_print_as_a_tree():
    assert repr(Net()) == SHOWN


def test_what_is_assigned_is_registered():
    module = nn.Module()
    module.weight = nn.Parameter(torch.ones(2))
    module.inner = nn.Linear(1, 1, bias=False)
    module.register_buffer("mean", torch.zeros(1))
    module.register_buffer("scratch", torch.zeros(1), persistent=False)
    module.plain = torch.ones(1)
    assert [name for name, _ in module.named_parameters()] == ["weight", "inner.weight"]
    assert [name for name, _ in module.named_buffers()] == ["mean", "scratch"]
    assert [name for name, _ in module.named_modules()] == ["", "inner"]
    assert list(module.state_dict()) == ["weight", "mean", "inner.weight"]


def test_what_is_deleted_is_forgotten():
    module = nn.Linear(2, 1)
    del module.bias
    assert list(module.state_dict()) == ["weight"]
    with pytest.raises(AttributeError, match="'Linear' object has no attribute 'bias'"):
        _ = module.bias


def test_a_shared_parameter_is_listed_once():
    module = pair()
    module[1] = module[0]
    assert len(list(module.parameters())) == 2


@pytest.mark.parametrize(
    ("call", "kind", "text"),
    [
        (
            lambda: setattr(nn.Linear(1, 1), "weight", torch.ones(1)),
            TypeError,
            "cannot assign 'torch.FloatTensor' as parameter 'weight' (torch.nn.Parameter or None expected)",
        ),
        (
            lambda: nn.Module().register_parameter("p", torch.ones(1)),
            TypeError,
            "cannot assign 'torch.FloatTensor' object to parameter 'p' (torch.nn.Parameter or None required)",
        ),
        (lambda: nn.Linear(1, 1).nothing, AttributeError, "'Linear' object has no attribute 'nothing'"),
        (lambda: nn.Linear(1, 1).get_parameter("x"), AttributeError, "Linear has no attribute `x`"),
        (lambda: nn.Module().register_buffer("a.b", torch.ones(1)), KeyError, "'buffer name can\\'t contain \".\"'"),
        (lambda: nn.Module().add_module("", None), KeyError, "'module name can\\'t be empty string \"\"'"),
        (
            lambda: nn.Module()(1),
            NotImplementedError,
            'Module [Module] is missing the required "forward" function',
        ),
    ],
)
def test_refusals(call, kind, text):
    with pytest.raises(kind) as caught:
        call()
    assert str(caught.value).splitlines()[0] == text


def test_state_goes_round():
    source, target = Net(), Net()
    assert repr(target.load_state_dict(source.state_dict())) == "<All keys matched successfully>"
    for name, value in source.state_dict().items():
        assert torch.equal(value, target.state_dict()[name]), name


def test_what_does_not_fit_is_listed():
    module = pair()
    state = module.state_dict()
    state["0.weight"] = torch.ones(2, 2)
    del state["1.bias"]
    state["extra"] = torch.ones(1)
    with pytest.raises(RuntimeError) as caught:
        module.load_state_dict(state)
    assert str(caught.value).splitlines() == [
        "Error(s) in loading state_dict for Sequential:",
        '\tMissing key(s) in state_dict: "1.bias". ',
        '\tUnexpected key(s) in state_dict: "extra". ',
        (
            "\tsize mismatch for 0.weight: copying a param with shape torch.Size([2, 2]) from checkpoint, "
            "the shape in current model is torch.Size([3, 2])."
        ),
    ]
    del state["0.weight"]
    found = module.load_state_dict(state, strict=False)
    assert (found.missing_keys, found.unexpected_keys) == (["0.weight", "1.bias"], ["extra"])


@pytest.mark.parametrize("way", [copy.deepcopy, lambda module: pickle.loads(pickle.dumps(module))])
def test_copies_share_nothing(way):
    module = pair().eval()
    other = way(module)
    assert repr(other) == repr(module)
    assert not other.training
    with torch.no_grad():
        other[0].weight.zero_()
    assert module[0].weight.abs().sum() > 0
    assert isinstance(other[0].weight, nn.Parameter)
    assert other[0].weight.requires_grad


def test_hooks_around_forward_and_backward():
    module, seen = nn.Linear(2, 1, bias=False), []
    with torch.no_grad():
        module.weight.copy_(torch.tensor([[2.0, 3.0]]))
    module.register_forward_pre_hook(lambda module, args: (args[0] * 2,))
    module.register_forward_hook(lambda module, args, output: output + 1)
    module.register_full_backward_pre_hook(lambda module, given: (given[0] * 10,))

    def backward(module, by_inputs, by_outputs):
        seen.append((by_inputs[0].tolist(), by_outputs[0].tolist()))
        return (by_inputs[0] + 1,)

    handle = module.register_full_backward_hook(backward)
    x = torch.ones(1, 2, requires_grad=True)
    y = module(x)
    y.sum().backward()
    assert y.tolist() == [[11.0]]
    assert seen == [([[20.0, 30.0]], [[10.0]])]
    assert x.grad.tolist() == [[42.0, 62.0]]
    assert module.weight.grad.tolist() == [[20.0, 20.0]]
    handle.remove()
    module(x).sum().backward()
    assert len(seen) == 1


def test_lazy_modules_take_their_shape_from_the_first_input():
    module = nn.LazyLinear(3)
    assert repr(module) == "LazyLinear(in_features=0, out_features=3, bias=True)"
    with pytest.raises(RuntimeError, match=r"^Can't access the shape of an uninitialized parameter or buffer"):
        _ = module.weight.shape
    assert module(torch.ones(2, 5)).shape == (2, 3)
    assert type(module) is nn.Linear
    assert repr(module) == "Linear(in_features=5, out_features=3, bias=True)"


def test_training_mode_reaches_every_part():
    net = Net()
    assert all(module.training for module in net.modules())
    assert net.eval() is net
    assert not any(module.training for module in net.modules())
    x = torch.ones(4)
    assert net.drop(x) is x
    net.train()
    assert net.drop.training


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda: nn.Linear(2, 2), [[-0.00529398, 0.379323, -0.581981, -0.520387], [-0.272345, 0.189616]]),
        (lambda: nn.Conv1d(1, 1, 2), [[-0.00529398, 0.379323], [-0.581981]]),
        (lambda: nn.Embedding(2, 2), [[1.541, -0.293429, -2.17879, 0.568431]]),
        (lambda: nn.Bilinear(1, 1, 2), [[-0.00748682, 0.536444], [-0.823045, -0.735939]]),
        (
            lambda: nn.LSTM(1, 1),
            [
                [-0.00748682, 0.536444, -0.823045, -0.735939],
                [-0.385154, 0.268157, -0.0198132, 0.792889],
                [-0.088744, 0.264613, -0.302213, -0.196565],
                [-0.955348, -0.662282, -0.412223, 0.0370436],
            ],
        ),
        (
            lambda: nn.MultiheadAttention(2, 1),
            [
                [
                    *(-0.0171587, 0.686662, -0.0768546, 0.229161, -0.261724, -0.170231),
                    *(-0.827356, -0.573553, -0.356996, 0.0320807, 0.34237, 0.519635),
                ],
                [0.0] * 6,
                [-0.00529398, 0.379323, -0.581981, -0.520387],
                [0.0] * 2,
            ],
        ),
    ],
    ids=["Linear", "Conv1d", "Embedding", "Bilinear", "LSTM", "MultiheadAttention"],
)
def test_initial_values_under_a_seed(make, expected):
    torch.manual_seed(0)
    found = [parameter.flatten().tolist() for parameter in make().parameters()]
    assert found == [pytest.approx(values, rel=1e-5) for values in expected]
