"""Samples of recurrent layers and of attention."""

from collections.abc import Iterator
from typing import Any

import rushlight as torch
from tests.ops.sample import Maker, Sample, leave_out, samples

GATES = {"lstm": 4, "gru": 3, "tanh": 1, "relu": 1}


def layer(make: Maker, mode: str, rows: tuple[int, ...], sizes: tuple[int, ...], reverse: bool) -> tuple[Any, ...]:
    """Arguments of `_rnn_layer` for an input of three numbers a step, and a state of two."""
    gates, lstm = GATES[mode] * 2, mode == "lstm"
    biases = (make(gates), make(gates)) if reverse else (None, None)
    weights = (make(gates, 3), make(gates, 2), *biases)
    return (
        make(*rows, 3),
        *weights,
        make(sizes[0], 2),
        make(sizes[0], 2) if lstm else None,
        None,
        mode,
        sizes,
        reverse,
    )


@samples("_rnn_layer")
def recurrent_layer(make: Maker) -> Iterator[Sample]:
    for mode in GATES:
        yield Sample(layer(make, mode, (3, 2), (2, 2, 2), True))
    yield Sample(layer(make, "lstm", (5,), (2, 2, 1), False), note="packed")
    yield Sample(layer(make, "gru", (5,), (2, 2, 1), True), note="packed")
    projected = (make(2, 2, 3), make(8, 3), make(8, 1), make(8), make(8), make(2, 1), make(2, 2), make(1, 2))
    yield Sample((*projected, "lstm", (2, 2), False), note="projected")


@samples("_rnn_layer_backward")
def recurrent_layer_backward(make: Maker) -> Iterator[Sample]:
    given = layer(make, "tanh", (2, 1), (1, 1), False)
    empty = make(0)
    yield Sample((make(2, 1, 2), None, None, *given, make(2, 1, 2, low=-0.9, high=0.9), empty, empty, empty, True))


def network(make: Maker, gates: int) -> tuple[Any, ...]:
    """Weights and settings of two layers without biases."""
    weights = [make(2 * gates, 3), make(2 * gates, 2), make(2 * gates, 2), make(2 * gates, 2)]
    return weights, False, 2, 0.0, False, False, True


@samples("lstm")
def lstm(make: Maker) -> Iterator[Sample]:
    yield Sample((make(2, 3, 3), [make(2, 2, 2), make(2, 2, 2)], *network(make, 4)))


@samples("gru")
def gru(make: Maker) -> Iterator[Sample]:
    yield Sample((make(2, 3, 3), make(2, 2, 2), *network(make, 3)))


@samples("rnn_tanh", "rnn_relu")
def plain(make: Maker) -> Iterator[Sample]:
    yield Sample((make(2, 3, 3), make(2, 2, 2), *network(make, 1)))


@samples("lstm_cell")
def lstm_cell(make: Maker) -> Iterator[Sample]:
    yield Sample((make(2, 3), [make(2, 2), make(2, 2)], make(8, 3), make(8, 2), make(8), make(8)))


@samples("gru_cell")
def gru_cell(make: Maker) -> Iterator[Sample]:
    yield Sample((make(2, 3), make(2, 2), make(6, 3), make(6, 2), make(6), make(6)))
    yield Sample((make(2, 3), make(2, 2), make(6, 3), make(6, 2)))


@samples("rnn_tanh_cell", "rnn_relu_cell")
def plain_cell(make: Maker) -> Iterator[Sample]:
    yield Sample((make(2, 3), make(2, 2), make(2, 3), make(2, 2), make(2), make(2)))


@samples("_safe_softmax")
def safe_softmax(make: Maker) -> Iterator[Sample]:
    yield Sample((make(2, 3), -1))
    yield Sample((make(2, 3), 0))
    yield Sample((make(0, 3), 1))


@samples("scaled_dot_product_attention")
def attention(make: Maker) -> Iterator[Sample]:
    yield Sample((make(2, 3, 4), make(2, 5, 4), make(2, 5, 2)))
    yield Sample((make(3, 4), make(5, 4), make(5, 4), make.mask(3, 5)))
    yield Sample((make(1, 2, 3, 4), make(1, 2, 3, 4), make(1, 2, 3, 4)), {"is_causal": True, "scale": 0.3})


@samples("_scaled_dot_product_flash_attention_for_cpu")
def attention_as_one(make: Maker) -> Iterator[Sample]:
    yield Sample((make(2, 2, 3, 4), make(2, 2, 5, 4), make(2, 2, 5, 4)))
    yield Sample((make(1, 4, 3, 2), make(1, 2, 3, 2), make(1, 2, 3, 2), 0.0, True), note="grouped heads, causal")
    yield Sample((make(1, 2, 3, 2), make(1, 2, 4, 2), make(1, 2, 4, 2)), {"attn_mask": make.mask(3, 4), "scale": 0.5})


@samples("_scaled_dot_product_flash_attention_for_cpu_backward")
def attention_backward(make: Maker) -> Iterator[Sample]:
    q, k, v = make(1, 1, 3, 2), make(1, 1, 4, 2), make(1, 1, 4, 2)
    output, sums = torch._scaled_dot_product_flash_attention_for_cpu(q, k, v)
    yield Sample((make(1, 1, 3, 2), q, k, v, output, sums, False, None, None))


leave_out("complex", "they are for real numbers", "_rnn_layer", "_scaled_dot_product_flash_attention_for_cpu")
leave_out(
    "16-bit", "it rounds between its parts", "lstm", "gru", "rnn_tanh", "rnn_relu", "lstm_cell", "gru_cell",
    "rnn_tanh_cell", "rnn_relu_cell", "scaled_dot_product_attention",
)  # fmt: skip
