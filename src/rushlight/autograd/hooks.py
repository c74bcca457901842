"""Hooks: functions of the user's that see gradients on tensors and nodes, and how they are removed."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

from .._core.tensor_base import TensorBase

_next_id = itertools.count().__next__


class RemovableHandle:
    """Takes a hook out again.

    Example::

        >>> x = torch.ones(2, requires_grad=True)
        >>> handle = x.register_hook(lambda g: g * 2)
        >>> handle.remove()
    """

    def __init__(self, hooks: dict[int, Any], key: int | None = None) -> None:
        self.id = _next_id() if key is None else key
        self._hooks = hooks

    def remove(self) -> None:
        """Removes the hook; a second call does nothing."""
        self._hooks.pop(self.id, None)

    def __enter__(self) -> RemovableHandle:
        return self

    def __exit__(self, *exception: Any) -> None:
        self.remove()


def add_hook(hooks: dict[int, Any], function: Callable[..., Any]) -> RemovableHandle:
    """Adds a hook to a table and gives the handle that removes it."""
    handle = RemovableHandle(hooks)
    hooks[handle.id] = function
    return handle


def run_tensor_hooks(owner: Any, gradient: Any) -> Any:
    """Runs the hooks on the outputs of a node, or on a leaf; each may replace the gradient."""
    if isinstance(owner, TensorBase):
        for hook in list((owner._extra.hooks or {}).values()):
            gradient = _replaced(hook(gradient), gradient)
        for hook in list((owner._extra.node_prehooks or {}).values()):
            answer = hook((gradient,))
            gradient = gradient if answer is None else (answer[0] if isinstance(answer, tuple) else answer)
        return gradient
    for number, hooks in owner._extra.tensor_hooks.items():
        for hook in list(hooks.values()):
            if owner.dtype is not None:
                gradient = _replaced(hook(gradient), gradient)
            elif gradient[number] is not None:
                gradient[number] = _replaced(hook(gradient[number]), gradient[number])
    return gradient


def _replaced(answer: Any, gradient: Any) -> Any:
    if answer is None:
        return gradient
    if not isinstance(answer, TensorBase):
        raise TypeError(f"expected Variable, but hook returned '{type(answer).__name__}'")
    return answer


def run_prehooks(node: Any, gradient: Any) -> Any:
    """Runs the hooks that see a node's output gradients before it does."""
    several = node.dtype is None
    outputs = tuple(gradient) if several else (gradient,)
    for hook in list(node._extra.prehooks.values()):
        answer = hook(outputs)
        if answer is not None:
            outputs = answer if isinstance(answer, tuple) else (answer,)
    return list(outputs) if several else outputs[0]


def run_hooks(node: Any, grads: Any, gradient: Any) -> Any:
    """Runs the hooks that see a node's input and output gradients after it has run."""
    outputs = tuple(gradient) if node.dtype is None else (gradient,)
    for hook in list(node._extra.hooks.values()):
        answer = hook(tuple(grads), outputs)
        if answer is not None:
            grads = answer if isinstance(answer, tuple) else (answer,)
    return grads


def run_post_hooks(leaf: Any, gradient: Any) -> None:
    """Runs the hooks on a leaf whose gradient has just been accumulated."""
    for hook in list((leaf._extra.node_hooks or {}).values()):
        hook((), (gradient,))
    for hook in list((leaf._extra.post_hooks or {}).values()):
        hook(leaf)
