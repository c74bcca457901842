"""Gradients moved between a base and a part of it: what autograd needs where views are written to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._core.geometry import Geometry
from .._declare.kinds import kernel

if TYPE_CHECKING:
    from ..tensor import Tensor

Array = Any


@kernel(
    name="_part_of",
    node="AsStridedBackward0",
    exact=True,
    holomorphic=False,
    vjp={"input": lambda g, geometry: part_into(g, geometry)},
)
def part_of(input: Tensor, geometry: Geometry) -> Array:
    """The elements of a base-shaped tensor that lie in the part."""
    return geometry.gather(input)


@kernel(
    name="_part_into",
    node="AsStridedScatterBackward0",
    exact=True,
    holomorphic=False,
    vjp={"input": lambda g, geometry: part_of(g, geometry)},
)
def part_into(input: Tensor, geometry: Geometry) -> Array:
    """A part-shaped tensor at its place among zeros of the base's shape."""
    return geometry.scatter(input)


@kernel(
    name="_without_part",
    node="AsStridedScatterBackward0",
    exact=True,
    holomorphic=False,
    vjp={"input": lambda g, geometry: without_part(g, geometry)},
)
def without_part(input: Tensor, geometry: Geometry) -> Array:
    """A base-shaped tensor with zeros in the part's place."""
    return geometry.clear(input)
