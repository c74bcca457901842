"""Hooks: how functions of the user's on tensors and nodes are registered, and how the engine runs them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .._core.tensor_base import LEAF, Extra, TensorBase, extra_of
from .._tape.handles import Hooks, RemovableHandle
from .._tape.node import OutputEdge, node_extra, retain_at


def register_hook(tensor: Any, hook: Callable[..., Any]) -> RemovableHandle:
    """Has ``hook(grad)`` run whenever the gradient of a tensor has been computed.

    Raises:
        RuntimeError: the tensor requires no grad.
    """
    edge = tensor._edge
    if edge is None:
        raise _no_grad_error("cannot register a hook on a tensor that doesn't require gradient")
    if edge is LEAF:
        extra = extra_of(tensor)
        if extra.hooks is None:
            extra.hooks = Hooks()
        handle: RemovableHandle = extra.hooks.add(hook)
        return handle
    node, number = (edge.node, edge.number) if type(edge) is OutputEdge else (edge, 0)
    table = node_extra(node)
    if table.tensor_hooks is None:
        table.tensor_hooks = {}
    return table.tensor_hooks.setdefault(number, Hooks()).add(hook)


def register_post_accumulate_grad_hook(tensor: Any, hook: Callable[..., Any]) -> RemovableHandle:
    """Has ``hook(tensor)`` run whenever a gradient has been added to ``tensor.grad``.

    Raises:
        RuntimeError: the tensor requires no grad, or is no leaf.
    """
    if tensor._edge is None:
        raise _no_grad_error("cannot register a hook on a tensor that doesn't require gradient")
    if tensor._edge is not LEAF:
        raise RuntimeError("post accumulate grad hooks cannot be registered on non-leaf tensors")
    extra = extra_of(tensor)
    if extra.post_hooks is None:
        extra.post_hooks = Hooks()
    handle: RemovableHandle = extra.post_hooks.add(hook)
    return handle


def retain_grad(tensor: Any) -> None:
    """Has a tensor that is no leaf keep its gradient in ``.grad``.

    Raises:
        RuntimeError: the tensor requires no grad.
    """
    edge = tensor._edge
    if edge is None:
        raise _no_grad_error("can't retain_grad on Tensor that has requires_grad=False")
    if edge is LEAF:
        return
    extra_of(tensor).retains_grad = True
    retain_at(edge, tensor)


def _no_grad_error(text: str) -> RuntimeError:
    error = RuntimeError(text)
    error.add_note(
        "no gradient will ever reach this tensor: make it a leaf with requires_grad_() before it is used, or compute "
        "it outside of torch.no_grad() from tensors that require grad"
    )
    return error


def has_hooks(extra: Extra) -> bool:
    """Whether anything is to be called when a gradient reaches this leaf."""
    return bool(extra.hooks or extra.node_prehooks or extra.post_hooks or extra.node_hooks)


def run_tensor_hooks(owner: Any, gradient: Any) -> Any:
    """Runs the hooks on the outputs of a node, or on a leaf; each may replace the gradient."""
    if isinstance(owner, TensorBase):
        hooks = owner._extra.hooks
        return gradient if hooks is None else _run_chain(hooks, gradient)
    if owner.dtype is not None:
        return _run_chain(owner._extra.tensor_hooks[0], gradient)
    gradient = list(gradient)
    for number, hooks in owner._extra.tensor_hooks.items():
        if gradient[number] is not None:
            gradient[number] = _run_chain(hooks, gradient[number])
    return gradient


def _run_chain(hooks: Hooks, gradient: Any) -> Any:
    for hook in hooks.each():
        answer = hook(gradient)
        if answer is not None:
            if not isinstance(answer, TensorBase):
                raise TypeError(f"expected Variable, but hook returned '{type(answer).__name__}'")
            _check_replacement(hook, gradient, answer)
            gradient = answer
    return gradient


def run_prehooks(node: Any, gradient: Any) -> Any:
    """Runs the hooks that see a node's output gradients before it does."""
    several = node.dtype is None
    outputs = tuple(gradient) if several else (gradient,)
    for hook in node._extra.prehooks.each():
        outputs = _replaced(hook, outputs, hook(outputs))
    return list(outputs) if several else outputs[0]


def run_hooks(node: Any, grads: Any, gradient: Any) -> Any:
    """Runs the hooks that see a node's input and output gradients after it has run."""
    outputs = tuple(gradient) if node.dtype is None else (gradient,)
    grads = tuple(grads)
    shown = range(len(grads)) if node.shown_edges is None else node.shown_edges
    for hook in node._extra.hooks.each():
        seen = tuple(grads[position] for position in shown)
        answer = _replaced(hook, seen, hook(seen, outputs))
        if answer is not seen:
            changed = dict(zip(shown, answer))
            grads = tuple(changed.get(position, value) for position, value in enumerate(grads))
    return grads


def run_leaf_hooks(leaf: Any, gradient: Any) -> Any:
    """Runs the hooks on a leaf and those before its `AccumulateGrad` node."""
    gradient = run_tensor_hooks(leaf, gradient)
    for hook in (leaf._extra.node_prehooks or Hooks()).each():
        (gradient,) = _replaced(hook, (gradient,), hook((gradient,)))
    return gradient


def run_post_hooks(leaf: Any, gradient: Any) -> None:
    """Runs the hooks on a leaf whose gradient has just been accumulated."""
    for hook in (leaf._extra.post_hooks or Hooks()).each():
        hook(leaf)
    for hook in (leaf._extra.node_hooks or Hooks()).each():
        _replaced(hook, (), hook((), (gradient,)))


def _replaced(hook: Any, given: tuple[Any, ...], answer: Any) -> tuple[Any, ...]:
    """The gradients after a hook on a node: what it returned, checked, or what it was given."""
    if answer is None:
        return given
    if not isinstance(answer, tuple):
        raise TypeError(f"expected tuple, but hook returned '{type(answer).__name__}'")
    if len(answer) != len(given):
        raise RuntimeError(
            f"hook '{_name(hook)}' has returned an incorrect number of values (got {len(answer)}, but expected "
            f"{len(given)})"
        )
    for before, after in zip(given, answer):
        if after is None:
            continue
        if not isinstance(after, TensorBase):
            raise TypeError(f"expected Variable, but hook returned '{type(after).__name__}'")
        if before is None:
            raise RuntimeError("can't replace a None gradient with a non-None value")
        _check_replacement(hook, before, after)
    return answer


def _check_replacement(hook: Any, before: Any, after: Any) -> None:
    if after._array.dtype != before._array.dtype:
        raise RuntimeError(
            f"hook '{_name(hook)}' has changed the type of value (was {before.type()} got {after.type()})"
        )
    if after._array.shape != before._array.shape:
        raise RuntimeError(f"hook '{_name(hook)}' has changed the size of value")


def _name(hook: Any) -> str:
    return getattr(hook, "__name__", "<unknown>")
