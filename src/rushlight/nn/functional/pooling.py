"""Pooling over windows in one to three dimensions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import TYPE_CHECKING, Any

from ..._ops.pooling import adaptive_max_pool, avg_pool, max_pool
from ..._ops.resampling import adaptive_average
from .pooling_checks import (
    adaptive_sizes,
    check_adaptive,
    check_average,
    check_max,
    check_max1d,
    check_sequence,
    spread,
)

if TYPE_CHECKING:
    from ...tensor import Tensor

Sizes = int | Sequence[int]
_WORDS = {1: "an int", 2: "two ints", 3: "three ints"}


def _max(
    rank: int, input: Tensor, kernel_size: Sizes, stride: Sizes | None, padding: Sizes, dilation: Sizes,
    ceil_mode: bool, places: bool = True,
) -> tuple[Tensor, Tensor]:  # fmt: skip
    name = f"max_pool{rank}d"
    width = spread(kernel_size, rank, name, "kernel_size")
    steps = spread(stride, rank, name, "stride", width)
    around = spread(padding, rank, name, "padding")
    gaps = spread(dilation, rank, name, "dilation")
    if rank > 1:
        check_max(input, width, steps, around, gaps, ceil_mode)
        return max_pool(input, width, steps, around, gaps, ceil_mode)
    if places:
        check_sequence(input, "max_pool1d_with_indices")
    else:
        check_max1d(input, width, steps, around, gaps, ceil_mode)
    row = (input.unsqueeze(-2), (1, *width), (1, *steps), (0, *around), (1, *gaps), ceil_mode)
    if places:
        check_max(*row)
    values, index = max_pool(*row)
    return values.squeeze(-2), index.squeeze(-2)


def max_pool1d_with_indices(
    input: Tensor, kernel_size: Sizes, stride: Sizes | None = None, padding: Sizes = 0, dilation: Sizes = 1,
    ceil_mode: bool = False, return_indices: bool = False,
) -> tuple[Tensor, Tensor]:  # fmt: skip
    """`max_pool1d` with the places of the maxima."""
    return _max(1, input, kernel_size, stride, padding, dilation, ceil_mode)


def max_pool2d_with_indices(
    input: Tensor, kernel_size: Sizes, stride: Sizes | None = None, padding: Sizes = 0, dilation: Sizes = 1,
    ceil_mode: bool = False, return_indices: bool = False,
) -> tuple[Tensor, Tensor]:  # fmt: skip
    """`max_pool2d` with the places of the maxima."""
    return _max(2, input, kernel_size, stride, padding, dilation, ceil_mode)


def max_pool3d_with_indices(
    input: Tensor, kernel_size: Sizes, stride: Sizes | None = None, padding: Sizes = 0, dilation: Sizes = 1,
    ceil_mode: bool = False, return_indices: bool = False,
) -> tuple[Tensor, Tensor]:  # fmt: skip
    """`max_pool3d` with the places of the maxima."""
    return _max(3, input, kernel_size, stride, padding, dilation, ceil_mode)


def _dispatched(name: str, rank: int, full: Callable[..., Any]) -> Callable[..., Any]:
    """The function that returns places only when asked for them."""

    def function(
        input: Tensor, kernel_size: Sizes, stride: Sizes | None = None, padding: Sizes = 0, dilation: Sizes = 1,
        ceil_mode: bool = False, return_indices: bool = False,
    ) -> Any:  # fmt: skip
        if return_indices:
            return full(input, kernel_size, stride, padding, dilation, ceil_mode)
        return _max(rank, input, kernel_size, stride, padding, dilation, ceil_mode, False)[0]

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"""The maximum of every window.

    Args:
        input: of shape (n, c, ...) or (c, ...), with {rank} dimension(s) of the image.
        kernel_size: size of the windows, {_WORDS[rank]} or one for all.
        stride: distance of windows; by default their size.
        padding: cells of minus infinity on every side.
        dilation: distance of cells in a window.
        ceil_mode: whether a last window may hang over the edge.
        return_indices: whether the places of the maxima in the flattened image are returned too.

    Example::

        >>> torch.nn.functional.{name}(torch.ones(1, {", ".join("4" * rank)}), 2).shape
        torch.Size([1, {", ".join("2" * rank)}])
    """
    return function


max_pool1d = _dispatched("max_pool1d", 1, max_pool1d_with_indices)
max_pool2d = _dispatched("max_pool2d", 2, max_pool2d_with_indices)
max_pool3d = _dispatched("max_pool3d", 3, max_pool3d_with_indices)


def _average(
    rank: int, input: Tensor, kernel_size: Sizes, stride: Sizes | None, padding: Sizes, ceil_mode: bool,
    count_include_pad: bool, divisor_override: int | None,
) -> Tensor:  # fmt: skip
    name = f"avg_pool{rank}d"
    width = spread(kernel_size, rank, name, "kernel_size")
    steps = spread(stride, rank, name, "stride", width)
    around = spread(padding, rank, name, "padding")
    if rank > 1:
        check_average(input, width, steps, around, ceil_mode, divisor_override)
        return avg_pool(input, width, steps, around, ceil_mode, count_include_pad, divisor_override)
    check_sequence(input, name)
    wide, width, steps, around = input.unsqueeze(-2), (1, *width), (1, *steps), (0, *around)
    check_average(wide, width, steps, around, ceil_mode, None)
    return avg_pool(wide, width, steps, around, ceil_mode, count_include_pad, None).squeeze(-2)


def avg_pool1d(
    input: Tensor, kernel_size: Sizes, stride: Sizes | None = None, padding: Sizes = 0, ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Tensor:  # fmt: skip
    """The mean of every window of a sequence.

    Args:
        input: of shape (n, c, length) or (c, length).
        kernel_size, stride, padding, ceil_mode: as for `max_pool1d`.
        count_include_pad: whether padding counts in the mean.

    Example::

        >>> torch.nn.functional.avg_pool1d(torch.tensor([[1.0, 3.0]]), 2)
        tensor([[2.]])
    """
    return _average(1, input, kernel_size, stride, padding, ceil_mode, count_include_pad, None)


def avg_pool2d(
    input: Tensor, kernel_size: Sizes, stride: Sizes | None = None, padding: Sizes = 0, ceil_mode: bool = False,
    count_include_pad: bool = True, divisor_override: int | None = None,
) -> Tensor:  # fmt: skip
    """The mean of every window of an image.

    Args:
        input: of shape (n, c, height, width) or (c, height, width).
        kernel_size, stride, padding, ceil_mode: as for `max_pool2d`.
        count_include_pad: whether padding counts in the mean.
        divisor_override: what the sum is divided by instead.

    Example::

        >>> torch.nn.functional.avg_pool2d(torch.ones(1, 2, 2), 2)
        tensor([[[1.]]])
    """
    return _average(2, input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)


def avg_pool3d(
    input: Tensor, kernel_size: Sizes, stride: Sizes | None = None, padding: Sizes = 0, ceil_mode: bool = False,
    count_include_pad: bool = True, divisor_override: int | None = None,
) -> Tensor:  # fmt: skip
    """The mean of every window of a volume.

    Args:
        input: of shape (n, c, depth, height, width) or without n.
        kernel_size, stride, padding, ceil_mode: as for `max_pool3d`.
        count_include_pad: whether padding counts in the mean.
        divisor_override: what the sum is divided by instead.

    Example::

        >>> torch.nn.functional.avg_pool3d(torch.ones(1, 2, 2, 2), 2)
        tensor([[[[1.]]]])
    """
    return _average(3, input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)


def adaptive_avg_pool1d(input: Tensor, output_size: Any) -> Tensor:
    """Means that bring a sequence to a given length.

    Example::

        >>> torch.nn.functional.adaptive_avg_pool1d(torch.tensor([[1.0, 3.0]]), 1)
        tensor([[2.]])
    """
    sizes = (1, *adaptive_sizes(input, output_size, 1, "adaptive_avg_pool1d"))
    row = input.unsqueeze(-2)
    check_adaptive(row, sizes, 1, "adaptive_avg_pool1d")
    return _adaptive_means(row, sizes).squeeze(-2)


def _adaptive_means(input: Tensor, sizes: tuple[int, ...]) -> Tensor:
    if prod(sizes) == 1:
        return input.mean(tuple(range(-len(sizes), 0)), True)
    return adaptive_average(input, sizes)


def adaptive_avg_pool2d(input: Tensor, output_size: Any) -> Tensor:
    """Means that bring an image to a given size.

    Args:
        input: of shape (n, c, height, width) or (c, height, width).
        output_size: an int, or two of which None keeps a size.

    Example::

        >>> torch.nn.functional.adaptive_avg_pool2d(torch.ones(1, 4, 4), 2).shape
        torch.Size([1, 2, 2])
    """
    sizes = adaptive_sizes(input, output_size, 2, "adaptive_avg_pool2d")
    check_adaptive(input, sizes, 2, "adaptive_avg_pool2d")
    return _adaptive_means(input, sizes)


def adaptive_avg_pool3d(input: Tensor, output_size: Any) -> Tensor:
    """Means that bring a volume to a given size.

    Example::

        >>> torch.nn.functional.adaptive_avg_pool3d(torch.ones(1, 4, 4, 4), 2).shape
        torch.Size([1, 2, 2, 2])
    """
    sizes = adaptive_sizes(input, output_size, 3, "adaptive_avg_pool3d")
    check_adaptive(input, sizes, 3, "adaptive_avg_pool3d")
    return _adaptive_means(input, sizes)


def adaptive_max_pool1d_with_indices(
    input: Tensor, output_size: Any, return_indices: bool = False
) -> tuple[Tensor, Tensor]:
    """`adaptive_max_pool1d` with the places of the maxima."""
    sizes = (1, *adaptive_sizes(input, output_size, 1, "adaptive_max_pool1d"))
    row = input.unsqueeze(-2)
    check_adaptive(row, sizes, 1, "adaptive_max_pool1d")
    values, index = adaptive_max_pool(row, sizes)
    return values.squeeze(-2), index.squeeze(-2)


def adaptive_max_pool2d_with_indices(
    input: Tensor, output_size: Any, return_indices: bool = False
) -> tuple[Tensor, Tensor]:
    """`adaptive_max_pool2d` with the places of the maxima."""
    sizes = adaptive_sizes(input, output_size, 2, "adaptive_max_pool2d")
    check_adaptive(input, sizes, 2, "adaptive_max_pool2d")
    return adaptive_max_pool(input, sizes)


def adaptive_max_pool3d_with_indices(
    input: Tensor, output_size: Any, return_indices: bool = False
) -> tuple[Tensor, Tensor]:
    """`adaptive_max_pool3d` with the places of the maxima."""
    sizes = adaptive_sizes(input, output_size, 3, "adaptive_max_pool3d")
    check_adaptive(input, sizes, 3, "adaptive_max_pool3d")
    return adaptive_max_pool(input, sizes)


def _adaptive_dispatched(name: str, rank: int, full: Callable[..., Any]) -> Callable[..., Any]:
    def function(input: Tensor, output_size: Any, return_indices: bool = False) -> Any:
        found = full(input, output_size)
        return found if return_indices else found[0]

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"""Maxima that bring {rank} dimension(s) to a given size.

    Args:
        input: of shape (n, c, ...) or (c, ...).
        output_size: {_WORDS[rank]}, or one for all; None keeps a size.
        return_indices: whether the places of the maxima are returned too.

    Example::

        >>> torch.nn.functional.{name}(torch.ones(1, {", ".join("4" * rank)}), 2).shape
        torch.Size([1, {", ".join("2" * rank)}])
    """
    return function


adaptive_max_pool1d = _adaptive_dispatched("adaptive_max_pool1d", 1, adaptive_max_pool1d_with_indices)
adaptive_max_pool2d = _adaptive_dispatched("adaptive_max_pool2d", 2, adaptive_max_pool2d_with_indices)
adaptive_max_pool3d = _adaptive_dispatched("adaptive_max_pool3d", 3, adaptive_max_pool3d_with_indices)


def lp_pool1d(
    input: Tensor, norm_type: float, kernel_size: int, stride: Sizes | None = None, ceil_mode: bool = False
) -> Tensor:
    """The p-norm of every window of a sequence.

    Example::

        >>> torch.nn.functional.lp_pool1d(torch.tensor([[[3.0, 4.0]]]), 2, 2)
        tensor([[[5.]]])
    """
    means = avg_pool1d(input.pow(norm_type), kernel_size, stride, 0, ceil_mode)
    return (means.sign() * means.abs().relu()).mul(kernel_size).pow(1.0 / norm_type)


def lp_pool2d(
    input: Tensor, norm_type: float, kernel_size: Sizes, stride: Sizes | None = None, ceil_mode: bool = False
) -> Tensor:
    """The p-norm of every window of an image.

    Example::

        >>> torch.nn.functional.lp_pool2d(torch.ones(1, 1, 2, 2), 2, 2)
        tensor([[[[2.]]]])
    """
    width = spread(kernel_size, 2, "lp_pool2d", "kernel_size")
    means = avg_pool2d(input.pow(norm_type), kernel_size, stride, 0, ceil_mode)
    return (means.sign() * means.abs().relu()).mul(width[0] * width[1]).pow(1.0 / norm_type)


def lp_pool3d(
    input: Tensor, norm_type: float, kernel_size: Sizes, stride: Sizes | None = None, ceil_mode: bool = False
) -> Tensor:
    """The p-norm of every window of a volume.

    Example::

        >>> torch.nn.functional.lp_pool3d(torch.ones(1, 1, 2, 2, 2), 1, 2)
        tensor([[[[[8.]]]]])
    """
    width = spread(kernel_size, 3, "lp_pool3d", "kernel_size")
    means = avg_pool3d(input.pow(norm_type), kernel_size, stride, 0, ceil_mode)
    return (means.sign() * means.abs().relu()).mul(width[0] * width[1] * width[2]).pow(1.0 / norm_type)
