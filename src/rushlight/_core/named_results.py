"""Results with named parts: the tuples that operators with several outputs return, as `torch.return_types` has them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


class NamedResult(tuple[Any, ...]):
    """A tuple whose items also have names; one subclass an operator, made by `named_result`.

    Attributes:
        fields: the names, in order.
    """

    __slots__ = ()

    fields: tuple[str, ...] = ()

    def __repr__(self) -> str:
        parts = ",\n".join(f"{name}={value!r}" for name, value in zip(self.fields, self))
        return f"{type(self).__module__}.{type(self).__name__}(\n{parts})"

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self).__name__, tuple(self))


KINDS: dict[str, type[NamedResult]] = {}
"""Every class of named results by the name of its operator."""


def named_result(name: str, *fields: str) -> type[NamedResult]:
    """The class of the results of an operator, which prints as ``torch.return_types.<name>``.

    Args:
        name: the operator's name.
        fields: the names of its outputs.
    """
    body: dict[str, Any] = {
        "__slots__": (),
        "__module__": "torch.return_types",
        "__doc__": f"The outputs of `{name}`: {', '.join(fields)}.",
        "fields": fields,
        "__match_args__": fields,
        "n_fields": len(fields),
        "n_sequence_fields": len(fields),
        "n_unnamed_fields": 0,
    }
    for position, field in enumerate(fields):
        body[field] = property(_reader(position), doc=f"Output {position}.")
    KINDS[name] = type(name, (NamedResult,), body)
    return KINDS[name]


def _reader(position: int) -> Any:
    return lambda self: self[position]


def _rebuild(name: str, values: Iterable[Any]) -> NamedResult:
    return KINDS[name](values)
