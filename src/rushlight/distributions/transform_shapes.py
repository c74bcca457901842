"""Transforms that change the shape of events, or apply others to parts of them."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

from .._core.sizes import Size
from .._ops.joining import cat, stack
from ..tensor import Tensor
from . import constraints
from .transform_base import Transform
from .utils import sum_rightmost

__all__ = ["CatTransform", "ReshapeTransform", "StackTransform"]


class ReshapeTransform(Transform):
    """Another shape for events.

    Args:
        in_shape: the shape of arguments' events.
        out_shape: the shape of images' events.
        cache_size: 1 gives the transform a cache.

    Raises:
        ValueError: the shapes have different numbers of elements.

    Example::

        >>> torch.distributions.ReshapeTransform((2, 3), (6,))(torch.ones(4, 2, 3)).shape
        torch.Size([4, 6])
    """

    bijective = True

    def __init__(self, in_shape: Sequence[int], out_shape: Sequence[int], cache_size: int = 0) -> None:
        self.in_shape = Size(in_shape)
        self.out_shape = Size(out_shape)
        if prod(self.in_shape) != prod(self.out_shape):
            raise ValueError("in_shape, out_shape have different numbers of elements")
        super().__init__(cache_size=cache_size)

    @property
    def domain(self) -> Any:
        """Arrays of numbers."""
        return constraints.independent(constraints.real, len(self.in_shape))

    @property
    def codomain(self) -> Any:
        """Arrays of numbers."""
        return constraints.independent(constraints.real, len(self.out_shape))

    def with_cache(self, cache_size: int = 1) -> Any:
        """The transform with or without a cache."""
        if self._cache_size == cache_size:
            return self
        return ReshapeTransform(self.in_shape, self.out_shape, cache_size=cache_size)

    def _call(self, x: Tensor) -> Any:
        return x.reshape(x.shape[: x.dim() - len(self.in_shape)] + self.out_shape)

    def _inverse(self, y: Tensor) -> Any:
        return y.reshape(y.shape[: y.dim() - len(self.out_shape)] + self.in_shape)

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        """Zero."""
        return x.new_zeros(x.shape[: x.dim() - len(self.in_shape)])

    def forward_shape(self, shape: Sequence[int]) -> Any:
        """The shape of the images of arguments of a shape."""
        return _replaced(shape, self.in_shape, self.out_shape)

    def inverse_shape(self, shape: Sequence[int]) -> Any:
        """The shape of arguments whose images have a shape."""
        return _replaced(shape, self.out_shape, self.in_shape)


def _replaced(shape: Sequence[int], old: Size, new: Size) -> Size:
    """`shape` with `new` in place of `old` at its end."""
    if len(shape) < len(old):
        raise ValueError("Too few dimensions on input")
    cut = len(shape) - len(old)
    if tuple(shape[cut:]) != old:
        raise ValueError(f"Shape mismatch: expected {shape[cut:]} but got {old}")
    return Size(shape[:cut]) + new


class _Parts(Transform):
    """A transform that applies others to parts along a dimension."""

    transforms: list[Transform]
    dim: int

    def _check_parts(self, tseq: Sequence[Transform], cache_size: int) -> list[Any]:
        if not all(isinstance(part, Transform) for part in tseq):
            raise AssertionError("All elements of tseq must be Transform instances")
        return [part.with_cache(cache_size) for part in tseq] if cache_size else list(tseq)

    def _check_dim(self, *values: Any) -> None:
        for value in values:
            if not -value.dim() <= self.dim < value.dim():
                raise AssertionError(f"dim {self.dim} out of range for tensor with {value.dim()} dimensions")

    @property
    def bijective(self) -> bool:
        """Whether all parts have an inverse."""
        return all(part.bijective for part in self.transforms)


class CatTransform(_Parts):
    """Transforms of neighbouring parts along a dimension.

    Args:
        tseq: the transforms.
        dim: the dimension.
        lengths: the lengths of the parts; 1 each where None.
        cache_size: 1 gives the transforms a cache.

    Example::

        >>> D = torch.distributions
        >>> D.CatTransform([D.ExpTransform(), D.AffineTransform(0.0, 2.0)], 0, [1, 2])(torch.ones(3))
        tensor([2.7183, 2.0000, 2.0000])
    """

    def __init__(
        self, tseq: Sequence[Transform], dim: int = 0, lengths: Sequence[int] | None = None, cache_size: int = 0
    ) -> None:
        self.transforms = self._check_parts(tseq, cache_size)
        super().__init__(cache_size=cache_size)
        self.lengths = [1] * len(self.transforms) if lengths is None else list(lengths)
        if len(self.lengths) != len(self.transforms):
            raise AssertionError(f"lengths ({len(self.lengths)}) must match transforms ({len(self.transforms)})")
        self.dim = dim

    @property
    def event_dim(self) -> int:
        """Dimensions of an event."""
        return max(part.event_dim for part in self.transforms)

    @property
    def length(self) -> int:
        """The length of all parts together."""
        return sum(self.lengths)

    @property
    def domain(self) -> Any:
        """What the parts are defined for."""
        return constraints.cat([part.domain for part in self.transforms], self.dim, self.lengths)

    @property
    def codomain(self) -> Any:
        """Where the parts lead."""
        return constraints.cat([part.codomain for part in self.transforms], self.dim, self.lengths)

    def with_cache(self, cache_size: int = 1) -> Any:
        """The transform with or without a cache."""
        if self._cache_size == cache_size:
            return self
        return CatTransform(self.transforms, self.dim, self.lengths, cache_size)

    def _split(self, name: str, value: Tensor) -> Any:
        self._check_dim(value)
        if value.size(self.dim) != self.length:
            raise AssertionError(f"{name}.size({self.dim}) = {value.size(self.dim)} must equal length {self.length}")
        return value.split_with_sizes(self.lengths, self.dim)

    def _call(self, x: Tensor) -> Any:
        return cat([part(piece) for part, piece in zip(self.transforms, self._split("x", x))], self.dim)

    def _inverse(self, y: Tensor) -> Any:
        return cat([part.inv(piece) for part, piece in zip(self.transforms, self._split("y", y))], self.dim)

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        """Those of the parts, side by side, or their sum where the dimension belongs to the event."""
        terms = []
        for part, before, after in zip(self.transforms, self._split("x", x), self._split("y", y)):
            term = part.log_abs_det_jacobian(before, after)
            terms.append(sum_rightmost(term, self.event_dim - part.event_dim))
        dim = self.dim - x.dim() if self.dim >= 0 else self.dim
        dim += self.event_dim
        return cat(terms, dim) if dim < 0 else sum(terms)


class StackTransform(_Parts):
    """Transforms of the slices along a dimension.

    Args:
        tseq: the transforms.
        dim: the dimension.
        cache_size: 1 gives the transforms a cache.

    Example::

        >>> D = torch.distributions
        >>> D.StackTransform([D.ExpTransform(), D.AffineTransform(0.0, 2.0)])(torch.ones(2))
        tensor([2.7183, 2.0000])
    """

    def __init__(self, tseq: Sequence[Transform], dim: int = 0, cache_size: int = 0) -> None:
        self.transforms = self._check_parts(tseq, cache_size)
        super().__init__(cache_size=cache_size)
        self.dim = dim

    @property
    def domain(self) -> Any:
        """What the parts are defined for."""
        return constraints.stack([part.domain for part in self.transforms], self.dim)

    @property
    def codomain(self) -> Any:
        """Where the parts lead."""
        return constraints.stack([part.codomain for part in self.transforms], self.dim)

    def with_cache(self, cache_size: int = 1) -> Any:
        """The transform with or without a cache."""
        return self if self._cache_size == cache_size else StackTransform(self.transforms, self.dim, cache_size)

    def _slices(self, name: str, value: Tensor) -> Any:
        self._check_dim(value)
        if value.size(self.dim) != len(self.transforms):
            raise AssertionError(
                f"{name}.size({self.dim}) = {value.size(self.dim)} must equal len(transforms) {len(self.transforms)}"
            )
        return value.unbind(self.dim)

    def _call(self, x: Tensor) -> Any:
        return stack([part(piece) for part, piece in zip(self.transforms, self._slices("x", x))], self.dim)

    def _inverse(self, y: Tensor) -> Any:
        return stack([part.inv(piece) for part, piece in zip(self.transforms, self._slices("y", y))], self.dim)

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        """Those of the parts."""
        pairs = zip(self.transforms, self._slices("x", x), self._slices("y", y))
        return stack([part.log_abs_det_jacobian(before, after) for part, before, after in pairs], self.dim)
