"""Patches of images as columns and back, and images sampled at arbitrary places."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .._backends.numpy import columns as backend
from .._backends.numpy.copies import copied
from .._declare.kinds import composite, kernel

if TYPE_CHECKING:
    from ..tensor import Tensor


@kernel(
    exact=True,
    node="Im2ColBackward0",
    vjp={
        "input": lambda g, input_like, kernel_size, dilation, padding, stride: col2im(
            g, tuple(input_like.shape[-2:]), kernel_size, dilation, padding, stride
        )
    },
)
def im2col(
    input: Tensor, kernel_size: Sequence[int], dilation: Sequence[int], padding: Sequence[int], stride: Sequence[int]
) -> Any:
    """Patches of images as columns.

    Args:
        input: of shape (n, c, height, width) or (c, height, width).
        kernel_size, dilation, padding, stride: two ints each.
    """
    images = input if input.ndim == 4 else input[None]
    found = backend.to_columns(images, kernel_size, stride, padding, dilation)
    return found if input.ndim == 4 else found[0]


@kernel(
    node="Col2ImBackward0",
    flops=1,
    vjp={"input": lambda g, kernel_size, dilation, padding, stride: im2col(g, kernel_size, dilation, padding, stride)},
)
def col2im(
    input: Tensor, output_size: Sequence[int], kernel_size: Sequence[int], dilation: Sequence[int],
    padding: Sequence[int], stride: Sequence[int],
) -> Any:  # fmt: skip
    """Columns added back into images, overlaps summed.

    Args:
        input: of shape (n, c * kernel, patches) or without n.
        output_size: height and width of the images.
        kernel_size, dilation, padding, stride: two ints each.
    """
    batch = input if input.ndim == 3 else input[None]
    channels = batch.shape[1] // (kernel_size[0] * kernel_size[1])
    found = backend.from_columns(batch, channels, output_size, kernel_size, stride, padding, dilation)
    return found if input.ndim == 3 else found[0]


@kernel(exact=True, vjp={"input": lambda g, upscale_factor: pixel_unshuffle(g, upscale_factor)})
def pixel_shuffle(input: Tensor, upscale_factor: int) -> Any:
    """Channels rearranged into images that are larger by a factor.

    Args:
        input: of shape (..., c * r * r, height, width).
        upscale_factor: r.

    Raises:
        RuntimeError: there are fewer than 3 dimensions, or r * r does not divide the channels.

    Example::

        >>> torch.pixel_shuffle(torch.arange(4.0).view(4, 1, 1), 2)
        tensor([[[0., 1.],
                 [2., 3.]]])
    """
    if input.ndim < 3:
        raise RuntimeError(
            f"pixel_shuffle expects input to have at least 3 dimensions, but got input with {input.ndim} dimension(s)"
        )
    r = upscale_factor
    if r <= 0:
        raise RuntimeError(f"pixel_shuffle expects a positive upscale_factor, but got {r}")
    *lead, channels, height, width = input.shape
    if channels % (r * r):
        raise RuntimeError(
            "pixel_shuffle expects its input's 'channel' dimension to be divisible by the square of upscale_factor, "
            f"but input.size(-3)={channels} is not divisible by {r * r}"
        )
    split = input.reshape(*lead, channels // (r * r), r, r, height, width)
    count = len(lead)
    order = (*range(count + 1), count + 3, count + 1, count + 4, count + 2)
    return copied(split.transpose(order)).reshape(*lead, channels // (r * r), height * r, width * r)


@kernel(exact=True, vjp={"input": lambda g, downscale_factor: pixel_shuffle(g, downscale_factor)})
def pixel_unshuffle(input: Tensor, downscale_factor: int) -> Any:
    """Images rearranged into more channels: the inverse of `pixel_shuffle`.

    Args:
        input: of shape (..., c, height * r, width * r).
        downscale_factor: r.

    Raises:
        RuntimeError: there are fewer than 3 dimensions, or r does not divide height and width.

    Example::

        >>> torch.pixel_unshuffle(torch.ones(1, 2, 2), 2).shape
        torch.Size([4, 1, 1])
    """
    if input.ndim < 3:
        raise RuntimeError(
            f"pixel_unshuffle expects input to have at least 3 dimensions, but got input with {input.ndim} dimension(s)"
        )
    r = downscale_factor
    if r <= 0:
        raise RuntimeError(f"pixel_unshuffle expects a positive downscale_factor, but got {r}")
    *lead, channels, height, width = input.shape
    for size, axis in ((height, -2), (width, -1)):
        if size % r:
            name = "height" if axis == -2 else "width"
            raise RuntimeError(
                f"pixel_unshuffle expects {name} to be divisible by downscale_factor, but input.size({axis})={size} is "
                f"not divisible by {r}"
            )
    split = input.reshape(*lead, channels, height // r, r, width // r, r)
    count = len(lead)
    order = (*range(count + 1), count + 2, count + 4, count + 1, count + 3)
    return copied(split.transpose(order)).reshape(*lead, channels * r * r, height // r, width // r)


@kernel(exact=True, node="ChannelShuffleBackward0", vjp={"input": lambda g, input_like, groups: channel_shuffle(
    g, input_like.shape[1] // groups)})  # fmt: skip
def channel_shuffle(input: Tensor, groups: int) -> Any:
    """Channels dealt out among groups.

    Args:
        input: of shape (n, c, ...).
        groups: number of groups, which divides c.

    Raises:
        RuntimeError: there are fewer than 3 dimensions, or the groups do not divide the channels.

    Example::

        >>> torch.channel_shuffle(torch.arange(4).view(1, 4, 1), 2).flatten()
        tensor([0, 2, 1, 3])
    """
    if input.ndim < 3:
        raise RuntimeError(f"channel_shuffle expects input with > 2 dims, but got input with sizes {list(input.shape)}")
    if groups <= 0:
        raise RuntimeError(f"Number of groups to divide channels in must be positive. Value of groups:{groups}")
    n, channels, *rest = input.shape
    if channels % groups:
        raise RuntimeError(
            f"Number of channels must be divisible by groups. Got {channels} channels and {groups} groups."
        )
    return copied(input.reshape(n, groups, channels // groups, *rest).swapaxes(1, 2)).reshape(input.shape)


@composite
def native_channel_shuffle(input: Tensor, groups: int) -> Tensor:
    """`channel_shuffle` under the name of its kernel in torch.

    Example::

        >>> torch.native_channel_shuffle(torch.arange(4).view(1, 4, 1), 2).flatten()
        tensor([0, 2, 1, 3])
    """
    return channel_shuffle(input, groups)  # type: ignore[no-any-return]
