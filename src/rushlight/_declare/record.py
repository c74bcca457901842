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
        self.nodes: tuple[Any, ...] = (
            tuple(title and node_class(self, title) for title in self.node_names) if self.rules else ()
        )
        self.node: type[Node] | None = self.nodes[0] if self.nodes else None
        self.call: Any = None
        self.method: Any = None
        register(self)

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
