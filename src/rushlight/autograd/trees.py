"""Trees: nested dicts, lists and tuples, taken apart into leaves and put together again."""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Callable, Sequence
from typing import Any


class TreeSpec:
    """The structure of a tree without its leaves.

    Attributes:
        kind: the type of a container; None for a leaf.
        context: what its children do not say: the keys of a dict.
        children: the structures inside.
    """

    __slots__ = ("children", "context", "kind")

    def __init__(self, kind: Any, context: Any, children: Sequence[TreeSpec]) -> None:
        self.kind = kind
        self.context = context
        self.children = tuple(children)

    @property
    def num_leaves(self) -> int:
        """The number of leaves."""
        return 1 if self.kind is None else sum(child.num_leaves for child in self.children)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, TreeSpec)
            and self.kind is other.kind
            and self.context == other.context
            and self.children == other.children
        )

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return self._text(0)

    def _text(self, indent: int) -> str:
        if self.kind is None:
            return "*"
        inside = ",\n".join(
            (" " * (indent + 2) if index else "") + child._text(indent + 2) for index, child in enumerate(self.children)
        )
        return f"TreeSpec({self.kind.__name__}, {self.context}, [{inside}])"


LEAF = TreeSpec(None, None, ())


def flatten(tree: Any) -> tuple[list[Any], TreeSpec]:
    """The leaves of a tree from left to right, and its structure."""
    kind = type(tree)
    if kind in (dict, OrderedDict, defaultdict):
        context: Any = list(tree)
        items = list(tree.values())
    elif kind in (list, tuple):
        context, items = None, list(tree)
    elif isinstance(tree, tuple) and hasattr(kind, "_fields"):
        context, items = kind, list(tree)
    else:
        return [tree], LEAF
    leaves: list[Any] = []
    children = []
    for item in items:
        inside, spec = flatten(item)
        leaves.extend(inside)
        children.append(spec)
    return leaves, TreeSpec(kind, context, children)


def unflatten(leaves: Sequence[Any], spec: TreeSpec) -> Any:
    """The tree of a structure with other leaves."""
    found, rest = _build(list(leaves), spec)
    if rest:
        raise ValueError(f"{len(leaves)} leaves for a structure of {spec.num_leaves}")
    return found


def _build(leaves: list[Any], spec: TreeSpec) -> tuple[Any, list[Any]]:
    if spec.kind is None:
        return leaves[0], leaves[1:]
    items = []
    for child in spec.children:
        item, leaves = _build(leaves, child)
        items.append(item)
    if spec.kind in (dict, OrderedDict, defaultdict):
        pairs = zip(spec.context, items)
        return (OrderedDict(pairs) if spec.kind is OrderedDict else dict(pairs)), leaves
    if spec.kind in (list, tuple):
        return spec.kind(items), leaves
    return spec.kind(*items), leaves


def map_tree(function: Callable[[Any], Any], tree: Any) -> Any:
    """The tree with a function applied to every leaf."""
    leaves, spec = flatten(tree)
    return unflatten([function(leaf) for leaf in leaves], spec)


def spread(prefix: Any, spec: TreeSpec) -> list[Any] | None:
    """One value for each leaf of a structure, from a tree that is as deep or less; None if it does not fit."""
    if spec.kind is None:
        return None if type(prefix) in (dict, list, tuple, OrderedDict) else [prefix]
    if type(prefix) not in (dict, list, tuple, OrderedDict) and not hasattr(type(prefix), "_fields"):
        return [prefix] * spec.num_leaves
    if type(prefix) is not spec.kind or len(prefix) != len(spec.children):
        return None
    if isinstance(prefix, dict):
        if list(prefix) != spec.context:
            return None
        prefix = list(prefix.values())
    found: list[Any] = []
    for item, child in zip(prefix, spec.children):
        inside = spread(item, child)
        if inside is None:
            return None
        found.extend(inside)
    return found
