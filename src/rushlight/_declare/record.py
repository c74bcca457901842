"""The record of an operator and the registry of all of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .._tape.node import Node
from .rules import Rule, node_body, node_class

REGISTRY: dict[str, Operator] = {}
"""Every declared operator by name; written while the operator modules are imported, read-only afterwards."""

SILENT: Any = None
"""The value of an option that a declaration does not set."""


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
        run_plain: runs bound values, and the ``out`` there may be, past every override.

    The attributes in the table below are options that a kind or a declaration may set (`kinds.py` says what they
    mean); they are SILENT where both are.
    """

    batch = by_entries = check = copies = disjoint = eager = exact = flops = general = grows = holomorphic = SILENT
    inplace_node = into = keep = kernel_name = large = linear = meta = natural = nondifferentiable = SILENT
    older = operands = overloads = overwrites = pick_node = promote = random = refuse = relay = result = SILENT
    returns = scalar_nodes = scalar_ok = scalars_alone = spreads = undefined = whole = SILENT

    def __init__(
        self,
        kind: str,
        body: Callable[..., Any],
        vjp: dict[Any, Callable[..., Any]] | None,
        node: Any,
        options: dict[str, Any],
    ) -> None:
        code = body.__code__
        names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
        notes = body.__annotations__
        self.kind = kind
        self.name: str = options.pop("name", None) or body.__name__
        self.__dict__.update(options)
        self.body = body
        self.has_out = "out" in names
        self.params = tuple([name for name in names if name != "out"])
        self.keyword_only = code.co_kwonlyargcount - self.has_out
        self.defaults = _defaults(body, names, code.co_argcount)
        self.tensors = tuple([name for name in self.params if "Tensor" in str(notes.get(name, ""))])
        self.lists = frozenset([name for name in self.tensors if _is_list(str(notes[name]))])
        self.gaps = frozenset([name for name in self.lists if "None]" in str(notes[name])])
        self.numbers = frozenset([name for name in self.tensors if "Number" in str(notes[name])])
        self.position = {name: index for index, name in enumerate(self.params)}
        self.vjp = vjp or {}
        self.rules: tuple[Rule, ...] = tuple([Rule(self, targets, rule) for targets, rule in self.vjp.items()])
        self.saved_names = _saved_names(self.rules)
        targets = {name for rule in self.rules for name in rule.targets}
        self.differentiable = tuple([name for name in self.tensors if name in targets])
        self.node_names = node if isinstance(node, tuple) else (node or default_node_name(self.name),)
        body_of_nodes = node_body(self) if self.rules else {}
        self.nodes = self.inplace_nodes = self._node_classes(body_of_nodes, self.node_names)
        if self.inplace_node is not None:
            titles = self.inplace_node if isinstance(self.inplace_node, tuple) else (self.inplace_node,)
            self.inplace_nodes = self._node_classes(body_of_nodes, titles)
        self.node: type[Node] | None = self.nodes[0] if self.nodes else None
        if callable(self.flops):
            _check_flops(self)
        self.call: Any = None
        self.method: Any = None
        self.run_plain: Any = None
        register(self)

    def _node_classes(self, body: dict[str, Any], titles: tuple[str | None, ...]) -> tuple[Any, ...]:
        if not self.rules:
            return ()
        return tuple(
            title and node_class(self, body, title, self._without_edge(titles, index))
            for index, title in enumerate(titles)
        )

    def _without_edge(self, titles: tuple[str | None, ...], index: int) -> frozenset[str]:
        """The parameters for which torch's node has no edge at all, since that overload takes a number there."""
        title = titles[index]
        if title in (self.scalar_nodes or ()):
            return self.numbers
        if self.kind == "elementwise" and self.pick_node is None and len(self.tensors) == 2 and title != titles[0]:
            return frozenset({self.tensors[2 - index]})  # tensor and tensor, tensor and number, number and tensor
        return frozenset()

    def __repr__(self) -> str:
        return f"<operator {self.name}: {self.kind}>"


def _check_flops(op: Operator) -> None:
    """Raises an error if a count of operations names what the operator has not."""
    code = op.flops.__code__
    for name in code.co_varnames[: code.co_argcount]:
        if name not in op.position and name != "result":
            raise TypeError(f"{op.name}: its `flops` names `{name}`, which the operator has not")


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
    return "".join([_title(part) for part in name.split("_") if part]) + "Backward0"


def _title(part: str) -> str:
    if part.isalpha():
        return part[0].upper() + part[1:]
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
