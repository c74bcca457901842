"""Hooks of modules on backward passes, and the hooks that hold for all modules."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from ..._core.tensor_base import TensorBase
from ..._tape.handles import RemovableHandle, add_hook
from ...autograd.function import Function


class GlobalHooks:
    """The tables of hooks that every module runs."""

    def __init__(self) -> None:
        self.forward_pre: dict[int, Any] = OrderedDict()
        self.forward: dict[int, Any] = OrderedDict()
        self.forward_with_kwargs: dict[int, bool] = {}
        self.backward_pre: dict[int, Any] = OrderedDict()
        self.backward: dict[int, Any] = OrderedDict()
        self.buffer_registration: dict[int, Any] = OrderedDict()
        self.module_registration: dict[int, Any] = OrderedDict()
        self.parameter_registration: dict[int, Any] = OrderedDict()


global_hooks = GlobalHooks()


def has_global_hooks() -> bool:
    """Whether any hook on all modules' calls is registered."""
    return bool(global_hooks.forward_pre or global_hooks.forward or global_hooks.backward or global_hooks.backward_pre)


def register_module_forward_pre_hook(hook: Callable[..., Any]) -> RemovableHandle:
    """Adds a forward pre-hook to all modules."""
    return add_hook(global_hooks.forward_pre, hook)


def register_module_forward_hook(
    hook: Callable[..., Any], *, with_kwargs: bool = False, always_call: bool = False
) -> RemovableHandle:
    """Adds a forward hook to all modules.

    Raises:
        NotImplementedError: `always_call`, which rushlight has for single modules only.
    """
    if always_call:
        raise NotImplementedError("rushlight does not have always_call for hooks on all modules")
    handle = add_hook(global_hooks.forward, hook)
    if with_kwargs:
        global_hooks.forward_with_kwargs[handle.id] = True
    return handle


def register_module_full_backward_hook(hook: Callable[..., Any]) -> RemovableHandle:
    """Adds a full backward hook to all modules."""
    return add_hook(global_hooks.backward, hook)


def register_module_full_backward_pre_hook(hook: Callable[..., Any]) -> RemovableHandle:
    """Adds a full backward pre-hook to all modules."""
    return add_hook(global_hooks.backward_pre, hook)


def register_module_backward_hook(hook: Callable[..., Any]) -> RemovableHandle:
    """Adds a backward hook to all modules."""
    return add_hook(global_hooks.backward, hook)


def register_module_buffer_registration_hook(hook: Callable[..., Any]) -> RemovableHandle:
    """Adds a hook on the registration of buffers."""
    return add_hook(global_hooks.buffer_registration, hook)


def register_module_module_registration_hook(hook: Callable[..., Any]) -> RemovableHandle:
    """Adds a hook on the registration of submodules."""
    return add_hook(global_hooks.module_registration, hook)


def register_module_parameter_registration_hook(hook: Callable[..., Any]) -> RemovableHandle:
    """Adds a hook on the registration of parameters."""
    return add_hook(global_hooks.parameter_registration, hook)


class BackwardHookFunction(Function):
    """Passes tensors through, so that a module's inputs or outputs share one node."""

    @staticmethod
    def forward(ctx: Any, *tensors: Any) -> Any:
        """The same tensors."""
        ctx.mark_non_differentiable(*(tensor for tensor in tensors if not tensor.requires_grad))
        return tensors

    @staticmethod
    def backward(ctx: Any, *grads: Any) -> Any:
        """The same gradients."""
        return grads


class BackwardHook:
    """Runs a module's backward hooks for one call.

    Args:
        module: the module.
        hooks: functions of (module, grad_input, grad_output).
        pre_hooks: functions of (module, grad_output).
    """

    def __init__(self, module: Any, hooks: list[Any], pre_hooks: list[Any]) -> None:
        self.module = module
        self.hooks = hooks
        self.pre_hooks = pre_hooks
        self.grad_outputs: Any = None
        self.input_places: list[int] | None = None
        self.input_count = 0

    def wrap_inputs(self, args: tuple[Any, ...]) -> tuple[Any, ...]:
        """The inputs, passed through one node that sees their gradients."""
        wrapped, node, places = self._through(args)
        self.input_places, self.input_count = places, len(args)
        if node is not None:
            node.register_hook(self._on_inputs)
        return wrapped

    def wrap_outputs(self, result: Any) -> Any:
        """The outputs, passed through one node that sees their gradients."""
        single = not isinstance(result, tuple)
        items = (result,) if single else result
        wrapped, node, places = self._through(items)
        if node is not None:
            count = len(items)
            node.register_prehook(lambda grads: self._on_outputs(grads, places, count))
        return wrapped[0] if single else wrapped

    def _through(self, items: tuple[Any, ...]) -> tuple[tuple[Any, ...], Any, list[int]]:
        places = [index for index, item in enumerate(items) if isinstance(item, TensorBase)]
        tensors = [items[index] for index in places]
        if not any(tensor.requires_grad for tensor in tensors):
            return items, None, places
        fresh = BackwardHookFunction.apply(*tensors)
        node = next(tensor.grad_fn for tensor in fresh if tensor.grad_fn is not None)
        replaced = list(items)
        for index, tensor in zip(places, fresh, strict=True):
            replaced[index] = tensor
        return tuple(replaced), node, places

    def _on_outputs(self, grads: tuple[Any, ...], places: list[int], count: int) -> Any:
        spread: tuple[Any, ...] = _spread(grads, places, count)
        for hook in self.pre_hooks:
            answer = hook(self.module, spread)
            if answer is not None:
                spread = answer if isinstance(answer, tuple) else (answer,)
        self.grad_outputs = spread
        if self.input_places is None or not self.input_places:
            self._run((None,) * self.input_count)
        return tuple(spread[index] for index in places)

    def _on_inputs(self, grad_inputs: tuple[Any, ...], _: Any) -> Any:
        assert self.input_places is not None
        spread = self._run(_spread(grad_inputs, self.input_places, self.input_count))
        return tuple(spread[index] for index in self.input_places)

    def _run(self, grad_inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        for hook in self.hooks:
            answer = hook(self.module, grad_inputs, self.grad_outputs)
            if answer is not None:
                grad_inputs = answer if isinstance(answer, tuple) else (answer,)
        return grad_inputs


def _spread(grads: tuple[Any, ...], places: list[int], count: int) -> tuple[Any, ...]:
    """Gradients at the places of the arguments they belong to, None elsewhere."""
    spread: list[Any] = [None] * count
    for index, grad in zip(places, grads, strict=True):
        spread[index] = grad
    return tuple(spread)
