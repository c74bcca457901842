"""Tensors that belong to a module: parameters, buffers, and those whose shape is not known yet."""

from __future__ import annotations

from typing import Any

import numpy as np

from .._core.tensor_base import LEAF, register_plain, wrap
from .._declare.overrides import unconverted
from ..tensor import Tensor


class _ParameterMeta(type(Tensor)):  # type: ignore[misc]
    """Makes any tensor flagged as one an instance of `Parameter`, as custom tensor subclasses are."""

    def __instancecheck__(cls, instance: Any) -> bool:
        if type.__instancecheck__(cls, instance):
            return True
        return cls is Parameter and isinstance(instance, Tensor) and getattr(instance, "_is_param", False)


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
        found.requires_grad_(True)
    return found


def _rebuild_parameter(data: Any, requires_grad: bool, state: dict[str, Any]) -> Parameter:
    found = Parameter(data, requires_grad)
    found.__dict__.update(state)
    return found


register_plain(Parameter)


class Buffer(Tensor, metaclass=_ParameterMeta):
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
        fresh: Any = self._fresh(shape, dtype)
        self._array = fresh._array
        self._storage = fresh._storage
        self.__class__ = self.cls_to_become

    def _fresh(self: Any, shape: Any, dtype: Any) -> Any:
        with_dtype = self._array.dtype if dtype is None else dtype.numpy

        return wrap(np.empty(tuple(shape), with_dtype))

    @property
    def shape(self) -> Any:
        """Not known yet.

        Raises:
            RuntimeError: always.
        """
        raise RuntimeError(self._ERROR)


class UninitializedParameter(UninitializedTensorMixin, Parameter):
    """A parameter whose shape its lazy module works out from its first input.

    Example::

        >>> torch.nn.LazyLinear(3).weight
        <UninitializedParameter>
    """

    __slots__ = ()
    cls_to_become = Parameter

    def __new__(cls, requires_grad: bool = True, device: Any = None, dtype: Any = None) -> Any:
        """An empty tensor that waits for its shape."""

        from_dtype = np.float32 if dtype is None else dtype.numpy
        found = _share(cls, wrap(np.empty(0, from_dtype)), False)
        found._edge = LEAF if requires_grad else None
        return found

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        if id(self) not in memo:
            memo[id(self)] = type(self)(self.requires_grad)
        return memo[id(self)]

    def __repr__(self, *, tensor_contents: Any = None) -> str:  # type: ignore[override]  # see `Parameter`
        return f"<{type(self).__name__}>"


class UninitializedBuffer(UninitializedTensorMixin, Tensor):
    """A buffer whose shape its lazy module works out from its first input."""

    __slots__ = ()
    cls_to_become = Tensor

    def __new__(
        cls, requires_grad: bool = False, device: Any = None, dtype: Any = None, persistent: bool = True
    ) -> Any:
        """An empty tensor that waits for its shape."""

        found = _share(cls, wrap(np.empty(0, np.float32 if dtype is None else dtype.numpy)), False)
        found.persistent = persistent
        found._is_buffer = True
        return found

    def __repr__(self, *, tensor_contents: Any = None) -> str:  # type: ignore[override]  # see `Parameter`
        return f"<{type(self).__name__}>"


def is_lazy(parameter: Any) -> bool:
    """Whether a parameter or buffer still waits for its shape."""
    return isinstance(parameter, UninitializedTensorMixin)
