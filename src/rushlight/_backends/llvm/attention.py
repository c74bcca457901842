"""Attention in kernels: what `attending.py` writes, called with NumPy's arrays."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from . import attending, bands, kernels, memory
from .addresses import address_of
from .bands import FLOATS
from .plans import scratch
from .threads import crew
from .unsupported import Unsupported

Array = np.ndarray[Any, Any]

CREW_FROM = 1 << 19
"""Products of a pass from which it is shared among the threads."""

_WRITERS = {"forward": attending.write_forward, "backward": attending.write_backward}


def forward(element: str, query: Array, key: Array, value: Array, causal: bool, scale: float) -> tuple[Array, Array]:
    """Weighted means of the values, and the logarithm of the sum of the exponentials of each row of scores.

    Args:
        element: the dtype.
        query, key, value: of shape (batch, heads, group, places, width), the group of keys and values being 1.
        causal: whether places attend to earlier ones only.
        scale: factor of the scores.

    Raises:
        Unsupported: arrays of another dtype, or whose elements do not lie side by side.
    """
    output = memory.empty((*query.shape[:-1], value.shape[-1]), query.dtype)
    peaks, totals = (memory.empty((*query.shape[:-1], 1), query.dtype) for _ in range(2))
    arrays = {"output": output, "peaks": peaks, "totals": totals}
    _run("forward", element, query, key, value, causal, scale, arrays)
    np.log(totals, totals)
    totals += peaks
    return output, totals


def backward(
    element: str,
    query: Array,
    g: Array,
    key: Array,
    value: Array,
    causal: bool,
    scale: float,
    sums: Array,
    inner: Array,
) -> tuple[Array, Array, Array]:
    """Gradients of queries, and those of keys and values for each query head of a group.

    Args:
        element: the dtype.
        query, key, value, causal, scale: as in `forward`.
        g: the gradient of the output.
        sums: what `forward` gave.
        inner: for every row the product of the output and its gradient.
    """
    dquery = memory.empty(query.shape, query.dtype)
    dkey = np.zeros((*query.shape[:3], *key.shape[3:]), query.dtype)
    dvalue = np.zeros((*query.shape[:3], *value.shape[3:]), query.dtype)
    arrays = {
        "g": bands.contiguous(g), "sums": bands.contiguous(sums), "inner": bands.contiguous(inner),
        "dquery": dquery, "dkey": dkey, "dvalue": dvalue,
    }  # fmt: skip
    _run("backward", element, query, key, value, causal, scale, arrays)
    return dquery, dkey, dvalue


def _run(
    name: str,
    element: str,
    query: Array,
    key: Array,
    value: Array,
    causal: bool,
    scale: float,
    arrays: dict[str, Array],
) -> None:
    size = query.itemsize
    if element not in FLOATS or not key.shape[3] or any(array.dtype != query.dtype for array in arrays.values()):
        raise Unsupported("attention on arrays of these dtypes")
    if any(array.strides[-1] != size or any(step % size for step in array.strides) for array in (query, key, value)):
        raise Unsupported("attention on arrays whose elements do not lie side by side")
    batch, heads, group, queries, width = query.shape
    keys, value_width = key.shape[3], value.shape[4]
    turn = 2 * kernels.host().vector_bits // 8
    pitch = -(-keys * size // turn) * turn
    factor = np.asarray(scale, query.dtype)
    tables = width + attending.ROWS if name == "forward" else width + value_width + 2 * attending.ROWS
    slots, room = scratch(tables * pitch)
    words = dict.fromkeys(attending.FIELDS, 0) | slots | {
        "heads": heads, "group": group, "queries": queries, "keys": keys, "width": width, "value_width": value_width,
        "causal": int(causal), "pitch": pitch, "scale": address_of(factor), "query_group": query.strides[2],
    } | {name: address_of(array) for name, array in arrays.items()}  # fmt: skip
    for part, array in (("query", query), ("key", key), ("value", value)):
        steps = array.strides
        words |= {part: address_of(array), f"{part}_batch": steps[0], f"{part}_head": steps[1], f"{part}_row": steps[3]}
    units = batch * heads * group
    run = crew.run if units * queries * keys * width >= CREW_FROM else crew.run_alone
    run(_kernel(name, element), bands.pack_words(words, attending.FIELDS), units)
    del room, factor


@lru_cache
def _kernel(name: str, element: str) -> int:
    return kernels.load(f"attention {name} {element}", lambda host: _WRITERS[name](element, host)).address["kernel"]
