"""Maxima put back where a pooling found them, and pooling over windows of random places."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from .._declare.dispatch import no_kernel
from .._declare.kinds import kernel

if TYPE_CHECKING:
    from ..tensor import Tensor


def _flat(tensor: Tensor, rank: int) -> Tensor:
    lead = tensor.shape[: tensor.ndim - rank]
    return tensor.reshape((*lead, prod(tensor.shape[tensor.ndim - rank :])))


def _unpool_gradient(g: Tensor, indices: Tensor, output_size: Sequence[int]) -> Tensor:
    rank = len(output_size)
    return _flat(g, rank).gather(-1, _flat(indices, rank)).reshape(indices.shape)


def _unpool_examples(input: Tensor, indices: Tensor, output_size: Sequence[int]) -> Any:
    """`max_unpool` of every example of a batch: any dimensions may come before the image's."""
    count = max(len(input), len(indices))
    first, second = (tensor.expand(count, *tensor.shape[1:]) for tensor in (input, indices))
    return max_unpool(first, second, output_size)


@kernel(
    batch=_unpool_examples,
    name="max_unpool",
    exact=True,
    node=("MaxUnpool2DBackward0", "MaxUnpool3DBackward0"),
    pick_node=lambda input, indices, output_size: len(output_size) - 2,
    vjp={"input": _unpool_gradient},
)
def max_unpool(input: Tensor, indices: Tensor, output_size: Sequence[int]) -> Any:
    """Zeros of another size with the elements of a tensor at given places.

    Args:
        input: of shape (..., *image).
        indices: the place of each element in the flattened result image, of the shape of `input`.
        output_size: the sizes of the result image.

    Raises:
        RuntimeError: a place lies outside.
    """
    rank = len(output_size)
    lead = input.shape[: input.ndim - rank]
    room = prod(output_size)
    places = indices.reshape(*lead, prod(indices.shape[len(lead) :]))
    if places.size and (places.min() < 0 or places.max() >= room):
        bad = places[(places < 0) | (places >= room)].flat[0]
        sizes = "x".join(map(str, output_size))
        error = RuntimeError(f"Found an invalid max index: {bad} (output volumes are of size {sizes})")
        error.add_note("take `output_size` from the input of the pooling whose places these are")
        raise error
    found = np.zeros((*lead, room), input.dtype)
    np.put_along_axis(found, places, input.reshape(places.shape), -1)
    return found.reshape(*lead, *output_size)


def _starts(samples: Any, size: int, width: int, out: int) -> Any:
    """Where each of `out` windows begins, for one random number in [0, 1) a row; the last ends with the image."""
    places = np.zeros((*samples.shape, out), np.int64)
    if out > 1:
        step = samples.dtype.type((size - width) / (out - 1))
        numbers = np.arange(out - 1).astype(samples.dtype)
        places[..., :-1] = ((numbers + samples[..., None]) * step).astype(np.int64)
        places[..., :-1] -= (samples * step).astype(np.int64)[..., None]
    places[..., -1] = size - width
    return places


def _fractional_gradient(g: Any, input_like: Any, output_size: Sequence[int], result1: Tensor) -> Tensor:
    rank = len(output_size)
    shape = tuple(input_like.shape)
    lead = shape[: len(shape) - rank]
    zeros = g[0].new_zeros((*lead, prod(shape[len(lead) :])))
    return zeros.scatter_add(-1, _flat(result1, rank), _flat(g[0], rank)).reshape(shape)


def _check_fractional(input: Tensor, kernel_size: Sequence[int], *rest: Any) -> None:
    if not input.dtype.is_floating_point:
        raise no_kernel(f"fractional_max_pool{len(kernel_size)}d_out_frame", input.dtype)


@kernel(
    name="fractional_max_pool",
    flops=0,
    check=_check_fractional,
    node=("FractionalMaxPool2DBackward0", "FractionalMaxPool3DBackward0"),
    pick_node=lambda input, kernel_size, *rest: len(kernel_size) - 2,
    vjp={"input": _fractional_gradient},
    nondifferentiable=(1,),
)
def fractional_max_pool(
    input: Tensor, kernel_size: Sequence[int], output_size: Sequence[int], random_samples: Tensor
) -> Any:
    """Maxima over windows whose distances vary at random, and their places in the flattened image (Graham, 2014).

    Args:
        input: of shape (n, c, *image) or (c, *image).
        kernel_size, output_size: one int a dimension of the image.
        random_samples: numbers in [0, 1) of shape (n, c, dimensions), each of which shifts the windows of one image:
            in two dimensions the width's first, in three in the order of the dimensions.
    """
    rank = len(kernel_size)
    sizes = input.shape[-rank:]
    images = input.reshape((prod(input.shape[:-rank]), *sizes))
    count = len(images)
    samples = random_samples[: 1 if input.ndim == rank + 1 else input.shape[0]].reshape(-1, rank)[:count]
    order = (1, 0) if rank == 2 else (0, 1, 2)
    starts = [
        _starts(samples[:, column], size, width, out)
        for column, size, width, out in zip(order, sizes, kernel_size, output_size, strict=True)
    ]
    best: Any = None
    place: Any = None
    rows = np.arange(count).reshape((-1, *(1,) * rank))
    for offsets in product(*map(range, kernel_size)):
        spots = [
            (start + offset).reshape((count, *(out if axis == dim else 1 for dim in range(rank))))
            for axis, (start, offset, out) in enumerate(zip(starts, offsets, output_size, strict=True))
        ]
        values = images[(rows, *spots)]
        index: Any = 0
        for spot, size in zip(spots, sizes, strict=True):
            index = index * size + spot
        index = np.broadcast_to(index, values.shape)
        if best is None:
            best, place = values, index
            continue
        better = (values > best) | np.isnan(values)
        best, place = np.where(better, values, best), np.where(better, index, place)
    shape = (*input.shape[:-rank], *output_size)
    return best.reshape(shape), place.reshape(shape)
