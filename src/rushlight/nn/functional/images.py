"""Functions on images: padding, resizing, patches, shuffles and sampling."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..._core.dtypes import uint8
from ..._declare.dispatch import no_kernel
from ..._ops.padding import constant_pad_nd, pad_border
from ..._ops.patches import col2im, im2col
from ..._ops.resampling import MODES, upsample as _resize
from .pooling import adaptive_avg_pool1d, adaptive_avg_pool2d, adaptive_avg_pool3d

if TYPE_CHECKING:
    from ...tensor import Tensor


def pad(input: Tensor, pad: Sequence[int], mode: str = "constant", value: float | None = None) -> Tensor:
    """A tensor with a border.

    Args:
        input: any tensor; for modes other than ``"constant"`` of shape (n, c, ...) or (c, ...).
        pad: widths before and after, for the last dimension, then the one before it, and so on.
        mode: ``"constant"``, ``"reflect"``, ``"replicate"`` or ``"circular"``.
        value: what a constant border holds; 0 by default.

    Raises:
        NotImplementedError: the mode does not fit the number of dimensions.
        RuntimeError: a border is wider than the mode allows.

    Example::

        >>> torch.nn.functional.pad(torch.ones(2), (1, 0))
        tensor([0., 1., 1.])
    """
    if not isinstance(pad, (tuple, list)):
        raise TypeError(f"pad(): argument 'pad' (position 2) must be tuple of ints, not {type(pad).__name__}")
    if len(pad) % 2:
        raise RuntimeError("Padding length must be divisible by 2")
    rank = len(pad) // 2
    if rank > input.ndim:
        error = RuntimeError(
            "Padding length should be less than or equal to two times the input dimension but got padding length "
            f"{len(pad)} and input of dimension {input.ndim}"
        )
        error.add_note("there are two widths for each dimension that is padded, those of the last dimension first")
        raise error
    if mode == "constant":
        return constant_pad_nd(input, tuple(pad), 0 if value is None else value)
    if value is not None and value != 0:
        raise RuntimeError(f'Padding mode "{mode}" doesn\'t take in value argument')
    if rank not in (1, 2, 3) or input.ndim not in (rank + 1, rank + 2):
        error = NotImplementedError(f"Padding size {len(pad)} is not supported for {input.ndim}D input tensor.")
        error.add_note("borders made of the input's own elements are for (n, c, *image) or (c, *image)")
        raise error
    if mode not in ("reflect", "replicate", "circular"):
        raise NotImplementedError(f"Unrecognised padding mode {mode}")
    return pad_border(input, tuple(pad), mode)


def interpolate(
    input: Tensor, size: Any = None, scale_factor: Any = None, mode: str = "nearest",
    align_corners: bool | None = None, recompute_scale_factor: bool | None = None, antialias: bool = False,
) -> Tensor:  # fmt: skip
    """Images brought to another size.

    Args:
        input: of shape (n, c, ...), with one to three dimensions of the image.
        size: the new sizes, an int or one a dimension.
        scale_factor: factors instead of sizes.
        mode: ``"nearest"``, ``"nearest-exact"``, ``"linear"``, ``"bilinear"``, ``"bicubic"``, ``"trilinear"`` or
            ``"area"``.
        align_corners: whether the middles of the corner pixels stay in place.
        recompute_scale_factor: whether the factor is worked out again from the rounded size.
        antialias: whether the kernel widens when the image shrinks.

    Raises:
        ValueError: the arguments contradict each other.
        NotImplementedError: the mode does not fit the number of dimensions.

    Example::

        >>> torch.nn.functional.interpolate(torch.ones(1, 1, 2), scale_factor=2)
        tensor([[[1., 1., 1., 1.]]])
    """
    if input.ndim < 3:
        _check_mode(input, mode, 0)
    if mode in ("nearest", "area", "nearest-exact"):
        if align_corners is not None:
            raise ValueError(
                "align_corners option can only be set with the interpolating modes: linear | bilinear | bicubic | "
                "trilinear"
            )
    rank = input.ndim - 2
    sizes, factors = _target(input, size, scale_factor, rank)
    if recompute_scale_factor and size is not None:
        raise ValueError("recompute_scale_factor is not meaningful with an explicit size.")
    if recompute_scale_factor:
        factors = [None] * rank
    if antialias and not (mode in ("bilinear", "bicubic") and input.ndim == 4):
        raise ValueError(
            "Anti-alias option is restricted to bilinear, bicubic, and lanczos modes and requires a 4-D tensor as input"
        )
    if mode == "area":
        return (adaptive_avg_pool1d, adaptive_avg_pool2d, adaptive_avg_pool3d)[rank - 1](input, sizes)
    _check_mode(input, mode, rank)
    _check_sizes(input, sizes, mode)
    return _resize(input, tuple(sizes), mode, tuple(factors), bool(align_corners), antialias)


def _check_sizes(input: Tensor, sizes: Sequence[int], mode: str) -> None:
    """Raises torch's error where there is nothing to interpolate, or no kernel for the dtype."""
    given, rank = input.shape[2:], len(sizes)
    if min(*sizes, *given) <= 0:
        names = ("D", "H", "W")[-rank:]
        before, after = (
            ", ".join(f"{name}: {size}" for name, size in zip(names, part, strict=True)) for part in (given, sizes)
        )
        joint = "and output" if rank == 1 else "output"
        raise RuntimeError(
            f"Input and output sizes should be greater than 0, but got input ({before}) {joint} ({after})"
        )
    if 0 in input.shape[1:]:
        raise RuntimeError(
            f"Non-empty {rank + 2}D data tensor expected but got a tensor with sizes {list(input.shape)}"
        )
    element = input.dtype
    if not element.is_floating_point and element is not uint8:
        name = f"upsample_{mode}{rank}d"
        raise no_kernel(f"{name}_channels_last" if mode != "bicubic" and rank == 2 else name, element)


def _target(input: Tensor, size: Any, scale_factor: Any, rank: int) -> tuple[list[int], list[float | None]]:
    """Sizes of the result, and the factors the user gave."""
    if size is not None and scale_factor is not None:
        raise ValueError("only one of size or scale_factor should be defined")
    if size is None and scale_factor is None:
        raise ValueError("either size or scale_factor should be defined")
    if size is not None:
        sizes = list(size) if isinstance(size, (list, tuple)) else [size] * rank
        if not all(isinstance(extent, int) for extent in sizes):
            raise TypeError(
                "expected size to be one of int or Tuple[int] or Tuple[int, int] or Tuple[int, int, int], but got size "
                f"with types {[type(extent) for extent in sizes]}"
            )
        if len(sizes) != rank:
            raise ValueError(
                "Input and output must have the same number of spatial dimensions, but got input with spatial "
                f"dimensions of {list(input.shape[2:])} and output size of {size}. Please provide input tensor in "
                "(N, C, "
                "d1, d2, ...,dK) format and output size in (o1, o2, ...,oK) format."
            )
        return sizes, [None] * rank
    factors = list(scale_factor) if isinstance(scale_factor, (list, tuple)) else [scale_factor] * rank
    if len(factors) != rank:
        raise ValueError(
            "Input and scale_factor must have the same number of spatial dimensions, but got input with spatial "
            f"dimensions of {list(input.shape[2:])} and scale_factor of shape {scale_factor}. Please provide input "
            "tensor in (N, C, d1, d2, ...,dK) format and scale_factor in (s1, s2, ...,sK) format."
        )
    sizes = [math.floor(float(given) * factor) for given, factor in zip(input.shape[2:], factors, strict=True)]
    return sizes, [float(factor) for factor in factors]


def _check_mode(input: Tensor, mode: str, rank: int) -> None:
    fits = {"linear": 1, "bilinear": 2, "trilinear": 3}
    if mode not in MODES or rank not in (1, 2, 3) or (mode == "bicubic" and rank != 2):
        raise NotImplementedError(
            "Input Error: Only 3D, 4D and 5D input Tensors supported (got "
            f"{input.ndim}D) for the modes: nearest | linear | bilinear | bicubic | trilinear | lanczos | area | "
            f"nearest-exact (got {mode})"
        )
    if mode in fits and fits[mode] != rank:
        raise NotImplementedError(f"Got {input.ndim}D input, but {mode} mode needs {fits[mode] + 2}D input")


def upsample(
    input: Tensor, size: Any = None, scale_factor: Any = None, mode: str = "nearest", align_corners: bool | None = None
) -> Tensor:
    """The old name of `interpolate`."""
    warnings.warn("`nn.functional.upsample` is deprecated. Use `nn.functional.interpolate` instead.", stacklevel=2)
    return interpolate(input, size, scale_factor, mode, align_corners)


def upsample_nearest(input: Tensor, size: Any = None, scale_factor: Any = None) -> Tensor:
    """`interpolate` with ``mode="nearest"``."""
    warnings.warn(
        "`nn.functional.upsample_nearest` is deprecated. Use `nn.functional.interpolate` instead.", stacklevel=2
    )
    return interpolate(input, size, scale_factor, mode="nearest")


def upsample_bilinear(input: Tensor, size: Any = None, scale_factor: Any = None) -> Tensor:
    """`interpolate` with ``mode="bilinear"`` and corners aligned."""
    warnings.warn(
        "`nn.functional.upsample_bilinear` is deprecated. Use `nn.functional.interpolate` instead.", stacklevel=2
    )
    return interpolate(input, size, scale_factor, mode="bilinear", align_corners=True)


def _pair(value: Any, name: str = "kernel_size") -> tuple[int, int]:
    """Two ints, from one or two."""
    if isinstance(value, int):
        return value, value
    found = tuple(value)
    if len(found) > 2 or not found:
        raise RuntimeError(f"It is expected {name} equals to 2, but got size {len(found)}")
    return (found * 2)[:2]


def _check_windows(
    width: tuple[int, int], dilation: tuple[int, int], padding: tuple[int, int], stride: tuple[int, int]
) -> None:
    for what, names, values in (
        ("kernel size", ("kernel_height", "kernel_width"), width),
        ("dilation", ("dilation_height", "dilation_width"), dilation),
        ("padding", ("pad_height", "pad_width"), padding),
        ("stride", ("stride_height", "stride_width"), stride),
    ):
        if min(values) < (0 if what == "padding" else 1):
            wanted = "non-negative" if what == "padding" else "greater than zero"
            listed = f"{names[0]}: {values[0]} {names[1]}: {values[1]}"
            raise RuntimeError(f"{what} should be {wanted}, but got {listed}")


def _blocks(
    sizes: Sequence[int], width: Sequence[int], dilation: Sequence[int], padding: Sequence[int], stride: Sequence[int]
) -> tuple[int, ...]:
    """How many windows there are along each dimension."""
    return tuple(
        (size + 2 * pad - gap * (cells - 1) - 1) // step + 1
        for size, cells, gap, pad, step in zip(sizes, width, dilation, padding, stride, strict=True)
    )


def unfold(input: Tensor, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1) -> Tensor:
    """Patches of images as columns.

    Args:
        input: of shape (n, c, height, width) or (c, height, width).
        kernel_size, dilation, padding, stride: an int or two.

    Raises:
        RuntimeError: the kernel does not fit in the image.

    Example::

        >>> torch.nn.functional.unfold(torch.ones(1, 1, 3, 3), 2).shape
        torch.Size([1, 4, 4])
    """
    width, gaps = _pair(kernel_size), _pair(dilation, "dilation")
    around, steps = _pair(padding, "padding"), _pair(stride, "stride")
    _check_windows(width, gaps, around, steps)
    if input.ndim not in (3, 4) or 0 in input.shape[-3:]:
        error = RuntimeError(
            "Expected 3D or 4D (batch mode) tensor with possibly 0 batch size and other non-zero dimensions for input, "
            f"but got: {list(input.shape)}"
        )
        error.add_note("images are (n, c, height, width) or (c, height, width)")
        raise error
    counts = _blocks(input.shape[-2:], width, gaps, around, steps)
    if min(counts) < 1:
        sizes = tuple(input.shape[-2:])
        raise RuntimeError(
            f"Given input with spatial size {sizes}, kernel_size={width}, dilation={gaps}, padding={around}, "
            f"calculated shape of the array of sliding blocks as {counts}, but its components must be at least one."
        )
    if not input.dtype.is_floating_point and not input.dtype.is_complex and input.dtype.name != "bool":
        raise no_kernel("im2col_out_cpu", input.dtype)
    return im2col(input, width, gaps, around, steps)


def fold(
    input: Tensor, output_size: Any, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1
) -> Tensor:
    """Columns added back into images.

    Args:
        input: of shape (n, c * kernel, patches) or without n.
        output_size: height and width of the images.
        kernel_size, dilation, padding, stride: an int or two.

    Raises:
        RuntimeError: the columns do not fit.

    Example::

        >>> torch.nn.functional.fold(torch.ones(1, 4, 1), (2, 2), 2)
        tensor([[[[1., 1.],
                  [1., 1.]]]])
    """
    sizes, width = _pair(output_size, "output_size"), _pair(kernel_size)
    gaps, around, steps = _pair(dilation, "dilation"), _pair(padding, "padding"), _pair(stride, "stride")
    _check_windows(width, gaps, around, steps)
    _check_columns(input, sizes, width, gaps, around, steps)
    return col2im(input, sizes, width, gaps, around, steps)


def _check_columns(
    input: Tensor, sizes: tuple[int, int], width: tuple[int, int], gaps: tuple[int, int], around: tuple[int, int],
    steps: tuple[int, int],
) -> None:  # fmt: skip
    if input.ndim not in (2, 3) or 0 in input.shape[-2:]:
        error = RuntimeError(
            "Expected 2D or 3D (batch mode) tensor for input with possibly 0 batch size and non-zero dimensions for "
            f"input, but got: {list(input.shape)}"
        )
        error.add_note("columns are (n, c * kernel height * kernel width, places), or without n")
        raise error
    rows = input.shape[-2]
    if rows % (width[0] * width[1]):
        raise RuntimeError(
            "Expected size of input's dimension 1 to be divisible by the product of kernel_size, but got "
            f"input.size(1)={rows} and kernel_size=({width[0]}, {width[1]})."
        )
    counts = _blocks(sizes, width, gaps, around, steps)
    settings = (
        f"output_size=({sizes[0]}, {sizes[1]}), kernel_size=({width[0]}, {width[1]}), dilation=({gaps[0]}, {gaps[1]}), "
        f"padding=({around[0]}, {around[1]}), stride=({steps[0]}, {steps[1]})"
    )
    if counts[0] * counts[1] != input.shape[-1]:
        raise RuntimeError(
            f"Given {settings}, expected size of input's dimension 2 to match the calculated number of sliding blocks "
            f"{counts[0]} * {counts[1]} = {counts[0] * counts[1]}, but got input.size(2)={input.shape[-1]}."
        )
    if not input.dtype.is_floating_point and not input.dtype.is_complex and input.dtype.name != "bool":
        raise no_kernel("col2im_out_cpu", input.dtype)
