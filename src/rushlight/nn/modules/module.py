"""`Module`: parameters, buffers and submodules by name, and the call with its hooks.

Longer than most files because the class is one concept with one public surface; saving and loading
(`state.py`) and traversal (`traversal.py`) are mixins beside it.
"""

from __future__ import annotations

from collections import OrderedDict
from types import FunctionType
from typing import Any

from ..._core.tensor_base import TensorBase, is_tensor
from ..._ops.queries import typename
from ..parameter import Parameter, is_lazy
from .backward_hooks import (
    global_hooks,
    has_global_hooks,
    register_module_backward_hook,
    register_module_buffer_registration_hook,
    register_module_forward_hook,
    register_module_forward_pre_hook,
    register_module_full_backward_hook,
    register_module_full_backward_pre_hook,
    register_module_module_registration_hook,
    register_module_parameter_registration_hook,
)
from .conversion import ConversionMixin
from .explanation import EXPLAINED, explain
from .hooks import HooksMixin
from .state import StateMixin
from .traversal import TraversalMixin

__all__ = [
    "Module", "register_module_backward_hook", "register_module_buffer_registration_hook",
    "register_module_forward_hook", "register_module_forward_pre_hook", "register_module_full_backward_hook",
    "register_module_full_backward_pre_hook", "register_module_module_registration_hook",
    "register_module_parameter_registration_hook",
]  # fmt: skip


class Module(HooksMixin, StateMixin, TraversalMixin, ConversionMixin):
    """Base class of neural-network modules.

    Assigning a `Parameter`, a module or a registered buffer to an attribute makes it part of the module.

    Attributes:
        training: whether the module is in training mode.

    Example::

        >>> class Double(torch.nn.Module):
        ...     def forward(self, x):
        ...         return x * 2
        >>> Double()(torch.ones(2))
        tensor([2., 2.])
    """

    dump_patches = False
    training: bool
    _is_full_backward_hook: bool | None
    call_super_init = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if not self.call_super_init and kwargs:
            raise TypeError(
                f"{type(self).__name__}.__init__() got an unexpected keyword argument '{next(iter(kwargs))}'"
            )
        if not self.call_super_init and args:
            raise TypeError(
                f"{type(self).__name__}.__init__() takes 1 positional argument but {len(args) + 1} were given"
            )
        fields = self.__dict__
        fields["training"] = True
        fields["_parameters"] = {}
        fields["_buffers"] = {}
        fields["_non_persistent_buffers_set"] = set()
        fields["_backward_pre_hooks"] = OrderedDict()
        fields["_backward_hooks"] = OrderedDict()
        fields["_is_full_backward_hook"] = None
        fields["_forward_hooks"] = OrderedDict()
        fields["_forward_hooks_with_kwargs"] = OrderedDict()
        fields["_forward_hooks_always_called"] = OrderedDict()
        fields["_forward_pre_hooks"] = OrderedDict()
        fields["_forward_pre_hooks_with_kwargs"] = OrderedDict()
        fields["_state_dict_hooks"] = OrderedDict()
        fields["_state_dict_pre_hooks"] = OrderedDict()
        fields["_load_state_dict_pre_hooks"] = OrderedDict()
        fields["_load_state_dict_post_hooks"] = OrderedDict()
        fields["_modules"] = {}
        if self.call_super_init:
            super().__init__(*args, **kwargs)

    def forward(self, *input: Any) -> Any:
        """What the module computes; every subclass defines its own.

        Raises:
            NotImplementedError: the subclass has not.
        """
        raise NotImplementedError(f'Module [{type(self).__name__}] is missing the required "forward" function')

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Runs `forward`, and hooks where there are any."""
        fields = self.__dict__
        try:
            if not (
                fields["_forward_pre_hooks"]
                or fields["_forward_hooks"]
                or fields["_backward_hooks"]
                or fields["_backward_pre_hooks"]
                or has_global_hooks()
            ):
                return self.forward(*args, **kwargs)
            return self._call_with_hooks(args, kwargs)
        except EXPLAINED as error:
            explain(self, error, args)
            raise

    def __getattr__(self, name: str) -> Any:
        fields = self.__dict__
        if "_parameters" in fields:  # else `__init__` has not run
            if name in fields["_parameters"]:
                return fields["_parameters"][name]
            if name in fields["_modules"]:
                return fields["_modules"][name]
            if name in fields["_buffers"]:
                return fields["_buffers"][name]
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")

    def __setattr__(self, name: str, value: Any) -> None:
        fields = self.__dict__
        parameters = fields.get("_parameters")
        if isinstance(value, Parameter):
            if parameters is None:
                raise _too_early(self, "parameters")
            self._forget(name, "_buffers", "_modules")
            self.register_parameter(name, value)
            return
        if parameters is not None and name in parameters:
            if value is not None:
                text = f"cannot assign '{typename(value)}' as parameter '{name}' (torch.nn.Parameter or None expected)"
                raise _noted(TypeError(text), f"assign torch.nn.Parameter(value), or set module.{name}.data")
            self.register_parameter(name, value)
            return
        modules = fields.get("_modules")
        if isinstance(value, Module):
            if modules is None:
                raise _too_early(self, "module")
            self._forget(name, "_parameters", "_buffers")
            modules[name] = _seen_by_hooks(self, name, value)
            return
        if modules is not None and name in modules:
            if value is not None:
                text = f"cannot assign '{typename(value)}' as child module '{name}' (torch.nn.Module or None expected)"
                raise _noted(TypeError(text), f"`del module.{name}` first if the name is to mean something else")
            modules[name] = _seen_by_hooks(self, name, value)
            return
        self._set_buffer_or_field(name, value)

    def _set_buffer_or_field(self, name: str, value: Any) -> None:
        buffers = self.__dict__.get("_buffers")
        if is_tensor(value) and getattr(value, "_is_buffer", False):
            if buffers is None:
                raise _too_early(self, "buffer")
            self._forget(name, "_parameters", "_modules")
            self.register_buffer(name, value, value.persistent)
            return
        if buffers is None or name not in buffers:
            object.__setattr__(self, name, value)
            return
        if value is not None and not isinstance(value, TensorBase):
            text = (
                f"cannot assign '{typename(value)}' as buffer '{name}' (torch.nn.Buffer, torch.Tensor or None expected)"
            )
            raise _noted(TypeError(text), f"assign torch.tensor(value), or `del module.{name}` first")
        buffers[name] = value

    def _forget(self, name: str, *tables: str) -> None:
        """Removes a name from the tables of other kinds, and from the fields."""
        self.__dict__.pop(name, None)
        for table in tables:
            found = self.__dict__.get(table)
            if found is not None:
                found.pop(name, None)
        self.__dict__.get("_non_persistent_buffers_set", set()).discard(name)

    def __delattr__(self, name: str) -> None:
        if name in self._parameters:
            del self._parameters[name]
        elif name in self._buffers:
            del self._buffers[name]
            self._non_persistent_buffers_set.discard(name)
        elif name in self._modules:
            del self._modules[name]
        else:
            object.__delattr__(self, name)

    def register_buffer(self, name: str, tensor: Any, persistent: bool = True) -> None:
        """Adds a tensor that is state but not trained.

        Args:
            name: attribute name, without dots.
            tensor: the tensor, or None.
            persistent: whether it is part of the ``state_dict``.

        Raises:
            KeyError: the name is taken, empty, or has a dot.
            TypeError: `tensor` is no tensor.
        """
        if "_buffers" not in self.__dict__:
            raise _too_early(self, "buffer")
        self._check_name("buffer", name, self._buffers)
        if tensor is not None and not isinstance(tensor, TensorBase):
            raise TypeError(
                f"cannot assign '{typename(tensor)}' object to buffer '{name}' (torch Tensor or None required)"
            )
        for hook in global_hooks.buffer_registration.values():
            answer = hook(self, name, tensor)
            tensor = tensor if answer is None else answer
        self._buffers[name] = tensor
        if persistent:
            self._non_persistent_buffers_set.discard(name)
        else:
            self._non_persistent_buffers_set.add(name)

    def register_parameter(self, name: str, param: Parameter | None) -> None:
        """Adds a parameter.

        Args:
            name: attribute name, without dots.
            param: the parameter, or None.

        Raises:
            KeyError: the name is taken, empty, or has a dot.
            TypeError: `param` is no parameter.
            ValueError: `param` is not a leaf.
        """
        if "_parameters" not in self.__dict__:
            raise _too_early(self, "parameter")
        self._check_name("parameter", name, self._parameters)
        if param is not None:
            if not isinstance(param, Parameter):
                what = f"'{typename(param)}' object to parameter '{name}'"
                text = f"cannot assign {what} (torch.nn.Parameter or None required)"
                raise _noted(TypeError(text), "pass torch.nn.Parameter(tensor)")
            if param.grad_fn is not None:
                text = (
                    f"Cannot assign non-leaf Tensor to parameter '{name}'. Model parameters must be created explicitly."
                    f" To express '{name}' as a function of another Tensor, compute the value in the forward() method."
                )
                raise _noted(ValueError(text), "for a parameter that starts from this value pass value.detach()")
            for hook in global_hooks.parameter_registration.values():
                answer = hook(self, name, param)
                param = param if answer is None else answer
        self._parameters[name] = param

    def register_module(self, name: str, module: Module | None) -> None:
        """Adds a submodule; the same as `add_module`."""
        self.add_module(name, module)

    def add_module(self, name: str, module: Module | None) -> None:
        """Adds a submodule.

        Args:
            name: attribute name, without dots.
            module: the module, or None.

        Raises:
            KeyError: the name is taken, empty, or has a dot.
            TypeError: `module` is no module.
        """
        if module is not None and not isinstance(module, Module):
            raise TypeError(f"{typename(module)} is not a Module subclass")
        self._check_name("module", name, self._modules)
        self._modules[name] = _seen_by_hooks(self, name, module)

    def _check_name(self, kind: str, name: Any, table: dict[str, Any]) -> None:
        if not isinstance(name, str):
            raise TypeError(f"{kind} name should be a string. Got {typename(name)}")
        if "." in name:
            raise KeyError(f'{kind} name can\'t contain "."{", got: " + name if kind == "module" else ""}')
        if name == "":
            raise KeyError(f'{kind} name can\'t be empty string ""')
        if hasattr(self, name) and name not in table:
            raise KeyError(f"attribute '{name}' already exists")

    def get_submodule(self, target: str) -> Module:
        """The submodule at a dotted path; the module itself for ``""``.

        Raises:
            AttributeError: there is no module there.
        """
        module: Any = self
        for part in target.split(".") if target else ():
            if not hasattr(module, part):
                raise AttributeError(f"{type(module).__name__} has no attribute `{part}`")
            module = getattr(module, part)
            if not isinstance(module, Module):
                raise AttributeError(f"`{part}` is not an nn.Module")
        return module

    def set_submodule(self, target: str, module: Module, strict: bool = False) -> None:
        """Puts a module at a dotted path.

        Raises:
            ValueError: the path is empty or `module` is no module.
            AttributeError: the path leads nowhere.
        """
        if target == "":
            raise ValueError("Cannot set the submodule without a target name!")
        if not isinstance(module, Module):
            raise ValueError(f"`module` is not an nn.Module, found {type(module)}")
        path, _, name = target.rpartition(".")
        parent = self.get_submodule(path)
        if strict and not hasattr(parent, name):
            raise AttributeError(f"{type(parent).__name__} has no attribute `{name}`")
        if hasattr(parent, name) and not isinstance(getattr(parent, name), Module):
            raise AttributeError(f"`{name}` is not an nn.Module")
        setattr(parent, name, module)

    def get_parameter(self, target: str) -> Parameter:
        """The parameter at a dotted path.

        Raises:
            AttributeError: there is no parameter there.
        """
        path, _, name = target.rpartition(".")
        module = self.get_submodule(path)
        if not hasattr(module, name):
            raise AttributeError(f"{type(module).__name__} has no attribute `{name}`")
        found = getattr(module, name)
        if not isinstance(found, Parameter):
            raise AttributeError(f"`{name}` is not an nn.Parameter")
        return found

    def get_buffer(self, target: str) -> Any:
        """The buffer at a dotted path.

        Raises:
            AttributeError: there is no buffer there.
        """
        path, _, name = target.rpartition(".")
        module = self.get_submodule(path)
        if not hasattr(module, name):
            raise AttributeError(f"{type(module).__name__} has no attribute `{name}`")
        if name not in module._buffers:
            raise AttributeError(f"`{name}` is not a buffer")
        return getattr(module, name)

    def extra_repr(self) -> str:
        """What stands between the parentheses of the module's repr."""
        return ""

    def _get_name(self) -> str:
        return type(self).__name__

    def __repr__(self) -> str:
        extra = self.extra_repr()
        lines = extra.split("\n") if extra else []
        children = [f"({name}): {_indented(repr(module))}" for name, module in self._modules.items()]
        if len(lines) == 1 and not children:
            return f"{self._get_name()}({lines[0]})"
        inside = lines + children
        if not inside:
            return f"{self._get_name()}()"
        return f"{self._get_name()}(\n  " + "\n  ".join(inside) + "\n)"

    def __dir__(self) -> list[str]:
        names = [*dir(type(self)), *self.__dict__, *self._parameters, *self._modules, *self._buffers]
        return sorted(name for name in names if not name[:1].isdigit())

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        for name, table in _LATER_TABLES.items():  # what modules pickled by old versions of torch do not have
            if name not in self.__dict__:
                self.__dict__[name] = table()
        self.__dict__.setdefault("_is_full_backward_hook", None)

    def has_uninitialized_params(self: Any) -> bool:
        """Whether a parameter or buffer of this module still waits for its shape."""
        return any(map(is_lazy, (*self._parameters.values(), *self._buffers.values())))

    def compile(self, *args: Any, **kwargs: Any) -> None:
        """Not supported: rushlight compiles kernels, not modules.

        Raises:
            NotImplementedError: always.
        """
        raise NotImplementedError("rushlight does not have Module.compile: large operators compile by themselves")


_LATER_TABLES: dict[str, type] = {"_non_persistent_buffers_set": set}
for _name in ("forward_pre_hooks", "forward_hooks_with_kwargs", "forward_pre_hooks_with_kwargs",
              "forward_hooks_always_called", "state_dict_hooks", "state_dict_pre_hooks", "load_state_dict_pre_hooks",
              "load_state_dict_post_hooks", "backward_pre_hooks"):  # fmt: skip
    _LATER_TABLES[f"_{_name}"] = OrderedDict

for _mixin in (HooksMixin, StateMixin, TraversalMixin, ConversionMixin):
    for _function in vars(_mixin).values():
        if isinstance(_function, FunctionType):  # so that errors on arguments and `help` name the class users know
            _function.__qualname__ = f"Module.{_function.__name__}"


def _noted(error: Exception, note: str) -> Exception:
    error.add_note(note)
    return error


def _too_early(module: Module, kind: str) -> Exception:
    error = AttributeError(f"cannot assign {kind} before Module.__init__() call")
    return _noted(error, f"the constructor of {type(module).__name__} begins with super().__init__()")


def _seen_by_hooks(parent: Module, name: str, module: Module | None) -> Module | None:
    """A submodule that is being registered, or what the hooks on that give in its place."""
    for hook in global_hooks.module_registration.values():
        answer = hook(parent, name, module)
        module = module if answer is None else answer
    return module


def _indented(text: str) -> str:
    first, *rest = text.split("\n")
    return "\n".join([first, *("  " + line for line in rest)])
