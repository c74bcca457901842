"""The class `Tensor`: state from `TensorBase`, methods from the table, and what makes one and shows it."""

from __future__ import annotations

from typing import Any

from . import _printing
from ._core.tensor_base import TensorBase, bind_tensor_class
from ._methods import TensorMethods
from ._methods.legacy import construct


class Tensor(TensorBase, TensorMethods):
    """A multi-dimensional array that can record how it was computed.

    Called, it is the constructor from before `torch.tensor`: sizes give a tensor with whatever was in its memory,
    a sequence gives its values in the default dtype, a tensor is shared.

    Example::

        >>> torch.Tensor([1, 2])
        tensor([1., 2.])
    """

    __module__ = "rushlight"
    __slots__ = ()

    def __hash__(self) -> int:
        return id(self)

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        """The legacy constructor; see the class."""
        found = construct(None, args, kwargs)
        return found if cls is Tensor else found.as_subclass(cls)

    def new(self, *args: Any, **kwargs: Any) -> Tensor:
        """What the legacy constructor of this tensor's dtype makes of the arguments.

        Example::

            >>> torch.ones(2).new([3, 4])
            tensor([3., 4.])
        """
        return construct(self.dtype, args, kwargs)

    def __repr__(self, *, tensor_contents: Any = None) -> str:
        return _printing.tensor_repr(self, tensor_contents=tensor_contents)

    def __format__(self, spec: str) -> str:
        return _printing.tensor_format(self, spec)

    def __dir__(self) -> list[str]:
        return sorted(name for name in {*object.__dir__(self), *self.__dict__} if not name[0].isdigit())


bind_tensor_class(Tensor)
