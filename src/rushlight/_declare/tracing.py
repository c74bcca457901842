"""Scalar programs and derivative rules as expressions: what the kernel compiler reads of an elementwise operator."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._core.expression import Expression
from .record import Operator


def trace(op: Operator, settings: Mapping[str, Any] | None = None) -> Expression:
    """The body of an elementwise operator as an expression.

    Args:
        op: the operator.
        settings: values of parameters that are no tensors, where they are not at their defaults; numbers in
            the places of tensors, and None for tensors left out.

    Returns:
        An expression whose symbols are the names of the tensor parameters.
    """
    values = _values(op, settings or {})
    count = len(values) - op.keyword_only
    keywords = dict(zip(op.params[count:], values[count:], strict=True))
    found: Expression = op.body(*values[:count], **keywords)
    return found


def trace_rule(op: Operator, target: str, settings: Mapping[str, Any] | None = None) -> Any:
    """The derivative rule of one parameter of an elementwise operator as an expression.

    Args:
        op: the operator.
        target: the parameter whose gradient is wanted.
        settings: as for `trace`.

    Returns:
        An expression in ``g``, ``result`` and the tensor parameters that the rule names; a number if the
        gradient is constant.

    Raises:
        KeyError: the parameter has no rule of its own.
    """
    rule = next((rule for rule in op.rules if rule.targets == (target,)), None)
    if rule is None:
        raise KeyError(f"{op.name} has no derivative rule for {target!r}")
    known = dict(zip(op.params, _values(op, settings or {}), strict=True))
    known["result"] = Expression.symbol("result")
    return rule.function(Expression.symbol("g"), *[known[name] for name in rule.needs])


def _values(op: Operator, settings: Mapping[str, Any]) -> list[Any]:
    """The parameters in order: symbols in the places of tensors, settings elsewhere."""
    values = []
    for name in op.params:
        if name in settings:
            values.append(settings[name])
        elif name in op.tensors:
            values.append(Expression.symbol(name))
        elif name in op.defaults:
            values.append(op.defaults[name])
        else:
            raise TypeError(f"tracing {op.name} needs a value for {name!r}")
    return values
