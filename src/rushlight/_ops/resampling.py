"""Images brought to another size: interpolation and adaptive average pooling."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .._backends.numpy import resample as backend, windows
from .._core.meta_array import stand_in
from .._declare.kinds import kernel

if TYPE_CHECKING:
    from ..tensor import Tensor

MODES = ("nearest", "nearest-exact", "linear", "bilinear", "trilinear", "bicubic")

_NODES = (
    *(f"UpsampleNearest{rank}DBackward0" for rank in (1, 2, 3)),
    *(f"UpsampleNearestExact{rank}DBackward0" for rank in (1, 2, 3)),
    "UpsampleLinear1DBackward0", "UpsampleBilinear2DBackward0", "UpsampleTrilinear3DBackward0",
    "UpsampleBicubic2DBackward0",
    "UpsampleBilinear2DAaBackward0", "UpsampleBicubic2DAaBackward0",
)  # fmt: skip


def _pick_node(
    input: Tensor, sizes: Sequence[int], mode: str, scales: Any, align_corners: bool, antialias: bool
) -> int:
    rank = len(sizes)
    if antialias:
        return 11 if mode == "bicubic" else 10
    if mode == "bicubic":
        return 9
    return {"nearest": -1, "nearest-exact": 2}.get(mode, 5) + rank


def _taps(
    given: Sequence[int],
    sizes: Sequence[int],
    mode: str,
    scales: Sequence[float | None],
    align_corners: bool,
    antialias: bool,
) -> list[backend.Taps]:
    """What every place of the result is made of, a dimension at a time."""
    found = []
    for size, out, scale in zip(given, sizes, scales, strict=True):
        if mode.startswith("nearest"):
            found.append(backend.nearest_taps(size, out, scale, mode == "nearest-exact"))
        elif antialias:
            found.append(backend.antialiased_taps(size, out, scale, align_corners, mode == "bicubic"))
        elif mode == "bicubic":
            found.append(backend.cubic_taps(size, out, scale, align_corners))
        else:
            found.append(backend.linear_taps(size, out, scale, align_corners))
    return found


def _tap_count(mode: str, image: Tensor) -> int:
    """How many operations a place takes: a multiplication and an addition for each neighbour that it is made of."""
    if mode.startswith("nearest"):
        return 0
    return 2 * (4 if mode == "bicubic" else 2) ** (image.ndim - 2)


def _meta(input: Any, sizes: Sequence[int], *rest: Any) -> Any:
    return stand_in((*input.shape[: -len(sizes)], *sizes), input.dtype)


@kernel(
    batch="fold",
    name="upsample",
    node=_NODES,
    pick_node=_pick_node,
    meta=_meta,
    flops=lambda mode, result: _tap_count(mode, result) * result.numel(),
    vjp={
        "input": lambda g, input_like, sizes, mode, scales, align_corners, antialias: _upsample_gradient(
            g, tuple(input_like.shape[2:]), mode, scales, align_corners, antialias
        )
    },
)
def upsample(
    input: Tensor, sizes: Sequence[int], mode: str, scales: Sequence[float | None], align_corners: bool, antialias: bool
) -> Any:
    """Images of another size.

    Args:
        input: of shape (n, c, ...).
        sizes: the new sizes.
        mode: one of `MODES`.
        scales: factors that the user gave, None where sizes were given.
        align_corners: whether the middles of the corner places are kept in place.
        antialias: whether the kernel widens when the image shrinks.
    """
    return backend.resample(input, _taps(input.shape[2:], sizes, mode, scales, align_corners, antialias))


@kernel(
    meta=_meta,
    flops=lambda grad_output, mode: _tap_count(mode, grad_output) * grad_output.numel(),
    vjp={
        "grad_output": lambda g, grad_output_like, mode, scales, align_corners, antialias: upsample(
            g, tuple(grad_output_like.shape[2:]), mode, scales, align_corners, antialias
        )
    },
)
def _upsample_gradient(
    grad_output: Tensor,
    sizes: Sequence[int],
    mode: str,
    scales: Sequence[float | None],
    align_corners: bool,
    antialias: bool,
) -> Any:
    """The gradient of `upsample` for an input of the given sizes."""
    taps = _taps(sizes, grad_output.shape[2:], mode, scales, align_corners, antialias)
    return backend.resample_transposed(grad_output, taps, sizes)


@kernel(
    name="_adaptive_avg_pool",
    node=("AdaptiveAvgPool2DBackward0", "AdaptiveAvgPool3DBackward0"),
    pick_node=lambda input, sizes: len(sizes) - 2,
    meta=_meta,
    flops=1,
    vjp={"input": lambda g, input_like, sizes: _adaptive_gradient(g, tuple(input_like.shape[-len(sizes) :]))},
)
def adaptive_average(input: Tensor, sizes: Sequence[int]) -> Any:
    """Means over windows that split the last dimensions into a given number of parts.

    Args:
        input: of shape (..., *image).
        sizes: how many parts, for each of the last dimensions.
    """
    found = windows.adaptive_means(input, sizes)
    if found is not None:
        return found
    given = input.shape[-len(sizes) :]
    return backend.resample(input, [backend.window_taps(size, out) for size, out in zip(given, sizes, strict=True)])


@kernel(
    meta=_meta,
    flops=lambda result: result.numel(),
    vjp={
        "grad_output": lambda g, grad_output_like, sizes: adaptive_average(
            g, tuple(grad_output_like.shape[-len(sizes) :])
        )
    },
)
def _adaptive_gradient(grad_output: Tensor, sizes: Sequence[int]) -> Any:
    """The gradient of `adaptive_average` for an input of the given sizes."""
    found = windows.spread_means(grad_output, sizes)
    if found is not None:
        return found
    out = grad_output.shape[-len(sizes) :]
    taps = [backend.window_taps(size, parts) for size, parts in zip(sizes, out, strict=True)]
    return backend.resample_transposed(grad_output, taps, sizes)
