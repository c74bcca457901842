"""Checkpointing: a part of the forward pass is run again in the backward pass instead of keeping what it saved."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from typing import Any

from .._core.tensor_base import TensorBase
from ..autograd.api import backward
from ..autograd.function import Function
from ..autograd.grad_mode import enable_grad, no_grad
from ..autograd.graph import saved_tensors_hooks
from ..random import get_rng_state, set_rng_state


class CheckpointError(RuntimeError):
    """The second run of a checkpointed function saved other tensors than the first."""


class _Frame:
    """One checkpointed call: what is needed to run it again, and what the second run saved."""

    def __init__(self, run: Callable[[], Any], preserve_rng_state: bool) -> None:
        self.run = run
        self.count = 0
        self.values: list[Any] | None = None
        self.state = get_rng_state() if preserve_rng_state else None

    def pack(self, tensor: Any) -> int:
        """Keeps only the number of a saved tensor."""
        self.count += 1
        return self.count - 1

    def unpack(self, number: int) -> Any:
        """The saved tensor of a number, from a second run if there was none yet."""
        if self.values is None:
            self.values = self._run_again()
        return self.values[number]

    def _run_again(self) -> list[Any]:
        found: list[Any] = []
        now = get_rng_state()
        if self.state is not None:
            set_rng_state(self.state)
        try:
            with enable_grad(), saved_tensors_hooks(lambda tensor: found.append(tensor.detach()), lambda _: None):
                self.run()
        finally:
            set_rng_state(now)
        if len(found) != self.count:
            raise CheckpointError(
                "torch.utils.checkpoint: A different number of tensors was saved during the original forward and "
                f"recomputation.\nNumber of tensors saved during forward: {self.count}\nNumber of tensors saved during "
                f"recomputation: {len(found)}."
            )
        return found


class CheckpointFunction(Function):
    """A checkpointed call as one node, which runs the function again and differentiates through it."""

    @staticmethod
    def forward(ctx: Any, run_function: Callable[..., Any], preserve_rng_state: bool, *args: Any) -> Any:
        """Runs the function without recording."""
        ctx.run_function = run_function
        ctx.state = get_rng_state() if preserve_rng_state else None
        ctx.places = [index for index, value in enumerate(args) if isinstance(value, TensorBase)]
        ctx.args = [None if index in ctx.places else value for index, value in enumerate(args)]
        ctx.save_for_backward(*(args[index] for index in ctx.places))
        with no_grad():
            return run_function(*args)

    @staticmethod
    def backward(ctx: Any, *grads: Any) -> Any:
        """Runs the function again and carries the gradients through it."""
        args = list(ctx.args)
        for index, tensor in zip(ctx.places, ctx.saved_tensors, strict=True):
            args[index] = tensor.detach().requires_grad_(tensor.requires_grad)
        now = get_rng_state()
        if ctx.state is not None:
            set_rng_state(ctx.state)
        with enable_grad():
            outputs = ctx.run_function(*args)
        set_rng_state(now)
        outputs = (outputs,) if isinstance(outputs, TensorBase) else outputs
        pairs = [
            (output, grad) for output, grad in zip(outputs, grads, strict=True)
            if isinstance(output, TensorBase) and output.requires_grad  # type: ignore[attr-defined]
        ]  # fmt: skip
        if not pairs:
            raise RuntimeError("none of output has requires_grad=True, this checkpoint() is not necessary")
        backward([output for output, _ in pairs], [grad for _, grad in pairs])
        return None, None, *(value.grad if isinstance(value, TensorBase) else None for value in args)  # type: ignore[attr-defined]


def checkpoint(
    function: Callable[..., Any], *args: Any, use_reentrant: bool | None = None,
    context_fn: Callable[[], Any] | None = None, determinism_check: str = "default", debug: bool = False,
    early_stop: bool = True, preserve_rng_state: bool = True, **kwargs: Any,
) -> Any:  # fmt: skip
    """Calls a function so that the backward pass runs it again instead of keeping what it saved.

    Args:
        function: what is run.
        args, kwargs: its arguments.
        use_reentrant: whether it becomes one node with a backward pass inside; the other way keeps its nodes.
        context_fn: gives two contexts, for the first and the second run.
        determinism_check, debug, early_stop: accepted for compatibility.
        preserve_rng_state: whether the second run draws the same random numbers.

    Example::

        >>> x = torch.ones(2, requires_grad=True)
        >>> torch.utils.checkpoint.checkpoint(torch.exp, x, use_reentrant=False).sum().backward()
        >>> x.grad
        tensor([2.7183, 2.7183])
    """
    if use_reentrant is None:
        warnings.warn(
            "torch.utils.checkpoint: the use_reentrant parameter should be passed explicitly. Starting in PyTorch 2.9, "
            "calling checkpoint without use_reentrant will raise an exception. use_reentrant=False is recommended, "
            "but if "
            "you need to preserve the current default behavior, you can pass use_reentrant=True. Refer to docs for "
            "more "
            "details on the differences between the two variants.",
            stacklevel=2,
        )
        use_reentrant = True
    if use_reentrant:
        if kwargs:
            raise ValueError("Unexpected keyword arguments: " + ",".join(kwargs))
        return CheckpointFunction.apply(function, preserve_rng_state, *args)
    first, second = context_fn() if context_fn is not None else (nullcontext(), nullcontext())

    def run() -> Any:
        with second:
            return function(*args, **kwargs)

    frame = _Frame(run, preserve_rng_state)
    with saved_tensors_hooks(frame.pack, frame.unpack), first:
        return function(*args, **kwargs)


def checkpoint_sequential(
    functions: Iterable[Any], segments: int, input: Any, use_reentrant: bool | None = None, **kwargs: Any
) -> Any:
    """Runs modules one after the other, checkpointed in segments; the last one is not.

    Args:
        functions: a `Sequential`, or modules or functions.
        segments: how many.
        input: what the first gets.
        use_reentrant, kwargs: as for `checkpoint`.
    """
    steps = list(functions.children()) if hasattr(functions, "children") else list(functions)
    size = len(steps) // segments

    def run(start: int, stop: int) -> Callable[[Any], Any]:
        def forward(value: Any) -> Any:
            for step in steps[start:stop]:
                value = step(value)
            return value

        return forward

    stop = 0
    for start in range(0, size * (segments - 1), size):
        stop = start + size
        input = checkpoint(run(start, stop), input, use_reentrant=use_reentrant, **kwargs)
    return run(stop, len(steps))(input)
