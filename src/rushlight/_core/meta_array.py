"""What a tensor on the ``meta`` device has in place of an array: a shape, strides and a dtype, no memory."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided


def stand_in(shape: tuple[int, ...], element: Any) -> np.ndarray[Any, Any]:
    """An array of zeros that takes no memory, for working out the shape of a result, or for telling it."""
    return np.broadcast_to(np.zeros((), element), shape)


def like_first(first: Any, *rest: Any, **settings: Any) -> Any:
    """The ``meta=`` rule of operators whose result has the shape and dtype of their first argument."""
    return first


class MetaArray:
    """The geometry of an array without its memory.

    NumPy refuses to compute with it (``__array_ufunc__ = None``), so a path that was
    written for arrays falls through to the one that knows shapes.

    Attributes:
        geometry: an array of the right shape and strides over one element; never read.
    """

    __array_ufunc__ = None
    __slots__ = ("geometry",)

    def __init__(self, geometry: np.ndarray[Any, Any]) -> None:
        self.geometry = geometry

    @classmethod
    def empty(cls, shape: tuple[int, ...], element: np.dtype[Any]) -> MetaArray:
        """The geometry of a contiguous array."""
        strides, step = [], element.itemsize
        for size in reversed(shape):
            strides.append(step)
            step *= max(size, 1)
        return cls(as_strided(np.zeros(1, element), shape, tuple(reversed(strides)), writeable=False))

    @property
    def shape(self) -> tuple[int, ...]:
        """Sizes of the dimensions."""
        sizes: tuple[int, ...] = self.geometry.shape
        return sizes

    @property
    def strides(self) -> tuple[int, ...]:
        """Bytes between neighbours along each dimension."""
        return self.geometry.strides

    @property
    def dtype(self) -> np.dtype[Any]:
        """The NumPy dtype of the elements."""
        element: np.dtype[Any] = self.geometry.dtype
        return element

    @property
    def ndim(self) -> int:
        """The number of dimensions."""
        return self.geometry.ndim

    @property
    def size(self) -> int:
        """The number of elements."""
        return self.geometry.size

    @property
    def itemsize(self) -> int:
        """Bytes per element."""
        return self.geometry.itemsize

    @property
    def flags(self) -> Any:
        """NumPy's flags: contiguity in C and Fortran order."""
        return self.geometry.flags

    def stand_in(self) -> np.ndarray[Any, Any]:
        """An array of zeros of this shape and dtype that takes no memory."""
        return stand_in(self.shape, self.dtype)

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        raise NotImplementedError("Cannot copy out of meta tensor; no data!")
