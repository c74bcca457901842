"""Padding layers."""

from __future__ import annotations

from typing import Any

from .. import functional as F
from .module import Module


class _PadNd(Module):
    """What padding layers share: widths before and after, last dimension first."""

    rank = 0
    mode = "constant"

    def __init__(self, padding: Any) -> None:
        super().__init__()
        self.padding = (padding,) * (2 * self.rank) if isinstance(padding, int) else tuple(padding)

    def forward(self, input: Any) -> Any:
        """The padded input."""
        if self.mode == "circular" and input.dim() not in (self.rank + 1, self.rank + 2):
            raise ValueError(f"expected {self.rank + 1}D or {self.rank + 2}D input (got {input.dim()}D input)")
        return F.pad(input, self.padding, self.mode)

    def extra_repr(self) -> str:
        """The widths."""
        return f"{self.padding}"


class _ConstantPadNd(_PadNd):
    """Padding with one value."""

    value: float

    def __init__(self, padding: Any, value: float) -> None:
        super().__init__(padding)
        self.value = value

    def forward(self, input: Any) -> Any:
        """The padded input."""
        return F.pad(input, self.padding, "constant", self.value)

    def extra_repr(self) -> str:
        """The widths and the value."""
        return f"padding={self.padding}, value={self.value}"


class _ZeroPadNd(_ConstantPadNd):
    """Padding with zeros."""

    def __init__(self, padding: Any) -> None:
        super().__init__(padding, 0.0)

    def extra_repr(self) -> str:
        """The widths."""
        return f"{self.padding}"


def _make(prefix: str, base: type, mode: str, what: str, rank: int) -> type:
    name = f"{prefix}Pad{rank}d"
    value = "\n        value: what the border holds." if base is _ConstantPadNd else ""
    extra = ", 2.0" if base is _ConstantPadNd else ""
    return type(name, (base,), {
        "rank": rank, "mode": mode, "__module__": __name__,
        "__doc__": f"""A border of {what} around {rank} dimension(s).

    Args:
        padding: one width, or widths before and after, last dimension first.{value}

    Example::

        >>> torch.nn.{name}(1{extra})(torch.ones({', '.join(['1', *['2'] * rank])})).shape
        torch.Size([{', '.join(['1', *['4'] * rank])}])
    """,
    })  # fmt: skip


ConstantPad1d, ConstantPad2d, ConstantPad3d = (
    _make("Constant", _ConstantPadNd, "constant", "one value", rank) for rank in (1, 2, 3)
)
ZeroPad1d, ZeroPad2d, ZeroPad3d = (_make("Zero", _ZeroPadNd, "constant", "zeros", rank) for rank in (1, 2, 3))
ReflectionPad1d, ReflectionPad2d, ReflectionPad3d = (
    _make("Reflection", _PadNd, "reflect", "reflected elements", rank) for rank in (1, 2, 3)
)
ReplicationPad1d, ReplicationPad2d, ReplicationPad3d = (
    _make("Replication", _PadNd, "replicate", "edge elements", rank) for rank in (1, 2, 3)
)
CircularPad1d, CircularPad2d, CircularPad3d = (
    _make("Circular", _PadNd, "circular", "elements from the other side", rank) for rank in (1, 2, 3)
)
