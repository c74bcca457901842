"""Dropout layers."""

from __future__ import annotations

from typing import Any

from .. import functional as F
from .module import Module


class _DropoutNd(Module):
    """What dropout layers share."""

    function: Any = None

    def __init__(self, p: float = 0.5, inplace: bool = False) -> None:
        super().__init__()
        if p < 0 or p > 1:
            raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")
        self.p = p
        self.inplace = inplace

    def forward(self, input: Any) -> Any:
        """The input with elements dropped when training."""
        return type(self).function(input, self.p, self.training, self.inplace)

    def extra_repr(self) -> str:
        """The probability."""
        return f"p={self.p}, inplace={self.inplace}"


def _dropout(name: str, function: Any, what: str) -> type:
    return type(name, (_DropoutNd,), {
        "function": staticmethod(function), "__module__": __name__,
        "__doc__": f"""{what} dropped at random when training.

    Args:
        p: probability of dropping.
        inplace: whether the input itself is changed.

    Example::

        >>> torch.nn.{name}(0.2)
        {name}(p=0.2, inplace=False)
    """,
    })  # fmt: skip


Dropout = _dropout("Dropout", F.dropout, "Elements")
Dropout1d = _dropout("Dropout1d", F.dropout1d, "Whole channels of sequences")
Dropout2d = _dropout("Dropout2d", F.dropout2d, "Whole channels of images")
Dropout3d = _dropout("Dropout3d", F.dropout3d, "Whole channels of volumes")
AlphaDropout = _dropout("AlphaDropout", F.alpha_dropout, "Elements, keeping mean and variance,")
FeatureAlphaDropout = _dropout(
    "FeatureAlphaDropout", F.feature_alpha_dropout, "Whole channels, keeping mean and variance,"
)
