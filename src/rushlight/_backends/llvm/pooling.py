"""Pooling of arrays by compiled kernels: maxima with their places, sums over windows, and sums spread back."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import prod
from typing import Any

import numpy as np

from . import kernels, memory, windows
from .bands import FLOATS, pack_words
from .host import Host
from .launch import address_of
from .threads import crew
from .unsupported import Unsupported

Array = np.ndarray[Any, Any]
Sizes = Sequence[int]

PART_ROWS = 16
"""Rows of an output in a unit of work."""

LARGEST = 1 << 30
"""Elements of an image whose places lanes can count in 32 bits."""


def _three(numbers: Sizes, fill: int) -> list[int]:
    return [fill] * (3 - len(numbers)) + list(numbers)


def _run(
    kind: str, element: str, arrays: tuple[Array, Array, Array | None], kernel: Sizes, stride: Sizes, padding: Sizes,
    dilation: Sizes,
) -> None:  # fmt: skip
    """Runs a kernel on images, results and places, contiguous ones."""
    images, results, places = arrays
    rank = len(kernel)
    sizes, out = _three(images.shape[-rank:], 1), _three(results.shape[-rank:], 1)
    if element not in FLOATS or rank > 3 or prod(sizes) > LARGEST:
        raise Unsupported(f"pooling of {element} images of {sizes}")
    if not images.size or not results.size:
        return
    triples = {
        "kernel": _three(kernel, 1), "stride": _three(stride, 1), "padding": _three(padding, 0),
        "dilation": _three(dilation, 1), "out": out,
    }  # fmt: skip
    words = {f"{name}_{axis}": number for name, three in triples.items() for axis, number in zip("zyx", three)}
    parts = -(-out[0] * out[1] // PART_ROWS)
    words |= dict(zip(("depth", "height", "width"), sizes, strict=True))
    words |= {"images": address_of(images), "results": address_of(results), "part_rows": PART_ROWS, "parts": parts}
    words["places"] = 0 if places is None else address_of(places)
    step = triples["stride"][2] if triples["stride"][2] <= 2 else 0
    planes = images.size // prod(sizes)
    units = planes if kind == "spread" else planes * parts
    crew.run(_kernel(kind, element, 1 if kind == "spread" else step), pack_words(words, windows.WINDOW_FIELDS), units)


@lru_cache
def _kernel(kind: str, element: str, step: int) -> int:
    def write(host: Host) -> str:
        if kind == "spread":
            return windows.write_spread(element, host)
        return windows.write_windows(element, step, kind == "maxima", host)

    return kernels.load(f"pooling {kind} {element} {step}", write).address["kernel"]


def maxima(
    element: str, images: Array, kernel: Sizes, stride: Sizes, padding: Sizes, dilation: Sizes, out: Sizes
) -> tuple[Array, Array]:
    """The maximum of every window, and its place in the flattened image; the first of equals, nan before all.

    Args:
        element: the name of the dtype.
        images: of shape (..., *image).
        kernel, stride, padding, dilation: a number for each dimension of the image.
        out: the sizes of an output.
    """
    shape = (*images.shape[: images.ndim - len(kernel)], *out)
    best, places = memory.empty(shape, images.dtype), memory.empty(shape, np.dtype(np.int64))
    arrays = (np.ascontiguousarray(images), best, places)
    _run("maxima", element, arrays, kernel, stride, padding, dilation)
    return best, places


def sums(element: str, images: Array, kernel: Sizes, stride: Sizes, padding: Sizes, out: Sizes) -> Array:
    """The sum over every window, zeros outside the image; arguments as for `maxima`."""
    found = memory.empty((*images.shape[: images.ndim - len(kernel)], *out), images.dtype)
    arrays = (np.ascontiguousarray(images), found, None)
    _run("sums", element, arrays, kernel, stride, padding, (1,) * len(kernel))
    return found


def spread_sums(element: str, g: Array, sizes: Sizes, kernel: Sizes, stride: Sizes, padding: Sizes) -> Array:
    """The transpose of `sums`: every window's value added to all of its places in images of the given sizes."""
    found = memory.empty((*g.shape[: g.ndim - len(kernel)], *sizes), g.dtype)
    _run("spread", element, (found, np.ascontiguousarray(g), None), kernel, stride, padding, (1,) * len(kernel))
    if not g.size:
        found[...] = 0
    return found
