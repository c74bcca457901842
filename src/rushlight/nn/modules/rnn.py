"""Recurrent layers and cells."""

from __future__ import annotations

import math
import numbers
import warnings
from typing import Any

from ..._ops.creation import empty, zeros
from ..._ops.joining import cat, stack
from .. import functional as F, init
from ..parameter import Parameter
from ..utils.rnn import PackedSequence
from .module import Module

_GATES = {"LSTM": 4, "GRU": 3, "RNN_TANH": 1, "RNN_RELU": 1}


def lstm_step(x: Any, state: tuple[Any, Any], w: Any, u: Any, b: Any, c: Any) -> tuple[Any, Any]:
    """One step of a long short-term memory: gates input, forget, cell, output."""
    hidden, cell = state
    gates = F.linear(x, w, b) + F.linear(hidden, u, c)
    enter, forget, fresh, leave = gates.chunk(4, 1)
    cell = forget.sigmoid() * cell + enter.sigmoid() * fresh.tanh()
    return leave.sigmoid() * cell.tanh(), cell


def gru_step(x: Any, hidden: Any, w: Any, u: Any, b: Any, c: Any) -> Any:
    """One step of a gated recurrent unit: gates reset, update, new."""
    from_input, from_hidden = F.linear(x, w, b).chunk(3, 1), F.linear(hidden, u, c).chunk(3, 1)
    reset = (from_input[0] + from_hidden[0]).sigmoid()
    update = (from_input[1] + from_hidden[1]).sigmoid()
    fresh = (from_input[2] + reset * from_hidden[2]).tanh()
    return (hidden - fresh) * update + fresh


def tanh_step(x: Any, hidden: Any, w: Any, u: Any, b: Any, c: Any) -> Any:
    """One step of a plain recurrence with tanh."""
    return (F.linear(x, w, b) + F.linear(hidden, u, c)).tanh()


def relu_step(x: Any, hidden: Any, w: Any, u: Any, b: Any, c: Any) -> Any:
    """One step of a plain recurrence with a rectifier."""
    return F.relu(F.linear(x, w, b) + F.linear(hidden, u, c))


_STEPS = {"LSTM": lstm_step, "GRU": gru_step, "RNN_TANH": tanh_step, "RNN_RELU": relu_step}


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
        bound = 1.0 / math.sqrt(self.hidden_size) if self.hidden_size > 0 else 0
        for weight in self.parameters():
            init.uniform_(weight, -bound, bound)

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
        """Runs the layers over a sequence.

        Args:
            input: of shape (time, batch, input_size), batch first if the layer is, without a batch, or packed.
            hx: the first state (for LSTM a pair); zeros by default.

        Returns:
            The outputs of the last layer at every time, and the last state.
        """
        if isinstance(input, PackedSequence):
            return self._forward_packed(input, hx)
        if input.dim() not in (2, 3):
            raise ValueError(f"{self._title()}: Expected input to be 2D or 3D, got {input.dim()}D instead")
        alone = input.dim() == 2
        if alone:
            input = input.unsqueeze(0 if self.batch_first else 1)
        states = self._first_states(input.size(0 if self.batch_first else 1), input, hx, alone)
        if input.size(-1) != self.input_size:
            raise RuntimeError(
                f"input.size(-1) must be equal to input_size. Expected {self.input_size}, got {input.size(-1)}"
            )
        sequence = input.transpose(0, 1) if self.batch_first else input
        steps = list(sequence.unbind(0))
        outputs, last = self._run(steps, states, None)
        found = stack(outputs, 0)
        if self.batch_first:
            found = found.transpose(0, 1)
        if alone:
            found = found.squeeze(0 if self.batch_first else 1)
            last = [state.squeeze(1) for state in last]
        return found, (tuple(last) if self.mode == "LSTM" else last[0])

    def _title(self) -> str:
        return type(self).__name__

    def _first_states(self, batch: int, input: Any, hx: Any, alone: bool) -> list[Any]:
        """The first states, each of shape (layers * directions, batch, size)."""
        count = self.num_layers * (2 if self.bidirectional else 1)
        sizes = [self.proj_size or self.hidden_size] + ([self.hidden_size] if self.mode == "LSTM" else [])
        if hx is None:
            return [zeros((count, batch, size), dtype=input.dtype) for size in sizes]
        given = list(hx) if self.mode == "LSTM" else [hx]
        for position, (state, size) in enumerate(zip(given, sizes, strict=True)):
            rank = 2 if alone else 3
            if state.dim() != rank:
                kind = "unbatched 2-D" if alone else "batched 3-D"
                raise RuntimeError(
                    f"For {kind} input, hx {'and cx ' if self.mode == 'LSTM' else ''}should also be {rank}-D but got "
                    + (
                        f"({given[0].dim()}-D, {given[1].dim()}-D) tensors"
                        if self.mode == "LSTM"
                        else f"{state.dim()}-D tensor"
                    )
                )
            wanted = (count, size) if alone else (count, batch, size)
            if tuple(state.shape) != wanted:
                name = f"hidden[{position}]" if self.mode == "LSTM" else "hidden"
                raise RuntimeError(f"Expected {name} size {wanted}, got {list(state.shape)}")
        return [state.unsqueeze(1) for state in given] if alone else given

    def _run(self, steps: list[Any], states: list[Any], sizes: list[int] | None) -> tuple[list[Any], list[Any]]:
        """All layers over the steps; `sizes` are the batch sizes of a packed sequence."""
        last: list[list[Any]] = [[] for _ in states]
        directions = 2 if self.bidirectional else 1
        for layer in range(self.num_layers):
            outputs: list[list[Any]] = []
            for direction in range(directions):
                index = layer * directions + direction
                first = [state[index] for state in states]
                found, ended = self._scan(steps, first, self.all_weights[index], bool(direction), sizes)
                outputs.append(found)
                for collected, state in zip(last, ended, strict=True):
                    collected.append(state)
            steps = outputs[0] if directions == 1 else [cat(pair, 1) for pair in zip(*outputs, strict=True)]
            if self.dropout and layer < self.num_layers - 1 and self.training:
                steps = [F.dropout(step, self.dropout, True) for step in steps]
        return steps, [stack(collected, 0) for collected in last]

    def _scan(
        self, steps: list[Any], state: list[Any], weights: list[Any], backwards: bool, sizes: list[int] | None
    ) -> tuple[list[Any], list[Any]]:
        """One layer in one direction."""
        step = _STEPS[self.mode]
        projection = weights[-1] if self.proj_size else None
        w, u = weights[:2]
        b, c = weights[2:4] if self.bias else (None, None)
        order = range(len(steps) - 1, -1, -1) if backwards else range(len(steps))
        outputs: list[Any] = [None] * len(steps)
        for index in order:
            rows = None if sizes is None else sizes[index]
            current = state if rows is None else [part[:rows] for part in state]
            if self.mode == "LSTM":
                hidden, cell = lstm_step(steps[index], (current[0], current[1]), w, u, b, c)
                hidden = hidden if projection is None else F.linear(hidden, projection)
                fresh = [hidden, cell]
            else:
                fresh = [step(steps[index], current[0], w, u, b, c)]
            outputs[index] = fresh[0]
            if rows is not None and rows < len(state[0]):
                fresh = [cat([part, old[rows:]], 0) for part, old in zip(fresh, state, strict=True)]
            state = fresh
        return outputs, state

    def _forward_packed(self, packed: Any, hx: Any) -> Any:
        sizes = packed.batch_sizes.tolist()
        states = self._first_states(sizes[0], packed.data, None, False)
        if hx is not None:
            given = list(hx) if self.mode == "LSTM" else [hx]
            states = given if packed.sorted_indices is None else [part[:, packed.sorted_indices] for part in given]
        steps = list(packed.data.split(sizes))
        outputs, last = self._run(steps, states, sizes)
        if packed.unsorted_indices is not None:
            last = [part[:, packed.unsorted_indices] for part in last]
        result = PackedSequence(cat(outputs, 0), packed.batch_sizes, packed.sorted_indices, packed.unsorted_indices)
        return result, (tuple(last) if self.mode == "LSTM" else last[0])


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
        bound = 1.0 / math.sqrt(self.hidden_size) if self.hidden_size > 0 else 0
        for weight in self.parameters():
            init.uniform_(weight, -bound, bound)

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
            raise ValueError(f"{title}: Expected input to be 1D or 2D, got {input.dim()}D instead")
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
        step = tanh_step if self.nonlinearity == "tanh" else relu_step
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
        hidden, cell = lstm_step(batch, (states[0], states[1]), *self._weights())
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
        found = gru_step(batch, hidden, *self._weights())
        return found.squeeze(0) if alone else found
