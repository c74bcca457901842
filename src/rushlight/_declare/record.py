"""The record of an operator and the registry of all of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .._tape.node import Node
from .rules import Rule, node_class

REGISTRY: dict[str, Operator] = {}
"""Every declared operator by name; written while the operator modules are imported, read-only afterwards."""


class Operator:
    """Everything that is known of one operator; every consumer reads it here.

    Attributes:
        name: torch's name, ``"mul"``.
        kind: ``"elementwise"``, ``"reduction"``, ``"view"``, ``"kernel"``, ``"fused"`` or ``"composite"``.
        body: the decorated function: the scalar program, array code or tensor code, by kind.
        params: parameter names in order, without ``out``.
        keyword_only: how many of them, counted from the end, are keyword-only.
        defaults: values of the parameters that have one.
        tensors: names of the parameters that take tensors.
        lists: those of them that take sequences of tensors.
        gaps: those of them whose sequences may hold None.
        numbers: those of them that take a number in place of a tensor.
        rules: derivative rules.
        node: the node class of its results (None where nothing is differentiable).
        inplace_nodes: the node classes of in-place calls, where torch numbers them apart.
        call: the public function.
    """

    def __init__(
        self,
        kind: str,
        body: Callable[..., Any],
        vjp: dict[Any, Callable[..., Any]] | None,
        node: Any,
        options: dict[str, Any],
    ) -> None:
        code = body.__code__
        count = code.co_argcount + code.co_kwonlyargcount
        names = code.co_varnames[:count]
        annotations = body.__annotations__
        self.kind = kind
        self.name: str = options.pop("name", None) or body.__name__
        self.body = body
        self.has_out = "out" in names
        self.params = tuple(name for name in names if name != "out")
        self.keyword_only = code.co_kwonlyargcount - self.has_out
        self.defaults = _defaults(body, names, code.co_argcount)
        tensor_like = {name for name in self.params if "Tensor" in str(annotations.get(name, ""))}
        self.tensors = tuple(name for name in self.params if name in tensor_like)
        self.lists = frozenset(name for name in self.tensors if _is_list(str(annotations[name])))
        self.gaps = frozenset(name for name in self.lists if "None]" in str(annotations[name]))
        self.numbers = frozenset(name for name in self.tensors if "Number" in str(annotations[name]))
        self.position = {name: index for index, name in enumerate(self.params)}
        self.options = options
        self.vjp = vjp or {}
        self.rules: tuple[Rule, ...] = tuple(Rule(self, targets, rule) for targets, rule in self.vjp.items())
        self.saved_names = _saved_names(self.rules)
        self.differentiable = tuple(name for name in self.tensors if any(name in rule.targets for rule in self.rules))
        self.node_names = node if isinstance(node, tuple) else (node or default_node_name(self.name),)
        self.nodes = self._node_classes(self.node_names)
        inplace_node = options.get("inplace_node")
        self.inplace_nodes = self.nodes
        if inplace_node is not None:
            self.inplace_nodes = self._node_classes(
                inplace_node if isinstance(inplace_node, tuple) else (inplace_node,)
            )
        self.node: type[Node] | None = self.nodes[0] if self.nodes else None
        self.call: Any = None
        self.method: Any = None
        register(self)

    def _node_classes(self, titles: tuple[str | None, ...]) -> tuple[Any, ...]:
        if not self.rules:
            return ()
        return tuple(
            title and node_class(self, title, self._without_edge(titles, index)) for index, title in enumerate(titles)
        )

    def _without_edge(self, titles: tuple[str | None, ...], index: int) -> frozenset[str]:
        """The parameters for which torch's node has no edge at all, since that overload takes a number there."""
        title = titles[index]
        if title in (self.scalar_nodes or ()):
            return self.numbers
        if self.kind == "elementwise" and self.pick_node is None and len(self.tensors) == 2 and title != titles[0]:
            return frozenset({self.tensors[2 - index]})  # tensor and tensor, tensor and number, number and tensor
        return frozenset()

    def __getattr__(self, name: str) -> Any:
        """Options that a kind defines (``eager``, ``promote`` ...); None where the declaration is silent."""
        if name.startswith("__"):
            raise AttributeError(name)
        return self.__dict__["options"].get(name)

    def __repr__(self) -> str:
        return f"<operator {self.name}: {self.kind}>"


def register(op: Operator) -> None:
    """Enters an operator in the registry.

    Raises:
        ValueError: the name is taken.
    """
    if op.name in REGISTRY:
        raise ValueError(f"operator {op.name!r} is declared twice")
    REGISTRY[op.name] = op


def default_node_name(name: str) -> str:
    """torch's name of the node of an operator: ``max_pool2d`` gives ``MaxPool2DBackward0``."""
    parts = name.strip("_").split("_")
    return "".join(_title(part) for part in parts if part) + "Backward0"


def _title(part: str) -> str:
    letters = [character.upper() if index == 0 or part[index - 1].isdigit() else character
               for index, character in enumerate(part)]  # fmt: skip
    return "".join(letters)


def _is_list(annotation: str) -> bool:
    return annotation.startswith(("Sequence[", "Tensors", "list[", "tuple["))


def _defaults(body: Any, names: tuple[str, ...], positional: int) -> dict[str, Any]:
    values = body.__defaults__ or ()
    found = dict(zip(names[positional - len(values) : positional], values, strict=True))
    found.update(body.__kwdefaults__ or {})
    return found


def _saved_names(rules: tuple[Rule, ...]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for rule in rules:
        found.update(dict.fromkeys(rule.needs))
    return tuple(found)
