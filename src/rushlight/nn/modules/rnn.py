"""Recurrent layers and cells."""

from __future__ import annotations

import math
import numbers
import warnings
from typing import Any

from ..._core.tensor_base import TensorBase
from ..._ops.creation import empty, zeros
from ..._ops.recurrent import (
    gru,
    gru_cell,
    lstm,
    lstm_cell,
    rnn_relu,
    rnn_relu_cell,
    rnn_tanh,
    rnn_tanh_cell,
)
from .. import init
from ..packing import PackedSequence
from ..parameter import Parameter
from .module import Module

_GATES = {"LSTM": 4, "GRU": 3, "RNN_TANH": 1, "RNN_RELU": 1}


_NETWORKS: dict[str, Any] = {"LSTM": lstm, "GRU": gru, "RNN_TANH": rnn_tanh, "RNN_RELU": rnn_relu}


def _draw(module: Module, hidden_size: int) -> None:
    """Draws all parameters from a uniform distribution that shrinks with the hidden size."""
    bound = 1.0 / math.sqrt(hidden_size) if hidden_size > 0 else 0
    for weight in module.parameters():
        init.uniform_(weight, -bound, bound)


class RNNBase(Module):
    """What recurrent layers share.

    Args:
        mode: ``"LSTM"``, ``"GRU"``, ``"RNN_TANH"`` or ``"RNN_RELU"``.
        input_size, hidden_size: lengths of input and state.
        num_layers: layers on top of each other.
        bias: whether there are biases.
        batch_first: whether the batch comes before time.
        dropout: probability of dropping between layers.
        bidirectional: whether a second recurrence runs backwards.
        proj_size: length that an LSTM's output is projected to; 0 for none.
        device, dtype: of the parameters.
    """

    def __init__(
        self, mode: str, input_size: int, hidden_size: int, num_layers: int = 1, bias: bool = True,
        batch_first: bool = False, dropout: float = 0.0, bidirectional: bool = False, proj_size: int = 0,
        device: Any = None, dtype: Any = None,
    ) -> None:  # fmt: skip
        super().__init__()
        self.mode = mode
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.bias = bias
        self.batch_first = batch_first
        self.dropout = float(dropout)
        self.bidirectional = bidirectional
        self.proj_size = proj_size
        _check_options(mode, hidden_size, num_layers, dropout, proj_size)
        self._flat_weights_names: list[str] = []
        self._all_weights: list[list[str]] = []
        gates = _GATES[mode] * hidden_size
        state = proj_size if proj_size > 0 else hidden_size
        directions = 2 if bidirectional else 1
        for layer in range(num_layers):
            for direction in range(directions):
                given = input_size if layer == 0 else state * directions
                shapes: dict[str, Any] = {"weight_ih": (gates, given), "weight_hh": (gates, state)}
                if bias:
                    shapes |= {"bias_ih": gates, "bias_hh": gates}
                if proj_size > 0:
                    shapes["weight_hr"] = (proj_size, hidden_size)
                names = [f"{name}_l{layer}{'_reverse' if direction else ''}" for name in shapes]
                for name, shape in zip(names, shapes.values(), strict=True):
                    setattr(self, name, Parameter(empty(shape, device=device, dtype=dtype)))
                self._flat_weights_names += names
                self._all_weights.append(names)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draws all parameters from a uniform distribution that shrinks with the hidden size."""
        _draw(self, self.hidden_size)

    def flatten_parameters(self) -> None:
        """Nothing to do: parameters need not be in one block of memory here."""

    @property
    def all_weights(self) -> list[list[Any]]:
        """The parameters of each layer and direction."""
        return [[getattr(self, name) for name in names] for names in self._all_weights]

    @property
    def _flat_weights(self) -> list[Any]:
        return [getattr(self, name) for name in self._flat_weights_names]

    def extra_repr(self) -> str:
        """Sizes and the options that differ from their defaults."""
        text = f"{self.input_size}, {self.hidden_size}"
        if self.proj_size != 0:
            text += f", proj_size={self.proj_size}"
        if self.num_layers != 1:
            text += f", num_layers={self.num_layers}"
        if self.bias is not True:
            text += f", bias={self.bias}"
        if self.batch_first is not False:
            text += f", batch_first={self.batch_first}"
        if self.dropout != 0:
            text += f", dropout={self.dropout}"
        if self.bidirectional is not False:
            text += f", bidirectional={self.bidirectional}"
        return text

    def forward(self, input: Any, hx: Any = None) -> Any:
        """Runs the layers over a sequence; each layer and direction is one node of the graph.

        Args:
            input: of shape (time, batch, input_size), batch first if the layer is, without a batch, or packed.
            hx: the first state (for LSTM a pair); zeros by default.

        Returns:
            The outputs of the last layer at every time, and the last state.

        Raises:
            ValueError: the input has another number of dimensions, or another dtype than the weights.
            RuntimeError: a size does not fit.
        """
        if isinstance(input, PackedSequence):
            return self._forward_packed(input, hx)
        if input.dim() not in (2, 3):
            found = f"Expected input to be 2D or 3D, got {input.dim()}D instead"
            raise self._explained(ValueError(f"{type(self).__name__}: {found}"))
        alone = input.dim() == 2
        batch = 0 if self.batch_first else 1
        if alone:
            input = input.unsqueeze(batch)
        states = self._first_states(input.size(batch), input, hx, alone)
        self._check_input(input)
        output, *last = self._run(input, None, states)
        if alone:
            output = output.squeeze(batch)
            last = [state.squeeze(1) for state in last]
        return output, self._state(last)

    def _forward_packed(self, packed: Any, hx: Any) -> Any:
        data, batch_sizes, order, way_back = packed
        states = self._first_states(int(batch_sizes[0]), data, hx, False)
        if hx is not None and order is not None:
            states = [state.index_select(1, order) for state in states]
        self._check_input(data)
        output, *last = self._run(data, batch_sizes, states)
        if way_back is not None:
            last = [state.index_select(1, way_back) for state in last]
        return PackedSequence(output, batch_sizes, order, way_back), self._state(last)

    def _run(self, data: Any, batch_sizes: Any, states: list[Any]) -> Any:
        """The outputs and the last states; `batch_sizes` are those of a packed sequence."""
        hx = states if self.mode == "LSTM" else states[0]
        options = (self.bias, self.num_layers, self.dropout, self.training, self.bidirectional)
        network = _NETWORKS[self.mode]
        if batch_sizes is None:
            return network(data, hx, self._flat_weights, *options, self.batch_first)
        return network(data, batch_sizes, hx, self._flat_weights, *options)

    def _state(self, last: list[Any]) -> Any:
        return tuple(last) if self.mode == "LSTM" else last[0]

    def _first_states(self, batch: int, input: Any, hx: Any, alone: bool) -> list[Any]:
        """The first states, each of shape (layers * directions, batch, size)."""
        count = self.num_layers * (2 if self.bidirectional else 1)
        sizes = [self.proj_size or self.hidden_size] + ([self.hidden_size] if self.mode == "LSTM" else [])
        if hx is None:
            return [zeros((count, batch, size), dtype=input.dtype, device=input.device) for size in sizes]
        pair = self.mode == "LSTM"
        given = [hx[0], hx[1]] if pair else [hx]
        rank = 2 if alone else 3
        if any(state.dim() != rank for state in given):
            kind = "unbatched 2-D" if alone else "batched 3-D"
            ranks = ", ".join(f"{state.dim()}-D" for state in given)
            got = f"({ranks}) tensors" if pair else f"{ranks} tensor"
            both = "hx and cx" if pair else "hx"
            text = f"For {kind} input, {both} should also be {rank}-D but got {got}"
            raise self._explained(RuntimeError(text))
        if alone:
            given = [state.unsqueeze(1) for state in given]
        for position, (state, size) in enumerate(zip(given, sizes, strict=True)):
            wanted = (count, batch, size)
            if tuple(state.shape) != wanted:
                name = f"hidden[{position}]" if pair else "hidden"
                text = f"Expected {name} size {wanted}, got {list(state.shape)}"
                raise self._explained(RuntimeError(text))
        return given

    def _check_input(self, input: Any) -> None:
        """Raises torch's errors for an input of another dtype than the weights, or of another length."""
        weight = self.weight_ih_l0
        if input.dtype is not weight.dtype:
            raise self._explained(
                ValueError(
                    f"RNN input dtype ({input.dtype}) does not match weight dtype ({weight.dtype}). "
                    f"Convert input: input.to({weight.dtype}), or convert model: model.to({input.dtype})"
                )
            )
        if input.size(-1) != self.input_size:
            raise self._explained(
                RuntimeError(
                    f"input.size(-1) must be equal to input_size. Expected {self.input_size}, got {input.size(-1)}"
                )
            )

    def _explained(self, error: Exception) -> Exception:
        """The error with a note that names the layer and the shapes it expects."""
        order = "batch, time" if self.batch_first else "time, batch"
        count = self.num_layers * (2 if self.bidirectional else 1)
        state = f"({count}, batch, {self.proj_size or self.hidden_size})"
        error.add_note(
            f"{self!r} expects an input of shape ({order}, {self.input_size}), or (time, {self.input_size}) without a "
            f"batch, and a first state of shape {state}"
            + (f" with a cell state of shape ({count}, batch, {self.hidden_size})" if self.mode == "LSTM" else "")
        )
        return error


def _check_options(mode: str, hidden_size: Any, num_layers: int, dropout: Any, proj_size: int) -> None:
    if not isinstance(dropout, numbers.Number) or not 0 <= dropout <= 1 or isinstance(dropout, bool):  # type: ignore[operator]
        raise ValueError(
            "dropout should be a number in range [0, 1] representing the probability of an element being zeroed"
        )
    if dropout > 0 and num_layers == 1:  # type: ignore[operator]
        warnings.warn(
            "dropout option adds dropout after all but last recurrent layer, so non-zero dropout expects num_layers "
            f"greater than 1, but got dropout={dropout} and num_layers={num_layers}",
            stacklevel=4,
        )
    if not isinstance(hidden_size, int):
        raise TypeError(f"hidden_size should be of type int, got: {type(hidden_size).__name__}")
    if hidden_size <= 0:
        raise ValueError("hidden_size must be greater than zero")
    if num_layers <= 0:
        raise ValueError("num_layers must be greater than zero")
    if proj_size < 0:
        raise ValueError("proj_size should be a positive integer or zero to disable projections")
    if proj_size >= hidden_size:
        raise ValueError("proj_size has to be smaller than hidden_size")


class RNN(RNNBase):
    """Plain recurrence, ``h = tanh(W x + b + U h + c)``.

    Args:
        input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional: see `RNNBase`.
        nonlinearity: ``"tanh"`` or ``"relu"``.

    Example::

        >>> torch.nn.RNN(4, 3)
        RNN(4, 3)
    """

    def __init__(
        self, input_size: int, hidden_size: int, num_layers: int = 1, nonlinearity: str = "tanh", bias: bool = True,
        batch_first: bool = False, dropout: float = 0.0, bidirectional: bool = False, device: Any = None,
        dtype: Any = None,
    ) -> None:  # fmt: skip
        if nonlinearity not in ("tanh", "relu"):
            raise ValueError(f"Unknown nonlinearity '{nonlinearity}'. Select from 'tanh' or 'relu'.")
        super().__init__(
            f"RNN_{nonlinearity.upper()}", input_size, hidden_size, num_layers, bias, batch_first, dropout,
            bidirectional, 0, device, dtype,
        )  # fmt: skip
        self.nonlinearity = nonlinearity


class LSTM(RNNBase):
    """Long short-term memory (Hochreiter & Schmidhuber, 1997).

    Args:
        input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional, proj_size: see `RNNBase`.

    Example::

        >>> output, (h, c) = torch.nn.LSTM(4, 3)(torch.ones(5, 2, 4))
        >>> output.shape, h.shape
        (torch.Size([5, 2, 3]), torch.Size([1, 2, 3]))
    """

    def __init__(
        self, input_size: int, hidden_size: int, num_layers: int = 1, bias: bool = True, batch_first: bool = False,
        dropout: float = 0.0, bidirectional: bool = False, proj_size: int = 0, device: Any = None, dtype: Any = None,
    ) -> None:  # fmt: skip
        super().__init__(
            "LSTM", input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional, proj_size, device,
            dtype,
        )  # fmt: skip


class GRU(RNNBase):
    """Gated recurrent unit (Cho et al., 2014).

    Args:
        input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional: see `RNNBase`.

    Example::

        >>> torch.nn.GRU(4, 3, num_layers=2)
        GRU(4, 3, num_layers=2)
    """

    def __init__(
        self, input_size: int, hidden_size: int, num_layers: int = 1, bias: bool = True, batch_first: bool = False,
        dropout: float = 0.0, bidirectional: bool = False, device: Any = None, dtype: Any = None,
    ) -> None:  # fmt: skip
        super().__init__(
            "GRU", input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional, 0, device, dtype
        )


class RNNCellBase(Module):
    """What recurrent cells share.

    Args:
        input_size, hidden_size: lengths of input and state.
        bias: whether there are biases.
        num_chunks: number of gates.
        device, dtype: of the parameters.
    """

    def __init__(
        self, input_size: int, hidden_size: int, bias: bool, num_chunks: int, device: Any = None, dtype: Any = None
    ) -> None:
        super().__init__()
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.bias = bias
        rows = num_chunks * hidden_size
        self.weight_ih = Parameter(empty((rows, input_size), device=device, dtype=dtype))
        self.weight_hh = Parameter(empty((rows, hidden_size), device=device, dtype=dtype))
        if bias:
            self.bias_ih = Parameter(empty(rows, device=device, dtype=dtype))
            self.bias_hh = Parameter(empty(rows, device=device, dtype=dtype))
        else:
            self.register_parameter("bias_ih", None)
            self.register_parameter("bias_hh", None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draws all parameters from a uniform distribution that shrinks with the hidden size."""
        _draw(self, self.hidden_size)

    def extra_repr(self) -> str:
        """Sizes and the options that differ from their defaults."""
        text = f"{self.input_size}, {self.hidden_size}"
        if self.bias is not True:
            text += f", bias={self.bias}"
        nonlinearity = self.__dict__.get("nonlinearity", "tanh")
        return text if nonlinearity == "tanh" else text + f", nonlinearity={nonlinearity}"

    def _prepare(self, input: Any, hx: Any) -> tuple[Any, list[Any], bool]:
        """Batched input and states, and whether there was no batch."""
        title = type(self).__name__
        if input.dim() not in (1, 2):
            error = ValueError(f"{title}: Expected input to be 1D or 2D, got {input.dim()}D instead")
            error.add_note(
                f"{self!r} takes one step: an input of shape (batch, {self.input_size}) or ({self.input_size},)"
            )
            raise error
        alone = input.dim() == 1
        batch = input.unsqueeze(0) if alone else input
        pair = isinstance(self, LSTMCell)
        if hx is None:
            blank = zeros((batch.size(0), self.hidden_size), dtype=input.dtype)
            return batch, [blank, blank] if pair else [blank], alone
        states = list(hx) if pair else [hx]
        for position, state in enumerate(states):
            if state.dim() not in (1, 2):
                name = f"hx[{position}]" if pair else "hidden"
                raise ValueError(f"{title}: Expected {name} to be 1D or 2D, got {state.dim()}D instead")
        return batch, [state.unsqueeze(0) if alone else state for state in states], alone

    def _weights(self) -> tuple[Any, Any, Any, Any]:
        return self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh


class RNNCell(RNNCellBase):
    """One step of a plain recurrence.

    Args:
        input_size, hidden_size, bias: see `RNNCellBase`.
        nonlinearity: ``"tanh"`` or ``"relu"``.

    Example::

        >>> torch.nn.RNNCell(4, 3)(torch.ones(2, 4)).shape
        torch.Size([2, 3])
    """

    def __init__(
        self, input_size: int, hidden_size: int, bias: bool = True, nonlinearity: str = "tanh", device: Any = None,
        dtype: Any = None,
    ) -> None:  # fmt: skip
        super().__init__(input_size, hidden_size, bias, 1, device, dtype)
        self.nonlinearity = nonlinearity

    def forward(self, input: Any, hx: Any = None) -> Any:
        """The next state."""
        batch, (hidden,), alone = self._prepare(input, hx)
        if self.nonlinearity not in ("tanh", "relu"):
            raise RuntimeError(f"Unknown nonlinearity: {self.nonlinearity}")
        step = rnn_tanh_cell if self.nonlinearity == "tanh" else rnn_relu_cell
        found = step(batch, hidden, *self._weights())
        return found.squeeze(0) if alone else found


class LSTMCell(RNNCellBase):
    """One step of a long short-term memory.

    Args:
        input_size, hidden_size, bias: see `RNNCellBase`.

    Example::

        >>> h, c = torch.nn.LSTMCell(4, 3)(torch.ones(2, 4))
        >>> h.shape
        torch.Size([2, 3])
    """

    def __init__(
        self, input_size: int, hidden_size: int, bias: bool = True, device: Any = None, dtype: Any = None
    ) -> None:
        super().__init__(input_size, hidden_size, bias, 4, device, dtype)

    def forward(self, input: Any, hx: Any = None) -> Any:
        """The next output and cell state."""
        batch, states, alone = self._prepare(input, hx)
        pair: Any = hx if isinstance(hx, TensorBase) else states  # a tensor in place of the pair is refused there
        hidden, cell = lstm_cell(batch, pair, *self._weights())
        return (hidden.squeeze(0), cell.squeeze(0)) if alone else (hidden, cell)


class GRUCell(RNNCellBase):
    """One step of a gated recurrent unit.

    Args:
        input_size, hidden_size, bias: see `RNNCellBase`.

    Example::

        >>> torch.nn.GRUCell(4, 3)(torch.ones(2, 4)).shape
        torch.Size([2, 3])
    """

    def __init__(
        self, input_size: int, hidden_size: int, bias: bool = True, device: Any = None, dtype: Any = None
    ) -> None:
        super().__init__(input_size, hidden_size, bias, 3, device, dtype)

    def forward(self, input: Any, hx: Any = None) -> Any:
        """The next state."""
        batch, (hidden,), alone = self._prepare(input, hx)
        found = gru_cell(batch, hidden, *self._weights())
        return found.squeeze(0) if alone else found
