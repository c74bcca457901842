"""`rushlight.summary`: what it counts, how it looks, and that it leaves everything as it was."""

import random
import threading

import numpy as np
import pytest

import rushlight as torch
from rushlight import nn, summary
from rushlight._declare.record import REGISTRY
from rushlight.visual.tables import in_bytes, in_thousands


class Branching(nn.Module):
    """A module with all that a tree of layers may have: sharing, repeated calls, layers that are not called."""

    def __init__(self):
        super().__init__()
        self.first = nn.Linear(3, 3)
        self.again = self.first
        self.tied = nn.Linear(3, 3)
        self.tied.weight = self.first.weight
        self.unused = nn.ReLU()

    def forward(self, x, scale=1.0):
        y = self.tied(self.again(self.first(x))) * scale
        return {"scores": y.softmax(-1), "both": (x, y.sum())}


def row(found, name):
    """The row of a layer by its name."""
    return next(item for item in found.rows if item.name == name)


def flops(function, *inputs):
    """The operations of a function of tensors."""

    class Wrapped(nn.Module):
        def forward(self, *args):
            return function(*args)

    return summary(Wrapped(), *inputs).flops


def test_the_table_of_a_small_network():
    net = nn.Sequential(nn.Conv2d(1, 6, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(864, 10))
    net[0].requires_grad_(False)
    *table, memory = str(summary(net, (3, 1, 28, 28))).splitlines()
    assert table == [
        "layer            output           parameters  frozen    FLOPs     saved",
        "───────────────────────────────────────────────────────────────────────",
        "Sequential       3 x 10                8,806     156  591,006  10.1 KiB",
        "├─ 0  Conv2d     3 x 6 x 24 x 24         156     156  528,768       0 B",
        "├─ 1  ReLU       3 x 6 x 24 x 24           0       0   10,368       0 B",
        "├─ 2  MaxPool2d  3 x 6 x 12 x 12           0       0        0       0 B",
        "├─ 3  Flatten    3 x 864                   0       0        0       0 B",
        "└─ 4  Linear     3 x 10                8,650       0   51,870  10.1 KiB",
        "───────────────────────────────────────────────────────────────────────",
        "8,806 parameters (34.4 KiB), 8,650 trainable and 156 frozen",
        "591.0 kFLOPs a call",
    ]
    parts = "parameters 34.4 KiB + gradients 33.8 KiB + inputs 9.2 KiB + saved for backward 10.1 KiB"
    assert memory == f"memory for a training step: 87.5 KiB = {parts}"


def test_shared_repeated_and_unused_layers():
    found = summary(Branching(), (2, 3))
    assert found.parameters == 9 + 3 + 3
    assert row(found, "first").calls == 2
    assert row(found, "again").repeats
    assert row(found, "unused").calls == 0
    assert row(found, "tied").parameters == 12
    text = str(found)
    assert "first  Linear  (2 calls)" in text
    assert "(above)" in text
    assert "(not called)" in text
    assert "{scores: 2 x 3, both: (2 x 3, scalar)}" in text


def test_nested_layers_make_a_tree():
    inner = nn.Sequential(nn.Linear(2, 2), nn.Sequential(nn.Tanh()))
    lines = str(summary(nn.Sequential(inner, nn.ReLU()), (1, 2))).splitlines()
    assert [line.split("  1 x 2")[0].rstrip() for line in lines[2:8]] == [
        "Sequential", "├─ 0  Sequential", "│  ├─ 0  Linear", "│  └─ 1  Sequential", "│     └─ 0  Tanh", "└─ 1  ReLU",
    ]  # fmt: skip


def test_layers_count_those_below_them():
    net = nn.Sequential(nn.Sequential(nn.Linear(4, 8), nn.ReLU()), nn.Linear(8, 2))
    found = summary(net, (5, 4))
    assert [item.flops for item in found.rows] == [400 + 170, 400, 360, 40, 170]
    assert found.rows[0].saved_bytes == found.rows[1].saved_bytes == 5 * 8 * 4


def test_lists_of_layers_count_their_layers():
    class Listed(nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = nn.ModuleList([nn.Linear(4, 4), nn.ReLU()])

        def forward(self, x):
            for layer in self.layers:
                x = layer(x)
            return x

    found = summary(Listed(), (2, 4))
    listed = row(found, "layers")
    assert (listed.calls, listed.flops, listed.saved_bytes) == (0, found.flops, found.saved_bytes)
    assert "(not called)" not in str(found)


@pytest.mark.parametrize(
    ("function", "inputs", "count"),
    [
        (lambda a, b: a @ b, [(2, 3), (3, 4)], 2 * 2 * 3 * 4),
        (lambda a, b: a @ b, [(5, 2, 3), (5, 3, 4)], 5 * 48),
        (torch.bmm, [(5, 2, 3), (5, 3, 4)], 5 * 48),
        (torch.baddbmm, [(5, 2, 4), (5, 2, 3), (5, 3, 4)], 5 * (48 + 8)),
        (torch.addbmm, [(2, 4), (5, 2, 3), (5, 3, 4)], 5 * 48 + 8),
        (lambda a, b: torch.einsum("ij,kj->ik", a, b), [(2, 3), (4, 3)], 48),
        (nn.functional.linear, [(2, 3), (4, 3)], 48),
        (nn.functional.conv1d, [(2, 4, 10), (6, 2, 3)], None),
        (torch.add, [(2, 3), (3,)], 6),
        (torch.exp, [(2, 3)], 6),
        (lambda a: a.mul_(2), [(2, 3)], 6),
        (lambda a: a > 1, [(2, 3)], 0),
        (lambda a: a.t().reshape(-1)[1:].clone(), [(2, 3)], 0),
        (lambda a: torch.cat([a, a]), [(2, 3)], 0),
        (torch.sum, [(2, 3)], 6),
        (lambda a: a.softmax(0), [(2, 3)], 30),
        (lambda a: nn.functional.layer_norm(a, (3,)), [(2, 3)], 30),
        (lambda a: nn.functional.avg_pool1d(a, 2), [(1, 4, 6)], 24),
    ],
)
def test_operations_of_operators(function, inputs, count):
    if count is None:
        with pytest.raises(RuntimeError, match="Given groups=1") as caught:
            flops(function, *inputs)
        assert "tensors of zeros in the places of sizes" in caught.value.__notes__[-1]
        return
    assert flops(function, *inputs) == count


def test_convolutions_count_each_weight_at_each_position():
    plain = summary(nn.Conv2d(4, 6, 3, groups=2, bias=False), (2, 4, 10, 10))
    assert plain.flops == 2 * (2 * 6 * 8 * 8) * (2 * 3 * 3)
    transposed = summary(nn.ConvTranspose2d(4, 6, 3, stride=2), (2, 4, 5, 5))
    assert transposed.flops == 2 * (2 * 4 * 5 * 5) * (6 * 3 * 3) + 2 * 6 * 11 * 11


@pytest.mark.parametrize(
    ("layer", "count"),
    [
        (nn.RNN(3, 5, bias=False), 14 * (2 * 5 * (3 + 5) + 5 + 5)),
        (nn.GRU(3, 5), 14 * (2 * 15 * (3 + 5) + 3 * 15 + 8 * 5)),
        (nn.LSTM(3, 5), 14 * (2 * 20 * (3 + 5) + 3 * 20 + 9 * 5)),
        (nn.LSTM(3, 5, bidirectional=True), 2 * 14 * (2 * 20 * (3 + 5) + 3 * 20 + 9 * 5)),
        (nn.LSTM(3, 5, proj_size=2), 14 * (2 * (20 * (3 + 2) + 2 * 5) + 3 * 20 + 9 * 5)),
    ],
)
def test_recurrent_layers_count_every_step(layer, count):
    assert summary(layer, (7, 2, 3)).flops == count


def test_attention_counts_its_products_and_its_softmax():
    query, key = (2, 4, 6, 8), (2, 4, 10, 8)
    found = flops(nn.functional.scaled_dot_product_attention, query, key, key)
    assert found == 2 * 4 * 6 * 10 * (2 * 8 + 2 * 8 + 5)


def test_batch_norm_takes_less_with_running_statistics():
    norm = nn.BatchNorm1d(3)
    assert summary(norm, (4, 3)).flops == 7 * 12
    assert summary(norm.eval(), (4, 3)).flops == 4 * 12


def test_operators_without_a_count_are_listed(monkeypatch):
    layer = nn.Upsample(scale_factor=2, mode="bilinear")
    assert summary(layer, (1, 1, 4, 4)).flops == 64 * 8
    monkeypatch.setattr(REGISTRY["upsample"], "flops", None)
    found = summary(layer, (1, 1, 4, 4))
    assert found.uncounted == ["upsample"]
    assert str(found).splitlines()[-1] == "operations not counted: upsample"


@pytest.mark.parametrize("mode", [True, False])
def test_the_module_is_left_as_it_was(mode):
    class Remembering(nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Dropout(0.5))
            self.calls = 0

        def forward(self, x):
            self.calls += 1
            self.last = self.layers(x)
            return self.last

    net = Remembering().train(mode)
    net(torch.randn(5, 3)).sum().backward()
    buffers = [(buffer, buffer.clone(), buffer._version) for buffer in net.buffers()]
    gradients = [(parameter, parameter.grad, parameter.grad.clone()) for parameter in net.parameters()]
    fields = dict(net.__dict__)
    text, state = repr(net), torch.get_rng_state()
    numbers, arrays = random.getstate(), np.random.get_state()[1].copy()

    with torch.no_grad():
        summary(net, (5, 3))
        assert not torch.is_grad_enabled()

    assert dict(net.__dict__) == fields
    assert net.calls == 1
    assert all(now is buffer and torch.equal(now, was) and now._version == version
               for now, (buffer, was, version) in zip(net.buffers(), buffers, strict=True))  # fmt: skip
    assert all(parameter.grad is grad and torch.equal(grad, was) for parameter, grad, was in gradients)
    assert torch.equal(torch.get_rng_state(), state)
    assert random.getstate() == numbers
    assert (np.random.get_state()[1] == arrays).all()
    assert repr(net) == text
    assert [item.training for item in net.modules()] == [mode] * 5
    assert not any(item._forward_hooks or item._forward_pre_hooks for item in net.modules())


def test_a_failing_call_leaves_the_module_as_it_was():
    net = nn.Sequential(nn.BatchNorm1d(3), nn.Linear(4, 4))
    with pytest.raises(RuntimeError, match="mat1 and mat2"):
        summary(net, (2, 3))
    assert net[0].num_batches_tracked == 0
    assert not net[0]._forward_hooks
    (torch.ones(1) + 1).tolist()


def test_modules_without_shapes_are_copied():
    net = nn.Sequential(nn.LazyLinear(4), nn.ReLU())
    found = summary(net, (2, 3))
    assert found.parameters == 16
    assert net[0].has_uninitialized_params()
    assert net(torch.ones(1, 5)).shape == (1, 4)


def test_inputs_are_tensors_sizes_or_structures():
    net = nn.LSTM(3, 5)
    state = torch.zeros(1, 2, 5), torch.zeros(1, 2, 5)
    found = summary(net, (7, 2, 3), state)
    assert found.rows[0].output == [(7, 2, 5), [(1, 2, 5), (1, 2, 5)]]
    assert found.input_bytes == (42 + 20) * 4
    assert summary(nn.Embedding(10, 4), torch.tensor([1, 2])).rows[0].output == (2, 4)
    assert summary(Branching(), (2, 3), scale=torch.ones(3)).input_bytes == 36
    assert summary(nn.Linear(3, 3).double(), (1, 3)).input_bytes == 24


def test_a_frozen_module_saves_nothing():
    found = summary(nn.Sequential(nn.Linear(3, 3), nn.ReLU()).requires_grad_(False), (2, 3))
    assert (found.trainable, found.frozen, found.saved_bytes, found.gradient_bytes) == (0, 12, 0, 0)


def test_inference_mode_around_it_does_not_matter():
    net = nn.Sequential(nn.Linear(3, 3), nn.ReLU())
    with torch.inference_mode():
        inside = summary(net, (2, 3)), summary(net, torch.ones(2, 3))
    assert {str(found) for found in inside} == {str(summary(net, (2, 3)))}


def test_meta_modules_are_measured_without_values():
    found = summary(nn.Linear(1000, 1000, device="meta"), (20, 1000))
    assert found.flops == 20 * 1000 * 2001


def test_other_threads_are_not_counted():
    net = nn.Linear(3, 3)

    class Busy(nn.Module):
        def forward(self, x):
            worker = threading.Thread(target=lambda: net(torch.ones(1, 3)))
            worker.start()
            worker.join()
            return x + 1

    assert summary(Busy(), (2,)).flops == 2


def test_html_names_every_layer_and_escapes():
    net = nn.Sequential()
    net.add_module("a<b", nn.Linear(3, 3))
    html = summary(net, (2, 3))._repr_html_()
    assert html.count("<tr>") == 3
    assert "a&lt;b  Linear" in html
    assert "<a<b" not in html


def test_what_is_no_module_is_refused():
    with pytest.raises(TypeError, match=r"argument 'module' must be torch\.nn\.Module, not Tensor") as caught:
        summary(torch.ones(2), (2,))
    assert "summary(model, input)" in caught.value.__notes__[0]


def test_units():
    assert [in_bytes(size) for size in (0, 1023, 1024, 1536, 3 << 30)] == [
        "0 B",
        "1023 B",
        "1.0 KiB",
        "1.5 KiB",
        "3.0 GiB",
    ]
    assert [in_thousands(count) for count in (0, 999, 1000, 2.5e9)] == ["0 ", "999 ", "1.0 k", "2.5 G"]


def test_products_are_counted_as_torch_counts_them():
    original = pytest.importorskip("torch")
    flop_counter = pytest.importorskip("torch.utils.flop_counter")

    def networks(torch):
        nn = torch.nn
        yield nn.Linear(7, 5, bias=False), (3, 7)
        yield nn.Conv2d(4, 6, (3, 2), stride=2, padding=1, dilation=2, groups=2, bias=False), (2, 4, 12, 11)
        yield nn.Conv1d(4, 6, 3, bias=False), (2, 4, 12)
        yield nn.ConvTranspose2d(4, 6, 3, stride=2, bias=False), (2, 4, 5, 6)

    for (ours, size), (theirs, _) in zip(networks(torch), networks(original), strict=True):
        with flop_counter.FlopCounterMode(display=False) as counter:
            theirs(original.zeros(size))
        assert summary(ours, size).flops == counter.get_total_flops(), theirs
