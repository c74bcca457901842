"""Pooling of arrays by compiled kernels: maxima with their places, sums over windows, and sums spread back."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import prod
from typing import Any

import numpy as np

from . import kernels, memory, windows
from .addresses import address_of
from .bands import FLOATS, contiguous, pack_words
from .host import Host
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
    sizes, out = _sizes(element, images, results, len(kernel))
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
    units = images.size // prod(sizes) * parts
    crew.run(_kernel(kind, element, step), pack_words(words, windows.WINDOW_FIELDS), units)


def _sizes(element: str, images: Array, results: Array, rank: int) -> tuple[list[int], list[int]]:
    """The sizes of an image and of its output, in three dimensions."""
    sizes, out = _three(images.shape[-rank:], 1), _three(results.shape[-rank:], 1)
    if element not in FLOATS or rank > 3 or prod(sizes) > LARGEST:
        raise Unsupported(f"pooling of {element} images of {sizes}")
    return sizes, out


Bounds = Sequence[tuple[Array, Array]]
"""Where the windows of all outputs begin and end, along each dimension."""


def _run_regions(
    kind: str, element: str, arrays: tuple[Array, Array, Array | None], bounds: Bounds
) -> None:  # fmt: skip
    """Runs a kernel for windows of any sizes on images, results and places, contiguous ones."""
    images, results, places = arrays
    sizes, out = _sizes(element, images, results, len(bounds))
    if not images.size:
        return
    one = np.arange(2)
    tables = [one[:1], one[1:]] * (3 - len(bounds)) + [
        np.ascontiguousarray(side, np.int64) for pair in bounds for side in pair
    ]
    names = [f"{side}_{axis}" for axis in "zyx" for side in ("first", "last")]
    words = {name: address_of(table) for name, table in zip(names, tables, strict=True)}
    words |= dict(zip(("depth", "height", "width", "out_z", "out_y", "out_x"), (*sizes, *out), strict=True))
    words |= {"images": address_of(images), "results": address_of(results)}
    words["places"] = 0 if places is None else address_of(places)
    crew.run(
        _kernel(f"regions {kind}", element, 1), pack_words(words, windows.REGION_FIELDS), images.size // prod(sizes)
    )


@lru_cache
def _kernel(kind: str, element: str, step: int) -> int:
    def write(host: Host) -> str:
        name = kind.removeprefix("regions ")
        if name != kind:
            return windows.write_regions(element, name, host)  # type: ignore[arg-type]
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
    arrays = (contiguous(images), best, places)
    _run("maxima", element, arrays, kernel, stride, padding, dilation)
    return best, places


def sums(element: str, images: Array, kernel: Sizes, stride: Sizes, padding: Sizes, out: Sizes) -> Array:
    """The sum over every window, zeros outside the image; arguments as for `maxima`."""
    found = memory.empty((*images.shape[: images.ndim - len(kernel)], *out), images.dtype)
    arrays = (contiguous(images), found, None)
    _run("sums", element, arrays, kernel, stride, padding, (1,) * len(kernel))
    return found


def spread_sums(element: str, g: Array, sizes: Sizes, kernel: Sizes, stride: Sizes, padding: Sizes) -> Array:
    """The transpose of `sums`: every window's value added to all of its places in images of the given sizes."""
    bounds = []
    for count, size, width, step, pad in zip(g.shape[-len(kernel) :], sizes, kernel, stride, padding, strict=True):
        first = np.arange(count) * step - pad
        bounds.append((np.maximum(first, 0), np.minimum(first + width, size)))
    return spread_regions(element, g, sizes, bounds)


def spread_regions(element: str, g: Array, sizes: Sizes, bounds: Bounds) -> Array:
    """Every output's value added to all places of its region, in images of the given sizes."""
    found = memory.empty((*g.shape[: g.ndim - len(sizes)], *sizes), g.dtype)
    _run_regions("spread", element, (found, contiguous(g), None), bounds)
    return found


def region_sums(element: str, images: Array, bounds: Bounds) -> Array:
    """The sum over every region."""
    shape = (*images.shape[: images.ndim - len(bounds)], *(len(first) for first, _ in bounds))
    found = memory.empty(shape, images.dtype)
    _run_regions("sums", element, (contiguous(images), found, None), bounds)
    return found


def region_maxima(element: str, images: Array, bounds: Bounds) -> tuple[Array, Array]:
    """The maximum of every region and its place in the flattened image, as `maxima` finds them."""
    shape = (*images.shape[: images.ndim - len(bounds)], *(len(first) for first, _ in bounds))
    best, places = memory.empty(shape, images.dtype), memory.empty(shape, np.dtype(np.int64))
    _run_regions("maxima", element, (contiguous(images), best, places), bounds)
    return best, places
