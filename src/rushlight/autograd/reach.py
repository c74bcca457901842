"""What a backward pass reaches: how often each node and leaf, and the way to the inputs that somebody asks for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from .._tape.node import Node, OutputEdge


class Capture:
    """The gradients that ``grad(inputs=...)`` asks for, and the part of the graph that leads to them.

    Attributes:
        grads: what was found, by position in the inputs; None where nothing arrived.
        keep: whether leaves get their gradient in ``.grad`` instead (``backward(inputs=...)``).
        wanted: for every node that has to be visited its edges, None in place of those that lead to no input;
            all None for a node that is itself an input and need not run.
    """

    def __init__(self, edges: Sequence[Any], keep: bool = False) -> None:
        self.grads: list[Any] = [None] * len(edges)
        self.keep = keep
        self.leaves: dict[int, list[int]] = {}
        self.nodes: dict[Node, list[tuple[int, int]]] = {}
        for position, edge in enumerate(edges):
            if isinstance(edge, Node):
                self.nodes.setdefault(edge, []).append((0, position))
            elif type(edge) is OutputEdge:
                self.nodes.setdefault(edge.node, []).append((edge.number, position))
            else:
                self.leaves.setdefault(id(edge), []).append(position)
        self.wanted: dict[Node, tuple[Any, ...]] = {}

    def search(self, starts: list[Node]) -> None:
        """Finds the nodes through which an input can be reached from some nodes."""
        for node in sorted(count_edges(starts)[1], key=lambda node: node.sequence):
            edges = tuple(edge if self._leads_on(edge) else None for edge in node.edges)
            if node in self.nodes or any(edge is not None for edge in edges):
                self.wanted[node] = edges

    def _leads_on(self, edge: Any) -> bool:
        if edge is None:
            return False
        if isinstance(edge, Node):
            return edge in self.wanted
        return edge.node in self.wanted if type(edge) is OutputEdge else id(edge) in self.leaves

    def take(self, node: Node, gradient: Any) -> None:
        """Keeps what arrived at the outputs of a node."""
        for number, position in self.nodes[node]:
            self.grads[position] = gradient if node.dtype is not None else gradient[number]


class Pass(NamedTuple):
    """A running backward pass, as rules see it that look beyond their own node.

    Attributes:
        number: of the pass.
        counts: how often it reaches each node and (by id) leaf, those contributions that are in taken off.
        buffers: the gradients that wait for their node.
        capture: what is asked for; None for all leaves.
    """

    number: int
    counts: dict[Any, int]
    buffers: dict[Any, Any]
    capture: Capture | None

    def is_private(self, node: Node) -> bool:
        """Whether the next contribution to a node's gradient is the only one, and only the node's rule looks at it."""
        return (
            self.counts.get(node) == 1
            and node not in self.buffers
            and node._extra is None
            and (self.capture is None or node not in self.capture.nodes)
        )


def count_edges(starts: list[Node], capture: Capture | None = None) -> tuple[dict[Any, int], list[Node]]:
    """How many edges lead to each node and (by id) leaf, and the nodes in the order of discovery."""
    counts: dict[Any, int] = dict.fromkeys(starts, 0)
    for node in starts:  # grows while it is gone through
        for edge in node.edges if capture is None else capture.wanted.get(node, ()):
            if edge is None:
                continue
            if not isinstance(edge, Node):
                if type(edge) is not OutputEdge:
                    counts[id(edge)] = counts.get(id(edge), 0) + 1
                    continue
                edge = edge.node
            if edge in counts:
                counts[edge] += 1
            else:
                counts[edge] = 1
                starts.append(edge)
    return counts, starts
