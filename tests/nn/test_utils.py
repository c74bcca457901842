"""`nn.utils`: norms clipped, sequences packed, layers fused, modules called with other state."""

import pytest

import rushlight as torch
from rushlight import nn
from rushlight.func import functional_call
from rushlight.nn.utils import rnn, stateless


def test_norms_are_clipped_together():
    parameters = [nn.Parameter(torch.tensor([3.0, 4.0])), nn.Parameter(torch.tensor([1.0, 2.0]))]
    for parameter in parameters:
        parameter.square().sum().backward()
    assert nn.utils.clip_grad_norm_(parameters, 1.0).item() == pytest.approx(10.954451)
    assert nn.utils.get_total_norm([p.grad for p in parameters]).item() == pytest.approx(1.0, rel=1e-5)
    nn.utils.clip_grad_value_(parameters, 0.3)
    assert parameters[0].grad.tolist() == pytest.approx([0.3, 0.3])
    with pytest.warns(FutureWarning, match="deprecated in favor of `torch.nn.utils.clip_grad_norm_`"):
        nn.utils.clip_grad_norm(parameters, 1.0)


def test_a_norm_that_is_not_finite_can_be_an_error():
    parameter = nn.Parameter(torch.ones(1))
    parameter.grad = torch.tensor([float("inf")])
    with pytest.raises(RuntimeError, match="for gradients from `parameters` is non-finite"):
        nn.utils.clip_grad_norm_([parameter], 1.0, error_if_nonfinite=True)


@pytest.mark.parametrize(
    ("layer", "norm", "shape"),
    [
        (nn.Conv1d(2, 3, 2), nn.BatchNorm1d(3), (4, 2, 5)),
        (nn.Conv2d(2, 3, 2, bias=False), nn.BatchNorm2d(3, affine=False), (4, 2, 5, 5)),
        (nn.ConvTranspose2d(2, 3, 2), nn.BatchNorm2d(3), (4, 2, 5, 5)),
        (nn.Linear(2, 3), nn.BatchNorm1d(3), (4, 2)),
    ],
)
def test_a_fused_layer_does_the_work_of_both(layer, norm, shape):
    x = torch.randn(shape)
    norm(layer(x))
    with pytest.raises(AssertionError, match="Fusion only for eval!"):
        nn.utils.fuse_conv_bn_eval(layer, norm)
    layer.eval(), norm.eval()
    if isinstance(layer, nn.Linear):
        fused = nn.utils.fuse_linear_bn_eval(layer, norm)
    else:
        fused = nn.utils.fuse_conv_bn_eval(layer, norm, transpose=isinstance(layer, nn.ConvTranspose2d))
    assert type(fused) is type(layer)
    assert torch.allclose(fused(x), norm(layer(x)), atol=1e-5)


def test_weights_can_be_laid_out_with_channels_last():
    net = nn.Sequential(nn.Conv2d(2, 3, 3), nn.Conv3d(1, 2, 3), nn.Linear(2, 2))
    before = net[0].weight.detach().clone()
    nn.utils.convert_conv2d_weight_memory_format(net, torch.channels_last)
    nn.utils.convert_conv3d_weight_memory_format(net, torch.channels_last_3d)
    assert net[0].weight.stride() == (18, 1, 6, 2)
    assert net[1].weight.stride() == (27, 1, 9, 3, 1)
    assert torch.equal(net[0].weight, before)


def test_initial_values_can_be_skipped():
    torch.manual_seed(0)
    nn.utils.skip_init(nn.Linear, 100, 100)
    drawn = torch.rand(1)
    torch.manual_seed(0)
    assert torch.equal(drawn, torch.rand(1))
    with pytest.raises(RuntimeError, match="Module must support a 'device' arg to skip initialization"):
        nn.utils.skip_init(nn.ReLU)


class Tied(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(2, 2, bias=False)
        self.b = nn.Linear(2, 2, bias=False)
        self.b.weight = self.a.weight

    def forward(self, x):
        return self.b(self.a(x))


def test_a_call_with_other_state_replaces_tied_weights_together():
    module, x, ones = Tied(), torch.ones(1, 2), torch.ones(2, 2)
    before = module.a.weight
    assert functional_call(module, {"a.weight": ones}, x).tolist() == [[4, 4]]
    assert functional_call(module, {"a.weight": ones}, x, strict=True).tolist() == [[4, 4]]
    assert functional_call(module, {"a.weight": ones, "b.weight": 2 * ones}, x, tie_weights=False).tolist() == [[8, 8]]
    with pytest.raises(ValueError, match=r"functional_call got multiple values for keys \['a.weight', 'b.weight'\]"):
        functional_call(module, {"a.weight": ones, "b.weight": 2 * ones}, x)
    assert module.a.weight is before
    assert module.b.weight is before


def test_a_strict_call_lists_what_does_not_fit():
    with pytest.raises(RuntimeError) as caught:
        functional_call(nn.Linear(2, 1), {"w": torch.ones(1)}, torch.ones(1, 2), strict=True)
    assert str(caught.value).splitlines() == [
        "Error(s) in reparametrizing for Linear:",
        "\tUnexpected key(s): 'w'.",
        "\tMissing key(s): 'bias', 'weight'.",
    ]


def test_buffers_that_a_call_replaces_come_back():
    class Counter(nn.Module):
        def __init__(self):
            super().__init__()
            self.register_buffer("count", torch.zeros(1))

        def forward(self):
            self.count = self.count + 1

    module, state = Counter(), {"count": torch.tensor([5.0])}
    functional_call(module, state)
    assert state["count"].tolist() == [6]
    assert module.count.tolist() == [0]


def test_the_old_place_of_functional_call():
    with pytest.warns(FutureWarning, match="`torch.nn.utils.stateless.functional_call` is deprecated"):
        found = stateless.functional_call(nn.Linear(2, 1), {"weight": torch.ones(1, 2), "bias": torch.zeros(1)},
                                          torch.ones(1, 2))  # fmt: skip
    assert found.tolist() == [[2]]


def test_sequences_are_packed_by_time_step():
    sequences = [torch.tensor([1.0]), torch.tensor([2.0, 3.0, 4.0]), torch.tensor([5.0, 6.0])]
    packed = rnn.pack_sequence(sequences, enforce_sorted=False)
    assert packed.data.tolist() == [2, 5, 1, 3, 6, 4]
    assert packed.batch_sizes.tolist() == [3, 2, 1]
    assert packed.sorted_indices.tolist() == [1, 2, 0]
    padded, lengths = rnn.pad_packed_sequence(packed, batch_first=True, padding_value=-1, total_length=4)
    assert padded.tolist() == [[1, -1, -1, -1], [2, 3, 4, -1], [5, 6, -1, -1]]
    assert lengths.tolist() == [1, 3, 2]
    assert [part.tolist() for part in rnn.unpack_sequence(packed)] == [part.tolist() for part in sequences]


@pytest.mark.parametrize("batch_first", [False, True])
def test_packing_is_one_node_that_sends_gradients_back(batch_first):
    x = torch.ones(2, 3) if batch_first else torch.ones(3, 2)
    x.requires_grad_()
    packed = rnn.pack_padded_sequence(x, [3, 1], batch_first=batch_first)
    assert packed.data.grad_fn.name() == "PackPaddedSequenceBackward0"
    packed.data.sum().backward()
    assert (x.grad if batch_first else x.grad.T).tolist() == [[1, 1, 1], [1, 0, 0]]


def test_padding_on_either_side():
    sequences = [torch.tensor([1, 2, 3]), torch.tensor([4])]
    assert rnn.pad_sequence(sequences, True, 9).tolist() == [[1, 2, 3], [4, 9, 9]]
    assert rnn.pad_sequence(sequences, True, 9, "left").tolist() == [[1, 2, 3], [9, 9, 4]]
    assert rnn.pad_sequence(sequences).tolist() == [[1, 4], [2, 0], [3, 0]]


@pytest.mark.parametrize(
    ("call", "kind", "text"),
    [
        (lambda: rnn.pad_sequence([]), RuntimeError, "received an empty list of sequences"),
        (lambda: rnn.pad_sequence(3), RuntimeError,
         "pad_sequence: Expected iterable for input sequences, but got arg of type: <class 'int'>"),
        (lambda: rnn.pad_sequence([torch.ones(1), 3]), TypeError,
         "expected Tensor as element 1 in argument 0, but got int"),
        (lambda: rnn.pad_sequence([torch.ones(2, 3), torch.ones(2, 2)]), RuntimeError,
         "The size of tensor a (3) must match the size of tensor b (2) at non-singleton dimension 1"),
        (lambda: rnn.pack_padded_sequence(torch.ones(3, 2), [3]), RuntimeError,
         "Expected `len(lengths)` to be equal to batch_size, but got 1 (batch_size=2)"),
        (lambda: rnn.pack_padded_sequence(torch.ones(3, 2), [3, 0]), RuntimeError,
         "Length of all samples has to be greater than 0, but found an element in 'lengths' that is <= 0"),
        (lambda: rnn.pack_padded_sequence(torch.ones(3, 2), 3), RuntimeError,
         "'lengths' argument should be a 1D CPU int64 tensor, but got 0D cpu Long tensor"),
        (lambda: rnn.pack_padded_sequence(torch.ones(0, 2), [1, 1]), RuntimeError, "Cannot pack empty tensors."),
        (lambda: rnn.PackedSequence(torch.ones(1)), AssertionError, "Expected data to be a list or tuple of length 2"),
        (lambda: nn.utils.vector_to_parameters([1.0], []), TypeError, "expected torch.Tensor, but got: list"),
    ],
)  # fmt: skip
def test_refusals(call, kind, text):
    with pytest.raises(kind) as caught:
        call()
    assert str(caught.value) == text
