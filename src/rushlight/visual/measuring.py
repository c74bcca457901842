"""One call of a module, watched: what each layer returns, computes and keeps for the backward pass."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import numpy as np

from .._core.tensor_base import TensorBase, is_tensor, storage_of
from .._declare.observing import observed
from .._declare.record import Operator
from ..autograd.grad_mode import enable_grad, inference_mode
from ..autograd.graph import saved_tensors_hooks
from ..nn.modules.module import Module
from ..random import get_rng_state, set_rng_state
from .flops import count_flops

TABLES = ("_parameters", "_buffers", "_modules")


class Cost:
    """What the calls of one layer came to, those of the layers below it counted in.

    Attributes:
        calls: how often it was called.
        output: the structure of its last result, with a shape in the place of each tensor.
        flops: floating-point operations.
        saved: bytes kept for the backward pass.
    """

    def __init__(self) -> None:
        self.calls = 0
        self.output: Any = None
        self.flops = 0.0
        self.saved = 0


class Measurement:
    """Watches one call of a module.

    Attributes:
        costs: what each module, by its id, came to.
        uncounted: operators on floating-point numbers for which there is no formula.
    """

    def __init__(self, module: Any) -> None:
        self.module = module
        self.costs: dict[int, Cost] = {id(item): Cost() for item in module.modules()}
        self.uncounted: set[str] = set()
        self._running: list[Any] = []
        self._storages: dict[int, Any] = {}

    def run(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """Calls the module, and leaves it and the random state as they were."""
        with ExitStack() as stack:
            stack.enter_context(unchanged(self.module))
            stack.enter_context(inference_mode(False))
            stack.enter_context(enable_grad())
            stack.enter_context(self._hooked())
            stack.enter_context(saved_tensors_hooks(self._keep, lambda tensor: tensor))
            stack.enter_context(observed(self._count))
            there = [*self.module.parameters(), *self.module.buffers(), *tensors_in([*args, *kwargs.values()])]
            self._storages = {id(storage): storage for storage in map(storage_of, there)}
            self.module(*args, **kwargs)
        self._storages = {}

    @contextmanager
    def _hooked(self) -> Iterator[None]:
        handles = []
        for item in self.module.modules():
            handles.append(item.register_forward_pre_hook(self._enter, prepend=True))
            handles.append(item.register_forward_hook(self._leave, always_call=True))
        try:
            yield
        finally:
            for handle in handles:
                handle.remove()

    def _enter(self, module: Any, args: Any) -> None:
        self._running.append(module)
        self.costs[id(module)].calls += 1

    def _leave(self, module: Any, args: Any, output: Any) -> None:
        self._running.pop()
        self.costs[id(module)].output = shapes(output)

    def _reached(self) -> list[Cost]:
        """The costs of the layers that run, each once though it may call itself."""
        return [self.costs[key] for key in {id(module) for module in self._running}]

    def _count(self, op: Operator, values: list[Any], found: Any) -> None:
        if op.kind in ("composite", "fused"):
            return  # counted by their parts
        flops = count_flops(op, values, found)
        if flops is None:
            self.uncounted.add(op.name.partition(".")[0])
        elif flops:
            for cost in self._reached():
                cost.flops += flops

    def _keep(self, tensor: Any) -> Any:
        storage = storage_of(tensor)
        if id(storage) not in self._storages:
            self._storages[id(storage)] = storage
            for cost in self._reached():
                cost.saved += tensor.untyped_storage().nbytes()
        return tensor


@contextmanager
def unchanged(module: Module) -> Iterator[None]:
    """Context that puts back what a call may change: attributes, buffers, gradients and the random states.

    Buffers are copies inside of it, so that not even their version counters change.
    """
    fields = [(item, dict(item.__dict__)) for item in module.modules()]
    tables = [(table, dict(table)) for item, _ in fields for table in map(item.__dict__.__getitem__, TABLES)]
    gradients = [(parameter, parameter.grad) for parameter in module.parameters()]
    copies: dict[int, Any] = {}
    for item, _ in fields:
        for name, buffer in item._buffers.items():
            if buffer is not None:
                copies.setdefault(id(buffer), buffer.detach().clone().requires_grad_(buffer.requires_grad))
                item._buffers[name] = copies[id(buffer)]
    for parameter, _ in gradients:
        parameter.grad = None
    try:
        with random_states_kept():
            yield
    finally:
        for item, before in fields:
            item.__dict__.clear()
            item.__dict__.update(before)
        for table, entries in tables:
            table.clear()
            table.update(entries)
        for parameter, gradient in gradients:
            parameter.grad = gradient


@contextmanager
def random_states_kept() -> Iterator[None]:
    """Context that puts back the states of the random generators of rushlight, Python and NumPy."""
    states = get_rng_state(), random.getstate(), np.random.get_state()
    try:
        yield
    finally:
        set_rng_state(states[0])
        random.setstate(states[1])
        np.random.set_state(states[2])


def tensors_in(value: Any) -> Iterator[Any]:
    """The tensors in a structure of lists, tuples and dicts."""
    if is_tensor(value):
        yield value
    elif isinstance(value, dict):
        yield from tensors_in(list(value.values()))
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from tensors_in(item)


def shapes(value: Any) -> Any:
    """A structure with the shape of each tensor in its place, and None for whatever else it holds."""
    if isinstance(value, TensorBase):
        return Shape(value._array.shape)
    if isinstance(value, dict):
        return {key: shapes(item) for key, item in value.items()}
    return [shapes(item) for item in value] if isinstance(value, (list, tuple)) else None


class Shape(tuple[int, ...]):
    """The shape of a tensor, told from a tuple of results by its class."""

    def __str__(self) -> str:
        return " x ".join(map(str, self)) if self else "scalar"
