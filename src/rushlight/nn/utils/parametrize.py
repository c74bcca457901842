"""Parameters that are functions of others: `register_parametrization` and what goes with it."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar, NoReturn

from ..._core.tensor_base import is_tensor
from ...autograd.grad_mode import no_grad
from ..modules.container import ModuleDict, ModuleList
from ..modules.module import Module
from ..parameter import Parameter

__all__ = [
    "ParametrizationList", "cached", "is_parametrized", "register_parametrization", "remove_parametrizations",
    "transfer_parametrizations_and_params", "type_before_parametrizations",
]  # fmt: skip


class _Cache:
    """Values of parametrized tensors, kept while a `cached` block is open."""

    depth = 0
    values: ClassVar[dict[tuple[int, str], Any]] = {}


@contextmanager
def cached() -> Iterator[None]:
    """Within this block every parametrized tensor is worked out once, however often it is read.

    Example::

        >>> layer = torch.nn.utils.parametrizations.weight_norm(torch.nn.Linear(2, 2))
        >>> with torch.nn.utils.parametrize.cached():
        ...     layer.weight is layer.weight
        True
    """
    _Cache.depth += 1
    try:
        yield
    finally:
        _Cache.depth -= 1
        if not _Cache.depth:
            _Cache.values = {}


def _register(module: Module, name: str, value: Any) -> None:
    if isinstance(value, Parameter):
        module.register_parameter(name, value)
    else:
        module.register_buffer(name, value)


class ParametrizationList(ModuleList):
    """The functions that make one tensor of a module, and what they make it from.

    The tensor they start from is `original`; where the first function takes several tensors, these are `original0`,
    `original1` and so on.

    Args:
        modules: the functions, in the order in which they run.
        original: the tensor before it was parametrized.
        unsafe: whether functions may change dtype and shape, and are not tried out.

    Attributes:
        is_tensor: whether there is one original.
        ntensors: how many there are.
        unsafe: as given.
    """

    def __init__(self, modules: Sequence[Module], original: Any, unsafe: bool = False) -> None:
        if len(modules) == 0:
            raise ValueError("ParametrizationList requires one or more modules.")
        super().__init__(modules)
        self.unsafe = unsafe
        shape, dtype = original.shape, original.dtype
        with no_grad():
            new = original
            for module in reversed(list(self)):
                if hasattr(module, "right_inverse"):
                    try:
                        new = module.right_inverse(new)
                    except NotImplementedError:
                        continue
        self._take_originals(original, new)
        if not unsafe:
            self._try_out(shape, dtype)

    def _take_originals(self, original: Any, new: Any) -> None:
        """Registers what the functions start from; a single tensor stays the object it was."""
        several = isinstance(new, Sequence)
        if not several and not is_tensor(new):
            raise ValueError(
                "'right_inverse' must return a Tensor or a Sequence of tensors (list, tuple...). "
                f"Got {type(new).__name__}"
            )
        self.is_tensor = not several
        self.ntensors = len(new) if several else 1
        if not several:
            if original.dtype != new.dtype:
                raise ValueError(
                    "When `right_inverse` outputs one tensor, it may not change the dtype.\n"
                    f"original.dtype: {original.dtype}\nright_inverse(original).dtype: {new.dtype}"
                )
            with no_grad():
                original.set_(new)
            _register(self, "original", original)
            return
        for place, value in enumerate(new):
            if not is_tensor(value):
                raise ValueError(
                    "'right_inverse' must return a Tensor or a Sequence of tensors (list, tuple...). "
                    f"Got element {place} of the sequence with type {type(value).__name__}."
                )
            if isinstance(original, Parameter):
                value = Parameter(value, original.requires_grad)
            _register(self, f"original{place}", value)

    def _try_out(self, shape: Any, dtype: Any) -> None:
        found = self()
        if not is_tensor(found):
            raise ValueError(f"A parametrization must return a tensor. Got {type(found).__name__}.")
        for what, before, after in (("dtype", dtype, found.dtype), ("shape", shape, found.shape)):
            if before != after:
                raise ValueError(
                    f"Registering a parametrization may not change the {what} of the tensor, unless `unsafe` flag is "
                    f"enabled.\nunparametrized {what}: {before}\nparametrized {what}: {after}"
                )

    def _originals(self) -> list[Any]:
        return [getattr(self, name) for name in self._original_names()]

    def _original_names(self) -> list[str]:
        return ["original"] if self.is_tensor else [f"original{place}" for place in range(self.ntensors)]

    def right_inverse(self, value: Any) -> None:
        """Sets the originals so that the parametrized tensor becomes `value`.

        Args:
            value: a tensor.

        Raises:
            RuntimeError: a function has no ``right_inverse``.
            ValueError: what it returns is of another type or dtype than the originals.
        """
        with no_grad():
            for module in reversed(list(self)):
                if not hasattr(module, "right_inverse"):
                    error = RuntimeError(f"parametrization {type(module).__name__} does not implement right_inverse.")
                    error.add_note("a parametrized tensor can be assigned to if every function on it can be undone")
                    raise error
                value = module.right_inverse(value)
            if not self.is_tensor:
                self._set_several(value)
                return
            if not is_tensor(value):
                raise ValueError(f"`right_inverse` should return a tensor. Got {type(value).__name__}")
            original: Any = self.original
            if value.dtype != original.dtype:
                raise ValueError(
                    f"The tensor returned by `right_inverse` has dtype {value.dtype} while `original` has dtype "
                    f"{original.dtype}"
                )
            original.set_(value)

    def _set_several(self, values: Any) -> None:
        if not isinstance(values, Sequence):
            raise ValueError(f"'right_inverse' must return a sequence of tensors. Got {type(values).__name__}.")
        if len(values) != self.ntensors:
            raise ValueError(
                f"'right_inverse' must return a sequence of tensors of length {self.ntensors}. Got a sequence of "
                f"length {len(values)}."
            )
        for place, (value, original) in enumerate(zip(values, self._originals(), strict=True)):
            if not is_tensor(value):
                raise ValueError(
                    "'right_inverse' must return a sequence of tensors or reference-type opaques. Got element "
                    f"{place} of type {type(value).__name__}."
                )
            if value.dtype != original.dtype:
                raise ValueError(
                    f"Tensor {place} returned by `right_inverse` has dtype {value.dtype} while `original{place}` has "
                    f"dtype {original.dtype}"
                )
            original.set_(value)

    def forward(self) -> Any:
        """The parametrized tensor."""
        first, *rest = self
        value = first(*self._originals())
        for module in rest:
            value = module(value)
        return value


def _property(name: str) -> property:
    """The attribute that stands for a parametrized tensor."""

    def get(self: Any) -> Any:
        if not _Cache.depth:
            return self.parametrizations[name]()
        key = id(self), name
        if key not in _Cache.values:
            _Cache.values[key] = self.parametrizations[name]()
        return _Cache.values[key]

    def put(self: Any, value: Any) -> None:
        self.parametrizations[name].right_inverse(value)

    return property(get, put)


def _refuse_pickling(self: Any) -> NoReturn:
    raise RuntimeError(
        "Serialization of parametrized modules is only supported through state_dict(). See:\n"
        "https://pytorch.org/tutorials/beginner/saving_loading_models.html"
        "#saving-loading-a-general-checkpoint-for-inference-and-or-resuming-training"
    )


def _deepcopy(self: Any, memo: dict[int, Any]) -> Any:
    if id(self) in memo:
        return memo[id(self)]
    other = memo[id(self)] = object.__new__(type(self))
    other.__dict__.update(copy.deepcopy(self.__dict__, memo))
    return other


def _change_class(module: Any, base: type, names: Sequence[str]) -> None:
    """Gives a module a class of its own in which the named tensors are properties; `base` itself if there are none.

    A class is never changed once made: deep copies share it.
    """
    if not names:
        module.__class__ = base
        return
    members: dict[str, Any] = {name: _property(name) for name in names}
    members["__getstate__"] = _refuse_pickling
    if "__deepcopy__" not in base.__dict__:
        members["__deepcopy__"] = _deepcopy
    module.__class__ = type(f"Parametrized{base.__name__}", (base,), members)


def register_parametrization(module: Any, tensor_name: str, parametrization: Any, *, unsafe: bool = False) -> Any:
    """Makes a tensor of a module the value of a function.

    From then on ``module.weight`` (say) is ``parametrization(original)``, and assigning to it sets the original if
    `parametrization` has a method ``right_inverse``. A second function is applied to the value of the first.

    Args:
        module: the module.
        tensor_name: name of its parameter or buffer.
        parametrization: a module; one argument as a rule, several if ``right_inverse`` returns as many tensors.
        unsafe: whether it may change the dtype and the shape, and is not tried out.

    Returns:
        `module`, whose class is now called ``Parametrized...``.

    Raises:
        ValueError: there is no such tensor, or its shape or dtype would change.

    Example::

        >>> class Symmetric(torch.nn.Module):
        ...     def forward(self, x):
        ...         return x.triu() + x.triu(1).mT
        >>> layer = torch.nn.utils.parametrize.register_parametrization(torch.nn.Linear(2, 2), "weight", Symmetric())
        >>> torch.equal(layer.weight, layer.weight.mT), list(layer.state_dict())
        (True, ['bias', 'parametrizations.weight.original'])
    """
    parametrization.train(module.training)
    if is_parametrized(module, tensor_name):
        listed = module.parametrizations[tensor_name]
        if not unsafe:
            _check_next(getattr(module, tensor_name), tensor_name, parametrization)
        listed.append(parametrization)
        listed.unsafe |= unsafe
        return module
    if tensor_name not in module._buffers and tensor_name not in module._parameters:
        error = ValueError(
            f"Module '{module}' does not have a parameter, a buffer, or a parametrized element with name "
            f"'{tensor_name}'"
        )
        names = [*module._parameters, *module._buffers]
        error.add_note(f"its own parameters and buffers are {', '.join(names) or 'none'}")
        raise error
    listed = ParametrizationList([parametrization], getattr(module, tensor_name), unsafe=unsafe)
    delattr(module, tensor_name)
    base, names = type_before_parametrizations(module), []
    if is_parametrized(module):
        names = list(module.parametrizations)
    else:
        module.parametrizations = ModuleDict()
    _change_class(module, base, [*names, tensor_name])
    module.parametrizations[tensor_name] = listed
    return module


def _check_next(value: Any, name: str, parametrization: Any) -> None:
    """Refuses a function that changes the dtype or shape of a tensor already parametrized."""
    after = parametrization(value)
    if not is_tensor(after):
        raise ValueError(f"A parametrization must return a tensor. Got {type(after).__name__}.")
    for what in ("dtype", "shape"):
        if getattr(after, what) != getattr(value, what):
            raise ValueError(
                f"Registering a parametrization may not change the {what} of the tensor, unless the `unsafe` flag is "
                f"enabled.\nmodule.{name}.{what}: {getattr(value, what)}\n"
                f"parametrization(module.{name}).{what}: {getattr(after, what)}"
            )
    if not hasattr(parametrization, "right_inverse"):
        return
    try:
        back = parametrization.right_inverse(after)
    except NotImplementedError:
        return
    if not is_tensor(back):
        raise ValueError(f"parametrization.right_inverse must return a tensor. Got: {type(back).__name__}")
    for what in ("dtype", "shape"):
        if getattr(back, what) != getattr(value, what):
            raise ValueError(
                f"The tensor returned by parametrization.right_inverse must have the same {what} as module.{name}, "
                f"unless the `unsafe` flag is enabled.\nmodule.{name}.{what}: {getattr(value, what)}\n"
                f"returned {what}: {getattr(back, what)}"
            )


def is_parametrized(module: Any, tensor_name: str | None = None) -> bool:
    """Whether a module has a parametrized tensor; with a name, whether that tensor is.

    Example::

        >>> torch.nn.utils.parametrize.is_parametrized(torch.nn.Linear(1, 1), "weight")
        False
    """
    found = getattr(module, "parametrizations", None)
    if not isinstance(found, ModuleDict):
        return False
    return len(found) > 0 if tensor_name is None else tensor_name in found


def remove_parametrizations(module: Any, tensor_name: str, leave_parametrized: bool = True) -> Any:
    """Makes a parametrized tensor an ordinary one again.

    Args:
        module: the module.
        tensor_name: the tensor.
        leave_parametrized: whether it keeps its present value, rather than the one of the original.

    Raises:
        ValueError: it is not parametrized, or was made from several tensors and is not to keep its value.

    Example::

        >>> layer = torch.nn.utils.parametrizations.weight_norm(torch.nn.Linear(2, 2))
        >>> torch.nn.utils.parametrize.remove_parametrizations(layer, "weight")
        Linear(in_features=2, out_features=2, bias=True)
    """
    if not is_parametrized(module, tensor_name):
        raise ValueError(f"Module {module} does not have a parametrization on {tensor_name}")
    listed = module.parametrizations[tensor_name]
    if listed.is_tensor:
        original = listed.original
        if leave_parametrized:
            with no_grad():
                _set_value(original, getattr(module, tensor_name))
    elif leave_parametrized:
        value = getattr(module, tensor_name)
        original = Parameter(value) if value.requires_grad else value
    else:
        raise ValueError(
            "Cannot leave unparametrized (`leave_parametrized=False`) a tensor that is parametrized in terms of a "
            "sequence of tensors."
        )
    base = type_before_parametrizations(module)
    del module.parametrizations[tensor_name]
    _change_class(module, base, list(module.parametrizations))
    _register(module, tensor_name, original)
    if not is_parametrized(module):
        delattr(module, "parametrizations")
    return module


def _set_value(original: Any, value: Any) -> None:
    if original.dtype != value.dtype:
        error = RuntimeError(
            "Calling remove_parametrizations() with leave_parametrized=True for a parameter that is an instance of a "
            "tensor subclass requires set_() to be implemented correctly for the tensor subclass."
            "Alternatively, one can opt into the swap_tensors path"
            "Either set leave_parametrized=False or provide a working implementation"
            "for set_() in the tensor subclass or set torch.__future__.set_swap_module_params_on_conversion(True)."
        )
        error.add_note(f"the original is {original.dtype} and the parametrized tensor {value.dtype}")
        raise error
    original.set_(value)


def type_before_parametrizations(module: Any) -> type:
    """The class a module had before a tensor of it was parametrized.

    Example::

        >>> layer = torch.nn.utils.parametrizations.weight_norm(torch.nn.Linear(2, 2))
        >>> torch.nn.utils.parametrize.type_before_parametrizations(layer).__name__
        'Linear'
    """
    return type(module).__bases__[0] if is_parametrized(module) else type(module)


def transfer_parametrizations_and_params(from_module: Any, to_module: Any, tensor_name: str | None = None) -> Any:
    """Gives a module the parametrizations of another, and the originals they start from; both are shared.

    Args:
        from_module: where they come from.
        to_module: where they go.
        tensor_name: the tensor, if only one is meant.

    Returns:
        `to_module`.
    """
    if not is_parametrized(from_module):
        return to_module
    names = list(from_module.parametrizations) if tensor_name is None else [tensor_name]
    for name in names:
        listed = from_module.parametrizations[name]
        if not hasattr(to_module, name):
            _register(to_module, name, copy.deepcopy(listed._originals()[0]))
        for parametrization in listed:
            register_parametrization(to_module, name, parametrization)
        for original in listed._original_names():
            setattr(to_module.parametrizations[name], original, getattr(listed, original))
    return to_module
