"""The scalar program and the derivative rules of every elementwise operator, traced to expressions and evaluated.

An expression is what the kernel compiler reads, so it has to mean the same as the operator run on tensors.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import rushlight as torch
import rushlight.special  # its operators too
from rushlight._core.expression import Expression, evaluate
from rushlight._declare.record import REGISTRY, Operator
from rushlight._declare.scalars import s
from rushlight._declare.tracing import trace, trace_rule

OPERATORS = {name: op for name, op in REGISTRY.items() if op.kind == "elementwise"}
FUNCTIONS = {name: atom.array for name, atom in s.atoms.items()}

SETTINGS: dict[str, dict[str, Any]] = {
    "clamp": {"min": 0.4, "max": 0.6},
    "mvlgamma": {"p": 2},
    "polygamma": {"n": 2},
    "threshold": {"threshold": 0.5, "value": 2.0},
}
"""Values of parameters that have no default, or one that says little."""

INTEGERS = {"bitwise_not", "bitwise_and", "bitwise_or", "bitwise_xor", "bitwise_left_shift", "bitwise_right_shift",
            "gcd", "lcm"}  # fmt: skip
ABOVE_ONE = {"acosh", "special_zeta", "mvlgamma"}
DEGREES = {name for name in OPERATORS if "_polynomial_" in name}


def operands(op: Operator) -> dict[str, np.ndarray[Any, Any]]:
    """Inputs on which the operator is smooth: floats from 0.2 to 0.9, or what it needs instead."""
    rng = np.random.default_rng(7)
    found: dict[str, Any] = {}
    for name in op.tensors:
        if op.name in INTEGERS:
            found[name] = rng.integers(1, 6, 8)
        elif name in (op.keep or ()):
            found[name] = rng.uniform(size=8) < 0.5
        elif name == "n" and op.name in DEGREES:
            found[name] = rng.integers(0, 6, 8).astype(np.float64)
        else:
            found[name] = rng.uniform(0.2, 0.9, 8) + (1 if op.name in ABOVE_ONE else 0)
    return found


def on_tensors(op: Operator, values: dict[str, Any]) -> Any:
    settings = SETTINGS.get(op.name, {})
    arguments = [
        torch.from_numpy(values[name]) if name in values else settings.get(name, op.defaults.get(name))
        for name in op.params
    ]
    return op.run_plain(arguments)


@pytest.mark.parametrize("name", sorted(OPERATORS))
def test_the_body_means_what_the_operator_computes(name: str) -> None:
    op = OPERATORS[name]
    values = operands(op)
    program = trace(op, SETTINGS.get(name))
    assert isinstance(program, Expression)
    found = evaluate(program, values, FUNCTIONS)
    expected = on_tensors(op, values).numpy()
    np.testing.assert_allclose(np.broadcast_to(found, expected.shape), expected, rtol=1e-12, atol=1e-14)


UNDERIVED = [("igamma", "input"), ("igammac", "input"), ("special_zeta", "input")]
"""Where torch has no derivative either."""

RULES = [
    (name, target)
    for name, op in sorted(OPERATORS.items())
    for rule in op.rules
    for target in rule.targets
    if not rule.joint and (name, target) not in UNDERIVED
]


@pytest.mark.parametrize(("name", "target"), RULES)
def test_a_rule_means_the_same_on_symbols_and_on_tensors(name: str, target: str) -> None:
    op = OPERATORS[name]
    values = operands(op)
    program = trace_rule(op, target, SETTINGS.get(name))
    rng = np.random.default_rng(8)
    g = torch.from_numpy(rng.uniform(0.5, 1.5, 8))
    result = on_tensors(op, values)
    if result.is_complex():
        g = torch.complex(g, g * 2)
    rule = next(rule for rule in op.rules if rule.targets == (target,))
    named = dict(zip(op.params, _arguments(op, values), strict=True)) | {"result": result}
    expected = rule.function(g, *[named[need] for need in rule.needs])
    arrays = {**values, "g": g.numpy(), "result": result.numpy()}
    found = evaluate(program, arrays, FUNCTIONS)
    expected = expected.numpy() if isinstance(expected, torch.Tensor) else expected
    np.testing.assert_allclose(np.broadcast_to(found, np.shape(expected)), expected, rtol=1e-12, atol=1e-14)


def _arguments(op: Operator, values: dict[str, Any]) -> list[Any]:
    settings = SETTINGS.get(op.name, {})
    return [torch.from_numpy(values[name]) if name in values else settings.get(name, op.defaults.get(name))
            for name in op.params]  # fmt: skip


@pytest.mark.parametrize(("name", "target"), UNDERIVED)
def test_a_derivative_that_does_not_exist_is_refused(name: str, target: str) -> None:
    with pytest.raises(NotImplementedError, match=r"the derivative for .* is not implemented"):
        trace_rule(OPERATORS[name], target)


def test_every_function_of_the_vocabulary_is_an_operator() -> None:
    assert [name for name in s.atoms if name not in REGISTRY] == []


def test_a_branch_on_a_value_is_refused_when_traced() -> None:
    with pytest.raises(TypeError, match="is not known while a scalar program is traced"):
        bool(Expression.symbol("input") > 0)


def test_a_missing_setting_is_named() -> None:
    with pytest.raises(TypeError, match="tracing threshold needs a value for 'threshold'"):
        trace(OPERATORS["threshold"])


def test_a_parameter_without_a_rule_is_named() -> None:
    with pytest.raises(KeyError, match="eq has no derivative rule for 'input'"):
        trace_rule(OPERATORS["eq"], "input")
