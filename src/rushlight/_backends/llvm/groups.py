"""The kernels over rows: what softmax, layer normalization and their gradients compute, pass by pass."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..._core.expression import Expression
from . import elementwise, kernels, memory
from .addresses import address_of
from .launch import NUMPY
from .rows import Fact, Group, Pass, Together, write_rows
from .threads import crew
from .typed import compute_element
from .unsupported import Unsupported

Array = np.ndarray[Any, Any]


def _symbol(name: str) -> Any:
    return Expression.symbol(name)


_names = ("x", "g", "out", "result", "peak", "total", "shift", "mean", "rstd", "weight", "bias", "count", "eps", "a",
          "b", "squares", "dot", "place", "label", "share")  # fmt: skip
(x, g, out, result, peak, total, shift, mean, rstd, weight, bias, count, eps, a, b, squares, dot, place, label,
 share) = map(_symbol, _names)  # fmt: skip


def _power(difference: Any) -> Any:
    """The exponential of what is at most 0."""
    return Expression.call("softmax_exp", (difference,))


_log_total = Expression.call("softmax_log", (total,))

SOFTMAX = Group("softmax", ("x",), (
    Pass(x, fold="maximum", number="peak"),
    Pass(_power(x - peak), output="out", fold="add", number="total"),
    Fact("shift", 1 / total),
    Pass(out * shift, output="out"),
))  # fmt: skip

SOFTMAX_NARROW = Group("softmax_narrow", ("x",), (
    Pass(x, fold="maximum", number="peak"),
    Pass(_power(x - peak), fold="add", number="total", partial=1),
    Fact("shift", 1 / total),
    Pass(_power(x - peak) * shift, output="out"),
))  # fmt: skip
"""Softmax of 16-bit floats, whose output has no room for exponentials."""

LOG_SOFTMAX = Group("log_softmax", ("x",), (
    Pass(x, fold="maximum", number="peak"),
    Pass(_power(x - peak), fold="add", number="total", partial=1),
    Fact("shift", _log_total),
    Pass((x - peak) - shift, output="out"),
))  # fmt: skip

SOFTMAX_GRADIENT = Group("softmax_gradient", ("g", "result"), (
    Pass(g * result, fold="add", number="dot"),
    Pass(result * (g - dot), output="out"),
))  # fmt: skip

LOGSUMEXP = Group("logsumexp", ("x",), (
    Pass(x, fold="maximum", number="peak"),
    Pass(_power(x - peak), fold="add", number="total", partial=1),
    Fact("result", _log_total + peak, written=True),
))  # fmt: skip

LOG_SOFTMAX_GRADIENT = Group("log_softmax_gradient", ("g", "result"), (
    Pass(g, fold="add", number="total"),
    Pass(g - result.exp() * total, output="out"),
))  # fmt: skip

LOG_SOFTMAX_ENTRY = Group("log_softmax_entry", ("result",), (
    Pass(Expression.call("where", (place == label, share, 0)) - result.exp() * share, output="out"),
), numbers=("label", "share"))  # fmt: skip

_STATISTICS = (
    Pass(x, fold="add", number="total"),
    Fact("mean", total / count, written=True),
    Pass((x - mean) * (x - mean), fold="add", number="squares"),
    Fact("rstd", 1 / (squares / count + eps).sqrt(), written=True),
)

LAYER_NORM = Group("layer_norm", ("x",), (
    *_STATISTICS, Pass((x - mean) * rstd * weight + bias, output="out"),
), shared=("weight", "bias"), given=("eps",))  # fmt: skip

NORMALIZE = Group("normalize", ("x",), (
    *_STATISTICS, Pass((x - mean) * rstd, output="out"),
), given=("eps",))  # fmt: skip

_scaled = g * weight
_normal = (x - mean) * rstd

_sums = (
    Together((Pass(_scaled, fold="add", number="a"), Pass(_scaled * _normal, fold="add", number="b"))),
    Fact("shift", a / count),
    Fact("dot", b / count),
)
_by_input = Pass((_scaled - shift - _normal * dot) * rstd, output="out")

LAYER_NORM_GRADIENT = Group(
    "layer_norm_gradient", ("g", "x"), (*_sums, _by_input), shared=("weight",), numbers=("mean", "rstd")
)
LAYER_NORM_GRADIENTS = Group(
    "layer_norm_gradients", ("g", "x"),
    (*_sums, _by_input._replace(columns=(("by_weight", g * _normal), ("by_bias", g)))),
    shared=("weight",), numbers=("mean", "rstd"),
)  # fmt: skip

UNITS = 64
"""Lots that rows are divided into where columns are added up; as many for any number of threads, so that the sums do
not depend on it."""

STREAM_FROM = 1 << 23
"""Bytes from which outputs that a group does not read again go past the caches (4096 rows of 1024: backward 2.2 ms
through them, 1.7 past them, and the operators that follow are no slower)."""

_addresses: dict[tuple[str, str, bool], int] = {}


def run(
    group: Group, element: str, arrays: Mapping[str, Array], rows: int, length: int, given: Sequence[float] = ()
) -> list[Array]:
    """Runs a group.

    Args:
        group: what to compute.
        element: the dtype of all arrays.
        arrays: its inputs by name, contiguous.
        rows: how many rows there are.
        length: of each.
        given: its given numbers.

    Returns:
        Its outputs: flat arrays, those with a value for every element first, sums of columns last.
    """
    if element == "float16" and not kernels.host().fused:
        raise Unsupported("float16 on this processor")
    kind = NUMPY[element]
    size = length * kind.itemsize
    streaming = rows * size >= STREAM_FROM and not size % memory.ALIGNMENT and group.writes_once
    kernel = _addresses.get((group.name, element, streaming))
    if kernel is None:
        key = f"rows {element} {streaming} {group!r}"
        loaded = kernels.load(key, lambda host: write_rows(group, element, host, streaming))
        kernel = _addresses[group.name, element, streaming] = loaded.address["kernel"]
    results = [memory.empty((rows * length,), kind) for _ in group.outputs()]
    results += [memory.empty((rows,), kind) for _ in group.facts()]
    columns = group.columns()
    batch = -(-rows // UNITS) if columns else 1
    units = -(-rows // batch)
    results += [np.zeros((units, length), NUMPY[compute_element(element)]) for _ in columns]
    inputs = [arrays[name] for name in (*group.rows, *group.shared, *group.numbers)]
    head = (length, batch, rows) if columns else (length,)
    words = elementwise.pack([*head, *map(address_of, (*inputs, *results))], given)
    crew.share(kernel, words, units, rows * length)
    whole = len(results) - len(columns)
    return results[:whole] + [np.add.reduce(item, 0).astype(kind, copy=False) for item in results[whole:]]
