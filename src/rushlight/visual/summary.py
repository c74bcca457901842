"""`summary`: the layers of a module with their outputs, parameters, operations and memory."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Iterable
from typing import Any

from .._core.tensor_base import is_tensor
from .._ops.creation import zeros
from ..autograd.grad_mode import inference_mode
from ..nn.modules.module import Module
from ..nn.parameter import is_lazy
from .measuring import Cost, Measurement, random_states_kept, tensors_in
from .tables import SummaryTable


class Row:
    """One layer of a summary; the layers below it are counted in.

    Attributes:
        name: the attribute of its parent that holds it; the class for the whole module.
        kind: its class.
        depth: how many layers are around it.
        output: what its last call returned, with the shape of each tensor in its place; None if it was not called.
        calls: how often it was called; a list of layers never is, and counts what its layers come to.
        parameters: the number of its parameters' elements, shared ones once.
        trainable: how many of them require grad.
        flops: floating-point operations of its calls.
        saved_bytes: what its calls keep for the backward pass.
        reached: whether it or a layer below it was called.
        repeats: whether the layer stands further up in the table, under another name.
    """

    def __init__(self, name: str, depth: int, module: Any, cost: Cost, repeats: bool) -> None:
        parameters = list(module.parameters())
        self.name = name
        self.kind = type(module).__name__
        self.depth = depth
        self.output = cost.output
        self.calls = cost.calls
        self.parameters = elements(parameters)
        self.trainable = elements(item for item in parameters if item.requires_grad)
        self.flops = round(cost.flops)
        self.saved_bytes = cost.saved
        self.reached = cost.calls > 0
        self.repeats = repeats


class Summary(SummaryTable):
    """What `summary` found. Printed it is a table; in a notebook it shows as one.

    Attributes:
        rows: the layers, each before those below it (see `Row`).
        parameters, trainable, frozen: how many elements the parameters have, shared ones counted once.
        flops: floating-point operations of one call.
        parameter_bytes, buffer_bytes, input_bytes: memory of what goes in.
        saved_bytes: memory of what a call keeps for the backward pass, parameters, buffers and inputs left out.
        gradient_bytes: memory of the gradients of the trainable parameters.
        uncounted: operators on floating-point numbers for which there is no count of operations.
    """

    def __init__(self, module: Any, inputs: Iterable[Any], measurement: Measurement) -> None:
        parameters = list(module.parameters())
        self.rows = rows(module, measurement.costs)
        self.parameters = self.rows[0].parameters
        self.trainable = self.rows[0].trainable
        self.frozen = self.parameters - self.trainable
        self.flops = self.rows[0].flops
        self.parameter_bytes = size_in_bytes(parameters)
        self.buffer_bytes = size_in_bytes(module.buffers())
        self.input_bytes = size_in_bytes(inputs)
        self.saved_bytes = self.rows[0].saved_bytes
        self.gradient_bytes = size_in_bytes(item for item in parameters if item.requires_grad)
        self.uncounted = sorted(measurement.uncounted)


def summary(module: Any, *inputs: Any, **kwargs: Any) -> Summary:
    """Calls a module once and tells what its layers return, hold, compute and keep.

    The call is a real one, in the mode in which the module is; afterwards the module's attributes, buffers and
    gradients and the random states are what they were. A module whose parameters have no shape yet is copied first.

    Operations are counted operator by operator, in whatever layer they run, functional calls too, and a layer's row
    counts those of the layers below it. A multiplication and an addition are one each, so a linear layer takes ``2 *
    in * out`` an example (and ``out`` for its bias), a convolution two for each weight and position; an elementwise
    operator takes one an element, be it a sum or an exponential; a reduction one for each element it reads, a softmax
    5 an element, a normalization 5 and 1 each for weight and bias; attention and recurrent layers what their products
    and activations take. Moving, comparing and drawing numbers is free. Operators without a count are listed.

    The memory for the backward pass is that of all tensors that nodes of the graph keep, each once; parameters,
    buffers and the inputs are there anyhow and left out.

    Args:
        module: a module.
        inputs: what it is called with. A tuple of ints stands for a tensor of zeros of that size, of the dtype and on
            the device of the module's first floating-point parameter.
        kwargs: keyword arguments of the call, as they are.

    Returns:
        A `Summary`, which prints as a table and has the figures as attributes.

    Raises:
        TypeError: `module` is no module.

    Example::

        >>> print(rushlight.summary(torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.ReLU()), (2, 4)))
        layer         output  parameters  FLOPs  saved
        ──────────────────────────────────────────────
        Sequential    2 x 8           40    160   64 B
        ├─ 0  Linear  2 x 8           40    144    0 B
        └─ 1  ReLU    2 x 8            0     16   64 B
        ──────────────────────────────────────────────
        40 parameters (160 B), all trainable
        160 FLOPs a call
        memory for a training step: 416 B = parameters 160 B + gradients 160 B + inputs 32 B + saved for backward 64 B
    """
    if not isinstance(module, Module):
        error = TypeError(f"summary(): argument 'module' must be torch.nn.Module, not {type(module).__name__}")
        error.add_note("call summary(model, input): the model itself, then what it is called with")
        raise error
    with inference_mode(False):
        arguments = tuple(as_input(item, module) for item in inputs)
    try:
        if any(map(is_lazy, (*module.parameters(), *module.buffers()))):
            module = initialized_copy(module, arguments, kwargs)
        measurement = Measurement(module)
        measurement.run(arguments, kwargs)
    except Exception as error:
        if any(map(is_size, inputs)):
            error.add_note(
                "while summary() called the module with tensors of zeros in the places of sizes: pass a tensor where "
                "it wants other numbers, such as indices"
            )
        raise
    return Summary(module, tensors_in([*arguments, *kwargs.values()]), measurement)


def is_size(value: Any) -> bool:
    """Whether an input is the size of a tensor: a tuple of ints."""
    return isinstance(value, tuple) and bool(value) and all(type(item) is int for item in value)


def as_input(value: Any, module: Any) -> Any:
    """A tensor of zeros for a size, and any other value as it is, but for tensors that nodes cannot keep."""
    if not is_size(value):
        return value.clone() if is_tensor(value) and value.is_inference() else value
    like = next((item for item in module.parameters() if not is_lazy(item) and item.is_floating_point()), None)
    return zeros(value) if like is None else zeros(value, dtype=like.dtype, device=like.device)


def initialized_copy(module: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """A copy of a module that has had its first call, so that all its parameters have shapes."""
    module = copy.deepcopy(module)
    with random_states_kept():
        module(*args, **kwargs)
    return module


def rows(module: Any, costs: dict[int, Cost]) -> list[Row]:
    """The rows of a module and of all that is below it."""
    seen: set[int] = set()

    def below(name: str, item: Any, depth: int) -> list[Row]:
        row = Row(name, depth, item, costs[id(item)], repeats=id(item) in seen)
        seen.add(id(item))
        children = [] if row.repeats else [
            below(key, child, depth + 1) for key, child in item._modules.items() if child is not None
        ]  # fmt: skip
        if not row.calls:
            first = [child for child, *_ in children if not child.repeats]
            row.flops = sum(child.flops for child in first)
            row.saved_bytes = sum(child.saved_bytes for child in first)
            row.reached = any(child.reached for child in first)
        return [row, *itertools.chain.from_iterable(children)]

    return below("", module, 0)


def elements(tensors: Iterable[Any]) -> int:
    """The number of elements of some tensors."""
    return sum(item.numel() for item in tensors)


def size_in_bytes(tensors: Iterable[Any]) -> int:
    """The memory of the elements of some tensors, each tensor once."""
    return sum(item.nbytes for item in {id(item): item for item in tensors}.values())
