"""The class `Tensor`: state from `TensorBase`, methods from the table, and what is neither."""

from __future__ import annotations

from typing import Any

from . import _printing
from ._core import devices, dtypes
from ._core.meta_array import MetaArray
from ._core.sizes import Size
from ._core.tensor_base import LEAF, TensorBase, bind_tensor_class, extra_of
from ._methods import TensorMethods
from ._tape.node import OutputEdge
from .autograd.api import backward as _backward


class Tensor(TensorBase, TensorMethods):
    """A multi-dimensional array that can record how it was computed."""

    __slots__ = ()

    @property
    def shape(self) -> Size:
        """The sizes of the dimensions."""
        return tuple.__new__(Size, self._array.shape)

    @property
    def dtype(self) -> dtypes.dtype:
        """The element type."""
        return dtypes.of_numpy(self._array.dtype)

    @property
    def device(self) -> devices.device:
        """Where the memory is."""
        return devices.META if type(self._array) is MetaArray else devices.CPU

    @property
    def requires_grad(self) -> bool:
        """Whether operators on this tensor are recorded."""
        return self._edge is not None

    @requires_grad.setter
    def requires_grad(self, value: bool) -> None:
        self._edge = LEAF if value else None

    @property
    def grad_fn(self) -> Any:
        """The node that made this tensor; None for leaves."""
        edge = self._edge
        if edge is None or edge is LEAF:
            return None
        return edge.node if type(edge) is OutputEdge else edge

    @property
    def is_leaf(self) -> bool:
        """Whether no recorded operator made this tensor."""
        return self._edge is None or self._edge is LEAF

    @property
    def grad(self) -> Any:
        """The accumulated gradient."""
        return None if self._extra is None else self._extra.grad

    def _set_grad(self, gradient: Any) -> None:
        extra_of(self).grad = gradient

    def numel(self) -> int:
        """The number of elements."""
        return int(self._array.size)

    def backward(
        self, gradient: Any = None, retain_graph: Any = None, create_graph: bool = False, inputs: Any = None
    ) -> None:
        """Computes gradients of this tensor with respect to the leaves of its graph."""
        _backward(self, gradient, retain_graph, create_graph, inputs)

    def __repr__(self, *, tensor_contents: Any = None) -> str:
        return _printing.tensor_repr(self)


bind_tensor_class(Tensor)
