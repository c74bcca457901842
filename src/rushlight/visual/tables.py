"""A summary as text and as HTML."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

from .measuring import Shape

BRANCH, LAST, PASSING, NOTHING = "├─ ", "└─ ", "│  ", "   "

STYLE = "text-align: {align}; padding: 0.1em 0.8em; white-space: nowrap; font-family: monospace"


class SummaryTable:
    """The text and HTML of a summary (see `summary.Summary` for the attributes)."""

    rows: list[Any]
    parameters: int
    trainable: int
    frozen: int
    flops: int
    parameter_bytes: int
    buffer_bytes: int
    input_bytes: int
    saved_bytes: int
    gradient_bytes: int
    uncounted: list[str]

    def __str__(self) -> str:
        table = [self._titles(), *([branch + label, *cells] for branch, label, cells in self._cells())]
        widths = [max(map(len, column)) for column in zip(*table)]
        lines = [
            "  ".join([row[0].ljust(widths[0]), row[1].ljust(widths[1]),
                       *(cell.rjust(width) for cell, width in zip(row[2:], widths[2:]))]).rstrip()
            for row in table
        ]  # fmt: skip
        rule = "─" * (sum(widths) + 2 * (len(widths) - 1))
        return "\n".join([lines[0], rule, *lines[1:], rule, *self._totals()])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        """The summary in a notebook."""
        aligned = ["left", "left"] + ["right"] * (len(self._titles()) - 2)
        head = "".join(_cell("th", title, align) for title, align in zip(self._titles(), aligned))
        body = "".join(
            f"<tr>{_cell('td', branch, 'left', label)}"
            + "".join(_cell("td", cell, align) for cell, align in zip(cells, aligned[1:]))
            + "</tr>"
            for branch, label, cells in self._cells()
        )
        totals = "<br>".join(map(escape, self._totals()))
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table><p>{totals}</p>"

    def _titles(self) -> list[str]:
        return ["layer", "output", "parameters", *(["frozen"] if self.frozen else []), "FLOPs", "saved"]

    def _cells(self) -> list[tuple[str, str, list[str]]]:
        """For each row the branch of the tree, the layer's name and class, and what stands in the columns after it."""
        found = []
        for row, branch in zip(self.rows, branches([row.depth for row in self.rows])):
            label = f"{row.name}  {row.kind}" if row.depth else row.kind
            if row.repeats:
                found.append((branch, label, ["(above)"] + [""] * (len(self._titles()) - 2)))
                continue
            if row.calls > 1:
                label += f"  ({row.calls} calls)"
            frozen = [f"{row.parameters - row.trainable:,}"] if self.frozen else []
            costs = [f"{row.flops:,}", in_bytes(row.saved_bytes)] if row.reached else ["", ""]
            output = described(row.output) if row.calls else "" if row.reached else "(not called)"
            found.append((branch, label, [output, f"{row.parameters:,}", *frozen, *costs]))
        return found

    def _totals(self) -> list[str]:
        held = f", {self.trainable:,} trainable and {self.frozen:,} frozen" if self.frozen else ", all trainable"
        parts = {
            "parameters": self.parameter_bytes,
            "gradients": self.gradient_bytes,
            "buffers": self.buffer_bytes,
            "inputs": self.input_bytes,
            "saved for backward": self.saved_bytes,
        }
        memory = " + ".join(f"{name} {in_bytes(size)}" for name, size in parts.items() if size)
        lines = [
            f"{self.parameters:,} parameters ({in_bytes(self.parameter_bytes)})" + (held if self.parameters else ""),
            f"{in_thousands(self.flops)}FLOPs a call",
            f"memory for a training step: {in_bytes(sum(parts.values()))}" + (f" = {memory}" if memory else ""),
        ]
        if self.uncounted:
            lines.append(f"operations not counted: {', '.join(self.uncounted)}")
        return lines


def branches(depths: Sequence[int]) -> list[str]:
    """The lines of a tree before each of its rows, from the depths of the rows.

    Example::

        >>> from rushlight.visual.tables import branches
        >>> branches([0, 1, 2, 1])
        ['', '├─ ', '│  └─ ', '└─ ']
    """
    found = []
    open_levels: set[int] = set()  # the depths at which another row follows, seen from below
    for depth in reversed(depths):
        around = "".join(PASSING if level in open_levels else NOTHING for level in range(1, depth))
        found.append(around + (BRANCH if depth in open_levels else LAST) if depth else "")
        open_levels = {level for level in open_levels if level < depth} | {depth}
    return found[::-1]


def described(output: Any) -> str:
    """A structure of shapes as text."""
    if isinstance(output, Shape):
        return str(output)
    if isinstance(output, dict):
        return "{" + ", ".join(f"{key}: {described(item)}" for key, item in output.items()) + "}"
    if isinstance(output, list):
        return "(" + ", ".join(map(described, output)) + ")"
    return "-"


def in_bytes(size: float) -> str:
    """A number of bytes with the unit that suits it.

    Example::

        >>> from rushlight.visual.tables import in_bytes
        >>> in_bytes(12), in_bytes(3072), in_bytes(5 << 20)
        ('12 B', '3.0 KiB', '5.0 MiB')
    """
    units = ["B", "KiB", "MiB", "GiB", "TiB"]
    while size >= 1024 and len(units) > 1:
        size, units = size / 1024, units[1:]
    return f"{size:.0f} B" if units[0] == "B" else f"{size:.1f} {units[0]}"


def in_thousands(count: float) -> str:
    """A count with the prefix that suits the unit after it.

    Example::

        >>> from rushlight.visual.tables import in_thousands
        >>> in_thousands(512), in_thousands(2.4e6)
        ('512 ', '2.4 M')
    """
    for prefix, unit in (("T", 1e12), ("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if count >= unit:
            return f"{count / unit:.1f} {prefix}"
    return f"{count:.0f} "


def _cell(tag: str, text: str, align: str, label: str = "") -> str:
    return f'<{tag} style="{STYLE.format(align=align)}">{escape(text).replace(" ", "&nbsp;")}{escape(label)}</{tag}>'
