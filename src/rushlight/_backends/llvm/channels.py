"""Batch normalization of arrays of shape (n, c, ...) by compiled kernels."""

from __future__ import annotations

from functools import lru_cache
from math import prod
from typing import Any

import numpy as np

from ..._core.expression import Expression
from . import kernels, plane_sums
from .addresses import address_of
from .bands import FLOATS, contiguous, pack_words
from .host import Host
from .launch import Elementwise
from .threads import crew
from .typed import Node, Program, typed
from .unsupported import Unsupported

Array = np.ndarray[Any, Any]

SHORTEST = 16
"""Elements of an image's channel at least: a vector of float32. Shorter ones are better summed down their columns."""


def _as_three(array: Array) -> Array:
    """Contiguous, as (n, c, places)."""
    n, channels = array.shape[:2]
    return contiguous(array).reshape(n, channels, prod(array.shape[2:]))


def _sums(element: str, first: Array, second: Array | None, means: Array | None) -> tuple[Array, Array, Array]:
    """What `plane_sums` finds for each block, in float64, of shape (n, c, blocks), and the blocks' lengths."""
    n, channels, length = first.shape
    if element not in FLOATS or length < SHORTEST or not first.size:
        raise Unsupported(f"batch normalization of {element} channels of {length} elements")
    blocks = -(-length // plane_sums.BLOCK)
    block = -(-length // blocks)
    found = np.empty((2, n, channels, blocks), first.dtype)
    words = {
        "first": address_of(first), "second": 0 if second is None else address_of(second),
        "means": 0 if means is None else address_of(means), "channels": channels, "length": length, "block": block,
        "blocks": blocks, "sums": address_of(found), "products": address_of(found) + found.nbytes // 2,
    }  # fmt: skip
    kernel = _kernel(element, second is not None)
    crew.run(kernel, pack_words(words, plane_sums.SUM_FIELDS), n * channels * blocks)
    wide = found.astype(np.float64)
    lengths = np.minimum(block, length - block * np.arange(blocks))
    return wide[0], wide[1], lengths


@lru_cache
def _kernel(element: str, gradient: bool) -> int:
    def write(host: Host) -> str:
        return plane_sums.write_sums(element, gradient, host)

    return kernels.load(f"plane sums {element} {gradient}", write).address["kernel"]


@lru_cache
def _program(element: str, name: str) -> Elementwise:
    """The elementwise part, of the inputs that its expression names."""
    symbols: Any = map(Expression.symbol, ("image", "g", "mean", "factor", "slope", "shift"))
    image, g, mean, factor, slope, shift = symbols
    expression, names = {
        "normalize": ((image - mean) * factor + shift, ("image", "mean", "factor", "shift")),
        "scale": (g * factor, ("g", "factor")),
        "gradient": (
            (image - mean) * slope + shift + g * factor, ("image", "g", "mean", "factor", "slope", "shift"),
        ),
    }[name]  # fmt: skip
    inputs = {name: Node("input", element, value=name) for name in names}
    return Elementwise(Program(dict.fromkeys(names, element), (), [(typed(expression, inputs, element), element)]))


def _column(values: Array, like: Array) -> Array:
    return np.ascontiguousarray(values, like.dtype).reshape(-1, 1)


def moments(element: str, images: Array) -> tuple[Array, Array]:
    """Mean and variance (of all, not of a sample) of each channel."""
    three = _as_three(images)
    sums, squares, lengths = _sums(element, three, None, None)
    count = three.shape[0] * three.shape[2]
    mean = sums.sum(axis=(0, 2)) / count
    apart = np.square(sums / lengths - mean[:, None]) * lengths  # of the blocks' means from that of all
    variance = (squares + apart).sum(axis=(0, 2)) / count
    return mean.astype(images.dtype), variance.astype(images.dtype)


def normalize(element: str, images: Array, mean: Array, factor: Array, shift: Array | None) -> Array:
    """The images less `mean` times `factor` plus `shift`, each one number a channel."""
    three = _as_three(images)
    columns = [_column(np.zeros(1) if values is None else values, three) for values in (mean, factor, shift)]
    return _program(element, "normalize")([three, *columns])[0].reshape(images.shape)


def gradients(
    element: str, images: Array, g: Array, mean: Array, rstd: Array, weight: Array | None, by_batch: bool
) -> tuple[Array, Array, Array]:
    """The gradients of images, weight and bias of a normalization.

    Args:
        element: the name of the dtype.
        images: its input.
        g: the gradient of its output.
        mean, rstd: the statistics that it used, one number a channel.
        weight: its weight, or None.
        by_batch: whether the statistics came from the images.
    """
    three, slopes = _as_three(images), _as_three(g)
    center = _column(mean, three)
    sums, products, _ = _sums(element, slopes, three, center)
    total, along = sums.sum(axis=(0, 2)), products.sum(axis=(0, 2))
    count = three.shape[0] * three.shape[2]
    factor = rstd if weight is None else rstd * weight
    if by_batch:
        # factor * (g - mean of g - normalized * mean of (g * normalized)), its terms gathered
        slope, shift = -factor * np.square(rstd) * (along / count), -factor * (total / count)
        columns = [center, *(_column(values, three) for values in (factor, slope, shift))]
        found = _program(element, "gradient")([three, slopes, *columns])[0]
    else:
        found = _program(element, "scale")([slopes, _column(factor, three)])[0]
    return found.reshape(images.shape), (along * rstd).astype(g.dtype), total.astype(g.dtype)
