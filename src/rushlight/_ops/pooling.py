"""Pooling: maxima and means over sliding windows."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from .._backends.numpy import windows
from .._core.meta_array import stand_in
from .._declare.kinds import kernel

if TYPE_CHECKING:
    from ..tensor import Tensor


def _max_gradient(g: Any, input_like: Any, kernel_size: Any, result1: Tensor) -> Tensor:
    gradient, rank = g[0], len(kernel_size)
    shape = tuple(input_like.shape)
    lead = shape[: len(shape) - rank]
    flat = gradient.new_zeros((*lead, prod(shape[len(lead) :])))
    index = result1.reshape((*lead, -1))
    return flat.scatter_add(-1, index, gradient.reshape((*lead, -1))).reshape(shape)  # type: ignore[no-any-return]


def _max_meta(
    input: Any, kernel_size: Sequence[int], stride: Sequence[int], padding: Sequence[int], dilation: Sequence[int],
    ceil_mode: bool,
) -> Any:  # fmt: skip
    rank = len(kernel_size)
    out = windows.pooled_sizes(input.shape[-rank:], kernel_size, stride, padding, dilation, ceil_mode)
    shape = (*input.shape[:-rank], *out)
    return stand_in(shape, input.dtype), stand_in(shape, np.int64)


def _average_meta(
    input: Any, kernel_size: Sequence[int], stride: Sequence[int], padding: Sequence[int], ceil_mode: bool, *rest: Any
) -> Any:
    return _max_meta(input, kernel_size, stride, padding, (1,) * len(kernel_size), ceil_mode)[0]


@kernel(
    name="max_pool_with_indices",
    node=("MaxPool2DWithIndicesBackward0", "MaxPool3DWithIndicesBackward0"),
    pick_node=lambda input, kernel_size, *rest: len(kernel_size) - 2,
    meta=_max_meta,
    flops=0,
    vjp={"input": _max_gradient},
    nondifferentiable=(1,),
)
def max_pool(
    input: Tensor, kernel_size: Sequence[int], stride: Sequence[int], padding: Sequence[int],
    dilation: Sequence[int], ceil_mode: bool,
) -> Any:  # fmt: skip
    """Maxima over windows and their places in the flattened image.

    Args:
        input: of shape (..., *image).
        kernel_size, stride, padding, dilation: one int a dimension of the image.
        ceil_mode: whether a last window may hang over the edge.
    """
    sizes = input.shape[-len(kernel_size) :]
    out = windows.pooled_sizes(sizes, kernel_size, stride, padding, dilation, ceil_mode)
    return windows.maxima(input, kernel_size, stride, padding, dilation, out)


def _divisor(
    sizes: Sequence[int], kernel_size: Sequence[int], stride: Sequence[int], padding: Sequence[int],
    out: Sequence[int], count_include_pad: bool, divisor_override: int | None, element: Any,
) -> Any:  # fmt: skip
    if divisor_override is not None:
        return np.asarray(divisor_override, element)
    return windows.window_counts(sizes, kernel_size, stride, padding, out, count_include_pad).astype(element)


@kernel(
    batch="fold",
    name="avg_pool",
    node=("AvgPool2DBackward0", "AvgPool3DBackward0"),
    pick_node=lambda input, kernel_size, *rest: len(kernel_size) - 2,
    meta=_average_meta,
    flops=lambda kernel_size, result: prod(kernel_size) * result.numel(),
    vjp={
        "input": lambda g, input_like, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override: (
            _avg_gradient(
                g, tuple(input_like.shape[-len(kernel_size) :]), kernel_size, stride, padding, ceil_mode,
                count_include_pad, divisor_override,
            )
        )
    },
)  # fmt: skip
def avg_pool(
    input: Tensor, kernel_size: Sequence[int], stride: Sequence[int], padding: Sequence[int], ceil_mode: bool,
    count_include_pad: bool, divisor_override: int | None,
) -> Any:  # fmt: skip
    """Means over windows.

    Args:
        input: of shape (..., *image).
        kernel_size, stride, padding: one int a dimension of the image.
        ceil_mode: whether a last window may hang over the edge.
        count_include_pad: whether padding counts in the mean.
        divisor_override: what to divide the sum by instead.
    """
    rank = len(kernel_size)
    sizes = input.shape[-rank:]
    out = windows.pooled_sizes(sizes, kernel_size, stride, padding, (1,) * rank, ceil_mode)
    total = windows.sums(input, kernel_size, stride, padding, out)
    divisor = _divisor(sizes, kernel_size, stride, padding, out, count_include_pad, divisor_override, input.dtype)
    if input.dtype.kind in "iu":  # C's division, towards zero
        return np.sign(total) * np.sign(divisor) * (np.abs(total) // np.abs(divisor))
    return total / divisor


@kernel(
    flops=lambda grad_output, kernel_size: prod(kernel_size) * grad_output.numel(),
    vjp={
        "grad_output": lambda g, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override: avg_pool(
            g, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override
        )
    },
)
def _avg_gradient(
    grad_output: Tensor, sizes: Sequence[int], kernel_size: Sequence[int], stride: Sequence[int],
    padding: Sequence[int], ceil_mode: bool, count_include_pad: bool, divisor_override: int | None,
) -> Any:  # fmt: skip
    """The gradient of `avg_pool` for an image of the given sizes."""
    out = grad_output.shape[-len(kernel_size) :]
    element = grad_output.dtype
    shares = grad_output / _divisor(
        sizes, kernel_size, stride, padding, out, count_include_pad, divisor_override, element
    )
    return windows.spread_sums(shares, sizes, kernel_size, stride, padding)


@kernel(
    name="adaptive_max_pool",
    node=("AdaptiveMaxPool2DBackward0", "AdaptiveMaxPool3DBackward0"),
    pick_node=lambda input, output_size: len(output_size) - 2,
    meta=lambda input, output_size: (
        stand_in((*input.shape[: -len(output_size)], *output_size), input.dtype),
        stand_in((*input.shape[: -len(output_size)], *output_size), np.int64),
    ),
    flops=0,
    vjp={"input": lambda g, input_like, output_size, result1: _max_gradient(g, input_like, output_size, result1)},
    nondifferentiable=(1,),
)
def adaptive_max_pool(input: Tensor, output_size: Sequence[int]) -> Any:
    """Maxima over windows that split the image into a given number of parts, and their places.

    Args:
        input: of shape (..., *image).
        output_size: how many parts, for each dimension of the image.
    """
    return windows.adaptive_maxima(input, output_size)
