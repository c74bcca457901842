"""Recurrent layers: one node for each layer and direction, packed sequences, and what does not fit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import rushlight as torch

nn = torch.nn
MODES = {"LSTM": nn.LSTM, "GRU": nn.GRU, "RNN": nn.RNN}


def filled(module: Any) -> Any:
    """The module with known numbers for parameters."""
    with torch.no_grad():
        for number, parameter in enumerate(module.parameters()):
            parameter.copy_((torch.arange(parameter.numel()) * 1.7 + number).sin().reshape(parameter.shape) * 0.5)
    return module


def some(*shape: int, dtype: Any = torch.float64) -> Any:
    count = 1
    for size in shape:
        count *= size
    return (torch.arange(count, dtype=torch.float64) * 1.7 + len(shape)).sin().reshape(shape).to(dtype)


def close(found: Any, expected: Any, tolerance: float = 1e-6) -> None:
    np.testing.assert_allclose(found.detach().numpy(), expected.detach().numpy(), rtol=tolerance, atol=tolerance)


def nodes(root: Any) -> list[str]:
    """The names of all nodes behind a result."""
    found, waiting = {}, [root]
    while waiting:
        node = waiting.pop()
        if node is not None and id(node) not in found:
            found[id(node)] = node
            waiting += [below for below, _ in node.next_functions]
    return [type(node).__name__ for node in found.values()]


# -- one operator ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", MODES)
def test_a_layer_is_one_node_however_long_the_sequence_is(mode: str) -> None:
    layer = MODES[mode](3, 4, num_layers=2, bidirectional=True)
    output, _ = layer(torch.ones(50, 2, 3))
    layers = [name for name in nodes(output.grad_fn) if name.endswith("RnnLayerBackward0")]
    assert len(layers) == 4


def test_the_node_of_an_lstm_has_torchs_name() -> None:
    output, (hidden, _) = nn.LSTM(3, 4)(torch.ones(5, 2, 3))
    assert type(output.grad_fn).__name__ == "MkldnnRnnLayerBackward0"
    assert type(hidden.grad_fn).__name__ == "StackBackward0"
    assert [type(node).__name__ for node, _ in output.grad_fn.next_functions[1:5]] == ["AccumulateGrad"] * 4


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("options", [{}, {"bidirectional": True, "num_layers": 2}, {"bias": False}])
def test_a_layer_is_its_cell_step_after_step(mode: str, options: dict[str, Any]) -> None:
    layer = filled(MODES[mode](3, 4, dtype=torch.float64, **options))
    x = some(5, 2, 3)
    if options.get("num_layers"):
        return check_both_directions(layer, x)
    cell = {"LSTM": torch.lstm_cell, "GRU": torch.gru_cell, "RNN": torch.rnn_tanh_cell}[mode]
    state: Any = torch.zeros(2, 4, dtype=torch.float64)
    state = (state, state) if mode == "LSTM" else state
    outputs = []
    for step in x:
        state = cell(step, state, *layer.all_weights[0])
        outputs.append(state[0] if mode == "LSTM" else state)
    close(layer(x)[0], torch.stack(outputs))


def check_both_directions(layer: Any, x: Any) -> None:
    """Backwards over a turned sequence is forwards."""
    output, last = layer(x)
    assert output.shape == (5, 2, 8)
    last = last[0] if isinstance(last, tuple) else last
    close(last[2], output[-1, :, :4])
    close(last[3], output[0, :, 4:])


@pytest.mark.parametrize("mode", MODES)
def test_gradients_to_the_second_order(mode: str) -> None:
    layer = filled(MODES[mode](2, 2, dtype=torch.float64))
    x = some(3, 2, 2).requires_grad_()
    weights = list(layer.parameters())

    def run(x: Any, *weights: Any) -> Any:
        names = [name for name, _ in layer.named_parameters()]
        return torch.func.functional_call(layer, dict(zip(names, weights)), (x,))[0]

    assert torch.autograd.gradcheck(run, (x, *weights))
    assert torch.autograd.gradgradcheck(run, (x, *weights))


def test_a_projected_lstm() -> None:
    layer = filled(nn.LSTM(3, 4, proj_size=2, dtype=torch.float64))
    x = some(4, 2, 3).requires_grad_()
    output, (hidden, cell) = layer(x)
    assert (output.shape, hidden.shape, cell.shape) == ((4, 2, 2), (1, 2, 2), (1, 2, 4))
    assert torch.autograd.gradcheck(lambda x: layer(x)[0], (x,))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_sixteen_bit_layers(dtype: Any) -> None:
    layer = filled(nn.GRU(3, 4))
    expected = layer(some(5, 2, 3, dtype=torch.float32))[0]
    found = layer.to(dtype)(some(5, 2, 3, dtype=dtype))[0]
    assert found.dtype is dtype
    close(found.float(), expected, 0.03)


# -- shapes and packed sequences ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", MODES)
def test_batch_first_and_no_batch(mode: str) -> None:
    layer = filled(MODES[mode](3, 4, dtype=torch.float64))
    turned = filled(MODES[mode](3, 4, batch_first=True, dtype=torch.float64))
    x = some(5, 2, 3)
    expected = layer(x)[0]
    close(turned(x.transpose(0, 1))[0].transpose(0, 1), expected)
    close(layer(x[:, 1])[0], expected[:, 1])
    close(turned(x[:, 1])[0], expected[:, 1])


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("bidirectional", [False, True])
def test_a_packed_sequence_is_each_sequence_alone(mode: str, bidirectional: bool) -> None:
    layer = filled(MODES[mode](3, 4, bidirectional=bidirectional, num_layers=2, dtype=torch.float64))
    lengths = [2, 5, 3]
    x = some(5, 3, 3).requires_grad_()
    packed = nn.utils.rnn.pack_padded_sequence(x, torch.tensor(lengths), enforce_sorted=False)
    output, last = layer(packed)
    padded, found = nn.utils.rnn.pad_packed_sequence(output)
    assert found.tolist() == lengths
    for index, length in enumerate(lengths):
        alone, state = layer(x[:length, index])
        close(padded[:length, index], alone)
        state, whole = (state[0], last[0]) if mode == "LSTM" else (state, last)
        close(whole[:, index], state)
    (gradient,) = torch.autograd.grad(output.data.sum(), x)
    assert not gradient[2:, 0].any()
    assert gradient[:2, 0].any()


def test_dropout_between_layers_draws_once_a_layer() -> None:
    layer = filled(nn.GRU(3, 4, num_layers=2, dropout=0.5))
    torch.manual_seed(0)
    output = layer(some(5, 2, 3, dtype=torch.float32))[0]
    torch.manual_seed(0)
    first = filled(nn.GRU(3, 4))
    weights = layer._flat_weights
    zero = torch.zeros(1, 2, 4)
    with torch.no_grad():
        for parameter, weight in zip(first.parameters(), weights):
            parameter.copy_(weight)
    torch.manual_seed(0)
    between = nn.functional.dropout(first(some(5, 2, 3, dtype=torch.float32))[0], 0.5)
    expected = torch.gru(between, zero, weights[4:], True, 1, 0.0, True, False, False)[0]
    close(output, expected)


# -- bad input ---------------------------------------------------------------------------------------------------------

BAD = [
    (lambda: nn.LSTM(4, 5)(torch.ones(3)), ValueError, "LSTM: Expected input to be 2D or 3D, got 1D instead"),
    (
        lambda: nn.GRU(4, 5)(torch.ones(3, 2, 3)),
        RuntimeError,
        "input.size(-1) must be equal to input_size. Expected 4, got 3",
    ),
    (
        lambda: nn.GRU(4, 5)(torch.ones(3, 2, 4, dtype=torch.float64)),
        ValueError,
        (
            "RNN input dtype (torch.float64) does not match weight dtype (torch.float32). Convert input: "
            "input.to(torch.float32), or convert model: model.to(torch.float64)"
        ),
    ),
    (
        lambda: nn.LSTM(4, 5)(torch.ones(3, 2, 4), (torch.ones(1, 1, 5), torch.ones(1, 2, 5))),
        RuntimeError,
        "Expected hidden[0] size (1, 2, 5), got [1, 1, 5]",
    ),
    (
        lambda: nn.RNN(4, 5)(torch.ones(3, 2, 4), torch.ones(2, 5)),
        RuntimeError,
        "For batched 3-D input, hx should also be 3-D but got 2-D tensor",
    ),
    (
        lambda: nn.LSTM(4, 5)(torch.ones(3, 4), (torch.ones(1, 2, 5), torch.ones(1, 2, 5))),
        RuntimeError,
        "For unbatched 2-D input, hx and cx should also be 2-D but got (3-D, 3-D) tensors",
    ),
]


@pytest.mark.parametrize(("call", "kind", "text"), BAD, ids=[case[2][:40] for case in BAD])
def test_what_does_not_fit_names_the_layer_and_the_shape(call: Any, kind: type[Exception], text: str) -> None:
    with pytest.raises(kind) as caught:
        call()
    assert str(caught.value) == text
    (note,) = caught.value.__notes__
    assert "expects an input of shape (time, batch, 4)" in note


def test_an_empty_sequence() -> None:
    with pytest.raises(RuntimeError, match="Expected sequence length to be larger than 0 in RNN"):
        nn.LSTM(4, 5)(torch.ones(0, 2, 4))


def test_an_empty_batch() -> None:
    output, (hidden, cell) = nn.LSTM(4, 5)(torch.ones(3, 0, 4, requires_grad=True))
    assert (output.shape, hidden.shape, cell.shape) == ((3, 0, 5), (1, 0, 5), (1, 0, 5))
    output.sum().backward()


def test_cells() -> None:
    cell = nn.LSTMCell(4, 5)
    with pytest.raises(RuntimeError, match="input has inconsistent input_size: got 3 expected 4"):
        cell(torch.ones(2, 3))
    with pytest.raises(RuntimeError, match="Input batch size 2 doesn't match hidden0 batch size 1"):
        cell(torch.ones(2, 4), (torch.ones(1, 5), torch.ones(2, 5)))
    with pytest.raises(TypeError, match=r"lstm_cell\(\): argument 'hx' \(position 2\) must be tuple of Tensors"):
        cell(torch.ones(5, 4), torch.ones(5, 5))
    with pytest.raises(RuntimeError, match="hidden0 has inconsistent hidden_size: got 3, expected 5"):
        nn.GRUCell(4, 5)(torch.ones(2, 4), torch.ones(2, 3))
