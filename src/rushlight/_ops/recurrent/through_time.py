"""A recurrent layer carried back through time in tensor operations, for backward passes that are differentiated."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..._backends.numpy import recurrent as backend
from ..._declare.reducing import ops

if TYPE_CHECKING:
    from ...tensor import Tensor


def _lstm_step(sums: Tensor, cell: Tensor) -> Any:
    """Hidden and cell state of a step of an LSTM, and what carries their gradients back."""
    enter, forget, new, leave = sums.chunk(4, 1)
    enter, forget, new, leave = enter.sigmoid(), forget.sigmoid(), new.tanh(), leave.sigmoid()
    after = forget * cell + enter * new
    squashed = after.tanh()

    def pull(dh: Tensor, dc: Tensor) -> Any:
        dc = dc + dh * leave * (1 - squashed * squashed)
        parts = [
            dc * new * (enter * (1 - enter)),
            dc * cell * (forget * (1 - forget)),
            dc * enter * (1 - new * new),
            dh * squashed * (leave * (1 - leave)),
        ]
        gates = ops.cat(parts, 1)
        return gates, gates, None, dc * forget

    return leave * squashed, after, pull


def _gru_step(sums: Tensor, from_state: Tensor, state: Tensor) -> Any:
    """State of a step of a GRU, and what carries its gradient back."""
    reset, update, new = sums.chunk(3, 1)
    reset_state, update_state, new_state = from_state.chunk(3, 1)
    reset, update = (reset + reset_state).sigmoid(), (update + update_state).sigmoid()
    new = (new + reset * new_state).tanh()

    def pull(dh: Tensor) -> Any:
        dnew = dh * (1 - update) * (1 - new * new)
        both = [dnew * new_state * (reset * (1 - reset)), dh * (state - new) * (update * (1 - update))]
        return ops.cat([*both, dnew], 1), ops.cat([*both, dnew * reset], 1), dh * update

    return new + update * (state - new), pull


def _plain_step(sums: Tensor, rectified: bool) -> Any:
    """State of a step of a plain recurrence, and what carries its gradient back."""
    state = sums.relu() if rectified else sums.tanh()

    def pull(dh: Tensor) -> Any:
        gradient = dh * (state > 0) if rectified else dh * (1 - state * state)
        return gradient, gradient, None

    return state, pull


def _forward_steps(
    input: Tensor, weight_ih: Tensor, weight_hh: Tensor, bias_ih: Tensor | None, bias_hh: Tensor | None, state: Tensor,
    cell: Any, weight_hr: Tensor | None, mode: str, spans: Any,
) -> Any:  # fmt: skip
    """The layer step by step in tensor operations.

    Returns:
        For each step its span, the state it started from, its hidden state before any projection, and its pull.
    """
    sums = input.matmul(weight_ih.t()) + (0 if bias_ih is None else bias_ih)
    steps = []
    for start, stop, rows in spans:
        before, x = state[:rows], sums[start:stop]
        from_state = before.matmul(weight_hh.t()) + (0 if bias_hh is None else bias_hh)
        if mode == "lstm":
            hidden, after, pull = _lstm_step(x + from_state, cell[:rows])
            cell = _followed(after, cell, rows)
        elif mode == "gru":
            hidden, pull = _gru_step(x, from_state, before)
        else:
            hidden, pull = _plain_step(x + from_state, mode == "relu")
        steps.append((start, stop, rows, before, hidden, pull))
        state = _followed(hidden if weight_hr is None else hidden.matmul(weight_hr.t()), state, rows)
    return steps


def _followed(fresh: Tensor, state: Tensor, rows: int) -> Tensor:
    """New states of the first sequences, followed by those of the sequences that have ended."""
    return fresh if rows == len(state) else ops.cat([fresh, state[rows:]])


def back_through_time(
    g: Any, input: Tensor, weight_ih: Tensor, weight_hh: Tensor, bias_ih: Tensor | None, bias_hh: Tensor | None,
    hx: Tensor, cx: Any, weight_hr: Tensor | None, mode: str, sizes: Sequence[int], reverse: bool,
) -> Any:  # fmt: skip
    """The eight gradients of `_rnn_layer` in tensor operations."""
    tensors = (input, weight_ih, weight_hh, bias_ih, bias_hh, hx, cx, weight_hr)
    shape = input.shape
    input = input.reshape(-1, shape[-1])
    steps = _forward_steps(input, *tensors[1:], mode, backend.spans_of(sizes, reverse))
    outward = None if g[0] is None else g[0].reshape(-1, hx.shape[-1])
    dh = hx.new_zeros(hx.shape) if g[1] is None else g[1]
    dc = None if mode != "lstm" else cx.new_zeros(cx.shape) if g[2] is None else g[2]
    inward: list[Any] = [None] * len(steps)
    grads: list[Any] = [None, None, 0, None, 0, None, None, 0]  # those of weight_hh, bias_hh and weight_hr add up
    for index in range(len(steps) - 1, -1, -1):
        start, stop, rows, before, hidden, pull = steps[index]
        dstate = dh[:rows] if outward is None else dh[:rows] + outward[start:stop]
        dhidden = dstate
        if weight_hr is not None:
            dhidden = dstate.matmul(weight_hr)
            grads[7] = grads[7] + dstate.t().matmul(hidden)
        if mode == "lstm":
            from_input, from_state, direct, dcell = pull(dhidden, dc[:rows])
            dc = _followed(dcell, dc, rows)
        else:
            from_input, from_state, direct = pull(dhidden)
        inward[index] = from_input
        grads[2] = grads[2] + from_state.t().matmul(before)
        grads[4] = grads[4] + from_state.sum(0)
        dstate = from_state.matmul(weight_hh)
        dh = _followed(dstate if direct is None else dstate + direct, dh, rows)
    rows_of_all = ops.cat(inward[::-1] if reverse else inward)
    grads[0], grads[1] = rows_of_all.matmul(weight_ih).reshape(shape), rows_of_all.t().matmul(input)
    grads[3], grads[5], grads[6] = rows_of_all.sum(0), dh, dc
    return [None if tensor is None else grad for tensor, grad in zip(tensors, grads, strict=True)]
