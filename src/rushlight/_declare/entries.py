"""Gradients of large matrices with one entry in every row, handed from one rule to the next without their zeros.

The loss of class numbers looks at one score of each row. Its gradient, written out, is 16 MB of zeros for 4096 rows of
1000, which the rule of log_softmax reads again. Where that rule is the only one to look at it (`Pass.is_private`), the
tensor that goes from node to node has the shape and dtype of the gradient, nothing but nan for elements, and notes of
the entries.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from .._backends import llvm
from .._backends.llvm.switch import FROM, available
from .._core.modes import modes
from .._core.tensor_base import PLAIN, wrap


class Entries(NamedTuple):
    """The entries of a gradient.

    Attributes:
        label: the place of each row's entry, as a number of the gradient's dtype.
        share: the entries.
    """

    label: Any
    share: Any

    def written_out(self, g: Any) -> Any:
        """The gradient with its zeros."""
        found = np.zeros(g.shape, g._array.dtype)
        found[np.arange(len(found)), self.label._array.astype(np.int64)] = self.share._array
        return wrap(found)


def takes_entries(node: Any) -> bool:
    """Whether a gradient may come to a node as entries: its operator says that it reads them (``by_entries=True``), and
    worked along the rows of a large matrix."""
    op = getattr(node, "op", None)
    if op is None or not op.by_entries or len(node.shape) != 2 or node.shape[0] * node.shape[1] < FROM:
        return False
    if modes.anomaly or type(node.saved) is not tuple or not modes.backward_pass.is_private(node):
        return False
    last = node.saved[node.saved_names.index("dim")] in (1, -1)
    return last and node.dtype.kind == "f" and node.dtype.itemsize >= 4 and available(llvm.kernels.host)


def from_entries(node: Any, label: Any, share: Any) -> Any:
    """The gradient of a node that `takes_entries`.

    Args:
        node: the node.
        label, share: arrays, as in `Entries`.
    """
    found = wrap(np.broadcast_to(np.asarray(np.nan, node.dtype), node.shape))
    found._entries = Entries(wrap(label.astype(node.dtype)), wrap(share.astype(node.dtype, copy=False)))
    return found


def entries_of(g: Any) -> Entries | None:
    """The entries of a gradient that came so."""
    if type(g) not in PLAIN or g._array.size < FROM or any(g._array.strides):
        return None
    return getattr(g, "_entries", None)
