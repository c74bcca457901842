"""Pooling over windows in one to three dimensions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from ..._ops.pooling import adaptive_max_pool, avg_pool, max_pool
from ..._ops.resampling import adaptive_average

if TYPE_CHECKING:
    from ...tensor import Tensor

Sizes = int | Sequence[int]
_WORDS = {1: "an int", 2: "two ints", 3: "three ints"}


def _spread(value: Sizes | None, rank: int, name: str, default: tuple[int, ...] | None = None) -> tuple[int, ...]:
    """One int a dimension."""
    if value is None or (not isinstance(value, int) and not len(value)):
        assert default is not None
        return default
    if isinstance(value, int):
        return (value,) * rank
    found = tuple(value)
    if len(found) == 1:
        return found * rank
    if len(found) != rank:
        kind = {1: "a single int", 2: "either be a single int, or a tuple of two ints"}.get(
            rank, "either be a single int, or a tuple of three ints"
        )
        raise RuntimeError(f"{name} must {kind}")
    return found


def _check(input: Tensor, rank: int, name: str, out: Sequence[int] | None = None) -> None:
    if input.ndim not in (rank + 1, rank + 2):
        words = {1: "2D or 3D (batch mode)", 2: "3D or 4D (batch mode)", 3: "4D or 5D (batch mode)"}[rank]
        raise RuntimeError(f"{name}: Expected {words} tensor expected for input")


def _max(
    rank: int, input: Tensor, kernel_size: Sizes, stride: Sizes | None, padding: Sizes, dilation: Sizes,
    ceil_mode: bool,
) -> tuple[Tensor, Tensor]:  # fmt: skip
    name = f"max_pool{rank}d"
    width = _spread(kernel_size, rank, f"{name}: kernel_size")
    steps = _spread(stride, rank, f"{name}: stride", width)
    around = _spread(padding, rank, f"{name}: padding")
    spread = _spread(dilation, rank, f"{name}: dilation")
    _check(input, rank, f"{name}()")
    _check_window(width, around, spread)
    if rank == 1:
        values, index = max_pool(input.unsqueeze(-2), (1, *width), (1, *steps), (0, *around), (1, *spread), ceil_mode)
        return values.squeeze(-2), index.squeeze(-2)
    return max_pool(input, width, steps, around, spread, ceil_mode)


def _check_window(width: Sequence[int], around: Sequence[int], spread: Sequence[int]) -> None:
    for size, pad, gap in zip(width, around, spread, strict=True):
        if pad < 0:
            raise RuntimeError(f"pad must be non-negative, but got pad: {pad}")
        if pad > ((size - 1) * gap + 1) // 2:
            raise RuntimeError(
                f"pad should be at most half of effective kernel size, but got pad={pad}, kernel_size={size} and "
                f"dilation={gap}"
            )


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
        found = full(input, kernel_size, stride, padding, dilation, ceil_mode)
        return found if return_indices else found[0]

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
    width = _spread(kernel_size, rank, f"{name}: kernel_size")
    steps = _spread(stride, rank, f"{name}: stride", width)
    around = _spread(padding, rank, f"{name}: padding")
    _check(input, rank, f"{name}()")
    if any(2 * pad > size for pad, size in zip(around, width, strict=True)):
        raise RuntimeError(
            f"pad should be at most half of effective kernel size, but got pad={around[-1]}, kernel_size={width[-1]} "
            "and "
            "dilation=1"
        )
    if divisor_override == 0:
        raise RuntimeError("divisor must be not zero")
    if rank == 1:
        wide = input.unsqueeze(-2)
        found = avg_pool(wide, (1, *width), (1, *steps), (0, *around), ceil_mode, count_include_pad, None)
        return found.squeeze(-2)
    return avg_pool(input, width, steps, around, ceil_mode, count_include_pad, divisor_override)


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


def _target_sizes(input: Tensor, output_size: Any, rank: int) -> tuple[int, ...]:
    """Sizes of an adaptive pooling; None keeps a size."""
    given = (output_size,) * rank if output_size is None or isinstance(output_size, int) else tuple(output_size)
    if len(given) == 1:
        given = given * rank
    if len(given) != rank:
        raise RuntimeError(
            "Output size must have a single element or two elements" if rank == 2 else "invalid output_size"
        )
    return tuple(size if wanted is None else wanted for wanted, size in zip(given, input.shape[-rank:], strict=True))


def adaptive_avg_pool1d(input: Tensor, output_size: Any) -> Tensor:
    """Means that bring a sequence to a given length.

    Example::

        >>> torch.nn.functional.adaptive_avg_pool1d(torch.tensor([[1.0, 3.0]]), 1)
        tensor([[2.]])
    """
    (size,) = _target_sizes(input, output_size, 1)
    return adaptive_avg_pool2d(input.unsqueeze(-2), (1, size)).squeeze(-2)


def adaptive_avg_pool2d(input: Tensor, output_size: Any) -> Tensor:
    """Means that bring an image to a given size.

    Args:
        input: of shape (n, c, height, width) or (c, height, width).
        output_size: an int, or two of which None keeps a size.

    Example::

        >>> torch.nn.functional.adaptive_avg_pool2d(torch.ones(1, 4, 4), 2).shape
        torch.Size([1, 2, 2])
    """
    sizes = _target_sizes(input, output_size, 2)
    if sizes == (1, 1):
        return input.mean((-1, -2), True)
    return adaptive_average(input, sizes)


def adaptive_avg_pool3d(input: Tensor, output_size: Any) -> Tensor:
    """Means that bring a volume to a given size.

    Example::

        >>> torch.nn.functional.adaptive_avg_pool3d(torch.ones(1, 4, 4, 4), 2).shape
        torch.Size([1, 2, 2, 2])
    """
    sizes = _target_sizes(input, output_size, 3)
    if sizes == (1, 1, 1):
        return input.mean((-1, -2, -3), True)
    return adaptive_average(input, sizes)


def adaptive_max_pool1d_with_indices(
    input: Tensor, output_size: Any, return_indices: bool = False
) -> tuple[Tensor, Tensor]:
    """`adaptive_max_pool1d` with the places of the maxima."""
    (size,) = _target_sizes(input, output_size, 1)
    values, index = adaptive_max_pool(input.unsqueeze(-2), (1, size))
    return values.squeeze(-2), index.squeeze(-2)


def adaptive_max_pool2d_with_indices(
    input: Tensor, output_size: Any, return_indices: bool = False
) -> tuple[Tensor, Tensor]:
    """`adaptive_max_pool2d` with the places of the maxima."""
    return adaptive_max_pool(input, _target_sizes(input, output_size, 2))


def adaptive_max_pool3d_with_indices(
    input: Tensor, output_size: Any, return_indices: bool = False
) -> tuple[Tensor, Tensor]:
    """`adaptive_max_pool3d` with the places of the maxima."""
    return adaptive_max_pool(input, _target_sizes(input, output_size, 3))


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
    width = _spread(kernel_size, 2, "lp_pool2d: kernel_size")
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
    width = _spread(kernel_size, 3, "lp_pool3d: kernel_size")
    means = avg_pool3d(input.pow(norm_type), kernel_size, stride, 0, ceil_mode)
    return (means.sign() * means.abs().relu()).mul(width[0] * width[1] * width[2]).pow(1.0 / norm_type)
