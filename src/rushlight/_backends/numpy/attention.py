"""Attention on NumPy arrays, tile by tile: the weights of one tile exist at a time, never those of all places.

Arrays have five dimensions: batch, heads of keys, heads of queries for each of them, places, width.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from .large import add
from .machine_code import FROM, attempt

Array = np.ndarray[Any, Any]

TILE = 1 << 17
"""Scores computed at a time. 8 heads of 512 places, causal, forward and backward on one thread: 2**16 and 2**17 take
23 to 26 ms, 2**18 and more, which leave the second-level cache, 29 to 33."""

_BOUND = 16.0
"""Magnitude below which exponentials of scores are taken as they are, as `softmax` does: with the maximum of every row
and its subtraction 32 heads of 64 places take 0.5 to 0.6 ms, without them 0.4."""

Tile = tuple[slice, slice, slice, slice]


def _tiles(shape: tuple[int, ...], keys: int, causal: bool) -> Iterator[Tile]:
    """Blocks of batch, heads, queries, and the keys that they attend to."""
    batch, heads, group, queries, _ = shape
    per_head = max(group * queries * keys, 1)
    rows = queries if per_head <= TILE else max(TILE // max(group * keys, 1), 1)
    some_heads = max(TILE // per_head, 1)
    some_batches = max(some_heads // max(heads, 1), 1)
    for first in range(0, batch, some_batches):
        for head in range(0, heads, some_heads):
            for row in range(0, queries, rows):
                last = min(keys, row + rows) if causal else keys
                yield (
                    slice(first, first + some_batches),
                    slice(head, head + some_heads),
                    slice(row, row + rows),
                    slice(0, last),
                )


def _scores(scaled: Array, key: Array, mask: Array | None, tile: Tile) -> Array:
    """The scores of a tile, with what a mask adds; a tile's scaled queries are given."""
    batch, heads, rows, keys = tile
    found: Array = scaled @ key[batch, heads, :, keys].swapaxes(-1, -2)
    if mask is not None:
        part = mask[batch, heads, :, rows, keys]
        if part.dtype == np.bool_:
            np.copyto(found, -np.inf, where=~part)
        else:
            found += part
    return found


def _fill_future(scores: Array, row: int, value: float) -> None:
    """Sets the scores of keys that come after their query, in place."""
    for index in range(min(scores.shape[-2], scores.shape[-1] - row - 1)):
        scores[..., index, row + index + 1 :] = value


def _is_large(query: Array, key: Array, mask: Array | None) -> bool:
    """Whether there are enough scores for a kernel; there is none for masks."""
    return mask is None and query.size // max(query.shape[-1], 1) * key.shape[3] >= FROM


def forward(
    query: Array, key: Array, value: Array, mask: Array | None, causal: bool, scale: float
) -> tuple[Array, Array]:
    """Weighted means of the values, and the logarithm of the sum of the exponentials of each row of scores.

    Args:
        query, key, value: of shape (batch, heads, group, places, width), the group of keys and values being 1.
        mask: bool or float, of shape (batch, heads, group, queries, keys), or None.
        causal: whether places attend to earlier ones only.
        scale: factor of the scores.
    """
    if _is_large(query, key, mask):
        made = attempt("attention", "forward", query.dtype.name, query, key, value, causal, scale)
        if made is not None:
            return made
    output = np.empty((*query.shape[:-1], value.shape[-1]), query.dtype)
    sums = np.empty((*query.shape[:-1], 1), query.dtype)
    for tile in _tiles(query.shape, key.shape[3], causal):
        batch, heads, rows, keys = tile
        scores = _scores(query[batch, heads, :, rows] * np.asarray(scale, query.dtype), key, mask, tile)
        bounded = mask is None and scores.size and scores.max() < _BOUND and scores.min() > -_BOUND
        peak: Any = 0
        if bounded:
            np.exp(scores, scores)
            if causal:
                _fill_future(scores, rows.start, 0)
        else:
            if causal:
                _fill_future(scores, rows.start, -np.inf)
            peak = scores.max(-1, keepdims=True, initial=-np.inf)
            peak[peak == -np.inf] = 0  # a row that attends to nothing: exponentials are 0, not nan
            scores -= peak
            np.exp(scores, scores)
        total = add(scores, scores.ndim - 1, True)
        found = scores @ value[batch, heads, :, keys]
        found /= np.where(total == 0, 1, total)
        output[batch, heads, :, rows] = found
        sums[batch, heads, :, rows] = np.log(total) + peak
    return output, sums


def backward(
    g: Array, query: Array, key: Array, value: Array, mask: Array | None, causal: bool, scale: float, output: Array,
    sums: Array,
) -> tuple[Array, Array, Array]:  # fmt: skip
    """Gradients of queries, keys and values; the weights are computed again, a tile at a time.

    Args:
        g: gradient of the output.
        query, key, value, mask, causal, scale: as in `forward`.
        output, sums: what it gave.

    Returns:
        The gradients, those of keys and values for each query head of a group.
    """
    inner = np.einsum("...e,...e->...", g, output)[..., None]
    if _is_large(query, key, mask):
        made = attempt("attention", "backward", query.dtype.name, query, g, key, value, causal, scale, sums, inner)
        if made is not None:
            return made
    factor = np.asarray(scale, query.dtype)
    dquery = np.empty(query.shape, query.dtype)
    dkey = np.zeros((*query.shape[:3], *key.shape[3:]), query.dtype)
    dvalue = np.zeros((*query.shape[:3], *value.shape[3:]), query.dtype)
    sums = np.where(sums == -np.inf, 0, sums)
    for tile in _tiles(query.shape, key.shape[3], causal):
        batch, heads, rows, keys = tile
        scaled = query[batch, heads, :, rows] * factor
        weights = _scores(scaled, key, mask, tile)
        weights -= sums[batch, heads, :, rows]
        np.exp(weights, weights)
        if causal:
            _fill_future(weights, rows.start, 0)
        outward = g[batch, heads, :, rows]
        dvalue[batch, heads, :, keys] += weights.swapaxes(-1, -2) @ outward
        dscores = outward @ value[batch, heads, :, keys].swapaxes(-1, -2)
        dscores -= inner[batch, heads, :, rows]
        dscores *= weights
        found = dscores @ key[batch, heads, :, keys]
        found *= factor
        dquery[batch, heads, :, rows] = found
        dkey[batch, heads, :, keys] += dscores.swapaxes(-1, -2) @ scaled
    return dquery, dkey, dvalue
