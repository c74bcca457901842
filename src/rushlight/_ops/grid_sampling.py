"""Images sampled at places that a tensor gives, and the grid of places of an affine map."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .._core.dtypes import float32, float64
from .._declare.dispatch import no_kernel, scalar_name
from .._declare.kinds import composite, fused, kernel
from .._declare.reducing import ops

if TYPE_CHECKING:
    from ..tensor import Tensor

BILINEAR, NEAREST, BICUBIC = 0, 1, 2
ZEROS, BORDER, REFLECTION = 0, 1, 2
"""Ways to interpolate and to go on beyond the edges, in torch's numbering."""

_SHARPNESS = -0.75
"""The free parameter of cubic convolution, as torch chooses it."""


class Tap(NamedTuple):
    """One neighbour of every place along one dimension.

    Attributes:
        index: where in the image, brought inside.
        inside: 1 where it was inside, else 0.
        weight: its share in the result.
        slope: the derivative of that share by the place.
    """

    index: Any
    inside: Any
    weight: Any
    slope: Any


def _in_image(place: Any, size: int, align_corners: bool) -> tuple[Any, float]:
    """Places from -1 to 1 as indices of the image, and the factor between them."""
    if align_corners:
        return (place + 1) / 2 * (size - 1), (size - 1) / 2
    return ((place + 1) * size - 1) / 2, size / 2


def _clipped(place: Any, size: int) -> tuple[Any, Any]:
    inside = (place > 0) & (place < size - 1)
    return place.clamp(0, size - 1), inside.to(place.dtype)


def _reflected(place: Any, low: float, high: float) -> tuple[Any, Any]:
    """Places beyond two edges turned back inside, and the sign of the way there."""
    span = high - low
    if not span:
        return place * 0, place.new_zeros(place.shape)
    offset = place - low
    size = offset.abs()
    flips = (size / span).floor()
    extra = size.fmod(span)
    odd = flips.fmod(2) != 0
    sign = (offset < 0).to(place.dtype) * -2 + 1
    return extra.where(~odd, span - extra) + low, sign.where(~odd, -sign)


def _padded(place: Any, size: int, padding_mode: int, align_corners: bool) -> tuple[Any, Any]:
    """Places brought inside the image, and the derivative of that."""
    if padding_mode == BORDER:
        return _clipped(place, size)
    if padding_mode == REFLECTION:
        low, high = (0, size - 1) if align_corners else (-0.5, size - 0.5)
        place, sign = _reflected(place, low, high)
        place, inside = _clipped(place, size)
        return place, sign * inside
    return place, 1


def _finite(place: Any) -> Any:
    """Places that fit an index; others, nan too, far outside."""
    return place.where(place.abs() < 1 << 30, place.new_full((), -100.0))


def _tap(place: Any, size: int, weight: Any, slope: Any) -> Tap:
    inside = (place >= 0) & (place < size)
    return Tap(place.detach().clamp(0, size - 1).long(), inside.to(place.dtype), weight, slope)


def _taps(place: Any, size: int, mode: int, padding_mode: int, align_corners: bool) -> list[Tap]:
    """The neighbours along one dimension of places given from -1 to 1; slopes are by these."""
    found, factor = _in_image(place, size, align_corners)
    if mode == BICUBIC:
        return _cubic_taps(_finite(found), factor, size, padding_mode, align_corners)
    found, inner = _padded(found, size, padding_mode, align_corners)
    found = _finite(found)
    if mode == NEAREST:
        return [_tap(found.round(), size, found.new_ones(()), found.new_zeros(()))]
    below = found.detach().floor()
    share = found - below
    rate = inner * factor
    one = share.new_ones(()) * rate
    return [_tap(below, size, 1 - share, -one), _tap(below + 1, size, share, one)]


def _cubic_taps(place: Any, factor: float, size: int, padding_mode: int, align_corners: bool) -> list[Tap]:
    below = place.detach().floor()
    share = place - below
    found = []
    for offset in range(-1, 3):
        distance, sign = (share + 1, 1) if offset == -1 else (share, 1) if offset == 0 else (offset - share, -1)
        a = _SHARPNESS
        if offset in (0, 1):
            weight = ((a + 2) * distance - (a + 3)) * distance * distance + 1
            slope = (3 * (a + 2) * distance - 2 * (a + 3)) * distance
        else:
            weight = ((a * distance - 5 * a) * distance + 8 * a) * distance - 4 * a
            slope = (3 * a * distance - 10 * a) * distance + 8 * a
        spot = _padded(below + offset, size, padding_mode, align_corners)[0]
        found.append(_tap(spot, size, weight, slope * (sign * factor)))
    return found


def _neighbours(
    input: Any, grid: Any, mode: int, padding_mode: int, align_corners: bool
) -> list[tuple[Any, Any, tuple[Tap, ...]]]:
    """For every neighbour of the places: its index in the flattened image, whether it is inside, and its taps."""
    sizes = input.shape[2:]
    places = grid.reshape((grid.shape[0], _count(grid.shape[1:-1]), len(sizes)))
    along = [
        _taps(places.select(-1, len(sizes) - 1 - dim), size, mode, padding_mode, align_corners)
        for dim, size in enumerate(sizes)
    ]
    found = []
    for taps in product(*along):
        index: Any = 0
        inside: Any = 1
        for size, tap in zip(sizes, taps, strict=True):
            index = index * size + tap.index
            inside = tap.inside * inside
        found.append((index, inside, taps))
    return found


def _count(sizes: Sequence[int]) -> int:
    found = 1
    for size in sizes:
        found *= size
    return found


def _weight(taps: Sequence[Tap], sloped: int | None = None) -> Any:
    """The share of a neighbour, or its derivative along one dimension."""
    found: Any = 1
    for dim, tap in enumerate(taps):
        found = found * (tap.slope if dim == sloped else tap.weight)
    return found


def _gathered(flat: Any, index: Any) -> Any:
    """The elements (n, c, places) at places (n, places) of flattened images."""
    return flat.gather(2, index.unsqueeze(1).expand(-1, flat.shape[1], -1))


def _check(input: Tensor, grid: Tensor, interpolation_mode: int, padding_mode: int, align_corners: bool) -> None:
    shape, places = list(input.shape), list(grid.shape)
    given = f"but got input with sizes {shape} and grid with sizes {places}"
    if shape[:1] != places[:1]:
        raise RuntimeError(f"grid_sampler(): expected grid and input to have same batch size, {given}")
    if places[-1] != len(shape) - 2:
        raise RuntimeError(
            f"grid_sampler(): expected grid to have size {len(shape) - 2} in last dimension, but got grid with sizes "
            f"{places}"
        )
    for dim, size in enumerate(shape[2:], 2):
        if not size:
            raise RuntimeError(
                f"grid_sampler(): expected input to have non-empty spatial dimensions, but input has sizes {shape} "
                f"with dimension {dim} being empty"
            )
    if len(shape) not in (4, 5) or len(shape) != len(places):
        wanted = 4 if len(shape) == 4 else 5
        error = RuntimeError(
            f"grid_sampler(): expected {wanted}D input and grid with same number of dimensions, {given}"
        )
        error.add_note("images are (n, c, height, width) with a grid (n, *places, 2), volumes one dimension more")
        raise error
    if len(shape) == 5 and interpolation_mode == BICUBIC:
        raise RuntimeError("grid_sampler(): bicubic interpolation only supports 4D input")
    if input.dtype not in (float32, float64) and not input.dtype.itemsize == 2:
        raise no_kernel(f"grid_sampler_{len(shape) - 2}d_cpu{'_kernel_impl' if len(shape) == 4 else ''}", input.dtype)
    if grid.dtype is not input.dtype:
        raise RuntimeError(f"expected scalar type {scalar_name(input.dtype)} but found {scalar_name(grid.dtype)}")


def _gradient(
    g: Any, input: Any, grid: Any, interpolation_mode: int, padding_mode: int, align_corners: bool, needs: Any
) -> tuple[Any, Any]:
    n, channels = input.shape[:2]
    rank = input.ndim - 2
    rows = g.reshape((n, channels, _count(grid.shape[1:-1])))
    flat = input.reshape((n, channels, _count(input.shape[2:])))
    image = flat.new_zeros(flat.shape)
    slopes: list[Any] = [0] * rank
    for index, inside, taps in _neighbours(input, grid, interpolation_mode, padding_mode, align_corners):
        if needs[0]:
            shares = rows * (_weight(taps) * inside).unsqueeze(1)
            image = image.scatter_add(2, index.unsqueeze(1).expand(-1, channels, -1), shares)
        if needs[1]:
            pull = (rows * _gathered(flat, index)).sum(1) * inside
            for dim in range(rank):
                slopes[dim] = slopes[dim] + pull * _weight(taps, dim)
    found = (
        ops.stack([slope.expand(rows.shape[0], rows.shape[2]) for slope in reversed(slopes)], -1) if needs[1] else None
    )
    return (
        image.reshape(input.shape) if needs[0] else None,
        None if found is None else found.reshape(grid.shape),
    )


def _sampled(input: Any, grid: Any, mode: int, padding_mode: int, align_corners: bool) -> Any:
    n, channels = input.shape[:2]
    flat = input.reshape((n, channels, _count(input.shape[2:])))
    found: Any = flat.new_zeros((n, channels, _count(grid.shape[1:-1])))
    for index, inside, taps in _neighbours(input, grid, mode, padding_mode, align_corners):
        found = found + _gathered(flat, index) * (_weight(taps) * inside).unsqueeze(1)
    return found.reshape((n, channels, *grid.shape[1:-1]))


@fused(check=_check, node="GridSampler2DBackward0", vjp={("input", "grid"): _gradient})
def grid_sampler_2d(
    input: Tensor, grid: Tensor, interpolation_mode: int, padding_mode: int, align_corners: bool
) -> Tensor:
    """Images sampled at given places; the arguments are those of `grid_sampler`.

    Example::

        >>> torch.grid_sampler_2d(torch.ones(1, 1, 2, 2), torch.zeros(1, 1, 1, 2), 0, 0, False)
        tensor([[[[1.]]]])
    """
    return _sampled(input, grid, interpolation_mode, padding_mode, align_corners)  # type: ignore[no-any-return]


@fused(check=_check, node="GridSampler3DBackward0", vjp={("input", "grid"): _gradient})
def grid_sampler_3d(
    input: Tensor, grid: Tensor, interpolation_mode: int, padding_mode: int, align_corners: bool
) -> Tensor:
    """Volumes sampled at given places; the arguments are those of `grid_sampler`.

    Example::

        >>> torch.grid_sampler_3d(torch.ones(1, 1, 2, 2, 2), torch.zeros(1, 1, 1, 1, 3), 0, 0, False)
        tensor([[[[[1.]]]]])
    """
    return _sampled(input, grid, interpolation_mode, padding_mode, align_corners)  # type: ignore[no-any-return]


@composite
def grid_sampler(
    input: Tensor, grid: Tensor, interpolation_mode: int, padding_mode: int, align_corners: bool
) -> Tensor:
    """Images or volumes sampled at given places.

    Args:
        input: of shape (n, c, height, width) or (n, c, depth, height, width).
        grid: of shape (n, *places, 2) or (n, *places, 3): x, y (and z) from -1 to 1.
        interpolation_mode: 0 for (bi- or tri-) linear, 1 for nearest, 2 for bicubic.
        padding_mode: 0 for zeros, 1 for the border, 2 for the reflection.
        align_corners: whether -1 and 1 are the middles of the corner pixels, not the edges.

    Returns:
        Of shape (n, c, *places).

    Raises:
        RuntimeError: the shapes do not fit.

    Example::

        >>> torch.grid_sampler(torch.ones(1, 1, 2, 2), torch.zeros(1, 1, 1, 2), 0, 0, False)
        tensor([[[[1.]]]])
    """
    sampler = grid_sampler_3d if input.ndim == 5 else grid_sampler_2d
    return sampler(input, grid, interpolation_mode, padding_mode, align_corners)


def _line(count: int, element: Any, align_corners: bool) -> Any:
    """Numbers from -1 to 1 in equal steps, built from both ends as `linspace` does; the middles of pixels or not."""
    places = np.arange(count, dtype=element)
    step = element.type(2 / max(count - 1, 1))
    line = (
        np.where(places < count // 2, step * places - 1, 1 - step * (count - 1 - places)) if count > 1 else places * 0
    )
    return line if align_corners else line * element.type(count - 1) / element.type(count)


def _base_grid(element: Any, size: Sequence[int], align_corners: bool) -> Any:
    """The places of an identity map with a 1 at the end of each: shape (places, dimensions + 1)."""
    sizes = tuple(size[2:])
    found = np.ones((*sizes, len(sizes) + 1), element)
    for dim, count in enumerate(sizes):
        line = _line(count, element, align_corners)
        found[..., len(sizes) - 1 - dim] = line.reshape((-1, *(1,) * (len(sizes) - 1 - dim)))
    return found.reshape(_count(sizes), len(sizes) + 1)


def _check_affine(theta: Tensor, size: Sequence[int], align_corners: bool) -> None:
    if len(size) not in (4, 5):
        raise RuntimeError("AffineGridGenerator needs 4d (spatial) or 5d (volumetric) inputs.")
    if theta.ndim < 3:
        raise IndexError(f"Dimension out of range (expected to be in range of [-{theta.ndim}, {theta.ndim - 1}], but "
                         "got 2)")  # fmt: skip
    columns = len(size) - 1
    if theta.shape[0] != size[0] or theta.shape[2] != columns:
        raise RuntimeError(
            f"Expected size for first two dimensions of batch2 tensor to be: [{size[0]}, {columns}] but got: "
            f"[{theta.shape[0]}, {theta.shape[2]}]."
        )


def _affine_examples(theta: Tensor, size: Sequence[int], align_corners: bool) -> Any:
    """`affine_grid_generator` of every example of a batch, as so many more images."""
    count = theta.shape[0]
    found = affine_grid_generator(theta.flatten(0, 1), (count * size[0], *size[1:]), align_corners)
    return found.reshape((count, size[0], *found.shape[1:]))


def _affine_gradient_examples(grad_output: Tensor, size: Sequence[int], align_corners: bool) -> Any:
    """`_affine_gradient` of every example of a batch, as so many more images."""
    count = grad_output.shape[0]
    found = _affine_gradient(grad_output.flatten(0, 1), (count * size[0], *size[1:]), align_corners)
    return found.reshape((count, size[0], *found.shape[1:]))


@kernel(
    batch=_affine_examples,
    flops=lambda theta, result: 2 * theta.shape[-1] * result.numel(),
    check=_check_affine,
    vjp={"theta": lambda g, size, align_corners: _affine_gradient(g, size, align_corners)},
)
def affine_grid_generator(theta: Tensor, size: Sequence[int], align_corners: bool) -> Any:
    """Where an affine map takes the places of an image: a grid for `grid_sampler`.

    Args:
        theta: maps of shape (n, 2, 3) for images or (n, 3, 4) for volumes.
        size: of the image: (n, c, height, width) or (n, c, depth, height, width).
        align_corners: whether -1 and 1 are the middles of the corner pixels, not the edges.

    Example::

        >>> torch.affine_grid_generator(torch.eye(2, 3).unsqueeze(0), (1, 1, 1, 2), True)
        tensor([[[[-1.,  0.],
                  [ 1.,  0.]]]])
    """
    base = _base_grid(theta.dtype, size, align_corners)
    return np.matmul(base, theta.swapaxes(1, 2)).reshape(size[0], *size[2:], len(size) - 2)


@kernel(
    batch=_affine_gradient_examples,
    flops=lambda grad_output, result: 2 * result.shape[-1] * grad_output.numel(),
    vjp={"grad_output": lambda g, size, align_corners: affine_grid_generator(g, size, align_corners)},
)
def _affine_gradient(grad_output: Tensor, size: Sequence[int], align_corners: bool) -> Any:
    """The gradient of the maps of `affine_grid_generator`."""
    base = _base_grid(grad_output.dtype, size, align_corners)
    rows = grad_output.reshape(size[0], len(base), len(size) - 2)
    return np.matmul(rows.swapaxes(1, 2), base)
