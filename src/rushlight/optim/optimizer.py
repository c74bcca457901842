"""The base of optimizers: parameter groups, per-parameter state, hooks, saving and loading."""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterable
from copy import deepcopy
from functools import wraps
from itertools import chain
from typing import Any

import numpy as np

from .._core.modes import modes, set_grad_enabled
from .._core.tensor_base import TensorBase, wrap
from .._core.warn import warn
from .._ops.queries import typename
from .._tape.handles import RemovableHandle, add_hook
from ..autograd.grad_mode import enable_grad

ParamsT = Iterable[Any]
Step = Callable[..., Any]


class _Required:
    """Marks an option without a default."""

    def __repr__(self) -> str:
        return "<required parameter>"


required = _Required()

_global_pre_hooks: dict[int, Any] = OrderedDict()
_global_post_hooks: dict[int, Any] = OrderedDict()

LATER_OPTIONS = {
    "maximize": False, "foreach": None, "capturable": False, "differentiable": False, "fused": None, "amsgrad": False,
    "nesterov": False, "centered": False, "decoupled_weight_decay": False,
}  # fmt: skip
"""Options that groups saved by older programs may lack, with what they then mean."""


def register_optimizer_step_pre_hook(hook: Callable[..., Any]) -> RemovableHandle:
    """Adds ``hook(optimizer, args, kwargs)``, run before every optimizer's step.

    Example::

        >>> from rushlight.optim.optimizer import register_optimizer_step_pre_hook
        >>> handle = register_optimizer_step_pre_hook(lambda optimizer, args, kwargs: print(type(optimizer).__name__))
        >>> torch.optim.SGD([torch.ones(1, requires_grad=True)]).step()
        SGD
        >>> handle.remove()
    """
    return add_hook(_global_pre_hooks, hook)


def register_optimizer_step_post_hook(hook: Callable[..., Any]) -> RemovableHandle:
    """Adds ``hook(optimizer, args, kwargs)``, run after every optimizer's step."""
    return add_hook(_global_post_hooks, hook)


def _with_hooks(step: Step) -> Step:
    """A step that runs the hooks around itself."""

    @wraps(step)
    def run(self: Optimizer, *args: Any, **kwargs: Any) -> Any:
        before, after = self._optimizer_step_pre_hooks, self._optimizer_step_post_hooks
        if not (before or after or _global_pre_hooks or _global_post_hooks):
            return step(self, *args, **kwargs)
        args = (self, *args)
        for hook in (*_global_pre_hooks.values(), *before.values()):
            answer = hook(self, args, kwargs)
            if answer is not None:
                if not (isinstance(answer, tuple) and len(answer) == 2):
                    raise RuntimeError(
                        f"{step} must return None or a tuple of (new_args, new_kwargs), but got {answer}."
                    )
                args, kwargs = answer
        result = step(*args, **kwargs)
        for hook in (*after.values(), *_global_post_hooks.values()):
            hook(self, args, kwargs)
        return result

    run.hooked = True  # type: ignore[attr-defined]
    return run


class Optimizer:
    """Base class of optimizers.

    A subclass checks its options, passes them on as `defaults`, and defines `step`.

    Args:
        params: tensors, pairs of name and tensor, or dictionaries of group options with a ``"params"`` entry.
        defaults: options of groups that do not give their own.

    Attributes:
        param_groups: the groups, dictionaries of options and ``"params"``.
        state: by parameter, what the algorithm remembers of it.

    Raises:
        TypeError: `params` is a single tensor, or holds something else than tensors.
        ValueError: there are none, one is no leaf, or one is in two groups.
    """

    _optimizer_step_pre_hooks: dict[int, Any]
    _optimizer_step_post_hooks: dict[int, Any]
    _optimizer_state_dict_pre_hooks: dict[int, Any]
    _optimizer_state_dict_post_hooks: dict[int, Any]
    _optimizer_load_state_dict_pre_hooks: dict[int, Any]
    _optimizer_load_state_dict_post_hooks: dict[int, Any]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "step" in vars(cls):
            cls.step = _with_hooks(vars(cls)["step"])  # type: ignore[method-assign]

    def __init__(self, params: ParamsT, defaults: dict[str, Any]) -> None:
        self.defaults = defaults
        self._make_hook_tables()
        if isinstance(params, TensorBase):
            raise TypeError(
                "params argument given to the optimizer should be an iterable of Tensors or dicts, but got "
                + params.type()  # type: ignore[attr-defined]
            )
        self.state: defaultdict[Any, Any] = defaultdict(dict)
        self.param_groups: list[dict[str, Any]] = []
        groups = list(params)
        if not groups:
            error = ValueError("optimizer got an empty parameter list")
            error.add_note("a generator such as model.parameters() can be used once; has the model any parameters yet?")
            raise error
        if not isinstance(groups[0], dict):
            groups = [{"params": groups}]
        for group in groups:
            self.add_param_group(group)

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Adds a group of parameters with options of its own.

        Args:
            param_group: ``"params"`` and the options that differ from the defaults.

        Raises:
            TypeError: `param_group` is no dictionary, or its parameters are a set or no tensors.
            ValueError: a parameter is no leaf or in another group, or a required option is missing.
        """
        if not isinstance(param_group, dict):
            raise TypeError(f"param_group must be a dict, but got {type(param_group)}")
        given = param_group["params"]
        if isinstance(given, TensorBase):
            given = [given]
        elif isinstance(given, set):
            raise TypeError(
                "optimizer parameters need to be organized in ordered collections, but the ordering of tensors in sets "
                "will change between runs. Please use a list instead."
            )
        tensors, names = _split_names(list(given))
        group: dict[str, Any] = {**param_group, "params": tensors}
        if names:
            group["param_names"] = names
        self._check_names(group)
        for tensor in tensors:
            _check_parameter(tensor, bool(self.defaults.get("differentiable")))
        for name, default in self.defaults.items():
            if default is required and name not in group:
                raise ValueError(f"parameter group didn't specify a value of required optimization parameter {name}")
            group.setdefault(name, default)
        if len(tensors) != len(set(map(id, tensors))):
            warn(
                "optimizer contains a parameter group with duplicate parameters; in future, this will cause an error; "
                "see github.com/pytorch/pytorch/issues/40967 for more information"
            )
        known = {id(tensor) for other in self.param_groups for tensor in other["params"]}
        if not known.isdisjoint(map(id, tensors)):
            raise ValueError("some parameters appear in more than one parameter group")
        self.param_groups.append(group)

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Resets the gradients of all parameters.

        Args:
            set_to_none: whether to None; to zeros otherwise.
        """
        for group in self.param_groups:
            for parameter in group["params"]:
                gradient = parameter.grad
                if gradient is None:
                    continue
                if set_to_none:
                    parameter.grad = None
                    continue
                if gradient.grad_fn is not None:
                    gradient.detach_()
                else:
                    gradient.requires_grad_(False)
                gradient.zero_()

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Updates all parameters once from their gradients.

        Args:
            closure: recomputes the loss and its gradients first.

        Returns:
            The closure's loss, or None.
        """
        error = NotImplementedError()
        error.add_note(f"{type(self).__name__} defines no step(closure=None)")
        raise error

    def register_step_pre_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Adds ``hook(optimizer, args, kwargs)``, run before each step."""
        return add_hook(self._optimizer_step_pre_hooks, hook)

    def register_step_post_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Adds ``hook(optimizer, args, kwargs)``, run after each step."""
        return add_hook(self._optimizer_step_post_hooks, hook)

    def register_state_dict_pre_hook(self, hook: Callable[..., Any], prepend: bool = False) -> RemovableHandle:
        """Adds ``hook(optimizer)``, run before saving."""
        return add_hook(self._optimizer_state_dict_pre_hooks, hook, prepend)

    def register_state_dict_post_hook(self, hook: Callable[..., Any], prepend: bool = False) -> RemovableHandle:
        """Adds ``hook(optimizer, state_dict)``, run after saving, which may return another dictionary."""
        return add_hook(self._optimizer_state_dict_post_hooks, hook, prepend)

    def register_load_state_dict_pre_hook(self, hook: Callable[..., Any], prepend: bool = False) -> RemovableHandle:
        """Adds ``hook(optimizer, state_dict)``, run before loading, which may return another dictionary."""
        return add_hook(self._optimizer_load_state_dict_pre_hooks, hook, prepend)

    def register_load_state_dict_post_hook(self, hook: Callable[..., Any], prepend: bool = False) -> RemovableHandle:
        """Adds ``hook(optimizer)``, run after loading."""
        return add_hook(self._optimizer_load_state_dict_post_hooks, hook, prepend)

    def state_dict(self) -> dict[str, Any]:
        """The state and options as plain data, parameters by their number."""
        for hook in self._optimizer_state_dict_pre_hooks.values():
            hook(self)
        numbers: dict[int, int] = {}
        groups = []
        for group in self.param_groups:
            packed = {key: value for key, value in group.items() if key != "params"}
            for tensor in group["params"]:
                numbers.setdefault(id(tensor), len(numbers))
            packed["params"] = [numbers[id(tensor)] for tensor in group["params"]]
            groups.append(packed)
        state = {numbers[id(key)] if isinstance(key, TensorBase) else key: value for key, value in self.state.items()}
        found: dict[str, Any] = {"state": state, "param_groups": groups}
        for hook in self._optimizer_state_dict_post_hooks.values():
            answer = hook(self, found)
            found = found if answer is None else answer
        return found

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Takes back what `state_dict` gave.

        Raises:
            ValueError: the groups do not match this optimizer's.
        """
        state_dict = state_dict.copy()
        for hook in self._optimizer_load_state_dict_pre_hooks.values():
            answer = hook(self, state_dict)
            state_dict = state_dict if answer is None else answer
        groups, saved = self.param_groups, deepcopy(state_dict["param_groups"])
        if len(groups) != len(saved):
            raise ValueError("loaded state dict has a different number of parameter groups")
        if any(len(mine["params"]) != len(theirs["params"]) for mine, theirs in zip(groups, saved, strict=True)):
            raise ValueError(
                "loaded state dict contains a parameter group that doesn't match the size of optimizer's group"
            )
        numbers = chain.from_iterable(group["params"] for group in saved)
        tensors = chain.from_iterable(group["params"] for group in groups)
        parameter_of = dict(zip(numbers, tensors, strict=True))
        state: defaultdict[Any, Any] = defaultdict(dict)
        for key, value in state_dict["state"].items():
            owner = parameter_of.get(key)
            state[key if owner is None else owner] = value if owner is None else _cast(owner, value)
        for mine, theirs in zip(groups, saved, strict=True):
            theirs["params"] = mine["params"]
            if "param_names" in mine and "param_names" not in theirs:
                theirs["param_names"] = mine["param_names"]
        self.__setstate__({"state": state, "param_groups": saved})
        for hook in self._optimizer_load_state_dict_post_hooks.values():
            hook(self)

    def __getstate__(self) -> dict[str, Any]:
        return {"defaults": self.defaults, "state": self.state, "param_groups": self.param_groups}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._make_hook_tables()
        self.defaults.setdefault("differentiable", False)
        for group in self.param_groups:
            for option, meaning in LATER_OPTIONS.items():
                if option in self.defaults:
                    group.setdefault(option, meaning)
        for memory in self.state.values():
            if isinstance(memory, dict) and isinstance(memory.get("step"), (int, float)):
                memory["step"] = wrap(np.array(memory["step"], np.float32))

    def _make_hook_tables(self) -> None:
        for event in ("step", "state_dict", "load_state_dict"):
            for when in ("pre", "post"):
                self.__dict__.setdefault(f"_optimizer_{event}_{when}_hooks", OrderedDict())

    def _check_names(self, group: dict[str, Any]) -> None:
        """Raises unless all groups give their parameters names, or none does."""
        if self.param_groups and ("param_names" in self.param_groups[0]) != ("param_names" in group):
            which = "with" if "param_names" in group else "without"
            raise ValueError(
                "all optimizer param groups should be with/without names. "
                f"cannot add param group {which} names to the optimizer"
            )

    def __repr__(self) -> str:
        lines = [f"{type(self).__name__} ("]
        for index, group in enumerate(self.param_groups):
            lines += [f"Parameter Group {index}"] if not index else ["", f"Parameter Group {index}"]
            lines += [f"    {key}: {group[key]}" for key in sorted(group) if key != "params"]
        return "\n".join([*lines, ")"])


class GroupOptimizer(Optimizer):
    """An optimizer that updates one group of parameters after the other: a subclass defines `update_group`."""

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Updates all parameters once from their gradients.

        Args:
            closure: recomputes the loss and its gradients first.

        Returns:
            The closure's loss, or None.
        """
        loss = None
        if closure is not None:
            with enable_grad():
                loss = closure()
        recorded = modes.grad_enabled
        try:
            for group in self.param_groups:
                set_grad_enabled(bool(self.defaults.get("differentiable")))
                self.update_group(group)
        finally:
            set_grad_enabled(recorded)
        return loss

    def update_group(self, group: dict[str, Any]) -> None:
        """Updates the parameters of one group; recording is off unless the group is ``differentiable``."""
        raise NotImplementedError(f"{type(self).__name__} defines no update_group")


def _split_names(given: list[Any]) -> tuple[list[Any], list[str]]:
    """Tensors and, where pairs of name and tensor were given, their names."""
    if not given or not isinstance(given[0], tuple):
        if any(isinstance(item, tuple) for item in given):
            raise ValueError("all optimizer params should be with/without names. Some param names are missing")
        return given, []
    if not all(isinstance(item, tuple) for item in given):
        raise ValueError("all optimizer params should be with/without names. Some param names are missing")
    return [tensor for _, tensor in given], [name for name, _ in given]


def _check_parameter(tensor: Any, differentiable: bool) -> None:
    if not isinstance(tensor, TensorBase):
        raise TypeError(f"optimizer can only optimize Tensors, but one of the params is {typename(tensor)}")
    if not differentiable and not (tensor.is_leaf or tensor.retains_grad):  # type: ignore[attr-defined]
        error = ValueError("can't optimize a non-leaf Tensor")
        error.add_note("optimize the tensors that this one was computed from, or x.detach().requires_grad_()")
        raise error


def _cast(parameter: Any, value: Any, key: str | None = None) -> Any:
    """Loaded state in the dtype of its parameter; step counts stay as they are."""
    if isinstance(value, TensorBase):
        if key == "step" or not parameter.is_floating_point():
            return value
        return value.to(dtype=parameter.dtype)  # type: ignore[attr-defined]
    if isinstance(value, dict):
        return {name: _cast(parameter, item, name) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(_cast(parameter, item) for item in value)
    return value


def check_rate(lr: Any) -> None:
    """Raises torch's error for a learning rate given as a tensor of several elements."""
    if isinstance(lr, TensorBase) and lr.numel() != 1:  # type: ignore[attr-defined]
        error = ValueError("Tensor lr must be 1-element")
        error.add_note("give parameters with learning rates of their own as groups: [{'params': ..., 'lr': ...}, ...]")
        raise error


def check_not_negative(options: dict[str, Any]) -> None:
    """Raises torch's error for the first option that is negative or no number; the keys are what torch calls them."""
    for name, value in options.items():
        if not 0.0 <= value:
            error = ValueError(f"Invalid {name}: {value}")
            error.add_note("it must be at least 0")
            raise error


def check_betas(betas: tuple[Any, Any]) -> None:
    """Raises torch's error for a decay rate outside of [0, 1)."""
    for index, beta in enumerate(betas[:2]):
        if not 0.0 <= beta < 1.0:
            error = ValueError(f"Invalid beta parameter at index {index}: {beta}")
            error.add_note("betas are decay rates, at least 0 and less than 1; the usual ones are (0.9, 0.999)")
            raise error


def check_fused(options: dict[str, Any]) -> None:
    """Raises torch's error for ways of running that exclude each other; all of them run the same code here."""
    if not options.get("fused"):
        return
    if options.get("differentiable"):
        raise RuntimeError("`fused` does not support `differentiable`")
    if options.get("foreach"):
        raise RuntimeError("`fused` and `foreach` cannot be `True` together.")


def number(value: Any) -> Any:
    """A number that may have been given as a tensor."""
    return value.item() if isinstance(value, TensorBase) else value  # type: ignore[attr-defined]
