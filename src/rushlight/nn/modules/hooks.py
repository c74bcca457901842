"""Hooks of modules: how they are registered, and a call with them."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import partial
from typing import Any

from ..._core.tensor_base import TensorBase
from ..._tape.handles import RemovableHandle, add_hook
from .backward_hooks import BackwardHook, global_hooks, warn_of_missing_gradients

_ONE_KIND = (
    "Cannot use both regular backward hooks and full backward hooks on a single Module. Please use only one of them."
)


class HooksMixin:
    """The part of `Module` that registers hooks and runs them."""

    _is_full_backward_hook: bool | None

    def register_forward_pre_hook(
        self: Any, hook: Callable[..., Any], *, prepend: bool = False, with_kwargs: bool = False
    ) -> RemovableHandle:
        """Adds ``hook(module, args)``, run before `forward`, which may return new arguments.

        Args:
            hook: the function; with `with_kwargs` it gets and may return keyword arguments too.
            prepend: whether it runs before the hooks already there.
            with_kwargs: whether it sees keyword arguments.
        """
        handle = add_hook(self._forward_pre_hooks, hook, prepend, beside=(self._forward_pre_hooks_with_kwargs,))
        if with_kwargs:
            self._forward_pre_hooks_with_kwargs[handle.id] = True
        return handle

    def register_forward_hook(
        self: Any,
        hook: Callable[..., Any],
        *,
        prepend: bool = False,
        with_kwargs: bool = False,
        always_call: bool = False,
    ) -> RemovableHandle:
        """Adds ``hook(module, args, output)``, run after `forward`, which may return another output.

        Args:
            hook: the function; with `with_kwargs` it gets the keyword arguments before the output.
            prepend: whether it runs before the hooks already there.
            with_kwargs: whether it sees keyword arguments.
            always_call: whether it runs even if `forward` fails.
        """
        beside = self._forward_hooks_with_kwargs, self._forward_hooks_always_called
        handle = add_hook(self._forward_hooks, hook, prepend, beside=beside)
        if with_kwargs:
            self._forward_hooks_with_kwargs[handle.id] = True
        if always_call:
            self._forward_hooks_always_called[handle.id] = True
        return handle

    def register_full_backward_hook(self: Any, hook: Callable[..., Any], prepend: bool = False) -> RemovableHandle:
        """Adds ``hook(module, grad_input, grad_output)``, run when the gradients of the inputs are known.

        Args:
            hook: the function; it may return other gradients for the inputs.
            prepend: whether it runs before the hooks already there.

        Raises:
            RuntimeError: the module has a hook by `register_backward_hook`.
        """
        if self._is_full_backward_hook is False:
            raise RuntimeError(_ONE_KIND)
        self._is_full_backward_hook = True
        return add_hook(self._backward_hooks, hook, prepend)

    def register_full_backward_pre_hook(self: Any, hook: Callable[..., Any], prepend: bool = False) -> RemovableHandle:
        """Adds ``hook(module, grad_output)``, run when the gradients of the outputs are known.

        Args:
            hook: the function; it may return other gradients for the outputs.
            prepend: whether it runs before the hooks already there.
        """
        return add_hook(self._backward_pre_hooks, hook, prepend)

    def register_backward_hook(self: Any, hook: Callable[..., Any]) -> RemovableHandle:
        """Adds ``hook(module, grad_input, grad_output)`` to the last node of the output: the older form.

        Its `grad_input` are the gradients of that node's inputs, which need not be the module's;
        `register_full_backward_hook` has no such limit.

        Raises:
            RuntimeError: the module has a hook by `register_full_backward_hook`.
        """
        if self._is_full_backward_hook is True:
            raise RuntimeError(_ONE_KIND)
        self._is_full_backward_hook = False
        return add_hook(self._backward_hooks, hook)

    def _call_with_hooks(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        call = _Call(self, args, kwargs)
        try:
            return call.run()
        except Exception:
            call.run_what_is_left()
            raise


class _Call:
    """One call of a module, with its hooks."""

    __slots__ = ("args", "called", "kwargs", "module", "result")

    def __init__(self, module: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        self.module = module
        self.args = args
        self.kwargs = kwargs
        self.result: Any = None
        self.called: set[int] = set()

    def run(self) -> Any:
        """Everything in order: pre-hooks, `forward`, hooks, and the set-up of those on the backward pass."""
        module = self.module
        for key, hook in (*global_hooks.forward_pre.items(), *module._forward_pre_hooks.items()):
            self._run_pre_hook(key, hook)
        full, older = _backward_hooks(module)
        pre = [*global_hooks.backward_pre.values(), *module._backward_pre_hooks.values()]
        backward = BackwardHook(module, full, pre) if full or pre else None
        if backward is not None:
            self.args = backward.wrap_inputs(self.args)
        self.result = module.forward(*self.args, **self.kwargs)
        for key, hook in (*global_hooks.forward.items(), *module._forward_hooks.items()):
            self.called.add(key)
            self._run_hook(key, hook)
        if backward is not None:
            if not isinstance(self.result, (TensorBase, tuple)):
                warnings.warn(
                    "For backward hooks to be called, module output should be a Tensor or a tuple of Tensors but "
                    f"received {type(self.result)}",
                    stacklevel=4,
                )
            self.result = backward.wrap_outputs(self.result)
        if older:
            self._hook_last_node(older)
        return self.result

    def _run_pre_hook(self, key: int, hook: Callable[..., Any]) -> None:
        module = self.module
        if key not in module._forward_pre_hooks_with_kwargs:
            answer = hook(module, self.args)
            if answer is not None:
                self.args = answer if isinstance(answer, tuple) else (answer,)
            return
        answer = hook(module, self.args, self.kwargs)
        if answer is None:
            return
        if not (isinstance(answer, tuple) and len(answer) == 2):
            raise RuntimeError(
                f"forward pre-hook must return None or a tuple of (new_args, new_kwargs), but got {answer}."
            )
        self.args, self.kwargs = answer

    def _run_hook(self, key: int, hook: Callable[..., Any]) -> None:
        if key in self.module._forward_hooks_with_kwargs or key in global_hooks.forward_with_kwargs:
            answer = hook(self.module, self.args, self.kwargs, self.result)
        else:
            answer = hook(self.module, self.args, self.result)
        if answer is not None:
            self.result = answer

    def run_what_is_left(self) -> None:
        """After a failure: the hooks that were registered with ``always_call=True`` and have not run."""
        module = self.module
        tables = (
            ("global module", global_hooks.forward, global_hooks.forward_always_called),
            ("module", module._forward_hooks, module._forward_hooks_always_called),
        )
        for whose, hooks, always in tables:
            for key, hook in list(hooks.items()):
                if key not in always or key in self.called:
                    continue
                try:
                    self._run_hook(key, hook)
                except Exception as error:
                    warnings.warn(
                        f"{whose} forward hook with ``always_call=True`` raised an exception that was silenced as "
                        f"another error was raised in forward: {error}",
                        stacklevel=4,
                    )

    def _hook_last_node(self, hooks: list[Any]) -> None:
        """Puts backward hooks of the older form on the node of the first tensor in the result."""
        found = self.result
        while not isinstance(found, TensorBase):
            if isinstance(found, dict):
                found = next(value for value in found.values() if isinstance(value, TensorBase))
            else:
                found = found[0]
        node: Any = found.grad_fn  # type: ignore[attr-defined]
        if node is not None:
            for hook in hooks:
                node.register_hook(partial(hook, self.module))
            warn_of_missing_gradients(self.args, self.result, node)


def _backward_hooks(module: Any) -> tuple[list[Any], list[Any]]:
    """The hooks on the backward pass: full ones, and those of the older form."""
    full: list[Any] = []
    older: list[Any] = []
    for hooks, are_full in (
        (global_hooks.backward, global_hooks.backward_are_full),
        (module._backward_hooks, module._is_full_backward_hook),
    ):
        (older if are_full is False else full).extend(hooks.values())
    return full, older
