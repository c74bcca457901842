"""One recurrent layer in one direction as one operator: a whole sequence forwards, and back through time."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from ..._backends.numpy import recurrent as backend
from ..._core.meta_array import stand_in
from ..._core.modes import modes
from ..._declare.dispatch import scalar_name
from ..._declare.kinds import kernel
from ..._declare.products import check_mm
from .through_time import back_through_time

if TYPE_CHECKING:
    from ...tensor import Tensor


def _pull_layer(
    g: Any, input: Tensor, weight_ih: Tensor, weight_hh: Tensor, bias_ih: Tensor | None, bias_hh: Tensor | None,
    hx: Tensor, cx: Tensor | None, weight_hr: Tensor | None, mode: str, sizes: Sequence[int], reverse: bool,
    result0: Tensor, result3: Tensor, result4: Tensor, result5: Tensor, needs: Any,
) -> Any:  # fmt: skip
    given = (input, weight_ih, weight_hh, bias_ih, bias_hh, hx, cx, weight_hr, mode, sizes, reverse)
    if modes.record:
        return back_through_time(g, *given)
    found = _rnn_layer_backward(*g[:3], *given, result0, result3, result4, result5, needs[0])
    return [gradient if wanted else None for gradient, wanted in zip(found, needs, strict=True)]


def _check_layer(
    input: Tensor, weight_ih: Tensor, weight_hh: Tensor, bias_ih: Tensor | None, bias_hh: Tensor | None, hx: Tensor,
    cx: Tensor | None, weight_hr: Tensor | None, mode: str, sizes: Sequence[int], reverse: bool,
) -> None:  # fmt: skip
    """Raises an error for dtypes or sizes that do not fit each other."""
    if not input.dtype.is_floating_point:
        raise NotImplementedError(f"rushlight does not have recurrent layers of {input.dtype}, only of floating dtypes")
    for tensor in (weight_ih, weight_hh, bias_ih, bias_hh, hx, cx, weight_hr):
        if tensor is not None and tensor.dtype is not input.dtype:
            found, wanted = scalar_name(input.dtype), scalar_name(tensor.dtype)
            error = RuntimeError(f"mat1 and mat2 must have the same dtype, but got {found} and {wanted}")
            error.add_note("input, states and weights of a recurrent layer must all have one dtype")
            raise error
    check_mm(input.reshape((-1, input.shape[-1])), weight_ih.t())
    state = (sizes[0], weight_hh.shape[1])
    if tuple(hx.shape) != state:
        raise RuntimeError(f"Expected hidden size {state}, got {list(hx.shape)}")


def _flops(
    input: Tensor, weight_ih: Tensor, weight_hh: Tensor, bias_ih: Tensor | None, weight_hr: Tensor | None, mode: str
) -> int:
    """Products with all weights for each step, then sums, gates and the new state of each hidden unit."""
    rows, gated = input.shape[:-1].numel(), weight_ih.shape[0]
    gates, state_cost = {"lstm": (4, 9), "gru": (3, 8)}.get(mode, (1, 1))
    weights = sum(weight.numel() for weight in (weight_ih, weight_hh, weight_hr) if weight is not None)
    return rows * (2 * weights + gated * (1 if bias_ih is None else 3) + gated // gates * state_cost)


def _backward_flops(
    input: Tensor, weight_ih: Tensor, weight_hh: Tensor, bias_ih: Tensor | None, weight_hr: Tensor | None, mode: str
) -> int:
    """Each product of the forward pass has two gradients."""
    return 2 * _flops(input, weight_ih, weight_hh, bias_ih, weight_hr, mode)


def _layer_meta(
    input: Any, weight_ih: Any, weight_hh: Any, bias_ih: Any, bias_hh: Any, hx: Any, cx: Any, weight_hr: Any,
    mode: str, sizes: Sequence[int], reverse: bool,
) -> Any:  # fmt: skip
    rows, element = prod(input.shape[:-1]), input.dtype
    empty = stand_in((0,), element)
    output = stand_in((*input.shape[:-1], hx.shape[1]), element)
    gates = stand_in((rows, weight_ih.shape[0]), element)
    if mode not in ("lstm", "gru"):
        return output, hx, empty, empty, empty, empty
    last = cx if mode == "lstm" else empty
    cells = stand_in((rows, weight_ih.shape[0] // (4 if mode == "lstm" else 3)), element)
    return output, hx, last, gates, cells, cells


def _layer_backward_meta(
    grad_output: Any, grad_hy: Any, grad_cy: Any, input: Any, weight_ih: Any, weight_hh: Any, bias_ih: Any,
    bias_hh: Any, hx: Any, cx: Any, weight_hr: Any, *rest: Any,
) -> Any:  # fmt: skip
    bias, empty = stand_in(weight_ih.shape[:1], input.dtype), stand_in((0,), input.dtype)
    return (
        input if rest[-1] else empty,
        weight_ih,
        weight_hh,
        bias,
        bias,
        hx,
        empty if cx is None else cx,
        empty if weight_hr is None else weight_hr,
    )


@kernel(
    meta=_layer_meta,
    flops=_flops,
    check=_check_layer,
    node=("MkldnnRnnLayerBackward0", "RnnLayerBackward0"),
    pick_node=lambda *values: 0 if values[8] == "lstm" else 1,
    vjp={("input", "weight_ih", "weight_hh", "bias_ih", "bias_hh", "hx", "cx", "weight_hr"): _pull_layer},
    nondifferentiable=(3, 4, 5),
)
def _rnn_layer(
    input: Tensor, weight_ih: Tensor, weight_hh: Tensor, bias_ih: Tensor | None, bias_hh: Tensor | None, hx: Tensor,
    cx: Tensor | None, weight_hr: Tensor | None, mode: str, sizes: Sequence[int], reverse: bool,
) -> Any:  # fmt: skip
    """One recurrent layer over a sequence, in one direction.

    The backward pass is one operator too, unless it is itself recorded (``create_graph``): then the layer is run again
    and carried back step by step in tensor operations, which can be differentiated as often as one likes.

    Args:
        input: of shape (time, batch, input), or (rows, input) for a packed sequence: its steps one after the other.
        weight_ih, weight_hh: of shape (gates * hidden, input) and (gates * hidden, state).
        bias_ih, bias_hh: of shape (gates * hidden,), or None.
        hx: the first state, of shape (batch, state).
        cx: the first cell state of an LSTM, of shape (batch, hidden).
        weight_hr: what an LSTM's outputs are projected with, of shape (state, hidden), or None.
        mode: ``"lstm"``, ``"gru"``, ``"tanh"`` or ``"relu"``.
        sizes: how many sequences each step has, the longest first.
        reverse: whether the last step comes first.

    Returns:
        Outputs, last state and last cell state; then gates, cells and squashed cells for the backward pass. What a mode
        does not have is empty.
    """
    h = hx.copy(order="C")
    weights = backend.Weights(weight_ih, weight_hh, bias_ih, bias_hh, weight_hr)
    spans = backend.spans_of(sizes, reverse)
    x = np.ascontiguousarray(input).reshape(-1, input.shape[-1])
    c = empty = np.empty(0, x.dtype)
    space: Any = (empty, empty, empty)
    if mode == "lstm":
        c = cx.copy(order="C")
        output, space = backend.forward_lstm(x, h, c, weights, spans)
    elif mode == "gru":
        output, space = backend.forward_gru(x, h, weights, spans)
    else:
        output = backend.forward_plain(x, h, weights, mode == "relu", spans)
    return output.reshape(*input.shape[:-1], h.shape[-1]), h, c, *space


@kernel(meta=_layer_backward_meta, flops=_backward_flops, nondifferentiable=True)
def _rnn_layer_backward(
    grad_output: Tensor | None, grad_hy: Tensor | None, grad_cy: Tensor | None, input: Tensor, weight_ih: Tensor,
    weight_hh: Tensor, bias_ih: Tensor | None, bias_hh: Tensor | None, hx: Tensor, cx: Tensor | None,
    weight_hr: Tensor | None, mode: str, sizes: Sequence[int], reverse: bool, output: Tensor, gates: Tensor,
    cells: Tensor, squashed: Tensor, wants_input: bool,
) -> Any:  # fmt: skip
    """The gradients of the eight tensors that `_rnn_layer` takes, for gradients of its first three results.

    Args:
        grad_output, grad_hy, grad_cy: the gradients; None for zeros.
        input, weight_ih, weight_hh, bias_ih, bias_hh, hx, cx, weight_hr, mode, sizes, reverse: as in `_rnn_layer`.
        output, gates, cells, squashed: what it gave.
        wants_input: whether that of the input is wanted.
    """
    shape = input.shape
    input, output = (np.ascontiguousarray(array).reshape(-1, array.shape[-1]) for array in (input, output))
    spans = backend.spans_of(sizes, reverse)
    weights = backend.Weights(weight_ih, np.ascontiguousarray(weight_hh), bias_ih, bias_hh, weight_hr)
    space = backend.Workspace(gates, cells, squashed)
    g = np.zeros_like(output) if grad_output is None else grad_output.reshape(output.shape)
    dh = np.zeros_like(hx) if grad_hy is None else grad_hy.copy(order="C")  # type: ignore[call-arg]
    before = backend.states_before(hx, output, spans)
    dc = projection = None
    if mode == "lstm":
        dc = np.zeros_like(cx) if grad_cy is None else grad_cy.copy(order="C")  # type: ignore[call-arg]
        cells_before = backend.states_before(cx, cells, spans)
        from_input, projection = backend.backward_lstm(g, dh, dc, cells_before, weights, space, spans)
        from_state = from_input
    elif mode == "gru":
        from_input, from_state = backend.backward_gru(g, dh, before, weights, space, spans)
    else:
        from_input, from_state = backend.backward_plain(g, dh, weights, output, mode == "relu", spans)
    ones = np.ones(len(from_input), from_input.dtype)
    bias = ones @ from_input
    empty = np.empty(0, from_input.dtype)
    return (
        (from_input @ weight_ih).reshape(shape) if wants_input else empty,
        from_input.T @ input,
        from_state.T @ before,
        bias,
        bias.copy() if from_state is from_input else ones @ from_state,
        dh,
        empty if dc is None else dc,
        empty if projection is None else projection,
    )
