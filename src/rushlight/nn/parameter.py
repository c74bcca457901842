"""Tensors that belong to a module: parameters, buffers, and those whose shape is not known yet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .._core.tensor_base import LEAF, register_plain, wrap
from .._declare.overrides import unconverted
from .._ops.creation import empty
from ..tensor import Tensor


class _ParameterMeta(type(Tensor)):  # type: ignore[misc]
    """Makes any tensor flagged as one an instance of `Parameter`, as custom tensor subclasses are."""

    def __instancecheck__(cls, instance: Any) -> bool:
        if type.__instancecheck__(cls, instance):
            return True
        return cls is Parameter and isinstance(instance, Tensor) and getattr(instance, "_is_param", False)


class _BufferMeta(type(Tensor)):  # type: ignore[misc]
    """Makes any tensor flagged as one an instance of `Buffer`."""

    def __instancecheck__(cls, instance: Any) -> bool:
        if type.__instancecheck__(cls, instance):
            return True
        return cls is Buffer and isinstance(instance, Tensor) and getattr(instance, "_is_buffer", False)


class Parameter(Tensor, metaclass=_ParameterMeta):
    """A tensor that is a parameter of the module it is assigned to.

    Args:
        data: the values; shared, not copied.
        requires_grad: whether a gradient is wanted.

    Example::

        >>> torch.nn.Parameter(torch.ones(2))
        Parameter containing:
        tensor([1., 1.], requires_grad=True)
    """

    __slots__ = ()
    __torch_function__: Any = classmethod(unconverted)  # what is computed from a parameter is no parameter

    def __new__(cls, data: Any = None, requires_grad: bool = True) -> Any:
        """Shares the memory of `data`, which itself stays as it is."""
        if data is None:
            data = wrap(np.empty(0, np.float32))
        if type(data) is Tensor or type(data) is Parameter:
            return _share(cls, data, requires_grad)
        found = data.detach().requires_grad_(requires_grad)
        if type(found) is not type(data):
            raise RuntimeError(
                f"Creating a Parameter from an instance of type {type(data).__name__} requires that detach() returns "
                f"an instance of the same type, but return type {type(found).__name__} was found instead. To use the "
                "type as a Parameter, please correct the detach() semantics defined by its __torch_dispatch__() "
                "implementation."
            )
        found._is_param = True
        return found

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        if id(self) in memo:
            return memo[id(self)]
        result = type(self)(self.data.clone(), self.requires_grad)
        memo[id(self)] = result
        return result

    # mypy drops the names of parameters of special methods, and takes keyword-only ones for unknown
    def __repr__(self, *, tensor_contents: Any = None) -> str:  # type: ignore[override]
        return "Parameter containing:\n" + super().__repr__(tensor_contents=tensor_contents)  # type: ignore[call-arg]

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        return _rebuild_parameter, (self.data, self.requires_grad, dict(self.__dict__))


def _share(cls: type, data: Any, requires_grad: bool) -> Any:
    """A tensor of class `cls` over the memory of `data`, a leaf of its own."""
    found: Any = object.__new__(cls)
    shared = data.detach()
    found._array = shared._array
    found._storage = shared._storage
    found._base = None
    found._extra = None
    found._edge = None
    if requires_grad:
        if not (found.dtype.is_floating_point or found.dtype.is_complex):
            error = RuntimeError("Only Tensors of floating point and complex dtype can require gradients")
            error.add_note(f"the dtype is {found.dtype}: pass requires_grad=False, or convert the tensor first")
            raise error
        found.requires_grad_(True)
    return found


def _rebuild_parameter(data: Any, requires_grad: bool, state: dict[str, Any]) -> Parameter:
    found = Parameter(data, requires_grad)
    found.__dict__.update(state)
    return found


register_plain(Parameter)


class Buffer(Tensor, metaclass=_BufferMeta):
    """A tensor that is a buffer of the module it is assigned to: state that is not trained.

    Args:
        data: the values; shared, not copied.
        persistent: whether it is part of the module's ``state_dict``.

    Example::

        >>> torch.nn.Buffer(torch.ones(2)).persistent
        True
    """

    def __new__(cls, data: Any = None, *, persistent: bool = True) -> Any:
        """Shares the memory of `data`, flagged as a buffer."""
        if data is None:
            data = Parameter(requires_grad=False).data
        found = data.detach().requires_grad_(data.requires_grad)
        found.persistent = persistent
        found._is_buffer = True
        return found


_PERMITTED = frozenset((
    "__get__", "__hash__", "__reduce_ex__", "_to_copy", "copy_", "size", "is_complex", "is_floating_point",
    "get_device", "to", "cpu", "cuda", "half", "float", "double", "char", "short", "int", "long",
))  # fmt: skip
"""What can be asked of a tensor that waits for its shape."""


class UninitializedTensorMixin:
    """A parameter or buffer whose shape is known only after the first call of its module."""

    cls_to_become: type

    _ERROR = (
        "Can't access the shape of an uninitialized parameter or buffer. This error usually happens in "
        "`load_state_dict` "
        "when trying to load an uninitialized parameter into an initialized one. Call `forward` to initialize the "
        "parameters before accessing their attributes."
    )

    def materialize(self, shape: Any, device: Any = None, dtype: Any = None) -> None:
        """Gives the tensor memory of a shape, in place.

        Args:
            shape: the sizes.
            device, dtype: where and what; by default as when it was made.
        """
        self._adopt(self._blank(tuple(shape), device, dtype))
        self.__class__ = self.cls_to_become

    def convert(self, function: Callable[[Any], Any]) -> None:
        """Changes what the memory will be, in place: dtype and device, by a function of a tensor without elements."""
        self._adopt(function(self._blank((0,))))

    def _blank(self: Any, shape: tuple[int, ...], device: Any = None, dtype: Any = None) -> Any:
        return empty(
            shape,
            dtype=self.dtype if dtype is None else dtype,
            device=self.device if device is None else device,
        )

    def _adopt(self, fresh: Any) -> None:
        self._array = fresh._array
        self._storage = fresh._storage

    @property
    def shape(self) -> Any:
        """Not known yet.

        Raises:
            RuntimeError: always.
        """
        raise RuntimeError(self._ERROR)

    def share_memory_(self) -> Any:
        """Not possible yet.

        Raises:
            RuntimeError: always.
        """
        raise RuntimeError(
            "Can't share memory on an uninitialized parameter or buffer. Call `forward` to initialize the parameters "
            "before calling `module.share_memory()`."
        )

    def __deepcopy__(self: Any, memo: dict[int, Any]) -> Any:
        if id(self) not in memo:
            memo[id(self)] = type(self)(self.requires_grad, self.device, self.dtype)
        return memo[id(self)]

    def __reduce_ex__(self: Any, protocol: Any) -> tuple[Any, ...]:
        return type(self), (self.requires_grad, self.device, self.dtype)

    def __repr__(self, *, tensor_contents: Any = None) -> str:
        return f"<{type(self).__name__}>"

    @classmethod
    def __torch_function__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Refuses to compute with values that are not there yet."""
        name = getattr(func, "__name__", str(func))
        if name not in _PERMITTED:
            raise _unusable(cls, name)
        return unconverted(cls, func, types, args, kwargs)


def _unusable(cls: type, name: str) -> ValueError:
    return ValueError(
        f"Attempted to use an uninitialized parameter in <method '{name}' of 'torch._C.TensorBase' objects>. This "
        "error happens when you are using a `LazyModule` or explicitly manipulating "
        f"`torch.nn.parameter.{cls.__name__}` objects. When using LazyModules Call `forward` with a dummy batch to "
        "initialize the parameters before calling torch functions"
    )


def _refusal(name: str) -> Callable[..., Any]:
    def refuse(self: Any, *args: Any, **kwargs: Any) -> Any:
        raise _unusable(type(self), name)

    refuse.__name__ = name
    refuse.__doc__ = f"`Tensor.{name}`, not known yet: raises ValueError."
    return refuse


for _name in (
    "__bool__", "__len__", "dim", "element_size", "item", "nelement", "numel", "numpy", "requires_grad_", "stride",
    "tolist",
):  # fmt: skip
    setattr(UninitializedTensorMixin, _name, _refusal(_name))  # these are no operators, which are refused above


class UninitializedParameter(UninitializedTensorMixin, Parameter):  # type: ignore[misc]  # see `Parameter`
    """A parameter whose shape its lazy module works out from its first input.

    Args:
        requires_grad: whether a gradient is wanted.
        device, dtype: where and what it will be.

    Example::

        >>> torch.nn.LazyLinear(3).weight
        <UninitializedParameter>
    """

    __slots__ = ()
    cls_to_become = Parameter

    def __new__(cls, requires_grad: bool = True, device: Any = None, dtype: Any = None) -> Any:
        """An empty tensor that waits for its shape."""
        found = _share(cls, empty(0, dtype=dtype, device=device), False)
        found._edge = LEAF if requires_grad else None
        return found


class UninitializedBuffer(UninitializedTensorMixin, Tensor):  # type: ignore[misc]  # see `Parameter`
    """A buffer whose shape its lazy module works out from its first input.

    Args:
        requires_grad: accepted for compatibility.
        device, dtype: where and what it will be.
        persistent: whether it is part of the module's ``state_dict``.
    """

    __slots__ = ()
    cls_to_become = Tensor

    def __new__(
        cls, requires_grad: bool = False, device: Any = None, dtype: Any = None, persistent: bool = True
    ) -> Any:
        """An empty tensor that waits for its shape."""
        found = _share(cls, empty(0, dtype=dtype, device=device), False)
        found.persistent = persistent
        found._is_buffer = True
        return found


def is_lazy(parameter: Any) -> bool:
    """Whether a parameter or buffer still waits for its shape."""
    return isinstance(parameter, UninitializedTensorMixin)
