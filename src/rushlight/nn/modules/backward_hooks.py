"""Hooks of modules on backward passes, and the hooks that hold for all modules."""

from __future__ import annotations

import warnings
from collections import OrderedDict
from collections.abc import Callable
from functools import partial
from typing import Any

from ..._core.modes import modes
from ..._core.tensor_base import TensorBase
from ..._tape.handles import RemovableHandle, add_hook
from ...autograd.function import Function


class GlobalHooks:
    """The tables of hooks that every module runs."""

    def __init__(self) -> None:
        self.forward_pre: dict[int, Any] = OrderedDict()
        self.forward: dict[int, Any] = OrderedDict()
        self.forward_with_kwargs: dict[int, bool] = OrderedDict()
        self.forward_always_called: dict[int, bool] = OrderedDict()
        self.backward_pre: dict[int, Any] = OrderedDict()
        self.backward: dict[int, Any] = OrderedDict()
        self.backward_are_full: bool | None = None
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
    """Adds a forward hook to all modules; it runs before their own.

    Args:
        hook: the function, as for `Module.register_forward_hook`.
        with_kwargs: whether it sees keyword arguments.
        always_call: whether it runs even if `forward` fails.
    """
    beside = global_hooks.forward_with_kwargs, global_hooks.forward_always_called
    handle = add_hook(global_hooks.forward, hook, beside=beside)
    if with_kwargs:
        global_hooks.forward_with_kwargs[handle.id] = True
    if always_call:
        global_hooks.forward_always_called[handle.id] = True
    return handle


def _set_kind(full: bool) -> None:
    if global_hooks.backward_are_full is (not full):
        raise RuntimeError(
            "Cannot use both regular backward hooks and full backward hooks as a global Module hook. Please use only "
            "one of them."
        )
    global_hooks.backward_are_full = full


def register_module_full_backward_hook(hook: Callable[..., Any]) -> RemovableHandle:
    """Adds a full backward hook to all modules.

    Raises:
        RuntimeError: there is one by `register_module_backward_hook`.
    """
    _set_kind(True)
    return add_hook(global_hooks.backward, hook)


def register_module_full_backward_pre_hook(hook: Callable[..., Any]) -> RemovableHandle:
    """Adds a full backward pre-hook to all modules."""
    return add_hook(global_hooks.backward_pre, hook)


def register_module_backward_hook(hook: Callable[..., Any]) -> RemovableHandle:
    """Adds a backward hook of the older form to all modules; see `Module.register_backward_hook`.

    Raises:
        RuntimeError: there is one by `register_module_full_backward_hook`.
    """
    _set_kind(False)
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
        self.input_count = len(args)
        if node is not None:
            self.input_places = places
            node.register_hook(self._on_inputs)
        return wrapped

    def wrap_outputs(self, result: Any) -> Any:
        """The outputs, passed through one node that sees their gradients."""
        single = isinstance(result, TensorBase)
        if not single and not isinstance(result, (tuple, list)):
            return result
        wrapped, node, places = self._through((result,) if single else tuple(result))
        if node is None:
            return result
        node.register_prehook(partial(self._on_outputs, places, len(wrapped)))
        if single:
            return wrapped[0]
        named = isinstance(result, tuple) and hasattr(result, "_make")
        return type(result)._make(wrapped) if named else type(result)(wrapped)

    def _through(self, items: tuple[Any, ...]) -> tuple[tuple[Any, ...], Any, list[int]]:
        places = [index for index, item in enumerate(items) if isinstance(item, TensorBase)]
        tensors = [items[index] for index in places]
        if not (modes.grad_enabled and any(tensor.requires_grad for tensor in tensors)):
            return items, None, places
        fresh = BackwardHookFunction.apply(*tensors)
        node = next(tensor.grad_fn for tensor in fresh if tensor.grad_fn is not None)
        replaced = list(items)
        for index, tensor in zip(places, fresh, strict=True):
            replaced[index] = tensor
        return tuple(replaced), node, places

    def _on_outputs(self, places: list[int], count: int, grads: tuple[Any, ...]) -> Any:
        spread = _spread(grads, places, count)
        for hook in self.pre_hooks:
            answer = hook(self.module, spread)
            if answer is not None:
                spread = _checked(answer, count, "Backward pre hook returned an invalid number of grad_output")
        self.grad_outputs = spread
        if self.hooks and self.input_places is None:
            self._run_without_inputs()
            self.grad_outputs = None
        return tuple(spread[index] for index in places)

    def _run_without_inputs(self) -> None:
        warnings.warn(
            "Full backward hook is firing when gradients are computed with respect to module outputs since no inputs "
            "require gradients. See https://docs.pytorch.org/docs/main/generated/torch.nn.Module.html"
            "#torch.nn.Module.register_full_backward_hook for more details.",
            stacklevel=2,
        )
        for hook in self.hooks:
            answer = hook(self.module, (None,) * self.input_count, self.grad_outputs)
            if answer is not None and not (isinstance(answer, tuple) and all(item is None for item in answer)):
                raise RuntimeError(
                    "Backward hook for Modules where no input requires gradient should always return None or None for "
                    "all gradients."
                )

    def _on_inputs(self, grad_inputs: tuple[Any, ...], _: Any) -> Any:
        if self.grad_outputs is None:  # the gradients come from elsewhere than the module's outputs
            return None
        assert self.input_places is not None
        spread = _spread(grad_inputs, self.input_places, self.input_count)
        for hook in self.hooks:
            answer = hook(self.module, spread, self.grad_outputs)
            if answer is not None:
                spread = _checked(answer, self.input_count, "Backward hook returned an invalid number of grad_input")
        self.grad_outputs = None
        return tuple(spread[index] for index in self.input_places)


def _checked(answer: Any, count: int, complaint: str) -> tuple[Any, ...]:
    """What a hook returned, as a tuple of the right length."""
    if isinstance(answer, TensorBase):
        answer = (answer,)
    if len(answer) != count:
        error = RuntimeError(f"{complaint}, got {len(answer)}, but expected {count}")
        error.add_note("a hook returns one gradient, or None, for every positional argument or output of the module")
        raise error
    return tuple(answer)


def _spread(grads: tuple[Any, ...], places: list[int], count: int) -> tuple[Any, ...]:
    """Gradients at the places of the arguments they belong to, None elsewhere."""
    spread: list[Any] = [None] * count
    for index, grad in zip(places, grads, strict=True):
        spread[index] = grad
    return tuple(spread)


def warn_of_missing_gradients(args: Any, result: Any, node: Any) -> None:
    """Warns where a backward hook of the older form does not see all gradients of a module.

    Args:
        args: what the module was called with.
        result: what it returned.
        node: the node that the hook is on.
    """
    if not _tensors_only(result):
        _warn("Using non-full backward hooks on a Module that does not return a single Tensor or a tuple of Tensors",
              "missing some of the grad_output")  # fmt: skip
        return
    if not _tensors_only(args):
        _warn("Using non-full backward hooks on a Module that does not take as input a single Tensor or a tuple of "
              "Tensors", "missing some of the grad_input")  # fmt: skip
        return
    results = result if isinstance(result, tuple) else (result,)
    nodes = {value.grad_fn for value in results if value.grad_fn is not None}
    if len(nodes) > 1:
        _warn("Using a non-full backward hook when outputs are generated by different autograd Nodes",
              "missing some grad_output")  # fmt: skip
    elif {following for following, _ in node.next_functions} != {value.grad_fn for value in args}:
        _warn("Using a non-full backward hook when the forward contains multiple autograd Nodes",
              "missing some grad_input")  # fmt: skip


def _tensors_only(values: Any) -> bool:
    return isinstance(values, TensorBase) or (
        isinstance(values, tuple) and all(isinstance(value, TensorBase) for value in values)
    )


def _warn(what: str, loss: str) -> None:
    warnings.warn(
        f"{what} is deprecated and will be removed in future versions. This hook will be {loss}. Please use "
        "register_full_backward_hook to get the documented behavior.",
        FutureWarning,
        stacklevel=7,
    )
