"""`Variable`, the name that tensors in a graph had before torch 0.4; programs of that time still use it."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, cast

from .._core.names import type_name
from .._core.tensor_base import TensorBase

if TYPE_CHECKING:
    from ..tensor import Tensor


class _AnyTensor(type):
    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, TensorBase)


class Variable(metaclass=_AnyTensor):
    """A tensor outside any graph that shares its memory with `data`; every tensor is an instance.

    Args:
        data: a tensor of any shape.
        requires_grad: whether gradients are computed for it.
        volatile: without effect but for a warning; `torch.no_grad` took its place.

    Raises:
        TypeError: if `data` is not a tensor.
        ValueError: if both flags are set.

    Example::

        >>> torch.autograd.Variable(torch.ones(2), requires_grad=True)
        tensor([1., 1.], requires_grad=True)
    """

    def __new__(cls, data: Any, requires_grad: bool = False, volatile: bool = False) -> Tensor:  # type: ignore[misc]
        """See the class."""
        if volatile:
            warnings.warn(
                "volatile was removed and now has no effect. Use `with torch.no_grad():` instead.", stacklevel=2
            )
            if requires_grad:
                raise ValueError("Variable can't be volatile and require_grad at the same time!")
        if not isinstance(data, TensorBase):
            error = TypeError(f"Variable data has to be a tensor, but got {type_name(data)}")
            error.add_note(f"Make a tensor of it first: torch.tensor({data!r}).")
            raise error
        return cast("Tensor", data).detach().requires_grad_(requires_grad)
