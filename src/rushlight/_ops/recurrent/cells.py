"""Single steps of recurrent networks, recorded as their parts as torch does on the CPU."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..._declare.binding import type_error
from ..._declare.kinds import composite
from ..._declare.reducing import ops

if TYPE_CHECKING:
    from ...tensor import Tensor


def _sums(
    input: Tensor, hx: Tensor, w_ih: Tensor, w_hh: Tensor, b_ih: Tensor | None, b_hh: Tensor | None, others: Any = ()
) -> tuple[Tensor, Tensor]:
    """The parts of the sums before the activations that come from the input and from the state.

    Raises:
        RuntimeError: sizes do not fit; the note names the shape that is expected.
    """
    if input.shape[1] != w_ih.shape[1]:
        error = RuntimeError(f"input has inconsistent input_size: got {input.shape[1]} expected {w_ih.shape[1]}")
        error.add_note(f"the weights are for an input of shape (batch, {w_ih.shape[1]}), not {tuple(input.shape)}")
        raise error
    size = w_hh.shape[1]
    for index, state in enumerate((hx, *others)):
        if state.shape[0] != input.shape[0]:
            raise _mismatch(
                f"Input batch size {input.shape[0]} doesn't match hidden{index} batch size {state.shape[0]}",
                input,
                size,
            )
        if state.shape[1] != size:
            raise _mismatch(
                f"hidden{index} has inconsistent hidden_size: got {state.shape[1]}, expected {size}", input, size
            )
    return _linear(input, w_ih, b_ih), _linear(hx, w_hh, b_hh)


def _linear(x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    return x.matmul(weight.t()) if bias is None else ops.addmm(bias, x, weight.t())


def _mismatch(text: str, input: Tensor, size: int) -> RuntimeError:
    error = RuntimeError(text)
    error.add_note(f"for an input of shape {tuple(input.shape)} the state has the shape ({input.shape[0]}, {size})")
    return error


@composite
def lstm_cell(
    input: Tensor, hx: Sequence[Tensor], w_ih: Tensor, w_hh: Tensor, b_ih: Tensor | None = None,
    b_hh: Tensor | None = None,
) -> tuple[Tensor, Tensor]:  # fmt: skip
    """One step of a long short-term memory: gates input, forget, cell, output.

    Args:
        input: of shape (batch, input).
        hx: state and cell state, each of shape (batch, hidden).
        w_ih, w_hh: of shape (4 * hidden, input) and (4 * hidden, hidden).
        b_ih, b_hh: of shape (4 * hidden,), or None.

    Returns:
        The next state and cell state.

    Example::

        >>> zero, one = torch.zeros(1, 1), torch.ones(4, 1)
        >>> torch.lstm_cell(torch.ones(1, 1), (zero, zero), one, one)
        (tensor([[0.3696]]), tensor([[0.5568]]))
    """
    if not isinstance(hx, (list, tuple)):
        raise type_error(lstm_cell.op, "hx", hx, "tuple of Tensors")  # type: ignore[attr-defined]
    if len(hx) != 2:
        raise RuntimeError("lstm_cell expects two hidden states")
    hidden, cell = hx
    first, second = _sums(input, hidden, w_ih, w_hh, b_ih, b_hh, (cell,))
    enter, forget, fresh, leave = (first + second).chunk(4, 1)
    cell = forget.sigmoid() * cell + enter.sigmoid() * fresh.tanh()
    return leave.sigmoid() * cell.tanh(), cell


@composite
def gru_cell(
    input: Tensor, hx: Tensor, w_ih: Tensor, w_hh: Tensor, b_ih: Tensor | None = None, b_hh: Tensor | None = None
) -> Tensor:
    """One step of a gated recurrent unit: gates reset, update, new.

    Args:
        input: of shape (batch, input).
        hx: the state, of shape (batch, hidden).
        w_ih, w_hh: of shape (3 * hidden, input) and (3 * hidden, hidden).
        b_ih, b_hh: of shape (3 * hidden,), or None.

    Example::

        >>> torch.gru_cell(torch.ones(1, 1), torch.zeros(1, 1), torch.ones(3, 1), torch.ones(3, 1))
        tensor([[0.2048]])
    """
    first, second = _sums(input, hx, w_ih, w_hh, b_ih, b_hh)
    from_input, from_hidden = first.chunk(3, 1), second.chunk(3, 1)
    reset = (from_input[0] + from_hidden[0]).sigmoid()
    update = (from_input[1] + from_hidden[1]).sigmoid()
    fresh = (from_input[2] + reset * from_hidden[2]).tanh()
    return (hx - fresh) * update + fresh


@composite
def rnn_tanh_cell(
    input: Tensor, hx: Tensor, w_ih: Tensor, w_hh: Tensor, b_ih: Tensor | None = None, b_hh: Tensor | None = None
) -> Tensor:
    """One step of a plain recurrence with tanh.

    Args:
        input: of shape (batch, input).
        hx: the state, of shape (batch, hidden).
        w_ih, w_hh: of shape (hidden, input) and (hidden, hidden).
        b_ih, b_hh: of shape (hidden,), or None.

    Example::

        >>> torch.rnn_tanh_cell(torch.ones(1, 1), torch.zeros(1, 1), torch.ones(1, 1), torch.ones(1, 1))
        tensor([[0.7616]])
    """
    first, second = _sums(input, hx, w_ih, w_hh, b_ih, b_hh)
    return (first + second).tanh()


@composite
def rnn_relu_cell(
    input: Tensor, hx: Tensor, w_ih: Tensor, w_hh: Tensor, b_ih: Tensor | None = None, b_hh: Tensor | None = None
) -> Tensor:
    """One step of a plain recurrence with a rectifier; arguments as of `rnn_tanh_cell`.

    Example::

        >>> torch.rnn_relu_cell(torch.ones(1, 1), torch.ones(1, 1), torch.ones(1, 1), torch.ones(1, 1))
        tensor([[2.]])
    """
    first, second = _sums(input, hx, w_ih, w_hh, b_ih, b_hh)
    return (first + second).relu()
