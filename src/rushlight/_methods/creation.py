"""New tensors like this one, as methods."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .._core.dtypes import dtype as DType
from .._core.names import type_name
from .._core.options import Strided, negative_size, sizes_of
from .._core.tensor_base import TensorBase
from .._core.warn import warn
from .._declare.factories import Maker, fill_number, filler, full_of_ones, quick, sized, worded
from .._ops import data as ops

if TYPE_CHECKING:
    from ..tensor import Tensor


def _new(tensor: Any, name: str, maker: Maker, shape: tuple[int, ...], options: dict[str, Any]) -> Any:
    """A tensor of a shape, with the dtype and device of another one unless the options name others."""
    unknown = options.keys() - {"dtype", "device", "layout", "pin_memory", "requires_grad"}
    if unknown:
        raise TypeError(f"{name}() got an unexpected keyword argument '{min(unknown)}'")
    dtype, device = options.get("dtype"), options.get("device")
    return sized(
        name,
        maker,
        shape,
        None,
        tensor.dtype if dtype is None else dtype,
        options.get("layout"),
        tensor.device if device is None else device,
        options.get("pin_memory", False),
        options.get("requires_grad", False),
    )


class CreationMethods:
    """Rows of the method table: new tensors of this one's dtype and device."""

    __slots__ = ()

    def new_zeros(self: Any, *sizes: Any, size: Sequence[int] | None = None, **options: Any) -> Tensor:
        """Zeros of another shape.

        Args:
            sizes: the shape, spread out or as one sequence.
            size: the same by name.
            options: ``dtype``, ``device`` and ``requires_grad``, where they are not to be this tensor's.

        Example::

            >>> torch.ones(2, dtype=torch.int64).new_zeros(3)
            tensor([0, 0, 0])
        """
        if not options and size is None and type(self._array) is np.ndarray:
            found = quick(np.zeros, sizes, self.dtype)
            if found is not None:
                return found
        return _new(self, "new_zeros", np.zeros, sizes_of("new_zeros", sizes, size), options)

    def new_ones(self: Any, *sizes: Any, size: Sequence[int] | None = None, **options: Any) -> Tensor:
        """Ones of another shape.

        Args:
            sizes: the shape, spread out or as one sequence.
            size: the same by name.
            options: ``dtype``, ``device`` and ``requires_grad``, where they are not to be this tensor's.

        Example::

            >>> torch.zeros(2, dtype=torch.float64).new_ones(1)
            tensor([1.], dtype=torch.float64)
        """
        if not options and size is None and type(self._array) is np.ndarray:
            found = quick(full_of_ones, sizes, self.dtype)
            if found is not None:
                return found
        return _new(self, "new_ones", full_of_ones, sizes_of("new_ones", sizes, size), options)

    def new_empty(self: Any, *sizes: Any, size: Sequence[int] | None = None, **options: Any) -> Tensor:
        """Memory for another shape, with whatever was in it before.

        Args:
            sizes: the shape, spread out or as one sequence.
            size: the same by name.
            options: ``dtype``, ``device`` and ``requires_grad``, where they are not to be this tensor's.

        Example::

            >>> torch.ones(2).new_empty(3, 4).shape
            torch.Size([3, 4])
        """
        if not options and size is None and type(self._array) is np.ndarray:
            found = quick(np.empty, sizes, self.dtype)
            if found is not None:
                return found
        return _new(self, "new_empty", np.empty, sizes_of("new_empty", sizes, size), options)

    def new_empty_strided(self: Any, size: Sequence[int], stride: Sequence[int], **options: Any) -> Tensor:
        """Memory for another shape and strides, with whatever was in it before.

        Args:
            size: the shape.
            stride: elements between neighbours along each dimension.
            options: ``dtype``, ``device`` and ``requires_grad``, where they are not to be this tensor's.

        Raises:
            RuntimeError: `size` and `stride` differ in length, or a size is negative.

        Example::

            >>> torch.ones(2).new_empty_strided((2, 3), (1, 2)).stride()
            (1, 2)
        """
        shape, strides = sizes_of("new_empty_strided", (size,)), tuple(stride)
        if len(shape) != len(strides):
            raise RuntimeError(
                f"dimensionality of sizes ({len(shape)}) must match dimensionality of strides ({len(strides)})"
            )
        if any(extent < 0 for extent in shape):
            raise negative_size(shape)
        return _new(self, "new_empty_strided", Strided(strides), shape, options)

    @worded()
    def new_full(self: Any, size: Sequence[int], fill_value: Any, **options: Any) -> Tensor:
        """One value in another shape.

        Args:
            size: the shape.
            fill_value: the number.
            options: ``dtype``, ``device`` and ``requires_grad``, where they are not to be this tensor's.

        Raises:
            RuntimeError: the number does not fit into the dtype.

        Example::

            >>> torch.ones(2).new_full((3,), 7)
            tensor([7., 7., 7.])
        """
        if not isinstance(size, (tuple, list)):
            raise TypeError(f"new_full(): argument 'size' (position 1) must be tuple of ints, not {type_name(size)}")
        maker = filler(fill_number("new_full", fill_value))
        return _new(self, "new_full", maker, sizes_of("new_full", (size,)), options)

    @worded()
    def new_tensor(
        self: Any,
        data: Any,
        *,
        dtype: DType | None = None,
        device: Any = None,
        requires_grad: bool = False,
    ) -> Tensor:
        """A new tensor with a copy of `data`, in this tensor's dtype and device unless others are named.

        Args:
            data: a number, nested sequences of numbers, an array or a tensor.
            dtype, device: others than this tensor's.
            requires_grad: whether operators on the result are recorded.

        Example::

            >>> torch.ones(2).new_tensor([1, 2])
            tensor([1., 2.])
        """
        if isinstance(data, TensorBase):
            warn(
                "To copy construct from a tensor, it is recommended to use sourceTensor.detach().clone() or "
                "sourceTensor.detach().clone().requires_grad_(True), rather than tensor.new_tensor(sourceTensor)."
            )
        element, place = self.dtype if dtype is None else dtype, self.device if device is None else device
        return ops.copied("new_tensor", data, element, place, requires_grad)
