"""Recurrent networks of several layers and directions: lstm, gru, rnn_tanh and rnn_relu, and their single steps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..._declare.binding import invalid_combination
from ..._declare.kinds import composite
from ..._declare.reducing import ops
from .layer import _rnn_layer

if TYPE_CHECKING:
    from ...tensor import Tensor

PACKED: Any = None
"""What `batch_first` is where a packed sequence is given: all its arguments come one place later."""


def _run(
    mode: str, input: Any, sizes: Sequence[int], states: Sequence[Any], params: Sequence[Any], has_biases: bool,
    num_layers: int, dropout: float, train: bool, bidirectional: bool,
) -> tuple[Any, list[Any]]:  # fmt: skip
    """All layers: the outputs of the last one and the last states of all."""
    directions = 2 if bidirectional else 1
    projected = mode == "lstm" and states[0].shape[-1] != states[1].shape[-1]
    stride = 2 + 2 * has_biases + projected
    if len(params) != stride * directions * num_layers:
        error = RuntimeError(f"expected {stride * directions * num_layers} parameters, got {len(params)}")
        error.add_note(f"{num_layers} layer(s) in {directions} direction(s) of {stride} parameters each")
        raise error
    firsts = [state.unbind(0) for state in states]
    lasts: list[list[Any]] = [[] for _ in states]
    for index in range(num_layers):
        outputs = []
        for direction in range(directions):
            place = index * directions + direction
            weights = params[place * stride : (place + 1) * stride]
            biases = weights[2:4] if has_biases else (None, None)
            first = [state[place] for state in firsts]
            found = _rnn_layer(
                input, *weights[:2], *biases, first[0], first[1] if mode == "lstm" else None,
                weights[-1] if projected else None, mode, sizes, direction == 1,
            )  # fmt: skip
            outputs.append(found[0])
            for last, state in zip(lasts, found[1:], strict=False):
                last.append(state)
        input = outputs[0] if directions == 1 else ops.cat(outputs, -1)
        if dropout and train and index < num_layers - 1:
            input = ops.dropout(input, dropout, True)
    return input, [ops.stack(last, 0) for last in lasts]


def _states(mode: str, hx: Any, arguments: tuple[Any, ...]) -> Any:
    """The first states: for an LSTM a pair, else one tensor."""
    if isinstance(hx, (list, tuple)) is not (mode == "lstm"):
        raise invalid_combination(_NAMES.get(mode, mode), arguments)
    if mode != "lstm":
        return (hx,)
    if len(hx) != 2:
        raise RuntimeError("lstm expects two hidden states")
    return hx


_NAMES = {"tanh": "rnn_tanh", "relu": "rnn_relu"}


def _network(mode: str, arguments: tuple[Any, ...]) -> tuple[Any, ...]:
    """The network of torch's two signatures: for a sequence, and for a packed one."""
    if isinstance(arguments[3], (list, tuple)):
        data, batch_sizes, hx, *rest = arguments
        output, last = _run(mode, data, tuple(batch_sizes.tolist()), _states(mode, hx, arguments), *rest)
        return output, *last
    input, hx, *rest, batch_first = arguments
    if batch_first:
        input = input.transpose(0, 1)
    if not input.shape[0]:
        raise RuntimeError("Expected sequence length to be larger than 0 in RNN")
    sizes = (input.shape[1],) * input.shape[0]
    output, last = _run(mode, input, sizes, _states(mode, hx, arguments), *rest)
    return output.transpose(0, 1) if batch_first else output, *last


@composite
def lstm(
    input: Tensor, hx: Sequence[Tensor], params: Sequence[Tensor], has_biases: bool, num_layers: int, dropout: float,
    train: bool, bidirectional: bool, batch_first: bool = PACKED,
) -> Any:  # fmt: skip
    """Long short-term memory in several layers; each layer and direction is one node of the graph.

    Also called as ``lstm(data, batch_sizes, hx, params, has_biases, num_layers, dropout, train, bidirectional)`` for
    a packed sequence.

    Args:
        input: of shape (time, batch, input), or (batch, time, input) if `batch_first`.
        hx: the first state and cell state, each of shape (layers * directions, batch, size).
        params: for each layer and direction weight_ih, weight_hh, then bias_ih and bias_hh, then weight_hr.
        has_biases: whether there are biases.
        num_layers: layers on top of each other.
        dropout: probability of dropping between layers.
        train: whether anything is dropped.
        bidirectional: whether a second recurrence runs backwards.
        batch_first: whether the batch comes before time.

    Returns:
        The outputs of the last layer, the last state and the last cell state.

    Example::

        >>> layer = torch.nn.LSTM(4, 3)
        >>> state = torch.zeros(1, 2, 3)
        >>> weights = list(layer.parameters())
        >>> output, h, c = torch.lstm(torch.ones(5, 2, 4), (state, state), weights, True, 1, 0.0, True, False, False)
        >>> output.shape
        torch.Size([5, 2, 3])
    """
    arguments = (input, hx, params, has_biases, num_layers, dropout, train, bidirectional, batch_first)
    return _network("lstm", arguments)


@composite
def gru(
    input: Tensor, hx: Tensor, params: Sequence[Tensor], has_biases: bool, num_layers: int, dropout: float,
    train: bool, bidirectional: bool, batch_first: bool = PACKED,
) -> Any:  # fmt: skip
    """Gated recurrent units in several layers; arguments as of `lstm`, with one state.

    Example::

        >>> layer = torch.nn.GRU(4, 3)
        >>> weights = list(layer.parameters())
        >>> output, h = torch.gru(torch.ones(5, 2, 4), torch.zeros(1, 2, 3), weights, True, 1, 0.0, True, False, False)
        >>> output.shape, h.shape
        (torch.Size([5, 2, 3]), torch.Size([1, 2, 3]))
    """
    return _network("gru", (input, hx, params, has_biases, num_layers, dropout, train, bidirectional, batch_first))


@composite
def rnn_tanh(
    input: Tensor, hx: Tensor, params: Sequence[Tensor], has_biases: bool, num_layers: int, dropout: float,
    train: bool, bidirectional: bool, batch_first: bool = PACKED,
) -> Any:  # fmt: skip
    """Plain recurrences with tanh in several layers; arguments as of `lstm`, with one state.

    Example::

        >>> weights = list(torch.nn.RNN(4, 3).parameters())
        >>> state = torch.zeros(1, 2, 3)
        >>> torch.rnn_tanh(torch.ones(5, 2, 4), state, weights, True, 1, 0.0, True, False, False)[0].shape
        torch.Size([5, 2, 3])
    """
    return _network("tanh", (input, hx, params, has_biases, num_layers, dropout, train, bidirectional, batch_first))


@composite
def rnn_relu(
    input: Tensor, hx: Tensor, params: Sequence[Tensor], has_biases: bool, num_layers: int, dropout: float,
    train: bool, bidirectional: bool, batch_first: bool = PACKED,
) -> Any:  # fmt: skip
    """Plain recurrences with a rectifier in several layers; arguments as of `lstm`, with one state.

    Example::

        >>> weights = list(torch.nn.RNN(4, 3, nonlinearity="relu").parameters())
        >>> state = torch.zeros(1, 2, 3)
        >>> torch.rnn_relu(torch.ones(5, 2, 4), state, weights, True, 1, 0.0, True, False, False)[0].shape
        torch.Size([5, 2, 3])
    """
    return _network("relu", (input, hx, params, has_biases, num_layers, dropout, train, bidirectional, batch_first))
