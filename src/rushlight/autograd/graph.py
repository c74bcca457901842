"""The graph itself: its nodes, places in it, and what it keeps for the backward pass."""

from __future__ import annotations

import contextlib
import functools
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal

from .._core.modes import modes
from .._core.tensor_base import TensorBase, bump
from .._tape.handles import RemovableHandle
from .._tape.node import Node, OutputEdge, edge_of, node_of
from .api import GradientEdge
from .hooks import register_hook

__all__ = [
    "GradientEdge",
    "Node",
    "allow_mutation_on_saved_tensors",
    "disable_saved_tensors_hooks",
    "get_gradient_edge",
    "increment_version",
    "register_multi_grad_hook",
    "save_on_cpu",
    "saved_tensors_hooks",
]


def get_gradient_edge(tensor: Any) -> GradientEdge:
    """The place in the graph that a tensor's gradient goes to; it can stand for the tensor in `backward` and `grad`.

    Raises:
        RuntimeError: the tensor requires no grad.

    Example::

        >>> x = torch.ones(1, requires_grad=True)
        >>> edge = torch.autograd.graph.get_gradient_edge(x)
        >>> torch.autograd.grad(x * 2, edge)
        (tensor([2.]),)
    """
    edge = edge_of(tensor)
    if edge is None:
        raise RuntimeError("It is not possible to get the gradient edge for a Tensor that does not require gradients")
    node = node_of(edge)
    assert node is not None
    return GradientEdge(node, edge.number if isinstance(edge, OutputEdge) else 0)


def increment_version(tensor: Any) -> None:
    """Counts a write to the memory of a tensor, or of each of several, that rushlight has not seen.

    Args:
        tensor: a tensor or an iterable of tensors.
    """
    for item in (tensor,) if isinstance(tensor, TensorBase) else tensor:
        bump(item)


class saved_tensors_hooks:
    """Context in which tensors that are saved for the backward pass go through a pair of functions.

    Args:
        pack_hook: gets a tensor that is to be saved, and returns anything.
        unpack_hook: gets what `pack_hook` returned, and returns a tensor of the same values.

    Example::

        >>> x = torch.ones(2, requires_grad=True)
        >>> with torch.autograd.graph.saved_tensors_hooks(lambda t: t.numpy(force=True), torch.from_numpy):
        ...     y = (x * x).sum()
        >>> y.backward()
        >>> x.grad
        tensor([2., 2.])
    """

    def __init__(self, pack_hook: Callable[[Any], Any], unpack_hook: Callable[[Any], Any]) -> None:
        self.pack_hook = pack_hook
        self.unpack_hook = unpack_hook

    def __enter__(self) -> None:
        if modes.saved_hooks_disabled:
            raise RuntimeError(modes.saved_hooks_disabled)
        modes.saved_hooks = (*modes.saved_hooks, (self.pack_hook, self.unpack_hook))
        modes.refresh()

    def __exit__(self, *exception: Any) -> None:
        modes.saved_hooks = modes.saved_hooks[:-1]
        modes.refresh()


class save_on_cpu(saved_tensors_hooks):
    """Context in which saved tensors are kept on the CPU, where rushlight's tensors are anyway: as copies.

    Args:
        pin_memory: of no effect without a GPU.
        device_type: of no effect without a GPU.
    """

    def __init__(self, pin_memory: bool = False, device_type: str = "cuda") -> None:
        super().__init__(lambda tensor: tensor.detach().clone(), lambda tensor: tensor)


@contextlib.contextmanager
def disable_saved_tensors_hooks(error_message: str) -> Iterator[None]:
    """Context in which `saved_tensors_hooks` raises an error.

    Args:
        error_message: the text of the RuntimeError.
    """
    if modes.saved_hooks:
        raise RuntimeError(error_message)
    before = modes.saved_hooks_disabled
    modes.saved_hooks_disabled = error_message
    try:
        yield
    finally:
        modes.saved_hooks_disabled = before


class _Handles(RemovableHandle):
    """Removes several hooks at once."""

    def __init__(self, handles: Sequence[RemovableHandle]) -> None:
        super().__init__({})
        self.handles = tuple(handles)

    def remove(self) -> None:
        """Removes the hooks; a second call does nothing."""
        for handle in self.handles:
            handle.remove()


def register_multi_grad_hook(
    tensors: Sequence[Any], fn: Callable[..., None], *, mode: Literal["all", "any"] = "all"
) -> RemovableHandle:
    """Has a function run once in every backward pass, when the gradients of several tensors are there.

    Args:
        tensors: tensors that require grad.
        fn: gets the list of gradients (None for tensors that the pass does not reach); with ``mode="any"`` the first.
        mode: ``"all"``: once all that can be reached are there; ``"any"``: with the first of them.

    Example::

        >>> a, b = torch.ones(1, requires_grad=True), torch.ones(1, requires_grad=True)
        >>> handle = torch.autograd.graph.register_multi_grad_hook((a, b), lambda grads: print(grads))
        >>> (2 * a + 3 * b).backward()
        [tensor([2.]), tensor([3.])]
    """
    if mode not in ("all", "any"):
        raise ValueError(f"Expects mode to be one of ('all', 'any') but got {mode}")
    places = [node_of(edge_of(tensor)) for tensor in tensors]
    if any(place is None for place in places):
        raise AssertionError("Expected gradient function to be set")
    lock = threading.Lock()
    passes: dict[int, dict[int, Any]] = {}

    def arrived(position: int, gradient: Any) -> None:
        number, counts = modes.backward_pass[:2]
        with lock:
            seen = passes.setdefault(number, {})
            seen[position] = gradient
        complete = len(seen) == sum(_is_reached(tensor, counts) for tensor in tensors)
        if complete:
            del passes[number]
        if mode == "any" and len(seen) == 1:
            fn(gradient)
        if mode == "all" and complete:
            fn([seen.get(index) for index in range(len(tensors))])

    return _Handles(
        [register_hook(tensor, functools.partial(arrived, position)) for position, tensor in enumerate(tensors)]
    )


def _is_reached(tensor: Any, counts: dict[Any, int]) -> bool:
    """Whether the backward pass with these counts reaches a tensor."""
    edge = edge_of(tensor)
    return (edge.node if isinstance(edge, OutputEdge) else edge if isinstance(edge, Node) else id(edge)) in counts


@contextlib.contextmanager
def allow_mutation_on_saved_tensors() -> Iterator[None]:
    """Context in which a tensor that was saved for the backward pass may be written to.

    Saved tensors are copied when they are saved, so the backward pass, which has to run
    inside the context too, sees them as they were.

    Example::

        >>> with torch.autograd.graph.allow_mutation_on_saved_tensors():
        ...     a = torch.ones(2, requires_grad=True)
        ...     b = a.clone()
        ...     out = (b**2).sum()
        ...     _ = b.sin_()
        ...     out.backward()
        >>> a.grad
        tensor([2., 2.])
    """
    is_open = True

    def pack(tensor: Any) -> Any:
        return tensor.detach().clone()

    def unpack(copy: Any) -> Any:
        if not is_open:
            raise AssertionError(
                "Trying to backward outside of the 'allow_mutation_on_saved_tensors' context"
                "in which the graph was originally recorded."
            )
        return copy

    with saved_tensors_hooks(pack, unpack):
        try:
            yield
        finally:
            is_open = False
