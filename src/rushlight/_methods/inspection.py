"""What a tensor is and what it holds: sizes, strides, kinds of numbers, and its elements as Python values."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from .._core.devices import CPU, META, device
from .._core.dtypes import BY_NUMBER, dtype, of_numpy
from .._core.layouts import (
    channels_last,
    contiguous_format,
    format_strides,
    layout,
    memory_format,
    preserve_format,
    strided,
)
from .._core.meta_array import MetaArray
from .._core.names import type_name
from .._core.numbers import fitted
from .._core.options import check_format
from .._core.sizes import SIZES, STEPS, Size, contiguous_strides, wrap_dim
from .._core.tensor_base import PLAIN, TensorBase, bump
from .._declare.binding import is_number
from .._declare.fast_views import make_view


class InspectionMethods:
    """Rows of the method table: geometry and elements."""

    __slots__ = ()

    is_cpu = property(lambda self: type(self._array) is not MetaArray, doc="Whether the tensor has memory on the CPU.")
    is_meta = property(lambda self: type(self._array) is MetaArray, doc="Whether the tensor has a shape only.")
    # what no tensor of rushlight is
    is_cuda = is_ipu = is_maia = is_mkldnn = is_mps = is_mtia = is_nested = is_quantized = False
    is_sparse = is_sparse_csr = is_vulkan = is_xla = is_xpu = False

    @property
    def shape(self: Any) -> Size:
        """The sizes of the dimensions."""
        return SIZES[self._array.shape]

    @property
    def ndim(self: Any) -> int:
        """The number of dimensions."""
        return self._array.ndim

    @property
    def dtype(self: Any) -> dtype:
        """The element type."""
        try:
            return BY_NUMBER[self._array.dtype.num]
        except KeyError:
            return of_numpy(self._array.dtype)

    @property
    def device(self: Any) -> device:
        """Where the memory is."""
        return META if type(self._array) is MetaArray else CPU

    @property
    def layout(self: Any) -> layout:
        """How the elements are kept: always `torch.strided`."""
        return strided

    @property
    def nbytes(self: Any) -> int:
        """Bytes of all elements."""
        return int(self._array.size * self._array.itemsize)

    @property
    def itemsize(self: Any) -> int:
        """Bytes per element."""
        return self._array.itemsize

    def size(self: Any, dim: int | None = None) -> Any:
        """The shape, or the size of one dimension.

        Raises:
            IndexError: there is no such dimension.

        Example::

            >>> torch.ones(2, 3).size(), torch.ones(2, 3).size(-1)
            (torch.Size([2, 3]), 3)
        """
        shape = self._array.shape
        if dim is None:
            return SIZES[shape]
        try:
            return shape[dim] if shape else shape[_dim("size", dim, 0)]
        except (IndexError, TypeError):
            return shape[_dim("size", dim, len(shape))]

    def dim(self: Any) -> int:
        """The number of dimensions."""
        return self._array.ndim

    def ndimension(self: Any) -> int:
        """The number of dimensions."""
        return self._array.ndim

    def numel(self: Any) -> int:
        """The number of elements."""
        return self._array.size

    def nelement(self: Any) -> int:
        """The number of elements."""
        return self._array.size

    def stride(self: Any, dim: int | None = None) -> Any:
        """How many elements lie between neighbours along each dimension, or along one.

        Raises:
            IndexError: there is no such dimension.

        Example::

            >>> torch.ones(2, 3).stride(), torch.ones(2, 3).stride(0)
            ((3, 1), 3)
        """
        array = self._array
        if dim is not None:
            return self.stride()[_dim("stride", dim, array.ndim)]
        if not array.size:  # NumPy gives an array without elements strides of zero
            return contiguous_strides(array.shape)
        steps = STEPS[array.strides, array.itemsize]
        return shown_steps(array.shape, steps) if 0 in steps else steps

    def dim_order(self: Any) -> tuple[int, ...]:
        """The dimensions from the one with the largest stride to the one with the smallest."""
        steps = self.stride()
        return tuple(sorted(range(len(steps)), key=lambda dim: -steps[dim]))

    def element_size(self: Any) -> int:
        """Bytes per element."""
        return self._array.itemsize

    def is_contiguous(self: Any, *, memory_format: memory_format | None = None) -> bool:
        """Whether the elements lie in order in memory.

        Args:
            memory_format: the order; row by row where None.

        Example::

            >>> torch.ones(2, 3).t().is_contiguous()
            False
        """
        array = self._array
        if memory_format is None or memory_format is contiguous_format:
            return array.flags.c_contiguous
        check_format("is_contiguous", memory_format)
        if memory_format is preserve_format:
            return True
        if array.ndim != (4 if memory_format is channels_last else 5):
            return False
        wanted = format_strides(array.shape, memory_format)
        return all(
            size == 1 or step == want for size, step, want in zip(array.shape, self.stride(), wanted, strict=True)
        )

    def is_floating_point(self: Any) -> bool:
        """Whether the dtype is a floating one."""
        return of_numpy(self._array.dtype).is_floating_point

    def is_complex(self: Any) -> bool:
        """Whether the dtype is complex."""
        return self._array.dtype.kind == "c"

    def is_signed(self: Any) -> bool:
        """Whether the dtype has negative numbers."""
        return of_numpy(self._array.dtype).is_signed

    def is_same_size(self: Any, other: Any) -> bool:
        """Whether another tensor has the same shape."""
        if not isinstance(other, TensorBase):
            raise TypeError(f"is_same_size(): argument 'other' (position 1) must be Tensor, not {type_name(other)}")
        return self._array.shape == other._array.shape

    def is_nonzero(self: Any) -> bool:
        """Whether the only element is not zero."""
        return bool(self)

    def is_distributed(self: Any) -> bool:
        """Whether the tensor is spread over machines: never."""
        return False

    def get_device(self: Any) -> int:
        """The ordinal of the device; -1 on the CPU."""
        return -1

    def sparse_dim(self: Any) -> int:
        """The number of sparse dimensions: 0."""
        return 0

    def dense_dim(self: Any) -> int:
        """The number of dense dimensions: all."""
        return self._array.ndim

    def item(self: Any) -> Any:
        """The only element as a Python number.

        Raises:
            RuntimeError: there is not exactly one element.

        Example::

            >>> torch.tensor([2.5]).item()
            2.5
        """
        array = self._array
        try:
            found = array.item()
        except (ValueError, AttributeError):
            raise _no_scalar(array) from None
        return found if array.dtype.kind != "V" else float(found)

    def tolist(self: Any) -> Any:
        """The elements as nested lists of Python numbers; a number for a 0-d tensor.

        Example::

            >>> torch.ones(2, 2).tolist()
            [[1.0, 1.0], [1.0, 1.0]]
        """
        array = self._array
        if type(array) is MetaArray:
            raise NotImplementedError("Cannot copy out of meta tensor; no data!")
        return array.astype(np.float32).tolist() if array.dtype.kind == "V" else array.tolist()

    def apply_(self: Any, callable: Callable[[Any], Any]) -> Any:
        """Replaces every element by what a Python function makes of it, one by one.

        Args:
            callable: gets an element as a Python number.

        Raises:
            RuntimeError: the tensor requires grad.

        Example::

            >>> torch.tensor([1.0, 2.0]).apply_(lambda value: value * 2)
            tensor([2., 4.])
        """
        return _replace("apply_", self, (), callable)

    def map_(self: Any, tensor: Any, callable: Callable[[Any, Any], Any]) -> Any:
        """Replaces every element by what a Python function makes of it and the one of another tensor.

        Args:
            tensor: of the same dtype and a shape that broadcasts to this tensor's.
            callable: gets two elements as Python numbers.

        Raises:
            RuntimeError: the tensor requires grad.
            TypeError: dtypes differ.

        Example::

            >>> torch.tensor([1.0, 2.0]).map_(torch.tensor([3.0, 4.0]), lambda a, b: a * b)
            tensor([3., 8.])
        """
        return _replace("map_", self, (tensor,), callable)

    def map2_(self: Any, x: Any, y: Any, callable: Callable[[Any, Any, Any], Any]) -> Any:
        """Replaces every element by what a Python function makes of it and those of two other tensors."""
        return _replace("map2_", self, (x, y), callable)

    def __len__(self: Any) -> int:
        shape = self._array.shape
        if not shape:
            raise TypeError("len() of a 0-d tensor")
        return shape[0]

    def __iter__(self: Any) -> Iterator[Any]:
        if not self._array.shape:
            raise TypeError("iteration over a 0-d tensor")
        array = self._array
        if type(self) not in PLAIN or self._edge is not None or self._extra is not None or type(array) is MetaArray:
            return iter(self.unbind(0))
        return iter([make_view(self, array, array[place, ...]) for place in range(array.shape[0])])

    def __reversed__(self: Any) -> Any:
        return self.flip(0) if self._array.shape else self

    def __contains__(self: Any, element: Any) -> bool:
        if isinstance(element, TensorBase) or (is_number(element) and not isinstance(element, np.generic)):
            return bool((element == self).any().item())
        raise RuntimeError(f"Tensor.__contains__ only supports Tensor or scalar, but you passed in a {type(element)}.")

    def __bool__(self: Any) -> bool:
        array = self._array
        if array.size != 1:
            what = "more than one value" if array.size else "no values"
            error = RuntimeError(f"Boolean value of Tensor with {what} is ambiguous")
            error.add_note("reduce it first: x.any(), x.all(), x.numel() > 0, or torch.equal(x, y) for a comparison")
            raise error
        return bool(self.item())

    def __int__(self: Any) -> int:
        found = _number(self)
        return int(found) if type(found) is not complex else fitted(found, _INT64)

    __nonzero__, __long__ = __bool__, __int__  # Python 2's names, which torch's tensors still have

    def __float__(self: Any) -> float:
        found = _number(self)
        return float(found) if type(found) is not complex else fitted(found, _FLOAT64)

    def __complex__(self: Any) -> complex:
        return complex(_number(self))

    def __index__(self: Any) -> int:
        array = self._array
        if array.size != 1 or array.dtype.kind not in "iub":
            raise TypeError("only integer tensors of a single element can be converted to an index")
        return int(self.item())


_INT64, _FLOAT64 = of_numpy(np.dtype(np.int64)), of_numpy(np.dtype(np.float64))


def _replace(name: str, tensor: Any, others: tuple[Any, ...], function: Callable[..., Any]) -> Any:
    """Runs a Python function over the elements of tensors and writes its results into the first."""
    if tensor._edge is not None:
        raise RuntimeError(f"Can't call {name}() on Variable that requires grad. Use var.detach().{name}() instead.")
    array = tensor._array
    columns = []
    for label, other in zip(("other",) if len(others) == 1 else ("x", "y"), others):
        if other._array.dtype != array.dtype:
            raise TypeError(f"{name}: expected {tensor.type()} for '{label}' (got {other.type()})")
        columns.append(other.expand(array.shape)._array)
    if type(array) is not MetaArray:
        element = of_numpy(array.dtype)
        for place in np.ndindex(array.shape):
            found = function(array[place].item(), *(column[place].item() for column in columns))
            array[place] = fitted(found, element)
    bump(tensor)
    return tensor


def _number(tensor: Any) -> Any:
    array = tensor._array
    if array.size != 1:
        raise ValueError("only one element tensors can be converted to Python scalars")
    return array.item() if array.dtype.kind != "V" and type(array) is not MetaArray else tensor.item()


def shown_steps(shape: tuple[int, ...], steps: tuple[int, ...]) -> tuple[int, ...]:
    """Strides in which a new dimension of size 1, for which NumPy has 0, steps over all that is inside it."""
    shown = list(steps)
    for dim in range(len(shape) - 1, -1, -1):
        if shape[dim] == 1 and shown[dim] == 0:
            shown[dim] = shown[dim + 1] * shape[dim + 1] if dim + 1 < len(shape) else 1
    return tuple(shown)


def _dim(name: str, dim: Any, ndim: int) -> int:
    if type(dim) is not int:
        if not hasattr(type(dim), "__index__") or isinstance(dim, bool):
            raise TypeError(f"{name}(): argument 'dim' (position 1) must be int, not {type_name(dim)}")
        dim = dim.__index__()
    if not ndim:
        raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
    return wrap_dim(dim, ndim)


def _no_scalar(array: Any) -> RuntimeError:
    if array.size == 1:
        return RuntimeError("Tensor.item() cannot be called on meta tensors")
    error = RuntimeError(f"a Tensor with {array.size} elements cannot be converted to Scalar")
    error.add_note("item() is for tensors of one element; use tolist() for all of them, or index or reduce first")
    return error
