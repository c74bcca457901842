"""Modules that work out their shapes from the first input."""

import copy
import pickle

import pytest

import rushlight as torch
from rushlight import nn

KINDS = [
    ("LazyLinear", (3,), (2, 4), "Linear(in_features=4, out_features=3, bias=True)"),
    ("LazyConv1d", (3, 2), (1, 2, 5), "Conv1d(2, 3, kernel_size=(2,), stride=(1,))"),
    ("LazyConv2d", (3, 2), (1, 2, 5, 5), "Conv2d(2, 3, kernel_size=(2, 2), stride=(1, 1))"),
    ("LazyConv3d", (3, 2), (1, 2, 5, 5, 5), "Conv3d(2, 3, kernel_size=(2, 2, 2), stride=(1, 1, 1))"),
    ("LazyConvTranspose1d", (3, 2), (1, 2, 5), "ConvTranspose1d(2, 3, kernel_size=(2,), stride=(1,))"),
    ("LazyConvTranspose2d", (3, 2), (1, 2, 5, 5), "ConvTranspose2d(2, 3, kernel_size=(2, 2), stride=(1, 1))"),
    ("LazyConvTranspose3d", (3, 2), (1, 2, 4, 4, 4), "ConvTranspose3d(2, 3, kernel_size=(2, 2, 2), stride=(1, 1, 1))"),
    ("LazyBatchNorm1d", (), (2, 3), "BatchNorm1d(3, "),
    ("LazyBatchNorm2d", (), (2, 3, 2, 2), "BatchNorm2d(3, "),
    ("LazyBatchNorm3d", (), (2, 3, 2, 2, 2), "BatchNorm3d(3, "),
    ("LazyInstanceNorm1d", (), (2, 3, 2), "InstanceNorm1d(3, "),
    ("LazyInstanceNorm2d", (), (2, 3, 2, 2), "InstanceNorm2d(3, "),
    ("LazyInstanceNorm3d", (), (2, 3, 2, 2, 2), "InstanceNorm3d(3, "),
]


@pytest.mark.parametrize(("name", "arguments", "shape", "shown"), KINDS)
def test_a_lazy_module_becomes_an_ordinary_one(name, arguments, shape, shown):
    module = getattr(nn, name)(*arguments)
    assert module.has_uninitialized_params() or not list(module.parameters())
    module(torch.ones(shape))
    assert repr(module).startswith(shown)
    assert type(module).__name__ == name.removeprefix("Lazy")
    assert not module._forward_pre_hooks
    fresh = getattr(nn, name)(*arguments)
    fresh.load_state_dict(module.state_dict())
    for key, value in module.state_dict().items():
        assert torch.equal(fresh.state_dict()[key], value)


@pytest.mark.parametrize(
    "use",
    [
        lambda p: p + 1, lambda p: p.sum(), lambda p: p.numel(), lambda p: p.dim(), lambda p: p.clone(), len,
        lambda p: p.tolist(), lambda p: p[0], torch.relu, lambda p: p.requires_grad_(False),
    ],
)  # fmt: skip
def test_parameters_without_a_shape_are_not_computed_with(use):
    with pytest.raises(ValueError, match="Attempted to use an uninitialized parameter in"):
        use(nn.LazyLinear(2).weight)


def test_parameters_without_a_shape_say_so():
    parameter = nn.LazyLinear(2).weight
    assert repr(parameter) == "<UninitializedParameter>"
    with pytest.raises(RuntimeError, match="Can't access the shape of an uninitialized parameter or buffer"):
        _ = parameter.shape
    with pytest.raises(RuntimeError, match="Can't share memory on an uninitialized parameter or buffer"):
        nn.LazyLinear(2).share_memory()


def test_dtype_and_device_are_kept_until_there_is_a_shape():
    layer = nn.LazyLinear(2, dtype=torch.float64)
    assert layer(torch.ones(1, 3, dtype=torch.float64)).dtype is torch.float64
    layer = nn.LazyLinear(2).double()
    assert layer(torch.ones(1, 3, dtype=torch.float64)).dtype is torch.float64
    parameter = nn.UninitializedParameter(device="meta")
    parameter.materialize((2,))
    assert type(parameter) is nn.Parameter
    assert parameter.device.type == "meta"


@pytest.mark.parametrize("way", [copy.deepcopy, lambda module: pickle.loads(pickle.dumps(module))])
def test_copies_are_lazy_too(way):
    module = nn.LazyLinear(2, dtype=torch.float64)
    other = way(module)
    other(torch.ones(1, 3, dtype=torch.float64))
    assert repr(other) == "Linear(in_features=3, out_features=2, bias=True)"
    assert repr(module) == "LazyLinear(in_features=0, out_features=2, bias=True)"
    assert len(module._forward_pre_hooks) == 1


def test_buffers_without_a_shape_are_buffers():
    buffer = nn.UninitializedBuffer()
    assert isinstance(buffer, nn.Buffer)
    assert isinstance(nn.Buffer(torch.ones(1)), nn.Buffer)
    assert not isinstance(torch.ones(1), nn.Buffer)
    buffer.materialize((2,))
    assert type(buffer) is torch.Tensor
