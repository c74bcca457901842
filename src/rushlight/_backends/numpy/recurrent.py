"""Recurrent layers on NumPy arrays: a whole sequence forwards, and back through time.

A sequence is held as rows, the steps one after the other; a *span* ``(start, stop, rows)`` is one step: which rows are
its own, and how many sequences of the batch (the first ones) it has. A packed sequence has fewer and fewer; the
states of those that have ended wait unchanged. All that does not wait for the step before is done for all steps in
one product: the projection of the input, and on the way back the factors of every gate and the gradients of weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

Array = np.ndarray[Any, Any]
Span = tuple[int, int, int]


class Weights(NamedTuple):
    """The parameters of one layer in one direction; gates lie one after the other in the rows.

    Attributes:
        input: of shape (gates * hidden, input).
        state: of shape (gates * hidden, state).
        input_bias, state_bias: of shape (gates * hidden,), or None.
        projection: of shape (state, hidden), or None where outputs are not projected.
    """

    input: Array
    state: Array
    input_bias: Array | None
    state_bias: Array | None
    projection: Array | None


class Workspace(NamedTuple):
    """What the way back needs of the way there, a row for each row of the sequence.

    Attributes:
        gates: the gates after their activations (LSTM, GRU).
        cells: the cell states (LSTM), or the hidden part of the new gate (GRU).
        squashed: tanh of the cell states (LSTM).
    """

    gates: Array
    cells: Array
    squashed: Array


def spans_of(sizes: Sequence[int], reverse: bool) -> list[Span]:
    """The spans of steps with these batch sizes, in the order in which a direction takes them."""
    found, start = [], 0
    for rows in sizes:
        found.append((start, start + rows, rows))
        start += rows
    return found[::-1] if reverse else found


def _project(x: Array, weight: Array, *biases: Array | None) -> Array:
    found = x @ weight.T
    for bias in biases:
        if bias is not None:
            found += bias
    return found


def forward_lstm(x: Array, h: Array, c: Array, weights: Weights, spans: list[Span]) -> tuple[Array, Workspace]:
    """Outputs of a long short-term memory; `h` and `c` become the last states.

    The logistic function of x is taken as ``tanh(x / 2) / 2 + 1 / 2``, so that one tanh serves all gates; the halves
    are put into the weights, which is exact. (16 x 256 gates: 3 us, with exp on three quarters and tanh on one 17 us.)
    """
    size = c.shape[1]
    scale = np.full(4 * size, 0.5, x.dtype)
    scale[2 * size : 3 * size] = 1
    scales = np.tile(scale, (len(h), 1))  # a row for each sequence: 0.7 us for 16 x 256, from one row 1.5
    offsets = 1 - scales
    gates = _project(x, weights.input, weights.input_bias, weights.state_bias)
    gates *= scale
    # in C order, or each step's product takes 17 us and not 6
    recurrent = np.multiply(weights.state.T, scale, order="C")
    output = np.empty((len(x), h.shape[1]), x.dtype)
    cells, squashed = np.empty((2, len(x), size), x.dtype)
    hidden = output if weights.projection is None else np.empty_like(cells)
    part, fresh = np.empty((len(h), 4 * size), x.dtype), np.empty_like(c)
    for start, stop, rows in spans:
        gate, cell, squash = gates[start:stop], cells[start:stop], squashed[start:stop]
        gate += np.dot(h[:rows], recurrent, part[:rows])
        np.tanh(gate, gate)
        gate *= scales[:rows]
        gate += offsets[:rows]
        np.multiply(gate[:, size : 2 * size], c[:rows], cell)
        cell += np.multiply(gate[:, :size], gate[:, 2 * size : 3 * size], fresh[:rows])
        c[:rows] = cell
        np.tanh(cell, squash)
        np.multiply(gate[:, 3 * size :], squash, hidden[start:stop])
        if weights.projection is not None:
            np.dot(hidden[start:stop], weights.projection.T, output[start:stop])
        h[:rows] = output[start:stop]
    return output, Workspace(gates, cells, squashed)


def backward_lstm(
    g: Array, dh: Array, dc: Array, cells_before: Array, weights: Weights, space: Workspace, spans: list[Span]
) -> tuple[Array, Array | None]:
    """Gradients of the sums before the activations of a long short-term memory.

    Args:
        g: gradients of the outputs.
        dh, dc: gradients of the last states, which become those of the first.
        cells_before: the cell states each step started from.
        weights, space, spans: of the layer.

    Returns:
        The gradients, and that of the projection.
    """
    size = dc.shape[1]
    gates, squashed = space.gates, space.squashed
    enter, forget, new, leave = (gates[:, index * size : (index + 1) * size] for index in range(4))
    found = gates * gates  # first what the gradient of a state is multiplied by, then the gradient of a gate
    np.subtract(gates, found, found)
    four = found.reshape(-1, 4, size)
    np.subtract(1, new * new, four[:, 2])
    for index, factor in enumerate((new, cells_before, enter, squashed)):
        four[:, index] *= factor
    through = 1 - squashed * squashed
    through *= leave
    projected = None if weights.projection is None else np.empty((len(g), dh.shape[1]), g.dtype)
    spare = np.empty_like(dc)
    for start, stop, rows in reversed(spans):
        dstate, dcell, local = dh[:rows], dc[:rows], four[start:stop]
        dstate += g[start:stop]
        dhidden = dstate
        if weights.projection is not None and projected is not None:
            projected[start:stop] = dstate
            dhidden = dstate @ weights.projection
        dcell += np.multiply(dhidden, through[start:stop], spare[:rows])
        local[:, :3] *= dcell[:, None]
        local[:, 3] *= dhidden
        dcell *= forget[start:stop]
        np.dot(found[start:stop], weights.state, dstate)
    return found, None if projected is None else projected.T @ (leave * squashed)


def forward_gru(x: Array, h: Array, weights: Weights, spans: list[Span]) -> tuple[Array, Workspace]:
    """Outputs of a gated recurrent unit; `h` becomes the last state. Of the logistic function see `forward_lstm`."""
    size = h.shape[1]
    scale = np.full(3 * size, 0.5, x.dtype)
    scale[2 * size :] = 1
    gates = _project(x, weights.input, weights.input_bias)
    bias = weights.state_bias
    if bias is not None:
        gates[:, : 2 * size] += bias[: 2 * size]
    gates *= scale
    recurrent = np.multiply(weights.state.T, scale, order="C")
    output, cells = np.empty((2, len(x), size), x.dtype)
    part = np.empty((len(h), 3 * size), x.dtype)
    for start, stop, rows in spans:
        gate, state, cell, out = gates[start:stop], h[:rows], cells[start:stop], output[start:stop]
        hidden = np.dot(state, recurrent, part[:rows])
        both, new = gate[:, : 2 * size], gate[:, 2 * size :]
        both += hidden[:, : 2 * size]
        np.tanh(both, both)
        both *= 0.5
        both += 0.5
        cell[...] = hidden[:, 2 * size :]
        if bias is not None:
            cell += bias[2 * size :]
        new += np.multiply(gate[:, :size], cell, out)
        np.tanh(new, new)
        np.subtract(state, new, out)
        out *= gate[:, size : 2 * size]
        out += new
        state[...] = out
    return output, Workspace(gates, cells, cells)


def backward_gru(
    g: Array, dh: Array, before: Array, weights: Weights, space: Workspace, spans: list[Span]
) -> tuple[Array, Array]:
    """Gradients of the sums before the activations of a gated recurrent unit; arguments as in `backward_lstm`.

    Returns:
        The gradients of the part from the input, and of the part from the state.
    """
    size = dh.shape[1]
    gates = space.gates.reshape(-1, 3, size)
    reset, update, new = gates[:, 0], gates[:, 1], gates[:, 2]
    found = np.empty((len(g), 3 * size), g.dtype)
    three = found.reshape(-1, 3, size)
    np.multiply(1 - update, 1 - new * new, three[:, 2])
    np.multiply(before - new, update * (1 - update), three[:, 1])
    from_state = np.empty_like(found)
    np.multiply(three[:, 2], reset, from_state[:, 2 * size :])
    np.multiply(from_state[:, 2 * size :] * space.cells, 1 - reset, three[:, 0])
    from_state[:, : 2 * size] = found[:, : 2 * size]
    three_state = from_state.reshape(-1, 3, size)
    for start, stop, rows in reversed(spans):
        dstate = dh[:rows]
        dstate += g[start:stop]
        three[start:stop] *= dstate[:, None]
        three_state[start:stop] *= dstate[:, None]
        dstate *= update[start:stop]
        dstate += from_state[start:stop] @ weights.state
    return found, from_state


def forward_plain(x: Array, h: Array, weights: Weights, rectified: bool, spans: list[Span]) -> Array:
    """Outputs of a plain recurrence with tanh or a rectifier; `h` becomes the last state."""
    output = _project(x, weights.input, weights.input_bias, weights.state_bias)
    recurrent = np.ascontiguousarray(weights.state.T)
    part = np.empty_like(h)
    for start, stop, rows in spans:
        out = output[start:stop]
        out += np.dot(h[:rows], recurrent, part[:rows])
        if rectified:
            np.maximum(out, 0, out=out)
        else:
            np.tanh(out, out)
        h[:rows] = out
    return output


def backward_plain(
    g: Array, dh: Array, weights: Weights, output: Array, rectified: bool, spans: list[Span]
) -> tuple[Array, Array]:
    """Gradients of the sums before the activations of a plain recurrence; arguments and result as in `backward_gru`."""
    found = (output > 0).astype(g.dtype) if rectified else 1 - output * output
    for start, stop, rows in reversed(spans):
        dstate, local = dh[:rows], found[start:stop]
        dstate += g[start:stop]
        local *= dstate
        np.dot(local, weights.state, dstate)
    return found, found


def states_before(first: Array, states: Array, spans: list[Span]) -> Array:
    """The state that each step started from, given those it ended with."""
    found = np.empty_like(states)
    state = first.copy()
    for start, stop, rows in spans:
        found[start:stop] = state[:rows]
        state[:rows] = states[start:stop]
    return found
