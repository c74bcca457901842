"""Saving and loading: a module's ``state_dict`` and the way back."""

from __future__ import annotations

import itertools
import warnings
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from ..._core.tensor_base import is_tensor
from ..._tape.handles import RemovableHandle, add_hook
from ...autograd.grad_mode import no_grad
from ..parameter import Parameter, is_lazy

EXTRA = "_extra_state"
"""The key under which ``get_extra_state`` is saved."""


class _IncompatibleKeys(NamedTuple):
    """What ``load_state_dict`` did not find, and what it did not know."""

    missing_keys: list[str]
    unexpected_keys: list[str]

    def __repr__(self) -> str:
        if not self.missing_keys and not self.unexpected_keys:
            return "<All keys matched successfully>"
        return f"_IncompatibleKeys(missing_keys={self.missing_keys!r}, unexpected_keys={self.unexpected_keys!r})"

    def __str__(self) -> str:
        return repr(self)


class _WithModule:
    """A hook that gets the module first, whatever is passed after it."""

    def __init__(self, hook: Callable[..., Any], module: Any) -> None:
        self.hook, self.module = hook, module

    def __call__(self, *args: Any) -> Any:
        return self.hook(self.module, *args)


class StateMixin:
    """The part of `Module` that saves and loads."""

    def get_extra_state(self) -> Any:
        """State beyond parameters and buffers, for a subclass to define with `set_extra_state`."""
        raise RuntimeError(
            "Reached a code path in Module.get_extra_state() that should never be called. Please file an issue at "
            "https://github.com/pytorch/pytorch/issues/new?template=bug-report.yml to report this bug."
        )

    def set_extra_state(self, state: Any) -> None:
        """Takes back what `get_extra_state` gave."""
        raise RuntimeError(
            "Reached a code path in Module.set_extra_state() that should never be called. Please file an issue at "
            "https://github.com/pytorch/pytorch/issues/new?template=bug-report.yml to report this bug."
        )

    def _has_extra_state(self) -> bool:
        return type(self).get_extra_state is not StateMixin.get_extra_state

    def _save_to_state_dict(self: Any, destination: Any, prefix: str, keep_vars: bool) -> None:
        """Puts this module's own parameters and persistent buffers into a dictionary."""
        for name, value in self._parameters.items():
            if value is not None:
                destination[prefix + name] = value if keep_vars or is_lazy(value) else value.detach()
        for name, value in self._buffers.items():
            if value is not None and name not in self._non_persistent_buffers_set:
                destination[prefix + name] = value if keep_vars or is_lazy(value) else value.detach()
        if self._has_extra_state():
            destination[prefix + EXTRA] = self.get_extra_state()

    def state_dict(self: Any, *args: Any, destination: Any = None, prefix: str = "", keep_vars: bool = False) -> Any:
        """Parameters and persistent buffers of this module and all below it by dotted name.

        Args:
            destination: a dictionary to fill.
            prefix: put before every name.
            keep_vars: whether tensors stay attached to autograd.

        Example::

            >>> list(torch.nn.Linear(2, 1).state_dict())
            ['weight', 'bias']
        """
        if args:
            warnings.warn(
                "Positional args are being deprecated, use kwargs instead. Refer to "
                "https://pytorch.org/docs/main/generated/torch.nn.Module.html#torch.nn.Module.state_dict for details.",
                FutureWarning,
                stacklevel=2,
            )
            destination = args[0] if destination is None else destination
            prefix = args[1] if len(args) > 1 and prefix == "" else prefix
            keep_vars = args[2] if len(args) > 2 and keep_vars is False else keep_vars
        if destination is None:
            destination = OrderedDict()
            destination._metadata = OrderedDict()
        local = {"version": getattr(self, "_version", 1)}
        if hasattr(destination, "_metadata"):
            destination._metadata[prefix[:-1]] = local
        for hook in self._state_dict_pre_hooks.values():
            hook(self, prefix, keep_vars)
        self._save_to_state_dict(destination, prefix, keep_vars)
        for name, module in self._modules.items():
            if module is not None:
                module.state_dict(destination=destination, prefix=prefix + name + ".", keep_vars=keep_vars)
        for hook in self._state_dict_hooks.values():
            answer = hook(self, destination, prefix, local)
            if not getattr(hook, "_from_public_api", False):
                if answer is not None:
                    destination = answer
            elif answer is not None:
                raise RuntimeError("state_dict post-hook must return None")
        return destination

    def register_state_dict_post_hook(self: Any, hook: Callable[..., Any]) -> RemovableHandle:
        """Adds ``hook(module, state_dict, prefix, local_metadata)``, run after saving."""
        hook._from_public_api = True  # type: ignore[attr-defined]
        return add_hook(self._state_dict_hooks, hook)

    def _register_state_dict_hook(self: Any, hook: Callable[..., Any]) -> RemovableHandle:
        if getattr(hook, "_from_public_api", False):
            raise RuntimeError(
                "Cannot register the same function as the state dict post hook that was previously registered via "
                "register_state_dict_post_hook"
            )
        return add_hook(self._state_dict_hooks, hook)

    def register_state_dict_pre_hook(self: Any, hook: Callable[..., Any]) -> RemovableHandle:
        """Adds ``hook(module, prefix, keep_vars)``, run before saving."""
        return add_hook(self._state_dict_pre_hooks, hook)

    def _register_load_state_dict_pre_hook(
        self: Any, hook: Callable[..., Any], with_module: bool = False
    ) -> RemovableHandle:
        return add_hook(self._load_state_dict_pre_hooks, _WithModule(hook, self) if with_module else hook)

    def register_load_state_dict_pre_hook(self: Any, hook: Callable[..., Any]) -> RemovableHandle:
        """Adds a hook on loading: ``hook(module, state_dict, prefix, ...)``, run before this module's part."""
        return add_hook(self._load_state_dict_pre_hooks, _WithModule(hook, self))

    def register_load_state_dict_post_hook(self: Any, hook: Callable[..., Any]) -> RemovableHandle:
        """Adds ``hook(module, incompatible_keys)``, run after loading."""
        return add_hook(self._load_state_dict_post_hooks, hook)

    def _load_from_state_dict(
        self: Any,
        state_dict: Any,
        prefix: str,
        local_metadata: Any,
        strict: bool,
        missing_keys: list[str],
        unexpected_keys: list[str],
        error_msgs: list[str],
    ) -> None:
        """Copies this module's own entries of a dictionary into its parameters and buffers."""
        for hook in self._load_state_dict_pre_hooks.values():
            hook(state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs)
        persistent = {k: v for k, v in self._buffers.items() if k not in self._non_persistent_buffers_set}
        local = {k: v for k, v in itertools.chain(self._parameters.items(), persistent.items()) if v is not None}
        assign = bool((local_metadata or {}).get("assign_to_params_buffers", False))
        with no_grad():
            for name, target in local.items():
                key = prefix + name
                if key in state_dict:
                    self._load_entry(name, key, target, state_dict[key], assign, error_msgs)
                elif strict:
                    missing_keys.append(key)
        self._load_extra(state_dict, prefix, strict, missing_keys, unexpected_keys)
        if strict:
            self._find_unexpected(state_dict, prefix, local, unexpected_keys)

    def _load_entry(self: Any, name: str, key: str, target: Any, value: Any, assign: bool, errors: list[str]) -> None:
        if not is_tensor(value):
            errors.append(
                f'While copying the parameter named "{key}", expected torch.Tensor or Tensor-like object from '
                f"checkpoint but received {type(value)}"
            )
            return
        if not is_lazy(target):
            if target.dim() == 0 and value.dim() == 1 and value.numel() == 1:
                value = value[0]
            if value.shape != target.shape:
                errors.append(
                    f"size mismatch for {key}: copying a param with shape {value.shape} from checkpoint, the shape in "
                    f"current model is {target.shape}."
                )
                return
        elif not is_lazy(value):
            target.materialize(value.shape)
        try:
            if assign:
                if isinstance(target, Parameter) and not isinstance(value, Parameter):
                    value = Parameter(value, target.requires_grad)
                setattr(self, name, value)
            else:
                target.copy_(value)
        except Exception as error:
            errors.append(
                f'While copying the parameter named "{key}", whose dimensions in the model are {target.size()} and '
                f"whose dimensions in the checkpoint are {value.size()}, an exception occurred : {error.args}."
            )

    def _load_extra(
        self: Any, state_dict: Any, prefix: str, strict: bool, missing_keys: list[str], unexpected_keys: list[str]
    ) -> None:
        key = prefix + EXTRA
        if type(self).set_extra_state is not StateMixin.set_extra_state:
            if key in state_dict:
                self.set_extra_state(state_dict[key])
            elif strict:
                missing_keys.append(key)
        elif strict and key in state_dict:
            unexpected_keys.append(key)

    def _find_unexpected(self: Any, state_dict: Any, prefix: str, local: dict[str, Any], unexpected: list[str]) -> None:
        for key in state_dict:
            if not key.startswith(prefix) or key == prefix + EXTRA:
                continue
            name, *rest = key[len(prefix) :].split(".", 1)
            if rest:
                if name not in self._modules:
                    unexpected.append(key)
            elif name not in local:
                unexpected.append(key)

    def load_state_dict(self: Any, state_dict: Mapping[str, Any], strict: bool = True, assign: bool = False) -> Any:
        """Copies saved values into this module and all below it.

        Args:
            state_dict: what `state_dict` gave.
            strict: whether keys must match exactly.
            assign: whether the saved tensors replace the present ones instead of being copied.

        Returns:
            The missing and the unexpected keys.

        Raises:
            TypeError: `state_dict` is no mapping.
            RuntimeError: keys do not match, or a shape does not; nothing else is undone.
        """
        if not isinstance(state_dict, Mapping):
            raise TypeError(f"Expected state_dict to be dict-like, got {type(state_dict)}.")
        missing: list[str] = []
        unexpected: list[str] = []
        errors: list[str] = []
        metadata = getattr(state_dict, "_metadata", None)
        entries = OrderedDict(state_dict)
        if metadata is not None:
            entries._metadata = metadata  # type: ignore[attr-defined]
        _load_tree(self, entries, metadata, strict, assign, "", missing, unexpected, errors)
        if strict:
            if unexpected:
                listed = ", ".join(f'"{key}"' for key in unexpected)
                errors.insert(0, f"Unexpected key(s) in state_dict: {listed}. ")
            if missing:
                listed = ", ".join(f'"{key}"' for key in missing)
                errors.insert(0, f"Missing key(s) in state_dict: {listed}. ")
        if errors:
            text = "\n\t".join(errors)
            error = RuntimeError(f"Error(s) in loading state_dict for {type(self).__name__}:\n\t{text}")
            for hint in _hints(self, missing, unexpected, entries):
                error.add_note(hint)
            raise error
        return _IncompatibleKeys(missing, unexpected)


def _hints(module: Any, missing: list[str], unexpected: list[str], entries: Mapping[str, Any]) -> list[str]:
    """What may help with state that does not fit: a prefix too many or too few, or a layer of another shape."""
    hints = []
    for saved, key in itertools.product(unexpected[:1], missing):
        if saved.endswith(f".{key}"):
            prefix = saved.removesuffix(key)
            hints.append(f"saved keys begin with {prefix!r}: load {{key.removeprefix({prefix!r}): value ...}}")
            break
        if key.endswith(f".{saved}"):
            prefix = key.removesuffix(f".{saved}")
            hints.append(f"saved keys lack the prefix {prefix!r}: load them into that submodule")
            break
    owned = itertools.chain(module.named_parameters(), module.named_buffers())
    for key, value in owned:
        found: Any = entries.get(key)
        if not is_tensor(found) or is_lazy(found) or is_lazy(value) or value.dim() == 0 or found.shape == value.shape:
            continue
        path, _, name = key.rpartition(".")
        layer = module.get_submodule(path)
        hints.append(
            f"{path or 'the module'} is {layer._get_name()}({layer.extra_repr()}), whose {name} has shape "
            f"{list(value.shape)}; the saved one has {list(found.shape)}"
        )
        break
    hints.append("compare the constructor arguments of both models, or load the keys that fit with strict=False")
    return hints


def _load_tree(
    module: Any, entries: Any, metadata: Any, strict: bool, assign: bool, prefix: str,
    missing: list[str], unexpected: list[str], errors: list[str],
) -> None:  # fmt: skip
    """Loads a module and all below it."""
    local = {} if metadata is None else metadata.get(prefix[:-1], {})
    if assign:
        local = {**local, "assign_to_params_buffers": True}
    module._load_from_state_dict(entries, prefix, local, True, missing, unexpected, errors)
    for name, child in module._modules.items():
        if child is not None:
            below = prefix + name + "."
            part = OrderedDict((key, value) for key, value in entries.items() if key.startswith(below))
            _load_tree(child, part, metadata, strict, assign, below, missing, unexpected, errors)
    keys = _IncompatibleKeys(missing, unexpected)
    for hook in module._load_state_dict_post_hooks.values():
        if hook(module, keys) is not None:
            raise AssertionError(
                "Hooks registered with ``register_load_state_dict_post_hook`` are not expected to return new values, "
                "if "
                "incompatible_keys need to be modified, it should be done inplace."
            )
