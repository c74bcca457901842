"""Images sampled along a grid: what spatial transformers are made of."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from ..._ops.grid_sampling import affine_grid_generator, grid_sampler

if TYPE_CHECKING:
    from ...tensor import Tensor

_MODES = {"bilinear": 0, "nearest": 1, "bicubic": 2}
_PADDINGS = {"zeros": 0, "border": 1, "reflection": 2}


def grid_sample(
    input: Tensor, grid: Tensor, mode: Literal["bilinear", "nearest", "bicubic"] = "bilinear",
    padding_mode: Literal["zeros", "border", "reflection"] = "zeros", align_corners: bool | None = None,
) -> Tensor:  # fmt: skip
    """Images sampled at given places.

    Args:
        input: of shape (n, c, height, width) or (n, c, depth, height, width).
        grid: of shape (n, *places, 2) or (n, *places, 3): x, y (and z) from -1 to 1.
        mode: ``"bilinear"`` (trilinear for volumes), ``"nearest"`` or ``"bicubic"`` (images only).
        padding_mode: what lies beyond the edges: ``"zeros"``, the ``"border"`` or a ``"reflection"``.
        align_corners: whether -1 and 1 are the middles of the corner pixels, not the edges.

    Returns:
        Of shape (n, c, *places).

    Raises:
        ValueError: there is no such mode.
        RuntimeError: the shapes do not fit.

    Example::

        >>> image = torch.tensor([[[[1.0, 3.0]]]])
        >>> torch.nn.functional.grid_sample(image, torch.zeros(1, 1, 1, 2), align_corners=True)
        tensor([[[[2.]]]])
    """
    if mode not in _MODES:
        raise ValueError(
            f"nn.functional.grid_sample(): expected mode to be 'bilinear', 'nearest' or 'bicubic', but got: '{mode}'"
        )
    if padding_mode not in _PADDINGS:
        raise ValueError(
            "nn.functional.grid_sample(): expected padding_mode to be 'zeros', 'border', or 'reflection', but got: "
            f"'{padding_mode}'"
        )
    if align_corners is None:
        _warn("grid_sample")
    return grid_sampler(input, grid, _MODES[mode], _PADDINGS[padding_mode], bool(align_corners))


def _warn(name: str) -> None:
    warnings.warn(
        f"Default {name} and affine_grid behavior has changed to align_corners=False since 1.3.0. Please specify "
        f"align_corners=True if the old behavior is desired. See the documentation of {name} for details.",
        stacklevel=3,
    )


def affine_grid(theta: Tensor, size: Sequence[int], align_corners: bool | None = None) -> Tensor:
    """Where an affine map takes the places of an image: a grid for `grid_sample`.

    Args:
        theta: maps of shape (n, 2, 3) for images or (n, 3, 4) for volumes.
        size: of the image: (n, c, height, width) or (n, c, depth, height, width).
        align_corners: whether -1 and 1 are the middles of the corner pixels, not the edges.

    Raises:
        ValueError: `theta` is not floating or not of that shape, or a size is not positive.
        NotImplementedError: `size` is neither an image's nor a volume's.

    Example::

        >>> torch.nn.functional.affine_grid(torch.eye(2, 3).unsqueeze(0), (1, 1, 1, 2), align_corners=True)
        tensor([[[[-1.,  0.],
                  [ 1.,  0.]]]])
    """
    if not theta.is_floating_point():
        raise ValueError(f"Expected theta to have floating point type, but got {theta.dtype}")
    rank = len(size) - 2
    shown = list(size)
    if rank not in (2, 3):
        raise NotImplementedError(
            "affine_grid only supports 4D and 5D sizes, for 2D and 3D affine transforms, respectively. Got size "
            f"{shown}."
        )
    if theta.ndim != 3 or tuple(theta.shape[-2:]) != (rank, rank + 1):
        raise ValueError(
            f"Expected a batch of {rank}D affine matrices of shape Nx{rank}x{rank + 1} for size {shown}. Got "
            f"{theta.shape}."
        )
    if align_corners is None:
        _warn("affine_grid")
    if min(size) <= 0:
        raise ValueError(f"Expected non-zero, positive output size. Got {shown}")
    for place, extent in enumerate(size):
        if not isinstance(extent, int):
            raise TypeError(
                "affine_grid_generator(): argument 'size' (position 2) must be tuple of ints, but found element of "
                f"type {type(extent).__name__} at pos {place}"
            )
    return affine_grid_generator(theta, tuple(size), bool(align_corners))
